"""The API's function: from the event of the HTTP API to its answer."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from domain.accounts.model import Account
from domain.customers.model import Customer
from functions.callers import KeysUnavailable
from functions.configuration import Configuration, read
from functions.graphql import handler as entry
from functions.logs import log
from functions.slos import INTERNAL_TRANSFER_LATENCY
from graph.requests import BODY_BYTES_MAX
from tests.unit.functions.events import event_for
from tests.unit.functions.measured import measured
from tests.unit.functions.test_configuration import GOOD
from tests.unit.graph.documents import PREVIEW, TRANSFER, transfer_input
from tests.unit.graph.world import World

SETTINGS = read({**GOOD, "AWS_REGION": "us-east-1"})
VIEWER = {"query": "{ viewer { person region } }"}


KEY = RSAKey.generate_key(2048, {"kid": "pool"})


class DeployedWorld(World):
    """The world with what the function asks of its bank beside the schema's services."""

    def __init__(self) -> None:
        super().__init__()
        self.configuration: Configuration = SETTINGS
        self.cursor_secret = b"secret"
        self.pool_answers = True

    def fetch(self, url: str) -> bytes:
        assert url == SETTINGS.jwks_url
        if not self.pool_answers:
            raise KeysUnavailable("the pool is down")
        return json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()

    def token(self, person: str, *groups: str, **changed: Any) -> str:
        claims = {
            "iss": SETTINGS.token_issuer,
            "client_id": SETTINGS.pool_client_id,
            "token_use": "access",
            "exp": int((self.clock.now() + timedelta(hours=1)).timestamp()),
            "person": person,
            "cognito:groups": list(groups),
            **changed,
        }
        return jwt.encode({"alg": "RS256", "kid": "pool"}, claims, KEY)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeployedWorld]:
    world = DeployedWorld()
    monkeypatch.setattr(entry, "bank", lambda: world)
    monkeypatch.setattr(entry, "fetch_over_http", world.fetch)
    entry._authenticator.cache_clear()
    yield world
    entry._authenticator.cache_clear()


@pytest.fixture
def ada(world: DeployedWorld) -> Customer:
    return world.person()


def event(
    body: object = None,
    *,
    method: str = "POST",
    path: str = "/graphql",
    token: str | None = None,
    headers: dict[str, str] | None = None,
    encoded: bool = False,
) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    found = event_for("graphql")
    found["headers"] = {"Content-Type": "application/json", **(headers or {})}
    if token is not None:
        found["headers"]["Authorization"] = f"Bearer {token}"
    found["requestContext"]["http"] |= {"method": method, "path": path}
    found["requestContext"]["requestId"] = "request-7"
    return found | {
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "body": base64.b64encode(text.encode()).decode() if encoded else text,
        "isBase64Encoded": encoded,
    }


def sent(given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = entry.handler(given, None)
    assert answer["headers"]["content-type"].startswith("application/json")
    assert answer["headers"]["cache-control"] == "no-store"
    return answer["statusCode"], json.loads(answer["body"])


def code_of(body: dict[str, Any]) -> str:
    assert set(body) == {"errors"}
    (error,) = body["errors"]
    assert error["message"]
    assert error["extensions"]["correlationId"] == "request-7"
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("encoded", [False, True])
def test_a_query_is_answered(world: DeployedWorld, ada: Customer, encoded: bool) -> None:
    status, body = sent(event(VIEWER, token=world.token(ada.id, "customer"), encoded=encoded))

    assert (status, body["data"]) == (200, {"viewer": {"person": ada.id, "region": "us-east-1"}})


def test_header_names_come_in_any_case(world: DeployedWorld, ada: Customer) -> None:
    given = event(VIEWER)
    token = world.token(ada.id, "customer")
    given["headers"] = {"CONTENT-TYPE": "Application/JSON; charset=utf-8", "aUTHORIZATION": f"bearer {token}"}

    assert sent(given)[0] == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "nonsense", "Bearer a.b.c"])
def test_without_a_good_token_nobody_is_answered(world: DeployedWorld, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}

    answer = entry.handler(event(VIEWER, headers=headers), None)

    assert answer["statusCode"] == 401
    assert answer["headers"]["www-authenticate"] == "Bearer"
    assert code_of(json.loads(answer["body"])) == "UNAUTHENTICATED"


def test_an_expired_token_is_said_to_be(world: DeployedWorld, ada: Customer) -> None:
    token = world.token(ada.id, "customer", exp=int((world.clock.now() - timedelta(minutes=1)).timestamp()))

    status, body = sent(event(VIEWER, token=token))

    assert (status, code_of(body)) == (401, "UNAUTHENTICATED")
    assert body["errors"][0]["message"] == "The token has expired."


