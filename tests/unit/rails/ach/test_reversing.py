"""Stories of payments that were wrong and are taken back: what was sent is collected, what was collected is sent."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.counterparties.model import AccountType, Counterparty
from domain.fraud.kinds import Decision
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import Payment, Speed
from domain.rails.ach import limits
from domain.rails.ach.calendar import instant_of
from domain.rails.ach.model import AchNotEligible, RejectionReason
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.reversals import ReversalReason, last_reversal_day
from domain.rails.ach.reversing import REVERSALS_MAX, ReversalWish
from domain.rails.ach.sec_codes import Purpose
from domain.rails.ach.tables import Reason
from tests.unit.accounts.house import code
from tests.unit.rails.ach.bank import LEADER, AchBank, staff_of, wish
from tests.unit.rails.ach.street import TWICE, Street, collected, sent

_S = PaymentState


def reversed_just_before_the_hold_ends() -> tuple[Street, datetime, Payment]:
    """A debit of a new customer, when its hold would end, and the next day's reversal asked for a minute before."""
    street = collected(deposit=0)
    funds_at = street.now.progress.funds_at
    assert funds_at
    street.bank.clock.instant = funds_at - timedelta(minutes=1)
    return street, funds_at, street.reversed(replace(TWICE, speed=Speed.NEXT_DAY))


class TestOfACredit:
    def test_what_was_sent_is_collected_again_and_held_like_any_debit(self) -> None:
        street = sent()
        assert street.money == (0, 0)
        reversal = street.reversed()
        assert (reversal.kind, reversal.state, reversal.amount) == (
            PaymentKind.ACH_DEBIT,
            _S.SCHEDULED,
            street.original.amount,
        )
        street.through(reversal)
        assert street.money == (200_00, 200_00)
        street.bank.clock.move(timedelta(days=30))
        street.bank.run()
        assert street.money == (200_00, 0)
        assert street.bank.book("ach_in_transit") == street.bank.book("settlement") == 0

    def test_its_entry_says_reversal_and_is_the_first_the_other_way(self) -> None:
        street = sent()
        ((_, first),) = read_of(street.bank, street.original)
        reversal = street.reversed()
        street.bank.cut_off(reversal)
        ((header, entry),) = read_of(street.bank, reversal)
        assert (header.entry_description, header.sec, header.service_class) == ("REVERSAL", "PPD", "225")
        assert (first.transaction_code, entry.transaction_code) == ("22", "27")
        alike = ("rdfi", "account_number", "amount_minor", "receiver")
        assert [getattr(first, name) for name in alike] == [getattr(entry, name) for name in alike]

    def test_of_a_loan_has_the_code_that_only_reversals_have(self) -> None:
        street = sent()
        loan(street)
        reversal = street.reversed()
        street.bank.cut_off(reversal)
        ((_, entry),) = read_of(street.bank, reversal)
        assert entry.transaction_code == "55"

    @pytest.mark.parametrize(("sec", "business"), [("WEB", False), ("PPD", False), ("CCD", True), ("CTX", True)])
    def test_of_every_class_of_credit_goes_against_its_direction(self, sec: str, *, business: bool) -> None:
        street = sent(sec=sec, to_business=business)
        reversal = street.reversed()
        street.through(reversal)
        ((header, entry),) = read_of(street.bank, reversal)
        assert (header.sec, entry.transaction_code) == (sec, "27")

    def test_that_comes_back_after_its_reversal_has_left_is_looked_at_by_a_person(self) -> None:
        street = sent()
        street.through(street.reversed())
        street.returned(street.original)
        (case,) = street.bank.cases.unresolved()
        assert case.kind is CaseKind.ACH_RETURNED_AND_REVERSED

    def test_that_comes_back_before_its_reversal_has_left_is_nobodys_business(self) -> None:
        street = sent()
        street.reversed()
        street.returned(street.original)
        assert not street.bank.cases.unresolved()

    def test_goes_to_a_counterparty_that_was_closed_meanwhile(self) -> None:
        street = sent()
        street.bank.counterparties.close(street.actor, street.maria.id)
        street.through(street.reversed())


