from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING

import pytest

from ops.graphiql import upstream
from ops.graphiql.server import BODY_BYTES_MAX, make_server
from tests.unit.ops_graphiql.fake_bank import TOKEN_SECONDS, local_bank, write_users
from tests.unit.ops_graphiql.page_client import page_before

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.ops_graphiql.page_client import Client

ALICE = {"user": "alice", "region": "us-east-1"}
QUERY = {"query": "{ viewer { person region } }"}


class TestThePage:
    def test_the_root_is_the_page_under_a_strict_policy(self, page: Client) -> None:
        answer = page.get("/")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"Florin" in answer.body
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_named_asset_may_be_kept_and_the_page_may_not(self, page: Client) -> None:
        script = page.get("/assets/index-abc.js")
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert "immutable" in script.headers["Cache-Control"]
        assert page.get("/").headers["Cache-Control"] == "no-cache"

    def test_a_query_string_does_not_hide_the_page(self, page: Client) -> None:
        assert page.get("/?from=readme").status == 200

    def test_head_answers_without_a_body(self, page: Client) -> None:
        answer = page.ask("HEAD", "/", None, {})
        assert answer.status == 200
        assert int(answer.headers["Content-Length"]) > 0
        assert answer.body == b""

    @pytest.mark.parametrize(
        "path",
        [
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/assets/..%2f..%2fsecret.txt",
            "/..%5csecret.txt",
            "//secret.txt",
            "/assets/link.js",
            "/.built-from",
            "/assets",
            "/assets/",
            "/nothing",
        ],
    )
    def test_nothing_outside_the_page_can_be_read(self, page: Client, path: str) -> None:
        answer = page.get(path)
        assert answer.status == 404
        assert answer.error == "NOT_FOUND"
        assert b"secret\n" not in answer.body

    def test_an_unknown_method_is_refused_in_json(self, page: Client) -> None:
        answer = page.ask("DELETE", "/", None, {})
        assert answer.status == 501
        assert answer.error == "NOT_IMPLEMENTED"

    def test_without_a_page_the_server_does_not_start(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"python -m ops\.graphiql\.build"):
            make_server("127.0.0.1", 0, local_bank(tmp_path, 1), tmp_path)

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1"])  # noqa: S104 - refused is the point.
    def test_it_is_served_on_loopback_only(self, tmp_path: Path, assets: Path, host: str) -> None:
        with pytest.raises(ValueError, match="loopback only"):
            make_server(host, 0, local_bank(tmp_path, 1), assets)


class TestWhoMayAsk:
    @pytest.mark.parametrize("host", ["localhost", "localhost:9", "LOCALHOST:9", "127.0.0.1", "127.0.0.1:9"])
    def test_names_of_this_machine_are_answered(self, page: Client, host: str) -> None:
        assert page.get("/api/regions", Host=host).status == 200

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "evil.example:80",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.1:x",
            "",
        ],
    )
    @pytest.mark.parametrize("path", ["/", "/api/users"])
    def test_any_other_name_is_not(self, page: Client, host: str, path: str) -> None:
        answer = page.get(path, Host=host)
        assert answer.status == 421
        assert answer.error == "HOST_UNKNOWN"

    def test_the_page_itself_may_ask(self, page: Client) -> None:
        origin = f"http://127.0.0.1:{page.port}"
        answer = page.post(
            "/api/token",
            {"user": "alice", "region": "us-east-1"},
            Origin=origin,
            Sec_Fetch_Site="same-origin",
        )
        assert answer.status == 200

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
    @pytest.mark.parametrize("path", ["/api/token", "/graphql/us-east-1"])
    def test_another_origin_may_not(self, page: Client, origin: str, path: str) -> None:
        answer = page.post(path, {"user": "alice", "region": "us-east-1"}, Origin=origin)
        assert answer.status == 403
        assert answer.error == "OTHER_ORIGIN"
        assert page.fake.sign_ins == []
        assert page.fake.operations == []

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_another_site_cannot_read_the_users(self, page: Client, site: str) -> None:
        assert page.get("/api/users", Sec_Fetch_Site=site).status == 403

    def test_a_form_of_another_site_is_not_json(self, page: Client) -> None:
        answer = page.post("/api/token", b"{}", Content_Type="text/plain")
        assert answer.status == 415
        assert answer.error == "NOT_JSON"


