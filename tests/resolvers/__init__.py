"""How the questions are answered: settings, metadata, plans, operations."""
