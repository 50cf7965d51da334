"""Bodies, headers and paths that no partner would send. Nobody is a partner yet, so every one of them is refused, in
the standard shape, repeating nothing of what was sent.

What partners' signatures will have to bear is listed in docs/proof/fuzz.md; each row waits for the first partner.
"""

import base64
import copy
import gzip
import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.partners.model import BODY_BYTES_MAX
from functions.webhooks.handler import handler
from tests.fuzz import words
from tests.fuzz.share import share

SAMPLE: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "fixtures/events/webhooks.json").read_text(encoding="utf-8")
)
GOOD: Final = '{"id": "evt_1", "type": "payment.settled", "amount": 100, "currency": "USD"}'
TYPES: Final = {
    400: "urn:florin:problem:body-malformed",
    404: "urn:florin:problem:unknown-partner",
    405: "urn:florin:problem:wrong-method",
    413: "urn:florin:problem:body-too-large",
}
CANARY: Final = "kanarienvogel"
"""Stands in everything that is sent, and in no answer."""


def delivered(body: bytes | None, *, text: bool = False, **changed: Any) -> dict[str, Any]:
    """As the API tells it: text as text, everything else in base64."""
    event = copy.deepcopy(SAMPLE) | changed
    if body is None:
        event.pop("body", None)
    else:
        event["body"] = body.decode() if text else base64.b64encode(body).decode()
        event["isBase64Encoded"] = not text
    return event


def refused(event: dict[str, Any]) -> int:
    """The status, of an answer that is problem details and nothing else."""
    answer = handler(event, None)
    status: int = answer["statusCode"]
    problem = json.loads(answer["body"])
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert answer["headers"]["cache-control"] == "no-store"
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert (problem["type"], problem["status"]) == (TYPES[status], status)
    assert CANARY not in json.dumps(answer)
    return status


BY_HAND: Final = {
    "a message": GOOD.encode(),
    "nothing": b"",
    "a list instead of an object": f"[{GOOD}]".encode(),
    "nested 1,000": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "nested 50,000": b"[" * 50_000,
    "a big number as text": b'{"amount": "99999999999999999999"}',
    "a big number": b'{"amount": 99999999999999999999}',
    "an amount as a float": b'{"amount": 1.10}',
    "a number beyond all floats": b'{"amount": 1e400}',
    "not a number": b'{"amount": NaN}',
    "an unknown value of an enumeration": b'{"type": "payment.exploded"}',
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


@pytest.mark.parametrize("body", BY_HAND.values(), ids=BY_HAND)
def test_a_body_by_hand_meets_no_partner(body: bytes) -> None:
    assert refused(delivered(body)) == 404


@pytest.mark.parametrize("size", [BODY_BYTES_MAX + 1, 1_000_000, 6_000_000])
def test_a_body_that_is_too_large_is_refused_before_anything_is_made_of_it(size: int) -> None:
    assert refused(delivered(b"x" * size)) == 413
    assert refused(delivered(b"x" * size, text=True)) == 413


def test_half_a_pair_in_a_text_is_malformed() -> None:
    event = delivered(b"", text=True)
    event["body"] = "\ud800"

    assert refused(event) == 400


@pytest.mark.parametrize(
    "name",
    ["webhook-signature", "webhook-id", "webhook-timestamp", "stripe-signature", "authorization", "x-forwarded-for"],
)
@pytest.mark.parametrize("value", ["", "v1,AAAA", f"v1,{CANARY} v1,BBBB", "t=1,v1=ff", "9" * 8_000, "-1", "\xff"])
def test_a_header_opens_nothing(name: str, value: str) -> None:
    assert refused(delivered(GOOD.encode(), headers={name: value})) == 404


def test_any_bytes_from_anybody() -> None:
    @share(normal=200, full=5_000)
    @given(
        body=st.one_of(
            st.none(), st.binary(max_size=200), words.json_values.map(lambda value: json.dumps(value).encode())
        ),
        partner=st.one_of(st.text(max_size=30), st.sampled_from(["../admin", CANARY, "", "%2e%2e", "a" * 2_000])),
        found=st.dictionaries(st.text(max_size=12), st.text(max_size=30), max_size=3),
        method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "TRACE", "post"]),
    )
    def each(body: bytes | None, partner: str, found: dict[str, str], method: str) -> None:
        event = delivered(
            body,
            headers={**found, "x-canary": CANARY},
            rawPath=f"/webhooks/{partner}",
            pathParameters={"partner": partner},
        )
        event["requestContext"]["http"]["method"] = method
        assert refused(event) == (404 if method == "POST" else 405)

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
        assert refused(event) in (400, 404)

    each()
