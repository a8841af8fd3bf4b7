"""The OpenAPI document of a dialect, made of its rows, and the page that shows it."""
