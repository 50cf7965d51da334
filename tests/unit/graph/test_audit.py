"""Every command and every look by staff leaves exactly one record, a command before it takes place."""

from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.accounts.model import Account
from domain.audit.model import AuditRecord
from domain.audit.store_memory import MemoryAuditStore
from domain.customers.model import Customer
from domain.ledger.model import Posted
from domain.transfers.model import Rhythm, Schedule
from tests.unit.accounts.house import acting
from tests.unit.graph import documents as ask
from tests.unit.graph.world import CLERK, World, clerk
from tests.unit.transfers.desk import wish

OPERATIONS = clerk(Group.OPERATIONS)
AUDITOR = clerk(Group.AUDITOR, person="stf_01J00000000000000000000002")
NODE = "query($id: ID!) { node(id: $id) { id } }"
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
    return of(world, customer.id)


def of(world: World, subject: str) -> list[AuditRecord]:
    return list(reversed(world.audit.by_subject(subject).records))


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


def test_a_command_is_on_record_before_it_takes_place(
    world: World, ada: Customer, account: Account, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[AuditRecord] = []
    transfer = world.transfers.transfer

    def watched(*given: Any, **more: Any) -> object:
        seen.extend(records(world, ada))
        return transfer(*given, **more)

    monkeypatch.setattr(world.transfers, "transfer", watched)
    world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))

    (before,), (after,) = seen, records(world, ada)
    assert (before.outcome.value, after.outcome.value) == ("OUTCOME_UNKNOWN", "ALLOWED")
    assert (before.id, before.account, before.source_ip) == (after.id, account.id, "192.0.2.7")


def test_a_command_that_posts_names_the_journal_it_leads_to(
    world: World, ada: Customer, account: Account, other: Account
) -> None:
    held = {"accountId": account.id, "amount": ask.dollars("2.00")}
    taken = {"amount": ask.dollars("1.00"), "destination": ask.by_numbers(other), "final": False}
    moved = world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00")).data["transfer"]
    hold = world.ask(ada, ask.PLACE, input={"idempotencyKey": "hold", **held}).data["placeHold"]["holdId"]
    world.ask(ada, ask.CAPTURE, input={"idempotencyKey": "capture", "holdId": hold, **taken})
    world.ask(ada, ask.RELEASE, input={"idempotencyKey": "release", "holdId": hold})
    journal = moved["transfer"]["id"]
    world.ask(OPERATIONS, ask.REVERSE, input={"idempotencyKey": "undo", "journalId": journal})
    world.ask(OPERATIONS, ask.FREEZE, input={"idempotencyKey": "f", "accountId": account.id, "debitsOnly": False})
    world.ask(OPERATIONS, ask.THAW, input={"idempotencyKey": "t", "accountId": account.id})
    world.ask(ada, ask.CLOSE, input={"idempotencyKey": "c", "accountId": account.id})

    found = {row.action: world.ledger.journal(str(row.detail["journal"])) for row in records(world, ada)}
    assert {action: found and found.kind for action, found in found.items()} == {
        "transfer": "transfer",
        "place_hold": "hold_placed",
        "capture_hold": "hold_captured",
        "release_hold": "hold_released",
        "reverse_journal": "reversal",
        "freeze_account": "account_frozen",
        "thaw_account": "account_thawed",
        "close_account": "account_closed",
    }


def test_a_command_whose_process_dies_stays_on_record_with_its_outcome_unknown(
    world: World, ada: Customer, account: Account, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        pass

    def dies(*_: object, **__: object) -> Posted:
        raise Death

    monkeypatch.setattr(world.transfers, "transfer", dies)
    with pytest.raises(Death):
        world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))

    shown = world.ask(AUDITOR, TestReadingTheAudit.DOCUMENT, customer=ada.id).data["auditRecords"]["edges"]
    assert [(edge["node"]["action"], edge["node"]["outcome"]) for edge in shown] == [("transfer", "OUTCOME_UNKNOWN")]


