"""The bank itself. No AWS event shapes, no GraphQL: parts with the same rooms, over a small kernel."""
