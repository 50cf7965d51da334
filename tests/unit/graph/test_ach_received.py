"""What staff are shown of what came in by ACH, how they send an entry back, and on whose record it stands."""

from datetime import timedelta
from typing import Any

from domain.access.model import Group
from domain.customers.model import Customer
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk
from tests.unit.rails.ach.partner import Sheet

LIST = """query($first: Int!, $after: Cursor) { achReceivedFiles(first: $first, after: $after) {
  edges { node { id status findingCount findings { code } } } pageInfo { hasNextPage endCursor } } }"""
FILE = """query($id: ID!, $after: Cursor) { node(id: $id) { ... on AchReceivedFile { entryCount credits { amount }
  entries(first: 1, after: $after) { edges { node { id kind status amount { amount } accountId paymentId fileId } }
    pageInfo { hasNextPage endCursor } } } } }"""
PAYMENT = "query($id: ID!) { node(id: $id) { ... on AchCreditReceived { fileId entryId } } }"
CLERK = clerk(Group.OPERATIONS)


def a_world() -> tuple[World, Customer, dict[str, str]]:
    """Two credits of one file for one customer; the payment of the first, with its file and entry."""
    world = World()
    ada = world.person()
    account = world.open(ada)
    sheet = Sheet(made_at=world.clock.now())
    for minor in (3_00, 4_00):
        sheet.add(account.record.number, minor)
    first, _ = world.came_in(sheet)
    found: dict[str, str] = {"payment": first.id, **world.ask(CLERK, PAYMENT, id=first.id).data["node"]}
    return world, ada, found | {"account": account.id}


def row(answer: Any) -> Any:
    (edge,) = answer["edges"]
    return edge["node"]


def test_a_payment_that_came_in_leads_to_its_file_and_the_entries_in_it() -> None:
    world, _, known = a_world()

    seen = world.ask(CLERK, FILE, id=known["fileId"]).data["node"]

    assert (seen["entryCount"], seen["credits"]["amount"]) == (2, "7.00")
    assert row(seen["entries"]) == {
        "id": known["entryId"],
        "kind": "CREDIT",
        "status": "POSTED",
        "amount": {"amount": "3.00"},
        "accountId": known["account"],
        "paymentId": known["payment"],
        "fileId": known["fileId"],
    }


def test_entries_are_paged_by_their_lines() -> None:
    world, _, known = a_world()
    first = world.ask(CLERK, FILE, id=known["fileId"]).data["node"]["entries"]
    assert first["pageInfo"]["hasNextPage"]

    rest = world.ask(CLERK, FILE, id=known["fileId"], after=first["pageInfo"]["endCursor"]).data["node"]["entries"]

    assert row(rest)["amount"] == {"amount": "4.00"}
    assert not rest["pageInfo"]["hasNextPage"]


def test_files_are_listed_the_latest_first_with_what_is_wrong_with_them() -> None:
    world, _, known = a_world()
    world.clock.instant += timedelta(minutes=1)
    bad = world.incoming.files.work(world.put(b"101 is all that there is").id)

    first = world.ask(CLERK, LIST, first=1).data["achReceivedFiles"]
    rest = world.ask(CLERK, LIST, first=1, after=first["pageInfo"]["endCursor"]).data["achReceivedFiles"]

    assert row(first)["id"] == bad.id
    assert row(first)["status"] == "QUARANTINED"
    assert len(row(first)["findings"]) == row(first)["findingCount"] > 0
    assert row(rest) == {"id": known["fileId"], "status": "DONE", "findingCount": 0, "findings": []}
    assert not rest["pageInfo"]["hasNextPage"]


def test_customers_are_shown_neither_files_nor_entries_nor_their_ids() -> None:
    world, ada, known = a_world()

    assert world.ask(ada, LIST, first=1).data["achReceivedFiles"] is None
    assert world.ask(ada, FILE, id=known["fileId"]).data["node"] is None
    assert world.ask(ada, PAYMENT, id=known["payment"]).data["node"] == {"fileId": None, "entryId": None}


def test_a_look_at_entries_is_on_record_for_their_customer() -> None:
    world, ada, known = a_world()

    world.ask(CLERK, FILE, id=known["fileId"])

    asked = """query($id: ID!) { auditRecords(customerId: $id, first: 20) { edges { node { action subjectId } } } }"""
    found = world.ask(clerk(Group.AUDITOR), asked, id=ada.id).data["auditRecords"]["edges"]
    looks = [(edge["node"]["action"], edge["node"]["subjectId"]) for edge in found]
    assert ("view_received_ach_entry", known["entryId"]) in looks


def sent_back(world: World, entry: str, **given: Any) -> Any:
    asked = {"idempotencyKey": "back", "entryId": entry, **given}
    return world.ask(CLERK, ask.RETURN_ENTRY, input=asked).data["returnAchEntry"]


def a_debit(world: World, owner: Customer) -> str:
    account = world.open(owner, key="debited", deposit_minor=10_00)
    sheet = Sheet(made_at=world.clock.now(), modifier="B")
    sheet.add(account.record.number, 3_00, code="27")
    (debit,) = world.came_in(sheet)
    assert debit.progress.entry
    return debit.progress.entry


def test_an_entry_that_is_posted_goes_back_and_says_who_asked() -> None:
    world, _, known = a_world()

    answer = sent_back(world, known["entryId"], decision="UNPROCESSABLE")

    assert answer["__typename"] == "ReturnAchEntrySuccess", answer
    told = {name: answer["entry"][name] for name in ("status", "returnCode", "reasonCode", "askedBy")}
    assert told == {
        "status": "RETURN_QUEUED",
        "returnCode": "R17",
        "reasonCode": "UNPROCESSABLE",
        "askedBy": CLERK.person,
    }
    assert sent_back(world, known["entryId"], decision="UNPROCESSABLE") == answer


def test_a_consumer_denies_a_debit_in_writing_or_it_stays_posted() -> None:
    world, ada, _ = a_world()
    entry = a_debit(world, ada)

    without = sent_back(world, entry, decision="UNAUTHORISED")
    answer = sent_back(world, entry, decision="UNAUTHORISED", statementReceived=True)

    assert (without["code"], without["reasonCode"]) == ("ANSWER_NOT_ALLOWED", "STATEMENT_MISSING")
    assert answer["entry"]["returnCode"] == "R10"


def test_what_goes_back_already_and_what_is_not_there_is_refused() -> None:
    world, _, known = a_world()
    sent_back(world, known["entryId"], decision="UNPROCESSABLE")

    other = sent_back(world, known["entryId"], decision="UNPROCESSABLE", idempotencyKey="other")
    reused = sent_back(world, known["entryId"], decision="QUESTIONABLE")
    nothing = sent_back(world, f"rce_us9999_{'a' * 32}", decision="UNPROCESSABLE")

    assert (other["code"], other["state"]) == ("ENTRY_NOT_PENDING", "RETURN_QUEUED")
    assert reused["code"] == "RETURN_KEY_REUSED"
    assert nothing["code"] == "NOT_FOUND"


def test_sending_back_is_on_record_for_the_customer_of_the_entry() -> None:
    world, ada, known = a_world()

    sent_back(world, known["entryId"], decision="UNPROCESSABLE")

    asked = (
        "query($id: ID!) { auditRecords(customerId: $id, first: 20) { edges { node { action outcome accountId } } } }"
    )
    found = world.ask(clerk(Group.AUDITOR), asked, id=ada.id).data["auditRecords"]["edges"]
    record = {"action": "return_ach_entry", "outcome": "ALLOWED", "accountId": known["account"]}
    assert record in [edge["node"] for edge in found]
