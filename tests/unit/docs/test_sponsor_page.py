"""The page of the sponsor bank says what it is: its tables are laid beside the code."""

from ops.drills.run import DRILLS
from ops.sponsor.bank import LADDER
from ops.sponsor.checking import CODES
from ops.sponsor.misbehaviour import MISBEHAVIOURS, Stage
from tests.unit.docs.test_pages import named, page, section, table

LEVELS = {"REJ01": "FILE", "REJ05": "BATCH", "REJ08": "ENTRY"}
COUNTS = {Stage.TAKEN: "files it takes", Stage.DELIVERED: "files it delivers"}


def test_every_code_stands_there_with_its_level_and_meaning() -> None:
    said = [
        (named(code)[0], level, text) for code, level, text in table("docs/sponsor.md", "What it says against a file")
    ]
    assert said == [(code, LEVELS[code[:5]], text) for code, text in CODES.items()]


def test_every_misbehaviour_stands_there_with_what_it_counts_takes_and_does() -> None:
    said = [
        (named(name)[0], counts, {word.removeprefix("--") for word in named(takes)}, does)
        for name, counts, takes, does in table("docs/sponsor.md", "Misbehaviours")
    ]
    assert said == [(one.name, COUNTS[one.stage], set(one.takes), one.does) for one in MISBEHAVIOURS.values()]


def test_the_ladder_of_tries_is_the_codes_own() -> None:
    assert [rung.total_seconds() for rung in LADDER] == [1, 5, 30, 120, 600]
    assert "after 1 s, 5 s, 30 s, 2 min and 10 min" in section("docs/sponsor.md", "What it does")


def test_every_drill_has_its_command_on_the_page() -> None:
    for name in DRILLS:
        assert f"./florin drill {name}" in page("docs/drills.md")
