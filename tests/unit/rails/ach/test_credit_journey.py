"""Stories of money sent by ACH, from the wish to the end of the return window, over the real ledger in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.access.model import Actor, Group
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, CaseResolved, CaseState, ReviewOver
from domain.counterparties.model import Counterparty
from domain.fraud.kinds import Decision
from domain.fraud.label_model import LabelSource
from domain.money import Money
from domain.notices.kinds import NoticeKind
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import Payment, Speed
from domain.payments.store import PaymentPage
from domain.payments.store_memory import MemoryPaymentStore
from domain.rails.ach import outgoing_building, outgoing_room, service
from domain.rails.ach.kinds import EntryState, FileState, RejectionLevel
from domain.rails.ach.model import AchFile, AchNotEligible, RejectionReason
from domain.rails.ach.service import PAGE
from domain.unsettled import Unsettled
from ops.simulation.house import made
from ops.simulation.machine import TRIES_MAX
from tests.unit.accounts.house import code, staff
from tests.unit.fraud.said import said
from tests.unit.rails.ach.bank import SUPPLIER, AchBank, wish

_S = PaymentState


class Meanwhile(MemoryPaymentStore):
    """Before a request looks at the account's other payments, somebody else is served."""

    def __init__(self, store: MemoryPaymentStore, act: Callable[[], object]) -> None:
        self.__dict__ = store.__dict__
        self._acts = [act]

    def payments_of(self, account: str, *, before: str | None, limit: int) -> PaymentPage:
        while self._acts:
            self._acts.pop()()
        return super().payments_of(account, before=before, limit=limit)


