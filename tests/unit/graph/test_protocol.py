"""GraphQL over HTTP: methods, media types, parameters, statuses, and what each exposure of a stage takes.

The audits of the `graphql-http` suite and the checks of graphql-cop run against the deployed bank too (tests/stack).
"""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from domain.customers.model import Customer
from graph.errors import ErrorCode
from graph.exposure import Exposure
from graph.requests import GRAPHQL_RESPONSE, JSON, QUERY_STRING_LENGTH_MAX, Request, id_of
from graph.view import STATUSES, Response
from tests import cop
from tests.unit.graph.world import World

TYPENAME = "{ __typename }"
OPEN_ACCOUNT = """mutation Open { openAccount(input: {idempotencyKey: "k", product: CHECKING, currency: "USD"}) {
    __typename } }"""


@pytest.fixture(params=list(Exposure))
def everywhere(request: pytest.FixtureRequest) -> World:
    return World(exposure=request.param, published={id_of(TYPENAME): TYPENAME, id_of(OPEN_ACCOUNT): OPEN_ACCOUNT})


@pytest.fixture
def closed() -> World:
    return World(exposure=Exposure.CLOSED)


@pytest.fixture
def world() -> World:
    return World()


def post(world: World, body: object, **headers: str) -> Response:
    who = world.person()
    given = {"content-type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return world.send(who, Request("POST", given, sent))


def get(world: World, *, who: Customer | None = None, accept: str = GRAPHQL_RESPONSE, **parameters: str) -> Response:
    request = Request("GET", {"accept": accept}, b"", urlencode(parameters))
    return world.send(who or world.person(), request)


def code(response: Response) -> str:
    body = json.loads(response.body)
    assert set(body) == {"errors"}
    found: str = body["errors"][0]["extensions"]["code"]
    return found


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "answered"),
        [
            (None, JSON),
            ("", JSON),
            ("*/*", JSON),
            ("application/*", JSON),
            (JSON, JSON),
            ("application/json; charset=utf-8", JSON),
            ("text/html, */*;q=0.1", JSON),
            (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
            ("Application/GraphQL-Response+JSON", GRAPHQL_RESPONSE),
            (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9", GRAPHQL_RESPONSE),
            (f"{JSON}, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
            (f"{JSON}, {GRAPHQL_RESPONSE};q=0.5", JSON),
            (f"{GRAPHQL_RESPONSE};q=0, */*", JSON),
            (f"{GRAPHQL_RESPONSE};q=much, {JSON}", JSON),
        ],
    )
    def test_the_caller_says_which(self, world: World, accept: str | None, answered: str) -> None:
        headers = {} if accept is None else {"accept": accept}
        response = post(world, {"query": TYPENAME}, **headers)

        assert (response.status, response.headers["content-type"]) == (200, f"{answered}; charset=utf-8")

    @pytest.mark.parametrize("accept", ["text/html", "application/xml", f"{JSON};q=0", "image/*", "a" * 1_001])
    def test_who_takes_neither_gets_none(self, world: World, accept: str) -> None:
        response = post(world, {"query": TYPENAME}, accept=accept)

        assert (response.status, code(response)) == (406, "NOT_ACCEPTABLE")

    @pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
    def test_a_body_is_utf_8(self, world: World, charset: str) -> None:
        assert post(world, {"query": TYPENAME}, content_type=f"{JSON}; charset={charset}").status == 200

    @pytest.mark.parametrize("charset", ["utf-16", "latin-1", "nothing"])
    def test_another_charset_is_not_taken(self, world: World, charset: str) -> None:
        response = post(world, {"query": TYPENAME}, content_type=f"{JSON}; charset={charset}")

        assert (response.status, code(response)) == (415, "MEDIA_TYPE_UNSUPPORTED")


class TestStatuses:
    def test_one_table_has_every_code_that_can_stand_alone(self) -> None:
        in_fields = {ErrorCode.INVALID_CURSOR, ErrorCode.WRONG_REGION}
        assert set(STATUSES) == set(ErrorCode) - in_fields

    @pytest.mark.parametrize(
        ("document", "variables"),
        [
            ("{", None),
            ("{ nothing }", None),
            ("query($id: ID!) { account(id: $id) { __typename } }", {"id": None}),
            ("{ " + " ".join(f"a{n}: __typename" for n in range(30)) + " }", None),
            ("query A { __typename } query B { __typename }", None),
        ],
    )
    @pytest.mark.parametrize(("accept", "status"), [(GRAPHQL_RESPONSE, 400), (JSON, 200)])
    def test_what_is_not_executed_has_no_data(
        self, world: World, document: str, variables: Any, accept: str, status: int
    ) -> None:
        """As application/json, 200 says only that this is a GraphQL answer; the audits ask for that."""
        response = post(world, {"query": document, "variables": variables}, accept=accept)

        assert (response.status, set(json.loads(response.body))) == (status, {"errors"})

    @pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, JSON])
    @pytest.mark.parametrize(
        "body", [b"{", b"\xff", b"[]", b"{}", b'{"query": 1}', b'{"query": "{a}", "variables": []}']
    )
    def test_what_is_no_request_is_400_in_both(self, world: World, body: bytes, accept: str) -> None:
        response = post(world, body, accept=accept)

        assert (response.status, code(response)) == (400, "REQUEST_MALFORMED")

    def test_an_unknown_operation_is_said(self, world: World) -> None:
        response = post(world, {"query": "query A { __typename }", "operationName": "B"}, accept=GRAPHQL_RESPONSE)

        assert (response.status, code(response)) == (400, "DOCUMENT_INVALID")


