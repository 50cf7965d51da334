"""Limits of an entry: what Same Day ACH takes, what the bank lets a customer send, what the format can hold.

All dated: a limit of the network has changed three times and will again. ACH is in US dollars alone, so amounts here
are cents.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.rails.ach.tables import OURS, AccountKind, Direction, Reason, Source, in_force

# --- Same Day ACH --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SameDayLimit:
    """The most one entry may carry to settle on the same day."""

    since: date
    per_entry_minor: int
    debits: bool
    source: Source


_FAQ: Final = Source("frbservices.org, Same Day ACH Frequently Asked Questions, implementation phases")
SAME_DAY_LIMITS: Final = (
    SameDayLimit(date(2016, 9, 23), 2_500_000, False, _FAQ),
    SameDayLimit(date(2017, 9, 15), 2_500_000, True, _FAQ),
    SameDayLimit(date(2020, 3, 20), 10_000_000, True, Source("nacha.org, New Rules: Expanding Same Day ACH (2018)")),
    SameDayLimit(
        date(2022, 3, 18), 100_000_000, True, Source("prnewswire.com, Nacha, 2021-04-05, limit of $1 million")
    ),
)
"""A higher limit was put out for comment in November 2025; until it is adopted it has no row."""

SAME_DAY_EXCLUDED: Final = frozenset(("IAT", "ENR"))
"""frbservices.org, FedACH SameDay Service: international and automated enrolment entries are not eligible."""

NOT_YET: Final = Reason("NOT_YET", "Entries of this kind did not settle on the same day then.")
SEC_NOT_ELIGIBLE: Final = Reason("SEC_NOT_ELIGIBLE", "Entries of this class never settle on the same day.")
OVER_SAME_DAY_LIMIT: Final = Reason(
    "OVER_SAME_DAY_LIMIT", "The amount is over what one entry may carry to settle on the same day."
)
DATE_IN_FUTURE: Final = Reason("DATE_IN_FUTURE", "An entry of a later effective date does not settle today.")


def same_day_limit(on: date) -> SameDayLimit | None:
    """What holds for entries that settle on `on`; None before there was Same Day ACH."""
    return in_force(SAME_DAY_LIMITS, on)


def same_day_reasons(
    *, sec: str, direction: Direction, amount_minor: int, effective_on: date, today: date
) -> tuple[Reason, ...]:
    """Why an entry cannot settle on `today`, all at once; nothing when it can."""
    limit = same_day_limit(today)
    not_yet = limit is None or (direction is Direction.DEBIT and not limit.debits)
    checks = (
        (not_yet, NOT_YET),
        (sec in SAME_DAY_EXCLUDED, SEC_NOT_ELIGIBLE),
        (limit is not None and amount_minor > limit.per_entry_minor, OVER_SAME_DAY_LIMIT),
        (effective_on > today, DATE_IN_FUTURE),
    )
    return tuple(reason for wrong, reason in checks if wrong)


@dataclass(frozen=True, slots=True)
class SameDayEntry:
    """What the splitting alarm needs to know. `receiver` tells receivers apart and is nobody's account number."""

    id: str
    receiver: str
    direction: Direction
    amount_minor: int
    settles_on: date


@dataclass(frozen=True, slots=True)
class SplitAlarm:
    """Entries to one receiver that together carry more than one of them could."""

    receiver: str
    direction: Direction
    settles_on: date
    total_minor: int
    limit_minor: int
    entries: tuple[str, ...]


def split_alarms(entries: Iterable[SameDayEntry]) -> tuple[SplitAlarm, ...]:
    """Amounts cut up to pass under the same-day limit: an alarm for somebody to look at, never a refusal.

    Two honest invoices look the same; the network counts each entry for itself.
    """
    groups: dict[tuple[date, str, Direction], list[SameDayEntry]] = defaultdict(list)
    for entry in entries:
        groups[entry.settles_on, entry.receiver, entry.direction].append(entry)
    return tuple(_alarms(groups[key]) for key in sorted(groups) if _is_split(groups[key]))


def _is_split(entries: list[SameDayEntry]) -> bool:
    limit = same_day_limit(entries[0].settles_on)
    if limit is None or len(entries) < 2:  # noqa: PLR2004 - one entry is not split
        return False
    return sum(entry.amount_minor for entry in entries) > limit.per_entry_minor


def _alarms(entries: list[SameDayEntry]) -> SplitAlarm:
    first, limit = entries[0], same_day_limit(entries[0].settles_on)
    return SplitAlarm(
        receiver=first.receiver,
        direction=first.direction,
        settles_on=first.settles_on,
        total_minor=sum(entry.amount_minor for entry in entries),
        limit_minor=limit.per_entry_minor if limit else 0,
        entries=tuple(entry.id for entry in entries),
    )


# --- what the bank lets its customers send -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BankLimit:
    """What one customer of a kind may originate of one class and direction: an entry, and a day of its time zone."""

    since: date
    customer: AccountKind
    sec: str
    direction: Direction
    per_entry_minor: int
    per_day_minor: int
    source: Source = OURS


