"""What the bank offers: account products as dated rows. A new offer is a new row; an old row is never changed,
because accounts opened under it keep naming it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.customers.model import CustomerKind
from domain.ledger.model import Limits

CHECKING: Final = "checking"
SAVINGS: Final = "savings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One product in one currency for one kind of customer, from a day on until a later row takes over."""

    product: str
    currency: str
    holder: CustomerKind
    from_day: date
    limits: Limits
    """What a new account starts with."""
    limits_max: Limits
    """What staff may raise them to."""


_FIRST_DAY: Final = date(2020, 1, 1)
_UNIT: Final = 100  # both currencies have cents; amounts below are whole units


def _limits(*, overdraft: int = 0, per_transfer: int, per_day: int) -> Limits:
    return Limits(
        overdraft_minor=overdraft * _UNIT,
        per_transfer_minor=per_transfer * _UNIT,
        per_day_minor=per_day * _UNIT,
    )


_OFFERS: Final = (
    (
        CHECKING,
        CustomerKind.PERSON,
        _limits(per_transfer=10_000, per_day=25_000),
        _limits(overdraft=2_000, per_transfer=100_000, per_day=250_000),
    ),
    (
        CHECKING,
        CustomerKind.BUSINESS,
        _limits(per_transfer=250_000, per_day=1_000_000),
        _limits(overdraft=100_000, per_transfer=5_000_000, per_day=20_000_000),
    ),
    (
        SAVINGS,
        CustomerKind.PERSON,
        _limits(per_transfer=10_000, per_day=10_000),
        _limits(per_transfer=100_000, per_day=100_000),
    ),
    (
        SAVINGS,
        CustomerKind.BUSINESS,
        _limits(per_transfer=100_000, per_day=250_000),
        _limits(per_transfer=1_000_000, per_day=2_500_000),
    ),
)
TERMS: Final[tuple[Terms, ...]] = tuple(
    Terms(
        product=product,
        currency=currency,
        holder=holder,
        from_day=_FIRST_DAY,
        limits=limits,
        limits_max=limits_max,
    )
    for product, holder, limits, limits_max in _OFFERS
    for currency in ("USD", "EUR")
)
PRODUCTS: Final = tuple(dict.fromkeys(terms.product for terms in TERMS))


def terms_on(
    day: date, *, product: str, currency: str, holder: CustomerKind, rows: Sequence[Terms] = TERMS
) -> Terms | None:
    """The row in force on `day`; None when the product is not offered so."""
    in_force = [
        row
        for row in rows
        if (row.product, row.currency, row.holder) == (product, currency, holder) and row.from_day <= day
    ]
    return max(in_force, key=lambda row: row.from_day, default=None)
