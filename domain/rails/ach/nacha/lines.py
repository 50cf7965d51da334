"""Bytes into records of 94 columns, in bounded memory: line ends, padding, blank lines, and records without line ends.

A byte is a column: the text is read as Latin-1, which gives every byte one character, and what is no ASCII is found
where it stands.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from domain.rails.ach.nacha.fields import BLANK, RECORD_LENGTH
from domain.rails.ach.nacha.findings import ERRORS_MAX, Findings

FILE_BYTES_MAX: Final = 1 << 30
"""1 GiB, about eleven million records: more than the file control can count in its eight digits with full blocks."""
CHUNK_BYTES: Final = 1 << 16
"""Bytes that are looked at together, however many come at once."""
LINE_LENGTH_MAX: Final = 1_000
"""Of a line without an end, this much is looked at. Banks pad to 96, 100 or 120 columns, mainframes to 133 or 255."""
LINES_BLANK_MAX: Final = 10_000
"""In a row. What follows more of them is not a file any more."""
LINES_BLANK_EACH: Final = 3
"""Blank lines for each record that a whole file may have, beyond as many as may be in a row: a program that ends lines
in CR CR LF, and leaves a line free after each, makes three."""
HEADER_START: Final = "101"
RECORD_SIZE: Final = "094"
"""Columns 35 to 37 of a file header."""
RECORD_TYPES: Final = frozenset("156789")
CONTROL_LENGTH: Final = 55
"""What a file control has before its reserved columns: the least that the last record may be cut to."""


class Lines:
    """`number` is that of the last record given out. Lines count from 1, blank ones too."""

    def __init__(self, findings: Findings) -> None:
        self.number = 0
        self._findings = findings
        self._blank_since = 0
        self._blank = 0
        self._continuous = False
        """Whether the file begins with a header that says how long a record is, and no line end follows it. Then that
        is where a record ends, whatever stands in the next."""
        self._said: set[str] = set()

    def records(self, chunks: Iterable[bytes]) -> Iterator[str]:
        for lines in self._lines(_cut(chunks)):
            if self._given_up():
                return
            for line in lines:
                if len(line) == RECORD_LENGTH and line[0] != BLANK and not self._blank_since:
                    self.number += 1
                    yield line
                else:
                    yield from self._fitted(line)
        if self._blank_since:
            self._findings.add(self._blank_since, 1, "", "LINE_BLANK_AT_END", "Blank lines follow the last record.")

    def _given_up(self) -> bool:
        """Whether it is not worth reading on: what is read longer costs time, and says nothing new."""
        in_a_row = self.number - self._blank_since if self._blank_since else 0
        allowed = LINES_BLANK_MAX + LINES_BLANK_EACH * (self.number - self._blank)
        if self._findings.errors_count <= ERRORS_MAX and in_a_row <= LINES_BLANK_MAX and self._blank <= allowed:
            return False
        errors = self._findings.errors_count
        message = f"There are {errors:,} errors and {self._blank:,} blank lines; the rest was not read."
        self._findings.add(self.number, 0, "", "FILE_GIVEN_UP", message)
        return True

    def _lines(self, chunks: Iterable[bytes]) -> Iterator[list[str]]:
        """Lines as they come to their end, several at once."""
        rest, skipping, size = "", False, 0
        for chunk in chunks:
            size += len(chunk)
            if size > FILE_BYTES_MAX:
                message = f"The file is longer than {FILE_BYTES_MAX:,} bytes; the rest was not read."
                self._findings.add(self.number, 0, "", "FILE_TOO_LARGE", message)
                return
            text, held = self._with_plain_ends(rest + chunk.decode("latin-1"))
            if skipping:
                _, end, text = text.partition("\n")
                skipping = not end
            *lines, rest = text.split("\n")
            yield lines
            if len(rest) > LINE_LENGTH_MAX:
                whole, rest, skipping = self._overlong(rest)
                yield [whole]
            rest += held
        rest, held = self._with_plain_ends(rest)
        if rest:
            yield [rest]

    def _with_plain_ends(self, text: str) -> tuple[str, str]:
        """The text with LF alone, and a CR at its end that may belong to an LF to come."""
        if "\r" not in text:
            return text, ""
        if "LINE_ENDS" not in self._said:
            self._said.add("LINE_ENDS")
            before = text[: text.index("\r")]
            line, column = self.number + before.count("\n") + 1, len(before) - before.rfind("\n")
            self._findings.add(line, column, "", "LINE_ENDS", "Lines end in CR or CR LF.")
        held = "\r" if text.endswith("\r") else ""
        return text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n"), held

    def _fitted(self, line: str) -> Iterator[str]:
        """The records of a line that is not simply one."""
        if not line.strip(BLANK):
            self._count_blank()
            return
        for piece in self._pieces(line):
            if not piece.strip(BLANK):
                self._count_blank()
                continue
            if self._blank_since:
                message = "Blank lines stand before a record."
                self._findings.add(self._blank_since, 1, "", "LINE_BLANK", message)
                self._blank_since = 0
            self.number += 1
            yield self._of_94(piece)

    def _count_blank(self) -> None:
        self.number += 1
        self._blank += 1
        self._blank_since = self._blank_since or self.number

    def _goes_on(self, line: str) -> bool:
        """Whether records of the file follow one another; its first line says so."""
        if self.number == self._blank and line.startswith(HEADER_START) and line[34:37] == RECORD_SIZE:
            self._continuous = bool(line[RECORD_LENGTH:].strip(BLANK))
        return self._continuous

    def _pieces(self, line: str) -> Iterable[str]:
        if len(line) <= RECORD_LENGTH or (len(line) < RECORD_LENGTH + CONTROL_LENGTH and not self._continuous):
            return (line,)
        pieces = [line[start : start + RECORD_LENGTH] for start in range(0, len(line), RECORD_LENGTH)]
        if not pieces[-1].strip(BLANK):
            del pieces[-1]
        if len(pieces) == 1:
            return (line,)
        if not self._goes_on(line) and any(piece[0] not in RECORD_TYPES for piece in pieces):
            return (line,)
        if "LINE_ENDS_MISSING" not in self._said:
            self._said.add("LINE_ENDS_MISSING")
            message = "Records follow one another without a line end."
            self._findings.add(self.number + 1, RECORD_LENGTH + 1, "", "LINE_ENDS_MISSING", message)
        return pieces

    def _overlong(self, rest: str) -> tuple[str, str, bool]:
        """What is given out of a line that has not ended, what is kept, and whether the line is skipped to its end."""
        whole = len(rest) // RECORD_LENGTH * RECORD_LENGTH
        if self._goes_on(rest) or all(rest[start] in RECORD_TYPES for start in range(0, whole, RECORD_LENGTH)):
            return rest[:whole], rest[whole:], False
        return rest[: LINE_LENGTH_MAX + 1], "", True

    def _of_94(self, line: str) -> str:
        if len(line) < RECORD_LENGTH:
            message = f"The line has {len(line)} columns; blanks were added up to {RECORD_LENGTH}."
            self._findings.add(self.number, len(line) + 1, "", "LINE_SHORT", message)
        elif len(line.rstrip(BLANK)) > RECORD_LENGTH and not line.rstrip(BLANK).strip("9"):
            self._findings.add(self.number, RECORD_LENGTH + 1, "", "FILLER", "A line of filler has more than 94 9s.")
        elif len(line) > RECORD_LENGTH and line[RECORD_LENGTH:].strip(BLANK):
            message = f"Something other than blanks stands past column {RECORD_LENGTH}."
            self._findings.add(self.number, RECORD_LENGTH + 1, "", "LINE_LONG", message)
        elif len(line) > RECORD_LENGTH:
            message = f"Blanks stand past column {RECORD_LENGTH}."
            self._findings.add(self.number, RECORD_LENGTH + 1, "", "LINE_PADDED", message)
        return line[:RECORD_LENGTH].ljust(RECORD_LENGTH)


def _cut(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if len(chunk) <= CHUNK_BYTES:
            yield chunk
        else:
            for start in range(0, len(chunk), CHUNK_BYTES):
                yield chunk[start : start + CHUNK_BYTES]
