"""Stories of files that come in by ACH, from their arrival to the accounts, over the real ledger in memory."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import tables_aws
from domain.access.model import Group
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import CaseState, Happened
from domain.customers.model import CustomerKind
from domain.ledger.model import Command, Posted, Refused
from domain.payments import service as payments
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.steps import StepUnknown
from domain.rails.ach import incoming_files, incoming_keeping, incoming_posting, records
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedKind, ReceivedState
from domain.rails.ach.incoming_model import (
    AnswerNotAllowed,
    Found,
    Grounds,
    ReceivedEntry,
    ReceivedFile,
    ReceivedFileUnknown,
)
from domain.rails.ach.incoming_ports import HandoffMalformed, handoff_of, handoff_text
from domain.rails.ach.incoming_steps import FileStepAnswer, FileSteps
from domain.rails.ach.kinds import EntryKind, FileState, RejectionLevel
from domain.rails.ach.model import RejectionReason
from domain.rails.ach.nacha.findings import FINDINGS_KEPT_MAX
from domain.rails.ach.nacha.records import Addenda98, Addenda99
from domain.rails.ach.return_codes import Decision
from domain.refusals import TryAgain
from ops.simulation.house import HouseFault
from tests.unit.accounts.house import code, staff
from tests.unit.rails.ach.bank import MONDAY, AchBank
from tests.unit.rails.ach.partner import Sheet, with_wrong_digit, with_wrong_total

_S, _F = ReceivedState, ReceivedFileState
TUESDAY = date(2026, 3, 10)
NOBODYS = "000000000000"
"""Well formed, and no account's."""


def bank_with_account(
    *, minor: int = 0, product: str = "checking", kind: CustomerKind = CustomerKind.PERSON
) -> tuple[AchBank, Account]:
    bank = AchBank()
    return bank, bank.open(bank.person(kind=kind), product=product, deposit_minor=minor)


def one_entry(number: str, minor: int, **other: object) -> bytes:
    sheet = Sheet()
    sheet.add(number, minor, **other)  # type: ignore[arg-type]  # facts of an entry, by their names
    return sheet.text()


def given_up(bank: AchBank, entry: ReceivedEntry) -> None:
    """The bank rejects the file that the entry goes back in, and it goes into no other."""
    file = bank.send_back(bank.entry(entry))
    bank.reject(file, RejectionReason("REJ0900", "not today"), level=RejectionLevel.FILE)
    bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.POST_BACK, Group.OPERATIONS)
    assert bank.entry(entry).state is _S.PENDED


class TestACredit:
    def test_is_posted_once_on_its_day_and_its_customer_sees_who_sent_it(self) -> None:
        bank, account = bank_with_account()
        file = bank.receive(one_entry(account.record.number, 250_00))
        assert file.state is _F.DONE
        (entry,) = bank.received(file)
        assert (entry.state, entry.account) == (_S.POSTED, account.id)
        assert bank.balance(account) == 250_00
        assert bank.book("settlement") == -250_00
        payment = bank.payments.existing(entry.payment or "")
        assert (payment.kind, payment.state) == (PaymentKind.ACH_CREDIT_RECEIVED, PaymentState.POSTED)
        assert payment.amount.minor == 250_00
        assert bank.ach.opened_remittance(payment) == "ACME WAGES"
        assert payment.due_at is None

    def test_that_comes_the_day_before_waits_for_the_morning(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet(settles_on=TUESDAY)
        sheet.add(account.record.number, 250_00)
        file = bank.receive(sheet.text())
        assert (file.state, bank.balance(account)) == (_F.POSTING, 0)
        assert file.due_at == datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
        bank.clock.instant = file.due_at
        bank.take_in()
        assert bank.balance(account) == 250_00
        assert bank.incoming.files.existing(file.id).state is _F.DONE

    def test_that_comes_days_late_is_posted_at_once(self) -> None:
        bank, account = bank_with_account()
        bank.clock.move(timedelta(days=4))
        bank.receive(one_entry(account.record.number, 250_00))
        assert bank.balance(account) == 250_00

    def test_of_the_same_day_is_posted_at_the_settlement_of_the_window_it_came_with(self) -> None:
        bank, account = bank_with_account()
        bank.clock.instant = datetime(2026, 3, 9, 16, 5, tzinfo=UTC)  # five past noon: the first delivery is out
        file = bank.receive(one_entry(account.record.number, 250_00))
        assert bank.balance(account) == 0
        assert file.due_at == datetime(2026, 3, 9, 17, 0, tzinfo=UTC)

    @pytest.mark.parametrize(("frozen", "code"), [(True, "R16"), (False, "R02")])
    def test_that_its_account_does_not_take_goes_back(self, frozen: bool, code: str) -> None:
        bank, account = bank_with_account()
        if frozen:
            bank.accounts.freeze(staff(Group.OPERATIONS), account=account.id, key="f", debits_only=False)
        else:
            bank.accounts.close(staff(Group.OPERATIONS), account=account.id, key="c")
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 250_00)))
        assert (entry.state, entry.return_code) == (_S.RETURN_QUEUED, code)
        assert (bank.book("settlement"), bank.book("ach_unposted")) == (-250_00, 250_00)
        bank.settle_file(bank.send_back(entry))
        assert bank.entry(entry).state is _S.RETURNED
        assert (bank.book("settlement"), bank.book("ach_unposted")) == (0, 0)

    def test_to_an_account_whose_debits_are_frozen_posts(self) -> None:
        bank, account = bank_with_account()
        bank.accounts.freeze(staff(Group.OPERATIONS), account=account.id, key="f", debits_only=True)
        bank.receive(one_entry(account.record.number, 250_00))
        assert bank.balance(account) == 250_00

    @pytest.mark.parametrize(("number", "code"), [(NOBODYS, "R03"), ("12345", "R04"), ("AB-12", "R04")])
    def test_to_no_account_of_ours_goes_back_and_nobody_sees_a_payment(self, number: str, code: str) -> None:
        bank = AchBank()
        (entry,) = bank.received(bank.receive(one_entry(number, 250_00)))
        assert (entry.state, entry.return_code, entry.payment) == (_S.RETURN_QUEUED, code, None)
        assert entry.number_masked == "••" + number[-4:]
        assert number not in repr(entry)
        bank.settle_file(bank.send_back(entry))
        assert (bank.book("settlement"), bank.book("ach_unposted")) == (0, 0)


