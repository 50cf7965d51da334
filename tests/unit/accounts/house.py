"""A small bank in memory for the stories of accounts and transfers, and what its answers are asked in tests."""

from domain.refusals import Refusal
from ops.simulation.house import ADDRESSES, NOON, REGION, House, SetClock, acting, staff

__all__ = ["ADDRESSES", "NOON", "REGION", "Cut", "House", "SetClock", "acting", "code", "staff"]


class Cut(Exception):
    """The process died here."""


def code(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.code
