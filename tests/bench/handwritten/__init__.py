"""The limit: each page's answer written by hand, for that page alone, with no framework and no authentication."""
