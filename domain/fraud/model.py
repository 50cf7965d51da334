"""What is judged, and what a judgement says."""

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """The highest wins."""

    APPROVE = "APPROVE"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the rules see of a payment. Ages in whole days, the amount in minor units."""

    credit: bool
    """Money leaves; False for a debit that we originate."""
    amount_minor: int
    same_day: bool
    counterparty_age_days: int
    account_age_days: int
    sent_before: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    decision: Decision
    reasons: tuple[str, ...]
    """Codes of the rules that spoke, for staff."""
    rules_version: str
