"""Whatever is sent instead of what is asked for: a typed refusal or a 4xx, and nothing written."""

import json
from typing import Any

import pytest

from domain.accounts.model import Account
from domain.customers.model import Customer
from graph.view import Request
from tests.unit.graph import documents as ask
from tests.unit.graph.world import Answer, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def payer(world: World) -> Customer:
    return world.person()


@pytest.fixture
def pair(world: World, payer: Customer) -> tuple[Account, Account]:
    return world.open(payer, deposit_minor=100_000), world.open(world.person("Bob Byron"))


def nothing_written(world: World, pair: tuple[Account, Account]) -> bool:
    """No line beside the opening and the deposit, no fault."""
    source, destination = (world.ledger.head(account.id) for account in pair)
    assert source
    assert destination
    return (source.position.seq, destination.position.seq, world.faults) == (2, 1, [])


def faults_of(answer: Answer) -> list[tuple[list[str], str]]:
    (found,) = answer.data.values()
    assert found["code"] == "INPUT_INVALID"
    assert found["retryable"] is False
    return [(fault["path"], fault["code"]) for fault in found["fields"]]


@pytest.mark.parametrize(
    "amount",
    [
        "",
        " ",
        "-",
        "+1",
        " 1",
        "1 ",
        "1e3",
        "1E3",
        "1.",
        ".5",
        "01",
        "1,000.00",
        "1_000",
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "１２",
        "١٢",
        "1.001",
        "0.001",
        "1" * 39,
        "9" * 64,
        "1\u0000",
        "$1",
        "null",
        "1\n",
    ],
)
def test_an_amount_that_is_none_is_refused_with_its_path(
    world: World, payer: Customer, pair: tuple[Account, Account], amount: str
) -> None:
    answer = world.ask(payer, ask.TRANSFER, input=ask.transfer_input(*pair, amount))

    assert faults_of(answer) == [(["amount", "amount"], "AMOUNT_MALFORMED")]
    assert nothing_written(world, pair)


@pytest.mark.parametrize("amount", ["0", "0.00", "-1", "-0.01", "-0"])
def test_an_amount_that_moves_nothing_is_refused(
    world: World, payer: Customer, pair: tuple[Account, Account], amount: str
) -> None:
    answer = world.ask(payer, ask.TRANSFER, input=ask.transfer_input(*pair, amount))

    assert faults_of(answer) == [(["amount"], "AMOUNT_OUT_OF_RANGE")]
    assert nothing_written(world, pair)


@pytest.mark.parametrize("currency", ["", "usd", "ABC", "US", "USDX", "XXX", "＄", "U\u0000D"])
def test_an_unknown_currency_is_refused_with_its_path(
    world: World, payer: Customer, pair: tuple[Account, Account], currency: str
) -> None:
    given = {**ask.transfer_input(*pair, "1.00"), "amount": ask.dollars("1.00", currency)}

    assert faults_of(world.ask(payer, ask.TRANSFER, input=given)) == [(["amount", "currency"], "CURRENCY_UNKNOWN")]
    assert nothing_written(world, pair)


def test_yen_have_no_cents(world: World, payer: Customer, pair: tuple[Account, Account]) -> None:
    given = {**ask.transfer_input(*pair, "1.00"), "amount": ask.dollars("1.00", "JPY")}

    assert faults_of(world.ask(payer, ask.TRANSFER, input=given)) == [(["amount", "amount"], "AMOUNT_MALFORMED")]


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "a" * 129, "a\u0000", "florin:mine", "a\nb"])
def test_a_malformed_key_is_refused(world: World, payer: Customer, pair: tuple[Account, Account], key: str) -> None:
    answer = world.ask(payer, ask.TRANSFER, input=ask.transfer_input(*pair, "1.00", key=key))

    assert [path for path, _ in faults_of(answer)] == [["idempotencyKey"]]
    assert nothing_written(world, pair)


@pytest.mark.parametrize("memo", ["", "a" * 141, "a\u0000b", "a\u202eb"])
def test_a_malformed_memo_is_refused(world: World, payer: Customer, pair: tuple[Account, Account], memo: str) -> None:
    answer = world.ask(payer, ask.TRANSFER, input=ask.transfer_input(*pair, "1.00", memo=memo))

    assert [path for path, _ in faults_of(answer)] == [["memo"]]
    assert nothing_written(world, pair)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("routingNumber", ""),
        ("routingNumber", "9" * 5000),
        ("routingNumber", "021000021"),
        ("accountNumber", ""),
        ("accountNumber", "1" * 5000),
        ("accountNumber", "000000000001"),
    ],
)
def test_a_number_of_no_account_is_refused_with_its_path(
    world: World, payer: Customer, pair: tuple[Account, Account], name: str, number: str
) -> None:
    given = ask.transfer_input(*pair, "1.00")
    given["destination"]["bankAccount"][name] = number

    refused = faults_of(world.ask(payer, ask.TRANSFER, input=given))

    assert [path for path, _ in refused] == [["destination", "bankAccount", name]]
    assert nothing_written(world, pair)


