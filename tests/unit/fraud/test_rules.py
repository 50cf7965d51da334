"""A rule hits, does not, is inconclusive or snoozed; a set of rules is read strictly and written as it was."""

from typing import Any

import pytest

from domain.fraud import rules
from domain.fraud.documents import DocumentMalformed
from domain.fraud.kinds import CustomerReason, Decision
from domain.fraud.rules import Outcome, answers
from tests.unit.fraud.values import least, rule, rule_set


def outcomes(*documents: dict[str, Any], amount: int | None = None, **options: Any) -> list[Outcome]:
    return [answer.outcome for answer in answers(rule_set(*documents), {"amount_minor": amount}, **options)]


class TestAnswers:
    @pytest.mark.parametrize(
        ("amount", "outcome", "decision", "code"),
        [
            (1_000, Outcome.HIT, Decision.REVIEW, "LARGE"),
            (999, Outcome.NO, Decision.APPROVE, "LARGE"),
            (None, Outcome.INCONCLUSIVE, Decision.APPROVE, "LARGE_INCONCLUSIVE"),
        ],
    )
    def test_a_rule_whose_data_is_missing_does_not_answer_no(
        self, amount: int | None, outcome: Outcome, decision: Decision, code: str
    ) -> None:
        (answer,) = answers(rule_set(rule()), {"amount_minor": amount})
        assert (answer.outcome, answer.decision, answer.code) == (outcome, decision, code)

    def test_what_missing_data_decides_is_said_by_the_document(self) -> None:
        rules_ = rule_set(rule(if_inconclusive="STEP_UP"))
        (missing,), (small,) = answers(rules_, {}), answers(rules_, {"amount_minor": 1})
        assert (missing.decision, missing.code) == (Decision.STEP_UP, "LARGE_INCONCLUSIVE")
        assert small.decision is Decision.APPROVE

    def test_a_snoozed_rule_is_silent(self) -> None:
        found = outcomes(rule(), rule("OTHER"), amount=1_000, snoozed={"large", "unknown"})
        assert found == [Outcome.SNOOZED, Outcome.HIT]
        (answer,) = answers(rule_set(rule(if_inconclusive="REVIEW")), {}, snoozed={"large"})
        assert (answer.outcome, answer.decision) == (Outcome.SNOOZED, Decision.APPROVE)

    def test_a_rule_that_is_not_overridable_is_never_snoozed(self) -> None:
        assert outcomes(rule(not_overridable=True), amount=1_000, snoozed={"large"}) == [Outcome.HIT]

    def test_a_rule_of_the_fallback_speaks_only_there(self) -> None:
        documents = rule(), rule("STRICT", fallback_only=True, condition=True)
        assert outcomes(*documents, amount=1) == [Outcome.NO]
        assert outcomes(*documents, amount=1, fallback=True) == [Outcome.NO, Outcome.HIT]

    def test_a_rule_may_ask_for_the_kind_of_payment(self) -> None:
        narrow = rule(condition={"and": [{"in": [{"feature": "kind"}, ["ACH_CREDIT"]]}, least("amount_minor", 1_000)]})
        found = answers(rule_set(narrow), {"kind": "ACH_DEBIT", "amount_minor": 5_000})
        assert [answer.outcome for answer in found] == [Outcome.NO]


DOCUMENT = {"format": rules.FORMAT, "rules": [rule(), rule("OTHER", fallback_only=True, if_inconclusive="STEP_UP")]}