class TestUsersAndRegions:
    def test_users_are_listed_without_their_passwords(self, page: Client) -> None:
        answer = page.get("/api/users")
        assert [user["name"] for user in answer.json()] == ["alice", "bakery", "wendy", "olga"]
        assert answer.json()[0] == {
            "name": "alice",
            "display": "Alice Adams",
            "kind": "person",
            "person": "cus_alice",
            "groups": ["customer"],
            "region": "us-east-1",
        }
        assert b"Opens-nothing" not in answer.body
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_bank_without_people_says_how_to_get_them(self, page: Client) -> None:
        page.bank.users_file.unlink()
        answer = page.get("/api/users")
        assert answer.status == 503
        assert answer.error == "USERS_MISSING"
        assert "seed" in answer.json()["error"]["message"]

    def test_regions_show_their_address(self, page: Client) -> None:
        first, second = page.get("/api/regions").json()
        assert (first["region"], first["jurisdiction"]) == ("us-east-1", "us")
        assert second["graphql"] == page.bank.regions["us-west-2"].graphql

    def test_examples_carry_title_query_and_variables(self, page: Client) -> None:
        examples = page.get("/api/examples").json()
        assert len(examples) >= 5
        assert all(example["title"] and example["query"] for example in examples)


class TestTokens:
    def test_a_person_is_signed_in_at_the_region_asked_for(self, page: Client) -> None:
        assert page.post("/api/token", ALICE).json() == {"token": "token-1-of-alice"}
        assert page.post("/api/token", {"user": "alice", "region": "us-west-2"}).status == 200
        assert page.fake.sign_ins == [("alice", "client-us-east-1"), ("alice", "client-us-west-2")]

    def test_a_token_is_kept_until_shortly_before_it_ends(self, page: Client) -> None:
        first = page.post("/api/token", ALICE).json()
        page.clock.now += TOKEN_SECONDS - 61
        assert page.post("/api/token", ALICE).json() == first
        page.clock.now += 1
        assert page.post("/api/token", ALICE).json() != first
        assert len(page.fake.sign_ins) == 2

    def test_each_person_has_a_token_of_their_own(self, page: Client) -> None:
        alice = page.post("/api/token", ALICE).json()
        assert page.post("/api/token", {"user": "olga", "region": "us-east-1"}).json() != alice

    def test_a_token_that_the_bank_refuses_is_not_given_again(self, page: Client) -> None:
        token = page.post("/api/token", ALICE).json()["token"]
        page.fake.answer_status = 401
        assert page.post("/graphql/us-east-1", QUERY, Authorization=f"Bearer {token}").status == 401
        assert page.post("/api/token", ALICE).json()["token"] != token

    @pytest.mark.parametrize(
        ("asked", "error"),
        [
            ({"user": "nobody", "region": "us-east-1"}, "USER_UNKNOWN"),
            ({"user": "alice", "region": "mars-1"}, "REGION_UNKNOWN"),
        ],
    )
    def test_unknown_names_are_told_apart(self, page: Client, asked: dict[str, str], error: str) -> None:
        answer = page.post("/api/token", asked)
        assert answer.status == 404
        assert answer.error == error

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"user": "alice"}', b'{"user": 1, "region": "r"}', b"\xff"])
    def test_anything_but_a_user_and_a_region_is_a_bad_request(self, page: Client, body: bytes) -> None:
        assert page.post("/api/token", body).status == 400

    def test_a_refused_sign_in_names_the_reason_and_not_the_password(self, page: Client) -> None:
        page.fake.sign_in_refused = True
        answer = page.post("/api/token", ALICE)
        assert answer.status == 403
        assert answer.error == "SIGN_IN_REFUSED"
        assert "NotAuthorizedException" in answer.json()["error"]["message"]
        assert b"Opens-nothing" not in answer.body

    def test_a_challenge_is_no_token(self, page: Client) -> None:
        page.fake.sign_in_challenge = "NEW_PASSWORD_REQUIRED"
        answer = page.post("/api/token", ALICE)
        assert answer.status == 403
        assert "NEW_PASSWORD_REQUIRED" in answer.json()["error"]["message"]

    def test_a_get_is_told_to_post(self, page: Client) -> None:
        assert page.get("/api/token").status == 405


