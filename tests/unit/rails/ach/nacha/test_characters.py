"""Outbound text is printable ASCII, and every change is said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.nacha.characters import Change, to_ascii, transliterate
from tests.unit.rails.ach.nacha.test_building import HEADER, header, paid


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Jane Doe", "Jane Doe"),
        ("René Müller", "Rene Muller"),
        ("Straße", "Strasse"),
        ("Łódź", "Lodz"),
        ("Ærø", "AEro"),
        ("O\u2019Brien", "O'Brien"),
        ("5 € \u2013 “x”", '5 EUR - "x"'),
        ("a\tb\u00a0c", "a b c"),
        ("株", "?"),
        ("e\u0301", "e"),
        ("\x00", "?"),
        ("\ufb01n", "fin"),
    ],
)
def test_a_text_is_written_as_near_as_ascii_comes(text: str, plain: str) -> None:
    assert to_ascii(text) == plain


@given(st.text())
def test_nothing_but_printable_ascii_comes_out(text: str) -> None:
    assert all(" " <= sign <= "~" for sign in to_ascii(text))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_ascii_is_left_alone(text: str) -> None:
    assert to_ascii(text) == text


def test_each_change_is_reported_with_its_field() -> None:
    changed, changes = transliterate(replace(paid(1, "22", 5, "CCD", "für Zoë"), receiver="René"))
    assert changes == (Change("receiver", "René", "Rene"), Change("payment_information", "für Zoë", "fur Zoe"))
    assert changed.receiver == "Rene"


def test_a_text_that_grew_is_cut_to_its_field() -> None:
    changed, (change,) = transliterate(replace(header(), company_name="ß" * 16))
    assert change.after == "s" * 16
    assert changed.company_name == "s" * 16


def test_nothing_is_reported_of_what_was_ascii() -> None:
    assert transliterate(HEADER) == (HEADER, ())
