"""A page's server in front of a fake bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.ops_graphiql.fake_bank import local_bank, running_fake_bank, write_users
from tests.unit.ops_graphiql.page_client import Client, page_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A page of two files, with a secret beside it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Florin</title>")
    (folder / "assets" / "index-abc.js").write_text("export {};")
    (folder / ".built-from").write_text("hash")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def page(tmp_path: Path, assets: Path) -> Iterator[Client]:
    write_users(tmp_path)
    with running_fake_bank() as (fake, port), page_before(local_bank(tmp_path, port), assets, fake) as client:
        yield client
