"""What judges cannot be read, in a region with the real parts: no payment fails of it, and none goes unjudged.

Inline, as the API and the scheduler judge a transfer; by the scorer; and by the journey whose scorer is silent.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from pynamodb.exceptions import GetError, TransactWriteError

from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.fraud import lists
from domain.fraud.artefacts_aws import READ_TRIES_MAX, SILENCE_SECONDS, key_of
from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
from domain.fraud.documents import canonical
from domain.fraud.kinds import Decision, Fallback, Scope
from domain.fraud.model import StoredDecision, VersionUsed
from domain.fraud.registry_model import ArtefactKind, Shadow, Version
from domain.ids import journal_id, payment_id
from domain.money import Money
from domain.payments.kinds import PaymentKind, PaymentState
from domain.refusals import OutcomeUnknown, Refusal, TryAgain
from domain.transfers.model import NumberTarget, Transfer, TransferInReview, Wish
from domain.unsettled import Unsettled
from functions.fraud_scorer import handler as fraud_scorer
from tests.unit.fraud.values import entry
from tests.unit.functions.ach_life import AchLife
from tests.unit.functions.drifted import deciding, registered
from tests.unit.functions.events import event_for
from tests.unit.functions.judged_life import promoted
from tests.unit.functions.measured import measured
from tests.unit.functions.region import Deployed, acting, region, session

S3: Final = "before-send.s3.GetObject"
BATCHES: Final = "before-send.dynamodb.BatchGetItem"
"""Features, and what judges: together, or what judges alone."""
FEATURES: Final = "features"
"""Of the batches those that ask for features."""
URL: Final = "https://aws.example"


@pytest.fixture(name="deployed")
def _deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    yield from region(monkeypatch)


def raising(error: Exception) -> Callable[[], AWSResponse]:
    def raise_() -> AWSResponse:
        raise error

    return raise_


class _Raw:
    """The bytes of an answer, as urllib3 gives them."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.body

    def read(self, *_: object) -> bytes:
        body, self.body = self.body, b""
        return body


def answering(status: int, body: str) -> Callable[[], AWSResponse]:
    return lambda: AWSResponse(URL, status, HTTPHeaders(), _Raw(body.encode()))


def of_s3(status: int, code: str) -> Callable[[], AWSResponse]:
    return answering(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>")


def of_dynamodb(status: int, code: str) -> Callable[[], AWSResponse]:
    return answering(status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}))


CONNECTION: Final = {
    "nobody-is-there": raising(EndpointConnectionError(endpoint_url=URL, error="x")),
    "no-connection-in-time": raising(ConnectTimeoutError(endpoint_url=URL)),
    "no-answer-in-time": raising(ReadTimeoutError(endpoint_url=URL)),
}
S3_OUTAGES: Final = CONNECTION | {
    "throttled": of_s3(503, "SlowDown"),
    "a-fault-of-its-own": of_s3(500, "InternalError"),
    "the-key-is-disabled": of_s3(400, "KMS.DisabledException"),
    "refused": of_s3(403, "AccessDenied"),
    "gone": of_s3(404, "NoSuchKey"),
    "other-bytes": answering(200, "{}"),
}
DYNAMODB_OUTAGES: Final = CONNECTION | {
    "throttled": of_dynamodb(400, "ProvisionedThroughputExceededException"),
    "too-many-requests": of_dynamodb(400, "ThrottlingException"),
    "a-fault-of-its-own": of_dynamodb(500, "InternalServerError"),
    "no-answer-that-can-be-read": answering(200, "<html>"),
    "refused": of_dynamodb(400, "AccessDeniedException"),
    "the-key-is-disabled": of_dynamodb(400, "KMSDisabledException"),
    "no-such-table": of_dynamodb(400, "ResourceNotFoundException"),
}


