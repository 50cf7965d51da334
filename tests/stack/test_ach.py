"""Money that leaves and comes by ACH, from the API to the sponsor bank beside the local bank and back.

A journey begins with the bank and goes on by the schedules alone while other tests run; it is looked at after them.
What only begins then is not left to the next minute: the functions that the schedules call are called again and again.
"""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from domain.access.model import Actor, Channel, Group
from domain.clock import Clock, SystemClock
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.customers.model import Customer
from domain.payments.kinds import PaymentState
from functions import composition, configuration
from ops.cli import app
from ops.commands.people import find_user
from ops.local.aws import Clients, session
from ops.local.bank import LocalBank
from tests.stack.conftest import Ask
from tests.stack.test_bank import REFUSAL, dollars

REGION: Final = "us-east-1"
SENDER, NEIGHBOUR = "june", "mateo"
"""People whom no other test asks for their money, one of each region."""
RECEIVER: Final = Details("Maria Márquez", "021000021", "000123456789", AccountType.CHECKING, HolderKind.CONSUMER)
LONG_AGO: Final = timedelta(days=30)
WINDOWS_SECONDS: Final = 240
"""To the next window, its settlement a minute later, and what a busy machine takes besides."""
POLL_SECONDS: Final = 2
SETTLED: Final = {PaymentState.SETTLED.value, PaymentState.COMPLETED.value}
SCHEDULED: Final = ("ach-files", "ach-inbound", "payment-sweep")
ORIGINATED: Final = f"payment {{ id status }} }} ... on InputInvalid {{ fields {{ path code }} }} {REFUSAL}"
SEND: Final = f"""mutation S($input: OriginateAchCreditInput!) {{ originateAchCredit(input: $input) {{ __typename
    ... on OriginateAchCreditSuccess {{ {ORIGINATED} }} }}"""
TAKE_BACK: Final = """mutation T($input: ReverseAchPaymentInput!) { reverseAchPayment(input: $input) { __typename
    ... on ReverseAchPaymentSuccess { payment { id } } } }"""
COLLECT: Final = f"""mutation C($input: OriginateAchDebitInput!) {{ originateAchDebit(input: $input) {{ __typename
    ... on OriginateAchDebitSuccess {{ {ORIGINATED} }} }}"""
PAYMENT: Final = """query P($id: ID!) { node(id: $id) { ... on Payment {
    status timeline(first: 50) { edges { node { event by } } } } } }"""
ENTRIES: Final = """query E($id: ID!) { node(id: $id) { ... on Account { entries(first: 50) { edges { node {
    amount { minorUnits } journal { kind } } } } } } }"""


class Then:
    """A clock that stands a month ago, for what must have been there for a while."""

    def now(self) -> datetime:
        return datetime.now(UTC) - LONG_AGO


def services_of(bank: LocalBank, *, clock: Clock | None = None) -> composition.Bank:
    settings = configuration.read({**bank.regions[REGION].environment, "AWS_REGION": REGION})
    return composition.build(
        settings,
        clock=clock or SystemClock(),
        randomness=random.SystemRandom(),
        session=session(),
        endpoint=bank.engine,
    )


def acting(person: str) -> Actor:
    return Actor(
        person=person,
        groups=frozenset({Group.CUSTOMER}),
        source_ip=None,
        correlation_id="stack",
        channel=Channel.API,
    )


class _Takes:
    """Whatever verifies a counterparty counts as sent."""

    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        return True

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        return True


def proved(bank: LocalBank, user: str, number: str = RECEIVER.account_number) -> str:
    """A counterparty of the person that was verified a month ago."""
    services, owner = services_of(bank, clock=Then()), acting(find_user(bank, user).person)
    services.counterparties._verifier = _Takes()
    customer = services.customers.get(owner.person)
    assert isinstance(customer, Customer), customer
    added = services.counterparties.add(
        owner, customer=customer, details=replace(RECEIVER, account_number=number), key=uuid.uuid4().hex
    )
    assert isinstance(added, Counterparty), added
    services.counterparties.start_verification(owner, added.id, method=VerificationMethod.PRENOTE, key="prove")
    settled = services.counterparties.verification_settled(added.id, attempt=1, settled_on=Then().now().date())
    assert isinstance(settled, Counterparty), settled
    return settled.id


@dataclass(frozen=True)
class Begun:
    account: dict[str, Any]
    credit: str
    debit: str
    there: dict[str, Any]
    """An account in the other region."""


