"""The schema of the API as text, and how it differs from the file that front-end developers generate code from."""

from __future__ import annotations

import difflib
from pathlib import Path

DIFFERENCES_MAX = 60


def sdl() -> str:
    from graph.schema import schema

    return schema.as_str().rstrip() + "\n"


def compare(path: Path) -> str:
    """The difference as a person reads it; empty when there is none."""
    wanted = sdl()
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(
        kept.splitlines(), wanted.splitlines(), path.name, "the schema in the code", lineterm=""
    )
    return "\n".join(list(lines)[:DIFFERENCES_MAX])
