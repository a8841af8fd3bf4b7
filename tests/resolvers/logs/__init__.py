"""Task logs: where they lie, who serves them, and what is told of them."""
