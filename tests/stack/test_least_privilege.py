"""Roles enforced: on an engine that asks IAM, every operation of the API and every function works with what
infra/roles.yaml allows it, and a right that is taken away is missed. The API is closed here, as on AWS, and tells the
scanner graphql-cop nothing.

The bank is a small one of its own, in one region: two customers, made some days ago by the services in process.
"""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from domain.access.model import Actor, Channel, Group
from domain.accounts.model import Account
from domain.calendars import calendar_day
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.customers.model import Customer
from domain.fraud.aggregates import profile_key
from domain.fraud.feature_store import hour_of as full_hour
from domain.fraud.kinds import Family, Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.ids import internal_account, staff_id
from domain.ledger.model import Command, Journal, Posted
from domain.ledger.outbox import CHECKPOINT
from domain.money import Money
from domain.partners.model import Delivery, DeliveryState, Scheme
from domain.partners.service import Replayed
from domain.rails.ach.exchange import INBOUND
from domain.transfers.model import AccountTarget, OrderStatus, Rhythm, Schedule, TransferOrder, Wish
from domain.transfers.schedules_aws import EventBridgeSchedules
from functions import composition, configuration
from graph.access import TABLE
from ops.graphiql.tokens import TokenDesk
from ops.graphiql.upstream import forward
from ops.local.addresses import read_region
from ops.local.aws import Clients, session
from ops.local.bank import ACCESS_KEY, SECRET_KEY, LocalBank
from ops.local.deploy import TEMPLATE, Place, deploy_region
from ops.local.engine_process import Engine
from ops.local.parameters import local_parameters
from ops.local.partners import sender_of
from ops.local.template import parameters_of, read_template
from ops.seed import users
from ops.seed.people import CUSTOMERS, profile_of
from ops.seed.run import SetClock
from tests import cop
from tests.every_operation import (
    AUDITOR,
    COLLEAGUE,
    FRAUD_ANALYST,
    FRAUD_LEAD,
    OPERATIONS,
    OWNER,
    Household,
    every_operation,
)
from tests.unit.fraud.bounded import keep_bounds
from tests.unit.graph.documents import by_numbers
from tests.unit.infra.templates import functions
from tests.unit.partners.signing import body_of
from tests.unit.rails.ach.partner import Sheet

REGION: Final = "us-east-1"
TELLING: Final = (
    "graphql",
    "case-sweep",
    "ach-journey",
    "ach-files",
    "ach-inbound",
    "payment-decisions",
    "payment-sweep",
)
"""Functions that tell journeys of what they wait for."""
KIND: Final = "ach.file.acknowledged"
PASSWORD: Final = "Only-in-this-test-1"
AGO: Final = timedelta(days=3)
EVENTUALLY_SECONDS: Final = 40
SCAN_SECONDS_MAX: Final = 20
DENIED: Final = ("AccessDenied", "not authorized")


RECEIVER: Final = Details("Maria Márquez", "021000021", "000123456789", AccountType.CHECKING, HolderKind.CONSUMER)


class _TakesAll:
    """Whatever verifies a counterparty counts as sent."""

    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        return True

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        return True


