"""Bodies, headers and paths that no partner would send: each is answered 202 or in the standard shape of a problem,
never with a fault, repeating nothing of what was sent, and what was stored ends processed or quarantined.
"""

import base64
import copy
import gzip
import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.partners.model import BODY_BYTES_MAX, DeliveryState
from functions.webhooks import handler as entry
from ops.webhook_description import known_problems
from tests.fuzz import words
from tests.fuzz.share import share
from tests.unit.partners.house import KIND, PartnersHouse
from tests.unit.partners.signing import SCHEMES, SPONSOR, V1, body_of, message

SAMPLE: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "fixtures/events/webhooks.json").read_text(encoding="utf-8")
)
SAID: Final = f'"type": "{KIND}", "version": 1'
GOOD: Final = f'{{{SAID}, "id": "evt_1", "amount": 100, "currency": "USD"}}'
TYPES: Final = known_problems()
CANARY: Final = "kanarienvogel"
"""Stands in everything that is sent, and in no answer."""
REFUSED: Final = frozenset(
    {
        "nothing",
        "a list instead of an object",
        "nested 1,000",
        "nested 50,000",
        "a big number",
        "not a number",
        "the same member twice",
        "a byte order mark",
        "UTF-16",
        "UTF-32",
        "Latin-1",
        "half a pair",
        "half a character",
        "packed with gzip",
        "no JSON",
        "XML that includes a file",
        "a zero byte",
        "256 KiB",
        "another type",
        "a list of types",
        "no type",
    }
)
"""Those by hand that are not even an object, or do not say the kind of their address; the others are stored, and then
not understood.
"""


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> PartnersHouse:
    made = PartnersHouse()
    monkeypatch.setattr(entry, "bank", lambda: made)
    return made


def delivered(body: bytes | None, *, text: bool = False, **changed: Any) -> dict[str, Any]:
    """As the API tells it: text as text, everything else in base64."""
    event = copy.deepcopy(SAMPLE) | changed
    if body is None:
        event.pop("body", None)
    else:
        event["body"] = body.decode() if text else base64.b64encode(body).decode()
        event["isBase64Encoded"] = not text
    return event


def signed(house: PartnersHouse, body: bytes, *, scheme: str = V1, message_id: str = "msg_1") -> dict[str, str]:
    return SPONSOR.headers(body, house.clock.now(), scheme=scheme, message_id=message_id, **{"x-canary": CANARY})


def answered(event: dict[str, Any]) -> int:
    """The status, of an answer that is a receipt or problem details, and nothing else."""
    answer = entry.handler(event, None)
    status: int = answer["statusCode"]
    told = json.loads(answer["body"])
    assert answer["headers"]["cache-control"] == "no-store"
    if status == 202:
        assert set(told) == {"delivery"}
    else:
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert set(told) == {"type", "title", "status", "detail", "instance"}
        assert told["status"] == status
        assert told["type"] in TYPES[status]
    assert status < 500
    assert CANARY not in json.dumps(answer)
    return status


