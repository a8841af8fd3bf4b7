"""The REST dialects, as their clients meet them."""
