"""The models that come with the bank, registered as any other: drafts, by an analyst, with where they come from.

A draft decides nothing. What leads on is the gate, which is the same for a seed: until it is passed rules alone decide.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from domain.access.model import Actor
from domain.fraud.kinds import Scope
from domain.fraud.registry import Registry
from domain.fraud.registry_model import ArtefactKind, Lineage, Version
from domain.refusals import Refusal

FOLDER: Final = Path(__file__).parent / "fraud"
ENDING: Final = "-model.json"
NOTE: Final = "comes with the bank, made of the simulated portfolio"


class ModelRefused(Exception):
    """A model that comes with the bank cannot be registered."""


def draft_models(registry: Registry, analyst: Actor, folder: Path = FOLDER) -> tuple[Version, ...]:
    """One draft for each file `<scope>-model.json`. Said again, it finds them."""
    return tuple(_draft(registry, analyst, path) for path in sorted(folder.glob(f"*{ENDING}")))


def _draft(registry: Registry, analyst: Actor, path: Path) -> Version:
    document: dict[str, Any] = json.loads(path.read_bytes())
    found = registry.draft(
        analyst,
        scope=Scope(path.name.removesuffix(ENDING).upper()),
        kind=ArtefactKind.MODEL,
        document=document,
        lineage=lineage_of(document["lineage"]),
        key=f"seed-{path.stem}",
    )
    if isinstance(found, Refusal):
        raise ModelRefused(f"{path.name}: {found.message}")
    return found


def lineage_of(said: dict[str, Any]) -> Lineage:
    """What the document of a model says of itself."""
    return Lineage(
        code_version=said["code_version"],
        note=NOTE,
        data_from=date.fromisoformat(said["data_from"]),
        data_until=date.fromisoformat(said["data_until"]),
        data_sha256=said["data_sha256"],
        parameters=said["parameters"],
        metrics=said["metrics"],
    )
