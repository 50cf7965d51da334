"""Stories of counterparties that are proved by entries in our own files."""

from datetime import date, timedelta

import pytest

from domain.access.model import Group
from domain.cases.kinds import ResolutionCode
from domain.counterparties.model import AccountType, Counterparty, CounterpartyStatus, VerificationMethod
from domain.counterparties.model import Details as CounterpartyDetails
from domain.rails.ach.kinds import EntryKind, EntryState, RejectionLevel
from domain.rails.ach.model import AchFile, Entry, RejectionReason
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading, entries
from tests.unit.accounts.house import acting
from tests.unit.rails.ach.bank import MARIA, SUPPLIER, AchBank
from tests.unit.rails.ach.partner import Sheet, answered, settling

PRENOTE, MICRO = VerificationMethod.PRENOTE, VerificationMethod.MICRO_ENTRIES
_C = CounterpartyStatus


class Proving:
    def __init__(self, method: VerificationMethod, details: CounterpartyDetails = MARIA) -> None:
        self.bank = AchBank()
        self.bank.proves_by_entries = True
        self.owner = self.bank.person()
        self.actor = acting(self.owner)
        added = self.bank.counterparties.add(self.actor, customer=self.owner, details=details, key="cp")
        assert isinstance(added, Counterparty), added
        self.id = added.id
        started = self.bank.counterparties.start_verification(self.actor, added.id, method=method, key="v")
        assert isinstance(started, Counterparty), started

    def sent(self) -> AchFile:
        """The night's file, acknowledged."""
        self.bank.clock.move(timedelta(hours=16))
        self.bank.files()
        (file,) = self.bank.ach_store.files(before=None, limit=5).files
        self.bank.acknowledge(file)
        return self.bank.outgoing.existing(file.id)

    def settled(self) -> AchFile:
        file = self.sent()
        self.bank.settle_file(file)
        return file

    def status(self) -> CounterpartyStatus:
        return self.bank.counterparties.kept(self.id).status

    def entries(self, file: AchFile) -> list[Entry]:
        return sorted(self.bank.entries(file), key=lambda entry: entry.kind)

    def returned(self, file: AchFile, kind: EntryKind, code: str) -> None:
        ours = next(entry for entry in self.entries(file) if entry.kind is kind)
        read = list(entries(Reading((self.bank.text(file).encode(),), STRICT)))
        header, record = next((head, one) for head, one in read if one.trace_number == ours.trace)
        self.bank.clock.move(timedelta(days=1))
        sheet = Sheet(made_at=self.bank.clock.instant, modifier="R")
        back = answered(header, record, code, sheet.trace())
        sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
        self.bank.receive(sheet.text())


class TestAPrenote:
    def test_goes_out_without_money_and_proves_the_account_when_it_has_settled(self) -> None:
        proving = Proving(PRENOTE)
        assert proving.status() is _C.VERIFYING
        file = proving.sent()
        ((header, record),) = entries(Reading((proving.bank.text(file).encode(),), STRICT))
        assert (record.transaction_code, record.amount_minor, header.sec) == ("23", 0, "PPD")
        assert proving.status() is _C.VERIFYING
        proving.bank.settle_file(file)
        assert proving.status() is _C.VERIFIED
        latest = proving.bank.counterparties.kept(proving.id).verification
        assert latest is not None
        assert (latest.settled_on, latest.live_from) == (date(2026, 3, 10), date(2026, 3, 13))

    def test_that_comes_back_has_failed(self) -> None:
        proving = Proving(PRENOTE)
        proving.returned(proving.settled(), EntryKind.PRENOTE, "R03")
        assert proving.status() is _C.FAILED
        latest = proving.bank.counterparties.kept(proving.id).verification
        assert latest is not None
        assert latest.failure == "R03"

    def test_asked_for_twice_goes_once(self) -> None:
        proving = Proving(PRENOTE)
        kept = proving.bank.counterparties.kept(proving.id)
        proving.bank.verifications.send_prenote(kept, attempt=1)
        proving.bank.clock.move(timedelta(hours=30))
        proving.bank.verifications.send_prenote(kept, attempt=1)
        proving.bank.files()
        proving.bank.clock.move(timedelta(days=1))
        proving.bank.files()
        sent = [
            entry
            for file in proving.bank.ach_store.files(before=None, limit=9).files
            for entry in proving.entries(file)
        ]
        assert len(sent) == 1

    def test_of_a_business_is_of_its_class(self) -> None:
        proving = Proving(PRENOTE, SUPPLIER)
        (entry,) = proving.entries(proving.sent())
        assert entry.sec == "CCD"

    def test_of_a_counterparty_that_was_closed_does_not_go(self) -> None:
        proving = Proving(PRENOTE)
        proving.bank.counterparties.close(proving.actor, proving.id)
        proving.bank.clock.move(timedelta(hours=16))
        proving.bank.files()
        assert not [name for name in proving.bank.exchange.files if name.startswith("outbound")]


