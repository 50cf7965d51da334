"""Every command and every look by staff leaves exactly one record."""

from datetime import timedelta

import pytest

from domain.access.model import Group
from domain.accounts.model import Account
from domain.audit.model import AuditRecord
from domain.customers.model import Customer
from domain.ledger.model import Posted
from tests.unit.graph import documents as ask
from tests.unit.graph.world import CLERK, World, clerk

OPERATIONS = clerk(Group.OPERATIONS)
AUDITOR = clerk(Group.AUDITOR, person="stf_01J00000000000000000000002")
VIEW = "query($id: ID!) { account(id: $id) { ... on Account { id ledgerBalance { amount } } } }"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ada(world: World) -> Customer:
    return world.person()


@pytest.fixture
def account(world: World, ada: Customer) -> Account:
    return world.open(ada, deposit_minor=100_000)


@pytest.fixture
def other(world: World) -> Account:
    return world.open(world.person("Bob Byron"))


def records(world: World, customer: Customer) -> list[AuditRecord]:
    return list(reversed(world.audit.by_subject(customer.id).records))


def by(world: World, person: str) -> list[AuditRecord]:
    return list(reversed(world.audit.by_actor(person).records))


def test_a_command_is_recorded_with_whom_it_concerns(
    world: World, ada: Customer, account: Account, other: Account
) -> None:
    world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))

    (record,) = records(world, ada)
    assert (record.person, record.action, record.outcome.value) == (ada.id, "transfer", "ALLOWED")
    assert (record.subject_kind, record.subject_id, record.account) == ("account", account.id, account.id)
    assert (record.source_ip, record.correlation_id, record.channel) == ("192.0.2.7", "request-1", "api")


def test_a_refused_command_is_recorded_with_its_code(
    world: World, ada: Customer, account: Account, other: Account
) -> None:
    world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "9000.00"))

    (record,) = records(world, ada)
    assert (record.outcome.value, record.refusal_code) == ("REFUSED", "INSUFFICIENT_FUNDS")


def test_malformed_input_is_recorded_too(world: World, ada: Customer, account: Account, other: Account) -> None:
    world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1e3"))

    (record,) = records(world, ada)
    assert record.refusal_code == "INPUT_INVALID"


def test_a_command_cut_off_by_a_fault_is_recorded(
    world: World, ada: Customer, account: Account, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Posted:
        raise RuntimeError("torn")

    monkeypatch.setattr(world.transfers, "transfer", broken)

    answer = world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))

    assert answer.codes == ["INTERNAL"]
    (record,) = records(world, ada)
    assert record.outcome.value == "ERROR"


def test_a_preview_is_no_command(world: World, ada: Customer, account: Account, other: Account) -> None:
    world.ask(ada, ask.PREVIEW, input=ask.transfer_input(account, other, "1.00"))

    assert records(world, ada) == []


def test_what_staff_may_not_do_is_recorded(world: World, ada: Customer, account: Account, other: Account) -> None:
    answer = world.ask(AUDITOR, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))

    assert answer.data["transfer"]["code"] == "NOT_ALLOWED"
    (record,) = records(world, ada)
    assert (record.person, record.action, record.refusal_code) == (AUDITOR.person, "transfer", "NOT_ALLOWED")


def test_a_command_on_a_hold_names_the_account_it_turned_out_to_be(
    world: World, ada: Customer, account: Account
) -> None:
    given = {"idempotencyKey": "h", "accountId": account.id, "amount": ask.dollars("1.00")}
    hold = world.ask(ada, ask.PLACE, input=given).data["placeHold"]["holdId"]
    world.clock.move(timedelta(seconds=1))

    world.ask(OPERATIONS, ask.RELEASE, input={"idempotencyKey": "r", "holdId": hold})

    placed, released = records(world, ada)
    assert (placed.action, released.action) == ("place_hold", "release_hold")
    assert (released.subject_id, released.account, released.person) == (hold, account.id, CLERK)


def test_a_customer_looking_at_their_own_leaves_nothing(world: World, ada: Customer, account: Account) -> None:
    world.ask(ada, VIEW, id=account.id)

    assert records(world, ada) == []


