"""Every item of the ledger's table and the model value it keeps, both ways.

Journals and lines have rooms of their own; here are the smaller items, the whole of a transaction, and the way back
from any item by its key (for streams and for whoever checks the books).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.ledger.attributes import Attribute, Fields, Item, binary, day, decoded, instant, number, text
from domain.ledger.codec_ids import id_attribute, id_in, maybe_id
from domain.ledger.codec_journal import decode_journal, encode_journal
from domain.ledger.codec_line import decode_line, encode_line
from domain.ledger.item_keys import (
    RECOVERY_SORT,
    claim_sort,
    journal_key,
    leg_sort,
    legs_key,
    line_sort,
    log_key,
    position_of,
    registry_key,
    registry_sort,
)
from domain.ledger.model import (
    Claim,
    Journal,
    LegItem,
    Line,
    LinePlace,
    Registration,
    Side,
    TornRecord,
    Total,
)
from domain.ledger.shards import shard_account
from domain.ledger.store import Writes, day_text, minute_of

__all__ = [
    "Kept",
    "Recovery",
    "decode",
    "decode_claim",
    "decode_journal",
    "decode_leg",
    "decode_line",
    "decode_recovery",
    "decode_registration",
    "decode_total",
    "encode_claim",
    "encode_journal",
    "encode_leg",
    "encode_line",
    "encode_recovery",
    "encode_registration",
    "encode_total",
    "item_of_image",
    "items_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What a forced debit took below the account's limit: to be recovered from its owner."""

    journal: str
    account: str
    shortfall_minor: int
    currency: str


Kept = Journal | Line | LegItem | Claim | Total | Registration | Recovery


def items_of(writes: Writes, *, region: str, spread: int) -> list[Item]:
    """Every item of one transaction, the journal first."""
    journal = writes.journal
    items = [encode_journal(journal, region=region, spread=spread)]
    items += [encode_line(line) for line in writes.lines]
    items += [encode_leg(leg) for leg in writes.legs]
    if writes.claim is not None:
        items.append(encode_claim(writes.claim))
    if journal.forced and journal.posted and journal.shortfall_minor:
        items.append(encode_recovery(recovery_of(journal)))
    if writes.registered is not None:
        seq = max((line.position.seq for line in writes.lines), default=0)
        since = Registration(writes.registered, day_text(journal.booked_at))
        items.append(encode_registration(since, region=region, seq=seq))
    return items


def recovery_of(journal: Journal) -> Recovery:
    """The debited account with a limit to fall below: the first guarded one."""
    for leg in journal.legs:
        if leg.side is Side.DEBIT and isinstance(leg.place, LinePlace):
            return Recovery(
                journal=journal.id,
                account=leg.account,
                shortfall_minor=journal.shortfall_minor,
                currency=leg.money.currency,
            )
    raise ValueError(f"{journal.id} falls short and debits no guarded account")


def decode(item: Mapping[str, Attribute]) -> Kept:
    """Any item of the table, told by its key."""
    partition, sort = str(item["pk"].get("S")), str(item["sk"].get("S"))
    decoders: tuple[tuple[bool, Callable[[Mapping[str, Attribute]], Kept]], ...] = (
        (partition.startswith("A#") and "hm" in item, decode_total),
        (partition.startswith("A#"), decode_line),
        (partition.startswith("J#") and sort == "J", decode_journal),
        (partition.startswith("J#") and sort == RECOVERY_SORT, decode_recovery),
        (partition.startswith("J#") and sort.startswith("R#"), decode_claim),
        (partition.startswith("I#"), decode_leg),
        (partition.startswith("B#"), decode_registration),
    )
    for told, decoder in decoders:
        if told:
            return decoder(item)
    raise TornRecord(f"nothing of the ledger lies under {partition} {sort}")


def item_of_image(image: Mapping[str, Mapping[str, Any]]) -> Item:
    """An item from a stream record's image, where binary values are Base64 text."""
    return {name: _attribute_of_image(attribute) for name, attribute in image.items()}


def _attribute_of_image(attribute: Mapping[str, Any]) -> Attribute:
    ((kind, value),) = attribute.items()
    match kind:
        case "B":
            return {kind: base64.b64decode(value, validate=True)}
        case "L":
            return {kind: [_attribute_of_image(part) for part in value]}
        case "M":
            return {kind: item_of_image(value)}
    return {kind: value}


