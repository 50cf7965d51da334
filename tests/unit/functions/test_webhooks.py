"""POST /webhooks/{partner} refuses in the standard shape and takes nothing while nobody is a partner."""

import base64
import json
from typing import Any

import pytest

from functions.webhooks.handler import BODY_BYTES_MAX, handler
from tests.unit.functions.events import event_for


def call(*, method: str = "POST", **changes: Any) -> dict[str, Any]:
    event = event_for("webhooks") | changes
    event["requestContext"]["http"]["method"] = method
    return handler(event, None)


def problem(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["body"])
    return found


class TestEveryAnswer:
    def test_is_a_problem_of_rfc_9457_that_names_the_request(self) -> None:
        answer = call()
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert problem(answer) == {
            "type": "urn:florin:problem:unknown-partner",
            "title": "Not Found",
            "status": 404,
            "detail": "No partner of this name delivers webhooks here.",
            "instance": "urn:florin:request:JKJaXmPLvHcESHA=",
        }

    def test_repeats_nothing_of_what_was_sent(self) -> None:
        answer = call(pathParameters={"partner": "<script>"}, body="secret")
        assert "script" not in answer["body"]
        assert "secret" not in answer["body"]


class TestMethod:
    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
    def test_another_method_than_post_is_not_allowed_and_post_is_named(self, method: str) -> None:
        answer = call(method=method)
        assert answer["statusCode"] == 405
        assert answer["headers"]["allow"] == "POST"

    def test_it_is_refused_before_the_size_of_the_body(self) -> None:
        assert call(method="PUT", body="x" * (BODY_BYTES_MAX + 1))["statusCode"] == 405


class TestSize:
    def test_the_largest_body_reaches_the_search_for_the_partner(self) -> None:
        assert call(body="x" * BODY_BYTES_MAX)["statusCode"] == 404

    def test_one_byte_more_is_too_large(self) -> None:
        answer = call(body="x" * (BODY_BYTES_MAX + 1))
        assert answer["statusCode"] == 413
        assert problem(answer)["type"] == "urn:florin:problem:body-too-large"

    def test_bytes_count_and_not_characters(self) -> None:
        assert call(body="ä" * (BODY_BYTES_MAX // 2 + 1))["statusCode"] == 413

    def test_a_body_in_base64_counts_as_what_it_holds(self) -> None:
        held = base64.b64encode(b"x" * BODY_BYTES_MAX).decode()
        assert call(body=held, isBase64Encoded=True)["statusCode"] == 404
        held = base64.b64encode(b"x" * (BODY_BYTES_MAX + 1)).decode()
        assert call(body=held, isBase64Encoded=True)["statusCode"] == 413

    @pytest.mark.parametrize("body", ["not base64!", "a", "１２３４", "YQ==\n"])
    def test_a_body_that_is_not_the_base64_it_claims_to_be_is_malformed(self, body: str) -> None:
        assert call(body=body, isBase64Encoded=True)["statusCode"] == 400

    @pytest.mark.parametrize("body", [None, ""])
    def test_no_body_is_a_small_body(self, body: str | None) -> None:
        assert call(body=body)["statusCode"] == 404
