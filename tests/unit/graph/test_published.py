"""Published documents: found by their hash, the only ones where nothing else is taken, answered like any other."""

import json
from typing import Any

import pytest

from domain.accounts.model import Account
from domain.customers.model import Customer
from graph.documents import Meant
from graph.exposure import Exposure
from graph.requests import Asked, Request, id_of
from graph.view import Response
from tests.unit.graph.documents import TRANSFER, transfer_input
from tests.unit.graph.world import World

VIEWER = "query Viewer { viewer { person region } }"
ACCOUNTS = """query Accounts($id: ID!, $first: Int!, $deep: Boolean!) {
  accounts(customerId: $id, first: $first) {
    edges {
      cursor
      node { ...Shown entries(first: 2) @include(if: $deep) { edges { node { title amount { amount } } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
fragment Shown on Account { id number availableBalance { amount currency } ledgerBalance { minorUnits } }"""
PAY = TRANSFER.replace("mutation(", "mutation Pay(", 1)
PUBLISHED = {id_of(text): text for text in (VIEWER, ACCOUNTS, PAY)}
UNKNOWN = id_of("query Other { viewer { person } }")


@pytest.fixture
def world() -> World:
    return World(exposure=Exposure.PUBLISHED, published=PUBLISHED)


@pytest.fixture
def ada(world: World) -> Customer:
    return world.person()


def send(world: World, who: Customer, **body: Any) -> Response:
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    return world.send(who, Request("POST", headers, json.dumps(body).encode()))


def code(response: Response) -> tuple[int, str]:
    return response.status, json.loads(response.body)["errors"][0]["extensions"]["code"]


class TestWhichAreTaken:
    @pytest.mark.parametrize(
        "body",
        [
            {"documentId": id_of(VIEWER)},
            {"documentId": id_of(VIEWER), "operationName": "Viewer"},
            {"query": VIEWER, "documentId": id_of(VIEWER)},
            {"query": VIEWER},
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": id_of(VIEWER).removeprefix("sha256:")}}},
        ],
    )
    def test_every_way_to_name_it_is(self, world: World, ada: Customer, body: dict[str, Any]) -> None:
        response = send(world, ada, **body)

        assert (response.status, json.loads(response.body)["data"]["viewer"]["person"]) == (200, ada.id)

    @pytest.mark.parametrize(
        "body",
        [
            {"query": "query Other { viewer { person } }"},
            {"query": VIEWER + " "},
            {"query": "{"},
            {"documentId": UNKNOWN},
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": UNKNOWN.removeprefix("sha256:")}}},
        ],
    )
    def test_no_other_is(self, world: World, ada: Customer, body: dict[str, Any]) -> None:
        assert code(send(world, ada, **body)) == (400, "DOCUMENT_NOT_PUBLISHED")

    @pytest.mark.parametrize(
        "body",
        [
            {"documentId": "viewer"},
            {"documentId": 7},
            {"documentId": id_of(VIEWER).upper()},
            {"documentId": UNKNOWN, "query": VIEWER},
            {"extensions": {"persistedQuery": {"version": 1}}},
            {"extensions": {"persistedQuery": {"sha256Hash": ["a"]}}},
        ],
    )
    def test_a_name_that_is_none_is_malformed(self, world: World, ada: Customer, body: dict[str, Any]) -> None:
        assert code(send(world, ada, **body)) == (400, "REQUEST_MALFORMED")

    def test_another_operation_name_is_none_of_it(self, world: World, ada: Customer) -> None:
        response = send(world, ada, documentId=id_of(VIEWER), operationName="Accounts")

        assert code(response) == (400, "DOCUMENT_INVALID")

    @pytest.mark.parametrize("exposure", [Exposure.OPEN, Exposure.CLOSED])
    def test_elsewhere_they_are_found_too(self, exposure: Exposure) -> None:
        world = World(exposure=exposure, published=PUBLISHED)
        ada = world.person()

        assert send(world, ada, documentId=id_of(VIEWER)).status == 200
        assert send(world, ada, query="query Other { viewer { person } }").status == 200
        assert code(send(world, ada, documentId=UNKNOWN)) == (400, "DOCUMENT_NOT_PUBLISHED")

    def test_queries_by_hash_are_taken_by_get_where_the_stage_is_open(self) -> None:
        world = World(published=PUBLISHED)

        answered = world.send(world.person(), Request("GET", {}, b"", f"documentId={id_of(VIEWER)}"))
        changing = world.send(world.person(), Request("GET", {}, b"", f"documentId={id_of(PAY)}"))

        assert (answered.status, changing.status) == (200, 405)


class TestHowTheyAreAnswered:
    def test_by_functions_that_were_made_of_them(self, world: World) -> None:
        for text in PUBLISHED.values():
            meant = world.documents.meant(Asked(text, None, None, None))

            assert isinstance(meant, Meant)
            assert meant.compiled

    def test_warming_makes_them_all_ready(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.documents.warm()
        monkeypatch.setattr("graph.documents.parse", None)

        assert send(world, world.person(), documentId=id_of(ACCOUNTS), variables={}).status == 400

    @pytest.mark.parametrize(
        "variables",
        [
            {"first": 1, "deep": True},
            {"first": 5, "deep": False},
            {"first": 0, "deep": True},
            {"first": "1", "deep": True},
            {"first": 1},
            {"first": 1, "deep": None},
            {"first": 1, "deep": True, "more": 1},
            {"first": 1, "deep": True, "id": "cus_us0001_01J00000000000000000000009"},
        ],
    )
    def test_as_the_same_document_is_that_was_not_published(self, variables: dict[str, Any]) -> None:
        answers = []
        for published in (PUBLISHED, {}):
            world = World(published=published)
            ada = world.person()
            for _ in range(2):
                world.open(ada, deposit_minor=700)
            answers.append(send(world, ada, query=ACCOUNTS, variables={"id": ada.id, **variables}))

        assert answers[0] == answers[1]

    def test_money_moves_once(self, world: World, ada: Customer) -> None:
        source, destination = world.open(ada, deposit_minor=5_000), world.open(world.person("Bob Byron"))

        def pay() -> Any:
            given = {"input": transfer_input(source, destination, "5.00")}
            return json.loads(send(world, ada, documentId=id_of(PAY), variables=given).body)["data"]["transfer"]

        first, second = pay(), pay()

        assert (first["__typename"], second["__typename"]) == ("TransferSuccess", "TransferSuccess")
        assert _lines(world, destination) == 2

    def test_a_fault_is_reported_and_told_as_one(self, ada: Customer, world: World, monkeypatch: Any) -> None:
        def failing(*_: Any, **__: Any) -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr(world.accounts, "accounts_of", failing)

        body = send(world, ada, documentId=id_of(ACCOUNTS), variables={"id": ada.id, "first": 1, "deep": False}).body

        assert [type(getattr(fault, "original_error", None)) for fault in world.faults] == [RuntimeError]
        assert json.loads(body)["errors"][0]["message"] == "Internal error"
        assert "secret" not in body


def _lines(world: World, account: Account) -> int:
    head = world.ledger.head(account.id)
    assert head
    return head.position.seq
