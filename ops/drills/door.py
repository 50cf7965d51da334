"""The door for partners in a drill: the service that the deployed bank has, over memory stores, and a queue behind it.

What is signed is stored and answered; what it means is found out from the queue, which brings everything twice.
"""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING, Final

from domain.partners.keys import MemoryPartnerKeys
from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED, ACH_FILE_REJECTED, SPONSOR
from domain.partners.model import Accepted, Arrival, DeliveryState
from domain.partners.quarantine import Quarantine
from domain.partners.service import Partners
from domain.partners.signatures import key_of
from domain.partners.store_memory import MemoryDeliveryStore
from domain.rails.ach.responses import Responses
from ops.local.partners import Sender

if TYPE_CHECKING:
    from ops.simulation.ach_world import AchWorld
    from ops.sponsor.state import Message

DELIVERED_TIMES: Final = 2
"""How often the queue brings each delivery."""
TAKEN: Final = "202"


class Door:
    def __init__(self, bank: AchWorld) -> None:
        drawn = random.Random(13)  # noqa: S311  (a drill's key guards nothing)
        self._sender = Sender(secret="whsec_" + base64.b64encode(drawn.randbytes(32)).decode(), private_key="")
        self._clock = bank.clock
        self._queue: list[str] = []
        self._refused = 0
        self._set_aside: set[str] = set()
        responses = Responses(outgoing=bank.outgoing)
        quarantine = Quarantine(cases=bank.cases, partners=lambda: self.partners)
        self.partners = Partners(
            store=MemoryDeliveryStore(),
            keys=MemoryPartnerKeys({SPONSOR.name: (key_of(self._sender.secret, None),)}),
            clock=bank.clock,
            randomness=drawn,
            enqueue=self._queue.append,
            handlers={ACH_FILE_ACKNOWLEDGED: responses.acknowledged, ACH_FILE_REJECTED: responses.rejected},
            on_set_aside=quarantine.opened,
            on_replayed=quarantine.replayed,
        )

    def receive(self, message: Message) -> tuple[bool, str]:
        """One try of the partner to deliver a message: whether it was taken, and what it was answered."""
        body = message.body.encode()
        sender = self._sender.stranger() if message.forged else self._sender
        headers = sender.headers(body, message_id=message.id, at=self._clock.now())
        answer = self.partners.receive(
            Arrival(partner=SPONSOR.name, kind=message.kind, headers=headers, body=body),
        )
        if not isinstance(answer, Accepted):
            self._refused += message.tries == 0
            return False, answer.code
        if answer.fresh:
            self.partners.enqueue(answer.delivery)
        return True, TAKEN

    def work(self) -> None:
        """What the queue brings, and what the sweep puts there again."""
        self.partners.send_again()
        while self._queue:
            delivery = self._queue.pop(0)
            for _ in range(DELIVERED_TIMES):
                if self.partners.process(delivery).state is DeliveryState.QUARANTINED:
                    self._set_aside.add(delivery)

    @property
    def set_aside(self) -> int:
        """Messages that were refused at the door, each once however often it was tried, or that wait for a person."""
        return self._refused + len(self._set_aside)
