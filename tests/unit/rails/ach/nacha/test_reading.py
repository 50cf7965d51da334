"""Entries as a stream: in bounded memory, each with what is wrong with it, the short way as strict as the long."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.nacha import codes, reading
from domain.rails.ach.nacha.checks_entry import entry_faults
from domain.rails.ach.nacha.findings import FINDINGS_KEPT_MAX
from domain.rails.ach.nacha.reading import Reading, entries, inspect
from domain.rails.ach.nacha.records import Entry
from tests.unit.rails.ach.nacha import sheets
from tests.unit.rails.ach.nacha.sheets import addenda_05, batch_header, entry

HEADER = f"{sheets.HEADER}\n{batch_header('PPD', '220')}\n".encode()


def many(count: int, line: str = "") -> Iterator[bytes]:
    yield HEADER
    for number in range(1, count + 1):
        yield f"{line or entry('22', 5, number=number)}\n".encode()


def test_entries_come_with_the_header_of_their_batch() -> None:
    whole = sheets.data(
        (batch_header("PPD", "220"), [entry("22", 500)]),
        (batch_header("CCD", "225", number=2), [entry("27", 700, addenda=1), addenda_05("x")]),
    )
    found = [(header.sec, one.amount_minor, len(one.addenda)) for header, one in entries(Reading((whole,)))]
    assert found == [("PPD", 500, 0), ("CCD", 700, 1)]


def test_an_entry_is_handed_out_before_the_file_has_ended() -> None:
    def chunks() -> Iterator[bytes]:
        yield from many(2)
        raise AssertionError("the second entry was asked for too early")

    records = iter(Reading(chunks()))
    assert [type(next(records)).__name__ for _ in range(3)] == ["FileHeader", "BatchHeader", "Entry"]


def test_there_is_no_result_before_the_end() -> None:
    started = Reading(many(2))
    next(iter(started))
    with pytest.raises(RuntimeError):
        _ = started.result


def test_memory_does_not_grow_with_the_file() -> None:
    tracemalloc.start()
    try:
        for _ in Reading(many(2_000)):
            pass
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        for _ in Reading(many(10_000)):
            pass
        assert tracemalloc.get_traced_memory()[1] - before < 2 << 20
    finally:
        tracemalloc.stop()


def test_errors_are_kept_to_a_limit_and_all_counted() -> None:
    found = inspect(many(3_000, entry("22", 5)))
    assert len(found.errors) == FINDINGS_KEPT_MAX
    assert found.errors_count >= 2_999


def test_one_bad_entry_does_not_slow_the_others_down(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[Entry] = []

    def counted(one: Entry, setting: object) -> object:
        looked_at.append(one)
        return entry_faults(one, setting)  # type: ignore[arg-type]  # it is passed on as it came

    monkeypatch.setattr(reading, "entry_faults", counted)
    lines = [entry("22", 5, number=number) for number in range(1, 50)]
    lines[10] = entry("22", 0, number=11)
    inspect((sheets.data((batch_header("PPD", "220"), lines)),))
    assert len(looked_at) == 1


def test_an_entry_with_too_many_addenda_is_cut_and_said() -> None:
    lines = [addenda_05("x", sequence=number % 10_000) for number in range(1, 10_051)]
    whole = sheets.data((batch_header("CTX", "220"), [entry("22", 5, addenda=1, middle=f"{'':15}9999Name"), *lines]))
    found = inspect((whole,))
    assert found.totals.addenda == 10_050
    assert "ADDENDA_TOO_MANY" in {one.code for one in found.errors}


lines_of_entries = st.builds(
    entry,
    st.sampled_from([*codes.TRANSACTION_CODES, "20", "25"]),
    st.sampled_from([0, 1, 500]),
    middle=st.sampled_from(["ID             Name", "", "ID", "ID             0000000000000000000000"]),
    addenda=st.sampled_from([0, 0, 1]),
    number=st.integers(1, 3),
    account=st.sampled_from(["123", "", " 12"]),
    routing=st.sampled_from(["121042882", "121042881"]),
)


@given(
    st.sampled_from(reading.QUICK_SECS),
    st.sampled_from(["200", "220", "225"]),
    st.lists(
        st.one_of(
            lines_of_entries, st.builds(addenda_05, st.just("x"), sequence=st.integers(1, 2), number=st.integers(1, 2))
        ),
        max_size=6,
    ),
    st.sampled_from(["\n", "\n\n", "\r\r\n"]),
)
def test_the_short_way_says_what_the_rules_say(sec: str, service_class: str, lines: list[str], end: str) -> None:
    whole = sheets.text((batch_header(sec, service_class), lines)).replace("\n", end).encode()
    quick = Reading((whole,))
    found = list(quick)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "QUICK_SECS", ())
        slow = Reading((whole,))
        assert list(slow) == found
    assert (slow.result.errors, slow.result.totals) == (quick.result.errors, quick.result.totals)
    assert (slow.result.warnings, slow.result.forgiven) == (quick.result.warnings, quick.result.forgiven)


@pytest.mark.parametrize("sec", ["CCD", "CTX"])
def test_addenda_after_a_blank_line_are_found_where_they_stand(sec: str) -> None:
    wrong = sheets.text(
        (batch_header(sec), [entry("22", 5, addenda=1, middle=f"{'':15}0001Name"), addenda_05("x", number=2)])
    )
    found = inspect((wrong.replace("\n705", "\n\n\n705").encode(),))
    assert [(one.line, one.column, one.code) for one in found.errors] == [(6, 88, "ADDENDA_ENTRY")]


def test_addenda_after_addenda_of_no_type_are_found_where_they_stand() -> None:
    lines = [entry("22", 5, addenda=1), "777" + " " * 91, addenda_05("x", number=2)]
    found = inspect((sheets.data((batch_header("CCD"), lines)),))
    assert {(one.line, one.code) for one in found.errors} == {(4, "ADDENDA_TYPE"), (5, "ADDENDA_ENTRY")}