@pytest.mark.parametrize(
    "account",
    [
        "",
        "acc_",
        "x",
        "acc_us9999_01K00000000000000000000000",
        "int_us_usd_vault_cash",
        "a" * 60_000,
        "acc_us0001_" + "0" * 26,
    ],
)
def test_ids_of_nothing_are_not_found(
    world: World, payer: Customer, pair: tuple[Account, Account], account: str
) -> None:
    given = {**ask.transfer_input(*pair, "1.00"), "sourceId": account}

    assert world.ask(payer, ask.TRANSFER, input=given).data["transfer"]["code"] == "NOT_FOUND"
    assert nothing_written(world, pair)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("amount", {"amount": 1, "currency": "USD"}),
        ("amount", {"amount": 1.5, "currency": "USD"}),
        ("amount", {"amount": True, "currency": "USD"}),
        ("amount", {"amount": {"minor": 1}, "currency": "USD"}),
        ("amount", {"amount": ["1.00"], "currency": "USD"}),
        ("amount", {"amount": None, "currency": "USD"}),
        ("amount", {"amount": "1" * 65, "currency": "USD"}),
        ("amount", {"amount": "1.00", "currency": 840}),
        ("amount", {"amount": "1.00"}),
        ("amount", {"amount": "1.00", "currency": "USD", "exchange": "2"}),
        ("amount", "1.00 USD"),
        ("idempotencyKey", 7),
        ("idempotencyKey", None),
        ("idempotencyKey", "k" * 10_000),
        ("sourceId", None),
        ("sourceId", ["a"]),
        ("memo", 7),
        ("destination", {}),
        ("destination", {"accountId": None}),
        ("destination", {"accountId": "a", "bankAccount": {"routingNumber": "1", "accountNumber": "2"}}),
        ("destination", "acc"),
        ("more", True),
    ],
    ids=str,
)
def test_a_wrong_type_never_reaches_the_bank(
    world: World, payer: Customer, pair: tuple[Account, Account], name: str, wrong: Any
) -> None:
    answer = world.ask(payer, ask.TRANSFER, input={**ask.transfer_input(*pair, "1.00"), name: wrong})

    assert answer.status == 400
    assert "data" not in answer.body
    assert set(answer.codes) == {"INPUT_TYPE_WRONG"}
    assert all(len(error["message"]) <= 300 for error in answer.errors)
    assert nothing_written(world, pair)


