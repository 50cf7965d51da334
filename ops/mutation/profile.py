"""The tests while mutants run: the same few examples every time, and nothing that would pass for a kill.

mutmut runs the tests once to learn which of them reach which function, and forks from that process for each mutant,
with the names of its tests: what Hypothesis says about such a second run would count as a kill, and so would a name
that pytest cannot read back.
"""

import os
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings

EXAMPLES: Final = 30
"""Enough for a mutant that a property can see at all; a thousand mutants run them."""

SUSPICIOUS: Final = 35
"""What mutmut calls an end that is neither a kill nor a survival."""

settings.register_profile(
    "mutation",
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(
        Phase.explicit,
        Phase.generate,
    ),  # One example that fails is enough; a smaller one would be found for nobody.
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def pytest_configure() -> None:
    """After the suite's own `conftest.py`, which chooses another profile."""
    settings.load_profile("mutation")


def pytest_sessionfinish(exitstatus: int) -> None:
    """A run that was asked for badly has tried nothing: the mutant is told as not run."""
    if exitstatus == pytest.ExitCode.USAGE_ERROR and "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", ""):
        os._exit(SUSPICIOUS)