def test_a_command_that_cannot_be_put_on_record_is_not_carried_out(
    world: World, ada: Customer, account: Account, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise ConnectionError("the audit is gone")

    journals = dict(world.ledger_store.journals)
    monkeypatch.setattr(MemoryAuditStore, "add", away)

    answer = world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))

    assert answer.codes == ["INTERNAL"]
    assert world.ledger_store.journals == journals


def test_a_look_that_cannot_be_put_on_record_shows_nothing(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise ConnectionError("the audit is gone")

    monkeypatch.setattr(MemoryAuditStore, "add", away)

    answer = world.ask(OPERATIONS, VIEW, id=account.id)

    assert answer.codes == ["INTERNAL"]
    assert not answer.body["data"]


def test_what_is_refused_before_it_begins_is_written_once(
    world: World, ada: Customer, account: Account, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[AuditRecord] = []
    end = MemoryAuditStore.end

    def counted(store: MemoryAuditStore, record: AuditRecord) -> bool:
        ends.append(record)
        return end(store, record)

    monkeypatch.setattr(MemoryAuditStore, "end", counted)

    world.ask(AUDITOR, ask.TRANSFER, input=ask.transfer_input(account, other, "1.00"))
    world.ask(AUDITOR, VIEW, id=account.id)
    world.ask(ada, ask.TRANSFER, input=ask.transfer_input(account, other, "9000.00"))

    assert [record.refusal_code for record in ends] == ["INSUFFICIENT_FUNDS"]


def test_whose_it_was_is_on_record_even_if_nothing_came_of_it(
    world: World, ada: Customer, account: Account, other: Account
) -> None:
    """Strangers named a hold, a journal, an account and a transfer order of hers."""
    given = {"idempotencyKey": "h", "accountId": account.id, "amount": ask.dollars("1.00")}
    hold = world.ask(ada, ask.PLACE, input=given).data["placeHold"]["holdId"]
    day = (world.clock.now() + timedelta(days=2)).date()
    once = Schedule(rhythm=Rhythm.ONCE, starts_on=day)
    order = world.order(acting(ada), wish(account, other, 100), once)
    mallory = world.person("Mallory")
    key = {"idempotencyKey": "m"}

    world.ask(mallory, ask.RELEASE, input={**key, "holdId": hold})
    world.ask(OPERATIONS, ask.REVERSE, input={**key, "journalId": hold.replace("hld_", "jrn_")})
    world.ask(mallory, ask.CLOSE, input={**key, "accountId": account.id})
    world.ask(mallory, ask.CANCEL, input={"orderId": order.id})

    found = [(row.person, row.action, row.refusal_code, row.account) for row in records(world, ada) if row.refusal_code]
    assert sorted(found) == sorted(
        [
            (mallory.id, "release_hold", "NOT_FOUND", account.id),
            (CLERK, "reverse_journal", "NOT_REVERSIBLE", account.id),
            (mallory.id, "close_account", "NOT_FOUND", account.id),
            (mallory.id, "cancel_transfer_order", "NOT_FOUND", account.id),
        ]
    )


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


def test_a_look_at_what_a_partner_delivered_is_recorded_shown_or_not(world: World) -> None:
    delivery = world.quarantined()
    analyst = clerk(Group.FRAUD_ANALYST, person="stf_01J00000000000000000000009")

    for who in (OPERATIONS, analyst):
        world.ask(who, NODE, id=delivery)

    written = of(world, delivery)
    assert {(found.action, found.subject_kind) for found in written} == {("view_partner_delivery", "partner_delivery")}
    assert sorted((found.person, found.refusal_code) for found in written) == [
        (CLERK, None),
        (analyst.person, "NOT_FOUND"),
    ]


@pytest.mark.parametrize("unlike", ["dlv_1", "dlv_" + "x" * 26, "dlv_" + "0" * 200, "DLV_01J00000000000000000000001"])
def test_for_what_is_no_id_of_a_delivery_nobody_is_asked(
    world: World, unlike: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.partners, "_store", None)

    assert world.ask(OPERATIONS, NODE, id=unlike).data == {"node": None}
    assert by(world, CLERK) == []


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