class TestADebit:
    def test_is_taken_from_an_account_that_has_it(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        assert entry.state is _S.POSTED
        assert (bank.balance(account), bank.book("settlement")) == (40_00, 60_00)
        payment = bank.payments.existing(entry.payment or "")
        assert (payment.kind, payment.state) == (PaymentKind.ACH_DEBIT_RECEIVED, PaymentState.POSTED)

    def test_that_the_account_cannot_pay_goes_back_with_r01_by_its_last_legal_day(self) -> None:
        bank, account = bank_with_account(minor=50_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        assert (entry.state, entry.return_code, entry.return_by) == (_S.RETURN_QUEUED, "R01", TUESDAY)
        assert (bank.balance(account), bank.book("ach_unposted"), bank.book("settlement")) == (50_00, -60_00, 60_00)
        file = bank.send_back(entry)
        assert file.state is FileState.ACKNOWLEDGED
        header, back = bank.only_entry(file)
        assert (back.transaction_code, back.amount_minor, header.sec) == ("26", 60_00, "PPD")
        (addenda,) = back.addenda
        assert isinstance(addenda, Addenda99)
        assert (addenda.return_code, addenda.original_trace_number) == ("R01", entry.trace)
        assert bank.entry(entry).state is _S.RETURN_QUEUED
        bank.settle_file(file)
        assert bank.entry(entry).state is _S.RETURNED
        assert (bank.book("ach_unposted"), bank.book("settlement"), bank.balance(account)) == (0, 0, 50_00)
        payment = bank.payments.existing(entry.payment or "")
        assert (payment.state, payment.progress.return_code) == (PaymentState.RETURNED, "R01")

    def test_of_a_savings_account_goes_back_with_r20(self) -> None:
        bank, account = bank_with_account(minor=100_00, product="savings")
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="37")))
        assert (entry.state, entry.return_code) == (_S.RETURN_QUEUED, "R20")
        assert bank.balance(account) == 100_00

    def test_of_a_frozen_account_goes_back_with_r16(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        bank.accounts.freeze(staff(Group.OPERATIONS), account=account.id, key="f", debits_only=True)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        assert entry.return_code == "R16"

    @pytest.mark.parametrize(
        ("kind", "sec", "code"), [(CustomerKind.BUSINESS, "PPD", "R29"), (CustomerKind.PERSON, "CCD", "R17")]
    )
    def test_whose_class_is_for_another_kind_of_account_waits_for_a_person(
        self, kind: CustomerKind, sec: str, code: str
    ) -> None:
        bank, account = bank_with_account(minor=100_00, kind=kind)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27", sec=sec)))
        assert (entry.state, entry.return_code, entry.undecided) == (_S.PENDED, code, True)
        case = bank.case(entry.case or "")
        assert (case.kind, case.subject.id) == (CaseKind.ACH_ENTRY_PENDED, entry.id)
        assert bank.balance(account) == 100_00

    def test_whose_return_misses_its_window_goes_with_the_next(self) -> None:
        bank, account = bank_with_account(minor=50_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        bank.ach_store.move_checkpoint("windows", datetime(2026, 3, 10, 12, 0, tzinfo=UTC))  # nobody cut that night
        bank.clock.instant = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
        bank.take_in()
        later = bank.entry(entry)
        assert later.answer == entry.answer
        assert bank.send_back(later).window.startswith("20260311")


class TestPended:
    def pended(self, minor: int = 100_00) -> tuple[AchBank, Account, str]:
        bank, account = bank_with_account(minor=minor, kind=CustomerKind.BUSINESS)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        assert (bank.book("ach_unposted"), bank.book("settlement")) == (-60_00, 60_00)
        return bank, account, entry.id

    def test_it_is_posted_when_two_people_say_so(self) -> None:
        bank, account, name = self.pended()
        entry = bank.incoming.entries.existing(name)
        bank.resolve(entry.case or "", ResolutionCode.POST, Group.OPERATIONS)
        assert bank.entry(entry).state is _S.POSTED
        assert (bank.balance(account), bank.book("ach_unposted")) == (40_00, 0)
        assert bank.payments.existing(entry.payment or "").state is PaymentState.POSTED

    def test_it_goes_back_when_a_person_says_so(self) -> None:
        bank, account, name = self.pended()
        entry = bank.incoming.entries.existing(name)
        bank.resolve(entry.case or "", ResolutionCode.RETURN, Group.OPERATIONS)
        assert bank.entry(entry).state is _S.RETURN_QUEUED
        bank.settle_file(bank.send_back(bank.entry(entry)))
        assert (bank.balance(account), bank.book("ach_unposted"), bank.book("settlement")) == (100_00, 0, 0)

    def test_it_goes_back_by_itself_when_nobody_decides_before_the_last_legal_day_ends(self) -> None:
        bank, _, name = self.pended()
        entry = bank.incoming.entries.existing(name)
        assert entry.return_by == TUESDAY
        assert entry.due_at == datetime(2026, 3, 11, 5, 15, tzinfo=UTC)  # 01:15 in New York, an hour before 02:15
        bank.clock.instant = entry.due_at - timedelta(seconds=1)
        bank.take_in()
        assert bank.entry(entry).state is _S.PENDED
        bank.clock.instant = entry.due_at
        bank.take_in()
        assert (bank.entry(entry).state, bank.entry(entry).return_code) == (_S.RETURN_QUEUED, "R29")
        assert bank.send_back(bank.entry(entry)).window.startswith("20260311")

    def test_what_people_settle_by_hand_does_not_go_back_by_itself(self) -> None:
        bank, account, name = self.pended()
        entry = bank.incoming.entries.existing(name)
        bank.resolve(entry.case or "", ResolutionCode.SETTLED_BY_HAND, Group.OPERATIONS)
        bank.clock.move(timedelta(days=4))
        bank.take_in()
        bank.incoming.work_entry(entry.id)
        assert (bank.entry(entry).state, bank.entry(entry).due_at) == (_S.PENDED, None)
        assert (bank.balance(account), bank.book("ach_unposted")) == (100_00, -60_00)

    def test_what_goes_back_already_cannot_be_settled_by_hand_and_its_file_is_built(self) -> None:
        bank, _, name = self.pended()
        entry = bank.incoming.entries.existing(name)
        bank.clock.instant = entry.due_at or bank.clock.instant
        bank.take_in()
        case = bank.resolve(entry.case or "", ResolutionCode.SETTLED_BY_HAND, Group.OPERATIONS)
        assert (case.history[-1].happened, case.state) == (Happened.NOT_CARRIED_OUT, CaseState.OPEN)
        assert (bank.entry(entry).state, bank.entry(entry).return_code) == (_S.RETURN_QUEUED, "R29")
        assert bank.send_back(bank.entry(entry)).name

    def test_what_the_account_cannot_pay_after_all_stays_pended_and_people_hear_why(self) -> None:
        bank, _, name = self.pended(minor=10_00)
        entry = bank.incoming.entries.existing(name)
        case = bank.resolve(entry.case or "", ResolutionCode.POST, Group.OPERATIONS)
        assert (case.history[-1].happened, case.state) == (Happened.NOT_CARRIED_OUT, CaseState.OPEN)
        stays = bank.entry(entry)
        assert (stays.state, stays.reason, stays.case) == (_S.PENDED, "INSUFFICIENT_FUNDS", entry.case)
        bank.resolve(entry.case or "", ResolutionCode.RETURN, Group.OPERATIONS)
        assert bank.entry(entry).state is _S.RETURN_QUEUED

    def test_a_large_credit_waits_and_posts_later(self) -> None:
        bank, account = bank_with_account()
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 250_000_00)))
        assert (entry.state, entry.reason) == (_S.PENDED, "AMOUNT_UNDER_REVIEW")
        bank.resolve(entry.case or "", ResolutionCode.POST, Group.OPERATIONS)
        assert bank.balance(account) == 250_000_00

    def test_what_came_too_late_to_be_returned_is_for_people_alone(self) -> None:
        bank, account = bank_with_account(minor=10_00)
        bank.clock.move(timedelta(days=9))
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        assert (entry.state, entry.return_code, entry.due_at) == (_S.PENDED, None, None)
        with pytest.raises(HouseFault, match="No code of the rules"):
            bank.resolve(entry.case or "", ResolutionCode.RETURN, Group.OPERATIONS)

    def test_a_return_that_the_bank_rejects_for_good_is_for_people_again(self) -> None:
        bank, account = bank_with_account(minor=50_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        file = bank.send_back(entry)
        bank.reject(file, RejectionReason("REJ0900", "not today"), level=RejectionLevel.FILE)
        assert bank.entry(entry).state is _S.RETURN_REJECTED
        bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.POST_BACK, Group.OPERATIONS)
        again = bank.entry(entry)
        assert (again.state, again.undecided) == (_S.PENDED, True)
        bank.resolve(again.case or "", ResolutionCode.RETURN, Group.OPERATIONS)
        bank.settle_file(bank.send_back(bank.entry(entry)))
        assert bank.entry(entry).state is _S.RETURNED
        assert bank.book("ach_unposted") == 0

    def test_what_was_posted_by_people_and_could_not_go_back_is_posted_again(self) -> None:
        bank, account = bank_with_account()
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 250_000_00)))
        bank.resolve(entry.case or "", ResolutionCode.POST, Group.OPERATIONS)
        send_back, asked = bank.incoming.decisions.send_back, Grounds(event_on=MONDAY.date())
        assert isinstance(send_back(entry.id, Decision.REQUESTED, by="stf_x", key="k", facts=asked), ReceivedEntry)
        assert (bank.balance(account), bank.book("ach_unposted")) == (0, 250_000_00)
        given_up(bank, entry)
        bank.resolve(bank.entry(entry).case or "", ResolutionCode.POST, Group.OPERATIONS)
        assert bank.entry(entry).state is _S.POSTED
        assert (bank.balance(account), bank.book("ach_unposted")) == (250_000_00, 0)

    def test_what_was_taken_back_and_could_not_go_back_is_taken_back_again(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        send_back = bank.incoming.decisions.send_back
        assert isinstance(send_back(entry.id, Decision.STOPPED, by="stf_x", key="k"), ReceivedEntry)
        assert (bank.entry(entry).return_code, bank.balance(account)) == ("R08", 100_00)
        given_up(bank, entry)
        bank.resolve(bank.entry(entry).case or "", ResolutionCode.POST, Group.OPERATIONS)
        assert (bank.balance(account), bank.book("ach_unposted")) == (40_00, 0)
        grounds = Grounds(statement=True)
        done = send_back(entry.id, Decision.UNAUTHORISED, by="stf_x", key="k-2", facts=grounds)
        assert isinstance(done, ReceivedEntry)
        assert (done.return_code, bank.balance(account), bank.book("ach_unposted")) == ("R10", 100_00, -60_00)
        bank.settle_file(bank.send_back(done))
        assert (bank.entry(entry).state, bank.book("ach_unposted"), bank.book("settlement")) == (_S.RETURNED, 0, 0)

    def test_a_return_whose_file_is_rebuilt_goes_back_once(self) -> None:
        bank, account = bank_with_account(minor=50_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        file = bank.send_back(entry)
        bank.reject(file, RejectionReason("REJ0102", "file control wrong"), level=RejectionLevel.FILE)
        (new,) = bank.outgoing.existing(file.id).replaced_by
        bank.files()
        bank.acknowledge(bank.outgoing.existing(new), delivery="dlv_new")
        bank.settle_file(bank.outgoing.existing(new))
        assert bank.entry(entry).state is _S.RETURNED
        assert (bank.book("ach_unposted"), bank.book("settlement")) == (0, 0)


class TestPostedAndBackAfterAll:
    def test_a_debit_that_its_receiver_denies_in_writing_is_given_back_and_returned_for_sixty_days(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        bank.clock.move(timedelta(days=40))
        grounds = Grounds(statement=True, statement_reviewed_on=date(2026, 4, 17))
        done = bank.incoming.decisions.send_back(entry.id, Decision.UNAUTHORISED, by="stf_x", key="k", facts=grounds)
        assert isinstance(done, ReceivedEntry)
        assert (done.state, done.return_code) == (_S.RETURN_QUEUED, "R10")
        assert (bank.balance(account), bank.book("ach_unposted")) == (100_00, -60_00)
        payment = bank.payments.existing(done.payment or "")
        assert payment.state is PaymentState.PENDED
        bank.settle_file(bank.send_back(done))
        assert (bank.book("ach_unposted"), bank.book("settlement")) == (0, 0)
        assert bank.payments.existing(done.payment or "").state is PaymentState.RETURNED

    @pytest.mark.parametrize(
        ("decision", "died_on", "code", "addenda"),
        [
            (Decision.PAYEE_DECEASED, date(2026, 2, 28), "R14", ("260228", "")),
            (Decision.HOLDER_DECEASED, MONDAY.date(), "R15", ("260309", "")),
            (Decision.QUESTIONABLE, None, "R17", ("", "QUESTIONABLE")),
            (Decision.UNPROCESSABLE, None, "R17", ("", "")),
            (Decision.STOPPED, date(2026, 2, 28), "R08", ("", "")),
        ],
    )
    def test_what_the_code_alone_does_not_say_goes_along_in_its_addenda(
        self, decision: Decision, died_on: date | None, code: str, addenda: tuple[str, str]
    ) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        grounds = Grounds(died_on=died_on)
        done = bank.incoming.decisions.send_back(entry.id, decision, by="stf_x", key="k", facts=grounds)
        assert isinstance(done, ReceivedEntry)
        assert done.return_code == code
        assert "2026, 2, 28" not in repr(done)
        _, back = bank.only_entry(bank.send_back(done))
        (said,) = back.addenda
        assert isinstance(said, Addenda99)
        assert (said.return_code, said.date_of_death, said.addenda_information) == (code, *addenda)

    @pytest.mark.parametrize(
        ("decision", "grounds"),
        [
            (Decision.UNAUTHORISED, Grounds(statement=True)),
            (Decision.REQUESTED, Grounds(event_on=MONDAY.date())),
            (Decision.HOLDER_DECEASED, Grounds(died_on=MONDAY.date())),
        ],
    )
    def test_what_went_into_no_file_goes_back_on_the_same_grounds(self, decision: Decision, grounds: Grounds) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        done = bank.incoming.decisions.send_back(entry.id, decision, by="stf_x", key="k", facts=grounds)
        assert isinstance(done, ReceivedEntry)
        given_up(bank, entry)
        bank.resolve(bank.entry(entry).case or "", ResolutionCode.RETURN, Group.OPERATIONS)
        again = bank.entry(entry)
        assert (again.state, again.return_code) == (_S.RETURN_QUEUED, done.return_code)
        bank.settle_file(bank.send_back(again))
        assert bank.entry(entry).state is _S.RETURNED

    def test_said_again_with_its_key_it_changes_nothing(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        first = bank.incoming.decisions.send_back(entry.id, Decision.STOPPED, by="stf_x", key="k")
        assert isinstance(first, ReceivedEntry)
        assert bank.incoming.decisions.send_back(entry.id, Decision.STOPPED, by="stf_x", key="k") == first
        bank.settle_file(bank.send_back(first))
        assert bank.incoming.decisions.send_back(entry.id, Decision.STOPPED, by="stf_x", key="k") == bank.entry(entry)
        assert (bank.entry(entry).state, bank.balance(account)) == (_S.RETURNED, 100_00)

    def test_the_key_of_one_reason_is_not_taken_for_another(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        send_back = bank.incoming.decisions.send_back
        first = send_back(entry.id, Decision.STOPPED, by="stf_x", key="k")
        other = send_back(entry.id, Decision.UNPROCESSABLE, by="stf_x", key="k")
        asked = Grounds(event_on=MONDAY.date())
        more = send_back(entry.id, Decision.STOPPED, by="stf_x", key="k", facts=asked)
        assert (code(other), code(more)) == ("RETURN_KEY_REUSED", "RETURN_KEY_REUSED")
        assert bank.entry(entry) == first

    def test_who_asks_for_what_goes_back_already_hears_that_it_is_not_their_doing(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        first = bank.incoming.decisions.send_back(entry.id, Decision.STOPPED, by="stf_x", key="k")
        theirs = bank.incoming.decisions.send_back(entry.id, Decision.STOPPED, by="stf_y", key="k")
        assert code(theirs) == "ENTRY_NOT_PENDING"
        assert bank.entry(entry) == first

    @pytest.mark.parametrize(
        ("decision", "days", "expected"),
        [
            (Decision.UNAUTHORISED, 40, "STATEMENT_MISSING"),
            (Decision.STOPPED, 9, "TOO_LATE"),
            (Decision.REFUSED, 0, "NO_CODE"),
            (Decision.REQUESTED, 0, "EVENT_MISSING"),
            (Decision.PAYEE_DECEASED, 0, "DATE_OF_DEATH_MISSING"),
            (Decision.HOLDER_DECEASED, 0, "DATE_OF_DEATH_MISSING"),
        ],
    )
    def test_what_the_rules_do_not_allow_is_refused_and_moves_nothing(
        self, decision: Decision, days: int, expected: str
    ) -> None:
        bank, account = bank_with_account(minor=100_00)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00, code="27")))
        bank.clock.move(timedelta(days=days))
        answer = bank.incoming.decisions.send_back(entry.id, decision, by="stf_x", key="k")
        assert isinstance(answer, AnswerNotAllowed)
        assert answer.reason_code == expected
        assert (bank.entry(entry).state, bank.balance(account)) == (_S.POSTED, 40_00)

    def test_a_credit_that_its_receiver_refuses_goes_back_while_it_is_there(self) -> None:
        bank, account = bank_with_account()
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00)))
        facts = Grounds(event_on=date(2026, 3, 9))
        done = bank.incoming.decisions.send_back(entry.id, Decision.REFUSED, by="stf_x", key="k", facts=facts)
        assert isinstance(done, ReceivedEntry)
        assert (done.return_code, bank.balance(account)) == ("R23", 0)

    def test_a_credit_that_is_spent_stays_posted_and_who_asked_hears_why(self) -> None:
        bank, account = bank_with_account()
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 60_00)))
        bank.spend(account, 50_00)
        facts = Grounds(event_on=date(2026, 3, 9))
        answer = bank.incoming.decisions.send_back(entry.id, Decision.REQUESTED, by="stf_x", key="k", facts=facts)
        assert isinstance(answer, AnswerNotAllowed)
        assert answer.reason_code == "INSUFFICIENT_FUNDS"
        assert (bank.entry(entry).state, bank.balance(account)) == (_S.POSTED, 10_00)
        bank.deposit(account, 50_00)
        done = bank.incoming.decisions.send_back(entry.id, Decision.REQUESTED, by="stf_x", key="k", facts=facts)
        assert isinstance(done, ReceivedEntry)
        assert done.return_code == "R06"

    def test_what_is_not_posted_is_not_taken_back(self) -> None:
        bank, account = bank_with_account()
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 0, code="23")))
        send_back = bank.incoming.decisions.send_back
        assert code(send_back(entry.id, Decision.STOPPED, by="stf_x", key="k")) == "ENTRY_NOT_PENDING"
        assert code(send_back("rce_us9999_x", Decision.STOPPED, by="stf_x", key="k")) == "NOT_FOUND"


