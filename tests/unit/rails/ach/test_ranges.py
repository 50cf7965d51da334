"""Trace numbers and File ID Modifiers: every region its own, on every day, to the last one."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jurisdictions import JURISDICTIONS
from domain.rails.ach import ranges
from domain.rails.ach.outgoing_room import ENTRIES_MAX
from domain.rails.ach.ranges import (
    MODIFIER_RANGES,
    MODIFIERS,
    SEQUENCE_MAX,
    TRACE_RANGES,
    Exhausted,
    ModifierRange,
    RegionWithoutRange,
    TraceMalformed,
    TraceRange,
    modifier_at,
    modifier_range,
    parse_trace_number,
    region_of_trace,
    sequence_at,
    trace_number,
    trace_range,
)

TODAY = date(2026, 11, 30)
REGIONS = JURISDICTIONS["us"].regions
ODFI = JURISDICTIONS["us"].routing_number[:8]


class TestEveryRegion:
    def test_of_the_jurisdiction_has_both_ranges(self) -> None:
        for region in REGIONS:
            assert trace_range(region, TODAY).size > 1_000_000
            assert len(modifier_range(region, TODAY).modifiers) >= 12

    def test_shares_no_number_with_another_on_any_day_a_row_begins(self) -> None:
        begun = {row.since for row in TRACE_RANGES} | {row.since for row in MODIFIER_RANGES}
        for day in begun | {TODAY}:
            for one, two in combinations(REGIONS, 2):
                first, second = trace_range(one, day), trace_range(two, day)
                assert first.last < second.first or second.last < first.first
                assert not set(modifier_range(one, day).modifiers) & set(modifier_range(two, day).modifiers)

    def test_together_use_all_of_them(self) -> None:
        assert sum(trace_range(region, TODAY).size for region in REGIONS) == SEQUENCE_MAX
        used = "".join(modifier_range(region, TODAY).modifiers for region in REGIONS)
        assert sorted(used) == sorted(MODIFIERS)
        assert len(set(MODIFIERS)) == len(MODIFIERS) == 36

    @pytest.mark.parametrize("region", ["eu-west-1", "", "us-east-2"])
    def test_that_originates_no_ach_has_none(self, region: str) -> None:
        with pytest.raises(RegionWithoutRange):
            trace_range(region, TODAY)
        with pytest.raises(RegionWithoutRange):
            modifier_at(0, region=region, on=TODAY)

    def test_has_none_before_its_first_row(self) -> None:
        with pytest.raises(RegionWithoutRange):
            sequence_at(0, region="us-east-1", on=date(2025, 12, 31))


class TestCounting:
    def test_of_entries_goes_to_the_last_and_begins_with_the_first_again(self) -> None:
        for region in REGIONS:
            row = trace_range(region, TODAY)
            for rounds in (0, 1, 7):
                assert sequence_at(rounds * row.size, region=region, on=TODAY) == row.first
                assert sequence_at(rounds * row.size + row.size - 1, region=region, on=TODAY) == row.last

    def test_of_entries_comes_round_to_no_number_within_a_day(self) -> None:
        for region in REGIONS:
            entries = len(modifier_range(region, TODAY).modifiers) * ENTRIES_MAX
            assert trace_range(region, TODAY).size > 50 * entries

    def test_of_files_ends_with_the_last_modifier_and_says_so(self) -> None:
        for region in REGIONS:
            found = [modifier_at(index, region=region, on=TODAY) for index in range(19)]
            assert "".join(one for one in found if isinstance(one, str)) == modifier_range(region, TODAY).modifiers
            assert found[18] == Exhausted("File ID Modifiers", region, 18, 18)

    def test_begins_at_zero(self) -> None:
        with pytest.raises(ValueError, match="from 0"):
            sequence_at(-1, region="us-east-1", on=TODAY)
        with pytest.raises(ValueError, match="from 0"):
            modifier_at(-1, region="us-east-1", on=TODAY)

    @given(
        one=st.integers(0, 4_999_998),
        two=st.integers(0, 4_999_998),
        region=st.sampled_from(REGIONS),
    )
    def test_gives_each_index_its_own_number_in_order(self, one: int, two: int, region: str) -> None:
        first, second = sequence_at(one, region=region, on=TODAY), sequence_at(two, region=region, on=TODAY)
        assert (first < second) == (one < two)

    def test_follows_the_row_of_the_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        later = date(2027, 1, 4)
        moved = [
            *TRACE_RANGES,
            TraceRange("us-east-1", later, 1, 3_000_000),
            TraceRange("us-west-2", later, 3_000_001, SEQUENCE_MAX),
        ]
        monkeypatch.setattr(ranges, "TRACE_RANGES", moved)
        monkeypatch.setattr(ranges, "MODIFIER_RANGES", [*MODIFIER_RANGES, ModifierRange("us-east-1", later, "AB")])
        number = trace_number(ODFI, 4_000_000)

        assert region_of_trace(number, date(2027, 1, 3)) == "us-east-1"
        assert region_of_trace(number, later) == "us-west-2"
        assert sequence_at(3_000_000, region="us-east-1", on=later) == 1
        assert sequence_at(3_000_000, region="us-west-2", on=later) == 6_000_001
        assert modifier_at(2, region="us-east-1", on=later) == Exhausted("File ID Modifiers", "us-east-1", 2, 2)


class TestTraceNumbers:
    def test_are_fifteen_digits(self) -> None:
        assert trace_number("98100001", 1) == "981000010000001"
        assert trace_number("98100001", SEQUENCE_MAX) == "981000019999999"
        assert parse_trace_number("981000010000001") == ("98100001", 1)

    @pytest.mark.parametrize(
        ("odfi", "sequence"),
        [("9810000", 1), ("981000011", 1), ("9810000x", 1), ("٩٨١٠٠٠٠١", 1), (ODFI, 0), (ODFI, -1), (ODFI, 10_000_000)],
    )
    def test_of_malformed_parts_are_refused(self, odfi: str, sequence: int) -> None:
        with pytest.raises(TraceMalformed):
            trace_number(odfi, sequence)

    @pytest.mark.parametrize("text", ["", "9" * 14, "9" * 16, "98100001000000x", "٩" * 15, " 98100001000001"])
    def test_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(TraceMalformed):
            parse_trace_number(text)
        with pytest.raises(TraceMalformed):
            region_of_trace(text, TODAY)

    @given(sequence=st.integers(1, SEQUENCE_MAX))
    def test_read_back_and_name_their_region(self, sequence: int) -> None:
        number = trace_number(ODFI, sequence)

        assert parse_trace_number(number) == (ODFI, sequence)
        region = region_of_trace(number, TODAY)
        assert region is not None
        row = trace_range(region, TODAY)
        assert row.first <= sequence <= row.last

    def test_that_nobody_gave_are_nobodys(self) -> None:
        assert region_of_trace("981000010000000", TODAY) is None
        assert region_of_trace("981000010000001", date(2025, 12, 31)) is None
