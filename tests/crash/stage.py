"""What a use case acts on: one process's bank, the household in it, and the words to ask with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from domain.access.model import Actor, Channel, Group
from domain.accounts.model import Account
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.fraud.events import SOURCE as FRAUD
from domain.ids import internal_account, staff_id
from domain.ledger.events import SOURCE as LEDGER
from domain.ledger.model import Command, Posted
from domain.money import Money
from domain.payments.events import SOURCE as PAYMENTS
from domain.refusals import Refusal
from functions.composition import Bank
from functions.fraud_scorer import handler as fraud_scorer
from functions.graphql import handler as api
from functions.messages import NoneTaken
from functions.notifier import handler as notifier
from functions.payment_decisions import handler as payment_decisions
from functions.publisher import handler as publisher
from tests.crash.place import Place, stream_record

DEPOSIT_MINOR: Final = 1_000_00
SHARDS_GROWN: Final = 2
VAULT: Final = internal_account("us", "USD", "vault_cash")
LISTENERS: Final[Mapping[str, Any]] = {LEDGER: notifier, PAYMENTS: fraud_scorer, FRAUD: payment_decisions}
"""Who hears what on the bus, by who says it."""
Answer = Mapping[str, Any] | str
"""What a caller is told, in the part that must not depend on what went wrong on the way."""


class NotYet(Exception):
    """No answer yet: whoever asked, or whoever delivers, does so again."""


class Failed(Exception):
    """The API has met a fault; whoever asked does so again."""


@dataclass(frozen=True)
class Household:
    """Two customers with an account each, the first with money, and two of the bank."""

    ada: Customer
    bob: Customer
    source: Account
    target: Account
    staff: str
    colleague: str


@dataclass
class Stage:
    place: Place
    bank: Bank
    house: Household
    facts: dict[str, Any] = field(default_factory=dict)
    """What preparing the use case found out, such as the id of a hold."""

    # Asking.

    def asked(self, document: str, *, staff: bool = False, **given: Any) -> Answer:
        """A mutation through the handler of the API, with a token, as a front end asks."""
        by = (self.house.staff, Group.OPERATIONS) if staff else (self.house.ada.id, Group.CUSTOMER)
        return self.asked_by(*by, document, **given)

    def asked_by(self, person: str, group: Group, document: str, **given: Any) -> Answer:
        token = self.place.token(person, group.value)
        event = {
            "rawPath": "/graphql",
            "headers": {"content-type": "application/json", "authorization": f"Bearer {token}"},
            "requestContext": {"requestId": "request", "http": {"method": "POST", "sourceIp": "192.0.2.9"}},
            "body": json.dumps({"query": document, "variables": {"input": given}}),
        }
        answer = api.handler(event, None)
        body = json.loads(answer["body"])
        if answer["statusCode"] != 200 or "errors" in body:
            raise Failed(answer["body"])
        ((_, found),) = body["data"].items()
        if found.get("retryable"):
            raise NotYet(found["code"])
        return dict(found)

    def post(self, kind: str, *, initiator: str, key: str, minor: int | None = None, **more: Any) -> Answer:
        """A journal under the bank's own name, for what no API starts."""
        amounts = {"amount": Money(minor, "USD")} if minor else {}
        command = Command(kind=kind, initiator=initiator, scope="bank", key=key, amounts=amounts, **more)
        answer = self.bank.ledger.post(command)
        if not isinstance(answer, Posted):
            return settled(answer.refusal)
        return {
            "journal": answer.journal.id,
            "states": {name: state.available_minor for name, state in answer.states.items()},
        }

    def deposit(self, account: str, minor: int, *, key: str) -> Answer:
        """A counter pays cash in: the vault's own leg beside the customer's line."""
        return self.post("cash_deposit", initiator=VAULT, key=key, minor=minor, parties={"destination": account})

    def operations(self) -> Actor:
        return _actor(self.house.staff, Group.OPERATIONS)

    def checker(self) -> Actor:
        return _actor(self.house.colleague, Group.OPERATIONS)

    def owner(self) -> Actor:
        return _actor(self.house.ada.id, Group.CUSTOMER)

    def grown(self) -> None:
        """From now on internal accounts have a shard more."""
        self.bank.__dict__["settings"] = replace(self.bank.settings, shards=SHARDS_GROWN)

    # What the world does by itself.

    def published(self, already: frozenset[str]) -> list[dict[str, Any]]:
        """The stream delivers what is new in the ledger to the publisher; answers with the records."""
        records = self.records(already)
        publisher.handler({"Records": records}, None)
        return records

    def records(self, already: frozenset[str]) -> list[dict[str, Any]]:
        items = self.place.items("ledger")
        new = [item for item in items if item["sk"]["S"] == "J" and item["pk"]["S"] not in already]
        return [stream_record(item) for item in sorted(new, key=lambda item: str(item["pk"]))]

    def notified(self) -> None:
        """The queues deliver what the bus has taken, repetitions included, until nobody says anything more."""
        told = 0
        while told < len(self.place.network.entries):
            entries = self.place.network.entries[told:]
            told += len(entries)
            for source, listener in LISTENERS.items():
                bodies = [bus_event(entry) for entry in entries if entry["Source"] == source]
                if bodies:
                    delivered(listener, *bodies)

    def later(self, by: timedelta) -> None:
        self.place.clock.at += by


