"""The version of this working tree, from the one place that states it."""

from __future__ import annotations

import tomllib

from ops.local.engine_process import ROOT


def version() -> str:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(document["project"]["version"])