@pytest.mark.parametrize("groups", [[], ["unknown"], ["operations"]])
def test_a_person_in_no_group_that_counts_may_nothing(world: DeployedWorld, ada: Customer, groups: list[str]) -> None:
    """`operations` beside a customer's id gives nothing."""
    status, body = sent(event(VIEWER, token=world.token(ada.id, *groups)))

    assert (status, code_of(body)) == (403, "NOT_ALLOWED")


def test_while_the_pool_is_down_nobody_is_turned_away_as_unknown(world: DeployedWorld, ada: Customer) -> None:
    world.pool_answers = False

    status, body = sent(event(VIEWER, token=world.token(ada.id, "customer")))

    assert (status, code_of(body)) == (503, "UNAVAILABLE")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
def test_only_post_is_taken(world: DeployedWorld, ada: Customer, method: str) -> None:
    answer = entry.handler(event(VIEWER, method=method, token=world.token(ada.id, "customer")), None)

    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/graphql", "multipart/form-data", "application/jsonp"]
)
def test_only_json_is_taken(world: DeployedWorld, ada: Customer, media_type: str) -> None:
    given = event(VIEWER, token=world.token(ada.id, "customer"), headers={"Content-Type": media_type})

    status, body = sent(given)

    assert (status, code_of(body)) == (415, "MEDIA_TYPE_UNSUPPORTED")


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_of_ten_megabytes_is_never_parsed(
    world: DeployedWorld, ada: Customer, monkeypatch: pytest.MonkeyPatch, encoded: bool
) -> None:
    def parsed(*_: object, **__: object) -> object:
        raise AssertionError("the body was parsed")

    monkeypatch.setattr("graph.requests.json.loads", parsed)
    given = event(token=world.token(ada.id, "customer"))
    given["body"], given["isBase64Encoded"] = "A" * 10_000_000, encoded

    answer = entry.handler(given, None)

    assert answer["statusCode"] == 413


@pytest.mark.parametrize("encoded", [False, True])
def test_the_largest_body_is_taken_and_one_byte_more_is_not(world: DeployedWorld, ada: Customer, encoded: bool) -> None:
    token = world.token(ada.id, "customer")
    text = json.dumps(VIEWER)
    largest = text + " " * (BODY_BYTES_MAX - len(text))

    assert sent(event(largest, token=token, encoded=encoded))[0] == 200
    status, body = sent(event(largest + " ", token=token, encoded=encoded))
    assert (status, code_of(body)) == (413, "PAYLOAD_TOO_LARGE")


