"""A bank in memory behind its schema: people ask in GraphQL over HTTP, without a network."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.access.model import Actor, Channel, Group, Relation
from domain.accounts.model import Account
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.customers.service import Customers
from domain.customers.store_memory import MemoryCustomerStore
from domain.metering import Meter
from domain.sealing import KeyedSealer
from domain.transfers.orders import Orders
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import Documents
from graph.exposure import Exposure
from graph.requests import GRAPHQL_RESPONSE
from graph.schema import schema
from graph.view import Request, Response, answer
from tests.unit.accounts.house import ADDRESSES, REGION, acting
from tests.unit.partners.house import PartnersHouse
from tests.unit.partners.signing import body_of
from tests.unit.transfers.desk import Desk

CORRELATION = "request-1"
CLERK = "stf_01J00000000000000000000001"


@dataclass
class Answer:
    """What came back: the status, the data and the errors."""

    status: int
    body: dict[str, Any] = field(repr=False)

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["errors"]
        return found

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


class World(Desk):
    """Everything `graph.context.Services` asks for, over memory stores."""

    def __init__(
        self,
        *,
        region: str = REGION,
        exposure: Exposure = Exposure.OPEN,
        published: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(region=region)
        noise = random.Random(11)
        self.addresses = ADDRESSES
        self.meter = Meter()
        self.customer_store = MemoryCustomerStore()
        self.customers = Customers(
            store=self.customer_store,
            sealer=KeyedSealer(self.keys, noise.randbytes),
            clock=self.clock,
            randomness=noise,
            region=region,
        )
        self.door = PartnersHouse(clock=self.clock)
        self.partners = self.door.partners
        self.faults: list[Exception] = []
        self.documents = Documents(schema, exposure, published or {})
        self._people = 0
        self._delivered = 0

    @property
    def orders(self) -> Orders:
        return self.transfers.orders

    def person(self, name: str = "Ada Lovelace", *, kind: CustomerKind = CustomerKind.PERSON) -> Customer:
        """A customer whose personal data is really sealed."""
        self._people += 1
        customer = self.customers.create(scope="bank", key=f"person-{self._people}", kind=kind, profile=profile(name))
        assert isinstance(customer, Customer), customer
        return customer

    def relate(self, owner: Customer, account: Account, other: Customer, relation: Relation) -> None:
        added = self.accounts.add_relation(acting(owner), account=account.id, person=other.id, relation=relation)
        assert not hasattr(added, "code"), added

    def quarantined(self) -> str:
        """What a partner delivered and cannot be processed: the id of the delivery."""
        self._delivered += 1
        delivery = self.door.received(body_of(data={}), message_id=f"msg_{self._delivered}")
        assert self.partners.process(delivery).reason == "BODY_UNFIT"
        return delivery

    def ask(self, who: Customer | Actor, document: str, **variables: Any) -> Answer:
        return self.post(who, json.dumps({"query": document, "variables": variables}).encode())

    def post(self, who: Customer | Actor, body: bytes, *, content_type: str = "application/json") -> Answer:
        response = self.send(who, Request("POST", {"content-type": content_type, "accept": GRAPHQL_RESPONSE}, body))
        return Answer(int(response.status), json.loads(response.body))

    def send(self, who: Customer | Actor, request: Request) -> Response:
        actor = who if isinstance(who, Actor) else customer_actor(who)
        return answer(request, lambda: self.context(actor), self.documents, correlation_id=CORRELATION)

    def context(self, actor: Actor) -> Context:
        return Context(actor=actor, bank=self, cursors=Cursors(lambda: b"a secret of tests"), report=self.faults.append)


def customer_actor(customer: Customer) -> Actor:
    return _actor(customer.id, Group.CUSTOMER)


def clerk(*groups: Group, person: str = CLERK) -> Actor:
    return _actor(person, *groups)


def profile(name: str) -> Profile:
    return Profile(
        name=name,
        email="ada@example.com",
        phone="+12025550123",
        born_on="1990-12-10",
        address=Address("12 Main Street", None, "Springfield", "IL", "62701", "US"),
        tax_id_last4="1234",
    )


def _actor(person: str, *groups: Group) -> Actor:
    return Actor(
        person=person,
        groups=frozenset(groups),
        source_ip="192.0.2.7",
        correlation_id=CORRELATION,
        channel=Channel.API,
    )
