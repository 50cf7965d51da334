"""What every drill needs to tell its story: a world, a time line, and the words between the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ops.drills.time_line import TimeLine
    from ops.drills.world import CaseSeen, FileSeen, World

SENT, ACKNOWLEDGED, SETTLED, REJECTED, FAILED = "SENT", "ACKNOWLEDGED", "SETTLED", "REJECTED", "FAILED"
AFTER_SETTLEMENT = frozenset((SETTLED, "COMPLETED"))


@dataclass(slots=True)
class Story:
    world: World
    line: TimeLine

    def step(self, name: str, state: str) -> None:
        self.line.add(self.world.now(), name, state)

    def must(self, condition: bool, assertion: str) -> None:
        self.line.must(condition, assertion)

    def wait(self, assertion: str, condition: Callable[[], bool]) -> None:
        """Lets time go on until it is so; it must come."""
        self.line.must(self.world.until(condition), assertion)

    def state(self, payment: str) -> str:
        return self.world.payment(payment).state

    def states(self, payments: Iterable[str]) -> str:
        return " ".join(sorted({self.state(one) for one in payments}))

    def file_of(self, payment: str) -> FileSeen:
        file = self.world.payment(payment).file
        self.must(file is not None, f"{payment} is in a file")
        return self.world.file(file or "")

    def sent(self, *payments: str) -> FileSeen:
        """The file that took these payments with it at the cut-off, once it has left. It may be answered already, and
        another may stand for it."""
        self.wait(
            "the payments leave in a file at the cut-off",
            lambda: all(self.fact(one, "sent", "file") is not None for one in payments),
        )
        files = {self.fact(one, "taken", "file") for one in payments}
        self.must(len(files) == 1, "payments of one window are in one file")
        return self.world.file(files.pop() or "")

    def fact(self, payment: str, event: str, fact: str) -> str | None:
        """A fact of the first such event in a payment's time line; None where it was not said."""
        found = (one.facts.get(fact) for one in self.world.timeline(payment) if one.event == event)
        return next(found, None)

    def one_case(self, subject: str, kind: str) -> CaseSeen:
        found = [case for case in self.world.cases(subject) if case.kind == kind]
        self.must(len(found) == 1, f"there is one case {kind}")
        return found[0]