@pytest.mark.parametrize("literal", ["1", "1.00", "NaN", "Infinity", "ONE", "true", "null", "{a: 1}", '["1"]', "$x"])
def test_a_literal_amount_is_a_string(
    world: World, payer: Customer, pair: tuple[Account, Account], literal: str
) -> None:
    source, destination = pair
    document = f"""mutation {{ transfer(input: {{idempotencyKey: "k", sourceId: "{source.id}",
        destination: {{accountId: "{destination.id}"}}, amount: {{amount: {literal}, currency: "USD"}}}})
        {{ __typename }} }}"""

    answer = world.ask(payer, document)

    assert answer.status == 400
    assert nothing_written(world, pair)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"query"',
        b"{",
        b"\xff\xfe",
        b'{"query": NaN}',
        b'{"query": "{ viewer { person } }", "variables": {"a": Infinity}}',
        b'{"query": "{ viewer { person } }", "variables": {"a": "\\ud800"}}',
        b'[{"query": "{ viewer { person } }"}]',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"query": ' + b"1" * 5_000 + b"}",
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 7}',
        b'{"query": ["{ viewer { person } }"]}',
        b'{"query": "{ viewer { person } }", "variables": []}',
        b'{"query": "{ viewer { person } }", "variables": "{}"}',
        b'{"query": "{ viewer { person } }", "extensions": 7}',
        b'{"query": "{ viewer { person } }", "operationName": 7}',
        b'{"query": "{ viewer { person } }", "operationName": "Missing"}',
        b'{"query": "{ viewer { person } }", "operationName": {}}',
        b'{"query": "{ viewer { person } }", "operationName": ["A"]}',
        b'{"query": "query A { viewer { person } } query B { viewer { person } }"}',
        b'{"query": "fragment F on Query { viewer { person } }"}',
        b'{"query": "{ viewer { person } }", "query": "{ viewer { person } }"}',
        b'{"query": "{ viewer { person } }", "variables": {"a": {"b": 1, "b": 1}}}',
    ],
    ids=lambda body: repr(body[:60]),
)
def test_a_body_that_is_no_request(world: World, payer: Customer, body: bytes) -> None:
    answer = world.post(payer, body)

    assert answer.status == 400
    assert set(answer.body) == {"errors"}
    assert all(set(error) >= {"message", "extensions"} for error in answer.errors)
    assert world.faults == []


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "}",
        "query",
        "{ }",
        "{ viewer { person }",
        "{ nothing }",
        "{ viewer }",
        "{ viewer { person { id } } }",
        "{ account }",
        "{ account(id: {}) { __typename } }",
        "subscription { viewer { person } }",
        "{ viewer { ...F } } fragment F on Viewer { ...F }",
        "{ viewer { person @nothing } }",
        "mutation { viewer { person } }",
        "query($a: Nothing) { viewer { person } }",
        "\u0000",
        '{ viewer { accounts(first: "1") { pageInfo { hasNextPage } } } }',
        "{ viewer { accounts(first: 99999999999) { pageInfo { hasNextPage } } } }",
    ],
)
def test_a_document_that_is_none(world: World, payer: Customer, document: str) -> None:
    answer = world.ask(payer, document)

    assert answer.status == 400
    assert set(answer.body) == {"errors"}
    assert world.faults == []


def test_one_of_several_operations_is_named(world: World, payer: Customer) -> None:
    document = "query A { viewer { person } } query B { viewer { region } }"

    answer = world.post(payer, json.dumps({"query": document, "operationName": "B"}).encode())

    assert answer.data == {"viewer": {"region": "us-east-1"}}


@pytest.mark.parametrize(
    "document",
    [
        "{ viewr { person } }",
        '{ account(idd: "a") { __typename } }',
        '{ account(id: "a") { ... on Acount { id } } }',
        'mutation { openAccount(input: {idempotencyKey: "a", product: CHECKIN, currency: "USD"}) { __typename } }',
        'mutation { releaseHold(input: {idempotencyKey: "a", holdI: "h"}) { __typename } }',
    ],
)
def test_suggestions_do_not_tell_the_schema(world: World, payer: Customer, document: str) -> None:
    answer = world.ask(payer, document)

    assert answer.status == 400
    assert "Did you mean" not in json.dumps(answer.body)


@pytest.mark.parametrize("more", [{"product": "CHECKIN"}, {"product": "CHECKING", "currenc": "USD"}])
def test_nor_do_suggestions_about_a_variable(world: World, payer: Customer, more: dict[str, str]) -> None:
    answer = world.ask(payer, ask.OPEN, input={"idempotencyKey": "k", "currency": "USD", **more})

    assert answer.codes == ["INPUT_TYPE_WRONG"]
    assert "Did you mean" not in json.dumps(answer.body)


def test_a_message_names_no_class_of_the_inside(world: World, payer: Customer) -> None:
    answer = world.ask(payer, ask.OPEN, input={"idempotencyKey": {}, "product": "CHECKING", "currency": "USD"})

    assert "dict" not in answer.errors[0]["message"]


def test_a_null_where_none_may_be_is_the_callers_mistake(world: World, payer: Customer) -> None:
    document = 'query($id: ID = "acc_x") { account(id: $id) { __typename } }'

    answer = world.ask(payer, document, id=None)

    assert answer.codes == ["INPUT_TYPE_WRONG"]
    assert world.faults == []


def test_an_unknown_content_type_is_not_taken(world: World, payer: Customer) -> None:
    answer = world.post(payer, b"{ viewer { person } }", content_type="application/graphql")

    assert (answer.status, answer.codes) == (415, ["MEDIA_TYPE_UNSUPPORTED"])


@pytest.mark.parametrize(
    ("coding", "status"), [("gzip", 415), ("br, identity", 415), ("identity", 200), ("Identity", 200)]
)
def test_a_body_is_taken_as_it_is_or_not_at_all(world: World, payer: Customer, coding: str, status: int) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}

    response = world.send(payer, Request("POST", headers, b'{"query": "{ viewer { person } }"}'))

    assert response.status == status
