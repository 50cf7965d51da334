"""What exists in the ledger: accounts as logs of lines, journals, legs, holds, and the commands that make them.

Signs: inside the ledger an amount that changes an account is credit-positive, so every journal adds up to zero and
so do all balances together. `State.normal` says which side increases what the holder of the account sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, TypeVar

from domain.jurisdictions import Jurisdiction
from domain.money import Money
from domain.refusals import Refusal

LEGS_MAX: Final = 30
HOLDS_MAX: Final = 64
JOINT_LIMITS_MAX: Final = 4
"""Each joint limit adds an item to every debit of the account."""
EFFECTIVE_DAYS_BACK_MAX: Final = 90
CLOCK_AHEAD_MAX: Final = timedelta(seconds=2)
"""A head stamped further ahead of our clock than this means one of the two clocks is wrong."""
EXPIRY_GRACE: Final = timedelta(seconds=5)
"""A hold counts as expired this long after its expiry, so that clocks that differ a little agree on it."""
KEY_LENGTH_MAX: Final = 128
MEMO_BYTES_MAX: Final = 589
"""Sealed bytes: 140 characters of at most four bytes, version (1), nonce (12) and tag (16)."""
PAYMENT_EVIDENCE: Final = "payment:"
"""Stands before a payment's id among the evidence of a journal that is one of its moments."""


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def sign(self) -> int:
        return 1 if self is Side.CREDIT else -1

    @property
    def opposite(self) -> "Side":
        return Side.DEBIT if self is Side.CREDIT else Side.CREDIT


class Status(StrEnum):
    OPEN = "OPEN"
    DEBITS_FROZEN = "DEBITS_FROZEN"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"


class Batching(StrEnum):
    """Whether credits go to the account's incoming internal account (ON), did and are being drained (ENDING)."""

    OFF = "OFF"
    ON = "ON"
    ENDING = "ENDING"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a line stands in its account's log. Seq runs gap-free through the epochs."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Money of one account set aside; `expires_at` is None for holds that only their journey ends."""

    id: str
    remaining_minor: int
    expires_at: datetime | None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now - EXPIRY_GRACE


