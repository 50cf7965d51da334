"""The processes of a storm: each posts its share of operations and writes what it was told, a JSON line each.

python -m tests.concurrency.writer '<the orders of all writers as JSON>'

The modules are loaded once; then each writer is a process of its own, with its own store and its own connections.
"""

import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from domain.ids import account_id
from domain.ledger.model import Command, Limits, Posted, Refused
from domain.ledger.store import Appended, Conflict, Replayed, Unanswered, Writes
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.money import Money
from tests.concurrency.bank import CURRENCY, PLACE, REGION, SETTINGS, ledger_over, usd
from tests.concurrency.told import HUNG_UP, POSTED, READ, Told, seen

PER_DAY_MINOR: Final = 6_000_00
"""Lower than what a busy account spends in a round; the mix lifts and restores it."""
CHOICES: Final = (None, 45_00, 55_00)
"""Limits per transfer that the mix sets; transfers are up to 60.00."""
HOLD_SECONDS: Final = 1
"""Some holds expire so soon that their capture comes too late."""
LOST: Final = 0.01
"""Of the writes, this part gets no answer: half of them were done, half were not. The ledger finds out by itself."""
LEFT: Final = 0.006
"""In this part the caller hangs up: nobody finds out before the final reading."""


class HungUp(BaseException):
    """The caller is gone."""


class Unreliable(DynamoLedgerStore):
    """The store over a line that loses requests and answers, and callers who do not wait for them."""

    dice: random.Random

    def append(self, writes: Writes, *, now: datetime) -> Appended | Replayed | Conflict:
        fate = self.dice.random()
        if fate < LOST / 2:
            raise Unanswered("the request was lost")
        if fate < LOST / 2 + LEFT / 2:
            raise HungUp
        outcome = super().append(writes, now=now)
        if fate > 1 - LOST / 2:
            raise Unanswered("the answer was lost")
        if fate > 1 - LOST / 2 - LEFT / 2:
            raise HungUp
        return outcome


@dataclass(frozen=True, slots=True)
class Orders:
    """What one writer does. Writers of a round share a seed: their double-clicks are the same requests."""

    endpoint: str
    table: str
    accounts: list[str]
    spare: str
    """An empty account of the writer's own, to be closed."""
    hoard: str
    """One account on which all writers together place more holds than it may have."""
    seed: int
    writer: int
    operations: int
    double_clicks: int
    holds: int
    """How many it places on the hoard."""
    says: str
    """The file for what it is told."""


Made = Callable[[str], Command]


