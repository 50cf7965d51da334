"""What every rule table of ACH shares: a row says where its figure is from and since when it holds.

The Nacha Operating Rules are sold, not published, so a row names what publishes its figure. A row without such a page
carries `GENERAL` and is to be checked against the rulebook before somebody leans on it alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure is from. `seen` is False where nothing published was found that says it."""

    text: str
    seen: bool = True


GENERAL: Final = Source("general knowledge of the Nacha Operating Rules", seen=False)
OURS: Final = Source("our own policy")
"""A figure that no rule gives: the bank decides it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule says no, or says something else than was asked: a code to branch on and one sentence."""

    code: str
    message: str


class Direction(StrEnum):
    """Seen from the receiver's account."""

    CREDIT = "credit"
    DEBIT = "debit"


class AccountKind(StrEnum):
    """Whose account it is: what most rules turn on."""

    CONSUMER = "consumer"
    CORPORATE = "corporate"


class DatedRow(Protocol):
    @property
    def since(self) -> date: ...


Row = TypeVar("Row", bound=DatedRow)


def in_force(rows: Iterable[Row], on: date) -> Row | None:
    """The row that holds on a day: the latest that began by then. None before the first."""
    begun = [row for row in rows if row.since <= on]
    return max(begun, key=lambda row: row.since, default=None)
