"""NACHA files that no bank should send: bytes flipped, lines moved, cut, doubled and endless, and no file at all.

Whatever comes, the answer is a result that says what is wrong, in bounded memory. What is taken without a word is
written back byte by byte: a change is refused, warned of, or a change of a field that the file's reader gets to see.
"""

import random
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.nacha.findings import CODES, ERRORS_MAX, FINDINGS_KEPT_MAX
from domain.rails.ach.nacha.profiles import DEFAULT, PROFILES, Profile
from domain.rails.ach.nacha.reading import Result, inspect, load
from domain.rails.ach.nacha.writing import normalised
from tests.fuzz.share import FULL, share

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "ach"
FILES: Final = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*/*.ach"))}
VALID: Final = [path.read_bytes() for path in sorted(FOLDER.glob("valid/*.ach"))]
PIECES: Final = (
    b"\n",
    b"\r",
    b"\r\n",
    b"\x00",
    b"\x1a",
    b"\x85",
    b"\xa0",
    b"\xe9",
    b"\xff",
    b" ",
    b"9" * 94,
    b"0" * 94,
)
MEMORY_MAX: Final = 8 << 20
"""Bytes that a reading may take: chunks of text, a thousand errors and warnings, ten thousand addenda."""


def judged(data: bytes, profile: Profile = DEFAULT) -> Result:
    found = inspect((data,), profile)
    assert found.ok == (found.errors_count == 0)
    assert len(found.errors) == min(found.errors_count, FINDINGS_KEPT_MAX)
    assert len(found.warnings) == min(found.warnings_count, FINDINGS_KEPT_MAX)
    last = data.count(b"\n") + data.count(b"\r") + len(data) // 94 + 1
    for one in (*found.errors, *found.warnings):
        assert one.code in CODES
        assert 0 <= one.line <= last
        assert 0 <= one.column <= 1_001
        assert one.message.endswith(".")
        assert len(one.message) < 200
    assert min(found.totals.entries, found.totals.addenda, found.totals.debit_minor, found.totals.credit_minor) >= 0
    return found


changes = st.lists(
    st.tuples(
        st.sampled_from(["flip", "put", "drop", "double", "swap", "cut"]),
        st.integers(0, 3_000),
        st.integers(0, 255),
        st.sampled_from(PIECES),
    ),
    min_size=1,
    max_size=6,
)


def changed(data: bytes, how: list[tuple[str, int, int, bytes]]) -> bytes:
    for what, place, byte, piece in how:
        at = place % (len(data) + 1)
        lines = data.split(b"\n")
        row = place % len(lines)
        if what == "flip":
            data = data[:at] + bytes([byte]) + data[at + 1 :]
        elif what == "put":
            data = data[:at] + piece + data[at:]
        elif what == "cut":
            data = data[:at]
        elif what == "drop":
            data = b"\n".join(lines[:row] + lines[row + 1 :])
        elif what == "double":
            data = b"\n".join(lines[: row + 1] + lines[row:])
        else:
            other = byte % len(lines)
            lines[row], lines[other] = lines[other], lines[row]
            data = b"\n".join(lines)
    return data


@share(normal=400, full=20_000)
@given(st.sampled_from(list(FILES.values())), changes, st.sampled_from(list(PROFILES.values())))
def test_a_changed_file_has_a_result(data: bytes, how: list[tuple[str, int, int, bytes]], profile: Profile) -> None:
    judged(changed(data, how), profile)


@share(normal=300, full=10_000)
@given(st.one_of(st.binary(max_size=600), st.text(alphabet="15678 90AR\n", max_size=600).map(str.encode)))
def test_bytes_that_are_no_file_have_a_result(data: bytes) -> None:
    assert not judged(data).ok


@share(normal=200, full=10_000)
@given(st.sampled_from(VALID), st.integers(0, 3_000))
def test_a_file_cut_short_is_never_taken_for_whole(data: bytes, place: int) -> None:
    cut = data[: place % len(data)]
    found = judged(cut)
    if found.ok:  # nothing but filler, or blanks at the end of the control, is missing
        assert load(cut)[0] == load(data)[0]


def test_every_change_of_one_character_is_refused_warned_of_or_seen_by_the_reader() -> None:
    chosen = random.Random(5)
    for data in VALID:
        whole, before = load(data)
        places = range(len(data)) if FULL else sorted(chosen.sample(range(len(data)), 150))
        for place in places:
            for byte in chosen.sample(b"0159 AZz*\n\r\xe9\x00", 2):
                other = data[:place] + bytes([byte]) + data[place + 1 :]
                file, found = load(other)
                known = {(one.code, one.line) for one in before.warnings}
                if found.errors_count or {(one.code, one.line) for one in found.warnings} != known:
                    continue
                assert b"".join(normalised((other,))).rstrip(b"\n") == other.rstrip(b"\n")
                assert (file == whole) == (other == data)


HEADER: Final = FILES["ppd-mixed"].split(b"\n")[0] + b"\n"
BATCH: Final = FILES["ppd-mixed"].split(b"\n")[1] + b"\n"
ENTRY: Final = FILES["ppd-mixed"].split(b"\n")[2] + b"\n"
ENDLESS: Final = {
    "a line of digits": (b"", b"5"),
    "a line of 9s": (HEADER, b"9"),
    "a line of letters": (b"", b"x"),
    "a line of blanks": (HEADER, b" "),
    "zero bytes": (b"", b"\x00"),
    "line feeds": (b"", b"\n"),
    "carriage returns": (HEADER, b"\r"),
    "both, the wrong way round": (HEADER, b"\n\r"),
    "lines of one letter": (b"", b"x\n"),
    "batch headers": (HEADER, BATCH),
    "one entry for ever": (HEADER + BATCH, ENTRY),
    "addenda of one entry": (HEADER + BATCH + ENTRY, b"705" + b"x" * 80 + b"00010000001\n"),
    "faulty addenda of one entry": (HEADER + BATCH + ENTRY, b"799\xff\n"),
    "file headers": (b"", HEADER),
}


@pytest.mark.parametrize(("start", "again"), ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_read_in_bounded_memory(start: bytes, again: bytes) -> None:
    """So long that whatever is kept of each line would be over the bound."""
    size = 8 << 20 if FULL else 1 << 17
    count = size // len(again)
    chunk = again * (16_384 // len(again))

    def chunks() -> Iterator[bytes]:
        yield start
        for _ in range(count * len(again) // len(chunk)):
            yield chunk

    tracemalloc.start()
    try:
        assert not inspect(chunks()).ok
        assert tracemalloc.get_traced_memory()[1] < MEMORY_MAX
    finally:
        tracemalloc.stop()


def test_what_is_nothing_but_errors_is_given_up() -> None:
    """However long it is: what is read of it is bounded by the errors that it has."""
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x\n" * 32_768

    began = time.process_time()
    found = inspect(chunks())
    assert found.errors_count >= ERRORS_MAX
    assert taken < 20
    assert time.process_time() - began < 120  # seconds; it takes about five


def test_blank_lines_for_ever_are_given_up() -> None:
    def chunks() -> Iterator[bytes]:
        while True:
            yield b"\n" * 65_536

    assert "FILE_GIVEN_UP" in {one.code for one in inspect(chunks()).errors}
