"""The state of the sponsor bank in a folder: whole, one writer at a time, kept only when all went well."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from domain.clock import instant_text
from ops.sponsor.bank import OrderRefused
from ops.sponsor.keeping import SILENCE_MAX, Life, condition, gone, opened, seen, sign
from ops.sponsor.state import State, StateUnreadable
from tests.unit.ops.sponsor.files import NOW, REGION, ours


def test_what_is_done_to_it_is_there_for_the_next_one(tmp_path: Path) -> None:
    assert seen(tmp_path) == State()
    with opened(tmp_path) as bank:
        bank.misbehave("say-nothing")
    with opened(tmp_path) as bank:
        bank.take("fil_1.ach", ours(10_00).encode(), region=REGION, now=NOW)
    assert list(seen(tmp_path).files) == ["fil_1.ach"]
    assert seen(tmp_path).messages == {}


def test_an_order_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    def refused() -> None:
        with opened(tmp_path) as bank:
            bank.misbehave("say-nothing")
            bank.acknowledge("fil_9.ach", now=NOW)

    with pytest.raises(OrderRefused):
        refused()
    assert seen(tmp_path).switches == []


def test_writers_take_turns(tmp_path: Path) -> None:
    def count() -> None:
        for _ in range(20):
            with opened(tmp_path) as bank:
                bank.state.numbers["n"] = bank.state.numbers.get("n", 0) + 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen(tmp_path).numbers == {"n": 80}


def test_a_state_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    with opened(tmp_path) as bank:
        bank.misbehave("say-nothing")
    kept = tmp_path / "sponsor" / "state.json"
    kept.write_text("{")

    def wrong() -> None:
        with opened(tmp_path):
            pass

    with pytest.raises(StateUnreadable):
        wrong()
    assert kept.read_text() == "{"


def test_others_on_the_machine_cannot_read_it(tmp_path: Path) -> None:
    with opened(tmp_path) as bank:
        bank.misbehave("say-nothing")
    assert (tmp_path / "sponsor" / "state.json").stat().st_mode & 0o077 == 0


def test_it_runs_as_long_as_it_gives_signs_of_life(tmp_path: Path) -> None:
    assert condition(tmp_path, NOW) == "not running"
    sign(tmp_path, Life(at=instant_text(NOW)))
    assert condition(tmp_path, NOW + SILENCE_MAX) == "running"
    assert condition(tmp_path, NOW + SILENCE_MAX + timedelta(seconds=1)) == "not running"
    sign(tmp_path, Life(at=instant_text(NOW), fault="no exchange"))
    assert condition(tmp_path, NOW) == "no exchange"
    gone(tmp_path)
    gone(tmp_path)
    assert condition(tmp_path, NOW) == "not running"