_FIRST: Final = date(2026, 1, 1)
_CONSUMER, _CORPORATE = AccountKind.CONSUMER, AccountKind.CORPORATE
_CREDIT, _DEBIT = Direction.CREDIT, Direction.DEBIT
BANK_LIMITS: Final = (
    BankLimit(_FIRST, _CONSUMER, "PPD", _CREDIT, 1_000_000, 2_500_000),
    BankLimit(_FIRST, _CONSUMER, "PPD", _DEBIT, 500_000, 1_000_000),
    BankLimit(_FIRST, _CONSUMER, "WEB", _CREDIT, 1_000_000, 2_500_000),
    BankLimit(_FIRST, _CONSUMER, "WEB", _DEBIT, 500_000, 1_000_000),
    BankLimit(_FIRST, _CONSUMER, "CCD", _CREDIT, 1_000_000, 2_500_000),
    BankLimit(_FIRST, _CORPORATE, "PPD", _CREDIT, 50_000_000, 500_000_000),
    BankLimit(_FIRST, _CORPORATE, "PPD", _DEBIT, 2_500_000, 50_000_000),
    BankLimit(_FIRST, _CORPORATE, "WEB", _DEBIT, 1_000_000, 25_000_000),
    BankLimit(_FIRST, _CORPORATE, "TEL", _DEBIT, 500_000, 5_000_000),
    BankLimit(_FIRST, _CORPORATE, "CCD", _CREDIT, 500_000_000, 2_000_000_000),
    BankLimit(_FIRST, _CORPORATE, "CCD", _DEBIT, 100_000_000, 500_000_000),
    BankLimit(_FIRST, _CORPORATE, "CTX", _CREDIT, 500_000_000, 2_000_000_000),
    BankLimit(_FIRST, _CORPORATE, "CTX", _DEBIT, 100_000_000, 500_000_000),
)
"""What has no row is not offered: consumers debit nobody by telephone or as a company, companies send no WEB credits.

Debits are lower than credits: a credit leaves money that is there, a debit brings money that may be taken back for
sixty days.
"""

NOT_OFFERED: Final = Reason("NOT_OFFERED", "Customers of this kind do not originate entries of this class.")
OVER_ENTRY_LIMIT: Final = Reason("OVER_ENTRY_LIMIT", "The amount is over the customer's limit for one entry.")
OVER_DAY_LIMIT: Final = Reason("OVER_DAY_LIMIT", "The amount is over what is left of the customer's limit for the day.")


def bank_limit(*, customer: AccountKind, sec: str, direction: Direction, on: date) -> BankLimit | None:
    wanted = (customer, sec, direction)
    return in_force((row for row in BANK_LIMITS if (row.customer, row.sec, row.direction) == wanted), on)


def bank_limit_reasons(
    *, customer: AccountKind, sec: str, direction: Direction, amount_minor: int, spent_today_minor: int, on: date
) -> tuple[Reason, ...]:
    """Why the bank does not take an entry; `spent_today_minor` is what the customer sent today under the same row."""
    limit = bank_limit(customer=customer, sec=sec, direction=direction, on=on)
    if limit is None:
        return (NOT_OFFERED,)
    checks = (
        (amount_minor > limit.per_entry_minor, OVER_ENTRY_LIMIT),
        (spent_today_minor + amount_minor > limit.per_day_minor, OVER_DAY_LIMIT),
    )
    return tuple(reason for wrong, reason in checks if wrong)


# --- what the format can hold --------------------------------------------------------------------------------------

ENTRY_MINOR_MAX: Final = 10**10 - 1
"""Ten digits of an entry detail: $99,999,999.99."""
TOTAL_MINOR_MAX: Final = 10**12 - 1
"""Twelve digits of the totals of a batch and of a file."""
ADV_TOTAL_MINOR_MAX: Final = 10**20 - 1
"""Twenty digits of an ADV batch's totals."""
HASH_DIGITS: Final = 10
"""An entry hash keeps its last ten digits; what goes beyond falls off on the left."""
BATCH_NUMBER_MAX: Final = 9_999_999
BATCH_ENTRIES_AND_ADDENDA_MAX: Final = 999_999
FILE_ENTRIES_AND_ADDENDA_MAX: Final = 99_999_999
FILE_BATCHES_MAX: Final = 999_999
ENTRY_ADDENDA_MAX: Final = 9_999

AMOUNT_NEGATIVE: Final = Reason("AMOUNT_NEGATIVE", "An entry carries no negative amount.")
AMOUNT_TOO_LONG: Final = Reason("AMOUNT_TOO_LONG", "The amount has more digits than an entry holds.")
TOTAL_TOO_LONG: Final = Reason("TOTAL_TOO_LONG", "The total has more digits than a batch or a file holds.")


def format_reasons(amounts_minor: Iterable[int]) -> tuple[Reason, ...]:
    """Why entries of one direction do not fit together into one batch or file."""
    return tuple(dict.fromkeys(_format_reasons(amounts_minor)))


def _format_reasons(amounts_minor: Iterable[int]) -> Iterator[Reason]:
    total = 0
    for amount in amounts_minor:
        total += amount
        if amount < 0:
            yield AMOUNT_NEGATIVE
        if amount > ENTRY_MINOR_MAX:
            yield AMOUNT_TOO_LONG
    if total > TOTAL_MINOR_MAX:
        yield TOTAL_TOO_LONG
