"""What every store of received ACH files, their entries and the counts of originators promises."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedState
from domain.rails.ach.incoming_model import FileFinding, Found, Grounds
from domain.rails.ach.incoming_store import ADDED_AT_ONCE_MAX, DEBITS, IncomingStore
from domain.rails.ach.incoming_store_memory import MemoryIncomingStore
from domain.rails.ach.rates import DayCount
from domain.rails.ach.store_dynamodb import BY_DUE
from domain.rails.ach.store_dynamodb_incoming import DynamoDBIncomingStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws
from tests.contract.received import AT, DAY, entry, file


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[IncomingStore]:
    with aws(request) as place:
        table = place.table("florin-ach", BY_DUE) if place else None
        yield DynamoDBIncomingStore(table, region="us-east-1") if table else MemoryIncomingStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


class TestFiles:
    def test_a_file_is_read_back_whole(self, store: IncomingStore) -> None:
        full = replace(
            file(),
            state=ReceivedFileState.QUARANTINED,
            profile_version=1,
            identity="984000016-261130-1030-A",
            created_on=DAY,
            forgiven={"line-ends": 1},
            findings=(FileFinding(4, 43, "FILE_CREDIT", "The total credit is not that of the entries."),),
            findings_count=7,
            batches=1,
            entries=2,
            addenda=3,
            debit_minor=4,
            credit_minor=9_999_999_999_99,
            entries_bad=1,
            kept_through=12,
            worked_through=11,
            waits_until=AT + timedelta(days=1),
            duplicate_of=file(2).id,
            same_identity_as=file(3).id,
            stands_alone=True,
            case="cas_x",
            replays=2,
            version=9,
        )
        unset = [part.name for part in fields(full) if getattr(full, part.name) in (None, (), 0)]
        assert unset == []
        assert store.add_received_file(full)
        assert store.received_file(full.id) == full
        assert not store.add_received_file(file())
        assert store.received_file(file(2).id) is None

    def test_a_bare_file_is_read_back_whole(self, store: IncomingStore) -> None:
        store.add_received_file(file(due_at=None))
        assert store.received_file(file().id) == file(due_at=None)

    def test_a_file_is_replaced_by_version_alone(self, store: IncomingStore) -> None:
        store.add_received_file(file())
        moved = replace(file(), state=ReceivedFileState.READ, version=2)
        assert store.replace_received_file(moved, version=1)
        assert not store.replace_received_file(replace(moved, version=3), version=1)
        assert store.received_file(file().id) == moved
        assert not store.replace_received_file(file(2), version=1)

    def test_files_are_listed_the_latest_received_first(self, store: IncomingStore) -> None:
        for n in (2, 1, 3):
            store.add_received_file(file(n))
        first = store.received_files(before=None, limit=2)
        assert [one.id for one in first.files] == [file(3).id, file(2).id]
        rest = store.received_files(before=first.before, limit=2)
        assert ([one.id for one in rest.files], rest.before) == ([file(1).id], None)

    def test_due_files_come_by_their_moment_and_go_when_nobody_has_to_look(self, store: IncomingStore) -> None:
        for n, minutes in ((1, 2), (2, 1), (3, 9)):
            store.add_received_file(file(n, due_at=AT + timedelta(minutes=minutes)))
        through = AT + timedelta(minutes=2)
        assert store.due_received_files(through=through, limit=5) == (file(2).id, file(1).id)
        assert store.due_received_files(through=through, limit=1) == (file(2).id,)
        store.replace_received_file(replace(file(2), due_at=None, version=2), version=1)
        assert store.due_received_files(through=through, limit=5) == (file(1).id,)

    def test_a_claim_is_held_by_the_first_for_ever(self, store: IncomingStore) -> None:
        assert store.claim("content#a", "one") == "one"
        assert store.claim("content#a", "two") == "one"
        assert store.claim("content#a", "one") == "one"
        assert store.claim("content#b", "two") == "two"

    @at_once_too
    def test_of_those_who_claim_at_once_all_hear_of_one(self, store: IncomingStore) -> None:
        heard = at_once(lambda n: store.claim("content#a", str(n)))
        assert len(heard) == CALLERS
        assert len(set(heard)) == 1


class TestEntries:
    def test_an_entry_is_read_back_whole(self, store: IncomingStore) -> None:
        full = replace(
            entry(due_at=AT),
            effective_on=DAY,
            found=Found.HERE,
            account="acc_us0417_01K90000000000000000000000",
            customer="cus_us_01K90000000000000000000000",
            sealed_text=b"\x01\x02",
            number_masked="••1234",
            home="us-west-2",
            faults=("CHECK_DIGIT",),
            original_trace="981000010000001",
            original_rdfi="98100001",
            answered_trace="981000010000002",
            code="R17",
            questionable=True,
            grounds=Grounds(statement=True, statement_reviewed_on=DAY, event_on=DAY, died_on=DAY),
            asked_as="wrk_1",
            asked_for="UNAUTHORISED",
            state=ReceivedState.PENDED,
            attempt=2,
            journals={"PENDING": "jrn_x"},
            payment="pay_x",
            original="ent_x",
            repeats=entry(2).id,
            return_code="R03",
            return_by=DAY,
            undecided=True,
            reason="UNMATCHED",
            asked_by="stf_x",
            given_up=1,
            answer="ent_y",
            change="ent_z",
            change_code="C05",
            change_data={"transaction_code": "32"},
            case="cas_x",
            version=4,
        )
        unset = [part.name for part in fields(full) if getattr(full, part.name) in (None, (), 0)]
        assert unset == []
        store.add_received([full])
        assert store.received(full.id) == full
        assert store.received(entry(9).id) is None

    def test_a_bare_entry_is_read_back_whole(self, store: IncomingStore) -> None:
        store.add_received([entry()])
        assert store.received(entry().id) == entry()

    def test_grounds_are_read_back_as_far_as_they_go(self, store: IncomingStore) -> None:
        for line, grounds in enumerate((Grounds(died_on=DAY), Grounds(statement=True), Grounds(event_on=DAY)), start=3):
            store.add_received([replace(entry(line), grounds=grounds)])
            assert store.received(entry(line).id) == replace(entry(line), grounds=grounds)

    def test_entries_are_kept_once_and_the_first_word_stays(self, store: IncomingStore) -> None:
        store.add_received([entry(3), entry(4)])
        store.add_received([replace(entry(3), sec="CCD"), entry(5)])
        page = store.received_entries(entry().file, after=0, limit=10)
        assert [(one.line, one.sec) for one in page.entries] == [(3, "PPD"), (4, "PPD"), (5, "PPD")]

    def test_no_more_than_a_page_is_kept_at_once(self, store: IncomingStore) -> None:
        with pytest.raises(ValueError, match="at most 100"):
            store.add_received([entry(n) for n in range(ADDED_AT_ONCE_MAX + 1)])

    def test_entries_come_in_pages_by_line_and_each_file_apart(self, store: IncomingStore) -> None:
        store.add_received([entry(line) for line in (12, 3, 100)])
        store.add_received([entry(7, of="rcf_us_useast1_2")])
        first = store.received_entries(entry().file, after=0, limit=2)
        assert ([one.line for one in first.entries], first.after) == ([3, 12], 12)
        rest = store.received_entries(entry().file, after=first.after or 0, limit=2)
        assert ([one.line for one in rest.entries], rest.after) == ([100], None)

    def test_an_entry_is_replaced_by_version_alone(self, store: IncomingStore) -> None:
        store.add_received([entry()])
        moved = replace(entry(), state=ReceivedState.POSTING, version=2)
        assert store.replace_received(moved, version=1)
        assert not store.replace_received(replace(moved, version=3), version=1)
        assert not store.replace_received(entry(9), version=1)
        assert store.received(entry().id) == moved

    def test_due_entries_come_by_their_moment_and_never_files(self, store: IncomingStore) -> None:
        store.add_received_file(file())
        store.add_received([entry(line, due_at=AT + timedelta(minutes=9 - line)) for line in (3, 4, 5)])
        store.add_received([entry(6)])
        assert store.due_received(through=AT + timedelta(minutes=5), limit=5) == (entry(5).id, entry(4).id)


class TestCounts:
    def test_a_thing_is_counted_once_for_its_customer_day_and_name(self, store: IncomingStore) -> None:
        assert store.count("cus_a", DAY, DEBITS, once="pay_1")
        assert not store.count("cus_a", DAY, DEBITS, once="pay_1")
        assert store.count("cus_a", DAY, DEBITS, once="pay_2")
        assert store.count("cus_a", DAY, "R01", once="rce_1")
        assert store.count("cus_b", DAY, "R01", once="rce_1")
        assert store.counts("cus_a", since=DAY, through=DAY) == (DayCount(DAY, 2, {"R01": 1}),)

    def test_days_outside_of_what_is_asked_are_left_out(self, store: IncomingStore) -> None:
        for days in range(4):
            store.count("cus_a", DAY + timedelta(days=days), DEBITS, once="x")
        found = store.counts("cus_a", since=DAY + timedelta(days=1), through=DAY + timedelta(days=2))
        assert [one.day for one in found] == [DAY + timedelta(days=1), DAY + timedelta(days=2)]

    def test_originators_of_a_day_come_by_id(self, store: IncomingStore) -> None:
        for customer in ("cus_b", "cus_a", "cus_c"):
            store.count(customer, DAY, DEBITS, once="x")
        assert store.originators(DAY, after=None, limit=2) == ("cus_a", "cus_b")
        assert store.originators(DAY, after="cus_b", limit=2) == ("cus_c",)
        assert store.originators(DAY + timedelta(days=1), after=None, limit=2) == ()

    @at_once_too
    def test_those_who_count_at_once_are_all_counted(self, store: IncomingStore) -> None:
        at_once(lambda n: store.count("cus_a", DAY, DEBITS, once=str(n)))
        (day,) = store.counts("cus_a", since=DAY, through=DAY)
        assert day.debits == CALLERS
