"""Everything the API can look up."""

from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Group, Relation
from domain.accounts.model import Account
from domain.customers.model import Customer, CustomerKind
from domain.ledger.model import Posted
from domain.notices.kinds import NoticeKind
from graph import context as reading
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk

OPERATIONS = clerk(Group.OPERATIONS)
NOWHERE = "acc_us0001_01K00000000000000000000000"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ada(world: World) -> Customer:
    return world.person("Ada Lovelace")


@pytest.fixture
def bob(world: World) -> Customer:
    return world.person("Bob Byron")


@pytest.fixture
def account(world: World, ada: Customer) -> Account:
    return world.open(ada, deposit_minor=100_000)


@pytest.fixture
def other(world: World, bob: Customer) -> Account:
    return world.open(bob, deposit_minor=5_000)


def pay(world: World, payer: Customer, source: Account, destination: Account, *, key: str) -> str:
    """One dollar, with a memo; the journal's id."""
    answer = world.ask(payer, ask.TRANSFER, input=ask.transfer_input(source, destination, "1.00", key=key, memo="Hi"))
    journal: str = answer.data["transfer"]["transfer"]["id"]
    return journal


def nodes(connection: dict[str, Any]) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


class TestViewer:
    def test_a_customer_sees_themself(self, world: World, ada: Customer) -> None:
        document = (
            "{ viewer { person groups region customer { id name email phone bornOn taxIdLast4 address { city } } } }"
        )

        viewer = world.ask(ada, document).data["viewer"]

        assert viewer["person"] == viewer["customer"]["id"] == ada.id
        assert viewer["groups"] == ["CUSTOMER"]
        assert viewer["region"] == "us-east-1"
        assert viewer["customer"]["name"] == "Ada Lovelace"
        assert viewer["customer"]["address"] == {"city": "Springfield"}

    def test_staff_have_groups_and_no_accounts(self, world: World) -> None:
        document = "{ viewer { person groups customer { id } accounts { edges { node { id } } } } }"

        viewer = world.ask(clerk(Group.OPERATIONS, Group.AUDITOR), document).data["viewer"]

        assert viewer["groups"] == ["OPERATIONS", "AUDITOR"]
        assert (viewer["customer"], viewer["accounts"]["edges"]) == (None, [])

    def test_an_erased_customer_has_no_profile(self, world: World, ada: Customer) -> None:
        world.customers.erase(ada.id)

        customer = world.ask(ada, "{ viewer { customer { status name email address { city } } } }").data["viewer"]

        assert customer == {"customer": {"status": "ERASED", "name": None, "email": None, "address": None}}

    def test_accounts_come_in_pages(self, world: World, ada: Customer) -> None:
        opened = {world.open(ada, key=f"a{number}").id for number in range(5)}
        document = """query($after: Cursor) { viewer { accounts(first: 2, after: $after) {
            edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""

        seen: list[str] = []
        after, pages = None, 0
        while True:
            page = world.ask(ada, document, after=after).data["viewer"]["accounts"]
            seen += [node["id"] for node in nodes(page)]
            pages += 1
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]

        assert (sorted(seen), pages) == (sorted(opened), 3)

    def test_notices_are_their_own(self, world: World, ada: Customer, bob: Customer) -> None:
        facts = {"product": "checking", "account": "••1234"}
        world.notices.put(ada.id, key="n-1", kind=NoticeKind.ACCOUNT_OPENED, facts=facts)
        document = "{ viewer { notices { edges { node { id kind text at readAt } } } } }"

        (notice,) = nodes(world.ask(ada, document).data["viewer"]["notices"])

        assert notice["text"] == "Your checking account ••1234 is open."
        assert nodes(world.ask(bob, document).data["viewer"]["notices"]) == []


class TestAccount:
    def test_three_balances_that_are_never_one(self, world: World, ada: Customer, account: Account) -> None:
        hold = {"idempotencyKey": "h", "accountId": account.id, "amount": ask.dollars("300.00")}
        world.ask(ada, ask.PLACE, input=hold)
        document = """query($id: ID!) { account(id: $id) { ... on Account {
            ledgerBalance { amount } availableBalance { amount } heldBalance { amount }
            holds { id remaining { amount minorUnits } } } } }"""

        shown = world.ask(ada, document, id=account.id).data["account"]

        assert [shown[name]["amount"] for name in ("ledgerBalance", "availableBalance", "heldBalance")] == [
            "1000.00",
            "700.00",
            "300.00",
        ]
        assert [hold["remaining"] for hold in shown["holds"]] == [{"amount": "300.00", "minorUnits": "30000"}]

    def test_another_region_is_named(self, world: World, ada: Customer) -> None:
        west = World(region="us-west-2")
        elsewhere = west.open(west.person())
        document = "query($id: ID!) { account(id: $id) { __typename ... on WrongRegion { region address retryable } } }"

        assert world.ask(ada, document, id=elsewhere.id).data["account"] == {
            "__typename": "WrongRegion",
            "region": "us-west-2",
            "address": "https://west.example/graphql",
            "retryable": False,
        }

    @pytest.mark.parametrize("wanted", ["bob's", NOWHERE, "acc_", "", "x" * 3000])
    def test_what_is_not_yours_is_not_there(self, world: World, ada: Customer, other: Account, wanted: str) -> None:
        document = "query($id: ID!) { account(id: $id) { __typename ... on Refusal { code message } } }"

        answer = world.ask(ada, document, id=other.id if wanted == "bob's" else wanted)

        assert answer.data["account"] == {
            "__typename": "NotFound",
            "code": "NOT_FOUND",
            "message": "There is no such object.",
        }

    def test_entries_run_backwards_with_the_balance_after_each(
        self, world: World, ada: Customer, account: Account, other: Account
    ) -> None:
        for number in range(3):
            pay(world, ada, account, other, key=f"p{number}")
        document = """query($id: ID!, $after: Cursor) { account(id: $id) { ... on Account {
            entries(first: 2, after: $after) { pageInfo { hasNextPage endCursor }
            edges { node { sequence title amount { amount } ledgerBalance { amount }
            counterparty { maskedNumber } } } } } } }"""

        first = world.ask(ada, document, id=account.id).data["account"]["entries"]
        after = first["pageInfo"]["endCursor"]
        second = world.ask(ada, document, id=account.id, after=after).data["account"]["entries"]

        rows = [
            (node["sequence"], node["amount"]["amount"], node["ledgerBalance"]["amount"])
            for node in nodes(first) + nodes(second)
        ]
        assert rows == [
            (5, "-1.00", "997.00"),
            (4, "-1.00", "998.00"),
            (3, "-1.00", "999.00"),
            (2, "1000.00", "1000.00"),
        ]
        assert nodes(first)[0]["counterparty"]["maskedNumber"].endswith(other.record.number[-4:])

    def test_balances_of_another_moment(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        before = world.clock.now()
        world.clock.move(timedelta(days=3))
        pay(world, ada, account, other, key="p")
        document = """query($id: ID!, $at: DateTime!, $on: Date!) { account(id: $id) { ... on Account {
            now: balance { ledgerBalance { amount } sequence }
            then: balance(bookedAt: $at) { ledgerBalance { amount } }
            day: balance(effectiveOn: $on) { ledgerBalance { amount } }
            never: balance(bookedAt: "2020-01-01T00:00:00Z") { ledgerBalance { amount } } } } }"""
        at = before.isoformat().replace("+00:00", "Z")

        shown = world.ask(ada, document, id=account.id, at=at, on="2026-03-10").data["account"]

        assert shown["now"] == {"ledgerBalance": {"amount": "999.00"}, "sequence": 3}
        assert shown["then"] == shown["day"] == {"ledgerBalance": {"amount": "1000.00"}}
        assert shown["never"] is None

    def test_people_see_each_others_names_in_part(
        self, world: World, ada: Customer, bob: Customer, account: Account
    ) -> None:
        world.relate(ada, account, bob, Relation.DELEGATE)
        document = """query($id: ID!) { account(id: $id) { ... on Account {
            relation people { relation customerId displayName } } } }"""

        shown = world.ask(bob, document, id=account.id).data["account"]

        assert shown["relation"] == "DELEGATE"
        assert {(one["relation"], one["customerId"], one["displayName"]) for one in shown["people"]} == {
            ("OWNER", None, "A. Lovelace"),
            ("DELEGATE", bob.id, "B. Byron"),
        }

    def test_orders_of_an_account(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        days = {"rhythm": "ONCE", "startsOn": "2026-03-12"}
        given = ask.transfer_input(account, other, "1.00", memo="Rent", schedule=days)
        order = world.ask(ada, ask.SCHEDULE, input=given).data["scheduleTransfer"]["order"]["id"]
        world.morning_of(world.clock.now().date().replace(day=12))
        world.orders.run(order)
        document = """query($id: ID!) { account(id: $id) { ... on Account { transferOrders { edges { node {
            id status memo occurrences { edges { node { dueOn outcome late journalId refusalCode } } } } } } } } }"""

        (shown,) = nodes(world.ask(ada, document, id=account.id).data["account"]["transferOrders"])

        (occurrence,) = nodes(shown["occurrences"])
        assert (shown["id"], shown["status"], shown["memo"]) == (order, "DONE", "Rent")
        assert (occurrence["dueOn"], occurrence["outcome"], occurrence["late"]) == ("2026-03-12", "POSTED", False)


class TestJournal:
    DOCUMENT = """query($id: ID!) { journal(id: $id) { id kind posted title amount { amount } refusal { code }
        legs { side accountId money { amount } party { name maskedNumber } }
        transfer { memo sourceId destinationId } } }"""

    def test_each_side_sees_its_own_account_and_the_other_masked(
        self, world: World, ada: Customer, bob: Customer, account: Account, other: Account
    ) -> None:
        journal = pay(world, ada, account, other, key="p")

        payer = world.ask(ada, self.DOCUMENT, id=journal).data["journal"]
        payee = world.ask(bob, self.DOCUMENT, id=journal).data["journal"]

        assert [leg["accountId"] for leg in payer["legs"]] == [account.id, None]
        assert [leg["accountId"] for leg in payee["legs"]] == [None, other.id]
        assert payer["transfer"]["memo"] == payee["transfer"]["memo"] == "Hi"
        assert payer["legs"][1]["party"]["maskedNumber"].endswith(other.record.number[-4:])

    def test_a_stranger_sees_nothing(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        journal = pay(world, ada, account, other, key="p")

        assert world.ask(world.person("Eve"), self.DOCUMENT, id=journal).data == {"journal": None}

    def test_a_refused_one_says_why(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "9000.00", key="k"))
        document = """query($id: ID!) { idempotency(accountId: $id, key: "k") { used journal {
            posted refusal { code message } legs { side } } } }"""

        shown = world.ask(ada, document, id=account.id).data["idempotency"]

        assert shown["used"] is True
        assert shown["journal"] == {
            "posted": False,
            "refusal": {
                "code": "INSUFFICIENT_FUNDS",
                "message": "The account's available balance does not cover this amount.",
            },
            "legs": [],
        }

    def test_the_banks_own_side_is_named(self, world: World, ada: Customer, account: Account) -> None:
        document = """query($id: ID!) { account(id: $id) { ... on Account { entries(first: 1) { edges { node {
            counterparty { name maskedNumber } journal { legs { accountId party { name } } } } } } } } }"""

        (entry,) = nodes(world.ask(ada, document, id=account.id).data["account"]["entries"])

        assert entry["counterparty"] == {"name": "The bank", "maskedNumber": None}
        assert [leg["accountId"] for leg in entry["journal"]["legs"]] == [None, account.id]
        (seen_by_staff,) = nodes(world.ask(OPERATIONS, document, id=account.id).data["account"]["entries"])
        assert seen_by_staff["counterparty"]["name"] == "Cash in vaults and machines"

    @pytest.mark.parametrize("wanted", ["", "jrn_", "jrn_us9999_" + "a" * 32, "hld_us0001_" + "a" * 32, "x" * 9000])
    def test_what_is_no_journal_is_null(self, world: World, ada: Customer, wanted: str) -> None:
        assert world.ask(ada, self.DOCUMENT, id=wanted).data == {"journal": None}

    def test_another_region_is_an_error_with_its_address(self, world: World, ada: Customer) -> None:
        west = World(region="us-west-2")
        payer = west.person()
        source, destination = west.open(payer, deposit_minor=100), west.open(west.person())
        journal = pay(west, payer, source, destination, key="p")

        answer = world.ask(ada, self.DOCUMENT, id=journal)

        assert answer.status == 200
        assert answer.body["data"] == {"journal": None}
        assert answer.errors[0]["extensions"] == {
            "code": "WRONG_REGION",
            "region": "us-west-2",
            "address": "https://west.example/graphql",
            "correlationId": "request-1",
        }


class TestIdempotency:
    DOCUMENT = (
        "query($id: ID!, $key: IdempotencyKey!) { idempotency(accountId: $id, key: $key) { used journal { id } } }"
    )

    def test_what_a_key_led_to(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        journal = pay(world, ada, account, other, key="k")

        assert world.ask(ada, self.DOCUMENT, id=account.id, key="k").data["idempotency"] == {
            "used": True,
            "journal": {"id": journal},
        }

    @pytest.mark.parametrize("key", ["unused", "", " ", "florin:x", "é"])
    def test_a_key_that_led_to_nothing(self, world: World, ada: Customer, account: Account, key: str) -> None:
        assert world.ask(ada, self.DOCUMENT, id=account.id, key=key).data["idempotency"] == {
            "used": False,
            "journal": None,
        }

    def test_the_key_of_another_person_is_not_told(
        self, world: World, ada: Customer, bob: Customer, account: Account, other: Account
    ) -> None:
        pay(world, ada, account, other, key="k")
        world.relate(ada, account, bob, Relation.JOINT_OWNER)

        assert world.ask(bob, self.DOCUMENT, id=account.id, key="k").data["idempotency"]["used"] is False

    def test_a_stranger_learns_nothing(self, world: World, bob: Customer, account: Account) -> None:
        assert world.ask(bob, self.DOCUMENT, id=account.id, key="k").data == {"idempotency": None}


class TestChanges:
    DOCUMENT = """query($id: ID!, $first: Int! = 25, $after: Cursor) {
        changes(accountId: $id, first: $first, after: $after) { entries { sequence } cursor more } }"""

    def test_every_entry_once_in_order(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        for number in range(4):
            pay(world, ada, account, other, key=f"p{number}")

        seen: list[int] = []
        after: str | None = None
        more = True
        while more:
            changes = world.ask(ada, self.DOCUMENT, id=account.id, first=2, after=after).data["changes"]
            seen += [entry["sequence"] for entry in changes["entries"]]
            after, more = changes["cursor"], changes["more"]

        assert seen == [1, 2, 3, 4, 5, 6]

    def test_when_nothing_changed_the_cursor_stays(
        self, world: World, ada: Customer, account: Account, other: Account
    ) -> None:
        at_end = world.ask(ada, self.DOCUMENT, id=account.id).data["changes"]["cursor"]

        again = world.ask(ada, self.DOCUMENT, id=account.id, after=at_end).data["changes"]
        pay(world, ada, account, other, key="p")
        later = world.ask(ada, self.DOCUMENT, id=account.id, after=at_end).data["changes"]

        assert again == {"entries": [], "cursor": at_end, "more": False}
        assert [entry["sequence"] for entry in later["entries"]] == [3]

    def test_a_stranger_learns_nothing(self, world: World, bob: Customer, account: Account) -> None:
        assert world.ask(bob, self.DOCUMENT, id=account.id).data == {"changes": None}


class TestNode:
    DOCUMENT = "query($id: ID!) { node(id: $id) { __typename id } }"

    def test_finds_each_kind_of_thing(self, world: World, ada: Customer, account: Account, other: Account) -> None:
        journal = pay(world, ada, account, other, key="p")
        days = {"rhythm": "ONCE", "startsOn": "2026-03-12"}
        given = ask.transfer_input(account, other, "1.00", schedule=days)
        order = world.ask(ada, ask.SCHEDULE, input=given).data["scheduleTransfer"]["order"]["id"]

        found = {
            (node["__typename"], node["id"])
            for node in (
                world.ask(ada, self.DOCUMENT, id=wanted).data["node"] for wanted in (ada.id, account.id, journal, order)
            )
        }

        assert found == {("Customer", ada.id), ("Account", account.id), ("Journal", journal), ("TransferOrder", order)}

    @pytest.mark.parametrize(
        "wanted", ["", "x", "acc_", "cus_us_", "stf_01J00000000000000000000001", "a" * 9000, NOWHERE]
    )
    def test_finds_nothing_else(self, world: World, ada: Customer, wanted: str) -> None:
        assert world.ask(ada, self.DOCUMENT, id=wanted).data == {"node": None}

    def test_finds_nothing_of_others(self, world: World, ada: Customer, bob: Customer, other: Account) -> None:
        for wanted in (bob.id, other.id):
            assert world.ask(ada, self.DOCUMENT, id=wanted).data == {"node": None}


class TestCustomersAndAccounts:
    def test_staff_find_a_customer_and_the_accounts(self, world: World, ada: Customer, account: Account) -> None:
        document = """query($id: ID!) { customer(id: $id) { id kind name accounts { edges { node { id relation } } } }
            accounts(customerId: $id) { edges { node { id number } } } }"""

        found = world.ask(OPERATIONS, document, id=ada.id).data

        assert found["customer"]["name"] == "Ada Lovelace"
        assert nodes(found["customer"]["accounts"]) == [{"id": account.id, "relation": "STRANGER"}]
        assert nodes(found["accounts"]) == [{"id": account.id, "number": account.record.number}]

    def test_a_customer_finds_nobody_else(self, world: World, ada: Customer, bob: Customer, other: Account) -> None:
        document = "query($id: ID!) { customer(id: $id) { id } accounts(customerId: $id) { edges { node { id } } } }"

        assert world.ask(ada, document, id=bob.id).data == {"customer": None, "accounts": None}

    def test_without_a_customer_it_is_oneself(self, world: World, ada: Customer, account: Account) -> None:
        found = world.ask(ada, "{ accounts { edges { node { id } } } }").data["accounts"]

        assert [node["id"] for node in nodes(found)] == [account.id]

    def test_a_business_is_one(self, world: World) -> None:
        firm = world.person("Byron & Sons", kind=CustomerKind.BUSINESS)

        assert world.ask(firm, "{ viewer { customer { kind name } } }").data["viewer"]["customer"] == {
            "kind": "BUSINESS",
            "name": "Byron & Sons",
        }

    def test_a_customer_of_another_region_is_said_to_staff(self, world: World) -> None:
        west = World(region="us-west-2")

        answer = world.ask(OPERATIONS, "query($id: ID!) { customer(id: $id) { id } }", id=west.person().id)

        assert answer.codes == ["WRONG_REGION"]


class TestBounds:
    @pytest.mark.parametrize("first", [0, -1, 101, 2_000_000_000])
    def test_a_page_has_one_to_a_hundred_rows(self, world: World, ada: Customer, first: int) -> None:
        document = "query($first: Int!) { viewer { accounts(first: $first) { edges { cursor } } } }"

        answer = world.ask(ada, document, first=first)

        assert (answer.status, answer.codes) == (200, ["LIMIT_EXCEEDED"])

    def test_a_request_reads_only_so_much(
        self, world: World, ada: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "READS_MAX", 3)
        document = """{ viewer { accounts { edges { node { id holds { id } people { since }
            entries { edges { node { sequence } } } } } } } }"""

        answer = world.ask(ada, document)

        assert answer.codes == ["LIMIT_EXCEEDED"]
        assert world.faults == []


def test_a_fault_says_nothing_but_its_correlation(
    world: World, ada: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Posted:
        raise RuntimeError(f"the account of {ada.id}, Ada Lovelace, is torn")

    monkeypatch.setattr(world.accounts, "people_of", broken)
    document = "query($id: ID!) { account(id: $id) { ... on Account { id people { since } } } }"

    answer = world.ask(ada, document, id=account.id)

    assert [error["message"] for error in answer.errors] == ["Internal error"]
    assert answer.errors[0]["extensions"] == {"code": "INTERNAL", "correlationId": "request-1"}
    assert "Lovelace" not in str(answer.body)
    assert len(world.faults) == 1


class TestDeliveries:
    def test_who_had_a_delivery_replayed_or_discarded_is_named(self, world: World) -> None:
        document = "query($id: ID!) { node(id: $id) { ... on PartnerDelivery { state replayedBy discardedBy } } }"
        delivery = world.quarantined()
        assert world.ask(OPERATIONS, document, id=delivery).data == {
            "node": {"state": "QUARANTINED", "replayedBy": None, "discardedBy": None}
        }

        assert world.partners.discard_as_decided(delivery, replays=0, by="stf_2") is None

        assert world.ask(OPERATIONS, document, id=delivery).data == {
            "node": {"state": "QUARANTINED", "replayedBy": None, "discardedBy": "stf_2"}
        }
