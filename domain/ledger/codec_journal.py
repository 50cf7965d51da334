"""A journal as an item: its legs, what it wrote, its outcome, and its keys in the two indexes.

Kept small, because the write is billed by the kilobyte: lines that follow from the legs are not listed again, the
booked instant stands in the index key alone, a fingerprint's hexadecimal half is kept as bytes.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from domain.clock import parse_instant
from domain.ledger.attributes import (
    Attribute,
    Fields,
    Item,
    binary,
    day,
    decoded,
    flag,
    instant,
    mapped_in,
    number,
    number_in,
    text,
    text_in,
)
from domain.ledger.codec_ids import id_attribute, id_in, maybe_id
from domain.ledger.item_keys import (
    JOURNAL_SORT,
    bucket_of,
    expiry_bucket,
    hour_of,
    journal_key,
    moment_sort,
    time_bucket,
)
from domain.ledger.model import ItemPlace, Journal, Leg, LinePlace, Position, Side, TornRecord
from domain.money import Money
from domain.refusals import Fact, Refusal, restore

_SHA256_TEXT = re.compile(r"(.{0,8}?)([0-9a-f]{64})", re.ASCII)
_SHA256_BYTES: Final = 32

Written = tuple[str, Position]


def encode_journal(journal: Journal, *, region: str, spread: int) -> Item:
    item: Item = {
        "pk": text(journal_key(journal.id)),
        "sk": text(JOURNAL_SORT),
        "tk": text(time_bucket(region, bucket_of(journal.id, spread), hour_of(journal.booked_at))),
        "ts": text(moment_sort(journal.booked_at, journal.id)),
        "k": text(journal.kind),
        "i": id_attribute(journal.initiator),
        "bd": day(journal.booked_day),
        "ed": day(journal.effective_on),
        "fp": _fingerprint(journal.fingerprint),
        "fo": flag(journal.forced),
        "sf": number(journal.shortfall_minor),
    }
    item |= _legs_and_lines(journal)
    item |= _what_it_concerns(journal)
    if journal.posted and journal.expires_at is not None:
        item["xk"] = text(expiry_bucket(region, hour_of(journal.expires_at)))
        item["xs"] = text(moment_sort(journal.expires_at, journal.id))
    return item


def decode_journal(item: Mapping[str, Attribute]) -> Journal:
    return decoded(item, _journal)


def _journal(fields: Fields) -> Journal:
    journal_id = fields.text("pk").removeprefix("J#")
    sort, stamp, marked = fields.text("sk"), *fields.text("ts").split("#")
    booked_at = parse_instant(stamp)
    if sort != JOURNAL_SORT or marked != journal_id or fields.text("tk").rpartition("#")[2] != hour_of(booked_at):
        raise TornRecord(f"{fields.where} has keys that disagree")
    fields.maybe("xk", fields.text)
    fields.maybe("xs", fields.text)
    legs = tuple(_leg(mapped_in(leg, fields.where), fields.where) for leg in fields.maybe("l", fields.listed) or ())
    return Journal(
        id=journal_id,
        kind=fields.text("k"),
        initiator=id_in(fields.taken("i"), fields.where),
        legs=legs,
        lines=_lines(fields, legs),
        booked_at=booked_at,
        booked_day=fields.day("bd"),
        effective_on=fields.day("ed"),
        fingerprint=_fingerprint_in(fields.taken("fp"), fields.where),
        refusal=_refusal(fields),
        amount=_amount(fields),
        reverses=maybe_id(fields, "rv"),
        hold=maybe_id(fields, "ho"),
        expires_at=fields.maybe("xa", fields.instant),
        forced=fields.flag("fo"),
        shortfall_minor=fields.number("sf"),
        memo=fields.maybe("me", fields.binary),
        evidence=tuple(text_in(part, fields.where) for part in fields.maybe("ev", fields.listed) or ()),
        digest=fields.maybe("dg", fields.binary) or b"",
    )


def _what_it_concerns(journal: Journal) -> Item:
    item: Item = {}
    if journal.digest:
        item["dg"] = binary(journal.digest)
    if journal.amount is not None:
        item["am"], item["cu"] = number(journal.amount.minor), text(journal.amount.currency)
    if journal.reverses is not None:
        item["rv"] = id_attribute(journal.reverses)
    if journal.hold is not None:
        item["ho"] = id_attribute(journal.hold)
    if journal.expires_at is not None:
        item["xa"] = instant(journal.expires_at)
    if journal.memo is not None:
        item["me"] = binary(journal.memo)
    if journal.evidence:
        item["ev"] = {"L": [text(part) for part in journal.evidence]}
    if journal.refusal is not None:
        item["rc"] = text(journal.refusal.code)
        item["rf"] = {"M": {name: _fact(value) for name, value in journal.refusal.facts().items()}}
    return item


def _legs_and_lines(journal: Journal) -> Item:
    """`ln` lists the lines after those of the legs; `la` lists all, where the legs do not come first."""
    item: Item = {"l": {"L": [_encode_leg(leg) for leg in journal.legs]}} if journal.legs else {}
    of_legs = _lines_of(journal.legs)
    if journal.lines[: len(of_legs)] == of_legs:
        item["ln"] = {"L": [_encode_line(line) for line in journal.lines[len(of_legs) :]]}
    else:
        item["la"] = {"L": [_encode_line(line) for line in journal.lines]}
    return item


def _lines(fields: Fields, legs: Iterable[Leg]) -> tuple[Written, ...]:
    if fields.has("la"):
        return tuple(_line(line, fields.where) for line in fields.listed("la"))
    return _lines_of(legs) + tuple(_line(line, fields.where) for line in fields.listed("ln"))


def _lines_of(legs: Iterable[Leg]) -> tuple[Written, ...]:
    places = ((leg.account, leg.place) for leg in legs)
    return tuple(
        (account, Position(place.epoch, place.seq)) for account, place in places if isinstance(place, LinePlace)
    )


def _encode_line(line: Written) -> Attribute:
    account, position = line
    return {"M": {"a": id_attribute(account), "e": number(position.epoch), "q": number(position.seq)}}


def _line(attribute: Attribute, where: str) -> Written:
    fields = Fields(mapped_in(attribute, where), f"{where}, a line,")
    line = (id_in(fields.taken("a"), where), Position(fields.number("e"), fields.number("q")))
    fields.close()
    return line


def _encode_leg(leg: Leg) -> Attribute:
    place = leg.place
    where: Item = (
        {"e": number(place.epoch), "q": number(place.seq)}
        if isinstance(place, LinePlace)
        else {"r": text(place.region), "n": number(place.shard)}
    )
    said: Item = {
        "a": text(leg.account),
        "s": text(leg.side.value),
        "m": number(leg.money.minor),
        "c": text(leg.money.currency),
    }
    return {"M": said | where}


def _leg(found: dict[str, Attribute], where: str) -> Leg:
    fields = Fields(found, f"{where}, a leg,")
    leg = Leg(
        fields.text("a"),
        Side(fields.text("s")),
        Money(fields.number("m"), fields.text("c")),
        LinePlace(fields.number("e"), fields.number("q"))
        if fields.has("e")
        else ItemPlace(fields.text("r"), fields.number("n")),
    )
    fields.close()
    return leg


def _amount(fields: Fields) -> Money | None:
    return Money(fields.number("am"), fields.text("cu")) if fields.has("am") else None


def _refusal(fields: Fields) -> Refusal | None:
    if not fields.has("rc"):
        return None
    facts = {name: _fact_in(value, fields.where) for name, value in fields.mapped("rf").items()}
    return restore(fields.text("rc"), facts)


def _fact(value: Fact) -> Attribute:
    if value is None:
        return {"NULL": True}
    return number(value) if isinstance(value, int) else text(value)


def _fact_in(attribute: Attribute, where: str) -> Fact:
    if "NULL" in attribute:
        return None
    return number_in(attribute, where) if "N" in attribute else text_in(attribute, where)


def _fingerprint(fingerprint: str) -> Attribute:
    """`<version>:<64 hexadecimal digits>` as 32 bytes and the version's text after them."""
    match = _SHA256_TEXT.fullmatch(fingerprint)
    return binary(bytes.fromhex(match[2]) + match[1].encode()) if match else text(fingerprint)


def _fingerprint_in(attribute: Attribute, where: str) -> str:
    if "S" in attribute:
        return text_in(attribute, where)
    packed = attribute.get("B")
    if not isinstance(packed, bytes) or len(packed) < _SHA256_BYTES:
        raise TornRecord(f"{where} has no fingerprint that can be read")
    return packed[_SHA256_BYTES:].decode() + packed[:_SHA256_BYTES].hex()
