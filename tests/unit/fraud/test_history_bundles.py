"""domain/fraud/history_bundles.py: each closed hour becomes its files, once, and what was missed is caught up."""

from datetime import timedelta

from domain.fraud.feature_store import hour_of
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.history import HistoryKind
from domain.fraud.history_bundles import CLOSES_AFTER, HOURS_MAX, HistoryBundles, key_of
from tests.unit.fraud.feature_values import NOON, Desk, customer, journal, posted
from tests.unit.fraud.parquet_reader import read_parquet
from tests.unit.fraud.test_history import Files

KEY = "history/payments/learnt=2026-05-20/12.parquet"


class Office:
    def __init__(self) -> None:
        self.desk = Desk(store=MemoryFeatureStore())
        self.files = Files()
        self.bundles = self.fresh()

    def fresh(self, files: Files | None = None) -> HistoryBundles:
        return HistoryBundles(
            store=self.desk.store, files=self.files if files is None else files, clock=self.desk.clock
        )

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
    office.pass_to(hours=2)
    assert office.bundles.bundle().files == 3
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


def test_an_hour_closes_after_every_request_that_was_stamped_in_it_was_refused_or_done() -> None:
    assert timedelta(minutes=10) < CLOSES_AFTER < timedelta(minutes=20)


def test_a_file_is_named_by_its_kind_and_hour() -> None:
    assert key_of(HistoryKind.PAYMENTS, hour_of(NOON + timedelta(minutes=30))) == KEY
