"""The server that a good team would write on a free afternoon: Strawberry, SQLAlchemy's ORM, a DataLoader for each list."""
