"""What a body must be before anything is made of it, and how a delivery moves, as pure functions.

A body is I-JSON (RFC 7493): UTF-8 without a byte order mark, an object, no member twice, no half of a surrogate pair,
integers that a double holds. What a kind's model asks beyond that is judged when the message is processed.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.partners.model import (
    BODY_BYTES_MAX,
    DETAIL_LENGTH_MAX,
    Arrival,
    BodyMalformed,
    Delivery,
    DeliveryState,
    Verified,
)

DEPTH_MAX: Final = 32
"""The deepest message has four levels; deeper than this is somebody's trial of the parser."""
DIGITS_MAX: Final = 16
INTEGER_MAX: Final = 2**53 - 1
"""RFC 7493, section 2.2: beyond it, programs in other languages read another number."""
TRIES_MAX: Final = 5
"""As often as the queue gives a message out (infra/messaging.yaml) before it sets it aside."""
TOLERANCE_DEFAULT: Final = timedelta(minutes=5)
"""Standard Webhooks 1.0.0: what its own libraries allow."""
RECEIPT_KEPT: Final = timedelta(days=8)
"""The ladder of tries (docs/webhooks.md) is over after 76 hours; a partner whose clock hung has as long again."""
SEND_AGAIN_AFTER: Final = timedelta(minutes=1)
"""A message that was put into the queue is begun within seconds; one that was not waits no longer than this."""
SEND_AGAIN_AFTER_MAX: Final = timedelta(hours=1)
"""While nobody works on the queue the same message is put there ever more rarely."""
BEGUN_AGAIN_AFTER: Final = timedelta(minutes=20)
"""The queue itself gives out again what was begun and not ended: five times, three minutes apart."""
_DOUBLINGS_MAX: Final = 6

KIND_LENGTH_MAX: Final = 128
KIND_SHAPE: Final = rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{KIND_LENGTH_MAX - 1}}}"
"""What may be a kind at all: names with points between, as Standard Webhooks 1.0.0 has them, and what is near to one.
Whether anybody knows it is found out when the message is processed."""
KIND: Final = re.compile(KIND_SHAPE, re.ASCII)
VERSION_MAX: Final = 2**31 - 1
"""The integers of GraphQL (October 2021, section 3.5.1)."""

