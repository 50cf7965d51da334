"""What is not known, or not done, only for now."""


class Unsettled(Exception):
    """It cannot be said or done now: the ledger is busy, or others write the same. It may be begun again."""
