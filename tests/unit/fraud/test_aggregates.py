"""domain/fraud/aggregates.py: profiles, their windows, and the features that are served from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud.aggregates import (
    COUNTERPARTS_MAX,
    HORIZON_DAYS,
    Profile,
    ProfileTorn,
    applied,
    labelled,
    packed,
    profile_key,
    served,
    unpacked,
)
from domain.fraud.kinds import FEATURES, Family, Features, Scope
from domain.fraud.model import ScoringRequest
from domain.money import Money

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)  # a Wednesday
PAYMENT = ScoringRequest(
    subject="jrn_us0001_x",
    scope=Scope.TRANSFER,
    at=NOON,
    kind="transfer",
    credit=True,
    amount=Money(30_00, "USD"),
    customer="cus_us_a",
    account="acc_us0001_a",
    payee="acc_us0001_b",
)

payments = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 3_600),
        st.integers(1, 100_000),
        st.sampled_from(("acc_us0001_b", "acc_us0001_c", "acc_us0001_d")),
    ),
    max_size=30,
)


def of(history: list[tuple[int, int, str]], until: datetime = NOON) -> Profile | None:
    """A profile of payments so many seconds before noon, of so much, to that payee."""
    profile = None
    for ago, amount, payee in history:
        profile = applied(profile, at=until - timedelta(seconds=ago), amount_minor=amount, counterpart=payee)
    return profile


def features(profile: Profile | None, request: ScoringRequest = PAYMENT) -> Features:
    return served(request, {Family.CUSTOMER: profile})


def test_every_feature_of_the_catalogue_is_served() -> None:
    assert set(features(None)) == set(FEATURES)


def test_who_has_no_history_has_paid_nothing_and_what_the_payment_does_not_have_is_missing() -> None:
    known = features(None)
    assert known["customer_count_30d"] == 0
    assert known["customer_mean_minor_30d"] is None
    assert known["sent_before"] is False
    assert known["terminal_count_30d"] is None
    assert known["amount_to_mean_30d"] is None


def test_the_payment_itself_is_told() -> None:
    known = features(None, replace(PAYMENT, at=datetime(2026, 5, 23, 6, 59, tzinfo=UTC), facts={"same_day": True}))
    assert (known["amount_minor"], known["currency"], known["kind"], known["credit"]) == (3000, "USD", "transfer", True)
    assert (known["hour"], known["night"], known["weekend"], known["same_day"]) == (6, True, True, True)


def test_what_is_in_no_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="no feature of the catalogue: amount_in_euros"):
        features(None, replace(PAYMENT, facts={"amount_in_euros": 1}))


@given(payments)
def test_windows_hold_what_was_paid_within_their_buckets(history: list[tuple[int, int, str]]) -> None:
    known = features(of(history))
    now = int(NOON.timestamp())
    for window, length, count in (("1h", 300, 12), ("1d", 3_600, 24), ("7d", 86_400, 7), ("30d", 86_400, 30)):
        inside = [amount for ago, amount, _ in history if (now - ago) // length > now // length - count]
        assert known[f"customer_count_{window}"] == len(inside)
        assert known[f"customer_sum_minor_{window}"] == sum(inside)
        assert known[f"customer_mean_minor_{window}"] == (sum(inside) / len(inside) if inside else None)


@given(payments)
def test_distinct_payees_are_those_last_paid_within_the_window_to_the_second(
    history: list[tuple[int, int, str]],
) -> None:
    known = features(of(history))
    for window, length in (("1h", 3_600), ("1d", 86_400), ("7d", 604_800), ("30d", 2_592_000)):
        assert known[f"customer_distinct_payees_{window}"] == len({payee for ago, _, payee in history if ago < length})


@given(payments, st.randoms(use_true_random=False))
def test_the_order_in_which_payments_come_changes_nothing(history: list[tuple[int, int, str]], random: Random) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    assert of(shuffled) == of(history)


@given(payments)
def test_a_profile_comes_back_from_its_text(history: list[tuple[int, int, str]]) -> None:
    profile = labelled(of(history), paid_at=NOON, change=1)
    assert unpacked(packed(profile)) == profile
    assert packed(unpacked(packed(profile))) == packed(profile)


def test_what_happened_later_than_the_payment_is_in_no_window() -> None:
    assert features(of([(-400, 100, "acc_us0001_b")]))["customer_count_1h"] == 0


def test_habit_is_measured_in_standard_deviations() -> None:
    known = features(of([(3_600, 10_00, "x"), (7_200, 20_00, "x")]))
    assert known["amount_to_mean_30d"] == 2.0
    assert known["amount_deviations_30d"] == 3.0
    assert features(of([(3_600, 10_00, "x"), (7_200, 10_00, "x")]))["amount_deviations_30d"] is None


def test_a_relation_is_as_old_as_its_first_payment() -> None:
    known = features(of([(86_400 * 3, 1, "acc_us0001_b"), (60, 1, "acc_us0001_b")]))
    assert (known["sent_before"], known["payee_relation_age_days"]) == (True, 3)
    assert features(of([(60, 1, "acc_us0001_c")]))["sent_before"] is False


def test_a_full_profile_may_have_forgotten_a_payee_and_says_so() -> None:
    profile = of([(60 + n, 1, f"acc_us0001_{n}") for n in range(COUNTERPARTS_MAX + 5)])
    assert profile is not None
    assert len(profile.counterparts) == COUNTERPARTS_MAX
    assert features(profile)["sent_before"] is None
    assert features(profile)["customer_distinct_payees_1d"] == COUNTERPARTS_MAX
    assert features(profile, replace(PAYMENT, payee="acc_us0001_0"))["sent_before"] is True


def test_frauds_count_on_the_day_of_their_payment_and_for_the_week_apart() -> None:
    profile: Profile | None = of([(86_400 * days, 100, "x") for days in (1, 8, 8, 20)])
    for days in (1, 8, 20):
        profile = labelled(profile, paid_at=NOON - timedelta(days=days), change=1)
    known = features(profile)
    assert known["customer_known_frauds_recent"] == 1
    assert [known[f"customer_known_frauds_{n}d"] for n in (1, 7, 30)] == [0, 1, 2]
    assert [known[f"customer_fraud_share_{n}d"] for n in (1, 7, 30)] == [0.0, 0.5, 2 / 3]


def test_frauds_that_are_over_are_told_from_those_that_go_on() -> None:
    profile: Profile | None = of([(86_400 * days, 100, "x") for days in (7, 8, 10, 12, 36, 37)])
    for days in (1, 12, 36, 37):
        profile = labelled(profile, paid_at=NOON - timedelta(days=days), change=1)
    known = features(profile)
    assert known["customer_first_known_fraud_days"] == 36
    assert known["customer_last_known_fraud_days"] == 12
    assert known["customer_count_since_known_fraud"] == 3


def test_without_a_fraud_that_is_old_enough_there_is_no_first_or_last() -> None:
    profile: Profile | None = of([(86_400 * days, 100, "x") for days in (6, 8)])
    profile = labelled(profile, paid_at=NOON - timedelta(days=6), change=1)
    known = features(profile)
    assert known["customer_known_frauds_recent"] == 1
    assert known["customer_first_known_fraud_days"] is None
    assert known["customer_last_known_fraud_days"] is None
    assert known["customer_count_since_known_fraud"] is None


def test_a_label_that_is_taken_back_leaves_no_trace() -> None:
    profile = of([(60, 100, "x")])
    assert labelled(labelled(profile, paid_at=NOON, change=-1), paid_at=NOON, change=1) == profile


def test_what_is_older_than_the_horizon_is_forgotten() -> None:
    old = labelled(of([(86_400 * HORIZON_DAYS, 100, "x")]), paid_at=NOON - timedelta(days=HORIZON_DAYS), change=1)
    newer = applied(old, at=NOON, amount_minor=1, counterpart=None)
    assert (set(newer.days), newer.frauds) == ({int(NOON.timestamp()) // 86_400}, {})


def test_currencies_have_profiles_of_their_own() -> None:
    assert profile_key(Family.PAYEE, "cpy_us0001_a", "USD") == "payee#cpy_us0001_a#USD"


@pytest.mark.parametrize("text", ["", "[]", "[2,[],[],[],[],{}]", "[1,[1,2],[],[],[],{}]", "[1,[],[],[],[1],{}]", "{}"])
def test_a_torn_text_is_named(text: str) -> None:
    with pytest.raises(ProfileTorn):
        unpacked(text)


def test_a_busy_profile_costs_one_unit_to_read() -> None:
    """Two units at most, read with eventual consistency: 8 KB are one."""
    history = [(n * 450, 99_999, f"acc_us0001_{n % 90}") for n in range(37 * 192)]
    assert len(packed(of(history) or Profile())) < 8_000
