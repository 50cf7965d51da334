"""A bank in memory behind its schema: people ask in GraphQL over HTTP, without a network."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from domain.access.model import Actor, Approval, Channel, Group, Relation
from domain.access.service import Decided
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Subject
from domain.cases.service import Resolved
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.counterparties.service import Counterparties
from domain.counterparties.store_memory import MemoryCounterpartyStore
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.customers.service import Customers
from domain.customers.store_memory import MemoryCustomerStore
from domain.fraud.list_changes import SUBJECT_KIND as FRAUD_LIST
from domain.fraud.registry import SUBJECT_KIND as FRAUD_VERSION
from domain.metering import Meter
from domain.payments.model import Payment
from domain.rails.ach.exchange import INBOUND
from domain.rails.ach.incoming_kinds import ReceivedFileState
from domain.rails.ach.incoming_model import ReceivedFile
from domain.refusals import Refusal
from domain.sealing import KeyedSealer
from domain.transfers.orders import Orders
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import Documents
from graph.exposure import Exposure
from graph.requests import GRAPHQL_RESPONSE
from graph.schema import schema
from graph.view import Request, Response, answer
from ops.simulation.ach_world import ROUNDS, AchDay
from tests.unit.accounts.house import ADDRESSES, REGION, acting
from tests.unit.counterparties.exchange import Rail
from tests.unit.graph.fraud_house import FraudHouse
from tests.unit.partners.house import PartnersHouse
from tests.unit.partners.signing import body_of
from tests.unit.rails.ach.partner import Sheet
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


class World(AchDay, FraudHouse, Desk):
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
        self.wire_fraud()
        self.counterparty_store = MemoryCounterpartyStore()
        self.rail = Rail()
        self.counterparties = Counterparties(
            store=self.counterparty_store,
            sealer=KeyedSealer(self.keys, noise.randbytes),
            verifier=self.rail,
            elsewhere=self.accounts.elsewhere,
            clock=self.clock,
            randomness=noise,
        )
        self.wire_ach(KeyedSealer(self.keys, noise.randbytes))
        self.door = PartnersHouse(clock=self.clock)
        self.partners = self.door.partners
        self.faults: list[Exception] = []
        self.documents = Documents(schema, exposure, published or {})
        self._people = 0
        self._delivered = 0

    def approval_outcomes(self) -> dict[str, Decided]:
        of_fraud = {FRAUD_VERSION: self.registry.decided, FRAUD_LIST: self.list_changes.decided}
        return super().approval_outcomes() | of_fraud

    def case_outcomes(self) -> dict[CaseKind, Resolved]:
        of_ach = {CaseKind.ACH_PAYMENT_REVIEW: self._reviewed, CaseKind.ACH_FILE_REJECTED: self.ach.file_decided}
        return super().case_outcomes() | of_ach

    @property
    def orders(self) -> Orders:
        return self.transfers.orders

    def person(self, name: str = "Ada Lovelace", *, kind: CustomerKind = CustomerKind.PERSON) -> Customer:
        """A customer whose personal data is really sealed."""
        self._people += 1
        customer = self.customers.create(scope="bank", key=f"person-{self._people}", kind=kind, profile=profile(name))
        assert isinstance(customer, Customer), customer
        return customer

    def case(self, kind: CaseKind = CaseKind.ACH_ENTRY_PENDED, *, key: str = "1") -> Case:
        facts = {"Trace number": "091000010000001", "Amount": "25.00 USD"}
        return self.cases.open(kind, Subject("ach_entry", "ent_1"), key=key, facts=facts)

    def _reviewed(self, case: Case) -> Refusal | None:
        """Cases of `case()` are about nothing: nobody waits for their resolution."""
        return self.ach.payment_reviewed(case) if case.subject.kind == "payment" else None

    def proposed(self, case: Case, by: Actor, code: ResolutionCode = ResolutionCode.POST) -> Approval:
        """The approval that a resolution of the case waits for."""
        asked = self.cases.resolve(by, case.id, code=code, reason="It is in order", key="proposed")
        assert isinstance(asked, Case), asked
        assert asked.resolution
        approval = self.approvals.get(asked.resolution.approval or "")
        assert isinstance(approval, Approval), approval
        return approval

    def verified(self, owner: Customer, *, number: str = "000123456789", days_ago: int = 90) -> Counterparty:
        """A counterparty of a person that has long been proved."""
        now = self.clock.instant
        self.clock.instant = now - timedelta(days=days_ago)
        details = Details("Maria Márquez", "021000021", number, AccountType.CHECKING, HolderKind.CONSUMER)
        added = self.counterparties.add(acting(owner), customer=owner, details=details, key=f"verified-{number}")
        assert isinstance(added, Counterparty), added
        self.counterparties.start_verification(
            acting(owner), added.id, method=VerificationMethod.PRENOTE, key=f"verify-{number}"
        )
        settled = self.counterparties.verification_settled(added.id, attempt=1, settled_on=self.clock.instant.date())
        assert isinstance(settled, Counterparty), settled
        self.clock.instant = now
        return settled

    def relate(self, owner: Customer, account: Account, other: Customer, relation: Relation) -> None:
        added = self.accounts.add_relation(acting(owner), account=account.id, person=other.id, relation=relation)
        assert not hasattr(added, "code"), added

    def quarantined(self) -> str:
        """What a partner delivered and cannot be processed: the id of the delivery."""
        self._delivered += 1
        delivery = self.door.received(body_of(data={}), message_id=f"msg_{self._delivered}")
        assert self.partners.process(delivery).reason == "BODY_UNFIT"
        return delivery

    def put(self, text: bytes) -> ReceivedFile:
        """A file that the sponsor bank puts for us, and that nobody has looked into."""
        name = f"{INBOUND}in-{len(self.exchange.files)}.ach"
        self.exchange.files[name] = text
        file = self.incoming.files.receive(name)
        assert isinstance(file, ReceivedFile), file
        return file

    def came_in(self, sheet: Sheet) -> list[Payment]:
        """What customers see of a file that the sponsor bank puts for us, on the day of its entries."""
        file = self.put(sheet.text())
        for _ in range(ROUNDS):
            if file.state is ReceivedFileState.DONE:
                break
            assert file.due_at, file.findings
            self.clock.instant = max(self.clock.instant, file.due_at)
            file = self.incoming.files.work(file.id)
        entries = self.incoming.entries_of(file.id, limit=100).entries
        return [self.payments.existing(entry.payment) for entry in entries if entry.payment]

    def ask(self, who: Customer | Actor, document: str, **variables: Any) -> Answer:
        return self.post(who, json.dumps({"query": document, "variables": variables}).encode())

    def post(self, who: Customer | Actor, body: bytes, *, content_type: str = "application/json") -> Answer:
        response = self.send(who, Request("POST", {"content-type": content_type, "accept": GRAPHQL_RESPONSE}, body))
        return Answer(int(response.status), json.loads(response.body))

    def send(self, who: Customer | Actor, request: Request) -> Response:
        actor = who if isinstance(who, Actor) else customer_actor(who)
        return answer(request, lambda: self.context(actor), self.documents, correlation_id=CORRELATION)

    def context(self, actor: Actor) -> Context:
        if actor.authenticated_at is None:  # everybody has just signed in
            actor = replace(actor, authenticated_at=self.clock.now())
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
