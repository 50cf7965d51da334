"""The local bank: an engine that emulates AWS, the stack deployed on it, and one process that looks after both."""
