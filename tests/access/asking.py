"""Asking as one person, and what came back as it was sent."""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from graph.documents import Documents
from graph.exposure import Exposure
from graph.requests import Request, id_of
from graph.schema import schema
from tests.access.paths import Document
from tests.access.scene import Person
from tests.access.world import Street

ANY_DOCUMENT: Final = Documents(schema, Exposure.CLOSED, {})


@dataclass(frozen=True)
class Said:
    status: int
    headers: dict[str, str]
    body: str

    @cached_property
    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def data(self) -> Any:
        return self._read.get("data")

    @property
    def errors(self) -> list[Any]:
        found: list[Any] = self._read.get("errors", [])
        return found

    def at(self, keys: tuple[str, ...]) -> list[Any]:
        """The values at the end of a walk."""
        return values_at(self.data, keys)

    def without(self, word: str) -> "Said":
        """The same with an id that was asked for taken out."""
        return Said(self.status, self.headers, self.body.replace(word, "?") if word else self.body)


def said(street: Street, person: Person, document: Document) -> Said:
    street.world.documents = _published(document.text) if document.published else ANY_DOCUMENT
    request = Request("POST", {"content-type": "application/json"}, document.body)
    response = street.world.send(street.actors[person.group, person.relation], request)
    return Said(int(response.status), dict(response.headers), response.body)


@lru_cache(maxsize=8)
def _published(text: str) -> Documents:
    """What a bank takes to which this document alone was published."""
    return Documents(schema, Exposure.PUBLISHED, {id_of(text): text})


def values_at(data: Any, keys: tuple[str, ...]) -> list[Any]:
    """What the answer has at the end of a walk, row by row where it goes through lists; None where it ends early."""
    if isinstance(data, list):
        return [value for row in data for value in values_at(row, keys)]
    if data is None or not keys:
        return [data]
    return values_at(data.get(keys[0]), keys[1:])


def told(data: Any) -> list[Any]:
    """Every value of an answer that says something."""
    if isinstance(data, dict):
        return [value for inner in data.values() for value in told(inner)]
    if isinstance(data, list):
        return [value for inner in data for value in told(inner)]
    return [] if data is None else [data]
