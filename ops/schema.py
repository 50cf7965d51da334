"""The schema of the API as text, and what it is laid beside: the file in `graph/`, the last release in `docs/schema/`.

The file is what front-end developers generate code from, so it must be what the code says. The release is what their
applications were built with, so what breaks them is refused (`ops.schema_changes` says what does).
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.schema_changes import allowed_in
from ops.schema_changes import changes as changes_between
from ops.schema_changes import faults as faults_between

if TYPE_CHECKING:
    from datetime import date

    from ops.schema_changes import Change

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / "graph" / "schema.graphql"
RELEASED: Final = ROOT / "docs" / "schema" / "released.graphql"
BREAKING: Final = ROOT / "docs" / "schema" / "breaking.toml"
DIFFERENCES_MAX: Final = 60


def sdl() -> str:
    from graph.schema import schema

    return schema.as_str().rstrip() + "\n"


def faults(today: date) -> list[str]:
    """What keeps the schema from going out, in words."""
    said = compare(KEPT)
    if said:
        said += f"\n{KEPT.name} is not the schema: run `./florin schema > graph/{KEPT.name}`"
    released = RELEASED.read_text(encoding="utf-8")
    return [*([said] if said else []), *faults_between(released, sdl(), allowed=allowed_in(BREAKING), today=today)]


def changes(today: date) -> list[Change]:
    """What changed since the last release, the worst first."""
    return changes_between(RELEASED.read_text(encoding="utf-8"), sdl(), today)


def release() -> None:
    """From now on this schema is what applications are built with; decisions about breaking changes are done with."""
    RELEASED.write_text(sdl(), encoding="utf-8")
    explained = BREAKING.read_text(encoding="utf-8").partition("\n[[change]]")[0].rstrip()
    BREAKING.write_text(explained + "\n", encoding="utf-8")


def compare(path: Path) -> str:
    """The difference as a person reads it; empty when there is none."""
    wanted = sdl()
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(
        kept.splitlines(), wanted.splitlines(), path.name, "the schema in the code", lineterm=""
    )
    return "\n".join(list(lines)[:DIFFERENCES_MAX])