@dataclass(frozen=True, slots=True)
class Limits:
    """What the holder's debits may reach. Minor units of the account's currency; None is no limit."""

    overdraft_minor: int = 0
    per_transfer_minor: int | None = None
    per_day_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An account after one of its lines. A joint limit and a shard of a guarded internal account are logs too."""

    account: str
    position: Position
    currency: str
    normal: Side = Side.CREDIT
    posted_minor: int = 0
    """Credits minus debits of all lines so far, whatever the normal side."""
    held_minor: int = 0
    holds: tuple[Hold, ...] | None = ()
    """The open holds, or None when this line only says where they are listed (`holds_at`)."""
    holds_count: int = 0
    holds_at: Position | None = None
    earliest_expiry: datetime | None = None
    status: Status = Status.OPEN
    limits: Limits = Limits()
    joint_limits: tuple[str, ...] = ()
    batching: Batching = Batching.OFF
    day: date | None = None
    """The calendar day in the jurisdiction's time zone that `day_debits_minor` counts."""
    day_debits_minor: int = 0
    booked_at: datetime
    booked_day: date
    hash: bytes = b""

    @property
    def ledger_minor(self) -> int:
        """The posted balance as the holder sees it."""
        return self.posted_minor * self.normal.sign

    @property
    def available_minor(self) -> int:
        """Posted minus held plus the overdraft limit (never blended into one stored number)."""
        return self.ledger_minor - self.held_minor + self.limits.overdraft_minor

    @property
    def key(self) -> tuple[str, Position]:
        return self.account, self.position

    def with_listed(self, holds: tuple[Hold, ...]) -> "State":
        """The same state with the open holds that the line at `holds_at` lists."""
        return evolve(self, holds=holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What changed, by which journal, and the state after it. Never edited, never deleted."""

    state: State
    journal: str
    digest: bytes
    """The journal's digest: SHA-256 over all the journal says."""
    kind: str
    amount_minor: int
    """Change of `posted_minor`, credit-positive; 0 for lines that only hold, release, freeze or set."""
    held_change_minor: int
    counter: str | None
    """The account on the other side; of several, the first in the journal's order."""
    effective_on: date
    subject: str | None
    """The hold or journal that this line changes."""
    released: tuple[str, ...]
    """Expired holds that this line released because it needed their money or the sweeper asked."""
    previous_hash: bytes

    @property
    def account(self) -> str:
        return self.state.account

    @property
    def position(self) -> Position:
        return self.state.position


@dataclass(frozen=True, slots=True)
class LinePlace:
    """A leg of a guarded account: the line that carries it."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """A leg of an internal account: the shard its own item lies in. Written once and never recomputed."""

    region: str
    shard: int


@dataclass(frozen=True, slots=True)
class Leg:
    account: str
    side: Side
    money: Money
    place: LinePlace | ItemPlace

    @property
    def signed_minor(self) -> int:
        return self.money.minor * self.side.sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One posting or one stored refusal, and at the same time the idempotency record of its key."""

    id: str
    kind: str
    initiator: str
    legs: tuple[Leg, ...]
    lines: tuple[tuple[str, Position], ...]
    """Every line this journal wrote. Of a refused journal: the heads it was decided on."""
    booked_at: datetime
    booked_day: date
    effective_on: date
    fingerprint: str
    refusal: Refusal | None = None
    amount: Money | None = None
    """The amount asked for, of kinds that have one."""
    reverses: str | None = None
    hold: str | None = None
    """The hold this journal places, raises, captures or releases."""
    expires_at: datetime | None = None
    forced: bool = False
    shortfall_minor: int = 0
    """How far a forced debit took the account below its limit: what the recovery item is about."""
    memo: bytes | None = None
    """Sealed under the initiator's customer key."""
    evidence: tuple[str, ...] = ()
    """Digests and decision ids that the poster wants kept: fraud decision, file, mandate."""
    digest: bytes = b""

    @property
    def posted(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Claim:
    """The n-th reversal of `original`, which brings what is reversed of it to `reversed_minor`."""

    original: str
    n: int
    journal: str
    reversed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegItem:
    """One leg of an internal account as its own item."""

    account: str
    region: str
    shard: int
    journal: str
    digest: bytes
    leg: int
    kind: str
    signed_minor: int
    currency: str
    counter: str | None
    booked_at: datetime
    booked_day: date
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum of one closed UTC minute of one shard of an internal account, in the shard's own log."""

    account: str
    region: str
    shard: int
    position: Position
    day: str
    """UTC, yyyymmdd."""
    hhmm: str
    booked_day: date
    count: int
    credits_minor: int
    debits_minor: int
    posted_minor: int
    """Credits minus debits of all legs up to the end of this minute."""
    digest: bytes
    """SHA-256 over the minute's legs in the order of their keys."""
    previous_hash: bytes
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Registration:
    """An internal account that the folder visits, from the UTC day `since` (yyyymmdd) on."""

    account: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """An account's balances, never blended: minor units of `currency` as the holder sees them."""

    currency: str
    ledger_minor: int
    held_minor: int
    available_minor: int
    position: Position
    """The last line that counts by booked time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody asks of the ledger. `kind` names a row of `kinds.KINDS`; the rest fills its template."""

    kind: str
    initiator: str
    """The account in whose name the idempotency key is kept."""
    scope: str
    """Customer or staff id of the acting person, a partner's id, or `bank`."""
    key: str
    parties: Mapping[str, str] = field(default_factory=dict)
    """Role of the template -> account."""
    amounts: Mapping[str, Money] = field(default_factory=dict)
    """Name in the template -> money, more than zero; most kinds have just `amount`."""
    shares: tuple[tuple[str, Money], ...] = ()
    """Receivers of a kind with a `many` leg."""
    currency: str | None = None
    hold: str | None = None
    expires_at: datetime | None = None
    over_capture_minor: int = 0
    """How far above what remains of the hold the caller's rule lets a capture go."""
    release_rest: bool = False
    """A final capture: what remains of the hold is released in the same line."""
    reverses: str | None = None
    limits: Limits | None = None
    joint_limits: tuple[str, ...] | None = None
    effective_on: date | None = None
    known_joint_limits: tuple[str, ...] = ()
    """A hint: joint limits the caller believes the accounts are under, read in the same round as their heads."""
    memo: bytes | None = None
    memo_digest: str | None = None
    """Stands for the memo in the fingerprint: sealing the same text twice gives different bytes."""
    evidence: tuple[str, ...] = ()
    stands_for: str | None = None
    """The fingerprint of the request whose key this answers, where the bank does in its stead what the request did not
    name: a transfer that was held for a review is captured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The journal is in the ledger. `states` are the states after the lines it names."""

    journal: Journal
    states: Mapping[str, State]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Not done. `journal` is set when the refusal is the stored outcome of the key."""

    refusal: Refusal
    journal: Journal | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """The region's ledger as data; everything that differs between a drill, the local bank and AWS."""

    region: str
    jurisdiction: Jurisdiction
    epoch: int = 1
    close_after: timedelta = timedelta(seconds=360)
    """How long after its end a minute is closed: the signature bound plus a minute."""
    signature_bound: timedelta = timedelta(seconds=300)
    """The age after which the store refuses a signature (AWS Signature Version 4: five minutes)."""
    index_spread: int = 1
    """k of the time index: peak journals per second / 500, at least 1."""
    shards: int = 2
    """Shards of each internal account in this region. May grow: legs name their shard."""
    currencies: tuple[str, ...] = ("EUR", "USD")
    """Currencies the bank keeps accounts in: its books are open in each."""


Value = TypeVar("Value", bound="State | Line | Journal | Total")


def evolve(value: Value, **changes: Any) -> Value:
    """The value with some fields changed, as `dataclasses.replace` gives it, in little more than half the time.

    A posting changes a state field by field on its way to the next line; copying slot by slot spares it the
    constructor of a frozen class, which sets each field by a call of its own.
    """
    read, setters = _SLOTS[type(value)]
    evolved = object.__new__(type(value))
    for put, part in zip(setters.values(), read(value), strict=True):
        put(evolved, part)
    for name, changed in changes.items():
        setters[name](evolved, changed)
    return evolved


_SLOTS: Final[dict[type[object], tuple[Callable[[Any], tuple[Any, ...]], dict[str, Callable[[Any, Any], None]]]]] = {
    kind: (attrgetter(*kind.__slots__), {name: getattr(kind, name).__set__ for name in kind.__slots__})
    for kind in (State, Line, Journal, Total)
}
"""How to read all fields of a value at once, and how to set each."""


class Fault(Exception):
    """The ledger found what must not be. Nothing catches this: it stops the line and alarms."""


class Unbalanced(Fault):
    """The legs of a journal do not add up to zero in one of its currencies."""


class TornRecord(Fault):
    """A stored item does not say what the ledger writes, or a line that must exist does not."""
