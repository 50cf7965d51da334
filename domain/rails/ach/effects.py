"""The money of a claimed state as a command to the ledger, one row for each kind of journal.

The key follows from the payment and its state, and the scope is the bank: whoever runs the step, and
however often, it is one journal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.ids import internal_account, place_of
from domain.keys import derived_key
from domain.ledger.model import PAYMENT_EVIDENCE, Command
from domain.payments.model import BANK, Payment

SETTLEMENT: Final = "settlement"
IN_TRANSIT: Final = "ach_in_transit"
UNPOSTED: Final = "ach_unposted"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind of journal is filled from a payment."""

    parties: Callable[[Payment], Mapping[str, str]]
    initiator: str | None = None
    """The bank's book in whose name it is posted; None: the customer's account."""
    with_amount: bool = True
    with_hold: bool = False
    final: bool = False
    """A capture lets go what it leaves."""


def _account(payment: Payment) -> Mapping[str, str]:
    return {"account": payment.account}


def _destination(payment: Payment) -> Mapping[str, str]:
    return {"destination": payment.account}


def _nobody(_: Payment) -> Mapping[str, str]:
    return {}


SHAPES: Final[Mapping[str, Shape]] = {
    "ach_credit_held": Shape(_account),
    "hold_released": Shape(_account, with_amount=False, with_hold=True),
    "ach_credit_captured": Shape(_account, with_hold=True, final=True),
    "ach_credit_settled": Shape(_nobody, initiator=IN_TRANSIT),
    "ach_credit_rejected": Shape(_destination, initiator=IN_TRANSIT),
    "ach_credit_returned": Shape(_destination, initiator=SETTLEMENT),
    "ach_rejection_unposted": Shape(_nobody, initiator=IN_TRANSIT),
    "ach_return_unposted": Shape(_nobody, initiator=SETTLEMENT),
    "ach_debit_settled": Shape(_account),
    "ach_credit_pended": Shape(_nobody, initiator=SETTLEMENT),
    "ach_debit_returned": Shape(_account, with_hold=True),
}


def command_of(payment: Payment, journal: str) -> Command:
    shape = SHAPES[journal]
    return Command(
        kind=journal,
        initiator=book_of(payment, shape.initiator) if shape.initiator else payment.account,
        scope=BANK,
        key=derived_key(payment.id, payment.state.value, journal),
        parties=shape.parties(payment),
        amounts={"amount": payment.amount} if shape.with_amount else {},
        hold=payment.hold if shape.with_hold else None,
        release_rest=shape.final,
        evidence=evidence_of(payment),
    )


def evidence_of(payment: Payment) -> tuple[str, ...]:
    """From a line of an account to the payment, its file and its trace number."""
    progress = payment.progress
    return (
        f"{PAYMENT_EVIDENCE}{payment.id}",
        *((f"file:{progress.file}",) if progress.file else ()),
        *((f"trace:{progress.trace}",) if progress.trace else ()),
    )


def book_of(payment: Payment, name: str) -> str:
    place = place_of(payment.account)
    if place is None:
        raise ValueError(f"{payment.account!r} is no account")
    return internal_account(place.jurisdiction, payment.amount.currency, name)
