"""Requests that once broke something, a file each, run first and for ever: tests/fixtures/corpus/graphql/NAME.json.

A file says why it is kept, who asked and what was sent, with names in angle brackets for what existed.
`python -m tests.fuzz.replay FILE` sends it again.
"""

import base64
import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.fuzz.names import Cast
from tests.fuzz.requests import HEADERS, Sent

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "corpus" / "graphql"
USERS: Final[Mapping[str, str]] = {
    "owner": "carla",
    "stranger": "lumen",
    "operations": "olivia",
    "fraud_analyst": "farah",
    "fraud_lead": "felix",
    "compliance": "claire",
    "finance": "finn",
    "auditor": "aude",
    "admin": "alex",
}
"""Who plays each role on a local bank. Nobody else does anything there with these customers."""


@dataclass(frozen=True)
class Kept:
    name: str
    why: str
    sent: Sent
    status: int | None = None
    """What it must be answered with, where more than the properties of every answer is to hold."""
    outcome: str | None = None
    absent: str | None = None
    """What the answer must not say."""


def kept(folder: Path = FOLDER) -> list[Kept]:
    return [load(path) for path in sorted(folder.glob("*.json"))]


def keep(sent: Sent, why: str, folder: Path = FOLDER) -> Path:
    """Writes a request that broke something, once; the file's name follows from what it holds."""
    document = _document(sent, why)
    text = json.dumps({name: value for name, value in document.items() if name != "why"}, sort_keys=True)
    path = folder / f"found-{hashlib.sha256(text.encode()).hexdigest()[:10]}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def curl(sent: Sent, cast: Cast, address: str) -> str:
    """The request as a command for a shell in the project's folder."""
    headers = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in sent.headers.items()]
    user = USERS.get(sent.role, "carla")
    body = base64.b64encode(sent.bytes_for(cast)).decode()
    token = f'-H "authorization: Bearer $(./florin token {user})"'
    asked = f"curl -sS -X {sent.method} {shlex.quote(address)} {token} {' '.join(headers)} --data-binary @-"
    return f"echo {body} | base64 -d | {asked}"


def load(path: Path) -> Kept:
    said = json.loads(path.read_text(encoding="utf-8"))
    body: str | bytes = base64.b64decode(said["body_base64"]) if "body_base64" in said else _body(said["body"])
    sent = Sent(
        role=said["role"],
        body=body,
        method=said.get("method", "POST"),
        path=said.get("path", "/graphql"),
        headers=said.get("headers", HEADERS),
    )
    return Kept(path.stem, said["why"], sent, **said.get("expected", {}))


def _body(said: Any) -> str:
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def _document(sent: Sent, why: str) -> dict[str, Any]:
    document: dict[str, Any] = {"why": why, "role": sent.role}
    if (sent.method, sent.path) != ("POST", "/graphql"):
        document |= {"method": sent.method, "path": sent.path}
    if dict(sent.headers) != HEADERS:
        document["headers"] = dict(sent.headers)
    if isinstance(sent.body, bytes):
        return {**document, "body_base64": base64.b64encode(sent.body).decode()}
    return {**document, "body": _parsed(sent.body)}


def _parsed(body: str) -> Any:
    """As an object where that means the same and reads better."""
    try:
        found = json.loads(body)
    except ValueError:
        return body
    same = isinstance(found, dict) and json.dumps(found, ensure_ascii=False) == body
    return found if same else body
