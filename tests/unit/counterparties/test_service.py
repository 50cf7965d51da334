"""Stories of counterparties: added once, proved, guessed at, corrected, cut off, erased."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any, TypeVar

import pytest

from domain.access.model import Group
from domain.counterparties import service
from domain.counterparties.model import (
    CHANGES_MAX,
    VERIFICATIONS_MAX,
    AccountType,
    AmountsWrong,
    Correction,
    Counterparty,
    CounterpartyExists,
    CounterpartyKeyReused,
    CounterpartyStatus,
    Direction,
    HolderKind,
    OpenedCounterparty,
    Part,
    VerificationMethod,
    VerificationStatus,
)
from domain.counterparties.rules import VERIFICATION_LIFETIME
from domain.counterparties.service import Counterparties
from domain.counterparties.store_memory import MemoryCounterpartyStore
from domain.customers.model import CustomerStatus
from domain.ids import place_of
from domain.refusals import InputInvalid, NotFound, Refusal, WrongRegion
from domain.sealing import Shredded
from tests.unit.accounts.house import Cut, acting, code, staff
from tests.unit.counterparties.exchange import (
    APPROVAL,
    DETAILS,
    MICRO,
    NUMBER,
    OTHER_ROUTING,
    PRENOTE,
    ROUTING,
    Exchange,
    latest,
    numbered,
    row,
)

TODAY = date(2026, 3, 10)
FRIDAY = date(2026, 3, 13)
C01 = Correction(noc="noc-1", code="C01", account_number="99887766")

T = TypeVar("T")


def at_once(calls: int, call: Callable[[int], T]) -> list[T]:
    start = Barrier(calls)

    def one(number: int) -> T:
        start.wait(timeout=10)
        return call(number)

    with ThreadPoolExecutor(calls) as pool:
        return list(pool.map(one, range(calls)))


class TestAdding:
    def test_it_lives_in_its_customers_slot_and_nothing_is_proved(self) -> None:
        here = Exchange()
        added = here.add()
        place = place_of(added.id)
        assert place
        assert (place.jurisdiction, place.slot) == ("us", here.ada.slot)
        assert (added.customer, added.status, added.verification) == (
            here.ada.id,
            CounterpartyStatus.UNVERIFIED,
            None,
        )
        assert (added.routing_number, added.masked_number) == (ROUTING, "••6789")

    def test_the_same_request_adds_once(self) -> None:
        here = Exchange()
        first = here.add()
        here.counterparties.close(here.actor, first.id)
        again = here.add()
        assert again.id == first.id
        assert again.status is CounterpartyStatus.CLOSED
        assert len(page(here)) == 1

    @pytest.mark.parametrize(
        "other",
        [
            replace(DETAILS, name="Ada King"),
            replace(DETAILS, routing_number=OTHER_ROUTING),
            replace(DETAILS, account_number="1"),
            replace(DETAILS, account_type=AccountType.SAVINGS),
            replace(DETAILS, holder_kind=HolderKind.BUSINESS),
        ],
    )
    def test_the_same_key_for_something_else_is_refused(self, other: Any) -> None:
        here = Exchange()
        first = here.add()
        answer = here.counterparties.add(here.actor, customer=here.ada, details=other, key="add")
        assert answer == CounterpartyKeyReused(first.id)
        assert len(page(here)) == 1

    def test_the_same_account_is_not_added_twice_until_the_first_is_closed(self) -> None:
        here = Exchange()
        first = here.add()
        renamed = replace(DETAILS, name="A. Lovelace", account_type=AccountType.SAVINGS)
        answer = here.counterparties.add(here.actor, customer=here.ada, details=renamed, key="again")
        assert answer == CounterpartyExists(first.id)
        here.counterparties.close(here.actor, first.id)
        second = here.add(renamed, key="again")
        assert second.id != first.id
        assert code(here.counterparties.add(here.actor, customer=here.ada, details=DETAILS, key="3")) == (
            "COUNTERPARTY_EXISTS"
        )

    def test_two_customers_may_have_the_same_account_and_nothing_tells_them_so(self) -> None:
        here = Exchange()
        bob = here.customer()
        mine, theirs = here.add(), here.add(customer=bob)
        assert mine.number_digest != theirs.number_digest

    def test_of_many_clicks_one_adds(self) -> None:
        here = Exchange()
        answers = at_once(6, lambda _: here.add())
        assert len({answer.id for answer in answers}) == 1
        assert len(page(here)) == 1

    def test_of_many_keys_for_one_account_one_adds(self) -> None:
        here = Exchange()
        answers = at_once(
            6,
            lambda n: here.counterparties.add(here.actor, customer=here.ada, details=DETAILS, key=f"k{n}"),
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["Counterparty", *["CounterpartyExists"] * 5]

    def test_malformed_input_is_told_and_leaves_nothing(self) -> None:
        here = Exchange()
        answer = here.counterparties.add(
            here.actor, customer=here.ada, details=replace(DETAILS, name=""), key="no spaces"
        )
        assert isinstance(answer, InputInvalid)
        assert [fault.code for fault in answer.faults] == ["KEY_MALFORMED", "NAME_MALFORMED"]
        assert page(here) == ()

    @pytest.mark.parametrize("group", [group for group in Group if group is not Group.CUSTOMER])
    def test_staff_add_nothing(self, group: Group) -> None:
        here = Exchange()
        answer = here.counterparties.add(staff(group), customer=here.ada, details=DETAILS, key="k")
        assert code(answer) == ("NOT_FOUND" if group is Group.ADMIN else "NOT_ALLOWED")

    def test_nobody_adds_for_somebody_else(self) -> None:
        here = Exchange()
        stranger = acting(here.customer())
        assert code(here.counterparties.add(stranger, customer=here.ada, details=DETAILS, key="k")) == "NOT_FOUND"

    def test_a_customer_of_another_region_is_sent_there(self) -> None:
        here = Exchange()
        west = here.customer(region="us-west-2")
        answer = here.counterparties.add(acting(west), customer=west, details=DETAILS, key="k")
        assert answer == WrongRegion("us-west-2", "https://west.example/graphql")

    def test_a_customer_of_another_jurisdiction_has_none(self) -> None:
        here = Exchange(region="eu-west-1")
        answer = here.counterparties.add(here.actor, customer=here.ada, details=DETAILS, key="k")
        assert code(answer) == "JURISDICTION_MISMATCH"

    def test_nothing_is_added_for_who_was_erased(self) -> None:
        here = Exchange()
        erased = replace(here.ada, status=CustomerStatus.ERASED)
        assert code(here.counterparties.add(here.actor, customer=erased, details=DETAILS, key="k")) == "SHREDDED"
        here.keys.shred(here.ada.id)
        assert code(here.counterparties.add(here.actor, customer=here.ada, details=DETAILS, key="k")) == "SHREDDED"


class TestLooking:
    def test_a_customers_own_are_listed_the_newest_first_page_by_page(self) -> None:
        here = Exchange()
        added = []
        for n in range(5):
            here.clock.move(timedelta(seconds=1))
            added.append(here.add(numbered(n), key=f"k{n}").id)
        here.add(customer=here.customer())
        found, before = [], None
        for _ in range(3):
            answer = here.counterparties.counterparties_of(here.actor, here.ada.id, before=before, limit=2)
            assert not isinstance(answer, Refusal)
            found += [one.id for one in answer.counterparties]
            before = answer.before
        assert found == added[::-1]
        assert before is None

    def test_who_may_not_see_the_customer_is_told_that_there_is_none(self) -> None:
        here = Exchange()
        added = here.add()
        for actor in (acting(here.customer()), staff(Group.ADMIN)):
            assert here.counterparties.get(actor, added.id) == NotFound(added.id)
            assert here.counterparties.counterparties_of(actor, here.ada.id) == NotFound(here.ada.id)
            assert here.counterparties.get_all(actor, [added.id]) == {}

    def test_of_many_those_of_this_region_are_read_that_the_actor_may_see(self) -> None:
        here = Exchange()
        mine, other = here.add(), here.add(customer=here.customer())
        asked = [mine.id, other.id, "", "cpy_us1000_01K90000000000000000000000"]
        assert here.counterparties.get_all(here.actor, asked) == {mine.id: mine}
        assert here.counterparties.get_all(staff(Group.FINANCE), asked) == {mine.id: mine, other.id: other}

    @pytest.mark.parametrize("group", [Group.OPERATIONS, Group.FINANCE, Group.AUDITOR])
    def test_staff_who_see_customers_see_theirs(self, group: Group) -> None:
        here = Exchange()
        added = here.add()
        assert here.counterparties.get(staff(group), added.id) == added

    @pytest.mark.parametrize(
        "name", ["", "cpy_us0001_01K90000000000000000000000", "acc_us0001_01K90000000000000000000000"]
    )
    def test_what_is_not_there_is_not_found(self, name: str) -> None:
        here = Exchange()
        assert code(here.counterparties.get(here.actor, name)) == "NOT_FOUND"
        assert code(here.counterparties.opened(name)) == "NOT_FOUND"
        assert code(here.counterparties.usable(name, on_day=TODAY, direction=Direction.CREDIT)) == "NOT_FOUND"

    def test_what_lives_elsewhere_is_asked_there(self) -> None:
        here = Exchange()
        west = "cpy_us1000_01K90000000000000000000000"
        answers = [
            here.counterparties.get(here.actor, west),
            here.counterparties.close(here.actor, west),
            here.counterparties.opened(west),
            here.counterparties.usable(west, on_day=TODAY, direction=Direction.CREDIT),
            here.counterparties.start_verification(here.actor, west, method=PRENOTE, key="k"),
            here.counterparties.confirm(here.actor, west, amounts=(1, 2), key="k"),
            here.counterparties.verification_settled(west, attempt=1, settled_on=TODAY),
            here.counterparties.verification_returned(west, attempt=1, return_code="R03"),
            here.counterparties.apply_correction(west, C01, approval="apr_x"),
        ]
        assert {code(answer) for answer in answers} == {"WRONG_REGION"}

    def test_a_rail_is_told_the_full_numbers(self) -> None:
        here = Exchange()
        added = here.add()
        opened = here.counterparties.opened(added.id)
        assert isinstance(opened, OpenedCounterparty)
        assert (opened.details, opened.customer, opened.version) == (DETAILS, here.ada.id, 1)
        assert NUMBER not in repr(opened)
        assert NUMBER not in repr(opened.details)


class TestKeepingSecrets:
    def test_nothing_personal_lies_in_clear(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        here.confirm(added, *here.wrong(added))
        correction = Correction(noc="n", code="C01", account_number="99887766")
        row(here.correct(added, correction))
        kept = repr(here.stored(added)).replace("\\x", "")
        for secret in (DETAILS.name, NUMBER, "99887766", str(list(here.amounts(added)))):
            assert secret not in kept
            assert secret.encode().hex() not in kept

    def test_a_seal_opens_only_for_its_own_counterparty_and_use(self) -> None:
        here = Exchange()
        one, other = here.add(), here.add(numbered(1), key="other")
        here.counterparty_store.replace(replace(other, sealed_number=one.sealed_number), version=1)
        with pytest.raises(Exception, match="sealed for another"):
            here.counterparties.opened(other.id)
        here.counterparty_store.replace(replace(one, sealed_name=one.sealed_number), version=1)
        with pytest.raises(Exception, match="sealed for another"):
            here.counterparties.name(here.stored(one))

    def test_after_an_erasure_only_masks_are_left(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        here.keys.shred(here.ada.id)
        assert page(here)[0].masked_number == "••6789"
        assert isinstance(here.counterparties.name(added), Shredded)
        assert isinstance(here.counterparties.opened(added.id), Shredded)
        assert isinstance(here.counterparties.micro_amounts(added.id, attempt=1), Shredded)
        assert code(here.confirm(added, 1, 2)) == "SHREDDED"
        assert row(here.counterparties.close(here.actor, added.id)).status is CounterpartyStatus.CLOSED
        settled = here.counterparties.verification_returned(added.id, attempt=1, return_code="R03")
        assert row(settled).status is CounterpartyStatus.CLOSED

    def test_what_was_intended_for_who_was_erased_is_not_sent_any_more(self) -> None:
        here = Exchange()
        added = here.add()
        here.rail.shut = True
        here.start(added, MICRO)
        here.keys.shred(here.ada.id)
        here.rail.shut = False
        assert here.finished() == (added.id,)
        assert here.rail.micro_entries == {}
        assert latest(here.stored(added)).failure == "SHREDDED"
        assert here.finished() == ()


class TestClosing:
    def test_it_is_closed_once_and_stays_closed(self) -> None:
        here = Exchange()
        added = here.add()
        closed = row(here.counterparties.close(here.actor, added.id))
        here.clock.move(timedelta(days=1))
        assert here.counterparties.close(here.actor, added.id) == closed
        assert closed.closed_at == here.clock.now() - timedelta(days=1)
        answers = [
            here.counterparties.start_verification(here.actor, added.id, method=PRENOTE, key="k"),
            here.confirm(added, 1, 2),
            here.counterparties.usable(added.id, on_day=TODAY, direction=Direction.CREDIT),
            here.correct(added, C01),
        ]
        assert [code(answer) for answer in answers] == ["COUNTERPARTY_CLOSED"] * 4

    def test_staff_who_guard_close_it_and_others_do_not(self) -> None:
        here = Exchange()
        added = here.add()
        assert code(here.counterparties.close(staff(Group.FINANCE), added.id)) == "NOT_ALLOWED"
        assert code(here.counterparties.close(acting(here.customer()), added.id)) == "NOT_FOUND"
        assert row(here.counterparties.close(staff(Group.FRAUD_LEAD), added.id)).closed_at

    def test_what_was_only_intended_is_not_sent(self) -> None:
        here = Exchange()
        added = here.add()
        here.rail.shut = True
        here.start(added, PRENOTE)
        here.counterparties.close(here.actor, added.id)
        here.rail.shut = False
        assert here.counterparties.unsent() == ()
        assert here.counterparties.finish_verification(added.id)
        assert here.rail.prenotes == []


class TestStarting:
    def test_a_prenote_goes_to_the_rail_once(self) -> None:
        here = Exchange()
        added = here.add()
        begun = here.start(added, PRENOTE)
        assert (begun.status, latest(begun).status) == (CounterpartyStatus.VERIFYING, VerificationStatus.SENT)
        assert here.start(added, PRENOTE) == begun
        assert here.rail.prenotes == [(added.id, 1)]

    def test_the_same_key_for_another_method_is_refused(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, PRENOTE)
        answer = here.counterparties.start_verification(here.actor, added.id, method=MICRO, key="verify")
        assert answer == CounterpartyKeyReused(added.id)
        assert here.rail.micro_entries == {}

    def test_of_many_clicks_with_keys_of_their_own_one_starts(self) -> None:
        here = Exchange()
        added = here.add()
        answers = at_once(
            6,
            lambda n: here.counterparties.start_verification(here.actor, added.id, method=MICRO, key=f"k{n}"),
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["Counterparty", *["VerificationUnderway"] * 5]
        assert len(here.rail.micro_entries) == 1

    def test_a_prenote_that_settles_proves_it_from_the_third_banking_day_on(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, PRENOTE)
        assert code(usable(here, added, FRIDAY)) == "COUNTERPARTY_NOT_VERIFIED"
        row(here.counterparties.verification_settled(added.id, attempt=1, settled_on=TODAY))
        assert code(usable(here, added, TODAY)) == "COUNTERPARTY_NOT_VERIFIED"
        assert usable(here, added, FRIDAY) is None
        again = here.counterparties.start_verification(here.actor, added.id, method=MICRO, key="more")
        assert code(again) == "COUNTERPARTY_VERIFIED"

    def test_one_that_came_back_may_be_tried_again(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, PRENOTE)
        failed = row(here.counterparties.verification_returned(added.id, attempt=1, return_code="R03"))
        assert (failed.status, latest(failed).failure) == (CounterpartyStatus.FAILED, "R03")
        begun = here.start(added, MICRO, key="again")
        assert (latest(begun).attempt, begun.status) == (2, CounterpartyStatus.VERIFYING)

    def test_one_that_was_never_heard_of_may_be_tried_again_when_it_expired(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, PRENOTE)
        again = here.counterparties.start_verification(here.actor, added.id, method=PRENOTE, key="again")
        assert code(again) == "VERIFICATION_UNDERWAY"
        here.clock.move(VERIFICATION_LIFETIME)
        assert here.counterparties.status(here.stored(added)) is CounterpartyStatus.UNVERIFIED
        assert latest(here.start(added, PRENOTE, key="again")).attempt == 2

    def test_a_number_is_tried_so_often_and_no_more_however_often_it_is_added(self) -> None:
        here = Exchange()
        for n in range(VERIFICATIONS_MAX):
            added = here.add(key=f"add-{n}")
            here.start(added, PRENOTE, key=f"verify-{n}")
            here.counterparties.close(here.actor, added.id)
        last = here.add(key="last")
        answer = here.counterparties.start_verification(here.actor, last.id, method=PRENOTE, key="once-more")
        assert code(answer) == "VERIFICATIONS_EXHAUSTED"
        other = here.add(numbered(1), key="other")
        assert here.start(other, PRENOTE).status is CounterpartyStatus.VERIFYING

    def test_staff_prove_nothing(self) -> None:
        here = Exchange()
        added = here.add()
        clerk = staff(Group.OPERATIONS)
        assert code(here.counterparties.start_verification(clerk, added.id, method=PRENOTE, key="k")) == "NOT_ALLOWED"
        assert code(here.confirm(added, 1, 2, actor=clerk)) == "NOT_ALLOWED"

    def test_a_malformed_key_is_refused(self) -> None:
        here = Exchange()
        added = here.add()
        answer = here.counterparties.start_verification(here.actor, added.id, method=PRENOTE, key="")
        assert code(answer) == "INPUT_INVALID"
        assert code(here.confirm(added, 1, 100, key="")) == "INPUT_INVALID"

    def test_what_no_rail_takes_waits_and_expires(self) -> None:
        here = Exchange()
        added = here.add()
        assert here.counterparties.finish_verification(added.id), "it has none"
        here.rail.shut = True
        assert latest(here.start(added, MICRO)).status is VerificationStatus.INTENDED
        assert code(here.confirm(added, 1, 2)) == "NOTHING_TO_CONFIRM"
        assert here.finished() == ()
        here.rail.shut = False
        assert here.finished() == (added.id,)
        assert latest(here.stored(added)).status is VerificationStatus.SENT

        other = here.add(numbered(1), key="other")
        here.rail.shut = True
        here.start(other, MICRO)
        here.clock.move(VERIFICATION_LIFETIME)
        assert here.finished() == (other.id,)
        ended = here.stored(other)
        assert (ended.status, latest(ended).status) == (CounterpartyStatus.UNVERIFIED, VerificationStatus.EXPIRED)


class TestConfirming:
    def test_who_tells_the_amounts_in_any_order_may_use_it_at_once(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        assert here.counterparties.micro_amounts(added.id, attempt=1) == tuple(sorted(here.amounts(added)))
        first, second = here.amounts(added)
        confirmed = row(here.confirm(added, max(first, second), min(first, second)))
        assert confirmed.status is CounterpartyStatus.VERIFIED
        assert latest(confirmed).live_from == TODAY
        assert usable(here, added, TODAY) is None
        assert code(usable(here, added, TODAY - timedelta(days=1))) == "COUNTERPARTY_NOT_VERIFIED"

    def test_the_third_wrong_answer_ends_it(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        wrong = here.wrong(added)
        answers = [here.confirm(added, *wrong, key=f"k{n}") for n in range(4)]
        assert [answer.answers_left for answer in answers[:3] if isinstance(answer, AmountsWrong)] == [2, 1, 0]
        assert code(answers[3]) == "NOTHING_TO_CONFIRM"
        assert code(here.confirm(added, *here.amounts(added), key="late")) == "NOTHING_TO_CONFIRM"
        ended = here.stored(added)
        assert (ended.status, latest(ended).failure) == (CounterpartyStatus.FAILED, "AMOUNTS_WRONG")

    def test_the_same_key_counts_once_and_is_answered_alike_for_ever(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        wrong = here.wrong(added)
        first = here.confirm(added, *wrong)
        assert here.confirm(added, *reversed(wrong)) == first == AmountsWrong(added.id, 2)
        assert here.confirm(added, *here.amounts(added)) == CounterpartyKeyReused(added.id)
        assert latest(here.stored(added)).answers_used == 1
        confirmed = here.confirm(added, *here.amounts(added), key="right")
        assert here.confirm(added, *here.amounts(added), key="right") == confirmed
        assert here.confirm(added, *wrong) == first

    def test_malformed_amounts_count_nothing(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        assert code(here.confirm(added, 0, 5)) == "INPUT_INVALID"
        assert latest(here.stored(added)).answers_used == 0

    @pytest.mark.parametrize("seed", range(20))
    def test_however_many_guess_at_once_three_are_compared(self, seed: int) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        right = here.amounts(added)
        noise = random.Random(seed)
        guesses = [(noise.randrange(1, 100), noise.randrange(1, 100)) for _ in range(12)]
        guesses = [guess for guess in guesses if sorted(guess) != sorted(right)]
        answers = at_once(len(guesses), lambda n: here.confirm(added, *guesses[n], key=f"g{n}"))
        lefts = sorted(answer.answers_left for answer in answers if isinstance(answer, AmountsWrong))
        assert lefts == [0, 1, 2]
        others = [code(answer) for answer in answers if not isinstance(answer, AmountsWrong)]
        assert set(others) <= {"NOTHING_TO_CONFIRM", "TRY_AGAIN"}
        assert latest(here.stored(added)).answers_used == 3
        assert here.stored(added).status is CounterpartyStatus.FAILED

    def test_a_right_answer_among_wrong_ones_at_once_passes_if_it_was_counted(self) -> None:
        for _ in range(20):
            here = Exchange()
            added = here.add()
            here.start(added, MICRO)
            right, wrong = here.amounts(added), here.wrong(added)
            guesses = [right, *[wrong] * 5]
            answers = at_once(6, lambda n: here.confirm(added, *guesses[n], key=f"g{n}"))  # noqa: B023 - ends within
            passed = isinstance(answers[0], Counterparty)
            expected = CounterpartyStatus.VERIFIED if passed else CounterpartyStatus.FAILED
            assert here.stored(added).status is expected
            assert latest(here.stored(added)).answers_used <= 3

    def test_a_prenote_has_nothing_to_confirm(self) -> None:
        here = Exchange()
        added = here.add()
        assert code(here.confirm(added, 1, 2)) == "NOTHING_TO_CONFIRM"
        here.start(added, PRENOTE)
        assert code(here.confirm(added, 1, 2)) == "NOTHING_TO_CONFIRM"

    def test_what_expired_is_not_confirmed(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        here.clock.move(VERIFICATION_LIFETIME)
        assert code(here.confirm(added, *here.amounts(added))) == "NOTHING_TO_CONFIRM"

    def test_micro_entries_that_come_back_fail_it_even_when_they_were_told(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, MICRO)
        row(here.confirm(added, *here.amounts(added)))
        row(here.counterparties.verification_settled(added.id, attempt=1, settled_on=TODAY))
        assert usable(here, added, TODAY) is None
        row(here.counterparties.verification_returned(added.id, attempt=1, return_code="R10"))
        assert code(usable(here, added, TODAY)) == "COUNTERPARTY_NOT_VERIFIED"
        assert code(here.confirm(added, *here.amounts(added))) == "NOTHING_TO_CONFIRM"


class TestCorrecting:
    def test_what_two_people_approved_is_applied_once(self) -> None:
        here = Exchange()
        added = here.add()
        here.start(added, PRENOTE)
        here.counterparties.verification_settled(added.id, attempt=1, settled_on=TODAY)
        applied = row(here.correct(added, C01))
        assert here.correct(added, C01) == here.correct(added, C01, approval="apr_other") == applied
        assert applied.masked_number == "••7766"
        opened = here.counterparties.opened(added.id)
        assert isinstance(opened, OpenedCounterparty)
        assert opened.details == replace(DETAILS, account_number="99887766")
        assert usable(here, added, FRIDAY) is None
        (change,) = applied.changes
        assert (change.noc, change.code, change.parts, change.approval) == (
            "noc-1",
            "C01",
            (Part.ACCOUNT_NUMBER,),
            APPROVAL,
        )
        before = here.sealer.open(here.ada.id, change.sealed_before, f"{service.BEFORE} {added.id}")
        assert isinstance(before, bytes)
        assert json.loads(before) == {"ACCOUNT_NUMBER": NUMBER}

    def test_each_part_is_corrected_and_the_rest_stays(self) -> None:
        here = Exchange()
        added = here.add()
        corrections: list[tuple[Correction, dict[str, Any]]] = [
            (Correction(noc="1", code="C02", routing_number=OTHER_ROUTING), {"routing_number": OTHER_ROUTING}),
            (Correction(noc="2", code="C04", name="Ada King"), {"name": "Ada King"}),
            (Correction(noc="3", code="C05", account_type=AccountType.SAVINGS), {"account_type": AccountType.SAVINGS}),
        ]
        expected: Any = DETAILS
        for correction, changed in corrections:
            row(here.correct(added, correction))
            expected = replace(expected, **changed)
            opened = here.counterparties.opened(added.id)
            assert isinstance(opened, OpenedCounterparty)
            assert opened.details == expected
        assert [change.code for change in here.stored(added).changes] == ["C02", "C04", "C05"]

    def test_a_malformed_correction_is_refused_and_an_unknown_counterparty_is_not_found(self) -> None:
        here = Exchange()
        added = here.add()
        assert code(here.correct(added, Correction(noc="n", code="C01", account_number="1 2"))) == "INPUT_INVALID"
        assert code(here.counterparties.apply_correction("cpy_unknown", C01, approval=APPROVAL)) == "NOT_FOUND"
        assert here.stored(added) == added

    def test_the_old_number_is_free_again_and_the_new_one_is_known(self) -> None:
        here = Exchange()
        added = here.add()
        row(here.correct(added, C01))
        assert here.add(key="old-again").id != added.id
        assert here.stored(added).number_digest != added.number_digest

    def test_there_is_an_end_to_corrections(self) -> None:
        here = Exchange()
        added = here.add()
        for n in range(CHANGES_MAX):
            correction = Correction(noc=f"fix-{n}", code="C01", account_number=f"1{n:04d}")
            row(here.correct(added, correction))
        assert code(here.correct(added, C01)) == "TOO_MANY_CHANGES"


class Fragile:
    """A store or a rail whose process dies at one call: before it, or after it was done."""

    def __init__(self, inner: Any, counter: "Fuse") -> None:
        self._inner = inner
        self._fuse = counter

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        def fragile(*given: Any, **named: Any) -> Any:
            self._fuse.burn(before=True)
            answer = call(*given, **named)
            self._fuse.burn(before=False)
            return answer

        return fragile


class Fuse:
    def __init__(self) -> None:
        self.left: int | None = None

    def burn(self, *, before: bool) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Cut


class Cuttable(Exchange):
    def __init__(self) -> None:
        super().__init__()
        self.fuse = Fuse()
        self.counterparties = Counterparties(
            store=Fragile(self.counterparty_store, self.fuse),
            sealer=self.sealer,
            verifier=Fragile(self.rail, self.fuse),
            elsewhere=self.accounts.elsewhere,
            clock=self.clock,
            randomness=random.Random(9),
        )

    def cut_everywhere(self, act: Callable[[], Any]) -> Any:
        """Dies once more late each time, until a run is not cut; the answer of that one."""
        for after in range(100):
            self.fuse.left = after
            try:
                answer = act()
            except Cut:
                continue
            self.fuse.left = None
            assert after > 1
            return answer
        raise AssertionError("it never came to an end")


class TestDeathBetweenAnyTwoCalls:
    def test_what_was_cut_off_while_adding_is_added_once(self) -> None:
        for after in range(30):
            here = Cuttable()
            here.fuse.left = after
            try:
                added = here.add()
            except Cut:
                added = here.add()
            here.fuse.left = None
            assert len(page(here)) == 1
            assert here.add() == added

    @pytest.mark.parametrize("method", list(VerificationMethod))
    @pytest.mark.parametrize("by", ["the same request", "the sweep"])
    def test_what_was_cut_off_while_it_was_sent_is_sent_once(self, method: VerificationMethod, by: str) -> None:
        for after in range(30):
            here = Cuttable()
            added = here.add()
            here.fuse.left = after
            try:
                here.start(added, method)
            except Cut:
                if by == "the sweep":
                    here.finished()
                else:
                    here.start(added, method)
            here.fuse.left = None
            here.start(added, method)
            assert len(here.rail.prenotes) + len(here.rail.micro_entries) == 1
            ended = here.stored(added)
            assert [one.status for one in ended.verifications] == [VerificationStatus.SENT]
            assert here.finished() == ()
            if method is MICRO:
                assert here.counterparties.micro_amounts(added.id, attempt=1) == tuple(sorted(here.amounts(added)))

    @pytest.mark.parametrize("right", [True, False])
    def test_what_was_cut_off_while_it_was_answered_counts_once(self, right: bool) -> None:
        here = Cuttable()
        added = here.add()
        here.start(added, MICRO)
        told = here.amounts(added) if right else here.wrong(added)
        answer = here.cut_everywhere(lambda: here.confirm(added, *told))
        assert latest(here.stored(added)).answers_used == 1
        assert isinstance(answer, Counterparty) if right else answer == AmountsWrong(added.id, 2)

    def test_a_third_answer_that_was_cut_off_leaves_nothing_to_wait_for(self) -> None:
        here = Cuttable()
        added = here.add()
        here.start(added, MICRO)
        for n in range(2):
            here.confirm(added, *here.wrong(added), key=f"k{n}")
        here.fuse.left = 6  # it is counted, and not compared
        with pytest.raises(Cut):
            here.confirm(added, *here.wrong(added), key="third")
        here.fuse.left = None
        assert latest(here.stored(added)).answers_used == 3
        assert here.stored(added).status is CounterpartyStatus.VERIFYING
        assert code(here.confirm(added, *here.amounts(added), key="fourth")) == "NOTHING_TO_CONFIRM"
        assert latest(here.start(added, MICRO, key="again")).attempt == 2

    def test_a_correction_that_was_cut_off_is_applied_once(self) -> None:
        here = Cuttable()
        added = here.add()
        applied = here.cut_everywhere(lambda: here.correct(added, C01))
        assert [change.noc for change in row(applied).changes] == ["noc-1"]

    def test_a_closing_that_was_cut_off_is_closed(self) -> None:
        here = Cuttable()
        added = here.add()
        closed = here.cut_everywhere(lambda: here.counterparties.close(here.actor, added.id))
        assert row(closed).status is CounterpartyStatus.CLOSED


class TestRaces:
    def test_who_always_loses_is_told_to_try_again_and_changes_nothing(self) -> None:
        class Busy(MemoryCounterpartyStore):
            def replace(self, counterparty: Counterparty, *, version: int) -> bool:
                return False

        here = Exchange(store=Busy())
        added = here.add()
        assert code(here.counterparties.close(here.actor, added.id)) == "TRY_AGAIN"
        answer = here.counterparties.start_verification(here.actor, added.id, method=PRENOTE, key="k")
        assert code(answer) == "TRY_AGAIN"
        assert here.rail.asked == 0
        assert here.stored(added) == added


def page(here: Exchange) -> tuple[Counterparty, ...]:
    answer = here.counterparties.counterparties_of(here.actor, here.ada.id)
    assert not isinstance(answer, Refusal)
    return answer.counterparties


def usable(here: Exchange, added: Counterparty, day: date) -> Refusal | None:
    return here.counterparties.usable(added.id, on_day=day, direction=Direction.CREDIT)