class TestMicroEntries:
    def test_are_two_credits_and_one_debit_of_their_sum_that_settle_together(self) -> None:
        proving = Proving(MICRO)
        file = proving.sent()
        sent = proving.entries(file)
        assert [entry.kind for entry in sent] == [
            EntryKind.MICRO_CREDIT, EntryKind.MICRO_CREDIT, EntryKind.MICRO_DEBIT,
        ]  # fmt: skip
        assert {entry.window for entry in sent} == {file.window}
        assert {entry.description for entry in sent} == {"ACCTVERIFY"}
        amounts = proving.bank.counterparties.micro_amounts(proving.id, attempt=1)
        assert isinstance(amounts, tuple)
        assert sorted(entry.amount.minor for entry in sent) == sorted((*amounts, sum(amounts)))
        (batch,) = file.batches
        assert (batch.description, batch.service_class) == ("ACCTVERIFY", "200")

    def test_are_the_banks_own_cents_and_come_back_to_it(self) -> None:
        proving = Proving(MICRO)
        file = proving.sent()
        total = sum(entry.amount.minor for entry in proving.entries(file) if entry.kind is EntryKind.MICRO_CREDIT)
        assert (proving.bank.book("micro_entries"), proving.bank.book("ach_in_transit")) == (-total, total)
        proving.bank.settle_file(file)
        for name in ("micro_entries", "ach_in_transit", "settlement"):
            assert proving.bank.book(name) == 0, name

    def test_prove_the_account_to_who_can_read_them(self) -> None:
        proving = Proving(MICRO)
        proving.settled()
        amounts = proving.bank.counterparties.micro_amounts(proving.id, attempt=1)
        assert isinstance(amounts, tuple)
        proving.bank.counterparties.confirm(proving.actor, proving.id, amounts=amounts, key="a")
        assert proving.status() is _C.VERIFIED

    @pytest.mark.parametrize("kind", [EntryKind.MICRO_CREDIT, EntryKind.MICRO_DEBIT])
    def test_of_which_one_comes_back_have_failed_and_its_cents_are_where_they_belong(self, kind: EntryKind) -> None:
        proving = Proving(MICRO)
        file = proving.settled()
        (first, *_) = [entry for entry in proving.entries(file) if entry.kind is kind]
        proving.returned(file, kind, "R03")
        assert proving.status() is _C.FAILED
        cents = first.amount.minor if kind is EntryKind.MICRO_CREDIT else -first.amount.minor
        assert (proving.bank.book("micro_entries"), proving.bank.book("settlement")) == (cents, -cents)

    def test_that_the_bank_rejects_for_good_give_the_cents_back(self) -> None:
        proving = Proving(MICRO)
        file = proving.sent()
        sent = proving.entries(file)
        proving.bank.reject(
            file,
            *(RejectionReason("REJ0801", "no such bank", trace=entry.trace) for entry in sent),
            level=RejectionLevel.ENTRY,
        )
        proving.bank.outgoing.give_up(file.id, by="bank")
        proving.bank.work_files()
        assert {entry.state for entry in proving.entries(file)} == {EntryState.WITHDRAWN}
        assert (proving.bank.book("micro_entries"), proving.bank.book("ach_in_transit")) == (0, 0)

    @pytest.mark.parametrize("level", [RejectionLevel.FILE, RejectionLevel.BATCH, RejectionLevel.ENTRY])
    def test_that_the_bank_rejects_when_they_have_settled_stay_where_they_are_and_are_somebodys_case(
        self, level: RejectionLevel
    ) -> None:
        proving = Proving(MICRO)
        file = proving.settled()
        before = [proving.bank.book(name) for name in ("ach_in_transit", "micro_entries", "settlement")]
        trace = proving.entries(file)[0].trace
        proving.bank.reject(file, RejectionReason("REJ0900", "no", batch_number=1, trace=trace), level=level)
        (case,) = proving.bank.cases.unresolved()
        proving.bank.resolve(case.id, ResolutionCode.POST_BACK, Group.OPERATIONS)
        assert [proving.bank.book(name) for name in ("ach_in_transit", "micro_entries", "settlement")] == before
        assert before[0] == 0
        assert {entry.state for entry in proving.entries(file)} == {EntryState.READY}

    def test_that_settle_between_their_rejection_and_the_decision_come_back(self) -> None:
        proving = Proving(MICRO)
        file = proving.sent()
        entries_before = proving.entries(file)
        proving.bank.reject(file, RejectionReason("REJ0900", "no"), delivery="dlv_late")
        for entry in entries_before:
            proving.bank.verifications.settled(entry)
        (case,) = proving.bank.cases.unresolved()
        proving.bank.resolve(case.id, ResolutionCode.POST_BACK, Group.OPERATIONS)
        for entry in entries_before:
            proving.bank.verifications.settled(entry)
        assert [proving.bank.book(name) for name in ("ach_in_transit", "micro_entries", "settlement")] == [0, 0, 0]

    def test_to_a_loan_are_not_taken_back(self) -> None:
        details = CounterpartyDetails(MARIA.name, MARIA.routing_number, "777", AccountType.LOAN, MARIA.holder_kind)
        proving = Proving(MICRO, details)
        assert [entry.kind for entry in proving.entries(proving.sent())] == [EntryKind.MICRO_CREDIT] * 2
