"""Files that others wrote, valid and not, against what they are known to hold."""

import pytest

from domain.rails.ach.nacha.profiles import DEFAULT, PARTIAL, STRICT
from domain.rails.ach.nacha.reading import Totals, inspect, load
from domain.rails.ach.nacha.records import Addenda98, Addenda99
from domain.rails.ach.nacha.writing import normalised
from tests.unit.rails.ach.nacha import sheets

VALID = {
    "ppd-mixed.ach": Totals(1, 3, 0, 200000000, 200000000, 69414030),
    "ccd-debit-addenda05.ach": Totals(1, 1, 1, 1500, 0, 27397636),
    "ccd-credit-with-offset-batch.ach": Totals(2, 2, 1, 1200, 1200, 34459890),
    "ccd-prenote.ach": Totals(1, 1, 0, 0, 0, 10200002),
    "noc-c01.ach": Totals(1, 1, 1, 0, 0, 23138010),
    "return-ccd-r03.ach": Totals(1, 1, 1, 0, 1, 6200001),
    "web-credit.ach": Totals(1, 1, 1, 0, 10000, 23138010),
    "iat-debit.ach": Totals(1, 1, 9, 100000, 0, 12104288),
}
INVALID = {
    "trace-not-odfi.ach": (
        Totals(2, 4, 0, 0, 22086, 144488931),
        {(3, 80, "TRACE_ODFI"), (4, 80, "TRACE_ODFI"), (7, 80, "TRACE_ODFI"), (8, 80, "TRACE_ODFI")}
        | {(10, 22, "FILE_HASH"), (10, 56, "FIELD_RESERVED")},
    ),
    "return-code-r97.ach": (Totals(1, 1, 1, 0, 106161, 9222117), {(4, 4, "RETURN_CODE")}),
    "file-control-totals.ach": (
        Totals(1, 2, 0, 0, 280, 16600026),
        {(6, 2, "BATCH_COUNT"), (6, 14, "FILE_ENTRY_COUNT"), (6, 22, "FILE_HASH"), (6, 32, "FILE_DEBIT")}
        | {(6, 44, "FILE_CREDIT")},
    ),
    "return-no-controls.ach": (
        Totals(2, 3, 3, 146, 27, 82192908),
        {(1, 1, "FILE_HEADER_MISSING"), (4, 1, "BATCH_CONTROL_MISSING"), (4, 88, "BATCH_NUMBER_ORDER")}
        | {(8, 1, "BATCH_CONTROL_MISSING"), (8, 0, "FILE_CONTROL_MISSING")},
    ),
}


@pytest.mark.parametrize("name", VALID)
class TestValidFiles:
    def test_are_valid_and_add_up(self, name: str) -> None:
        found = inspect((sheets.valid(name),))
        assert found.errors == ()
        assert found.totals == VALID[name]
        assert found.forgiven == {}

    def test_are_valid_when_nothing_is_forgiven(self, name: str) -> None:
        assert inspect((sheets.valid(name),), STRICT).ok

    def test_come_back_byte_by_byte(self, name: str) -> None:
        whole = sheets.valid(name)
        assert b"".join(normalised((whole,))) == whole.rstrip(b"\n") + b"\n"


@pytest.mark.parametrize("name", INVALID)
class TestInvalidFiles:
    def test_are_described_by_their_entries_and_by_everything_wrong(self, name: str) -> None:
        found = inspect((sheets.invalid(name),))
        totals, errors = INVALID[name]
        assert found.totals == totals
        assert {(one.line, one.column, one.code) for one in found.errors} == errors
        assert found.errors_count == len(errors)


def test_short_lines_of_a_real_file_are_forgiven_and_named() -> None:
    found = inspect((sheets.invalid("return-code-r97.ach"),))
    assert [(one.line, one.code, one.tolerance) for one in found.warnings] == [
        (1, "LINE_SHORT", "short-lines"),
        (6, "LINE_SHORT", "short-lines"),
    ]
    assert found.forgiven == {"short-lines": 2}


def test_returns_without_header_and_controls_are_read_under_the_partial_profile() -> None:
    file, found = load(sheets.invalid("return-no-controls.ach"), PARTIAL)
    assert found.ok
    assert (found.profile, found.profile_version) == ("partial", 2)
    assert dict(found.forgiven) == {
        "no-file-header": 1,
        "no-batch-control": 2,
        "no-file-control": 1,
        "batch-number-order": 1,
    }
    entries = [entry for batch in file.batches for entry in batch.entries]
    returned = [entry.addenda[0] for entry in entries]
    assert [one.return_code for one in returned if isinstance(one, Addenda99)] == ["R02", "R03", "R03"]
    assert [entry.faults for entry in entries] == [(), (), ()]


def test_a_notification_of_change_says_what_it_said() -> None:
    file, _ = load(sheets.valid("noc-c01.ach"))
    (change,) = file.batches[0].entries[0].addenda
    assert isinstance(change, Addenda98)
    assert (change.change_code, change.corrected_data) == ("C01", "1918171614")


def test_the_default_profile_is_the_one_that_is_used_without_saying() -> None:
    assert inspect((sheets.valid("ppd-mixed.ach"),)).profile == DEFAULT.name
