"""The person of a sign-in stands in its access token, or there is no token."""

from typing import Any

import pytest

from functions.token_claims.handler import PersonMissing, TriggerMisconfigured, handler
from tests.unit.functions.events import event_for


@pytest.fixture
def event() -> dict[str, Any]:
    return event_for("token_claims")


def test_the_access_token_names_the_person(event: dict[str, Any]) -> None:
    answer = handler(event, None)
    assert answer["response"] == {
        "claimsAndScopeOverrideDetails": {
            "accessTokenGeneration": {"claimsToAddOrOverride": {"person": "cus_01JEXAMPLE"}}
        }
    }


def test_nothing_else_of_the_event_is_changed(event: dict[str, Any]) -> None:
    answer = handler(event, None)
    assert answer | {"response": None} == event_for("token_claims") | {"response": None}


@pytest.mark.parametrize("attributes", [{}, {"custom:person": ""}, {"person": "cus_01JEXAMPLE"}])
def test_a_user_without_a_person_gets_no_token(event: dict[str, Any], attributes: dict[str, str]) -> None:
    event["request"]["userAttributes"] = attributes
    with pytest.raises(PersonMissing):
        handler(event, None)


@pytest.mark.parametrize("version", ["1", "3"])
def test_an_event_of_another_version_is_a_fault_of_the_pool(event: dict[str, Any], version: str) -> None:
    event["version"] = version
    with pytest.raises(TriggerMisconfigured):
        handler(event, None)
