"""What the bus brings is applied, each message for itself, and again without effect; labels reach the bus."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.fraud.events import SOURCE, LabelUnread, PaymentLabelled, labelled
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.feature_updates import FeaturesContended, FeatureUpdates, Outcome
from domain.fraud.history import LATE_AFTER, HistoryKind
from domain.fraud.kinds import Features, Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.fraud.label_store_dynamodb import _attributes
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import Labels
from domain.fraud.model import StoredDecision
from domain.ledger.events import JournalPosted
from domain.tables_aws import encoded
from functions.fraud_features import handler as features
from functions.messages import NoneTaken
from tests.unit.fraud.feature_values import NOON, Desk, customer, decision, journal, posted, request
from tests.unit.functions.events import event_for, left, messages_for


@dataclass
class Updates:
    """Applies all but a journal that it is told to leave."""

    contended: str = ""
    applied: list[JournalPosted] = field(default_factory=list)

    def apply(self, event: JournalPosted) -> Outcome:
        if event.journal == self.contended:
            raise FeaturesContended(event.journal)
        self.applied.append(event)
        return Outcome.APPLIED


@dataclass
class Bank:
    feature_updates: Updates = field(default_factory=Updates)


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank()
    monkeypatch.setattr(features, "bank", lambda: made)
    return made


def envelope(detail_type: str = "JournalPosted", **changes: Any) -> str:
    """The journal of the sample event, with these fields otherwise."""
    (message,) = event_for("fraud_features")["Records"]
    sample: dict[str, Any] = json.loads(message["body"])
    return json.dumps(sample | {"detail-type": detail_type, "detail": sample["detail"] | changes})


def test_a_payment_is_applied(made: Bank) -> None:
    assert features.handler(event_for("fraud_features"), None) == {"batchItemFailures": []}
    (event,) = made.feature_updates.applied
    assert event.kind == "transfer"


def test_an_event_of_before_payments_were_named_is_taken(made: Bank) -> None:
    (message,) = event_for("fraud_features")["Records"]
    sample = json.loads(message["body"])
    del sample["detail"]["payment"]
    assert left(features.handler, messages_for("fraud_features", json.dumps(sample))) == []
    assert made.feature_updates.applied[0].payment is None


def test_other_events_change_nothing(made: Bank) -> None:
    assert left(features.handler, messages_for("fraud_features", envelope("JournalRefused"))) == []
    assert made.feature_updates.applied == []


def test_what_cannot_be_applied_comes_back_and_holds_up_no_other(made: Bank) -> None:
    made.feature_updates.contended = "jrn_busy"
    bodies = [envelope(), envelope(journal="jrn_busy"), "no event", envelope(journal="jrn_3")]
    assert left(features.handler, messages_for("fraud_features", *bodies)) == ["m1", "m2"]
    assert len(made.feature_updates.applied) == 2


def test_a_batch_of_which_nothing_is_applied_is_an_error(made: Bank) -> None:
    made.feature_updates.contended = "jrn_busy"
    with pytest.raises(NoneTaken):
        features.handler(messages_for("fraud_features", envelope(journal="jrn_busy")), None)


# What was learnt of payments.

PAID = NOON - timedelta(days=8)


class Bus:
    """Takes all that is published, unless it is told to refuse."""

    def __init__(self) -> None:
        self.published: list[tuple[str, PaymentLabelled | LabelUnread]] = []
        self.refuses = False

    def __call__(self, source: str) -> "Bus":
        self.source = source
        return self

    def publish(self, events: Sequence[PaymentLabelled | LabelUnread]) -> tuple[bool, ...]:
        if self.refuses:
            return tuple(number > 0 for number, _ in enumerate(events))
        self.published += [(self.source, event) for event in events]
        return (True,) * len(events)


class Region:
    """Labels are taught and heard of, payments are applied: all by the handler, as Lambda calls it."""

    region = "us-east-1"

    def __init__(self) -> None:
        self.bus = Bus()
        self.desk = Desk()
        self.store = MemoryLabelStore()
        self.labels = Labels(store=self.store, decisions=self, clock=self.desk.clock)

    @property
    def feature_updates(self) -> FeatureUpdates:
        return self.desk.updates

    def decision(self, subject: str) -> StoredDecision | None:
        return self.desk.decided.get(subject)

    def judged(self) -> None:
        self.desk.decided[journal(1)] = decision(journal(1), at=PAID)

    def paid(self) -> list[str]:
        return self.take("JournalPosted", posted(1, at=PAID).model_dump(mode="json"))

    def learn(
        self, *, fraud: bool, source: LabelSource = LabelSource.STAFF, hours: int = 0, days_ago: int = 8
    ) -> list[PaymentLabelled]:
        """Keeps what is said, and gives the stream's record of it to the function; what that says on the bus."""
        said = Said(fraud, source, None, NOON + timedelta(hours=hours), "stf_farah")
        happened_at = NOON - timedelta(days=days_ago)
        label = self.labels.learn(journal(1), said, scope=Scope.TRANSFER, happened_at=happened_at)
        assert isinstance(label, Label)
        before = len(self.bus.published)
        features.handler(stream_of(label), None)
        assert {source for source, _ in self.bus.published} == {SOURCE}
        return [event for _, event in self.bus.published[before:] if isinstance(event, PaymentLabelled)]

    def hear(self, *events: PaymentLabelled) -> list[str]:
        """Which of the messages come back."""
        return [name for event in events for name in self.take("PaymentLabelled", event.model_dump(mode="json"))]

    def take(self, detail_type: str, detail: object) -> list[str]:
        body = json.dumps({"detail-type": detail_type, "detail": detail})
        return left(features.handler, messages_for("fraud_features", body))

    def seen(self) -> Features:
        assert isinstance(self.desk.store, MemoryFeatureStore)
        return self.desk.store.read(request(at=NOON)).features

    def rows(self) -> int:
        assert isinstance(self.desk.store, MemoryFeatureStore)
        return sum(len(rows) for (kind, *_), rows in self.desk.store._rows.items() if kind is HistoryKind.LABELS)


