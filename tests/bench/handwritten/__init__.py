"""The limit: one answer for each page, written by hand for that page alone, with no framework and nobody to ask who calls."""
