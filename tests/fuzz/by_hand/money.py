"""Amounts and currencies: decimal text in the currency's own digits, or refused with its path."""

from collections.abc import Iterator
from typing import Final

from tests.fuzz.by_hand.row import Row, paying

BAD_AMOUNTS: Final = (
    "-1",
    "0",
    "-0",
    "0.00",
    "1e3",
    "1E400",
    "01",
    "１２",
    "١٢",
    "NaN",
    "Infinity",
    "9223372036854775808",
    "1000000000000000000",
    "0.001",
    "1.",
    ".5",
    "+1",
    " 1",
    "1 ",
    "1\n",
    "1\x00",
    "1,000.00",
    "1_000",
    "0x10",
    "1\u20602",
    "−1",  # a minus sign that is no hyphen
    "",
)


def rows() -> Iterator[Row]:
    for number, amount in enumerate(BAD_AMOUNTS):
        money = {"amount": amount, "currency": "USD"}
        yield Row(f"the amount {amount!a}", paying(f"amount {number}", amount=money), 200, "INPUT_INVALID")
    no_texts: tuple[object, ...] = (1, 1.5, -1, 0, 2**63, 1e300, True, None, ["1"], {"minor": 1})
    for given in no_texts:
        sent = paying("json", amount={"amount": given, "currency": "USD"})
        yield Row(f"the amount {given!r} as JSON", sent, 400, "INPUT_TYPE_WRONG")
    for currency, amount, outcome in (
        ("usd", "1.00", "INPUT_INVALID"),
        ("XXX", "1.00", "INPUT_INVALID"),
        ("XTS", "1.00", "INPUT_INVALID"),
        ("USN", "1.00", "INPUT_INVALID"),
        ("XAU", "1", "INPUT_INVALID"),
        ("", "1.00", "INPUT_INVALID"),
        ("US", "1.00", "INPUT_INVALID"),
        ("USDX", "1.00", "INPUT_INVALID"),
        ("ＵＳＤ", "1.00", "INPUT_INVALID"),
        ("US\x00D", "1.00", "INPUT_INVALID"),
        ("JPY", "1.00", "INPUT_INVALID"),
        ("JPY", "1", "CURRENCY_MISMATCH"),
        ("KWD", "1.000", "CURRENCY_MISMATCH"),
        ("KWD", "1.0000", "INPUT_INVALID"),
        ("EUR", "1.00", "CURRENCY_MISMATCH"),
    ):
        money = {"amount": amount, "currency": currency}
        yield Row(
            f"{amount} of the currency {currency!a}",
            paying(f"currency {currency} {amount}", amount=money),
            200,
            outcome,
        )
    yield Row(
        "more than there is",
        paying("more than there is", amount={"amount": "9999999999999999.99", "currency": "USD"}),
        200,
        "LIMIT_EXCEEDED",
    )
