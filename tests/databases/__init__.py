"""What real Airflows store, recorded: the layout of every minor version and our DAGs as each serializes them."""
