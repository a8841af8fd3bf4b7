"""What real Airflows store, recorded: the layout of every minor, and our DAGs as each serializes them."""