def test_bytes_count_not_characters(world: DeployedWorld, ada: Customer) -> None:
    wide = json.dumps({**VIEWER, "variables": {"a": "é" * (BODY_BYTES_MAX // 2)}}, ensure_ascii=False)

    assert sent(event(wide, token=world.token(ada.id, "customer")))[0] == 413


@pytest.mark.parametrize("body", ["{", "", "é", "\ud800", "[]"])
def test_a_body_that_is_no_json_object_is_malformed(world: DeployedWorld, ada: Customer, body: str) -> None:
    status, answer = sent(event(body, token=world.token(ada.id, "customer")))

    assert (status, code_of(answer)) == (400, "REQUEST_MALFORMED")


def test_base64_that_is_none_is_malformed(world: DeployedWorld, ada: Customer) -> None:
    given = event(VIEWER, token=world.token(ada.id, "customer"), encoded=True)
    given["body"] = "?" + given["body"]

    assert sent(given)[0] == 400


def test_an_event_without_a_body_is_malformed(world: DeployedWorld, ada: Customer) -> None:
    given = event(VIEWER, token=world.token(ada.id, "customer"))
    del given["body"]

    assert sent(given)[0] == 400


def test_where_and_under_what_name_it_was_asked_is_audited(world: DeployedWorld, ada: Customer) -> None:
    document = """mutation {
        openAccount(input: {idempotencyKey: "k", product: CHECKING, currency: "USD"}) { __typename } }"""

    sent(event({"query": document}, token=world.token(ada.id, "customer")))

    (record,) = world.audit.by_subject(ada.id).records
    assert (record.source_ip, record.correlation_id) == ("192.0.2.9", "request-7")


@pytest.mark.parametrize("path", ["/", "/nothing", "/graphql/more", "/healthy"])
def test_there_is_nothing_else(world: DeployedWorld, path: str) -> None:
    status, body = sent(event(VIEWER, path=path))

    assert (status, code_of(body)) == (404, "NOT_FOUND")


class TestHealth:
    def test_is_said_without_a_token(self, world: DeployedWorld) -> None:
        assert sent(event(method="GET", path="/health")) == (
            200,
            {"status": "ok", "region": "us-east-1", "stage": "local"},
        )

    def test_a_ledger_that_does_not_answer_is_not_healthy(
        self, world: DeployedWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def silent() -> None:
            raise TimeoutError("no answer from florin-ledger-us-east-1")

        monkeypatch.setattr(world.ledger_store, "time", silent)

        status, body = sent(event(method="GET", path="/health"))

        assert (status, code_of(body)) == (503, "UNAVAILABLE")
        assert "florin-ledger" not in json.dumps(body)


class TestFaults:
    def test_a_fault_before_the_schema_has_the_standard_shape(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr(entry, "bank", broken)

        status, body = sent(event(VIEWER))

        assert (status, code_of(body)) == (500, "INTERNAL")
        assert "a secret" not in json.dumps(body)

    def test_a_fault_is_logged_by_type_and_place_alone(
        self, world: DeployedWorld, ada: Customer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        logged: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr(log("graphql"), "error", lambda message, extra: logged.append((message, extra)))

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("Ada Lovelace lives at 12 Main Street")

        monkeypatch.setattr(world.customers, "profile", broken)
        query = {"query": "{ viewer { customer { id name } } }"}

        status, body = sent(event(query, token=world.token(ada.id, "customer")))

        assert status == 200
        assert [error["message"] for error in body["errors"]] == ["Internal error"]
        ((message, extra),) = logged
        assert message == "fault"
        assert extra["fault"] == "builtins.RuntimeError"
        assert extra["correlation_id"] == "request-7"
        assert any("broken" in frame for frame in extra["frames"])
        printed = capsys.readouterr()
        assert "Lovelace" not in json.dumps(extra) + printed.out + printed.err

    def test_every_request_leaves_one_line_without_personal_data(
        self, world: DeployedWorld, ada: Customer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        logged: list[dict[str, Any]] = []
        monkeypatch.setattr(log("graphql"), "info", lambda message, extra: logged.append({"message": message, **extra}))

        sent(event(VIEWER, token=world.token(ada.id, "customer")))

        (line,) = logged
        assert set(line) == {"message", "correlation_id", "status", "commands", "duration_ms"}
        assert line["commands"] == []


class TestTransfers:
    """An internal transfer is measured, and its request is known from the log down to the ledger's line."""

    @staticmethod
    def asked(world: DeployedWorld, document: str) -> tuple[Customer, Account, dict[str, Any]]:
        payer, source, _, target = world.pair()
        variables = {"input": transfer_input(source, target, "1.00")}
        token = world.token(payer.id, "customer")
        status, body = sent(event({"query": document, "variables": variables}, token=token))
        assert status == 200, body
        return payer, source, body["data"]

    def test_its_milliseconds_are_measured(self, world: DeployedWorld, capsys: pytest.CaptureFixture[str]) -> None:
        self.asked(world, TRANSFER)

        (found,) = measured(capsys)
        assert (found.namespace, found.dimensions) == ("Florin", {"service": "florin"})
        assert (found.name, found.unit) == ("InternalTransferMilliseconds", "Milliseconds")
        assert found.name == INTERNAL_TRANSFER_LATENCY.metric.name
        assert 0 <= found.value < 60_000
        assert found.about == {"correlation_id": "request-7"}

    @pytest.mark.parametrize("document", [PREVIEW, "{ viewer { person } }"])
    def test_nothing_else_is_measured_as_one(
        self, world: DeployedWorld, document: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        payer, source, _, target = world.pair()
        variables = {"input": transfer_input(source, target, "1.00")} if document == PREVIEW else {}
        sent(event({"query": document, "variables": variables}, token=world.token(payer.id, "customer")))

        assert measured(capsys) == []

    def test_one_correlation_id_leads_from_the_request_to_the_line(
        self, world: DeployedWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        logged: list[dict[str, Any]] = []
        monkeypatch.setattr(log("graphql"), "info", lambda _, extra: logged.append(extra))

        payer, source, data = self.asked(world, TRANSFER)

        (line,) = world.ledger.lines(source.id, descending=True, limit=1).rows
        journal = world.ledger.journal(line.journal)
        assert journal is not None
        assert data["transfer"]["transfer"]["id"] == journal.id
        assert journal.evidence == ("request:request-7",)
        assert logged[-1]["correlation_id"] == "request-7"
        assert logged[-1]["commands"] == ["transfer"]
        (record,) = [found for found in world.audit.by_actor(payer.id).records if found.action == "transfer"]
        assert record.correlation_id == "request-7"
