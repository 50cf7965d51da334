"""domain/fraud/features.py: what follows from the request and from what is kept."""

from dataclasses import replace
from datetime import timedelta

from domain.fraud.features import ages_in_ids, features_from
from domain.fraud.kinds import FEATURES
from tests.unit.fraud.feature_values import NOON, account, counterparty, request


def test_an_account_is_as_old_as_its_id() -> None:
    assert ages_in_ids(request(payee=None)) == {"account_age_days": 100}


def test_a_counterparty_is_as_old_as_its_id_and_an_account_that_is_paid_tells_nothing() -> None:
    named = replace(request(), payee=counterparty(1, NOON - timedelta(days=3, hours=1)))
    assert ages_in_ids(named)["payee_age_days"] == 3
    assert "payee_age_days" not in ages_in_ids(request(payee=2))


def test_what_is_made_later_by_another_clock_is_new() -> None:
    named = replace(request(), payee=counterparty(1, NOON + timedelta(seconds=1)))
    assert ages_in_ids(named)["payee_age_days"] == 0


def test_ids_of_other_shapes_have_no_age() -> None:
    assert ages_in_ids(request(payee=None, account="acc_us0417_none")) == {}


def test_a_fact_of_the_caller_stands_above_the_age_in_an_id() -> None:
    features = features_from(request(facts={"account_age_days": 7}), {}, credential_changed_at=None)
    assert features["account_age_days"] == 7


def test_a_credential_that_was_never_seen_to_change_is_missing_and_one_that_was_has_an_age() -> None:
    assert features_from(request(), {}, credential_changed_at=None)["credential_age_hours"] is None
    changed = NOON - timedelta(hours=5, minutes=59)
    assert features_from(request(), {}, credential_changed_at=changed)["credential_age_hours"] == 5


def test_every_feature_of_the_catalogue_is_there() -> None:
    assert set(features_from(request(account=account(1)), {}, credential_changed_at=None)) == set(FEATURES)
