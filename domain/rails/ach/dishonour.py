"""Dishonours and contests: an answer to a return that was wrong, and the answer to that answer.

We dishonour returns of entries we originated (as ODFI) and contest dishonours of returns we sent (as RDFI).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.rails.ach.calendar import add_banking_days, next_banking_day
from domain.rails.ach.return_codes import RETURN_CODES, Clock, last_legal_day
from domain.rails.ach.tables import Reason, Source

DISHONOUR_BANKING_DAYS: Final = 5
"""After settlement of the return."""
CONTEST_BANKING_DAYS: Final = 2
"""After settlement of the dishonoured return."""


@dataclass(frozen=True, slots=True)
class ReceivedReturn:
    """A return of an entry we originated, and what we found wrong with it."""

    code: str
    settled_on: date
    """Of the return."""
    entry_settled_on: date
    misrouted: bool = False
    """It bears another bank's routing number as receiver."""
    returned_before: bool = False
    field_errors: bool = False
    """A field of the return differs from the entry, or is missing."""
    asked_for: bool = False
    """We asked for it (R06) or agreed to it (R31)."""
    reversal_left_a_credit: bool = False
    """It returns an erroneous debit or its reversal, and the receiver is left with money that is not his."""
    refused_on: date | None = None
    """R23: when the receiver refused, where the return says so."""


@dataclass(frozen=True, slots=True)
class Dishonour:
    code: str
    when: str
    right: Callable[[ReceivedReturn], bool]
    source: Source


_GUIDE: Final = Source("coda.io/straddle, ACH returns quick reference; nacha.org, request for information 2026")


def is_untimely(found: ReceivedReturn) -> bool:
    """The return settled after the day by whose opening it had to be there.

    What the rules set no day for (by agreement, by an operator, by an agency) is never untimely.
    """
    row = RETURN_CODES.get(found.code)
    if row is None or row.clock in (Clock.REQUEST, Clock.DISHONOUR, Clock.CONTEST):
        return False
    last = last_legal_day(found.code, found.entry_settled_on, event_on=found.refused_on)
    return last is not None and found.settled_on > next_banking_day(last)


def _not_asked_for(found: ReceivedReturn) -> bool:
    row = RETURN_CODES.get(found.code)
    return row is not None and row.clock in (Clock.REQUEST, Clock.AGREEMENT) and not found.asked_for


DISHONOURS: Final[dict[str, Dishonour]] = {
    row.code: row
    for row in (
        Dishonour("R61", "The return bears the wrong routing number", lambda found: found.misrouted, _GUIDE),
        Dishonour(
            "R62",
            "A return around a reversal left the receiver money that is not his",
            lambda found: found.reversal_left_a_credit,
            _GUIDE,
        ),
        Dishonour("R67", "The entry had been returned before", lambda found: found.returned_before, _GUIDE),
        Dishonour("R68", "The return came after its deadline", is_untimely, _GUIDE),
        Dishonour("R69", "A field of the return is wrong or missing", lambda found: found.field_errors, _GUIDE),
        Dishonour("R70", "It says we asked or agreed, and we did not", _not_asked_for, _GUIDE),
    )
}


def last_dishonour_day(return_settled_on: date) -> date:
    return add_banking_days(return_settled_on, DISHONOUR_BANKING_DAYS)


def right_dishonours(found: ReceivedReturn) -> tuple[str, ...]:
    """The codes with which the return may be dishonoured, by what was found about it."""
    return tuple(code for code, row in DISHONOURS.items() if row.right(found))


# --- contests ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contest:
    code: str
    answers: frozenset[str]
    """The dishonours it contests or corrects."""
    when: str
    source: Source


_EVERY: Final = frozenset(DISHONOURS)
CONTESTS: Final[dict[str, Contest]] = {
    row.code: row
    for row in (
        Contest("R71", _EVERY, "The dishonour bears the wrong routing number", _GUIDE),
        Contest("R72", _EVERY, "The dishonour came after its deadline", _GUIDE),
        Contest("R73", frozenset({"R68"}), "The return was in time", _GUIDE),
        Contest("R74", frozenset({"R69"}), "The return is corrected", _GUIDE),
        Contest("R75", frozenset({"R67"}), "The return was no duplicate", _GUIDE),
        Contest("R76", frozenset({"R69"}), "The return had no such errors", _GUIDE),
        Contest("R77", frozenset({"R62"}), "Both entries were returned, or the money cannot be had", _GUIDE),
    )
}

NO_CONTEST: Final = Reason("NO_CONTEST", "The code contests no dishonour.")
CONTESTS_ANOTHER: Final = Reason("CONTESTS_ANOTHER", "The code contests dishonours with another code.")
DISHONOUR_WAS_IN_TIME: Final = Reason("DISHONOUR_WAS_IN_TIME", "The dishonour came within its deadline.")
CONTEST_TOO_LATE: Final = Reason(
    "CONTEST_TOO_LATE", "A dishonour is contested within two banking days of its settlement."
)


@dataclass(frozen=True, slots=True)
class ReceivedDishonour:
    """A dishonour of a return we sent."""

    code: str
    settled_on: date
    return_settled_on: date


def last_contest_day(dishonour_settled_on: date) -> date:
    return add_banking_days(dishonour_settled_on, CONTEST_BANKING_DAYS)


def contest_reason(code: str, received: ReceivedDishonour, on: date) -> Reason | None:
    """Why we may not contest the dishonour with this code on the processing day `on`; None when we may.

    Whether what the code says is true (a return in time, no duplicate) is shown by the stored return, not here.
    """
    row = CONTESTS.get(code)
    if row is None:
        return NO_CONTEST
    if received.code not in row.answers:
        return CONTESTS_ANOTHER
    in_time = received.settled_on <= next_banking_day(last_dishonour_day(received.return_settled_on))
    if code == "R72" and in_time:
        return DISHONOUR_WAS_IN_TIME
    return CONTEST_TOO_LATE if on > last_contest_day(received.settled_on) else None