class Small:
    """The bank, and what happened in it before it is looked at."""

    def __init__(self, engine: Engine) -> None:
        self.clients = Clients(endpoint=engine.endpoint, region=REGION)
        self.iam = session().client("iam", region_name=REGION, endpoint_url=engine.endpoint)
        self._deploy(engine)
        self.clock = SetClock(datetime.now(UTC) - AGO)
        self.files = 0
        self.services = composition.build(
            configuration.read({**self.bank.home.environment, "AWS_REGION": REGION}),
            clock=self.clock,
            randomness=random.Random(7),
            session=session(),
            endpoint=engine.endpoint,
        )
        ids = random.Random(11)
        self.clerk, self.auditor, self.colleague = (staff_id(self.clock.now(), ids) for _ in range(3))
        self.analyst, self.lead = (staff_id(self.clock.now(), ids) for _ in range(2))
        self._settle()
        self._live()
        self._give_sign_ins()

    def _deploy(self, engine: Engine) -> None:
        template = read_template(TEMPLATE)
        values = local_parameters(REGION, regions=[REGION], engine_port=engine.port, exposure="closed")
        place = Place(folder=engine.folder, engine_port=engine.port)
        deploy_region(self.clients, place, template=template, parameters=parameters_of(template, values))
        region = read_region(self.clients, engine_port=engine.port)
        self.bank = LocalBank(
            folder=engine.folder, version="0", engine_port=engine.port, graphiql_port=0, regions={REGION: region}
        )

    def _settle(self) -> None:
        """The owner with two accounts, a neighbour with one that takes credits one by one and one that batches them."""
        self.services.folder.open_books()
        self.owner, self.neighbour = (self._customer(number) for number in range(2))
        self.account, self.savings = (self._open(self.owner, product) for product in ("checking", "savings"))
        self.other, self.batched = (self._open(self.neighbour, product) for product in ("checking", "savings"))
        clerk = acting(self.clerk, Group.OPERATIONS)
        switched = self.services.accounts.start_batching(clerk, account=self.batched.id, key="switch")
        assert isinstance(switched, Account), switched

    def case(self) -> str:
        """As the bank itself opens it: of a company's debit to a person's account, in a file that comes in."""
        self.files += 1
        modifier = "ABCDEFGH"[self.files]
        sheet = Sheet(made_at=datetime.now(UTC), modifier=modifier)
        sheet.add(self.account.record.number, 1_00, code="27", sec="CCD")
        name = f"{INBOUND}in-{modifier}.ach"
        bucket = self.services.configuration.exchange_bucket
        self.clients.s3.put_object(Bucket=bucket, Key=name, Body=sheet.text())
        deadline = time.monotonic() + EVENTUALLY_SECONDS
        incoming = self.services.incoming
        while time.monotonic() < deadline:
            for file in incoming.files.listed().files:
                entries = incoming.entries_of(file.id).entries if file.name == name else ()
                if entries and entries[0].case:
                    return entries[0].case
            time.sleep(0.5)
        pytest.fail(f"{name} was not worked within {EVENTUALLY_SECONDS} s")

    def verified(self) -> Counterparty:
        """The owner's counterparty, proved a month before the bank was made."""
        self.clock.at = datetime.now(UTC) - AGO - timedelta(days=30)
        counterparties, owner = self.services.counterparties, acting(self.owner.id, Group.CUSTOMER)
        counterparties._verifier = _TakesAll()
        added = counterparties.add(owner, customer=self.owner, details=RECEIVER, key="verified")
        assert isinstance(added, Counterparty), added
        counterparties.start_verification(owner, added.id, method=VerificationMethod.PRENOTE, key="verify")
        today = self.clock.at.date()
        settled = counterparties.verification_settled(added.id, attempt=1, settled_on=today)
        assert isinstance(settled, Counterparty), settled
        self.clock.at = datetime.now(UTC)
        return settled

    def _customer(self, number: int) -> Customer:
        person = CUSTOMERS[REGION][number]
        profile = profile_of(person, "us", number)
        found = self.services.customers.create(scope="bank", key=person.login, kind=person.kind, profile=profile)
        assert isinstance(found, Customer), found
        return found

    def _open(self, customer: Customer, product: str) -> Account:
        actor = acting(customer.id, Group.CUSTOMER)
        found = self.services.accounts.open_account(
            actor, customer=customer, product=product, currency="USD", key=product
        )
        assert isinstance(found, Account), found
        return found

    def _live(self) -> None:
        """Something for every function to find: legs to fold, a batched credit, orders that are due, an old hold."""
        self._post("cash_deposit", 500_00, internal_account("us", "USD", "vault_cash"), destination=self.account.id)
        self.paid = self._post("transfer", 4_00, self.account.id, source=self.account.id, destination=self.batched.id)
        self.knocked, self.missed = self._order("knocked"), self._order("missed")
        self.clock.at = datetime.now(UTC) - timedelta(hours=2)
        self.held = self._post(
            "hold_placed",
            2_00,
            self.account.id,
            expires_at=self.clock.at + timedelta(hours=1),
            account=self.account.id,
        )

    def _post(
        self, kind: str, minor: int, initiator: str, *, expires_at: datetime | None = None, **parties: str
    ) -> Journal:
        answer = self.services.ledger.post(
            Command(
                kind=kind,
                initiator=initiator,
                scope="bank",
                key=kind,
                parties=parties,
                amounts={"amount": Money(minor, "USD")},
                expires_at=expires_at,
            )
        )
        assert isinstance(answer, Posted), answer
        return answer.journal

    def _order(self, key: str) -> TransferOrder:
        order = self.services.orders.schedule(
            acting(self.owner.id, Group.CUSTOMER),
            Wish(source=self.account.id, destination=AccountTarget(self.savings.id), amount=Money(3_00, "USD")),
            days=Schedule(rhythm=Rhythm.ONCE, starts_on=self.day(self.clock.now()) + timedelta(days=1)),
            key=key,
        )
        assert isinstance(order, TransferOrder), order
        return order

    def _give_sign_ins(self) -> None:
        people = (
            (OWNER, self.owner.id, Group.CUSTOMER),
            (OPERATIONS, self.clerk, Group.OPERATIONS),
            (COLLEAGUE, self.colleague, Group.OPERATIONS),
            (AUDITOR, self.auditor, Group.AUDITOR),
            (FRAUD_ANALYST, self.analyst, Group.FRAUD_ANALYST),
            (FRAUD_LEAD, self.lead, Group.FRAUD_LEAD),
        )
        logins = [
            users.Login(name=name, display=name, kind="person", person=person, groups=(group,), region=REGION)
            for name, person, group in people
        ]
        for login in logins:
            users.create(self.clients.cognito, pool_id=self.bank.home.pool_id, login=login, password=PASSWORD)
        users.write(self.bank, logins, PASSWORD)
        self._desk = TokenDesk(self.bank, time.monotonic)

    def deliver(self) -> str:
        """A message of the sponsor bank through the door, which says the id of its delivery."""
        body = body_of(KIND)
        sender = sender_of(self.bank.folder, region=REGION, partner="sponsor")
        headers = sender.headers(body, message_id=f"msg_{uuid.uuid4().hex}", at=datetime.now(UTC), scheme=Scheme.V1A)
        answer = forward(f"{self.bank.home.webhooks}/sponsor/{KIND}", body, headers)
        assert answer.status == HTTPStatus.ACCEPTED, (answer.body, self.denials())
        delivery: str = json.loads(answer.body)["delivery"]
        return delivery

    def delivery_state(self, delivery: str) -> DeliveryState:
        found = self.services.partners.delivery(acting(self.clerk, Group.OPERATIONS), delivery)
        assert isinstance(found, Delivery), found
        return found.state

    def quarantined(self) -> str:
        """What the door took, the queue brought and its function set aside."""
        delivery = self.deliver()
        eventually(lambda: self.delivery_state(delivery) is DeliveryState.QUARANTINED, self)
        return delivery

    # Asking.

    def day(self, moment: datetime) -> date:
        return calendar_day(self.services.configuration.jurisdiction, moment)

    def ask(self, who: str, document: str, **variables: Any) -> dict[str, Any]:
        token = self._desk.token(user=who, region=REGION).text
        answer = forward(
            self.bank.home.graphql,
            json.dumps({"query": document, "variables": variables}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        found = json.loads(answer.body)
        assert "errors" not in found, (document, found["errors"], self.denials())
        data: dict[str, Any] = found["data"]
        return data

    def scanned(self, check: cop.Check) -> str:
        """What a check of the scanner is answered, with a good token."""
        token = self._desk.token(user=OWNER, region=REGION).text
        address = self.bank.home.graphql + (f"?{check.query_string}" if check.query_string else "")
        headers = {**check.headers, "authorization": f"Bearer {token}"}
        request = Request(address, check.body.encode() or None, headers, method=check.method)  # noqa: S310 - the test's own engine
        try:
            with urlopen(request, timeout=SCAN_SECONDS_MAX) as answer:  # noqa: S310 - as above
                told: bytes = answer.read()
        except HTTPError as refused:
            told = refused.read()
        return told.decode()

    def invoke(self, function: str) -> str | None:
        """Runs a function: what it failed with, None when it did not."""
        answer = self.clients.functions.invoke(FunctionName=f"florin-{function}-{REGION}", Payload=b"{}")
        return answer["Payload"].read().decode() if answer.get("FunctionError") else None

    def status(self, order: TransferOrder) -> OrderStatus:
        found = self.services.orders.order(acting(self.owner.id, Group.CUSTOMER), order.id)
        assert isinstance(found, TransferOrder), found
        return found.status

    def published(self, journal: Journal) -> bool:
        return journal.id in self.services.marks.marked(hour_of(journal))

    def forget(self, pk: str, sk: str) -> None:
        """Deletes one mark, as no function could."""
        table = self.services.configuration.published_table
        self.clients.dynamodb.delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})

    def denials(self) -> list[str]:
        """What the functions' logs say of rights that were missing."""
        return self.logged(*DENIED)

    def logged(self, *words: str) -> list[str]:
        """Lines of the functions' logs that hold one of the words."""
        logs = self.clients.logs
        return [
            f"{group['logGroupName']}: {event['message']}"
            for group in logs.describe_log_groups()["logGroups"]
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
            if any(word in event["message"] for word in words)
        ]

    # Roles.

    def policy(self, function: str) -> tuple[str, str, str]:
        """A function's role, the name of its one policy, and what that says."""
        about = self.clients.functions.get_function_configuration(FunctionName=f"florin-{function}-{REGION}")
        role = about["Role"].rpartition("/")[2]
        (name,) = self.iam.list_role_policies(RoleName=role)["PolicyNames"]
        document = self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return role, name, json.dumps(document)

    def spell_schedules_as_the_engine_does(self) -> None:
        """The engine looks for every schedule in the group `default`, whichever it is in. AWS does not."""
        role, name, document = self.policy("graphql")
        group = f":schedule/{self.services.configuration.schedule_group}/"
        assert group in document
        spelled = document.replace(group, ":schedule/default/")
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=spelled)

    def spell_tokens_as_the_engine_does(self) -> None:
        """The engine knows no state machine by the token of its task. AWS does."""
        for function in TELLING:
            role, name, document = self.policy(function)
            policy = json.loads(document)
            (telling,) = [one for one in policy["Statement"] if one["Action"] == "states:SendTaskSuccess"]
            telling["Resource"] = "*"
            self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def acting(person: str, group: Group) -> Actor:
    return Actor(person=person, groups=frozenset({group}), source_ip=None, correlation_id="test", channel=Channel.BANK)


