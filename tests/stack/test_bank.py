"""The deployed and seeded bank as its users meet it: through GraphQL, with real tokens, in two regions."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import pytest
import urllib3

from graph.requests import GRAPHQL_RESPONSE, JSON
from ops.commands.people import access_token, find_user
from ops.local.aws import Clients, session
from ops.local.bank import LocalBank
from ops.verify.command import run_verify
from tests.stack.conftest import Ask

Answer = TypeVar("Answer")
EVENTUALLY_SECONDS: Final = 40

REFUSAL: Final = "... on Refusal { code message retryable }"
TRANSFER: Final = f"""mutation T($input: TransferInput!) {{ transfer(input: $input) {{
    __typename
    ... on TransferSuccess {{
        transfer {{ id memo amount {{ amount currency }} }}
        source {{ id availableBalance {{ minorUnits }} }}
        replayed }}
    ... on InputInvalid {{ fields {{ path code }} }}
    ... on WrongRegion {{ region address }}
    {REFUSAL} }} }}"""
ACCOUNTS: Final = """{ viewer { accounts(first: 10) { edges { node {
    id number routingNumber currency product availableBalance { minorUnits } ledgerBalance { minorUnits } } } } } }"""


def eventually(look: Callable[[], Answer | None], *, what: str) -> Answer:
    deadline = time.monotonic() + EVENTUALLY_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.25)
    pytest.fail(f"{what} did not happen within {EVENTUALLY_SECONDS} s")


def accounts_of(ask: Ask, user: str) -> list[dict[str, Any]]:
    edges = ask(user, ACCOUNTS)["data"]["viewer"]["accounts"]["edges"]
    return [edge["node"] for edge in edges]


def dollars(ask: Ask, user: str) -> dict[str, Any]:
    """The person's own checking account in USD: the one with the most in it."""
    found = [node for node in accounts_of(ask, user) if node["currency"] == "USD" and node["product"] == "CHECKING"]
    return max(found, key=lambda node: int(node["availableBalance"]["minorUnits"]))


def numbers(account: dict[str, Any]) -> dict[str, Any]:
    return {"bankAccount": {"routingNumber": account["routingNumber"], "accountNumber": account["number"]}}


def paid(source: str, destination: dict[str, Any], amount: str, **rest: Any) -> dict[str, Any]:
    wish = {
        "idempotencyKey": uuid.uuid4().hex,
        "sourceId": source,
        "destination": destination,
        "amount": {"amount": amount, "currency": "USD"},
    }
    return {"input": {**wish, **rest}}


