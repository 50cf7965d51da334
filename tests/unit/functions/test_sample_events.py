"""Every function has an event to be tried with, and the events are of the shapes that the stack sends."""

import json
from typing import Any

import pytest

from tests.unit.functions.events import EVENTS, FOLDER, event_for
from tests.unit.infra.templates import ROOT, every, functions, template


def test_every_function_has_one_and_every_file_is_of_one() -> None:
    packages = {function["Handler"].split(".")[1] for function in functions().values()}
    assert set(EVENTS) == packages
    assert {path.stem for path in FOLDER.iterdir()} == set(EVENTS.values())


@pytest.mark.parametrize("function", ["graphql", "webhooks"])
def test_a_request_is_of_a_route_and_in_the_format_that_the_api_has(function: str) -> None:
    routes = {found.properties["RouteKey"] for found in every("AWS::ApiGatewayV2::Route")}
    formats = {found.properties["PayloadFormatVersion"] for found in every("AWS::ApiGatewayV2::Integration")}
    assert event_for(function)["routeKey"] in routes
    assert {event_for(function)["version"]} == formats


def test_a_record_of_the_stream_passes_its_filter() -> None:
    mapping = template("template.yaml")["Resources"]["LedgerStreamToPublisher"]["Properties"]
    pattern: dict[str, Any] = json.loads(mapping["FilterCriteria"]["Filters"][0]["Pattern"])
    (record,) = event_for("publisher")["Records"]
    assert record["eventName"] in pattern["eventName"]
    assert record["dynamodb"]["Keys"]["sk"]["S"] in pattern["dynamodb"]["Keys"]["sk"]["S"]


@pytest.mark.parametrize(
    "function",
    [
        "notifier",
        "scheduled_transfers",
        "partner_deliveries",
        "ach_arrivals",
        "fraud_scorer",
        "fraud_features",
        "payment_decisions",
    ],
)
def test_a_message_is_from_the_functions_queue(function: str) -> None:
    (message,) = event_for(function)["Records"]
    assert message["eventSourceARN"].split(":")[-1] == f"florin-{function.replace('_', '-')}-us-east-1"
    assert json.loads(message["body"])


def test_a_sign_in_is_of_the_version_that_the_pool_sends() -> None:
    trigger = template("infra/identity.yaml")["Resources"]["Pool"]["Properties"]["LambdaConfig"]
    version = trigger["PreTokenGenerationConfig"]["LambdaVersion"]
    assert version == f"V{event_for('token_claims')['version']}_0"


def test_operations_names_each() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert [name for name in set(EVENTS.values()) if f"`{name}.json`" not in text] == []
