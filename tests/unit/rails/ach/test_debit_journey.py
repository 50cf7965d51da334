"""Stories of money collected by ACH: credited when it settles, held while it may come back, and free after that."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Actor, Group
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.counterparties.model import AccountType
from domain.ledger.model import Command, Posted
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import Payment
from domain.payments.service import TooEarly
from domain.rails.ach.calendar import banking_days_between, day_of
from domain.rails.ach.funds import Tier, released_at
from domain.rails.ach.kinds import EntryState
from domain.rails.ach.model import AchFile, RejectionReason
from domain.rails.ach.reversals import ReversalReason
from domain.rails.ach.reversing import ReversalWish
from ops.simulation.house import acting
from tests.unit.accounts.house import code
from tests.unit.rails.ach.bank import AchBank, wish

_S = PaymentState


def collected(minor: int = 200_00) -> tuple[AchBank, Actor, Account, Payment, AchFile]:
    """A debit whose file has been sent."""
    bank = AchBank()
    actor, account, maria = bank.sender(minor=0)
    payment = bank.collect(actor, account, maria, minor)
    bank.run()
    return bank, actor, account, payment, bank.cut_off(payment)


def settled(minor: int = 200_00) -> tuple[AchBank, Account, Payment]:
    bank, _, account, payment, file = collected(minor)
    bank.acknowledge(file)
    bank.settlement(payment)
    assert bank.state(payment) is _S.SETTLED
    return bank, account, payment


def returned(bank: AchBank, payment: Payment) -> None:
    """The receiving bank sends it back."""
    moved = bank.payments.move(payment.id, Event.RETURNED, by="partner:sponsor", facts={"code": "R01"})
    assert moved.moved
    bank.steps.advance(moved.payment)
    bank.run()


class TestTheWholeWay:
    def test_nothing_is_taken_or_given_before_it_settles(self) -> None:
        bank, _, account, payment, file = collected()
        assert bank.state(payment) is _S.SENT
        assert (bank.balance(account), bank.held(account)) == (0, 0)
        assert bank.book("ach_in_transit") == 0
        read = bank.read(file)
        assert (read.totals.debit_minor, read.totals.credit_minor) == (200_00, 0)
        assert read.batches[0].service_class == "225"

    def test_it_is_credited_and_held_when_it_settles(self) -> None:
        bank, account, payment = settled()
        assert (bank.balance(account), bank.held(account)) == (200_00, 200_00)
        assert bank.book("settlement") == -200_00
        progress = bank.payment(payment).progress
        assert progress.settles_on is not None
        assert progress.funds_at == released_at(settled_on=progress.settles_on, tier=Tier.STANDARD)

    def test_the_money_is_free_at_its_moment_and_not_before(self) -> None:
        bank, account, payment = settled()
        funds_at = bank.payment(payment).progress.funds_at
        assert funds_at is not None
        bank.clock.instant = funds_at - timedelta(microseconds=1)
        bank.run()
        assert (bank.state(payment), bank.held(account)) == (_S.SETTLED, 200_00)
        bank.clock.instant = funds_at
        bank.run()
        assert (bank.state(payment), bank.held(account)) == (_S.CLEARED, 0)

    def test_it_is_complete_when_a_consumers_sixty_days_are_over(self) -> None:
        bank, _, payment = settled()
        bank.clock.move(timedelta(days=59))
        bank.run()
        assert bank.state(payment) is _S.CLEARED
        bank.clock.move(timedelta(days=10))
        bank.run()
        assert bank.state(payment) is _S.COMPLETED


class TestHowLongItIsHeld:
    """Four banking days after settlement for most, seven for somebody new, two for somebody well known."""

    def funds_on(self, payment: Payment, bank: AchBank) -> int:
        progress = bank.payment(payment).progress
        assert progress.settles_on
        assert progress.funds_at
        return banking_days_between(progress.settles_on, day_of(progress.funds_at))

    def settled_again(self, bank: AchBank, actor: Actor, account: Account, counterparty: Any, key: str) -> Payment:
        payment = bank.collect(actor, account, counterparty, 200_00, key=key, duplicate_intended=True)
        bank.run()
        bank.acknowledge(bank.cut_off(payment), delivery=f"dlv_{key}")
        bank.settlement(payment)
        return payment

    def days_pass(self, bank: AchBank, days: int) -> None:
        for _ in range(days):
            bank.clock.move(timedelta(days=1))
            bank.files()
        bank.run()

    def test_four_banking_days_for_most(self) -> None:
        bank, _, payment = settled()
        assert self.funds_on(payment, bank) == 4

    def test_seven_for_an_account_that_was_opened_less_than_thirty_days_ago(self) -> None:
        bank = AchBank()
        owner = bank.person()
        account, actor = bank.open(owner, product="checking", deposit_minor=0), acting(owner)
        payment = self.settled_again(bank, actor, account, bank.counterparty(owner), "p-1")
        assert self.funds_on(payment, bank) == 7

    def test_seven_after_one_has_come_back_until_that_is_forgotten(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        first = self.settled_again(bank, actor, account, maria, "p-1")
        returned(bank, first)
        second = self.settled_again(bank, actor, account, maria, "p-2")
        assert self.funds_on(second, bank) == 7
        self.days_pass(bank, 91)
        third = self.settled_again(bank, actor, account, maria, "p-3")
        assert self.funds_on(third, bank) == 4

    def test_one_that_comes_back_late_is_remembered_from_that_day(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        first = self.settled_again(bank, actor, account, maria, "p-1")
        self.days_pass(bank, 58)
        returned(bank, first)
        self.days_pass(bank, 60)
        assert self.funds_on(self.settled_again(bank, actor, account, maria, "p-2"), bank) == 7
        self.days_pass(bank, 31)
        assert self.funds_on(self.settled_again(bank, actor, account, maria, "p-3"), bank) == 4

    def test_seven_after_one_has_come_back_however_many_payments_came_to_nothing_since(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        returned(bank, self.settled_again(bank, actor, account, maria, "p-1"))
        for number in range(110):
            bank.ach.cancel(
                actor, bank.collect(actor, account, maria, 1, key=f"cent-{number}", duplicate_intended=True).id
            )
        assert self.funds_on(self.settled_again(bank, actor, account, maria, "p-2"), bank) == 7

    def test_a_debit_that_was_taken_back_did_not_stay(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        for number in range(12):
            payment = self.settled_again(bank, actor, account, maria, f"p-{number}")
            why = ReversalWish(reason=ReversalReason.DUPLICATE)
            back = bank.ach.reversals.reverse(actor, payment.id, why, key="back")
            assert isinstance(back, Payment)
            bank.run()
            bank.acknowledge(bank.cut_off(back), delivery=f"dlv_b{number}")
            bank.settlement(back)
        self.days_pass(bank, 300)
        assert self.funds_on(self.settled_again(bank, actor, account, maria, "last"), bank) == 4

    def test_two_after_a_year_and_twelve_that_stayed(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        for number in range(12):
            self.settled_again(bank, actor, account, maria, f"p-{number}")
        self.days_pass(bank, 300)
        assert self.funds_on(self.settled_again(bank, actor, account, maria, "last"), bank) == 2


class TestReturned:
    def test_while_it_is_held_the_return_takes_the_hold_with_it(self) -> None:
        bank, account, payment = settled()
        returned(bank, payment)
        assert bank.state(payment) is _S.RETURNED
        assert (bank.balance(account), bank.held(account)) == (0, 0)
        assert bank.book("settlement") == 0

    def test_after_it_was_spent_it_is_forced_and_the_account_owes(self) -> None:
        bank, account, payment = settled()
        bank.clock.move(timedelta(days=30))
        bank.run()
        spent = bank.ledger.post(
            Command(
                kind="cash_withdrawal",
                initiator=account.id,
                scope="bank",
                key="spend",
                parties={"source": account.id},
                amounts={"amount": payment.amount},
            )
        )
        assert isinstance(spent, Posted)
        returned(bank, payment)
        assert bank.state(payment) is _S.RETURNED
        assert bank.balance(account) == -200_00

    @pytest.mark.parametrize("days", [0, 30, 80])
    def test_it_can_come_back_at_any_time_after_it_settled_and_comes_back_once(self, days: int) -> None:
        bank, account, payment = settled()
        bank.clock.move(timedelta(days=days))
        bank.run()
        returned(bank, payment)
        again = bank.payments.move(payment.id, Event.RETURNED, by="partner:sponsor")
        assert not again.moved
        assert bank.balance(account) == 0

    def test_a_return_that_comes_while_its_hold_is_let_go_is_said_again_and_not_lost(self) -> None:
        bank, account, payment = settled()
        bank.payments.move(payment.id, Event.FUNDS_DUE, by="bank")
        assert bank.state(payment) is _S.FREEING
        with pytest.raises(TooEarly, match="FREEING"):
            bank.payments.move(payment.id, Event.RETURNED, by="partner:sponsor")
        assert bank.state(payment) is _S.FREEING
        bank.steps.advance(bank.payment(payment))
        returned(bank, payment)
        assert bank.state(payment) is _S.RETURNED
        assert (bank.balance(account), bank.held(account)) == (0, 0)


class TestOtherwise:
    def test_an_account_that_was_closed_meanwhile_is_not_credited_and_somebody_looks(self) -> None:
        bank, actor, account, payment, file = collected()
        bank.accounts.close(actor, account=account.id, key="close")
        bank.acknowledge(file)
        bank.settlement(payment)
        assert bank.state(payment) is _S.UNPOSTED
        assert bank.book("ach_unposted") == 200_00
        assert bank.case(bank.payment(payment).case or "").kind is CaseKind.ACH_PAYMENT_UNPOSTED

    def test_a_rejected_debit_that_is_given_up_leaves_nothing_behind(self) -> None:
        bank, _, account, payment, file = collected()
        bank.reject(file, RejectionReason("REJ0900", "not today"))
        bank.resolve(bank.outgoing.existing(file.id).case or "", ResolutionCode.POST_BACK, Group.OPERATIONS)
        assert bank.state(payment) is _S.FAILED
        assert bank.balance(account) == 0
        assert (bank.book("settlement"), bank.book("ach_in_transit")) == (0, 0)

    def test_it_is_called_off_until_its_cut_off(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        payment = bank.collect(actor, account, maria, 200_00)
        bank.run()
        bank.ach.cancel(actor, payment.id)
        assert bank.state(payment) is _S.CANCELLED
        bank.clock.move(timedelta(days=1))
        bank.files()
        assert not bank.exchange.files

    def test_a_large_one_from_a_stranger_waits_for_a_person_without_a_hold(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        payment = bank.collect(actor, account, maria, 3_000_00)
        bank.run()
        assert (bank.state(payment), bank.held(account)) == (_S.IN_REVIEW, 0)
        bank.resolve(bank.payment(payment).case or "", ResolutionCode.RELEASE, Group.FRAUD_ANALYST)
        assert bank.state(payment) is _S.SCHEDULED

    def test_more_than_the_bank_collects_for_a_person_is_refused(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        assert code(bank.ach.originate_debit(actor, wish(account, maria, 5_000_01), key="p")) == "ACH_NOT_ELIGIBLE"


class TestAReceiverThatBecameALoan:
    """A correction of its type, between the wish and the file."""

    @staticmethod
    def corrected(bank: AchBank, payment: Payment) -> None:
        kept = bank.counterparties.kept(payment.counterparty)
        loan = replace(kept, account_type=AccountType.LOAN, version=kept.version + 1)
        assert bank.counterparty_store.replace(loan, version=kept.version)

    def test_before_the_cut_off_is_not_collected_from(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        payment = bank.collect(actor, account, maria, 10_00)
        bank.run()
        self.corrected(bank, payment)
        at = bank.payment(payment).progress.cut_off_at
        assert at
        bank.clock.instant = at + timedelta(seconds=5)
        bank.files()
        bank.run()
        assert bank.state(payment) is _S.CANCELLED
        assert bank.payment(payment).reason_code == "COUNTERPARTY_CREDIT_ONLY"

    def test_while_the_file_is_built_stops_no_other_entry(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender(minor=0)
        other = bank.collect(*bank.sender(minor=0), 20_00, key="other")
        payment = bank.collect(actor, account, maria, 10_00)
        bank.run()
        take = bank.counterparties.usable

        def usable(counterparty: str, **asked: Any) -> Any:
            refusal = take(counterparty, **asked)
            if counterparty == payment.counterparty and refusal is None:
                self.corrected(bank, payment)
            return refusal

        bank.counterparties.usable = usable  # type: ignore[method-assign]  # in the moment after it was asked
        file = bank.cut_off(other)
        assert (bank.state(payment), bank.state(other)) == (_S.FAILED, _S.SENT)
        assert [entry.amount.minor for entry in bank.entries(file) if entry.state is EntryState.READY] == [20_00]
        assert bank.read(file).totals.entries == 1
