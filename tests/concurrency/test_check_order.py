"""The checker of orders finds what it is there to find."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ledger.model import Posted
from ops.verify.world import World, of_memory
from tests.concurrency.check_order import Operation, gaps, misread, operations, out_of_order
from tests.concurrency.told import POSTED, READ, Told, seen
from tests.unit.ledger.world import World as Desk


class Told3:
    """Three transfers one after the other, the world they left, and what was told."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.desk.open("alice", minor=100)
        self.desk.open("bob")
        self.told: list[Told] = []
        for n in range(3):
            self.desk.clock.advance(timedelta(seconds=1))
            answer = self.desk.transfer("alice", "bob", 10, key=f"k{n}")
            assert isinstance(answer, Posted)
            states = tuple(map(seen, answer.states.values()))
            told = Told(
                f"k{n}", self.desk.id("alice"), "bank", "transfer", POSTED, answer.journal.id, n, n + 0.5, states
            )
            self.told.append(told)

    def world(self) -> World:
        return of_memory(self.desk.store, settings=self.desk.settings, now=self.desk.clock.now())


@pytest.fixture(name="three")
def _three() -> Told3:
    return Told3()


def test_a_good_story_has_an_order(three: Told3) -> None:
    world = three.world()
    assert list(gaps(world)) == []
    assert list(misread(three.told, world)) == []
    assert list(out_of_order(operations(three.told, world))) == []


@pytest.mark.parametrize(
    "wrong", [{"posted_minor": 1}, {"held_minor": 1}, {"available_minor": 1}, {"status": "FROZEN"}, {"hash": "00"}]
)
def test_a_balance_that_never_was_is_found(three: Told3, wrong: dict[str, object]) -> None:
    first, *rest = three.told
    lie = replace(first, seen=(replace(first.seen[0], **wrong), *first.seen[1:]))  # type: ignore[arg-type] # By name.
    assert len(list(misread([lie, *rest], three.world()))) == 1


def test_a_version_nobody_wrote_is_found(three: Told3) -> None:
    first = three.told[0]
    lie = replace(first, seen=(replace(first.seen[0], seq=9),))
    assert len(list(misread([lie], three.world()))) == 1


def test_a_missing_version_is_found(three: Told3) -> None:
    world = three.world()
    lines = world.lines[three.desk.id("bob")]
    del lines[min(position for position in lines if position.seq == 2)]
    assert len(list(gaps(world))) == 1
    assert list(misread(three.told, world))


def test_a_later_one_with_a_lower_version_is_found(three: Told3) -> None:
    first, second, third = three.told
    turned = [replace(first, began=9, ended=9.5), second, third]
    assert any("k0" in found for found in out_of_order(operations(turned, three.world())))


def test_a_stale_reading_is_found_and_a_fresh_one_is_not(three: Told3) -> None:
    stale = replace(three.told[0], key="look", outcome=READ, journal=None, began=9, ended=9.1)
    fresh = replace(three.told[2], key="look", outcome=READ, journal=None, began=9, ended=9.1)
    world = three.world()
    assert list(out_of_order(operations([*three.told, stale], world)))
    assert list(out_of_order(operations([*three.told, fresh], world))) == []


def test_a_reading_from_the_future_is_found() -> None:
    read = Operation("a", 2, wrote=False, began=0, ended=1, name="look")
    write = Operation("a", 2, wrote=True, began=5, ended=6, name="write")
    assert list(out_of_order([read, write]))


def test_what_overlaps_may_stand_in_either_order() -> None:
    one = Operation("a", 2, wrote=True, began=0, ended=5, name="one")
    two = Operation("a", 1, wrote=True, began=1, ended=6, name="two")
    assert list(out_of_order([one, two])) == []


def test_a_key_asked_twice_was_done_before_its_first_answer(three: Told3) -> None:
    again = replace(three.told[0], began=9, ended=9.5)
    assert list(out_of_order(operations([*three.told, again], three.world()))) == []
