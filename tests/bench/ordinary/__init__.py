"""The server that a good team would write: Strawberry, SQLAlchemy's ORM, a DataLoader for each list."""
