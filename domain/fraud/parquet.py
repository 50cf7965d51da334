"""A table as a Parquet file: the little of the format that history needs, by hand.

Apache Parquet, github.com/apache/parquet-format (README, Encodings.md, Compression.md, parquet.thrift), format version
1 so that every reader takes it: flat columns, pages of data as PLAIN, whether a value is there as RLE of one bit, pages
packed by GZIP, the footer in Thrift's compact protocol. No dictionaries, no statistics, no nesting.

The same rows give the same bytes.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from domain.clock import parse_instant

ROWS_OF_GROUP_MAX: Final = 20_000
"""A column of a group is one page: a few megabytes at most, of what a reader takes at once."""
GROUPS_MAX: Final = 1_000
TEXT_BYTES_MAX: Final = 1_000_000
_MAGIC: Final = b"PAR1"
_FORMAT_VERSION: Final = 1
_GZIP_WBITS: Final = 31
_LEVEL: Final = 6
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_INTEGERS: Final = range(-(2**63), 2**63)

# parquet.thrift
_REQUIRED, _OPTIONAL = 0, 1
_PLAIN, _RLE = 0, 3
_GZIP: Final = 2
_DATA_PAGE: Final = 0


class Type(Enum):
    """What a column holds: its physical type in the file, and its old and new name for readers."""

    BOOLEAN = 0
    INTEGER = 2
    """64 bits."""
    INSTANT = -2
    """Microseconds since 1970, UTC; given as a datetime or as RFC 3339."""
    NUMBER = 5
    """A double."""
    TEXT = 6
    """UTF-8."""


_PHYSICAL: Final = {
    Type.BOOLEAN: 0,
    Type.INTEGER: 2,
    Type.INSTANT: 2,
    Type.NUMBER: 5,
    Type.TEXT: 6,
}
_CONVERTED: Final = {Type.TEXT: 0, Type.INSTANT: 10}
"""UTF8 and TIMESTAMP_MICROS."""


class NotWritable(ValueError):
    """A row does not fit its columns. The message says which row and column, never the value."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: Type
    optional: bool = False


Cell = str | int | float | bool | datetime | None
Row = Mapping[str, Cell]


def file_of(columns: Sequence[Column], groups: Iterable[Sequence[Row]], *, created_by: str = "florin") -> bytes:
    """The file's bytes. `groups`: the rows, in groups of at most ROWS_OF_GROUP_MAX; an empty one is left out.

    Raises NotWritable for a row that does not fit, and ValueError for more than the format is used for here.
    """
    body = bytearray(_MAGIC)
    described: list[_Struct] = []
    total = 0
    for number, rows in enumerate(groups):
        if number >= GROUPS_MAX:
            raise ValueError(f"more than {GROUPS_MAX} groups")
        if len(rows) > ROWS_OF_GROUP_MAX:
            raise ValueError(f"a group of {len(rows)} rows, {ROWS_OF_GROUP_MAX} are the most")
        if rows:
            described.append(_group(body, columns, rows, before=total))
            total += len(rows)
    footer = _footer(columns, described, total, created_by)
    body += footer + struct.pack("<I", len(footer)) + _MAGIC
    return bytes(body)


def _group(body: bytearray, columns: Sequence[Column], rows: Sequence[Row], *, before: int) -> "_Struct":
    chunks: list[_Struct] = []
    started = len(body)
    plain_total = 0
    for column in columns:
        at = len(body)
        plain = _page(column, rows, before)
        packed = _gzip(plain)
        header = _page_header(len(plain), len(packed), len(rows))
        body += header + packed
        plain_size = len(header) + len(plain)
        plain_total += plain_size
        chunks.append(_chunk(column, len(rows), at=at, plain=plain_size, packed=len(body) - at))
    group = _Struct()
    group.structs(1, chunks)
    group.integer(2, plain_total)
    group.integer(3, len(rows))
    group.integer(5, started)
    group.integer(6, len(body) - started)
    return group


