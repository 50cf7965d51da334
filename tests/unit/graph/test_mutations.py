"""Every change of the API, done and refused."""

from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Group, Relation
from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.ledger.model import Limits
from domain.money import Money
from tests.unit.graph import documents as ask
from tests.unit.graph.world import Answer, World, clerk, customer_actor

OPERATIONS = clerk(Group.OPERATIONS)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def payer(world: World) -> Customer:
    return world.person("Ada Lovelace")


@pytest.fixture
def payee(world: World) -> Customer:
    return world.person("Bob Byron")


@pytest.fixture
def source(world: World, payer: Customer) -> Account:
    return world.open(payer, deposit_minor=100_000)


@pytest.fixture
def destination(world: World, payee: Customer) -> Account:
    return world.open(payee)


def one(answer: Answer) -> dict[str, Any]:
    """The one field of a mutation's data."""
    assert answer.status == 200
    (found,) = answer.data.values()
    assert isinstance(found, dict)
    return found


class TestOpenAccount:
    def test_a_customer_opens_an_account(self, world: World, payer: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "SAVINGS", "currency": "EUR"}

        opened = one(world.ask(payer, ask.OPEN, input=given))

        assert opened["account"]["status"] == "OPEN"
        assert opened["account"]["ledgerBalance"] == {"amount": "0.00", "currency": "EUR"}

    def test_a_double_click_opens_one(self, world: World, payer: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "USD"}

        first, second = (one(world.ask(payer, ask.OPEN, input=given)) for _ in range(2))

        assert first["account"]["id"] == second["account"]["id"]

    def test_the_key_opens_nothing_else(self, world: World, payer: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "USD"}
        world.ask(payer, ask.OPEN, input=given)

        again = one(world.ask(payer, ask.OPEN, input={**given, "currency": "EUR"}))

        assert again["code"] == "ACCOUNT_KEY_REUSED"

    def test_staff_open_one_for_a_customer(self, world: World, payer: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "USD", "customerId": payer.id}

        assert one(world.ask(OPERATIONS, ask.OPEN, input=given))["__typename"] == "OpenAccountSuccess"

    def test_nobody_opens_one_for_another_customer(self, world: World, payer: Customer, payee: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "USD", "customerId": payee.id}

        assert one(world.ask(payer, ask.OPEN, input=given))["code"] == "NOT_FOUND"

    def test_a_currency_that_no_product_has_is_refused(self, world: World, payer: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "JPY"}

        assert one(world.ask(payer, ask.OPEN, input=given))["code"] == "PRODUCT_UNAVAILABLE"

    def test_an_unknown_currency_is_bad_input(self, world: World, payer: Customer) -> None:
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "ABC"}

        refused = one(world.ask(payer, ask.OPEN, input=given))

        assert [fault["path"] for fault in refused["fields"]] == [["currency"]]

    def test_nothing_is_opened_for_an_erased_customer(self, world: World, payer: Customer) -> None:
        world.customers.erase(payer.id)
        given = {"idempotencyKey": "o-1", "product": "CHECKING", "currency": "USD"}

        assert one(world.ask(payer, ask.OPEN, input=given))["code"] == "CUSTOMER_ERASED"


