"""How payments are judged and transfers are made: what `functions.composition.Bank` makes of it, each on first use.

As in `composition_rails`, what only some functions use is imported only when it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.fraud.model import StoredDecision
    from domain.fraud.service import Fraud
    from domain.ids import Randomness
    from domain.transfers.service import Transfers
    from functions.composition import Bank


def fraud(bank: Bank) -> Fraud:
    from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
    from domain.fraud.service import Fraud

    return Fraud(
        features=bank.feature_reader(bank.configuration.fraud_table),
        books=bank.books,
        decisions=DynamoDBDecisionStore(bank.table(bank.configuration.fraud_table)),
        clock=bank.clock,
        fell_back=_fell_back,
        shadow_unread=_shadow_unread,
    )


def _fell_back(stored: StoredDecision) -> None:
    from functions.fraud_fallbacks import fell_back

    fell_back(stored)


def _shadow_unread(subject: str, version: str) -> None:
    from functions.fraud_fallbacks import shadow_unread

    shadow_unread(subject, version)


def transfers(bank: Bank, *, randomness: Randomness) -> Transfers:
    from domain.transfers.review_store_dynamodb import DynamoDBReviewStore
    from domain.transfers.schedules_aws import EventBridgeSchedules
    from domain.transfers.service import Transfers
    from domain.transfers.store_dynamodb import BY_DUE, DynamoDBOrderStore

    table = bank.table(bank.configuration.transfers_table, BY_DUE)
    return Transfers(
        ledger=bank.ledger,
        accounts=bank.accounts,
        sealer=bank.sealer,
        clock=bank.clock,
        randomness=randomness,
        orders=DynamoDBOrderStore(table, region=bank.region),
        schedules=EventBridgeSchedules(
            client=lambda: bank.client("scheduler"),
            group=bank.configuration.schedule_group,
            role_arn=bank.configuration.schedule_role_arn,
            queue_arn=bank.configuration.schedule_queue_arn,
        ),
        notices=bank.notices,
        audit=bank.audit,
        fraud=bank.fraud,
        cases=bank.cases,
        reviews=DynamoDBReviewStore(table, region=bank.region),
        review_within=bank.configuration.review_within,
        step_up_within=bank.configuration.step_up_within,
    )
