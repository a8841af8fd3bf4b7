"""Task logs, which are not in the database: where they lie, how they are fetched, and how their lines are told."""
