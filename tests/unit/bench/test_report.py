"""A benchmark says what it found, keeps it, and fails when a ratio is more than a quarter above its goal."""

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.report import Ratio, Report, columns, least_cpu


def ratio(value: float) -> Ratio:
    return Ratio(name="posting, times botocore", value=value, goal=0.5)


@pytest.mark.parametrize(
    ("value", "held", "said"),
    [(0.5, True, "within the goal"), (0.625, True, "within the slack"), (0.63, False, "TOO MUCH")],
)
def test_a_quarter_above_the_goal_is_too_much(value: float, held: bool, said: str) -> None:
    assert ratio(value).held is held
    assert str(ratio(value)).endswith(said)


def test_columns_stand_below_each_other() -> None:
    assert columns([("us", "bare"), ("posting", "7")]) == "us       bare\nposting     7"


def test_the_least_of_all_rounds_counts() -> None:
    calls: list[str] = []
    found = least_cpu({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2, calls=3)

    assert calls == ["a"] * 3 + ["b"] * 3 + ["a"] * 3 + ["b"] * 3
    assert all(0 <= least < float("inf") for least in found.values())


def test_what_was_found_is_kept_for_people_and_for_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(bench, "PAGE", tmp_path / "page.md")
    place = "<!-- results/wire.txt -->\n```\n"
    (tmp_path / "page.md").write_text(f"Before.\n\n{place}the last one\n```\n\nAfter.\n")
    found = Report(title="The wire", figures={"microseconds": 7}, text="7 us", ratios=(ratio(0.3),))

    bench.keep("wire", found, {"commit": "abc"})

    kept = json.loads((tmp_path / "results/wire.json").read_text())
    assert kept["of"] == {"commit": "abc"}
    assert kept["figures"] == {"microseconds": 7}
    assert kept["ratios"] == [{"name": "posting, times botocore", "value": 0.3, "goal": 0.5, "held": True}]
    text = (tmp_path / "results/wire.txt").read_text()
    assert text.startswith("The wire\n\n7 us\n")
    assert text.endswith("commit: abc\n")
    assert (tmp_path / "page.md").read_text() == f"Before.\n\n{place}{text}```\n\nAfter.\n"


def test_a_page_without_a_place_for_it_is_told() -> None:
    with pytest.raises(ValueError, match="no place for wire"):
        bench.shown("wire", "7 us", "A page.\n")


def test_where_it_was_measured_is_known() -> None:
    about = bench.machine("wire")
    assert about["command"] == "python -m tests.bench wire"
    assert set(about) >= {"commit", "at", "python", "processor", "cores", "load_before"}


def test_a_name_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["wires"])
    assert "there is no wires" in capsys.readouterr().err
