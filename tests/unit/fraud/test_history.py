"""domain/fraud/history.py: features rebuilt from rows are those that were served, and rows come back from files."""

from datetime import timedelta
from typing import Any

import pytest

from domain.clock import parse_instant
from domain.fraud.aggregates import entities
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.history import (
    COLUMNS,
    HistoryKind,
    Parties,
    Rebuild,
    Row,
    is_late,
    paid_of,
    parties_asked,
    payment_row,
)
from domain.fraud.history_bundles import FIRST_LOOK_BACK, HistoryBundles
from tests.unit.fraud.feature_values import NOON, Desk, posted, request
from tests.unit.fraud.feature_week import Week
from tests.unit.fraud.parquet_reader import read_parquet


class Files(dict[str, bytes]):
    def put_new(self, key: str, content: bytes) -> bool:
        return self.setdefault(key, content) is content


def lived(seed: int, *, payments: int = 300, customers: int = 8) -> Week:
    store = MemoryFeatureStore()
    week = Week(Desk(store=store), store)
    week.live(payments=payments, customers=customers, seed=seed)
    return week


def rows_in_files(week: Week) -> dict[HistoryKind, list[Row]]:
    """All that was learnt, bundled hour by hour and read again from the files."""
    files = Files()
    bundles = HistoryBundles(store=week.desk.store, decisions=MemoryDecisionStore(), files=files, clock=week.desk.clock)
    first = min(asked.at for _, asked, _ in week.served)
    last, week.desk.clock.at = week.desk.clock.at, first + FIRST_LOOK_BACK
    while week.desk.clock.at < last + timedelta(hours=2):
        bundles.bundle()
        week.desk.clock.at += timedelta(hours=40)
    bundles.bundle()
    found: dict[HistoryKind, list[Row]] = {kind: [] for kind in HistoryKind}
    for key, content in files.items():
        found[HistoryKind(key.split("/")[1])] += [texts(row) for row in read_parquet(content).rows]
    return found


def texts(row: dict[str, Any]) -> Row:
    """As rows are kept: instants as text, what is missing left out."""
    return {
        name: f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" if name.endswith("_at") else value
        for name, value in row.items()
        if value is not None
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_features_rebuilt_from_the_files_are_those_that_were_served_row_by_row(seed: int) -> None:
    week = lived(seed)
    assert {"APPLIED", "KNOWN"} <= set(week.outcomes)
    # Frauds were known of early and late: of the last seven days, and of those before.
    for known in ("payee_known_frauds_recent", "payee_known_frauds_7d", "customer_known_frauds_30d"):
        assert any(served[known] for _, _, served in week.served), known

    rebuild = Rebuild(rows_in_files(week))

    for moment, asked, served in week.served:
        assert rebuild.features(asked, known_by=moment) == served


def test_a_rebuild_that_looks_ahead_is_seen() -> None:
    """The proof above can fail: with labels known from the moment of their payment, features are others."""
    week = lived(1)
    rows = rows_in_files(week)
    early = [{**row, "learnt_at": row["happened_at"]} for row in rows[HistoryKind.LABELS]]

    rebuild = Rebuild({**rows, HistoryKind.LABELS: early})

    assert any(rebuild.features(asked, known_by=at) != served for at, asked, served in week.served)


def test_labels_that_were_learnt_after_more_than_a_week_are_part_of_the_proof() -> None:
    week = lived(1)
    rows = rows_in_files(week)
    late = [row for row in rows[HistoryKind.LABELS] if days_until_learnt(row) > 7]
    assert {row["fraud"] for row in late} == {True, False}
    rebuild = Rebuild({**rows, HistoryKind.LABELS: [row for row in rows[HistoryKind.LABELS] if row not in late]})
    assert any(rebuild.features(asked, known_by=at) != served for at, asked, served in week.served)


def days_until_learnt(row: Row) -> float:
    learnt, happened = (parse_instant(str(row[name])) for name in ("learnt_at", "happened_at"))
    return (learnt - happened) / timedelta(days=1)


def test_a_row_that_is_there_twice_counts_once() -> None:
    week = lived(3, payments=60)
    rows = rows_in_files(week)
    rebuild = Rebuild({kind: [*of_kind, *of_kind] for kind, of_kind in rows.items()})
    for moment, asked, served in week.served:
        assert rebuild.features(asked, known_by=moment) == served


def test_what_was_learnt_at_the_very_moment_is_known() -> None:
    desk = Desk()
    desk.updates.apply(posted(1, at=NOON - timedelta(minutes=1)))
    assert isinstance(desk.store, MemoryFeatureStore)
    (row,) = [row for found in desk.store._rows.values() for row in found.values()]
    rebuild = Rebuild({HistoryKind.PAYMENTS: [row]})
    assert rebuild.features(request(at=NOON), known_by=NOON - timedelta(microseconds=1))["customer_count_1h"] == 0
    assert rebuild.features(request(at=NOON), known_by=NOON)["customer_count_1h"] == 1


def test_a_payment_comes_back_from_its_row() -> None:
    desk = Desk()
    paid = desk.updates._paid(posted(1))
    assert paid
    assert paid_of(payment_row(paid, NOON)) == paid
    assert set(payment_row(paid, NOON)) <= {column.name for column in COLUMNS[HistoryKind.PAYMENTS]}


def test_parties_have_the_families_that_requests_have() -> None:
    asked = request(payee=None, terminal="t", device="d")
    assert parties_asked(asked).by_family == entities(asked)
    assert Parties(customer="c", account="a").by_family.keys() == {"customer", "account"}


def test_late_is_what_happened_more_than_37_days_before_it_was_learnt() -> None:
    assert not is_late(NOON - timedelta(days=37), NOON)
    assert is_late(NOON - timedelta(days=37, microseconds=1), NOON)
