from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops.graphiql import build as building

if TYPE_CHECKING:
    from collections.abc import Callable

# An npm that writes down what it was asked and makes what the real one would make.
NPM = """#!/bin/sh
echo "$1" >>"$NPM_CALLS"
if [ -e fails ]; then echo "it broke"; exit 1; fi
case "$1" in
  ci) rm -rf node_modules; mkdir node_modules ;;
  run) mkdir -p "$5"; cp src/main.tsx "$5/index.html" ;;
esac
"""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small page and the npm above, first on the path."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "src" / "main.tsx").write_text("one")
    (web / "package-lock.json").write_text("{}")
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(NPM)
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    monkeypatch.setenv("NPM_CALLS", str(tmp_path / "calls"))
    monkeypatch.setattr(building, "WEB", web)
    monkeypatch.setattr(building, "LOCAL", tmp_path / "local")
    return web


@pytest.fixture
def build(web: Path, tmp_path: Path) -> Callable[[], list[str]]:
    """Builds the page and tells which commands that took."""

    def run() -> list[str]:
        calls = tmp_path / "calls"
        calls.write_text("")
        building.build(tmp_path / "out", lambda _: None)
        return calls.read_text().split()

    return run


class TestBuild:
    def test_nothing_is_done_twice(self, build: Callable[[], list[str]], tmp_path: Path) -> None:
        assert build() == ["ci", "run"]
        assert (tmp_path / "out" / "index.html").read_text() == "one"
        assert build() == []

    def test_an_edit_is_built_without_installing_again(
        self, build: Callable[[], list[str]], web: Path, tmp_path: Path
    ) -> None:
        build()
        (web / "src" / "main.tsx").write_text("two")
        assert build() == ["run"]
        assert (tmp_path / "out" / "index.html").read_text() == "two"

    def test_another_lock_installs_again(self, build: Callable[[], list[str]], web: Path) -> None:
        build()
        (web / "package-lock.json").write_text('{"other": 1}')
        assert build() == ["ci", "run"]

    def test_a_failure_keeps_the_page_that_was_there_and_says_what_npm_said(
        self, build: Callable[[], list[str]], web: Path, tmp_path: Path
    ) -> None:
        build()
        (web / "src" / "main.tsx").write_text("two")
        (web / "fails").touch()
        with pytest.raises(building.BuildFailed, match="it broke"):
            build()
        assert (tmp_path / "out" / "index.html").read_text() == "one"
        (web / "fails").unlink()
        assert build() == ["run"]

    def test_a_machine_without_npm_is_told_so(
        self, build: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(building.BuildFailed, match=r"Node\.js"):
            build()

    def test_changed_sources_are_another_folder(self, web: Path) -> None:
        before = building.default_out()
        (web / "src" / "main.tsx").write_text("two")
        assert building.default_out() != before


class TestTheCheckedInPackages:
    WEB = Path(building.__file__).parent / "web"

    def test_the_lock_names_no_registry(self) -> None:
        lock = json.loads((self.WEB / "package-lock.json").read_text())
        packages = {name: package for name, package in lock["packages"].items() if name}
        assert packages
        assert [name for name, package in packages.items() if "resolved" in package] == []
        assert [name for name, package in packages.items() if "integrity" not in package] == []

    def test_every_version_is_exact(self) -> None:
        package = json.loads((self.WEB / "package.json").read_text())
        versions = {**package["dependencies"], **package["devDependencies"]}
        assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
