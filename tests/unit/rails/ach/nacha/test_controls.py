"""Headers, controls and the order of records: whatever is changed in them is an error, where it stands."""

import pytest

from domain.rails.ach.nacha.profiles import LATIN_1, STRICT
from domain.rails.ach.nacha.reading import inspect, load
from domain.rails.ach.nacha.writing import normalised
from tests.unit.rails.ach.nacha import sheets
from tests.unit.rails.ach.nacha.sheets import batch_header, entry

TEXT = sheets.text(
    (batch_header("PPD", "220"), [entry("22", 500), entry("22", 600, number=2)]),
    (batch_header("CCD", "225", number=2), [entry("27", 700)]),
)
LINES = TEXT.split("\n")[:-1]
# 1 header; 2 to 5 first batch, 3 and 4 its entries; 6 to 8 second batch; 9 file control; 10 filler

ONE_CHANGE = [
    (1, 2, "02", {"FIELD_CONSTANT"}),
    (1, 5, "9", {"DESTINATION"}),
    (1, 4, " 000000000", {"DESTINATION"}),
    (1, 14, " 000000000", {"FIELD_MISSING"}),
    (1, 14, "0000000000", {"FIELD_MISSING"}),
    (1, 24, "261301", {"DATE"}),
    (1, 30, "2460", {"DATE"}),
    (1, 34, "a", {"FILE_ID_MODIFIER"}),
    (1, 34, " ", {"FIELD_MISSING", "FILE_ID_MODIFIER"}),
    (1, 35, "095", {"FIELD_CONSTANT"}),
    (1, 38, "01", {"FIELD_CONSTANT"}),
    (1, 40, "2", {"FIELD_CONSTANT"}),
    (2, 2, "200", {"CONTROL_SERVICE_CLASS"}),
    (2, 5, " " * 16, {"FIELD_MISSING"}),
    (2, 5, "0" * 16, {"FIELD_MISSING"}),
    (2, 41, "X", {"CONTROL_COMPANY_ID"}),
    (2, 41, "123138010 ", {"CONTROL_COMPANY_ID"}),
    (2, 51, "PPX", {"SEC_UNKNOWN"}),
    (2, 54, " " * 10, {"FIELD_MISSING"}),
    (2, 70, "999999", {"DATE"}),
    (2, 70, "260229", {"DATE"}),
    (2, 70, "26031 ", {"DATE"}),
    (2, 70, "00    ", {"DATE"}),
    (2, 70, "00000 ", {"DATE"}),
    (2, 70, "      ", set()),
    (2, 70, "000000", set()),
    (2, 76, "367", {"DATE"}),
    (2, 76, "0  ", {"DATE"}),
    (2, 76, " 00", {"DATE"}),
    (2, 76, "000", set()),
    (2, 79, "7", {"ORIGINATOR_STATUS"}),
    (2, 80, "9", {"CONTROL_ODFI", "TRACE_ODFI"}),
    (2, 94, "9", {"CONTROL_BATCH_NUMBER", "BATCH_NUMBER_ORDER"}),
    (3, 1, "4", {"RECORD_TYPE", "BATCH_ENTRY_COUNT", "BATCH_HASH", "BATCH_CREDIT", "FILE_CREDIT", "FILE_HASH"}
     | {"FILE_ENTRY_COUNT"}),
    (3, 30, "1", {"BATCH_CREDIT", "FILE_CREDIT"}),
    (3, 30, "X", {"FIELD_NOT_NUMERIC", "BATCH_CREDIT", "FILE_CREDIT", "AMOUNT_ZERO"}),
    (3, 79, "2", {"FIELD_VALUE"}),
    (5, 5, "000003", {"BATCH_ENTRY_COUNT"}),
    (5, 20, "0", {"BATCH_HASH"}),
    (5, 32, "1", {"BATCH_DEBIT"}),
    (5, 44, "1", {"BATCH_CREDIT"}),
    (5, 45, " " * 10, {"CONTROL_COMPANY_ID"}),
    (9, 7, "3", {"BATCH_COUNT"}),
    (9, 21, "4", {"FILE_ENTRY_COUNT"}),
    (9, 31, "0", {"FILE_HASH"}),
    (9, 43, "1", {"FILE_DEBIT"}),
    (9, 55, "1", {"FILE_CREDIT"}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "column", "put", "expected"), ONE_CHANGE)