def _page(column: Column, rows: Sequence[Row], before: int) -> bytes:
    """The levels, where a value may be missing, and the values that are there."""
    cells = [row.get(column.name) for row in rows]
    present = [cell for cell in cells if cell is not None]
    if not column.optional and len(present) < len(cells):
        raise NotWritable(f"row {before + cells.index(None)} has no {column.name}")
    levels = b""
    if column.optional:
        packed = _hybrid([cell is not None for cell in cells])
        levels = struct.pack("<I", len(packed)) + packed
    try:
        return levels + _PACKERS[column.type](present)
    except (TypeError, ValueError, OverflowError, UnicodeError, struct.error):
        row = next(n for n, cell in enumerate(cells) if cell is not None and not _fits(column, cell))
        raise NotWritable(f"row {before + row} has a {column.name} that is no {column.type.name}") from None


def _fits(column: Column, cell: Cell) -> bool:
    try:
        _PACKERS[column.type]([cell])
    except (TypeError, ValueError, OverflowError, UnicodeError, struct.error):
        return False
    return True


# Values, PLAIN (Encodings.md).


def _booleans(cells: Sequence[Cell]) -> bytes:
    if not all(isinstance(cell, bool) for cell in cells):
        raise TypeError
    return _bits([bool(cell) for cell in cells])


def _integers(cells: Sequence[Cell]) -> bytes:
    if not all(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells):
        raise TypeError
    return struct.pack(f"<{len(cells)}q", *cells)


def _numbers(cells: Sequence[Cell]) -> bytes:
    if not all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells):
        raise TypeError
    return struct.pack(f"<{len(cells)}d", *cells)


def _instants(cells: Sequence[Cell]) -> bytes:
    return struct.pack(f"<{len(cells)}q", *map(_microseconds, cells))


def _microseconds(cell: Cell) -> int:
    if isinstance(cell, str):
        cell = parse_instant(cell)
    if not isinstance(cell, datetime):
        raise TypeError
    return (cell - _EPOCH) // _MICROSECOND


def _texts(cells: Sequence[Cell]) -> bytes:
    parts: list[bytes] = []
    for cell in cells:
        if not isinstance(cell, str):
            raise TypeError
        text = cell.encode()
        if len(text) > TEXT_BYTES_MAX:
            raise ValueError
        parts += (struct.pack("<I", len(text)), text)
    return b"".join(parts)


_PACKERS: Final = {
    Type.BOOLEAN: _booleans,
    Type.INTEGER: _integers,
    Type.INSTANT: _instants,
    Type.NUMBER: _numbers,
    Type.TEXT: _texts,
}


