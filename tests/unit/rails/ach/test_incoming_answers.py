"""Stories of what other banks answer to what we sent: returns, corrections, dishonours, contests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.counterparties.model import CounterpartyStatus, OpenedCounterparty
from domain.fraud.kinds import Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.ledger.model import Command, Posted, Refused
from domain.payments.kinds import PaymentState
from domain.rails.ach import ranges
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedKind, ReceivedState
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_posting import AGAIN
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.nacha.corrections import corrected_data
from domain.rails.ach.nacha.records import (
    Addenda98Refused,
    Addenda99Contested,
    Addenda99Dishonored,
)
from domain.rails.ach.nacha.records import Entry as Record
from domain.refusals import TryAgain
from tests.unit.rails.ach.bank import RDFI, AchBank
from tests.unit.rails.ach.partner import OURS, THEIRS, Sheet, answered, changed, contested, dishonoured, settling

_S, _F, _P = ReceivedState, ReceivedFileState, PaymentState


class Sent:
    """Money of a customer that is with the other bank: the way there, and what comes back."""

    def __init__(
        self, *, debit: bool = False, minor: int = 250_00, settled: bool = True, region: str = "us-east-1"
    ) -> None:
        self.bank = AchBank(region=region)
        self.actor, self.account, self.maria = self.bank.sender(minor=1_000_00)
        act = self.bank.collect if debit else self.bank.send
        self.payment = act(self.actor, self.account, self.maria, minor)
        self.bank.run()
        self.file = self.bank.cut_off(self.payment)
        if settled:
            self.bank.acknowledge(self.file)
            self.bank.settlement(self.payment)
        self.sheets = 0

    def state(self) -> PaymentState:
        return self.bank.state(self.payment)

    def returned(self, code: str = "R03", *, days: int = 1, **other: Any) -> ReceivedEntry:
        """The other bank's return of our entry arrives so many days later."""
        header, record = self.bank.only_entry(self.file)
        sheet = self.sheet(days)
        back = answered(header, record, code, sheet.trace(), **other)
        sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
        return self.came(sheet)

    def sheet(self, days: int = 1) -> Sheet:
        self.bank.clock.move(timedelta(days=days))
        self.bank.run()
        self.sheets += 1
        return Sheet(made_at=self.bank.clock.instant, modifier="ABCDEFGH"[self.sheets])

    def came(self, sheet: Sheet, *, checked: bool = True) -> ReceivedEntry:
        (entry,) = self.bank.received(self.put(sheet, checked=checked))
        return entry

    def put(self, sheet: Sheet, *, checked: bool = True) -> ReceivedFile:
        file = self.bank.receive(sheet.text(checked=checked), f"in-{sheet.modifier}.ach")
        self.bank.run()
        return file


class TestAReturnOfACredit:
    def test_gives_the_money_back_and_the_payment_says_why(self) -> None:
        sent = Sent()
        assert sent.bank.balance(sent.account) == 750_00
        entry = sent.returned("R03")
        assert (entry.kind, entry.state) == (ReceivedKind.RETURN, _S.MATCHED)
        assert sent.state() is _P.RETURNED
        assert sent.bank.payment(sent.payment).progress.return_code == "R03"
        assert sent.bank.balance(sent.account) == 1_000_00
        assert (sent.bank.book("settlement"), sent.bank.book("ach_unposted")) == (0, 0)

    def test_that_says_the_account_is_gone_stops_the_counterparty(self) -> None:
        sent = Sent()
        sent.returned("R02")
        assert sent.bank.counterparties.kept(sent.maria.id).status is CounterpartyStatus.FAILED

    def test_after_the_journey_has_ended_is_taken_all_the_same(self) -> None:
        sent = Sent()
        sent.bank.clock.move(timedelta(days=20))
        sent.bank.run()
        assert sent.state() is _P.COMPLETED
        assert sent.returned("R23", days=30).state is _S.MATCHED
        assert sent.bank.balance(sent.account) == 1_000_00

    def test_whose_acknowledgement_never_came_settles_first(self) -> None:
        sent = Sent(settled=False)
        assert sent.state() is _P.SENT
        assert sent.returned("R03").state is _S.MATCHED
        assert sent.state() is _P.RETURNED
        assert sent.bank.balance(sent.account) == 1_000_00
        assert (sent.bank.book("settlement"), sent.bank.book("ach_in_transit")) == (0, 0)
        names = sent.bank.events(sent.payment)
        assert names[-5:] == ["acknowledged", "settlement_due", "settled", "returned", "given_back"]

    def test_that_comes_before_settlement_waits_for_it(self) -> None:
        sent = Sent(settled=False)
        sent.bank.acknowledge(sent.file)
        entry = sent.returned("R03", days=0)
        assert (entry.state, sent.state()) == (_S.RECEIVED, _P.ACKNOWLEDGED)
        settles_at = sent.bank.payment(sent.payment).progress.settles_at
        assert entry.posts_at == settles_at
        assert settles_at is not None
        sent.bank.clock.instant = settles_at
        sent.bank.take_in()
        assert (sent.bank.entry(entry).state, sent.state()) == (_S.MATCHED, _P.RETURNED)

    def test_to_an_account_that_is_closed_lies_in_a_book_and_is_somebodys_case(self) -> None:
        sent = Sent(minor=1_000_00)
        sent.bank.accounts.close(sent.actor, account=sent.account.id, key="c")
        assert sent.returned("R03").state is _S.MATCHED
        assert sent.state() is _P.UNPOSTED
        assert sent.bank.book("ach_unposted") == 1_000_00