class Writer:
    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.random = random.Random(orders.seed * 1000 + orders.writer)
        store = Unreliable(table=orders.table, region=REGION, settings=SETTINGS, endpoint_url=orders.endpoint)
        store.dice = random.Random(self.random.randrange(10**6))
        self.ledger = ledger_over(store, self.random.randrange(10**6))
        self.holds: list[tuple[str, str]] = []
        self.journals: list[tuple[str, str]] = []
        self.frozen: str | None = None
        self.unmoving = "jrn_us0017_unknown"
        """The last journal on the spare account: nothing that happens to it before it closes moves money."""
        self.errands = self._errands()

    def run(self) -> Iterator[Told]:
        """Double-clicks first, all writers at about the same time; then the mix, with the errands spread over it."""
        mixed = self.orders.operations - self.orders.double_clicks
        due = sorted(self.random.sample(range(mixed), len(self.errands)))
        for number in range(self.orders.double_clicks):
            yield self.post(self._double_click(number))
        for number in range(mixed):
            key = f"w{self.orders.writer}-{number}"
            if due and number == due[0]:
                due.pop(0)
                yield self.post(self.errands.pop(0)(key))
            elif self.random.random() < 0.03:
                yield self._read(key)
            else:
                yield self.post(self._invented(key))

    # What is asked at random.

    def _invented(self, key: str) -> Command:
        if self.frozen:
            account, self.frozen = self.frozen, None
            return self._on("account_thawed", account, key)
        chance = self.random.random()
        for below, make in self._mix():
            if chance < below:
                return make(key)
        return self._transfer(key, self.random)

    def _mix(self) -> tuple[tuple[float, Made], ...]:
        """Cumulative chances; the rest are transfers."""
        return (
            (0.20, self._hold),
            (0.32, self._capture if self.holds else self._hold),
            (0.38, self._release if self.holds else self._hold),
            (0.43, self._reversal if self.journals else self._hold),
            (0.48, self._split),
            (0.50, self._freeze),
            (0.53, self._limits),
        )

    def _double_click(self, number: int) -> Command:
        """The same for every writer: the same key and the same request."""
        return self._transfer(f"double-{number}", random.Random(self.orders.seed * 77 + number))

    def _transfer(self, key: str, source: random.Random) -> Command:
        payer, payee = source.sample(self.orders.accounts, 2)
        return self._pay(payer, payee, key, source.randrange(1, 60_00))

    def _split(self, key: str) -> Command:
        payer, *payees = self.random.sample(self.orders.accounts, 3)
        shares = tuple((payee, Money(self.random.randrange(1, 25_00), CURRENCY)) for payee in payees)
        whole = sum(money.minor for _, money in shares)
        return self._command("split_transfer", payer, key, {"source": payer}, minor=whole, shares=shares)

    def _hold(self, key: str) -> Command:
        account = self.random.choice(self.orders.accounts)
        soon = datetime.now(UTC) + timedelta(seconds=HOLD_SECONDS) if self.random.random() < 0.2 else None
        return self._on("hold_placed", account, key, minor=self.random.randrange(1, 40_00), expires_at=soon)

    def _capture(self, key: str) -> Command:
        account, hold = self.random.choice(self.holds)  # It stays on the list: some are captured or released twice.
        payee = self.random.choice([other for other in self.orders.accounts if other != account])
        parties = {"account": account, "destination": payee}
        minor = self.random.randrange(1, 40_00)
        return self._command("hold_captured", account, key, parties, minor=minor, hold=hold, release_rest=True)

    def _release(self, key: str) -> Command:
        account, hold = self.holds.pop(self.random.randrange(len(self.holds)))
        return self._on("hold_released", account, key, hold=hold)

    def _reversal(self, key: str) -> Command:
        initiator, journal = self.random.choice(self.journals)
        return self._command("reversal", initiator, key, {}, reverses=journal)

    def _freeze(self, key: str) -> Command:
        account = self.frozen = self.random.choice(self.orders.accounts)
        return self._on(self.random.choice(("debits_frozen", "account_frozen")), account, key)

    def _limits(self, key: str) -> Command:
        account = self.random.choice(self.orders.accounts)
        limits = Limits(
            overdraft_minor=50_00,
            per_transfer_minor=self.random.choice(CHOICES),
            per_day_minor=self.random.choice((None, PER_DAY_MINOR)),
        )
        return self._on("limits_set", account, key, limits=limits)

    # What is asked once by each writer, in this order: a short life of its spare account, and mistakes.

    def _errands(self) -> list[Made]:
        spare, hoard, one, two = self.orders.spare, self.orders.hoard, *self.orders.accounts[:2]
        stranger = account_id(PLACE, datetime.now(UTC), self.random)
        life: list[Made] = [
            lambda key: self._on("hold_placed", spare, key, minor=1),
            lambda key: self._command("reversal", spare, key, {}, reverses=self.unmoving),
            lambda key: self._on("account_closed", spare, key),
            lambda key: self._on("debits_frozen", spare, key),
            lambda key: self._on("hold_placed", spare, key, minor=1),
            lambda key: self._on("account_thawed", spare, key),
            lambda key: self._on("hold_released", spare, key, hold=self._held_on(spare)),
            lambda key: self._on("batching_started", spare, key),
            lambda key: self._on("account_closed", spare, key),
            lambda key: self._on("batching_ended", spare, key),
            lambda key: self._on("batching_stopped", spare, key),
            lambda key: self._on("account_thawed", spare, key),
            lambda key: self._on("account_closed", spare, key),
            lambda key: self._on("account_closed", spare, key),
            lambda key: self._pay(one, spare, key, 1),
        ]
        mistakes: list[Made] = [
            lambda key: self._on("account_closed", hoard, key),
            lambda key: self._pay(one, one, key, 1),
            lambda key: self._pay(one, stranger, key, 1),
            lambda key: self._pay(one, two, key, 0),
            lambda key: self._pay(one, two, key, 1, currency="EUR"),
            lambda key: self._pay(one, two, key, 1, effective_on=date(2001, 1, 1)),
            lambda _: self._double_click_misused(),
        ]
        hoarding: list[Made] = [lambda key: self._on("hold_placed", hoard, key, minor=1)] * self.orders.holds
        return self._shuffled(life, mistakes, hoarding)

    def _shuffled(self, *lists: list[Made]) -> list[Made]:
        """All of them in a random order that keeps each list's own."""
        turns = [number for number, errands in enumerate(lists) for _ in errands]
        self.random.shuffle(turns)
        waiting = [list(errands) for errands in lists]
        return [waiting[turn].pop(0) for turn in turns]

    def _double_click_misused(self) -> Command:
        """The key of the first double-click for one cent more."""
        first = self._double_click(0)
        return self._pay(
            first.parties["source"], first.parties["destination"], first.key, first.amounts["amount"].minor + 1
        )

    def _held_on(self, account: str) -> str:
        return next((hold for name, hold in self.holds if name == account), "hld_us0017_unknown")

    # The words of a command.

    def _on(self, kind: str, account: str, key: str, **rest: Any) -> Command:
        return self._command(kind, account, key, {"account": account}, **rest)

    def _pay(self, payer: str, payee: str, key: str, minor: int, *, currency: str = CURRENCY, **rest: Any) -> Command:
        parties = {"source": payer, "destination": payee}
        amounts = {"amount": Money(minor, currency)}
        return self._command("transfer", payer, key, parties, amounts=amounts, **rest)

    def _command(
        self, kind: str, account: str, key: str, parties: dict[str, str], *, minor: int | None = None, **rest: Any
    ) -> Command:
        filled: dict[str, Any] = {"amounts": usd(minor)} if minor is not None else {}
        return Command(kind=kind, initiator=account, scope="storm", key=key, parties=parties, **filled, **rest)

    # What is answered.

    def post(self, command: Command) -> Told:
        began = time.monotonic()
        try:
            answer = self.ledger.post(command)
        except HungUp:
            return self._told(command.key, command.initiator, command.kind, HUNG_UP, began)
        if isinstance(answer, Refused):
            journal = answer.journal.id if answer.journal else None
            return self._told(command.key, command.initiator, command.kind, answer.refusal.code, began, journal=journal)
        self._remember(command, answer)
        states = tuple(map(seen, answer.states.values()))
        journal = answer.journal.id
        return self._told(command.key, command.initiator, command.kind, POSTED, began, journal=journal, states=states)

    def _read(self, key: str) -> Told:
        began = time.monotonic()
        heads = self.ledger.heads(self.orders.accounts)
        states = tuple(map(seen, heads.values()))
        return self._told(key, self.orders.accounts[0], "heads", READ, began, states=states)

    def _told(
        self,
        key: str,
        account: str,
        kind: str,
        outcome: str,
        began: float,
        *,
        journal: str | None = None,
        states: tuple[Any, ...] = (),
    ) -> Told:
        return Told(key, account, "storm", kind, outcome, journal, began, time.monotonic(), states)

    def _remember(self, command: Command, answer: Posted) -> None:
        if command.kind == "hold_placed" and answer.journal.hold and command.initiator != self.orders.hoard:
            self.holds.append((command.initiator, answer.journal.hold))
        if command.initiator == self.orders.spare:
            self.unmoving = answer.journal.id
        if command.kind in ("transfer", "split_transfer", "reversal"):
            self.journals.append((command.initiator, answer.journal.id))


def write(orders: Orders) -> None:
    with Path(orders.says).open("w", encoding="utf-8") as file:
        file.writelines(told.line() + "\n" for told in Writer(orders).run())


def main() -> None:
    crew = [Orders(**orders) for orders in json.loads(sys.argv[1])]
    fork = multiprocessing.get_context("fork")  # Nothing runs here yet: no thread, no connection.
    running = [fork.Process(target=write, args=(orders,), name=f"writer {orders.writer}") for orders in crew]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if failed := [process.name for process in running if process.exitcode != 0]:
        sys.exit(f"{', '.join(failed)} failed")


def as_argument(crew: list[Orders]) -> str:
    return json.dumps([asdict(orders) for orders in crew])


if __name__ == "__main__":
    main()
