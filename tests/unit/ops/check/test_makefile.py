"""The Makefile and what CI runs name the same suites, and no word of theirs means nothing or two things."""

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[4]
MAKEFILE: Final = (ROOT / "Makefile").read_text("utf-8")
RULES: Final = re.findall(r"^([a-z-]+):(?!=)(.*)$", MAKEFILE, re.MULTILINE)
EACH: Final = "each-check"
"""It has several lines, none with a recipe."""


def phony() -> list[str]:
    return [name for line in re.findall(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE) for name in line.split()]


def test_make_reads_it_without_a_warning() -> None:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    make = str(shutil.which("make"))
    read = subprocess.run([make, "-n", "help"], cwd=ROOT, env=alone, capture_output=True, text=True, check=True)
    assert read.stderr == ""


def test_every_word_has_one_rule() -> None:
    assert Counter(name for name, _ in RULES if name != EACH) == Counter(name for name in phony() if name != EACH)


def test_make_check_runs_each_check_once() -> None:
    run = [check for name, needed in RULES if name == EACH for check in needed.split()]
    assert len(run) > 10
    assert Counter(run) == Counter(name for name, _ in RULES if name.startswith("check-"))
    assert f"{EACH}\n" in MAKEFILE.partition("\ncheck:")[2].partition("\n\n")[0]


def test_every_suite_of_make_test_is_run_by_ci() -> None:
    needed = dict(RULES)["test"].split("##")[0].split()
    listed = re.search(r"^for suite in (.*); do$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert listed is not None
    suites = listed[1].replace('"', "")
    assert [f"test-{suite}" for suite in suites.split()] == needed
    assert f'"$reports" {suites} ' in (ROOT / ".ci/run").read_text("utf-8")
