"""Transfers that are judged in a deployed bank: the judge says what a test needs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.fraud.kinds import Decision
from domain.ids import journal_id
from domain.money import Money
from domain.transfers.model import NumberTarget, TransferInReview, Wish
from domain.transfers.reviews import Reviews
from ops.simulation.judge import Says
from tests.unit.functions.region import Deployed, acting


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
