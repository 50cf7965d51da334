"""The most severe that speaks decides; lists go before rules, the fallback asks no model, and all can be replayed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from domain.fraud import lists
from domain.fraud.expressions import FeatureMistyped
from domain.fraud.kinds import CustomerReason, Decision, Fallback, Family, Features, Scope, highest
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.rules import Outcome
from domain.fraud.scoring import (
    STAFF_REASONS_MAX,
    WITHOUT_LISTS,
    Book,
    Inputs,
    Score,
    ScoreOutOfRange,
    WrongBook,
    explanation,
    inputs_of,
    inputs_of_stored,
    replayed,
    same,
    score,
    score_unscored,
)
from domain.money import Money
from tests.unit.fraud.values import (
    INPUTS,
    NOON,
    PARTIES,
    VERSIONS,
    FixedModel,
    book,
    entry,
    limits,
    listed,
    rule,
)

MUCH: Features = {"amount_minor": 5_000}
ALL = {"STEP_UP": 0.2, "SOFT_DECLINE": 0.4, "REVIEW": 0.6, "BLOCK": 0.8}


class TestRules:
    def test_nothing_that_speaks_approves(self) -> None:
        found = score({"amount_minor": 1}, book(rule()), INPUTS)
        assert found == Score(
            decision=Decision.APPROVE,
            score=None,
            customer_reasons=(),
            staff_reasons=(),
            answers=found.answers,
            listed=(),
            silenced=(),
        )
        assert [answer.outcome for answer in found.answers] == [Outcome.NO]

    @pytest.mark.parametrize("first", [one for one in Decision if one is not Decision.APPROVE])
    @pytest.mark.parametrize("second", [one for one in Decision if one is not Decision.APPROVE])
    def test_the_most_severe_decides_in_whatever_order(self, first: Decision, second: Decision) -> None:
        documents = [rule("A", decision=first.value), rule("B", decision=second.value)]
        assert score(MUCH, book(*documents), INPUTS).decision is highest(first, second)

    def test_a_customer_is_told_of_what_decided_and_staff_of_all(self) -> None:
        documents = [
            rule("A", decision="STEP_UP", customer_reason="NEW_PAYEE"),
            rule("B", decision="REVIEW", customer_reason="NEW_ACCOUNT"),
            rule("C", decision="REVIEW", customer_reason="UNUSUAL_AMOUNT"),
            rule("D", decision="REVIEW", customer_reason="NEW_ACCOUNT"),
            rule("E", decision="BLOCK", condition=False),
        ]
        found = score(MUCH, book(*documents), INPUTS)
        assert found.customer_reasons == (CustomerReason.UNUSUAL_AMOUNT, CustomerReason.NEW_ACCOUNT)
        assert found.staff_reasons == ("B", "C", "D", "A")

    def test_more_reasons_than_an_event_carries_are_the_most_severe_ones(self) -> None:
        documents = [rule(f"R{number:02}", decision="STEP_UP") for number in range(STAFF_REASONS_MAX)]
        found = score(MUCH, book(*documents, rule("BLOCKS", decision="BLOCK")), INPUTS)
        assert found.staff_reasons == ("BLOCKS", *(f"R{number:02}" for number in range(STAFF_REASONS_MAX - 1)))

    def test_missing_data_decides_only_what_the_document_says(self) -> None:
        assert score({}, book(rule()), INPUTS).decision is Decision.APPROVE
        found = score({}, book(rule(if_inconclusive="STEP_UP")), INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.STEP_UP, ("LARGE_INCONCLUSIVE",))
        assert found.customer_reasons == (CustomerReason.UNUSUAL_AMOUNT,)

    def test_a_rule_that_is_snoozed_for_the_customer_decides_nothing(self) -> None:
        snoozed = replace(INPUTS, snoozed=frozenset({"large"}))
        found = score(MUCH, book(rule()), snoozed)
        assert (found.decision, found.staff_reasons) == (Decision.APPROVE, ())
        assert [answer.outcome for answer in found.answers] == [Outcome.SNOOZED]

    def test_a_feature_of_another_type_is_a_fault(self) -> None:
        with pytest.raises(FeatureMistyped):
            score({"amount_minor": "much"}, book(rule()), INPUTS)


class TestModel:
    @pytest.mark.parametrize(
        ("said", "decision"), [(0.1, "APPROVE"), (0.2, "STEP_UP"), (0.5, "SOFT_DECLINE"), (0.7, "REVIEW"), (1, "BLOCK")]
    )
    def test_its_score_decides_by_the_thresholds(self, said: float, decision: str) -> None:
        found = score(MUCH, book(model=FixedModel(said), thresholds=limits(ALL)), INPUTS)
        assert (found.score, found.decision) == (said, Decision(decision))
        assert found.staff_reasons == (() if decision == "APPROVE" else ("MODEL_SCORE",))
        assert found.customer_reasons == (() if decision == "APPROVE" else (CustomerReason.SECURITY_CHECK,))

    def test_it_speaks_beside_the_rules(self) -> None:
        found = score(MUCH, book(rule(), model=FixedModel(0.3), thresholds=limits(ALL)), INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.REVIEW, ("LARGE", "MODEL_SCORE"))

    @pytest.mark.parametrize("said", [-0.01, 1.01, float("nan"), float("inf")])
    def test_a_score_out_of_range_is_a_fault(self, said: float) -> None:
        with pytest.raises(ScoreOutOfRange):
            score(MUCH, book(model=FixedModel(said)), INPUTS)

    def test_a_scope_without_one_is_judged_by_rules_without_a_reason_of_its_own(self) -> None:
        found = score(MUCH, book(thresholds=limits(ALL)), INPUTS)
        assert (found.score, found.decision, found.staff_reasons) == (None, Decision.APPROVE, ())


class TestLists:
    def test_who_is_denied_is_blocked_and_told_little(self) -> None:
        found = score(MUCH, book(rule(), lists=listed(entry())), INPUTS)
        assert found.decision is Decision.BLOCK
        assert found.staff_reasons == ("LISTED_DENY", "LARGE")
        assert found.customer_reasons == (CustomerReason.SECURITY_CHECK,)
        assert [hit.entity for hit in found.listed] == ["cus_1"]

    def test_several_entries_that_deny_are_one_reason(self) -> None:
        found = score(MUCH, book(lists=listed(entry(), entry("DENY", "payee", "acc_2"))), INPUTS)
        assert found.staff_reasons == ("LISTED_DENY",)
        assert len(found.listed) == 2

    def test_the_other_side_is_not_meant(self) -> None:
        found = score(MUCH, book(lists=listed(entry("DENY", "payee", "acc_1"))), INPUTS)
        assert (found.decision, found.listed) == (Decision.APPROVE, ())

    @pytest.mark.parametrize(
        ("decision", "ceiling", "comes_out"),
        [
            ("STEP_UP", "STEP_UP", "APPROVE"),
            ("SOFT_DECLINE", "STEP_UP", "SOFT_DECLINE"),
            ("REVIEW", "REVIEW", "APPROVE"),
            ("BLOCK", "REVIEW", "BLOCK"),
            ("BLOCK", "BLOCK", "APPROVE"),
            ("STEP_UP", "APPROVE", "STEP_UP"),
        ],
    )
    def test_who_is_allowed_passes_up_to_the_ceiling(self, decision: str, ceiling: str, comes_out: str) -> None:
        allowed = listed(entry("ALLOW"), ceiling=Decision(ceiling))
        found = score(MUCH, book(rule(decision=decision), lists=allowed), INPUTS)
        assert found.decision is Decision(comes_out)
        assert found.staff_reasons == (("LISTED_ALLOW",) if comes_out == "APPROVE" else ("LARGE",))
        assert found.silenced == (("LARGE",) if comes_out == "APPROVE" else ())

    def test_who_is_allowed_passes_the_model_too(self) -> None:
        found = score(MUCH, book(model=FixedModel(0.7), thresholds=limits(ALL), lists=listed(entry("ALLOW"))), INPUTS)
        assert (found.decision, found.silenced, found.score) == (Decision.APPROVE, ("MODEL_SCORE",), 0.7)

    def test_what_is_less_severe_is_silenced_while_what_is_more_is_heard(self) -> None:
        documents = [rule("A", decision="STEP_UP"), rule("B", decision="BLOCK")]
        found = score(MUCH, book(*documents, lists=listed(entry("ALLOW"))), INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.BLOCK, ("LISTED_ALLOW", "B"))

    def test_a_rule_that_is_not_overridable_is_heard(self) -> None:
        found = score(MUCH, book(rule(not_overridable=True), lists=listed(entry("ALLOW"))), INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.REVIEW, ("LARGE",))

    def test_nobody_is_allowed_who_is_denied(self) -> None:
        both = listed(entry("ALLOW"), entry("DENY"), ceiling=Decision.BLOCK)
        assert score(MUCH, book(lists=both), INPUTS).decision is Decision.BLOCK
        other = listed(entry("ALLOW"), entry("DENY", "payee", "acc_2"), ceiling=Decision.BLOCK)
        assert score(MUCH, book(lists=other), INPUTS).decision is Decision.BLOCK

    def test_an_entry_that_silences_nothing_is_no_reason(self) -> None:
        found = score({"amount_minor": 1}, book(rule(), lists=listed(entry("ALLOW"))), INPUTS)
        assert (found.staff_reasons, len(found.listed)) == ((), 1)

    def test_an_entry_ends_by_the_day_of_the_payment_in_utc(self) -> None:
        denied = book(lists=listed(entry(until="2026-11-30")))
        midnight = NOON + timedelta(hours=12)
        west = timezone(timedelta(hours=-8))
        for at, decision in (
            (midnight - timedelta(microseconds=1), Decision.BLOCK),
            (midnight, Decision.APPROVE),
            (midnight.astimezone(west), Decision.APPROVE),
        ):
            assert score(MUCH, denied, replace(INPUTS, at=at)).decision is decision


class TestFallback:
    def test_never_asks_the_model(self) -> None:
        model = FixedModel(1.0)
        found = score_unscored(MUCH, book(model=model, thresholds=limits(ALL)), INPUTS)
        assert (found.score, found.decision, model.asked) == (None, Decision.APPROVE, 0)

    def test_hears_the_rules_and_the_stricter_ones(self) -> None:
        documents = [rule(decision="STEP_UP"), rule("STRICT", fallback_only=True)]
        assert score(MUCH, book(*documents), INPUTS).staff_reasons == ("LARGE",)
        found = score_unscored(MUCH, book(*documents), INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.REVIEW, ("STRICT", "LARGE"))

    def test_has_limits_of_the_amount(self) -> None:
        strict = book(thresholds=limits(amounts={"STEP_UP": 4_000, "REVIEW": 6_000}))
        assert score(MUCH, strict, INPUTS).decision is Decision.APPROVE
        found = score_unscored(MUCH, strict, INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.STEP_UP, ("UNSCORED_AMOUNT",))
        assert found.customer_reasons == (CustomerReason.UNUSUAL_AMOUNT,)
        assert score_unscored({}, strict, INPUTS).decision is Decision.REVIEW

    def test_lets_who_is_allowed_pass_its_limits(self) -> None:
        strict = book(thresholds=limits(amounts={"REVIEW": 1}), lists=listed(entry("ALLOW")))
        found = score_unscored(MUCH, strict, INPUTS)
        assert (found.decision, found.silenced) == (Decision.APPROVE, ("UNSCORED_AMOUNT",))

    def test_knows_the_lists_and_the_snoozes(self) -> None:
        assert score_unscored(MUCH, book(lists=listed(entry())), INPUTS).decision is Decision.BLOCK
        allowed = score_unscored(MUCH, book(rule(fallback_only=True), lists=listed(entry("ALLOW"))), INPUTS)
        assert (allowed.decision, allowed.silenced) == (Decision.APPROVE, ("LARGE",))
        snoozed = replace(INPUTS, snoozed=frozenset({"large"}))
        assert score_unscored(MUCH, book(rule(fallback_only=True)), snoozed).decision is Decision.APPROVE

    def test_decides_something_at_least_where_the_lists_could_not_be_read(self) -> None:
        unread = replace(INPUTS, without_lists=Decision.REVIEW)
        found = score_unscored(MUCH, book(lists=listed(entry("ALLOW"))), unread)
        assert (found.decision, found.staff_reasons) == (Decision.REVIEW, ("LISTS_UNREAD",))
        assert found.customer_reasons == (CustomerReason.SECURITY_CHECK,)
        worse = score_unscored(MUCH, book(rule(decision="BLOCK")), unread)
        assert (worse.decision, worse.staff_reasons) == (Decision.BLOCK, ("LARGE", "LISTS_UNREAD"))
        assert score(MUCH, book(), unread).decision is Decision.APPROVE

    def test_an_amount_that_is_no_integer_is_a_fault(self) -> None:
        with pytest.raises(FeatureMistyped):
            score_unscored({"amount_minor": 1.5}, book(), INPUTS)


def stored_of(features: Features, judged_by: Book, found: Score, **changes: Any) -> StoredDecision:
    return StoredDecision(
        id="dec_1",
        subject="jrn_1",
        scope=Scope.CARD,
        customer="cus_1",
        account="acc_1",
        payee="acc_2",
        terminal=None,
        device="dev_1",
        amount=Money(5_000, "USD"),
        at=NOON,
        features=features,
        versions=judged_by.versions,
        score=found.score,
        decision=found.decision,
        customer_reasons=found.customer_reasons,
        staff_reasons=found.staff_reasons,
        decided_at=NOON + timedelta(seconds=1),
        **changes,
    )


BOOK = book(
    rule(),
    rule("STRICT", fallback_only=True, decision="BLOCK"),
    model=FixedModel(0.1 + 0.2),
    thresholds=limits(ALL),
    lists=listed(entry("ALLOW", until="2026-11-30")),
)


class TestReplay:
    @pytest.mark.parametrize(("judge", "fallback"), [(score, None), *((score_unscored, why) for why in Fallback)])
    def test_comes_out_the_same(self, judge: Callable[..., Score], fallback: Fallback | None) -> None:
        for snoozed in ((), ("large",)):
            inputs = replace(INPUTS, snoozed=frozenset(snoozed))
            stored = stored_of(MUCH, BOOK, judge(MUCH, BOOK, inputs), fallback=fallback, snoozed=snoozed)
            again = replayed(stored, BOOK)
            assert again == judge(MUCH, BOOK, inputs)
            assert same(stored, again)

    def test_is_of_the_day_of_the_payment_and_not_of_today(self) -> None:
        stored = stored_of(MUCH, BOOK, score(MUCH, BOOK, INPUTS))
        later = replace(stored, at=NOON + timedelta(days=1))
        assert replayed(stored, BOOK).silenced
        assert not replayed(later, BOOK).silenced

    @pytest.mark.parametrize("kind", ["rules", "model", "thresholds", "lists"])
    def test_is_of_the_documents_that_decided_and_no_others(self, kind: str) -> None:
        stored = stored_of(MUCH, BOOK, score(MUCH, BOOK, INPUTS))
        used = getattr(VERSIONS, kind)
        for other in (replace(used, sha256="e" * 64), replace(used, version="card/other/1")):
            changed = replace(VERSIONS, **{kind: other})
            with pytest.raises(WrongBook, match="dec_1"):
                replayed(stored, replace(BOOK, versions=changed))

    @pytest.mark.parametrize(
        "changes",
        [
            {"decision": Decision.BLOCK},
            {"score": None},
            {"score": 0.3},
            {"customer_reasons": (CustomerReason.NEW_PAYEE,)},
            {"staff_reasons": ()},
        ],
    )
    def test_differs_in_anything_that_was_said(self, changes: dict[str, Any]) -> None:
        """0.1 + 0.2 is not 0.3, by one bit."""
        stored = stored_of(MUCH, BOOK, score(MUCH, BOOK, INPUTS))
        assert same(stored, replayed(stored, BOOK))
        assert not same(replace(stored, **changes), replayed(stored, BOOK))

    def test_tells_the_two_zeros_apart(self) -> None:
        found = score(MUCH, book(model=FixedModel(0.0)), INPUTS)
        assert not same(stored_of(MUCH, BOOK, replace(found, score=-0.0)), found)


class TestInputs:
    def test_of_a_request_name_each_party_on_its_side(self) -> None:
        request = ScoringRequest(
            subject="jrn_1",
            scope=Scope.CARD,
            at=NOON,
            kind="CARD_AUTHORISATION",
            credit=True,
            amount=Money(1, "USD"),
            customer="cus_1",
            account="acc_1",
            terminal="ter_1",
        )
        assert inputs_of(request, frozenset({"large"})) == Inputs(
            parties={Family.CUSTOMER: "cus_1", Family.ACCOUNT: "acc_1", Family.TERMINAL: "ter_1"},
            at=NOON,
            snoozed=frozenset({"large"}),
        )

    def test_of_what_is_stored_are_those_of_its_request(self) -> None:
        stored = stored_of(MUCH, BOOK, score(MUCH, BOOK, INPUTS), snoozed=("large",))
        assert inputs_of_stored(stored) == replace(INPUTS, snoozed=frozenset({"large"}))
        assert inputs_of_stored(stored).parties == PARTIES

    @pytest.mark.parametrize("scope", Scope)
    def test_without_lists_are_those_of_the_scope(self, scope: Scope) -> None:
        stored = stored_of(MUCH, BOOK, score(MUCH, BOOK, INPUTS), lists_unread=True)
        assert inputs_of_stored(replace(stored, scope=scope)).without_lists is WITHOUT_LISTS[scope]


class TestExplanation:
    def test_shows_each_rule_by_its_nodes_the_model_by_its_features_and_the_lists(self) -> None:
        found = explanation(MUCH, BOOK, score(MUCH, BOOK, INPUTS))
        ((answer, condition),) = [(one.answer, one.condition) for one in found.rules]
        assert (answer.rule.code, answer.outcome, condition.value) == ("LARGE", Outcome.HIT, True)
        assert [node.value for node in condition.of] == [5_000, 1_000]
        assert found.contributions == {"amount_minor": 0.1 + 0.2}
        assert [hit.list for hit in found.score.listed] == [lists.ListName.ALLOW]

    def test_of_the_fallback_has_the_stricter_rules_and_no_model(self) -> None:
        found = explanation(MUCH, BOOK, score_unscored(MUCH, BOOK, INPUTS))
        assert [one.answer.rule.code for one in found.rules] == ["LARGE", "STRICT"]
        assert found.contributions == {}
