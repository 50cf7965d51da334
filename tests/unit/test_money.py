"""Money: what is read is exact or refused, what is split adds up."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import AMOUNT_MINOR_MAX, EXPONENTS, Money, MoneyMalformed, allocate, decimal_text, exponent, parse

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(min_value=-AMOUNT_MINOR_MAX, max_value=AMOUNT_MINOR_MAX)
moneys = st.builds(Money, minors, currencies)


class TestParse:
    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("10.50", "USD", 1050),
            ("10.5", "USD", 1050),
            ("10", "USD", 1000),
            ("0", "USD", 0),
            ("0.01", "USD", 1),
            ("-0.05", "USD", -5),
            ("7", "JPY", 7),
            ("1.234", "KWD", 1234),
            ("1.2", "KWD", 1200),
            ("9999999999999999.99", "USD", AMOUNT_MINOR_MAX),
            ("999999999999999999", "JPY", AMOUNT_MINOR_MAX),
        ],
    )
    def test_decimal_text_is_read_to_minor_units(self, text: str, currency: str, minor: int) -> None:
        assert parse(text, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "-",
            "+",
            "+1",
            "--1",
            "1-",
            "(1)",
            " 1",
            "1 ",
            "1\n",
            "\t1",
            "1 000",
            "1,000",
            "1,00",
            "1_000",
            "01",
            "00",
            "-01",
            "00.1",
            ".5",
            "5.",
            "-.5",
            ".",
            "1..2",
            "1.2.3",
            "1e3",
            "1E3",
            "1e400",
            "1e-2",
            "0x10",
            "0b1",
            "1.0.",
            "１２",
            "1２",
            "٣",
            "1．5",
            "−1",
            "Ⅻ",
            "²",
            "NaN",
            "nan",
            "sNaN",
            "Infinity",
            "-inf",
            "∞",
            "None",
            "true",
            "$10",
            "10 USD",
            "USD 10",
            "1\u0000",
            "\ufeff1",
            "1\u200b",
            "1" * 19,
            "1" * 38,
            "1" * 39,
            "9" * 10_000,
            "0.001",
            "0.00001",
            "1.000",
            "0." + "0" * 39,
        ],
    )
    def test_what_is_not_a_plain_amount_is_refused(self, text: str) -> None:
        with pytest.raises(MoneyMalformed):
            parse(text, "USD")

    @pytest.mark.parametrize("text", ["1.0", "1.00", "0.5", "-7.0"])
    def test_yen_have_no_cents(self, text: str) -> None:
        with pytest.raises(MoneyMalformed, match="JPY has 0 digits"):
            parse(text, "JPY")

    @pytest.mark.parametrize("text", ["10000000000000000.00", "10000000000000000", "-10000000000000000"])
    def test_more_than_the_most_is_refused(self, text: str) -> None:
        with pytest.raises(MoneyMalformed, match="is more than"):
            parse(text, "USD")

    @pytest.mark.parametrize("currency", ["", "usd", "US", "USDD", "XXX", "XTS", "XAU", "BGN", "ＵＳＤ", "EUR "])
    def test_an_unknown_currency_is_refused(self, currency: str) -> None:
        with pytest.raises(MoneyMalformed, match="not an active ISO 4217 currency"):
            parse("1", currency)
        with pytest.raises(MoneyMalformed):
            Money(1, currency)
        with pytest.raises(MoneyMalformed):
            exponent(currency)

    @pytest.mark.parametrize(("currency", "example"), [("JPY", "10"), ("USD", "10.50"), ("KWD", "10.500")])
    def test_the_message_gives_an_example_in_the_currencys_digits(self, currency: str, example: str) -> None:
        with pytest.raises(MoneyMalformed) as refused:
            parse("ten", currency)
        assert str(refused.value) == f"'ten' is not a decimal amount such as '{example}'"

    def test_the_message_repeats_forty_characters_at_most(self) -> None:
        with pytest.raises(MoneyMalformed) as refused:
            parse("9" * 10_000, "USD")
        assert len(str(refused.value)) < 120

    @given(money=moneys)
    def test_what_is_written_is_read_back(self, money: Money) -> None:
        assert parse(decimal_text(money), money.currency) == money

    @given(money=moneys)
    def test_text_agrees_with_decimal_arithmetic(self, money: Money) -> None:
        digits = exponent(money.currency)

        assert Decimal(decimal_text(money)) == Decimal(money.minor).scaleb(-digits)
        assert len(decimal_text(money).partition(".")[2]) == digits

    @given(text=st.text(max_size=25), currency=currencies)
    def test_any_text_is_read_exactly_or_refused(self, text: str, currency: str) -> None:
        try:
            money = parse(text, currency)
        except MoneyMalformed:
            return
        assert text.isascii()
        assert Decimal(text) == Decimal(decimal_text(money))

    @given(text=st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,5})?", fullmatch=True), currency=currencies)
    def test_nearly_right_text_is_read_exactly_or_refused(self, text: str, currency: str) -> None:
        try:
            money = parse(text, currency)
        except MoneyMalformed:
            return
        assert Decimal(text) == Decimal(decimal_text(money))


class TestMoney:
    @pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
    def test_minor_units_are_an_integer_and_nothing_like_one(self, minor: object) -> None:
        with pytest.raises(TypeError, match="minor units are an int"):
            Money(minor, "USD")  # type: ignore[arg-type]  # the wrong type is what is tested

    @given(a=minors, b=minors, currency=currencies)
    def test_adding_and_taking_away_are_exact(self, a: int, b: int, currency: str) -> None:
        assert Money(a, currency) + Money(b, currency) == Money(a + b, currency)
        assert Money(a, currency) - Money(b, currency) == Money(a - b, currency)
        assert -Money(a, currency) == Money(-a, currency)

    def test_two_currencies_do_not_add(self) -> None:
        with pytest.raises(ValueError, match="USD and EUR do not add"):
            Money(1, "USD") + Money(1, "EUR")
        with pytest.raises(ValueError, match="USD and EUR do not add"):
            Money(1, "USD") - Money(1, "EUR")

    @pytest.mark.parametrize(
        ("money", "text"),
        [
            (Money(1050, "USD"), "10.50 USD"),
            (Money(-5, "USD"), "-0.05 USD"),
            (Money(7, "JPY"), "7 JPY"),
            (Money(-1, "KWD"), "-0.001 KWD"),
            (Money(0, "EUR"), "0.00 EUR"),
        ],
    )
    def test_money_is_written_with_its_currencys_digits(self, money: Money, text: str) -> None:
        assert str(money) == text


class TestCurrencies:
    def test_codes_are_three_capital_letters(self) -> None:
        assert all(len(code) == 3 and code.isascii() and code.isupper() for code in EXPONENTS)

    @pytest.mark.parametrize(
        ("currency", "digits"),
        [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("CLP", 0), ("KWD", 3), ("TND", 3), ("IQD", 3)],
    )
    def test_exponents_are_those_of_iso_4217(self, currency: str, digits: int) -> None:
        assert exponent(currency) == digits


weights_lists = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(any)


class TestAllocate:
    @given(money=moneys, weights=weights_lists)
    def test_the_parts_add_up_to_the_whole(self, money: Money, weights: list[int]) -> None:
        parts = allocate(money, weights)

        assert len(parts) == len(weights)
        assert sum(part.minor for part in parts) == money.minor
        assert {part.currency for part in parts} == {money.currency}

    @given(money=moneys, weights=weights_lists)
    def test_every_part_is_within_a_minor_unit_of_its_share(self, money: Money, weights: list[int]) -> None:
        total = sum(weights)
        for part, weight in zip(allocate(money, weights), weights, strict=True):
            assert abs(part.minor * total - money.minor * weight) < total

    @given(money=moneys, weights=weights_lists)
    def test_a_larger_weight_never_gets_less(self, money: Money, weights: list[int]) -> None:
        sized = sorted(zip(weights, (abs(part.minor) for part in allocate(money, weights)), strict=True))
        for (weight, share), (next_weight, next_share) in pairwise(sized):
            assert next_share >= share or next_weight == weight

    @given(money=moneys, weights=weights_lists)
    def test_weight_zero_gets_nothing(self, money: Money, weights: list[int]) -> None:
        for part, weight in zip(allocate(money, weights), weights, strict=True):
            assert weight or part.minor == 0

    @given(money=moneys, weights=weights_lists)
    def test_a_negative_amount_is_the_mirror_image(self, money: Money, weights: list[int]) -> None:
        assert allocate(-money, weights) == tuple(-part for part in allocate(money, weights))

    @given(money=moneys, weights=weights_lists, factor=st.integers(min_value=1, max_value=1000))
    def test_only_the_proportion_of_weights_counts(self, money: Money, weights: list[int], factor: int) -> None:
        assert allocate(money, [weight * factor for weight in weights]) == allocate(money, weights)

    @pytest.mark.parametrize(
        ("minor", "weights", "parts"),
        [
            (100, [1, 1, 1], [34, 33, 33]),
            (101, [1, 1, 1], [34, 34, 33]),
            (-100, [1, 1, 1], [-34, -33, -33]),
            (5, [3, 7], [2, 3]),
            (1, [1, 2], [0, 1]),
            (0, [1, 2], [0, 0]),
            (10, [0, 1, 0], [0, 10, 0]),
        ],
    )
    def test_units_left_over_go_to_the_largest_remainders_then_the_earlier_part(
        self, minor: int, weights: list[int], parts: list[int]
    ) -> None:
        assert [part.minor for part in allocate(Money(minor, "USD"), weights)] == parts

    @pytest.mark.parametrize("weights", [[], [0], [0, 0], [-1], [2, -1]])
    def test_weights_that_share_nothing_are_a_fault(self, weights: list[int]) -> None:
        with pytest.raises(ValueError, match="weights are not negative"):
            allocate(Money(100, "USD"), weights)
