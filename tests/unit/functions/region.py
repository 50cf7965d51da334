"""A region in moto with the real parts over it, and a note of all that is asked of AWS as what a role must allow."""

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from domain.access.model import Actor, Channel, Group
from domain.accounts.model import Account
from domain.accounts.store_dynamodb import BY_PERSON
from domain.audit.store_dynamodb import BY_ACTOR
from domain.cases.store_dynamodb import BY_GROUP, BY_KIND, BY_OWNER
from domain.connection_aws import WireClient
from domain.counterparties.store_dynamodb import BY_UNSENT
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.ids import internal_account
from domain.ledger.model import Command, Journal, Posted
from domain.money import Money
from domain.partners.model import Accepted, Arrival
from domain.partners.store_dynamodb import BY_DUE as PARTNERS_BY_DUE
from domain.partners.store_dynamodb import BY_STATE
from domain.payments.store_dynamodb import BY_DUE as PAYMENTS_BY_DUE
from domain.rails.ach.exchange import INBOUND
from domain.rails.ach.store_dynamodb import BY_DUE as ACH_BY_DUE
from domain.tables_aws import Index, description
from domain.transfers.store_dynamodb import BY_DUE
from functions.composition import build
from functions.configuration import read
from tests.tables import create_ledger_table
from tests.unit.functions.events import RUN
from tests.unit.functions.test_configuration import GOOD
from tests.unit.infra.templates import statements, template
from tests.unit.partners.signing import SPONSOR, V1, body_of

REGION = "us-east-1"
ENDPOINTS = {"FLORIN_REGION_ENDPOINTS": GOOD["FLORIN_REGION_ENDPOINTS"]}
WINDOWS = {"FLORIN_ACH_TIMETABLE": "every-60"}
SETTINGS = {name: value.replace("us-west-2", REGION) for name, value in GOOD.items()} | ENDPOINTS | WINDOWS


@cache
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


ARNS = {
    "ledger": "LedgerTableArn",
    "published": "PublishedTableArn",
    "customers": "CustomersTableArn",
    "keys": "KeysTableArn",
    "accounts": "AccountsTableArn",
    "transfers": "TransfersTableArn",
    "counterparties": "CounterpartiesTableArn",
    "audit": "AuditTableArn",
    "notices": "NoticesTableArn",
    "cases": "CasesTableArn",
    "partners": "PartnersTableArn",
    "payments": "PaymentsTableArn",
    "ach": "AchTableArn",
    "fraud": "FraudTableArn",
    "features": "FeaturesTableArn",
}
TABLES: dict[str, tuple[Index, ...]] = {
    "published": (),
    "customers": (),
    "keys": (),
    "accounts": (BY_PERSON,),
    "transfers": (BY_DUE,),
    "counterparties": (BY_UNSENT,),
    "audit": (BY_ACTOR,),
    "notices": (),
    "cases": (BY_GROUP, BY_KIND, BY_OWNER),
    "partners": (BY_STATE, PARTNERS_BY_DUE),
    "payments": (PAYMENTS_BY_DUE,),
    "ach": (ACH_BY_DUE,),
    "fraud": (),
    "features": (),
}
KEYS = {"Sign": "RootsKeyArn", "Verify": "FraudBoundsKeyArn"}
MACHINES = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId"
FOLDERS = ("built/ach/", "outbound/ach/")
"""Of the exchange: what was built, and what the bank fetches."""
RECEIVED_FILES = "arn:AWS::Partition:s3:::florin-exchange-AWS::AccountId-*/inbound/ach/*"
"""What the bank puts, in any region."""
OTHER_REGION = "us-west-2"
PARTNERS_SECRETS = "arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:florin/partners/AWS::Region/*"
ARRIVALS = "arn:AWS::Partition:sqs:*:AWS::AccountId:florin-ach-arrivals-*"
QUEUES = {
    "failed": "PublisherFailedQueueArn",
    "partner-deliveries": "PartnerDeliveriesQueueArn",
    f"florin-ach-arrivals-{OTHER_REGION}": ARRIVALS,
}
Need = tuple[str, str]
"""An action and what it is done to, as infra/roles.yaml names it."""


