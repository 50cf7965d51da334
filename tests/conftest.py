"""Fixtures and settings that every suite shares."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import shares
from tests.engine import engine, guarded_engine, plain_engine
from tests.quick_moto import quicken

__all__ = ["engine", "guarded_engine", "plain_engine"]

quicken()
settings.register_profile(
    "seeded",
    max_examples=shares.examples(),
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""The same examples each time, however busy the machine: a run that fails, fails again."""
settings.load_profile("seeded")
settings.register_profile("full", max_examples=2_000, deadline=None, derandomize=False)
"""For `make fuzz`: each property of what stands in requests, twenty times as often."""


# What of a run was a share is said at its end, by the process that speaks of what those did that had the tests.


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["shares"] = dict(shares.drawn)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    shares.drawn.update(getattr(node, "workeroutput", {}).get("shares", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(shares.told(shares.drawn))