def test_a_change_of_a_field_is_an_error(line: int, column: int, put: str, expected: set[str]) -> None:
    assert {one.code for one in inspect((sheets.replaced(TEXT, line, column, put),)).errors} == expected


def test_the_place_of_an_error_is_that_of_its_field() -> None:
    (error,) = inspect((sheets.replaced(TEXT, 9, 31, "0"),)).errors
    assert (error.line, error.column, error.field, error.code) == (9, 22, "entry_hash", "FILE_HASH")


def without(*lines: int) -> bytes:
    return "".join(f"{text}\n" for number, text in enumerate(LINES, start=1) if number not in lines).encode()


ORDER = [
    (without(1), "FILE_HEADER_MISSING"),
    (without(2), "RECORD_ORDER"),
    (without(5), "BATCH_CONTROL_MISSING"),
    (without(6), "RECORD_ORDER"),
    (without(9), "FILE_CONTROL_MISSING"),
    (without(9, 10), "FILE_CONTROL_MISSING"),
    (without(3, 4), "BATCH_EMPTY"),
    (without(2, 3, 4, 5, 6, 7, 8), "FILE_WITHOUT_BATCHES"),
    ("".join(f"{LINES[n]}\n" for n in (0, 2, 1, 3, 4, 5, 6, 7, 8, 9)).encode(), "RECORD_ORDER"),
    ("".join(f"{LINES[n]}\n" for n in (1, 0, 2, 3, 4, 5, 6, 7, 8, 9)).encode(), "RECORD_ORDER"),
    ("".join(f"{LINES[n]}\n" for n in (0, 5, 6, 7, 1, 2, 3, 4, 8, 9)).encode(), "BATCH_NUMBER_ORDER"),
    ("".join(f"{LINES[n]}\n" for n in (0, 1, 3, 2, 4, 5, 6, 7, 8, 9)).encode(), "TRACE_ORDER"),
    (f"{LINES[0]}\n{sheets.addenda_05('x')}\n".encode() + without(1), "RECORD_ORDER"),
]


@pytest.mark.parametrize(("whole", "code"), ORDER)
def test_records_out_of_their_order_are_errors(whole: bytes, code: str) -> None:
    assert code in {one.code for one in inspect((whole,)).errors}


def test_what_was_read_is_described_without_controls_too() -> None:
    found = inspect((without(5, 8, 9, 10),))
    assert (found.totals.batches, found.totals.entries) == (2, 3)
    assert (found.totals.debit_minor, found.totals.credit_minor) == (700, 1100)
    assert [(batch.sec, batch.entries) for batch in found.batches] == [("PPD", 2), ("CCD", 1)]


def test_a_bad_entry_is_marked_and_its_neighbours_are_not() -> None:
    file, _ = load(sheets.replaced(TEXT, 3, 12, "1"))
    first, second = file.batches[0].entries
    assert [one.code for one in first.faults] == ["CHECK_DIGIT"]
    assert second.faults == ()
    assert (first.line, second.line) == (3, 4)


def test_a_hash_of_more_than_ten_digits_drops_those_on_the_left() -> None:
    lines = [entry("22", 1, number=number, routing="999999992") for number in range(1, 103)]
    found = inspect((sheets.data((batch_header("PPD", "220"), lines)),))
    assert found.ok
    assert found.totals.entry_hash == 102 * 99999999 % 10**10


def test_a_total_of_more_than_twelve_digits_is_said_to_overflow() -> None:
    lines = [entry("22", 9_999_999_999, number=number) for number in range(1, 102)]
    whole = sheets.data((batch_header("PPD", "220"), lines)).decode()
    cut = whole.replace("1009999999899", "009999999899")
    assert "TOTAL_OVERFLOW" in {one.code for one in inspect((cut.encode(),)).errors}


