"""Counterparties through the schema: who sees what of them, and what is never shown."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.customers.model import Customer
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk
from tests.unit.transfers.desk import TODAY

NUMBER = "Chk-00123456789"
LIST = """query($first: Int!, $after: Cursor) { viewer { counterparties(first: $first, after: $after) {
  edges { node { id maskedNumber } } pageInfo { hasNextPage endCursor } } } }"""
NODE = """query($id: ID!) { node(id: $id) { ... on Counterparty { id customerId name routingNumber maskedNumber
  accountType holderKind status addedAt closedAt changes { code parts }
  verification { method status attempt settledOn liveFrom failure answersUsed answersAllowed } } } }"""
OF_CUSTOMER = "query($id: ID!) { customer(id: $id) { counterparties { edges { node { id name } } } } }"
TICK = timedelta(seconds=1)


class Town:
    def __init__(self) -> None:
        self.world = World()
        self.ada = self.world.person()

    def done(self, document: str, who: Customer | None = None, **given: Any) -> dict[str, Any]:
        (answer,) = self.world.ask(who or self.ada, document, input=given).data.values()
        found: dict[str, Any] = answer
        return found

    def added(self, number: str = NUMBER, *, key: str = "c-1") -> str:
        answer = self.done(ask.ADD_COUNTERPARTY, **ask.counterparty_input(key=key, accountNumber=number))
        found: str = answer["counterparty"]["id"]
        return found

    def credited(self) -> tuple[str, list[dict[str, str]]]:
        """A counterparty with micro-entries on its way, and what they are."""
        added = self.added()
        self.done(ask.VERIFY, idempotencyKey="v", counterpartyId=added, method="MICRO_ENTRIES")
        return added, [ask.dollars(f"0.{cents:02d}") for cents in self.world.rail.micro_entries[added, 1]]


def test_one_is_added_and_shows_the_end_of_its_number() -> None:
    town = Town()
    answer = town.done(ask.ADD_COUNTERPARTY, **ask.counterparty_input())
    assert answer["__typename"] == "AddCounterpartySuccess"
    assert {name: answer["counterparty"][name] for name in ("name", "maskedNumber", "status", "verification")} == {
        "name": "Grace Hopper",
        "maskedNumber": "••6789",
        "status": "UNVERIFIED",
        "verification": None,
    }


def test_what_is_wrong_with_it_is_told_where_it_stands_in_the_input() -> None:
    given = ask.counterparty_input(key="k", name="", routingNumber="981000019", accountNumber="!")
    answer = Town().done(ask.ADD_COUNTERPARTY, **given)
    assert [(fault["path"], fault["code"]) for fault in answer["fields"]] == [
        (["name"], "NAME_MALFORMED"),
        (["routingNumber"], "ROUTING_NUMBER_OWN"),
        (["accountNumber"], "ACCOUNT_NUMBER_MALFORMED"),
    ]


def test_the_same_account_twice_names_the_first() -> None:
    town = Town()
    first = town.added()
    answer = town.done(ask.ADD_COUNTERPARTY, **ask.counterparty_input(key="c-2"))
    assert (answer["code"], answer["counterpartyId"]) == ("COUNTERPARTY_EXISTS", first)


def test_micro_entries_are_confirmed() -> None:
    town = Town()
    added, amounts = town.credited()
    given: dict[str, Any] = {"idempotencyKey": "a", "counterpartyId": added, "amounts": amounts[::-1]}
    answer = town.done(ask.CONFIRM, **given)["counterparty"]
    assert answer["status"] == "VERIFIED"
    assert answer["verification"]["liveFrom"] == TODAY.isoformat()


def test_aliases_of_one_request_are_refused_as_a_whole_and_count_nothing() -> None:
    """One change a request: nobody guesses the amounts under several names."""
    town = Town()
    added, _ = town.credited()
    guesses = " ".join(
        f'g{n}: confirmMicroEntries(input: {{idempotencyKey: "g{n}", counterpartyId: "{added}", amounts: ['
        f'{{amount: "0.0{n}", currency: "USD"}}, {{amount: "0.0{n}", currency: "USD"}}]}}) {{ __typename }}'
        for n in range(1, 3)
    )
    answer = town.world.ask(town.ada, f"mutation {{ {guesses} }}")
    assert (answer.codes, answer.body.get("data")) == (["LIMIT_EXCEEDED"], None)
    stored = town.world.counterparty_store.counterparty(added)
    assert stored
    assert stored.verification
    assert stored.verification.answers_used == 0


def test_the_third_wrong_answer_is_the_last() -> None:
    town = Town()
    added, _ = town.credited()
    same = [ask.dollars("0.05")] * 2
    answers = [town.done(ask.CONFIRM, idempotencyKey=f"a{n}", counterpartyId=added, amounts=same) for n in range(4)]
    assert [answer.get("answersLeft") for answer in answers] == [2, 1, 0, None]
    assert answers[3]["code"] == "NOTHING_TO_CONFIRM"


@pytest.mark.parametrize(
    ("amounts", "fault"),
    [
        ([], (["amounts"], "AMOUNTS_MALFORMED")),
        ([("0.01", "USD")], (["amounts"], "AMOUNTS_MALFORMED")),
        ([("0.01", "USD")] * 50, (["amounts"], "AMOUNTS_MALFORMED")),
        ([("0.01", "USD"), ("1.00", "USD")], (["amounts"], "AMOUNTS_MALFORMED")),
        ([("0.01", "USD"), ("0.02", "EUR")], (["amounts"], "CURRENCY_UNFIT")),
        ([("0.01", "USD"), ("0.021", "USD")], (["amounts", "1", "amount"], "AMOUNT_MALFORMED")),
        ([("0.01", "USD"), ("0.02", "XXX")], (["amounts", "1", "currency"], "CURRENCY_UNKNOWN")),
    ],
)
def test_amounts_that_cannot_be_the_right_ones_are_told_and_not_counted(
    amounts: list[tuple[str, str]], fault: tuple[list[str], str]
) -> None:
    town = Town()
    added, _ = town.credited()
    given = [ask.dollars(*one) for one in amounts]
    answer = town.done(ask.CONFIRM, idempotencyKey="a", counterpartyId=added, amounts=given)
    assert [(one["path"], one["code"]) for one in answer["fields"]] == [fault]
    stored = town.world.counterparty_store.counterparty(added)
    assert stored
    assert stored.verification
    assert stored.verification.answers_used == 0


def test_ones_own_are_listed_page_by_page_and_nobody_elses() -> None:
    town = Town()
    added = []
    for n in range(3):
        town.world.clock.move(TICK)
        added.append(town.added(f"00112233{n}", key=f"k{n}"))
    first = town.world.ask(town.ada, LIST, first=2).data["viewer"]["counterparties"]
    assert first["pageInfo"]["hasNextPage"]
    rest = town.world.ask(town.ada, LIST, first=2, after=first["pageInfo"]["endCursor"]).data["viewer"]
    found = [edge["node"]["id"] for edge in (*first["edges"], *rest["counterparties"]["edges"])]
    assert found == added[::-1]
    bob = town.world.person("Bob Byron")
    assert town.world.ask(bob, LIST, first=2).data["viewer"]["counterparties"]["edges"] == []
    stolen = town.world.ask(bob, LIST, first=2, after=first["pageInfo"]["endCursor"])
    assert stolen.codes == ["INVALID_CURSOR"]


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (Group.OPERATIONS, "Grace Hopper"),
        (Group.FRAUD_ANALYST, "Grace Hopper"),
        (Group.AUDITOR, "Grace Hopper"),
        (Group.FINANCE, "G. H."),
    ],
)
def test_staff_see_names_as_the_table_says_and_their_looks_are_on_record(group: Group, name: str) -> None:
    town = Town()
    added = town.added()
    staff = clerk(group)
    assert town.world.ask(staff, NODE, id=added).data["node"]["name"] == name
    listed = town.world.ask(staff, OF_CUSTOMER, id=town.ada.id).data["customer"]["counterparties"]["edges"]
    assert listed == [{"node": {"id": added, "name": name}}]
    looks = [(record.action, record.subject_id) for record in town.world.audited(town.ada)]
    assert ("view_counterparty", added) in looks
    assert ("view_counterparties", town.ada.id) in looks


def test_to_others_there_is_none() -> None:
    town = Town()
    added = town.added()
    for who in (town.world.person("Bob Byron"), clerk(Group.ADMIN)):
        assert town.world.ask(who, NODE, id=added).data["node"] is None
        for document, given in (
            (ask.CLOSE_COUNTERPARTY, {}),
            (ask.VERIFY, {"idempotencyKey": "k", "method": "PRENOTE"}),
            (ask.CONFIRM, {"idempotencyKey": "k", "amounts": [ask.dollars("0.01"), ask.dollars("0.02")]}),
        ):
            (answer,) = town.world.ask(who, document, input={"counterpartyId": added, **given}).data.values()
            assert answer["code"] == ("NOT_FOUND" if isinstance(who, Customer) else "NOT_ALLOWED")


def test_every_change_is_on_record_for_the_customer_and_tells_no_number() -> None:
    town = Town()
    added, amounts = town.credited()
    town.done(ask.CONFIRM, idempotencyKey="a", counterpartyId=added, amounts=amounts)
    town.done(ask.CLOSE_COUNTERPARTY, counterpartyId=added)
    records = town.world.audited(town.ada)
    assert {(record.action, record.subject_id) for record in records} == {
        ("add_counterparty", town.ada.id),
        ("verify_counterparty", added),
        ("confirm_micro_entries", added),
        ("close_counterparty", added),
    }
    assert NUMBER not in repr(records)
    assert "Grace" not in repr(records)


def test_after_an_erasure_the_list_still_has_its_masks() -> None:
    town = Town()
    added = town.added()
    town.world.customers.erase(town.ada.id)
    node = town.world.ask(clerk(Group.COMPLIANCE), NODE, id=added).data["node"]
    assert (node["name"], node["maskedNumber"]) == (None, "••6789")
    answer = town.done(ask.VERIFY, idempotencyKey="v", counterpartyId=added, method="MICRO_ENTRIES")
    assert answer["code"] == "SHREDDED"


def test_a_full_number_is_in_no_answer() -> None:
    town = Town()
    added, amounts = town.credited()
    answers = [
        town.world.ask(town.ada, NODE, id=added).body,
        town.world.ask(clerk(Group.OPERATIONS), NODE, id=added).body,
        town.done(ask.ADD_COUNTERPARTY, **ask.counterparty_input()),
        town.done(ask.CONFIRM, idempotencyKey="a", counterpartyId=added, amounts=amounts),
    ]
    assert "0012345" not in json.dumps(answers)


def test_a_counterparty_of_another_region_is_asked_there() -> None:
    west = "cpy_us1000_01K90000000000000000000000"
    town = Town()
    assert town.world.ask(town.ada, NODE, id=west).codes == ["WRONG_REGION"]
    assert town.done(ask.CLOSE_COUNTERPARTY, counterpartyId=west)["code"] == "WRONG_REGION"
