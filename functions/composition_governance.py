"""How the governance of fraud scoring is put together: what `functions.composition.Bank` makes of it, on first use.

As in `composition_rails`, what only some functions use is imported only when it is made.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.fraud.artefacts_aws import S3ArtefactStore
    from domain.fraud.books import Books
    from domain.fraud.decision_desk import DecisionDesk
    from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
    from domain.fraud.drift import Drift
    from domain.fraud.dry_runs import DryRuns
    from domain.fraud.label_store_dynamodb import DynamoDBLabelStore
    from domain.fraud.labels import Labels
    from domain.fraud.list_changes import ListChanges
    from domain.fraud.monitoring_service import Monitoring
    from domain.fraud.monitoring_store_dynamodb import DynamoDBMonitoringStore
    from domain.fraud.registry import Registry
    from domain.fraud.registry_store_dynamodb import DynamoDBRegistryStore
    from domain.fraud.scoring import Model
    from domain.fraud.snoozing import Snoozing
    from domain.tables_aws import Table
    from functions.composition import Bank


def artefacts(bank: Bank) -> S3ArtefactStore:
    from domain.fraud.artefacts_aws import S3ArtefactStore

    return S3ArtefactStore(
        client=lambda: bank.client("s3"),
        reading=lambda: bank.client("s3", inline=True),
        bucket=bank.configuration.fraud_bucket,
        seconds=time.monotonic,
    )


def books(bank: Bank) -> Books:
    """The documents that judge, read from the bucket only when a version was promoted that this worker has not read."""
    from domain.fraud.books import Books

    return Books(artefacts=bank.artefacts, model=_model)


def _model(document: object) -> Model:
    """Read only where a model was promoted: few workers have one to read before their first payment."""
    from domain.fraud.trees import parsed

    return parsed(document)


def registry_store(bank: Bank) -> DynamoDBRegistryStore:
    from domain.fraud.registry_store_dynamodb import DynamoDBRegistryStore

    return DynamoDBRegistryStore(_table(bank))


def registry(bank: Bank) -> Registry:
    from domain.fraud import trees
    from domain.fraud.bounds_aws import KmsBoundsKey
    from domain.fraud.forms import DocumentForms
    from domain.fraud.registry import Registry

    key_arn = bank.configuration.fraud_bounds_key_arn
    return Registry(
        store=bank.registry_store,
        artefacts=bank.artefacts,
        forms=DocumentForms(trees.parsed),
        approvals=bank.approvals,
        bounds_key=KmsBoundsKey(client=lambda: bank.client("kms"), key_arn=key_arn),
        shadow_runs=bank.monitoring,
        clock=bank.clock,
    )


def list_changes(bank: Bank) -> ListChanges:
    from domain.fraud.list_changes import ListChanges

    return ListChanges(
        store=bank.registry_store,
        artefacts=bank.artefacts,
        approvals=bank.approvals,
        current=bank.books.lists,
        clock=bank.clock,
    )


def snoozing(bank: Bank) -> Snoozing:
    from domain.fraud.snoozing import Snoozing

    books = bank.books
    return Snoozing(store=bank.registry_store, rules=books.rules, rule_ids=books.rule_ids, clock=bank.clock)


def label_store(bank: Bank) -> DynamoDBLabelStore:
    from domain.fraud.label_store_dynamodb import DynamoDBLabelStore

    return DynamoDBLabelStore(_table(bank))


def labels(bank: Bank) -> Labels:
    from domain.fraud.labels import Labels

    return Labels(store=bank.label_store, decisions=_decisions(bank), clock=bank.clock)


def monitoring_store(bank: Bank) -> DynamoDBMonitoringStore:
    from domain.fraud.monitoring_store_dynamodb import DynamoDBMonitoringStore

    return DynamoDBMonitoringStore(_table(bank))


def monitoring(bank: Bank) -> Monitoring:
    from domain.fraud.decision_store import DAY_SHARDS
    from domain.fraud.monitoring_service import Monitoring
    from domain.fraud.references import References

    references = References(artefacts=bank.artefacts, pointer=bank.registry_store.pointer)
    return Monitoring(
        decisions=_decisions(bank),
        shards=DAY_SHARDS,
        labels=bank.label_store,
        store=bank.monitoring_store,
        reference=references.of,
        clock=bank.clock,
    )


def drift(bank: Bank) -> Drift:
    from domain.fraud.drift import Drift

    return Drift(
        monitoring=bank.monitoring,
        store=bank.monitoring_store,
        registry=bank.registry,
        cases=bank.cases,
        current_thresholds=bank.books.thresholds,
    )


def dry_runs(bank: Bank) -> DryRuns:
    from domain.fraud.decision_store import DAY_SHARDS
    from domain.fraud.dry_runs import DryRuns

    return DryRuns(
        registry=bank.registry,
        books=bank.books,
        decisions=_decisions(bank),
        shards=DAY_SHARDS,
        labels=bank.label_store,
        clock=bank.clock,
    )


def decision_desk(bank: Bank) -> DecisionDesk:
    from domain.fraud.decision_desk import DecisionDesk
    from domain.fraud.decision_store import DAY_SHARDS

    return DecisionDesk(decisions=_decisions(bank), shards=DAY_SHARDS, books=bank.books)


def _decisions(bank: Bank) -> DynamoDBDecisionStore:
    from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore

    return DynamoDBDecisionStore(_table(bank))


def _table(bank: Bank) -> Table:
    return bank.table(bank.configuration.fraud_table)
