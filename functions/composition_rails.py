"""How payments and the rails are put together: what `functions.composition.Bank` makes of them, each on first use.

A rail, its store and what acts on its answers stand here, one function each; `Bank` names them, and keeps what they
make. As there, what only some functions use is imported only when it is made.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.bus_aws import EventBridgeBus
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
    from domain.tables_aws import Table
    from functions.composition import Bank

# Payments.


def deadlines(bank: Bank) -> Deadlines:
    """How long journeys wait, as their state machines were deployed with."""
    from domain.payments.rules import Deadlines

    settings = bank.configuration
    return Deadlines(
        step=settings.step_within,
        fraud=settings.fraud_within,
        step_up=settings.step_up_within,
        review=settings.review_within,
        file=settings.file_within,
        acknowledgement=settings.acknowledgement_within,
    )


def journeys(bank: Bank) -> StepFunctionsJourneys:
    from domain.payments.journeys_aws import StepFunctionsJourneys
    from domain.payments.kinds import PaymentKind

    machines = {
        PaymentKind.ACH_CREDIT: bank.configuration.ach_credit_machine_arn,
        PaymentKind.ACH_DEBIT: bank.configuration.ach_debit_machine_arn,
    }
    return StepFunctionsJourneys(client=lambda: bank.client("stepfunctions"), machines=machines)


def payments(bank: Bank) -> Payments:
    from domain.payments.service import Payments
    from domain.payments.store_dynamodb import BY_DUE, DynamoDBPaymentStore

    store = DynamoDBPaymentStore(bank.table(bank.configuration.payments_table, BY_DUE), region=bank.region)
    return Payments(store=store, journeys=bank.journeys, clock=bank.clock, deadlines=bank.deadlines)


def bus(bank: Bank, source: str) -> EventBridgeBus[Any]:
    """The bus for events about payments, as said by `source`."""
    from domain.bus_aws import EventBridgeBus

    return EventBridgeBus(
        client=lambda: bank.client("events"),
        bus=bank.configuration.bus,
        source=source,
        key=lambda event: event.payment,
    )


# ACH.


def timetable(bank: Bank) -> Timetable:
    from domain.rails.ach.timetable import Compressed, FedAch

    every = bank.configuration.ach_windows_every
    return FedAch() if every is None else Compressed(every)


def ach_store(bank: Bank) -> DynamoDBAchStore:
    from domain.rails.ach.store_dynamodb import DynamoDBAchStore

    return DynamoDBAchStore(_ach_table(bank), region=bank.region)


def incoming_store(bank: Bank) -> DynamoDBIncomingStore:
    from domain.rails.ach.store_dynamodb_incoming import DynamoDBIncomingStore

    return DynamoDBIncomingStore(_ach_table(bank), region=bank.region)


def _ach_table(bank: Bank) -> Table:
    from domain.rails.ach.store_dynamodb import BY_DUE

    return bank.table(bank.configuration.ach_table, BY_DUE)


def return_rates(bank: Bank) -> ReturnRates:
    from domain.rails.ach.return_rates import ReturnRates

    return ReturnRates(store=bank.incoming_store, cases=bank.cases, clock=bank.clock)


def micro_volumes(bank: Bank) -> MicroVolumes:
    from domain.rails.ach.micro_volumes import MicroVolumes

    return MicroVolumes(store=bank.incoming_store, cases=bank.cases, clock=bank.clock, region=bank.region)


def exchange(bank: Bank, region: str) -> S3Exchange:
    """Where files are exchanged with the sponsor bank in a region."""
    from domain.rails.ach.exchange_aws import S3Exchange

    bucket = bank.configuration.of_region(bank.configuration.exchange_bucket, region)
    return S3Exchange(client=lambda: bank.client("s3", region), bucket=bucket)


def send_arrival(bank: Bank, region: str, body: str) -> None:
    """Puts a message into the queue of what arrives by ACH in a region."""
    from functions.queues import Queue

    url = bank.configuration.of_region(bank.configuration.ach_arrivals_queue_url, region)
    Queue(client=lambda: bank.client("sqs", region), url=url).send(body)


def verifications(bank: Bank) -> Verifications:
    """Counterparties are proved by entries in our own files; each of the two asks the other."""
    from domain.rails.ach.verifications import Verifications

    return Verifications(
        outgoing=bank.ach_store,
        ledger=bank.ledger,
        counterparties=lambda: bank.counterparties,
        customers=bank.customers,
        timetable=bank.timetable,
        volumes=bank.micro_volumes,
        clock=bank.clock,
        jurisdiction=bank.configuration.jurisdiction.code,
    )


def ach_steps(bank: Bank) -> Steps:
    from domain.rails.ach.steps import Steps

    return Steps(
        payments=bank.payments,
        ledger=bank.ledger,
        store=bank.ach_store,
        timetable=bank.timetable,
        counterparties=bank.counterparties,
        accounts=bank.accounts,
        cases=bank.cases,
        notices=bank.notices,
        judge=bank.fraud,
        bus=bank.bus("florin.payments"),
        clock=bank.clock,
        region=bank.region,
        debit_settled=partial(_debit_settled, bank),
    )


def _debit_settled(bank: Bank, payment: Payment) -> None:
    bank.return_rates.debit_settled(payment)


def ach(bank: Bank) -> Ach:
    from domain.rails.ach.outgoing import Outgoing
    from domain.rails.ach.service import Ach

    outgoing = Outgoing(
        store=bank.ach_store,
        exchange=bank.exchange(bank.region),
        steps=bank.ach_steps,
        payments=bank.payments,
        counterparties=bank.counterparties,
        customers=bank.customers,
        sealer=bank.sealer,
        timetable=bank.timetable,
        cases=bank.cases,
        clock=bank.clock,
        region=bank.region,
        jurisdiction=bank.configuration.jurisdiction.code,
        origins=partial(_origins, bank),
    )
    return Ach(
        payments=bank.payments,
        steps=bank.ach_steps,
        outgoing=outgoing,
        accounts=bank.accounts,
        counterparties=bank.counterparties,
        sealer=bank.sealer,
        timetable=bank.timetable,
        clock=bank.clock,
    )


def _origins(bank: Bank) -> Mapping[EntryKind, Origin]:
    """Who stands behind entries of our files that are not of payments."""
    from domain.rails.ach.kinds import VERIFICATIONS

    return {**bank.incoming.origins, **dict.fromkeys(VERIFICATIONS, bank.verifications)}


def incoming(bank: Bank) -> Incoming:
    from domain.rails.ach.incoming import Incoming
    from domain.rails.ach.incoming_aws import QueueForwarder, StepFunctionsFileJourneys
    from domain.rails.ach.incoming_entries import Parts

    parts = Parts(
        store=bank.incoming_store,
        outgoing=bank.ach_store,
        ledger=bank.ledger,
        payments=bank.payments,
        accounts=bank.accounts,
        cases=bank.cases,
        timetable=bank.timetable,
        clock=bank.clock,
        region=bank.region,
        jurisdiction=bank.configuration.jurisdiction.code,
    )
    return Incoming(
        parts,
        exchanges=bank.exchange,
        forwarder=QueueForwarder(bank.send_arrival),
        journeys=StepFunctionsFileJourneys(
            client=lambda: bank.client("stepfunctions"), machine=bank.configuration.ach_inbound_machine_arn
        ),
        sealer=bank.sealer,
        steps=bank.ach_steps,
        counterparties=bank.counterparties,
        proofs=bank.verifications,
        labels=bank.labels,
    )


def responses(bank: Bank) -> Responses:
    """Made when a partner's delivery is processed: who takes one in, or shows it, needs no rail."""
    from domain.rails.ach.responses import Responses

    return Responses(outgoing=bank.ach.outgoing)