def hour_of(journal: Journal) -> str:
    return f"{journal.booked_at:%Y%m%d%H}"


def eventually(done: Callable[[], bool], small: Small) -> None:
    deadline = time.monotonic() + EVENTUALLY_SECONDS
    while not done():
        assert time.monotonic() < deadline, small.denials()
        time.sleep(0.1)


@pytest.fixture(scope="module", name="small")
def _small(guarded_engine: Engine) -> Iterator[Small]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patched.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        # The engine would knock at once for an order whose day has passed; here the test itself does, or nobody.
        patched.setattr(EventBridgeSchedules, "put", lambda *_: None)
        made = Small(guarded_engine)
        made.spell_tokens_as_the_engine_does()
        yield made


def test_every_operation_of_the_api_passes(small: Small) -> None:
    small.spell_schedules_as_the_engine_does()
    keep_bounds(small.services, small.clients.kms, acting(small.lead, Group.FRAUD_LEAD), Scope.TRANSFER)
    now = datetime.now(UTC)
    passed = every_operation(
        small.ask,
        Household(
            owner=small.owner.id,
            account=small.account.id,
            other=by_numbers(small.other),
            operations=small.clerk,
            today=small.day(now),
            later=small.day(now) + timedelta(days=5),
            case=lambda _: small.case(),
            delivery=small.quarantined(),
            verified=small.verified().id,
        ),
    )
    assert {f"Mutation.{name}" for name in passed} == {name for name in TABLE if name.startswith("Mutation.")}


