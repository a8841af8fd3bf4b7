"""The REST dialects, as tables of rows over the same types and operations."""
