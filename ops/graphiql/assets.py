"""The built files of the page, listed once: a path that is not in the list cannot be asked for.

That is why no path of a request is ever joined to a folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page."""

    file: Path
    content_type: str
    cache: str


def list_assets(folder: Path) -> dict[str, Asset]:
    """Address -> file. Raises `FileNotFoundError` when the page was not built into this folder."""
    index = folder / "index.html"
    if not index.is_file():
        raise FileNotFoundError(f"no page in {folder}: build it with `python -m ops.graphiql.build --out {folder}`")
    files = (path for path in folder.rglob("[!.]*") if path.is_file() and not path.is_symlink())
    listed = {f"/{path.relative_to(folder).as_posix()}": _asset(path) for path in files}
    return {**listed, "/": listed["/index.html"]}


def _asset(path: Path) -> Asset:
    # The bundler puts a hash of the content into the names below assets/, so those never change.
    cache = "public, max-age=31536000, immutable" if path.parent.name == "assets" else "no-cache"
    return Asset(path, CONTENT_TYPES.get(path.suffix, "application/octet-stream"), cache)