def bus_event(entry: Mapping[str, str]) -> str:
    detail = json.loads(entry["Detail"])
    return json.dumps({"source": entry["Source"], "detail-type": entry["DetailType"], "detail": detail})


def delivered(listener: Any, *bodies: str) -> str:
    """A queue hands a batch over: what its listener names as failed comes again, and all of it when none was taken."""
    records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    try:
        answer = listener.handler({"Records": records}, None)
    except NoneTaken as fault:
        raise NotYet(str(fault)) from fault
    if answer["batchItemFailures"]:
        raise NotYet(f"{len(answer['batchItemFailures'])} messages come back")
    return "delivered"


def passed(answer: Answer) -> dict[str, Any]:
    """What preparing has done must have been done."""
    assert not isinstance(answer, str), answer
    assert "code" not in answer, answer
    return dict(answer)


def settled(refusal: Refusal) -> Answer:
    if refusal.retryable:
        raise NotYet(refusal.code)
    return {"code": refusal.code}


def household(place: Place, bank: Bank) -> Household:
    bank.folder.open_books()
    ada, bob = customer(bank, "ada"), customer(bank, "bob")
    source, target = (_account(bank, person) for person in (ada, bob))
    staff, colleague = (staff_id(place.clock.now(), bank._randomness) for _ in range(2))
    house = Household(ada, bob, source, target, staff, colleague)
    stage = Stage(place, bank, house)
    passed(stage.deposit(source.id, DEPOSIT_MINOR, key="wages"))
    passed(stage.deposit(target.id, DEPOSIT_MINOR // 10, key="pocket-money"))
    return house


def customer(bank: Bank, name: str) -> Customer:
    made = bank.customers.create(scope="bank", key=f"make-{name}", kind=CustomerKind.PERSON, profile=_profile(name))
    assert isinstance(made, Customer), made
    return made


def _account(bank: Bank, person: Customer) -> Account:
    actor = _actor(person.id, Group.CUSTOMER)
    opened = bank.accounts.open_account(actor, customer=person, product="checking", currency="USD", key="first")
    assert isinstance(opened, Account), opened
    return opened


def _actor(person: str, group: Group) -> Actor:
    return Actor(
        person=person, groups=frozenset({group}), source_ip=None, correlation_id="request", channel=Channel.API
    )


def _profile(name: str) -> Profile:
    address = Address(
        line1="1 Main Street", line2=None, city="Boston", subdivision=None, postal_code="02101", country="US"
    )
    return Profile(
        name=f"{name.title()} Example",
        email=f"{name}@example.com",
        phone="+12025550123",
        born_on="1990-01-01",
        address=address,
        tax_id_last4="1234",
    )
