"""Accounts: what is opened for whom, under which number, and who else may see it. Their money is the ledger's."""
