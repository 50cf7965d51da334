"""The daily root: one signed hash over everything that changed in a UTC day, chained to the root of the day before.

A root names the last line of every guarded account that got one that day, and the last total of every shard of the
internal accounts. Lines and totals are chains themselves, so the roots together cover all of history: kept where
nothing can be changed and signed by a key that nobody can copy, they show an alteration of the whole ledger.

A day is closed when the store's own clock is `close_after` past its end, and rooted once the folder has folded all its
legs; from then on whoever makes its root makes the same one. Days are rooted in order, an empty one too. A root is put
under its day once and never again, so runs may meet, be cut off, or not hear their answer.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol, TypeVar

from domain.ledger.folding import AFTER_EVERY_LEG
from domain.ledger.hashing import GENESIS, canonical
from domain.ledger.merkle import merkle_root
from domain.ledger.model import Fault, Journal, LedgerSettings, LegItem, Line, Position, Registration, TornRecord, Total
from domain.ledger.shards import shard_account
from domain.ledger.store import Slice, day_text

VERSION: Final = 1
DAYS_IN_A_RUN_MAX: Final = 31
"""A run that is further behind goes on in the next one."""
LATE_AFTER: Final = timedelta(hours=6)
"""A closed day that has no root by then is late: runs come every hour, and the folder every minute."""
INDEX_PAGE: Final = 200
TOTALS_PAGE: Final = 200
PAGES_MAX: Final = 100_000
"""Of one hour of the time index, or one shard's totals: both end long before."""
READS_AT_ONCE: Final = 8
HOURS: Final = 24

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class RootsDisagree(Fault):
    """Somebody made another root of the same day from the same ledger."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a log ended: the account (or joint limit, or shard), its last position and the hash of what lies there."""

    log: str
    position: Position
    hash: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was booked in the day: posted journals, stored refusals, lines."""

    journals: int = 0
    refused: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    region: str
    day: date
    previous: bytes
    """The hash of the root of the day before; 32 zero bytes of the first."""
    heads: tuple[Entry, ...]
    """The last line of each guarded account that got a line in the day, by account."""
    totals: tuple[Entry, ...]
    """The last total of each shard up to the end of the day, by the name of its log."""
    counts: Counts
    tree: bytes = b""
    """The Merkle root over heads and totals."""
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Signature:
    """Over a root's hash; `key` names the key so that its public half can be asked for."""

    key: str
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Rooted:
    """What one run did, and how far the roots have come."""

    made: int
    last: date | None
    waiting: date | None
    """The first closed day that has no root yet: the folder lags, or the run had enough."""
    late: bool


class Books(Protocol):
    """What roots are made of: part of `LedgerStore`."""

    def registrations(self) -> tuple[Registration, ...]: ...

    def booked_in_hour(self, hour: str, *, spread: int, after: str | None, limit: int) -> Slice[str]: ...

    def journal(self, journal_id: str) -> Journal | None: ...

    def line(self, account: str, position: Position) -> Line | None: ...

    def totals(
        self, account: str, *, region: str, shard: int, after: Position | None = None, limit: int
    ) -> Slice[Total]: ...

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
    ) -> Slice[tuple[str, LegItem]]: ...

    def time(self) -> datetime: ...


class RootStore(Protocol):
    """Where one region's roots are kept, unerasable."""

    def latest(self) -> Root | None: ...

    def put_new(self, root: Root, signature: Signature) -> bool:
        """False when the day has a root already; it is never overwritten."""
        ...


class Signer(Protocol):
    def sign(self, digest: bytes) -> Signature: ...


# Pure: what a root says.


def leaves(root: Root) -> list[bytes]:
    """What the Merkle tree is built over, in its order: heads, then totals."""
    return [_leaf("head", entry) for entry in root.heads] + [_leaf("total", entry) for entry in root.totals]


def sealed_root(root: Root) -> Root:
    """The root with its tree and hash made from all else it says."""
    tree = merkle_root(leaves(root))
    counts = root.counts
    said = canonical(
        [
            VERSION,
            root.region,
            root.day.isoformat(),
            root.previous.hex(),
            tree.hex(),
            [len(root.heads), len(root.totals)],
            [counts.journals, counts.refused, counts.lines],
        ]
    )
    return replace(root, tree=tree, hash=hashlib.sha256(said).digest())


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _leaf(kind: str, entry: Entry) -> bytes:
    return canonical([VERSION, kind, entry.log, [entry.position.epoch, entry.position.seq], entry.hash.hex()])


# The service.


