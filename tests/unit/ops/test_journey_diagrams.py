"""What is drawn of a journey says all of its table, and whoever forgets to draw it again is told."""

import sys
from pathlib import Path

import pytest

from domain.payments.kinds import JOURNEYS, PaymentKind
from ops import journey_diagrams

EMPTY = "".join(f"## {kind}\n<!-- {kind} -->\n<!-- /{kind} -->\nafter {kind}\n" for kind in PaymentKind)


@pytest.fixture(name="page")
def _page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "payments.md"
    page.write_text(EMPTY)
    monkeypatch.setattr(journey_diagrams, "PAGE", page)
    return page


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["journey_diagrams", *arguments])
    return journey_diagrams.main()


def test_a_diagram_begins_at_the_first_state_and_has_every_move_end_and_claimed_state() -> None:
    lines = journey_diagrams.diagram(JOURNEYS[PaymentKind.ACH_DEBIT]).splitlines()
    assert lines[:3] == ["stateDiagram-v2", "    [*] --> ACCEPTED", "    ACCEPTED --> SCHEDULED: screened"]
    assert "    SCHEDULED --> SCHEDULED: rescheduled" in lines
    assert "    COMPLETED --> RETURNING: returned" in lines
    assert "    UNPOSTED --> [*]" in lines
    assert lines[-1] == "    class SETTLING, FREEING, RETURNING claimed"


def test_a_claimed_state_stands_with_its_journal_and_what_its_answers_are_called() -> None:
    rows = journey_diagrams.claimed_states(JOURNEYS[PaymentKind.ACH_DEBIT]).splitlines()
    assert rows[2:] == [
        "| `SETTLING` | `ach_debit_settled` | `settled` | `unposted` |",
        "| `FREEING` | `hold_released` | `funds_freed` | a fault |",
        "| `RETURNING` | `ach_debit_returned` | `given_back` | a fault |",
    ]


def test_drawing_again_changes_nothing_and_leaves_the_text_around_it() -> None:
    once = journey_diagrams.redrawn(EMPTY)
    assert journey_diagrams.redrawn(once) == once
    for kind in PaymentKind:
        assert f"## {kind}\n<!-- {kind} -->\n```mermaid\n" in once
        assert f"<!-- /{kind} -->\nafter {kind}\n" in once


@pytest.mark.parametrize("wrong", ["", EMPTY.replace("ACH_DEBIT", "ACH_OTHER")], ids=["no marks", "another kind"])
def test_a_page_without_a_place_for_each_journey_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="ACH_DEBIT"):
        journey_diagrams.redrawn(wrong)


def test_the_check_writes_nothing_and_fails_until_the_page_is_drawn(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(monkeypatch, "--check") == 1
    assert page.read_text() == EMPTY
    assert "payments.md does not draw" in capsys.readouterr().out

    assert asked(monkeypatch) == 0
    assert asked(monkeypatch, "--check") == 0
    assert page.read_text() == journey_diagrams.redrawn(EMPTY)
