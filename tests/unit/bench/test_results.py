"""The figures that docs/performance.md shows were measured, are kept, and held to their goals."""

import importlib
import json
from typing import Any

import pytest

from tests.bench.__main__ import BENCHMARKS, PAGE, RESULTS, shown


def kept(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_every_benchmark_has_its_result_and_every_result_its_benchmark() -> None:
    assert {path.stem for path in RESULTS.glob("*.json")} == set(BENCHMARKS)
    assert {path.stem for path in RESULTS.glob("*.txt")} == set(BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
class TestEachResult:
    def test_says_what_it_is_of_and_how_to_measure_it_again(self, name: str) -> None:
        assert kept(name)["of"]["command"] == f"python -m tests.bench {name}"
        assert callable(importlib.import_module(f"tests.bench.{name}").report)

    def test_held_its_ratios(self, name: str) -> None:
        assert [ratio["name"] for ratio in kept(name)["ratios"] if not ratio["held"]] == []

    def test_stands_on_the_page_as_it_is_kept(self, name: str) -> None:
        text = (RESULTS / f"{name}.txt").read_text(encoding="utf-8")
        assert shown(name, text, PAGE.read_text(encoding="utf-8")) == PAGE.read_text(encoding="utf-8")
