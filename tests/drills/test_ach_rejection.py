"""The drill in which the sponsor bank rejects: it passes on this bank, and fails on one that errs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.rails.ach import outgoing_rejections
from ops.drills import ach_rejection
from ops.drills.in_process import InProcess
from ops.drills.run import play
from ops.drills.time_line import TimeLine
from ops.drills.world import FileSeen, Money, Told
from ops.sponsor.state import State


def played(world: InProcess) -> TimeLine:
    return play(ach_rejection.NAME, world, lambda _: None)


def failure(world: InProcess) -> str:
    line = played(world)
    assert line.failed is not None
    return line.failed.assertion


def test_rejections_of_a_file_a_batch_and_an_entry_end_as_they_must() -> None:
    line = played(InProcess())
    assert line.failed is None
    assert [one.step for one in line.lines] == [
        "four payments are accepted",
        "a file is built and sent",
        "the file is rejected",
        "the rejected file is set aside",
        "a new file is built from the entries",
        "it is in time",
        "the new file is acknowledged",
        "the file is acknowledged again",
        "a second file is sent",
        "one batch is rejected",
        "it waits for people",
        "one person proposes",
        "a second person approves",
        "the batch is built again and taken",
        "it is in time",
        "a third file is sent",
        "one entry is rejected",
        "it waits for people",
        "one person proposes",
        "a second person approves",
        "two people have it posted back",
        "the entries settle",
        "customers are told",
        *(f"an entry comes back {code}" for code in ach_rejection.RETURNS),
        "what came back is told",
        "every entry has come to an end",
    ]


def test_the_file_that_replaces_one_before_a_bank_holiday_settles_after_it() -> None:
    world = InProcess()
    played(world)
    files = world.bank.ach_store.files(before=None, limit=100).files
    settled = {file.effective_on.isoformat() for file in files if file.replaces}
    assert settled == {"2026-05-26"}


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 9, 15, 0, tzinfo=UTC),
        datetime(2026, 3, 6, 21, 10, tzinfo=UTC),
        datetime(2026, 10, 30, 20, 14, 59, tzinfo=UTC),
        datetime(2026, 12, 24, 7, 0, tzinfo=UTC),
        datetime(2026, 7, 4, 12, 0, tzinfo=UTC),
    ],
    ids=[
        "a morning",
        "into summer time",
        "at a cut-off, out of summer time",
        "a night",
        "a Saturday",
    ],
)
def test_it_is_played_alike_on_any_day(now: datetime) -> None:
    assert played(InProcess(now=now)).failed is None


class NotMended(InProcess):
    """Its bank builds nothing again by itself."""

    def until(self, condition: Callable[[], bool]) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(outgoing_rejections, "mendable", lambda _: False)
            return super().until(condition)


class SameModifier(InProcess):
    """Its files all seem to have one File ID Modifier."""

    def file(self, file: str) -> FileSeen:
        return replace(super().file(file), modifier="A")


class Closed(InProcess):
    """Its files seem to settle on the holiday."""

    def file(self, file: str) -> FileSeen:
        return replace(super().file(file), effective_on=datetime(2026, 5, 25, tzinfo=UTC).date())


class Doubling(InProcess):
    """Its sponsor bank kept what it had rejected."""

    def sponsor(self) -> State:
        state = super().sponsor()
        for file in state.files.values():
            for entry in file.entries.values():
                entry.state = "OPEN" if entry.state == "REJECTED" else entry.state
        return state


class OneIsEnough(InProcess):
    """One person decides alone."""

    def propose(self, case: str, choice: str) -> None:
        super().propose(case, choice)
        super().approve(case)


class ToldTwice(InProcess):
    def told(self, name: str) -> tuple[Told, ...]:
        return super().told(name) * 2


class Leaking(InProcess):
    """A cent of its money stays on the way."""

    def book(self, name: str) -> int:
        return super().book(name) + (1 if name == "ach_in_transit" else 0)


class PostsBackTwice(InProcess):
    """What comes back is on the account, and as much again."""

    def money(self, name: str) -> Money:
        found = super().money(name)
        back = [one for one in self.bank.ledger_store.journals.values() if one.kind == "ach_credit_returned"]
        mine = [leg.money.minor for one in back for leg in one.legs if leg.account == self._people[name][1].id]
        return replace(found, ledger_minor=found.ledger_minor + sum(mine))


class Deaf(InProcess):
    """It reads nothing that comes in."""

    def until(self, condition: Callable[[], bool]) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.bank, "take_in", lambda: None)
            return super().until(condition)

    def give_back(self, trace: str, code: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.bank, "take_in", lambda: None)
            super().give_back(trace, code)


@pytest.mark.parametrize(
    ("world", "assertion"),
    [
        (PostsBackTwice, "its money is with its customer again, once"),
        (Deaf, "the return R01 is posted back"),
        (NotMended, "another file takes over"),
        (SameModifier, "the new file has a new File ID Modifier"),
        (Closed, "its effective date is a banking day"),
        (Doubling, "the sponsor bank has every entry once"),
        (OneIsEnough, "one person alone moves nothing"),
        (ToldTwice, "one notice, to the one customer whose money came back"),
        (Leaking, "nothing is left on the way"),
    ],
)
def test_a_bank_that_is_not_as_it_must_be_fails_it(world: type[InProcess], assertion: str) -> None:
    assert failure(world()) == assertion
