"""One region of the engine for many runs: a prepared world is put back under new tables before each.

A run is a handful of small tables, so that putting the world back takes milliseconds and the judge reads little. A
process is a freshly composed bank; of the one before it only the connections are kept.
"""

import base64
import json
import math
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import boto3
import botocore.endpoint
from botocore.config import Config
from joserfc import jwt
from joserfc.jwk import RSAKey

from domain.accounts.store_dynamodb import BY_PERSON
from domain.audit.store_dynamodb import BY_ACTOR
from domain.cases.store_dynamodb import BY_GROUP, BY_KIND, BY_OWNER
from domain.counterparties.store_dynamodb import BY_UNSENT
from domain.partners.store_dynamodb import BY_DUE as PARTNERS_BY_DUE
from domain.partners.store_dynamodb import BY_STATE
from domain.payments.store_dynamodb import BY_DUE as PAYMENTS_BY_DUE
from domain.rails.ach.store_dynamodb import BY_DUE as ACH_BY_DUE
from domain.tables_aws import Index, connect, description
from domain.transfers.store_dynamodb import BY_DUE
from functions.ach_arrivals import handler as ach_arrivals
from functions.ach_files import handler as ach_files
from functions.ach_inbound import handler as ach_inbound
from functions.ach_journey import handler as ach_journey
from functions.ach_return_rates import handler as ach_return_rates
from functions.case_sweep import handler as case_sweep
from functions.composition import CLIENT, Bank, build
from functions.configuration import Configuration, read
from functions.daily_root import handler as daily_root
from functions.folder import handler as folder
from functions.fraud_features import handler as fraud_features
from functions.fraud_history import handler as fraud_history
from functions.fraud_monitor import handler as fraud_monitor
from functions.fraud_scorer import handler as fraud_scorer
from functions.graphql import handler as api
from functions.hold_expiry import handler as hold_expiry
from functions.notifier import handler as notifier
from functions.outbox import handler as outbox
from functions.partner_deliveries import handler as partner_deliveries
from functions.partner_sweep import handler as partner_sweep
from functions.payment_decisions import handler as payment_decisions
from functions.payment_sweep import handler as payment_sweep
from functions.publisher import handler as publisher
from functions.scheduled_transfers import handler as scheduled_transfers
from functions.transfer_sweep import handler as transfer_sweep
from functions.webhooks import handler as webhooks
from tests.crash.network import Network, Plan, untouched
from tests.tables import create_ledger_table
from tests.unit.functions.test_configuration import GOOD
from tests.unit.partners.signing import SPONSOR, V1

