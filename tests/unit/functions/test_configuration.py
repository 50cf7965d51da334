"""The function's settings: all of them, well formed, or none."""

from datetime import timedelta

import pytest

from functions.configuration import ConfigurationFaulty, read

GOOD = {
    "AWS_REGION": "us-west-2",
    "FLORIN_STAGE": "local",
    "FLORIN_EXPOSURE": "open",
    "FLORIN_JURISDICTION": "us",
    "FLORIN_LEDGER_TABLE": "florin-ledger-us-west-2",
    "FLORIN_PUBLISHED_TABLE": "florin-published-us-west-2",
    "FLORIN_CUSTOMERS_TABLE": "florin-customers-us-west-2",
    "FLORIN_KEYS_TABLE": "florin-keys-us-west-2",
    "FLORIN_ACCOUNTS_TABLE": "florin-accounts-us-west-2",
    "FLORIN_TRANSFERS_TABLE": "florin-transfers-us-west-2",
    "FLORIN_COUNTERPARTIES_TABLE": "florin-counterparties-us-west-2",
    "FLORIN_AUDIT_TABLE": "florin-audit-us-west-2",
    "FLORIN_NOTICES_TABLE": "florin-notices-us-west-2",
    "FLORIN_CASES_TABLE": "florin-cases-us-west-2",
    "FLORIN_PARTNERS_TABLE": "florin-partners-us-west-2",
    "FLORIN_PAYMENTS_TABLE": "florin-payments-us-west-2",
    "FLORIN_ACH_TABLE": "florin-ach-us-west-2",
    "FLORIN_FRAUD_TABLE": "florin-fraud-us-west-2",
    "FLORIN_FEATURES_TABLE": "florin-features-us-west-2",
    "FLORIN_FRAUD_BUCKET": "florin-fraud-000000000000-us-west-2",
    "FLORIN_FRAUD_BOUNDS_KEY_ARN": "arn:aws:kms:us-west-2:000000000000:key/3",
    "FLORIN_EXCHANGE_BUCKET": "florin-exchange-000000000000-us-west-2",
    "FLORIN_ACH_TIMETABLE": "fedach",
    "FLORIN_BUS": "florin-us-west-2",
    "FLORIN_FAILED_QUEUE_URL": "http://queue/failed",
    "FLORIN_PARTNER_DELIVERIES_QUEUE_URL": "http://queue/partner-deliveries",
    "FLORIN_ACH_ARRIVALS_QUEUE_URL": "http://queue/florin-ach-arrivals-us-west-2",
    "FLORIN_PARTNER_SECRETS": "florin/partners/us-west-2/",
    "FLORIN_SCHEDULE_GROUP": "florin-transfers-us-west-2",
    "FLORIN_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/schedules",
    "FLORIN_SCHEDULE_QUEUE_ARN": "arn:aws:sqs:us-west-2:000000000000:scheduled",
    "FLORIN_POOL_ID": "us-west-2_pool",
    "FLORIN_POOL_CLIENT_ID": "client",
    "FLORIN_TOKEN_ISSUER": "https://cognito-idp.us-west-2.amazonaws.com/us-west-2_pool",
    "FLORIN_JWKS_URL": "http://pool/.well-known/jwks.json",
    "FLORIN_DATA_KEY_ARN": "arn:aws:kms:us-west-2:000000000000:key/1",
    "FLORIN_CURSOR_SECRET_ARN": "arn:aws:secretsmanager:us-west-2:000000000000:secret:cursor",
    "FLORIN_ROOTS_BUCKET": "florin-roots-000000000000-us-west-2",
    "FLORIN_ROOTS_KEY_ARN": "arn:aws:kms:us-west-2:000000000000:key/2",
    "FLORIN_REGION_ENDPOINTS": '{"us-east-1": "http://east/graphql", "us-west-2": "http://west/graphql"}',
    "FLORIN_WEBHOOK_TOLERANCE_SECONDS": "300",
    "FLORIN_CLOSE_AFTER_SECONDS": "15",
    "FLORIN_SIGNATURE_BOUND_SECONDS": "5",
    "FLORIN_LEASE_SECONDS": "5",
    "FLORIN_SKEW_SECONDS": "1",
    "FLORIN_STEP_SECONDS": "35",
    "FLORIN_FRAUD_SECONDS": "15",
    "FLORIN_FEATURE_READ_MILLISECONDS": "300",
    "FLORIN_STEP_UP_SECONDS": "900",
    "FLORIN_REVIEW_SECONDS": "172800",
    "FLORIN_FILE_SECONDS": "120",
    "FLORIN_ACKNOWLEDGEMENT_SECONDS": "60",
    "FLORIN_ACH_CREDIT_MACHINE_ARN": "arn:aws:states:us-west-2:000000000000:stateMachine:credit",
    "FLORIN_ACH_DEBIT_MACHINE_ARN": "arn:aws:states:us-west-2:000000000000:stateMachine:debit",
    "FLORIN_ACH_INBOUND_MACHINE_ARN": "arn:aws:states:us-west-2:000000000000:stateMachine:inbound",
}


