"""Fixtures and settings that every suite shares."""

from hypothesis import HealthCheck, settings

from tests.engine import engine, guarded_engine, plain_engine
from tests.quick_moto import quicken

__all__ = ["engine", "guarded_engine", "plain_engine"]

quicken()
settings.register_profile("seeded", derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
"""The same examples each time, however busy the machine: a run that fails, fails again."""
settings.load_profile("seeded")
settings.register_profile("full", max_examples=2_000, deadline=None, derandomize=False)
"""For `make fuzz`: each property of what stands in requests, twenty times as often."""
