"""Stories of transfers, holds and reversals over memory stores and the real ledger."""

from datetime import timedelta

import pytest

from domain.access.model import Group, Relation
from domain.accounts.numbers import account_number
from domain.ledger.model import Command, Journal, Posted, Side, State
from domain.money import Money
from domain.refusals import CrossRegionNotSupported, InputInvalid, NotFound, WrongRegion
from domain.sealing import Shredded
from domain.transfers.model import AccountTarget, HoldChange, NumberTarget, Reversal, Transfer, Wish
from tests.unit.accounts.house import acting, code, staff
from tests.unit.transfers.desk import Desk, by_id, by_number, wish


def posted(answer: object) -> Transfer:
    assert isinstance(answer, Transfer), answer
    return answer


def held(answer: object) -> HoldChange:
    assert isinstance(answer, HoldChange), answer
    return answer


def journals(desk: Desk) -> dict[str, Journal]:
    return dict(desk.ledger_store.journals)


class TestTransfer:
    def test_money_moves_between_two_customers(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair(minor=100_000)
        transfer = posted(desk.pay(payer, source, target, 2_500, key="t-1"))
        assert (transfer.source, transfer.destination) == (source.id, target.id)
        assert transfer.amount == Money(2_500, "USD")
        assert (desk.balance(source), desk.balance(target)) == (97_500, 2_500)
        assert transfer.state
        assert transfer.state.ledger_minor == 97_500

    def test_a_transfer_is_a_view_of_its_journal(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        transfer = posted(desk.pay(payer, source, target, 1, key="t-1"))
        assert desk.transfers.find(transfer.id) == Transfer(transfer.journal)
        assert desk.transfers.find("jrn_us0001_" + "a" * 32) is None

    def test_the_same_key_moves_money_once(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        first = posted(desk.pay(payer, source, target, 2_500, key="t-1", memo="rent"))
        desk.clock.move(timedelta(days=40))
        again = posted(desk.pay(payer, source, target, 2_500, key="t-1", memo="rent"))
        assert (again.journal, again.state) == (first.journal, first.state)
        assert again.replayed
        assert not first.replayed
        assert desk.balance(target) == 2_500

    @pytest.mark.parametrize(("minor", "memo"), [(2_501, "rent"), (2_500, "Rent"), (2_500, None)])
    def test_the_same_key_for_another_request_is_refused(self, minor: int, memo: str | None) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        posted(desk.pay(payer, source, target, 2_500, key="t-1", memo="rent"))
        assert code(desk.pay(payer, source, target, minor, key="t-1", memo=memo)) == "IDEMPOTENCY_KEY_REUSED"

    def test_a_used_key_says_so_even_when_the_new_request_could_not_be_made(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        posted(desk.pay(payer, source, target, 2_500, key="t-1"))
        far = NumberTarget(source.record.routing_number, account_number(1000, 5))
        answer = desk.transfers.transfer(acting(payer), Wish(source.id, far, Money(2_500, "USD")), key="t-1")
        assert code(answer) == "IDEMPOTENCY_KEY_REUSED"

    def test_a_stored_refusal_is_the_answer_for_ever(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair(minor=100)
        assert code(desk.pay(payer, source, target, 101, key="t-1")) == "INSUFFICIENT_FUNDS"
        desk.deposit(source, 1_000)
        assert code(desk.pay(payer, source, target, 101, key="t-1")) == "INSUFFICIENT_FUNDS"
        assert isinstance(desk.pay(payer, source, target, 101, key="t-2"), Transfer)

    def test_what_was_posted_is_answered_after_the_right_to_post_is_gone(self) -> None:
        desk = Desk()
        owner, source, _, target = desk.pair()
        joint = desk.customer()
        desk.accounts.add_relation(acting(owner), account=source.id, person=joint.id, relation=Relation.JOINT_OWNER)
        first = posted(desk.pay(joint, source, target, 10, key="t-1"))
        desk.accounts.remove_relation(acting(owner), account=source.id, person=joint.id)
        assert posted(desk.pay(joint, source, target, 10, key="t-1")).journal == first.journal
        assert code(desk.pay(joint, source, target, 10, key="t-2")) == "NOT_FOUND"

    def test_two_owners_may_use_one_key_each(self) -> None:
        desk = Desk()
        owner, source, _, target = desk.pair()
        joint = desk.customer()
        desk.accounts.add_relation(acting(owner), account=source.id, person=joint.id, relation=Relation.JOINT_OWNER)
        posted(desk.pay(owner, source, target, 10, key="t-1"))
        posted(desk.pay(joint, source, target, 10, key="t-1"))
        assert desk.balance(target) == 20

    def test_delegates_strangers_and_staff_move_nothing(self) -> None:
        desk = Desk()
        owner, source, other, target = desk.pair()
        delegate = desk.customer()
        desk.accounts.add_relation(acting(owner), account=source.id, person=delegate.id, relation=Relation.DELEGATE)
        before = journals(desk)
        for actor, expected in (
            (acting(delegate), "NOT_ALLOWED"),
            (acting(other), "NOT_FOUND"),
            (staff(), "NOT_ALLOWED"),
            (staff(Group.ADMIN), "NOT_FOUND"),
        ):
            assert code(desk.transfers.transfer(actor, wish(source, target, 1), key="t")) == expected
        assert journals(desk) == before

    def test_by_id_only_ones_own_accounts_are_paid(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        mine = desk.open(payer, key="second", product="savings")
        moved = desk.transfers.transfer(acting(payer), Wish(source.id, by_id(mine), Money(5, "USD")), key="t-1")
        assert posted(moved).destination == mine.id
        guessed = desk.transfers.transfer(acting(payer), Wish(source.id, by_id(target), Money(5, "USD")), key="t-2")
        assert guessed == NotFound(target.id)

    def test_another_region_is_not_supported_and_nothing_is_stored(self) -> None:
        desk = Desk()
        payer, source, _, _ = desk.pair()
        before = journals(desk)
        far = NumberTarget(source.record.routing_number, account_number(1000, 5))
        answer = desk.transfers.transfer(acting(payer), Wish(source.id, far, Money(5, "USD")), key="t-1")
        assert answer == CrossRegionNotSupported("us-west-2")
        assert journals(desk) == before

    def test_an_account_of_another_region_is_asked_for_there(self) -> None:
        desk = Desk()
        payer, _, _, target = desk.pair()
        far = "acc_us1000_01J00000000000000000000000"
        answer = desk.transfers.transfer(acting(payer), Wish(far, by_number(target), Money(5, "USD")), key="t-1")
        assert answer == WrongRegion("us-west-2", "https://west.example/graphql")

    def test_an_account_does_not_pay_itself(self) -> None:
        desk = Desk()
        payer, source, _, _ = desk.pair()
        assert code(desk.pay(payer, source, source, 5, key="t-1")) == "SAME_ACCOUNT"
        desk.accounts.start_batching(staff(), account=source.id, key="b")
        assert code(desk.pay(payer, source, source, 5, key="t-2")) == "SAME_ACCOUNT"

    def test_currencies_match_and_the_payee_is_named_by_its_masked_number(self) -> None:
        desk = Desk()
        payer, source, payee, _ = desk.pair()
        euros = desk.open(payee, key="eur", currency="EUR")
        answer = desk.pay(payer, source, euros, 5, key="t-1")
        assert code(answer) == "CURRENCY_MISMATCH"
        assert euros.id not in repr(answer)
        wrong = desk.transfers.transfer(acting(payer), Wish(source.id, by_number(euros), Money(5, "EUR")), key="t-1")
        assert code(wrong) == "CURRENCY_MISMATCH"

    @pytest.mark.parametrize("minor", [0, -5, 10**18])
    def test_amounts_out_of_range_are_refused_with_their_path(self, minor: int) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        answer = desk.pay(payer, source, target, minor, key="t-1")
        assert isinstance(answer, InputInvalid)
        assert [fault.path for fault in answer.faults] == [("amount",)]

    def test_every_fault_of_the_input_is_named_at_once(self) -> None:
        desk = Desk()
        payer, source, _, _ = desk.pair()
        before = journals(desk)
        answer = desk.transfers.transfer(
            acting(payer),
            Wish(source.id, NumberTarget("021000021", "12345678901"), Money(0, "USD"), "a\x00b"),
            key="florin:mine",
        )
        assert isinstance(answer, InputInvalid)
        assert [fault.path for fault in answer.faults] == [
            ("idempotencyKey",),
            ("amount",),
            ("memo",),
            ("destination", "routingNumber"),
            ("destination", "accountNumber"),
        ]
        assert journals(desk) == before

    def test_a_number_that_nobody_has_is_not_found(self) -> None:
        desk = Desk()
        payer, source, _, _ = desk.pair()
        number = account_number(5, 5)
        target = NumberTarget(source.record.routing_number, number)
        answer = desk.transfers.transfer(acting(payer), Wish(source.id, target, Money(5, "USD")), key="t-1")
        assert answer == NotFound(number)

    def test_a_batched_payee_is_still_the_destination(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        desk.accounts.start_batching(staff(), account=target.id, key="b")
        transfer = posted(desk.pay(payer, source, target, 5, key="t-1"))
        assert transfer.destination == target.id
        assert desk.balance(target) == 0

    def test_a_payee_that_cannot_take_money_is_not_described(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        desk.accounts.freeze(staff(), account=target.id, key="f", debits_only=False)
        answer = desk.pay(payer, source, target, 5, key="t-1")
        assert code(answer) == "DESTINATION_UNAVAILABLE"
        assert target.id not in repr(answer)


class TestMemo:
    def test_a_memo_is_sealed_and_comes_back_byte_for_byte(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        memo = " Miete März 🏠 e\u0301 "
        transfer = posted(desk.pay(payer, source, target, 5, key="t-1", memo=memo))
        assert transfer.journal.memo
        assert b"Miete" not in transfer.journal.memo
        assert desk.transfers.opened_memo(transfer.journal.memo, holder=payer.id) == memo

    def test_without_a_memo_there_is_none(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        assert posted(desk.pay(payer, source, target, 5, key="t-1")).journal.memo is None

    def test_a_joint_owners_memo_opens_too(self) -> None:
        desk = Desk()
        owner, source, _, target = desk.pair()
        joint = desk.customer()
        desk.accounts.add_relation(acting(owner), account=source.id, person=joint.id, relation=Relation.JOINT_OWNER)
        transfer = posted(desk.pay(joint, source, target, 5, key="t-1", memo="ours"))
        assert transfer.journal.memo
        assert desk.transfers.opened_memo(transfer.journal.memo, holder=owner.id) == "ours"

    def test_a_memo_is_gone_with_its_customers_key_and_the_journal_stays(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        transfer = posted(desk.pay(payer, source, target, 5, key="t-1", memo="secret"))
        desk.keys.shred(payer.id)
        assert transfer.journal.memo
        assert desk.transfers.opened_memo(transfer.journal.memo, holder=payer.id) == Shredded(payer.id)
        assert desk.transfers.find(transfer.id)
        assert code(desk.pay(payer, source, target, 5, key="t-2", memo="more")) == "SHREDDED"


class TestPreview:
    def test_a_preview_shows_what_would_be_and_writes_nothing(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair(minor=1_000)
        before = journals(desk)
        preview = posted(desk.transfers.preview(acting(payer), wish(source, target, 400), key="t-1"))
        assert preview.state
        assert preview.state.ledger_minor == 600
        assert journals(desk) == before
        assert desk.balance(source) == 1_000
        assert posted(desk.pay(payer, source, target, 400, key="t-1")).id == preview.id

    def test_a_preview_refuses_what_the_transfer_would_and_stores_nothing(self) -> None:
        desk = Desk()
        payer, source, other, target = desk.pair(minor=100)
        before = journals(desk)
        for actor, minor, expected in (
            (acting(payer), 101, "INSUFFICIENT_FUNDS"),
            (acting(other), 1, "NOT_FOUND"),
            (acting(payer), 0, "INPUT_INVALID"),
        ):
            assert code(desk.transfers.preview(actor, wish(source, target, minor), key="t")) == expected
        assert journals(desk) == before

    def test_the_preview_of_a_used_key_is_what_it_led_to(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        done = posted(desk.pay(payer, source, target, 400, key="t-1"))
        assert posted(desk.transfers.preview(acting(payer), wish(source, target, 400), key="t-1")).id == done.id


class TestHolds:
    def test_what_a_payment_holds_is_ended_by_the_payment_alone(self) -> None:
        desk = Desk()
        owner, account, _, other = desk.pair()
        placed = desk.ledger.post(
            Command(
                kind="ach_credit_held",
                initiator=account.id,
                scope="bank",
                key="florin:pay:hold:1",
                parties={"account": account.id},
                amounts={"amount": Money(500, "USD")},
            )
        )
        assert isinstance(placed, Posted)
        hold = placed.journal.hold or ""
        for actor in (acting(owner), staff()):
            assert code(desk.transfers.release_hold(actor, hold=hold, key="r")) == "NOT_ALLOWED"
            captured = desk.transfers.capture_hold(
                actor, hold=hold, amount=Money(500, "USD"), destination=AccountTarget(other.id), final=True, key="c"
            )
            assert code(captured) in ("NOT_ALLOWED", "NOT_FOUND")
        head = desk.ledger.head(account.id)
        assert head is not None
        assert head.held_minor == 500

    def test_held_money_is_not_available_until_it_is_released(self) -> None:
        desk = Desk()
        owner, account, _, _ = desk.pair(minor=1_000)
        placed = held(
            desk.transfers.place_hold(
                acting(owner), account=account.id, amount=Money(400, "USD"), expires_at=None, key="h"
            )
        )
        assert placed.hold
        assert (placed.hold.remaining_minor, placed.state.available_minor) == (400, 600)
        freed = held(desk.transfers.release_hold(acting(owner), hold=placed.hold_id, key="r"))
        assert freed.hold is None
        assert freed.hold_id == placed.hold_id
        assert freed.state.available_minor == 1_000

    def test_only_an_account_has_holds_whoever_asks(self) -> None:
        desk = Desk()
        owner, account, _, _ = desk.pair(minor=1_000)
        limit = desk.accounts.create_joint_limit(staff(), beside=account.id, per_day_minor=1_000, key="l")
        assert isinstance(limit, State), limit
        incoming = "inc_" + account.id.removeprefix("acc_")
        for wrong in ("", "x", f"{{{account.id}", incoming, limit.account, "int_us_usd_vault_cash"):
            for actor in (acting(owner), staff()):
                refused = desk.transfers.place_hold(
                    actor, account=wrong, amount=Money(1, "USD"), expires_at=None, key="h"
                )
                assert code(refused) == "NOT_FOUND"
        assert len(desk.ledger_store.lines_of[limit.account]) == 1

    def test_a_hold_is_captured_in_parts_to_another_customer(self) -> None:
        desk = Desk()
        owner, account, _, target = desk.pair(minor=1_000)
        placed = held(
            desk.transfers.place_hold(
                acting(owner), account=account.id, amount=Money(400, "USD"), expires_at=None, key="h"
            )
        )
        part = held(
            desk.transfers.capture_hold(
                acting(owner),
                hold=placed.hold_id,
                amount=Money(150, "USD"),
                destination=by_number(target),
                final=False,
                key="c1",
            )
        )
        assert part.hold
        assert part.hold.remaining_minor == 250
        rest = held(
            desk.transfers.capture_hold(
                acting(owner),
                hold=placed.hold_id,
                amount=Money(100, "USD"),
                destination=by_number(target),
                final=True,
                key="c2",
            )
        )
        assert rest.hold is None
        assert (rest.state.available_minor, desk.balance(target)) == (750, 250)

    def test_only_staff_capture_into_settlement(self) -> None:
        desk = Desk()
        owner, account, _, _ = desk.pair(minor=1_000)
        placed = held(
            desk.transfers.place_hold(
                acting(owner), account=account.id, amount=Money(400, "USD"), expires_at=None, key="h"
            )
        )
        mine = desk.transfers.capture_hold(
            acting(owner), hold=placed.hold_id, amount=Money(1, "USD"), destination=None, final=True, key="c"
        )
        assert code(mine) == "NOT_ALLOWED"
        theirs = held(
            desk.transfers.capture_hold(
                staff(),
                hold=placed.hold_id,
                amount=Money(400, "USD"),
                destination=None,
                final=True,
                key="c",
            )
        )
        assert [leg.side for leg in theirs.journal.legs if leg.account == account.id] == [Side.DEBIT]
        assert desk.balance(account) == 600

    def test_what_the_bank_holds_binds_the_owner(self) -> None:
        desk = Desk()
        owner, account, _, target = desk.pair(minor=1_000)
        placed = held(
            desk.transfers.place_hold(
                staff(Group.COMPLIANCE), account=account.id, amount=Money(400, "USD"), expires_at=None, key="h"
            )
        )
        assert code(desk.transfers.release_hold(acting(owner), hold=placed.hold_id, key="r")) == "NOT_ALLOWED"
        captured = desk.transfers.capture_hold(
            acting(owner),
            hold=placed.hold_id,
            amount=Money(400, "USD"),
            destination=by_number(target),
            final=True,
            key="c",
        )
        assert code(captured) == "NOT_ALLOWED"
        assert held(desk.transfers.release_hold(staff(), hold=placed.hold_id, key="r")).hold is None

    def test_refusals_of_holds_are_named(self) -> None:
        desk = Desk()
        owner, account, other, target = desk.pair(minor=1_000)
        place = desk.transfers.place_hold
        too_much = place(acting(owner), account=account.id, amount=Money(1_001, "USD"), expires_at=None, key="h0")
        assert code(too_much) == "INSUFFICIENT_FUNDS"
        past = place(
            acting(owner),
            account=account.id,
            amount=Money(1, "USD"),
            expires_at=desk.clock.now() - timedelta(seconds=1),
            key="h1",
        )
        assert isinstance(past, InputInvalid)
        assert past.faults[0].path == ("expiresAt",)
        placed = held(
            place(
                acting(owner),
                account=account.id,
                amount=Money(10, "USD"),
                expires_at=desk.clock.now() + timedelta(days=1),
                key="h2",
            )
        )
        capture = desk.transfers.capture_hold
        above = capture(
            acting(owner),
            hold=placed.hold_id,
            amount=Money(11, "USD"),
            destination=by_number(target),
            final=True,
            key="c1",
        )
        assert code(above) == "HOLD_TOO_SMALL"
        strange = capture(
            acting(other),
            hold=placed.hold_id,
            amount=Money(1, "USD"),
            destination=by_number(target),
            final=True,
            key="c2",
        )
        assert strange == NotFound(placed.hold_id)
        desk.clock.move(timedelta(days=2))
        expired = capture(
            acting(owner),
            hold=placed.hold_id,
            amount=Money(1, "USD"),
            destination=by_number(target),
            final=True,
            key="c3",
        )
        assert code(expired) == "HOLD_EXPIRED"

    def test_placing_with_the_same_key_after_the_expiry_is_the_same_answer(self) -> None:
        desk = Desk()
        owner, account, _, _ = desk.pair(minor=1_000)
        expires_at = desk.clock.now() + timedelta(hours=1)

        def place() -> HoldChange:
            return held(
                desk.transfers.place_hold(
                    acting(owner), account=account.id, amount=Money(10, "USD"), expires_at=expires_at, key="h"
                )
            )

        first = place()
        desk.clock.move(timedelta(hours=2))
        assert place().journal == first.journal

    @pytest.mark.parametrize("hold", ["", "hld_", "hld_us0001_" + "a" * 32, "jrn_us0001_" + "a" * 32])
    def test_what_is_no_hold_is_not_found(self, hold: str) -> None:
        desk = Desk()
        owner = desk.customer()
        assert desk.transfers.release_hold(acting(owner), hold=hold, key="r") == NotFound(hold)

    def test_a_journal_that_placed_no_hold_is_no_hold(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        journal = posted(desk.pay(payer, source, target, 5, key="t")).id
        hold = journal.replace("jrn_", "hld_")
        assert desk.transfers.release_hold(acting(payer), hold=hold, key="r") == NotFound(hold)


class TestReversal:
    def test_staff_reverse_in_parts_up_to_the_whole(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair(minor=1_000)
        transfer = posted(desk.pay(payer, source, target, 400, key="t"))
        part = desk.transfers.reverse(staff(), journal=transfer.id, amount=Money(150, "USD"), key="r1")
        assert isinstance(part, Reversal)
        assert part.journal.reverses == transfer.id
        rest = desk.transfers.reverse(staff(), journal=transfer.id, amount=None, key="r2")
        assert isinstance(rest, Reversal)
        assert (desk.balance(source), desk.balance(target)) == (1_000, 0)
        more = desk.transfers.reverse(staff(), journal=transfer.id, amount=None, key="r3")
        assert code(more) == "NOTHING_TO_REVERSE"

    def test_the_same_key_reverses_once(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair(minor=1_000)
        transfer = posted(desk.pay(payer, source, target, 400, key="t"))
        first, again = (desk.transfers.reverse(staff(), journal=transfer.id, amount=None, key="r") for _ in range(2))
        assert isinstance(first, Reversal)
        assert isinstance(again, Reversal)
        assert again.journal == first.journal
        assert desk.balance(source) == 1_000

    def test_customers_and_other_staff_reverse_nothing(self) -> None:
        desk = Desk()
        payer, source, other, target = desk.pair(minor=1_000)
        transfer = posted(desk.pay(payer, source, target, 400, key="t"))
        for actor, expected in (
            (acting(payer), "NOT_ALLOWED"),
            (acting(other), "NOT_FOUND"),
            (staff(Group.AUDITOR), "NOT_ALLOWED"),
        ):
            answer = desk.transfers.reverse(actor, journal=transfer.id, amount=None, key="r")
            assert code(answer) == expected
        assert desk.balance(target) == 400

    def test_a_deposit_that_the_bank_initiated_is_reversed_too(self) -> None:
        desk = Desk()
        account = desk.open(desk.customer(), deposit_minor=700)
        (deposit,) = [row for row in journals(desk).values() if row.kind == "cash_deposit"]
        answer = desk.transfers.reverse(staff(), journal=deposit.id, amount=None, key="r")
        assert isinstance(answer, Reversal)
        assert desk.balance(account) == 0

    def test_a_journal_nobody_posted_is_not_found(self) -> None:
        missing = "jrn_us0001_" + "a" * 32
        answer = Desk().transfers.reverse(staff(), journal=missing, amount=None, key="r")
        assert answer == NotFound(missing)

    def test_targets_by_id_stay_out_of_sight(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair(minor=10)
        wished = Wish(source.id, AccountTarget("acc_us0001_01J00000000000000000000000"), Money(5, "USD"))
        assert code(desk.transfers.transfer(acting(payer), wished, key="t")) == "NOT_FOUND"
        assert desk.balance(target) == 0
