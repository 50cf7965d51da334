"""One process of a storm: posts its share of operations and prints what it was told, a JSON line each.

python -m tests.concurrency.writer '<the orders as JSON>'
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from domain.clock import SystemClock
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import Command, LedgerSettings, Posted, Refused
from domain.ledger.service import Ledger
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.money import Money

REGION: Final = "us-east-1"
CURRENCY: Final = "USD"
CLOSE_AFTER: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Orders:
    """What one writer does. Writers of a round share `shared_keys`: those are the double-clicks."""

    endpoint: str
    table: str
    accounts: list[str]
    seed: int
    writer: int
    operations: int
    double_clicks: int


@dataclass(frozen=True, slots=True)
class Told:
    """One answer."""

    key: str
    account: str
    kind: str
    outcome: str
    """`posted`, or the code of the refusal."""
    journal: str | None
    began: float
    ended: float


def settings() -> LedgerSettings:
    return LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"], close_after=CLOSE_AFTER)


def ledger(endpoint: str, table: str, seed: int) -> Ledger:
    store = DynamoLedgerStore(table=table, region=REGION, settings=settings(), endpoint_url=endpoint)
    return Ledger(
        store=store, settings=settings(), clock=SystemClock(), randomness=random.Random(seed), pause=time.sleep
    )


class Writer:
    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.random = random.Random(orders.seed * 1000 + orders.writer)
        self.ledger = ledger(orders.endpoint, orders.table, self.random.randrange(10**6))
        self.holds: list[tuple[str, str]] = []

    def run(self) -> Iterator[Told]:
        for number in range(self.orders.operations):
            yield self.post(self.invented(number))

    def invented(self, number: int) -> Command:
        clicks = self.orders.double_clicks
        if number < clicks:
            return self.double_click(number)
        key = f"w{self.orders.writer}-{number}"
        chance = self.random.random()
        if chance < 0.25:
            return self.hold(key)
        if chance < 0.4 and self.holds:
            return self.capture(key)
        if chance < 0.48 and self.holds:
            account, hold = self.holds.pop(self.random.randrange(len(self.holds)))
            return self.command("hold_released", account, key, {"account": account}, hold=hold)
        return self.transfer(key, self.random)

    def double_click(self, number: int) -> Command:
        """The same for every writer: the same key and the same request, at about the same time."""
        return self.transfer(f"double-{number}", random.Random(self.orders.seed * 77 + number))

    def transfer(self, key: str, source: random.Random) -> Command:
        payer, payee = source.sample(self.orders.accounts, 2)
        parties = {"source": payer, "destination": payee}
        return self.command("transfer", payer, key, parties, minor=source.randrange(1, 60_00))

    def hold(self, key: str) -> Command:
        account = self.random.choice(self.orders.accounts)
        return self.command("hold_placed", account, key, {"account": account}, minor=self.random.randrange(1, 40_00))

    def capture(self, key: str) -> Command:
        account, hold = self.holds.pop(self.random.randrange(len(self.holds)))
        payee = self.random.choice([other for other in self.orders.accounts if other != account])
        parties = {"account": account, "destination": payee}
        minor = self.random.randrange(1, 50_00)
        return self.command("hold_captured", account, key, parties, minor=minor, hold=hold, release_rest=True)

    def command(
        self, kind: str, account: str, key: str, parties: dict[str, str], *, minor: int | None = None, **rest: Any
    ) -> Command:
        amounts = {} if minor is None else {"amount": Money(minor, CURRENCY)}
        return Command(kind=kind, initiator=account, scope="storm", key=key, parties=parties, amounts=amounts, **rest)

    def post(self, command: Command) -> Told:
        began = time.time()
        answer = self.ledger.post(command)
        ended = time.time()
        if isinstance(answer, Posted) and command.kind == "hold_placed" and answer.journal.hold:
            self.holds.append((command.initiator, answer.journal.hold))
        return Told(
            key=command.key,
            account=command.initiator,
            kind=command.kind,
            outcome=answer.refusal.code if isinstance(answer, Refused) else "posted",
            journal=answer.journal.id if answer.journal else None,
            began=began,
            ended=ended,
        )


def main() -> None:
    orders = Orders(**json.loads(sys.argv[1]))
    for told in Writer(orders).run():
        sys.stdout.write(json.dumps(asdict(told)) + "\n")


if __name__ == "__main__":
    main()
