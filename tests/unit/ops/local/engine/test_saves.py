import asyncio
import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.local.engine.saves import CURRENT, TAKES_MAX, SaveFailed, Saves


class Engine:
    """What MiniStack shows of itself to whoever saves it: its services and how they are written."""

    def __init__(self, **services: Any) -> None:
        self.services = services
        self.app = SimpleNamespace(_build_persistence_save_dict=lambda: self.services, save_all=None)
        self.persistence = SimpleNamespace(
            STATE_DIR="elsewhere",
            _state_format_version=lambda _: 2,
            _json_default=lambda value: {"bytes": value.decode()} if isinstance(value, bytes) else fail(value),
        )


def fail(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} cannot be written")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def saves_of(engine: Engine, folder: Path) -> Saves:
    saves = Saves(folder)
    saves.take_over(engine.app, engine.persistence)
    return saves


def payload(folder: Path, name: str) -> Any:
    return json.loads((folder / CURRENT / f"{name}.json").read_text())["payload"]


def test_every_service_is_written(folder: Path) -> None:
    saves = saves_of(Engine(dynamodb=lambda: {"a": 1}, sqs=lambda: {"body": b"x"}), folder)
    asyncio.run(saves.save())
    assert payload(folder, "dynamodb") == {"a": 1}
    assert payload(folder, "sqs") == {"body": {"bytes": "x"}}


def test_the_engine_loads_from_the_current_save(folder: Path) -> None:
    engine = Engine()
    saves_of(engine, folder)
    assert str(folder / CURRENT) == engine.persistence.STATE_DIR


def test_a_stop_of_the_engine_saves_here_too(folder: Path) -> None:
    engine = Engine(dynamodb=lambda: {"a": 1})
    saves_of(engine, folder)
    engine.app.save_all({})
    assert payload(folder, "dynamodb") == {"a": 1}


def test_only_the_last_save_is_kept(folder: Path) -> None:
    numbers = iter([1, 2])
    saves = saves_of(Engine(dynamodb=lambda: next(numbers)), folder)
    asyncio.run(saves.save())
    asyncio.run(saves.save())
    assert payload(folder, "dynamodb") == 2
    assert len([path for path in folder.iterdir() if not path.is_symlink()]) == 1


def test_a_stop_while_a_save_is_written_leaves_the_state_at_the_stop(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter([1, 2])
    engine = Engine(dynamodb=lambda: next(numbers))
    saves = saves_of(engine, folder)
    half, rest = threading.Event(), threading.Event()
    carry_over = saves.carry_over

    def slowly(generation: Path, texts: dict[str, str]) -> None:
        if not half.is_set():
            half.set()
            rest.wait(5)
        carry_over(generation, texts)

    monkeypatch.setattr(saves, "carry_over", slowly)
    saving = threading.Thread(target=lambda: asyncio.run(saves.save()))
    saving.start()
    assert half.wait(5)
    stopping = threading.Thread(target=lambda: engine.app.save_all({}))
    stopping.start()
    stopping.join(0.2)
    rest.set()
    for thread in (saving, stopping):
        thread.join(5)
    assert payload(folder, "dynamodb") == 2
    assert len([path for path in folder.iterdir() if not path.is_symlink()]) == 1


def test_an_older_state_is_not_written_over_a_newer_one(folder: Path) -> None:
    numbers = iter([1, 2])
    saves = saves_of(Engine(dynamodb=lambda: next(numbers)), folder)
    older, newer = saves.take(), saves.take()
    saves.write(newer)
    saves.write(older)
    assert payload(folder, "dynamodb") == 2


def test_a_save_that_fails_leaves_the_one_before(folder: Path) -> None:
    engine = Engine(dynamodb=lambda: {"a": 1}, sqs=dict)
    saves = saves_of(engine, folder)
    asyncio.run(saves.save())
    engine.services.update(dynamodb=lambda: {"a": 2}, sqs=lambda: {"thing": object()})
    with pytest.raises(SaveFailed, match="sqs: object cannot be written"):
        asyncio.run(saves.save())
    assert payload(folder, "dynamodb") == {"a": 1}


def test_a_service_that_says_nothing_keeps_what_it_said_last(folder: Path) -> None:
    engine = Engine(dynamodb=lambda: {"a": 1}, kms=lambda: {"key": 1})
    saves = saves_of(engine, folder)
    asyncio.run(saves.save())
    engine.services = {"dynamodb": lambda: {"a": 2}, "kms": lambda: None}
    asyncio.run(saves.save())
    assert payload(folder, "kms") == {"key": 1}


def test_a_table_that_changes_while_it_is_read_is_read_again(folder: Path) -> None:
    answers = iter([RuntimeError("dictionary changed size during iteration"), {"a": 1}])

    def changing() -> Any:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    asyncio.run(saves_of(Engine(dynamodb=changing), folder).save())
    assert payload(folder, "dynamodb") == {"a": 1}


def test_a_table_that_never_rests_is_given_up_by_name(folder: Path) -> None:
    readings = []

    def restless() -> Any:
        readings.append(1)
        raise RuntimeError("dictionary changed size during iteration")

    with pytest.raises(SaveFailed, match="dynamodb"):
        asyncio.run(saves_of(Engine(dynamodb=restless), folder).save())
    assert len(readings) == TAKES_MAX