class TestWithoutMoney:
    def test_a_prenote_to_an_account_of_ours_is_answered_by_silence(self) -> None:
        bank, account = bank_with_account()
        file = bank.receive(one_entry(account.record.number, 0, code="23"))
        (entry,) = bank.received(file)
        assert (entry.kind, entry.state, entry.payment) == (ReceivedKind.ZERO, _S.ANSWERED, None)

    def test_a_prenote_to_nobody_goes_back_and_moves_nothing(self) -> None:
        bank = AchBank()
        (entry,) = bank.received(bank.receive(one_entry(NOBODYS, 0, code="28")))
        assert (entry.state, entry.return_code) == (_S.RETURN_QUEUED, "R03")
        file = bank.send_back(entry)
        _, back = bank.only_entry(file)
        assert (back.transaction_code, back.amount_minor) == ("26", 0)
        bank.settle_file(file)
        assert bank.entry(entry).state is _S.RETURNED
        assert (bank.book("settlement"), bank.book("ach_unposted")) == (0, 0)

    def undecided(self) -> tuple[AchBank, ReceivedEntry]:
        """A prenote of a consumer's debit, to a business."""
        bank, account = bank_with_account(kind=CustomerKind.BUSINESS)
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 0, code="28")))
        assert (entry.state, entry.reason, entry.return_code) == (_S.PENDED, "CONSUMER_DEBIT_TO_BUSINESS", "R29")
        assert bank.case(entry.case or "").kind is CaseKind.ACH_ENTRY_PENDED
        assert (bank.book("settlement"), bank.book("ach_unposted")) == (0, 0)
        return bank, entry

    @pytest.mark.parametrize("code", [ResolutionCode.POST, ResolutionCode.SETTLED_BY_HAND])
    def test_a_prenote_that_people_let_stand_is_answered_by_silence(self, code: ResolutionCode) -> None:
        bank, entry = self.undecided()
        bank.resolve(entry.case or "", code, Group.OPERATIONS)
        assert bank.entry(entry).state is _S.ANSWERED
        bank.clock.move(timedelta(days=4))
        bank.take_in()
        assert bank.entry(entry).state is _S.ANSWERED

    def test_a_prenote_goes_back_when_a_person_says_so(self) -> None:
        bank, entry = self.undecided()
        bank.resolve(entry.case or "", ResolutionCode.RETURN, Group.OPERATIONS)
        bank.settle_file(bank.send_back(bank.entry(entry)))
        assert bank.entry(entry).state is _S.RETURNED

    def test_a_prenote_goes_back_when_nobody_decides_in_time(self) -> None:
        bank, entry = self.undecided()
        assert entry.due_at == datetime(2026, 3, 11, 5, 15, tzinfo=UTC)
        bank.clock.instant = entry.due_at
        bank.take_in()
        assert (bank.entry(entry).state, bank.entry(entry).return_code) == (_S.RETURN_QUEUED, "R29")

    def test_a_prenote_to_nobody_that_came_too_late_to_go_back_is_somebodys_case(self) -> None:
        bank = AchBank()
        bank.clock.move(timedelta(days=9))
        (entry,) = bank.received(bank.receive(one_entry(NOBODYS, 0, code="28")))
        assert (entry.state, entry.reason, entry.return_code) == (_S.PENDED, "ACCOUNT_UNKNOWN", None)
        bank.resolve(entry.case or "", ResolutionCode.SETTLED_BY_HAND, Group.OPERATIONS)
        assert bank.entry(entry).state is _S.ANSWERED