BY_HAND: Final = {
    "a message": GOOD.encode(),
    "nothing": b"",
    "a list instead of an object": f"[{GOOD}]".encode(),
    "nested 1,000": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "nested 50,000": b"[" * 50_000,
    "a big number as text": f'{{{SAID}, "amount": "99999999999999999999"}}'.encode(),
    "a big number": b'{"amount": 99999999999999999999}',
    "an amount as a float": f'{{{SAID}, "amount": 1.10}}'.encode(),
    "a number beyond all floats": f'{{{SAID}, "amount": 1e400}}'.encode(),
    "not a number": b'{"amount": NaN}',
    "an unknown value of an enumeration": f'{{{SAID}, "data": {{"level": "UNIVERSE"}}}}'.encode(),
    "another type": b'{"type": "payment.exploded", "version": 1}',
    "a list of types": f'{{"type": ["{KIND}"]}}'.encode(),
    "no type": b"{}",
    "a field too many": GOOD[:-1].encode() + b', "more": {"even": ["more"]}}',
    "the same member twice": b'{"amount": 1, "amount": 2}',
    "another currency": GOOD.replace("USD", "XXX").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-32": GOOD.encode("utf-32"),
    "Latin-1": GOOD.replace("evt", "évt").encode("latin-1"),
    "half a pair": b'{"id": "\\ud800"}',
    "half a character": "é".encode()[:1],
    "packed with gzip": gzip.compress(GOOD.encode(), mtime=0),
    "no JSON": b"id=evt_1&type=payment.settled",
    "XML that includes a file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a zero byte": b"\x00",
    "256 KiB": b"x" * BODY_BYTES_MAX,
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", BY_HAND)
def test_a_signed_body_by_hand_is_refused_or_set_aside(house: PartnersHouse, name: str, scheme: str) -> None:
    body = BY_HAND[name]

    status = answered(delivered(body, headers=signed(house, body, scheme=scheme)))

    assert status == (400 if name in REFUSED else 202)
    for delivery in house.queue:
        assert house.partners.process(delivery).state is DeliveryState.QUARANTINED
    assert len(house.queue) == (status == 202)


@pytest.mark.parametrize("body", BY_HAND.values(), ids=BY_HAND)
def test_an_unsigned_body_by_hand_is_not_even_read(house: PartnersHouse, body: bytes) -> None:
    assert answered(delivered(body, headers=signed(house, b"another"))) == 403


@pytest.mark.parametrize("size", [BODY_BYTES_MAX + 1, 1_000_000, 6_000_000])
def test_a_body_that_is_too_large_is_refused_before_anything_is_made_of_it(size: int) -> None:
    assert answered(delivered(b"x" * size)) == 413
    assert answered(delivered(b"x" * size, text=True)) == 413


def test_half_a_pair_in_a_text_is_malformed() -> None:
    event = delivered(b"", text=True)
    event["body"] = "\ud800"

    assert answered(event) == 400


@pytest.mark.parametrize("name", ["webhook-signature", "webhook-id", "webhook-timestamp"])
@pytest.mark.parametrize(
    "value",
    ["", "v1,AAAA", f"v1,{CANARY} v1,BBBB", "t=1,v1=ff", "9" * 8_000, "-1", "\xff", "\ud800", "v1a,%", "a" * 90_000],
)
def test_a_header_opens_nothing(house: PartnersHouse, name: str, value: str) -> None:
    headers = signed(house, GOOD.encode()) | {name: value}
    assert answered(delivered(GOOD.encode(), headers=headers)) in (400, 403)


def test_any_bytes_from_anybody(house: PartnersHouse) -> None:
    @share(normal=200, full=5_000)
    @given(
        body=st.one_of(
            st.none(), st.binary(max_size=200), words.json_values.map(lambda value: json.dumps(value).encode())
        ),
        partner=st.one_of(st.text(max_size=30), st.sampled_from(["sponsor", "../admin", CANARY, "", "a" * 2_000])),
        kind=st.one_of(st.text(max_size=30), st.sampled_from([KIND, "", "a/b"])),
        found=st.dictionaries(
            st.one_of(st.text(max_size=12), st.sampled_from([*SPONSOR.headers(b"", house.clock.now())])),
            st.text(max_size=30),
            max_size=4,
        ),
        method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "TRACE", "post"]),
    )
    def each(body: bytes | None, partner: str, kind: str, found: dict[str, str], method: str) -> None:
        event = delivered(
            body, headers={**found, "x-canary": CANARY}, pathParameters={"partner": partner, "kind": kind}
        )
        event["requestContext"]["http"]["method"] = method
        assert answered(event) in (400, 403, 404, 405, 415)

    each()
    assert house.queue == []


def test_any_object_that_a_partner_signs_is_stored_and_settled(house: PartnersHouse) -> None:
    @share(normal=200, full=5_000)
    @given(
        changed=st.dictionaries(
            st.sampled_from(["type", "version", "occurred_at", "data", CANARY]), words.json_values, max_size=3
        ),
        data=st.dictionaries(
            st.sampled_from(["file", "sha256", "entries", "debit_minor", "credit_minor", CANARY]),
            words.json_values,
            max_size=3,
        ),
    )
    def each(changed: dict[str, Any], data: dict[str, Any]) -> None:
        told = message()
        told = {**told, "data": {**told["data"], **data}, **changed}
        body = json.dumps(told).encode()
        house.queue.clear()
        status = answered(delivered(body, headers=signed(house, body, message_id=sha256(body).hexdigest())))
        assert status in (202, 400)
        for delivery in house.queue:
            settled = house.partners.process(delivery)
            assert settled.state in (DeliveryState.PROCESSED, DeliveryState.QUARANTINED)
            assert CANARY not in f"{settled.reason} {settled.detail}"

    each()


def test_any_change_of_a_signed_body_is_noticed(house: PartnersHouse) -> None:
    body = body_of()

    @share(normal=100, full=2_000)
    @given(place=st.integers(0, len(body) - 1), bit=st.integers(0, 7), scheme=st.sampled_from(SCHEMES))
    def each(place: int, bit: int, scheme: str) -> None:
        flipped = body[:place] + bytes([body[place] ^ 1 << bit]) + body[place + 1 :]
        assert answered(delivered(flipped, headers=signed(house, body, scheme=scheme))) == 403

    each()


def test_any_text_that_is_said_to_be_base64() -> None:
    @share(normal=200, full=5_000)
    @given(
        text=st.one_of(
            st.text(max_size=60), st.text("AB=+/-_\n", max_size=20), st.text(st.characters(codec=None), max_size=5)
        )
    )
    def each(text: str) -> None:
        event = delivered(b"") | {"body": text, "isBase64Encoded": True}
        assert answered(event) in (400, 403)

    each()
