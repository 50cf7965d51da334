"""Jurisdictions: every slot lives in one region, every region serves one jurisdiction."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import customer_id
from domain.jurisdictions import (
    JURISDICTIONS,
    SLOTS,
    aba_check_digit,
    jurisdiction_of_region,
    slot_of,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestSlots:
    @pytest.mark.parametrize("code", sorted(JURISDICTIONS))
    def test_every_slot_is_in_exactly_one_range(self, code: str) -> None:
        ranges = JURISDICTIONS[code].slots
        covered = Counter(slot for part in ranges for slot in range(part.first, part.last + 1))

        assert covered == Counter(range(SLOTS))

    @pytest.mark.parametrize(
        ("code", "slot", "region"),
        [
            ("us", 0, "us-east-1"),
            ("us", 959, "us-east-1"),
            ("us", 960, "us-west-2"),
            ("us", 1023, "us-west-2"),
            ("eu", 0, "eu-west-1"),
            ("eu", 1023, "eu-west-1"),
        ],
    )
    def test_a_slot_lives_in_its_region(self, code: str, slot: int, region: str) -> None:
        assert JURISDICTIONS[code].region_of(slot) == region

    @pytest.mark.parametrize("slot", [-1, 1024, 9999])
    def test_a_slot_that_is_none_is_in_no_region(self, slot: int) -> None:
        with pytest.raises(ValueError, match="is in no region"):
            JURISDICTIONS["us"].region_of(slot)

    @given(text=st.text())
    def test_every_customer_has_a_slot_and_keeps_it(self, text: str) -> None:
        assert 0 <= slot_of(text) < SLOTS
        assert slot_of(text) == slot_of(text)

    def test_slots_do_not_change_from_release_to_release(self) -> None:
        assert slot_of("cus_us_01KJQ7V000SG9XJ3N7QYVQ0T4M") == 230

    def test_customers_spread_evenly_over_slots(self) -> None:
        randomness = random.Random(11)
        slots = Counter(slot_of(customer_id("us", NOON, randomness)) // 64 for _ in range(16_000))

        assert set(slots) == set(range(16))
        assert all(850 < count < 1150 for count in slots.values())


class TestRegions:
    def test_the_code_is_the_key(self) -> None:
        assert all(jurisdiction.code == code for code, jurisdiction in JURISDICTIONS.items())

    def test_no_region_serves_two_jurisdictions(self) -> None:
        regions = [region for jurisdiction in JURISDICTIONS.values() for region in jurisdiction.regions]

        assert len(regions) == len(set(regions))

    def test_a_region_tells_its_jurisdiction(self) -> None:
        assert jurisdiction_of_region("us-west-2").code == "us"
        assert jurisdiction_of_region("eu-west-1").code == "eu"

    def test_a_region_without_slots_has_no_jurisdiction(self) -> None:
        with pytest.raises(ValueError, match="no jurisdiction has slots in ap-south-1"):
            jurisdiction_of_region("ap-south-1")


class TestRoutingNumbers:
    @pytest.mark.parametrize("number", ["021000021", "011000015", "121000358", "026009593"])
    def test_the_check_digit_of_well_known_banks_holds(self, number: str) -> None:
        assert aba_check_digit(number[:8]) == number[8]

    @pytest.mark.parametrize("code", sorted(JURISDICTIONS))
    def test_ours_are_valid_and_no_other_banks(self, code: str) -> None:
        number = JURISDICTIONS[code].routing_number

        assert len(number) == 9
        assert number.isdecimal()
        weighted = sum(int(digit) * weight for digit, weight in zip(number, (3, 7, 1) * 3, strict=True))
        assert weighted % 10 == 0
        assert number.startswith("98")

    def test_each_jurisdiction_has_its_own(self) -> None:
        numbers = {jurisdiction.routing_number for jurisdiction in JURISDICTIONS.values()}

        assert len(numbers) == len(JURISDICTIONS)

    @given(first_eight=st.from_regex(r"[0-9]{8}", fullmatch=True), at=st.integers(0, 7), step=st.integers(1, 9))
    def test_one_wrong_digit_changes_the_check_digit(self, first_eight: str, at: int, step: int) -> None:
        wrong = str((int(first_eight[at]) + step) % 10)

        assert aba_check_digit(first_eight[:at] + wrong + first_eight[at + 1 :]) != aba_check_digit(first_eight)
