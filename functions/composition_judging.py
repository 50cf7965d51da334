"""How payments are judged and transfers are made: what `functions.composition.Bank` makes of it, each on first use.

As in `composition_rails`, what only some functions use is imported only when it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.fraud.books import Books
    from domain.fraud.scoring import Model
    from domain.fraud.service import Fraud
    from domain.ids import Randomness
    from domain.transfers.service import Transfers
    from functions.composition import Bank


def fraud(bank: Bank) -> Fraud:
    from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
    from domain.fraud.service import Fraud

    return Fraud(
        features=bank.feature_reader(bank.configuration.fraud_table),
        books=bank.fraud_books,
        decisions=DynamoDBDecisionStore(bank.table(bank.configuration.fraud_table)),
        clock=bank.clock,
    )


def books(bank: Bank) -> Books:
    """The documents that judge, read from the bucket only when a version was promoted that this worker has not read."""
    from domain.fraud.artefacts_aws import S3ArtefactStore
    from domain.fraud.books import Books

    artefacts = S3ArtefactStore(client=lambda: bank.client("s3"), bucket=bank.configuration.fraud_bucket)
    return Books(artefacts=artefacts, model=_model)


def _model(document: object) -> Model:
    """Read only where a model was promoted: few workers have one to read before their first payment."""
    from domain.fraud.trees import parsed

    return parsed(document)


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
    )
