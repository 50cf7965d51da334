"""The layouts are the specification: records have their fields, and pages say what the code does."""

import dataclasses
from typing import Any

import pytest

from domain.rails.ach.nacha import layouts, records
from domain.rails.ach.nacha.fields import Field, Kind, Layout
from domain.rails.ach.nacha.findings import CODES, REMARKS
from domain.rails.ach.nacha.profiles import PROFILES, TOLERANCES, Profile
from tests.unit.docs.test_pages import named, table

RECORDS: dict[str, Any] = {
    layout.name: found
    for found in vars(records).values()
    if isinstance(found, type) and isinstance(layout := getattr(found, "layout", None), Layout)
}


def test_every_layout_has_its_record() -> None:
    assert {layout.name for layout in layouts.LAYOUTS} == RECORDS.keys()


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_the_fields_of_its_layout_in_their_order(name: str) -> None:
    extra = {"addenda", "line", "faults"}
    fields = [field.name for field in dataclasses.fields(RECORDS[name]) if field.name not in extra]
    assert tuple(fields) == RECORDS[name].layout.names


@pytest.mark.parametrize("sec", layouts.SPECIAL_FIELDS)
def test_special_fields_cover_columns_40_to_78(sec: str) -> None:
    column = 40
    for field in layouts.SPECIAL_FIELDS[sec]:
        assert field.start == column
        column = field.end + 1
    assert column == 79


def test_a_gap_in_a_layout_is_a_fault() -> None:
    with pytest.raises(ValueError, match="begins at column 3"):
        Layout("x", "x", [Field("a", 1, 1), Field("b", 3, 92)])
    with pytest.raises(ValueError, match="has 93 columns"):
        Layout("x", "x", [Field("a", 1, 93)])


def test_a_number_is_filled_with_zeros_and_a_text_with_blanks() -> None:
    assert Field("a", 1, 5, Kind.NUMBER).write(42) == "00042"
    assert Field("a", 1, 5).write("ab") == "ab   "


def test_every_tolerance_forgives_known_codes_and_no_code_twice() -> None:
    forgiven = [code for some in TOLERANCES.values() for code in some]
    assert len(forgiven) == len(set(forgiven))
    assert set(forgiven) <= CODES.keys()
    assert not set(forgiven) & REMARKS
    assert CODES.keys() >= REMARKS


def test_a_profile_of_an_unknown_tolerance_is_a_fault() -> None:
    with pytest.raises(ValueError, match="unknown"):
        Profile("x", 1, "x", frozenset(("everything",)))


class TestThePage:
    def test_names_every_code_with_its_meaning(self) -> None:
        said = {named(row[0])[0]: row[1] for row in table("docs/ach-files.md", "What is checked")}
        assert said == CODES

    def test_names_every_tolerance_and_what_it_forgives(self) -> None:
        said = {named(row[0])[0]: tuple(named(row[1])) for row in table("docs/ach-files.md", "Tolerances")}
        assert said == TOLERANCES

    def test_names_every_profile_with_its_version(self) -> None:
        said = {named(row[0])[0]: (int(row[1]), row[2]) for row in table("docs/ach-files.md", "Profiles")}
        assert said == {profile.name: (profile.version, profile.title) for profile in PROFILES.values()}