class TestATransfer:
    def test_moves_money_and_the_receiver_is_told(self, ask: Ask) -> None:
        payer, payee = dollars(ask, "ada"), dollars(ask, "dev")
        done = ask("ada", TRANSFER, paid(payer["id"], numbers(payee), "12.34", memo="Bücher ☕"))["data"]["transfer"]
        assert done["__typename"] == "TransferSuccess", done
        assert done["transfer"]["memo"] == "Bücher ☕"
        after = int(done["source"]["availableBalance"]["minorUnits"])
        assert after == int(payer["availableBalance"]["minorUnits"]) - 1234
        received = dollars(ask, "dev")["availableBalance"]["minorUnits"]
        assert int(received) == int(payee["availableBalance"]["minorUnits"]) + 1234

        def told() -> str | None:
            notices = ask("dev", "{ viewer { notices(first: 20) { edges { node { text } } } } }")
            texts = [edge["node"]["text"] for edge in notices["data"]["viewer"]["notices"]["edges"]]
            return next((text for text in texts if "received 12.34 USD" in text), None)

        assert payer["number"][-4:] in eventually(told, what="the notice to the receiver")

    def test_sent_twice_is_made_once_and_says_so(self, ask: Ask) -> None:
        payer, payee = dollars(ask, "ben"), dollars(ask, "dev")
        wish = paid(payer["id"], numbers(payee), "1.00")
        first, second = (ask("ben", TRANSFER, wish)["data"]["transfer"] for _ in range(2))
        assert first["transfer"]["id"] == second["transfer"]["id"]
        assert (first["replayed"], second["replayed"]) == (False, True)
        assert first["source"] == second["source"]
        wish["input"]["amount"]["amount"] = "1.01"
        assert ask("ben", TRANSFER, wish)["data"]["transfer"]["code"] == "IDEMPOTENCY_KEY_REUSED"

    def test_over_the_balance_is_refused_and_stays_refused(self, ask: Ask) -> None:
        opening = f"""mutation O($input: OpenAccountInput!) {{ openAccount(input: $input) {{
            ... on OpenAccountSuccess {{ account {{ id }} }} {REFUSAL} }} }}"""
        wanted = {"idempotencyKey": uuid.uuid4().hex, "product": "SAVINGS", "currency": "USD"}
        empty = ask("june", opening, {"input": wanted})["data"]["openAccount"]["account"]["id"]
        wish = paid(empty, numbers(dollars(ask, "ivan")), "0.01")
        refused = [ask("june", TRANSFER, wish)["data"]["transfer"] for _ in range(2)]
        assert [found["code"] for found in refused] == ["INSUFFICIENT_FUNDS"] * 2
        (spent,) = [node for node in accounts_of(ask, "june") if node["id"] == empty]
        assert spent["ledgerBalance"]["minorUnits"] == "0"

    @pytest.mark.parametrize("amount", ["-1", "0", "1e3", "0.001", "１２", "NaN", "9" * 39, "", " 1", "01"])
    def test_of_a_bad_amount_is_an_input_at_fault(self, ask: Ask, amount: str) -> None:
        payer, payee = dollars(ask, "ada"), dollars(ask, "ben")
        answer = ask("ada", TRANSFER, paid(payer["id"], numbers(payee), amount))["data"]["transfer"]
        assert answer["__typename"] == "InputInvalid", answer
        assert answer["fields"][0]["path"][:1] == ["amount"]
        assert dollars(ask, "ada") == payer

    @pytest.mark.parametrize(("amount", "currency"), [("1.00", "usd"), ("1.00", "XXX"), ("1.50", "JPY")])
    def test_in_a_bad_currency_is_refused(self, ask: Ask, amount: str, currency: str) -> None:
        payer, payee = dollars(ask, "ada"), dollars(ask, "ben")
        wish = paid(payer["id"], numbers(payee), amount)
        wish["input"]["amount"]["currency"] = currency
        answer = ask("ada", TRANSFER, wish)
        assert answer.get("errors") or answer["data"]["transfer"]["__typename"] == "InputInvalid", answer

    def test_a_number_for_an_amount_is_no_valid_request(self, ask: Ask) -> None:
        payer, payee = dollars(ask, "ada"), dollars(ask, "ben")
        wish = paid(payer["id"], numbers(payee), "1.00")
        wish["input"]["amount"]["amount"] = 1.0
        assert ask("ada", TRANSFER, wish)["errors"]

    def test_from_somebody_elses_account_looks_like_from_none(self, ask: Ask) -> None:
        payee, foreign = dollars(ask, "ada"), dollars(ask, "frank")
        missing = foreign["id"][:-4] + ("0000" if foreign["id"][-4:] != "0000" else "1111")
        answers = [
            ask("ada", TRANSFER, paid(source, numbers(payee), "1.00"))["data"]["transfer"]
            for source in (foreign["id"], missing)
        ]
        assert [answer["code"] for answer in answers] == ["NOT_FOUND", "NOT_FOUND"]
        assert answers[0]["message"] == answers[1]["message"]


