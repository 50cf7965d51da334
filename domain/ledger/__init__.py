"""The ledger: an account is a gap-free, hash-chained log, and its last line is its state."""
