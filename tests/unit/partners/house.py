"""The bank's door for partners, in memory: the real service, a queue that is a list, and handlers that note."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from domain.access.model import Actor, Channel, Group
from domain.partners.keys import MemoryPartnerKeys
from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED
from domain.partners.model import Accepted, Arrival, Delivery, DeliveryState, DoorRefusal, SigningKey
from domain.partners.service import Handlers, Partners
from domain.partners.signatures import key_of
from domain.partners.store_memory import MemoryDeliveryStore
from domain.refusals import Refusal
from tests.unit.accounts.house import NOON, Cut, SetClock
from tests.unit.partners.signing import FORMER, SCHEMES, SPONSOR, V1, Signer, body_of

if TYPE_CHECKING:
    from domain.partners.events import Payload

KIND: Final = ACH_FILE_ACKNOWLEDGED.name
ROTATED_UNTIL: Final = NOON + timedelta(hours=1)
"""When the keys from before are not accepted any more."""
OPERATIONS: Final = "stf_01J00000000000000000000001"


def keys() -> tuple[SigningKey, ...]:
    ours = [key_of(SPONSOR.secrets[scheme], None) for scheme in SCHEMES]
    return (*ours, *(key_of(FORMER.secrets[scheme], ROTATED_UNTIL) for scheme in SCHEMES))


@dataclass
class Acting:
    """A handler that notes what it is given, and answers or raises what it is told to."""

    given: list[tuple[Delivery, "Payload"]] = field(default_factory=list)
    refuses: Refusal | None = None
    raises: Exception | None = None

    def __call__(self, delivery: Delivery, payload: "Payload") -> Refusal | None:
        self.given.append((delivery, payload))
        if self.raises:
            raise self.raises
        return self.refuses


class PartnersHouse:
    """What `functions.composition.Bank` has of it, as far as the functions ask."""

    def __init__(self, *, clock: SetClock | None = None, store: MemoryDeliveryStore | None = None) -> None:
        self.clock = clock or SetClock()
        self.store = store or MemoryDeliveryStore()
        self.queue: list[str] = []
        self.queue_fails: Exception | None = None
        self.put_aside: list[Delivery] = []
        self.replayed: list[tuple[str, int, str]] = []
        self.acting = Acting()
        self.handlers: dict[tuple[str, int], Acting] = {ACH_FILE_ACKNOWLEDGED: self.acting}
        self.partners = self.process_of(self.handlers)

    def process_of(self, handlers: Handlers) -> Partners:
        """Another process over the same store and queue."""
        return Partners(
            store=self.store,
            keys=MemoryPartnerKeys({"sponsor": keys()}),
            clock=self.clock,
            randomness=random.Random(3),
            enqueue=self._enqueue,
            handlers=handlers,
            on_set_aside=self.on_set_aside,
            on_replayed=self.on_replayed,
        )

    def on_set_aside(self, delivery: Delivery) -> None:
        self.put_aside.append(delivery)

    def on_replayed(self, delivery: str, replays: int, by: str) -> None:
        self.replayed.append((delivery, replays, by))

    def _enqueue(self, delivery: str) -> None:
        if self.queue_fails:
            raise self.queue_fails
        self.queue.append(delivery)

    def arrives(
        self,
        body: bytes | None = None,
        *,
        kind: str = KIND,
        partner: str = "sponsor",
        scheme: str = V1,
        signer: Signer = SPONSOR,
        message_id: str = "msg_1",
        at: datetime | None = None,
        **headers: str,
    ) -> Accepted | DoorRefusal:
        sent = body_of(kind) if body is None else body
        signed = signer.headers(sent, at or self.clock.now(), scheme=scheme, message_id=message_id)
        return self.partners.receive(Arrival(partner, kind, {**signed, **headers}, sent))

    def received(self, body: bytes | None = None, *, kind: str = KIND, message_id: str = "msg_1") -> str:
        """The id of a delivery that was taken in, and is in the queue."""
        accepted = self.arrives(body, kind=kind, message_id=message_id)
        assert isinstance(accepted, Accepted), accepted
        if accepted.fresh:
            self.partners.enqueue(accepted.delivery)
        return accepted.delivery

    @contextmanager
    def dies_setting_aside(self) -> Iterator[None]:
        """Meanwhile the process dies when it is to write down that a delivery is quarantined."""
        self.store.__class__ = _DiesSettingAside
        with pytest.raises(Cut):
            yield
        self.store.__class__ = MemoryDeliveryStore

    def found(self, delivery: str) -> Delivery:
        found = self.store.delivery(delivery)
        assert found is not None
        return found


class _DiesSettingAside(MemoryDeliveryStore):
    def replace(self, delivery: Delivery, *, revision: int) -> bool:
        if delivery.state is DeliveryState.QUARANTINED:
            raise Cut
        return super().replace(delivery, revision=revision)


def clerk(*groups: Group, person: str = OPERATIONS) -> Actor:
    return Actor(person, frozenset(groups), source_ip=None, correlation_id="request-1", channel=Channel.API)