class TestTransfer:
    def test_money_moves(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        given = ask.transfer_input(source, destination, "12.34", memo="Lunch")

        posted = one(world.ask(payer, ask.TRANSFER, input=given))

        assert posted["transfer"]["amount"] == {"amount": "12.34"}
        assert posted["transfer"]["memo"] == "Lunch"
        assert posted["source"]["availableBalance"] == {"amount": "987.66"}
        assert posted["replayed"] is False
        assert world.balance(destination) == 1234

    def test_the_receiver_is_shown_masked_and_without_id(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        answer = world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00"))

        transfer = one(answer)["transfer"]
        assert transfer["sourceId"] == source.id
        assert transfer["destinationId"] is None
        assert transfer["destination"]["maskedNumber"].endswith(destination.record.number[-4:])
        assert destination.id not in str(answer.body)
        assert destination.record.number not in str(answer.body)

    def test_between_accounts_of_ones_own_by_id(self, world: World, payer: Customer, source: Account) -> None:
        savings = world.open(payer, product="savings", key="open-2")
        given = {**ask.transfer_input(source, savings, "5.00"), "destination": {"accountId": savings.id}}

        assert one(world.ask(payer, ask.TRANSFER, input=given))["transfer"]["destinationId"] == savings.id

    def test_a_double_click_moves_it_once(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        given = ask.transfer_input(source, destination, "1.00")

        first, second = (one(world.ask(payer, ask.TRANSFER, input=given)) for _ in range(2))

        assert second["replayed"] is True
        assert first["transfer"] == second["transfer"]
        assert world.balance(destination) == 100

    def test_a_key_serves_one_request(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00"))

        other = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "2.00")))

        assert other["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert other["retryable"] is False

    def test_more_than_there_is(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1000.01")))

        assert refused["code"] == "INSUFFICIENT_FUNDS"
        assert world.balance(destination) == 0

    def test_more_than_the_limit(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        world.deposit(source, 2_000_000)

        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "10000.01")))

        assert refused["code"] == "LIMIT_EXCEEDED"
        assert (refused["limit"], refused["most"]) == ("PER_TRANSFER", {"amount": "10000.00"})

    @pytest.mark.parametrize(
        ("kind", "code"), [("debits_frozen", "ACCOUNT_FROZEN"), ("account_closed", "ACCOUNT_CLOSED")]
    )
    def test_from_an_account_that_pays_nothing(
        self, world: World, payer: Customer, destination: Account, kind: str, code: str
    ) -> None:
        source = world.open(payer, key="empty")
        changed = {
            "debits_frozen": lambda: world.accounts.freeze(OPERATIONS, account=source.id, key="f", debits_only=True),
            "account_closed": lambda: world.accounts.close(OPERATIONS, account=source.id, key="c"),
        }[kind]()
        assert isinstance(changed, Account)

        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00")))

        assert refused["code"] == code

    def test_to_an_account_that_takes_nothing(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        world.accounts.freeze(OPERATIONS, account=destination.id, key="f", debits_only=False)

        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00")))

        assert refused["code"] == "DESTINATION_UNAVAILABLE"

    def test_to_itself(self, world: World, payer: Customer, source: Account) -> None:
        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, source, "1.00")))

        assert refused["code"] == "SAME_ACCOUNT"

    def test_in_another_currency(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        given = {**ask.transfer_input(source, destination, "1.00"), "amount": ask.dollars("1.00", "EUR")}

        assert one(world.ask(payer, ask.TRANSFER, input=given))["code"] == "CURRENCY_MISMATCH"

    def test_from_an_account_of_another_region(self, world: World, payer: Customer, destination: Account) -> None:
        west = World(region="us-west-2")
        elsewhere = west.open(west.person())

        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(elsewhere, destination, "1.00")))

        assert refused["code"] == "WRONG_REGION"
        assert refused["region"] == "us-west-2"
        assert refused["address"] == "https://west.example/graphql"

    def test_to_an_account_of_another_region(self, world: World, payer: Customer, source: Account) -> None:
        west = World(region="us-west-2")
        elsewhere = west.open(west.person())

        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, elsewhere, "1.00")))

        assert refused["code"] == "CROSS_REGION_NOT_SUPPORTED"

    def test_from_somebody_elses_account(
        self, world: World, payee: Customer, source: Account, destination: Account
    ) -> None:
        refused = one(world.ask(payee, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00")))

        assert refused["code"] == "NOT_FOUND"
        assert world.balance(destination) == 0

    def test_what_a_refusal_was_stays(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        given = ask.transfer_input(source, destination, "1000.01")
        world.ask(payer, ask.TRANSFER, input=given)
        world.deposit(source, 100_000)

        assert one(world.ask(payer, ask.TRANSFER, input=given))["code"] == "INSUFFICIENT_FUNDS"

    def test_an_erased_payer_writes_no_memo(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        world.customers.erase(payer.id)

        refused = one(world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00", memo="x")))

        assert refused["code"] == "SHREDDED"


class TestPreviewTransfer:
    def test_says_what_would_be_and_writes_nothing(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        given = ask.transfer_input(source, destination, "12.34")

        shown = one(world.ask(payer, ask.PREVIEW, input=given))

        assert shown["source"]["availableBalance"] == {"amount": "987.66"}
        assert world.balance(source) == 100_000
        assert world.ledger.journal(shown["transfer"]["id"]) is None

    def test_refuses_as_the_transfer_would(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        given = ask.transfer_input(source, destination, "1000.01")

        assert one(world.ask(payer, ask.PREVIEW, input=given))["code"] == "INSUFFICIENT_FUNDS"
        world.deposit(source, 1)
        assert one(world.ask(payer, ask.TRANSFER, input=given))["__typename"] == "TransferSuccess"


class TestTransferOrders:
    def test_a_transfer_is_ordered_and_ended(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        days = {"rhythm": "MONTHLY", "startsOn": "2026-03-31", "count": 12}
        given = ask.transfer_input(source, destination, "10.00", memo="Rent", schedule=days)

        order = one(world.ask(payer, ask.SCHEDULE, input=given))["order"]

        assert order["status"] == "ACTIVE"
        assert order["nextOn"] == "2026-03-31"
        assert order["memo"] == "Rent"
        assert order["schedule"]["count"] == 12
        ended = one(world.ask(payer, ask.CANCEL, input={"orderId": order["id"]}))["order"]
        assert (ended["status"], ended["nextOn"]) == ("CANCELLED", None)

    def test_an_order_of_today_is_bad_input(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        days = {"rhythm": "ONCE", "startsOn": "2026-03-10"}
        given = ask.transfer_input(source, destination, "10.00", schedule=days)

        refused = one(world.ask(payer, ask.SCHEDULE, input=given))

        assert [fault["path"] for fault in refused["fields"]] == [["schedule", "startsOn"]]

    def test_a_key_serves_one_order(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        days = {"rhythm": "WEEKLY", "startsOn": "2026-03-12"}
        world.ask(payer, ask.SCHEDULE, input=ask.transfer_input(source, destination, "1.00", schedule=days))

        other = ask.transfer_input(source, destination, "2.00", schedule=days)

        assert one(world.ask(payer, ask.SCHEDULE, input=other))["code"] == "ORDER_KEY_REUSED"

    def test_an_order_that_has_ended_is_not_cancelled(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        days = {"rhythm": "ONCE", "startsOn": "2026-03-12"}
        given = ask.transfer_input(source, destination, "1.00", schedule=days)
        order = one(world.ask(payer, ask.SCHEDULE, input=given))["order"]
        world.morning_of(world.clock.now().date().replace(day=12))
        world.orders.run(order["id"])

        assert one(world.ask(payer, ask.CANCEL, input={"orderId": order["id"]}))["code"] == "ORDER_ENDED"

    @pytest.mark.parametrize("order", ["", "ord_us0001_01K00000000000000000000000", "x" * 10_000, "jrn_x"])
    def test_an_order_that_is_not_there(self, world: World, payer: Customer, order: str) -> None:
        assert one(world.ask(payer, ask.CANCEL, input={"orderId": order}))["code"] == "NOT_FOUND"


class TestHolds:
    def held(self, world: World, payer: Customer, source: Account, amount: str = "50.00") -> dict[str, Any]:
        given = {"idempotencyKey": "h-1", "accountId": source.id, "amount": ask.dollars(amount)}
        return one(world.ask(payer, ask.PLACE, input=given))

    def test_money_is_set_aside(self, world: World, payer: Customer, source: Account) -> None:
        held = self.held(world, payer, source)

        assert held["hold"]["id"] == held["holdId"]
        assert held["hold"]["remaining"] == {"amount": "50.00"}
        assert held["account"] == {
            "heldBalance": {"amount": "50.00"},
            "availableBalance": {"amount": "950.00"},
        }

    def test_more_than_there_is_is_not_set_aside(self, world: World, payer: Customer, source: Account) -> None:
        assert self.held(world, payer, source, "1000.01")["code"] == "INSUFFICIENT_FUNDS"

    def test_an_expiry_in_the_past_is_bad_input(self, world: World, payer: Customer, source: Account) -> None:
        given = {
            "idempotencyKey": "h-1",
            "accountId": source.id,
            "amount": ask.dollars("1.00"),
            "expiresAt": "2026-03-09T00:00:00Z",
        }

        refused = one(world.ask(payer, ask.PLACE, input=given))

        assert [fault["path"] for fault in refused["fields"]] == [["expiresAt"]]

    def test_the_sixty_fifth_hold_is_refused(self, world: World, payer: Customer, source: Account) -> None:
        for number in range(64):
            placed = world.transfers.place_hold(
                customer_actor(payer),
                account=source.id,
                amount=Money(1, "USD"),
                expires_at=None,
                key=f"h{number}",
            )
            assert not hasattr(placed, "code"), placed

        assert self.held(world, payer, source, "0.01")["code"] == "TOO_MANY_HOLDS"

    def test_a_part_is_taken_and_the_rest_stays(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        hold = self.held(world, payer, source)["holdId"]
        given = {
            "idempotencyKey": "c-1",
            "holdId": hold,
            "amount": ask.dollars("20.00"),
            "destination": ask.by_numbers(destination),
            "final": False,
        }

        taken = one(world.ask(payer, ask.CAPTURE, input=given))

        assert taken["hold"]["remaining"] == {"amount": "30.00"}
        assert taken["account"]["ledgerBalance"] == {"amount": "980.00"}
        assert world.balance(destination) == 2000

    def test_a_final_part_frees_the_rest(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        hold = self.held(world, payer, source)["holdId"]
        given = {
            "idempotencyKey": "c-1",
            "holdId": hold,
            "amount": ask.dollars("20.00"),
            "destination": ask.by_numbers(destination),
        }

        taken = one(world.ask(payer, ask.CAPTURE, input=given))

        assert taken["hold"] is None
        assert taken["account"]["heldBalance"] == {"amount": "0.00"}

    def test_more_than_was_held_is_not_taken(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        hold = self.held(world, payer, source)["holdId"]
        given = {
            "idempotencyKey": "c-1",
            "holdId": hold,
            "amount": ask.dollars("50.01"),
            "destination": ask.by_numbers(destination),
        }

        refused = one(world.ask(payer, ask.CAPTURE, input=given))

        assert (refused["code"], refused["remaining"]) == ("HOLD_TOO_SMALL", {"amount": "50.00"})

    def test_an_expired_hold_is_not_taken(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        given = {
            "idempotencyKey": "h-1",
            "accountId": source.id,
            "amount": ask.dollars("1.00"),
            "expiresAt": "2026-03-10T18:00:00Z",
        }
        hold = one(world.ask(payer, ask.PLACE, input=given))["holdId"]
        world.clock.move(timedelta(hours=2))
        capture = {
            "idempotencyKey": "c-1",
            "holdId": hold,
            "amount": ask.dollars("1.00"),
            "destination": ask.by_numbers(destination),
        }

        assert one(world.ask(payer, ask.CAPTURE, input=capture))["code"] == "HOLD_EXPIRED"

    def test_a_customer_names_who_receives(self, world: World, payer: Customer, source: Account) -> None:
        hold = self.held(world, payer, source)["holdId"]
        given = {"idempotencyKey": "c-1", "holdId": hold, "amount": ask.dollars("1.00")}

        assert one(world.ask(payer, ask.CAPTURE, input=given))["code"] == "NOT_ALLOWED"

    def test_staff_take_it_for_the_card_network(self, world: World, payer: Customer, source: Account) -> None:
        hold = self.held(world, payer, source)["holdId"]
        given = {"idempotencyKey": "c-1", "holdId": hold, "amount": ask.dollars("50.00")}

        assert one(world.ask(OPERATIONS, ask.CAPTURE, input=given))["__typename"] == "CaptureHoldSuccess"

    def test_a_hold_is_given_back_once(self, world: World, payer: Customer, source: Account) -> None:
        hold = self.held(world, payer, source)["holdId"]

        given = {"idempotencyKey": "r-1", "holdId": hold}
        freed = one(world.ask(payer, ask.RELEASE, input=given))
        again = one(world.ask(payer, ask.RELEASE, input={**given, "idempotencyKey": "r-2"}))

        assert freed["account"]["heldBalance"] == {"amount": "0.00"}
        assert again["code"] == "HOLD_UNKNOWN"

    @pytest.mark.parametrize("hold", ["", "hld_us0001_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "hld_", "x" * 5000])
    def test_a_hold_that_is_not_there(self, world: World, payer: Customer, hold: str) -> None:
        given = {"idempotencyKey": "r-1", "holdId": hold}

        assert one(world.ask(payer, ask.RELEASE, input=given))["code"] == "NOT_FOUND"


class TestReverseJournal:
    def moved(self, world: World, payer: Customer, source: Account, destination: Account) -> str:
        given = ask.transfer_input(source, destination, "10.00")
        journal: str = one(world.ask(payer, ask.TRANSFER, input=given))["transfer"]["id"]
        return journal

    def test_staff_undo_a_part_and_then_the_rest(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        journal = self.moved(world, payer, source, destination)
        part = {"idempotencyKey": "r-1", "journalId": journal, "amount": ask.dollars("4.00")}

        undone = one(world.ask(OPERATIONS, ask.REVERSE, input=part))
        rest = one(world.ask(OPERATIONS, ask.REVERSE, input={"idempotencyKey": "r-2", "journalId": journal}))

        assert undone["journal"]["reverses"] == undone["original"]["id"] == journal
        assert rest["journal"]["amount"] == {"amount": "6.00"}
        assert world.balance(source) == 100_000

    def test_no_more_than_there_was(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        journal = self.moved(world, payer, source, destination)
        given = {"idempotencyKey": "r-1", "journalId": journal, "amount": ask.dollars("10.01")}

        assert one(world.ask(OPERATIONS, ask.REVERSE, input=given))["code"] == "NOTHING_TO_REVERSE"

    def test_a_reversal_is_not_reversed(
        self, world: World, payer: Customer, source: Account, destination: Account
    ) -> None:
        journal = self.moved(world, payer, source, destination)
        undone = one(world.ask(OPERATIONS, ask.REVERSE, input={"idempotencyKey": "r", "journalId": journal}))

        given = {"idempotencyKey": "r-2", "journalId": undone["journal"]["id"]}

        assert one(world.ask(OPERATIONS, ask.REVERSE, input=given))["code"] == "NOT_REVERSIBLE"

    def test_customers_undo_nothing(self, world: World, payer: Customer, source: Account, destination: Account) -> None:
        journal = self.moved(world, payer, source, destination)

        refused = one(world.ask(payer, ask.REVERSE, input={"idempotencyKey": "r", "journalId": journal}))

        assert refused["code"] == "NOT_ALLOWED"


class TestAccountStatus:
    def test_frozen_and_thawed(self, world: World, source: Account) -> None:
        given = {"idempotencyKey": "f-1", "accountId": source.id}

        frozen = one(world.ask(OPERATIONS, ask.FREEZE, input=given))
        again = one(world.ask(OPERATIONS, ask.FREEZE, input={**given, "idempotencyKey": "f-2"}))
        thawed = one(world.ask(OPERATIONS, ask.THAW, input={**given, "idempotencyKey": "f-3"}))

        assert frozen["account"]["status"] == "DEBITS_FROZEN"
        assert again["code"] == "ALREADY_SO"
        assert thawed["account"]["status"] == "OPEN"

    def test_closed_only_when_empty(self, world: World, payer: Customer, source: Account) -> None:
        empty = world.open(payer, key="empty")

        full = one(world.ask(payer, ask.CLOSE, input={"idempotencyKey": "c", "accountId": source.id}))
        closed = one(world.ask(payer, ask.CLOSE, input={"idempotencyKey": "c", "accountId": empty.id}))

        assert full["code"] == "BALANCE_NOT_ZERO"
        assert closed["account"]["status"] == "CLOSED"

    def test_not_closed_while_money_is_held(self, world: World, payer: Customer) -> None:
        account = world.open(payer, key="held")
        limits = Limits(overdraft_minor=1000, per_transfer_minor=1000, per_day_minor=1000)
        world.accounts.set_limits(OPERATIONS, account=account.id, limits=limits, key="l")
        hold = {"idempotencyKey": "h", "accountId": account.id, "amount": ask.dollars("1.00")}
        assert one(world.ask(payer, ask.PLACE, input=hold))["__typename"] == "PlaceHoldSuccess"

        refused = one(world.ask(payer, ask.CLOSE, input={"idempotencyKey": "c", "accountId": account.id}))

        assert refused["code"] == "HOLDS_OPEN"

    def test_not_closed_while_credits_are_batched(self, world: World, payer: Customer) -> None:
        account = world.open(payer, key="batched")
        world.accounts.start_batching(OPERATIONS, account=account.id, key="b")

        refused = one(world.ask(payer, ask.CLOSE, input={"idempotencyKey": "c", "accountId": account.id}))

        assert refused["code"] == "CREDITS_BATCHED"

    def test_a_joint_owner_does_not_close(self, world: World, payer: Customer, payee: Customer) -> None:
        account = world.open(payer, key="joint")
        world.relate(payer, account, payee, Relation.JOINT_OWNER)

        refused = one(world.ask(payee, ask.CLOSE, input={"idempotencyKey": "c", "accountId": account.id}))

        assert refused["code"] == "NOT_ALLOWED"
