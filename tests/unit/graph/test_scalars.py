"""Scalars take what they say and nothing near it."""

from datetime import UTC, date, datetime

import pytest
from graphql import GraphQLError, GraphQLScalarType, parse_value
from hypothesis import given
from hypothesis import strategies as st

from domain.money import EXPONENTS, Money, decimal_text
from graph.documents import core_schema
from graph.inputs import Reading
from graph.money import MoneyInput, shown
from graph.scalars import AmountValue, Currency
from graph.schema import schema


def scalar(name: str) -> GraphQLScalarType:
    found = core_schema(schema).type_map[name]
    assert isinstance(found, GraphQLScalarType)
    return found


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T09:30:00Z", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("2026-11-22T09:30:00.5Z", datetime(2026, 11, 22, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-22T09:30:00.000001Z", datetime(2026, 11, 22, 9, 30, 0, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read(text: str, instant: datetime) -> None:
    assert scalar("DateTime").parse_value(text) == instant


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-11-22",
        "2026-11-22T09:30:00",
        "2026-11-22T09:30:00+00:00",
        "2026-11-22T09:30:00+01:00",
        "2026-11-22 09:30:00Z",
        "2026-11-22T09:30Z",
        "2026-11-22T09:30:00.1234567Z",
        "2026-11-22T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "２026-11-22T09:30:00Z",
        " 2026-11-22T09:30:00Z",
        "2026-11-22T09:30:00z",
        "now",
        "",
        1_700_000_000,
        None,
        ["2026-11-22T09:30:00Z"],
    ],
)
def test_what_is_no_instant_is_refused(wrong: object) -> None:
    with pytest.raises(GraphQLError, match="DateTime"):
        scalar("DateTime").parse_value(wrong)


@pytest.mark.parametrize(
    "wrong", ["2026-1-2", "20260102", "2026-02-30", "2026-W01-1", "26-01-02", "", 20_260_102, None]
)
def test_what_is_no_day_is_refused(wrong: object) -> None:
    with pytest.raises(GraphQLError, match="Date"):
        scalar("Date").parse_value(wrong)


@given(instant=st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_instants_are_written_as_they_are_read(instant: datetime) -> None:
    kind = scalar("DateTime")

    assert kind.parse_value(kind.serialize(instant)) == instant


@given(day=st.dates())
def test_days_are_written_as_they_are_read(day: date) -> None:
    kind = scalar("Date")

    assert kind.parse_value(kind.serialize(day)) == day


@pytest.mark.parametrize("name", ["AmountValue", "Currency", "IdempotencyKey", "Cursor", "DateTime", "Date"])
@pytest.mark.parametrize("literal", ["1", "1.5", "NaN", "USD", "true", "null", "[]", "{}"])
def test_a_literal_is_written_in_quotes(name: str, literal: str) -> None:
    with pytest.raises(GraphQLError):
        scalar(name).parse_literal(parse_value(literal))


@pytest.mark.parametrize("name", ["AmountValue", "Currency", "IdempotencyKey", "Cursor"])
@pytest.mark.parametrize("wrong", [1, 1.5, True, None, [], {}, "x" * 2000], ids=str)
def test_a_text_is_a_text_of_bounded_length(name: str, wrong: object) -> None:
    with pytest.raises(GraphQLError):
        scalar(name).parse_value(wrong)


@given(minor=st.integers(min_value=-(10**30), max_value=10**30), currency=st.sampled_from(sorted(EXPONENTS)))
def test_money_is_shown_without_loss(minor: int, currency: str) -> None:
    view = shown(minor, currency)

    assert int(view.minor_units) == minor
    assert view.amount == decimal_text(Money(minor, currency))
    assert view.exponent == EXPONENTS[currency]


@given(minor=st.integers(min_value=1, max_value=10**14), currency=st.sampled_from(sorted(EXPONENTS)))
def test_what_is_shown_can_be_given_back(minor: int, currency: str) -> None:
    view, reading = shown(minor, currency), Reading()

    assert reading.money(MoneyInput(amount=view.amount, currency=view.currency)) == Money(minor, currency)
    assert reading.invalid is None


@given(amount=st.text(max_size=64), currency=st.one_of(st.sampled_from(["USD", "JPY", "KWD"]), st.text(max_size=8)))
def test_any_text_is_money_or_a_fault_with_its_path(amount: str, currency: str) -> None:
    reading = Reading()

    read = reading.money(MoneyInput(amount=AmountValue(amount), currency=Currency(currency)))

    if reading.invalid:
        (fault,) = reading.invalid.faults
        assert fault.path in (("amount", "amount"), ("amount", "currency"))
    else:
        assert read.currency == currency
        assert amount.isascii()