class TestGet:
    def test_a_query_is_answered_where_the_stage_is_open(self, world: World) -> None:
        variables, document = json.dumps({"name": "Account"}), "query($name: String!) { __type(name: $name) { name } }"

        response = get(world, query=document, variables=variables, operationName="", extensions="{}")

        assert json.loads(response.body)["data"] == {"__type": {"name": "Account"}}

    def test_a_mutation_is_not_and_does_nothing(self, everywhere: World) -> None:
        ada = everywhere.person()

        response = get(everywhere, who=ada, query=OPEN_ACCOUNT)

        assert (response.status, response.headers["allow"], code(response)) == (405, "POST", "METHOD_NOT_ALLOWED")
        assert everywhere.audit.by_subject(ada.id).records == ()

    def test_a_mutation_among_others_is_not_either(self, world: World) -> None:
        both = TYPENAME.replace("{", "query Q {") + " " + OPEN_ACCOUNT

        assert get(world, query=both, operationName="Q").status == 200
        assert get(world, query=both, operationName="Open").status == 405

    @pytest.mark.parametrize("exposure", [Exposure.CLOSED, Exposure.PUBLISHED])
    def test_elsewhere_nothing_is_answered(self, exposure: Exposure) -> None:
        world = World(exposure=exposure, published={id_of(TYPENAME): TYPENAME})

        response = get(world, query=TYPENAME)

        assert (response.status, response.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize(
        "query_string",
        [
            "",
            "variables={}",
            "query={__typename}&query={__typename}",
            "query={__typename}&variables=1",
            "query={__typename}&variables={",
            "query={__typename}&extensions=[]",
            "query=%FF",
            "&".join(f"a{n}=1" for n in range(40)),
        ],
    )
    def test_an_address_that_asks_nothing_is_malformed(self, world: World, query_string: str) -> None:
        response = world.send(world.person(), Request("GET", {}, b"", query_string))

        assert (response.status, code(response)) == (400, "REQUEST_MALFORMED")

    def test_a_long_address_is_too_large(self, world: World) -> None:
        response = get(world, query="{ __typename }" + " " * QUERY_STRING_LENGTH_MAX)

        assert (response.status, code(response)) == (413, "PAYLOAD_TOO_LARGE")


class TestIntrospection:
    @pytest.mark.parametrize("document", ["{ __schema { types { name } } }", '{ __type(name: "Account") { name } }'])
    @pytest.mark.parametrize("way", ["{}", "query {{ ...F }} fragment F on Query {}", "query {{ ... on Query {} }}"])
    def test_is_answered_only_where_the_stage_is_open(self, document: str, way: str) -> None:
        written = document if way == "{}" else way.format(document).replace("{{", "{").replace("}}", "}")
        opened, closed = World(), World(exposure=Exposure.CLOSED)

        assert opened.ask(opened.person(), written).data
        assert closed.ask(closed.person(), written).codes == ["DOCUMENT_INVALID"]

    def test_types_by_name_are_told_everywhere(self, closed: World) -> None:
        assert closed.ask(closed.person(), "{ viewer { __typename } }").data == {"viewer": {"__typename": "Viewer"}}


@pytest.mark.parametrize("exposure", [Exposure.CLOSED, Exposure.PUBLISHED])
@pytest.mark.parametrize("check", cop.CHECKS, ids=lambda check: check.name)
def test_the_scanner_reports_nothing(exposure: Exposure, check: cop.Check) -> None:
    world = World(exposure=exposure)

    response = world.send(world.person(), Request(check.method, check.headers, check.body.encode(), check.query_string))

    try:
        body = json.loads(response.body)
    except ValueError:
        body = None
    assert not check.reported(response.body, body)


def test_the_scanner_reports_what_an_open_stage_tells(world: World) -> None:
    """So that the checks are seen to be able to fail."""
    reported = set()
    for check in cop.CHECKS:
        response = world.send(
            world.person(), Request(check.method, check.headers, check.body.encode(), check.query_string)
        )
        if check.reported(response.body, json.loads(response.body)):
            reported.add(check.name)
    assert reported == {"query by GET", "introspection"}


class TestCost:
    ACCOUNT = "query($id: ID!) { account(id: $id) { ... on Account { id holds { id } } } }"

    def cost(self, world: World, who: Customer, document: str, **variables: Any) -> dict[str, Any]:
        told: dict[str, Any] = world.ask(who, document, **variables).body["extensions"]["cost"]
        return told

    def test_is_told_of_what_was_carried_out(self, world: World) -> None:
        ada = world.person()
        account = world.open(ada)

        told = self.cost(world, ada, self.ACCOUNT, id=account.id)

        assert set(told) == {"requested", "calls", "readUnits", "writeUnits"}
        assert told["requested"] == 65

    def test_does_not_tell_whether_something_exists(self, world: World) -> None:
        """Somebody else's account is read before it is kept from a stranger, and one that is not there is not."""
        ada, others = world.person(), world.open(world.person("Bob Byron")).id
        nobodys = others[:-1] + ("0" if others[-1] != "0" else "1")

        assert [self.cost(world, ada, self.ACCOUNT, id=one) for one in (others, nobodys)] == [{"requested": 65}] * 2

    def test_of_a_document_has_a_bound_that_its_variables_may_pass(self, world: World) -> None:
        document = """query($first: Int!) { accounts(first: $first) { edges { node {
            entries(first: $first) { edges { node { title journal { id } } } } } } } }"""
        ada = world.person()

        assert self.cost(world, ada, document, first=40)["requested"] == 40 * (1 + 40 * 2)
        assert world.ask(ada, document, first=60).codes == ["LIMIT_EXCEEDED"]

    def test_of_a_published_one_is_not_bounded_again(self) -> None:
        text = """query All { accounts(first: 100) { edges { node {
            entries(first: 100) { edges { node { title journal { id } } } } } } } }"""
        world = World(exposure=Exposure.PUBLISHED, published={id_of(text): text})

        assert self.cost(world, world.person(), text)["requested"] == 100 * (1 + 100 * 2)