def test_every_setting_is_read() -> None:
    configuration = read(GOOD)

    assert configuration.region == "us-west-2"
    assert configuration.jurisdiction.code == "us"
    assert configuration.close_after == timedelta(seconds=15)
    assert configuration.region_endpoints["us-east-1"] == "http://east/graphql"


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named(name: str) -> None:
    without = {key: value for key, value in GOOD.items() if key != name}

    with pytest.raises(ConfigurationFaulty, match=f"the variable {name} is missing"):
        read(without)


@pytest.mark.parametrize("name", GOOD)
def test_an_empty_variable_is_a_missing_one(name: str) -> None:
    with pytest.raises(ConfigurationFaulty, match=name):
        read({**GOOD, name: " "})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FLORIN_JURISDICTION", "mars"),
        ("FLORIN_CLOSE_AFTER_SECONDS", "soon"),
        ("FLORIN_CLOSE_AFTER_SECONDS", "-5"),
        ("FLORIN_CLOSE_AFTER_SECONDS", "１５"),
        ("FLORIN_CLOSE_AFTER_SECONDS", "100000000000000"),
        ("FLORIN_CLOSE_AFTER_SECONDS", "0000100000000000000"),
        ("FLORIN_LEASE_SECONDS", "1.5"),
        ("FLORIN_FRAUD_SECONDS", "86401"),
        ("FLORIN_FEATURE_READ_MILLISECONDS", "10001"),
        ("FLORIN_FEATURE_READ_MILLISECONDS", "0.3"),
        ("FLORIN_STEP_UP_SECONDS", "86401"),
        ("FLORIN_REVIEW_SECONDS", "2592001"),
        ("FLORIN_ACH_TIMETABLE", "FedACH"),
        ("FLORIN_ACH_TIMETABLE", "hourly-60"),
        ("FLORIN_ACH_TIMETABLE", "every-"),
        ("FLORIN_ACH_TIMETABLE", "every-minute"),
        ("FLORIN_ACH_TIMETABLE", "every--60"),
        ("FLORIN_ACH_TIMETABLE", "every-1.5"),
        ("FLORIN_ACH_TIMETABLE", "every-3601"),
        ("FLORIN_REGION_ENDPOINTS", "us-east-1"),
        ("FLORIN_REGION_ENDPOINTS", "[]"),
        ("FLORIN_REGION_ENDPOINTS", "[" * 50_000),
        ("FLORIN_REGION_ENDPOINTS", '{"us-east-1": 1}'),
    ],
)
def test_a_malformed_variable_is_named_without_its_value(name: str, text: str) -> None:
    with pytest.raises(ConfigurationFaulty, match=f"the variable {name} is malformed") as caught:
        read({**GOOD, name: text})

    assert text not in str(caught.value)


def test_no_seconds_at_all_are_malformed() -> None:
    with pytest.raises(ConfigurationFaulty, match="FLORIN_LEASE_SECONDS"):
        read({**GOOD, "FLORIN_LEASE_SECONDS": "0"})


@pytest.mark.parametrize(("text", "every"), [("fedach", None), ("every-60", timedelta(minutes=1))])
def test_files_are_cut_off_by_the_operators_windows_or_every_so_many_seconds(
    text: str, every: timedelta | None
) -> None:
    assert read({**GOOD, "FLORIN_ACH_TIMETABLE": text}).ach_windows_every == every


def test_a_region_of_another_jurisdiction_is_refused() -> None:
    with pytest.raises(ConfigurationFaulty, match="AWS_REGION"):
        read({**GOOD, "AWS_REGION": "eu-west-1"})


def test_what_is_ours_in_another_region_has_its_name() -> None:
    configuration = read(GOOD)
    assert configuration.of_region(configuration.exchange_bucket, "us-east-1") == (
        "florin-exchange-000000000000-us-east-1"
    )
    assert configuration.of_region(configuration.exchange_bucket, "us-west-2") == configuration.exchange_bucket


def test_nothing_of_ours_is_in_another_jurisdiction() -> None:
    with pytest.raises(ValueError, match="eu-west-1 is no region of the jurisdiction us"):
        read(GOOD).of_region("florin-exchange-000000000000-us-west-2", "eu-west-1")