def originated(ask: Ask, mutation: str, account: str, counterparty: str, amount: str) -> str:
    wish = {
        "idempotencyKey": uuid.uuid4().hex,
        "accountId": account,
        "counterpartyId": counterparty,
        "amount": {"amount": amount, "currency": "USD"},
        "secCode": "WEB" if mutation is COLLECT else "PPD",
        "description": "RENT",
    }
    document = ask(SENDER, mutation, {"input": wish})
    (answer,) = document["data"].values()
    assert "payment" in answer, document
    found: str = answer["payment"]["id"]
    return found


def sponsor(bank: LocalBank, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["sponsor", *arguments, "--folder", str(bank.folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="session")
def begun(bank: LocalBank, ask: Ask) -> Begun:
    """A credit and a debit on their way out, and money on its way in: to this region, and through it to the other."""
    account, there = dollars(ask, SENDER), dollars(ask, NEIGHBOUR)
    counterparty = proved(bank, SENDER)
    credit = originated(ask, SEND, account["id"], counterparty, "25.01")
    debit = originated(ask, COLLECT, account["id"], counterparty, "13.02")
    for one in (account, there):
        sponsor(bank, "credit", "--account", one["number"], "--amount", "41.03", "--region", REGION)
    return Begun(account, credit, debit, there)


def call_scheduled(bank: LocalBank) -> None:
    """What the schedules do each minute. One that left work raises, alarms and is called again, here too."""
    functions = Clients(endpoint=bank.engine, region=REGION).functions
    for name in SCHEDULED:
        functions.invoke(FunctionName=f"florin-{name}-{REGION}", Payload=b"{}")


def within(
    look: Callable[[], Any], *, what: str, seconds: float = WINDOWS_SECONDS, calling: LocalBank | None = None
) -> Any:
    """`calling`: whose functions are called meanwhile. None leaves it to the schedules."""
    deadline = time.monotonic() + seconds
    found = look()
    while not found:
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(POLL_SECONDS)
        if calling:
            call_scheduled(calling)
        found = look()
    return found


def status(ask: Ask, payment: str) -> str:
    found: str = ask(SENDER, PAYMENT, {"id": payment})["data"]["node"]["status"]
    return found


def events(ask: Ask, payment: str) -> list[str]:
    edges = ask(SENDER, PAYMENT, {"id": payment})["data"]["node"]["timeline"]["edges"]
    return [edge["node"]["event"] for edge in edges]


def test_begins_with_the_bank(begun: Begun, ask: Ask) -> None:
    for payment in (begun.credit, begun.debit):
        assert status(ask, payment) != "DECLINED"


class TestLater:
    @pytest.mark.parametrize(("user", "which"), [(SENDER, "account"), (NEIGHBOUR, "there")])
    def test_money_from_elsewhere_is_on_its_account_in_whichever_region(
        self, begun: Begun, ask: Ask, user: str, which: str
    ) -> None:
        account = getattr(begun, which)["id"]

        def came() -> bool:
            edges = ask(user, ENTRIES, {"id": account})["data"]["node"]["entries"]["edges"]
            return "4103" in [edge["node"]["amount"]["minorUnits"] for edge in edges]

        assert within(came, what="the posting of what came in")

    def test_a_credit_settles_comes_back_and_the_customer_is_told_of_each_step(
        self, begun: Begun, bank: LocalBank, ask: Ask
    ) -> None:
        within(lambda: status(ask, begun.credit) in SETTLED, what="the settlement of a credit")
        payment = services_of(bank).payments.existing(begun.credit)
        assert payment.progress.trace
        sponsor(bank, "return", payment.progress.trace, "R03")
        within(lambda: status(ask, begun.credit) == "RETURNED", what="the return of a credit", calling=bank)
        told = events(ask, begun.credit)
        order = ["opened", "sent", "acknowledged", "settled", "returned"]
        assert [event for event in told if event in order] == order

    def test_a_debit_settles_is_taken_back_and_completes(self, begun: Begun, bank: LocalBank, ask: Ask) -> None:
        settled = {"SETTLED", "CLEARED", "COMPLETED"}
        within(lambda: status(ask, begun.debit) in settled, what="the settlement of a debit")
        wrong = {"idempotencyKey": uuid.uuid4().hex, "paymentId": begun.debit, "reason": "DUPLICATE"}
        answer = ask(SENDER, TAKE_BACK, {"input": wrong})["data"]["reverseAchPayment"]
        reversal = answer["payment"]["id"]
        within(lambda: "sent" in events(ask, reversal), what="the file of a reversal", calling=bank)
        within(lambda: status(ask, begun.debit) == "COMPLETED", what="the end of a debit", calling=bank)