class TestANotificationOfChange:
    @pytest.mark.parametrize(("transaction_code", "minor"), [("22", 10_00), ("23", 0)])
    def test_goes_out_when_the_entry_names_the_wrong_type_of_account(self, transaction_code: str, minor: int) -> None:
        bank, account = bank_with_account(product="savings")
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, minor, code=transaction_code)))
        assert (bank.balance(account), entry.change_code) == (minor, "C05")
        bank.clock.move(timedelta(hours=16))
        bank.files()
        out = bank.ach_store.entry(entry.change or "")
        assert out is not None
        assert (out.kind, out.amount.minor) == (EntryKind.NOC, 0)
        header, record = bank.only_entry(bank.outgoing.existing(out.file))
        (addenda,) = record.addenda
        assert isinstance(addenda, Addenda98)
        assert (header.sec, addenda.change_code, addenda.corrected_data) == ("COR", "C05", "3" + transaction_code[1:])
        assert addenda.original_trace_number == entry.trace

    def test_whose_window_went_without_it_takes_the_next(self) -> None:
        bank, account = bank_with_account(product="savings")
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 10_00)))
        bank.ach_store.move_checkpoint("windows", datetime(2026, 3, 10, 12, 0, tzinfo=UTC))  # nobody cut that night
        bank.clock.instant = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
        bank.take_in()
        bank.clock.move(timedelta(hours=17))
        bank.files()
        out = bank.ach_store.entry(entry.change or "")
        assert out is not None
        assert out.window.startswith("20260311")
        bank.clock.move(timedelta(hours=2))
        bank.take_in()
        assert bank.entry(entry).due_at is None

    def test_is_owed_to_nobody_whose_entry_is_right(self) -> None:
        bank, account = bank_with_account()
        (entry,) = bank.received(bank.receive(one_entry(account.record.number, 10_00)))
        assert (entry.change, entry.change_code) == (None, None)