@dataclass
class Asked:
    """Every call of AWS, as what a role must allow for it."""

    needs: set[Need] = field(default_factory=set)
    leading: set[tuple[str, str, str]] = field(default_factory=set)
    """Needs of tables, each with the leading key it was asked with."""

    def note(self, service: str, operation: str, said: dict[str, Any]) -> None:
        match service:
            case "dynamodb":
                self._note_table(operation, said)
            case "events":
                assert all(entry["EventBusName"] == SETTINGS["FLORIN_BUS"] for entry in said["Entries"])
                self.needs.add((f"events:{operation}", "BusArn"))
            case "s3":
                self.needs.add(_s3_need(operation, said))
            case "sqs":
                self.needs.add((f"sqs:{operation}", QUEUES[said["QueueUrl"].rpartition("/")[2]]))
            case "secretsmanager":
                self.needs.add((f"secretsmanager:{operation}", _secret(said)))
            case "scheduler":
                self.needs.add((f"scheduler:{operation}", "TransferSchedules"))
                if "Target" in said:
                    self.needs.add(("iam:PassRole", "TransferScheduleRoleArn"))
            case "kms":
                self.needs.add((f"kms:{operation}", KEYS.get(operation, "CustomersKeyArn")))
            case "stepfunctions":
                self.needs.add((f"states:{operation}", _machine(said)))
            case _:
                raise AssertionError(f"no role is known to need {service}:{operation}")

    def _note_table(self, operation: str, said: dict[str, Any]) -> None:
        match operation:
            case "TransactWriteItems":
                for part in said["TransactItems"]:
                    ((verb, inner),) = part.items()
                    action = {"ConditionCheck": "ConditionCheckItem"}.get(verb, f"{verb}Item")
                    self._asked(action, _arn(inner["TableName"]), _leading(inner))
            case "BatchGetItem":
                for table, asked in said["RequestItems"].items():
                    for key in asked["Keys"]:
                        self._asked(operation, _arn(table), key["pk"]["S"])
            case "BatchWriteItem":
                for table, requests in said["RequestItems"].items():
                    for request in requests:
                        self._asked(operation, _arn(table), _leading(request["PutRequest"]))
            case _:
                index = f"/index/{said['IndexName']}" if "IndexName" in said else ""
                self._asked(operation, _arn(said["TableName"]) + index, _leading(said))

    def _asked(self, operation: str, of: str, leading: str) -> None:
        self.needs.add((f"dynamodb:{operation}", of))
        self.leading.add((f"dynamodb:{operation}", of, leading))


def _s3_need(operation: str, said: dict[str, Any]) -> Need:
    if said.get("Key", "").startswith(INBOUND):
        assert said["Bucket"].startswith("florin-exchange-")
        return f"s3:{operation}", RECEIVED_FILES
    if said["Bucket"] == SETTINGS["FLORIN_FRAUD_BUCKET"]:
        return f"s3:{operation}", f"FraudBucketArn/{said['Key'].partition('/')[0]}/*"
    if said["Bucket"] == SETTINGS["FLORIN_EXCHANGE_BUCKET"]:
        (folder,) = [folder for folder in FOLDERS if said["Key"].startswith(folder)]
        return f"s3:{operation}", f"ExchangeBucketArn/{folder}*"
    if operation == "ListObjectsV2":
        return "s3:ListBucket", "RootsBucketArn"
    return f"s3:{operation}", "RootsBucketArn/roots/AWS::Region/*"


def _secret(said: dict[str, Any]) -> str:
    of_partner = said["SecretId"].startswith(SETTINGS["FLORIN_PARTNER_SECRETS"])
    return PARTNERS_SECRETS if of_partner else "CursorSecretArn"


def _machine(said: dict[str, Any]) -> str:
    """The state machine that a request is about, or its executions; a token says whose it is before its slash."""
    if "executionArn" in said:
        return f"{MACHINES}:execution:florin-ach-{said['executionArn'].split(':')[6]}-AWS::Region:*"
    kind = said["taskToken"].partition("/")[0] if "taskToken" in said else said["stateMachineArn"].split(":")[6]
    return f"{MACHINES}:stateMachine:florin-ach-{kind}-AWS::Region"


def _leading(said: dict[str, Any]) -> str:
    """The partition key that a request is about."""
    if "KeyConditionExpression" in said:
        found = re.match(r"\(?[#\w]+ = (:\w+)", said["KeyConditionExpression"])
        assert found, said["KeyConditionExpression"]
        leading: str = said["ExpressionAttributeValues"][found[1]]["S"]
    else:
        leading = (said.get("Key") or said["Item"])["pk"]["S"]
    return leading


def _arn(table: str) -> str:
    return ARNS[table.split("-")[1]]