class TestDocument:
    def test_is_written_as_it_was_read(self) -> None:
        found = rules.parsed(DOCUMENT)
        assert rules.as_plain(found) == DOCUMENT
        assert found.rules[0].customer_reason is CustomerReason.UNUSUAL_AMOUNT
        assert (found.rules[1].fallback_only, found.rules[1].if_inconclusive) == (True, Decision.STEP_UP)

    def test_may_be_empty(self) -> None:
        assert rules.parsed({"format": rules.FORMAT, "rules": []}).rules == ()

    @pytest.mark.parametrize(
        ("changes", "path", "problem"),
        [
            ({"id": "Large"}, "rules[1].id", "is not small letters"),
            ({"id": "x" * 49}, "rules[1].id", "is not small letters"),
            ({"id": ""}, "rules[1].id", "is not small letters"),
            ({"id": "large"}, "rules[1].id", "is another rule's"),
            ({"code": "LARGE"}, "rules[1].code", "is another rule's"),
            ({"code": "large"}, "rules[1].code", "is not capital letters"),
            ({"code": "X" * 41}, "rules[1].code", "is not capital letters"),
            ({"code": "MODEL_SCORE"}, "rules[1].code", "is a code that the bank says itself"),
            ({"code": "LISTED_DENY"}, "rules[1].code", "is a code that the bank says itself"),
            ({"code": "LISTED_ALLOW"}, "rules[1].code", "is a code that the bank says itself"),
            ({"code": "UNSCORED_AMOUNT"}, "rules[1].code", "is a code that the bank says itself"),
            ({"code": "LARGE_INCONCLUSIVE"}, "rules[1].code", "is a code that the bank says itself"),
            ({"title": ""}, "rules[1].title", "is no text"),
            ({"title": "x" * 121}, "rules[1].title", "is no text"),
            ({"decision": "APPROVE"}, "rules[1].decision", "is APPROVE"),
            ({"decision": "DECLINE"}, "rules[1].decision", "is 'DECLINE', not one of"),
            ({"customer_reason": "FRAUD"}, "rules[1].customer_reason", "is 'FRAUD', not one of"),
            ({"condition": {"gt": [1]}}, "rules[1].condition.gt", "has 1 parts"),
            ({"condition": 1}, "rules[1].condition", "is an integer; a condition is a flag"),
            ({"fallback_only": 1}, "rules[1].fallback_only", "is a number, not true or false"),
            ({"not_overridable": None}, "rules[1].not_overridable", "is null, not true or false"),
            ({"if_inconclusive": "APPROVE"}, "rules[1].if_inconclusive", "is APPROVE"),
            ({"if_inconclusive": "BLOCK"}, "rules[1].if_inconclusive", "is more severe than"),
            ({"if_inconclusive": False}, "rules[1].if_inconclusive", "is true or false, not one of"),
            ({"weight": 3}, "rules[1]", "has 'weight', which is not known here"),
        ],
    )
    def test_says_where_it_is_wrong(self, changes: dict[str, Any], path: str, problem: str) -> None:
        with pytest.raises(DocumentMalformed) as caught:
            rule_set(rule(), rule("OTHER") | changes)
        assert caught.value.path == path
        assert problem in caught.value.problem

    @pytest.mark.parametrize("field", list(rule()))
    def test_leaves_nothing_out(self, field: str) -> None:
        short = {key: value for key, value in rule().items() if key != field}
        with pytest.raises(DocumentMalformed, match=rf"rules\[0\]: has no '{field}'"):
            rule_set(short)

    @pytest.mark.parametrize("document", [None, [], {}, {"rules": []}, {"format": "florin.rules/2", "rules": []}])
    def test_is_of_its_format(self, document: object) -> None:
        with pytest.raises(DocumentMalformed):
            rules.parsed(document)

    def test_has_at_most_so_many_rules(self) -> None:
        many = [rule(f"RULE_{number}") for number in range(rules.RULES_MAX)]
        assert len(rule_set(*many).rules) == rules.RULES_MAX
        with pytest.raises(DocumentMalformed, match="rules: has 101 parts"):
            rule_set(*many, rule())

    def test_has_at_most_so_many_nodes(self) -> None:
        wide = {"and": [{"or": [True] * 18} for _ in range(10)] + [True] * 9}
        many = [rule(f"RULE_{number}", condition=wide) for number in range(10)]
        assert sum(one.condition.nodes for one in rule_set(*many).rules) == rules.NODES_MAX
        with pytest.raises(DocumentMalformed, match=r"rules\[10\]\.condition: makes more than 2000 nodes"):
            rule_set(*many, rule(condition=True))

    def test_knows_the_codes_that_scoring_says_itself(self) -> None:
        from domain.fraud import scoring  # noqa: PLC0415  (for this test alone)

        own = (
            scoring.MODEL_SCORE,
            scoring.LISTED_DENY,
            scoring.LISTED_ALLOW,
            scoring.UNSCORED_AMOUNT,
            scoring.LISTS_UNREAD,
        )
        assert set(own) == rules.OWN_CODES
