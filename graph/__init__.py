"""What is offered: the GraphQL schema, the REST dialects and the ASGI application."""

__version__ = "0.1.0"