@dataclass
class Town:
    """Somebody who pays somebody else, and a judge who reads what was promoted."""

    deployed: Deployed
    payer: Customer
    source: Account
    payee: Account

    def pay(self, key: str, minor: int = 5_00) -> object:
        number = NumberTarget(self.payee.record.routing_number, self.payee.record.number)
        wish = Wish(self.source.id, number, Money(minor, "USD"))
        return self.deployed.bank.transfers.transfer(acting(self.payer), wish, key=key)

    def decision(self, key: str) -> StoredDecision:
        return self.of(journal_id(self.source.id, self.payer.id, key))

    def of(self, subject: str) -> StoredDecision:
        table = self.deployed.bank.table(self.deployed.bank.configuration.fraud_table)
        found = DynamoDBDecisionStore(table).decision(subject)
        assert found
        return found

    def scored(self, key: str) -> StoredDecision:
        """What the scorer says of a payment of this key."""
        (message,) = (event := event_for("fraud_scorer"))["Records"]
        said = json.loads(message["body"])
        payment = payment_id(self.source.id, "bank", key)
        message["body"] = json.dumps(said | {"detail": said["detail"] | {"payment": payment}})
        assert self.deployed.call(fraud_scorer, event) == {"batchItemFailures": []}
        return self.of(payment)

    @contextmanager
    def outage(self, of: str, answer: Callable[[], AWSResponse]) -> Iterator[list[str]]:
        """Meanwhile AWS answers so, whenever it is asked for documents or for features; what was asked for."""
        bank, asked = self.deployed.bank, []
        if of == S3:
            events = bank.client("s3", inline=True).meta.events
        else:
            events = bank.fraud._features._features._connection.client.meta.events  # type: ignore[attr-defined]  # of the store

        features = bank.configuration.features_table

        def said(request: Any, **_: object) -> AWSResponse | None:
            if of == FEATURES and features not in request.body.decode():
                return None
            asked.append(request.url)
            return answer()

        event = S3 if of == S3 else BATCHES
        events.register_first(event, said)
        yield asked
        events.unregister(event, said)

    def outages(self, of: str, answers: Mapping[str, Callable[[], AWSResponse]]) -> Iterator[str]:
        """One after the other, in one region: a region takes longer than all of them. Each is asked about."""
        for name, answer in answers.items():
            self.deployed.bank.artefacts._silent_until = None  # it is long after the one before
            with self.outage(of, answer) as asked:
                yield name
            assert asked, name


@pytest.fixture(name="town")
def _town(deployed: Deployed) -> Town:
    (payer, source), (_, payee) = deployed.person("ada"), deployed.person("ben")
    return Town(deployed, payer, source, payee)