TRANSITIONS: Final[dict[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.RECEIVED: frozenset({DeliveryState.PROCESSED, DeliveryState.QUARANTINED, DeliveryState.FAILED}),
    DeliveryState.QUARANTINED: frozenset({DeliveryState.RECEIVED}),
    DeliveryState.FAILED: frozenset({DeliveryState.RECEIVED}),
    DeliveryState.PROCESSED: frozenset(),
}
"""Only a person's replay leads back; what was processed stays so."""


# --- bodies ----------------------------------------------------------------------------------------------------


def parsed(body: bytes) -> dict[str, Any] | BodyMalformed:
    """The object that a body is, or the one sentence about what it is not. Bounded in time whatever is sent."""
    if len(body) > BODY_BYTES_MAX:
        return BodyMalformed(f"has at most {BODY_BYTES_MAX} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return BodyMalformed("is text in UTF-8")
    if text.startswith("\ufeff"):
        return BodyMalformed("begins without a byte order mark")
    try:
        found: object = json.loads(text, object_pairs_hook=_no_doubles, parse_int=_integer, parse_constant=_no_constant)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # halves of surrogate pairs are no text
    except RecursionError:
        return _TOO_DEEP
    except _NotInteroperable as fault:
        return BodyMalformed(str(fault))
    except ValueError:
        return BodyMalformed("is JSON")
    if not isinstance(found, dict):
        return BodyMalformed("is one JSON object")
    return _TOO_DEEP if _depth(found) > DEPTH_MAX else found


class _NotInteroperable(ValueError):
    """JSON, and not such JSON as everybody reads alike. The text goes on "The body …"."""


_TOO_DEEP: Final = BodyMalformed(f"is nested at most {DEPTH_MAX} deep")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotInteroperable("has no member twice in one object")
    return found


def _integer(text: str) -> int:
    """Its length is looked at first: to read a number of a million digits takes longer than to refuse it."""
    if len(text.lstrip("-")) <= DIGITS_MAX and abs(number := int(text)) <= INTEGER_MAX:
        return number
    raise _NotInteroperable("has no integer beyond 2^53 - 1")


def _no_constant(text: str) -> None:
    raise _NotInteroperable(f"has numbers that JSON knows, not {text}")


def _depth(found: dict[str, Any]) -> int:
    """Level by level, so that it is safe for whatever the parser let pass."""
    depth = 0
    level: list[Iterable[Any]] = [found.values()]
    while level:
        depth += 1
        inner = [value for values in level for value in values if isinstance(value, dict | list)]
        level = [value.values() if isinstance(value, dict) else value for value in inner]
    return depth


def version_of(message: dict[str, Any]) -> int | None:
    """None of what cannot be one."""
    version = message.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or abs(version) > VERSION_MAX:
        return None
    return version


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


# --- how a delivery moves --------------------------------------------------------------------------------------


def received(
    arrival: Arrival, verified: Verified, message: dict[str, Any], *, delivery_id: str, now: datetime
) -> Delivery:
    return Delivery(
        id=delivery_id,
        partner=arrival.partner,
        message_id=verified.message_id,
        kind=arrival.kind,
        version=version_of(message),
        body_digest=digest(arrival.body),
        scheme=verified.scheme,
        received_at=now,
        due_at=now + SEND_AGAIN_AFTER,
    )


def begun(delivery: Delivery, now: datetime) -> Delivery:
    """One more try begins: written down before it does, so that what kills the process is not tried for ever."""
    return _changed(delivery, attempts=delivery.attempts + 1, sends=0, due_at=now + BEGUN_AGAIN_AFTER)


def sent_again(delivery: Delivery, now: datetime) -> Delivery:
    pause: timedelta = min(SEND_AGAIN_AFTER * 2 ** min(delivery.sends + 1, _DOUBLINGS_MAX), SEND_AGAIN_AFTER_MAX)
    return _changed(delivery, sends=delivery.sends + 1, due_at=now + pause)


def processed(delivery: Delivery, now: datetime) -> Delivery:
    return _settled(delivery, DeliveryState.PROCESSED, now, reason=None, detail=None)


def quarantined(delivery: Delivery, now: datetime, *, reason: str, detail: str | None) -> Delivery:
    cut = None if detail is None else detail[:DETAIL_LENGTH_MAX]
    return _settled(delivery, DeliveryState.QUARANTINED, now, reason=reason, detail=cut)


def failed(delivery: Delivery, now: datetime, *, reason: str) -> Delivery:
    return _settled(delivery, DeliveryState.FAILED, now, reason=reason, detail=None)


def replayed(delivery: Delivery, *, by: str, now: datetime) -> Delivery:
    """To be processed again as it is, from the first try."""
    moved = _moved(delivery, DeliveryState.RECEIVED)
    return replace(
        moved, attempts=0, sends=0, due_at=now, settled_at=None, replayed_by=by, replays=delivery.replays + 1
    )


def mended(
    original: Delivery, body: bytes, message: dict[str, Any], *, delivery_id: str, by: str, now: datetime
) -> Delivery:
    """A delivery of its own which names the one it mends. Nobody but us vouches for its body."""
    return Delivery(
        id=delivery_id,
        partner=original.partner,
        message_id=original.message_id,
        kind=message["type"],
        version=version_of(message),
        body_digest=digest(body),
        scheme=None,
        received_at=now,
        due_at=now,
        mends=original.id,
        replayed_by=by,
    )


def set_right(original: Delivery, mend: Delivery) -> Delivery:
    """Another one has its place: this one is not processed any more, nor mended once more."""
    return replace(original, mended_by=mend.id, revision=original.revision + 1)


def discarded(delivery: Delivery, *, by: str) -> Delivery:
    """Set aside for good."""
    if not replayable(delivery):
        raise ValueError(f"{delivery.id} is not set aside")
    return replace(delivery, discarded_by=by, revision=delivery.revision + 1)


def replayable(delivery: Delivery) -> bool:
    set_aside = DeliveryState.RECEIVED in TRANSITIONS[delivery.state]
    return set_aside and delivery.discarded_by is None and delivery.mended_by is None


def claim_id(person: str, key: str) -> str:
    return hashlib.sha256(f"{person}\x00{key}".encode()).hexdigest()


def fingerprint(delivery_id: str, body: bytes | None) -> str:
    """Of what was asked: the same delivery with another body is another request."""
    return f"1:{delivery_id}:{'as-it-is' if body is None else digest(body)}"


def _settled(
    delivery: Delivery, state: DeliveryState, now: datetime, *, reason: str | None, detail: str | None
) -> Delivery:
    moved = _moved(delivery, state)
    return replace(moved, due_at=None, settled_at=now, reason=reason, detail=detail)


def _moved(delivery: Delivery, state: DeliveryState) -> Delivery:
    if state not in TRANSITIONS[delivery.state]:
        raise ValueError(f"{delivery.id} does not go from {delivery.state} to {state}")
    return replace(delivery, state=state, revision=delivery.revision + 1)


def _changed(delivery: Delivery, *, due_at: datetime, sends: int, attempts: int | None = None) -> Delivery:
    return replace(
        delivery,
        due_at=due_at,
        sends=sends,
        attempts=delivery.attempts if attempts is None else attempts,
        revision=delivery.revision + 1,
    )
