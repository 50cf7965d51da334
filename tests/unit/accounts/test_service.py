"""Stories of accounts over memory stores and the real ledger."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import TypeVar

import pytest

from domain.access.model import Action, Actor, Group, Relation
from domain.accounts.model import (
    RELATIONS_MAX,
    Account,
    AccountRecord,
    Elsewhere,
    Opening,
    Related,
)
from domain.accounts.numbers import account_number, slot_of_number, well_formed
from domain.accounts.service import UNFINISHED_AFTER
from domain.accounts.store import Taken
from domain.accounts.store_memory import MemoryAccountStore
from domain.customers.model import CustomerKind, CustomerStatus
from domain.ids import place_of
from domain.ledger.model import Batching, Limits, State, Status
from domain.refusals import InputInvalid, NotFound, WrongRegion
from tests.unit.accounts.house import Cut, House, acting, code, staff

T = TypeVar("T")


class CutStore(MemoryAccountStore):
    """Dies right before or after a named verb, once."""

    def __init__(self, verb: str, *, after: bool) -> None:
        super().__init__()
        self._verb: str | None = verb
        self._after = after

    def add(self, opening: Opening, record: AccountRecord, owner: Related) -> Taken | None:
        add = super().add
        return self._cut("add", lambda: add(opening, record, owner))

    def finish(self, opening: Opening) -> None:
        finish = super().finish
        return self._cut("finish", lambda: finish(opening))

    def _cut(self, verb: str, do: Callable[[], T]) -> T:
        dies = verb == self._verb
        if dies:
            self._verb = None
        if dies and not self._after:
            raise Cut
        done = do()
        if dies:
            raise Cut
        return done


class TestOpening:
    def test_an_account_has_its_id_and_number_in_the_slot_of_its_customer(self) -> None:
        house = House()
        customer = house.customer()
        account = house.open(customer)
        place = place_of(account.id)
        assert place
        assert (place.jurisdiction, place.slot) == ("us", customer.slot)
        assert well_formed(account.record.number)
        assert slot_of_number(account.record.number) == customer.slot
        assert account.record.routing_number == house.jurisdiction.routing_number

    def test_it_starts_empty_with_the_limits_of_its_product(self) -> None:
        house = House()
        account = house.open(house.customer())
        assert account.ledger_balance.minor == account.available_balance.minor == 0
        assert account.state.limits == Limits(overdraft_minor=0, per_transfer_minor=1_000_000, per_day_minor=2_500_000)

    def test_its_customer_owns_it(self) -> None:
        house = House()
        customer = house.customer()
        account = house.open(customer)
        assert house.accounts.relation(customer.id, account.id) is Relation.OWNER
        held = house.accounts.accounts_of(customer.id)
        assert [(row.account.id, row.relation) for row in held.rows] == [(account.id, Relation.OWNER)]

    def test_the_same_key_gives_the_same_account(self) -> None:
        house = House()
        customer = house.customer()
        first = house.open(customer, key="a")
        house.clock.move(timedelta(days=3))
        assert house.open(customer, key="a").record == first.record
        assert house.open(customer, key="b").id != first.id

    def test_a_key_used_for_another_product_is_refused(self) -> None:
        house = House()
        customer = house.customer()
        house.open(customer, key="a")
        again = house.accounts.open_account(
            acting(customer), customer=customer, product="savings", currency="USD", key="a"
        )
        assert code(again) == "ACCOUNT_KEY_REUSED"

    def test_staff_and_customer_keep_their_keys_apart(self) -> None:
        house = House()
        customer = house.customer()
        mine = house.open(customer, key="a")
        theirs = house.accounts.open_account(staff(), customer=customer, product="checking", currency="USD", key="a")
        assert isinstance(theirs, Account)
        assert theirs.id != mine.id

    def test_nobody_opens_for_somebody_else(self) -> None:
        house = House()
        customer, other = house.customer(), house.customer()
        for actor in (acting(other), staff(Group.AUDITOR)):
            answer = house.accounts.open_account(actor, customer=customer, product="checking", currency="USD", key="a")
            assert code(answer) in ("NOT_FOUND", "NOT_ALLOWED")
        assert house.accounts.accounts_of(customer.id).rows == ()

    @pytest.mark.parametrize(
        ("product", "currency", "key", "expected"),
        [
            ("mortgage", "USD", "a", "PRODUCT_UNAVAILABLE"),
            ("checking", "JPY", "a", "PRODUCT_UNAVAILABLE"),
            ("checking", "USD", "", "INPUT_INVALID"),
            ("checking", "USD", "k" * 129, "INPUT_INVALID"),
            ("checking", "USD", "a b", "INPUT_INVALID"),
            ("checking", "USD", "florin:account_opened", "INPUT_INVALID"),
        ],
    )
    def test_what_is_refused_leaves_nothing(self, product: str, currency: str, key: str, expected: str) -> None:
        house = House()
        customer = house.customer()
        answer = house.accounts.open_account(
            acting(customer), customer=customer, product=product, currency=currency, key=key
        )
        assert code(answer) == expected
        assert house.ledger_store.journals == {}
        assert house.accounts.accounts_of(customer.id).rows == ()

    def test_a_customer_of_another_region_is_sent_there(self) -> None:
        house = House()
        customer = house.customer(region="us-west-2")
        answer = house.accounts.open_account(
            acting(customer), customer=customer, product="checking", currency="USD", key="a"
        )
        assert answer == WrongRegion("us-west-2", "https://west.example/graphql")

    def test_an_erased_customer_opens_nothing(self) -> None:
        house = House()
        customer = house.customer(status=CustomerStatus.ERASED)
        answer = house.accounts.open_account(
            acting(customer), customer=customer, product="checking", currency="USD", key="a"
        )
        assert code(answer) == "CUSTOMER_ERASED"

    def test_a_business_has_the_limits_of_a_business(self) -> None:
        house = House()
        account = house.open(house.customer(kind=CustomerKind.BUSINESS))
        assert account.state.limits.per_transfer_minor == 25_000_000

    def test_a_taken_number_is_drawn_again(self) -> None:
        class Stuck(MemoryAccountStore):
            refused = 0

            def add(self, opening: Opening, record: AccountRecord, owner: Related) -> Taken | None:
                if self.refused < 3:
                    self.refused += 1
                    return Taken.NUMBER
                return super().add(opening, record, owner)

        house = House(store=Stuck())
        account = house.open(house.customer())
        assert house.accounts.find_by_number(account.record.routing_number, account.record.number) == account.id

    def test_double_clicks_open_one_account(self) -> None:
        house = House()
        customer = house.customer()
        barrier, opened = Barrier(8), []

        def click() -> None:
            barrier.wait()
            opened.append(house.open(customer, key="once").record)

        threads = [Thread(target=click) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(opened) == 8
        assert len(set(opened)) == 1
        assert len(house.accounts.accounts_of(customer.id).rows) == 1
        assert len(house.ledger_store.journals) == 1


class TestDeathWhileOpening:
    @pytest.mark.parametrize(("verb", "after"), [("add", False), ("add", True), ("finish", False), ("finish", True)])
    def test_the_next_call_ends_what_was_cut_off(self, verb: str, after: bool) -> None:
        house = House(store=CutStore(verb, after=after))
        customer = house.customer()
        with pytest.raises(Cut):
            house.open(customer, key="a")
        house.clock.move(timedelta(hours=1))
        account = house.open(customer, key="a")
        assert [row.account.id for row in house.accounts.accounts_of(customer.id).rows] == [account.id]
        assert len(house.ledger_store.journals) == 1

    @pytest.mark.parametrize(("verb", "after"), [("add", True), ("finish", False)])
    def test_the_sweep_ends_it_when_nobody_calls_again(self, verb: str, after: bool) -> None:
        house = House(store=CutStore(verb, after=after))
        customer = house.customer()
        with pytest.raises(Cut):
            house.open(customer, key="a")
        assert house.accounts.finish_openings() == ()  # somebody may still be working on it
        house.clock.move(UNFINISHED_AFTER + timedelta(seconds=1))
        (finished,) = house.accounts.finish_openings()
        assert house.accounts.finish_openings() == ()
        assert house.open(customer, key="a").id == finished
        assert len(house.ledger_store.journals) == 1

    def test_an_account_without_a_first_line_is_not_shown(self) -> None:
        house = House(store=CutStore("add", after=True))
        customer = house.customer()
        with pytest.raises(Cut):
            house.open(customer, key="a")
        assert house.accounts.accounts_of(customer.id).rows == ()


class TestLookingUp:
    def test_an_account_of_another_region_is_named_with_its_address(self) -> None:
        house = House()
        far = "acc_us1000_01J00000000000000000000000"
        assert house.accounts.account(far) == WrongRegion("us-west-2", "https://west.example/graphql")

    @pytest.mark.parametrize(
        "text", ["", "acc_", "acc_us0001_x", "acc_xx0001_01J00000000000000000000000", "cus_us_01J"]
    )
    def test_what_is_no_account_is_not_found(self, text: str) -> None:
        assert House().accounts.account(text) == NotFound(text)

    def test_a_number_leads_to_its_account_or_its_region(self) -> None:
        house = House()
        record = house.open(house.customer()).record
        routing = record.routing_number
        assert house.accounts.find_by_number(routing, record.number) == record.id
        assert house.accounts.find_by_number(routing, account_number(1000, 5)) == Elsewhere("us-west-2")
        wrong = record.number[:-1] + str((int(record.number[-1]) + 1) % 10)
        assert house.accounts.find_by_number(routing, wrong) == NotFound(wrong)
        assert house.accounts.find_by_number("021000021", record.number) == NotFound(record.number)

    def test_pages_of_accounts_follow_each_other_without_gap_or_overlap(self) -> None:
        house = House()
        customer = house.customer()
        opened = [house.open(customer, key=f"k{n}").id for n in range(5)]
        seen, after = [], None
        for _ in range(3):
            page = house.accounts.accounts_of(customer.id, after=after, limit=2)
            seen += [row.account.id for row in page.rows]
            after = page.after
        assert after is None
        assert seen == sorted(opened)

    def test_many_accounts_are_read_at_once(self) -> None:
        house = House()
        mine = [house.open(house.customer()) for _ in range(3)]
        found = house.accounts.accounts([account.id for account in mine])
        assert found == {account.id: account for account in mine}


class TestPeople:
    def test_a_delegate_sees_and_moves_nothing(self) -> None:
        house = House()
        owner, helper = house.customer(), house.customer()
        account = house.open(owner)
        added = house.accounts.add_relation(
            acting(owner), account=account.id, person=helper.id, relation=Relation.DELEGATE
        )
        assert isinstance(added, Related)
        assert house.accounts.relation(helper.id, account.id) is Relation.DELEGATE
        assert house.accounts.refusal(acting(helper), Action.VIEW_ACCOUNT, account.id) is None
        refusal = house.accounts.refusal(acting(helper), Action.MOVE_MONEY, account.id)
        assert code(refusal) == "NOT_ALLOWED"

    def test_strangers_learn_nothing(self) -> None:
        house = House()
        account = house.open(house.customer())
        refusal = house.accounts.refusal(acting(house.customer()), Action.VIEW_ACCOUNT, account.id)
        assert refusal == NotFound(account.id)

    def test_a_removed_person_is_a_stranger_and_may_come_back(self) -> None:
        house = House()
        owner, friend = house.customer(), house.customer()
        account = house.open(owner)
        house.accounts.add_relation(acting(owner), account=account.id, person=friend.id, relation=Relation.JOINT_OWNER)
        house.clock.move(timedelta(minutes=1))
        for _ in range(2):
            ended = house.accounts.remove_relation(acting(owner), account=account.id, person=friend.id)
            assert isinstance(ended, Related)
            assert house.accounts.relation(friend.id, account.id) is Relation.STRANGER
        assert house.accounts.accounts_of(friend.id).rows == ()
        house.accounts.add_relation(acting(owner), account=account.id, person=friend.id, relation=Relation.DELEGATE)
        assert house.accounts.relation(friend.id, account.id) is Relation.DELEGATE

    def test_the_owner_stays(self) -> None:
        house = House()
        owner = house.customer()
        account = house.open(owner)
        answer = house.accounts.remove_relation(acting(owner), account=account.id, person=owner.id)
        assert code(answer) == "NOT_ALLOWED"
        for relation in (Relation.DELEGATE, Relation.JOINT_OWNER):
            answer = house.accounts.add_relation(acting(owner), account=account.id, person=owner.id, relation=relation)
            assert code(answer) == "ALREADY_SO"
        assert house.accounts.relation(owner.id, account.id) is Relation.OWNER

    def test_people_belong_to_the_accounts_jurisdiction(self) -> None:
        house = House()
        owner = house.customer()
        account = house.open(owner)
        for region, expected in (("eu-west-1", "JURISDICTION_MISMATCH"), ("us-west-2", None)):
            answer = house.accounts.add_relation(
                acting(owner),
                account=account.id,
                person=house.customer(region=region).id,
                relation=Relation.DELEGATE,
            )
            assert isinstance(answer, Related) if expected is None else code(answer) == expected

    def test_only_the_owner_or_operations_change_people(self) -> None:
        house = House()
        owner, joint, other = house.customer(), house.customer(), house.customer()
        account = house.open(owner)
        house.accounts.add_relation(acting(owner), account=account.id, person=joint.id, relation=Relation.JOINT_OWNER)

        def added_by(actor: Actor) -> object:
            return house.accounts.add_relation(actor, account=account.id, person=other.id, relation=Relation.DELEGATE)

        assert code(added_by(acting(joint))) == "NOT_ALLOWED"
        assert code(added_by(acting(other))) == "NOT_FOUND"
        assert isinstance(added_by(staff()), Related)

    def test_people_are_bounded(self) -> None:
        house = House()
        owner = house.customer()
        account = house.open(owner)
        answers = [
            house.accounts.add_relation(
                acting(owner), account=account.id, person=house.customer().id, relation=Relation.DELEGATE
            )
            for _ in range(RELATIONS_MAX)
        ]
        assert all(isinstance(answer, Related) for answer in answers[:-1])
        assert code(answers[-1]) == "TOO_MANY_RELATIONS"


class TestChanges:
    def test_staff_freeze_and_thaw(self) -> None:
        house = House()
        account = house.open(house.customer())
        statuses = []
        changes: tuple[Callable[[], object], ...] = (
            lambda: house.accounts.freeze(staff(), account=account.id, key="1", debits_only=True),
            lambda: house.accounts.freeze(staff(), account=account.id, key="2", debits_only=False),
            lambda: house.accounts.thaw(staff(), account=account.id, key="3"),
        )
        for change in changes:
            changed = change()
            assert isinstance(changed, Account)
            statuses.append(changed.state.status)
        assert statuses == [Status.DEBITS_FROZEN, Status.FROZEN, Status.OPEN]

    def test_the_same_key_gives_the_same_answer_even_after_the_right_is_lost(self) -> None:
        house = House()
        account = house.open(house.customer())
        first = house.accounts.freeze(staff(), account=account.id, key="1", debits_only=False)
        house.accounts.thaw(staff(), account=account.id, key="2")
        moved = staff(Group.AUDITOR)
        assert house.accounts.freeze(moved, account=account.id, key="1", debits_only=False) == first
        assert code(house.accounts.freeze(moved, account=account.id, key="3", debits_only=False)) == "NOT_ALLOWED"
        assert code(house.accounts.thaw(staff(), account=account.id, key="1")) == "IDEMPOTENCY_KEY_REUSED"

    def test_a_customer_does_not_freeze(self) -> None:
        house = House()
        owner = house.customer()
        account = house.open(owner)
        answer = house.accounts.freeze(acting(owner), account=account.id, key="1", debits_only=True)
        assert code(answer) == "NOT_ALLOWED"

    def test_an_empty_account_is_closed_by_its_owner_and_a_full_one_is_not(self) -> None:
        house = House()
        owner = house.customer()
        empty, full = house.open(owner, key="a"), house.open(owner, key="b", deposit_minor=100)
        closed = house.accounts.close(acting(owner), account=empty.id, key="close")
        assert isinstance(closed, Account)
        assert closed.state.status is Status.CLOSED
        assert code(house.accounts.close(acting(owner), account=full.id, key="close")) == "BALANCE_NOT_ZERO"

    def test_limits_are_raised_up_to_the_products_maximum(self) -> None:
        house = House()
        account = house.open(house.customer())
        wanted = Limits(overdraft_minor=200_000, per_transfer_minor=5, per_day_minor=10)
        raised = house.accounts.set_limits(staff(), account=account.id, limits=wanted, key="1")
        assert isinstance(raised, Account)
        assert raised.state.limits == wanted
        assert raised.available_balance.minor == 200_000

    @pytest.mark.parametrize(
        ("limits", "expected"),
        [
            (Limits(overdraft_minor=200_001, per_transfer_minor=1, per_day_minor=1), "LIMIT_ABOVE_PRODUCT"),
            (Limits(per_transfer_minor=None, per_day_minor=1), "LIMIT_ABOVE_PRODUCT"),
            (Limits(per_transfer_minor=-1, per_day_minor=1), "INPUT_INVALID"),
        ],
    )
    def test_limits_beyond_the_product_are_refused(self, limits: Limits, expected: str) -> None:
        house = House()
        account = house.open(house.customer())
        answer = house.accounts.set_limits(staff(), account=account.id, limits=limits, key="1")
        assert code(answer) == expected
        assert house.ledger.head(account.id) == account.state

    def test_batching_is_switched_by_operations(self) -> None:
        house = House()
        account = house.open(house.customer())
        on = house.accounts.start_batching(staff(), account=account.id, key="1")
        off = house.accounts.end_batching(staff(), account=account.id, key="2")
        assert isinstance(on, Account)
        assert isinstance(off, Account)
        assert (on.state.batching, off.state.batching) == (Batching.ON, Batching.ENDING)

    def test_a_joint_limit_is_made_once_and_attached(self) -> None:
        house = House()
        owner = house.customer()
        account = house.open(owner)
        first, again = (
            house.accounts.create_joint_limit(staff(), beside=account.id, per_day_minor=500, key="j") for _ in range(2)
        )
        assert isinstance(first, State)
        assert isinstance(again, State)
        assert first.account == again.account
        assert first.limits.per_day_minor == 500
        attached = house.accounts.set_joint_limits(staff(), account=account.id, limits=(first.account,), key="a")
        assert isinstance(attached, Account)
        assert attached.state.joint_limits == (first.account,)

    def test_joint_limits_that_do_not_fit_are_refused(self) -> None:
        house = House()
        owner = house.customer()
        dollars, euros = house.open(owner, key="a"), house.open(owner, key="b", currency="EUR")
        limit = house.accounts.create_joint_limit(staff(), beside=euros.id, per_day_minor=500, key="j")
        assert isinstance(limit, State)
        unknown = limit.account[:-1] + ("0" if limit.account[-1] != "0" else "1")
        for limits, expected in (
            ((limit.account,), "CURRENCY_MISMATCH"),
            ((unknown,), "NOT_FOUND"),
            ((limit.account, limit.account), "INPUT_INVALID"),
            ((euros.id,), "INPUT_INVALID"),
        ):
            answer = house.accounts.set_joint_limits(staff(), account=dollars.id, limits=limits, key="k")
            assert code(answer) == expected
            assert not isinstance(answer, InputInvalid) or answer.faults[0].path == ("jointLimits",)