class TestARepeatedEntry:
    """Of another file, which is no duplicate as a whole."""

    def twice(
        self, bank: AchBank, account: Account, minor: int = 250_00, *, again: int | None = None, **other: object
    ) -> tuple[ReceivedEntry, ReceivedEntry]:
        """An entry, and one with its trace number in a file of another modifier. `other`: facts of the second file."""
        code = str(other.pop("code", "22"))
        number = str(other.pop("number", account.record.number))
        first = Sheet()
        first.add(account.record.number, minor, code=code)
        second = Sheet(**{"modifier": "B", **other})  # type: ignore[arg-type]  # facts of a file, by their names
        second.add(number, minor if again is None else again, code=code)
        ((one,), (two,)) = (
            bank.received(bank.receive(sheet.text(), name))
            for sheet, name in ((first, "in-1.ach"), (second, "in-2.ach"))
        )
        return bank.entry(one), two

    def test_waits_for_people_who_see_what_it_repeats_and_the_first_stays_posted(self) -> None:
        bank, account = bank_with_account()
        first, second = self.twice(bank, account)
        assert (first.state, second.state) == (_S.POSTED, _S.PENDED)
        assert (second.reason, second.repeats, second.return_code) == ("ENTRY_REPEATED", first.id, "R24")
        assert (bank.balance(account), bank.book("ach_unposted")) == (250_00, 250_00)
        case = bank.case(second.case or "")
        assert case.kind is CaseKind.ACH_ENTRY_PENDED
        facts = {fact.label: fact.value for fact in case.facts}
        assert (facts["repeats"], facts["goes back with"]) == (first.id, "R24")

    def test_looked_at_again_is_pended_once_and_the_first_is_no_repetition_of_itself(self) -> None:
        bank, account = bank_with_account()
        first, second = self.twice(bank, account)
        for one in (first, second):
            bank.incoming.work_entry(one.id)
        assert (bank.entry(first).state, bank.entry(second).state) == (_S.POSTED, _S.PENDED)
        assert (bank.balance(account), len(bank.cases.unresolved())) == (250_00, 1)

    def test_never_goes_back_because_nobody_decided(self) -> None:
        bank, account = bank_with_account()
        _, second = self.twice(bank, account)
        for _ in range(9):
            bank.clock.move(timedelta(days=1))
            bank.take_in()
        stays = bank.entry(second)
        assert (stays.state, stays.answer, stays.due_at) == (_S.PENDED, None, None)
        assert bank.case(stays.case or "").state is not CaseState.RESOLVED

    def test_goes_back_as_a_duplicate_when_people_say_so(self) -> None:
        bank, account = bank_with_account()
        _, second = self.twice(bank, account)
        bank.resolve(second.case or "", ResolutionCode.RETURN, Group.OPERATIONS)
        assert (bank.entry(second).state, bank.entry(second).return_code) == (_S.RETURN_QUEUED, "R24")
        bank.settle_file(bank.send_back(bank.entry(second)))
        assert (bank.balance(account), bank.book("ach_unposted")) == (250_00, 0)

    def test_is_posted_when_people_say_that_it_is_another(self) -> None:
        bank, account = bank_with_account()
        _, second = self.twice(bank, account)
        bank.resolve(second.case or "", ResolutionCode.POST, Group.OPERATIONS)
        assert (bank.entry(second).state, bank.balance(account)) == (_S.POSTED, 500_00)

    def test_a_debit_is_collected_once(self) -> None:
        bank, account = bank_with_account(minor=900_00)
        first, second = self.twice(bank, account, code="27")
        assert (first.state, second.state, second.reason) == (_S.POSTED, _S.PENDED, "ENTRY_REPEATED")
        assert bank.balance(account) == 650_00

    def test_of_an_account_that_nobody_has_does_not_go_back_twice(self) -> None:
        bank = AchBank()
        ids = []
        for modifier in "AB":
            sheet = Sheet(modifier=modifier)
            sheet.add(NOBODYS, 250_00)
            ids += bank.received(bank.receive(sheet.text(), f"in-{modifier}.ach"))
        first, second = (bank.entry(one) for one in ids)
        assert (first.state, first.return_code) == (_S.RETURN_QUEUED, "R03")
        assert (second.state, second.repeats) == (_S.PENDED, first.id)

    @pytest.mark.parametrize(
        "other",
        [
            {"again": 250_01},
            {"description": "BONUS"},
            {"settles_on": TUESDAY},
            {"sequence": 1},
        ],
        ids=["amount", "description", "day", "trace"],
    )
    def test_what_differs_in_one_of_these_is_another_entry(self, other: dict[str, object]) -> None:
        bank, account = bank_with_account()
        first, second = self.twice(bank, account, **other)  # type: ignore[arg-type]  # facts of a file, by their names
        bank.clock.move(timedelta(days=1))
        bank.take_in()
        assert {bank.entry(one).state for one in (first, second)} == {_S.POSTED}
        assert bank.entry(second).repeats is None

    def test_the_same_of_another_account_is_another_entry(self) -> None:
        bank, account = bank_with_account()
        other = bank.open(bank.person())
        first, second = self.twice(bank, account, number=other.record.number)
        assert (first.state, second.state) == (_S.POSTED, _S.POSTED)
        assert (bank.balance(account), bank.balance(other)) == (250_00, 250_00)

    def test_a_prenote_that_comes_again_is_answered_again(self) -> None:
        bank, account = bank_with_account()
        first, second = self.twice(bank, account, 0, code="23")
        assert (first.state, second.state) == (_S.ANSWERED, _S.ANSWERED)


