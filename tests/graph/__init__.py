"""What is offered over GraphQL and HTTP, GraphiQL included."""
