"""What every operation of the ledger costs: `python -m tests.bench.counts` prints the table.

Counts do not depend on the machine. The store is the real one, over an emulator in this process, because what is kept
in memory has no requests and no sizes; nothing is listened on and nothing is kept.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws

from domain import metering
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import Command, LedgerSettings, Limits, Posted, Refused
from domain.ledger.service import Ledger
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.money import Money
from tests.bench.meter import Cost, Meter
from tests.ledger_values import NOON, account, joint_limit

REGION = "us-east-1"
TABLE = "florin-ledger-us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
MEMO_BYTES = 1 + 12 + 16 + 140
"""A sealed memo of 140 plain characters: version, nonce, tag and text."""
CURVE = (0, 4, 16, 64)


class StillClock:
    """Always the same moment: a number is stored without its trailing zeros, so a later one may be a byte smaller."""

    def now(self) -> datetime:
        return NOON


@dataclass(frozen=True)
class Row:
    operation: str
    cost: Cost


@dataclass(frozen=True)
class Point:
    """Bytes of a line while so many holds are open: the line that lists them, and one that only says where."""

    holds: int
    listing: int
    pointing: int


class Bank:
    """A few funded accounts on an empty ledger."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._keys = iter(range(10**9))
        self._accounts = iter(range(1, 10**9))
        settings = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"])
        self._clock = StillClock()
        self._ledger = Ledger(
            store=meter.store,
            settings=settings,
            clock=self._clock,
            randomness=random.Random(1),
            pause=lambda _: None,
        )

    def posted(self, kind: str, initiator: str, **said: object) -> Posted:
        answer = self._post(self._command(kind, initiator, **said))
        if not isinstance(answer, Posted):
            raise TypeError(f"{kind} was refused: {answer.refusal}")
        return answer

    def measured(self, kind: str, initiator: str, *, refused: bool = False, **said: object) -> Cost:
        command = self._command(kind, initiator, **said)
        answers: list[Posted | Refused] = []
        cost = self._meter.measure(lambda: answers.append(self._post(command)))
        if isinstance(answers[0], Refused) is not refused:
            raise TypeError(f"{kind} ended otherwise than it was measured for: {answers[0]}")
        return cost

    def replayed(self, kind: str, initiator: str, **said: object) -> Cost:
        command = self._command(kind, initiator, **said)
        self._post(command)
        return self._meter.measure(lambda: self._post(command))

    def opened(self, *, funds_minor: int = 1_000_00, joint_limits: int = 0) -> str:
        name = account(next(self._accounts))
        limits = Limits(per_transfer_minor=5_000_00, per_day_minor=10_000_00)
        for limit in map(joint_limit, range(joint_limits)):
            if not self._ledger.head(limit):
                self.posted("account_opened", limit, parties={"account": limit}, currency="USD", limits=limits)
        self.posted(
            "account_opened",
            name,
            parties={"account": name},
            currency="USD",
            limits=limits,
            joint_limits=tuple(map(joint_limit, range(joint_limits))),
        )
        if funds_minor:
            self.posted("cash_deposit", name, parties={"destination": name}, amounts=dollars(funds_minor))
        return name

    def held(self, name: str, *, amount_minor: int = 1_00) -> str:
        placed = self.posted("hold_placed", name, **self.hold_on(name, amount_minor))
        if placed.journal.hold is None:
            raise TypeError("a placed hold has a name")
        return placed.journal.hold

    def hold_on(self, name: str, amount_minor: int = 1_00) -> dict[str, Any]:
        expires_at = self._clock.now() + timedelta(days=7)
        return {"parties": {"account": name}, "amounts": dollars(amount_minor), "expires_at": expires_at}

    def _post(self, command: Command) -> Posted | Refused:
        return self._ledger.post(command)

    def _command(self, kind: str, initiator: str, **said: object) -> Command:
        facts: dict[str, object] = {
            "kind": kind,
            "initiator": initiator,
            "scope": "bank",
            "key": f"k{next(self._keys)}",
            "evidence": ("request:JKJaXmPLvHcESHA=",),
        }
        return Command(**{**facts, **said})  # type: ignore[arg-type]  # the callers below name fields of a command


def dollars(minor: int = 10_50) -> dict[str, Money]:
    return {"amount": Money(minor, "USD")}


