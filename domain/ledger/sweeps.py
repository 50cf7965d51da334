"""Sweepers of the ledger: expired holds are released, minutes of batched credits are moved.

Both post ordinary journals under keys the bank derives itself, so they may run twice, at once, or die half-way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.clock import Clock, instant_text, parse_instant
from domain.ledger.drafts import BATCH_MOVED, BATCH_RETURNED
from domain.ledger.folding import AFTER_EVERY_LEG, LEGS_PAGE, Folder
from domain.ledger.item_keys import hour_of
from domain.ledger.model import (
    EXPIRY_GRACE,
    Batching,
    Command,
    LegItem,
    Position,
    Posted,
    Refused,
    Registration,
    State,
    TornRecord,
    Total,
)
from domain.ledger.outbox import Marks
from domain.ledger.service import Ledger
from domain.ledger.store import LedgerStore
from domain.money import Money

BANK: Final = "bank"
"""The scope of journals that the bank starts itself."""
EXPIRY_CHECKPOINT: Final = "hold_expiry"
EXPIRY_LOOK_BACK: Final = timedelta(days=1)
EXPIRY_SETTLES: Final = timedelta(minutes=10)
"""The expiry index may lag behind the ledger; the checkpoint stays this far behind the clock."""
EXPIRY_IN_A_RUN_MAX: Final = timedelta(days=31)
"""A sweeper that lags further than this goes on in its next run."""
INDEX_PAGE: Final = 200
TOTALS_PAGE: Final = 200
LINES_PAGE: Final = 200
ATTEMPTS_MAX: Final = 10
"""A second attempt needs a race lost after the first was asked; ten are never met."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run of the expiry sweeper did."""

    released: int
    refused: int


