from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import AMOUNT_MINOR_MAX, Money
from domain.transfers.rules import amount_faults, expiry_faults, memo_faults

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("memo", "code"),
    [
        ("", "LENGTH"),
        ("x" * 141, "LENGTH"),
        ("nul\x00", "CONTROL_CHARACTER"),
        ("line\nbreak", "CONTROL_CHARACTER"),
        ("\x85", "CONTROL_CHARACTER"),
        ("\ud800", "LONE_SURROGATE"),
        ("\u202egnp.exe", "DIRECTION_OVERRIDE"),
        ("\u2067isolate", "DIRECTION_OVERRIDE"),
    ],
)
def test_a_memo_that_cannot_be_shown_as_it_is_is_refused(memo: str, code: str) -> None:
    (fault,) = memo_faults(memo)
    assert (fault.path, fault.code) == (("memo",), code)


@pytest.mark.parametrize("memo", [None, "Rent März", "🏠" * 140, "שלום", " spaces ", "Ａ１", "e\u0301"])
def test_any_other_memo_is_kept_as_it_is(memo: str | None) -> None:
    assert memo_faults(memo) == ()


@given(st.text(min_size=1, max_size=140))
def test_a_memo_without_faults_survives_its_encoding(memo: str) -> None:
    if not memo_faults(memo):
        assert memo.encode().decode() == memo
        assert len(memo.encode()) <= 560


@pytest.mark.parametrize("minor", [0, -1, AMOUNT_MINOR_MAX + 1])
def test_amounts_out_of_range_are_refused(minor: int) -> None:
    (fault,) = amount_faults(Money(minor, "USD"))
    assert fault.path == ("amount",)


@pytest.mark.parametrize("minor", [1, AMOUNT_MINOR_MAX])
def test_amounts_in_range_are_not(minor: int) -> None:
    assert amount_faults(Money(minor, "USD")) == ()


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(seconds=-1), timedelta(days=31, seconds=1)])
def test_a_hold_expires_in_the_future_and_within_a_month(ahead: timedelta) -> None:
    assert expiry_faults(NOW + ahead, NOW)
    assert expiry_faults(None, NOW) == ()
    assert expiry_faults(NOW + timedelta(days=31), NOW) == ()
