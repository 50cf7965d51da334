"""Payments that were judged by the stricter rules alone are counted: one is a slow scorer, many a scorer down."""

from domain.fraud.model import StoredDecision
from functions.metrics import FRAUD_FALLBACKS


def fell_back(stored: StoredDecision) -> None:
    FRAUD_FALLBACKS.measured(1, subject=stored.subject, fallback=str(stored.fallback))