def test_events_are_published_and_told(small: Small) -> None:
    eventually(lambda: small.published(small.held), small)
    eventually(lambda: bool(small.services.notices.page(small.owner.id).notices), small)


def test_payments_are_counted_in_what_scoring_knows_and_become_history(small: Small) -> None:
    key = profile_key(Family.ACCOUNT, small.account.id, "USD")
    eventually(lambda: bool(small.services.feature_store.known("", [key]).profiles), small)
    small.services.feature_store.note_bundled(full_hour(datetime.now(UTC)) - timedelta(hours=2))
    assert small.invoke("fraud-history") is None


def test_decisions_are_counted_and_watched(small: Small) -> None:
    assert small.invoke("fraud-monitor") is None


def test_what_was_learnt_of_a_payment_reaches_what_scoring_knows(small: Small) -> None:
    said = Said(True, LabelSource.RETURN, "R10", datetime.now(UTC), "bank")
    learn, paid = small.services.labels.learn, small.paid
    assert isinstance(learn(paid.id, said, scope=Scope.TRANSFER, happened_at=paid.booked_at), Label)

    def counted() -> bool:
        known = small.services.feature_store.known(paid.id, [])
        return bool(known.labels and known.labels.labels.fraud)

    eventually(counted, small)


def test_what_a_partner_delivered_is_sent_again_by_the_sweep(small: Small) -> None:
    delivery = small.quarantined()
    clerk = acting(small.clerk, Group.OPERATIONS)
    replayed = small.services.partners.replay(clerk, delivery=delivery, key="swept", body=None)
    assert isinstance(replayed, Replayed), replayed
    assert small.invoke("partner-sweep") is None
    eventually(lambda: small.delivery_state(delivery) is DeliveryState.QUARANTINED, small)