def encode_leg(leg: LegItem) -> Item:
    minute = minute_of(leg.booked_at)
    item: Item = {
        "pk": text(legs_key(leg.account, leg.region, leg.shard, minute.day)),
        "sk": text(leg_sort(minute.hhmm, leg.journal, leg.leg)),
        "dg": binary(leg.digest),
        "k": text(leg.kind),
        "am": number(leg.signed_minor),
        "cu": text(leg.currency),
        "ba": instant(leg.booked_at),
        "bd": day(leg.booked_day),
        "ed": day(leg.effective_on),
    }
    if leg.counter is not None:
        item["ct"] = id_attribute(leg.counter)
    return item


def _leg(fields: Fields) -> LegItem:
    _, account, region, shard, utc_day = fields.text("pk").split("#")
    hhmm, journal, leg = fields.text("sk").split("#")
    booked_at = fields.instant("ba")
    minute = minute_of(booked_at)
    if (minute.day, minute.hhmm) != (utc_day, hhmm):
        raise TornRecord(f"{fields.where} lies in another minute than it was booked in")
    return LegItem(
        account=account,
        region=region,
        shard=int(shard),
        journal=journal,
        digest=fields.binary("dg"),
        leg=int(leg),
        kind=fields.text("k"),
        signed_minor=fields.number("am"),
        currency=fields.text("cu"),
        counter=maybe_id(fields, "ct"),
        booked_at=booked_at,
        booked_day=fields.day("bd"),
        effective_on=fields.day("ed"),
    )


def encode_claim(claim: Claim) -> Item:
    return {
        "pk": text(journal_key(claim.original)),
        "sk": text(claim_sort(claim.n)),
        "j": id_attribute(claim.journal),
        "am": number(claim.reversed_minor),
    }


def _claim(fields: Fields) -> Claim:
    return Claim(
        original=fields.text("pk").removeprefix("J#"),
        n=int(fields.text("sk").removeprefix("R#")),
        journal=id_in(fields.taken("j"), fields.where),
        reversed_minor=fields.number("am"),
    )


def encode_recovery(recovery: Recovery) -> Item:
    return {
        "pk": text(journal_key(recovery.journal)),
        "sk": text(RECOVERY_SORT),
        "a": id_attribute(recovery.account),
        "am": number(recovery.shortfall_minor),
        "cu": text(recovery.currency),
    }


def _recovery(fields: Fields) -> Recovery:
    fields.text("sk")
    return Recovery(
        journal=fields.text("pk").removeprefix("J#"),
        account=id_in(fields.taken("a"), fields.where),
        shortfall_minor=fields.number("am"),
        currency=fields.text("cu"),
    )


def encode_registration(registration: Registration, *, region: str, seq: int) -> Item:
    return {
        "pk": text(registry_key(region)),
        "sk": text(registry_sort(registration.account, seq)),
        "sd": text(registration.since),
    }


def _registration(fields: Fields) -> Registration:
    fields.text("pk")
    return Registration(account=fields.text("sk").rpartition("#")[0], since=fields.text("sd"))


def encode_total(total: Total) -> Item:
    return {
        "pk": text(log_key(shard_account(total.account, total.region, total.shard))),
        "sk": text(line_sort(total.position)),
        "ud": text(total.day),
        "hm": text(total.hhmm),
        "bd": day(total.booked_day),
        "n": number(total.count),
        "cr": number(total.credits_minor),
        "db": number(total.debits_minor),
        "po": number(total.posted_minor),
        "dg": binary(total.digest),
        "ph": binary(total.previous_hash),
        "h": binary(total.hash),
    }


def _total(fields: Fields) -> Total:
    account, _, shard = fields.text("pk").removeprefix("A#").rpartition("@")
    region, _, number_of_shard = shard.rpartition(".")
    return Total(
        account=account,
        region=region,
        shard=int(number_of_shard),
        position=position_of(fields.text("sk")),
        day=fields.text("ud"),
        hhmm=fields.text("hm"),
        booked_day=fields.day("bd"),
        count=fields.number("n"),
        credits_minor=fields.number("cr"),
        debits_minor=fields.number("db"),
        posted_minor=fields.number("po"),
        digest=fields.binary("dg"),
        previous_hash=fields.binary("ph"),
        hash=fields.binary("h"),
    )


def decode_leg(item: Mapping[str, Attribute]) -> LegItem:
    return decoded(item, _leg)


def decode_claim(item: Mapping[str, Attribute]) -> Claim:
    return decoded(item, _claim)


def decode_recovery(item: Mapping[str, Attribute]) -> Recovery:
    return decoded(item, _recovery)


def decode_registration(item: Mapping[str, Attribute]) -> Registration:
    return decoded(item, _registration)


def decode_total(item: Mapping[str, Attribute]) -> Total:
    return decoded(item, _total)