@contextmanager
def bank_in_this_process() -> Iterator[Bank]:
    """moto is not thread-safe, so heads are read one after the other; it is still one call of the seam."""
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        from tests.tables import create_ledger_table  # noqa: PLC0415 - nothing of AWS before the emulator stands

        create_ledger_table(boto3.client("dynamodb", region_name=REGION), TABLE)
        settings = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"])
        units = metering.Meter()
        store = DynamoLedgerStore(table=TABLE, region=REGION, settings=settings, heads_at_once=1, meter=units)
        yield Bank(Meter(store, units, in_process=True))


def rows(bank: Bank) -> list[Row]:
    payer, payee = bank.opened(), bank.opened()
    between = {"source": payer, "destination": payee}
    found = [
        Row("transfer", bank.measured("transfer", payer, parties=between, amounts=dollars())),
        Row(
            "transfer with a memo",
            bank.measured(
                "transfer",
                payer,
                parties=between,
                amounts=dollars(),
                memo=bytes(MEMO_BYTES),
                memo_digest="0" * 64,
            ),
        ),
        Row("transfer to internal", bank.measured("payment_sent", payer, parties={"source": payer}, amounts=dollars())),
    ]
    found += [joint_row(bank, count, known=known) for count in (1, 2) for known in (True, False)]
    found += hold_rows(bank)
    moved = bank.posted("transfer", payer, parties=between, amounts=dollars())
    found += [
        Row("reversal", bank.measured("reversal", payer, reverses=moved.journal.id)),
        Row("refusal", bank.measured("transfer", payer, parties=between, amounts=dollars(4_000_00), refused=True)),
        Row("replay", bank.replayed("transfer", payer, parties=between, amounts=dollars())),
    ]
    return found


def joint_row(bank: Bank, count: int, *, known: bool) -> Row:
    """`known`: the caller said which joint limits to read along with the heads."""
    payer, payee = bank.opened(joint_limits=count), bank.opened()
    limits = tuple(map(joint_limit, range(count))) if known else ()
    cost = bank.measured(
        "transfer",
        payer,
        parties={"source": payer, "destination": payee},
        amounts=dollars(),
        known_joint_limits=limits,
    )
    name = f"transfer, {count} joint limit{'s' * (count > 1)}"
    return Row(name if known else f"{name}, not known", cost)


def hold_rows(bank: Bank) -> list[Row]:
    name, payee = bank.opened(), bank.opened()
    captured, released = bank.held(name), bank.held(name)
    to_payee = {"account": name, "destination": payee}
    return [
        Row("hold", bank.measured("hold_placed", name, **bank.hold_on(name))),
        Row("capture", bank.measured("hold_captured", name, parties=to_payee, amounts=dollars(50), hold=captured)),
        Row("release", bank.measured("hold_released", name, parties={"account": name}, hold=released)),
    ]


def curve(bank: Bank) -> list[Point]:
    points = []
    for count in CURVE:
        name, payee = bank.opened(), bank.opened()
        for _ in range(count - 1):
            bank.held(name)
        listing = line_bytes(bank.measured("hold_placed", name, **bank.hold_on(name)), 1) if count else 0
        paid = bank.measured("transfer", name, parties={"source": name, "destination": payee}, amounts=dollars())
        points.append(Point(count, listing, line_bytes(paid, 1)))
    return points


def line_bytes(cost: Cost, number: int) -> int:
    """The size of the number-th item, which is a line."""
    sort, size = cost.bytes[number]
    if not sort.startswith("L#"):
        raise TypeError(f"{sort} is the key of no line")
    return size


def report(found: list[Row], points: list[Point]) -> str:
    head = ("operation", "items", "checks", "write units", "index units", "read units", "read rounds", "write rounds")
    lines = [f"{head[0]:<36}" + "".join(f"{name:>14}" for name in head[1:])]
    for row in found:
        cost = row.cost
        numbers = (
            cost.items,
            cost.checks,
            cost.write_units,
            cost.index_units,
            cost.read_units,
            cost.read_rounds,
            cost.write_rounds,
        )
        lines.append(f"{row.operation:<36}" + "".join(f"{number:>14}" for number in numbers))
    lines += ["", f"{'open holds':<36}{'line with list':>14}{'other line':>14}   (bytes)"]
    lines += [f"{point.holds:<36}{point.listing or '-':>14}{point.pointing:>14}" for point in points]
    return "\n".join(lines) + "\n"


def main() -> None:
    with bank_in_this_process() as bank:
        sys.stdout.write(report(rows(bank), curve(bank)))


if __name__ == "__main__":
    main()
