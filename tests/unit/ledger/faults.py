"""What happens between two calls of the store: somebody else acts, a message is lost, the process dies."""

from collections.abc import Callable
from typing import Literal

from domain.ledger.store import Conflict

When = Literal["before", "after"]
Act = Callable[[], Conflict | None]


class Death(BaseException):
    """The process ends here. No `except Exception` catches it."""


class Script:
    """Writes down every call, and does what it was told before or after the n-th call of a name ("*" is any)."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._acts: dict[tuple[str, When], dict[int, Act]] = {}
        self._counts: dict[tuple[str, When], int] = {}

    def at(self, call: str, when: When, act: Act, *, nth: int = 1) -> None:
        """The n-th from now on."""
        self._acts.setdefault((call, when), {})[self._counts.get((call, when), 0) + nth] = act

    def always(self, call: str, act: Act) -> None:
        self._acts[call, "before"] = dict.fromkeys(range(1, 1000), act)

    def heal(self) -> None:
        self._acts.clear()

    @property
    def pending(self) -> bool:
        """Something was told that has not been met."""
        return any(self._acts.values())

    def before(self, call: str) -> Conflict | None:
        self.calls.append(call)
        return self._met(call, "before") or self._met("*", "before")

    def after(self, call: str) -> None:
        self._met(call, "after")

    def _met(self, call: str, when: When) -> Conflict | None:
        key = (call, when)
        self._counts[key] = self._counts.get(key, 0) + 1
        act = self._acts.get(key, {}).pop(self._counts[key], None)
        return act() if act else None


def rivalry(act: Callable[[], object]) -> Act:
    """Somebody else does something; the call itself goes on."""

    def run() -> None:
        act()

    return run


def conflict() -> Conflict:
    return Conflict("TransactionConflict")


def raising(fault: BaseException) -> Act:
    def run() -> Conflict | None:
        raise fault

    return run
