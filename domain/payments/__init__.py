"""Payments: what customers send and receive over the rails, each with one visible table of legal moves."""
