"""What the stack tells a function, read once from a mapping (the environment on AWS) and checked at the door.

Runtime code never knows which region it is in; it knows only this. A variable that is missing or malformed
stops the function at its first call and is named, because a default in its place would move money with the
wrong settings.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from domain.jurisdictions import JURISDICTIONS, Jurisdiction
from graph.exposure import Exposure

MILLISECONDS_MAX: Final = 10_000
"""Nobody waits longer for an answer that others can stand in for."""
SECONDS_MAX: Final = 24 * 60 * 60
"""No bound, lease or skew of the bank is longer than a day; a larger number is a typing mistake."""
REVIEW_SECONDS_MAX: Final = 30 * SECONDS_MAX
"""People are given days, and not months."""
WINDOW_SECONDS_MAX: Final = 60 * 60
"""Of a local bank, whose windows are there so that one need not wait for the operator's."""

Parsed = TypeVar("Parsed")


class ConfigurationFaulty(Exception):
    """A variable is missing or is not what it must be. The message names it and never repeats its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    stage: str
    exposure: Exposure
    region: str
    jurisdiction: Jurisdiction
    ledger_table: str
    published_table: str
    customers_table: str
    keys_table: str
    accounts_table: str
    transfers_table: str
    counterparties_table: str
    audit_table: str
    notices_table: str
    cases_table: str
    partners_table: str
    payments_table: str
    ach_table: str
    fraud_table: str
    features_table: str
    fraud_bucket: str
    fraud_bounds_key_arn: str
    exchange_bucket: str
    ach_windows_every: timedelta | None
    """Of a local bank: how often an ACH file is cut off. None: by the operator's own windows."""
    bus: str
    failed_queue_url: str
    partner_deliveries_queue_url: str
    ach_arrivals_queue_url: str
    partner_secrets: str
    """What the name of each partner's secret begins with."""
    schedule_group: str
    schedule_role_arn: str
    schedule_queue_arn: str
    pool_id: str
    pool_client_id: str
    token_issuer: str
    jwks_url: str
    data_key_arn: str
    cursor_secret_arn: str
    roots_bucket: str
    roots_key_arn: str
    region_endpoints: Mapping[str, str]
    """Region -> address of its GraphQL endpoint."""
    webhook_tolerance: timedelta
    """How long ago, or how far ahead, a partner may have signed a message."""
    close_after: timedelta
    signature_bound: timedelta
    lease: timedelta
    skew: timedelta
    # How long journeys wait, as their state machines were deployed with.
    step_within: timedelta
    fraud_within: timedelta
    feature_read_within: timedelta
    """How long a payment waits for its features, twice at most; then the stricter rules judge it."""
    step_up_within: timedelta
    review_within: timedelta
    file_within: timedelta
    acknowledgement_within: timedelta
    ach_credit_machine_arn: str
    ach_debit_machine_arn: str
    ach_inbound_machine_arn: str

    def of_region(self, name: str, region: str) -> str:
        """What something of ours is called in another region: names and addresses differ in nothing else."""
        if region not in self.jurisdiction.regions:
            raise ValueError(f"{region} is no region of the jurisdiction {self.jurisdiction.code}")
        return name.replace(self.region, region)


