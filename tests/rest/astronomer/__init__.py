"""The API of Astronomer's plugin, as its clients meet it."""