class TestAReturnOfADebit:
    def test_takes_the_credit_back_with_its_hold_and_is_counted(self) -> None:
        sent = Sent(debit=True)
        assert sent.bank.held(sent.account) == 250_00
        sent.returned("R01")
        assert (sent.state(), sent.bank.held(sent.account)) == (_P.RETURNED, 0)
        assert sent.bank.balance(sent.account) == 1_000_00
        first, last = date(2026, 1, 1), date(2026, 12, 31)
        days = sent.bank.incoming_store.counts(sent.actor.person, since=first, through=last)
        assert [(day.debits, dict(day.returns)) for day in days] == [(1, {}), (0, {"R01": 1})]

    def test_is_forced_when_the_money_is_spent(self) -> None:
        sent = Sent(debit=True)
        sent.bank.clock.move(timedelta(days=7))
        sent.bank.run()
        assert sent.state() is _P.CLEARED
        sent.bank.send(sent.actor, sent.account, sent.maria, 1_200_00, key="p-2")
        sent.bank.run()
        sent.returned("R10", days=2)
        assert sent.state() is _P.RETURNED
        head = sent.bank.ledger.head(sent.account.id)
        assert head is not None
        assert head.available_minor == -200_00

    def test_that_the_receiver_denies_is_a_case_of_fraud_and_stops_the_counterparty(self) -> None:
        sent = Sent(debit=True)
        sent.returned("R10", days=7)
        found = [case for case in sent.bank.cases.unresolved() if case.kind is CaseKind.ACH_RETURN_UNAUTHORISED]
        assert [case.subject.id for case in found] == [sent.payment.id]
        assert sent.bank.counterparties.kept(sent.maria.id).status is CounterpartyStatus.FAILED


