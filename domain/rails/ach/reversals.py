"""Reversals: what takes back an entry that was sent in error, with few reasons and a short clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.rails.ach.calendar import add_banking_days
from domain.rails.ach.sec_codes import Purpose, description_of
from domain.rails.ach.tables import Direction, Reason, Source


class ReversalReason(StrEnum):
    DUPLICATE = "duplicate"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_RECEIVER = "wrong_receiver"
    WRONG_DATE = "wrong_date"
    SEPARATION_PAY = "separation_pay"
    LACK_OF_FUNDING = "lack_of_funding"


@dataclass(frozen=True, slots=True)
class ReversalRule:
    reason: ReversalReason
    allowed: bool
    condition: str
    source: Source


_NACHA: Final = Source("nacha.org, Reversals and Enforcement (2021); saltmarshcpa.com, Nacha's Reversals Rule")
REVERSAL_RULES: Final = (
    ReversalRule(ReversalReason.DUPLICATE, True, "The entry was sent twice", _NACHA),
    ReversalRule(ReversalReason.WRONG_AMOUNT, True, "The amount was not the one meant", _NACHA),
    ReversalRule(ReversalReason.WRONG_RECEIVER, True, "The receiver was not the one meant", _NACHA),
    ReversalRule(ReversalReason.WRONG_DATE, True, "A debit settled earlier, or a credit later, than meant", _NACHA),
    ReversalRule(ReversalReason.SEPARATION_PAY, True, "A PPD credit to an employee already paid by check", _NACHA),
    ReversalRule(ReversalReason.LACK_OF_FUNDING, False, "Never: the originator did not fund the entry", _NACHA),
)

REVERSAL_BANKING_DAYS: Final = 5
"""The receiving bank has it within five banking days of settlement of the entry in error."""
DISCOVERY_LIMIT: Final = timedelta(hours=24)
"""A file is reversed within 24 hours of the discovery of its error."""


@dataclass(frozen=True, slots=True)
class SentEntry:
    """The entry in error."""

    sec: str
    direction: Direction
    company_id: str
    amount_minor: int
    settled_on: date
    reverses: bool = False
    """It is a reversal itself."""
    reversed: bool = False
    """It has been reversed already."""
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """The reversal somebody asks for."""

    reason: ReversalReason
    sec: str
    direction: Direction
    company_id: str
    amount_minor: int
    description: str
    arrives_on: date
    """The day the receiving bank has it: settlement of the window it goes into."""
    discovered_at: datetime
    sent_at: datetime
    whole_file: bool = False
    intended_on: date | None = None
    """The day the entry should have settled on, where the date is what was wrong."""


REASON_NOT_ALLOWED: Final = Reason("REASON_NOT_ALLOWED", "An entry is not reversed because it was not funded.")
DATE_NOT_WRONG: Final = Reason(
    "DATE_NOT_WRONG", "Only a debit that settled too early or a credit that settled too late had the wrong date."
)
NOT_SEPARATION_PAY: Final = Reason("NOT_SEPARATION_PAY", "Separation pay is a PPD credit.")
REVERSAL_OF_REVERSAL: Final = Reason("REVERSAL_OF_REVERSAL", "A reversal is not reversed.")
ALREADY_REVERSED: Final = Reason("ALREADY_REVERSED", "The entry has been reversed already.")
ALREADY_RETURNED: Final = Reason("ALREADY_RETURNED", "The entry has been returned; there is nothing to take back.")
REVERSAL_TOO_LATE: Final = Reason(
    "REVERSAL_TOO_LATE", "A reversal is with the receiving bank within five banking days of settlement."
)
DISCOVERY_TOO_OLD: Final = Reason(
    "DISCOVERY_TOO_OLD", "A file is reversed within 24 hours of the discovery of its error."
)
DIRECTION_NOT_OPPOSITE: Final = Reason("DIRECTION_NOT_OPPOSITE", "A reversal moves the money the other way.")
COMPANY_DIFFERS: Final = Reason("COMPANY_DIFFERS", "A reversal has the company identification of the entry.")
CLASS_DIFFERS: Final = Reason("CLASS_DIFFERS", "A reversal has the class of the entry.")
AMOUNT_DIFFERS: Final = Reason("AMOUNT_DIFFERS", "A reversal has the amount of the entry.")
DESCRIPTION_NOT_REVERSAL: Final = Reason("DESCRIPTION_NOT_REVERSAL", "A reversal is described as REVERSAL.")


def last_reversal_day(settled_on: date) -> date:
    """The last day on which the receiving bank may have the reversal."""
    return add_banking_days(settled_on, REVERSAL_BANKING_DAYS)


def reversal_reasons(original: SentEntry, asked: Reversal) -> tuple[Reason, ...]:
    """Why an entry cannot be reversed so, all at once; nothing when it can.

    The receiver must be told of the reversal and its reason by the day it settles: that is the caller's notice.
    """
    return (*_cause_reasons(original, asked), *_time_reasons(original, asked), *_form_reasons(original, asked))


def _cause_reasons(original: SentEntry, asked: Reversal) -> Iterator[Reason]:
    if not next(row.allowed for row in REVERSAL_RULES if row.reason is asked.reason):
        yield REASON_NOT_ALLOWED
    if asked.reason is ReversalReason.WRONG_DATE and not _date_was_wrong(original, asked.intended_on):
        yield DATE_NOT_WRONG
    if asked.reason is ReversalReason.SEPARATION_PAY and not _is_ppd_credit(original):
        yield NOT_SEPARATION_PAY
    if original.reverses:
        yield REVERSAL_OF_REVERSAL
    if original.reversed:
        yield ALREADY_REVERSED
    if original.returned:
        yield ALREADY_RETURNED


def _date_was_wrong(original: SentEntry, intended_on: date | None) -> bool:
    if intended_on is None:
        return False
    if original.direction is Direction.DEBIT:
        return original.settled_on < intended_on
    return original.settled_on > intended_on


def _is_ppd_credit(original: SentEntry) -> bool:
    return original.sec == "PPD" and original.direction is Direction.CREDIT


def _time_reasons(original: SentEntry, asked: Reversal) -> Iterator[Reason]:
    if asked.arrives_on > last_reversal_day(original.settled_on):
        yield REVERSAL_TOO_LATE
    if asked.whole_file and asked.sent_at > asked.discovered_at + DISCOVERY_LIMIT:
        yield DISCOVERY_TOO_OLD


def _form_reasons(original: SentEntry, asked: Reversal) -> Iterator[Reason]:
    wanted = description_of(Purpose.REVERSAL, asked.arrives_on)
    if asked.direction is original.direction:
        yield DIRECTION_NOT_OPPOSITE
    if asked.company_id != original.company_id:
        yield COMPANY_DIFFERS
    if asked.sec != original.sec:
        yield CLASS_DIFFERS
    if asked.amount_minor != original.amount_minor:
        yield AMOUNT_DIFFERS
    if wanted is None or asked.description != wanted.text:
        yield DESCRIPTION_NOT_REVERSAL
