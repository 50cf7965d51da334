"""Whether a received entry posts, goes back by rule, or waits for a person: pure functions and one table.

The rows are tried in order, and the first that applies decides. An entry to which none applies is posted; whether the
account takes it is the ledger's to say.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.accounts.model import AccountRecord
from domain.customers.model import CustomerKind
from domain.ledger.model import Status
from domain.rails.ach.incoming_model import Found, ReceivedEntry
from domain.rails.ach.nacha import codes
from domain.rails.ach.return_codes import Decision, ReturnFacts, code_for, last_legal_day, return_allowed
from domain.rails.ach.tables import OURS, AccountKind, Direction, Source, in_force


@dataclass(frozen=True, slots=True)
class ReviewLimit:
    """From this amount on, a credit to such an account is looked at by a person before it posts."""

    holder: CustomerKind
    since: date
    from_minor: int
    source: Source = OURS


REVIEW_LIMITS: Final[list[ReviewLimit]] = [
    ReviewLimit(CustomerKind.PERSON, date(2026, 1, 1), 250_000_00),
    ReviewLimit(CustomerKind.BUSINESS, date(2026, 1, 1), 5_000_000_00),
]

NOT_FOR_DEBITS: Final = frozenset({"savings"})
"""Products that others do not collect from."""
CONSUMER_SECS: Final = frozenset({"PPD", "WEB", "TEL", "POP", "POS", "SHR", "ARC", "BOC", "RCK"})
"""Debit classes that name a consumer as receiver (Nacha Operating Rules, article two, by class)."""
CORPORATE_SECS: Final = frozenset({"CCD", "CTX"})


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry with the account it names."""

    entry: ReceivedEntry
    record: AccountRecord | None
    repeats: str | None = None
    """The entry before it that says the same."""

    @property
    def debit(self) -> bool:
        return not self.entry.credit

    @property
    def business(self) -> bool:
        return self.record is not None and self.record.holder_kind is CustomerKind.BUSINESS


@dataclass(frozen=True, slots=True)
class Screen:
    """A row: what it is about, when it applies, and what follows."""

    reason: str
    applies: Callable[[Seen], bool]
    decision: Decision
    by_rule: bool
    """It goes back without a person; else people decide, and `decision` is what follows when they do not in time, but
    for the reasons of `NEVER_BY_ITSELF`."""
    source: Source = OURS


def _over_review(seen: Seen) -> bool:
    if seen.record is None or seen.debit:
        return False
    holder = seen.record.holder_kind
    row = in_force((row for row in REVIEW_LIMITS if row.holder is holder), seen.entry.settles_on)
    return row is not None and seen.entry.amount.minor >= row.from_minor


REPEATED: Final = "ENTRY_REPEATED"
NEVER_BY_ITSELF: Final = frozenset({REPEATED})
"""Reasons for which nothing goes back because nobody decided: the first of two may be the one that was wrong."""

SCREENS: Final = (
    Screen(REPEATED, lambda seen: seen.repeats is not None, Decision.DUPLICATE, by_rule=False),
    Screen("ENTRY_FAULTY", lambda seen: bool(seen.entry.faults), Decision.UNPROCESSABLE, by_rule=False),
    Screen("MISROUTED", lambda seen: seen.entry.found is Found.MISROUTED, Decision.UNPROCESSABLE, by_rule=False),
    Screen(
        "ACCOUNT_NUMBER_MALFORMED",
        lambda seen: seen.entry.found is Found.MALFORMED,
        Decision.INVALID_ACCOUNT_NUMBER,
        by_rule=True,
    ),
    Screen("ACCOUNT_UNKNOWN", lambda seen: seen.record is None, Decision.NO_ACCOUNT, by_rule=True),
    Screen(
        "ACCOUNT_IN_ANOTHER_CURRENCY",
        lambda seen: seen.record is not None and seen.record.currency != seen.entry.amount.currency,
        Decision.NON_TRANSACTION,
        by_rule=True,
    ),
    # A savings product is not for debits of others: R20, "non-transaction account".
    Screen(
        "PRODUCT_NOT_FOR_DEBITS",
        lambda seen: seen.debit and seen.record is not None and seen.record.product in NOT_FOR_DEBITS,
        Decision.NON_TRANSACTION,
        by_rule=True,
    ),
    # International entries are screened against sanctions before they post (Nacha Operating Rules, IAT; OFAC).
    Screen("INTERNATIONAL", lambda seen: seen.entry.sec == "IAT", Decision.UNPROCESSABLE, by_rule=False),
    # R29 and R05 say that the account's holder denies the debit. Nobody has asked them yet, so a person does.
    Screen(
        "CONSUMER_DEBIT_TO_BUSINESS",
        lambda seen: seen.debit and seen.business and seen.entry.sec in CONSUMER_SECS,
        Decision.UNAUTHORISED,
        by_rule=False,
    ),
    Screen(
        "CORPORATE_DEBIT_TO_CONSUMER",
        lambda seen: seen.debit and not seen.business and seen.entry.sec in CORPORATE_SECS,
        Decision.UNPROCESSABLE,
        by_rule=False,
    ),
    Screen("AMOUNT_UNDER_REVIEW", _over_review, Decision.UNPROCESSABLE, by_rule=False),
)

