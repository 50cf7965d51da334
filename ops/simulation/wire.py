"""The wire between a process and a store: each call may be lost, late, refused or the process's last, and somebody
else may act before and after it.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar, cast

from domain.ledger.store import Conflict, Unanswered
from ops.simulation.faults import NOTES_WEIGH, WRITES_WEIGH, Death, Fault, Silent, Weather

Store = TypeVar("Store")
APPENDS: Final = frozenset({"append", "append_total"})
"""Calls that answer with a conflict."""
WRITES: Final = APPENDS | {
    "add",
    "delete",
    "deliver",
    "finish",
    "mark",
    "mark_delivered",
    "move_checkpoint",
    "publish",
    "put",
    "register",
    "relate",
    "replace",
    "settle",
}
"""Calls after which something is so that was not so before; most of what can go wrong goes wrong here."""
NOTES: Final = frozenset({"append_total", "deliver", "mark", "mark_delivered", "move_checkpoint", "register"})
"""Writes that one run of the bank makes by the dozen."""


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

    def late(self, name: str, land: Callable[[], object]) -> None:
        """The request is under way and lands some time after its caller gave up."""
        ...


class _Wired:
    """Any store behind its wire; it looks like the store."""

    def __init__(self, store: object, silence: type[Exception], around: Surroundings) -> None:
        self._store = store
        self._silence = silence
        self._around = around

    def __getattr__(self, name: str) -> Any:
        act, at_call, weather = getattr(self._store, name), self._around.at_call, self._around.weather
        appends, writes = name in APPENDS, name in WRITES
        weight = (NOTES_WEIGH if name in NOTES else WRITES_WEIGH) if writes else 1

        def call(*args: Any, **kwargs: Any) -> Any:
            at_call(writes=writes)
            if not weather.healed:
                fault = weather.at_call(appends=appends, weight=weight)
                if fault is not None:
                    return self._faulty(fault, name, lambda: act(*args, **kwargs))
            done = act(*args, **kwargs)
            if writes:
                at_call(writes=False)  # before the answer is heard
            return done

        self.__dict__[name] = call  # the next call finds it without asking
        return call

    def _faulty(self, fault: Fault, name: str, act: Callable[[], Any]) -> Any:
        if fault is Fault.DEATH_BEFORE:
            raise Death(f"before {name}")
        if fault is Fault.DEATH_DURING:
            self._around.late(name, act)
            raise Death(f"during {name}")
        if fault in (Fault.CONFLICT, Fault.THROTTLE) and name in APPENDS:
            return Conflict(fault.value)
        if fault is Fault.DEATH_AFTER:
            act()
            raise Death(f"after {name}")
        if fault is Fault.LOST_ANSWER:
            act()
        elif fault is Fault.SLOW and name in WRITES:
            self._around.late(name, act)
        self._around.deadline()
        raise self._silence(f"{name}: {fault.value}")


def wired_ledger(store: Store, around: Surroundings) -> Store:
    return cast("Store", _Wired(store, Unanswered, around))


def wired(store: Store, around: Surroundings) -> Store:
    """A store beside the ledger, the bus or a channel."""
    return cast("Store", _Wired(store, Silent, around))
