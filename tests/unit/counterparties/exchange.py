"""A small bank with its counterparties in memory, and a rail that keeps what it was given."""

import random
from dataclasses import dataclass, field, replace

from domain.access.model import Actor
from domain.counterparties.model import (
    AccountType,
    Correction,
    Counterparty,
    Details,
    HolderKind,
    Verification,
    VerificationMethod,
)
from domain.counterparties.service import Counterparties
from domain.counterparties.store import CounterpartyStore
from domain.counterparties.store_memory import MemoryCounterpartyStore
from domain.customers.model import Customer
from domain.refusals import Refusal
from domain.sealing import KeyedSealer, MemoryDataKeys
from tests.unit.accounts.house import REGION, House, acting

ROUTING = "091000019"
OTHER_ROUTING = "011000015"
NUMBER = "Chk-00123456789"
DETAILS = Details("Ada Lovelace", ROUTING, NUMBER, AccountType.CHECKING, HolderKind.CONSUMER)
APPROVAL = "apr_x"
"""By which two people resolved the case of a notification of change."""
PRENOTE = VerificationMethod.PRENOTE
MICRO = VerificationMethod.MICRO_ENTRIES


@dataclass
class Rail:
    """Keeps what it was given, once for each key, unless it is shut."""

    shut: bool = False
    prenotes: list[tuple[str, int]] = field(default_factory=list)
    micro_entries: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    asked: int = 0

    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        self.asked += 1
        if not self.shut and (counterparty.id, attempt) not in self.prenotes:
            self.prenotes.append((counterparty.id, attempt))
        return not self.shut

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        self.asked += 1
        if not self.shut:
            kept = self.micro_entries.setdefault((counterparty.id, attempt), amounts)
            assert kept == amounts, "the same key with other amounts"
        return not self.shut


class Exchange(House):
    def __init__(self, *, region: str = REGION, store: CounterpartyStore | None = None) -> None:
        super().__init__(region=region)
        noise = random.Random(5)
        self.keys = MemoryDataKeys(noise.randbytes)
        self.sealer = KeyedSealer(self.keys, noise.randbytes)
        self.rail = Rail()
        self.counterparty_store = store or MemoryCounterpartyStore()
        self.counterparties = Counterparties(
            store=self.counterparty_store,
            sealer=self.sealer,
            verifier=self.rail,
            elsewhere=self.accounts.elsewhere,
            clock=self.clock,
            randomness=noise,
        )
        self.ada = self.customer()
        self.actor = acting(self.ada)

    def add(self, details: Details = DETAILS, *, key: str = "add", customer: Customer | None = None) -> Counterparty:
        whose = customer or self.ada
        return row(self.counterparties.add(acting(whose), customer=whose, details=details, key=key))

    def start(self, added: Counterparty, method: VerificationMethod, *, key: str = "verify") -> Counterparty:
        return row(self.counterparties.start_verification(self.actor, added.id, method=method, key=key))

    def confirm(
        self, added: Counterparty, *amounts: int, key: str = "answer", actor: Actor | None = None
    ) -> Counterparty | Refusal:
        return self.counterparties.confirm(actor or self.actor, added.id, amounts=amounts, key=key)

    def amounts(self, added: Counterparty, attempt: int = 1) -> tuple[int, int]:
        """What the rail was given to credit."""
        return self.rail.micro_entries[added.id, attempt]

    def wrong(self, added: Counterparty, attempt: int = 1) -> tuple[int, int]:
        first, second = self.amounts(added, attempt)
        return (first % 99 + 1, second)

    def finished(self) -> tuple[str, ...]:
        """What a sweep of the unsent brings to an end."""
        return tuple(one for one in self.counterparties.unsent() if self.counterparties.finish_verification(one))

    def correct(
        self, added: Counterparty, correction: Correction, *, approval: str = APPROVAL
    ) -> Counterparty | Refusal:
        return self.counterparties.apply_correction(added.id, correction, approval=approval)

    def stored(self, added: Counterparty) -> Counterparty:
        found = self.counterparty_store.counterparty(added.id)
        assert found
        return found


def row(answer: Counterparty | Refusal) -> Counterparty:
    assert isinstance(answer, Counterparty), answer
    return answer


def latest(counterparty: Counterparty) -> Verification:
    assert counterparty.verification
    return counterparty.verification


def numbered(n: int) -> Details:
    return replace(DETAILS, account_number=f"{n:09d}1")