class TestWhatAReturnTeaches:
    """Whether a payment was a fraud, with when it was asked for and when the return came."""

    @pytest.mark.parametrize("code", ["R05", "R07", "R10", "R29"])
    def test_that_the_receiver_denies_is_a_fraud(self, code: str) -> None:
        sent = Sent(debit=True)
        entry = sent.returned(code, days=1)
        assert sent.bank.entry(entry).state is _S.MATCHED
        label = sent.bank.ach_labels.of(sent.payment.id)
        assert label is not None
        assert label.said == (Said(True, LabelSource.RETURN, code, sent.bank.clock.instant, "bank"),)
        decided = sent.bank.ach_decisions.decision(sent.payment.id)
        assert decided is not None
        assert (label.scope, label.happened_at) == (Scope.ACH, decided.decided_at)

    @pytest.mark.parametrize("code", ["R01", "R02", "R08", "R11"])
    def test_for_another_reason_says_nothing(self, code: str) -> None:
        sent = Sent(debit=True)
        sent.returned(code)
        assert sent.state() is _P.RETURNED
        assert sent.bank.ach_labels.of(sent.payment.id) is None

    def test_whose_sender_believes_it_a_fraud_is_one_and_another_r17_is_none(self) -> None:
        plain, suspected = Sent(), Sent()
        plain.returned("R17")
        suspected.returned("R17", addenda_information="QUESTIONABLE")
        assert plain.bank.ach_labels.of(plain.payment.id) is None
        label = suspected.bank.ach_labels.of(suspected.payment.id)
        assert label is not None
        assert label.fraud

    def test_that_may_be_wrong_says_nothing_before_people_have_looked(self) -> None:
        sent = Sent(debit=True)
        sent.returned("R01")
        second = sent.returned("R10", days=3)
        assert second.state is _S.PENDED
        assert sent.bank.ach_labels.of(sent.payment.id) is None

    @pytest.mark.parametrize("after", [False, True])
    def test_is_kept_once_when_its_process_dies_before_or_after(
        self, monkeypatch: pytest.MonkeyPatch, after: bool
    ) -> None:
        sent = Sent(debit=True)
        keep = MemoryLabelStore.keep

        def dies(store: MemoryLabelStore, label: Label, *, was: Label | None) -> bool:
            monkeypatch.setattr(MemoryLabelStore, "keep", keep)
            if after:
                store.keep(label, was=was)
            raise SystemExit

        monkeypatch.setattr(MemoryLabelStore, "keep", dies)
        with pytest.raises(SystemExit):
            sent.returned("R10", days=7)
        sent.bank.run()
        sent.bank.take_in()
        sent.bank.clock.move(timedelta(days=1))
        sent.bank.take_in()
        label = sent.bank.ach_labels.of(sent.payment.id)
        assert label is not None
        assert [one.code for one in label.said] == ["R10"]
        assert sent.state() is _P.RETURNED

    def test_waits_while_others_write_the_label_all_the_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = Sent(debit=True)
        with monkeypatch.context() as patched:
            patched.setattr(MemoryLabelStore, "keep", lambda *_, **__: False)
            entry = sent.returned("R10", days=7)
        assert (entry.state, sent.bank.ach_labels.of(sent.payment.id)) == (_S.RECEIVED, None)
        came_at = sent.bank.clock.instant
        sent.bank.clock.move(AGAIN)
        sent.bank.take_in()
        assert sent.bank.entry(entry).state is _S.MATCHED
        label = sent.bank.ach_labels.of(sent.payment.id)
        assert label is not None
        assert [one.learnt_at for one in label.said] == [came_at]


def test_a_return_of_what_another_region_sent_is_handed_over_and_posted_back_there() -> None:
    east = AchBank()
    sent = Sent(region="us-west-2")
    sent.bank.peers["us-east-1"] = east
    header, record = sent.bank.only_entry(sent.file)
    sheet = sent.sheet()
    east.clock.instant = sent.bank.clock.instant
    back = answered(header, record, "R03", sheet.trace())
    sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
    (entry,) = east.received(east.receive(sheet.text()))
    assert (entry.state, entry.home) == (_S.FORWARDED, "us-west-2")
    ((region, handoff),) = east.forwarder.forwarded
    assert region == "us-west-2"
    sent.bank.incoming.files.take(handoff)
    sent.bank.take_in()
    assert sent.state() is _P.RETURNED
    assert sent.bank.balance(sent.account) == 1_000_00
    assert (east.book("settlement"), sent.bank.book("settlement")) == (0, 0)