def allowed(role: str) -> set[Need]:
    """What infra/roles.yaml lets the function of this name do."""
    properties = template("infra/roles.yaml")["Resources"][f"{role}Role"]["Properties"]
    return {
        (action, _named(resource))
        for statement in statements(properties)
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def refused(role: str, asked: Asked) -> set[tuple[str, str, str]]:
    """What was asked with a leading key for which no statement of the role allows it."""
    properties = template("infra/roles.yaml")["Resources"][f"{role}Role"]["Properties"]
    patterns: dict[Need, list[str]] = {}
    for statement in statements(properties):
        keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                patterns.setdefault((action, _named(resource)), []).extend(keys)
    return {
        (action, of, leading)
        for action, of, leading in asked.leading
        if not any(fnmatchcase(leading, pattern) for pattern in patterns.get((action, of), []))
    }


def _named(resource: Any) -> str:
    if not isinstance(resource, dict):
        return str(resource)
    ((_, text),) = resource.items()
    if "TransferSchedules" in text:
        return "TransferSchedules"
    return str(text).replace("${", "").replace("}", "")


class SetClock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC) - timedelta(hours=1)

    def now(self) -> datetime:
        return self.at


class Machines:
    """Step Functions as far as payments ask it: moto runs no machines, so the steps are called by the tests."""

    def __init__(self) -> None:
        self.executions: dict[str, str] = {}
        self.told: list[str] = []
        self.asked: Asked | None = None
        """Where calls are noted, while they are."""

    def start_execution(self, **said: Any) -> None:
        self._note("StartExecution", said)
        self.executions.setdefault(said["name"], "RUNNING")

    def describe_execution(self, **said: Any) -> dict[str, str]:
        self._note("DescribeExecution", said)
        name = said["executionArn"].rpartition(":")[2]
        if name not in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        return {"status": self.executions[name]}

    def send_task_success(self, **said: Any) -> None:
        self._note("SendTaskSuccess", said)
        self.told.append(said["taskToken"])

    def _note(self, operation: str, said: dict[str, Any]) -> None:
        if self.asked:
            self.asked.note("stepfunctions", operation, said)


