"""Every cell of the access table that is about looking, executed: nested, by alias, by fragment, by node, published."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from graph.access import TABLE, Cell
from tests.access.matrix import faults
from tests.access.oracle import RECEIVED, SENT, Verdict, is_for_everybody, verdict
from tests.access.paths import probes, probes_into, probes_of
from tests.access.scene import PEOPLE, Person, Scene, kept_in, scene, unaudited

FIELDS = sorted({probe.target.name for probe in probes()})
KINDS = sorted({probe.target.parent for probe in probes()})
ANSWERS = {"FieldFault"} | {name.partition(".")[0] for name in TABLE if name.partition(".")[0].endswith("Success")}
"""Types that only a change answers: `test_matrix_changes` asks for them."""
OF_NOTICES = ("id", "kind", "text", "at", "readAt")
"""Everybody is told their own notices; staff have none. The payments are the owner's, and so are the payees; who
sends what comes in is nobody's counterparty."""


def sees_accounts(person: Person) -> bool:
    return TABLE["Account.id"].cell(person.group, person.relation) is Cell.ALLOW


def filled(found: Scene) -> dict[str, Any]:
    """What the stores keep, without shelves with nothing on them: some stores make one when they look for it."""
    shelves = {f"{name}.{word}": kept for name, words in kept_in(found.world).items() for word, kept in words.items()}
    return {
        name: {key: value for key, value in kept.items() if value != {}} if isinstance(kept, dict) else kept
        for name, kept in shelves.items()
    }


@pytest.fixture(name="whole_scene", scope="module")
def a_whole_scene() -> Scene:
    return scene()


@pytest.fixture(name="kept", scope="module")
def _kept(whole_scene: Scene) -> dict[str, Any]:
    return deepcopy(filled(whole_scene))


@pytest.fixture(name="scene")
def a_scene(whole_scene: Scene, kept: dict[str, Any]) -> Iterator[Scene]:
    """As it was built: what looking writes into the audit is taken out again, and it writes nothing else."""
    with unaudited(whole_scene.world):
        yield whole_scene
    assert filled(whole_scene) == kept


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_shows_each_person_what_the_cells_of_its_fields_say(scene: Scene, kind: str) -> None:
    assert faults(scene, probes_into(kind)) == []


def test_every_cell_that_shows_something_can_be_come_to_but_these() -> None:
    """No way leads from these people to such a thing; the cell is asked for all the same, and nothing is shown."""
    never = {
        (name, person.name)
        for name in FIELDS
        for person in PEOPLE
        if TABLE[name].cell(person.group, person.relation) in (Cell.ALLOW, Cell.MASK)
        and not is_for_everybody(name)
        and all(verdict(probe, person) is Verdict.HIDDEN for probe in probes_of(name))
    }

    assert never == {
        *((f"Notice.{field}", group) for field in OF_NOTICES for group in ("operations", "compliance")),
        ("Account.number", "stranger"),
        *((f"{kind}.counterparty", who) for kind in SENT for who in ("joint_owner", "delegate")),
        *((f"{kind}.counterparty", person.name) for kind in RECEIVED for person in PEOPLE if sees_accounts(person)),
    }


def test_every_row_is_asked_for() -> None:
    looked_up = {name for name in TABLE if name.partition(".")[0] not in {"Mutation", *ANSWERS}}

    assert set(FIELDS) == looked_up
