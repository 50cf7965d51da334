"""Dry runs of a version: what they look at, and what is kept of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from domain.fraud import dry_runs
from domain.fraud.dry_run import EXAMPLES_MAX
from domain.fraud.dry_runs import DryRuns
from domain.fraud.kinds import Decision
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.registry_items import version_item, version_of
from domain.fraud.registry_model import ArtefactKind, DryRun, Version
from domain.refusals import InputInvalid
from tests.unit.fraud.decided import SHARDS, Decided, decision
from tests.unit.fraud.governance import ANALYST, Desk, passed
from tests.unit.fraud.values import least, rule


def rules_document(limit_minor: int) -> dict[str, Any]:
    return {"format": "florin.rules/1", "rules": [rule("LARGE", condition=least("amount_minor", limit_minor))]}


LATER = {"against_sha256", "complete", "examples"}
"""What dry runs that are kept may not have yet."""


@dataclass
class TryingDesk(Desk):
    decided: Decided = field(default_factory=Decided)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.dry_runs = DryRuns(
            registry=self.registry,
            books=self.books,
            decisions=self.decided,
            shards=SHARDS,
            labels=MemoryLabelStore(),
            clock=self.clock,
        )

    def day(self, back: int) -> date:
        return self.clock.now().date() - timedelta(days=back)

    def paid(self, *, back: int, count: int, amount_minor: int = 1_000) -> None:
        at = self.clock.now() - timedelta(days=back)
        self.decided.add(
            *(
                decision(f"pay_{back}_{number}_{amount_minor}", at, amount_minor=amount_minor, model=None, score=None)
                for number in range(count)
            )
        )

    def ran(self, version: Version, *, first: int = 9, last: int = 0) -> DryRun:
        found = passed(self.dry_runs.run(ANALYST, version.id, first=self.day(first), last=self.day(last)))
        assert found.dry_run is not None
        return found.dry_run


@pytest.fixture(name="desk")
def _desk() -> TryingDesk:
    return TryingDesk()


@pytest.fixture(name="version")
def _version(desk: TryingDesk) -> Version:
    return desk.committed(ArtefactKind.RULES, rules_document(5_000), key="rules-1")


def test_one_says_what_would_have_been_decided_otherwise(desk: TryingDesk, version: Version) -> None:
    desk.paid(back=1, count=7)
    desk.paid(back=1, count=3, amount_minor=6_000)

    run = desk.ran(version)

    assert (run.decisions, run.changed, run.spoke) == (10, 3, {"LARGE": 3})
    assert run.after == {Decision.APPROVE: 7, Decision.REVIEW: 3}
    assert run.sha256 == version.sha256


def test_it_keeps_examples_of_what_changes(desk: TryingDesk, version: Version) -> None:
    desk.paid(back=1, count=EXAMPLES_MAX + 1, amount_minor=6_000)

    run = desk.ran(version)

    assert len(run.examples) == EXAMPLES_MAX
    assert {(one.before, one.after, one.staff_reasons) for one in run.examples} == {
        (Decision.APPROVE, Decision.REVIEW, ("LARGE",))
    }
    assert run.examples[0].subject in desk.decided.by_subject


@pytest.mark.parametrize(("counts", "reached"), [((3, 2), None), ((3, 3), 2), ((5, 1), 1), ((6, 0), 1)], ids=str)
def test_it_says_when_there_were_more_than_it_looks_at(
    desk: TryingDesk,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    counts: tuple[int, int],
    reached: int | None,
) -> None:
    """And is of the latest."""
    monkeypatch.setattr(dry_runs, "DECISIONS_MAX", 5)
    for back, count in enumerate(counts, 1):
        desk.paid(back=back, count=count)

    run = desk.ran(version)

    assert (run.complete, run.decisions) == (reached is None, 5)
    assert (run.first, run.last) == (desk.day(reached or 9), desk.day(1))


def test_it_names_the_rules_that_decided_then(desk: TryingDesk, version: Version) -> None:
    desk.paid(back=1, count=1)
    built_in = desk.ran(version).against_sha256
    champion = desk.ready_of(ArtefactKind.RULES, 1)
    passed(desk.agreed(desk.asked(champion)))

    assert built_in == desk.books.book(None, desk.scope).versions.rules.sha256
    assert desk.ran(version).against_sha256 == champion.sha256


def test_its_last_day_is_that_of_its_last_decision(desk: TryingDesk, version: Version) -> None:
    """And not the one that was asked for: days on which nothing was decided make no run younger."""
    assert desk.ran(version).last == desk.day(0)

    desk.paid(back=6, count=2)
    desk.paid(back=4, count=2)

    run = desk.ran(version)
    assert (run.first, run.last) == (desk.day(9), desk.day(4))


def test_days_are_few_and_in_their_order(desk: TryingDesk, version: Version) -> None:
    for first, last in ((0, 1), (31, 0)):
        answer = desk.dry_runs.run(ANALYST, version.id, first=desk.day(first), last=desk.day(last))
        assert isinstance(answer, InputInvalid)
    assert isinstance(
        desk.dry_runs.run(ANALYST, desk.committed().id, first=desk.day(1), last=desk.day(0)), InputInvalid
    )


def test_one_is_kept_and_read_back_and_so_is_one_of_before(desk: TryingDesk, version: Version) -> None:
    """Which does not say against what it was: the gate takes it for one against other rules."""
    desk.paid(back=1, count=2, amount_minor=6_000)
    desk.ran(version)
    tried = passed(desk.registry.version(ANALYST, version.id))
    item = version_item(tried)

    assert version_of(item) == tried
    old = {name: value for name, value in item["dry_run"].items() if name not in LATER}
    before = version_of({**item, "dry_run": old}).dry_run
    assert before is not None
    assert (before.against_sha256, before.complete, before.examples) == (None, None, ())
