"""Proving an account: two small credits whose amounts the holder reads off the statement, or an entry of zero.

Micro-entries (Nacha Operating Rules, 2.7) are the surer of the two: they show that somebody can see the account.
A prenote shows that the account exists. What is done about them is `domain.counterparties` and `verifications`; here
stand the figures, for whoever reads the table.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.counterparties.model import ANSWERS_ALLOWED
from domain.rails.ach.tables import OURS, Source, in_force

EXPIRES_AFTER: Final = timedelta(days=14)
"""Of the verification's beginning, as `domain.counterparties` has it."""


class MicroVolume(StrEnum):
    """What is watched of a region's micro-entries."""

    FORWARD = "forward"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class MicroLimit:
    """From how many of a region and day on people look into it."""

    volume: MicroVolume
    since: date
    a_day: int
    source: Source


_WATCHED_SINCE: Final = date(2023, 3, 17)
"""Phase 2 of the rule: whoever originates micro-entries watches the volumes of both. It names no figure."""
MICRO_LIMITS: Final = (
    MicroLimit(MicroVolume.FORWARD, _WATCHED_SINCE, 3_000, OURS),  # proofs of a thousand accounts, three entries each
    MicroLimit(MicroVolume.RETURNED, _WATCHED_SINCE, 150, OURS),  # every twentieth of as many
)


def micro_limit(volume: MicroVolume, on: date) -> MicroLimit | None:
    return in_force((row for row in MICRO_LIMITS if row.volume is volume), on)


@dataclass(frozen=True, slots=True)
class VerificationRule:
    """One figure of the proof of an account, for whoever reads the table."""

    what: str
    figure: str
    source: Source


_RULES: Final = Source("achthirdparty.com and mainecb.com, micro-entries, subsections 2.7.1 to 2.7.5")
_PRENOTE: Final = Source("achthirdparty.com, prenotifications, subsection 2.6.2")
VERIFICATION_RULES: Final = (
    VerificationRule("Credit of a micro-entry", "less than $1.00", _RULES),
    VerificationRule("Debits of micro-entries", "together not over the credits, settling with them", _RULES),
    VerificationRule("Description", "ACCTVERIFY, in a batch of their own", _RULES),
    VerificationRule("Volume", "watched, forward and returned", _RULES),
    *(
        VerificationRule(
            f"Micro-entries {row.volume.value}",
            f"under {row.a_day:,} in a region and day, since {row.since}",
            row.source,
        )
        for row in MICRO_LIMITS
    ),
    VerificationRule("Amounts", "two, different, 1 to 99 cents, drawn at random", OURS),
    VerificationRule("Attempts", f"{ANSWERS_ALLOWED}", OURS),
    VerificationRule("Expiry", f"{EXPIRES_AFTER.days} calendar days after it was begun", OURS),
    VerificationRule("Live entry after a prenote", "from the third banking day after its settlement", _PRENOTE),
    VerificationRule("Answer to a prenote", "by the opening of the second banking day after its settlement", _PRENOTE),
)
