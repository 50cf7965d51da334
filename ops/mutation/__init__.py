"""Mutation testing: small mistakes are planted in the ledger and in money, and the unit tests have to notice each.

mutmut plants them and runs the tests (`mutmut.cfg` says of what and with which); this package gives it a copy of the
tree to work in, reads what it left behind, and holds every survivor against `reasons.toml`.
"""
