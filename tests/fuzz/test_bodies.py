"""Bodies, headers and tokens that are none, or not quite: a 4xx in the standard shape, or an answer, never a fault."""

import base64
import json
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import words
from tests.fuzz.documents import EXAMPLES
from tests.fuzz.looking import Keeper, keeping, look
from tests.fuzz.names import named
from tests.fuzz.requests import HEADERS, JSON, Sent
from tests.fuzz.share import share

WHOLE: Final = tuple(
    json.dumps({"query": text, "variables": {"id": named("own.account")}, "operationName": None}) for text in EXAMPLES
)
PIECES: Final = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"\\",
    b",",
    b":",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b"NaN",
    b"1e999",
    b"-0",
    b"9" * 400,
    b"null",
    b'"query": 1,',
    b"[" * 2_000,
)
bodies = st.one_of(
    st.binary(max_size=64),
    st.builds(
        lambda whole, place, length, piece: whole[: place % len(whole)] + piece + whole[place % len(whole) + length :],
        st.sampled_from(WHOLE).map(str.encode),
        st.integers(0, 600),
        st.integers(0, 8),
        st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)),
    ),
    words.json_values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions"]), words.json_values).map(
        lambda value: json.dumps(value).encode()
    ),
)
values = st.one_of(
    st.just(JSON),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    st.sampled_from(["gzip", "identity", f"{JSON}; charset=utf-16", "Bearer", "Bearer x.y.z", "*/*", "0", "9" * 400]),
)
headers = st.dictionaries(
    st.sampled_from(["content-type", "content-encoding", "accept", "x-forwarded-for", "authorization", "expect"]),
    values,
    max_size=2,
)


def test_bodies_of_any_bytes() -> None:
    @share(normal=200, full=5_000)
    @given(body=bodies)
    def each(keeper: Keeper, body: bytes) -> None:
        keeper.look(Sent("owner", body))

    with keeping(look) as keeper:
        each(keeper)


def test_headers_of_any_text() -> None:
    @share(normal=60, full=1_000)
    @given(found=headers, body=st.sampled_from(WHOLE))
    def each(keeper: Keeper, found: dict[str, str], body: str) -> None:
        keeper.look(Sent("owner", body, headers={**HEADERS, **found}))

    with keeping(look) as keeper:
        each(keeper)


def _segment(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


tokens = st.builds(
    lambda *parts: ".".join(parts),
    *[
        st.one_of(
            st.sampled_from(
                ["e30", "W10", "bnVsbA", "MQ", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJSUzI1NiIsImtpZCI6InBvb2wifQ"]
            ),
            words.json_values.map(lambda value: _segment(json.dumps(value).encode())),
            st.binary(max_size=12).map(_segment),
            st.text(max_size=6),
        )
    ]
    * 3,
)


def test_tokens_of_any_parts() -> None:
    """Headers and claims of any JSON, signed by nobody."""

    @share(normal=100, full=5_000)
    @given(token=tokens)
    def each(keeper: Keeper, token: str) -> None:
        keeper.look(Sent("owner", WHOLE[0], headers={**HEADERS, "authorization": f"Bearer {token}"}))

    with keeping(look) as keeper:
        each(keeper)
