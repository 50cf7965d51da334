"""What every store of our ACH files and entries promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.money import Money
from domain.rails.ach.kinds import EntryKind, EntryState, FileState, RejectionLevel
from domain.rails.ach.model import AchFile, BatchTotals, Entry, Rejection, RejectionReason, Scheduled
from domain.rails.ach.store import TAKEN_AT_ONCE_MAX, AchStore
from domain.rails.ach.store_dynamodb import BY_DUE, DynamoDBAchStore
from domain.rails.ach.store_memory import MemoryAchStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

AT = datetime(2026, 11, 30, 15, 30, 0, 123456, UTC)
DAY = date(2026, 11, 30)
WINDOW = "20261130-SD1"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[AchStore]:
    with aws(request) as place:
        table = place.table("florin-ach", BY_DUE) if place else None
        yield DynamoDBAchStore(table, region="us-east-1") if table else MemoryAchStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def file(number: int = 1, *, window: str = WINDOW, due_at: datetime | None = AT) -> AchFile:
    return AchFile(
        id=f"fil_us_useast1_{window}_{number}",
        region="us-east-1",
        window=window,
        number=number,
        opened_at=AT,
        effective_on=DAY,
        entered_at=AT,
        due_at=due_at,
    )


def entry(n: int = 0, *, of: AchFile | None = None, trace: int | None = None) -> Entry:
    in_file = (of or file()).id
    return Entry(
        id=f"ent_us0417_{n:032d}",
        kind=EntryKind.CREDIT,
        subject=f"pay_us0417_{n:032d}",
        counterparty="cpt_us_01K90000000000000000000000",
        counterparty_masked="••5678",
        account="acc_us0417_01K90000000000000000000000",
        customer="cus_us_01K90000000000000000000000",
        amount=Money(2_500, "USD"),
        sec="PPD",
        description="PAYROLL",
        effective_on=DAY,
        window=WINDOW,
        trace=f"12345678{n if trace is None else trace:07d}",
        file=in_file,
        files=(in_file,),
    )


def opened(store: AchStore, made: AchFile) -> AchFile:
    assert store.add_file(made)
    return made


def joined(store: AchStore, made: Entry) -> Entry:
    assert store.join(made)
    return made


def moved(made: Entry, to: AchFile) -> Entry:
    return replace(made, file=to.id, files=(*made.files, to.id), state=EntryState.READY, version=made.version + 1)


class TestWhatIsScheduled:
    def test_is_kept_once_for_its_window_and_entry_and_the_first_word_stays(self, store: AchStore) -> None:
        first = Scheduled(window=WINDOW, entry="ent_a", kind=EntryKind.DEBIT, subject="pay_a")
        store.schedule(first)
        store.schedule(replace(first, subject="pay_b"))

        assert store.scheduled(WINDOW, after=None, limit=5).scheduled == (first,)

    def test_comes_in_pages_by_entry_and_each_window_apart(self, store: AchStore) -> None:
        wished = [
            Scheduled(window=WINDOW, entry=f"ent_{n}", kind=EntryKind.CREDIT, subject=f"pay_{n}") for n in range(5)
        ]
        for one in reversed(wished):
            store.schedule(one)
        store.schedule(replace(wished[0], window="20261130-SD2"))

        first = store.scheduled(WINDOW, after=None, limit=3)
        assert (list(first.scheduled), first.after) == (wished[:3], "ent_2")
        rest = store.scheduled(WINDOW, after=first.after, limit=3)
        assert (list(rest.scheduled), rest.after) == (wished[3:], None)
        assert store.scheduled("20261201-SD1", after=None, limit=3).scheduled == ()


class TestFiles:
    def test_a_file_is_read_back_whole(self, store: AchStore) -> None:
        built = replace(
            file(2),
            state=FileState.PARTLY_REJECTED,
            created_at=AT + timedelta(minutes=1),
            modifier="B",
            name="20261130-SD1-2.ach",
            sha256="ab" * 32,
            lines=20,
            entries=3,
            addenda=1,
            debit_minor=2_500,
            credit_minor=9_999_999_999_99,
            entry_hash="0012345678",
            batch_count=101,
            batches=(
                BatchTotals(
                    number=1,
                    sec="PPD",
                    service_class="200",
                    company_id="1234567890",
                    description="PAYROLL",
                    effective_on=DAY,
                    entries=3,
                    addenda=1,
                    debit_minor=2_500,
                    credit_minor=9_999_999_999_99,
                    entry_hash="0012345678",
                ),
            ),
            transliterated=4,
            told=FileState.SENT,
            replaces=file(1).id,
            replacing=file(4).id,
            given_up_by="stf_1",
            replaced_by=(file(3).id,),
            rejected_at=AT,
            answers=("dlv_0", "dlv_1"),
            rejections=(
                Rejection(
                    level=RejectionLevel.ENTRY,
                    reasons=(
                        RejectionReason("REJ0042", "No such class.", batch_number=1, trace="123456780000001"),
                        RejectionReason("REJ0001", ""),
                    ),
                    at=AT,
                    delivery="dlv_1",
                ),
            ),
            case="case_1",
            version=7,
        )
        for made in (file(1, due_at=None), built):
            opened(store, made)
            assert store.file(made.id) == made

    def test_what_was_never_opened_is_not_there(self, store: AchStore) -> None:
        assert store.file(file().id) is None
        assert not store.replace_file(file(), version=1)
        assert store.file(file().id) is None
        assert store.files(before=None, limit=5).files == ()
        assert store.due_files(through=datetime(2999, 1, 1, tzinfo=UTC), limit=5) == ()

    def test_a_file_is_opened_once_and_the_second_leaves_nothing(self, store: AchStore) -> None:
        made = opened(store, file())

        assert not store.add_file(replace(made, effective_on=DAY + timedelta(days=1)))
        assert store.file(made.id) == made
        assert store.files(before=None, limit=5).files == (made,)

    def test_a_file_moves_on_only_from_its_version(self, store: AchStore) -> None:
        made = opened(store, file())
        closing = replace(made, state=FileState.CLOSING, version=2)

        assert store.replace_file(closing, version=1)
        assert not store.replace_file(replace(made, state=FileState.EMPTY, version=2), version=1)
        assert store.file(made.id) == closing

    def test_files_come_by_id_the_latest_day_first_in_pages(self, store: AchStore) -> None:
        days = ["20261130-ND", "20261130-SD1", "20261130-SD2", "20261201-ND"]
        made = [opened(store, file(window=day)) for day in days]

        first = store.files(before=None, limit=3)
        assert list(first.files) == [made[3], made[2], made[1]]
        assert first.before == made[1].id
        rest = store.files(before=first.before, limit=3)
        assert (list(rest.files), rest.before) == ([made[0]], None)

    def test_due_files_come_the_longest_due_first(self, store: AchStore) -> None:
        late = opened(store, file(1, due_at=AT + timedelta(microseconds=1)))
        early = opened(store, file(2, due_at=AT))
        opened(store, file(3, due_at=AT + timedelta(hours=1)))
        opened(store, file(4, due_at=None))

        assert store.due_files(through=AT + timedelta(microseconds=1), limit=5) == (early.id, late.id)
        assert store.due_files(through=AT + timedelta(microseconds=1), limit=1) == (early.id,)
        assert store.due_files(through=AT, limit=5) == (early.id,)
        assert store.due_files(through=AT - timedelta(microseconds=1), limit=5) == ()

    def test_a_file_that_moved_on_is_due_at_its_new_time_only(self, store: AchStore) -> None:
        made, later = opened(store, file()), AT + timedelta(hours=2)
        store.replace_file(replace(made, due_at=later, version=2), version=1)
        assert store.due_files(through=AT, limit=5) == ()
        assert store.due_files(through=later, limit=5) == (made.id,)
        store.replace_file(replace(made, due_at=None, version=3), version=2)
        assert store.due_files(through=later, limit=5) == ()

    @at_once_too
    def test_of_many_who_move_one_version_one_does(self, store: AchStore) -> None:
        made = opened(store, file())
        answers = at_once(lambda n: store.replace_file(replace(made, lines=n, version=2), version=1))

        assert sum(answers) == 1
        assert store.file(made.id) == replace(made, lines=answers.index(True), version=2)


class TestEntries:
    def test_an_entry_is_read_back_whole(self, store: AchStore) -> None:
        opened(store, file())
        full = replace(
            entry(2),
            kind=EntryKind.DEBIT,
            addenda=7,
            state=EntryState.REJECTED,
            journal="jrn_us0417_a",
            reason_code="R03",
            reason="No account.",
            version=4,
        )
        for made in (entry(1), full):
            joined(store, made)
            assert store.entry(made.id) == made
            assert store.entry_of_trace(made.trace) == (made,)
        assert store.entries(file().id, after=None, limit=5).entries == (entry(1), full)

    def test_what_never_joined_is_not_there(self, store: AchStore) -> None:
        opened(store, file())

        assert store.entry(entry().id) is None
        assert store.entry_of_trace(entry().trace) == ()
        assert store.entries(file().id, after=None, limit=5).entries == ()
        assert not store.replace_entry(entry(), version=1)
        assert not store.move_entry(entry(), version=1)
        assert store.entry(entry().id) is None

    @pytest.mark.parametrize("state", [state for state in FileState if state is not FileState.OPEN])
    def test_nothing_joins_a_file_that_is_not_open_any_more(self, store: AchStore, state: FileState) -> None:
        opened(store, replace(file(), state=state))

        assert not store.join(entry())
        assert store.entry(entry().id) is None
        assert store.entry_of_trace(entry().trace) == ()
        assert store.entries(file().id, after=None, limit=5).entries == ()

    def test_nothing_joins_a_file_that_is_not_there(self, store: AchStore) -> None:
        assert not store.join(entry())
        assert store.entry(entry().id) is None

    def test_an_entry_joins_once_whatever_the_file_and_the_trace(self, store: AchStore) -> None:
        first, other = opened(store, file(1)), opened(store, file(2))
        made = joined(store, entry(1, of=first))

        assert not store.join(made)
        assert not store.join(entry(1, of=other, trace=9))
        assert store.entry(made.id) == made
        assert store.entries(other.id, after=None, limit=5).entries == ()
        assert store.entry_of_trace(entry(1, trace=9).trace) == ()

    def test_a_trace_number_is_one_entrys_within_a_file_and_may_come_again_in_another(self, store: AchStore) -> None:
        first, other = opened(store, file(1)), opened(store, file(2))
        made = joined(store, entry(1, of=first, trace=7))

        assert not store.join(entry(2, of=first, trace=7))
        assert store.entry(entry(2).id) is None
        assert store.entries(first.id, after=None, limit=5).entries == (made,)
        again = joined(store, entry(3, of=other, trace=7))
        assert sorted(store.entry_of_trace(made.trace), key=lambda one: one.id) == [made, again]

    def test_entries_come_in_pages_by_trace(self, store: AchStore) -> None:
        opened(store, file())
        made = [joined(store, entry(n, trace=10 - n)) for n in range(4)]
        made.reverse()

        first = store.entries(file().id, after=None, limit=3)
        assert (list(first.entries), first.after) == (made[:3], made[2].trace)
        rest = store.entries(file().id, after=first.after, limit=3)
        assert (list(rest.entries), rest.after) == (made[3:], None)

    def test_a_file_tells_whether_it_lists_any_of_some_trace_numbers(self, store: AchStore) -> None:
        first, other = opened(store, file(1)), opened(store, file(2))
        made, there = joined(store, entry(1, of=first, trace=7)), joined(store, entry(2, of=other, trace=8))

        assert store.lists_any(first.id, [there.trace, made.trace])
        assert not store.lists_any(first.id, [there.trace])
        assert not store.lists_any(file(3).id, [made.trace])

    def test_an_entry_moves_on_only_from_its_version(self, store: AchStore) -> None:
        opened(store, file())
        made = joined(store, entry())
        ready = replace(made, state=EntryState.READY, version=2)

        assert store.replace_entry(ready, version=1)
        assert not store.replace_entry(replace(made, state=EntryState.EXCLUDED, version=2), version=1)
        assert store.entry(made.id) == ready
        assert store.entries(file().id, after=None, limit=5).entries == (ready,)

    def test_an_entry_that_goes_into_another_file_is_listed_in_both_as_it_is_now(self, store: AchStore) -> None:
        first, other = opened(store, file(1)), opened(store, file(2))
        made = joined(store, entry(of=first))
        now = moved(made, other)

        assert store.move_entry(now, version=1)
        assert store.entry(made.id) == now
        for one in (first, other):
            assert store.entries(one.id, after=None, limit=5).entries == (now,)
        assert store.entry_of_trace(made.trace) == (now,)

    def test_an_entry_goes_into_another_file_only_from_its_version_and_once(self, store: AchStore) -> None:
        first, other = opened(store, file(1)), opened(store, file(2))
        now = moved(joined(store, entry(of=first)), other)

        assert not store.move_entry(now, version=9)
        assert store.entries(other.id, after=None, limit=5).entries == ()
        assert store.move_entry(now, version=1)
        assert not store.move_entry(replace(now, version=3), version=2)
        assert store.entry(now.id) == now

    @at_once_too
    def test_of_many_who_move_one_entry_one_does(self, store: AchStore) -> None:
        first = opened(store, file(1))
        others = [opened(store, file(n + 2)) for n in range(CALLERS)]
        made = joined(store, entry(of=first))
        answers = at_once(lambda n: store.move_entry(moved(made, others[n]), version=1))

        assert sum(answers) == 1
        winner = others[answers.index(True)]
        assert store.entry(made.id) == moved(made, winner)
        assert [one for one in others if store.entries(one.id, after=None, limit=5).entries] == [winner]

    @at_once_too
    def test_whoever_joins_a_file_that_closes_is_in_it_or_hears_no(self, store: AchStore) -> None:
        made = opened(store, file())
        entries = [entry(n) for n in range(1, CALLERS)]

        def one(n: int) -> bool:
            if n == 0:
                return store.replace_file(replace(made, state=FileState.CLOSING, version=2), version=1)
            return store.join(entries[n - 1])

        closed, *answers = at_once(one)

        assert closed
        inside = [entry for entry, taken in zip(entries, answers, strict=True) if taken]
        assert list(store.entries(made.id, after=None, limit=50).entries) == inside
        assert [one for one in entries if store.entry(one.id)] == inside
        assert not store.join(entry(99))


class TestNumbers:
    def test_counters_begin_at_zero_and_go_on_each_by_itself(self, store: AchStore) -> None:
        assert [store.take("a", count) for count in (1, 3, 1)] == [0, 1, 4]
        assert store.take("b", 5) == 0
        assert store.take("a", 1) == 5

    @pytest.mark.parametrize("count", [0, -1, TAKEN_AT_ONCE_MAX + 1])
    def test_no_number_and_more_than_there_are_is_a_mistake_and_takes_nothing(
        self, store: AchStore, count: int
    ) -> None:
        with pytest.raises(ValueError, match=str(count)):
            store.take("a", count)
        assert store.take("a", 1) == 0

    @at_once_too
    def test_of_many_who_take_at_once_no_two_get_the_same_number(self, store: AchStore) -> None:
        firsts = at_once(lambda n: store.take("trace", n + 1))

        numbers = [first + step for n, first in enumerate(firsts) for step in range(n + 1)]
        assert len(set(numbers)) == len(numbers)
        assert store.take("trace", 1) > max(numbers)


class TestCheckpoints:
    def test_go_forward_only_each_by_itself(self, store: AchStore) -> None:
        assert store.checkpoint("cut_off") is None
        for moment in (AT, AT + timedelta(microseconds=1), AT - timedelta(days=1)):
            store.move_checkpoint("cut_off", moment)
        assert store.checkpoint("cut_off") == AT + timedelta(microseconds=1)
        assert store.checkpoint("other") is None
