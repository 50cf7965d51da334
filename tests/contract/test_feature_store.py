"""What every store of features promises: all of a change or nothing of it, and reading back what was written."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from domain.fraud.aggregates import profile_key
from domain.fraud.feature_store import SHARDS, Change, FeatureStore, KeptLabels, KeptProfile, NewRow, hour_of, shard_of
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.features import FeatureReader
from domain.fraud.history import (
    HistoryKind,
    Label,
    Labels,
    Paid,
    Rebuild,
    Row,
    credential_row,
    label_row,
    payment_row,
    profiles_after_payment,
)
from domain.fraud.kinds import Family, Scope
from domain.fraud.store_dynamodb_features import DynamoDBFeatureReader, DynamoDBFeatureStore
from domain.tables_aws import Table, Value
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws
from tests.unit.fraud.feature_values import NOON, Desk, customer, journal, posted, request
from tests.unit.fraud.feature_week import Week

POINTER: dict[str, Value] = {"pk": "P#TRANSFER", "sk": "P", "champions": {"RULES": "transfer/rules/2"}}
SNOOZES: dict[str, Value] = {"pk": f"Z#{customer(1)}", "sk": "Z", "rules": ["NEW_PAYEE"]}
KEY = profile_key(Family.CUSTOMER, customer(1), "USD")


@dataclass(frozen=True)
class Place:
    store: FeatureStore
    reader: FeatureReader
    fraud: Table | None = None


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with aws(request) as found:
        if found is None:
            store = MemoryFeatureStore(
                pointer=lambda scope: POINTER if scope is Scope.TRANSFER else None,
                snoozes=lambda name: SNOOZES if name == customer(1) else None,
            )
            yield Place(store, store)
            return
        features, fraud = found.table("florin-features"), found.table("florin-fraud")
        fraud.put(POINTER)
        fraud.put(SNOOZES)
        yield Place(DynamoDBFeatureStore(features), DynamoDBFeatureReader(features, fraud), fraud)


def paid(n: int) -> Paid:
    found = Desk().updates._paid(posted(n))
    assert found
    return found


def change(n: int, *, version: int = 1) -> Change:
    """The first payment, over profiles that have the version before."""
    after = profiles_after_payment({}, paid(n))
    row = NewRow(HistoryKind.PAYMENTS, NOON, payment_row(paid(n), NOON))
    profiles = {key: KeptProfile(profile, version) for key, profile in after.items()}
    return Change(row=row, paid=paid(n), profiles=profiles)


def rows(store: FeatureStore, kind: HistoryKind = HistoryKind.PAYMENTS, hour: datetime = NOON) -> list[Row]:
    pages = [store.rows(kind, hour, shard, after=None, limit=100) for shard in range(SHARDS)]
    return [row for page in pages for row in page.rows]


def test_a_change_is_read_back_whole(place: Place) -> None:
    assert place.store.known(journal(1), [KEY]).profiles == {}

    assert place.store.write(change(1))

    known = place.store.known(journal(1), list(change(1).profiles))
    assert known.paid == paid(1)
    assert known.labels is None
    assert known.profiles == change(1).profiles
    assert rows(place.store) == [payment_row(paid(1), NOON)]


def test_of_a_payment_that_is_marked_nothing_is_written_again(place: Place) -> None:
    place.store.write(change(1))

    assert not place.store.write(replace(change(1), profiles={}))
    assert not place.store.write(change(1, version=2))
    assert place.store.known(journal(1), [KEY]).profiles[KEY].version == 1


def test_a_profile_that_has_changed_stops_the_whole_change(place: Place) -> None:
    place.store.write(change(1))

    assert not place.store.write(change(2))
    assert place.store.known(journal(2), []).paid is None
    assert len(rows(place.store)) == 1
    assert place.store.write(change(2, version=2))


def test_labels_are_kept_by_version(place: Place) -> None:
    labels = Labels(paid_at=NOON, currency="USD", parties=paid(1).parties)
    label = Label(subject=journal(1), source="CASE", fraud=True, said_at=NOON)
    said = labels.with_label(label)
    assert said
    row = NewRow(HistoryKind.LABELS, NOON, label_row(label, said, NOON))

    assert place.store.write(Change(row=row, labels=(journal(1), KeptLabels(said, 1))))
    assert not place.store.write(Change(row=replace(row), labels=(journal(1), KeptLabels(said, 1))))
    assert place.store.known(journal(1), []).labels == KeptLabels(said, 1)
    assert rows(place.store, HistoryKind.LABELS) == [label_row(label, said, NOON)]


def test_a_credential_is_noted_over_the_moment_that_was_known(place: Place) -> None:
    def note(hours: int, *, was: int | None) -> bool:
        at = NOON + timedelta(hours=hours)
        row = NewRow(HistoryKind.CREDENTIALS, NOON, credential_row(customer(1), at, NOON))
        known = None if was is None else NOON + timedelta(hours=was)
        return place.store.note_credential(customer(1), at, was=known, row=row)

    assert place.store.credential(customer(1)) is None
    assert note(-2, was=None)
    assert not note(-1, was=None)
    assert note(-1, was=-2)
    assert not note(0, was=-2)
    assert place.store.credential(customer(1)) == NOON - timedelta(hours=1)
    assert len(rows(place.store, HistoryKind.CREDENTIALS)) == 2


def test_pages_of_any_size_show_an_hours_rows_once_in_order(place: Place) -> None:
    numbers = [n for n in range(60) if shard_of(journal(n)) == 3][:5]
    desk = Desk(store=place.store)
    for n in reversed(numbers):
        desk.clock.at = NOON + timedelta(seconds=n)
        desk.updates.apply(posted(n))
    for size in (1, 2, 5, 100):
        seen: list[Row] = []
        after: str | None = None
        for _ in range(6):
            page = place.store.rows(HistoryKind.PAYMENTS, hour_of(NOON), 3, after=after, limit=size)
            seen += page.rows
            after = page.after
            if after is None:
                break
        assert [row["subject"] for row in seen] == [journal(n) for n in numbers]


def test_how_far_it_is_bundled_never_goes_back(place: Place) -> None:
    assert place.store.bundled_through() is None
    for hours in (1, 3, 2):
        place.store.note_bundled(NOON + timedelta(hours=hours))
    assert place.store.bundled_through() == NOON + timedelta(hours=3)


def test_one_reading_brings_features_and_what_judges(place: Place) -> None:
    Desk(store=place.store).updates.apply(posted(1, at=NOON - timedelta(minutes=1)))

    read = place.reader.read(request())

    assert read.features["customer_count_1h"] == read.features["payee_count_1h"] == 1
    assert read.features["customer_distinct_payees_1h"] == 1
    assert (read.judging.pointer, read.judging.snoozes) == (POINTER, SNOOZES)


def test_what_judges_a_scope_is_read_alone_as_well(place: Place) -> None:
    assert place.reader.pointer(Scope.TRANSFER) == POINTER
    assert place.reader.pointer(Scope.ACH) is None


def test_who_was_never_seen_has_no_history_and_of_other_scopes_nothing_was_promoted(place: Place) -> None:
    read = place.reader.read(request(payer=9, scope=Scope.ACH))
    assert read.features["customer_count_30d"] == 0
    assert read.features["credential_age_hours"] is None
    assert (read.judging.pointer, read.judging.snoozes) == (None, None)


def test_what_is_served_is_what_the_rows_say(place: Place) -> None:
    """The proof of tests/unit/fraud/test_history.py, shorter, over each store."""
    week = Week(Desk(store=place.store), place.reader)
    week.live(payments=25, customers=3, seed=4)
    rebuild = Rebuild(
        {kind: [row for hour in week.hours for row in rows(place.store, kind, hour)] for kind in HistoryKind}
    )
    for moment, asked, served in week.served:
        assert rebuild.features(asked, known_by=moment) == served


@pytest.mark.parametrize("place", AT_ONCE, indirect=True)
def test_of_many_who_apply_one_payment_at_once_one_does(place: Place) -> None:
    outcomes = at_once(lambda _: desk_of(place).updates.apply(posted(1)).value)

    assert sorted(outcomes) == ["APPLIED", *["KNOWN"] * (CALLERS - 1)]
    assert place.reader.read(request()).features["customer_count_1h"] == 1
    assert len(rows(place.store)) == 1


@pytest.mark.parametrize("place", AT_ONCE, indirect=True)
def test_payments_of_one_customer_at_once_all_count(place: Place) -> None:
    at_once(lambda n: desk_of(place).updates.apply(posted(n, payee=10 + n)))

    seen = place.reader.read(request()).features
    assert (seen["customer_count_1h"], seen["customer_distinct_payees_1h"]) == (CALLERS, CALLERS)
    assert len(rows(place.store)) == CALLERS


@pytest.mark.parametrize("place", AT_ONCE, indirect=True)
def test_of_many_who_label_one_payment_at_once_one_counts(place: Place) -> None:
    desk_of(place).updates.apply(posted(1))

    def label(n: int) -> str:
        return desk_of(place).updates.label(journal(1), fraud=True, source=f"S{n % 2}", learnt_at=NOON).value

    assert sorted(at_once(label)) == ["APPLIED"] * 2 + ["KNOWN"] * (CALLERS - 2)
    assert place.reader.read(request()).features["payee_known_frauds_recent"] == 1


def desk_of(place: Place) -> Desk:
    """Each caller is a process of its own, and really waits between two tries."""
    return Desk(store=place.store, pause=time.sleep)
