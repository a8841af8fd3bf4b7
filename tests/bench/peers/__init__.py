"""Other servers that answer the same, each installed when it is asked for."""