class TestOperations:
    def test_an_operation_reaches_its_region_as_it_was_sent(self, page: Client) -> None:
        body = json.dumps(QUERY, indent=4).encode()
        answer = page.post("/graphql/us-west-2", body, Authorization="Bearer token-1-of-wendy")
        assert answer.status == 200
        assert answer.json() == {"data": {"viewer": {"person": "cus_wendy", "region": "us-west-2"}}}
        assert page.fake.operations == [("us-west-2", "Bearer token-1-of-wendy", body)]

    def test_without_a_token_none_is_added(self, page: Client) -> None:
        page.post("/graphql/us-east-1", QUERY)
        assert page.fake.operations[0][1] is None

    @pytest.mark.parametrize("status", [400, 401, 403, 500])
    def test_what_the_bank_refuses_is_passed_on(self, page: Client, status: int) -> None:
        page.fake.answer_status = status
        answer = page.post("/graphql/us-east-1", QUERY)
        assert answer.status == status
        assert answer.json() == {"message": "as told"}

    def test_an_unknown_region_is_not_found(self, page: Client) -> None:
        answer = page.post("/graphql/us-east-1/../us-west-2", QUERY)
        assert answer.status == 404
        assert answer.error == "REGION_UNKNOWN"

    def test_a_get_is_told_to_post(self, page: Client) -> None:
        assert page.get("/graphql/us-east-1").status == 405

    def test_the_largest_body_passes(self, page: Client) -> None:
        query = json.dumps(QUERY).encode()
        assert page.post("/graphql/us-east-1", query.ljust(BODY_BYTES_MAX)).status == 200

    def test_one_byte_more_is_too_large_and_is_not_sent(self, page: Client) -> None:
        answer = page.post("/graphql/us-east-1", b" " * (BODY_BYTES_MAX + 1))
        assert answer.status == 413
        assert answer.error == "BODY_TOO_LARGE"
        assert page.fake.operations == []

    def test_a_body_of_unknown_length_is_refused(self, page: Client) -> None:
        answer = page.post("/graphql/us-east-1", QUERY, Content_Length="-1")
        assert answer.status == 411

    def test_a_slow_bank_is_said_to_be_slow(self, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upstream, "TIMEOUT_SECONDS", 0.1)
        page.fake.answer_delay_seconds = 0.5
        answer = page.post("/graphql/us-east-1", QUERY)
        assert answer.status == 504
        assert answer.error == "BANK_SLOW"
        assert len(page.fake.operations) == 1  # A mutation is not sent twice.

    def test_an_endless_answer_is_cut(self, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upstream, "ANSWER_BYTES_MAX", 1000)
        page.fake.answer_bytes = 2000
        answer = page.post("/graphql/us-east-1", QUERY)
        assert answer.status == 502

    def test_the_connection_is_kept_for_the_next_request(self, page: Client) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=20)
        for _ in range(2):
            connection.request("POST", "/graphql/mars-1", b"{}", {"Content-Type": "application/json"})
            assert connection.getresponse().read()
        connection.close()


class TestABankThatIsDown:
    def test_a_token_and_an_operation_are_bad_gateways(self, tmp_path: Path, assets: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            dead_port = listener.getsockname()[1]
        write_users(tmp_path)
        with page_before(local_bank(tmp_path, dead_port), assets) as page:
            answers = [
                page.post("/api/token", {"user": "alice", "region": "us-east-1"}),
                page.post("/graphql/us-east-1", QUERY),
            ]
        assert [answer.status for answer in answers] == [502, 502]
        assert [answer.error for answer in answers] == ["BANK_UNREACHABLE", "BANK_UNREACHABLE"]
        assert all("is the bank up?" in answer.json()["error"]["message"] for answer in answers)
