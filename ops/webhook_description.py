"""The OpenAPI description of the partners' door, docs/webhooks.openapi.yaml, made from its models and its problems."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import yaml

from domain.partners.events import MODELS
from domain.partners.model import BODY_BYTES_MAX
from domain.partners.rules import KIND_SHAPE
from functions.webhooks import problems

FILE: Final = Path(__file__).parent.parent / "docs" / "webhooks.openapi.yaml"
PLAIN: Final = (
    problems.WRONG_METHOD,
    problems.BODY_TOO_LARGE,
    problems.NOT_BASE64,
    problems.CONTENT_TYPE,
    problems.CONTENT_ENCODING,
    problems.UNAVAILABLE,
)
_DATA: Final[dict[str, dict[str, Any]]] = {
    "ach.file.acknowledged": {
        "file": "fil_01K90000000000000000000000.ach",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "entries": 12,
        "debit_minor": 0,
        "credit_minor": 123456,
    },
    "ach.file.rejected": {
        "file": "fil_01K90000000000000000000000.ach",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "level": "ENTRY",
        "reasons": [
            {
                "code": "REJ07",
                "message": "The receiving institution is unknown.",
                "batch_number": 1,
                "trace_number": "091000010000007",
            }
        ],
    },
}


def known_problems() -> dict[int, list[str]]:
    """Status -> the types of problem that are answered with it."""
    found: dict[int, set[str]] = {}
    for problem in PLAIN:
        found.setdefault(int(problem.status), set()).add(problem.type)
    for kind, status in problems.OF_REFUSALS.values():
        found.setdefault(int(status), set()).add(kind)
    return {status: sorted(found[status]) for status in sorted(found)}


def description() -> dict[str, Any]:
    schemas: dict[str, Any] = {"Accepted": _ACCEPTED, "Message": _MESSAGE, "Problem": _PROBLEM}
    messages: dict[str, Any] = {}
    for kind, model in MODELS.items():
        said = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= said.pop("$defs", {})
        schemas[model.__name__] = said
        messages[f"{kind.name}.v{kind.version}"] = model.__name__
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Webhooks of partners",
            "version": "1.0.0",
            "summary": "What a partner of the bank tells it.",
            "description": "docs/webhooks.md says how messages are signed, tried again and processed.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "https://{api}",
                "description": "One region's API, as the stack's output ApiAddress names it.",
                "variables": {"api": {"default": "api.example.com"}},
            }
        ],
        "paths": {"/webhooks/{partner}/{kind}": {"parameters": _PARAMETERS, "post": _post(messages)}},
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": {"signature": _SIGNATURE}},
        "security": [{"signature": []}],
    }


def _post(messages: dict[str, str]) -> dict[str, Any]:
    return {
        "operationId": "deliver",
        "summary": "Delivers one message.",
        "description": "The same webhook-id with the same body is taken once and answered alike each time.",
        "parameters": _HEADERS,
        "requestBody": {
            "required": True,
            "description": f"At most {BODY_BYTES_MAX} bytes of I-JSON (RFC 7493), as they were signed.",
            "content": {
                "application/json": {
                    "schema": {
                        "description": "A message of a kind and version that is not listed is stored too, and waits "
                        "for a person.",
                        "anyOf": [
                            *({"$ref": f"#/components/schemas/{name}"} for name in messages.values()),
                            {"$ref": "#/components/schemas/Message"},
                        ],
                    },
                    "examples": {name: {"value": example(name)} for name in messages},
                }
            },
        },
        "responses": {
            "202": {
                "description": "The message is stored, and will be processed. What it means is not judged yet.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Accepted"}}},
            },
            **{str(status): _refused(status, types) for status, types in known_problems().items()},
            "429": {"description": "Too many calls at once. Deliver it again later, as after a 503."},
        },
    }


def example(name: str) -> dict[str, Any]:
    kind, _, version = name.rpartition(".v")
    told = {"type": kind, "version": int(version), "occurred_at": "2026-11-22T15:59:58Z"}
    return {**told, "data": _DATA[kind]}


def _refused(status: int, types: list[str]) -> dict[str, Any]:
    one_of = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"type": {"enum": types}}}]}
    refused: dict[str, Any] = {
        "description": "Not taken: " + ", ".join(kind.rpartition(":")[2] for kind in types) + ".",
        "content": {"application/problem+json": {"schema": one_of}},
    }
    headers = {
        name: {"description": words, "schema": {"const": value}}
        for problem in PLAIN
        if problem.status == status
        for name, value in problem.headers.items()
        for words in (_HEADERS_OF_ANSWERS[name],)
    }
    return {**refused, "headers": headers} if headers else refused


def _text(name: str, place: str, words: str, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": place, "required": True, "description": words, "schema": schema}


_PARAMETERS: Final = [
    _text("partner", "path", "Who delivers.", "^[a-z0-9_]{1,64}$"),
    _text("kind", "path", "What the message is about: its own `type`.", f"^{KIND_SHAPE}$"),
]
_HEADERS: Final = [
    _text("webhook-id", "header", "Names the message, the same in every try.", "^[!-+\\-/-~]{1,128}$"),
    _text("webhook-timestamp", "header", "When this try was signed: seconds since 1970.", "^[0-9]{1,11}$"),
    _text("webhook-signature", "header", "Signatures with blanks between, such as v1,<base64>.", "^.+$"),
]
_SIGNATURE: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "webhook-signature",
    "description": "Standard Webhooks 1.0.0 over id.timestamp.body: v1 is HMAC-SHA-256, v1a is Ed25519.",
}
_HEADERS_OF_ANSWERS: Final = {
    "allow": "The one method.",
    "retry-after": "Seconds until it is worth another try.",
}
_MESSAGE: Final = {
    "type": "object",
    "description": "What every message has; `type` is the kind in the address.",
    "required": ["type"],
    "properties": {"type": {"type": "string", "pattern": f"^{KIND_SHAPE}$"}, "version": {"type": "integer"}},
}
_ACCEPTED: Final = {
    "type": "object",
    "required": ["delivery"],
    "additionalProperties": False,
    "properties": {"delivery": {"type": "string", "pattern": "^dlv_[0-9A-HJKMNP-TV-Z]{26}$"}},
}
_PROBLEM: Final = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "description": "Which problem; it never changes its meaning."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence. It repeats nothing of what was sent."},
        "instance": {"type": "string", "description": "The request, by the id in the bank's log."},
    },
}


class _Plain(yaml.SafeDumper):
    """Without anchors: what stands twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - whatever it is
        return True


def text() -> str:
    head = "# Made by `python -m ops.webhook_description` from the models of messages and the list of problems.\n"
    return head + yaml.dump(description(), Dumper=_Plain, sort_keys=False, width=120, allow_unicode=True)


def main() -> int:
    if "--check" not in sys.argv:
        FILE.write_text(text(), encoding="utf-8")
    if FILE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{FILE.name} is not what the models say; run python -m ops.webhook_description")
    return 1


if __name__ == "__main__":
    sys.exit(main())
