from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.model import masked
from domain.accounts.numbers import (
    account_number,
    check_digit,
    random_number,
    slot_of_number,
    well_formed,
)

slots = st.integers(0, 1023)
serials = st.integers(0, 9_999_999)
numbers = st.builds(account_number, slots, serials)


def test_the_check_digit_is_damms_published_example() -> None:
    assert check_digit("572") == "4"


@given(slots, serials)
def test_a_number_says_its_slot(slot: int, serial: int) -> None:
    number = account_number(slot, serial)
    assert len(number) == 12
    assert well_formed(number)
    assert slot_of_number(number) == slot


@given(numbers)
def test_every_wrong_digit_is_caught(number: str) -> None:
    for place in range(12):
        for digit in "0123456789":
            wrong = number[:place] + digit + number[place + 1 :]
            assert well_formed(wrong) == (wrong == number)


@given(numbers)
def test_every_swap_of_two_neighbours_is_caught(number: str) -> None:
    for place in range(11):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert well_formed(swapped) == (swapped == number)


def test_a_slot_beyond_the_last_is_no_number() -> None:
    assert well_formed(account_number(1023, 1))
    assert not well_formed(account_number(1024, 1))


def test_only_ascii_digits_are_a_number() -> None:
    number = account_number(417, 1234567)
    fullwidth = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    for text in ("", number[:-1], number + "0", f" {number}", f"{number}\n", fullwidth, "x" * 12):
        assert not well_formed(text)


def test_numbers_are_drawn_over_the_whole_range() -> None:
    drawn = {random_number(5, Random(seed)) for seed in range(200)}
    assert len(drawn) == 200
    assert {number[4] for number in drawn} == set("0123456789")


def test_a_counterparty_sees_the_last_four_digits() -> None:
    assert masked("041712345678") == "••5678"
