"""Fixtures and settings that every suite shares."""

from hypothesis import settings

from tests.engine import engine, guarded_engine, plain_engine

__all__ = ["engine", "guarded_engine", "plain_engine"]

settings.register_profile("full", max_examples=2_000, deadline=None)
"""For `make fuzz`: each property of what stands in requests, twenty times as often."""
