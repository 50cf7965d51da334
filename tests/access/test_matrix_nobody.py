"""Without a good token every field and every change is the same 401, by every shape, and the bank is not asked."""

import json
from typing import Final

import pytest

from functions.graphql import handler as entry
from tests.access.changes import CHANGES, DOCUMENTS
from tests.access.paths import SHAPES, Document, probes
from tests.access.scene import Scene, scene
from tests.access.world import street
from tests.unit.accounts.house import SetClock
from tests.unit.functions.test_graphql import SETTINGS, event

HEADERS: Final[tuple[dict[str, str], ...]] = ({}, {"authorization": "Bearer "}, {"authorization": "Bearer a.b.c"})


class Door:
    """A bank with nothing in it but what recognises people: whatever else is asked of it is a fault, and 500."""

    configuration = SETTINGS
    clock = SetClock()


@pytest.fixture(name="scene", scope="module")
def a_scene() -> Scene:
    return scene()


@pytest.fixture(autouse=True)
def _door(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    monkeypatch.setattr(entry, "bank", lambda: door)


def bodies(scene: Scene) -> list[tuple[str, Document]]:
    looks = [
        (f"{probe} by {shape}", document)
        for probe in probes()
        for shape, written in SHAPES.items()
        if (document := written(scene, probe)) is not None
    ]
    changes = [
        (name, Document(DOCUMENTS[name], (("input", change.given(street())),), ())) for name, change in CHANGES.items()
    ]
    return looks + changes


def test_nobody_is_answered_anything(scene: Scene) -> None:
    first = entry.handler(event({"query": "{ viewer { person } }"}), None)
    assert first["statusCode"] == 401
    assert set(json.loads(first["body"])) == {"errors"}

    for name, document in bodies(scene):
        assert entry.handler(event(json.loads(document.body)), None) == first, name


@pytest.mark.parametrize("headers", HEADERS, ids=str)
@pytest.mark.parametrize("mutation", CHANGES)
def test_a_change_with_no_good_token_is_not_begun(mutation: str, headers: dict[str, str]) -> None:
    given = {"query": DOCUMENTS[mutation], "variables": {"input": CHANGES[mutation].given(street())}}

    answer = entry.handler(event(given, headers=headers), None)

    assert answer["statusCode"] == 401
    assert "data" not in json.loads(answer["body"])
