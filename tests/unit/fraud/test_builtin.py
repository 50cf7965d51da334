"""The first documents: those of ACH decide as the rules did that were code, and none disturbs an ordinary day."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud import builtin, lists, rules, thresholds
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.kinds import Decision, Features, Scope
from domain.fraud.rules import Outcome
from domain.fraud.scoring import Book, Inputs, Score, score, score_unscored
from tests.unit.fraud.values import INPUTS

AMOUNTS = (1, 499_99, 500_00, 2_499_99, 2_500_00, 49_999_99, 50_000_00, 10**18 - 1)
AGES = (0, 2, 3, 29, 30, 4_000)

As = Callable[[Features], bool]


def number(features: Features, name: str) -> int:
    value = features[name]
    assert isinstance(value, int)
    return value


RULES: dict[str, tuple[Decision, As]] = {
    "NEW_COUNTERPARTY_LARGE": (
        Decision.REVIEW,
        lambda f: (
            bool(f["credit"])
            and not f["sent_before"]
            and number(f, "payee_age_days") < 3
            and number(f, "amount_minor") >= 2_500_00
        ),
    ),
    "FRESH_ACCOUNT_LARGE": (
        Decision.REVIEW,
        lambda f: number(f, "account_age_days") < 30 and number(f, "amount_minor") >= 2_500_00,
    ),
    "FRESH_ACCOUNT_EMPTIED_SAME_DAY": (
        Decision.BLOCK,
        lambda f: (
            bool(f["credit"])
            and bool(f["same_day"])
            and number(f, "account_age_days") < 3
            and not f["sent_before"]
            and number(f, "amount_minor") >= 50_000_00
        ),
    ),
    "DEBIT_OF_STRANGER_LARGE": (
        Decision.REVIEW,
        lambda f: not f["credit"] and not f["sent_before"] and number(f, "amount_minor") >= 2_500_00,
    ),
}
STRICT: dict[str, tuple[Decision, As]] = {
    **RULES,
    "UNSCORED_NEW_COUNTERPARTY": (
        Decision.REVIEW,
        lambda f: not f["sent_before"] and number(f, "amount_minor") >= 500_00,
    ),
    "UNSCORED_LARGE": (Decision.REVIEW, lambda f: number(f, "amount_minor") >= 2_500_00),
}
"""As they were when they were code."""


def payments() -> list[Features]:
    return [
        {
            "credit": credit,
            "same_day": same_day,
            "sent_before": sent_before,
            "amount_minor": amount,
            "payee_age_days": payee,
            "account_age_days": account,
        }
        for credit, same_day, sent_before in product((False, True), repeat=3)
        for amount in AMOUNTS
        for payee, account in product(AGES, repeat=2)
    ]


class TestAch:
    @pytest.mark.parametrize(("judge", "were"), [(score, RULES), (score_unscored, STRICT)])
    def test_decides_as_the_rules_that_were_code(
        self, judge: Callable[[Features, Book, Inputs], Score], were: dict[str, tuple[Decision, As]]
    ) -> None:
        for features in payments():
            speaking = {code: decision for code, (decision, speaks) in were.items() if speaks(features)}
            found = judge(features, builtin.book(Scope.ACH), INPUTS)
            assert found.decision is (
                Decision.BLOCK
                if Decision.BLOCK in speaking.values()
                else Decision.REVIEW
                if speaking
                else Decision.APPROVE
            )
            assert set(found.staff_reasons) == set(speaking)


@pytest.mark.parametrize("scope", Scope)
class TestEachScope:
    def test_has_documents_that_read_back_as_they_are(self, scope: Scope) -> None:
        assert rules.as_plain(rules.parsed(builtin.rules_document(scope))) == builtin.rules_document(scope)
        found = thresholds.parsed(builtin.thresholds_document(scope))
        assert thresholds.as_plain(found) == builtin.thresholds_document(scope)
        assert lists.as_plain(lists.parsed(builtin.lists_document(scope))) == builtin.lists_document(scope)

    def test_names_its_documents_by_version_and_hash(self, scope: Scope) -> None:
        versions = builtin.book(scope).versions
        assert versions.model is None
        for used in (versions.rules, versions.thresholds, versions.lists):
            document = builtin.document(used.version)
            assert document is not None
            assert used.sha256 == sha256_of(canonical(document))

    def test_has_rules_that_can_speak(self, scope: Scope) -> None:
        """Each is true of something, so that none is there for nothing."""
        silent = {rule.code for rule in builtin.book(scope).rules.rules}
        for features in (*MUCH, *payments()):
            answers = rules.answers(builtin.book(scope).rules, features, fallback=True)
            silent -= {answer.rule.code for answer in answers if answer.outcome is Outcome.HIT}
        assert silent == set()

    @pytest.mark.parametrize("features", [{}, {"amount_minor": 300_00}], ids=["nothing", "a small amount"])
    def test_approves_what_nothing_else_is_known_of(self, scope: Scope, features: Features) -> None:
        found = score(features, builtin.book(scope), INPUTS)
        assert found.decision is Decision.APPROVE
        assert Outcome.HIT not in {answer.outcome for answer in found.answers}

    def test_answers_inconclusive_for_every_rule_when_nothing_is_known(self, scope: Scope) -> None:
        found = score({}, builtin.book(scope), INPUTS)
        assert {answer.outcome for answer in found.answers} == {Outcome.INCONCLUSIVE}


MUCH: tuple[Features, ...] = (
    {
        "amount_minor": 100_000_00,
        "sent_before": False,
        "account_count_1h": 30,
        "account_sum_minor_1h": 0,
        "account_sum_minor_1d": 0,
        "customer_distinct_payees_1d": 10,
        "credential_age_hours": 23,
        "payee_known_frauds_recent": 1,
        "customer_count_1h": 15,
        "customer_count_30d": 10,
        "amount_deviations_30d": 6.0,
        "amount_to_mean_30d": 20.0,
        "terminal_known_frauds_recent": 2,
        "device_distinct_customers_7d": 5,
    },
)


@given(
    st.fixed_dictionaries(
        {
            "amount_minor": st.integers(1, 500_00 - 1),
            "sent_before": st.booleans(),
            "account_count_1h": st.integers(0, 29),
            "account_sum_minor_1h": st.integers(0, 10**9),
            "account_sum_minor_1d": st.integers(0, 1_500_00),
            "customer_distinct_payees_1d": st.integers(0, 128),
            "credential_age_hours": st.integers(0, 100),
            "payee_known_frauds_recent": st.just(0),
            "payee_known_frauds_30d": st.just(0),
        }
    )
)
def test_transfers_of_a_few_hundred_dollars_are_approved_scored_or_not(features: Features) -> None:
    for each in (score, score_unscored):
        assert each(features, builtin.book(Scope.TRANSFER), INPUTS).decision is Decision.APPROVE


def test_a_transfer_of_which_nothing_but_its_amount_is_known_is_stepped_up_when_it_is_not_scored() -> None:
    found = score_unscored({"amount_minor": 2_500_00}, builtin.book(Scope.TRANSFER), INPUTS)
    assert (found.decision, found.staff_reasons) == (Decision.STEP_UP, ("UNSCORED_NEW_PAYEE_INCONCLUSIVE",))
    small = score_unscored({"amount_minor": 2_499_99}, builtin.book(Scope.TRANSFER), INPUTS)
    assert small.decision is Decision.APPROVE


def test_a_version_that_was_not_built_in_has_no_document() -> None:
    assert builtin.document("ach/rules/1") is None
    assert builtin.document("ach/model/0") is None
