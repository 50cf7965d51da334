"""How what fraud scoring knows is put together: what `functions.composition.Bank` makes of it, each on first use.

As in `composition_rails`, what only some functions use is imported only when it is made.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from domain.fraud.feature_updates import FeatureUpdates
    from domain.fraud.history_bundles import HistoryBundles
    from domain.fraud.store_dynamodb_features import DynamoDBFeatureReader, DynamoDBFeatureStore
    from domain.ids import Randomness
    from functions.composition import Bank

READ_TRIES_MAX: Final = 2


def feature_store(bank: Bank) -> DynamoDBFeatureStore:
    from domain.fraud.store_dynamodb_features import DynamoDBFeatureStore

    return DynamoDBFeatureStore(bank.table(bank.configuration.features_table))


def feature_updates(bank: Bank, *, randomness: Randomness) -> FeatureUpdates:
    from domain.fraud.feature_updates import FeatureUpdates

    return FeatureUpdates(
        store=bank.feature_store,
        decisions=bank.fraud,
        accounts=bank.accounts,
        clock=bank.clock,
        randomness=randomness,
        pause=time.sleep,
    )


def feature_reader(bank: Bank, fraud_table: str) -> DynamoDBFeatureReader:
    """`fraud_table`: where it stands which versions judge, and what is snoozed."""
    from domain.fraud.store_dynamodb_features import DynamoDBFeatureReader
    from domain.tables_aws import Table

    within = bank.configuration.feature_read_within.total_seconds()
    connection = bank.connection(read_timeout_seconds=within, tries_max=READ_TRIES_MAX)
    return DynamoDBFeatureReader(Table(connection, bank.configuration.features_table), Table(connection, fraud_table))


def history_bundles(bank: Bank) -> HistoryBundles:
    from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
    from domain.fraud.history_aws import S3HistoryFiles
    from domain.fraud.history_bundles import HistoryBundles

    files = S3HistoryFiles(client=lambda: bank.client("s3"), bucket=bank.configuration.fraud_bucket)
    decisions = DynamoDBDecisionStore(bank.table(bank.configuration.fraud_table))
    return HistoryBundles(store=bank.feature_store, decisions=decisions, files=files, clock=bank.clock)
