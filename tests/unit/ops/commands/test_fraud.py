"""`florin fraud` goes on in its own environment, which it installs when that is missing."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.commands import fraud
from ops.commands.fraud import EnvironmentMissing, here, install
from ops.commands.refusals import REFUSALS


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What make was asked for, of a tree whose environment is not there. It succeeds."""
    commands: list[list[str]] = []
    requirements = tmp_path / "train.txt"
    requirements.write_text("", encoding="utf-8")
    for name, path in {
        "ROOT": tmp_path,
        "TRAIN": tmp_path / ".venv/train",
        "STAMP": tmp_path / ".venv/train/.installed",
        "REQUIREMENTS": requirements,
    }.items():
        monkeypatch.setattr(fraud, name, path)

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def called(command: str) -> Any:
    """What Typer says of the command that is called."""
    return SimpleNamespace(invoked_subcommand=command)


def stamped(*, newer: bool) -> None:
    fraud.STAMP.parent.mkdir(parents=True)
    fraud.STAMP.touch()
    moment = fraud.REQUIREMENTS.stat().st_mtime + (10 if newer else -10)
    os.utime(fraud.STAMP, (moment, moment))


class TestInstall:
    def test_makes_an_environment_that_is_missing(self, made: list[list[str]]) -> None:
        install()
        assert made == [["make", "--no-print-directory", ".venv/train/.installed"]]

    def test_makes_it_again_when_it_is_to_hold_something_else(self, made: list[list[str]]) -> None:
        stamped(newer=False)
        install()
        assert len(made) == 1

    def test_does_nothing_when_it_is_there(self, made: list[list[str]]) -> None:
        stamped(newer=True)
        install()
        assert made == []

    def test_says_the_one_command_when_make_fails(self, made: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 2))
        with pytest.raises(EnvironmentMissing, match=r"run `make --no-print-directory \.venv/train/\.installed`"):
            install()

    def test_says_it_too_when_there_is_no_make(self, made: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
        def absent(*_: Any, **__: Any) -> None:
            raise FileNotFoundError("make")

        monkeypatch.setattr(subprocess, "run", absent)
        with pytest.raises(EnvironmentMissing):
            install()

    def test_what_it_says_is_a_sentence_for_people(self) -> None:
        assert EnvironmentMissing in REFUSALS


class TestHere:
    @pytest.fixture
    def became(self, made: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
        """What the process was replaced by."""
        found: list[tuple[str, list[str]]] = []
        monkeypatch.setattr(os, "execve", lambda path, arguments, _: found.append((path, arguments)))
        return found

    def test_goes_on_in_the_environment_with_the_same_words(
        self, became: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["ops", "fraud", "evaluate", "--data", "fraud"])
        here(called("evaluate"))
        python = str(fraud.TRAIN / "bin/python")
        assert became == [(python, [python, "-P", "-m", "ops.fraud", "evaluate", "--data", "fraud"])]

    def test_stays_where_it_is_in_the_environment(
        self, became: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "prefix", str(fraud.TRAIN))
        here(called("evaluate"))
        assert became == []

    def test_help_installs_nothing(
        self,
        became: list[tuple[str, list[str]]],
        made: list[list[str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["ops", "fraud", "train", "--help"])
        here(called("evaluate"))
        assert (became, made) == ([], [])

    @pytest.mark.parametrize("command", ["register", "record", "bounds"])
    def test_what_reaches_a_bank_stays_where_the_bank_can_be_reached(
        self, became: list[tuple[str, list[str]]], made: list[list[str]], command: str
    ) -> None:
        here(called(command))
        assert (became, made) == ([], [])