def stream_of(*labels: Label) -> dict[str, Any]:
    """The stream's records of what was kept."""
    images = [encoded({"pk": f"L#{label.subject}", "sk": "L", **_attributes(label)}) for label in labels]
    about = {"eventName": "MODIFY", "eventSource": "aws:dynamodb"}
    changes = ({"Keys": {"pk": image["pk"], "sk": image["sk"]}, "NewImage": image} for image in images)
    return {"Records": [about | {"dynamodb": change} for change in changes]}


@pytest.fixture(name="region")
def _region(monkeypatch: pytest.MonkeyPatch) -> Region:
    made = Region()
    monkeypatch.setattr(features, "bank", lambda: made)
    return made


FAMILIES = ("customer", "account", "payee")


def test_what_staff_learn_counts_on_the_day_of_the_payment_once_however_often_it_is_heard(region: Region) -> None:
    region.judged()
    region.paid()

    (said,) = region.learn(fraud=True)
    assert region.seen()["payee_known_frauds_7d"] == 0
    for _ in range(3):
        assert region.hear(said) == []

    assert [region.seen()[f"{family}_known_frauds_7d"] for family in FAMILIES] == [1, 1, 1]
    assert [region.seen()[f"{family}_known_frauds_recent"] for family in FAMILIES] == [0, 0, 0]
    assert region.rows() == 1


def test_a_label_says_both_times_its_source_and_nothing_of_who_said_it(region: Region) -> None:
    region.judged()
    (said,) = region.learn(fraud=True, hours=2)
    assert said.model_dump() == {
        "version": 1,
        "payment": journal(1),
        "region": "us-east-1",
        "fraud": True,
        "source": "STAFF",
        "code": None,
        "happened_at": "2026-05-12T12:00:00.000000Z",
        "learnt_at": "2026-05-20T14:00:00.000000Z",
    }


def test_a_correction_takes_the_count_back_also_when_it_is_heard_first(region: Region) -> None:
    region.judged()
    region.paid()
    (fraud,) = region.learn(fraud=True)
    (honest,) = region.learn(fraud=False, hours=1)

    region.hear(honest, fraud)
    assert region.seen()["payee_known_frauds_7d"] == 0

    (again,) = region.learn(fraud=True, hours=2)
    region.hear(again, honest, fraud)
    assert region.seen()["payee_known_frauds_7d"] == 1


def test_of_several_sources_each_is_heard_and_the_last_counts(region: Region) -> None:
    region.judged()
    region.paid()
    region.learn(fraud=True, source=LabelSource.RETURN)
    told = region.learn(fraud=False, source=LabelSource.CASE, hours=1)

    assert [(one.source, one.fraud) for one in told] == [("RETURN", True), ("CASE", False)]
    region.hear(*told)
    assert region.seen()["payee_known_frauds_7d"] == 0
    assert region.rows() == 2


def test_of_a_payment_that_was_judged_a_label_counts_before_the_payment_does(region: Region) -> None:
    region.judged()
    region.hear(*region.learn(fraud=True))
    assert (region.seen()["payee_known_frauds_7d"], region.seen()["payee_count_30d"]) == (1, 0)

    region.paid()
    assert (region.seen()["payee_known_frauds_7d"], region.seen()["payee_count_30d"]) == (1, 1)


def test_a_label_of_a_payment_that_nobody_knows_comes_again_until_the_payment_has_come(region: Region) -> None:
    told = region.learn(fraud=True)

    assert region.hear(*told) == ["m0"]
    assert region.rows() == 0
    region.paid()
    assert region.hear(*told) == []
    assert region.seen()["payee_known_frauds_7d"] == 1


def test_a_label_of_a_payment_that_is_too_old_to_come_is_done(region: Region) -> None:
    told = region.learn(fraud=True, days_ago=LATE_AFTER.days + 1)
    assert region.hear(*told) == []
    assert region.rows() == 0