def test_staff_looking_at_an_account_leave_one_record(world: World, ada: Customer, account: Account) -> None:
    twice = """query($id: ID!) { a: account(id: $id) { ... on Account { id } }
        b: account(id: $id) { ... on Account { id } } }"""

    world.ask(OPERATIONS, twice, id=account.id)

    (record,) = records(world, ada)
    assert (record.person, record.action, record.account) == (CLERK, "view_account", account.id)


def test_staff_looking_at_a_customer_leave_a_record(world: World, ada: Customer, account: Account) -> None:
    world.ask(OPERATIONS, "query($id: ID!) { customer(id: $id) { name accounts { edges { cursor } } } }", id=ada.id)

    assert sorted(record.action for record in records(world, ada)) == ["view_accounts", "view_customer"]


def test_staff_looking_at_a_journal_leave_a_record_for_each_customer(
    world: World, ada: Customer, account: Account, other: Account
) -> None:
    posted = world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))
    journal = posted.data["transfer"]["transfer"]["id"]

    world.ask(OPERATIONS, "query($id: ID!) { journal(id: $id) { kind } }", id=journal)

    looks = by(world, CLERK)
    assert {(look.action, look.customer) for look in looks} == {
        ("view_journal", account.record.holder),
        ("view_journal", other.record.holder),
    }


def test_a_look_that_is_refused_is_recorded(world: World, ada: Customer, account: Account) -> None:
    admin = clerk(Group.ADMIN)

    answer = world.ask(admin, VIEW, id=account.id)

    assert answer.data == {"account": {}}
    (record,) = records(world, ada)
    assert (record.action, record.outcome.value, record.refusal_code) == ("view_account", "REFUSED", "NOT_FOUND")


class TestReadingTheAudit:
    DOCUMENT = """query($customer: ID, $person: ID, $first: Int! = 25, $after: Cursor, $since: DateTime) {
        auditRecords(customerId: $customer, personId: $person, first: $first, after: $after, since: $since) {
        edges { cursor node { person groups action subjectKind subjectId customerId accountId outcome refusalCode
            sourceIp correlationId channel details { name value } at } } pageInfo { hasNextPage endCursor } } }"""

    def test_an_auditor_reads_what_concerns_a_customer(
        self, world: World, ada: Customer, account: Account, other: Account
    ) -> None:
        for number in range(3):
            world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00", key=f"k{number}"))

        first = world.ask(AUDITOR, self.DOCUMENT, customer=ada.id, first=2).data["auditRecords"]
        after = first["pageInfo"]["endCursor"]
        rest = world.ask(AUDITOR, self.DOCUMENT, customer=ada.id, first=2, after=after).data["auditRecords"]

        assert [edge["node"]["action"] for edge in first["edges"] + rest["edges"]] == ["transfer"] * 3
        assert not rest["pageInfo"]["hasNextPage"]

    def test_an_auditor_reads_what_one_person_did(self, world: World, ada: Customer, account: Account) -> None:
        world.ask(OPERATIONS, VIEW, id=account.id)

        (row,) = world.ask(AUDITOR, self.DOCUMENT, person=CLERK).data["auditRecords"]["edges"]

        assert row["node"]["action"] == "view_account"
        assert row["node"]["groups"] == ["operations"]

    def test_a_cursor_of_another_filter_does_not_open(
        self, world: World, ada: Customer, account: Account, other: Account
    ) -> None:
        world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))
        found = world.ask(AUDITOR, self.DOCUMENT, customer=ada.id).data["auditRecords"]
        cursor = found["edges"][0]["cursor"]

        since = "2026-01-01T00:00:00Z"
        assert world.ask(AUDITOR, self.DOCUMENT, customer=ada.id, after=cursor, since=since).codes == ["INVALID_CURSOR"]

    @pytest.mark.parametrize("group", [group for group in Group if group not in (Group.AUDITOR, Group.COMPLIANCE)])
    def test_nobody_else_reads_it(self, world: World, ada: Customer, group: Group) -> None:
        who = ada if group is Group.CUSTOMER else clerk(group)

        assert world.ask(who, self.DOCUMENT, customer=ada.id).data == {"auditRecords": None}

    @pytest.mark.parametrize("given", [{}, {"customer": "c", "person": "p"}, {"customer": ""}])
    def test_exactly_one_of_two_is_asked(self, world: World, given: dict[str, str]) -> None:
        assert world.ask(AUDITOR, self.DOCUMENT, **given).codes == ["INPUT_TYPE_WRONG"]
