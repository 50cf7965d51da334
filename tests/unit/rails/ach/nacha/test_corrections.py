"""Corrected data of notifications of change: in the columns of the rules, or in words between blanks."""

import pytest

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.corrections import Correction, corrected_data, parse

READ = [
    ("C01", "1918171614", {"account_number": "1918171614"}),
    ("C02", "121042882", {"routing_number": "121042882"}),
    ("C03", "121042882   1918171614", {"routing_number": "121042882", "account_number": "1918171614"}),
    ("C03", "121042882 1918171614", {"routing_number": "121042882", "account_number": "1918171614"}),
    ("C04", "Jane Doe", {"receiver": "Jane Doe"}),
    ("C05", "32", {"transaction_code": "32"}),
    ("C06", "1918171614          32", {"account_number": "1918171614", "transaction_code": "32"}),
    ("C06", "1918171614 32", {"account_number": "1918171614", "transaction_code": "32"}),
    (
        "C07",
        "1210428821918171614       32",
        {"routing_number": "121042882", "account_number": "1918171614", "transaction_code": "32"},
    ),
    (
        "C07",
        "121042882 1918171614 32",
        {"routing_number": "121042882", "account_number": "1918171614", "transaction_code": "32"},
    ),
    ("C09", "Customer 12", {"identification": "Customer 12"}),
    ("C13", "", {}),
    ("C14", "whatever", {}),
]


@pytest.mark.parametrize(("code", "data", "facts"), READ)
def test_what_a_code_carries_is_read(code: str, data: str, facts: dict[str, str]) -> None:
    assert parse(code, data) == Correction(code, data, complete=True, **facts)
    assert parse(code, data).raw == data


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("C01", ""),
        ("C01", "1234 5678 9012"),
        ("C02", "121042881"),
        ("C02", "12104288"),
        ("C03", "121042881   1918171614"),
        ("C03", "1918171614"),
        ("C05", "99"),
        ("C06", "1918171614"),
        ("C07", "121042882 32"),
        ("C10", "1918171614"),
        ("", "1918171614"),
    ],
)
def test_what_makes_no_sense_stays_unread_and_is_kept(code: str, data: str) -> None:
    assert parse(code, data) == Correction(code, data)


def test_every_change_code_is_known() -> None:
    facts = {
        "routing_number": "121042882",
        "account_number": "1918171614",
        "transaction_code": "32",
        "receiver": "Jane Doe",
        "identification": "Customer 12",
    }
    for code in codes.CHANGE_CODES:
        written = corrected_data(code, **facts)
        assert len(written) <= 29
        assert parse(code, written).complete


def test_nothing_personal_is_printed() -> None:
    assert "1918171614" not in repr(parse("C01", "1918171614"))
