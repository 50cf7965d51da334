from dataclasses import replace
from datetime import date

import pytest

from domain.accounts.products import PRODUCTS, TERMS, Terms, terms_on
from domain.customers.model import CustomerKind
from domain.ledger.model import Limits

DAY = date(2026, 3, 10)


def _terms(product: str = "checking", day: date = DAY, **rows: tuple[Terms, ...]) -> Terms | None:
    return terms_on(day, product=product, currency="USD", holder=CustomerKind.PERSON, **rows)


def test_checking_and_savings_are_offered_in_both_currencies_to_everybody() -> None:
    assert PRODUCTS == ("checking", "savings")
    for product in PRODUCTS:
        for currency in ("USD", "EUR"):
            for holder in CustomerKind:
                assert terms_on(DAY, product=product, currency=currency, holder=holder)


def test_what_is_not_in_a_row_is_not_offered() -> None:
    assert _terms("mortgage") is None
    assert terms_on(DAY, product="checking", currency="JPY", holder=CustomerKind.PERSON) is None


def test_nothing_is_offered_before_its_first_day() -> None:
    assert _terms(day=date(2019, 12, 31)) is None


def test_a_later_row_takes_over_on_its_day() -> None:
    first = next(row for row in TERMS if row.product == "checking" and row.holder is CustomerKind.PERSON)
    raised = replace(first, from_day=DAY, limits=Limits(per_transfer_minor=1, per_day_minor=1))
    rows = (raised, first)
    assert _terms(day=date(2026, 3, 9), rows=rows) == first
    assert _terms(day=DAY, rows=rows) == raised


@pytest.mark.parametrize("terms", TERMS)
def test_no_account_starts_above_its_own_maximum(terms: Terms) -> None:
    limits, most = terms.limits, terms.limits_max
    assert 0 <= limits.overdraft_minor <= most.overdraft_minor
    for start, end in (
        (limits.per_transfer_minor, most.per_transfer_minor),
        (limits.per_day_minor, most.per_day_minor),
    ):
        assert start is not None
        assert end is not None
        assert 0 < start <= end


def test_savings_have_no_overdraft() -> None:
    assert {row.limits_max.overdraft_minor for row in TERMS if row.product == "savings"} == {0}