REFUSALS: Final[Mapping[str, Decision]] = {
    "INSUFFICIENT_FUNDS": Decision.INSUFFICIENT,
    "ACCOUNT_FROZEN": Decision.FROZEN,
    "ACCOUNT_CLOSED": Decision.CLOSED,
    "NOT_FOUND": Decision.NO_ACCOUNT,
}
"""What the ledger's refusals of a debit mean as a return."""
STATUSES: Final[Mapping[Status, Decision]] = {Status.CLOSED: Decision.CLOSED, Status.FROZEN: Decision.FROZEN}
"""What an account that takes no credit is, as a return; which of the two the refusal does not say."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an entry goes on that does not simply post."""

    reason: str
    code: str | None
    """The return code; None where no code says it, or none may be sent any more."""
    return_by: date | None
    undecided: bool


def screened(seen: Seen, today: date) -> Way | None:
    """The first row that applies, as what follows from it; None when the entry is to be posted."""
    for screen in SCREENS:
        if screen.applies(seen):
            return way_back(screen.decision, seen, today, reason=screen.reason, by_rule=screen.by_rule)
    return None


def refused(code: str, status: Status | None, seen: Seen, today: date) -> Way:
    """What follows when the ledger refused an entry with this code."""
    decision = REFUSALS.get(code) or (STATUSES.get(status) if status else None)
    if decision is None:
        return Way(code, None, None, undecided=True)
    return way_back(decision, seen, today, reason=code, by_rule=True)


def way_back(decision: Decision, seen: Seen, today: date, *, reason: str, by_rule: bool) -> Way:
    """The return that says this decision. Where no code says it, or it is too late for it, people decide."""
    facts = facts_of(seen)
    code = code_for(decision, facts)
    if code is None or return_allowed(code, facts, today) is not None:
        return Way(reason, None, None, undecided=True)
    return Way(reason, code, last_legal_day(code, facts.settled_on, event_on=facts.event_on), undecided=not by_rule)


TYPES: Final[Mapping[str, str]] = {"checking": "2", "savings": "3"}
"""A product, and the first digit of the transaction codes that name its type (Nacha, appendix three)."""


def right_code(seen: Seen) -> str | None:
    """The transaction code that the entry should have had; None when it is right. Its sender is told by C05."""
    wanted = TYPES.get(seen.record.product) if seen.record else None
    code = seen.entry.transaction_code
    if wanted is None or code.startswith(wanted) or wanted + code[1:] not in codes.TRANSACTION_CODES:
        return None
    return wanted + code[1:]


def said(entry: ReceivedEntry) -> str:
    """By what an entry is known again in another batch or file: all that its bank said of it. Trace numbers come again
    in time, so one that repeats a trace number alone is another entry."""
    parts = (
        entry.odfi,
        entry.trace,
        "C" if entry.credit else "D",
        str(entry.amount.minor),
        entry.amount.currency,
        entry.settles_on.isoformat(),
        entry.account or entry.number_masked or "",
        entry.company_masked,
        entry.description.strip(),
    )
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def facts_of(seen: Seen) -> ReturnFacts:
    return ReturnFacts(
        sec=seen.entry.sec,
        direction=Direction.CREDIT if seen.entry.credit else Direction.DEBIT,
        receiver=AccountKind.CORPORATE if seen.business else AccountKind.CONSUMER,
        settled_on=seen.entry.settles_on,
        statement=seen.entry.grounds.statement,
        statement_reviewed_on=seen.entry.grounds.statement_reviewed_on,
        event_on=seen.entry.grounds.event_on,
        died_on=seen.entry.grounds.died_on,
    )
