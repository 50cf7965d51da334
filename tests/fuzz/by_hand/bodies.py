"""Bodies, codings, media types and methods: one JSON object in UTF-8, sent with POST, as it is."""

import gzip
import json
from collections.abc import Iterator
from typing import Final

from tests.fuzz.by_hand.row import OK, WHO, Row, paying, raw
from tests.fuzz.requests import JSON, Sent, asked

ASKED: Final = json.dumps({"query": WHO})
VARIABLES: Final = '{"query": "query($id: ID!) { node(id: $id) { id } }", "variables": %s}'


def rows() -> Iterator[Row]:
    yield from _malformed()
    yield from _codings()
    yield from _types_and_methods()
    yield from _sizes()
    yield from _members()


def _malformed() -> Iterator[Row]:
    malformed = (
        ("a batch", f"[{ASKED}]"),
        ("an empty batch", "[]"),
        ("the same member twice", '{"query": "{ viewer { person } }", "query": "{ viewer { region } }"}'),
        ("the same variable twice", VARIABLES % '{"id": "<own.account>", "id": "<own.second>"}'),
        ("the same member of an inner object twice", VARIABLES % '{"id": {"a": 1, "a": 2}}'),
        ("half a pair", VARIABLES % '{"id": "\\ud800"}'),
        ("half a pair as a name", VARIABLES % '{"\\udfff": 1}'),
        ("NaN", VARIABLES % '{"id": NaN}'),
        ("minus infinity", VARIABLES % '{"id": -Infinity}'),
        ("nested 30,000", VARIABLES % ('{"id": ' + "[" * 30_000 + "]" * 30_000 + "}")),
        ("nested 1,000", VARIABLES % ('{"id": ' + "[" * 1_000 + "]" * 1_000 + "}")),
        ("a number of 5,000 digits", VARIABLES % f'{{"id": {"9" * 5_000}}}'),
        ("a comment", ASKED[:-1] + "/* */}"),
        ("a comma too many", ASKED[:-1] + ",}"),
        ("single quotes", "{'query': '{ viewer { person } }'}"),
        ("two objects", ASKED + ASKED),
        ("a form", "query=%7B+viewer+%7B+person+%7D+%7D"),
        ("nothing", ""),
        ("null", "null"),
        ("variables that are a text", '{"query": "{ viewer { person } }", "variables": "{}"}'),
        ("variables that are a list", '{"query": "{ viewer { person } }", "variables": []}'),
        ("extensions that are a text", '{"query": "{ viewer { person } }", "extensions": "x"}'),
        ("a persisted query", '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}'),
        ("a query that is a list", '{"query": ["{ viewer { person } }"]}'),
    )
    for name, body in malformed:
        yield Row(name, raw(body), 400, "REQUEST_MALFORMED")


def _codings() -> Iterator[Row]:
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"):
        body = ASKED.replace("person", "person # ü\\n").encode(coding)
        yield Row(f"in {coding}", raw(body), 400, "REQUEST_MALFORMED")
        said = raw(body, content_type=f"{JSON}; charset={coding}")
        yield Row(f"in {coding}, and said to be", said, 415, "MEDIA_TYPE_UNSUPPORTED")
    yield Row("half a character", raw(ASKED.replace("person", "person # ü\\n").encode()[:-9]), 400, "REQUEST_MALFORMED")
    packed = gzip.compress(ASKED.encode(), mtime=0)
    yield Row("packed with gzip", raw(packed, content_encoding="gzip"), 415, "MEDIA_TYPE_UNSUPPORTED")
    yield Row("said to be packed", raw(ASKED, content_encoding="br"), 415, "MEDIA_TYPE_UNSUPPORTED")
    yield Row("packed and not said to be", raw(packed), 400, "REQUEST_MALFORMED")
    yield Row("said to be plain", raw(ASKED, content_encoding="identity"), 200, OK)


def _types_and_methods() -> Iterator[Row]:
    for media_type in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/graphql",
        "application/xml",
        "application/json-seq",
    ):
        yield Row(f"as {media_type}", raw(ASKED, content_type=media_type), 415, "MEDIA_TYPE_UNSUPPORTED")
    yield Row("with GET, and a body", Sent("owner", ASKED, method="GET"), 400, "REQUEST_MALFORMED")
    yield Row("for a page", raw(ASKED, accept="text/html"), 406, "NOT_ACCEPTABLE")
    yield Row("for JSON", raw(ASKED, accept=JSON), 200, OK)
    yield Row("for JSON, and wrong", raw('{"query": "{ nothing }"}', accept=JSON), 200, "DOCUMENT_INVALID")
    for method in ("PUT", "DELETE", "PATCH"):
        sent = Sent("owner", ASKED, method=method)
        yield Row(f"with {method}", sent, 405, "METHOD_NOT_ALLOWED", at_the_door=404)


def _sizes() -> Iterator[Row]:
    variable = json.dumps({"query": WHO, "variables": {"x": "y" * 10_000_000}})
    yield Row("a variable of 10 MB", raw(variable), 413, "PAYLOAD_TOO_LARGE")
    yield Row("a memo of 64 KiB", paying("64 KiB", memo="m" * 65_536), 413, "PAYLOAD_TOO_LARGE")
    yield Row("nested 500", raw(VARIABLES % ('{"id": ' + "[" * 500 + "]" * 500 + "}")), 400, "INPUT_TYPE_WRONG")
    yield Row("a number beyond all floats", raw(VARIABLES % '{"id": 1e400}'), 400, "INPUT_TYPE_WRONG")


def _members() -> Iterator[Row]:
    yield Row("a member that nobody knows", raw('{"query": "{ viewer { person } }", "more": 1}'), 200, OK)
    yield Row("variables that are null", raw('{"query": "{ viewer { person } }", "variables": null}'), 200, OK)
    yield Row("a variable that nobody declared", asked("owner", WHO + "#", more=1), 200, OK)
    two = "query A { viewer { person } } query B { viewer { region } }"
    named: tuple[tuple[str, dict[str, object], int, str], ...] = (
        ("two operations and no name", {}, 400, "DOCUMENT_INVALID"),
        ("two operations and null for a name", {"operationName": None}, 400, "DOCUMENT_INVALID"),
        ("two operations and an empty name", {"operationName": ""}, 400, "DOCUMENT_INVALID"),
        ("two operations and a name of none", {"operationName": "C"}, 400, "DOCUMENT_INVALID"),
        ("two operations and a number for a name", {"operationName": 1}, 400, "REQUEST_MALFORMED"),
        ("two operations and the name of one", {"operationName": "B"}, 200, OK),
    )
    for name, operation, status, outcome in named:
        yield Row(name, raw(json.dumps({"query": two, **operation})), status, outcome)
