"""The product over real HTTP, and `gql` as its client."""
