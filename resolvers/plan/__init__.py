"""From a selection to SQL statements and from their rows to a tree."""
