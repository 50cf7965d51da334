"""The function behind the HTTP API's `POST /graphql` and `GET /health`."""
