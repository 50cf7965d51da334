"""What judges payments is missing something: it is counted where the payment felt it, and noted where it did not."""

from domain.fraud.model import StoredDecision
from functions.logs import log
from functions.metrics import FRAUD_FALLBACKS


def fell_back(stored: StoredDecision) -> None:
    """Judged by the stricter rules alone: one is a slow scorer, many are a scorer, a table or a bucket that is down."""
    FRAUD_FALLBACKS.measured(1, subject=stored.subject, fallback=str(stored.fallback))


def shadow_unread(subject: str, version: str) -> None:
    """A shadow run counts decisions beside which it was asked, so that this one is missing there."""
    log("fraud").warning("a shadow was not asked", extra={"subject": subject, "version": version})