def _bits(flags: Sequence[bool]) -> bytes:
    """One bit each, the first in the lowest."""
    packed = bytearray(-(-len(flags) // 8))
    for number, flag in enumerate(flags):
        packed[number >> 3] |= flag << (number & 7)
    return bytes(packed)


def _hybrid(flags: Sequence[bool]) -> bytes:
    """The RLE and bit-packing hybrid, of one bit: one run where all are alike, else one bit-packed run."""
    if all(flags) or not any(flags):
        return _varint(len(flags) << 1) + bytes([bool(flags and flags[0])])
    return _varint((-(-len(flags) // 8) << 1) | 1) + _bits(flags)


def _gzip(plain: bytes) -> bytes:
    """Without a time in its header: the same content gives the same bytes."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WBITS)
    return packer.compress(plain) + packer.flush()


# What is said about them (parquet.thrift), in Thrift's compact protocol.


def _page_header(plain: int, packed: int, rows: int) -> bytes:
    data = _Struct()
    data.integer32(1, rows)
    data.integer32(2, _PLAIN)
    data.integer32(3, _RLE)
    data.integer32(4, _RLE)
    header = _Struct()
    header.integer32(1, _DATA_PAGE)
    header.integer32(2, plain)
    header.integer32(3, packed)
    header.struct(5, data)
    return header.closed()


def _chunk(column: Column, rows: int, *, at: int, plain: int, packed: int) -> "_Struct":
    about = _Struct()
    about.integer32(1, _PHYSICAL[column.type])
    about.integers32(2, [_PLAIN, _RLE])
    about.texts(3, [column.name])
    about.integer32(4, _GZIP)
    about.integer(5, rows)
    about.integer(6, plain)
    about.integer(7, packed)
    about.integer(9, at)
    chunk = _Struct()
    chunk.integer(2, at)
    chunk.struct(3, about)
    return chunk


def _footer(columns: Sequence[Column], groups: Sequence["_Struct"], rows: int, created_by: str) -> bytes:
    root = _Struct()
    root.text(4, "schema")
    root.integer32(5, len(columns))
    footer = _Struct()
    footer.integer32(1, _FORMAT_VERSION)
    footer.structs(2, [root, *map(_described, columns)])
    footer.integer(3, rows)
    footer.structs(4, groups)
    footer.text(6, created_by)
    return footer.closed()


def _described(column: Column) -> "_Struct":
    about = _Struct()
    about.integer32(1, _PHYSICAL[column.type])
    about.integer32(3, _OPTIONAL if column.optional else _REQUIRED)
    about.text(4, column.name)
    if column.type in _CONVERTED:
        about.integer32(6, _CONVERTED[column.type])
    if column.type is Type.TEXT:
        logical = _Struct()
        logical.struct(1, _Struct())
        about.struct(10, logical)
    elif column.type is Type.INSTANT:
        unit = _Struct()
        unit.struct(2, _Struct())
        timestamp = _Struct()
        timestamp.true(1)
        timestamp.struct(2, unit)
        logical = _Struct()
        logical.struct(8, timestamp)
        about.struct(10, logical)
    return about


class _Struct:
    """A struct of the compact protocol, its fields written in the order of their numbers."""

    _TRUE, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 5, 6, 8, 9, 12
    _SHORT_LIST_MAX = 14

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._last = 0

    def closed(self) -> bytes:
        return bytes(self._bytes) + b"\x00"

    def true(self, field: int) -> None:
        self._begin(field, self._TRUE)

    def integer(self, field: int, value: int) -> None:
        self._begin(field, self._I64)
        self._bytes += _varint(_zigzag(value))

    def integer32(self, field: int, value: int) -> None:
        self._begin(field, self._I32)
        self._bytes += _varint(_zigzag(value))

    def text(self, field: int, value: str) -> None:
        self._begin(field, self._BINARY)
        self._bytes += _binary(value)

    def struct(self, field: int, value: "_Struct") -> None:
        self._begin(field, self._STRUCT)
        self._bytes += value.closed()

    def integers32(self, field: int, values: Sequence[int]) -> None:
        self._list(field, self._I32, [_varint(_zigzag(value)) for value in values])

    def texts(self, field: int, values: Sequence[str]) -> None:
        self._list(field, self._BINARY, [_binary(value) for value in values])

    def structs(self, field: int, values: Sequence["_Struct"]) -> None:
        self._list(field, self._STRUCT, [value.closed() for value in values])

    def _list(self, field: int, of: int, values: Sequence[bytes]) -> None:
        self._begin(field, self._LIST)
        short = len(values) <= self._SHORT_LIST_MAX
        self._bytes += bytes([len(values) << 4 | of]) if short else bytes([0xF0 | of]) + _varint(len(values))
        self._bytes += b"".join(values)

    def _begin(self, field: int, of: int) -> None:
        """The distance from the field before and the type share a byte: no struct here skips more than 15 fields."""
        self._bytes.append((field - self._last) << 4 | of)
        self._last = field


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004  (seven bits a byte)
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _binary(value: str) -> bytes:
    text = value.encode()
    return _varint(len(text)) + text
