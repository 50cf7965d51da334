"""A reader of the Parquet files that history has, written from the format's text and not from the writer.

Only for tests: it takes flat columns, pages of version 1, PLAIN values, GZIP or nothing.
"""

import gzip
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

MAGIC = b"PAR1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Fields = dict[int, Any]


@dataclass
class Bytes:
    content: bytes
    at: int = 0

    def take(self, length: int) -> bytes:
        found = self.content[self.at : self.at + length]
        assert len(found) == length, "the file ends too early"
        self.at += length
        return found

    def varint(self) -> int:
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag(self) -> int:
        value = self.varint()
        return value >> 1 if value % 2 == 0 else -(value >> 1) - 1

    # Thrift's compact protocol.

    def struct(self) -> Fields:
        fields: Fields = {}
        number = 0
        while True:
            (head,) = self.take(1)
            if head == 0:
                return fields
            delta, of = head >> 4, head & 0x0F
            number = number + delta if delta else self.zigzag()
            fields[number] = self.value(of)

    def value(self, of: int) -> Any:
        match of:
            case 1 | 2:
                return of == 1
            case 3 | 4 | 5 | 6:
                return self.zigzag()
            case 8:
                return self.take(self.varint())
            case 9:
                (head,) = self.take(1)
                count = head >> 4 if head >> 4 != 15 else self.varint()
                return [self.value(head & 0x0F) for _ in range(count)]
            case 12:
                return self.struct()
        raise AssertionError(f"no type {of}")


@dataclass
class Read:
    """`schema`: name -> (physical type, optional, converted type)."""

    schema: dict[str, tuple[int, bool, int | None]]
    rows: list[dict[str, Any]]
    created_by: str
    groups: list[int]


def read_parquet(content: bytes) -> Read:
    assert content[:4] == content[-4:] == MAGIC
    (length,) = struct.unpack("<I", content[-8:-4])
    footer = Bytes(content[-8 - length : -8]).struct()
    assert footer[1] == 1
    root, *columns = footer[2]
    assert root[5] == len(columns)
    schema = {one[4].decode(): (one[1], one[3] == 1, one.get(6)) for one in columns}
    rows: list[dict[str, Any]] = []
    for group in footer[4]:
        table: dict[str, list[Any]] = {}
        for chunk, (name, about) in zip(group[1], schema.items(), strict=True):
            assert chunk[3][3] == [name.encode()]
            assert chunk[3][5] == group[3]
            table[name] = column(content, chunk[3], about)
        rows += [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    assert footer[3] == len(rows)
    return Read(schema, rows, footer[6].decode(), [group[3] for group in footer[4]])


def column(content: bytes, about: Fields, schema: tuple[int, bool, int | None]) -> list[Any]:
    physical, optional, converted = schema
    assert about[1] == physical
    file = Bytes(content, about[9])
    header = file.struct()
    assert header[1] == 0, "no data page"
    page = file.take(header[3])
    assert file.at - about[9] == about[7]
    page = gzip.decompress(page) if about[4] == 2 else page
    assert len(page) == header[2]
    count = header[5][1]
    assert count == about[5], "more than one page"
    body = Bytes(page)
    present = levels(body, count) if optional else [True] * count
    values = iter(plain(body, physical, sum(present)))
    assert body.at == len(page)
    return [of(next(values), converted) if there else None for there in present]


def levels(body: Bytes, count: int) -> list[bool]:
    """One bit each, in runs: repeated, or packed by eights."""
    (length,) = struct.unpack("<I", body.take(4))
    runs = Bytes(body.take(length))
    found: list[bool] = []
    while len(found) < count:
        head = runs.varint()
        if head % 2:
            packed = runs.take(head >> 1)
            found += [bool(byte >> bit & 1) for byte in packed for bit in range(8)]
        else:
            found += [bool(runs.take(1)[0])] * (head >> 1)
    assert runs.at == length
    return found[:count]


def plain(body: Bytes, physical: int, count: int) -> list[Any]:
    match physical:
        case 0:
            packed = body.take(-(-count // 8))
            return [bool(packed[n // 8] >> n % 8 & 1) for n in range(count)]
        case 2:
            return list(struct.unpack(f"<{count}q", body.take(8 * count)))
        case 5:
            return list(struct.unpack(f"<{count}d", body.take(8 * count)))
        case 6:
            return [body.take(*struct.unpack("<I", body.take(4))) for _ in range(count)]
    raise AssertionError(f"no physical type {physical}")


def of(value: Any, converted: int | None) -> Any:
    if converted == 0:
        return value.decode()
    return EPOCH + timedelta(microseconds=value) if converted == 10 else value