class TestFiles:
    def test_the_same_name_twice_is_one_file_and_posts_once(self) -> None:
        bank, account = bank_with_account()
        text = one_entry(account.record.number, 250_00)
        first = bank.receive(text)
        again = bank.receive(text)
        assert again == first
        assert bank.balance(account) == 250_00

    def test_the_same_content_under_another_name_is_a_duplicate_and_says_of_which(self) -> None:
        bank, account = bank_with_account()
        text = one_entry(account.record.number, 250_00)
        first = bank.receive(text)
        second = bank.receive(text, "in-2.ach")
        assert (second.state, second.duplicate_of) == (_F.DUPLICATE, first.id)
        assert bank.balance(account) == 250_00
        assert bank.received(second) == []

    def same_identity(self) -> tuple[AchBank, Account, ReceivedFile]:
        bank, account = bank_with_account()
        first = bank.receive(one_entry(account.record.number, 250_00))
        second = bank.receive(one_entry(account.record.number, 300_00), "in-2.ach")
        assert second.identity == first.identity == "984000016-260309-0600-A"
        assert (second.state, second.same_identity_as, bank.balance(account)) == (_F.QUARANTINED, first.id, 250_00)
        return bank, account, second

    def test_another_content_of_the_same_identity_is_somebodys_case_and_is_not_posted(self) -> None:
        bank, account, second = self.same_identity()
        assert [finding.code for finding in second.findings] == ["FILE_IDENTITY_USED"]
        case = bank.case(second.case or "")
        assert case.kind is CaseKind.ACH_FILE_QUARANTINED
        assert ("has the identity of", second.same_identity_as) in [(fact.label, fact.value) for fact in case.facts]
        bank.resolve(case.id, ResolutionCode.REPLAY, Group.OPERATIONS)
        bank.take_in()
        again = bank.incoming.files.existing(second.id)
        assert (again.state, again.case != second.case, bank.balance(account)) == (_F.QUARANTINED, True, 250_00)
        bank.resolve(again.case or "", ResolutionCode.DISCARD, Group.OPERATIONS)
        assert bank.incoming.files.existing(second.id).state is _F.DISCARDED
        assert bank.balance(account) == 250_00

    def test_another_content_of_the_same_identity_is_posted_when_two_people_say_that_it_is_another_file(self) -> None:
        bank, account, second = self.same_identity()
        bank.propose(second.case or "", ResolutionCode.REPLAY_AS_NEW, Group.OPERATIONS)
        assert bank.balance(account) == 250_00
        bank.second(second.case or "", Group.OPERATIONS)
        bank.take_in()
        assert bank.incoming.files.existing(second.id).state is _F.DONE
        assert bank.balance(account) == 550_00

    def test_another_modifier_is_another_file(self) -> None:
        bank, account = bank_with_account()
        bank.receive(one_entry(account.record.number, 250_00))
        sheet = Sheet(modifier="B", sequence=1)
        sheet.add(account.record.number, 250_00)
        assert bank.receive(sheet.text(), "in-2.ach").state is _F.DONE
        assert bank.balance(account) == 500_00

    def test_one_that_does_not_balance_is_quarantined_whole_and_people_are_told_where(self) -> None:
        bank, account = bank_with_account()
        file = bank.receive(with_wrong_total(one_entry(account.record.number, 250_00)))
        assert (file.state, file.due_at) == (_F.QUARANTINED, None)
        assert [finding.code for finding in file.findings] == ["FILE_CREDIT"]
        assert bank.case(file.case or "").kind is CaseKind.ACH_FILE_QUARANTINED
        assert (bank.balance(account), bank.received(file)) == (0, [])

    def test_garbage_and_nothing_are_quarantined(self) -> None:
        bank = AchBank()
        for number, text in enumerate((b"", b"\x00\xff" * 500, b"{}", b"9" * 94)):
            assert bank.receive(text, f"in-{number}.ach").state is _F.QUARANTINED

    def test_a_bad_file_stops_no_other(self) -> None:
        bank, account = bank_with_account()
        bank.put(b"garbage", "in-0.ach")
        bank.put(one_entry(account.record.number, 250_00), "in-1.ach")
        bank.take_in()
        assert bank.balance(account) == 250_00

    @pytest.mark.parametrize("missing", ["1", "8", "9"], ids=["header", "batch control", "file control"])
    def test_a_quarantined_file_is_read_again_as_people_say(self, missing: str) -> None:
        bank, account = bank_with_account()
        lines = one_entry(account.record.number, 250_00).decode().split("\n")
        file = bank.receive("\n".join(line for line in lines if not line.startswith(missing)).encode())
        assert file.state is _F.QUARANTINED
        bank.resolve(file.case or "", ResolutionCode.REPLAY, Group.OPERATIONS)
        bank.take_in()
        again = bank.incoming.files.existing(file.id)
        assert (again.state, again.replays) == (_F.QUARANTINED, 1)
        assert again.case != file.case
        bank.propose(again.case or "", ResolutionCode.REPLAY_PARTIAL, Group.OPERATIONS)
        assert bank.balance(account) == 0
        bank.second(again.case or "", Group.OPERATIONS)
        bank.take_in()
        read = bank.incoming.files.existing(file.id)
        assert (read.state, read.profile, read.findings) == (_F.DONE, "partial", ())
        assert [occasion for _, occasion in bank.file_journeys.started] == ["arrival", "replay-1", "replay-2"]
        assert bank.balance(account) == 250_00

    def test_a_file_without_header_is_known_by_its_content_and_is_of_the_day_it_came_on(self) -> None:
        bank, account = bank_with_account(minor=100_00)
        sheet = Sheet()
        sheet.add(account.record.number, 250_00, code="27")
        lines = sheet.text().decode().split("\n")
        text = "\n".join(lines[1:]).encode()
        bank.incoming.files.replay(bank.receive(text).id, profile="partial")
        bank.take_in()
        (file,) = bank.incoming.files.listed().files
        assert (file.state, file.identity, file.created_on) == (_F.DONE, None, MONDAY.date())
        second = bank.receive(text, "in-2.ach")
        assert (second.state, second.duplicate_of) == (_F.DUPLICATE, file.id)
        (entry,) = bank.received(file)
        assert entry.return_code == "R01"
        _, back = bank.only_entry(bank.send_back(entry))
        assert back.amount_minor == 250_00

    def test_a_file_with_letters_of_latin_1_is_read_when_people_say_so(self) -> None:
        bank, account = bank_with_account()
        text = one_entry(account.record.number, 250_00)
        file = bank.receive(text.replace(b"ACME WAGES", "ACMÉ WAGES".encode("latin-1")))
        assert file.state is _F.QUARANTINED
        assert ("read under", "default") in [(one.label, one.value) for one in bank.case(file.case or "").facts]
        bank.resolve(file.case or "", ResolutionCode.REPLAY_LATIN_1, Group.OPERATIONS)
        bank.take_in()
        read = bank.incoming.files.existing(file.id)
        assert (read.state, read.profile, read.forgiven) == (_F.DONE, "latin-1", {"latin-1-letters": 1})
        assert bank.balance(account) == 250_00

    def test_no_profile_of_this_name_is_a_mistake(self) -> None:
        bank = AchBank()
        file = bank.receive(b"garbage")
        with pytest.raises(ValueError, match="no profile 'lenient'"):
            bank.incoming.files.replay(file.id, profile="lenient")

    def test_a_file_that_lies_about_begins_another_journey_once_an_hour(self) -> None:
        bank, account = bank_with_account()
        file = bank.put(one_entry(account.record.number, 250_00))
        started = bank.file_journeys.started
        assert bank.incoming.files.swept() == ()
        bank.clock.instant += incoming_files.LEFT_AFTER
        for _ in range(2):
            assert bank.incoming.files.swept() == (file.id,)
        assert len(started) == 2
        bank.clock.instant += timedelta(hours=1)
        bank.incoming.files.swept()
        assert len(started) == 3
        bank.take_in()
        assert bank.incoming.files.swept() == ()

    def test_a_discarded_file_is_never_processed(self) -> None:
        bank, account = bank_with_account()
        file = bank.receive(with_wrong_total(one_entry(account.record.number, 250_00)))
        bank.resolve(file.case or "", ResolutionCode.DISCARD, Group.OPERATIONS)
        assert bank.incoming.files.replay(file.id).state is _F.DISCARDED
        assert bank.balance(account) == 0

    def test_what_the_profile_forgave_is_kept_with_the_file(self) -> None:
        bank, account = bank_with_account()
        text = one_entry(account.record.number, 250_00).replace(b"\n", b"\r\n")
        file = bank.receive(text)
        assert (file.state, file.profile, file.profile_version) == (_F.DONE, "default", 2)
        assert file.forgiven["line-ends"] == 1

    def test_a_bad_entry_stops_none_of_its_neighbours(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet()
        sheet.add(account.record.number, 10_00)
        sheet.add(account.record.number, 20_00)
        file = bank.receive(with_wrong_digit(sheet.text()))
        assert (file.state, file.entries, file.entries_bad) == (_F.DONE, 2, 1)
        bad, good = bank.received(file)
        assert (bad.state, bad.faults, good.state) == (_S.PENDED, ("CHECK_DIGIT",), _S.POSTED)
        assert bank.balance(account) == 20_00
        assert bank.book("ach_unposted") == 10_00

    def test_an_entry_with_more_faults_than_are_kept_of_it_stops_none_of_its_neighbours(self) -> None:
        bank, account = bank_with_account(kind=CustomerKind.BUSINESS)
        sheet = Sheet()
        sheet.add(account.record.number, 10_00, sec="CTX", information=["INVOICE"] * 150)
        sheet.add(account.record.number, 20_00)
        lines = sheet.text().decode().split("\n")
        unnumbered = [line[:83] + "0000" + line[87:] if line.startswith("705") else line for line in lines]
        file = bank.receive("\n".join(unnumbered).encode())
        assert (file.state, file.entries_bad) == (_F.DONE, 1)
        bad, good = bank.received(file)
        assert (bad.state, bad.faults, good.state) == (_S.PENDED, ("ADDENDA_SEQUENCE",), _S.POSTED)
        assert bank.case(bad.case or "").kind is CaseKind.ACH_ENTRY_PENDED

    def test_people_hear_what_is_wrong_with_a_file_however_many_of_its_entries_are_bad(self) -> None:
        bank = AchBank()
        sheet = Sheet()
        for _ in range(FINDINGS_KEPT_MAX + 1):
            sheet.add(NOBODYS, 1_00)
        lines = with_wrong_total(sheet.text()).decode().split("\n")
        bad = [f"{line[:11]}{(int(line[11]) + 1) % 10}{line[12:]}" if line[0:1] == "6" else line for line in lines]
        file = bank.receive("\n".join(bad).encode())
        assert (file.state, file.entries_bad) == (_F.QUARANTINED, FINDINGS_KEPT_MAX + 1)
        assert [finding.code for finding in file.findings] == ["FILE_CREDIT"]
        assert bank.case(file.case or "").kind is CaseKind.ACH_FILE_QUARANTINED

    def test_what_is_not_there_is_unknown(self) -> None:
        assert isinstance(AchBank().incoming.files.receive("inbound/ach/none.ach"), ReceivedFileUnknown)

    def test_totals_of_the_file_are_those_of_the_books(self) -> None:
        bank, account = bank_with_account(minor=1_000_00)
        sheet = Sheet()
        for number, minor, transaction_code in (
            (account.record.number, 10_00, "22"),
            (account.record.number, 25_00, "27"),
            (NOBODYS, 7_00, "22"),
            (NOBODYS, 3_00, "27"),
            (account.record.number, 2_000_00, "27"),
        ):
            sheet.add(number, minor, code=transaction_code)
        file = bank.receive(sheet.text())
        assert (file.credit_minor, file.debit_minor) == (17_00, 2_028_00)
        assert bank.book("settlement") == file.debit_minor - file.credit_minor
        assert bank.balance(account) == 985_00
        assert bank.book("ach_unposted") == 7_00 - 2_003_00

    def test_nothing_personal_is_kept_of_an_entry(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet()
        sheet.add(account.record.number, 10_00, receiver="MARIA MARQUEZ")
        sheet.add(NOBODYS[:-4] + "0000", 10_00, receiver="MARIA MARQUEZ")
        file = bank.receive(sheet.text())
        kept = repr(bank.received(file)) + repr(bank.incoming.files.existing(file.id))
        for text in (account.record.number, NOBODYS, "MARQUEZ", "1234567890", "ACME"):
            assert text not in kept, text


class TestWhatCannotBeDoneNow:
    def test_an_entry_that_the_ledger_cannot_answer_for_is_worked_again_and_stops_none_of_its_neighbours(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet()
        sheet.add(account.record.number, 10_00)
        sheet.add(account.record.number, 20_00)
        file = bank.put(sheet.text())
        post = bank.ledger.post
        unsure = {"left": 1}

        def sometimes(command: Command) -> Posted | Refused:
            if command.kind == "ach_credit_received" and unsure["left"]:
                unsure["left"] -= 1
                return Refused(TryAgain())
            return post(command)

        bank.ledger.post = sometimes  # type: ignore[method-assign]  # a ledger that is busy once
        bank.incoming.files.work(file.id)
        waiting = bank.incoming.files.existing(file.id)
        assert (waiting.state, bank.balance(account)) == (_F.POSTING, 20_00)
        assert waiting.due_at == bank.clock.instant + timedelta(minutes=1)
        bank.clock.move(timedelta(minutes=1))
        bank.take_in()
        assert bank.balance(account) == 30_00
        assert bank.incoming.files.existing(file.id).state is _F.DONE

    @pytest.mark.parametrize("race", [records.Contended, payments.Contended, tables_aws.Contended])
    def test_an_entry_that_others_write_too_stops_none_of_its_neighbours(self, race: type[Exception]) -> None:
        bank, account = bank_with_account()
        sheet = Sheet()
        sheet.add(account.record.number, 10_00)
        sheet.add(account.record.number, 20_00)
        file = bank.put(sheet.text())
        replace_received, lost = bank.incoming_store.replace_received, [race("others wrote first")]

        def raced(entry: ReceivedEntry, *, version: int) -> bool:
            while lost:
                raise lost.pop()
            return replace_received(entry, version=version)

        bank.incoming_store.replace_received = raced  # type: ignore[method-assign]  # a table that is busy once
        bank.incoming.files.work(file.id)
        assert bank.balance(account) == 20_00
        bank.clock.move(timedelta(minutes=1))
        bank.take_in()
        assert bank.balance(account) == 30_00
        assert bank.incoming.files.existing(file.id).state is _F.DONE


_ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["rich", "poor", "business", "savings", "nobody", "malformed"]),
        st.integers(1, 300_00),
        st.sampled_from(["22", "27", "32", "37"]),
        st.sampled_from(["PPD", "CCD"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(entries=_ENTRIES)
def test_whatever_a_file_holds_its_totals_are_those_of_the_books_and_nothing_is_lost(
    entries: list[tuple[str, int, str, str]],
) -> None:
    bank = AchBank()
    accounts = {
        "rich": bank.open(bank.person(), deposit_minor=9_000_00),
        "poor": bank.open(bank.person(), deposit_minor=10_00),
        "business": bank.open(bank.person(kind=CustomerKind.BUSINESS), deposit_minor=500_00),
        "savings": bank.open(bank.person(), product="savings", deposit_minor=500_00),
    }
    before = sum(bank.balance(account) for account in accounts.values())
    numbers = {name: account.record.number for name, account in accounts.items()}
    numbers |= {"nobody": NOBODYS, "malformed": "12-34"}
    sheet = Sheet()
    for name, minor, transaction_code, sec in entries:
        sheet.add(numbers[name], minor, code=transaction_code, sec=sec)
    file = bank.receive(sheet.text())
    assert file.state is _F.DONE
    kept = bank.received(file)
    assert len(kept) == file.entries == len(entries)
    moved = sum(bank.balance(account) for account in accounts.values()) - before
    assert bank.book("settlement") == file.debit_minor - file.credit_minor
    assert bank.book("settlement") + bank.book("ach_unposted") + moved == 0
    posted = [entry for entry in kept if entry.state is _S.POSTED]
    assert moved == sum(entry.amount.minor if entry.credit else -entry.amount.minor for entry in posted)
    assert {entry.state for entry in kept} <= {_S.POSTED, _S.PENDED, _S.RETURN_QUEUED}
    assert all(entry.return_by for entry in kept if entry.state is _S.RETURN_QUEUED)


class TestAnotherRegion:
    def two(self) -> tuple[AchBank, AchBank, Account]:
        """Two regions of the bank; each reads the other's files where they lie."""
        east, west = AchBank(), AchBank(region="us-west-2")
        west.peers["us-east-1"] = east
        return east, west, west.open(west.person())

    def test_an_entry_of_another_regions_slot_is_handed_over_and_posts_there(self) -> None:
        east, west, account = self.two()
        own = east.open(east.person())
        sheet = Sheet()
        sheet.add(own.record.number, 10_00)
        sheet.add(account.record.number, 20_00)
        file = east.receive(sheet.text())
        mine, theirs = east.received(file)
        assert (mine.state, theirs.state, theirs.found) == (_S.POSTED, _S.FORWARDED, Found.ELSEWHERE)
        assert file.state is _F.DONE
        assert (east.book("settlement"), west.book("settlement")) == (-10_00, 0)
        ((region, handoff),) = east.forwarder.forwarded
        assert (region, handoff.lines) == ("us-west-2", (theirs.line,))
        for _ in range(2):
            west.incoming.files.take(handoff)
            west.take_in()
        assert west.balance(account) == 20_00
        assert west.book("settlement") == -20_00
        (posted,) = west.received(west.incoming.files.existing(file.id))
        assert (posted.id, posted.state) == (theirs.id, _S.POSTED)

    def test_what_is_handed_over_in_two_parts_is_posted_whole(self) -> None:
        east, west, account = self.two()
        sheet = Sheet()
        sheet.add(account.record.number, 10_00)
        sheet.add(account.record.number, 20_00)
        file = east.receive(sheet.text())
        ((_, handoff),) = east.forwarder.forwarded
        for line in handoff.lines:
            west.incoming.files.take(replace(handoff, lines=(line,)))
            west.take_in()
        assert west.balance(account) == 30_00
        assert west.incoming.files.existing(file.id).state is _F.DONE

    @pytest.mark.parametrize("settles_on", [MONDAY.date(), TUESDAY])
    @pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["in order", "backwards"])
    def test_what_is_handed_over_while_the_first_part_is_worked_is_posted_too(
        self, settles_on: date, order: slice
    ) -> None:
        east, west, account = self.two()
        sheet = Sheet(settles_on=settles_on)
        sheet.add(account.record.number, 10_00)
        sheet.add(account.record.number, 20_00)
        file = east.receive(sheet.text())
        ((_, handoff),) = east.forwarder.forwarded
        first, second = (replace(handoff, lines=(line,)) for line in handoff.lines[order])
        work, waiting = west.incoming.entries.work, [second]

        def overtaken(entry: ReceivedEntry) -> ReceivedEntry:
            while waiting:
                west.incoming.files.take(waiting.pop())
            return work(entry)

        west.incoming.entries.work = overtaken  # type: ignore[method-assign]  # the page is read, and more comes
        west.incoming.files.take(first)
        west.take_in()
        if settles_on != MONDAY.date():
            assert west.balance(account) == 0
            west.clock.instant = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
            west.take_in()
        assert west.balance(account) == 30_00
        assert west.incoming.files.existing(file.id).state is _F.DONE

    @pytest.mark.parametrize("settles_on", [MONDAY.date(), TUESDAY])
    def test_many_entries_are_handed_over_in_few_messages_and_each_is_read_and_worked_about_once(
        self, monkeypatch: pytest.MonkeyPatch, settles_on: date
    ) -> None:
        """However many messages there are: what came before is not gone through again for each."""
        monkeypatch.setattr(incoming_posting, "HANDED_OVER_AT_ONCE_MAX", 100)
        east, west, account = self.two()
        sheet = Sheet(settles_on=settles_on)
        for _ in range(300):
            sheet.add(account.record.number, 1_00)
        file = east.receive(sheet.text())
        handoffs = [handoff for _, handoff in east.forwarder.forwarded]
        assert [len(handoff.lines) for handoff in handoffs] == [100] * 3
        work, posts_at = west.incoming.entries.work, west.timetable.posts_at
        worked, read = Counter[str](), Counter[str]()

        def counted(entry: ReceivedEntry) -> ReceivedEntry:
            worked["entries"] += 1
            return work(entry)

        def looked_up(settles_on: date, received_at: datetime) -> datetime:
            read["entries"] += 1
            return posts_at(settles_on, received_at)

        monkeypatch.setattr(west.incoming.entries, "work", counted)
        monkeypatch.setattr(type(west.timetable), "posts_at", lambda _, *given: looked_up(*given))
        for handoff in handoffs:
            west.incoming.files.take(handoff)
            west.take_in()
        assert (worked["entries"], read["entries"]) == (300, 300)
        if settles_on != MONDAY.date():
            assert west.balance(account) == 0
            west.clock.instant = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
            west.take_in()
            assert worked["entries"] == 600
        assert west.balance(account) == 300_00
        assert west.incoming.files.existing(file.id).state is _F.DONE

    def test_an_entry_that_cannot_be_posted_there_goes_back_from_there(self) -> None:
        east, west, account = self.two()
        file = east.receive(one_entry(account.record.number, 20_00, code="27"))
        ((_, handoff),) = east.forwarder.forwarded
        west.incoming.files.take(handoff)
        west.take_in()
        (entry,) = west.received(west.incoming.files.existing(file.id))
        assert entry.return_code == "R01"
        _, back = west.only_entry(west.send_back(entry))
        assert back.amount_minor == 20_00


class TestAHandoff:
    def test_is_a_message_that_says_where_the_entries_lie_and_nothing_of_them(self) -> None:
        east, west = AchBank(), AchBank(region="us-west-2")
        account = west.open(west.person())
        east.receive(one_entry(account.record.number, 20_00, receiver="MARIA MARQUEZ"))
        ((_, handoff),) = east.forwarder.forwarded
        text = handoff_text(handoff)
        assert handoff_of(text) == handoff
        assert "MARQUEZ" not in text
        assert account.record.number not in text

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"version": 2}', '{"version": 1, "lines": [1]}', "\xff"])
    def test_that_is_none_is_refused_by_name(self, text: str) -> None:
        with pytest.raises(HandoffMalformed):
            handoff_of(text)


class TestTheStepsOfAFile:
    def test_take_it_from_its_arrival_to_its_end_over_a_day_of_waiting(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet(settles_on=TUESDAY)
        sheet.add(account.record.number, 250_00)
        file = bank.put(sheet.text())
        steps = bank.incoming.steps
        assert steps.run("begin", file=file.id) == FileStepAnswer(_F.RECEIVED)
        assert steps.run("work", file=file.id) == FileStepAnswer(_F.POSTING)
        morning = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
        assert steps.run("await_day", file=file.id) == FileStepAnswer(_F.POSTING, morning)
        bank.clock.instant = morning
        assert steps.run("work", file=file.id) == FileStepAnswer(_F.DONE)
        assert steps.run("await_day", file=file.id) == FileStepAnswer(_F.DONE)
        assert steps.run("end", file=file.id) == FileStepAnswer(_F.DONE)
        assert bank.balance(account) == 250_00

    def test_end_makes_sure_that_people_know_of_what_cannot_be_read(self) -> None:
        bank = AchBank()
        file = bank.put(b"garbage")
        steps = FileSteps(bank.incoming.files)
        assert steps.run("work", file=file.id) == FileStepAnswer(_F.QUARANTINED)
        assert steps.run("end", file=file.id) == FileStepAnswer(_F.QUARANTINED)
        assert bank.incoming.files.existing(file.id).case

    def test_a_step_of_no_journey_is_named(self) -> None:
        with pytest.raises(StepUnknown, match="teleport"):
            FileSteps(AchBank().incoming.files).run("teleport", file="rcf_x")

    def test_a_long_file_is_kept_piece_by_piece_and_each_of_its_entries_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(incoming_keeping, "KEPT_AT_ONCE_MAX", 100)
        bank, account = bank_with_account()
        sheet = Sheet()
        for _ in range(500):
            sheet.add(account.record.number, 1_00)
        posts_at, seen = bank.timetable.posts_at, Counter[str]()

        def looked_up(settles_on: date, received_at: datetime) -> datetime:
            seen["entries"] += 1
            return posts_at(settles_on, received_at)

        monkeypatch.setattr(type(bank.timetable), "posts_at", lambda _, *given: looked_up(*given))
        bank.receive(sheet.text())
        assert bank.balance(account) == 500_00
        assert seen["entries"] == 500

    def test_a_long_file_is_worked_piece_by_piece(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(incoming_posting, "WORKED_AT_ONCE_MAX", 100)
        monkeypatch.setattr(incoming_keeping, "KEPT_AT_ONCE_MAX", 100)
        bank, account = bank_with_account()
        sheet = Sheet()
        for _ in range(250):
            sheet.add(account.record.number, 1_00)
        file = bank.put(sheet.text())
        rounds = 0
        while bank.incoming.files.existing(file.id).due_at:
            bank.incoming.files.work(file.id)
            rounds += 1
        assert rounds > 3
        assert bank.balance(account) == 250_00
        assert bank.incoming.files.existing(file.id).state is _F.DONE