REGION: Final = "us-east-1"
NEIGHBOUR: Final = "us-west-2"
"""The other region of the bank, of which only what files say to it is there: its exchange, and its queue."""
TABLES: Final[dict[str, tuple[Index, ...]]] = {
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
SERVICES: Final = ("scheduler", "s3", "stepfunctions")
"""What else is put back: schedules, the bank's files in the exchange, executions of journeys."""
HANDLERS: Final = (
    api,
    publisher,
    outbox,
    folder,
    hold_expiry,
    notifier,
    scheduled_transfers,
    transfer_sweep,
    daily_root,
    webhooks,
    partner_deliveries,
    partner_sweep,
    ach_journey,
    ach_files,
    ach_arrivals,
    ach_inbound,
    ach_return_rates,
    fraud_monitor,
    fraud_scorer,
    fraud_features,
    fraud_history,
    payment_decisions,
    payment_sweep,
    case_sweep,
)
"""All that ask for the bank; a test holds the list to the folder."""
BATCH: Final = 25
MACHINES: Final = ("credit", "debit", "inbound")
"""What has a journey: the kinds of payments that we originate, and the files that come in."""
WAITS_SECONDS: Final = 120
WAITING: Final = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": WAITS_SECONDS, "End": True}}}
"""A journey that only waits, longer than a run: the use cases call its steps, and nobody holds their tokens."""
WINDOWS: Final = {"FLORIN_ACH_TIMETABLE": "every-3600"}
"""ACH files are cut off on the hour: no run crosses one by accident."""
PARTNER_SECRETS: Final = "florin/crash/"
CURSORS: Final = "florin/cursors"
FAILED: Final = "failed"
"""The queue of what could not be published."""
DELIVERIES: Final = "deliveries"
"""The queue of what partners have delivered."""
ARRIVALS: Final = "arrivals-"
"""The queue of what arrives by ACH in a region."""
TICK: Final = timedelta(milliseconds=1)
CREDENTIALS: Final[Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
SIGNING: Final[Any] = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
SIGNING_KEY: Final = RSAKey.generate_key(2048, {"kid": "pool"})


Read = TypeVar("Read")
Execution = tuple[str, str]
"""The machine that it is of, and its name."""


class RunClock:
    """Stands still but for a millisecond a look, so that nothing in a run depends on the machine."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += TICK
        return self.at


@dataclass(frozen=True)
class Snapshot:
    """A world between two runs: all items of its tables, its schedules, what lies in the exchange, documents and
    history of fraud, the executions of journeys, the moment it stands at. It has no roots."""

    at: datetime
    items: Mapping[str, tuple[dict[str, Any], ...]]
    schedules: tuple[dict[str, Any], ...]
    exchange: Mapping[str, bytes]
    exchange_elsewhere: Mapping[str, bytes]
    fraud_files: Mapping[str, bytes]
    executions: Mapping[Execution, str]


class Place:
    """The clients, all of whose calls pass the network, and the tables of the current run."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint`: an engine's."""
        self.network = Network()
        self.clock = RunClock(datetime.now(UTC))
        self.endpoint = endpoint
        self.plain = boto3.Session(**CREDENTIALS)
        self._session = _SharedClients(self.network)
        self._ledger_client: Any = None
        self._quiet = connect(region=REGION, endpoint=self.endpoint, access_key_id="test", secret_access_key="test")
        self.network.connect(self._quiet, "dynamodb")
        self.dynamodb: Any = self._unwatched("dynamodb")
        self._scheduler: Any = self._unwatched("scheduler")
        self._s3: Any = self._unwatched("s3")
        self._stepfunctions: Any = self._unwatched("stepfunctions")
        self._fixed = self._provided()
        self._tables: dict[str, str] = {}
        self._group = ""
        self._bucket = ""
        self._exchange = ""
        self._fraud = ""
        self._exchange_elsewhere = ""
        self._machines: dict[str, str] = {}
        self._machines_made = -math.inf
        self._known: dict[str, tuple[tuple[int, int], Any]] = {}
        self._holds: Snapshot | None = None
        self.configuration: Configuration
        self._random = random.Random(0)
        self.clear()

    # The world.

    def clear(self) -> None:
        """Empty tables of their own."""
        self._holds = None
        self._renew((*TABLES, "ledger", *SERVICES))

    def _renew(self, names: Iterable[str]) -> None:
        """New, empty ones in place of these."""
        run = uuid.uuid4().hex[:12]
        for name in names:
            if name == "scheduler":
                self._group = f"transfers-{run}"
                self._scheduler.create_schedule_group(Name=self._group)
            elif name == "s3":
                self._bucket = f"roots-{run}"
                self._exchange, self._exchange_elsewhere = (f"exchange-{run}-{one}" for one in (REGION, NEIGHBOUR))
                self._fraud = f"fraud-{run}"
                for bucket in (self._bucket, self._exchange, self._exchange_elsewhere, self._fraud):
                    self._s3.create_bucket(Bucket=bucket)
            elif name == "stepfunctions":
                self._renew_machines(run)
            elif name in TABLES or name == "ledger":
                if name in self._tables:
                    self.dynamodb.delete_table(TableName=self._tables[name])
                self._tables[name] = f"florin-{name}-{run}"
                self._create(name)
        named = {f"FLORIN_{name.upper()}_TABLE": table for name, table in self._tables.items()}
        named |= {"FLORIN_SCHEDULE_GROUP": self._group, "FLORIN_ROOTS_BUCKET": self._bucket}
        named |= {"FLORIN_EXCHANGE_BUCKET": self._exchange, "FLORIN_FRAUD_BUCKET": self._fraud}
        named |= {f"FLORIN_ACH_{kind.upper()}_MACHINE_ARN": machine for kind, machine in self._machines.items()}
        self.configuration = read({**GOOD, **WINDOWS, **self._fixed, **named})
        self.network.forget()

    def _renew_machines(self, run: str) -> None:
        """Those that have begun something."""
        if time.monotonic() - self._machines_made < WAITS_SECONDS / 2:
            stale = {kind for kind, _ in self.executions()}
        else:  # before waits end by themselves
            stale, self._machines_made = set(MACHINES), time.monotonic()
        for kind in stale & self._machines.keys():
            self._stepfunctions.delete_state_machine(stateMachineArn=self._machines[kind])
        for kind in sorted(stale):
            made = self._stepfunctions.create_state_machine(
                name=f"{kind}-{run}", definition=json.dumps(WAITING), roleArn="arn:aws:iam::000000000000:role/journeys"
            )
            self._machines[kind] = made["stateMachineArn"]

    def _create(self, name: str) -> None:
        if name == "ledger":
            create_ledger_table(self.dynamodb, self._tables[name])
            return
        described: dict[str, Any] = description(self._tables[name], *TABLES[name])
        if not TABLES[name]:
            del described["GlobalSecondaryIndexes"]
        self.dynamodb.create_table(**described, BillingMode="PAY_PER_REQUEST")

    def snapshot(self) -> Snapshot:
        items = {name: tuple(self.items(name)) for name in self._tables}
        files = self.exchange(), self.exchange_elsewhere(), self.fraud_files()
        return Snapshot(self.clock.at, items, tuple(self.schedules()), *files, self.executions())

    def put_back(self, snapshot: Snapshot, *, seed: int) -> None:
        """The world as it was; what nobody has written to since is left alone."""
        stale = set(self.network.written) if self._holds is snapshot else {*snapshot.items, *SERVICES}
        if snapshot.executions and time.monotonic() - self._machines_made > WAITS_SECONDS / 2:
            stale.add("stepfunctions")
        self._renew(sorted(stale))
        for name in sorted(stale):
            items = snapshot.items.get(name, ())
            for start in range(0, len(items), BATCH):
                puts = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH]]
                self.dynamodb.batch_write_item(RequestItems={self._tables[name]: puts})
        for schedule in snapshot.schedules if "scheduler" in stale else ():
            self._scheduler.create_schedule(**schedule, GroupName=self.configuration.schedule_group)
        for bucket, held in (
            (self._exchange, snapshot.exchange),
            (self._exchange_elsewhere, snapshot.exchange_elsewhere),
            (self._fraud, snapshot.fraud_files),
        ):
            for name, content in held.items() if "s3" in stale else ():
                self._s3.put_object(Bucket=bucket, Key=name, Body=content)
        for (kind, name), status in snapshot.executions.items() if "stepfunctions" in stale else ():
            self._begin(kind, name, status)
        self._holds = snapshot
        self.clock.at = snapshot.at
        self._random = random.Random(seed)

    def items(self, name: str) -> list[dict[str, Any]]:
        """All of one table: it is small. What nobody has written to is what was put back."""
        if self._holds and name not in self.network.written:
            return list(self._holds.items[name])
        return list(self._read(name, self._scanned))

    def _scanned(self, name: str) -> list[dict[str, Any]]:
        answer = self.dynamodb.scan(TableName=self._tables[name], ConsistentRead=True)
        assert "LastEvaluatedKey" not in answer, f"{name} has outgrown one page"
        found: list[dict[str, Any]] = answer["Items"]
        return found

    def _read(self, name: str, read: Callable[[str], Read]) -> Read:
        """Read anew when it may have changed."""
        age = self.network.age(name)
        if name not in self._known or self._known[name][0] != age:
            self._known[name] = age, read(name)
        found: Read = self._known[name][1]
        return found

    def schedules(self) -> list[dict[str, Any]]:
        if self._holds and "scheduler" not in self.network.written:
            return list(self._holds.schedules)
        group = self.configuration.schedule_group
        names = sorted(row["Name"] for row in self._scheduler.list_schedules(GroupName=group)["Schedules"])
        found = [self._scheduler.get_schedule(GroupName=group, Name=name) for name in names]
        kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target", "EndDate", "ScheduleExpressionTimezone")
        return [{name: schedule[name] for name in kept if schedule.get(name)} for schedule in found]

    def _begin(self, kind: str, name: str, status: str) -> None:
        begun = self._stepfunctions.start_execution(stateMachineArn=self._machines[kind], name=name)
        if status != "RUNNING":
            self._stepfunctions.stop_execution(executionArn=begun["executionArn"])

    def lost(self, subject: str) -> None:
        """The journey of a payment or of a file ends before its time, as one does that has failed too often."""
        for kind, name in self.executions():
            if name.startswith(subject):
                machine = self._machines[kind].replace(":stateMachine:", ":execution:")
                self._stepfunctions.stop_execution(executionArn=f"{machine}:{name}")
                self.network.touch("stepfunctions")

    def executions(self) -> dict[Execution, str]:
        """The journeys of payments and of received files, each with how it stands."""
        if self._holds and "stepfunctions" not in self.network.written:
            return dict(self._holds.executions)
        return dict(self._read("stepfunctions", self._listed))

    def _listed(self, _: str) -> dict[Execution, str]:
        return {
            (kind, row["name"]): row["status"]
            for kind, machine in self._machines.items()
            for row in self._stepfunctions.list_executions(stateMachineArn=machine)["executions"]
        }

    def exchange(self) -> dict[str, bytes]:
        """What lies in the exchange with the sponsor bank."""
        if self._holds and "s3" not in self.network.written:
            return dict(self._holds.exchange)
        return dict(self._read("s3", lambda _: self._objects(self._exchange)))

    def exchange_elsewhere(self) -> dict[str, bytes]:
        """What lies in the neighbour's."""
        if self._holds and "s3" not in self.network.written:
            return dict(self._holds.exchange_elsewhere)
        return self._objects(self._exchange_elsewhere)

    def partner_puts(self, name: str, content: bytes, *, region: str = REGION) -> None:
        """The sponsor bank puts a file into the exchange of a region."""
        bucket = self._exchange if region == REGION else self._exchange_elsewhere
        self._s3.put_object(Bucket=bucket, Key=name, Body=content)
        self.network.touch("s3")

    def _objects(self, bucket: str) -> dict[str, bytes]:
        names = [found["Key"] for found in self._s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
        return {name: self._s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}

    def roots(self) -> dict[str, str]:
        """The daily roots by their names, each with its hash."""
        if "s3" not in self.network.written:
            return {}
        return {name: json.loads(body)["hash"] for name, body in self._objects(self._bucket).items()}

    def fraud_files(self) -> dict[str, bytes]:
        """Documents that judge, and the history of what was seen."""
        if self._holds and "s3" not in self.network.written:
            return dict(self._holds.fraud_files)
        return self._objects(self._fraud)

    def history(self) -> frozenset[str]:
        """The same by their names."""
        return frozenset(self.fraud_files())

    def changed(self, since: Snapshot) -> set[str]:
        """The tables and services that are not what they were: the audit aside, which tells of the others."""
        tables = self._tables.keys() - {"audit"}
        found = {name for name in tables if by_key(self.items(name)) != by_key(since.items[name])}
        outside = {
            "scheduler": self.schedules() == list(since.schedules),
            "s3": self.exchange() == since.exchange,
            "stepfunctions": self.executions() == since.executions,
        }
        return found | {name for name, same in outside.items() if not same}

    def journals(self) -> frozenset[str]:
        """The keys of all journals there are."""
        return frozenset(item["pk"]["S"] for item in self.items("ledger") if item["sk"]["S"] == "J")

    # Processes.

    @contextmanager
    def process(self, plan: Plan = untouched) -> Iterator[Bank]:
        """A new process: a bank that remembers nothing, asked by every handler, its calls under `plan`."""
        self.network.born(plan)
        bank = build(
            self.configuration, clock=self.clock, randomness=self._random, session=self._session, endpoint=self.endpoint
        )
        # One shard and one currency: the folder visits each of them.
        bank.__dict__["settings"] = replace(bank.settings, shards=1, currencies=("USD",))
        self._connected(bank)
        # The SDK waits half a second and more before it sends again; here nobody else needs the time.
        sdk = (botocore.endpoint, "time", SimpleNamespace(sleep=_at_once))
        with _instead(
            *((module, "bank", lambda: bank) for module in HANDLERS), (api, "fetch_over_http", _keys_of_pool), sdk
        ):
            try:
                yield bank
            finally:
                if bank.ledger_store._readers:
                    bank.ledger_store._readers.shutdown(wait=True)
                api._authenticator.cache_clear()

    def token(self, person: str, *groups: str) -> str:
        claims = {
            "iss": self.configuration.token_issuer,
            "client_id": self.configuration.pool_client_id,
            "token_use": "access",
            "exp": int((self.clock.at + timedelta(hours=1)).timestamp()),
            "auth_time": int(self.clock.at.timestamp()),
            "person": person,
            "cognito:groups": list(groups),
        }
        return jwt.encode({"alg": "RS256", "kid": "pool"}, claims, SIGNING_KEY)

    def _connected(self, bank: Bank) -> None:
        """The new bank's connections are new, the clients under them are not: making one takes longer than a run."""
        connection = bank.ledger_store.connection
        if self._ledger_client is None:
            self.network.connect(connection, "dynamodb")
            self._ledger_client = connection.client
        connection._client = self._ledger_client
        bank._connection._client = self._quiet.client
        connections: tuple[Any, ...] = (connection, bank._connection)
        for made in connections:
            client = made._client
            client._indexes_of, client._meter = made._indexes_of, bank.meter

    def _unwatched(self, service: Any) -> Any:
        return self.plain.client(service, endpoint_url=self.endpoint)

    def _provided(self) -> dict[str, str]:
        self._unwatched("events").create_event_bus(Name="florin-crash")
        kms, sqs, secrets = (self._unwatched(service) for service in ("kms", "sqs", "secretsmanager"))
        name, keys = f"{PARTNER_SECRETS}sponsor", json.dumps({"keys": [{"key": SPONSOR.secrets[V1]}]})
        arrivals, _ = (sqs.create_queue(QueueName=f"{ARRIVALS}{one}")["QueueUrl"] for one in (REGION, NEIGHBOUR))
        with suppress(secrets.exceptions.ResourceExistsException):
            secrets.create_secret(Name=name, SecretString=keys)
            secrets.create_secret(Name=CURSORS, SecretString="signs cursors")
        return {
            "AWS_REGION": REGION,
            "FLORIN_BUS": "florin-crash",
            "FLORIN_FAILED_QUEUE_URL": sqs.create_queue(QueueName=FAILED)["QueueUrl"],
            "FLORIN_PARTNER_DELIVERIES_QUEUE_URL": sqs.create_queue(QueueName=DELIVERIES)["QueueUrl"],
            "FLORIN_ACH_ARRIVALS_QUEUE_URL": arrivals,
            "FLORIN_PARTNER_SECRETS": PARTNER_SECRETS,
            "FLORIN_CURSOR_SECRET_ARN": CURSORS,
            "FLORIN_DATA_KEY_ARN": kms.create_key()["KeyMetadata"]["Arn"],
            "FLORIN_FRAUD_BOUNDS_KEY_ARN": kms.create_key(**SIGNING)["KeyMetadata"]["Arn"],
            "FLORIN_ROOTS_KEY_ARN": kms.create_key(**SIGNING)["KeyMetadata"]["Arn"],
            "FLORIN_SCHEDULE_QUEUE_ARN": f"arn:aws:sqs:{REGION}:000000000000:scheduled",
        }


@contextmanager
def _instead(*parts: tuple[Any, str, object]) -> Iterator[None]:
    """Other values in place of names of modules. Plainer than `mock.patch`, and a process has twenty of them."""
    kept = [(module, name, getattr(module, name)) for module, name, _ in parts]
    for module, name, value in parts:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


class _SharedClients(boto3.Session):
    """A session that makes each client once, whatever the region it is for, and puts it on the network."""

    def __init__(self, network: Network) -> None:
        super().__init__(**CREDENTIALS)
        self._network = network
        self._made: dict[str, Any] = {}

    def client(self, service_name: Any, *_: Any, **wanted: Any) -> Any:
        if service_name not in self._made:
            made: Any = super().client(service_name, **{**wanted, "region_name": REGION, "config": Config(**CLIENT)})
            self._network.connect(SimpleNamespace(client=made), service_name)
            self._made[service_name] = made
        return self._made[service_name]


def by_key(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}


def stream_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """What the table's stream says of a new item."""
    keys = {name: item[name] for name in ("pk", "sk")}
    return {"eventID": item["pk"]["S"], "eventName": "INSERT", "dynamodb": {"Keys": keys, "NewImage": _image(item)}}


def _image(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _attribute_image(attribute) for name, attribute in item.items()}


def _attribute_image(attribute: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, value),) = attribute.items()
    match kind:
        case "B":
            return {kind: base64.b64encode(value).decode()}
        case "L":
            return {kind: [_attribute_image(part) for part in value]}
        case "M":
            return {kind: _image(value)}
    return {kind: value}


def _keys_of_pool(_: str) -> bytes:
    return json.dumps({"keys": [SIGNING_KEY.as_dict(private=False)]}).encode()


def _at_once(_: float) -> None:
    return None


def quiet_moment(now: datetime) -> datetime:
    """A quiet moment in the last hour but one: all its minutes are closed, and few hours lie between it and now."""
    return (now.astimezone(UTC) - timedelta(hours=1)).replace(minute=20, second=5, microsecond=0)
