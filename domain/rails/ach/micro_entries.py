"""Proving an account: two small credits whose amounts the holder reads off the statement, or an entry of zero.

Micro-entries (Nacha Operating Rules, 2.7) are the surer of the two: they show that somebody can see the account.
A prenote shows that the account exists.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.rails.ach.calendar import add_banking_days
from domain.rails.ach.sec_codes import Purpose, description_of
from domain.rails.ach.tables import OURS, Reason, Source

CREDIT_MINOR_MAX: Final = 99
"""A micro-entry's credit is under one dollar (achthirdparty.com, subsection 2.7.1)."""
AMOUNTS: Final = 2
PAIRS: Final = CREDIT_MINOR_MAX * (CREDIT_MINOR_MAX - 1)
"""Ordered pairs of two different amounts. Read without order they are 4,851: three guesses hit one in 1,617."""
ATTEMPTS_MAX: Final = 3
EXPIRES_AFTER: Final = timedelta(days=14)
"""After settlement. Long enough for a paper statement of a fortnight, short enough that amounts are not kept."""


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
    VerificationRule("Amounts", "two, different, 1 to 99 cents, drawn at random", OURS),
    VerificationRule("Attempts", f"{ATTEMPTS_MAX}", OURS),
    VerificationRule("Expiry", f"{EXPIRES_AFTER.days} calendar days after settlement", OURS),
    VerificationRule("Live entry after a prenote", "from the third banking day after its settlement", _PRENOTE),
    VerificationRule("Answer to a prenote", "by the opening of the second banking day after its settlement", _PRENOTE),
)


@dataclass(frozen=True, slots=True)
class MicroAmounts:
    """Two amounts in cents. Who knows them has proved the account, so they are shown in no log."""

    first_minor: int = field(repr=False)
    second_minor: int = field(repr=False)

    @property
    def total_minor(self) -> int:
        return self.first_minor + self.second_minor


def pick_amounts(below: Callable[[int], int]) -> MicroAmounts:
    """Two different amounts, each ordered pair as likely as any other.

    `below(n)` draws evenly from 0 to n - 1; in the bank that is `secrets.randbelow`. One draw, so nothing is drawn
    again and no amount is more likely than another.
    """
    drawn = below(PAIRS)
    if not 0 <= drawn < PAIRS:
        raise ValueError(f"a draw below {PAIRS} is not {drawn}")
    first, other = divmod(drawn, CREDIT_MINOR_MAX - 1)
    return MicroAmounts(first + 1, other + 1 + (other >= first))


CREDITS_MISSING: Final = Reason("CREDITS_MISSING", "Micro-entries have at least one credit.")
CREDIT_TOO_LARGE: Final = Reason("CREDIT_TOO_LARGE", "A credit of a micro-entry is 1 to 99 cents.")
CREDITS_EQUAL: Final = Reason("CREDITS_EQUAL", "The two credits differ, so that one does not tell the other.")
DEBITS_OVER_CREDITS: Final = Reason("DEBITS_OVER_CREDITS", "The debits are together not over the credits.")
SENT_APART: Final = Reason("SENT_APART", "Credits and debits of micro-entries settle at the same time.")
DESCRIPTION_NOT_ACCTVERIFY: Final = Reason("DESCRIPTION_NOT_ACCTVERIFY", "Micro-entries are described as ACCTVERIFY.")


@dataclass(frozen=True, slots=True)
class MicroEntry:
    """One entry of a proof. Debits take back what the credits gave."""

    credit: bool
    amount_minor: int
    window: str
    """Id of the window it settles in."""
    description: str


