"""What those who ask see of the world: who is there, what was asked so far, and a few drawn values."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Final

from domain.accounts.store_memory import MemoryAccountStore
from domain.customers.model import Customer
from domain.fraud.kinds import Decision
from domain.ids import internal_account
from domain.ledger.model import Hold, LedgerSettings, State
from domain.ledger.store_memory import MemoryLedgerStore
from domain.transfers.model import NumberTarget, OrderStatus
from domain.transfers.store_memory import MemoryOrderStore
from ops.simulation.cast import HOT, Party, pick
from ops.simulation.clocks import TrueTime
from ops.simulation.moods import WatchedDecisions
from ops.simulation.operations import Operation

BANK: Final = "bank"
AMOUNTS: Final = (1, 20, 250, 900, 3_000, 12_000)
"""Minor units, small beside a balance and above it."""
SHOPS: Final = 0.5
"""Share of the histories in which an account is a shop's: so busy that its credits are batched from the start."""
TILLS: Final = ("cash_deposit", "payment_received")
"""How customers of a shop may pay; in one history they all do alike, so that its minutes fill."""
OCCURRED: Final = "occurrence"
"""Leads the outcome of an occurrence among what was met."""
RECENT: Final = 40
"""How far back the operations lie that a new one names."""


class Scene:
    def __init__(
        self,
        *,
        rng: random.Random,
        time: TrueTime,
        settings: LedgerSettings,
        ledger: MemoryLedgerStore,
        accounts: MemoryAccountStore,
        orders: MemoryOrderStore,
        decisions: WatchedDecisions,
    ) -> None:
        self.rng = rng
        self.time = time
        self.settings = settings
        self.parties: list[Party] = []
        self.asked: list[Operation] = []
        self.requests_late = 0
        """Under way, and given up by those who sent them."""
        self.joint_limit = ""
        self.met: Counter[str] = Counter()
        """What the asks themselves look for, and how often they met it."""
        self.hot = rng.choice(HOT)
        self.has_shop = rng.random() < SHOPS
        self.till = rng.choice(TILLS)
        self._ledger = ledger
        self._accounts = accounts
        self._orders = orders
        self._decisions = decisions
        self._keys = 0
        self._favourites: dict[str, list[str]] = {}

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"

    def favourite(self, weights: Mapping[str, int]) -> str:
        """One of a table's names; a history knows two of each table, so that they meet on the same books."""
        first = next(iter(weights))
        if first not in self._favourites:
            names = [self.rng.choices(list(weights), list(weights.values()))[0] for _ in range(2)]
            self._favourites[first] = names
        return self.rng.choice(self._favourites[first])

    def minor(self) -> int:
        return self.rng.choice(AMOUNTS) + self.rng.randrange(0, 50)

    def party(self, currency: str | None = None, besides: Party | None = None) -> Party:
        """Somebody's account, the hot ones more often."""
        fit = [
            party for party in self.parties if party is not besides and (currency is None or party.currency == currency)
        ]
        return pick(fit, self.rng, self.hot)

    def party_of(self, account: str) -> Party:
        return next(party for party in self.parties if party.account == account)

    def state(self, party: Party) -> State:
        """The head, read past all wires."""
        return self._ledger.lines_of[party.account][-1].state

    def has_ended(self, order: str) -> bool:
        found = self._orders.order(order)
        return found is not None and found.status is OrderStatus.DONE

    def holds(self, party: Party) -> tuple[Hold, ...]:
        """The open holds, which an earlier line may list."""
        state = self.state(party)
        if state.holds is not None or state.holds_at is None:
            return state.holds or ()
        return self._ledger.lines_of[party.account][state.holds_at.seq - 1].state.holds or ()

    def journals_besides(self, journal: str) -> int:
        """How many there are, that one not counted."""
        return len(self._ledger.journals) - (journal in self._ledger.journals)

    def is_left_to_accounts(self, journal: str) -> bool:
        """Whether nobody but the accounts has a say in it: it is not judged, or approved."""
        found = self._decisions.decision(journal)
        return found is None or found.decision is Decision.APPROVE

    def done(self, *kinds: str) -> list[Operation]:
        """Recent operations that were told to be done."""
        return [one for one in self.asked[-RECENT:] if one.kind in kinds and one.told is not None and one.told.done]

    def book(self, name: str, currency: str) -> str:
        return internal_account(self.settings.jurisdiction.code, currency, name)

    def joins(self, owner: Customer, account: str) -> None:
        """The account is one that can be met from now on."""
        record = self._accounts.record(account)
        if record is None or any(party.account == account for party in self.parties):
            return
        target = NumberTarget(record.routing_number, record.number)
        name = f"{record.currency.lower()}{len(self.parties)}"
        self.parties.append(Party(name, owner, account, record.currency, target))
