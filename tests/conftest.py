"""Fixtures that every suite shares."""

from tests.engine import engine, guarded_engine, plain_engine

__all__ = ["engine", "guarded_engine", "plain_engine"]
