"""The people who may sign in to the local bank, as the seed left them in the users file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class UsersMissing(Exception):
    """The bank was not seeded yet, so nobody can sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person of the local bank."""

    name: str
    display: str
    kind: str
    person: str
    groups: tuple[str, ...]
    region: str
    password: str

    def public(self) -> dict[str, Any]:
        """What the page may know: everything but the password."""
        shown = asdict(self)
        del shown["password"]
        return shown


def load_users(path: Path) -> list[User]:
    """Everyone in the file, in its order."""
    if not path.exists():
        raise UsersMissing("the bank has no people yet: run `./florin seed`, then load this page again")
    return [_user(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _user(entry: dict[str, Any]) -> User:
    return User(
        name=entry["name"],
        display=entry["display"],
        kind=entry["kind"],
        person=entry["person"],
        groups=tuple(entry["groups"]),
        region=entry["region"],
        password=entry["password"],
    )
