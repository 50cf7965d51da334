"""Lambda trigger of the user pool before it makes a token (pre token generation, event version 2).

The person behind a sign-in is a customer or a member of staff, known by the bank's own id. The pool keeps it as the
attribute `custom:person`; here it becomes the claim `person` of the access token. Groups need nothing: the pool
itself puts `cognito:groups` there.
"""

from collections.abc import Mapping
from typing import Any, Final

EVENT_VERSION: Final = "2"
"""Version 1 can only change the identity token, and Cognito would drop our claim without a word."""

PERSON_ATTRIBUTE: Final = "custom:person"
PERSON_CLAIM: Final = "person"


class TriggerMisconfigured(Exception):
    """The pool calls this function with an event that cannot carry the claim."""


class PersonMissing(Exception):
    """A user was created without a person. Nobody signs in whose acts could not be recorded."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes two arguments
    """Answers with the event and its response filled in. A raise makes Cognito refuse the sign-in."""
    if event["version"] != EVENT_VERSION:
        raise TriggerMisconfigured(f"the event has version {event['version']}, it must be {EVENT_VERSION}")
    claims = {PERSON_CLAIM: person_of(event["request"]["userAttributes"])}
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "accessTokenGeneration": {"claimsToAddOrOverride": claims},
    }
    return event


def person_of(attributes: Mapping[str, str]) -> str:
    person = attributes.get(PERSON_ATTRIBUTE, "")
    if not person:
        raise PersonMissing(f"the user has no {PERSON_ATTRIBUTE}")
    return person