class HoldExpiry:
    def __init__(self, *, ledger: Ledger, store: LedgerStore, marks: Marks, clock: Clock) -> None:
        self._ledger = ledger
        self._store = store
        self._marks = marks
        self._clock = clock

    def sweep(self) -> Expired:
        """Releases every open hold that has expired, one journal an account and run."""
        now = self._clock.now()
        noted = self._marks.checkpoint(EXPIRY_CHECKPOINT)
        since = parse_instant(noted) if noted else now - EXPIRY_LOOK_BACK
        until = min(now - EXPIRY_GRACE, since + EXPIRY_IN_A_RUN_MAX)
        released = refused = 0
        for account, hold in self._due(since, until):
            answer = self._release(account, hold, now)
            released += isinstance(answer, Posted)
            refused += isinstance(answer, Refused)
        if not refused:
            self._marks.move_checkpoint(EXPIRY_CHECKPOINT, instant_text(min(until, now - EXPIRY_SETTLES)))
        return Expired(released, refused)

    def _release(self, account: str, hold: str, now: datetime) -> Posted | Refused | None:
        listed = {found.id: found for found in self._ledger.holds(account)}
        found = listed.get(hold)
        if found is None or found.expires_at is None or not found.expired(now):
            return None  # captured, released or raised since
        return self._ledger.post(
            Command(
                kind="holds_expired",
                initiator=account,
                scope=BANK,
                key=f"expire/{hold}/{instant_text(found.expires_at)}",
                parties={"account": account},
                hold=hold,
            )
        )

    def _due(self, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
        hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while hour <= until:
            yield from self._due_in(hour_of(hour), since, until)
            hour += timedelta(hours=1)

    def _due_in(self, hour: str, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
        after = instant_text(since)
        while True:
            page = self._store.expiring_in_hour(hour, after=after, limit=INDEX_PAGE)
            for row in page.rows:
                expires_at, _, journal_id = row.partition("#")
                if expires_at <= instant_text(until):
                    yield self._placed_by(journal_id)
            if not page.more:
                return
            after = page.rows[-1]

    def _placed_by(self, journal_id: str) -> tuple[str, str]:
        """The account and the hold of a journal that set an expiry."""
        journal = self._store.journal(journal_id)
        if journal is None or journal.hold is None:
            raise TornRecord(f"the expiry index names {journal_id}, which placed no hold")
        return journal.initiator, journal.hold


@dataclass(frozen=True, slots=True)
class Moved:
    """What one run did with batched credits. `stuck` names what could go nowhere yet: journals, or whole minutes."""

    minutes: int
    """Minutes moved into their accounts, and single credits moved later than their minute."""
    returned: int
    stuck: tuple[str, ...]
    stopped: tuple[str, ...]


class BatchedCredits:
    def __init__(self, *, ledger: Ledger, store: LedgerStore, folder: Folder, marks: Marks) -> None:
        self._ledger = ledger
        self._store = store
        self._folder = folder
        self._marks = marks

    def move(self) -> Moved:
        """Moves every folded minute into its account, returns what it cannot take, and ends what is drained."""
        minutes = returned = 0
        stuck: list[str] = []
        stopped: list[str] = []
        for registration in self._store.registrations():
            if not registration.account.startswith("inc_"):
                continue
            account = "acc_" + registration.account.removeprefix("inc_")
            head = self._ledger.head(account)
            if head is None:
                continue
            for shard in range(self._ledger.settings.shards):
                moved = self._move_shard(head, registration, shard)
                minutes += moved.minutes
                returned += moved.returned
                stuck += moved.stuck
            if self._stop(head, registration):
                stopped.append(account)
        return Moved(minutes, returned, tuple(stuck), tuple(stopped))

    def _move_shard(self, head: State, registration: Registration, shard: int) -> Moved:
        """The checkpoint waits before the first minute of which something is stuck, so that no run forgets it."""
        minutes = returned = 0
        stuck: list[str] = []
        for total in self._unmoved(registration, shard):
            moved = self._move_minute(head, total)
            minutes += moved.minutes
            returned += moved.returned
            stuck += moved.stuck
            if not stuck:
                self._marks.move_checkpoint(_name(total), f"{total.position.seq:012d}")
        return Moved(minutes, returned, tuple(stuck), ())

    def _unmoved(self, registration: Registration, shard: int) -> Iterator[Total]:
        region, epoch = self._ledger.settings.region, self._ledger.settings.epoch
        noted = self._marks.checkpoint(f"batch#{registration.account}#{shard}")
        after = Position(epoch, int(noted)) if noted else None
        while True:
            page = self._store.totals(registration.account, region=region, shard=shard, after=after, limit=TOTALS_PAGE)
            yield from (total for total in page.rows if total.credits_minor)
            if not page.more:
                return
            after = page.rows[-1].position

    def _move_minute(self, head: State, total: Total) -> Moved:
        money = Money(total.credits_minor, head.currency)
        key = f"batch/{total.region}/{total.shard}/{total.day}{total.hhmm}"
        answer = self._ledger.post(_moving(head.account, total.account, money, key))
        if isinstance(answer, Posted):
            return Moved(int(not answer.replayed), 0, (), ())
        if answer.journal is None:
            return Moved(0, 0, (f"{total.account}/{total.day}{total.hhmm}",), ())  # busy: the next run tries again
        moved = returned = 0
        stuck: list[str] = []
        for item in self._credits(total):
            settled = self._settled(head.account, item)
            if settled is None:
                stuck.append(item.journal)
            elif not settled.replayed:
                returned += settled.journal.kind == BATCH_RETURNED
                moved += settled.journal.kind == BATCH_MOVED
        return Moved(moved, returned, tuple(stuck), ())

    def _settled(self, account: str, item: LegItem) -> Posted | None:
        """One credit of a minute that could not be moved, out of the incoming account; None while it is stuck.

        Back to its payer; where they cannot take it either, into the account once that can again. Both stand under
        one key, so that only one of them is ever done; the attempt grows only by a stored refusal.
        """
        for attempt in range(ATTEMPTS_MAX):
            key = f"credit/{item.journal}/{attempt}"
            used = self._ledger.outcome(initiator=account, scope=BANK, key=key)
            if used is None:
                return self._tried(account, item, key)
            if isinstance(used, Posted):
                return used
        return None

    def _tried(self, account: str, item: LegItem, key: str) -> Posted | None:
        """Asked first and posted only if it would pass: what is stuck for long leaves no refusal a minute."""
        money = Money(item.signed_minor, item.currency)
        for command in (_returning(account, item.journal, money, key), _moving(account, item.account, money, key)):
            if isinstance(self._ledger.preview(command), Posted):
                answer = self._ledger.post(command)
                return answer if isinstance(answer, Posted) else None
        return None

    def _credits(self, total: Total) -> Iterator[LegItem]:
        """The credits of one folded minute."""
        after = total.hhmm
        while True:
            page = self._store.leg_items(
                total.account,
                region=total.region,
                shard=total.shard,
                day=total.day,
                after=after,
                before=total.hhmm + AFTER_EVERY_LEG,
                limit=LEGS_PAGE,
            )
            yield from (item for _, item in page.rows if item.signed_minor > 0)
            if not page.more:
                return
            after = page.rows[-1][0]

    def _stop(self, head: State, registration: Registration) -> bool:
        """Back to single credits once nothing is on its way and nothing stamped before the switch can still come."""
        closed = self._store.time() - self._ledger.settings.close_after
        if head.batching is not Batching.ENDING or not self._ended_before(head, closed - timedelta(minutes=1)):
            return False
        if self._folder.balance_minor(registration.account) != 0:
            return False
        answer = self._ledger.post(
            Command(
                kind="batching_stopped",
                initiator=head.account,
                scope=BANK,
                key=f"batching_stopped/{head.position.seq}",
                parties={"account": head.account},
            )
        )
        return isinstance(answer, Posted)

    def _ended_before(self, head: State, moment: datetime) -> bool:
        """Whether the account was switched back before `moment`, however busy it has been since."""
        before = None
        while True:
            page = self._ledger.lines(head.account, before=before, descending=True, limit=LINES_PAGE)
            for line in page.rows:
                if line.state.booked_at < moment:
                    return True
                if line.kind == "batching_ended":
                    return False
            if not page.more:
                return False
            before = page.rows[-1].position


def _moving(account: str, incoming: str, money: Money, key: str) -> Command:
    return Command(
        kind=BATCH_MOVED,
        initiator=account,
        scope=BANK,
        key=key,
        parties={"incoming": incoming, "account": account},
        amounts={"amount": money},
    )


def _returning(account: str, journal: str, money: Money, key: str) -> Command:
    return Command(
        kind=BATCH_RETURNED,
        initiator=account,
        scope=BANK,
        key=key,
        reverses=journal,
        amounts={"amount": money},
    )


def _name(total: Total) -> str:
    return f"batch#{total.account}#{total.shard}"
