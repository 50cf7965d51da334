"""Notices: what the bank tells a customer, once per key, kept where the customer can read it again."""
