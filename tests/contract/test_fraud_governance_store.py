"""What every store of fraud's governance promises: versions, pointers, snoozes, bounds; labels; figures of days."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.fraud.artefacts import ArtefactMissing, ArtefactStore, MemoryArtefactStore
from domain.fraud.artefacts_aws import S3ArtefactStore, key_of
from domain.fraud.bounds_aws import KmsBoundsKey
from domain.fraud.documents import sha256_of
from domain.fraud.kinds import Decision, Fallback, Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.fraud.label_store import LabelStore
from domain.fraud.label_store_dynamodb import DynamoDBLabelStore
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.model import VersionUsed
from domain.fraud.monitoring_model import CaseRaised, DayFigures, Known, LabelFigures, Progress, ShadowFigures
from domain.fraud.monitoring_store import DAYS_MAX, MonitoringStore
from domain.fraud.monitoring_store_dynamodb import DynamoDBMonitoringStore
from domain.fraud.monitoring_store_memory import MemoryMonitoringStore
from domain.fraud.registry_model import (
    ArtefactKind,
    Champion,
    Left,
    Lineage,
    Pointer,
    Raised,
    Retired,
    Shadow,
    SignedBounds,
    Snooze,
    Snoozes,
    Version,
)
from domain.fraud.registry_store import Claim, ListChange, RegistryStore
from domain.fraud.registry_store_dynamodb import DynamoDBRegistryStore
from domain.fraud.registry_store_memory import MemoryRegistryStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, Aws, at_once, aws
from tests.unit.fraud.lacking_nothing import MODEL, RULES

NOON = datetime(2026, 11, 30, 12, 0, 0, 5, UTC)
CARD = Scope.CARD
DRAFT = Version(
    scope=CARD,
    kind=ArtefactKind.MODEL,
    number=1,
    sha256="a" * 64,
    author="stf_farah",
    created_at=NOON,
    lineage=Lineage(code_version="abc", note="first"),
)
FULL = replace(
    MODEL,
    number=1,
    lineage=Lineage(
        code_version="abc",
        note="more history",
        data_from=date(2026, 8, 1),
        data_until=date(2026, 10, 1),
        data_sha256="d" * 64,
        parameters={"trees": "300"},
        metrics={"average_precision": 712_000},
    ),
    approval="apr_1",
    raised=Raised(NOON, "stf_farah", "apr_1"),
    retired=Retired(NOON, "stf_felix", "it blocks all"),
    revision=2,
)
CHAMPION = Champion(VersionUsed("card/model/1", "a" * 64), NOON, "stf_farah", "apr_1")
POINTER = Pointer(
    scope=CARD,
    champions={ArtefactKind.MODEL: CHAMPION, ArtefactKind.LISTS: replace(CHAMPION, approval=None)},
    before={ArtefactKind.MODEL: (replace(CHAMPION, by="stf_felix"), None), ArtefactKind.RULES: ()},
    shadows=(Shadow(ArtefactKind.RULES, VersionUsed("card/rules/2", "b" * 64), NOON, NOON + timedelta(days=8)),),
    left=(Left(ArtefactKind.MODEL, CHAMPION, NOON, "stf_farah", "it blocks all"),),
    changed_at=NOON,
    changed_by="stf_farah",
    reason="promotion of card/model/1",
    revision=1,
)


def claim(name: str = "frv_1", version: Version = DRAFT) -> Claim:
    return Claim(name, version.id, "fingerprint", NOON)


class TestRegistry:
    @pytest.fixture(params=BACKENDS)
    def store(self, request: pytest.FixtureRequest) -> Iterator[RegistryStore]:
        with aws(request) as place:
            yield DynamoDBRegistryStore(place.table("florin-fraud")) if place else MemoryRegistryStore()

    @pytest.mark.parametrize("version", [DRAFT, replace(FULL, revision=1), replace(RULES, number=1)], ids=str)
    def test_a_version_is_read_back_whole(self, store: RegistryStore, version: Version) -> None:
        assert store.add(version, claim(version=version))

        assert store.version(CARD, version.kind, 1) == version
        assert store.claim("frv_1") == claim(version=version)
        assert store.version(CARD, version.kind, 2) is None
        assert store.claim("frv_2") is None

    def test_a_number_and_a_claim_are_taken_once(self, store: RegistryStore) -> None:
        assert store.add(DRAFT, claim())

        assert not store.add(replace(DRAFT, author="stf_other"), claim("frv_2"))
        second = replace(DRAFT, number=2)
        assert not store.add(second, claim("frv_1", second))
        assert store.version(CARD, ArtefactKind.MODEL, 2) is None
        assert store.claim("frv_2") is None

    def test_a_version_moves_on_by_its_revision(self, store: RegistryStore) -> None:
        store.add(DRAFT, claim())

        assert store.replace(FULL, was=DRAFT)
        assert not store.replace(replace(FULL, author="stf_late"), was=DRAFT)
        assert store.version(CARD, ArtefactKind.MODEL, 1) == FULL

    def test_versions_are_listed_the_newest_first_by_kind(self, store: RegistryStore) -> None:
        for number in range(1, 6):
            version = replace(DRAFT, number=number)
            store.add(version, claim(f"frv_{number}", version))
        other = replace(DRAFT, kind=ArtefactKind.RULES)
        store.add(other, claim("frv_other", other))

        page = store.versions(CARD, ArtefactKind.MODEL, before=None, limit=2)
        rest = store.versions(CARD, ArtefactKind.MODEL, before=page.before, limit=9)
        assert [one.number for one in (*page.versions, *rest.versions)] == [5, 4, 3, 2, 1]
        assert rest.before is None

    def test_a_pointer_is_read_back_whole(self, store: RegistryStore) -> None:
        first = store.pointer(CARD)
        assert first == Pointer(scope=CARD)

        assert store.point(POINTER, was=first)
        assert store.pointer(CARD) == POINTER
        assert store.pointer(Scope.ACH) == Pointer(scope=Scope.ACH)

    def test_a_pointer_moves_on_by_its_revision(self, store: RegistryStore) -> None:
        store.point(POINTER, was=store.pointer(CARD))
        second = replace(POINTER, reason="second", revision=2)

        assert not store.point(replace(POINTER, reason="again"), was=Pointer(scope=CARD))
        assert store.point(second, was=POINTER)
        assert not store.point(replace(second, reason="late"), was=POINTER)
        assert store.pointer(CARD) == second

    def test_snoozes_are_read_back_and_move_on_by_their_revision(self, store: RegistryStore) -> None:
        none = store.snoozes("cus_us_1")
        assert none == Snoozes("cus_us_1")
        snooze = Snooze("large", "pays suppliers", "stf_farah", NOON, NOON + timedelta(days=30))
        first = Snoozes("cus_us_1", (snooze,), 1)

        assert store.snooze(first, was=none)
        assert not store.snooze(first, was=none)
        assert store.snooze(replace(first, snoozes=(), revision=2), was=first)
        assert store.snoozes("cus_us_1").snoozes == ()

    def test_bounds_give_way_to_greater_numbers_alone(self, store: RegistryStore) -> None:
        bounds = SignedBounds(CARD, b"{}", "key", b"\x01\x02", 2, "stf_felix", NOON)
        assert store.bounds(CARD) is None

        assert store.keep_bounds(bounds)
        assert not store.keep_bounds(replace(bounds, document=b"[]"))
        assert not store.keep_bounds(replace(bounds, number=1))
        assert store.bounds(CARD) == bounds
        assert store.keep_bounds(replace(bounds, number=3))

    def test_a_change_that_is_asked_again_stays_as_it_is(self, store: RegistryStore) -> None:
        change = ListChange("apr_1", CARD, '{"do":"add"}', "stf_farah", NOON)
        assert store.ask(change) == change
        assert store.ask(replace(change, change='{"do":"remove"}')) == change

        assert store.asked("apr_1") == change
        assert store.asked("apr_2") is None


@pytest.fixture(params=AT_ONCE)
def shared(request: pytest.FixtureRequest) -> Iterator[RegistryStore]:
    with aws(request) as place:
        yield DynamoDBRegistryStore(place.table("florin-fraud")) if place else MemoryRegistryStore()


def test_of_many_who_move_one_pointer_at_once_one_wins(shared: RegistryStore) -> None:
    shared.point(POINTER, was=shared.pointer(CARD))

    won = at_once(lambda caller: shared.point(replace(POINTER, reason=str(caller), revision=2), was=POINTER))

    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert shared.pointer(CARD).reason == str(won.index(True))


def test_of_many_who_take_one_number_at_once_one_gets_it(shared: RegistryStore) -> None:
    won = at_once(lambda caller: shared.add(replace(DRAFT, author=str(caller)), claim(f"frv_{caller}")))

    assert sum(won) == 1
    stored = shared.version(CARD, ArtefactKind.MODEL, 1)
    assert stored is not None
    assert stored.author == str(won.index(True))


class TestLabels:
    LABEL = Label(
        subject="pay_1",
        scope=CARD,
        day=NOON.date(),
        happened_at=NOON,
        decision=Decision.REVIEW,
        shadows={"card/model/2": Decision.BLOCK},
        said=(Said(True, LabelSource.RETURN, "R10", NOON, "bank"), Said(False, LabelSource.CASE, None, NOON, "stf_1")),
        revision=1,
    )

    @pytest.fixture(params=BACKENDS)
    def store(self, request: pytest.FixtureRequest) -> Iterator[LabelStore]:
        with aws(request) as place:
            yield DynamoDBLabelStore(place.table("florin-fraud")) if place else MemoryLabelStore()

    def test_one_is_read_back_whole_by_itself_and_by_its_day(self, store: LabelStore) -> None:
        assert store.keep(self.LABEL, was=None)

        assert store.label("pay_1") == self.LABEL
        assert store.labels_of_day(CARD, self.LABEL.day, position=None, limit=9).labels == (self.LABEL,)
        assert store.label("pay_2") is None
        assert store.labels_of_day(Scope.ACH, self.LABEL.day, position=None, limit=9).labels == ()

    def test_several_are_read_together_as_far_as_there_are_any(self, store: LabelStore) -> None:
        other = replace(self.LABEL, subject="pay_2")
        for label in (self.LABEL, other):
            store.keep(label, was=None)

        found = store.labels(["pay_2", "pay_3", "pay_1"])
        assert sorted(found, key=lambda label: label.subject) == [self.LABEL, other]

    def test_one_that_was_never_judged_is_read_back(self, store: LabelStore) -> None:
        unjudged = replace(self.LABEL, decision=None, shadows={})
        store.keep(unjudged, was=None)

        assert store.label("pay_1") == unjudged

    def test_it_moves_on_by_its_revision_in_both_places(self, store: LabelStore) -> None:
        store.keep(self.LABEL, was=None)
        later = replace(self.LABEL, said=self.LABEL.said[:1], revision=2)

        assert not store.keep(self.LABEL, was=None)
        assert store.keep(later, was=self.LABEL)
        assert not store.keep(later, was=self.LABEL)
        assert store.labels_of_day(CARD, later.day, position=None, limit=9).labels == (later,)

    def test_a_day_is_listed_in_pages(self, store: LabelStore) -> None:
        for number in range(5):
            store.keep(replace(self.LABEL, subject=f"pay_{number}"), was=None)

        page = store.labels_of_day(CARD, self.LABEL.day, position=None, limit=3)
        rest = store.labels_of_day(CARD, self.LABEL.day, position=page.position, limit=3)
        assert [one.subject for one in (*page.labels, *rest.labels)] == [f"pay_{number}" for number in range(5)]
        assert rest.position is None


class TestFigures:
    DAY = date(2026, 11, 30)
    PROGRESS = Progress(
        DayFigures(
            scope=CARD,
            day=DAY,
            reference="card/model/1",
            decisions={Decision.APPROVE: 5, Decision.BLOCK: 1},
            fallbacks={Fallback.SCORER_SILENT: 2},
            volume_minor={"USD": 10**12},
            models={"card/model/1": 4},
            scores=(4, 0),
            score_bins=(3, 1),
            feature_bins={"amount_minor": (1, 2, 3)},
            shadows={"card/model/2": ShadowFigures({Decision.REVIEW: 6}, 1)},
        ),
        3,
        "2026-11-30T12:00:00.000005Z#pay_1",
        done=False,
        revision=1,
    )

    @pytest.fixture(params=BACKENDS)
    def store(self, request: pytest.FixtureRequest) -> Iterator[MonitoringStore]:
        with aws(request) as place:
            yield DynamoDBMonitoringStore(place.table("florin-fraud")) if place else MemoryMonitoringStore()

    def test_a_day_is_read_back_whole_with_how_far_it_has_come(self, store: MonitoringStore) -> None:
        assert store.progress(CARD, self.DAY) is None
        assert store.keep(self.PROGRESS)

        assert store.progress(CARD, self.DAY) == self.PROGRESS

    def test_it_moves_on_by_its_revision(self, store: MonitoringStore) -> None:
        store.keep(self.PROGRESS)
        done = replace(self.PROGRESS, position=None, done=True, revision=2)

        assert not store.keep(self.PROGRESS)
        assert store.keep(done)
        assert not store.keep(done)
        assert store.progress(CARD, self.DAY) == done

    def test_days_are_listed_and_the_first_that_counted_anything_is_known(self, store: MonitoringStore) -> None:
        assert store.first_day(CARD) is None
        for back in (2, 3, 1):
            day = self.DAY - timedelta(days=back)
            store.keep(replace(self.PROGRESS, figures=replace(self.PROGRESS.figures, day=day)))
        empty = DayFigures(scope=CARD, day=self.DAY - timedelta(days=9), reference=None)
        store.keep(Progress(empty, 8, None, done=True, revision=1))

        found = store.days(CARD, self.DAY - timedelta(days=2), self.DAY)
        assert sorted(found) == [self.DAY - timedelta(days=2), self.DAY - timedelta(days=1)]
        assert store.first_day(CARD) == self.DAY - timedelta(days=3)
        assert store.first_day(Scope.ACH) is None

    def test_labels_of_a_day_are_put_over_what_was_known(self, store: MonitoringStore) -> None:
        figures = LabelFigures(
            scope=CARD,
            day=self.DAY,
            frauds=3,
            frauds_flagged=2,
            unjudged=1,
            cleared=4,
            declined=3,
            by_shadow={"card/model/2": 1},
            at_maturity=Known(2, 1, 2),
        )
        store.put_labels(replace(figures, frauds=1))
        store.put_labels(figures)

        assert store.labels(CARD, self.DAY, self.DAY) == {self.DAY: figures}
        assert store.labels(CARD, self.DAY - timedelta(days=9), self.DAY - timedelta(days=1)) == {}

    def test_the_last_day_that_was_looked_at_is_known(self, store: MonitoringStore) -> None:
        assert store.looked_at(CARD) is None
        for back in (3, 1, 2):
            store.note_looked_at(CARD, self.DAY - timedelta(days=back))

        assert store.looked_at(CARD) == self.DAY - timedelta(days=1)
        assert store.looked_at(Scope.ACH) is None

    def test_the_latest_case_of_a_proposal_is_known(self, store: MonitoringStore) -> None:
        assert store.raised(CARD, "RETRAIN-built-in") is None
        raised = CaseRaised(CARD, "RETRAIN-built-in", self.DAY, frozenset({"RECALL CARD", "FEATURE_PSI hour"}))
        later = replace(raised, day=self.DAY + timedelta(days=1), moved=frozenset({"RECALL CARD"}))
        for one in (raised, later, raised, replace(later, moved=frozenset())):
            store.note_raised(one)

        assert store.raised(CARD, "RETRAIN-built-in") == later
        assert store.raised(CARD, "ROLL_BACK-card/model/1") is None
        assert store.raised(Scope.ACH, "RETRAIN-built-in") is None

    def test_a_year_of_days_is_read_in_pages(self, store: MonitoringStore) -> None:
        first = self.DAY - timedelta(days=DAYS_MAX - 1)
        for number in range(0, DAYS_MAX, 3):
            store.put_labels(LabelFigures(scope=CARD, day=first + timedelta(days=number)))

        assert len(store.labels(CARD, first, self.DAY)) == len(range(0, DAYS_MAX, 3))


class TestArtefacts:
    BODY = b'{"score":0.5}'

    @pytest.fixture(params=BACKENDS)
    def store(self, request: pytest.FixtureRequest) -> Iterator[ArtefactStore]:
        with aws(request) as place:
            if place is None:
                yield MemoryArtefactStore()
                return
            bucket = f"florin-fraud-{uuid.uuid4().hex}"
            place.s3.create_bucket(Bucket=bucket)
            yield S3ArtefactStore(
                client=lambda: place.s3, reading=lambda: place.s3, bucket=bucket, seconds=time.monotonic
            )

    def test_bytes_are_kept_under_their_hash_and_once(self, store: ArtefactStore) -> None:
        sha256 = store.put(ArtefactKind.MODEL, self.BODY)

        assert sha256 == sha256_of(self.BODY) == store.put(ArtefactKind.MODEL, self.BODY)
        assert store.get(ArtefactKind.MODEL, sha256) == self.BODY

    def test_what_is_not_there_is_missing(self, store: ArtefactStore) -> None:
        sha256 = store.put(ArtefactKind.MODEL, self.BODY)

        with pytest.raises(ArtefactMissing):
            store.get(ArtefactKind.RULES, sha256)
        with pytest.raises(ArtefactMissing):
            store.get(ArtefactKind.MODEL, "0" * 64)

    def test_other_bytes_than_the_name_says_are_missing(self, store: ArtefactStore) -> None:
        sha256 = "0" * 64
        if isinstance(store, S3ArtefactStore):
            key = key_of(ArtefactKind.MODEL, sha256)
            store._client().put_object(Bucket=store._bucket, Key=key, Body=self.BODY)
        else:
            assert isinstance(store, MemoryArtefactStore)
            store.bodies[(ArtefactKind.MODEL, sha256)] = self.BODY

        with pytest.raises(ArtefactMissing, match="is another document"):
            store.get(ArtefactKind.MODEL, sha256)


@pytest.fixture(params=AT_ONCE[1:])
def faithful(request: pytest.FixtureRequest) -> Iterator[Aws]:
    """moto signs a digest's own hash."""
    with aws(request) as place:
        assert place is not None
        yield place


def test_kms_knows_the_signature_of_its_key_over_these_bytes_alone(faithful: Aws) -> None:
    place = faithful
    made = [place.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY") for _ in range(2)]
    arn, other = (one["KeyMetadata"]["Arn"] for one in made)
    digest, altered = bytes.fromhex(sha256_of(b"bounds")), bytes.fromhex(sha256_of(b"wider"))
    signature = place.kms.sign(KeyId=arn, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]
    key = KmsBoundsKey(client=lambda: place.kms, key_arn=arn)

    assert key.signed(digest, key=arn, signature=signature)
    assert not key.signed(altered, key=arn, signature=signature)
    assert not key.signed(digest, key=other, signature=signature)
    assert not key.signed(digest, key=arn, signature=b"no signature")
