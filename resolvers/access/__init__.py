"""Who may do what: permissions, the actor, and the rows an actor sees."""