class TestOfADebit:
    def test_is_paid_of_the_very_money_that_is_held(self) -> None:
        street = collected(deposit=0)
        assert street.money == (200_00, 200_00)
        reversal = street.reversed()
        assert (reversal.kind, reversal.state) == (PaymentKind.ACH_CREDIT, _S.SCHEDULED)
        assert street.money == (200_00, 200_00), "nothing is set aside twice"
        street.bank.cut_off(reversal)
        assert street.money == (0, 0)
        assert (street.now.state, street.bank.state(reversal)) == (_S.CLEARED, _S.SENT)

    def test_settles_and_both_end(self) -> None:
        street = collected()
        reversal = street.reversed()
        street.through(reversal)
        street.bank.clock.move(timedelta(days=100))
        street.bank.run()
        assert (street.now.state, street.bank.state(reversal)) == (_S.COMPLETED, _S.COMPLETED)
        assert street.money == (200_00, 0)
        assert street.bank.book("ach_in_transit") == 0

    def test_called_off_after_the_hold_would_have_ended_frees_it_at_once(self) -> None:
        street, funds_at, reversal = reversed_just_before_the_hold_ends()
        street.bank.clock.instant = funds_at + timedelta(minutes=5)
        street.bank.run()
        assert street.money == (200_00, 200_00)
        street.bank.ach.cancel(street.actor, reversal.id)
        street.bank.run()
        assert (street.now.state, street.money) == (_S.CLEARED, (200_00, 0))

    def test_called_off_leaves_the_hold_to_end_when_it_would_have(self) -> None:
        street = collected(deposit=0)
        funds_at = street.now.progress.funds_at
        assert funds_at
        reversal = street.reversed()
        street.bank.ach.cancel(street.actor, reversal.id)
        street.bank.run()
        assert street.bank.state(reversal) is _S.CANCELLED
        assert street.money == (200_00, 200_00), "who calls a reversal off has nothing sooner"
        street.bank.clock.instant = funds_at
        street.bank.run()
        assert (street.now.state, street.money) == (_S.CLEARED, (200_00, 0))

    def test_keeps_the_hold_beyond_its_time_until_it_has_left(self) -> None:
        street, funds_at, reversal = reversed_just_before_the_hold_ends()
        street.bank.clock.instant = funds_at
        street.bank.run()
        assert (street.now.state, street.money) == (_S.SETTLED, (200_00, 200_00))
        street.through(reversal)
        assert (street.now.state, street.money) == (_S.CLEARED, (0, 0))

    def test_and_not_for_ever(self) -> None:
        street = collected(deposit=0)
        reversal = street.reversed()
        until = street.now.progress.freed_at
        assert until
        street.bank.clock.instant = until  # and no file was built in all that time
        street.bank.run()
        assert (street.now.state, street.money) == (_S.CLEARED, (200_00, 0))
        assert street.now.due_at
        at = street.bank.payment(reversal).progress.cut_off_at
        assert at
        street.bank.clock.instant = at + timedelta(seconds=5)
        street.bank.files()
        street.bank.run()
        assert (street.bank.state(reversal), street.money) == (_S.CANCELLED, (200_00, 0))

    def test_turned_down_by_a_person_leaves_the_hold_too(self) -> None:
        street = collected(deposit=0)
        reversal = suspected(street)
        street.bank.resolve(street.bank.payment(reversal).case or "", ResolutionCode.REJECT, Group.FRAUD_ANALYST)
        assert street.bank.state(reversal) is _S.DECLINED
        assert (street.now.progress.lent_to, street.money) == (None, (200_00, 200_00))

    def test_whose_money_is_free_and_spent_is_refused(self) -> None:
        street = collected(deposit=0)
        freed(street)
        street.bank.spend(street.account, 200_00)
        reversal = street.reversed()
        assert (reversal.state, reversal.reason_code) == (_S.REFUSED, "INSUFFICIENT_FUNDS")

    def test_whose_money_is_free_and_there_is_held_anew(self) -> None:
        street = collected(deposit=0)
        freed(street)
        reversal = street.reversed()
        assert (reversal.state, street.money) == (_S.SCHEDULED, (200_00, 200_00))
        assert reversal.progress.hold_of is None

    def test_that_comes_back_before_its_file_is_built_is_not_sent(self) -> None:
        street = collected(deposit=0)
        reversal = street.reversed()
        street.returned(street.original)
        assert street.money == (0, 0)
        at = street.bank.payment(reversal).progress.cut_off_at
        assert at
        street.bank.clock.instant = at + timedelta(seconds=5)
        street.bank.files()
        street.bank.run()
        assert (street.bank.state(reversal), street.money) == (_S.CANCELLED, (0, 0))
        assert street.bank.payment(reversal).reason_code == "ACH_NOT_ELIGIBLE"

    def test_that_comes_back_after_its_reversal_has_left_is_owed_by_the_account_and_a_person_looks(self) -> None:
        street = collected(deposit=0)
        street.through(street.reversed())
        assert not street.bank.cases.unresolved()
        street.returned(street.original)
        assert street.money == (-200_00, 0)
        (case,) = street.bank.cases.unresolved()
        assert (case.kind, case.subject.id) == (CaseKind.ACH_RETURNED_AND_REVERSED, street.original.id)

    def test_rejected_by_the_bank_and_given_up_gives_the_money_back(self) -> None:
        street = collected(deposit=0)
        reversal = street.reversed()
        file = street.bank.cut_off(reversal)
        street.bank.reject(file, RejectionReason("REJ0900", "not today"))
        case = street.bank.outgoing.existing(file.id).case or ""
        street.bank.resolve(case, ResolutionCode.POST_BACK, Group.OPERATIONS)
        assert (street.bank.state(reversal), street.money) == (_S.FAILED, (200_00, 0))