class TestDocuments:
    def test_a_transfer_is_judged_without_them_and_is_made(
        self, town: Town, capsys: pytest.CaptureFixture[str]
    ) -> None:
        promoted(town.deployed, Scope.TRANSFER)
        for name in town.outages(S3, S3_OUTAGES):
            for _ in range(2):
                assert isinstance(town.pay(name), Transfer), name

            decision = town.decision(name)
            assert (decision.fallback, decision.decision) == (Fallback.ARTEFACT_UNREAD, Decision.APPROVE), name
            assert decision.versions.rules.version == "transfer/rules/0"
            (found,) = measured(capsys)
            assert (found.name, found.value, found.about["fallback"]) == ("FraudFallbacks", 1, "ARTEFACT_UNREAD")

    def test_more_is_judged_strictly(self, town: Town) -> None:
        promoted(town.deployed, Scope.TRANSFER)
        town.deployed.post("payment_received", destination=town.source.id, minor=10_000_00)
        with town.outage(S3, CONNECTION["no-answer-in-time"]):
            town.pay("t", 6_000_00)
        decision = town.decision("t")
        assert (decision.decision, decision.staff_reasons) == (
            Decision.STEP_UP,
            ("UNSCORED_NEW_PAYEE", "UNSCORED_AMOUNT"),
        )

    def test_many_payments_wait_for_one_timeout_and_the_champions_are_back_after_it(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules, seconds = promoted(town.deployed, Scope.TRANSFER), [1_000.0]
        monkeypatch.setattr(town.deployed.bank.artefacts, "_seconds", lambda: seconds[0])
        with town.outage(S3, CONNECTION["no-answer-in-time"]) as asked:
            for number in range(5):
                town.pay(f"t{number}")
        assert len(asked) == READ_TRIES_MAX

        town.pay("soon")
        assert town.decision("soon").fallback is Fallback.ARTEFACT_UNREAD
        seconds[0] += SILENCE_SECONDS
        town.pay("later")
        assert (town.decision("later").fallback, town.decision("later").versions.rules) == (None, rules.used)

    def test_what_was_read_before_needs_no_bucket(self, town: Town) -> None:
        rules = promoted(town.deployed, Scope.TRANSFER)
        town.pay("before")
        with town.outage(S3, CONNECTION["nobody-is-there"]) as asked:
            town.pay("t")
        assert asked == []
        assert (town.decision("t").fallback, town.decision("t").versions.rules) == (None, rules.used)

    def test_a_document_that_cannot_be_parsed_is_unread(self, town: Town) -> None:
        version = promoted(town.deployed, Scope.TRANSFER)
        body = b'{"format":"florin.rules/9"}'
        broken(town.deployed, version, town.deployed.bank.artefacts.put(ArtefactKind.RULES, body))
        assert isinstance(town.pay("t"), Transfer)
        assert town.decision("t").fallback is Fallback.ARTEFACT_UNREAD

    def test_a_document_in_the_place_of_another_is_unread(self, town: Town) -> None:
        version = promoted(town.deployed, Scope.TRANSFER)
        bucket = town.deployed.bank.configuration.fraud_bucket
        key = key_of(ArtefactKind.RULES, version.sha256)
        session().client("s3").put_object(Bucket=bucket, Key=key, Body=b'{"format":"florin.rules/1","rules":[]}')
        assert isinstance(town.pay("t"), Transfer)
        assert town.decision("t").fallback is Fallback.ARTEFACT_UNREAD

    def test_the_scorer_answers_without_them(self, town: Town) -> None:
        promoted(town.deployed, Scope.ACH)
        for name in town.outages(S3, S3_OUTAGES):
            assert town.scored(name).fallback is Fallback.ARTEFACT_UNREAD, name

    def test_the_journey_goes_on_without_them(self, town: Town) -> None:
        life = AchLife(town.deployed)
        promoted(town.deployed, Scope.ACH)
        for name in town.outages(S3, S3_OUTAGES):
            payment = life.opened(PaymentKind.ACH_CREDIT)
            life.step(payment, "screen_without")
            assert town.of(payment.id).fallback is Fallback.SCORER_SILENT, name
            assert life.state(payment) is not PaymentState.ACCEPTED


class TestShadows:
    def test_one_that_cannot_be_read_is_noted_and_changes_no_decision(
        self, town: Town, caplog: pytest.LogCaptureFixture
    ) -> None:
        rules = promoted(town.deployed, Scope.TRANSFER)
        town.pay("before")
        before, shadow = town.decision("before"), shadowed(town.deployed)
        assert before.versions.rules == rules.used
        for name in town.outages(S3, S3_OUTAGES):
            caplog.clear()
            assert isinstance(town.pay(name), Transfer), name

            decision = town.decision(name)
            assert (decision.decision, decision.fallback, decision.shadows) == (before.decision, None, ()), name
            assert (decision.versions, decision.score) == (before.versions, before.score)
            noted = [vars(line) for line in caplog.records if line.message == "a shadow was not asked"]
            assert [(line["subject"], line["version"]) for line in noted] == [(decision.subject, shadow)]


class TestFeatures:
    def test_a_transfer_is_judged_without_them_and_is_made(
        self, town: Town, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rules = promoted(town.deployed, Scope.TRANSFER)
        town.pay("before")
        for name in town.outages(FEATURES, DYNAMODB_OUTAGES):
            assert isinstance(town.pay(name), Transfer), name

            decision = town.decision(name)
            assert (decision.fallback, decision.decision) == (Fallback.FEATURES_UNREAD, Decision.APPROVE), name
            assert decision.versions.rules == rules.used  # of the pointer that was read last
            (found,) = measured(capsys)
            assert (found.name, found.value, found.about["fallback"]) == ("FraudFallbacks", 1, "FEATURES_UNREAD")

    @pytest.mark.parametrize("content", [b"no zlib", zlib.compress(b"\xff"), zlib.compress(b"[]"), "a text"], ids=repr)
    def test_a_profile_that_is_none_is_as_good_as_unread(self, town: Town, content: bytes | str) -> None:
        bank = town.deployed.bank
        key = f"E#customer#{town.payer.id}#USD"
        torn: dict[str, Any] = {"pk": key, "sk": "E", "version": 1, "profile": content}
        assert bank.table(bank.configuration.features_table).put_new(torn)

        assert isinstance(town.pay("torn"), Transfer)
        assert town.decision("torn").fallback is Fallback.FEATURES_UNREAD

    def test_the_scorer_answers_without_them(self, town: Town) -> None:
        for name in town.outages(FEATURES, DYNAMODB_OUTAGES):
            decision = town.scored(name)
            assert (decision.fallback, decision.versions.rules.version) == (Fallback.FEATURES_UNREAD, "ach/rules/0")

    def test_without_them_and_without_documents_the_first_rules_judge(self, town: Town) -> None:
        promoted(town.deployed, Scope.TRANSFER)
        answer = CONNECTION["no-answer-in-time"]
        with town.outage(FEATURES, answer), town.outage(S3, answer):
            assert isinstance(town.pay("t"), Transfer)
        decision = town.decision("t")
        assert (decision.fallback, decision.versions.rules.version) == (Fallback.FEATURES_UNREAD, "transfer/rules/0")


class TestLists:
    """A payee who is denied is paid by no worker that has just started, whatever cannot be read."""

    def test_without_features_and_with_a_torn_profile_they_are_asked(self, town: Town) -> None:
        denied(town)
        for name in town.outages(FEATURES, CONNECTION):
            town.deployed.bank.fraud._pointers.clear()
            assert isinstance(town.pay(name), Refusal), name
            assert town.decision(name).staff_reasons == ("LISTED_DENY",), name

        bank = town.deployed.bank
        torn: dict[str, Any] = {"pk": f"E#customer#{town.payer.id}#USD", "sk": "E", "version": 1, "profile": b"no zlib"}
        assert bank.table(bank.configuration.features_table).put_new(torn)
        bank.fraud._pointers.clear()
        assert isinstance(town.pay("torn"), Refusal)
        assert town.decision("torn").staff_reasons == ("LISTED_DENY",)

    def test_where_nobody_knows_what_judges_a_person_looks(self, town: Town) -> None:
        for name in town.outages(BATCHES, DYNAMODB_OUTAGES):
            assert isinstance(town.pay(name), TransferInReview), name
            decision = town.decision(name)
            assert (decision.fallback, decision.staff_reasons) == (Fallback.FEATURES_UNREAD, ("LISTS_UNREAD",)), name

    def test_where_their_document_cannot_be_read_a_person_looks(self, town: Town) -> None:
        denied(town)
        for name in town.outages(S3, S3_OUTAGES):
            assert isinstance(town.pay(name), TransferInReview), name
            decision = town.decision(name)
            assert (decision.fallback, decision.staff_reasons) == (Fallback.ARTEFACT_UNREAD, ("LISTS_UNREAD",)), name


def denied(town: Town) -> None:
    """Lists that deny the payee, and that no function has read before."""
    document = {"format": lists.FORMAT, "allow_ceiling": "REVIEW", "entries": [entry("DENY", "payee", town.payee.id)]}
    deciding(
        town.deployed,
        registered(town.deployed, ArtefactKind.LISTS, canonical(document), scope=Scope.TRANSFER),
    )


PASSING: Final = (*CONNECTION, "throttled", "too-many-requests", "a-fault-of-its-own")
"""Of outages of DynamoDB: who asks again may fare better."""


class TestDecisions:
    @pytest.mark.parametrize(("operation", "answered"), [("GetItem", TryAgain), ("TransactWriteItems", OutcomeUnknown)])
    def test_while_they_cannot_be_read_or_kept_a_transfer_may_be_asked_for_again(
        self, town: Town, operation: str, answered: type[Refusal], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection = town.deployed.bank.fraud._decisions._table._connection  # type: ignore[attr-defined]  # of the store
        monkeypatch.setattr(connection, "_pause", lambda _: None)
        for name in PASSING:
            with silent_decisions(town, operation, DYNAMODB_OUTAGES[name]) as asked:
                assert town.pay(name) == answered(), name
            assert asked, name
            assert town.deployed.bank.ledger.journal(journal_id(town.source.id, town.payer.id, name)) is None
            assert isinstance(town.pay(name), Transfer), name
            assert town.decision(name).fallback is None

    @pytest.mark.parametrize(
        ("operation", "error"), [("GetItem", GetError), ("TransactWriteItems", TransactWriteError)]
    )
    def test_what_does_not_pass_is_a_fault(self, town: Town, operation: str, error: type[Exception]) -> None:
        with silent_decisions(town, operation, DYNAMODB_OUTAGES["refused"]), pytest.raises(error):
            town.pay("t")

    @pytest.mark.parametrize(
        ("reasons", "passes"),
        [
            (["None", "ThrottlingError", "None"], True),
            (["ProvisionedThroughputExceeded", "TransactionConflict", "None"], True),
            (["TransactionConflict"] * 3, True),
            (["ThrottlingError", "ValidationError", "None"], False),
        ],
    )
    def test_a_cancelled_transaction_passes_if_all_its_reasons_do(
        self, town: Town, reasons: list[str], passes: bool
    ) -> None:
        said = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "message": "no"}
        answer = answering(400, json.dumps({**said, "CancellationReasons": [{"Code": code} for code in reasons]}))
        with silent_decisions(town, "TransactWriteItems", answer):
            if passes:
                assert town.pay("t") == OutcomeUnknown()
            else:
                with pytest.raises(TransactWriteError):
                    town.pay("t")

    def test_the_step_of_a_journey_is_tried_again(self, town: Town) -> None:
        life = AchLife(town.deployed)
        payment = life.opened(PaymentKind.ACH_CREDIT)
        with silent_decisions(town, "TransactWriteItems", DYNAMODB_OUTAGES["throttled"]), pytest.raises(Unsettled):
            life.step(payment, "screen_without")
        life.step(payment, "screen_without")
        assert town.of(payment.id).fallback is Fallback.SCORER_SILENT


@contextmanager
def silent_decisions(town: Town, operation: str, answer: Callable[[], AWSResponse]) -> Iterator[list[str]]:
    """Meanwhile AWS answers so whoever reads or keeps a decision; the bodies of what was asked."""
    bank, asked = town.deployed.bank, list[str]()
    events = bank.fraud._decisions._table._connection.client.meta.events  # type: ignore[attr-defined]  # of the store

    def said(request: Any, **_: object) -> AWSResponse | None:
        body = request.body if isinstance(request.body, str) else request.body.decode()
        if bank.configuration.fraud_table not in body:
            return None
        asked.append(body)
        return answer()

    events.register_first(f"before-send.dynamodb.{operation}", said)
    yield asked
    events.unregister(f"before-send.dynamodb.{operation}", said)


def broken(deployed: Deployed, version: Version, sha256: str) -> None:
    """The pointer names this document."""
    store = deployed.bank.registry_store
    was = store.pointer(version.scope)
    champion = replace(was.champions[version.kind], used=VersionUsed(version.id, sha256))
    champions = {**was.champions, version.kind: champion}
    assert store.point(replace(was, champions=champions, revision=was.revision + 1), was=was)


def shadowed(deployed: Deployed) -> str:
    """A version that is asked beside the champions, and whose document nobody has read."""
    store, now = deployed.bank.registry_store, deployed.clock.now()
    was = store.pointer(Scope.TRANSFER)
    sha256 = deployed.bank.artefacts.put(ArtefactKind.RULES, b'{"format":"florin.rules/1","rules":[]}')
    shadow = Shadow(ArtefactKind.RULES, VersionUsed("transfer/rules/9", sha256), now, now + timedelta(days=8))
    assert store.point(replace(was, shadows=(shadow,), revision=was.revision + 1), was=was)
    return shadow.used.version