@pytest.mark.parametrize("sender", ["west", "east"])
def test_a_dishonour_goes_to_the_region_whose_numbers_they_were_when_the_return_went_out(
    monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    """The halves change hands between the day of the entry and the day of its return."""
    tuesday = date(2026, 3, 10)
    changed_hands = [
        ranges.TraceRange("us-east-1", tuesday, 5_000_001, ranges.SEQUENCE_MAX),
        ranges.TraceRange("us-west-2", tuesday, 1, 5_000_000),
    ]
    monkeypatch.setattr(ranges, "TRACE_RANGES", [*ranges.TRACE_RANGES, *changed_hands])
    east, west = AchBank(), AchBank(region="us-west-2")
    theirs, other = (west, east) if sender == "west" else (east, west)
    other.peers[theirs.region] = theirs
    account = theirs.open(theirs.person())
    (entry,) = theirs.received(theirs.receive(_debit_today(theirs, account, 60_00)))
    theirs.clock.instant = other.clock.instant = datetime(2026, 3, 10, 14, tzinfo=UTC)
    theirs.take_in()
    file = theirs.send_back(theirs.entry(entry))
    header, back = theirs.only_entry(file)
    assert header.effective_date == "260309"
    sheet = Sheet(made_at=other.clock.instant, modifier="B")
    made = dishonoured(settling(header, file.effective_on), back, "R68", sheet.trace())
    sheet.answer(settling(made[0], file.effective_on), made[1])
    other.clock.instant = datetime(2026, 3, 12, 14, tzinfo=UTC)
    (came,) = other.received(other.receive(sheet.text()))
    assert (came.state, came.home) == (_S.FORWARDED, theirs.region)


class TestAReturnThatIsWrong:
    def test_a_second_one_is_never_posted_and_may_be_dishonoured(self) -> None:
        sent = Sent()
        sent.returned("R03")
        second = sent.returned("R02", days=0)
        assert (second.state, second.reason, second.return_code) == (_S.PENDED, "RETURNED_BEFORE", "R67")
        assert sent.bank.balance(sent.account) == 1_000_00
        assert sent.bank.book("ach_unposted") == 250_00
        case = sent.bank.case(second.case or "")
        assert case.kind is CaseKind.ACH_RETURN_UNMATCHED
        sent.bank.resolve(case.id, ResolutionCode.DISHONOUR, Group.OPERATIONS)
        file = sent.bank.send_back(sent.bank.entry(second))
        _, out = sent.bank.only_entry(file)
        (addenda,) = out.addenda
        assert isinstance(addenda, Addenda99Dishonored)
        assert (addenda.return_code, addenda.return_trace_number) == ("R67", second.trace)
        sent.bank.settle_file(file)
        assert sent.bank.entry(second).state is _S.RETURNED
        assert (sent.bank.book("ach_unposted"), sent.bank.book("settlement")) == (0, 0)

    def test_a_late_one_is_not_posted_before_people_have_looked(self) -> None:
        sent = Sent()
        late = sent.returned("R03", days=9)
        assert (late.state, late.reason, late.return_code) == (_S.PENDED, "WRONG_RETURN", "R68")
        assert sent.state() is _P.COMPLETED
        sent.bank.clock.move(timedelta(days=30))
        sent.bank.take_in()
        assert sent.bank.entry(late).state is _S.PENDED  # nothing is dishonoured by itself

    @pytest.mark.parametrize(
        ("other", "reason"),
        [
            ({"amount_minor": 249_00}, "DIFFERS_IN_AMOUNT"),
            ({"original_rdfi": "12345678"}, "DIFFERS_IN_RDFI"),
            ({"original_trace_number": OURS[:8] + "0004711"}, "UNMATCHED"),
            ({"original_trace_number": THEIRS[:8] + "0004711"}, "UNMATCHED"),
        ],
    )
    def test_one_that_agrees_with_nothing_is_kept_and_is_somebodys_case(
        self, other: dict[str, Any], reason: str
    ) -> None:
        sent = Sent()
        entry = sent.returned("R03", **other)
        assert (entry.state, entry.reason) == (_S.PENDED, reason)
        assert sent.bank.case(entry.case or "").kind is CaseKind.ACH_RETURN_UNMATCHED
        assert sent.state() is _P.SETTLED
        assert sent.bank.book("ach_unposted") == entry.amount.minor

    def test_one_of_a_day_before_we_sent_anything_is_kept_and_stops_none_of_its_neighbours(self) -> None:
        sent = Sent()
        header, record = sent.bank.only_entry(sent.file)
        sheet = sent.sheet()
        back = answered(header, record, "R03", sheet.trace())
        ancient = replace(back[0], effective_date="000103")
        sheet.answer(settling(ancient, sheet.made_at.date()), back[1])
        sheet.add(sent.account.record.number, 20_00)
        first, second = sent.bank.received(sent.put(sheet))
        assert (first.state, first.reason) == (_S.PENDED, "DIFFERS_IN_DAY")
        assert second.state is _S.POSTED

    def test_a_file_of_returns_that_comes_twice_returns_once(self) -> None:
        sent = Sent()
        header, record = sent.bank.only_entry(sent.file)
        sheet = sent.sheet()
        back = answered(header, record, "R03", sheet.trace())
        sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
        sent.put(sheet)
        assert sent.bank.receive(sheet.text(), "again.ach").state is _F.DUPLICATE
        assert sent.bank.balance(sent.account) == 1_000_00


def test_a_return_whose_payment_cannot_be_settled_now_stops_none_of_its_neighbours() -> None:
    sent = Sent(settled=False)
    sent.bank.acknowledge(sent.file)
    header, record = sent.bank.only_entry(sent.file)
    sheet = sent.sheet(days=2)
    sent.bank.run()
    back = answered(header, record, "R03", sheet.trace())
    sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
    sheet.add(sent.account.record.number, 20_00)
    post, unsure = sent.bank.ledger.post, [TryAgain()]

    def sometimes(command: Command) -> Posted | Refused:
        if command.kind == "ach_credit_returned" and unsure:
            return Refused(unsure.pop())
        return post(command)

    sent.bank.ledger.post = sometimes  # type: ignore[method-assign]  # a ledger that is busy once
    file = sent.put(sheet)
    assert sent.bank.balance(sent.account) == 770_00
    assert sent.bank.incoming.files.existing(file.id).state is ReceivedFileState.POSTING
    sent.bank.clock.move(timedelta(minutes=1))
    sent.bank.take_in()
    sent.bank.run()
    assert sent.bank.balance(sent.account) == 1_020_00
    assert sent.bank.incoming.files.existing(file.id).state is ReceivedFileState.DONE


class TestACorrection:
    def noc(self, code: str = "C01", **facts: str) -> tuple[Sent, ReceivedEntry]:
        sent = Sent()
        header, record = sent.bank.only_entry(sent.file)
        sheet = sent.sheet()
        data = corrected_data(code, **(facts or {"account_number": "777888999"}))
        made = changed(header, record, code, data, sheet.trace())
        sheet.answer(settling(made[0], sheet.made_at.date()), made[1])
        return sent, sent.came(sheet)

    def details(self, sent: Sent) -> OpenedCounterparty:
        opened = sent.bank.counterparties.opened(sent.maria.id)
        assert isinstance(opened, OpenedCounterparty)
        return opened

    def test_waits_for_two_people_and_then_changes_what_is_kept(self) -> None:
        sent, entry = self.noc()
        assert (entry.kind, entry.state) == (ReceivedKind.NOC, _S.CORRECTION_OPEN)
        case = sent.bank.case(entry.case or "")
        assert (case.kind, case.due_at.date()) == (CaseKind.ACH_NOC, date(2026, 3, 18))
        assert "777888999" not in repr(case) + repr(entry)
        sent.bank.resolve(case.id, ResolutionCode.APPLY, Group.OPERATIONS)
        assert sent.bank.entry(entry).state is _S.APPLIED
        assert self.details(sent).details.account_number == "777888999"
        assert sent.bank.counterparties.kept(sent.maria.id).status is CounterpartyStatus.VERIFIED

    def test_is_applied_once(self) -> None:
        sent, entry = self.noc()
        case = sent.bank.resolve(entry.case or "", ResolutionCode.APPLY, Group.OPERATIONS)
        assert sent.bank.incoming.decisions.decided(case) is None
        assert len(sent.bank.counterparties.kept(sent.maria.id).changes) == 1

    def test_is_refused_by_the_next_file(self) -> None:
        sent, entry = self.noc()
        sent.bank.resolve(entry.case or "", ResolutionCode.REFUSE, Group.OPERATIONS)
        refused = sent.bank.entry(entry)
        assert (refused.state, refused.return_code) == (_S.REFUSED_NOC, "C65")
        out = sent.bank.answer(refused)
        assert out.kind is EntryKind.NOC_REFUSAL
        header, record = sent.bank.only_entry(sent.bank.outgoing.existing(out.file))
        (addenda,) = record.addenda
        assert isinstance(addenda, Addenda98Refused)
        assert (header.sec, addenda.refusal_code, addenda.change_code) == ("COR", "C65", "C01")
        assert self.details(sent).details.account_number == "000123456789"

    def test_that_corrects_nothing_of_ours_can_only_be_refused(self) -> None:
        sent = Sent()
        header, record = sent.bank.only_entry(sent.file)
        sheet = sent.sheet()
        assert isinstance(record, Record)
        foreign = replace(record, trace_number=OURS[:8] + "0004711")
        made = changed(header, foreign, "C01", corrected_data("C01", account_number="1"), sheet.trace())
        sheet.answer(settling(made[0], sheet.made_at.date()), made[1])
        entry = sent.came(sheet)
        assert (entry.state, entry.reason) == (_S.CORRECTION_OPEN, "UNMATCHED")
        sent.bank.resolve(entry.case or "", ResolutionCode.APPLY, Group.OPERATIONS)
        assert sent.bank.entry(entry).state is _S.CORRECTION_OPEN
        sent.bank.resolve(entry.case or "", ResolutionCode.REFUSE, Group.OPERATIONS)
        assert sent.bank.entry(entry).return_code == "C62"


class TestADishonour:
    """Of a return that we sent of somebody's entry."""

    def dishonoured(
        self, code: str = "R68", *, minor: int = 0, history: bool = False
    ) -> tuple[Sent, Account, ReceivedEntry]:
        sent = Sent()
        bank = sent.bank
        account = bank.open(bank.person(), deposit_minor=minor)
        (entry,) = bank.received(bank.receive(_debit_today(bank, account, 60_00), "in-0.ach"))
        assert entry.return_code == "R01"
        file = bank.send_back(entry)
        bank.settle_file(file)
        assert bank.book("ach_unposted") == 0
        header, back = bank.only_entry(file)
        sheet = sent.sheet()
        made = dishonoured(settling(header, bank.clock.instant.date()), back, code, sheet.trace())
        record = replace(made[1], addenda=(*back.addenda, *made[1].addenda)) if history else made[1]
        sheet.answer(settling(made[0], sheet.made_at.date()), record)
        return sent, account, sent.came(sheet, checked=not history)

    @pytest.mark.parametrize("history", [False, True])
    def test_lies_in_a_book_until_people_contest_it(self, history: bool) -> None:
        """Some banks send the addenda of the return along with their own."""
        sent, _, entry = self.dishonoured(history=history)
        bank = sent.bank
        assert (entry.kind, entry.state, entry.return_code) == (ReceivedKind.DISHONOUR, _S.PENDED, "R73")
        case = bank.case(entry.case or "")
        assert case.kind is CaseKind.ACH_DISHONOUR
        assert bank.book("ach_unposted") == -60_00
        bank.resolve(case.id, ResolutionCode.CONTEST, Group.OPERATIONS)
        file = bank.send_back(bank.entry(entry))
        _, out = bank.only_entry(file)
        (addenda,) = out.addenda
        assert isinstance(addenda, Addenda99Contested)
        assert (addenda.return_code, addenda.dishonored_trace_number) == ("R73", entry.trace)
        bank.settle_file(file)
        assert bank.entry(entry).state is _S.RETURNED
        assert bank.book("ach_unposted") == 0

    def test_that_stands_is_posted_to_the_account_after_all(self) -> None:
        sent, account, entry = self.dishonoured(minor=10_00)
        sent.bank.deposit(account, 100_00)
        sent.bank.resolve(entry.case or "", ResolutionCode.ACCEPT, Group.OPERATIONS)
        assert sent.bank.entry(entry).state is _S.POSTED
        assert sent.bank.balance(account) == 50_00
        assert sent.bank.book("ach_unposted") == 0

    def test_of_no_return_of_ours_is_kept_for_people(self) -> None:
        sent = Sent()
        header, record = sent.bank.only_entry(sent.file)
        back = answered(settling(header, date(2026, 3, 9)), record, "R03", THEIRS[:8] + "0000001")
        sheet = sent.sheet()
        made = dishonoured(settling(back[0], date(2026, 3, 10)), back[1], "R68", sheet.trace())
        sheet.answer(settling(made[0], sheet.made_at.date()), made[1])
        entry = sent.came(sheet)
        assert (entry.state, entry.reason, entry.return_code) == (_S.PENDED, "UNMATCHED", None)

    @pytest.mark.parametrize("history", [False, True])
    def test_a_contest_of_our_dishonour_is_kept_for_people(self, history: bool) -> None:
        sent = Sent()
        sent.returned("R03")
        second = sent.returned("R02", days=0)
        sent.bank.resolve(second.case or "", ResolutionCode.DISHONOUR, Group.OPERATIONS)
        file = sent.bank.send_back(sent.bank.entry(second))
        sent.bank.settle_file(file)
        header, out = sent.bank.only_entry(file)
        sheet = sent.sheet()
        made = contested(settling(header, date(2026, 3, 11)), out, "R75", sheet.trace())
        record = replace(made[1], addenda=(*out.addenda, *made[1].addenda)) if history else made[1]
        sheet.answer(settling(made[0], sheet.made_at.date()), record)
        entry = sent.came(sheet, checked=not history)
        assert (entry.kind, entry.state, entry.reason) == (ReceivedKind.CONTEST, _S.PENDED, "R75")
        assert sent.bank.book("ach_unposted") == 250_00


def _debit_today(bank: AchBank, account: Account, minor: int) -> bytes:
    sheet = Sheet(made_at=bank.clock.instant)
    sheet.add(account.record.number, minor, code="27")
    return sheet.text()


def test_the_other_bank_is_the_one_that_we_send_to() -> None:
    assert RDFI == THEIRS
