"""What only the DynamoDB store promises: how it signs, what it sends, and what it makes of every answer."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from pynamodb.exceptions import GetError, PutError, QueryError, TransactWriteError

from domain.ledger.codec import encode_journal
from domain.ledger.model import Claim, Position, Registration, TornRecord
from domain.ledger.store import Appended, Conflict, Replayed, StampRefused, Unanswered, Writes
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.stamping_aws import READ_TRIES_MAX, StampMissing
from ops.local.engine_process import Engine
from tests import ledger_values as values
from tests.contract.ledger_places import REGION, SETTINGS, engine_store, moto_store, own_credentials
from tests.contract.test_ledger_store import A, B, write
from tests.faults import Killed, LostAnswer, LostRequest, OtherAnswer, Sent, Wire
from tests.ledger_values import NOON, account, journal_named
from tests.unit.ledger.test_codec import image_of

NOWHERE = "http://127.0.0.1:9"
"""No test lets a request leave for it."""
READ_TIMEOUT = ReadTimeoutError(endpoint_url=NOWHERE)
CONNECTION_CLOSED = ConnectionClosedError(endpoint_url=NOWHERE)
MARKET_CRASH = datetime(2026, 5, 6, 14, 45, 59, 999_999, UTC)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    own_credentials(monkeypatch)


@pytest.fixture
def store(engine: Engine) -> DynamoLedgerStore:
    return engine_store(engine)


@pytest.fixture
def wire(store: DynamoLedgerStore) -> Wire:
    return Wire(store.connection)


@pytest.fixture
def lonely() -> DynamoLedgerStore:
    """A store whose every request the test answers itself."""
    return DynamoLedgerStore(table="florin-ledger", region=REGION, settings=SETTINGS, endpoint_url=NOWHERE)


@pytest.fixture
def answers(lonely: DynamoLedgerStore) -> Wire:
    return Wire(lonely.connection)


@pytest.fixture
def moto() -> Iterator[DynamoLedgerStore]:
    with moto_store() as store:
        yield store


def say(wire: Wire, status: int, code: str, message: str = "", **more: object) -> None:
    wire.plan = lambda _: OtherAnswer(status, code, message, more)


class TestStamping:
    @pytest.mark.parametrize("now", [NOON, MARKET_CRASH, datetime(2026, 1, 1, tzinfo=UTC)])
    def test_a_write_carries_the_moment_of_its_decision_in_whole_seconds(
        self, store: DynamoLedgerStore, wire: Wire, now: datetime
    ) -> None:
        assert store.append(write("one", (A, 1)), now=now) == Appended()
        (sent,) = wire.of("TransactWriteItems")
        assert sent.headers["X-Amz-Date"] == now.strftime("%Y%m%dT%H%M%SZ")

    def test_a_moment_of_another_zone_is_stamped_in_utc(self, store: DynamoLedgerStore, wire: Wire) -> None:
        elsewhere = NOON.astimezone(SETTINGS.jurisdiction.time_zone)
        store.append(write("one", (A, 1)), now=elsewhere)
        assert wire.of("TransactWriteItems")[0].headers["X-Amz-Date"] == "20260302T120000Z"

    def test_the_signature_covers_the_stamp(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        say(answers, 400, "ThrottlingException")
        lonely.append(write("one", (A, 1)), now=NOON)
        (sent,) = answers.sent
        assert sent.headers["Authorization"] == signed_by_hand(sent, "20260302T120000Z")
        assert sent.headers["Authorization"] != signed_by_hand(sent, "20260302T120001Z")

    def test_each_attempt_has_its_own_stamp_and_token(self, store: DynamoLedgerStore, wire: Wire) -> None:
        moments = [NOON, NOON + timedelta(seconds=1), NOON + timedelta(seconds=2)]
        for now in moments:
            store.append(write("one", (A, 1)), now=now)
        sent = wire.of("TransactWriteItems")
        assert [one.headers["X-Amz-Date"][-3:] for one in sent] == ["00Z", "01Z", "02Z"]
        assert len({one.body["ClientRequestToken"] for one in sent}) == 3

    def test_totals_are_stamped_too(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        say(answers, 400, "ThrottlingException")
        assert lonely.append_total(values.total(1), now=NOON) == Conflict("ThrottlingException")
        assert answers.sent[0].headers["X-Amz-Date"] == "20260302T120000Z"

    def test_reads_and_registrations_carry_the_wall_clock(self, store: DynamoLedgerStore, wire: Wire) -> None:
        store.append(write("one", (A, 1)), now=NOON)
        wire.clear()
        store.heads([A])
        store.register(Registration("int_us_usd_settlement", "20260302"))
        for sent in wire.sent:
            stamp = datetime.strptime(sent.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            assert abs(stamp - datetime.now(UTC)) < timedelta(seconds=30)

    def test_a_transaction_without_a_stamp_never_leaves(self, store: DynamoLedgerStore, wire: Wire) -> None:
        with pytest.raises(StampMissing):
            store.connection.transact_write_items((), (), [], ())
        assert wire.sent == []

    def test_an_answer_about_clocks_moves_no_later_stamp(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        say(answers, 400, "RequestTimeTooSkewed", serverTime="20300101T000000Z")
        for now in (NOON, NOON + timedelta(seconds=9)):
            with pytest.raises(StampRefused):
                lonely.append(write("one", (A, 1)), now=now)
        assert [sent.headers["X-Amz-Date"] for sent in answers.sent] == ["20260302T120000Z", "20260302T120009Z"]

    def test_stamps_of_threads_do_not_mix(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        say(answers, 400, "ThrottlingException")
        moments = [NOON + timedelta(seconds=n) for n in range(8)]
        run_together([partial(lonely.append, write(f"{now}", (A, 1)), now=now) for now in moments])
        found = {(sent.headers["X-Amz-Date"], _moment_in(sent)) for sent in answers.sent}
        assert found == {(f"{now:%Y%m%dT%H%M%SZ}", values.journal_named(f"{now}")) for now in moments}


class TestRequests:
    def test_making_a_store_makes_no_client(self) -> None:
        store = DynamoLedgerStore(table="florin-ledger", region=REGION, settings=SETTINGS, endpoint_url=NOWHERE)
        assert store.connection._client is None

    def test_a_write_is_one_request_of_new_keys(self, store: DynamoLedgerStore, wire: Wire) -> None:
        writes = Writes(
            journal=values.journal("one"),
            lines=(values.line(A, 1),),
            legs=(values.leg_item("one"),),
            claim=Claim(values.journal_named("original"), 1, values.journal_named("one"), 5),
            absent=((B, Position(1, 1)),),
        )
        assert store.append(writes, now=NOON) == Appended()
        (sent,) = wire.sent
        parts = sent.body["TransactItems"]
        assert [next(iter(part)) for part in parts] == ["ConditionCheck", "Put", "Put", "Put", "Put"]
        for part in parts:
            assert next(iter(part.values()))["ConditionExpression"] == "attribute_not_exists(pk)"
        images = [part["Put"].get("ReturnValuesOnConditionCheckFailure") for part in parts[1:]]
        assert images == ["ALL_OLD", None, None, None]

    def test_heads_are_one_short_consistent_query_each(self, store: DynamoLedgerStore, wire: Wire) -> None:
        store.heads([A, B, account(3)])
        assert [sent.operation for sent in wire.sent] == ["Query"] * 3
        for sent in wire.sent:
            assert (sent.body["ConsistentRead"], sent.body["Limit"], sent.body["ScanIndexForward"]) == (True, 1, False)

    def test_heads_are_under_way_at_the_same_time(self, store: DynamoLedgerStore, wire: Wire) -> None:
        """Each query leaves only once all three are about to: one after the other would break the barrier."""
        together = Barrier(3, timeout=10)

        def wait_for_the_others(_: Sent) -> None:
            together.wait()

        wire.plan = wait_for_the_others
        assert store.heads([A, B, account(3)]) == {}

    def test_every_plain_read_of_the_table_is_consistent(self, store: DynamoLedgerStore, wire: Wire) -> None:
        store.journal("jrn")
        store.line(A, Position(1, 1))
        store.lines(A, limit=3)
        store.last_claim("jrn")
        store.claims("jrn")
        store.leg_items("int_us_usd_settlement", region=REGION, shard=0, day="20260302", limit=3)
        store.registrations()
        store.last_total("int_us_usd_settlement", region=REGION, shard=0)
        store.totals("int_us_usd_settlement", region=REGION, shard=0, limit=3)
        store.time()
        assert len(wire.sent) == 10
        assert all(sent.body["ConsistentRead"] for sent in wire.sent)

    def test_the_time_is_one_read(self, store: DynamoLedgerStore, wire: Wire) -> None:
        store.time()
        assert [sent.operation for sent in wire.sent] == ["GetItem"]

    def test_a_request_waits_two_seconds_and_a_write_is_never_repeated(
        self, answers: Wire, lonely: DynamoLedgerStore
    ) -> None:
        assert (lonely.connection._connect_timeout_seconds, lonely.connection._read_timeout_seconds) == (2.0, 2.0)
        answers.plan = lambda _: LostRequest(READ_TIMEOUT)
        with pytest.raises(Unanswered):
            lonely.append(write("one", (A, 1)), now=NOON)
        with pytest.raises(Unanswered):
            lonely.register(Registration("int_us_usd_settlement", "20260302"))
        assert [sent.operation for sent in answers.sent] == ["TransactWriteItems", "PutItem"]

    def test_many_threads_make_one_client(self, engine: Engine) -> None:
        store = engine_store(engine)
        clients: list[object] = []
        run_together([lambda: clients.append(store.connection.client) for _ in range(8)])
        assert len({id(client) for client in clients}) == 1

    def test_a_long_log_is_read_over_several_answers(self, store: DynamoLedgerStore, wire: Wire) -> None:
        """One answer holds 1 MB: 500 lines of 64 holds each are more."""
        holds = values.holds_of(*map(values.hold, range(64)))
        for first in range(1, 501, 50):
            lines = tuple(values.line(A, seq, **holds) for seq in range(first, first + 50))
            store.append(Writes(journal=values.journal(f"{first}", legs=(), lines=()), lines=lines), now=NOON)
        found = store.lines(A, limit=500)
        assert ([line.position.seq for line in found.rows], found.more) == (list(range(1, 501)), False)
        assert len(wire.of("Query")) > 1


class TestLostOnTheWay:
    def test_a_lost_answer_is_unanswered_and_the_journal_is_there(self, store: DynamoLedgerStore, wire: Wire) -> None:
        writes = write("one", (A, 1))
        wire.once("TransactWriteItems", LostAnswer(READ_TIMEOUT))
        with pytest.raises(Unanswered):
            store.append(writes, now=NOON)
        assert len(wire.sent) == 1
        assert store.append(writes, now=NOON) == Replayed(writes.journal)

    def test_a_lost_request_is_unanswered_and_nothing_is_there(self, store: DynamoLedgerStore, wire: Wire) -> None:
        writes = write("one", (A, 1))
        wire.once("TransactWriteItems", LostRequest(CONNECTION_CLOSED))
        with pytest.raises(Unanswered):
            store.append(writes, now=NOON)
        assert len(wire.sent) == 1
        assert store.journal(writes.journal.id) is None

    def test_the_same_on_moto(self, moto: DynamoLedgerStore) -> None:
        wire = Wire(moto.connection, in_process=True)
        done, lost = write("done", (A, 1)), write("lost", (B, 1))
        wire.once("TransactWriteItems", LostAnswer(READ_TIMEOUT))
        with pytest.raises(Unanswered):
            moto.append(done, now=NOON)
        wire.once("TransactWriteItems", LostRequest(READ_TIMEOUT))
        with pytest.raises(Unanswered):
            moto.append(lost, now=NOON)
        assert moto.journal(done.journal.id) == done.journal
        assert moto.journal(lost.journal.id) is None

    @pytest.mark.parametrize(
        "error", [ConnectTimeoutError(endpoint_url=NOWHERE), EndpointConnectionError(endpoint_url=NOWHERE, error="x")]
    )
    def test_a_request_that_reached_nobody_is_a_conflict(
        self, store: DynamoLedgerStore, wire: Wire, error: Exception
    ) -> None:
        wire.once("TransactWriteItems", LostRequest(error))
        assert isinstance(store.append(write("one", (A, 1)), now=NOON), Conflict)
        assert len(wire.sent) == 1

    def test_death_is_not_caught(self, store: DynamoLedgerStore, wire: Wire) -> None:
        writes = write("one", (A, 1))
        wire.once("TransactWriteItems", LostAnswer(Killed()))
        with pytest.raises(Killed):
            store.append(writes, now=NOON)
        assert store.journal(writes.journal.id) == writes.journal

    def test_death_in_a_thread_that_reads_heads_is_not_caught(self, store: DynamoLedgerStore, wire: Wire) -> None:
        wire.once("Query", LostRequest(Killed()))
        with pytest.raises(Killed):
            store.heads([A, B])

    def test_a_read_is_asked_again(self, store: DynamoLedgerStore, wire: Wire) -> None:
        writes = write("one", (A, 1))
        store.append(writes, now=NOON)
        wire.clear()
        for operation in ("Query", "GetItem"):
            wire.once(operation, LostRequest(READ_TIMEOUT))
            assert store.heads([A])[A] == writes.lines[0].state
            assert store.journal(writes.journal.id) == writes.journal
        assert len(wire.sent) == 6

    def test_what_a_batch_left_unread_is_asked_for_again(
        self, moto: DynamoLedgerStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writes = [write(f"batch {number}", (account(number), 1)) for number in range(1, 8)]
        for one in writes:
            moto.append(one, now=datetime.now(UTC))
        whole, asked = moto.connection.batch_get_item, []

        def half(table: str, keys: list[Any], **more: Any) -> Any:
            asked.append(len(keys))
            taken = (len(keys) + 1) // 2
            left = [{name: {"S": text} for name, text in key.items()} for key in keys[taken:]]
            return {**whole(table, keys[:taken], **more), "UnprocessedKeys": {table: {"Keys": left}} if left else {}}

        monkeypatch.setattr(moto.connection, "batch_get_item", half)
        names = [one.journal.id for one in writes]
        assert set(moto.journals_named(names)) == set(names)
        assert asked == [7, 3, 1]

    def test_a_batch_that_is_never_read_whole_is_given_up(
        self, lonely: DynamoLedgerStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nothing(table: str, keys: list[Any], **_: Any) -> Any:
            left = [{name: {"S": text} for name, text in key.items()} for key in keys]
            return {"Responses": {}, "UnprocessedKeys": {table: {"Keys": left}}}

        monkeypatch.setattr(lonely.connection, "batch_get_item", nothing)
        with pytest.raises(Unanswered):
            lonely.journals_named([journal_named("one")])

    def test_a_read_is_given_up_after_a_few_tries(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        answers.plan = lambda _: LostRequest(READ_TIMEOUT)
        with pytest.raises(Unanswered):
            lonely.heads([A])
        assert len(answers.sent) == READ_TRIES_MAX


class TestAnswers:
    """Errors as the service words them, each with what it means."""

    def judged(self, lonely: DynamoLedgerStore) -> object:
        return lonely.append(write("one", (A, 1)), now=NOON)

    @pytest.mark.parametrize(
        "code",
        [
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "TransactionConflictException",
        ],
    )
    def test_a_busy_service_is_a_conflict(self, answers: Wire, lonely: DynamoLedgerStore, code: str) -> None:
        say(answers, 400, code)
        assert self.judged(lonely) == Conflict(code)
        assert len(answers.sent) == 1

    @pytest.mark.parametrize(
        "code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "ConditionalCheckFailed"]
    )
    def test_a_passing_reason_is_a_conflict(self, answers: Wire, lonely: DynamoLedgerStore, code: str) -> None:
        cancelled(answers, {"Code": "None"}, {"Code": code})
        assert self.judged(lonely) == Conflict(code)

    def test_the_journals_image_wins_over_every_other_reason(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        stored = values.journal("one")
        image = image_of(encode_journal(stored, region=REGION, spread=3))
        cancelled(answers, {"Code": "ConditionalCheckFailed", "Item": image}, {"Code": "TransactionConflict"})
        assert self.judged(lonely) == Replayed(stored)

    def test_the_image_is_found_behind_the_guards(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        stored = values.journal("one")
        image = image_of(encode_journal(stored, region=REGION, spread=3))
        cancelled(answers, {"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": image})
        writes = Writes(journal=stored, absent=((B, Position(1, 1)),))
        assert lonely.append(writes, now=NOON) == Replayed(stored)

    @pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded", "Unheard"])
    def test_any_other_reason_is_a_fault(self, answers: Wire, lonely: DynamoLedgerStore, code: str) -> None:
        cancelled(answers, {"Code": "ConditionalCheckFailed"}, {"Code": code})
        with pytest.raises(TransactWriteError):
            self.judged(lonely)

    @pytest.mark.parametrize(
        ("status", "code"), [(500, "InternalServerError"), (503, "ServiceUnavailable"), (502, "BadGateway")]
    )
    def test_a_fault_of_the_service_leaves_the_outcome_unknown(
        self, answers: Wire, lonely: DynamoLedgerStore, status: int, code: str
    ) -> None:
        say(answers, status, code)
        with pytest.raises(Unanswered):
            self.judged(lonely)
        assert len(answers.sent) == 1

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("InvalidSignatureException", "Signature expired: 20260302T120000Z is now earlier than 20260302T121000Z"),
            ("InvalidSignatureException", "Signature not yet current: 20260302T120000Z is still later than …"),
            ("RequestExpired", ""),
            ("RequestTimeTooSkewed", "The difference between the request time and the server's is too large"),
        ],
    )
    def test_a_stamp_out_of_bounds_is_refused(
        self, answers: Wire, lonely: DynamoLedgerStore, code: str, message: str
    ) -> None:
        say(answers, 400, code, message)
        with pytest.raises(StampRefused):
            self.judged(lonely)

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("InvalidSignatureException", "The request signature we calculated does not match the one you provided."),
            ("ValidationException", "Number overflow."),
            ("ResourceNotFoundException", "Requested resource not found"),
            ("AccessDeniedException", "not authorized to perform: dynamodb:PutItem"),
            ("UnrecognizedClientException", "The security token included in the request is invalid."),
            ("IdempotentParameterMismatchException", ""),
        ],
    )
    def test_a_fault_of_ours_goes_on_as_it_came(
        self, answers: Wire, lonely: DynamoLedgerStore, code: str, message: str
    ) -> None:
        say(answers, 400, code, message)
        with pytest.raises(TransactWriteError) as raised:
            self.judged(lonely)
        assert raised.value.cause_response_code == code
        with pytest.raises(PutError):
            lonely.append_total(values.total(1), now=NOON)

    def test_a_journal_that_cannot_be_read_is_torn(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        cancelled(answers, {"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "J#x"}, "sk": {"S": "J"}}})
        with pytest.raises(TornRecord):
            self.judged(lonely)

    def test_reads_raise_what_is_a_fault_of_ours(self, answers: Wire, lonely: DynamoLedgerStore) -> None:
        say(answers, 400, "ResourceNotFoundException")
        with pytest.raises(QueryError):
            lonely.heads([A])
        with pytest.raises(GetError):
            lonely.journal("jrn")
        assert len(answers.sent) == 2

    @pytest.mark.parametrize(("status", "code"), [(400, "ThrottlingException"), (500, "InternalServerError")])
    def test_reads_of_a_busy_service_go_unanswered(
        self, answers: Wire, lonely: DynamoLedgerStore, status: int, code: str
    ) -> None:
        say(answers, status, code)
        with pytest.raises(Unanswered):
            lonely.time()
        assert len(answers.sent) == READ_TRIES_MAX


class TestThreads:
    def test_rivals_on_one_log_leave_no_gap_and_lose_nothing(self, store: DynamoLedgerStore) -> None:
        done: list[str] = []

        def rival(name: str) -> None:
            for n in range(5):
                for _ in range(200):
                    head = store.heads([A, B]).get(A)
                    seq = head.position.seq + 1 if head else 1
                    writes = write(f"{name} {n}", (A, seq))
                    if store.append(writes, now=datetime.now(UTC)) == Appended():
                        done.append(writes.journal.id)
                        break

        run_together([partial(rival, name) for name in ("a", "b", "c", "d")])
        found = store.lines(A, limit=100).rows
        assert [line.position.seq for line in found] == list(range(1, 21))
        assert sorted(line.journal for line in found) == sorted(done)

    def test_double_clicks_make_one_journal(self, store: DynamoLedgerStore) -> None:
        outcomes: list[object] = []
        writes = write("click", (A, 1))
        run_together([lambda: outcomes.append(store.append(writes, now=NOON)) for _ in range(8)])
        assert outcomes.count(Appended()) == 1
        assert outcomes.count(Replayed(writes.journal)) == 7


def cancelled(wire: Wire, *reasons: dict[str, object]) -> None:
    say(wire, 400, "TransactionCanceledException", "Transaction cancelled", CancellationReasons=list(reasons))


def signed_by_hand(sent: Sent, stamp: str) -> str:
    """The Authorization header that the same request would carry with this stamp."""
    signer = SigV4Auth(Credentials("test", "test"), "dynamodb", REGION)
    request = AWSRequest("POST", f"{NOWHERE}/", data=sent.raw)
    named = sent.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    lowered = {name.lower(): value for name, value in sent.headers.items()}
    for name in named:
        if name in lowered:
            request.headers[name] = lowered[name]
    request.headers.replace_header("x-amz-date", stamp)
    request.context["timestamp"] = stamp
    text = signer.string_to_sign(request, signer.canonical_request(request))
    scope, headers = signer.scope(request), signer.signed_headers(signer.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signer.signature(text, request)}"


def _moment_in(sent: Sent) -> str:
    journal: str = sent.body["TransactItems"][0]["Put"]["Item"]["pk"]["S"]
    return journal.removeprefix("J#")


def run_together(tasks: Sequence[Callable[[], object]]) -> None:
    """All at once; what any of them raises is raised here."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        for running in [pool.submit(task) for task in tasks]:
            running.result(60)