def micro_entry_reasons(entries: Sequence[MicroEntry], on: date) -> tuple[Reason, ...]:
    """Why these are not the micro-entries of one proof, all at once; nothing when they are."""
    credit_minors = [one.amount_minor for one in entries if one.credit]
    debited = sum(one.amount_minor for one in entries if not one.credit)
    wanted = description_of(Purpose.ACCOUNT_VERIFICATION, on)
    checks = (
        (not credit_minors, CREDITS_MISSING),
        (any(not 1 <= amount <= CREDIT_MINOR_MAX for amount in credit_minors), CREDIT_TOO_LARGE),
        (len(set(credit_minors)) < len(credit_minors), CREDITS_EQUAL),
        (debited > sum(credit_minors) or any(one.amount_minor < 0 for one in entries), DEBITS_OVER_CREDITS),
        (len({one.window for one in entries}) > 1, SENT_APART),
        (any(wanted is None or one.description != wanted.text for one in entries), DESCRIPTION_NOT_ACCTVERIFY),
    )
    return tuple(reason for wrong, reason in checks if wrong)


# --- an attempt ----------------------------------------------------------------------------------------------------


class AttemptOutcome(StrEnum):
    CONFIRMED = "confirmed"
    WRONG = "wrong"
    USED_UP = "used_up"
    """This attempt was wrong and the last, or there was none left."""
    EXPIRED = "expired"
    NOT_SETTLED = "not_settled"
    """The credits have not settled, so nobody can have read them. The attempt does not count."""


@dataclass(frozen=True, slots=True)
class Attempt:
    outcome: AttemptOutcome
    left: int
    """Attempts that remain after this one."""


def expires_on(settled_on: date) -> date:
    """The last day on which the amounts may be named."""
    return settled_on + EXPIRES_AFTER


def attempt(
    amounts: MicroAmounts, given: tuple[int, int], *, attempts_before: int, settled_on: date, on: date
) -> Attempt:
    """Judges two amounts that somebody names, in either order."""
    left = max(0, ATTEMPTS_MAX - attempts_before)
    if on < settled_on:
        return Attempt(AttemptOutcome.NOT_SETTLED, left)
    if on > expires_on(settled_on):
        return Attempt(AttemptOutcome.EXPIRED, 0)
    if left == 0:
        return Attempt(AttemptOutcome.USED_UP, 0)
    if sorted(given) == sorted((amounts.first_minor, amounts.second_minor)):
        return Attempt(AttemptOutcome.CONFIRMED, left - 1)
    return Attempt(AttemptOutcome.WRONG if left > 1 else AttemptOutcome.USED_UP, left - 1)


# --- volume --------------------------------------------------------------------------------------------------------

SENT_MAX: Final = 50
"""Micro-entries of one originator a day. Proofs beyond 25 counterparties a day are not a customer's own accounts."""
RETURNED_MIN: Final = 5
RETURNED_PERCENT: Final = 20
"""A fifth of them coming back means that account numbers are being tried out."""

SENT_TOO_MANY: Final = Reason("SENT_TOO_MANY", "The originator sent more micro-entries today than a customer needs.")
RETURNED_TOO_MANY: Final = Reason("RETURNED_TOO_MANY", "Too many of the originator's micro-entries come back.")


def volume_reasons(*, sent: int, returned: int) -> tuple[Reason, ...]:
    """Why fraud should look at an originator's micro-entries of one day: those sent, and of those sent, returned."""
    checks = (
        (sent > SENT_MAX, SENT_TOO_MANY),
        (returned >= RETURNED_MIN and returned * 100 >= sent * RETURNED_PERCENT, RETURNED_TOO_MANY),
    )
    return tuple(reason for wrong, reason in checks if wrong)


# --- prenotes ------------------------------------------------------------------------------------------------------

PRENOTE_CODES: Final = frozenset(("23", "28", "33", "38", "43", "48", "53"))
PRENOTE_BANKING_DAYS: Final = 3


def first_live_day(prenote_settled_on: date) -> date:
    """The first day a live entry may settle on, when the prenote was neither returned nor corrected."""
    return add_banking_days(prenote_settled_on, PRENOTE_BANKING_DAYS)
