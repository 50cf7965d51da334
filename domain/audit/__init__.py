"""Audit: who did or saw what, of whom, when and from where. Records are added and read, and nothing else."""
