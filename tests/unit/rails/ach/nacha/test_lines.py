"""Line ends, padding, blank lines and filler: forgiven by the default profile, named, and errors when it is strict."""

from collections.abc import Iterator

import pytest

from domain.rails.ach.nacha import lines
from domain.rails.ach.nacha.profiles import DEFAULT, STRICT
from domain.rails.ach.nacha.reading import Result, inspect, load
from domain.rails.ach.nacha.writing import normalised
from tests.unit.rails.ach.nacha import sheets
from tests.unit.rails.ach.nacha.sheets import batch_header, entry

TEXT = sheets.text((batch_header("PPD", "220"), [entry("22", 5), entry("22", 6, number=2)]))
LINES = TEXT.split("\n")[:-1]


def changed(line: int, put: str) -> str:
    return "".join(f"{put if number == line else text}\n" for number, text in enumerate(LINES, start=1))


FORGIVEN = {
    "CR LF": (TEXT.replace("\n", "\r\n"), {"line-ends": 1}),
    "CR": (TEXT.replace("\n", "\r"), {"line-ends": 1}),
    "no line ends at all": (TEXT.replace("\n", ""), {"line-ends": 1}),
    "a line end for each block": ("".join(LINES) + "\n", {"line-ends": 1}),
    "lines cut at their blanks": ("".join(f"{line.rstrip()}\n" for line in LINES), {"short-lines": 1}),
    "lines padded to 120": ("".join(f"{line:120}\n" for line in LINES), {"padded-lines": 10}),
    "lines padded to 188": ("".join(f"{line:188}\n" for line in LINES), {"padded-lines": 10}),
    "a blank line between records": (changed(3, f"\n{LINES[2]}"), {"blank-lines": 1}),
    "a line of blanks between records": (changed(3, f"{'':94}\n{LINES[2]}"), {"blank-lines": 1}),
    "several blank lines between records": (changed(4, f"\n\n\n{LINES[3]}"), {"blank-lines": 1}),
    "a blank line before the header": ("\n" + TEXT, {"blank-lines": 1}),
    "double spacing": (TEXT.replace("\n", "\n\n"), {"blank-lines": 9, "blank-lines-at-end": 1}),
    "CR CR LF": (TEXT.replace("\n", "\r\r\n"), {"line-ends": 1, "blank-lines": 9, "blank-lines-at-end": 1}),
    "LF CR": (TEXT.replace("\n", "\n\r"), {"line-ends": 1, "blank-lines": 9}),
    "blank records in a file without line ends": (
        "".join(LINES[:2]) + " " * 188 + "".join(LINES[2:]) + " " * 94,
        {"line-ends": 1, "blank-lines": 1},
    ),
    "blank lines at the end": (TEXT + "\n\n   \n", {"blank-lines-at-end": 1}),
    "no filler": ("".join(f"{line}\n" for line in LINES[:6]), {"filler": 1}),
    "too much filler": (TEXT + ("9" * 94 + "\n") * 10, {"filler": 1}),
    "filler of more than 94 columns": (changed(10, "9" * 100), {"filler": 1}),
    "filler cut short": (changed(10, "9" * 80), {"filler": 1, "short-lines": 1}),
    "a wrong number of blocks": (changed(6, LINES[5][:7] + "000007" + LINES[5][13:]), {"block-count": 1}),
    "zeros in a reserved field of the file control": (changed(6, f"{LINES[5][:55]}{'0' * 39}"), {"reserved-zeros": 1}),
    "zeros in a reserved field of a batch control": (
        changed(5, f"{LINES[4][:73]}000000{LINES[4][79:]}"),
        {"reserved-zeros": 1},
    ),
}


@pytest.mark.parametrize(("text", "forgiven"), FORGIVEN.values(), ids=FORGIVEN)
class TestWhatChangesNothing:
    def test_is_a_warning_that_names_its_tolerance(self, text: str, forgiven: dict[str, int]) -> None:
        found = inspect((text.encode(),))
        assert found.errors == ()
        assert dict(found.forgiven) == forgiven
        assert {one.tolerance for one in found.warnings} == set(forgiven)

    def test_is_an_error_when_nothing_is_forgiven(self, text: str, forgiven: dict[str, int]) -> None:
        found = inspect((text.encode(),), STRICT)
        assert found.errors_count == sum(forgiven.values())
        assert found.warnings == ()

    def test_leaves_the_file_what_it_is(self, text: str, forgiven: dict[str, int]) -> None:
        assert load(text.encode())[1].totals == inspect((TEXT.encode(),)).totals

    def test_is_gone_when_the_file_is_written_again(self, text: str, forgiven: dict[str, int]) -> None:
        again = b"".join(normalised((text.encode(),)))
        assert again == (text if "reserved-zeros" in forgiven else TEXT).encode()


@pytest.mark.parametrize("before", [0, 3, 5])
def test_the_first_line_that_ends_otherwise_is_the_one_that_is_named(before: int) -> None:
    text = "".join(f"{line}\n" for line in LINES[:before]) + "".join(f"{line.rstrip()}\r\n" for line in LINES[before:])
    (found,) = (one for one in inspect((text.encode(),)).warnings if one.code == "LINE_ENDS")
    assert (found.line, found.column) == (before + 1, len(LINES[before].rstrip()) + 1)


