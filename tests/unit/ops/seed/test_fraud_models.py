"""Models that come with the bank are drafts with their lineage, and decide nothing."""

import json
from datetime import date
from pathlib import Path

import pytest

from domain.fraud import trees
from domain.fraud.forms import DocumentForms
from domain.fraud.kinds import Scope
from domain.fraud.registry_model import ArtefactKind, VersionState
from ops.seed.fraud_models import ModelRefused, draft_models
from tests.unit.fraud.governance import ANALYST, OPERATOR, Desk
from tests.unit.functions.drifted import MODEL

SAID = {
    "code_version": "abc123",
    "data_from": "2018-07-26",
    "data_until": "2018-09-23",
    "data_sha256": "d" * 64,
    "parameters": {"library": "lightgbm"},
    "metrics": {"average_precision": 745_703},
}


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    found.registry._forms = DocumentForms(trees.parsed)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "card-model.json").write_text(json.dumps({**MODEL, "lineage": SAID}))
    return tmp_path


def test_a_model_is_a_draft_with_its_lineage_and_decides_nothing(desk: Desk, folder: Path) -> None:
    (version,) = draft_models(desk.registry, ANALYST, folder)

    assert (version.scope, version.kind, version.author) == (Scope.CARD, ArtefactKind.MODEL, ANALYST.person)
    assert version.lineage.data_until == date(2018, 9, 23)
    assert version.lineage.metrics == {"average_precision": 745_703}
    assert desk.registry.state(version) is VersionState.DRAFT
    assert desk.used() is None


def test_said_again_it_finds_them(desk: Desk, folder: Path) -> None:
    assert draft_models(desk.registry, ANALYST, folder) == draft_models(desk.registry, ANALYST, folder)


def test_who_may_not_draft_registers_none(desk: Desk, folder: Path) -> None:
    with pytest.raises(ModelRefused, match="card-model"):
        draft_models(desk.registry, OPERATOR, folder)
