"""Payment rails: a part of the bank for each, which the others reach through its own doors."""
