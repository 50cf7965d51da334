"""A small world for the ledger's stories: the real service over the memory store, a clock that is told, a seed.

Amounts are minor units. Accounts have short names in a story; the world keeps their ids.
"""

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.ids import Place, account_id, internal_account, joint_limit_id
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.folding import Folder
from domain.ledger.kinds import KINDS
from domain.ledger.model import Command, Journal, LedgerSettings, Limits, Posted, Refused, State
from domain.ledger.service import Ledger
from domain.ledger.shards import shard_account
from domain.ledger.store_memory import Faults, MemoryLedgerStore
from domain.money import Money
from domain.refusals import Refusal
from tests.unit.ledger.invariants import violations

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
"""A Tuesday, noon in New York, two days after its clocks went forward."""
PLACES = {"us": Place("us", 417), "eu": Place("eu", 417)}


class SetClock:
    """Stands still until it is told to move; `drift` is how far a reader's clock is from the world's."""

    def __init__(self, instant: datetime = NOON) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        self.instant += by


class World:
    def __init__(
        self,
        *,
        now: datetime = NOON,
        jurisdiction: str = "us",
        region: str = "us-east-1",
        shards: int = 4,
        faults: Faults | None = None,
        seed: int = 7,
    ) -> None:
        self.clock = SetClock(now)
        self.randomness = random.Random(seed)
        self.settings = LedgerSettings(region=region, jurisdiction=JURISDICTIONS[jurisdiction], shards=shards)
        self.store = MemoryLedgerStore(clock=self.clock, settings=self.settings, faults=faults)
        self.pauses: list[float] = []
        self.ledger = self.ledger_with(self.clock)
        self.folder = Folder(store=self.store, settings=self.settings, clock=self.clock)
        self.folder.open_books()
        self.accounts: dict[str, str] = {}
        self._keys = 0

    def ledger_with(self, clock: SetClock) -> Ledger:
        """Another process over the same store, with a clock of its own."""
        return Ledger(
            store=self.store,
            settings=self.settings,
            clock=clock,
            randomness=self.randomness,
            pause=self.pauses.append,
        )

    # Names.

    def id(self, name: str) -> str:
        return self.accounts[name]

    def internal(self, book: str, currency: str = "USD") -> str:
        return internal_account(self.settings.jurisdiction.code, currency, book)

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    # Posting.

    def command(self, kind: str, **parts: object) -> Command:
        """A command of `kind`: parties, `amount` and the rest by name; initiator, scope and key unless given."""
        roles = KINDS[kind].roles
        parties = {role: self.accounts.get(str(parts[role]), str(parts[role])) for role in roles if role in parts}
        rest = {name: value for name, value in parts.items() if name not in roles}
        first = next((account for account in parties.values() if account.startswith(("acc_", "lim_"))), None)
        filled = {
            "kind": kind,
            "initiator": first or self.internal("settlement"),
            "scope": "bank",
            "parties": parties,
            **rest,
        }
        filled.setdefault("key", self.key())
        return Command(**filled)  # type: ignore[arg-type] # Names are checked by the dataclass itself.

    def post(self, kind: str, **parts: object) -> Posted | Refused:
        return self.ledger.post(self.command(kind, **parts))

    def refuse(self, kind: str, refusal: Refusal, **parts: object) -> Posted | Refused:
        return self.ledger.refuse(self.command(kind, **parts), refusal)

    def posted(self, kind: str, **parts: object) -> Posted:
        return must_post(self.post(kind, **parts))

    def refused(self, kind: str, **parts: object) -> Refused:
        answer = self.post(kind, **parts)
        assert isinstance(answer, Refused), answer
        return answer

    def open(
        self,
        name: str,
        *,
        currency: str = "USD",
        minor: int = 0,
        limits: Limits | None = None,
        joint_limits: tuple[str, ...] = (),
    ) -> str:
        """A customer account with `minor` in it."""
        place = PLACES[self.settings.jurisdiction.code]
        account = account_id(place, self.clock.now(), self.randomness)
        self.accounts[name] = account
        named = tuple(self.id(limit) for limit in joint_limits) or None
        self.posted("account_opened", account=account, currency=currency, limits=limits, joint_limits=named)
        if minor:
            self.deposit(name, minor)
        return account

    def open_joint_limit(self, name: str, per_day_minor: int, *, currency: str = "USD") -> str:
        place = PLACES[self.settings.jurisdiction.code]
        self.accounts[name] = limit = joint_limit_id(place, self.clock.now(), self.randomness)
        limits = Limits(per_day_minor=per_day_minor)
        self.posted("account_opened", account=limit, currency=currency, limits=limits)
        return limit

    def open_prefund(self, *minors: int, currency: str = "USD") -> tuple[str, ...]:
        """The shards of the instant network's prefunded position, each with what it is given."""
        book = self.internal("instant_prefund", currency)
        shards = tuple(shard_account(book, self.settings.region, n) for n in range(self.settings.shards))
        for shard in shards:
            self.posted("account_opened", initiator=book, account=shard, currency=currency)
        for shard, minor in zip(shards, minors, strict=False):
            while (self.state(shard).ledger_minor) < minor:
                self._prefund(shard, minor, book, currency)
        return shards

    def _prefund(self, shard: str, minor: int, book: str, currency: str) -> None:
        """The key decides which shard is filled, so keys are tried, as previews, until it is this one."""
        command = self.command("prefund_added", initiator=book, amounts={"amount": Money(minor, currency)})
        would = must_post(self.ledger.preview(command))
        if shard in would.states:
            must_post(self.ledger.post(command))

    def deposit(self, name: str, minor: int) -> Posted:
        money = Money(minor, self.head(name).currency)
        return self.posted(
            "cash_deposit",
            initiator=self.internal("vault_cash", money.currency),
            destination=self.id(name),
            amounts={"amount": money},
        )

    def transfer(self, source: str, destination: str, minor: int, **parts: object) -> Posted | Refused:
        money = Money(minor, self.head(source).currency)
        return self.post("transfer", source=source, destination=destination, amounts={"amount": money}, **parts)

    # Looking.

    def state(self, account: str) -> State:
        state = self.ledger.head(account)
        assert state is not None, account
        return state

    def head(self, name: str) -> State:
        return self.state(self.id(name))

    def shows(self, name: str) -> tuple[int, int, int]:
        """Ledger, held and available balance."""
        state = self.head(name)
        return state.ledger_minor, state.held_minor, state.available_minor

    def book_minor(self, book: str, currency: str = "USD") -> int:
        """Credits minus debits of an internal account now."""
        return self.folder.balance_minor(self.internal(book, currency))

    def incoming_minor(self, name: str) -> int:
        return self.folder.balance_minor("inc_" + self.id(name).removeprefix("acc_"))

    def journals(self) -> Mapping[str, Journal]:
        return self.store.journals

    def check(self) -> None:
        """Everything that must be true of the ledger at every moment."""
        found = violations(self.store)
        assert not found, "\n".join(found)


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """This process as if its machine stood in another time zone, which must change nothing."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


def must_post(answer: Posted | Refused) -> Posted:
    assert isinstance(answer, Posted), answer
    return answer


def must_refuse(answer: Posted | Refused) -> Refusal:
    assert isinstance(answer, Refused), answer
    return answer.refusal


def code(answer: Posted | Refused) -> str:
    return "POSTED" if isinstance(answer, Posted) else answer.refusal.code


def usd(minor: int) -> dict[str, Money]:
    return {"amount": Money(minor, "USD")}


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