class TestRegions:
    def test_an_account_of_the_other_region_answers_with_its_address(self, ask: Ask, bank: LocalBank) -> None:
        account = dollars(ask, "lena")["id"]
        query = "query A($id: ID!) { account(id: $id) { __typename ... on WrongRegion { region address } } }"
        answer = ask("lena", query, {"id": account}, "us-east-1")["data"]["account"]
        assert answer == {
            "__typename": "WrongRegion",
            "region": "us-west-2",
            "address": bank.regions["us-west-2"].graphql,
        }
        assert ask("lena", query, {"id": account}, "us-west-2")["data"]["account"]["__typename"] == "Account"

    def test_a_transfer_across_is_not_supported_yet_and_not_stored(self, ask: Ask) -> None:
        payer, payee = dollars(ask, "ada"), dollars(ask, "lena")
        wish = paid(payer["id"], numbers(payee), "5.00")
        assert ask("ada", TRANSFER, wish)["data"]["transfer"]["code"] == "CROSS_REGION_NOT_SUPPORTED"
        wish["input"]["destination"] = numbers(dollars(ask, "dev"))
        assert ask("ada", TRANSFER, wish)["data"]["transfer"]["__typename"] == "TransferSuccess"


class TestHolds:
    def test_a_hold_is_placed_captured_in_part_and_the_rest_given_back(self, ask: Ask) -> None:
        account, shop = dollars(ask, "elif"), dollars(ask, "mill")
        place = f"""mutation P($input: PlaceHoldInput!) {{ placeHold(input: $input) {{ __typename
            ... on PlaceHoldSuccess {{ holdId account {{ heldBalance {{ minorUnits }} }} }}
            {REFUSAL} }} }}"""
        placed = ask(
            "elif",
            place,
            {
                "input": {
                    "idempotencyKey": uuid.uuid4().hex,
                    "accountId": account["id"],
                    "amount": {"amount": "50.00", "currency": "USD"},
                }
            },
        )["data"]["placeHold"]
        assert placed["__typename"] == "PlaceHoldSuccess", placed
        capture = f"""mutation C($input: CaptureHoldInput!) {{ captureHold(input: $input) {{ __typename
            ... on CaptureHoldSuccess {{
                account {{ ledgerBalance {{ minorUnits }} availableBalance {{ minorUnits }} }} }}
            {REFUSAL} }} }}"""
        captured = ask(
            "elif",
            capture,
            {
                "input": {
                    "idempotencyKey": uuid.uuid4().hex,
                    "holdId": placed["holdId"],
                    "amount": {"amount": "20.00", "currency": "USD"},
                    "destination": numbers(shop),
                    "final": True,
                }
            },
        )["data"]["captureHold"]
        assert captured["__typename"] == "CaptureHoldSuccess", captured
        ledger_minor = int(account["ledgerBalance"]["minorUnits"]) - 2000
        available_minor = int(account["availableBalance"]["minorUnits"]) - 2000
        assert int(captured["account"]["ledgerBalance"]["minorUnits"]) == ledger_minor
        assert int(captured["account"]["availableBalance"]["minorUnits"]) == available_minor

    def test_an_expired_hold_is_released_by_the_sweeper(self, ask: Ask, bank: LocalBank) -> None:
        account = dollars(ask, "hana")
        place = f"""mutation P($input: PlaceHoldInput!) {{ placeHold(input: $input) {{ __typename
            ... on PlaceHoldSuccess {{ holdId }} {REFUSAL} }} }}"""
        expires = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        wish = {
            "idempotencyKey": uuid.uuid4().hex,
            "accountId": account["id"],
            "amount": {"amount": "3.00", "currency": "USD"},
            "expiresAt": expires,
        }
        assert ask("hana", place, {"input": wish})["data"]["placeHold"]["__typename"] == "PlaceHoldSuccess"
        functions = Clients(endpoint=bank.engine, region="us-east-1").functions

        def released() -> bool | None:
            functions.invoke(FunctionName="florin-hold-expiry-us-east-1", Payload=b"{}")
            return dollars(ask, "hana")["availableBalance"] == account["availableBalance"] or None

        assert eventually(released, what="the release of the expired hold")


