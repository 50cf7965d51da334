"""Checks of the house itself that no ready-made tool does: import contracts and requirement files."""
