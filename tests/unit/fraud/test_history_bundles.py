"""domain/fraud/history_bundles.py: each closed hour becomes its files, once, and what was missed is caught up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.fraud import history_bundles
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.feature_store import hour_of
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.history import HistoryKind
from domain.fraud.history_bundles import CLOSES_AFTER, HOURS_MAX, HistoryBundles, key_of
from domain.fraud.kinds import Decision, Fallback, Scope
from domain.fraud.model import VersionUsed
from tests.unit.fraud.feature_values import NOON, VERSIONS, Desk, account, customer, decision, journal, posted
from tests.unit.fraud.parquet_reader import read_parquet
from tests.unit.fraud.test_history import Files

KEY = "history/payments/learnt=2026-05-20/12.parquet"


class Office:
    def __init__(self) -> None:
        self.desk = Desk(store=MemoryFeatureStore())
        self.decisions = MemoryDecisionStore()
        self.files = Files()
        self.bundles = self.fresh()

    def fresh(self, files: Files | None = None) -> HistoryBundles:
        return HistoryBundles(
            store=self.desk.store,
            decisions=self.decisions,
            files=self.files if files is None else files,
            clock=self.desk.clock,
        )

    def decide(self, n: int, *, minutes: float = 0, **about: Any) -> None:
        """Decided so many minutes after noon."""
        at = NOON + timedelta(minutes=minutes)
        self.decisions.put(decision(journal(n), at=at - timedelta(seconds=1), decided_at=at, **about))

    def pay(self, *numbers: int, minutes: float = 0) -> None:
        """Learnt so many minutes after noon."""
        self.desk.clock.at = NOON + timedelta(minutes=minutes)
        for n in numbers:
            self.desk.updates.apply(posted(n))

    def pass_to(self, **after_noon: float) -> None:
        self.desk.clock.at = NOON + timedelta(**after_noon)


def test_an_hour_is_bundled_when_it_is_closed_and_not_before() -> None:
    office = Office()
    office.pay(1, 2)
    office.pass_to(hours=1, minutes=15, microseconds=-1)
    assert office.bundles.bundle().files == 0
    office.pass_to(hours=1, minutes=15)

    bundled = office.bundles.bundle()

    assert (bundled.files, bundled.rows, bundled.through, bundled.late) == (1, 2, NOON, False)
    assert list(office.files) == [KEY]
    assert [row["subject"] for row in read_parquet(office.files[KEY]).rows] == sorted([journal(1), journal(2)])


def test_rows_lie_in_the_hour_in_which_they_were_learnt_in_the_order_of_learning() -> None:
    office = Office()
    office.pay(3, minutes=59.9)
    office.pay(1, minutes=60)
    office.pay(2, minutes=60.1)
    office.pass_to(hours=3)
    office.bundles.bundle()
    assert [row["subject"] for row in read_parquet(office.files[KEY]).rows] == [journal(3)]
    later = read_parquet(office.files[KEY.replace("12.", "13.")]).rows
    assert [row["subject"] for row in later] == [journal(1), journal(2)]


def test_each_kind_has_its_own_files() -> None:
    office = Office()
    office.pay(1)
    office.desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON)
    office.desk.updates.credential_changed(customer(1), NOON)
    office.decide(1)
    office.pass_to(hours=2)
    assert office.bundles.bundle().files == 4
    assert {key.split("/")[1] for key in office.files} == {kind.value for kind in HistoryKind}


def test_an_hour_without_rows_has_no_file() -> None:
    office = Office()
    office.pass_to(hours=5)
    bundled = office.bundles.bundle()
    assert (bundled.files, office.files) == (0, {})
    assert bundled.through == NOON + timedelta(hours=3)


def test_whoever_bundles_an_hour_again_makes_the_same_bytes_and_changes_nothing() -> None:
    office, again = Office(), Files()
    office.pay(*range(50))
    for n in range(50):
        office.decide(n, minutes=n % 7)
    office.pass_to(hours=2)
    office.bundles.bundle()
    first = dict(office.files)
    office.desk.store._bundled = None  # type: ignore[attr-defined]  # as if it had died before it noted how far it was
    office.fresh().bundle()
    assert office.files == first
    office.desk.store._bundled = None  # type: ignore[attr-defined]  # as above
    office.fresh(again).bundle()
    assert again == first


def test_a_gap_is_caught_up_in_bounded_runs() -> None:
    office = Office()
    office.pass_to(hours=2)
    office.bundles.bundle()
    office.pay(1, minutes=120)
    office.pass_to(hours=2 + HOURS_MAX + 10)

    first = office.bundles.bundle()
    second = office.bundles.bundle()

    assert (first.hours, first.files, first.late) == (HOURS_MAX, 1, True)
    assert (second.hours, second.late) == (10, False)


def test_a_run_that_has_nothing_to_do_stays_where_it_was() -> None:
    office = Office()
    office.pass_to(hours=2)
    through = office.bundles.bundle().through
    again = office.bundles.bundle()
    assert (again.hours, again.through) == (0, through)


DECIDED = KEY.replace("payments", "decisions")


def subjects(office: Office, key: str = DECIDED) -> list[str]:
    return [row["subject"] for row in read_parquet(office.files[key]).rows]


def test_each_decision_stands_once_in_the_hour_in_which_it_was_made_in_the_order_of_deciding() -> None:
    office = Office()
    for n, minutes in enumerate((-1 / 60_000_000, 59.9, 0, 30, 60 - 1 / 60_000_000, 60)):
        for _ in range(2):
            office.decide(n, minutes=minutes, scope=list(Scope)[n % len(Scope)])
    office.pass_to(hours=3)
    for _ in range(2):
        office.bundles.bundle()
    assert subjects(office) == [journal(n) for n in (2, 3, 1, 4)]
    assert subjects(office, DECIDED.replace("12.", "11.")) == [journal(0)]
    assert subjects(office, DECIDED.replace("12.", "13.")) == [journal(5)]


def test_an_hour_of_many_decisions_is_read_to_its_end_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_bundles, "_PAGE", 3)
    office = Office()
    for n in range(100):
        office.decide(n, minutes=n * 0.6)
        office.decide(100 + n, minutes=60 + n * 0.1)
    office.pass_to(hours=1, minutes=20)
    assert office.bundles.bundle().rows == 100
    assert subjects(office) == [journal(n) for n in range(100)]


def test_a_decision_says_by_what_it_was_made_and_when() -> None:
    office = Office()
    model = VersionUsed("transfer/model/2", "1" * 64)
    office.decide(1, versions=replace(VERSIONS, model=model), score=0.125, decision=Decision.REVIEW)
    office.decide(2, minutes=1, fallback=Fallback.FEATURES_UNREAD, payee=None, terminal="acquirer/shop/1")
    office.pass_to(hours=2)
    office.bundles.bundle()
    table = read_parquet(office.files[DECIDED])
    scored, fallen_back = table.rows
    assert scored == {
        "subject": journal(1),
        "decision_id": "dec_1",
        "scope": "TRANSFER",
        "happened_at": NOON - timedelta(seconds=1),
        "learnt_at": NOON,
        "decision": "REVIEW",
        "score": 0.125,
        "fallback": None,
        "rules_version": "transfer/rules/1",
        "rules_sha256": "0" * 64,
        "model_version": "transfer/model/2",
        "model_sha256": "1" * 64,
        "thresholds_version": "transfer/rules/1",
        "thresholds_sha256": "0" * 64,
        "lists_version": "transfer/rules/1",
        "lists_sha256": "0" * 64,
        "amount_minor": 25_00,
        "currency": "USD",
        "customer": customer(1),
        "account": account(1),
        "payee": account(2),
        "terminal": None,
        "device": None,
    }
    missing = ("score", "model_version", "model_sha256", "payee")
    assert [fallen_back[name] for name in missing] == [None] * len(missing)
    assert (fallen_back["fallback"], fallen_back["terminal"]) == ("FEATURES_UNREAD", "acquirer/shop/1")


def test_who_dies_between_two_files_of_an_hour_is_made_good_by_the_next_run() -> None:
    class Dying(Files):
        dies = True

        def put_new(self, key: str, content: bytes) -> bool:
            if self.dies and "decisions" in key:
                raise SystemExit
            return super().put_new(key, content)

    office, files = Office(), Dying()
    office.pay(1)
    office.decide(1)
    office.pass_to(hours=2)
    with pytest.raises(SystemExit):
        office.fresh(files).bundle()
    assert list(files) == [KEY]
    files.dies = False
    office.fresh(files).bundle()
    assert sorted(files) == sorted([KEY, DECIDED])


def test_an_hour_closes_after_every_request_that_was_stamped_in_it_was_refused_or_done() -> None:
    assert timedelta(minutes=10) < CLOSES_AFTER < timedelta(minutes=20)


def test_a_file_is_named_by_its_kind_and_hour() -> None:
    assert key_of(HistoryKind.PAYMENTS, hour_of(NOON + timedelta(minutes=30))) == KEY