def test_what_the_bus_does_not_take_whole_comes_again_from_the_stream(region: Region) -> None:
    region.judged()
    region.bus.refuses = True
    with pytest.raises(features.NotPublished):
        region.learn(fraud=True)
    region.bus.refuses = False

    label = region.labels.of(journal(1))
    assert label
    features.handler(stream_of(label, replace(label, subject=journal(2))), None)
    assert [event.payment for _, event in region.bus.published] == [journal(1), journal(2)]


def test_a_record_that_is_no_label_holds_up_no_other_and_is_kept_until_it_can_be_read(region: Region) -> None:
    region.judged()
    region.learn(fraud=True)
    label = region.labels.of(journal(1))
    assert label
    event = stream_of(label, replace(label, subject=journal(2)))
    del event["Records"][0]["dynamodb"]["NewImage"]["said"]
    region.bus.published.clear()

    assert features.handler(event, None) == {}

    (_, unread), (_, told) = region.bus.published
    assert unread == LabelUnread(payment=journal(1), region="us-east-1")
    assert isinstance(told, PaymentLabelled)
    assert told.payment == journal(2)
    # The queue has it read again, from where it is kept: by then it is mended.
    region.bus.published.clear()
    assert region.take("LabelUnread", unread.model_dump(mode="json")) == []
    assert [event.payment for _, event in region.bus.published] == [journal(1)]


def test_a_label_that_still_cannot_be_read_comes_back(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(subject: str) -> Label:
        raise KeyError("said")

    monkeypatch.setattr(region.labels, "of", torn)
    assert region.take("LabelUnread", {"version": 1, "payment": journal(1), "region": "us-east-1"}) == ["m0"]


def test_a_label_that_is_gone_or_that_the_bus_does_not_take_comes_back(region: Region) -> None:
    unread = {"version": 1, "payment": journal(1), "region": "us-east-1"}
    assert region.take("LabelUnread", unread) == ["m0"]
    region.judged()
    region.learn(fraud=True)
    region.bus.refuses = True
    assert region.take("LabelUnread", unread) == ["m0"]


def test_a_label_that_was_told_wrong_comes_back(region: Region) -> None:
    region.judged()
    (said,) = region.learn(fraud=True)
    for wrong in ({"source": "RUMOUR"}, {"learnt_at": "yesterday"}, {"also": 1}):
        assert region.take("PaymentLabelled", said.model_dump(mode="json") | wrong) == ["m0"]
    assert region.rows() == 0


# What was learnt of credentials.


def changed(person: str = customer(1), *, hours_ago: int = 3, **other: Any) -> dict[str, Any]:
    at = NOON - timedelta(hours=hours_ago)
    return {"version": 1, "person": person, "credential": "PASSWORD", "changed_at": at.isoformat()} | other


@pytest.mark.parametrize("credential", ["PASSWORD", "PASSKEY", "SECOND_FACTOR", "CONTACT"])
def test_a_credential_that_was_changed_has_an_age(region: Region, credential: str) -> None:
    assert region.seen()["credential_age_hours"] is None
    for _ in range(2):
        assert region.take("CredentialChanged", changed(credential=credential)) == []
    assert region.seen()["credential_age_hours"] == 3


def test_the_last_change_counts_in_whatever_order_they_are_heard(region: Region) -> None:
    for hours_ago in (5, 2, 4):
        assert region.take("CredentialChanged", changed(hours_ago=hours_ago)) == []
    assert region.seen()["credential_age_hours"] == 2


def test_a_change_may_be_said_in_any_offset_and_is_kept_in_utc(region: Region) -> None:
    assert region.take("CredentialChanged", changed(changed_at="2026-05-20T11:30:00.5+02:00")) == []
    assert region.seen()["credential_age_hours"] == 2
    assert isinstance(region.desk.store, MemoryFeatureStore)
    assert region.desk.store._credentials == {customer(1): datetime(2026, 5, 20, 9, 30, 0, 500_000, UTC)}


def test_of_staff_no_credentials_are_noted(region: Region) -> None:
    assert region.take("CredentialChanged", changed("stf_01J00000000000000000000001")) == []
    assert isinstance(region.desk.store, MemoryFeatureStore)
    assert region.desk.store._credentials == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "ada@example.com"},
        {"credential": "SECRET_QUESTION"},
        {"changed_at": "2026-05-20T12:00:00"},
        {"changed_at": "2026-05-20T13:00:00Z"},
        {"version": 2},
        {"password": "hunter2"},
    ],
)
def test_a_change_that_was_told_wrong_or_has_not_come_comes_back(region: Region, wrong: dict[str, Any]) -> None:
    assert region.take("CredentialChanged", changed(**wrong)) == ["m0"]
    assert region.seen()["credential_age_hours"] is None


def test_every_source_of_labels_can_be_told() -> None:
    for source in LabelSource:
        said = Said(True, source, "R10", NOON, "bank")
        label = Label(subject="pay_1", scope=Scope.ACH, day=NOON.date(), happened_at=NOON, decision=None, said=(said,))
        (told,) = labelled(label, region="us-east-1")
        assert (told.source, told.code) == (source.value, "R10")
