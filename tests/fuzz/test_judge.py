"""The judge is tried too: an answer that breaks one rule is found, a good one is let pass, and a name is replaced."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.fuzz import corpus, documents, judge, names, town
from tests.fuzz.by_hand.rows import ROWS
from tests.fuzz.deployed import texts_in
from tests.fuzz.looking import Broken, Keeper, keeping
from tests.fuzz.requests import JSON, RESPONSE, Answered, Sent, asked, requests
from tests.fuzz.share import share

HEADERS = {"content-type": f"{RESPONSE}; charset=utf-8", "cache-control": "no-store"}
COST = {"extensions": {"cost": {"requested": 1}}}
EXTENSIONS = {"code": "DOCUMENT_INVALID", "correlationId": "request-7"}
ASKED = asked("owner", 'mutation { thawAccount(input: {idempotencyKey: "k", accountId: "a"}) { __typename } }')


def wrong(
    document: Any, *, status: int = 200, headers: dict[str, str] | None = None, faults: tuple[str, ...] = ()
) -> list[str]:
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    answered = Answered(status, HEADERS if headers is None else headers, body, faults)
    secrets = {"Ada Lovelace": "a name"}
    return judge.faults_of(ASKED, answered, cast={"own.account": "acc_1"}, secrets=secrets)


def error(message: str = "Wrong.", **changed: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": EXTENSIONS, **changed}]}


def test_good_answers_pass() -> None:
    assert wrong({"data": {"thawAccount": {"__typename": "NotFound", "code": "NOT_FOUND"}}} | COST) == []
    assert wrong(error(locations=[{"line": 1, "column": 2}]), status=400) == []
    assert wrong({"data": None} | error(path=["thawAccount", 0]) | COST) == []


@pytest.mark.parametrize(
    ("document", "status", "said"),
    [
        ({"data": {}}, 500, "status"),
        ({"data": {}}, 302, "status"),
        (b"<html>", 502, "no JSON"),
        (b"\xff", 200, "no JSON"),
        (b'{"data": {}, "data": {}}', 200, "twice"),
        (b'{"data": {"a": NaN}}', 200, "NaN"),
        ([], 200, "shape of GraphQL"),
        ({"message": "Forbidden"}, 403, "shape of GraphQL"),
        ({"data": {}}, 400, "do not go together"),
        (error(), 200, "do not go together"),
        ({"errors": []}, 400, "one to ten"),
        ({"errors": error()["errors"] * 11}, 400, "one to ten"),
        ({"errors": ["Wrong."]}, 400, "shape of an error"),
        (error(trace="x"), 400, "shape of an error"),
        (error(message=""), 400, "empty or too long"),
        (error(message="a" * 301), 400, "empty or too long"),
        (error(extensions={"code": "INTERNAL", "correlationId": "1"}), 400, "none that a caller may meet"),
        (error(extensions={"code": "NEW", "correlationId": "1"}), 400, "none that a caller may meet"),
        (error(extensions={"code": "NOT_FOUND"}), 400, "correlation id"),
        (error(locations=[{"line": 0, "column": 1}]), 400, "location"),
        (error(path=[{}]), 400, "path"),
        (error("Traceback (most recent call last)"), 400, "inside"),
        (error("NoneType has no attribute"), 400, "inside"),
        (error("is a string, not a dict."), 400, "inside"),
        (error("florin-ledger-us-east-1 is busy"), 400, "inside"),
        (error("arn:aws:kms:eu-west-1:0:key/1"), 400, "inside"),
        (error("ConditionalCheckFailedException"), 400, "inside"),
        (error("KeyError: 'a'"), 400, "inside"),
        (error("Unknown type 'A'. Did you mean 'B'?"), 400, "suggests"),
        (error("at /var/task/graph/view.py line 3"), 400, "inside"),
        (error("Ada Lovelace is no account"), 400, "a name"),
        ({"data": {"a": {"b": ["Ada Lovelace"]}}}, 200, "a name"),
        ({"data": {"thawAccount": {"__typename": "Account"}}}, 200, "neither a success nor a refusal"),
    ],
)
def test_a_bad_answer_is_found(document: Any, status: int, said: str) -> None:
    assert any(said in found for found in wrong(document, status=status))


def test_a_fault_in_the_log_is_found_whatever_was_answered() -> None:
    assert wrong({"data": {}}, faults=("KeyError",)) == ["the log has a fault: KeyError"]


@pytest.mark.parametrize("headers", [{**HEADERS, "content-type": "text/html"}, {"content-type": JSON}])
def test_headers_are_judged(headers: dict[str, str]) -> None:
    assert wrong({"data": {}}, headers=headers)


@pytest.mark.parametrize(
    ("found", "writes"),
    [
        ({"__typename": "TransferSuccess"}, True),
        ({"__typename": "InsufficientFunds", "code": "INSUFFICIENT_FUNDS"}, True),
        ({"__typename": "NotFound", "code": "NOT_FOUND"}, False),
        ({"__typename": "InputInvalid", "code": "INPUT_INVALID"}, False),
        ({"__typename": "NotFound"}, True),
        ({"code": "NOT_FOUND"}, False),
        ({"transfer": {}}, True),
        (None, False),
    ],
)
def test_what_may_have_written(found: Any, writes: bool) -> None:
    assert judge.may_write(ASKED, {"data": {"thawAccount": found}}) is writes


def test_what_only_looks_writes_nothing() -> None:
    assert not judge.may_write(asked("owner", "{ viewer { person } }"), {"data": {"viewer": {"person": "cus_1"}}})


def test_the_texts_of_a_request_are_found_wherever_they_stand() -> None:
    query = 'mutation { a(b: "one", c: [{d: """two"""}]) } # "no"'
    literal = json.dumps({"query": query, "variables": {"v": ["three", {"w": "four"}]}})

    assert texts_in(literal.encode()) == {"one", "two", "three", "four"}
    assert texts_in(b'{"query": "{ a(b: \\"one\\") \\u0007"}') == {"one"}
    assert texts_in(b"[") == texts_in(b"[]") == set()


class TestNames:
    def test_are_replaced_by_what_they_stand_for(self) -> None:
        assert names.resolved('{"a": "<own.account>x<script>"}', {"own.account": "acc_1"}) == '{"a": "acc_1x<script>"}'

    def test_are_all_in_the_cast(self) -> None:
        assert set(town.cast()) == set(names.ALL)

    def test_of_all_kinds_are_different_things(self) -> None:
        cast = town.cast()
        assert len(set(cast.values())) == len(cast)

    def test_in_rows_are_known(self) -> None:
        known = {names.named(name) for name in names.ALL}
        text = " ".join(row.sent.body for row in ROWS if isinstance(row.sent.body, str) and len(row.sent.body) < 9_999)
        assert {found for found in known if found in text} >= {names.named(name) for name in names.CURSORS}


class TestTheCorpus:
    def test_keeps_a_request_once_and_reads_it_back(self, tmp_path: Path) -> None:
        for sent in (
            ASKED,
            Sent("auditor", "{"),
            Sent("owner", b"\xff\xfe", method="PUT", path="/x", headers={"content-type": "text/plain"}),
        ):
            assert corpus.keep(sent, "why", tmp_path) == corpus.keep(sent, "another reason", tmp_path)
            assert sent in [found.sent for found in corpus.kept(tmp_path)]
        assert len(corpus.kept(tmp_path)) == 3

    def test_gets_the_smallest_request_that_broke_something(self, tmp_path: Path) -> None:
        """The whole way of a defect: met by a generator, shrunk, kept, told."""

        def asking(sent: Sent) -> None:
            if "viewer" in str(sent.body):
                raise Broken("the viewer is not well")

        @share(normal=300, full=300)
        @given(sent=requests(documents.torn(), ("owner", "auditor")))
        def each(keeper: Keeper, sent: Sent) -> None:
            keeper.look(sent)

        with pytest.raises(Broken) as broken, keeping(asking, folder=tmp_path) as keeper:
            each(keeper)

        (found,) = corpus.kept(tmp_path)
        assert (found.sent.role, found.why) == ("owner", "the viewer is not well")
        assert json.loads(str(found.sent.body)).keys() <= {"query", "variables"}
        assert found.name in " ".join(broken.value.__notes__)

    def test_says_how_to_send_it(self) -> None:
        text = corpus.curl(ASKED, {"own.account": "acc_1"}, "http://bank/graphql")
        assert "base64 -d | curl -sS -X POST http://bank/graphql" in text
        assert "./florin token carla" in text

    def test_is_not_empty(self) -> None:
        assert len(corpus.kept()) >= 10


def test_every_change_has_a_wish() -> None:
    assert set(documents.WISHES) == set(documents.MUTATIONS)


def test_two_towns_are_alike() -> None:
    first, second = town.Town(), town.Town()
    assert first.names() == second.names()
    assert first.off() == []
