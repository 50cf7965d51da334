"""The GraphQL schema: one file per part, thin resolvers, one access table, one place that words refusals."""