def read(variables: Mapping[str, str]) -> Configuration:
    """Reads the variables of a function. Raises `ConfigurationFaulty`."""
    door = _Door(variables)
    configuration = Configuration(
        stage=door.text("FLORIN_STAGE"),
        exposure=door.parsed("FLORIN_EXPOSURE", _exposure),
        region=door.text("AWS_REGION"),
        jurisdiction=door.parsed("FLORIN_JURISDICTION", _jurisdiction),
        ledger_table=door.text("FLORIN_LEDGER_TABLE"),
        published_table=door.text("FLORIN_PUBLISHED_TABLE"),
        customers_table=door.text("FLORIN_CUSTOMERS_TABLE"),
        keys_table=door.text("FLORIN_KEYS_TABLE"),
        accounts_table=door.text("FLORIN_ACCOUNTS_TABLE"),
        transfers_table=door.text("FLORIN_TRANSFERS_TABLE"),
        counterparties_table=door.text("FLORIN_COUNTERPARTIES_TABLE"),
        audit_table=door.text("FLORIN_AUDIT_TABLE"),
        notices_table=door.text("FLORIN_NOTICES_TABLE"),
        cases_table=door.text("FLORIN_CASES_TABLE"),
        partners_table=door.text("FLORIN_PARTNERS_TABLE"),
        payments_table=door.text("FLORIN_PAYMENTS_TABLE"),
        ach_table=door.text("FLORIN_ACH_TABLE"),
        fraud_table=door.text("FLORIN_FRAUD_TABLE"),
        features_table=door.text("FLORIN_FEATURES_TABLE"),
        fraud_bucket=door.text("FLORIN_FRAUD_BUCKET"),
        fraud_bounds_key_arn=door.text("FLORIN_FRAUD_BOUNDS_KEY_ARN"),
        exchange_bucket=door.text("FLORIN_EXCHANGE_BUCKET"),
        ach_windows_every=door.parsed("FLORIN_ACH_TIMETABLE", _windows_every),
        bus=door.text("FLORIN_BUS"),
        failed_queue_url=door.text("FLORIN_FAILED_QUEUE_URL"),
        partner_deliveries_queue_url=door.text("FLORIN_PARTNER_DELIVERIES_QUEUE_URL"),
        ach_arrivals_queue_url=door.text("FLORIN_ACH_ARRIVALS_QUEUE_URL"),
        partner_secrets=door.text("FLORIN_PARTNER_SECRETS"),
        schedule_group=door.text("FLORIN_SCHEDULE_GROUP"),
        schedule_role_arn=door.text("FLORIN_SCHEDULE_ROLE_ARN"),
        schedule_queue_arn=door.text("FLORIN_SCHEDULE_QUEUE_ARN"),
        pool_id=door.text("FLORIN_POOL_ID"),
        pool_client_id=door.text("FLORIN_POOL_CLIENT_ID"),
        token_issuer=door.text("FLORIN_TOKEN_ISSUER"),
        jwks_url=door.text("FLORIN_JWKS_URL"),
        data_key_arn=door.text("FLORIN_DATA_KEY_ARN"),
        cursor_secret_arn=door.text("FLORIN_CURSOR_SECRET_ARN"),
        roots_bucket=door.text("FLORIN_ROOTS_BUCKET"),
        roots_key_arn=door.text("FLORIN_ROOTS_KEY_ARN"),
        region_endpoints=door.parsed("FLORIN_REGION_ENDPOINTS", _endpoints),
        webhook_tolerance=door.parsed("FLORIN_WEBHOOK_TOLERANCE_SECONDS", _seconds),
        close_after=door.parsed("FLORIN_CLOSE_AFTER_SECONDS", _seconds),
        signature_bound=door.parsed("FLORIN_SIGNATURE_BOUND_SECONDS", _seconds),
        lease=door.parsed("FLORIN_LEASE_SECONDS", _seconds),
        skew=door.parsed("FLORIN_SKEW_SECONDS", _seconds),
        step_within=door.parsed("FLORIN_STEP_SECONDS", _seconds),
        fraud_within=door.parsed("FLORIN_FRAUD_SECONDS", _seconds),
        feature_read_within=door.parsed("FLORIN_FEATURE_READ_MILLISECONDS", _milliseconds),
        step_up_within=door.parsed("FLORIN_STEP_UP_SECONDS", _seconds),
        review_within=door.parsed("FLORIN_REVIEW_SECONDS", _seconds_of_days),
        file_within=door.parsed("FLORIN_FILE_SECONDS", _seconds),
        acknowledgement_within=door.parsed("FLORIN_ACKNOWLEDGEMENT_SECONDS", _seconds),
        ach_credit_machine_arn=door.text("FLORIN_ACH_CREDIT_MACHINE_ARN"),
        ach_debit_machine_arn=door.text("FLORIN_ACH_DEBIT_MACHINE_ARN"),
        ach_inbound_machine_arn=door.text("FLORIN_ACH_INBOUND_MACHINE_ARN"),
    )
    _check_region(configuration)
    return configuration


class _Door:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str:
        found = self._variables.get(name, "").strip()
        if not found:
            raise ConfigurationFaulty(f"the variable {name} is missing")
        return found

    def parsed(self, name: str, parse: Callable[[str], Parsed]) -> Parsed:
        text = self.text(name)
        try:
            return parse(text)
        except ValueError as error:
            raise ConfigurationFaulty(f"the variable {name} is malformed: {error}") from None


def _check_region(configuration: Configuration) -> None:
    if configuration.region not in configuration.jurisdiction.regions:
        raise ConfigurationFaulty(f"AWS_REGION is no region of the jurisdiction {configuration.jurisdiction.code}")


def _jurisdiction(text: str) -> Jurisdiction:
    if text not in JURISDICTIONS:
        raise ValueError(f"it is none of {', '.join(JURISDICTIONS)}")
    return JURISDICTIONS[text]


def _exposure(text: str) -> Exposure:
    known = [exposure.value for exposure in Exposure]
    if text not in known:
        raise ValueError(f"it is none of {', '.join(known)}")
    return Exposure(text)


def _seconds(text: str, most: int = SECONDS_MAX) -> timedelta:
    return timedelta(seconds=_whole(text, most, "seconds"))


def _milliseconds(text: str) -> timedelta:
    return timedelta(milliseconds=_whole(text, MILLISECONDS_MAX, "milliseconds"))


def _whole(text: str, most: int, of: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not plain or not 0 < int(text) <= most:
        raise ValueError(f"it is no whole number of {of} from 1 to {most}")
    return int(text)


def _windows_every(text: str) -> timedelta | None:
    if text == "fedach":
        return None
    if not text.startswith("every-"):
        raise ValueError("it is neither fedach nor every- and a number of seconds")
    return _seconds(text.removeprefix("every-"), WINDOW_SECONDS_MAX)


def _seconds_of_days(text: str) -> timedelta:
    return _seconds(text, REVIEW_SECONDS_MAX)


def _endpoints(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(address, str) for address in found.values()):
        raise ValueError("it is no JSON object of region and address")
    return found