def test_letters_of_latin_1_are_a_warning_where_the_profile_says_so() -> None:
    whole = sheets.replaced(TEXT, 3, 55, "Ren\xe9 M\xfcller")
    assert {one.code for one in inspect((whole,)).errors} == {"CHARACTER_LATIN_1"}
    found = inspect((whole,), LATIN_1)
    assert (found.ok, dict(found.forgiven)) == (True, {"latin-1-letters": 1})
    assert b"".join(normalised((whole,), LATIN_1)) == whole


LATIN_1_ERRORS = [
    (1, 2, "0\xe9", {"CHARACTER"}),
    (1, 35, "09\xe9", {"CHARACTER"}),
    (2, 3, "\xe9", {"CHARACTER", "CONTROL_SERVICE_CLASS"}),
    (2, 51, "PP\xc9", {"SEC_UNKNOWN"}),
    (2, 70, "2603\xc96", {"DATE"}),
    (3, 2, "2\xc9", {"CHARACTER", "BATCH_CREDIT", "BATCH_DEBIT", "FILE_CREDIT", "FILE_DEBIT"}),
    (3, 31, "\xc9", {"CHARACTER", "AMOUNT_ZERO", "BATCH_CREDIT", "FILE_CREDIT"}),
    (3, 94, "\xff", {"CHARACTER", "TRACE_ORDER"}),
    (5, 74, "\xc0\xc1\xc2\xc3\xc4\xc5", {"CHARACTER"}),
    (9, 2, "\xc9", {"CHARACTER", "BATCH_COUNT"}),
    (9, 56, "\xc9", {"CHARACTER"}),
    (3, 55, "Ren\xe9\x00", {"CHARACTER"}),
    (3, 55, "Ren\xe9 \x1b[2J", {"CHARACTER"}),
    (3, 55, "Ren\xe9\xa0", {"CHARACTER"}),
    (3, 55, "Ren\xe9\xd7", {"CHARACTER"}),
    (3, 55, "\xc3\x89", {"CHARACTER"}),
]


@pytest.mark.parametrize(("line", "column", "put", "expected"), LATIN_1_ERRORS)
def test_a_letter_of_latin_1_is_forgiven_in_a_text_alone_and_beside_no_other_odd_byte(
    line: int, column: int, put: str, expected: set[str]
) -> None:
    found = inspect((sheets.replaced(TEXT, line, column, put),), LATIN_1)
    assert {one.code for one in found.errors} == expected


@pytest.mark.parametrize(("put", "byte", "column"), [("Ren\xe9\x00\x1b", "0x00", 59), ("\xc3\x89", "0x89", 56)])
def test_the_byte_that_is_no_letter_is_the_one_that_is_named(put: str, byte: str, column: int) -> None:
    (found,) = inspect((sheets.replaced(TEXT, 3, 55, put),), LATIN_1).errors
    assert (found.line, found.column, found.field) == (3, column, "receiver")
    assert byte in found.message


@pytest.mark.parametrize("byte", b" 09Az~\x00\x7f\x89\xb2\xc9\xd7\xff")
def test_what_latin_1_takes_is_written_back_as_it_came(byte: int) -> None:
    """In every column of an entry: what is taken has the byte where it was."""
    for column in range(1, 95):
        whole = sheets.replaced(TEXT, 3, column, chr(byte))
        if inspect((whole,), LATIN_1).ok:
            assert b"".join(normalised((whole,), LATIN_1)) == whole


@pytest.mark.parametrize(("header", "control"), [("123456789 ", " 123456789"), (" 123456789", "123456789 ")])
def test_a_company_is_the_same_to_the_left_and_to_the_right_of_its_columns(header: str, control: str) -> None:
    whole = sheets.replaced(sheets.replaced(TEXT, 2, 41, header), 5, 45, control)
    found = inspect((whole,), STRICT)
    assert (found.errors, found.warnings) == ((), ())
    assert b"".join(normalised((whole,))) == whole


def test_no_message_repeats_an_account_number_or_a_name() -> None:
    for column in range(2, 95):
        for put in ("\x00", "X"):
            for one in inspect((sheets.replaced(TEXT, 3, column, put),)).errors:
                assert "12345678" not in one.message
                assert "Receiver N" not in one.message


def test_an_entry_shows_no_account_number_when_it_is_printed() -> None:
    file, _ = load(TEXT.encode())
    assert "12345678" not in repr(file.batches[0].entries[0])
