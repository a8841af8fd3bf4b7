"""How it is answered: metadata, planning, permissions and operations."""
