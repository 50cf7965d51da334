"""How the ledger is kept, as a seam of two verbs and plain reads. Only the rooms behind it know keys and attributes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from domain.ledger.model import Claim, Journal, LegItem, Line, Position, Registration, State, Total

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """One transaction: every item is a new key. `absent` are lines that must not exist yet (heads that were read)."""

    journal: Journal
    lines: tuple[Line, ...] = ()
    legs: tuple[LegItem, ...] = ()
    claim: Claim | None = None
    absent: tuple[tuple[str, Position], ...] = ()
    registered: str | None = None
    """An internal account that the folder is to visit from this journal's UTC day on."""


@dataclass(frozen=True, slots=True)
class Appended:
    pass


@dataclass(frozen=True, slots=True)
class Replayed:
    """The journal was there already; this is what is stored."""

    journal: Journal


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key was taken, or the store would not take the transaction now. Nothing is written."""

    reason: str


class Unanswered(Exception):
    """The store did not answer in time: the write may or may not have happened. Asking again finds out."""


class StampRefused(Exception):
    """The store found our stamp further from its own clock than the signature bound."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Part of a longer reading; `more` says that there are rows after the last."""

    rows: tuple[Row, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Minute:
    """One UTC minute of one shard: `day` yyyymmdd, `hhmm`."""

    day: str
    hhmm: str


class LedgerStore(Protocol):
    # The two verbs.

    def heads(self, accounts: Sequence[str]) -> Mapping[str, State]:
        """The last state of each account, read consistently and in parallel; accounts without a line are absent."""
        ...

    def append(self, writes: Writes, *, now: datetime) -> Appended | Replayed | Conflict:
        """All or nothing, stamped and signed with `now`. Raises Unanswered when the outcome is not known."""
        ...

    # Plain reads, all consistent unless they say otherwise.

    def journal(self, journal_id: str) -> Journal | None: ...

    def journals_named(self, journal_ids: Sequence[str]) -> Mapping[str, Journal]:
        """Those that exist, by id, as one reading: a page of them costs a call, not a call each."""
        ...

    def line(self, account: str, position: Position) -> Line | None: ...

    def lines_at(self, places: Sequence[tuple[str, Position]]) -> Mapping[tuple[str, Position], Line]:
        """Those that exist of lines of several accounts, as one reading."""
        ...

    def lines(
        self,
        account: str,
        *,
        after: Position | None = None,
        before: Position | None = None,
        descending: bool = False,
        limit: int,
    ) -> Slice[Line]:
        """Lines of one account strictly between `after` and `before`, in the order of their positions."""
        ...

    def last_claim(self, original: str) -> Claim | None: ...

    def claims(self, original: str) -> tuple[Claim, ...]: ...

    def leg_items(
        self,
        account: str,
        *,
        region: str,
        shard: int,
        day: str,
        after: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> Slice[tuple[str, LegItem]]:
        """Legs of one UTC day (yyyymmdd) with their sort keys, strictly between two sort keys."""
        ...

    def registrations(self) -> tuple[Registration, ...]:
        """The internal accounts the folder visits."""
        ...

    def register(self, registration: Registration) -> None:
        """Puts an internal account on the folder's list; of several days for one account the earliest counts."""
        ...

    def append_total(self, total: Total, *, now: datetime) -> Appended | Conflict:
        """The next total of a shard's own log (`A#<account>@<region>.<shard>`), a new key like every line."""
        ...

    def last_total(self, account: str, *, region: str, shard: int) -> Total | None: ...

    def totals(
        self, account: str, *, region: str, shard: int, after: Position | None = None, limit: int
    ) -> Slice[Total]: ...

    def booked_in_hour(self, hour: str, *, spread: int, after: str | None, limit: int) -> Slice[str]:
        """Time index (eventually consistent): `booked_at#journal` of one UTC hour yyyymmddhh and one bucket."""
        ...

    def expiring_in_hour(self, hour: str, *, after: str | None, limit: int) -> Slice[str]:
        """Expiry index (eventually consistent): `expires_at#journal` of holds that expire in one UTC hour."""
        ...

    def time(self) -> datetime:
        """The store's own clock, from the Date of an answer; whole seconds."""
        ...


def minute_of(instant: datetime) -> Minute:
    return Minute(day_text(instant), f"{instant.hour:02}{instant.minute:02}")


def day_text(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"