class TestAskedForOnce:
    def test_said_again_is_the_same_payment(self) -> None:
        street = sent()
        first, again = street.asked(), street.asked()
        assert isinstance(first, Payment)
        assert isinstance(again, Payment)
        assert first.id == again.id
        assert street.bank.payments.of_account(street.account.id).payments[0].id == first.id

    def test_by_another_key_or_for_another_reason_it_has_been_reversed_already(self) -> None:
        street = sent()
        street.reversed()
        assert street.why_not(key="other") == "ALREADY_REVERSED"

    def test_the_same_key_with_another_wish_has_been_used(self) -> None:
        street = sent()
        first = street.reversed()
        other = replace(TWICE, reason=ReversalReason.WRONG_AMOUNT)
        assert code(street.asked(other)) == "PAYMENT_KEY_REUSED"
        street.bank.ach.cancel(street.actor, first.id)
        street.bank.run()
        assert code(street.asked(other)) == "PAYMENT_KEY_REUSED"

    def test_of_two_at_once_one_is_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        street = sent()
        get, inside = street.bank.payments.get, list[Any]()

        def at_once(payment_id: str) -> Payment | None:
            found = get(payment_id)
            if found is None:
                monkeypatch.undo()
                inside.append(street.asked(key="other"))
            return found

        monkeypatch.setattr(street.bank.payments, "get", at_once)  # another one asks just after the look
        assert street.why_not() == "ALREADY_REVERSED"
        assert isinstance(inside[0], Payment)

    def test_one_that_came_to_nothing_may_be_followed_by_another(self) -> None:
        street = sent()
        first = street.reversed()
        street.bank.ach.cancel(street.actor, first.id)
        street.bank.run()
        assert street.bank.ach.reversals.last_day(street.now)
        second = street.reversed(key="again")
        assert street.bank.ach.reversals.last_day(street.now) is None
        assert second.id != first.id
        assert street.now.progress.reversals == (first.id, second.id)

    def test_but_not_for_ever(self) -> None:
        street = sent()
        for number in range(REVERSALS_MAX):
            reversal = street.reversed(key=f"rev-{number}")
            street.bank.ach.cancel(street.actor, reversal.id)
            street.bank.run()
        assert street.why_not(key="one-more") == "TOO_MANY_REVERSALS"
        assert street.bank.ach.reversals.last_day(street.now) is None

    def test_the_payment_names_it_before_its_journey_has_begun(self) -> None:
        street = sent()
        answer = street.asked()
        assert isinstance(answer, Payment)
        assert street.now.progress.reversals == (answer.id,)

    def test_one_that_the_other_bank_returned_is_not_followed(self) -> None:
        street = sent()
        reversal = street.reversed()
        street.through(reversal)
        street.returned(reversal)
        assert street.why_not(key="again") == "ALREADY_REVERSED"

    def test_the_payment_names_what_takes_it_back_and_the_reverse(self) -> None:
        street = sent()
        reversal = street.reversed()
        assert street.now.progress.reversals == (reversal.id,)
        assert (reversal.ach.reverses, reversal.ach.reversal_reason) == (street.original.id, "duplicate")


