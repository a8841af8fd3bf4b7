"""How HTTP reaches the graph: authentication, the GraphQL endpoint, GraphiQL, the request log."""