def codes(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in inspect((text.encode("latin-1"),)).errors]


class TestErrors:
    @pytest.mark.parametrize("put", ["x", "0" * 38, "0" * 38 + "1", "É" + "0" * 38])
    def test_anything_but_zeros_in_a_reserved_field(self, put: str) -> None:
        (found,) = codes(changed(6, LINES[5][:55] + put.ljust(39)))
        assert found in {(6, "FIELD_RESERVED"), (6, "CHARACTER")}

    def test_text_past_column_94(self) -> None:
        assert codes(changed(3, f"{LINES[2]}   x")) == [(3, "LINE_LONG")]

    @pytest.mark.parametrize("rest", ["\xa0", "\x85", "\t", " \x1c"])
    def test_a_byte_that_is_no_blank_after_records_that_share_a_line(self, rest: str) -> None:
        assert codes("".join(LINES) + rest)
        assert codes(changed(3, "".join(LINES[2:4]) + rest))

    def test_a_line_that_lost_what_it_had(self) -> None:
        assert (3, "FIELD_NOT_NUMERIC") in codes(changed(3, LINES[2][:90]))

    def test_an_empty_file(self) -> None:
        assert codes("") == [(0, "FILE_EMPTY")]

    def test_a_file_of_blank_lines(self) -> None:
        assert codes("\n\n\n") == [(3, "FILE_EMPTY")]

    def test_something_after_the_file_control(self) -> None:
        assert codes(TEXT + LINES[2] + "\n") == [(11, "RECORD_ORDER")]

    def test_two_files_in_one(self) -> None:
        assert {code for _, code in codes(TEXT + TEXT)} == {"RECORD_ORDER"}

    def test_a_byte_order_mark(self) -> None:
        assert (1, "LINE_LONG") in codes("\xef\xbb\xbf" + TEXT)

    def test_a_byte_that_is_no_printable_ascii_is_found_where_it_stands(self) -> None:
        found = inspect((sheets.replaced(TEXT, 3, 60, "\x07"),))
        assert [(one.line, one.column, one.field, one.code) for one in found.errors] == [
            (3, 60, "receiver", "CHARACTER")
        ]
        assert "0x07" in found.errors[0].message


class TestChunks:
    @pytest.mark.parametrize("size", [1, 2, 7, 94, 95, 1000])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "", "\r\r\n", "\n\r", "\n\n"])
    def test_of_any_size_give_the_same(self, size: int, end: str) -> None:
        whole = TEXT.replace("\n", end).encode()

        def chunks() -> Iterator[bytes]:
            for start in range(0, len(whole), size):
                yield whole[start : start + size]

        assert _known(inspect(chunks())) == _known(inspect((whole,)))

    @pytest.mark.parametrize("size", [1, 94, 300, 5000])
    def test_of_any_size_show_the_one_wrong_record_of_a_file_without_line_ends(self, size: int) -> None:
        whole = "".join([*LINES[:3], "422" + LINES[3][3:], *LINES[4:]]).encode()
        found = inspect(whole[start : start + size] for start in range(0, len(whole), size))
        assert (4, 1, "RECORD_TYPE") in {(one.line, one.column, one.code) for one in found.errors}
        assert {one.code for one in found.errors} & {"LINE_LONG", "FILE_CONTROL_MISSING"} == set()
        assert found.totals.entries == 1

    @pytest.mark.parametrize("width", [2, 3, 10])
    def test_a_wrong_record_hides_no_other_where_lines_hold_several(self, width: int) -> None:
        lines = [*LINES[:3], "x" + LINES[3][1:], *LINES[4:]]
        text = "".join(f"{''.join(lines[start : start + width])}\n" for start in range(0, 10, width))
        assert [one for one in codes(text) if one[1] == "RECORD_TYPE"] == [(4, "RECORD_TYPE")]
        assert inspect((text.encode(),)).totals.entries == 1

    def test_blank_lines_of_every_record_are_read_to_the_end_and_more_are_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lines, "CHUNK_BYTES", 100)
        monkeypatch.setattr(lines, "LINES_BLANK_MAX", 10)
        assert inspect((TEXT.replace("\n", "\r\r\n\r\r\n").encode(),)).ok
        found = inspect((TEXT.replace("\n", "\n" * 9).encode(),))
        assert "FILE_GIVEN_UP" in {one.code for one in found.errors}

    def test_a_line_that_does_not_end_is_looked_at_to_a_limit(self) -> None:
        found = inspect([TEXT.encode()[:-1], *([b"x" * 1000] * 50)])
        assert "LINE_LONG" in {one.code for one in found.errors}
        assert found.totals.entries == 2

    def test_a_file_beyond_the_limit_is_not_read_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "FILE_BYTES_MAX", 500)
        assert "FILE_TOO_LARGE" in {one.code for one in inspect((TEXT.encode(),)).errors}

    def test_too_many_errors_end_the_reading(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "ERRORS_MAX", 100)
        found = inspect((b"x\n" * 10**6,), DEFAULT)
        assert found.records_count < 10**5
        assert "FILE_GIVEN_UP" in {one.code for one in found.errors} or found.errors_count > 1_000


def _known(found: Result) -> tuple[object, ...]:
    return (found.totals, found.batches, found.errors, dict(found.forgiven))
