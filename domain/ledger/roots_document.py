"""A root as a JSON document, the form in which it is kept and handed to whoever checks it (docs/roots.md)."""

import base64
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from domain.ledger.model import Position, TornRecord
from domain.ledger.roots import VERSION, Counts, Entry, Root, Signature

_FIELDS: Final = {
    "version",
    "region",
    "day",
    "previous",
    "heads",
    "totals",
    "counts",
    "tree",
    "hash",
    "signature",
}


def write_document(root: Root, signature: Signature) -> bytes:
    counts = root.counts
    said = {
        "version": VERSION,
        "region": root.region,
        "day": root.day.isoformat(),
        "previous": root.previous.hex(),
        "heads": [_row(entry) for entry in root.heads],
        "totals": [_row(entry) for entry in root.totals],
        "counts": {"journals": counts.journals, "refused": counts.refused, "lines": counts.lines},
        "tree": root.tree.hex(),
        "hash": root.hash.hex(),
        "signature": {
            "key": signature.key,
            "algorithm": signature.algorithm,
            "value": base64.b64encode(signature.value).decode("ascii"),
        },
    }
    return json.dumps(said, separators=(",", ":"), ensure_ascii=True).encode("ascii") + b"\n"


def read_document(body: bytes) -> tuple[Root, Signature]:
    """What the document says, whether it is true or not. Raises TornRecord for what is no root."""
    try:
        said = json.loads(body)
        if set(said) != _FIELDS or said["version"] != VERSION:
            raise ValueError("other fields or another version than a root has")
        return _root(said), _signature(said["signature"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TornRecord(f"a root cannot be read: {error}") from error


def _root(said: Mapping[str, Any]) -> Root:
    return Root(
        region=str(said["region"]),
        day=date.fromisoformat(said["day"]),
        previous=bytes.fromhex(said["previous"]),
        heads=tuple(_entry(row) for row in said["heads"]),
        totals=tuple(_entry(row) for row in said["totals"]),
        counts=_counts(said["counts"]),
        tree=bytes.fromhex(said["tree"]),
        hash=bytes.fromhex(said["hash"]),
    )


def _counts(said: Mapping[str, Any]) -> Counts:
    journals, refused, lines = (_number(said[name]) for name in ("journals", "refused", "lines"))
    return Counts(journals, refused, lines)


def _signature(said: Mapping[str, Any]) -> Signature:
    value = base64.b64decode(said["value"], validate=True)
    return Signature(str(said["key"]), str(said["algorithm"]), value)


def _row(entry: Entry) -> list[str | int]:
    return [entry.log, entry.position.epoch, entry.position.seq, entry.hash.hex()]


def _entry(row: list[Any]) -> Entry:
    log, epoch, seq, said = row
    return Entry(str(log), Position(_number(epoch), _number(seq)), bytes.fromhex(said))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is no whole number")
    return value
