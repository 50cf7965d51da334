"""The wire between a process and a store: each call may be lost, late, refused or the process's last, and somebody
else may act before and after it.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar, cast

from domain.ledger.store import Conflict, Unanswered
from ops.simulation.faults import Death, Fault, Silent, Weather

Store = TypeVar("Store")
APPENDS: Final = frozenset({"append", "append_total"})
"""Calls that answer with a conflict."""
WRITES: Final = APPENDS | {
    "add",
    "deliver",
    "finish",
    "mark",
    "mark_delivered",
    "move_checkpoint",
    "publish",
    "register",
    "replace",
    "settle",
}
"""Calls after which something is so that was not so before; most of what can go wrong goes wrong here."""


class Surroundings(Protocol):
    """What the world does around a call."""

    @property
    def weather(self) -> Weather: ...

    def at_call(self, *, writes: bool) -> None:
        """Time passes, late requests land, somebody else may act."""
        ...

    def deadline(self) -> None:
        """The caller waited in vain."""
        ...

    def late(self, land: Callable[[], object]) -> None:
        """The request is under way and lands some time after its caller gave up."""
        ...


class _Wired:
    """Any store behind its wire; it looks like the store."""

    def __init__(self, store: object, silence: type[Exception], around: Surroundings) -> None:
        self._store = store
        self._silence = silence
        self._around = around

    def __getattr__(self, name: str) -> Any:
        act, around = getattr(self._store, name), self._around
        appends, writes = name in APPENDS, name in WRITES

        def call(*args: Any, **kwargs: Any) -> Any:
            around.at_call(writes=writes)
            fault = around.weather.at_call(appends=appends, writes=writes)
            if fault is not None:
                return self._faulty(fault, name, lambda: act(*args, **kwargs))
            done = act(*args, **kwargs)
            if writes:
                around.at_call(writes=False)  # before the answer is heard
            return done

        self.__dict__[name] = call  # the next call finds it without asking
        return call

    def _faulty(self, fault: Fault, name: str, act: Callable[[], Any]) -> Any:
        if fault is Fault.DEATH_BEFORE:
            raise Death(f"before {name}")
        if fault is Fault.DEATH_DURING:
            self._around.late(act)
            raise Death(f"during {name}")
        if fault in (Fault.CONFLICT, Fault.THROTTLE) and name in APPENDS:
            return Conflict(fault.value)
        if fault is Fault.DEATH_AFTER:
            act()
            raise Death(f"after {name}")
        if fault is Fault.LOST_ANSWER:
            act()
        elif fault is Fault.SLOW:
            self._around.late(act)
        self._around.deadline()
        raise self._silence(f"{name}: {fault.value}")


def wired_ledger(store: Store, around: Surroundings) -> Store:
    return cast("Store", _Wired(store, Unanswered, around))


def wired(store: Store, around: Surroundings) -> Store:
    """A store beside the ledger, the bus or a channel."""
    return cast("Store", _Wired(store, Silent, around))
