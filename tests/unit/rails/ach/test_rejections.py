"""Several rejections of one file: one after the other, at the same time, again, and too late to be true."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.cases.kinds import ResolutionCode
from domain.payments.kinds import PaymentState
from domain.payments.model import Payment
from domain.rails.ach import outgoing_responses
from domain.rails.ach.kinds import EntryState, FileState, RejectionLevel
from domain.rails.ach.model import AchFile, RejectionReason
from domain.rails.ach.outgoing_responses import TooManyReasons
from domain.refusals import Refusal
from domain.sealing import Shredded
from domain.unsettled import Unsettled
from tests.unit.accounts.house import code
from tests.unit.rails.ach.bank import AchBank

_S = PaymentState
WRONG = RejectionReason("REJ0102", "file control wrong")


def sent(*minors: int) -> tuple[AchBank, list[Payment], AchFile]:
    bank = AchBank()
    actor, account, maria = bank.sender()
    payments = [bank.send(actor, account, maria, minor, key=f"p-{n}") for n, minor in enumerate(minors)]
    bank.run()
    return bank, payments, bank.cut_off(payments[0])


def reject(bank: AchBank, file: AchFile, payment: Payment, delivery: str) -> None:
    trace = bank.payment(payment).progress.trace
    reason = RejectionReason("REJ0801", "no such bank", trace=trace)
    bank.reject(file, reason, level=RejectionLevel.ENTRY, delivery=delivery)


def only_written_down(bank: AchBank, file: AchFile, payment: Payment, level: RejectionLevel, *, delivery: str) -> None:
    """The bank has rejected it, and nobody has worked on the file since."""
    reason = RejectionReason("REJ0900", "no", batch_number=1, trace=bank.payment(payment).progress.trace)
    bank.outgoing.rejected(
        file.name or "",
        sha256=file.sha256 or "",
        level=level,
        reasons=[reason],
        occurred_at=bank.clock.now(),
        delivery=delivery,
    )


def case_of(bank: AchBank, file: AchFile) -> str:
    found = bank.outgoing.existing(file.id).case
    assert found
    return found


def decide(bank: AchBank, file: AchFile, resolution: ResolutionCode) -> None:
    bank.resolve(case_of(bank, file), resolution, Group.OPERATIONS)
    bank.files()
    bank.run()


def outbound(bank: AchBank) -> int:
    return len([name for name in bank.exchange.files if name.startswith("outbound")])


def once(part: Any, name: str, act: Callable[[], object], *, after: bool = False) -> None:
    """Somebody else acts between what is looked at and the next call of this; or between that call and what follows."""
    call = getattr(part, name)
    acted: list[bool] = []

    def called(*given: Any, **named: Any) -> Any:
        if acted:
            return call(*given, **named)
        acted.append(True)
        if not after:
            act()
        answer = call(*given, **named)
        if after:
            act()
        return answer

    setattr(part, name, called)


class TestWhatIsSaidAndDecided:
    """It is written down at once, and entries are told by who works on files: a queue and a person wait for none."""

    def test_an_acknowledgement_is_told_by_the_next_run(self) -> None:
        bank, payments, file = sent(10_00)
        once(bank.ach_store, "entries", self.fails)
        bank.outgoing.acknowledged(
            file.name or "",
            sha256=file.sha256 or "",
            entries=1,
            debit_minor=0,
            credit_minor=10_00,
            occurred_at=bank.clock.now(),
            delivery="dlv_1",
        )
        assert (bank.file_state(file), bank.state(payments[0])) == (FileState.ACKNOWLEDGED, _S.SENT)
        self.next_run(bank)
        assert bank.state(payments[0]) is _S.ACKNOWLEDGED

    @pytest.mark.parametrize("level", RejectionLevel)
    def test_a_rejection_is_told_by_the_next_run(self, level: RejectionLevel) -> None:
        bank, payments, file = sent(10_00)
        once(bank.ach_store, "entries", self.fails)
        only_written_down(bank, file, payments[0], level, delivery="dlv_1")
        assert bank.file_state(file) in (FileState.REJECTED, FileState.PARTLY_REJECTED)
        assert bank.state(payments[0]) is _S.SENT
        self.next_run(bank)
        assert bank.state(payments[0]) is _S.REJECTED

    @pytest.mark.parametrize("level", RejectionLevel)
    def test_what_was_rejected_in_time_does_not_settle_because_it_is_told_late(self, level: RejectionLevel) -> None:
        bank, payments, file = sent(10_00)
        bank.acknowledge(file)
        only_written_down(bank, file, payments[0], level, delivery="dlv_2")
        bank.clock.instant = bank.payment(payments[0]).progress.settles_at or bank.clock.instant
        with pytest.raises(Unsettled):
            bank.run()
        assert bank.state(payments[0]) is _S.ACKNOWLEDGED
        bank.files()
        bank.run()
        assert bank.state(payments[0]) is _S.REJECTED

    @pytest.mark.parametrize("resolution", [ResolutionCode.REBUILD, ResolutionCode.POST_BACK])
    def test_a_decision_is_carried_out_by_the_next_run(self, resolution: ResolutionCode) -> None:
        bank, payments, file = sent(10_00)
        bank.reject(file, RejectionReason("REJ0900", "no"))
        case = case_of(bank, file)
        once(bank.ach_store, "entries", self.fails)
        bank.propose(case, resolution, Group.OPERATIONS)
        bank.second(case, Group.OPERATIONS)
        assert bank.state(payments[0]) is _S.REJECTED
        self.next_run(bank)
        assert bank.state(payments[0]) is (_S.SENT if resolution is ResolutionCode.REBUILD else _S.FAILED)

    @pytest.mark.parametrize(
        ("level", "about"),
        [
            (RejectionLevel.BATCH, {"batch_number": 2}),
            (RejectionLevel.BATCH, {}),
            (RejectionLevel.ENTRY, {"trace": "1" * 15}),
            (RejectionLevel.ENTRY, {}),
        ],
    )
    def test_a_rejection_of_what_is_not_in_the_file_is_no_answer(
        self, level: RejectionLevel, about: dict[str, Any]
    ) -> None:
        bank, _, file = sent(10_00)
        assert code(bank.reject(file, RejectionReason("REJ0801", "no", **about), level=level)) == "ANSWER_MISMATCH"
        assert bank.file_state(file) is FileState.SENT

    @pytest.mark.parametrize(("said", "states"), [("REJ0101", FileState.REPLACED), ("REJ0900", FileState.REJECTED)])
    def test_what_was_rejected_is_not_taken_after_all_without_anybody_asking(
        self, said: str, states: FileState
    ) -> None:
        bank, _, file = sent(10_00)
        bank.reject(file, RejectionReason(said, "no"))
        assert bank.file_state(file) is states
        bank.clock.move(timedelta(seconds=1))
        assert code(bank.acknowledge(file, delivery="dlv_3")) == "ANSWER_CONTRADICTS"
        assert bank.file_state(file) is states

    def test_what_was_taken_and_then_rejected_may_be_heard_of_the_other_way_round(self) -> None:
        bank, _, file = sent(10_00)
        before = bank.clock.now()
        bank.clock.move(timedelta(seconds=1))
        bank.reject(file, RejectionReason("REJ0900", "no"))
        answer = bank.acknowledge(file, delivery="dlv_3", occurred_at=before)
        assert not isinstance(answer, Refusal)
        assert bank.file_state(file) is FileState.REJECTED

    def test_an_acknowledgement_that_is_said_again_after_a_rejection_changes_nothing(self) -> None:
        bank, _, file = sent(10_00)
        bank.acknowledge(file, delivery="dlv_1")
        bank.reject(file, RejectionReason("REJ0900", "no"))
        bank.clock.move(timedelta(seconds=1))
        assert not isinstance(bank.acknowledge(file, delivery="dlv_1"), Refusal)

    @staticmethod
    def fails() -> None:
        raise AssertionError("the entries are read")

    @staticmethod
    def next_run(bank: AchBank) -> None:
        del bank.ach_store.entries  # as it was
        for _ in range(2):
            bank.files()
            bank.run()


class TestOneAfterTheOther:
    def test_each_is_a_case_of_its_own(self) -> None:
        bank, payments, file = sent(10_00, 20_00, 30_00)
        cases = []
        for n in range(2):
            reject(bank, file, payments[n], f"dlv_{n}")
            cases.append(case_of(bank, file))
            decide(bank, file, ResolutionCode.POST_BACK)
            assert bank.file_state(file) is FileState.ACKNOWLEDGED
        assert len(set(cases)) == 2
        assert [bank.state(one) for one in payments] == [_S.FAILED, _S.FAILED, _S.ACKNOWLEDGED]

    def test_each_may_be_built_again_in_a_file_of_its_own(self) -> None:
        bank, payments, file = sent(10_00, 20_00, 30_00)
        for n in range(2):
            reject(bank, file, payments[n], f"dlv_{n}")
            decide(bank, file, ResolutionCode.REBUILD)
        first, second = bank.outgoing.existing(file.id).replaced_by
        assert [bank.payment(one).progress.file for one in payments] == [first, second, file.id]

    def test_a_second_one_before_the_first_is_decided_is_decided_with_it(self) -> None:
        bank, payments, file = sent(10_00, 20_00, 30_00)
        for n in range(2):
            reject(bank, file, payments[n], f"dlv_{n}")
        decide(bank, file, ResolutionCode.POST_BACK)
        assert [bank.state(one) for one in payments] == [_S.FAILED, _S.FAILED, _S.ACKNOWLEDGED]
        assert bank.file_state(file) is FileState.ACKNOWLEDGED


class TestAtTheSameTime:
    def test_one_that_comes_while_another_is_told_is_told_too(self) -> None:
        bank, payments, file = sent(10_00, 20_00, 30_00)
        once(bank.outgoing.sent, "tell", lambda: reject(bank, file, payments[1], "dlv_2"), after=True)
        reject(bank, file, payments[0], "dlv_1")
        bank.files()
        bank.run()
        assert [bank.state(one) for one in payments] == [_S.REJECTED, _S.REJECTED, _S.ACKNOWLEDGED]
        decide(bank, file, ResolutionCode.POST_BACK)
        assert [bank.state(one) for one in payments] == [_S.FAILED, _S.FAILED, _S.ACKNOWLEDGED]

    @pytest.mark.parametrize("call", ["add_file", "move_entry", "replace_file"])
    def test_one_that_comes_while_another_is_built_again_is_decided_by_itself(self, call: str) -> None:
        bank, payments, file = sent(10_00, 20_00, 30_00)
        reject(bank, file, payments[0], "dlv_1")
        once(bank.ach_store, call, lambda: reject(bank, file, payments[1], "dlv_2"))
        decide(bank, file, ResolutionCode.REBUILD)
        bank.files()
        bank.run()
        assert bank.state(payments[0]) is _S.SENT
        assert bank.payment(payments[0]).progress.file != file.id
        while bank.state(payments[1]) is _S.REJECTED:
            decide(bank, file, ResolutionCode.POST_BACK)
        assert bank.state(payments[1]) in (_S.FAILED, _S.SENT)
        assert bank.file_state(file) is FileState.ACKNOWLEDGED
        ready = [one for one in bank.entries(file) if one.state is EntryState.REJECTED]
        assert not ready

    def test_one_of_the_whole_file_that_comes_while_a_part_is_built_again_is_answered_after_it(self) -> None:
        bank, payments, file = sent(10_00, 20_00)
        reject(bank, file, payments[0], "dlv_1")
        once(bank.ach_store, "move_entry", lambda: bank.reject(file, WRONG, delivery="dlv_2"))
        decide(bank, file, ResolutionCode.REBUILD)
        bank.files()
        bank.run()
        assert [bank.state(one) for one in payments] == [_S.SENT, _S.REJECTED]
        decide(bank, file, ResolutionCode.REBUILD)
        assert [bank.state(one) for one in payments] == [_S.SENT, _S.SENT]
        assert bank.file_state(file) is FileState.REPLACED
        files = {bank.payment(one).progress.file for one in payments}
        assert file.id not in files


class TestTooLate:
    """The payments have settled, and the bank says that it never took them."""

    def settled(self) -> tuple[AchBank, list[Payment], AchFile]:
        bank, payments, file = sent(10_00, 20_00)
        bank.acknowledge(file)
        bank.settlement(payments[0])
        return bank, payments, file

    @pytest.mark.parametrize("resolution", [ResolutionCode.REBUILD, ResolutionCode.POST_BACK])
    def test_of_an_entry_is_looked_at_by_people_and_builds_no_empty_file(self, resolution: ResolutionCode) -> None:
        bank, payments, file = self.settled()
        reject(bank, file, payments[1], "dlv_9")
        assert bank.file_state(file) is FileState.PARTLY_REJECTED
        decide(bank, file, resolution)
        assert bank.file_state(file) is FileState.ACKNOWLEDGED
        reject(bank, file, payments[1], "dlv_9")
        assert bank.file_state(file) is FileState.ACKNOWLEDGED
        assert [bank.state(one) for one in payments] == [_S.SETTLED, _S.SETTLED]
        assert outbound(bank) == 1
        assert len(bank.outgoing.files(before=None, limit=10).files) == 1

    def test_of_the_whole_file_for_its_form_is_not_built_again_without_a_person(self) -> None:
        bank, payments, file = self.settled()
        bank.reject(file, WRONG, delivery="dlv_9")
        assert case_of(bank, file)
        decide(bank, file, ResolutionCode.REBUILD)
        assert bank.file_state(file) is FileState.WITHDRAWN
        assert [bank.state(one) for one in payments] == [_S.SETTLED, _S.SETTLED]
        assert len(bank.outgoing.files(before=None, limit=10).files) == 1


class TestOfManyReasons:
    def test_more_than_are_kept_come_back_when_those_before_are_resolved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outgoing_responses, "REASONS_KEPT_MAX", 1)
        bank, payments, file = sent(10_00, 20_00)
        reject(bank, file, payments[0], "dlv_1")
        with pytest.raises(TooManyReasons, match=file.id):
            reject(bank, file, payments[1], "dlv_2")
        decide(bank, file, ResolutionCode.POST_BACK)
        reject(bank, file, payments[1], "dlv_2")
        assert [bank.state(one) for one in payments] == [_S.FAILED, _S.REJECTED]


class TestAgain:
    def test_in_another_message_after_it_was_decided_leaves_nothing_to_decide(self) -> None:
        bank, payments, file = sent(10_00, 20_00)
        reject(bank, file, payments[0], "dlv_1")
        decide(bank, file, ResolutionCode.POST_BACK)
        case = case_of(bank, file)
        reject(bank, file, payments[0], "dlv_2")
        assert (bank.file_state(file), case_of(bank, file)) == (FileState.ACKNOWLEDGED, case)
        assert bank.state(payments[0]) is _S.FAILED


class TestTwoRunsAtOnce:
    """The schedule starts a run each minute, and the one before may still be at the same file."""

    @pytest.mark.parametrize("call", ["entries", "replace_entry", "take", "file"])
    @pytest.mark.parametrize("debit", [False, True], ids=["credit", "debit"])
    def test_send_each_entry_once_and_give_nothing_back(self, call: str, debit: bool) -> None:
        bank, payment, file = self.closing(debit=debit)
        once(bank.ach_store, call, lambda: bank.outgoing.work(file.id), after=True)
        bank.outgoing.work(file.id)
        bank.files()
        bank.run()
        assert (bank.file_state(file), bank.state(payment)) == (FileState.SENT, _S.SENT)
        assert [entry.state for entry in bank.entries(file)] == [EntryState.READY]

    @pytest.mark.parametrize("call", ["take", "file"])
    def test_send_nothing_of_an_entry_that_one_of_them_took_out(self, call: str) -> None:
        bank, payment, file = self.closing(debit=False)

        def erased_meanwhile() -> None:
            bank.customers.profile = lambda customer: Shredded(customer.id)  # type: ignore[method-assign]  # erased
            bank.outgoing.work(file.id)

        # What the first run has read of the entry was true: the second comes when its modifier is drawn.
        once(bank.ach_store, call, erased_meanwhile, after=True)
        bank.outgoing.work(file.id)
        bank.files()
        bank.run()
        outside = [text for name, text in bank.exchange.files.items() if name.startswith("outbound")]
        sent_out = any(line.startswith(b"6") for text in outside for line in text.splitlines())
        assert (bank.state(payment), sent_out) in {(_S.FAILED, False), (_S.SENT, True)}
        assert bank.book("ach_in_transit") == (10_00 if sent_out else 0)

    def closing(self, *, debit: bool) -> tuple[AchBank, Payment, AchFile]:
        """A file whose window has been cut off, and whose entry is in it."""
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = (bank.collect if debit else bank.send)(actor, account, maria, 10_00)
        bank.run()
        bank.clock.instant = (bank.payment(payment).progress.cut_off_at or bank.clock.instant) + timedelta(seconds=5)
        (name,) = bank.outgoing.cut().files
        once(bank.ach_store, "replace_entry", self.dies)
        with pytest.raises(OSError, match="gone"):
            bank.outgoing.work(name)
        return bank, payment, bank.outgoing.existing(name)

    def dies(self) -> None:
        raise OSError("gone")
