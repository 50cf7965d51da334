"""What the scanner graphql-cop (dolevf/graphql-cop 1.15) asks of a server and what it then reports, restated.

Each check sends one request and says what in the answer it reports. A stock server of the library has six of them
reported: overloading by aliases and by directives, introspection, queries by GET, suggestions, and the page of an IDE.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

Reported = Callable[[str, Any], bool]
"""Of the text of an answer, and what it is in JSON (None where it is none)."""
IDES: Final = ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground", "apollo-sandbox")


@dataclass(frozen=True)
class Check:
    name: str
    reported: Reported
    body: str = ""
    method: str = "POST"
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


def _has(body: Any, *path: str) -> bool:
    for name in path:
        if not isinstance(body, dict) or body.get(name) is None:
            return False
        body = body[name]
    return True


def _posted(name: str, document: str, reported: Reported) -> Check:
    return Check(name, reported, json.dumps({"query": document}))


def _messages(body: Any) -> list[str]:
    return [str(error.get("message")) for error in body.get("errors", [])] if isinstance(body, dict) else []


CHECKS: Final = (
    _posted(
        "alias overloading",
        "query cop { " + " ".join(f"alias{n}:__typename" for n in range(101)) + " }",
        lambda _, body: _has(body, "data", "alias100"),
    ),
    Check(
        "batched queries",
        lambda _, body: isinstance(body, list) and len(body) >= 10,
        json.dumps([{"query": "query cop { __typename }"}] * 10),
    ),
    _posted(
        "circular query by introspection",
        "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } "
        "} } } } } } }",
        lambda _, body: _has(body, "data", "__schema", "types"),
    ),
    _posted(
        "directive overloading",
        "query cop { __typename " + "@aa" * 10 + " }",
        lambda _, body: isinstance(body, dict) and len(body.get("errors", [])) == 10,
    ),
    _posted(
        "field duplication",
        "query cop { " + "__typename \n" * 500 + "}",
        lambda _, body: _has(body, "data", "__typename"),
    ),
    _posted(
        "field suggestions",
        "query cop { __schema { directive } }",
        lambda _, body: any("Did you mean" in message for message in _messages(body)),
    ),
    Check(
        "mutation by GET",
        lambda _, body: _has(body, "data", "__typename"),
        method="GET",
        query_string=urlencode({"query": "mutation cop { __typename }"}),
        headers={},
    ),
    Check(
        "query by GET",
        lambda _, body: _has(body, "data", "__typename"),
        method="GET",
        query_string=urlencode({"query": "query cop { __typename }"}),
        headers={},
    ),
    Check(
        "an IDE",
        lambda text, _: any(sign in text for sign in IDES),
        method="GET",
        headers={"accept": "text/html"},
    ),
    _posted(
        "introspection",
        "query cop { __schema { types { name fields { name } } } }",
        lambda _, body: _has(body, "data", "__schema", "types"),
    ),
    Check(
        "forged requests by a form",
        lambda _, body: _has(body, "data", "__typename"),
        urlencode({"query": "query cop { __typename }"}),
        headers={"content-type": "application/x-www-form-urlencoded"},
    ),
    _posted("tracing", "query cop { __typename }", lambda _, body: _has(body, "extensions", "tracing")),
    _posted(
        "unhandled errors",
        "qwerty cop { abc }",
        lambda text, _: "exception" in text.lower() or "traceback" in text.lower(),
    ),
)
"""The twelve checks of its list, and the one that it does besides."""