class TestNotAllowed:
    def test_of_a_reversal(self) -> None:
        street = sent()
        reversal = street.reversed()
        street.through(reversal)
        street.original = reversal
        assert street.why_not() == "REVERSAL_OF_REVERSAL"

    def test_before_it_has_settled(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        payment = bank.send(actor, account, maria, 20_00)
        bank.run()
        answer = bank.ach.reversals.reverse(actor, payment.id, TWICE, key="rev")
        assert isinstance(answer, AchNotEligible)
        assert answer.reason_code == "NOT_SETTLED"

    def test_of_what_came_back(self) -> None:
        street = sent()
        street.returned(street.original)
        assert street.why_not() == "ALREADY_RETURNED"

    def test_because_it_was_not_funded(self) -> None:
        assert sent().why_not(ReversalWish(reason=ReversalReason.LACK_OF_FUNDING)) == "REASON_NOT_ALLOWED"

    def test_for_a_date_that_was_not_wrong(self) -> None:
        street = sent()
        settled_on = street.now.progress.settles_on
        assert settled_on
        meant = replace(TWICE, reason=ReversalReason.WRONG_DATE, intended_on=settled_on)
        assert street.why_not(meant) == "DATE_NOT_WRONG"
        earlier = replace(meant, intended_on=settled_on - timedelta(days=3))
        assert isinstance(street.asked(earlier), Payment)

    def test_of_another_customers_payment(self) -> None:
        street = sent()
        stranger, *_ = street.bank.sender()
        assert code(street.asked(actor=stranger)) == "NOT_FOUND"

    def test_by_staff(self) -> None:
        street = sent()
        clerk = staff_of(Group.OPERATIONS, LEADER)
        assert code(street.asked(actor=clerk)) == "NOT_ALLOWED"

    def test_as_an_ordinary_payment_that_calls_itself_one(self) -> None:
        bank = AchBank()
        actor, account, maria = bank.sender()
        asked = wish(account, maria, 20_00, purpose=Purpose.REVERSAL, description="REVERSAL")
        answer = bank.ach.originate_credit(actor, asked, key="k")
        assert code(answer) == "INPUT_INVALID"

    def test_under_a_malformed_key(self) -> None:
        assert code(sent().asked(key="")) == "INPUT_INVALID"


class TestInTime:
    def test_until_the_last_window_that_settles_on_the_fifth_banking_day(self) -> None:
        street = sent()
        settled_on = street.now.progress.settles_on
        assert settled_on
        last = last_reversal_day(settled_on)
        street.bank.clock.instant = moment_of(last, hours=-2)
        assert street.bank.ach.reversals.last_day(street.now) == last
        assert isinstance(street.asked(), Payment)

    def test_after_it_no_more(self) -> None:
        street = sent()
        settled_on = street.now.progress.settles_on
        assert settled_on
        last = last_reversal_day(settled_on)
        street.bank.clock.instant = moment_of(last, hours=10)
        assert street.why_not() == "REVERSAL_TOO_LATE"
        assert street.bank.ach.reversals.last_day(street.now) is None

    def test_one_that_is_looked_at_too_long_is_called_off_and_says_why(self) -> None:
        street = sent()
        settled_on = street.now.progress.settles_on
        assert settled_on
        last = last_reversal_day(settled_on)
        street.bank.clock.instant = moment_of(last, hours=-8)
        reversal = suspected(street)
        street.bank.clock.instant = moment_of(last, hours=10)
        street.bank.resolve(street.bank.payment(reversal).case or "", ResolutionCode.RELEASE, Group.FRAUD_ANALYST)
        at = street.bank.payment(reversal).progress.cut_off_at
        assert at
        street.bank.clock.instant = at + timedelta(seconds=5)
        street.bank.files()
        street.bank.run()
        assert street.bank.state(reversal) is _S.CANCELLED
        assert "five banking days" in (street.bank.payment(reversal).reason or "")

    def test_one_that_is_rejected_and_would_come_too_late_is_not_built_again(self) -> None:
        street = collected(deposit=0)
        settled_on = street.now.progress.settles_on
        assert settled_on
        reversal = street.reversed()
        file = street.bank.cut_off(reversal)
        street.bank.clock.instant = moment_of(last_reversal_day(settled_on), hours=10)
        street.bank.reject(file, RejectionReason("REJ0203", "file id modifier"))
        street.bank.clock.move(timedelta(days=1))
        street.bank.files()
        street.bank.run()
        resolved = street.bank.outgoing.existing(file.id)
        if resolved.case and street.bank.state(reversal) is _S.REJECTED:
            street.bank.resolve(resolved.case, ResolutionCode.REBUILD, Group.OPERATIONS)
            street.bank.clock.move(timedelta(days=1))
            street.bank.files()
            street.bank.run()
        assert street.bank.state(reversal) is _S.FAILED
        assert street.money == (200_00, 0)


class TestBesideOtherPayments:
    def test_it_counts_against_no_limit_and_is_no_duplicate(self, monkeypatch: pytest.MonkeyPatch) -> None:
        street = collected()
        street.reversed()
        counted: list[int] = []
        reasons = limits.bank_limit_reasons

        def asked(*, spent_today_minor: int, **more: Any) -> tuple[Reason, ...]:
            counted.append(spent_today_minor)
            return reasons(spent_today_minor=spent_today_minor, **more)

        monkeypatch.setattr(limits, "bank_limit_reasons", asked)
        again = wish(street.account, street.maria, 200_00)
        assert isinstance(street.bank.ach.originate_credit(street.actor, again, key="another"), Payment)
        assert counted == [0]

    def test_and_what_is_sent_the_same_way_after_it_is_not_taken_for_it(self) -> None:
        street = sent(deposit=400_00)
        street.reversed()
        again = wish(street.account, street.maria, 200_00)
        assert isinstance(street.bank.ach.originate_debit(street.actor, again, key="another"), Payment)


def read_of(bank: AchBank, payment: Payment) -> list[Any]:
    file = bank.outgoing.existing(bank.payment(payment).progress.file or "")
    trace = bank.payment(payment).progress.trace
    found = entries_of(Reading((bank.text(file).encode(),), STRICT))
    return [(header, entry) for header, entry in found if entry.trace_number == trace]


def suspected(street: Street) -> Payment:
    """A reversal that a person is to look at."""
    answer = street.asked()
    assert isinstance(answer, Payment)
    street.bank.will_decide(answer, Decision.REVIEW)
    street.bank.run()
    return street.bank.payment(answer)


def freed(street: Street) -> None:
    funds_at = street.now.progress.funds_at
    assert funds_at
    street.bank.clock.instant = funds_at
    street.bank.run()
    assert street.now.state is _S.CLEARED


def loan(street: Street) -> Counterparty:
    """Its receiver's account turned out to be one of a loan, which takes credits alone."""
    kept = street.bank.counterparties.kept(street.maria.id)
    corrected = replace(kept, account_type=AccountType.LOAN, version=kept.version + 1)
    assert street.bank.counterparty_store.replace(corrected, version=kept.version)
    return corrected


def moment_of(day: date, *, hours: int) -> datetime:
    """So many hours after, or before, eleven in the morning of a day in New York."""
    return instant_of(day, time(11)) + timedelta(hours=hours)