class TestTheWholeWay:
    def test_money_is_held_captured_sent_acknowledged_settled_and_done(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=1_000_00)
        payment = bank.send(actor, account, maria, 250_00)
        assert payment.state is _S.ACCEPTED
        bank.run()
        assert bank.state(payment) is _S.SCHEDULED
        assert (bank.balance(account), bank.held(account)) == (1_000_00, 250_00)
        file = bank.cut_off(payment)
        assert bank.state(payment) is _S.SENT
        assert (bank.balance(account), bank.held(account)) == (750_00, 0)
        assert bank.book("ach_in_transit") == 250_00
        bank.acknowledge(file)
        assert bank.state(payment) is _S.ACKNOWLEDGED
        bank.settlement(payment)
        assert bank.state(payment) is _S.SETTLED
        assert (bank.book("ach_in_transit"), bank.book("settlement")) == (0, 250_00)
        bank.clock.move(timedelta(days=10))
        bank.run()
        assert bank.state(payment) is _S.COMPLETED
        assert bank.events(payment) == [
            "opened", "screened", "held", "taken", "captured", "sent", "acknowledged", "settlement_due", "settled",
            "completed",
        ]  # fmt: skip

    def test_the_file_says_what_the_ledger_says(self) -> None:
        bank = AchBank()
        actor, account, supplier = bank.sender(minor=90_000_00, details=SUPPLIER)
        first = bank.send(actor, account, supplier, 1_250_00, remittance="INVOICE 4711")
        second = bank.send(actor, account, supplier, 75_00, key="p-2")
        bank.run()
        file = bank.cut_off(first)
        read = bank.read(file)
        assert read.ok
        assert (read.totals.entries, read.totals.addenda) == (2, 1)
        assert (read.totals.credit_minor, read.totals.debit_minor) == (1_325_00, 0)
        assert bank.book("ach_in_transit") == 1_325_00
        assert {bank.payment(one).progress.file for one in (first, second)} == {file.id}
        traces = sorted(bank.payment(one).progress.trace or "" for one in (first, second))
        assert traces == [entry.trace for entry in bank.entries(file)]
        assert "INVOICE 4711" in bank.text(file)
        assert "GREAT LAKES SUPPLY CO." in bank.text(file)

    def test_a_window_has_as_many_files_as_its_lines_need(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outgoing_room, "LINES_MAX", 20)
        bank = AchBank()
        payments = []
        for number in range(3):
            actor, account, supplier = bank.sender(minor=90_000_00, details=SUPPLIER)
            for n in range(2):
                one = bank.send(actor, account, supplier, 10_00 + n, key=f"p-{n}", remittance=f"INVOICE {number}{n}")
                payments.append(one)
        bank.run()
        at = made(bank.payment(payments[0]).progress.cut_off_at, datetime)
        bank.clock.instant = at + timedelta(seconds=5)
        for _ in payments:
            bank.files()
            bank.run()
        files = [bank.outgoing.existing(bank.payment(one).progress.file or "") for one in payments]
        read = {file.id: bank.read(file) for file in files}
        assert all(len(bank.text(file).splitlines()) <= 20 for file in files)
        assert len(read) > 1
        assert sum(one.totals.entries for one in read.values()) == 6
        assert [bank.state(one) for one in payments] == [_S.SENT] * 6

    def test_a_second_file_of_a_window_asks_for_no_entry_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outgoing_room, "ENTRIES_MAX", 2)
        bank = AchBank()
        sent = [bank.send(*bank.sender(), 10_00) for _ in range(5)]
        bank.run()
        asked: list[str] = []
        monkeypatch.setattr(bank.ach_store, "entry", asked.append)
        at = made(bank.payment(sent[0]).progress.cut_off_at, datetime)
        bank.clock.instant = at + timedelta(seconds=5)
        for _ in sent:
            bank.files()
            bank.run()
        assert [bank.state(one) for one in sent] == [_S.SENT] * 5
        assert len({bank.payment(one).progress.file for one in sent}) == 3
        assert asked == []

    def test_a_file_keeps_its_first_batches_and_counts_them_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outgoing_building, "BATCHES_KEPT_MAX", 2)
        bank = AchBank()
        sent = [bank.send(*bank.sender(), 10_00) for _ in range(3)]
        bank.run()
        file = bank.cut_off(sent[0])
        assert (file.batch_count, [batch.number for batch in file.batches]) == (3, [1, 2])
        assert bank.read(file).totals.batches == 3

    def test_a_text_is_as_long_as_a_file_has_it(self) -> None:
        bank = AchBank()
        actor, account, supplier = bank.sender(minor=90_000_00, details=SUPPLIER)
        payment = bank.send(actor, account, supplier, 10_00, remittance="€" * 26 + "é")
        bank.run()
        file = bank.cut_off(payment)
        assert bank.read(file).totals.addenda == 1
        assert "EUR" * 26 + "e" in bank.text(file)

    def test_the_trace_numbers_of_one_day_do_not_come_again_on_the_next(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        traces = []
        for day in range(3):
            payment = bank.send(actor, account, maria, 10_00 + day, key=f"p-{day}")
            bank.run()
            bank.cut_off(payment)
            traces.append(bank.payment(payment).progress.trace or "")
            bank.clock.move(timedelta(days=1))
        assert [int(trace[8:]) for trace in traces] == [1, 2, 3]
        assert all(len(bank.ach_store.entry_of_trace(trace)) == 1 for trace in traces)

    def test_asked_again_under_its_key_it_is_the_same_payment(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        first = bank.send(actor, account, maria, 10_00)
        bank.run()
        again = bank.send(actor, account, maria, 10_00)
        assert again.id == first.id
        assert code(bank.ach.originate_credit(actor, wish(account, maria, 11_00), key="p-1")) == "PAYMENT_KEY_REUSED"
        assert len(bank.machine.runs) == 1

    def test_asked_twice_at_once_under_its_key_it_is_no_double_of_itself(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        made: list[Payment] = []
        bank.payments._store = Meanwhile(
            bank.payment_store, lambda: made.append(bank.send(actor, account, maria, 10_00))
        )
        answer = bank.ach.originate_credit(actor, wish(account, maria, 10_00), key="p-1")
        assert [answer] == made
        assert len(bank.machine.runs) == 1

    def test_what_is_asked_at_once_under_its_key_for_another_amount_is_refused(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=90_000_00)
        bank.payments._store = Meanwhile(bank.payment_store, lambda: bank.send(actor, account, maria, 10_000_00))
        answer = bank.ach.originate_credit(actor, wish(account, maria, 20_000_00), key="p-1")
        assert code(answer) == "PAYMENT_KEY_REUSED"

    def test_a_journey_that_is_lost_anywhere_is_taken_up_where_the_payment_stands(self) -> None:
        for lost_after in range(1, 6):
            bank = AchBank()
            actor, account, maria = bank.sender()
            payment = bank.send(actor, account, maria, 10_00)
            for number, _ in enumerate(bank.machine.settle(10), start=1):
                if number == lost_after:
                    break
            bank.machine.fail(f"{payment.id}.1")
            bank.clock.move(timedelta(minutes=10))
            bank.payments.sweep()
            bank.run()
            assert bank.state(payment) is _S.SCHEDULED, lost_after
            assert bank.held(account) == 10_00


class TestBeforeTheFile:
    def test_an_account_that_cannot_pay_refuses_and_its_customer_is_told_why(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=5_00)
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        assert bank.state(payment) is _S.REFUSED
        assert bank.payment(payment).reason_code == "INSUFFICIENT_FUNDS"
        (notice,) = bank.told(actor)
        assert "was not made: The account's available balance does not cover this amount" in notice.text

    def test_it_can_be_called_off_until_its_cut_off_and_its_money_is_free_again(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        cut_off_at = bank.payment(payment).progress.cut_off_at
        assert cut_off_at is not None
        bank.clock.instant = cut_off_at - timedelta(microseconds=1)
        cancelled = bank.ach.cancel(actor, payment.id)
        assert bank.state(payment) is _S.CANCELLED
        assert bank.held(account) == 0
        assert bank.ach.cancel(actor, payment.id) == cancelled
        bank.clock.move(timedelta(minutes=1))
        bank.files()
        assert not bank.exchange.files

    def test_at_its_cut_off_it_is_too_late(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        cut_off_at = bank.payment(payment).progress.cut_off_at
        assert cut_off_at is not None
        bank.clock.instant = cut_off_at
        assert code(bank.ach.cancel(actor, payment.id)) == "PAYMENT_NOT_CANCELLABLE"
        bank.cut_off(payment)
        assert bank.state(payment) is _S.SENT
        assert code(bank.ach.cancel(actor, payment.id)) == "PAYMENT_NOT_CANCELLABLE"

    def test_a_stranger_neither_sees_nor_cancels_it(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        stranger, *_ = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        for answer in (bank.ach.payment(stranger, payment.id), bank.ach.cancel(stranger, payment.id)):
            assert code(answer) == "NOT_FOUND"
            assert getattr(answer, "id", payment.id) == payment.id

    def test_an_account_that_is_frozen_before_the_file_is_built_sends_nothing(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        bank.accounts.freeze(staff(Group.OPERATIONS), account=account.id, key="f", debits_only=True)
        at = bank.payment(payment).progress.cut_off_at
        assert at is not None
        bank.clock.instant = at + timedelta(seconds=5)
        bank.files()
        bank.run()
        assert bank.state(payment) is _S.REFUSED
        assert (bank.balance(account), bank.held(account)) == (1_000_00, 0)
        (entry,) = bank.entries(bank.outgoing.existing(bank.payment(payment).progress.file or ""))
        assert (entry.state, entry.reason_code) == (EntryState.EXCLUDED, "ACCOUNT_FROZEN")
        assert bank.outgoing.existing(entry.file).state is FileState.EMPTY

    def test_a_window_that_passed_without_it_is_followed_by_the_next(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        missed = bank.payment(payment).progress
        assert missed.cut_off_at is not None
        bank.clock.instant = missed.cut_off_at + timedelta(hours=2)
        bank.run()
        later = bank.payment(payment)
        assert later.state is _S.SCHEDULED
        assert later.progress.window != missed.window
        bank.files()  # the file of the missed window comes late, and leaves it alone
        assert bank.state(payment) is _S.SCHEDULED
        file = bank.cut_off(payment)
        assert file.window == later.progress.window
        assert bank.read(file).totals.credit_minor == 10_00


class TestJudging:
    def large(self) -> tuple[AchBank, Actor, Account, Payment]:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=9_000_00)
        fresh = bank.counterparty_of_today(actor)
        payment = bank.send(actor, account, fresh, 3_000_00)
        bank.run()
        del maria
        return bank, actor, account, payment

    def test_what_the_rules_suspect_is_held_and_waits_for_a_person(self) -> None:
        bank, _, account, payment = self.large()
        assert bank.state(payment) is _S.IN_REVIEW
        assert bank.held(account) == 3_000_00
        case = bank.case(bank.payment(payment).case or "")
        assert case.kind is CaseKind.ACH_PAYMENT_REVIEW
        assert case.subject.id == payment.id

    def test_two_people_let_it_go_and_it_goes_on_to_a_file(self) -> None:
        bank, _, _, payment = self.large()
        bank.resolve(bank.payment(payment).case or "", ResolutionCode.RELEASE, Group.FRAUD_ANALYST)
        assert bank.state(payment) is _S.SCHEDULED
        file = bank.cut_off(payment)
        assert bank.read(file).totals.credit_minor == 3_000_00

    def test_a_person_turns_it_down_and_the_money_is_free(self) -> None:
        bank, actor, account, payment = self.large()
        bank.resolve(bank.payment(payment).case or "", ResolutionCode.REJECT, Group.FRAUD_ANALYST)
        assert bank.state(payment) is _S.DECLINED
        assert bank.held(account) == 0
        assert "We could not approve it." in bank.told(actor)[0].text

    @pytest.mark.parametrize(("code", "fraud"), [(ResolutionCode.RELEASE, False), (ResolutionCode.REJECT, True)])
    def test_what_people_decided_teaches_whether_it_was_a_fraud(self, code: ResolutionCode, fraud: bool) -> None:
        bank, _, _, payment = self.large()
        assert bank.ach_labels.of(payment.id) is None
        case = bank.resolve(bank.payment(payment).case or "", code, Group.FRAUD_ANALYST)
        assert case.resolution is not None
        label = bank.ach_labels.of(payment.id)
        assert label is not None
        assert [(one.fraud, one.source, one.learnt_at) for one in label.said] == [
            (fraud, LabelSource.CASE, case.resolution.at)
        ]
        bank.cases.settle(case.id)
        assert bank.ach_labels.of(payment.id) == label

    def test_when_nobody_decides_in_time_it_is_declined(self) -> None:
        bank, _, account, payment = self.large()
        bank.clock.move(bank.deadlines.review + timedelta(seconds=1))
        bank.run()
        assert bank.ach_labels.of(payment.id) is None
        assert bank.state(payment) is _S.DECLINED
        assert bank.held(account) == 0
        case = self.closed_by_the_bank(bank, payment)
        late = bank.cases.resolve(staff(Group.FRAUD_ANALYST), case.id, code=ResolutionCode.REJECT, reason="r", key="r")
        assert late == CaseResolved(case.id, "REJECT")
        assert bank.state(payment) is _S.DECLINED
        assert bank.ach_labels.of(payment.id) is None

    def test_what_its_customer_calls_off_nobody_has_to_decide_any_more(self) -> None:
        bank, actor, account, payment = self.large()
        bank.propose(bank.payment(payment).case or "", ResolutionCode.RELEASE, Group.FRAUD_ANALYST)
        cancelled = bank.ach.cancel(actor, payment.id)
        case = self.closed_by_the_bank(bank, payment)
        assert bank.ach.cancel(actor, payment.id) == cancelled
        bank.run()
        assert bank.case(case.id) == case
        assert (bank.state(payment), bank.held(account)) == (_S.CANCELLED, 0)
        assert bank.ach_labels.of(payment.id) is None

    def test_the_last_step_closes_what_a_death_has_left_open(self) -> None:
        bank, actor, _, payment = self.large()
        bank.payments.move(payment.id, Event.CANCELLED, by=actor.person)
        assert bank.cases.unresolved() != ()
        bank.run()
        assert bank.state(payment) is _S.CANCELLED
        self.closed_by_the_bank(bank, payment)

    def test_called_off_before_it_has_a_case_it_keeps_none_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bank = AchBank()
        actor, account, _ = bank.sender(minor=9_000_00)
        payment = bank.send(actor, account, bank.counterparty_of_today(actor), 3_000_00)
        real = bank.cases.open

        def called_off_first(*said: Any, **more: Any) -> Case:
            bank.ach.cancel(actor, payment.id)
            return real(*said, **more)

        monkeypatch.setattr(bank.cases, "open", called_off_first)
        bank.steps.judged(bank.payment(payment), said(payment.id, Decision.REVIEW))
        bank.steps.advance(bank.payment(payment))
        bank.steps.run("review", payment=payment.id, token=None)
        assert bank.state(payment) is _S.CANCELLED
        self.closed_by_the_bank(bank, payment)

    def test_a_decision_that_comes_too_late_teaches_nothing_and_ends_its_case(self) -> None:
        bank, actor, _, payment = self.large()
        bank.payments.move(payment.id, Event.CANCELLED, by=actor.person)
        case = bank.case(bank.payment(payment).case or "")
        answer = bank.cases.resolve(
            staff(Group.FRAUD_ANALYST), case.id, code=ResolutionCode.REJECT, reason="r", key="r"
        )
        assert answer == CaseResolved(case.id, "REJECT")
        self.closed_by_the_bank(bank, payment)
        assert bank.ach_labels.of(payment.id) is None

    def test_what_was_let_go_stays_so_when_it_is_called_off_later(self) -> None:
        bank, actor, _, payment = self.large()
        case = bank.resolve(bank.payment(payment).case or "", ResolutionCode.RELEASE, Group.FRAUD_ANALYST)
        bank.ach.cancel(actor, payment.id)
        bank.run()
        assert bank.case(case.id) == case
        assert bank.ach.payment_reviewed(case) is None
        assert case.resolution
        turned_down = replace(case, resolution=replace(case.resolution, code=ResolutionCode.REJECT))
        over = bank.ach.payment_reviewed(turned_down)
        assert over == ReviewOver(payment.id, "CANCELLED", ResolutionCode.RELEASE)

    @staticmethod
    def closed_by_the_bank(bank: AchBank, payment: Payment) -> Case:
        assert bank.cases.unresolved() == ()
        case = bank.case(bank.payment(payment).case or "")
        assert case.state is CaseState.RESOLVED
        assert case.resolution
        assert (case.resolution.code, case.resolution.person) == (ResolutionCode.REJECT, "bank")
        return case

    def test_a_scorer_that_is_silent_is_stood_in_for_by_stricter_rules(self) -> None:
        bank = AchBank()
        actor, account, _ = bank.sender()
        payment = bank.send(actor, account, bank.counterparty_of_today(actor), 600_00)
        for _name in bank.machine.settle(10):
            pass
        bank.bus.events.clear()
        bank.clock.move(bank.deadlines.fraud + timedelta(seconds=1))
        bank.run()
        assert bank.state(payment) is _S.IN_REVIEW
        (line,) = [one for one in bank.timeline(payment) if one.event == "suspected"]
        assert line.facts["fallback"] == "SCORER_SILENT"
        assert "UNSCORED_NEW_COUNTERPARTY" in line.facts["reasons"]

    @pytest.mark.parametrize("tries", [TRIES_MAX, TRIES_MAX - 1])
    def test_a_bus_that_takes_nothing_is_as_a_silent_scorer(self, tries: int) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.bus.refuses = tries
        for _ in range(tries):
            with pytest.raises(Unsettled, match="the bus did not take"):
                bank.run()
        bank.run()
        assert bank.state(payment) is _S.SCHEDULED
        (line,) = [one for one in bank.timeline(payment) if one.event == "screened"]
        assert line.facts.get("fallback") == ("SCORER_SILENT" if tries == TRIES_MAX else None)
        assert bank.payment(payment).execution == 1

    def test_a_judgement_that_comes_late_or_twice_changes_nothing(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        before = bank.payment(payment)
        bank.steps.judged(before, said(payment.id, Decision.BLOCK))
        bank.run()
        assert bank.payment(payment) == before


class TestRejected:
    def sent(self, *minors: int) -> tuple[AchBank, Account, list[Payment], AchFile]:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payments = [bank.send(actor, account, maria, minor, key=f"p-{minor}") for minor in minors]
        bank.run()
        return bank, account, payments, bank.cut_off(payments[0])

    def test_a_matter_of_form_is_built_again_from_its_entries_under_a_new_modifier(self) -> None:
        bank, account, (payment,), file = self.sent(10_00)
        bank.reject(file, RejectionReason("REJ0102", "file control wrong"))
        assert bank.file_state(file) is FileState.REPLACED
        (successor,) = bank.outgoing.existing(file.id).replaced_by
        bank.files()
        bank.run()
        new = bank.outgoing.existing(successor)
        assert (new.state, new.replaces) == (FileState.SENT, file.id)
        assert new.modifier != file.modifier
        old_entry, new_entry = (
            [line for line in bank.text(one).splitlines() if line.startswith("6")] for one in (file, new)
        )
        assert old_entry == new_entry
        assert bank.payment(payment).progress.file == new.id
        assert bank.state(payment) is _S.SENT
        bank.acknowledge(new)
        bank.settlement(payment)
        assert bank.state(payment) is _S.SETTLED
        assert bank.balance(account) == 990_00
        assert (bank.book("ach_in_transit"), bank.book("settlement")) == (0, 10_00)

    def test_what_cannot_be_mended_is_decided_by_two_people_and_posted_back(self) -> None:
        bank, account, (payment,), file = self.sent(10_00)
        bank.reject(file, RejectionReason("REJ0900", "not today"))
        assert (bank.file_state(file), bank.state(payment)) == (FileState.REJECTED, _S.REJECTED)
        case = bank.case(bank.outgoing.existing(file.id).case or "")
        assert case.kind is CaseKind.ACH_FILE_REJECTED
        bank.resolve(case.id, ResolutionCode.POST_BACK, Group.OPERATIONS)
        assert (bank.file_state(file), bank.state(payment)) == (FileState.WITHDRAWN, _S.FAILED)
        assert bank.balance(account) == 1_000_00
        assert bank.book("ach_in_transit") == 0

    def test_two_people_may_have_it_built_again(self) -> None:
        bank, _, (payment,), file = self.sent(10_00)
        bank.reject(file, RejectionReason("REJ0900", "not today"))
        bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.REBUILD, Group.OPERATIONS)
        bank.files()
        bank.run()
        assert bank.state(payment) is _S.SENT
        assert bank.payment(payment).progress.file != file.id

    def test_an_entry_alone_is_rejected_and_its_neighbours_settle(self) -> None:
        bank, account, (first, second), file = self.sent(10_00, 20_00)
        trace = bank.payment(second).progress.trace
        bank.reject(file, RejectionReason("REJ0801", "no such bank", trace=trace), level=RejectionLevel.ENTRY)
        assert (bank.state(first), bank.state(second)) == (_S.ACKNOWLEDGED, _S.REJECTED)
        assert bank.file_state(file) is FileState.PARTLY_REJECTED
        bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.POST_BACK, Group.OPERATIONS)
        bank.settlement(first)
        assert (bank.state(first), bank.state(second)) == (_S.SETTLED, _S.FAILED)
        assert bank.file_state(file) is FileState.ACKNOWLEDGED
        assert bank.balance(account) == 990_00
        assert bank.book("ach_in_transit") == 0

    def test_a_batch_alone_is_rejected_and_rebuilt_without_the_other(self) -> None:
        bank, _, (first, second), file = self.sent(10_00, 20_00)
        bank.reject(file, RejectionReason("REJ0500", "batch", batch_number=1), level=RejectionLevel.BATCH)
        assert {bank.state(first), bank.state(second)} == {_S.REJECTED}
        bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.REBUILD, Group.OPERATIONS)
        bank.files()
        bank.run()
        assert bank.file_state(file) is FileState.ACKNOWLEDGED
        (new,) = bank.outgoing.existing(file.id).replaced_by
        assert bank.read(bank.outgoing.existing(new)).totals.credit_minor == 30_00

    def test_the_bank_may_answer_everything_twice(self) -> None:
        bank, account, (payment,), file = self.sent(10_00)
        for delivery in ("dlv_1", "dlv_1", "dlv_3"):
            bank.reject(file, RejectionReason("REJ0102", "file control wrong"), delivery=delivery)
        (successor,) = bank.outgoing.existing(file.id).replaced_by
        bank.files()
        new = bank.outgoing.existing(successor)
        for delivery in ("dlv_4", "dlv_4", "dlv_5"):
            bank.acknowledge(new, delivery=delivery)
        bank.reject(file, RejectionReason("REJ0102", "file control wrong"), delivery="dlv_6")
        bank.settlement(payment)
        assert bank.state(payment) is _S.SETTLED
        assert bank.balance(account) == 990_00
        assert len([name for name in bank.exchange.files if name.startswith("outbound")]) == 2

    def test_an_answer_about_another_text_is_no_answer(self) -> None:
        bank, _, (payment,), file = self.sent(10_00)
        now = bank.clock.now()
        wrong = bank.outgoing.acknowledged(
            file.name or "",
            sha256="0" * 64,
            entries=1,
            debit_minor=0,
            credit_minor=10_00,
            occurred_at=now,
            delivery="d",
        )
        assert code(wrong) == "ANSWER_MISMATCH"
        assert code(bank.reject(file, RejectionReason("X", "y", trace="1" * 15), level=RejectionLevel.ENTRY)) == (
            "ANSWER_MISMATCH"
        )
        unknown = bank.outgoing.acknowledged(
            "fil_us_x_1.ach", sha256="0" * 64, entries=1, debit_minor=0, credit_minor=1, occurred_at=now, delivery="d"
        )
        assert code(unknown) == "NOT_FOUND"
        assert bank.state(payment) is _S.SENT

    def test_a_third_rejection_is_for_people_whatever_its_code(self) -> None:
        bank, _, (payment,), file = self.sent(10_00)
        for number in range(3):
            bank.reject(file, RejectionReason("REJ0102", "file control wrong"), delivery=f"dlv_{number}")
            found = bank.outgoing.existing(file.id)
            if found.case:
                break
            bank.files()
            bank.run()
            file = bank.outgoing.existing(found.replaced_by[0])
        assert number == 2
        assert bank.state(payment) is _S.REJECTED

    def test_money_that_its_account_cannot_take_back_lies_in_a_book_and_is_somebodys_case(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=10_00)
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        file = bank.cut_off(payment)
        bank.accounts.close(actor, account=account.id, key="close")
        bank.reject(file, RejectionReason("REJ0900", "not today"))
        bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.POST_BACK, Group.OPERATIONS)
        assert bank.state(payment) is _S.UNPOSTED
        assert (bank.book("ach_in_transit"), bank.book("ach_unposted")) == (0, 10_00)
        assert bank.case(bank.payment(payment).case or "").kind is CaseKind.ACH_PAYMENT_UNPOSTED


class TestSilence:
    def test_a_bank_that_does_not_answer_is_asked_about_and_nothing_is_sent_again(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        file = bank.cut_off(payment)
        for _ in range(4):
            bank.clock.move(bank.deadlines.acknowledgement + timedelta(minutes=1))
            bank.files()
            bank.run()
        assert bank.state(payment) is _S.SENT
        assert len([name for name in bank.exchange.files if name.startswith("outbound")]) == 1
        case = bank.case(bank.outgoing.existing(file.id).case or "")
        assert (case.kind, case.subject.id) == (CaseKind.PARTNER_SILENT, file.id)
        bank.acknowledge(file)
        bank.settlement(payment)
        assert bank.state(payment) is _S.SETTLED


class TestRefusals:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"sec": "CCD"}, "INPUT_INVALID"),
            ({"sec": "TEL"}, "INPUT_INVALID"),
            ({"sec": "IAT"}, "INPUT_INVALID"),
            ({"description": ""}, "INPUT_INVALID"),
            ({"description": "REVERSAL"}, "INPUT_INVALID"),
            ({"remittance": "x" * 81}, "INPUT_INVALID"),
            ({"remittance": "€" * 27}, "INPUT_INVALID"),
            ({"remittance": "\u0301"}, "INPUT_INVALID"),
            ({"remittance": "tab\t"}, "INPUT_INVALID"),
            ({"amount": Money(0, "USD")}, "INPUT_INVALID"),
            ({"amount": Money(-1, "USD")}, "INPUT_INVALID"),
            ({"amount": Money(10**10, "USD")}, "INPUT_INVALID"),
            ({"amount": Money(10_000_01, "USD")}, "ACH_NOT_ELIGIBLE"),
            ({"amount": Money(10, "EUR")}, "CURRENCY_MISMATCH"),
            ({"account": "acc_us0001_01K9MJ35C0P2YMBWNV4AAEZY62"}, "NOT_FOUND"),
            ({"counterparty": "cpy_us0001_01K9MJ35C0P2YMBWNV4AAEZY62"}, "NOT_FOUND"),
        ],
    )
    def test_what_cannot_be_sent_is_refused_and_leaves_nothing(self, asked: dict[str, object], expected: str) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        answer = bank.ach.originate_credit(actor, wish(account, maria, 10_00, **asked), key="p-1")
        assert code(answer) == expected
        assert not bank.machine.runs
        assert bank.send(actor, account, maria, 10_00).state is _S.ACCEPTED

    def test_a_counterparty_that_is_not_verified_is_not_sent_to(self) -> None:
        bank = AchBank()
        actor, account, _ = bank.sender()
        unverified = bank.unverified(actor)
        answer = bank.ach.originate_credit(actor, wish(account, unverified, 10_00), key="p-1")
        assert code(answer).startswith("COUNTERPARTY_")

    def test_another_persons_counterparty_is_not_found(self) -> None:
        bank = AchBank()
        actor, account, _ = bank.sender()
        _, _, theirs = bank.sender()
        assert code(bank.ach.originate_credit(actor, wish(account, theirs, 10_00), key="p-1")) == "NOT_FOUND"

    def test_the_same_again_is_suspected_to_be_a_double_unless_it_is_meant(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        bank.send(actor, account, maria, 10_00, key="p-1")
        assert code(bank.ach.originate_credit(actor, wish(account, maria, 10_00), key="p-2")) == "DUPLICATE_SUSPECTED"
        assert bank.send(actor, account, maria, 10_00, key="p-2", duplicate_intended=True).state is _S.ACCEPTED
        bank.clock.move(timedelta(hours=25))
        assert bank.send(actor, account, maria, 10_00, key="p-3").state is _S.ACCEPTED

    def test_the_days_limit_counts_what_was_sent_before(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=90_000_00)
        for number in range(2):
            bank.send(actor, account, maria, 10_000_00 - number, key=f"p-{number}")
        answer = bank.ach.originate_credit(actor, wish(account, maria, 9_000_00), key="p-9")
        assert code(answer) == "ACH_NOT_ELIGIBLE"

    def test_the_days_limit_counts_what_lies_behind_a_hundred_small_payments(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=90_000_00)
        for number in range(2):
            bank.send(actor, account, maria, 10_000_00 - number, key=f"p-{number}")
        for number in range(PAGE):
            bank.clock.move(timedelta(seconds=1))
            bank.send(actor, account, maria, 1 + number, key=f"s-{number}")
        answer = bank.ach.originate_credit(actor, wish(account, maria, 9_000_00), key="p-9")
        assert code(answer) == "ACH_NOT_ELIGIBLE"

    def test_more_payments_in_a_day_than_are_counted_are_refused_until_the_next(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "PAGE", 2)
        monkeypatch.setattr(service, "PAGES_MAX", 2)
        bank = AchBank()
        actor, account, maria = bank.sender()
        for number in range(4):
            bank.clock.move(timedelta(seconds=1))
            bank.send(actor, account, maria, 1_00 + number, key=f"p-{number}")
        bank.send(actor, account, maria, 2_00, key="p-4")
        refused = bank.ach.originate_credit(actor, wish(account, maria, 3_00), key="p-5")
        assert isinstance(refused, AchNotEligible)
        assert refused.reason_code == "TOO_MANY_PAYMENTS"
        bank.clock.move(timedelta(hours=25))
        assert bank.send(actor, account, maria, 3_00, key="p-6").state is _S.ACCEPTED

    def test_a_wish_for_the_same_day_on_a_sunday_settles_on_monday(self) -> None:
        bank = AchBank(now=datetime(2026, 3, 8, 15, 0, tzinfo=UTC))
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00, speed=Speed.SAME_DAY)
        bank.run()
        assert bank.payment(payment).progress.settles_on == date(2026, 3, 9)


class TestErased:
    def test_a_sender_who_is_erased_before_the_cut_off_sends_nothing(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        bank.customers.erase(actor.person)
        at = bank.payment(payment).progress.cut_off_at
        assert at is not None
        bank.clock.instant = at + timedelta(seconds=5)
        bank.files()
        bank.run()
        assert bank.state(payment) in (_S.CANCELLED, _S.FAILED)
        assert (bank.balance(account), bank.held(account)) == (1_000_00, 0)
        assert bank.book("ach_in_transit") == 0


class TestReceiversThatCannotBeUsedAnyMore:
    def test_a_receiver_that_was_closed_before_the_cut_off_is_sent_nothing_and_the_customer_is_told(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        made(bank.counterparties.close(actor, maria.id), Counterparty)
        cut_off_without_a_file(bank, payment)
        assert (bank.state(payment), bank.payment(payment).reason_code) == (_S.CANCELLED, "COUNTERPARTY_CLOSED")
        assert (bank.balance(account), bank.held(account), bank.book("ach_in_transit")) == (1_000_00, 0, 0)
        assert [notice.kind for notice in bank.told(actor)].count(NoticeKind.ACH_PAYMENT_NOT_MADE) == 1

    def test_a_receiver_whose_proof_came_back_is_sent_nothing(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        bank.counterparties.verification_returned(maria.id, attempt=1, return_code="R03")
        cut_off_without_a_file(bank, payment)
        assert bank.state(payment) is _S.CANCELLED
        assert bank.payment(payment).reason_code == "COUNTERPARTY_NOT_VERIFIED"

    def test_a_payment_that_its_customer_called_off_is_not_told_of(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 10_00)
        bank.run()
        bank.ach.cancel(actor, payment.id)
        bank.run()
        assert bank.state(payment) is _S.CANCELLED
        assert NoticeKind.ACH_PAYMENT_NOT_MADE not in [notice.kind for notice in bank.told(actor)]


def cut_off_without_a_file(bank: AchBank, payment: Payment) -> None:
    """The window of the only payment is cut off, and nothing is left of it that could go."""
    at = made(bank.payment(payment).progress.cut_off_at, datetime)
    bank.clock.instant = at + timedelta(seconds=5)
    bank.files()
    bank.run()
    assert not [name for name in bank.exchange.files if name.startswith("outbound")]
