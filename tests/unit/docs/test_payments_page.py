"""docs/payments.md draws the tables of moves that the bank asks."""

import re

from domain.payments.kinds import JOURNEYS, Event, Move, PaymentState
from domain.payments.model import FACTS_MAX
from domain.payments.service import TRIES_MAX
from ops import journey_diagrams
from tests.unit.docs.test_pages import NUMBERS, page, section

HEADINGS = {kind: f"ACH {kind.value.removeprefix('ACH_').lower().replace('_', ' ')}" for kind in JOURNEYS}


def test_its_diagrams_and_tables_are_current() -> None:
    assert journey_diagrams.redrawn(page("docs/payments.md")) == page("docs/payments.md")


def test_each_diagram_read_back_is_the_table_of_its_kind() -> None:
    """Read without the code that draws it."""
    for kind, journey in JOURNEYS.items():
        text = section("docs/payments.md", HEADINGS[kind])
        moves = re.findall(r"^    (\w+) --> (\w+): (\w+)$", text, re.MULTILINE)
        assert [Move(PaymentState(a), Event(event), PaymentState(b)) for a, b, event in moves] == list(journey.moves)
        assert set(re.findall(r"^    (\w+) --> \[\*\]$", text, re.MULTILINE)) == journey.final
        claimed = [states.split(", ") for states in re.findall(r"^    class (.+) claimed$", text, re.MULTILINE)]
        assert list(map(set, claimed)) == ([set(journey.effects)] if journey.effects else [])


def test_the_numbers_it_names_are_the_codes() -> None:
    said = " ".join(page("docs/payments.md").split())
    assert f"at most {NUMBERS[TRIES_MAX]} times" in said
    assert f"up to {NUMBERS[FACTS_MAX]} facts" in said
