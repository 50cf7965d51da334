"""Transfers that are judged in a deployed bank: the judge says what a test needs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.fraud import builtin
from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
from domain.fraud.documents import canonical
from domain.fraud.kinds import Decision, Scope
from domain.fraud.model import StoredDecision
from domain.fraud.registry_model import ArtefactKind, Version
from domain.ids import journal_id
from domain.money import Money
from domain.transfers.model import NumberTarget, TransferInReview, Wish
from domain.transfers.reviews import Reviews
from ops.simulation.judge import Says
from tests.unit.fraud.values import least, rule
from tests.unit.functions.drifted import MODEL, deciding, registered
from tests.unit.functions.region import Deployed, acting, session


@contextmanager
def judged(deployed: Deployed, decision: Decision) -> Iterator[None]:
    """Meanwhile every payment is judged so."""
    fraud = deployed.bank.fraud
    was, fraud._books = fraud._books, Says(decision)
    yield
    fraud._books = was


def in_review(deployed: Deployed, payer: Customer, source: Account, payee: Account, *, key: str) -> tuple[str, str]:
    """A transfer that waits for a person, and its case."""
    with judged(deployed, Decision.REVIEW):
        answer = _asked(deployed, payer, source, payee, key)
    assert isinstance(answer, TransferInReview), answer
    review = deployed.bank.transfers.reviews._store.review(answer.transfer)
    assert review
    assert review.case
    return review.id, review.case


class Died(Exception):
    pass


def _dies(*_: object, **__: object) -> None:
    raise Died


def cut_off(deployed: Deployed, payer: Customer, source: Account, payee: Account, *, key: str) -> str:
    """A transfer whose money is held and whose case is open, and whoever was to write that down died."""
    with judged(deployed, Decision.REVIEW), deployed.monkeypatch.context() as patched:
        patched.setattr(Reviews, "_moved", _dies)
        with suppress(Died):
            _asked(deployed, payer, source, payee, key)
    return journal_id(source.id, payer.id, key)


def _asked(deployed: Deployed, payer: Customer, source: Account, payee: Account, key: str) -> object:
    number = NumberTarget(payee.record.routing_number, payee.record.number)
    wish = Wish(source.id, number, Money(5_00, "USD"))
    return deployed.bank.transfers.transfer(acting(payer), wish, key=key)


NEVER_MINOR = 10**17


def promoted(deployed: Deployed, scope: Scope) -> Version:
    """Rules and a model that decide in the scope, whose documents lie in the bucket; answers with the rules. They let
    go what the first rules let go, and no function has read them before.
    """
    document: dict[str, Any] = dict(builtin.DOCUMENTS["rules"](scope))
    never = rule("NEVER", condition=least("amount_minor", NEVER_MINOR))
    rules = canonical({**document, "rules": [*document["rules"], never]})
    version = registered(deployed, ArtefactKind.RULES, rules, scope=scope)
    deciding(deployed, version, registered(deployed, ArtefactKind.MODEL, canonical(MODEL), scope=scope))
    return version


def by_promoted(deployed: Deployed, rules: Version, *subjects: str) -> list[StoredDecision]:
    """Decisions by these rules, of these subjects or of all."""
    table = deployed.bank.configuration.fraud_table
    store = DynamoDBDecisionStore(deployed.bank.table(table))
    keys = [item["pk"]["S"] for item in session().client("dynamodb").scan(TableName=table)["Items"]]
    every = subjects or [key.removeprefix("D#") for key in keys if key.startswith("D#")]
    found = (store.decision(subject) for subject in every)
    return [one for one in found if one and one.versions.rules == rules.used]
