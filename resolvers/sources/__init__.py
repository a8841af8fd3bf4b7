"""Answers that are not rows."""
