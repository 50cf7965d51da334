"""Simulated histories: the real services over memory stores, and everything that can go wrong drawn from one seed."""