class TestStaff:
    def test_operations_freeze_and_thaw_and_leave_a_trail(self, ask: Ask) -> None:
        account = dollars(ask, "karim")
        freeze = f"""mutation F($input: FreezeAccountInput!) {{ freezeAccount(input: $input) {{ __typename
            ... on FreezeAccountSuccess {{ account {{ status }} }} {REFUSAL} }} }}"""
        wish = {"input": {"idempotencyKey": uuid.uuid4().hex, "accountId": account["id"], "debitsOnly": True}}
        assert ask("karim", freeze, wish)["data"]["freezeAccount"]["code"] == "NOT_ALLOWED"
        frozen = ask("olivia", freeze, wish, "us-east-1")["data"]["freezeAccount"]
        assert frozen == {"__typename": "FreezeAccountSuccess", "account": {"status": "DEBITS_FROZEN"}}
        blocked = ask("karim", TRANSFER, paid(account["id"], numbers(dollars(ask, "ada")), "1.00"))
        assert blocked["data"]["transfer"]["code"] == "ACCOUNT_FROZEN"
        thaw = f"""mutation F($input: ThawAccountInput!) {{ thawAccount(input: $input) {{ __typename
            ... on ThawAccountSuccess {{ account {{ status }} }} {REFUSAL} }} }}"""
        again = {"input": {"idempotencyKey": uuid.uuid4().hex, "accountId": account["id"]}}
        thawed = ask("olivia", thaw, again, "us-east-1")["data"]["thawAccount"]
        assert thawed == {"__typename": "ThawAccountSuccess", "account": {"status": "OPEN"}}

    def test_a_reversal_by_operations_gives_the_money_back(self, ask: Ask) -> None:
        payer, payee = dollars(ask, "grace"), dollars(ask, "ivan")
        done = ask("grace", TRANSFER, paid(payer["id"], numbers(payee), "7.00"))["data"]["transfer"]
        reverse = f"""mutation R($input: ReverseJournalInput!) {{ reverseJournal(input: $input) {{ __typename
            ... on ReverseJournalSuccess {{ journal {{ id }} }} {REFUSAL} }} }}"""
        wish = {"input": {"idempotencyKey": uuid.uuid4().hex, "journalId": done["transfer"]["id"]}}
        assert ask("grace", reverse, wish)["data"]["reverseJournal"]["code"] == "NOT_ALLOWED"
        reversed_ = ask("olivia", reverse, wish, "us-east-1")["data"]["reverseJournal"]
        assert reversed_["__typename"] == "ReverseJournalSuccess", reversed_
        assert dollars(ask, "grace") == payer
        wish["input"]["idempotencyKey"] = uuid.uuid4().hex
        assert ask("oscar", reverse, wish, "us-east-1")["data"]["reverseJournal"]["code"] == "NOTHING_TO_REVERSE"


def post(bank: LocalBank, body: bytes, token: str | None = None) -> urllib3.BaseHTTPResponse:
    headers = {"Content-Type": JSON, "Accept": GRAPHQL_RESPONSE}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return urllib3.request("POST", bank.home.graphql, body=body, headers=headers, timeout=30.0)


WHO_AM_I: Final = b'{"query": "{ viewer { person } }"}'


