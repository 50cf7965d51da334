"""What people and the bank ask for, as functions from a scene to an operation, or to none that makes sense now."""
