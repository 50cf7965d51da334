"""Three months of ordinary life, as a plan: what happens when, before anything is posted.

Pure: the same random numbers give the same plan. At most `LINES_MAX` lines an account, because the local engine reads
whole partitions.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from zlib import crc32

from domain.customers.model import CustomerKind
from domain.ids import Randomness

LINES_MAX: Final = 60
LINES_SPARE: Final = 8
"""Left free for what a visitor tries."""
DAYS: Final = 91
RENT_DAY: Final = 1
SALARY_DAY: Final = 25
SAVING_DAY: Final = 27
INTEREST_DAY: Final = 28
EXPORT_DAY: Final = 12
BILL_DAYS: Final = (5, 19)
SUPPLIER_DAYS: Final = (3, 17)
TAKINGS_WEEKDAYS: Final = (1, 4)
SATURDAY: Final = 5
DINNER_CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer with the accounts of the plan."""

    login: str
    kind: CustomerKind
    main: str
    savings: str | None
    """Savings of the same currency as the main account, where there is one."""
    other: str | None
    """An account in the other currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing at one moment. `kind` is a kind of journal, or `card`: a hold and its capture."""

    at: datetime
    kind: str
    account: str
    to: str | None = None
    minor: int
    memo: str | None = None
    by: str = ""
    """Login of the customer who asks for it; empty when the bank or the outside does."""


def plan(holders: Sequence[Holder], *, last_day: date, randomness: Randomness) -> list[Happening]:
    """Everything that happens up to the evening of `last_day`, in order, none of it over an account's lines."""
    first_day = last_day - timedelta(days=DAYS - 1)
    days = [first_day + timedelta(days=n) for n in range(DAYS)]
    wanted = sorted(
        (happening for holder in holders for happening in _life(holder, holders, days, randomness)),
        key=lambda happening: (happening.at, happening.account, happening.kind),
    )
    lines: Counter[str] = Counter()
    kept = []
    for happening in wanted:
        touched = {happening.account: 2 if happening.kind == "card" else 1, happening.to or "": 1}
        if all(lines[account] + more < LINES_MAX - LINES_SPARE for account, more in touched.items() if account):
            lines.update(touched)
            kept.append(happening)
    return kept


def _life(holder: Holder, everyone: Sequence[Holder], days: Sequence[date], random: Randomness) -> Iterator[Happening]:
    opening = 900_000_00 if holder.kind is CustomerKind.BUSINESS else random.randrange(1_500_00, 9_000_00)
    first = partial(_moment, days[0], random=random)
    yield Happening(at=first(13), kind="payment_received", account=holder.main, minor=opening)
    if holder.savings:
        yield Happening(at=first(14), kind="payment_received", account=holder.savings, minor=opening * 2)
    if holder.other:
        yield Happening(at=first(14), kind="payment_received", account=holder.other, minor=opening)
    lived = _trade if holder.kind is CustomerKind.BUSINESS else _private_life
    for day in days[1:]:
        yield from lived(holder, everyone, day, random)


def _private_life(holder: Holder, everyone: Sequence[Holder], day: date, random: Randomness) -> Iterator[Happening]:
    """Rent, salary and savings each month, shopping each week, now and then a dinner among friends."""
    businesses = [other for other in everyone if other.kind is CustomerKind.BUSINESS]
    steady = crc32(holder.login.encode())  # the same landlord, employer, rent and salary every month
    landlord, employer = businesses[steady % len(businesses)], businesses[steady // 7 % len(businesses)]
    at, pay = partial(_moment, day, random=random), partial(_transfer, account=holder.main, by=holder.login)
    if day.day == RENT_DAY:
        yield pay(at(9), to=landlord.main, minor=900_00 + steady % 1_300_00, memo="Rent")
        yield Happening(at=at(4), kind="fee", account=holder.main, minor=4_50)
    if day.day == SALARY_DAY:
        salary = 3_200_00 + steady % 3_100_00
        yield _transfer(at(8), account=employer.main, by=employer.login, to=holder.main, minor=salary, memo="Salary")
    if day.day == SAVING_DAY and holder.savings:
        yield pay(at(10), to=holder.savings, minor=random.randrange(100_00, 600_00), memo="Savings")
    if day.day == INTEREST_DAY and holder.savings:
        yield Happening(at=at(3), kind="interest", account=holder.savings, minor=random.randrange(2_10, 19_90))
    if day.weekday() == SATURDAY:
        yield Happening(at=at(16), kind="card", account=holder.main, minor=random.randrange(35_00, 160_00))
    if day.day in BILL_DAYS:
        yield Happening(at=at(15), kind="payment_sent", account=holder.main, minor=random.randrange(40_00, 190_00))
    friends = [other for other in everyone if other.kind is CustomerKind.PERSON and other is not holder]
    if friends and random.random() < DINNER_CHANCE:
        friend = friends[random.randrange(0, len(friends))]
        yield pay(at(19), to=friend.main, minor=random.randrange(8_00, 75_00), memo="Dinner")


def _trade(holder: Holder, everyone: Sequence[Holder], day: date, random: Randomness) -> Iterator[Happening]:
    """Takings twice a week, suppliers twice a month, a customer abroad once."""
    suppliers = [other for other in everyone if other.kind is CustomerKind.BUSINESS and other is not holder]
    at = partial(_moment, day, random=random)
    if day.weekday() in TAKINGS_WEEKDAYS:
        minor = random.randrange(300_00, 4_000_00)
        yield Happening(at=at(18), kind="cash_deposit", account=holder.main, minor=minor)
    if suppliers and day.day in SUPPLIER_DAYS:
        supplier, minor = suppliers[random.randrange(0, len(suppliers))], random.randrange(200_00, 9_000_00)
        yield _transfer(
            at(11), account=holder.main, by=holder.login, to=supplier.main, minor=minor, memo=f"Invoice {day:%m%d}"
        )
    if holder.other and day.day == EXPORT_DAY:
        minor = random.randrange(900_00, 7_000_00)
        yield Happening(at=at(12), kind="payment_received", account=holder.other, minor=minor)
    if day.day == RENT_DAY:
        yield Happening(at=at(4), kind="fee", account=holder.main, minor=29_00)


def _transfer(at: datetime, *, account: str, by: str, to: str, minor: int, memo: str) -> Happening:
    return Happening(at=at, kind="transfer", account=account, to=to, minor=minor, memo=memo, by=by)


def _moment(day: date, hour: int, *, random: Randomness) -> datetime:
    """Somewhere within the hour (UTC), on a microsecond of its own."""
    offset = timedelta(seconds=random.randrange(0, 3600), microseconds=random.randrange(0, 1_000_000))
    return datetime.combine(day, time(hour), UTC) + offset