class TestTheDoor:
    def test_without_a_token_nobody_comes_in(self, bank: LocalBank) -> None:
        assert post(bank, WHO_AM_I).status == 401

    def test_a_token_of_the_other_regions_pool_is_refused(self, bank: LocalBank) -> None:
        assert post(bank, WHO_AM_I, access_token(bank, user="ada", region="us-west-2")).status == 401

    def test_a_body_of_ten_megabytes_is_refused_in_the_standard_shape(self, bank: LocalBank) -> None:
        body = b'{"query": "{ viewer { person } }", "variables": {"x": "' + b"y" * 10_000_000 + b'"}}'
        answer = post(bank, body, access_token(bank, user="ada", region="us-east-1"))
        assert answer.status == 413
        assert answer.json()["errors"][0]["message"]

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"query": 5}', b'{"query": "{ viewer { "}', b"\xff\xfe"])
    def test_a_malformed_request_is_a_4xx_in_the_standard_shape(self, bank: LocalBank, body: bytes) -> None:
        answer = post(bank, body, access_token(bank, user="ada", region="us-east-1"))
        assert 400 <= answer.status < 500
        assert answer.json()["errors"][0]["message"]

    def test_a_forged_cursor_is_refused(self, ask: Ask) -> None:
        account = dollars(ask, "ada")["id"]
        query = """query E($id: ID!, $after: Cursor) { account(id: $id) { ... on Account {
            entries(first: 2, after: $after) { pageInfo { endCursor hasNextPage } edges { node { sequence } } } } } }"""
        page = ask("ada", query, {"id": account})["data"]["account"]["entries"]
        cursor = page["pageInfo"]["endCursor"]
        second = ask("ada", query, {"id": account, "after": cursor})["data"]["account"]["entries"]
        seen, next_seen = ({edge["node"]["sequence"] for edge in found["edges"]} for found in (page, second))
        assert len(seen | next_seen) == 4
        forged = cursor[:-3] + ("AAA" if cursor[-3:] != "AAA" else "BBB")
        assert ask("ada", query, {"id": account, "after": forged})["errors"]
        other = dollars(ask, "frank")["id"]
        assert ask("frank", query, {"id": other, "after": cursor})["errors"]

    def test_a_browser_of_another_origin_may_ask(self, bank: LocalBank) -> None:
        origin = {"Origin": "http://localhost:5173"}
        asking = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        allowed = urllib3.request("OPTIONS", bank.home.graphql, headers=asking)
        token = access_token(bank, user="ada", region="us-east-1")
        answer = urllib3.request(
            "POST",
            bank.home.graphql,
            body=WHO_AM_I,
            headers={**origin, "Content-Type": JSON, "Authorization": f"Bearer {token}"},
        )

        assert allowed.status == 204
        assert "authorization" in allowed.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed.headers
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")

    def test_webhooks_know_no_other_partners(self, bank: LocalBank) -> None:
        headers = {"content-type": JSON}
        answer = urllib3.request("POST", f"{bank.home.webhooks}/nobody/a.kind", body=b"{}", headers=headers)
        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["CREDIT", "DEBIT"])
def test_the_machine_of_a_journey_has_its_deadlines_as_numbers_and_calls_its_function(
    bank: LocalBank, kind: str
) -> None:
    for name, region in bank.regions.items():
        states = session().client("stepfunctions", region_name=name, endpoint_url=bank.engine)
        arn = region.environment[f"FLORIN_ACH_{kind}_MACHINE_ARN"]
        tasks = json.loads(states.describe_state_machine(stateMachineArn=arn)["definition"])["States"]
        assert tasks["Screen"]["TimeoutSeconds"] == int(region.environment["FLORIN_FRAUD_SECONDS"])
        assert tasks["AwaitStepUp"]["TimeoutSeconds"] == int(region.environment["FLORIN_STEP_UP_SECONDS"])
        assert tasks["Review"]["TimeoutSeconds"] == int(region.environment["FLORIN_REVIEW_SECONDS"])
        called = tasks["Begin"]["Arguments"]["FunctionName"]
        assert called.endswith(f":{name}:000000000000:function:florin-ach-journey-{name}")


def test_the_books_are_in_order_while_the_bank_runs(bank: LocalBank, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_verify(bank, as_json=True, quiet=False) == 0, capsys.readouterr().out


def test_everyone_signs_in_at_home(bank: LocalBank) -> None:
    assert find_user(bank, "lena").region == "us-west-2"
    assert find_user(bank, "ada").region == "us-east-1"
