"""The one composition root: where services, stores and clients are put together.

`build` makes a region's bank from its configuration; functions get theirs from `bank()`, built once for each worker
at its first call. The seed, the tests and the tools build their own, with their own clock. Parts and clients are made
when they are first asked for, and what only some functions use (boto3 among it) is imported only then: a function pays
for what it uses. `Bank` names every part; how those of payments, the rails, partners and fraud are made stands in
`composition_rails`, `composition_partners` and `composition_governance`.
"""

from __future__ import annotations

import os
import random
import time
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.clock import Clock, SystemClock
from domain.ledger.model import LedgerSettings
from domain.metering import Meter, Used
from domain.tables_aws import READ_TIMEOUT_SECONDS, TRIES_MAX, Index, Table, connect
from functions import composition_fraud as scoring
from functions import composition_governance as governance
from functions import composition_judging as judging
from functions import composition_partners as delivered
from functions import composition_rails as rails
from functions.configuration import Configuration, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3
    from pynamodb.connection.base import Connection

    from domain.access.model import Approval
    from domain.access.service import Approvals, Decided
    from domain.accounts.service import Accounts
    from domain.audit.service import Audit
    from domain.cases.kinds import CaseKind
    from domain.cases.model import Case
    from domain.cases.service import Cases, Resolved
    from domain.counterparties.service import Counterparties
    from domain.customers.service import Customers
    from domain.fraud.feature_updates import FeatureUpdates
    from domain.ids import Randomness
    from domain.ledger.folding import Folder
    from domain.ledger.outbox import Outbox
    from domain.ledger.outbox_aws import DynamoMarks
    from domain.ledger.roots import DailyRoots
    from domain.ledger.roots_aws import KmsSigner, S3RootStore
    from domain.ledger.service import Ledger
    from domain.ledger.store_dynamodb import DynamoLedgerStore
    from domain.ledger.sweeps import BatchedCredits, HoldExpiry
    from domain.notices.ledger_news import LedgerNews
    from domain.notices.service import Notices
    from domain.partners.service import Partners
    from domain.refusals import Refusal
    from domain.sealing import KeyedSealer
    from domain.transfers.orders import Orders
    from domain.transfers.service import Transfers
    from functions.queues import Queue

CLIENT: Final[Mapping[str, Any]] = {
    "connect_timeout": 1,
    "read_timeout": 5,
    "retries": {"total_max_attempts": 3, "mode": "standard"},
    "max_pool_connections": 10,
}
"""For the services beside the ledger: a retry of theirs is harmless, because every call of ours may run twice."""
INLINE_CLIENT: Final[Mapping[str, Any]] = {
    **CLIENT,
    "connect_timeout": 0.5,
    "read_timeout": 1,
    "retries": {"total_max_attempts": 1, "mode": "standard"},
}
"""For what a payment waits for, which goes on without: half a second for a connection, one for an answer, and whoever
asks says how often."""
_METER: Final = "florin-meter"


