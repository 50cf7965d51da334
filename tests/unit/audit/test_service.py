"""Stories of the audit, over the memory store."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access.model import Actor, Channel, Group
from domain.audit.model import AuditRecord, Look, Outcome
from domain.audit.rules import DETAIL_LENGTH_MAX, DETAILS_MAX, NO_ID, PAGE_MAX
from domain.audit.service import LOOKS_AT_ONCE, Audit
from domain.audit.store_memory import MemoryAuditStore
from domain.refusals import InsufficientFunds, NotAllowed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLERK = Actor(
    "stf_clerk",
    frozenset({Group.OPERATIONS, Group.FINANCE}),
    source_ip="203.0.113.9",
    correlation_id="req-1",
    channel=Channel.API,
)


class TickingClock:
    """Each look is a minute after the one before."""

    def __init__(self) -> None:
        self.time = NOON - timedelta(minutes=1)

    def now(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


def new_audit() -> Audit:
    return Audit(store=MemoryAuditStore(), clock=TickingClock(), randomness=random.Random(5))


ADA = "cus_us_" + "ADA".rjust(26, "0")
ACCOUNT, NEW, OTHER = (f"acc_us0001_{name.rjust(26, '0')}" for name in "XNZ")


def looked(audit: Audit, subject_id: str = ADA) -> AuditRecord:
    return audit.record(
        CLERK, action="view_profile", subject_kind="customer", subject_id=subject_id, customer=subject_id
    )


class TestLooks:
    def test_each_is_a_record_as_if_it_had_been_written_alone(self) -> None:
        audit = new_audit()
        looks = [
            Look(action="view_journal", subject_kind="journal", subject_id=f"jrn_us0001_{n:032d}", customer=ADA)
            for n in range(LOOKS_AT_ONCE + 1)
        ]
        refused = Look(action="view_account", subject_kind="account", subject_id=ACCOUNT, refusal=NotAllowed())
        audit.record_looks(CLERK, [*looks, refused])

        seen = [record for record in _all(audit, ADA) if record.action == "view_journal"]
        assert {record.subject_id for record in seen} == {look.subject_id for look in looks}
        assert {record.outcome for record in seen} == {Outcome.ALLOWED}
        (other,) = audit.by_subject(ACCOUNT).records
        assert (other.person, other.outcome, other.refusal_code) == (CLERK.person, Outcome.REFUSED, "NOT_ALLOWED")

    def test_nothing_seen_is_no_record(self) -> None:
        audit = new_audit()
        audit.record_looks(CLERK, [])
        assert _all(audit, ADA) == []

    def test_one_that_meets_another_record_is_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(MemoryAuditStore, "add_all", lambda *_: False)
        look = Look(action="view_journal", subject_kind="journal", subject_id="jrn_us0001_" + "0" * 32, customer=ADA)
        with pytest.raises(RuntimeError, match="another audit record"):
            new_audit().record_looks(CLERK, [look, look])


def _all(audit: Audit, whose: str) -> list[AuditRecord]:
    found: list[AuditRecord] = []
    position: str | None = None
    while True:
        page = audit.by_subject(whose, position=position, size=100)
        found += page.records
        position = page.next_position
        if position is None:
            return found


class TestRecord:
    def test_a_record_says_who_what_whose_when_and_from_where(self) -> None:
        record = new_audit().record(
            CLERK,
            action="freeze",
            subject_kind="account",
            subject_id=ACCOUNT,
            customer=ADA,
            account=ACCOUNT,
            detail={"mode": "debits"},
        )

        assert record == AuditRecord(
            id=record.id,
            at=NOON,
            person="stf_clerk",
            groups=("finance", "operations"),
            action="freeze",
            subject_kind="account",
            subject_id=ACCOUNT,
            customer=ADA,
            account=ACCOUNT,
            outcome=Outcome.ALLOWED,
            refusal_code=None,
            source_ip="203.0.113.9",
            correlation_id="req-1",
            channel="api",
            detail={"mode": "debits"},
        )
        assert len(record.id) == 26

    def test_a_refused_act_is_recorded_with_its_code(self) -> None:
        record = new_audit().record(
            CLERK,
            action="transfer",
            subject_kind="account",
            subject_id="acc_1",
            refusal=InsufficientFunds("acc_1"),
        )

        assert (record.outcome, record.refusal_code) == (Outcome.REFUSED, "INSUFFICIENT_FUNDS")

    def test_an_act_that_failed_is_recorded_as_an_error(self) -> None:
        record = new_audit().record(CLERK, action="transfer", subject_kind="account", subject_id="acc_1", failed=True)

        assert (record.outcome, record.refusal_code) == (Outcome.ERROR, None)

    def test_an_act_is_not_refused_and_failed_at_once(self) -> None:
        with pytest.raises(ValueError, match="a refusal is not a fault"):
            new_audit().record(
                CLERK,
                action="transfer",
                subject_kind="account",
                subject_id="acc_1",
                refusal=InsufficientFunds("acc_1"),
                failed=True,
            )

    def test_made_up_ids_do_not_stop_the_record(self) -> None:
        record = looked(new_audit(), subject_id="x" * 10_000)

        assert (record.subject_id, record.customer) == (NO_ID, NO_ID)

    @pytest.mark.parametrize(
        "typed",
        [
            "4111 1111 1111 1111 Ada",
            "4111111111111111",
            "Ada Byron",
            "acc_4111111111111111",
            "int_us_usd_4111111111111111",
        ],
    )
    def test_what_somebody_typed_as_an_id_is_not_kept(self, typed: str) -> None:
        """The record stays for ever: neither a name nor the number of a card may come to lie in it."""
        record = new_audit().record(CLERK, action="x", subject_kind="account", subject_id=typed, account=typed)
        assert typed not in str(record)

    @pytest.mark.parametrize(
        "detail",
        [{"memo": "x" * (DETAIL_LENGTH_MAX + 1)}, {f"fact{n}": n for n in range(DETAILS_MAX + 1)}],
    )
    def test_details_are_short_and_few(self, detail: dict[str, str | int]) -> None:
        with pytest.raises(ValueError, match="detail"):
            new_audit().record(CLERK, action="x", subject_kind="account", subject_id="acc_1", detail=detail)

    def test_a_record_is_never_written_over(self) -> None:
        class SameNumber(random.Random):
            def getrandbits(self, k: int, /) -> int:
                return 7

        class StillClock:
            def now(self) -> datetime:
                return NOON

        audit = Audit(store=MemoryAuditStore(), clock=StillClock(), randomness=SameNumber())
        first = looked(audit)
        assert looked(audit) == first  # the same act at the same moment under the same id is one record

        with pytest.raises(RuntimeError, match="another audit record stands"):
            audit.record(
                CLERK,
                action="erase",
                subject_kind="customer",
                subject_id=ADA,
                customer=ADA,
            )
        assert audit.by_subject(ADA).records == (first,)


def began(audit: Audit, *, account: str | None = ACCOUNT) -> AuditRecord:
    return audit.begin(
        CLERK,
        action="transfer",
        subject_kind="account",
        subject_id=ACCOUNT,
        customer=ADA,
        account=account,
    )


class TestAnActInTwoSteps:
    def test_what_was_begun_is_on_record_with_its_outcome_unknown(self) -> None:
        audit = new_audit()
        begun = began(audit)

        assert audit.by_subject(ADA).records == (begun,)
        assert audit.by_actor("stf_clerk").records == (begun,)
        assert (begun.outcome, begun.refusal_code, begun.person) == (Outcome.OUTCOME_UNKNOWN, None, "stf_clerk")
        assert (begun.source_ip, begun.correlation_id) == ("203.0.113.9", "req-1")

    def test_what_has_ended_is_the_same_record_with_its_outcome(self) -> None:
        audit = new_audit()
        begun = began(audit)
        looked(audit)

        ended = audit.end(begun)

        assert ended == replace(begun, outcome=Outcome.ALLOWED)
        assert [record.id for record in audit.by_subject(ADA).records][1:] == [begun.id]
        assert audit.by_actor("stf_clerk").records[1] == ended

    def test_it_may_end_in_a_refusal_or_a_fault(self) -> None:
        audit = new_audit()

        refused = audit.end(began(audit), refusal=InsufficientFunds(ACCOUNT))
        failed = audit.end(began(audit), failed=True)

        assert (refused.outcome, refused.refusal_code) == (Outcome.REFUSED, "INSUFFICIENT_FUNDS")
        assert failed.outcome is Outcome.ERROR
        assert audit.by_subject(ADA).records == (failed, refused)

    def test_the_account_it_turned_out_to_be_about_is_added_and_never_changed(self) -> None:
        audit = new_audit()

        opened = audit.end(began(audit, account=None), account=NEW)
        known = audit.end(began(audit), account=OTHER)

        assert (opened.account, known.account) == (NEW, ACCOUNT)

    def test_it_ends_once(self) -> None:
        audit = new_audit()
        begun = began(audit)
        ended = audit.end(begun)

        assert audit.end(begun) == ended  # the answer to the first time was lost
        with pytest.raises(RuntimeError, match="another end of the act"):
            audit.end(begun, failed=True)
        assert audit.by_subject(ADA).records == (ended,)


class TestRead:
    def test_a_customers_records_and_a_persons_records_come_newest_first(self) -> None:
        audit = new_audit()
        first, second, third = looked(audit), looked(audit, "cus_us_grace"), looked(audit)

        assert audit.by_subject(ADA).records == (third, first)
        assert audit.by_actor("stf_clerk").records == (third, second, first)
        assert audit.by_actor("stf_other").records == ()

    def test_pages_follow_each_other_without_gap_or_overlap(self) -> None:
        audit = new_audit()
        records = [looked(audit) for _ in range(5)]

        first = audit.by_subject(ADA, size=2)
        looked(audit)  # what is new does not move the pages already begun
        second = audit.by_subject(ADA, size=2, position=first.next_position)
        last = audit.by_subject(ADA, size=2, position=second.next_position)

        assert [*first.records, *second.records, *last.records] == records[::-1]
        assert last.next_position is None

    def test_a_range_of_time_takes_its_beginning_and_not_its_end(self) -> None:
        audit = new_audit()
        records = [looked(audit) for _ in range(4)]

        found = audit.by_actor("stf_clerk", since=records[1].at, until=records[3].at).records

        assert found == (records[2], records[1])

    @pytest.mark.parametrize("size", [0, -1, PAGE_MAX + 1])
    def test_a_page_has_bounds(self, size: int) -> None:
        with pytest.raises(ValueError, match="a page has"):
            new_audit().by_subject(ADA, size=size)
