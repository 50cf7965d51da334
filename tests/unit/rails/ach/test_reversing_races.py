"""A payment that is taken back, and what else happens to it at the same moment, late or twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.ids import payment_id
from domain.ledger.model import Command
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import BANK, Payment
from domain.rails.ach.model import RejectionReason
from domain.rails.ach.reversing import SCOPE
from tests.unit.fraud.said import said
from tests.unit.rails.ach.street import Street, collected, sent

_S = PaymentState


class TestComesBackInTheMomentItsFileIsBuilt:
    """A return and the file of a reversal at once: the receiver has the money back once."""

    def claimed(self, street: Street) -> Payment:
        """Its return is written down. Its money has not moved."""
        moved = street.bank.payments.move(
            street.original.id, Event.RETURNED, by="partner:sponsor", facts={"code": "R01"}
        )
        assert moved.moved
        return moved.payment

    def overtaken(self, street: Street, reversal: Payment, event: Event) -> None:
        """The file is built; as this of the reversal is to be written down, the return is."""
        move = street.bank.payments.move

        def late(payment: str, said: Event, **more: Any) -> Any:
            only_if = more.get("only_if", lambda _: True)

            def passed(found: Payment) -> bool:
                go = only_if(found)
                if payment == reversal.id and said is event and go:
                    street.bank.payments.move = move  # type: ignore[method-assign]  # once
                    street.bank.steps.advance(self.claimed(street))
                return bool(go)

            return move(payment, said, **{**more, "only_if": passed})

        street.bank.payments.move = late  # type: ignore[assignment]  # overtaken
        self.built(street, reversal)

    def built(self, street: Street, reversal: Payment) -> None:
        at = street.bank.payment(reversal).progress.cut_off_at
        assert at
        street.bank.clock.instant = at + timedelta(seconds=5)
        street.bank.files()
        street.bank.run()

    def test_after_it_was_looked_at_a_credit_is_not_collected_again(self) -> None:
        street = sent()
        reversal = street.reversed()
        self.overtaken(street, reversal, Event.TAKEN)
        assert (street.bank.state(reversal), street.now.state) == (_S.FAILED, _S.RETURNED)
        assert street.bank.payment(reversal).reason_code == "ALREADY_RETURNED"
        assert street.money == (200_00, 0)
        assert not street.bank.cases.unresolved()
        assert street.bank.book("ach_in_transit") == street.bank.book("settlement") == 0

    def test_after_it_was_looked_at_a_debit_is_not_sent(self) -> None:
        street = collected(deposit=0)
        reversal = street.reversed()
        self.overtaken(street, reversal, Event.TAKEN)
        assert (street.bank.state(reversal), street.now.state) == (_S.REFUSED, _S.RETURNED)
        assert street.money == (0, 0)
        assert not street.bank.cases.unresolved()

    def test_a_return_whose_money_moves_late_finds_the_hold_used_and_the_money_back(self) -> None:
        street = collected(deposit=0)
        reversal = street.reversed()
        post, returned = street.bank.ledger.post, []

        def late(command: Command) -> Any:
            if command.kind == "ach_credit_captured":
                street.bank.ledger.post = post  # type: ignore[method-assign]  # once
                returned.append(self.claimed(street))
            return post(command)

        street.bank.ledger.post = late  # type: ignore[method-assign]  # the return is claimed before the capture
        self.built(street, reversal)
        street.bank.steps.advance(returned[0])
        assert (street.bank.state(reversal), street.now.state) == (_S.FAILED, _S.RETURNED)
        assert street.money == (0, 0)
        assert not street.bank.cases.unresolved()
        assert street.bank.book("ach_in_transit") == street.bank.book("settlement") == 0

    def test_after_its_file_was_composed_a_person_looks(self) -> None:
        street = sent()
        reversal = street.reversed()
        composed = street.bank.outgoing.building._numbered

        def late(file: Any) -> Any:
            street.bank.steps.advance(self.claimed(street))
            return composed(file)

        street.bank.outgoing.building._numbered = late  # type: ignore[method-assign]
        self.built(street, reversal)
        assert (street.bank.state(reversal), street.now.state) == (_S.SENT, _S.RETURNED)
        (case,) = street.bank.cases.unresolved()
        assert (case.kind, case.subject.id) == (CaseKind.ACH_RETURNED_AND_REVERSED, street.original.id)

    def test_of_what_its_account_did_not_take_nothing_is_collected_either(self) -> None:
        street = sent()
        reversal = street.reversed()
        frozen = Command(
            kind="account_frozen",
            initiator=street.account.id,
            scope=BANK,
            key="frozen",
            parties={"account": street.account.id},
            evidence=("case:1",),
        )
        street.bank.ledger.post(frozen)
        street.bank.steps.advance(self.claimed(street))
        assert street.now.state is _S.UNPOSTED
        self.built(street, reversal)
        assert street.bank.state(reversal) is _S.CANCELLED
        assert street.why_not(key="another") == "ALREADY_RETURNED"

    def test_that_comes_back_in_the_moment_its_file_is_built_is_dropped_by_the_ledger(self) -> None:
        street = collected(deposit=0)
        reversal = street.reversed()
        post = street.bank.ledger.post

        def late(command: Any) -> Any:
            if command.kind == "ach_credit_captured":
                street.bank.ledger.post = post  # type: ignore[method-assign]  # once
                street.returned(street.original)
            return post(command)

        street.bank.ledger.post = late  # type: ignore[method-assign]  # the return overtakes the capture
        at = reversal.progress.cut_off_at
        assert at
        street.bank.clock.instant = at + timedelta(seconds=5)
        street.bank.files()
        street.bank.run()
        assert (street.bank.state(reversal), street.now.state) == (_S.REFUSED, _S.RETURNED)
        assert street.money == (0, 0), "the receiver has it back once"
        assert street.bank.told(street.actor)[0].facts["reason"] == "The account could not pay it."

    def test_a_reversal_that_came_to_nothing_is_nobodys_business(self) -> None:
        street = collected(deposit=0)
        file = street.bank.cut_off(street.reversed())
        street.bank.reject(file, RejectionReason("REJ0900", "not today"))
        case = street.bank.outgoing.existing(file.id).case or ""
        street.bank.resolve(case, ResolutionCode.POST_BACK, Group.OPERATIONS)
        street.returned(street.original)
        assert street.money == (0, 0)
        assert not street.bank.cases.unresolved()


class TestStepsThatComeLate:
    """A step of the reversal of a debit that somebody began long ago goes on."""

    def judged(self, street: Street) -> Payment:
        """A reversal whose money is to be set aside next."""
        answer = street.asked()
        assert isinstance(answer, Payment)
        seen = street.bank.steps.judged(answer, said(answer.id))
        assert seen.state is _S.SCREENED
        return seen

    def late(self, street: Street) -> Payment:
        """The reversal as it was then; it is in its window by now."""
        seen = self.judged(street)
        street.bank.run()
        assert street.bank.state(seen) is _S.SCHEDULED
        return seen

    def test_after_it_was_called_off_lends_nothing_to_it(self) -> None:
        street = collected(deposit=0)
        seen = self.late(street)
        street.bank.ach.cancel(street.actor, seen.id)
        street.bank.run()
        street.bank.steps.advance(seen)
        assert (street.now.progress.lent_to, street.money) == (None, (200_00, 200_00))

    def test_after_the_debit_has_come_back_sets_nothing_aside(self) -> None:
        street = collected(deposit=300_00)
        seen = self.late(street)
        street.bank.ach.cancel(street.actor, seen.id)
        street.bank.run()
        street.returned(street.original)
        street.bank.steps.advance(seen)
        assert street.money == (300_00, 0)

    def test_while_another_one_has_the_hold_sets_nothing_aside(self) -> None:
        street = collected(deposit=300_00)
        seen = self.late(street)
        street.bank.ach.cancel(street.actor, seen.id)
        street.bank.run()
        second = street.reversed(key="again")
        street.bank.steps.advance(seen)
        assert (street.now.progress.lent_to, street.money) == (second.id, (500_00, 200_00))

    def test_a_debit_is_not_freed_that_was_lent_after_it_was_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        street = collected(deposit=0)
        funds_at = street.now.progress.funds_at
        assert funds_at
        street.bank.clock.instant = funds_at
        reversal, move = self.judged(street), street.bank.payments.move

        def late(payment_id: str, event: Event, **more: Any) -> Any:
            if event is Event.FUNDS_DUE:
                monkeypatch.undo()
                street.bank.steps.advance(reversal)
            return move(payment_id, event, **more)

        monkeypatch.setattr(street.bank.payments, "move", late)  # a reversal overtakes it
        street.bank.steps.run("free", payment=street.original.id, token=None)
        assert street.bank.state(reversal) is _S.SCHEDULED
        assert (street.now.state, street.money) == (_S.SETTLED, (200_00, 200_00))

    def test_one_that_takes_no_hold_of_a_dead_one(self) -> None:
        street = collected(deposit=0)
        first = street.reversed()
        street.bank.ach.cancel(street.actor, first.id)
        street.bank.run()
        kept = street.now
        lent = replace(kept.progress, lent_to=first.id, lent_until=kept.progress.funds_at)
        street.bank.payments.note(kept.id, lambda found: replace(found, progress=lent))  # its writer died
        second = street.reversed(key="again")
        assert (second.state, second.progress.hold_of) == (_S.SCHEDULED, street.original.id)

    def test_asked_for_again_after_it_was_called_off_it_is_not_the_one_that_counts(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        street = sent()
        with monkeypatch.context() as dies:
            dies.setattr(street.bank.ach.reversals, "_begun", lambda reversal: reversal)
            street.asked(key="a")
        first = payment_id(street.original.account, SCOPE, f"{street.original.id}.1")
        street.bank.ach.cancel(street.actor, first)
        second = street.reversed(key="b")
        street.asked(key="a")
        assert street.now.progress.reversals == (second.id,)
        assert street.bank.ach.reversals.last_day(street.now) is None
        street.through(second)
        street.returned(street.original)
        (case,) = street.bank.cases.unresolved()
        assert case.kind is CaseKind.ACH_RETURNED_AND_REVERSED