class Deployed:
    """A region in moto with a life behind it: whatever the functions find to do, they do for real."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = SetClock()
        self.monkeypatch = monkeypatch
        self.bank = build(
            read(self._provided()), clock=self.clock, randomness=random.Random(3), session=session(), endpoint=None
        )
        self.bank.ledger_store._heads_at_once = 1  # moto is single-threaded
        self.asked = Asked()
        self.machines = Machines()
        self.bank._clients[f"stepfunctions {REGION}"] = self.machines
        self.loses_answers = False
        """Whether every plain put is sent twice, as when its answer was lost and the client sends it again."""
        self._keys = 0

    def _provided(self) -> dict[str, str]:
        """Tables, bus, queue, keys, bucket, secret and schedule group, and the settings that name them."""
        dynamodb = session().client("dynamodb")
        settings = dict(SETTINGS)
        create_ledger_table(dynamodb, settings["FLORIN_LEDGER_TABLE"])
        for name, indexes in TABLES.items():
            described: dict[str, Any] = description(settings[f"FLORIN_{name.upper()}_TABLE"], *indexes)
            if not indexes:
                del described["GlobalSecondaryIndexes"]
            dynamodb.create_table(**described, BillingMode="PAY_PER_REQUEST")
        session().client("events").create_event_bus(Name=settings["FLORIN_BUS"])
        session().client("scheduler").create_schedule_group(Name=settings["FLORIN_SCHEDULE_GROUP"])
        sqs = session().client("sqs")
        settings["FLORIN_FAILED_QUEUE_URL"] = sqs.create_queue(QueueName="failed")["QueueUrl"]
        settings["FLORIN_PARTNER_DELIVERIES_QUEUE_URL"] = sqs.create_queue(QueueName="partner-deliveries")["QueueUrl"]
        settings["FLORIN_ACH_ARRIVALS_QUEUE_URL"] = sqs.create_queue(QueueName=f"florin-ach-arrivals-{REGION}")[
            "QueueUrl"
        ]
        sqs_there = session().client("sqs", region_name=OTHER_REGION)
        sqs_there.create_queue(QueueName=f"florin-ach-arrivals-{OTHER_REGION}")
        kms = session().client("kms")
        settings["FLORIN_DATA_KEY_ARN"] = kms.create_key()["KeyMetadata"]["Arn"]
        signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        settings["FLORIN_ROOTS_KEY_ARN"] = signing["KeyMetadata"]["Arn"]
        bounding = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        settings["FLORIN_FRAUD_BOUNDS_KEY_ARN"] = bounding["KeyMetadata"]["Arn"]
        for bucket in ("FLORIN_ROOTS_BUCKET", "FLORIN_EXCHANGE_BUCKET", "FLORIN_FRAUD_BUCKET"):
            session().client("s3").create_bucket(Bucket=settings[bucket])
        session().client("s3", region_name=OTHER_REGION).create_bucket(
            Bucket=settings["FLORIN_EXCHANGE_BUCKET"].replace(REGION, OTHER_REGION),
            CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
        )
        secret = session().client("secretsmanager").create_secret(Name="cursors", SecretString="signs cursors")
        settings["FLORIN_CURSOR_SECRET_ARN"] = secret["ARN"]
        session().client("secretsmanager").create_secret(
            Name=f"{settings['FLORIN_PARTNER_SECRETS']}sponsor",
            SecretString=json.dumps({"keys": [{"key": SPONSOR.secrets[V1]}]}),
        )
        return settings

    # A life.

    def person(self, name: str) -> tuple[Customer, Account]:
        customer = self.bank.customers.create(
            scope="bank", key=f"make-{name}", kind=CustomerKind.PERSON, profile=_profile(name)
        )
        assert isinstance(customer, Customer), customer
        account = self.bank.accounts.open_account(
            acting(customer), customer=customer, product="checking", currency="USD", key="first"
        )
        assert isinstance(account, Account), account
        self.post("cash_deposit", initiator=internal_account("us", "USD", "vault_cash"), destination=account.id)
        return customer, account

    def post(self, kind: str, *, initiator: str | None = None, minor: int | None = 100_00, **parts: Any) -> Journal:
        self._keys += 1
        rest = {name: parts.pop(name) for name in ("expires_at", "reverses") if name in parts}
        amounts = {"amount": Money(minor, "USD")} if minor else {}
        by = initiator or next(iter(parts.values()))
        answer = self.bank.ledger.post(
            Command(kind=kind, initiator=by, scope="bank", key=f"k{self._keys}", parties=parts, amounts=amounts, **rest)
        )
        assert isinstance(answer, Posted), answer
        return answer.journal

    def delivered(self, message_id: str, body: bytes | None = None, *, kind: str = "ach.file.acknowledged") -> str:
        """What a partner delivered, by its id."""
        sent = body or body_of()
        headers = SPONSOR.headers(sent, self.clock.now(), message_id=message_id)
        accepted = self.bank.partners.receive(Arrival("sponsor", kind, headers, sent))
        assert isinstance(accepted, Accepted), accepted
        return accepted.delivery

    # Calling.

    def call(self, module: Any, event: dict[str, Any]) -> Any:
        """The handler, its calls of AWS noted."""
        with self.noted() as patched:
            patched.setattr(module, "bank", lambda: self.bank)
            return module.handler(event, RUN)

    @contextmanager
    def noted(self) -> Iterator[pytest.MonkeyPatch]:
        """Notes what is asked of AWS meanwhile."""
        real = BaseClient._make_api_call  # type: ignore[attr-defined]  # where every client's call goes through
        wired = WireClient._make_api_call

        def noting(client: Any, operation: str, said: dict[str, Any]) -> Any:
            self.asked.note(client.meta.service_model.service_name, operation, said)
            return real(client, operation, said)

        def noting_on_the_wire(client: Any, operation: str, said: dict[str, Any]) -> Any:
            self.asked.note("dynamodb", operation, said)
            if self.loses_answers and operation == "PutItem":
                wired(client, operation, said)
            return wired(client, operation, said)

        with self.monkeypatch.context() as patched:
            patched.setattr(BaseClient, "_make_api_call", noting)
            patched.setattr(WireClient, "_make_api_call", noting_on_the_wire)
            patched.setattr(self.machines, "asked", self.asked)
            yield patched

    def now(self) -> None:
        self.clock.at = datetime.now(UTC)


def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """For a fixture."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield Deployed(monkeypatch)


def acting(customer: Customer) -> Actor:
    return Actor(
        person=customer.id,
        groups=frozenset({Group.CUSTOMER}),
        source_ip=None,
        correlation_id="test",
        channel=Channel.API,
    )


def staff_of(group: Group, person: str) -> Actor:
    return Actor(person=person, groups=frozenset({group}), source_ip=None, correlation_id="test", channel=Channel.API)


def _profile(name: str) -> Profile:
    return Profile(
        name=f"{name.title()} Example",
        email=f"{name}@example.com",
        phone="+12025550123",
        born_on="1990-01-01",
        address=Address(
            line1="1 Main Street", line2=None, city="Boston", subdivision=None, postal_code="02101", country="US"
        ),
        tax_id_last4="1234",
    )
