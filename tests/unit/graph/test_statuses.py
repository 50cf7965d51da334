"""A state comes with what is known of it, and with nothing that only another state has."""

from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from domain.access.model import Actor, Group
from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.transfers.orders import DAYS_LATE_MAX
from graph.documents import core_schema
from graph.schema import schema
from graph.statuses import SINCE_ENTRIES_MAX, STATUS_INFOS
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk
from tests.unit.transfers.desk import TODAY

CORE = core_schema(schema)
CLERK = clerk(Group.OPERATIONS)
ACCOUNT = """query($id: ID!) { account(id: $id) { ... on Account { status statusInfo { __typename status
  ... on AccountDebitsFrozenStatusInfo { since journalId } ... on AccountFrozenStatusInfo { since journalId }
  ... on AccountClosedStatusInfo { closedAt journalId } } } } }"""
JOURNAL = """query($id: ID!) { journal(id: $id) { statusInfo { __typename status
  ... on JournalPostedStatusInfo { bookedAt bookedDay effectiveOn }
  ... on JournalRefusedStatusInfo { refusedAt refusal { code message } } } } }"""
ORDER = """query($id: ID!) { node(id: $id) { ... on TransferOrder { statusInfo { __typename status
  ... on TransferOrderActiveStatusInfo { nextOn } ... on TransferOrderDoneStatusInfo { lastOn }
  ... on TransferOrderCancelledStatusInfo { stillDueOn } }
  occurrences { edges { node { statusInfo { __typename outcome
    ... on OccurrencePostedStatusInfo { journalId }
    ... on OccurrenceRefusedStatusInfo { refusalCode refusalMessage }
    ... on OccurrenceMissedStatusInfo { refusalMessage } } } } } } } }"""


@pytest.fixture(name="world")
def a_world() -> World:
    return World()


@pytest.fixture(name="ada")
def ada_(world: World) -> Customer:
    return world.person()


@pytest.fixture(name="account")
def an_account(world: World, ada: Customer) -> Account:
    return world.open(ada, deposit_minor=10_000)


def status_of(world: World, who: Customer | Actor, account: Account) -> dict[str, Any]:
    found: dict[str, Any] = world.ask(who, ACCOUNT, id=account.id).data["account"]
    assert found["status"] == found["statusInfo"]["status"]
    return found["statusInfo"]  # type: ignore[no-any-return]  # JSON


def last_journal(world: World, account: Account) -> str:
    return world.ledger.lines(account.id, descending=True, limit=1).rows[0].journal


class TestAccount:
    def test_open_it_has_no_more_to_say(self, world: World, ada: Customer, account: Account) -> None:
        assert status_of(world, ada, account) == {"__typename": "AccountOpenStatusInfo", "status": "OPEN"}

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("DEBITS_FROZEN", "AccountDebitsFrozenStatusInfo"),
            ("FROZEN", "AccountFrozenStatusInfo"),
        ],
    )
    def test_frozen_it_says_since_when(self, world: World, account: Account, status: str, kind: str) -> None:
        world.clock.move(timedelta(hours=1))
        world.accounts.freeze(CLERK, account=account.id, key="stop", debits_only=status == "DEBITS_FROZEN")

        assert status_of(world, CLERK, account) == {
            "__typename": kind,
            "status": status,
            "since": "2026-03-10T18:00:00Z",
            "journalId": last_journal(world, account),
        }

    def test_what_comes_after_does_not_change_since_when(self, world: World, ada: Customer, account: Account) -> None:
        world.accounts.freeze(CLERK, account=account.id, key="stop", debits_only=True)
        before = status_of(world, ada, account)
        world.clock.move(timedelta(days=1))
        world.deposit(account, 5)

        assert status_of(world, ada, account) == before

    def test_frozen_again_it_says_since_the_last_time(self, world: World, ada: Customer, account: Account) -> None:
        world.accounts.freeze(CLERK, account=account.id, key="stop", debits_only=True)
        world.accounts.thaw(CLERK, account=account.id, key="go")
        world.clock.move(timedelta(hours=2))
        world.accounts.freeze(CLERK, account=account.id, key="stop-2", debits_only=True)

        assert status_of(world, ada, account)["since"] == "2026-03-10T19:00:00Z"

    def test_long_ago_is_not_looked_for(self, world: World, ada: Customer, account: Account) -> None:
        world.accounts.freeze(CLERK, account=account.id, key="stop", debits_only=True)
        for _ in range(SINCE_ENTRIES_MAX - 1):
            world.deposit(account, 1)
        assert status_of(world, ada, account)["since"] == "2026-03-10T17:00:00Z"
        world.deposit(account, 1)

        found = status_of(world, ada, account)
        assert (found["since"], found["journalId"]) == (None, None)

    def test_closed_it_says_when(self, world: World, ada: Customer) -> None:
        account = world.open(ada)
        world.clock.move(timedelta(hours=3))
        world.ask(ada, ask.CLOSE, input={"idempotencyKey": "k", "accountId": account.id})

        assert status_of(world, ada, account) == {
            "__typename": "AccountClosedStatusInfo",
            "status": "CLOSED",
            "closedAt": "2026-03-10T20:00:00Z",
            "journalId": last_journal(world, account),
        }


