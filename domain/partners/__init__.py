"""Partners: what others tell the bank, signed, stored before it is answered, processed once, and kept."""