class Bank:
    """One region's bank, its parts made on first use."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        clock: Clock,
        randomness: Randomness,
        session: boto3.Session | None = None,
        endpoint: str | None = None,
    ) -> None:
        """`session`: makes the clients beside DynamoDB's; without it one of its own, when the first is needed.
        `endpoint`: where AWS answers, when it is not AWS; without it the SDK's own chain decides.
        """
        self.meter = Meter()
        self.configuration = configuration
        self.clock = clock
        self._randomness = randomness
        self._session = session
        self._endpoint = endpoint

    @property
    def region(self) -> str:
        return self.configuration.region

    @property
    def addresses(self) -> Mapping[str, str]:
        return self.configuration.region_endpoints

    # The ledger.

    @cached_property
    def settings(self) -> LedgerSettings:
        return ledger_settings(self.configuration)

    @cached_property
    def ledger_store(self) -> DynamoLedgerStore:
        from domain.ledger.store_dynamodb import DynamoLedgerStore

        return DynamoLedgerStore(
            table=self.configuration.ledger_table,
            region=self.region,
            settings=self.settings,
            endpoint_url=self._endpoint,
            meter=self.meter,
        )

    @cached_property
    def ledger(self) -> Ledger:
        from domain.ledger.service import Ledger

        return Ledger(
            store=self.ledger_store,
            settings=self.settings,
            clock=self.clock,
            randomness=self._randomness,
            pause=time.sleep,
        )

    @cached_property
    def folder(self) -> Folder:
        from domain.ledger.folding import Folder

        return Folder(store=self.ledger_store, settings=self.settings, clock=self.clock)

    @cached_property
    def marks(self) -> DynamoMarks:
        from domain.ledger.outbox_aws import DynamoMarks

        return DynamoMarks(connection=self._connection, table=self.configuration.published_table)

    @cached_property
    def outbox(self) -> Outbox:
        from domain.bus_aws import EventBridgeBus
        from domain.ledger.events import SOURCE, LedgerEvent
        from domain.ledger.outbox import Outbox

        bus = EventBridgeBus[LedgerEvent](
            client=lambda: self.client("events"),
            bus=self.configuration.bus,
            source=SOURCE,
            key=lambda event: event.journal,
        )
        return Outbox(store=self.ledger_store, bus=bus, marks=self.marks, settings=self.settings)

    @cached_property
    def hold_expiry(self) -> HoldExpiry:
        from domain.ledger.sweeps import HoldExpiry

        return HoldExpiry(ledger=self.ledger, store=self.ledger_store, marks=self.marks, clock=self.clock)

    @cached_property
    def batched_credits(self) -> BatchedCredits:
        from domain.ledger.sweeps import BatchedCredits

        return BatchedCredits(ledger=self.ledger, store=self.ledger_store, folder=self.folder, marks=self.marks)

    @cached_property
    def root_store(self) -> S3RootStore:
        from domain.ledger.roots_aws import S3RootStore

        bucket = self.configuration.roots_bucket
        return S3RootStore(client=lambda: self.client("s3"), bucket=bucket, region=self.region)

    @cached_property
    def root_signer(self) -> KmsSigner:
        from domain.ledger.roots_aws import KmsSigner

        return KmsSigner(client=lambda: self.client("kms"), key_arn=self.configuration.roots_key_arn)

    @cached_property
    def daily_roots(self) -> DailyRoots:
        from domain.ledger.roots import DailyRoots

        return DailyRoots(
            books=self.ledger_store, roots=self.root_store, signer=self.root_signer, settings=self.settings
        )

    @cached_property
    def failed_queue(self) -> Queue:
        from functions.queues import Queue

        return Queue(client=lambda: self.client("sqs"), url=self.configuration.failed_queue_url)

    # People.

    @cached_property
    def sealer(self) -> KeyedSealer:
        from domain.sealing import KeyedSealer
        from domain.sealing_aws import KmsDataKeys

        keys = KmsDataKeys(
            table=self.table(self.configuration.keys_table),
            kms=lambda: self.client("kms"),
            wrapping_key_arn=self.configuration.data_key_arn,
            clock=self.clock,
        )
        return KeyedSealer(keys, os.urandom)

    @cached_property
    def customers(self) -> Customers:
        from domain.customers.service import Customers
        from domain.customers.store_dynamodb import DynamoDBCustomerStore

        return Customers(
            store=DynamoDBCustomerStore(self.table(self.configuration.customers_table)),
            sealer=self.sealer,
            clock=self.clock,
            randomness=self._randomness,
            region=self.region,
        )

    @cached_property
    def approvals(self) -> Approvals:
        from domain.access.service import Approvals
        from domain.access.store_dynamodb import DynamoDBApprovalStore

        store = DynamoDBApprovalStore(self._work_table())
        return Approvals(store=store, clock=self.clock, decided=lambda: self._decided)

    @property
    def _decided(self) -> Mapping[str, Decided]:
        """Who hears of an approval that was given or refused, by the kind of its subject."""
        from domain.cases.service import SUBJECT_KIND
        from domain.fraud.kinds import FRAUD_LIST, FRAUD_VERSION

        return {
            SUBJECT_KIND: self.cases.decided,
            FRAUD_VERSION: self._fraud_version_decided,
            FRAUD_LIST: self._fraud_list_decided,
        }

    def _fraud_version_decided(self, approval: Approval) -> Refusal | None:
        return self.registry.decided(approval)

    def _fraud_list_decided(self, approval: Approval) -> Refusal | None:
        return self.list_changes.decided(approval)

    @cached_property
    def cases(self) -> Cases:
        from domain.cases.service import Cases
        from domain.cases.store_dynamodb import DynamoDBCaseStore

        return Cases(
            store=DynamoDBCaseStore(self._work_table()),
            approvals=self.approvals,
            clock=self.clock,
            region=self.region,
            resolved=lambda: self._resolved,
        )

    @property
    def _resolved(self) -> Mapping[CaseKind, Resolved]:
        """Who acts on a resolution, by the kind of its case: one line each."""
        from domain.cases.kinds import CaseKind
        from domain.fraud.kinds import Scope

        return {
            CaseKind.TRANSFER_REVIEW: self.labels.after(self._transfer_reviewed, scope=Scope.TRANSFER),
            CaseKind.ACH_PAYMENT_REVIEW: self.labels.after(self.ach.payment_reviewed, scope=Scope.ACH),
            CaseKind.ACH_FILE_REJECTED: self.ach.file_decided,
            CaseKind.PARTNER_DELIVERY_QUARANTINED: self.quarantine.decided,
            CaseKind.ACH_FILE_QUARANTINED: self._received_file_decided,
            CaseKind.ACH_ENTRY_PENDED: self._received_entry_decided,
            CaseKind.ACH_RETURN_UNMATCHED: self._received_entry_decided,
            CaseKind.ACH_DISHONOUR: self._received_entry_decided,
            CaseKind.ACH_NOC: self._received_entry_decided,
            CaseKind.FRAUD_DRIFT: self._drift_decided,
        }

    def _transfer_reviewed(self, case: Case) -> Refusal | None:
        return self.transfers.reviews.decided(case)

    def _received_file_decided(self, case: Case) -> Refusal | None:
        return self.incoming.files.decided(case)

    def _received_entry_decided(self, case: Case) -> Refusal | None:
        return self.incoming.decisions.decided(case)

    def _drift_decided(self, case: Case) -> Refusal | None:
        return self.drift.decided(case)

    @cached_property
    def audit(self) -> Audit:
        from domain.audit.service import Audit
        from domain.audit.store_dynamodb import BY_ACTOR, DynamoDBAuditStore

        store = DynamoDBAuditStore(self.table(self.configuration.audit_table, BY_ACTOR))
        return Audit(store=store, clock=self.clock, randomness=self._randomness)

    @cached_property
    def notices(self) -> Notices:
        from domain.notices.service import Notices
        from domain.notices.store_dynamodb import DynamoDBNoticeStore

        store = DynamoDBNoticeStore(self.table(self.configuration.notices_table))
        return Notices(store=store, clock=self.clock, randomness=self._randomness)

    @cached_property
    def ledger_news(self) -> LedgerNews:
        from domain.notices.ledger_news import LedgerNews

        return LedgerNews(notices=self.notices, accounts=self.accounts)

    # Accounts and transfers.

    @cached_property
    def accounts(self) -> Accounts:
        from domain.accounts.service import Accounts
        from domain.accounts.store_dynamodb import BY_PERSON, DynamoDBAccountStore

        return Accounts(
            store=DynamoDBAccountStore(self.table(self.configuration.accounts_table, BY_PERSON)),
            ledger=self.ledger,
            clock=self.clock,
            randomness=self._randomness,
            region=self.region,
            addresses=self.addresses,
        )

    fraud = cached_property(judging.fraud)

    @cached_property
    def transfers(self) -> Transfers:
        return judging.transfers(self, randomness=self._randomness)

    @cached_property
    def counterparties(self) -> Counterparties:
        from domain.counterparties.service import Counterparties
        from domain.counterparties.store_dynamodb import BY_UNSENT, DynamoDBCounterpartyStore

        return Counterparties(
            store=DynamoDBCounterpartyStore(self.table(self.configuration.counterparties_table, BY_UNSENT)),
            sealer=self.sealer,
            verifier=self.verifications,
            elsewhere=self.accounts.elsewhere,
            clock=self.clock,
            randomness=self._randomness,
        )

    @property
    def orders(self) -> Orders:
        return self.transfers.orders

    # Partners.

    @cached_property
    def partners(self) -> Partners:
        return delivered.partners(self, randomness=self._randomness)

    partner_handlers = cached_property(delivered.handlers)
    partner_deliveries_queue = cached_property(delivered.deliveries_queue)
    quarantine = cached_property(delivered.quarantine)

    # Payments and the rails.

    deadlines = cached_property(rails.deadlines)
    journeys = cached_property(rails.journeys)
    payments = cached_property(rails.payments)
    timetable = cached_property(rails.timetable)
    ach_store = cached_property(rails.ach_store)
    ach_steps = cached_property(rails.ach_steps)
    ach = cached_property(rails.ach)
    incoming_store = cached_property(rails.incoming_store)
    incoming = cached_property(rails.incoming)
    responses = cached_property(rails.responses)
    return_rates = cached_property(rails.return_rates)
    micro_volumes = cached_property(rails.micro_volumes)
    verifications = cached_property(rails.verifications)
    bus = rails.bus
    exchange = rails.exchange
    send_arrival = rails.send_arrival

    # What fraud scoring knows.

    @cached_property
    def feature_updates(self) -> FeatureUpdates:
        return scoring.feature_updates(self, randomness=self._randomness)

    feature_store = cached_property(scoring.feature_store)
    feature_reader = scoring.feature_reader
    history_bundles = cached_property(scoring.history_bundles)

    # What governs fraud scoring.

    artefacts = cached_property(governance.artefacts)
    books = cached_property(governance.books)
    registry_store = cached_property(governance.registry_store)
    registry = cached_property(governance.registry)
    list_changes = cached_property(governance.list_changes)
    snoozing = cached_property(governance.snoozing)
    label_store = cached_property(governance.label_store)
    labels = cached_property(governance.labels)
    monitoring_store = cached_property(governance.monitoring_store)
    monitoring = cached_property(governance.monitoring)
    drift = cached_property(governance.drift)
    dry_runs = cached_property(governance.dry_runs)

    decision_desk = cached_property(governance.decision_desk)

    @property
    def fraud_desk(self) -> Bank:
        """What the API asks about fraud: the parts above."""
        return self

    @cached_property
    def cursor_secret(self) -> bytes:
        """The secret that signs cursors; whoever knows it can only page through what they may see anyway."""
        answer = self.client("secretsmanager").get_secret_value(SecretId=self.configuration.cursor_secret_arn)
        secret: str = answer["SecretString"]
        return secret.encode()

    # Clients.

    def warm(self) -> tuple[object, ...]:
        """Makes the parts and clients of the API, and asks nobody: for before a snapshot is taken of them."""
        return (
            self.transfers,
            self.customers,
            self.counterparties,
            self.ledger_store.connection.client,
            self._connection.client,
            *map(self.client, ("secretsmanager", "kms", "scheduler")),
            self.client("s3", inline=True),
        )

    @cached_property
    def _connection(self) -> Connection:
        return self.connection()

    def connection(
        self, *, read_timeout_seconds: float = READ_TIMEOUT_SECONDS, tries_max: int = TRIES_MAX
    ) -> Connection:
        """One more connection to DynamoDB, for whoever cannot wait as the others do."""
        return connect(
            region=self.region,
            endpoint=self._endpoint,
            meter=self.meter,
            read_timeout_seconds=read_timeout_seconds,
            tries_max=tries_max,
        )

    def _work_table(self) -> Table:
        """Cases and approvals share a table: both are lists of what waits for a person."""
        from domain.cases.store_dynamodb import BY_GROUP, BY_KIND, BY_OWNER

        return self.table(self.configuration.cases_table, BY_GROUP, BY_KIND, BY_OWNER)

    def table(self, name: str, *indexes: Index) -> Table:
        return Table(self._connection, name, *indexes)

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def client(self, service: Any, region: str | None = None, *, inline: bool = False) -> Any:
        """A client of boto3, each of whose requests the meter counts; of this region when none is named. `inline`: one
        that gives up soon.
        """
        region = region or self.region
        name = f"{service} {region}{' inline' if inline else ''}"
        if name not in self._clients:
            import boto3
            from botocore.config import Config

            self._session = self._session or boto3.Session()
            config = Config(**(INLINE_CLIENT if inline else CLIENT))
            made = self._session.client(service, region_name=region, endpoint_url=self._endpoint, config=config)
            made.meta.events.register("before-send", self._sent, unique_id=_METER)
            self._clients[name] = made
        return self._clients[name]

    def _sent(self, **_: object) -> None:
        self.meter.note(Used(calls=1))


def build(
    configuration: Configuration,
    *,
    clock: Clock,
    randomness: Randomness,
    session: boto3.Session | None = None,
    endpoint: str | None = None,
) -> Bank:
    return Bank(configuration, clock=clock, randomness=randomness, session=session, endpoint=endpoint)


@cache
def bank() -> Bank:
    """The bank of this worker, from its environment."""
    return build(read(os.environ), clock=SystemClock(), randomness=random.SystemRandom())


def ledger_settings(configuration: Configuration) -> LedgerSettings:
    return LedgerSettings(
        region=configuration.region,
        jurisdiction=configuration.jurisdiction,
        close_after=configuration.close_after,
        signature_bound=configuration.signature_bound,
    )