def test_a_journal_is_in_the_books_or_says_why_not(world: World, ada: Customer, account: Account) -> None:
    other = world.open(world.person("Bob"))
    paid = world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00")).data["transfer"]
    world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "999.00", key="much"))
    refused = world.ledger.outcome(initiator=account.id, scope=ada.id, key="much")
    assert refused
    assert refused.journal

    posted, not_posted = (
        world.ask(ada, JOURNAL, id=id_).data["journal"]["statusInfo"]
        for id_ in (paid["transfer"]["id"], refused.journal.id)
    )

    assert posted == {
        "__typename": "JournalPostedStatusInfo",
        "status": "POSTED",
        "bookedAt": "2026-03-10T17:00:00Z",
        "bookedDay": "2026-03-10",
        "effectiveOn": "2026-03-10",
    }
    assert not_posted == {
        "__typename": "JournalRefusedStatusInfo",
        "status": "REFUSED",
        "refusedAt": "2026-03-10T17:00:00Z",
        "refusal": {
            "code": "INSUFFICIENT_FUNDS",
            "message": "The account's available balance does not cover this amount.",
        },
    }


class TestOrder:
    @pytest.fixture(name="order")
    def an_order(self, world: World, ada: Customer, account: Account) -> str:
        other = world.open(world.person("Bob"))
        days = {"rhythm": "WEEKLY", "startsOn": (TODAY + timedelta(days=1)).isoformat(), "count": 2}
        given = {**ask.transfer_input(account, other, "60.00"), "schedule": days}
        order: str = world.ask(ada, ask.SCHEDULE, input=given).data["scheduleTransfer"]["order"]["id"]
        return order

    def shown(self, world: World, ada: Customer, order: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        found = world.ask(ada, ORDER, id=order).data["node"]
        return found["statusInfo"], [edge["node"]["statusInfo"] for edge in found["occurrences"]["edges"]]

    def test_active_it_says_the_next_day(self, world: World, ada: Customer, order: str) -> None:
        assert self.shown(world, ada, order) == (
            {"__typename": "TransferOrderActiveStatusInfo", "status": "ACTIVE", "nextOn": "2026-03-11"},
            [],
        )

    def test_done_it_says_the_last_day(self, world: World, ada: Customer, account: Account, order: str) -> None:
        for days in (1, 8):
            world.morning_of(TODAY + timedelta(days=days))
            world.orders.run(order)

        status, (refused, posted) = self.shown(world, ada, order)

        assert status == {"__typename": "TransferOrderDoneStatusInfo", "status": "DONE", "lastOn": "2026-03-18"}
        assert refused == {
            "__typename": "OccurrenceRefusedStatusInfo",
            "outcome": "REFUSED",
            "refusalCode": "INSUFFICIENT_FUNDS",
            "refusalMessage": "The account's available balance does not cover this amount.",
        }
        assert posted == {
            "__typename": "OccurrencePostedStatusInfo",
            "outcome": "POSTED",
            "journalId": last_journal(world, account),
        }

    def test_what_was_missed_says_how_late(self, world: World, ada: Customer, order: str) -> None:
        world.morning_of(TODAY + timedelta(days=DAYS_LATE_MAX + 2))
        world.orders.run(order)

        *_, missed = self.shown(world, ada, order)[1]

        assert missed["__typename"] == "OccurrenceMissedStatusInfo"
        assert str(DAYS_LATE_MAX) in missed["refusalMessage"]

    def test_cancelled_nothing_is_due(self, world: World, ada: Customer, order: str) -> None:
        world.ask(ada, ask.CANCEL, input={"orderId": order})

        assert self.shown(world, ada, order)[0] == {
            "__typename": "TransferOrderCancelledStatusInfo",
            "status": "CANCELLED",
            "stillDueOn": None,
        }


def test_every_state_has_a_type_of_its_own() -> None:
    interfaces = [kind for kind in CORE.type_map.values() if kind.name.endswith("StatusInfo")]
    states = {
        kind.name: len(CORE.get_implementations(kind).objects)
        for kind in interfaces
        if isinstance(kind, GraphQLInterfaceType)
    }
    enums = {
        "AccountStatusInfo": "AccountStatus",
        "JournalStatusInfo": "JournalStatus",
        "OccurrenceStatusInfo": "OccurrenceOutcome",
        "TransferOrderStatusInfo": "TransferOrderStatus",
    }

    assert states == {name: len(CORE.type_map[enum].values) for name, enum in enums.items()}  # type: ignore[attr-defined]  # an enumeration
    assert len([kind for kind in interfaces if isinstance(kind, GraphQLObjectType)]) == len(STATUS_INFOS)
