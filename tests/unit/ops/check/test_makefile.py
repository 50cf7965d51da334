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


def phony() -> list[str]:
    return [name for line in re.findall(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE) for name in line.split()]


def test_make_reads_it_without_a_warning() -> None:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    make = str(shutil.which("make"))
    read = subprocess.run([make, "-n", "help"], cwd=ROOT, env=alone, capture_output=True, text=True, check=True)
    assert read.stderr == ""


def test_every_word_has_one_rule() -> None:
    assert Counter(name for name, _ in RULES) == Counter(phony())


def test_every_suite_of_make_test_is_run_by_ci() -> None:
    needed = dict(RULES)["test"].split("##")[0].split()
    listed = re.search(r"^for suite in (.*); do$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert listed is not None
    assert [f"test-{suite}" for suite in listed[1].split()] == needed
    assert f'"$reports" {listed[1]} ' in (ROOT / ".ci/run").read_text("utf-8")
