"""POST /webhooks/{partner}/{kind}: stored and answered 202, or refused as a problem; and the attacks on it, by name."""

import base64
import gzip
import json
from datetime import timedelta
from typing import Any, Final

import pytest

from domain.partners.model import BODY_BYTES_MAX, DoorRefusal
from domain.partners.service import Partners
from functions.webhooks import handler as entry
from functions.webhooks.problems import OF_REFUSALS
from tests.unit.functions.events import event_for
from tests.unit.functions.measured import measured
from tests.unit.partners.house import KIND, ROTATED_UNTIL, PartnersHouse
from tests.unit.partners.signing import FORMER, SCHEMES, SPONSOR, STRANGER, body_of, message

PROBLEM: Final = "urn:florin:problem:"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> PartnersHouse:
    made = PartnersHouse()
    monkeypatch.setattr(entry, "bank", lambda: made)
    return made


def event(
    headers: dict[str, str], body: bytes, *, partner: str = "sponsor", kind: str = KIND, method: str = "POST"
) -> dict[str, Any]:
    made = event_for("webhooks") | {
        "headers": headers,
        "pathParameters": {"partner": partner, "kind": kind},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    made["requestContext"]["http"]["method"] = method
    return made


def call(house: PartnersHouse, body: bytes | None = None, *, scheme: str = "v1", **changed: Any) -> dict[str, Any]:
    """A good call, but for what is changed."""
    sent = body_of() if body is None else body
    headers = changed.pop("headers", None) or SPONSOR.headers(sent, house.clock.now(), scheme=scheme)
    return entry.handler(event(headers, sent, **changed), None)


def problem(answer: dict[str, Any]) -> str:
    """The name of the problem, of an answer that is problem details and nothing else."""
    found: dict[str, Any] = json.loads(answer["body"])
    assert set(found) == {"type", "title", "status", "detail", "instance"}
    assert found["status"] == answer["statusCode"]
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert answer["headers"]["cache-control"] == "no-store"
    name: str = found["type"]
    return name.removeprefix(PROBLEM)


def stored(house: PartnersHouse) -> int:
    return len(house.store._deliveries)


@pytest.mark.parametrize("scheme", SCHEMES)
class TestTheFourteenAttacks:
    """Those that need the order of two messages (a success before its creation, a refund before its capture) are of
    the journeys.
    """

    def test_a_valid_one_is_taken(self, house: PartnersHouse, scheme: str) -> None:
        answer = call(house, scheme=scheme)

        assert answer["statusCode"] == 202
        (delivery,) = house.queue
        assert json.loads(answer["body"]) == {"delivery": delivery}

    def test_a_replay_is_answered_alike_and_stored_once(self, house: PartnersHouse, scheme: str) -> None:
        answers = [call(house, scheme=scheme) for _ in range(4)]

        assert [answer["statusCode"] for answer in answers] == [202] * 4
        assert len({answer["body"] for answer in answers}) == 1
        assert (stored(house), len(house.queue)) == (1, 1)

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_five_minutes_and_a_second_old_or_ahead(self, house: PartnersHouse, scheme: str, seconds: int) -> None:
        headers = SPONSOR.headers(body_of(), house.clock.now() + timedelta(seconds=seconds), scheme=scheme)

        answer = call(house, headers=headers)

        assert (answer["statusCode"], problem(answer)) == (403, "timestamp-outside-tolerance")
        assert stored(house) == 0

    def test_one_flipped_bit(self, house: PartnersHouse, scheme: str) -> None:
        body = body_of()
        headers = SPONSOR.headers(body, house.clock.now(), scheme=scheme)
        flipped = body.replace(b"123456", b"123457")
        assert sum((one ^ other).bit_count() for one, other in zip(body, flipped, strict=True)) == 1

        answer = call(house, flipped, headers=headers)

        assert (answer["statusCode"], problem(answer)) == (403, "signature-wrong")

    def test_the_same_json_written_in_another_way(self, house: PartnersHouse, scheme: str) -> None:
        headers = SPONSOR.headers(body_of(), house.clock.now(), scheme=scheme)

        answer = call(house, json.dumps(message(), indent=1).encode(), headers=headers)

        assert (answer["statusCode"], problem(answer)) == (403, "signature-wrong")

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_a_missing_header(self, house: PartnersHouse, scheme: str, name: str) -> None:
        headers = SPONSOR.headers(body_of(), house.clock.now(), scheme=scheme)
        del headers[name]

        answer = call(house, headers=headers)

        assert (answer["statusCode"], problem(answer)) == (400, "header-missing")
        assert name in answer["body"]

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("joined", [True, False])
    def test_a_doubled_header(self, house: PartnersHouse, scheme: str, name: str, joined: bool) -> None:
        headers = SPONSOR.headers(body_of(), house.clock.now(), scheme=scheme)
        if joined:
            headers[name] = f"{headers[name]},{headers[name]}"
        else:
            headers[name.upper()] = headers[name]

        answer = call(house, headers=headers)

        assert (answer["statusCode"], problem(answer)) == (400, "header-doubled")

    def test_the_secret_of_another_endpoint(self, house: PartnersHouse, scheme: str) -> None:
        answer = call(house, headers=STRANGER.headers(body_of(), house.clock.now(), scheme=scheme))

        assert (answer["statusCode"], problem(answer)) == (403, "signature-wrong")

    def test_the_old_secret_while_it_is_changed_and_after(self, house: PartnersHouse, scheme: str) -> None:
        house.clock.instant = ROTATED_UNTIL - timedelta(seconds=1)
        assert call(house, headers=FORMER.headers(body_of(), house.clock.now(), scheme=scheme))["statusCode"] == 202

        house.clock.move(timedelta(seconds=1))

        answer = call(house, headers=FORMER.headers(body_of(), house.clock.now(), scheme=scheme))
        assert (answer["statusCode"], problem(answer)) == (403, "signature-wrong")
        assert call(house, scheme=scheme)["statusCode"] == 202

    def test_a_megabyte(self, house: PartnersHouse, scheme: str) -> None:
        body = b'{"a": "' + b"x" * 1_000_000 + b'"}'

        answer = call(house, body, scheme=scheme)

        assert (answer["statusCode"], problem(answer)) == (413, "body-too-large")

    @pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity", "x"])
    def test_a_content_encoding(self, house: PartnersHouse, scheme: str, encoding: str) -> None:
        packed = gzip.compress(body_of(), mtime=0)
        headers = SPONSOR.headers(packed, house.clock.now(), scheme=scheme) | {"content-encoding": encoding}

        answer = call(house, packed, headers=headers)

        assert (answer["statusCode"], problem(answer)) == (415, "content-encoding-unsupported")

    def test_the_same_id_with_another_body(self, house: PartnersHouse, scheme: str) -> None:
        call(house, scheme=scheme)

        answer = call(house, body_of(occurred_at="2026-03-10T16:59:59Z"), scheme=scheme)

        assert (answer["statusCode"], problem(answer)) == (409, "webhook-id-reused")
        assert stored(house) == 1


class TestTheOrder:
    """What costs less to refuse is refused first."""

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
    def test_another_method_than_post_is_not_allowed_and_post_is_named(self, house: PartnersHouse, method: str) -> None:
        answer = call(house, b"x" * (BODY_BYTES_MAX + 1), method=method)

        assert (answer["statusCode"], problem(answer)) == (405, "wrong-method")
        assert answer["headers"]["allow"] == "POST"

    def test_size_comes_before_the_partner(self, house: PartnersHouse) -> None:
        assert problem(call(house, b"x" * (BODY_BYTES_MAX + 1), partner="nobody")) == "body-too-large"

    def test_the_partner_comes_before_the_kind_and_the_signature(self, house: PartnersHouse) -> None:
        answer = call(house, headers={"content-type": "application/json"}, partner="nobody", kind="!")
        assert (answer["statusCode"], problem(answer)) == (404, "unknown-partner")

    def test_the_kind_comes_before_the_signature(self, house: PartnersHouse) -> None:
        assert problem(call(house, headers={"content-type": "application/json"}, kind="!")) == "kind-malformed"

    def test_the_signature_comes_before_the_body(self, house: PartnersHouse) -> None:
        headers = STRANGER.headers(b"[", house.clock.now())
        assert problem(call(house, b"[", headers=headers)) == "signature-wrong"

    def test_a_body_that_is_no_object_is_malformed_when_its_signature_is_right(self, house: PartnersHouse) -> None:
        answer = call(house, b"[]")
        assert (answer["statusCode"], problem(answer)) == (400, "body-malformed")
        assert json.loads(answer["body"])["detail"] == "The body is one JSON object."

    def test_the_body_comes_before_the_kind_that_it_says(self, house: PartnersHouse) -> None:
        assert problem(call(house, b"[]", kind="card.cleared")) == "body-malformed"


class TestTheKind:
    def test_of_the_address_is_the_type_of_the_message(self, house: PartnersHouse) -> None:
        """The address is not signed: what comes to the wrong one is no reason to refuse the message at its own."""
        answer = call(house, kind="ach.file.rejected")

        assert (answer["statusCode"], problem(answer)) == (400, "kind-mismatch")
        assert (stored(house), house.queue) == (0, [])
        assert call(house)["statusCode"] == 202

    def test_is_looked_at_before_what_was_received_under_the_same_id(self, house: PartnersHouse) -> None:
        call(house)

        assert problem(call(house, kind="card.cleared")) == "kind-mismatch"


class TestTheBody:
    def test_the_largest_one_is_taken(self, house: PartnersHouse) -> None:
        body = body_of(data="")
        body = body_of(data="x" * (BODY_BYTES_MAX - len(body)))
        assert len(body) == BODY_BYTES_MAX
        assert call(house, body)["statusCode"] == 202

    def test_one_that_came_as_text_is_its_bytes(self, house: PartnersHouse) -> None:
        body = json.dumps(message(data="ä"), ensure_ascii=False).encode()
        told = event(SPONSOR.headers(body, house.clock.now()), body) | {"body": body.decode(), "isBase64Encoded": False}
        assert entry.handler(told, None)["statusCode"] == 202

    def test_bytes_count_and_not_characters(self, house: PartnersHouse) -> None:
        told = event({}, b"") | {"body": "ä" * (BODY_BYTES_MAX // 2 + 1), "isBase64Encoded": False}
        assert problem(entry.handler(told, None)) == "body-too-large"

    @pytest.mark.parametrize("text", ["not base64!", "a", "１２３４", "YQ==\n"])
    def test_one_that_is_not_the_base64_it_claims_to_be_is_malformed(self, house: PartnersHouse, text: str) -> None:
        told = event({}, b"") | {"body": text}
        assert problem(entry.handler(told, None)) == "body-malformed"

    @pytest.mark.parametrize(
        "media", ["", "text/plain", "application/xml", "application/json; charset=utf-16", "application/jsonp"]
    )
    def test_another_media_type_is_not_supported(self, house: PartnersHouse, media: str) -> None:
        answer = call(house, headers=SPONSOR.headers(body_of(), house.clock.now()) | {"content-type": media})
        assert (answer["statusCode"], problem(answer)) == (415, "content-type-unsupported")

    @pytest.mark.parametrize("media", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
    def test_json_in_utf_8_is(self, house: PartnersHouse, media: str) -> None:
        answer = call(house, headers=SPONSOR.headers(body_of(), house.clock.now()) | {"content-type": media})
        assert answer["statusCode"] == 202


class TestEveryAnswer:
    def test_of_a_refusal_names_the_request(self, house: PartnersHouse) -> None:
        assert json.loads(call(house, partner="nobody")["body"]) == {
            "type": "urn:florin:problem:unknown-partner",
            "title": "Not Found",
            "status": 404,
            "detail": "No partner of this name delivers webhooks here.",
            "instance": "urn:florin:request:JKJaXmPLvHcESHA=",
        }

    def test_repeats_nothing_of_what_was_sent(self, house: PartnersHouse, capsys: pytest.CaptureFixture[str]) -> None:
        for headers in ({"webhook-id": "secret"}, {"webhook-signature": "v1,secret"}, {"webhook-timestamp": "secret"}):
            sent = SPONSOR.headers(b"secret", house.clock.now()) | headers
            assert "secret" not in call(house, b"secret", headers=sent)["body"]
        assert "<script>" not in call(house, partner="<script>", kind="<script>")["body"]
        log = capsys.readouterr().out
        assert "secret" not in log
        assert "<script>" not in log

    def test_every_refusal_of_the_door_has_its_problem(self) -> None:
        assert set(OF_REFUSALS) == set(DoorRefusal.__args__)


class TestWhenSomethingFails:
    def test_what_is_stored_is_taken_though_the_queue_fails(
        self, house: PartnersHouse, capsys: pytest.CaptureFixture[str]
    ) -> None:
        house.queue_fails = ConnectionError("secret")

        assert call(house)["statusCode"] == 202
        assert stored(house) == 1
        house.queue_fails = None
        house.clock.move(timedelta(minutes=1))
        assert house.partners.send_again().sent == 1
        assert [found.name for found in measured(capsys)] == ["Faults"]

    def test_what_could_not_be_stored_is_to_be_delivered_again(
        self, house: PartnersHouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fails(*_: object) -> None:
            raise ConnectionError("secret")

        monkeypatch.setattr(Partners, "receive", fails)

        answer = call(house)

        assert (answer["statusCode"], problem(answer)) == (503, "unavailable")
        assert int(answer["headers"]["retry-after"]) > 0
        assert "secret" not in capsys.readouterr().out
