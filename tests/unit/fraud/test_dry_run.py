"""A dry run judges what was judged again, by other rules and nothing else, and counts what would be otherwise."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from domain.fraud import dry_run as module
from domain.fraud.dry_run import EXAMPLES_MAX, dry_run
from domain.fraud.kinds import Decision, Fallback
from domain.fraud.model import StoredDecision
from domain.fraud.registry_model import Changed
from domain.fraud.rules import Outcome
from tests.unit.fraud.test_decisions_codec import DECISION
from tests.unit.fraud.values import FixedModel, book, entry, limits, listed, rule, rule_set

SMALL = replace(DECISION, id="dec_small", features={"amount_minor": 10}, score=None, snoozed=())
LARGE = replace(SMALL, id="dec_large", features={"amount_minor": 1_500})
HUGE = replace(SMALL, id="dec_huge", features={"amount_minor": 9_000})
UNKNOWN = replace(SMALL, id="dec_unknown", features={})
STRICTER = rule_set(
    rule(decision="BLOCK"), rule("TINY", decision="STEP_UP", condition={"lt": [{"feature": "amount_minor"}, 100]})
)


def test_counts_decisions_rules_and_changes_with_examples() -> None:
    found = dry_run(STRICTER, [SMALL, LARGE, HUGE, UNKNOWN], book(rule()))

    assert (found.looked_at, found.complete) == (4, True)
    assert found.before == {Decision.APPROVE: 2, Decision.REVIEW: 2}
    assert found.after == {Decision.STEP_UP: 1, Decision.BLOCK: 2, Decision.APPROVE: 1}
    assert found.by_rule == {
        "large": {Outcome.NO: 1, Outcome.HIT: 2, Outcome.INCONCLUSIVE: 1},
        "tiny": {Outcome.HIT: 1, Outcome.NO: 2, Outcome.INCONCLUSIVE: 1},
    }
    assert found.changes == {
        (Decision.APPROVE, Decision.STEP_UP): 1,
        (Decision.REVIEW, Decision.BLOCK): 2,
    }
    assert found.examples[:2] == (
        Changed("dec_small", SMALL.subject, Decision.APPROVE, Decision.STEP_UP, ("TINY",)),
        Changed("dec_large", LARGE.subject, Decision.REVIEW, Decision.BLOCK, ("LARGE",)),
    )


def test_the_same_rules_change_nothing() -> None:
    against = book(rule())
    found = dry_run(against.rules, [SMALL, LARGE, HUGE, UNKNOWN], against)
    assert found.before == found.after
    assert (found.changes, found.examples) == ({}, ())


def test_nothing_but_the_rules_makes_a_difference() -> None:
    """Not what was decided at the time, nor the model: its score is the one that was given."""
    model = FixedModel(1.0)
    against = book(rule(), model=model, thresholds=limits({"STEP_UP": 0.4, "BLOCK": 0.9}))
    stored = replace(SMALL, decision=Decision.BLOCK, score=0.5)
    found = dry_run(rule_set(), [stored], against)
    assert found.before == found.after == {Decision.STEP_UP: 1}
    assert model.asked == 0


def test_lists_snoozes_and_the_fallback_count_as_they_did() -> None:
    against = book(lists=listed(entry("ALLOW", "terminal", "ter_1")))
    assert dry_run(rule_set(rule()), [HUGE], against).after == {Decision.APPROVE: 1}
    snoozed = replace(HUGE, snoozed=("large",))
    assert dry_run(rule_set(rule()), [snoozed], book()).by_rule == {"large": {Outcome.SNOOZED: 1}}
    strict = rule_set(rule(fallback_only=True))
    unscored = replace(HUGE, fallback=Fallback.SCORER_SILENT)
    assert dry_run(strict, [HUGE], book()).after == {Decision.APPROVE: 1}
    assert dry_run(strict, [HUGE], book()).by_rule == {"large": {}}
    found = dry_run(strict, [unscored], book())
    assert (found.after, found.by_rule) == ({Decision.REVIEW: 1}, {"large": {Outcome.HIT: 1}})


def test_examples_are_few_of_each_change() -> None:
    many = [replace(LARGE, id=f"dec_{number}") for number in range(EXAMPLES_MAX + 5)]
    found = dry_run(STRICTER, [*many, SMALL], book(rule()))
    assert found.changes[Decision.REVIEW, Decision.BLOCK] == EXAMPLES_MAX + 5
    assert [one.decision for one in found.examples] == [*(one.id for one in many[:EXAMPLES_MAX]), "dec_small"]


@pytest.mark.parametrize(("count", "complete"), [(2, True), (3, True), (4, False), (10**12, False)])
def test_no_more_is_looked_at_than_there_may_be(monkeypatch: pytest.MonkeyPatch, count: int, complete: bool) -> None:
    monkeypatch.setattr(module, "DECISIONS_MAX", 3)
    taken = 0

    def decisions() -> Iterator[StoredDecision]:
        nonlocal taken
        while taken < count:
            taken += 1
            yield LARGE

    found = dry_run(STRICTER, decisions(), book())
    assert (found.looked_at, found.complete, taken) == (min(count, 3), complete, min(count, 4))


def test_of_nothing_there_is_nothing() -> None:
    found = dry_run(STRICTER, [], book())
    assert (found.looked_at, found.complete, found.before, found.examples) == (0, True, {}, ())
    assert found.by_rule == {"large": {}, "tiny": {}}