def test_the_outbox_publishes_what_has_no_mark(small: Small) -> None:
    eventually(lambda: small.published(small.held), small)
    small.forget(f"P#{hour_of(small.held)}", small.held.id)
    small.forget(f"C#{CHECKPOINT}", "C")
    assert small.invoke("outbox") is None
    assert small.published(small.held)


def test_the_folder_folds_and_moves_and_the_day_is_signed(small: Small) -> None:
    assert small.invoke("folder") is None
    head = small.services.ledger.head(small.batched.id)
    assert head is not None
    assert head.posted_minor == 4_00
    assert small.invoke("daily-root") is None
    last = small.services.root_store.latest()
    assert last is not None
    assert last.day >= (datetime.now(UTC) - timedelta(days=2)).date()


def test_expired_holds_are_released(small: Small) -> None:
    assert small.invoke("hold-expiry") is None
    assert small.held.hold not in {hold.id for hold in small.services.ledger.holds(small.account.id)}


def test_due_orders_are_run_and_missed_ones_swept(small: Small) -> None:
    sqs = session().client("sqs", region_name=REGION, endpoint_url=small.bank.engine)
    url = sqs.get_queue_url(QueueName=f"florin-scheduled-transfers-{REGION}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"order": small.knocked.id}))
    eventually(lambda: small.status(small.knocked) is OrderStatus.DONE, small)
    assert small.invoke("transfer-sweep") is None
    assert small.status(small.missed) is OrderStatus.DONE


def test_cases_are_swept(small: Small) -> None:
    case = small.case()
    before = small.services.cases.settle(case)
    assert small.invoke("case-sweep") is None
    assert small.services.cases.settle(case) == before


def test_files_are_looked_after_and_payments_swept(small: Small) -> None:
    assert small.invoke("ach-files") is None, small.logged('"fault"')
    assert small.invoke("payment-sweep") is None


def test_what_came_in_is_looked_after_and_return_rates_are_judged(small: Small) -> None:
    assert small.invoke("ach-inbound") is None
    assert small.invoke("ach-return-rates") is None


def test_partners_are_answered(small: Small) -> None:
    assert forward(f"{small.bank.home.webhooks}/nobody", b"{}", {"Content-Type": "application/json"}).status == 404


@pytest.mark.parametrize("check", cop.CHECKS, ids=lambda check: check.name)
def test_the_scanner_reports_nothing(small: Small, check: cop.Check) -> None:
    told = small.scanned(check)

    assert not check.reported(told, json.loads(told))


@pytest.mark.parametrize("document", ["mutation { __typename }", "{ __typename }"])
def test_a_closed_stage_says_how_it_is_asked(small: Small, document: str) -> None:
    by_get = cop.Check("", lambda *_: False, method="GET", query_string=urlencode({"query": document}), headers={})

    (error,) = json.loads(small.scanned(by_get))["errors"]

    assert error["extensions"]["code"] == "METHOD_NOT_ALLOWED"


def test_every_function_has_run_as_its_role(small: Small) -> None:
    events = small.clients.logs.filter_log_events
    groups = {
        f"/aws/lambda/{found['FunctionName']['Sub']}".replace("${AWS::Region}", REGION)
        for found in functions().values()
    }
    assert {group for group in groups if not events(logGroupName=group)["events"]} == set()


def test_nothing_was_denied(small: Small) -> None:
    assert small.denials() == []


def test_a_right_that_is_taken_away_is_missed(small: Small) -> None:
    role, name, document = small.policy("hold-expiry")
    small.iam.put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=document.replace("dynamodb:Query", "dynamodb:GetItem")
    )
    try:
        failed = small.invoke("hold-expiry")
        assert failed is not None
        assert any(word in failed for word in DENIED), failed
    finally:
        small.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