class DailyRoots:
    """`reads_at_once` 1 reads in the caller's thread alone, for emulators that are not thread-safe."""

    def __init__(
        self,
        *,
        books: Books,
        roots: RootStore,
        signer: Signer,
        settings: LedgerSettings,
        reads_at_once: int = READS_AT_ONCE,
    ) -> None:
        self._books = books
        self._roots = roots
        self._signer = signer
        self._settings = settings
        self._reads_at_once = reads_at_once

    def make(self) -> Rooted:
        """Makes the roots of the closed days that have none, in order, as far as the folder and one run go."""
        now = self._books.time()
        last = self._roots.latest()
        registrations = self._books.registrations()
        shards = self._shards(registrations, last)
        made = 0
        for _ in range(DAYS_IN_A_RUN_MAX):
            day = self._next_closed(last, registrations, now)
            if day is None or not all(shard.folded_through(day) for shard in shards):
                break
            root = self._root(day, last, shards)
            put, last = self._put(root)
            made += put
        waiting = self._next_closed(last, registrations, now)
        late = waiting is not None and now - end_of(waiting) > LATE_AFTER
        return Rooted(made, last.day if last else None, waiting, late)

    def _next_closed(self, last: Root | None, registrations: tuple[Registration, ...], now: datetime) -> date | None:
        """The day after the last root's, or the day the books were opened; None while it is not closed."""
        if last is not None:
            day = last.day + timedelta(days=1)
        elif registrations:
            day = date.fromisoformat(min(found.since for found in registrations))
        else:
            return None  # nothing was ever booked
        return day if end_of(day) + self._settings.close_after <= now else None

    def _put(self, root: Root) -> tuple[bool, Root]:
        """Whether this run put it, and the last root that stands now."""
        if self._roots.put_new(root, self._signer.sign(root.hash)):
            return True, root
        found = self._roots.latest()  # another run's, or our own when the answer was lost
        if found is None or found.day < root.day:
            raise Fault(f"the root of {root.day} is there and is not found")
        if found.day == root.day and found.hash != root.hash:
            raise RootsDisagree(f"another root of {root.day} stands, with the hash {found.hash.hex()}")
        return False, found

    def _root(self, day: date, last: Root | None, shards: list["_ShardLog"]) -> Root:
        ends, counts = self._booked(day)
        lines = self._each(self._line, sorted(ends.items()))
        return sealed_root(
            Root(
                region=self._settings.region,
                day=day,
                previous=last.hash if last else GENESIS,
                heads=tuple(Entry(line.account, line.position, line.state.hash) for line in lines),
                totals=tuple(sorted((shard.last for shard in shards if shard.last), key=lambda total: total.log)),
                counts=counts,
            )
        )

    def _booked(self, day: date) -> tuple[dict[str, Position], Counts]:
        """The last position of every account that got a line in the day, from the day's journals."""
        ends: dict[str, Position] = {}
        journals = refused = lines = 0
        for page in self._pages(day):
            for journal in self._each(self._journal, page):
                if not journal.posted:
                    refused += 1  # its `lines` are the heads it was decided on
                    continue
                journals += 1
                lines += len(journal.lines)
                for account, position in journal.lines:
                    ends[account] = max(position, ends.get(account, position))
        return ends, Counts(journals, refused, lines)

    def _pages(self, day: date) -> Iterator[list[str]]:
        """The journals of a day from the time index, a page at a time."""
        for hour in range(HOURS):
            for spread in range(self._settings.index_spread):
                after: str | None = None
                for _ in range(PAGES_MAX):
                    page = self._books.booked_in_hour(
                        f"{day_text(day)}{hour:02d}", spread=spread, after=after, limit=INDEX_PAGE
                    )
                    yield [row.partition("#")[2] for row in page.rows]
                    if not page.more:
                        break
                    after = page.rows[-1]
                else:
                    raise Fault(f"hour {hour} of {day} goes on beyond {PAGES_MAX} pages")

    def _journal(self, journal_id: str) -> Journal:
        journal = self._books.journal(journal_id)
        if journal is None:
            raise TornRecord(f"the time index names {journal_id}, which does not exist")
        return journal

    def _line(self, place: tuple[str, Position]) -> Line:
        account, position = place
        line = self._books.line(account, position)
        if line is None:
            raise TornRecord(f"line {position.epoch}/{position.seq} of {account} is named, and does not exist")
        return line

    def _each(self, ask: Callable[[Asked], Answer], asked: Iterable[Asked]) -> list[Answer]:
        if self._reads_at_once < 2:  # noqa: PLR2004 - one is nothing to share out
            return [ask(one) for one in asked]
        with ThreadPoolExecutor(self._reads_at_once, thread_name_prefix="roots") as pool:
            return list(pool.map(ask, asked))

    def _shards(self, registrations: tuple[Registration, ...], last: Root | None) -> list["_ShardLog"]:
        known = {entry.log: entry for entry in last.totals} if last else {}
        region = self._settings.region
        return [
            _ShardLog(self._books, found, region, shard, known.get(shard_account(found.account, region, shard)))
            for found in sorted(registrations, key=lambda found: found.account)
            for shard in range(self._settings.shards)
        ]


class _ShardLog:
    """One shard's totals, read forward day by day; `last` is the last up to the day that was asked about."""

    def __init__(self, books: Books, registration: Registration, region: str, shard: int, known: Entry | None) -> None:
        self._books = books
        self._account = registration.account
        self._since = registration.since
        self._region = region
        self._shard = shard
        self.last = known
        self._folded = ""
        """Day and minute of `last`; of one that an earlier root names, only that it lies before the day asked about."""
        self._ahead: deque[Total] = deque()
        self._ended = False

    def folded_through(self, day: date) -> bool:
        """Goes forward to the end of the day. False while legs of the day may be in no total yet."""
        text = day_text(day)
        while (total := self._next()) is not None and total.day <= text:
            self._ahead.popleft()
            self.last = Entry(shard_account(total.account, total.region, total.shard), total.position, total.hash)
            self._folded = total.day + total.hhmm
        if total is not None or self._since > text:
            return True  # the folder goes in order, and is past the day
        return self._folded[:8] == text and not self._legs_after(text)

    def _next(self) -> Total | None:
        if not self._ahead and not self._ended:
            after = self.last.position if self.last else None
            page = self._books.totals(
                self._account, region=self._region, shard=self._shard, after=after, limit=TOTALS_PAGE
            )
            self._ahead.extend(page.rows)
            self._ended = not page.more
        return self._ahead[0] if self._ahead else None

    def _legs_after(self, day: str) -> bool:
        found = self._books.leg_items(
            self._account,
            region=self._region,
            shard=self._shard,
            day=day,
            after=self._folded[8:] + AFTER_EVERY_LEG,
            limit=1,
        )
        return bool(found.rows)
