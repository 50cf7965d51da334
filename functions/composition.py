"""The one composition root: where services, stores and clients are put together.

`build` makes a region's bank from its configuration; functions get theirs from `bank()`, built once for each worker
at its first call. The seed, the tests and the tools build their own, with their own clock. Parts and clients are made
when they are first asked for, and what only some functions use (boto3 among it) is imported only then: a function pays
for what it uses.
"""

from __future__ import annotations

import json
import os
import random
import time
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.clock import Clock, SystemClock
from domain.ledger.model import LedgerSettings
from domain.metering import Meter, Used
from domain.tables_aws import Index, Table, connect
from functions.configuration import Configuration, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3
    from pynamodb.connection.base import Connection

    from domain.access.service import Approvals, Decided
    from domain.accounts.service import Accounts
    from domain.audit.service import Audit
    from domain.bus_aws import EventBridgeBus
    from domain.cases.kinds import CaseKind
    from domain.cases.model import Case
    from domain.cases.service import Cases, Resolved
    from domain.counterparties.service import Counterparties
    from domain.customers.service import Customers
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
    from domain.partners.events import Payload
    from domain.partners.model import Delivery
    from domain.partners.quarantine import Quarantine
    from domain.partners.service import Handlers, Partners
    from domain.payments.journeys_aws import StepFunctionsJourneys
    from domain.payments.model import Payment
    from domain.payments.rules import Deadlines
    from domain.payments.service import Payments
    from domain.rails.ach.exchange_aws import S3Exchange
    from domain.rails.ach.incoming import Incoming
    from domain.rails.ach.kinds import EntryKind
    from domain.rails.ach.micro_volumes import MicroVolumes
    from domain.rails.ach.origins import Origin
    from domain.rails.ach.responses import Responses
    from domain.rails.ach.return_rates import ReturnRates
    from domain.rails.ach.service import Ach
    from domain.rails.ach.steps import Steps
    from domain.rails.ach.store_dynamodb import DynamoDBAchStore
    from domain.rails.ach.store_dynamodb_incoming import DynamoDBIncomingStore
    from domain.rails.ach.timetable import Timetable
    from domain.rails.ach.verifications import Verifications
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
            client=lambda: self._client("events"),
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
        return S3RootStore(client=lambda: self._client("s3"), bucket=bucket, region=self.region)

    @cached_property
    def root_signer(self) -> KmsSigner:
        from domain.ledger.roots_aws import KmsSigner

        return KmsSigner(client=lambda: self._client("kms"), key_arn=self.configuration.roots_key_arn)

    @cached_property
    def daily_roots(self) -> DailyRoots:
        from domain.ledger.roots import DailyRoots

        return DailyRoots(
            books=self.ledger_store, roots=self.root_store, signer=self.root_signer, settings=self.settings
        )

    @cached_property
    def failed_queue(self) -> Queue:
        from functions.queues import Queue

        return Queue(client=lambda: self._client("sqs"), url=self.configuration.failed_queue_url)

    # People.

    @cached_property
    def sealer(self) -> KeyedSealer:
        from domain.sealing import KeyedSealer
        from domain.sealing_aws import KmsDataKeys

        keys = KmsDataKeys(
            table=self._table(self.configuration.keys_table),
            kms=lambda: self._client("kms"),
            wrapping_key_arn=self.configuration.data_key_arn,
            clock=self.clock,
        )
        return KeyedSealer(keys, os.urandom)

    @cached_property
    def customers(self) -> Customers:
        from domain.customers.service import Customers
        from domain.customers.store_dynamodb import DynamoDBCustomerStore

        return Customers(
            store=DynamoDBCustomerStore(self._table(self.configuration.customers_table)),
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

        return {SUBJECT_KIND: self.cases.decided}

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

        return {
            CaseKind.ACH_PAYMENT_REVIEW: self.ach.payment_reviewed,
            CaseKind.ACH_FILE_REJECTED: self.ach.file_decided,
            CaseKind.PARTNER_DELIVERY_QUARANTINED: self.quarantine.decided,
            CaseKind.ACH_FILE_QUARANTINED: self._received_file_decided,
            CaseKind.ACH_ENTRY_PENDED: self._received_entry_decided,
            CaseKind.ACH_RETURN_UNMATCHED: self._received_entry_decided,
            CaseKind.ACH_DISHONOUR: self._received_entry_decided,
            CaseKind.ACH_NOC: self._received_entry_decided,
        }

    def _received_file_decided(self, case: Case) -> Refusal | None:
        return self.incoming.files.decided(case)

    def _received_entry_decided(self, case: Case) -> Refusal | None:
        return self.incoming.decisions.decided(case)

    @cached_property
    def audit(self) -> Audit:
        from domain.audit.service import Audit
        from domain.audit.store_dynamodb import BY_ACTOR, DynamoDBAuditStore

        store = DynamoDBAuditStore(self._table(self.configuration.audit_table, BY_ACTOR))
        return Audit(store=store, clock=self.clock, randomness=self._randomness)

    @cached_property
    def notices(self) -> Notices:
        from domain.notices.service import Notices
        from domain.notices.store_dynamodb import DynamoDBNoticeStore

        store = DynamoDBNoticeStore(self._table(self.configuration.notices_table))
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
            store=DynamoDBAccountStore(self._table(self.configuration.accounts_table, BY_PERSON)),
            ledger=self.ledger,
            clock=self.clock,
            randomness=self._randomness,
            region=self.region,
            addresses=self.addresses,
        )

    @cached_property
    def transfers(self) -> Transfers:
        from domain.transfers.schedules_aws import EventBridgeSchedules
        from domain.transfers.service import Transfers
        from domain.transfers.store_dynamodb import BY_DUE, DynamoDBOrderStore

        store = DynamoDBOrderStore(self._table(self.configuration.transfers_table, BY_DUE), region=self.region)
        return Transfers(
            ledger=self.ledger,
            accounts=self.accounts,
            sealer=self.sealer,
            clock=self.clock,
            randomness=self._randomness,
            orders=store,
            schedules=EventBridgeSchedules(
                client=lambda: self._client("scheduler"),
                group=self.configuration.schedule_group,
                role_arn=self.configuration.schedule_role_arn,
                queue_arn=self.configuration.schedule_queue_arn,
            ),
            notices=self.notices,
            audit=self.audit,
        )

    @cached_property
    def counterparties(self) -> Counterparties:
        from domain.counterparties.service import Counterparties
        from domain.counterparties.store_dynamodb import BY_UNSENT, DynamoDBCounterpartyStore

        return Counterparties(
            store=DynamoDBCounterpartyStore(self._table(self.configuration.counterparties_table, BY_UNSENT)),
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
    def partner_handlers(self) -> Handlers:
        """Who acts on what partners deliver, by kind and version: one line for each. A known kind without a line is
        quarantined until it has one.
        """
        from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED, ACH_FILE_REJECTED

        return {
            ACH_FILE_ACKNOWLEDGED: self._file_acknowledged,
            ACH_FILE_REJECTED: self._file_rejected,
        }

    def _file_acknowledged(self, delivery: Delivery, payload: Payload) -> Refusal | None:
        return self.responses.acknowledged(delivery, payload)

    def _file_rejected(self, delivery: Delivery, payload: Payload) -> Refusal | None:
        return self.responses.rejected(delivery, payload)

    @cached_property
    def responses(self) -> Responses:
        """Made when a delivery is processed: who takes one in, or shows it, needs no rail."""
        from domain.rails.ach.responses import Responses

        return Responses(outgoing=self.ach.outgoing)

    @cached_property
    def partners(self) -> Partners:
        from domain.partners.keys_aws import SecretsManagerPartnerKeys
        from domain.partners.service import Partners
        from domain.partners.store_dynamodb import BY_DUE, BY_STATE, DynamoDBDeliveryStore

        return Partners(
            store=DynamoDBDeliveryStore(self._table(self.configuration.partners_table, BY_STATE, BY_DUE)),
            keys=SecretsManagerPartnerKeys(
                client=lambda: self._client("secretsmanager"),
                prefix=self.configuration.partner_secrets,
                clock=self.clock,
            ),
            clock=self.clock,
            randomness=self._randomness,
            enqueue=lambda delivery: self.partner_deliveries_queue.send(json.dumps({"delivery": delivery})),
            handlers=self.partner_handlers,
            on_set_aside=self._delivery_quarantined,
            on_replayed=self._delivery_replayed,
            tolerance=self.configuration.webhook_tolerance,
        )

    def _delivery_quarantined(self, delivery: Delivery) -> None:
        self.quarantine.opened(delivery)
        quarantined(delivery.id, partner=delivery.partner, reason=delivery.reason or "")

    def _delivery_replayed(self, delivery: str, replays: int, by: str) -> None:
        self.quarantine.replayed(delivery, replays, by)

    @cached_property
    def quarantine(self) -> Quarantine:
        """The cases of what cannot be processed; it and `partners` each ask the other."""
        from domain.partners.quarantine import Quarantine

        return Quarantine(cases=self.cases, partners=lambda: self.partners)

    @cached_property
    def partner_deliveries_queue(self) -> Queue:
        from functions.queues import Queue

        return Queue(client=lambda: self._client("sqs"), url=self.configuration.partner_deliveries_queue_url)

    # Payments.

    @cached_property
    def deadlines(self) -> Deadlines:
        """How long journeys wait, as their state machines were deployed with."""
        from domain.payments.rules import Deadlines

        settings = self.configuration
        return Deadlines(
            step=settings.step_within,
            fraud=settings.fraud_within,
            review=settings.review_within,
            file=settings.file_within,
            acknowledgement=settings.acknowledgement_within,
        )

    @cached_property
    def journeys(self) -> StepFunctionsJourneys:
        from domain.payments.journeys_aws import StepFunctionsJourneys
        from domain.payments.kinds import PaymentKind

        machines = {
            PaymentKind.ACH_CREDIT: self.configuration.ach_credit_machine_arn,
            PaymentKind.ACH_DEBIT: self.configuration.ach_debit_machine_arn,
        }
        return StepFunctionsJourneys(client=lambda: self._client("stepfunctions"), machines=machines)

    @cached_property
    def payments(self) -> Payments:
        from domain.payments.service import Payments
        from domain.payments.store_dynamodb import BY_DUE, DynamoDBPaymentStore

        store = DynamoDBPaymentStore(self._table(self.configuration.payments_table, BY_DUE), region=self.region)
        return Payments(store=store, journeys=self.journeys, clock=self.clock, deadlines=self.deadlines)

    def bus(self, source: str) -> EventBridgeBus[Any]:
        """The bus for events about payments, as said by `source`."""
        from domain.bus_aws import EventBridgeBus

        return EventBridgeBus(
            client=lambda: self._client("events"),
            bus=self.configuration.bus,
            source=source,
            key=lambda event: event.payment,
        )

    @cached_property
    def timetable(self) -> Timetable:
        from domain.rails.ach.timetable import Compressed, FedAch

        every = self.configuration.ach_windows_every
        return FedAch() if every is None else Compressed(every)

    @cached_property
    def _ach_table(self) -> Table:
        from domain.rails.ach.store_dynamodb import BY_DUE

        return self._table(self.configuration.ach_table, BY_DUE)

    @cached_property
    def ach_store(self) -> DynamoDBAchStore:
        from domain.rails.ach.store_dynamodb import DynamoDBAchStore

        return DynamoDBAchStore(self._ach_table, region=self.region)

    @cached_property
    def incoming_store(self) -> DynamoDBIncomingStore:
        from domain.rails.ach.store_dynamodb_incoming import DynamoDBIncomingStore

        return DynamoDBIncomingStore(self._ach_table, region=self.region)

    @cached_property
    def return_rates(self) -> ReturnRates:
        from domain.rails.ach.return_rates import ReturnRates

        return ReturnRates(store=self.incoming_store, cases=self.cases, clock=self.clock)

    @cached_property
    def micro_volumes(self) -> MicroVolumes:
        from domain.rails.ach.micro_volumes import MicroVolumes

        return MicroVolumes(store=self.incoming_store, cases=self.cases, clock=self.clock, region=self.region)

    def exchange(self, region: str) -> S3Exchange:
        """Where files are exchanged with the sponsor bank in a region."""
        from domain.rails.ach.exchange_aws import S3Exchange

        bucket = self.configuration.of_region(self.configuration.exchange_bucket, region)
        return S3Exchange(client=lambda: self._client("s3", region), bucket=bucket)

    def send_arrival(self, region: str, body: str) -> None:
        """Puts a message into the queue of what arrives by ACH in a region."""
        from functions.queues import Queue

        url = self.configuration.of_region(self.configuration.ach_arrivals_queue_url, region)
        Queue(client=lambda: self._client("sqs", region), url=url).send(body)

    @cached_property
    def verifications(self) -> Verifications:
        """Counterparties are proved by entries in our own files; each of the two asks the other."""
        from domain.rails.ach.verifications import Verifications

        return Verifications(
            outgoing=self.ach_store,
            ledger=self.ledger,
            counterparties=lambda: self.counterparties,
            customers=self.customers,
            timetable=self.timetable,
            volumes=self.micro_volumes,
            clock=self.clock,
            jurisdiction=self.configuration.jurisdiction.code,
        )

    @cached_property
    def ach_steps(self) -> Steps:
        from domain.rails.ach.steps import Steps

        return Steps(
            payments=self.payments,
            ledger=self.ledger,
            store=self.ach_store,
            timetable=self.timetable,
            counterparties=self.counterparties,
            accounts=self.accounts,
            cases=self.cases,
            notices=self.notices,
            bus=self.bus("florin.payments"),
            clock=self.clock,
            region=self.region,
            debit_settled=self._debit_settled,
        )

    def _debit_settled(self, payment: Payment) -> None:
        self.return_rates.debit_settled(payment)

    @cached_property
    def ach(self) -> Ach:
        from domain.rails.ach.outgoing import Outgoing
        from domain.rails.ach.service import Ach

        outgoing = Outgoing(
            store=self.ach_store,
            exchange=self.exchange(self.region),
            steps=self.ach_steps,
            payments=self.payments,
            counterparties=self.counterparties,
            customers=self.customers,
            sealer=self.sealer,
            timetable=self.timetable,
            cases=self.cases,
            clock=self.clock,
            region=self.region,
            jurisdiction=self.configuration.jurisdiction.code,
            origins=self._origins,
        )
        return Ach(
            payments=self.payments,
            steps=self.ach_steps,
            outgoing=outgoing,
            accounts=self.accounts,
            counterparties=self.counterparties,
            sealer=self.sealer,
            timetable=self.timetable,
            clock=self.clock,
        )

    def _origins(self) -> Mapping[EntryKind, Origin]:
        """Who stands behind entries of our files that are not of payments."""
        from domain.rails.ach.kinds import VERIFICATIONS

        return {**self.incoming.origins, **dict.fromkeys(VERIFICATIONS, self.verifications)}

    @cached_property
    def incoming(self) -> Incoming:
        from domain.rails.ach.incoming import Incoming
        from domain.rails.ach.incoming_aws import QueueForwarder, StepFunctionsFileJourneys
        from domain.rails.ach.incoming_entries import Parts

        parts = Parts(
            store=self.incoming_store,
            outgoing=self.ach_store,
            ledger=self.ledger,
            payments=self.payments,
            accounts=self.accounts,
            cases=self.cases,
            timetable=self.timetable,
            clock=self.clock,
            region=self.region,
            jurisdiction=self.configuration.jurisdiction.code,
        )
        return Incoming(
            parts,
            exchanges=self.exchange,
            forwarder=QueueForwarder(self.send_arrival),
            journeys=StepFunctionsFileJourneys(
                client=lambda: self._client("stepfunctions"), machine=self.configuration.ach_inbound_machine_arn
            ),
            sealer=self.sealer,
            steps=self.ach_steps,
            counterparties=self.counterparties,
            proofs=self.verifications,
        )

    @cached_property
    def cursor_secret(self) -> bytes:
        """The secret that signs cursors; whoever knows it can only page through what they may see anyway."""
        answer = self._client("secretsmanager").get_secret_value(SecretId=self.configuration.cursor_secret_arn)
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
            *map(self._client, ("secretsmanager", "kms", "scheduler")),
        )

    @cached_property
    def _connection(self) -> Connection:
        return connect(region=self.region, endpoint=self._endpoint, meter=self.meter)

    def _work_table(self) -> Table:
        """Cases and approvals share a table: both are lists of what waits for a person."""
        from domain.cases.store_dynamodb import BY_GROUP, BY_KIND, BY_OWNER

        return self._table(self.configuration.cases_table, BY_GROUP, BY_KIND, BY_OWNER)

    def _table(self, name: str, *indexes: Index) -> Table:
        return Table(self._connection, name, *indexes)

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def _client(self, service: Any, region: str | None = None) -> Any:
        """A client of boto3, each of whose requests the meter counts; of this region when none is named."""
        region = region or self.region
        name = f"{service} {region}"
        if name not in self._clients:
            import boto3
            from botocore.config import Config

            self._session = self._session or boto3.Session()
            made = self._session.client(
                service, region_name=region, endpoint_url=self._endpoint, config=Config(**CLIENT)
            )
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


def quarantined(delivery: str, *, partner: str, reason: str) -> None:
    """Whoever is to look at it is told here."""
    from functions.metrics import PARTNER_DELIVERIES_QUARANTINED

    PARTNER_DELIVERIES_QUARANTINED.measured(1, delivery=delivery, partner=partner, reason=reason)


def ledger_settings(configuration: Configuration) -> LedgerSettings:
    return LedgerSettings(
        region=configuration.region,
        jurisdiction=configuration.jurisdiction,
        close_after=configuration.close_after,
        signature_bound=configuration.signature_bound,
    )
