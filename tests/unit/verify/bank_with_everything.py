"""A small ledger in memory in which everything has happened once: what the judge is tried on."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from domain.ids import Place, account_id, internal_account, joint_limit_id
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.folding import Folder
from domain.ledger.model import Command, LedgerSettings, Limits, Posted, Refused, Registration
from domain.ledger.service import Ledger
from domain.ledger.shards import shard_account
from domain.ledger.store import LedgerStore
from domain.ledger.store_memory import MemoryLedgerStore
from domain.money import Money

REGION = "us-east-1"


class SetClock:
    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


class BankWithEverything:
    """Accounts a, b and c; b and c share a joint limit; prefunded shards; one journal of most kinds."""

    def __init__(self, keep: Callable[[SetClock, LedgerSettings], LedgerStore] | None = None) -> None:
        """`keep` makes the store; without it the books are in memory."""
        self.clock = SetClock(datetime(2026, 9, 14, 13, 0, tzinfo=UTC))
        self.settings = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"])
        self.memory = MemoryLedgerStore(clock=self.clock, settings=self.settings)
        self.store: LedgerStore = keep(self.clock, self.settings) if keep else self.memory
        self.random = random.Random(7)
        self.ledger = Ledger(
            store=self.store,
            settings=self.settings,
            clock=self.clock,
            randomness=self.random,
            pause=lambda _: None,
        )
        self.folder = Folder(store=self.store, settings=self.settings, clock=self.clock)
        self._open_books()
        place = Place("us", 17)
        self.a, self.b, self.c = (account_id(place, self.clock.now(), self.random) for _ in "abc")
        self.limit = joint_limit_id(place, self.clock.now(), self.random)
        self.journals: dict[str, Posted | Refused] = {}
        self._live()

    def _open_books(self) -> None:
        """On the first day of the story, whatever the store's own clock says."""
        for book in ("vault_cash", "settlement", "card_settlement", "fee_income"):
            account = internal_account("us", "USD", book)
            self.store.register(Registration(account, self.clock.now().strftime("%Y%m%d")))

    def post(self, name: str, kind: str, initiator: str, **rest: object) -> Posted | Refused:
        self.clock.at += timedelta(seconds=7)
        key = name.replace(" ", "_")
        command = Command(kind=kind, initiator=initiator, scope="bank", key=key, **rest)  # type: ignore[arg-type]  # any field
        self.journals[name] = self.ledger.post(command)
        return self.journals[name]

    def posted(self, name: str) -> Posted:
        found = self.journals[name]
        assert isinstance(found, Posted), found
        return found

    def _live(self) -> None:
        for account in (self.a, self.b, self.c):
            self._open(account, overdraft=100_00 if account == self.a else 0)
        self._open(self.limit, per_day=300_00)
        for account in (self.b, self.c):
            self.post(f"join {account}", "joint_limits_set", account, parties=_at(account), joint_limits=(self.limit,))
        for account in (self.a, self.b, self.c):
            self._money("deposit " + account, "cash_deposit", account, {"destination": account}, 1000_00)
        self._money("transfer", "transfer", self.a, {"source": self.a, "destination": self.b}, 250_00)
        self._money("joint", "transfer", self.b, {"source": self.b, "destination": self.a}, 120_00)
        self._money("too much", "transfer", self.a, {"source": self.a, "destination": self.b}, 9_000_00)
        self._holds()
        self._money("fee", "fee", self.a, {"source": self.a}, 5_00)
        self._money("chargeback", "chargeback", self.c, {"source": self.c}, 2_000_00)
        self._undo("part", 100_00)
        self._undo("rest", 150_00)
        self.post("freeze", "debits_frozen", self.c, parties=_at(self.c))
        self._prefund()
        self._batching()
        self.clock.at += timedelta(days=1, hours=2)
        self.folder.fold()
        self._money("late", "cash_deposit", self.a, {"destination": self.a}, 1_00)

    def _holds(self) -> None:
        soon = self.clock.now() + timedelta(minutes=30)
        self._money("hold", "hold_placed", self.a, _at(self.a), 80_00, expires_at=soon)
        hold = self.posted("hold").journal.hold
        self._money("raise", "hold_raised", self.a, _at(self.a), 20_00, hold=hold)
        self._money("capture", "card_captured", self.a, _at(self.a), 60_00, hold=hold)
        self._money("hold 2", "hold_placed", self.a, _at(self.a), 30_00)
        self.post("release", "hold_released", self.a, parties=_at(self.a), hold=self.posted("hold 2").journal.hold)
        self.clock.at += timedelta(hours=1)
        self.post("expire", "holds_expired", self.a, parties=_at(self.a), hold=hold)
        self._money("journey's hold", "hold_placed", self.a, _at(self.a), 10_00)
        self._money("beside it", "cash_deposit", self.a, {"destination": self.a}, 3_00)

    def _undo(self, name: str, minor: int) -> None:
        original = self.posted("transfer").journal.id
        self.post(name, "reversal", self.a, amounts=_usd(minor), reverses=original)

    def _prefund(self) -> None:
        position = internal_account("us", "USD", "instant_prefund")
        for number in range(self.settings.shards):
            self._open(shard_account(position, REGION, number))
        self._money("prefund", "prefund_added", position, {}, 500_00)
        self._money("instant", "instant_sent", self.a, {"source": self.a}, 40_00)

    def _batching(self) -> None:
        self.post("batch", "batching_started", self.b, parties=_at(self.b))
        self._money("batched", "transfer", self.a, {"source": self.a, "destination": self.b}, 11_00)

    def _open(self, account: str, *, overdraft: int = 0, per_day: int | None = None) -> None:
        limits = Limits(overdraft_minor=overdraft, per_day_minor=per_day)
        self.post(f"open {account}", "account_opened", account, parties=_at(account), currency="USD", limits=limits)

    def _money(
        self, name: str, kind: str, initiator: str, parties: Mapping[str, str], minor: int, **rest: object
    ) -> None:
        self.post(name, kind, initiator, parties=parties, amounts=_usd(minor), **rest)


def _at(account: str) -> dict[str, str]:
    return {"account": account}


def _usd(minor: int) -> dict[str, Money]:
    return {"amount": Money(minor, "USD")}
