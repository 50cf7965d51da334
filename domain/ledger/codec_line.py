"""A line as an item: what changed, and the state of the account after it, in less than a kilobyte.

A line lists the open holds packed (`ho`), or says how many there are, which line lists them and when the first
expires (`hn`, `ha`, `hx`).
"""

from collections.abc import Mapping
from datetime import datetime

from domain.ledger.attributes import Attribute, Fields, Item, binary, day, decoded, instant, number, text
from domain.ledger.codec_ids import id_attribute, id_in, maybe_id
from domain.ledger.item_keys import line_sort, log_key, position_of
from domain.ledger.model import Batching, Hold, Limits, Line, Position, Side, State, Status
from domain.ledger.packing import pack_holds, unpack_holds


def encode_line(line: Line) -> Item:
    item: Item = {
        "pk": text(log_key(line.account)),
        "sk": text(line_sort(line.position)),
        "j": id_attribute(line.journal),
        "k": text(line.kind),
        "am": number(line.amount_minor),
        "hc": number(line.held_change_minor),
        "ed": day(line.effective_on),
    }
    if line.digest:
        item["dg"] = binary(line.digest)
    if line.previous_hash:
        item["ph"] = binary(line.previous_hash)
    if line.counter is not None:
        item["ct"] = id_attribute(line.counter)
    if line.subject is not None:
        item["su"] = id_attribute(line.subject)
    if line.released:
        item["rl"] = {"L": [id_attribute(hold) for hold in line.released]}
    return item | _encode_state(line.state)


def decode_line(item: Mapping[str, Attribute]) -> Line:
    return decoded(item, _line)


def _line(fields: Fields) -> Line:
    account, position = fields.text("pk").removeprefix("A#"), position_of(fields.text("sk"))
    return Line(
        state=_state(fields, account, position),
        journal=id_in(fields.taken("j"), fields.where),
        digest=fields.maybe("dg", fields.binary) or b"",
        kind=fields.text("k"),
        amount_minor=fields.number("am"),
        held_change_minor=fields.number("hc"),
        counter=maybe_id(fields, "ct"),
        effective_on=fields.day("ed"),
        subject=maybe_id(fields, "su"),
        released=_ids(fields, "rl"),
        previous_hash=fields.maybe("ph", fields.binary) or b"",
    )


def _encode_state(state: State) -> Item:
    limits = state.limits
    item: Item = {
        "cu": text(state.currency),
        "nm": text(state.normal.value),
        "po": number(state.posted_minor),
        "he": number(state.held_minor),
        "st": text(state.status.value),
        "lo": number(limits.overdraft_minor),
        "bt": text(state.batching.value),
        "dm": number(state.day_debits_minor),
        "ba": instant(state.booked_at),
        "bd": day(state.booked_day),
    }
    if limits.per_transfer_minor is not None:
        item["lt"] = number(limits.per_transfer_minor)
    if limits.per_day_minor is not None:
        item["ld"] = number(limits.per_day_minor)
    if state.joint_limits:
        item["jl"] = {"L": [id_attribute(limit) for limit in state.joint_limits]}
    if state.day is not None:
        item["dd"] = day(state.day)
    if state.hash:
        item["h"] = binary(state.hash)
    return item | _encode_holds(state)


def _state(fields: Fields, account: str, position: Position) -> State:
    listed = fields.maybe("ho", fields.binary)
    holds = None if listed is None else unpack_holds(listed)
    if holds is None:
        count, earliest = fields.number("hn"), fields.maybe("hx", fields.instant)
        holds_at: Position | None = position_of(f"L#{fields.text('ha')}")
    else:
        count, earliest = len(holds), _earliest(holds)
        holds_at = position if holds else None
    return State(
        account=account,
        position=position,
        currency=fields.text("cu"),
        normal=Side(fields.text("nm")),
        posted_minor=fields.number("po"),
        held_minor=fields.number("he"),
        holds=holds,
        holds_count=count,
        holds_at=holds_at,
        earliest_expiry=earliest,
        status=Status(fields.text("st")),
        limits=Limits(
            overdraft_minor=fields.number("lo"),
            per_transfer_minor=fields.maybe("lt", fields.number),
            per_day_minor=fields.maybe("ld", fields.number),
        ),
        joint_limits=_ids(fields, "jl"),
        batching=Batching(fields.text("bt")),
        day=fields.maybe("dd", fields.day),
        day_debits_minor=fields.number("dm"),
        booked_at=fields.instant("ba"),
        booked_day=fields.day("bd"),
        hash=fields.maybe("h", fields.binary) or b"",
    )


def _encode_holds(state: State) -> Item:
    if state.holds is not None:
        _check_listed(state, state.holds)
        return {"ho": binary(pack_holds(state.holds))}
    if state.holds_at is None:
        raise ValueError(f"{state.account} has {state.holds_count} holds that no line lists")
    item: Item = {
        "hn": number(state.holds_count),
        "ha": text(line_sort(state.holds_at).removeprefix("L#")),
    }
    if state.earliest_expiry is not None:
        item["hx"] = instant(state.earliest_expiry)
    return item


def _check_listed(state: State, holds: tuple[Hold, ...]) -> None:
    """What follows from the list is not kept beside it, so it must follow."""
    said = (state.holds_count, state.earliest_expiry, state.holds_at)
    if said != (len(holds), _earliest(holds), state.position if holds else None):
        raise ValueError(f"{state.account} {state.position} says of its holds what their list does not: {said}")


def _earliest(holds: tuple[Hold, ...]) -> datetime | None:
    return min((hold.expires_at for hold in holds if hold.expires_at is not None), default=None)


def _ids(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(id_in(part, fields.where) for part in fields.maybe(name, fields.listed) or ())
