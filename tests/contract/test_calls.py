"""No list costs a call a row: every connection is asked for two rows and for twenty-five, with each field of its rows
in turn and all that hangs on it, over the real stores. What grows with the rows all the same is named here, and why.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from moto import mock_aws

from domain.access.model import Approval, Group, Relation
from domain.access.rules import APPROVAL_LIFETIME_MAX
from domain.access.service import proposal_of
from domain.accounts.model import Account, Related
from domain.calendars import calendar_day
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Resolution, Stage, Subject
from domain.counterparties.model import Counterparty
from domain.fraud.kinds import Family, Scope
from domain.fraud.registry_model import ArtefactKind, Lineage, Version
from domain.ids import entry_id, internal_account, payment_id, received_entry_id
from domain.money import Money
from domain.notices.kinds import NoticeKind
from domain.payments.kinds import DRIVEN_BY_STEPS, Event, PaymentKind
from domain.payments.model import BANK, AchTerms, Payment, Speed
from domain.rails.ach.incoming_kinds import ReceivedFileState
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import REMITTANCE, AchFile, Entry
from domain.transfers.model import Occurrence, OccurrenceOutcome, Rhythm, Schedule, Transfer, TransferOrder, Wish
from domain.transfers.store_dynamodb import BY_DUE, DynamoDBOrderStore
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import Documents, core_schema
from graph.exposure import Exposure
from graph.schema import schema
from graph.view import Request, answer
from tests.contract import received
from tests.unit.functions.ach_life import RECEIVER
from tests.unit.functions.judged_life import in_review
from tests.unit.functions.region import REGION, SETTINGS, Deployed, acting, staff_of
from tests.unit.graph.fraud_house import rules_document
from tests.unit.transfers.desk import by_number

CORE: Final = core_schema(schema)
DOCUMENTS: Final = Documents(schema, Exposure.CLOSED, {})
FEW: Final = 2
MANY: Final = 25
FIRST_LINES: Final = 8
"""The first lines of an account have no counterparties; the last of these have."""
CLERK: Final = "stf_01J00000000000000000000001"
OWNER, OPERATIONS, AUDITOR, ANALYST = "owner", "operations", "auditor", "analyst"

WHY: Final[Mapping[str, Any]] = {
    "outcome": OccurrenceOutcome.MISSED,
    "refusal_code": "OCCURRENCE_MISSED",
    "refusal_message": "It was too late.",
}

HEAD: Final = 1
"""The last line of a log is found by a query of its own partition, and no call asks two: one for each account."""
PAGE: Final = 1
"""So is a page of what belongs to a row."""
KEY: Final = 2
"""The data key of a customer is read and unwrapped by KMS, one at a time, and then kept for five minutes."""

CONNECTIONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "Viewer.accounts": (OWNER, "{ viewer { accounts(first: $n) { edges { node { FIELD } } } } }", HEAD),
    "Query.accounts": (OPERATIONS, "{ accounts(customerId: $ada, first: $n) { edges { node { FIELD } } } }", HEAD),
    "Customer.accounts": (
        OPERATIONS,
        "{ customer(id: $ada) { accounts(first: $n) { edges { node { FIELD } } } } }",
        HEAD,
    ),
    "Viewer.notices": (OWNER, "{ viewer { notices(first: $n) { edges { node { FIELD } } } } }", 0),
    "Account.entries": (
        OWNER,
        "{ node(id: $account) { ... on Account { entries(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Account.entries, by staff": (
        OPERATIONS,
        "{ node(id: $account) { ... on Account { entries(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Query.changes": (OWNER, "{ changes(accountId: $account, first: $n) { entries { FIELD } } }", 0),
    "Account.transferOrders": (
        OWNER,
        "{ node(id: $account) { ... on Account { transferOrders(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Account.transferReviews": (
        OWNER,
        "{ node(id: $account) { ... on Account { transferReviews(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "TransferOrder.occurrences": (
        OWNER,
        "{ node(id: $order) { ... on TransferOrder { occurrences(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Query.partnerDeliveries": (
        OPERATIONS,
        '{ partnerDeliveries(partner: "sponsor", first: $n) { edges { node { FIELD } } } }',
        0,
    ),
    "Query.auditRecords": (
        AUDITOR,
        "{ auditRecords(customerId: $ada, first: $n) { edges { node { FIELD } } } }",
        0,
    ),
    "Query.cases": (OPERATIONS, "{ cases(first: $n) { edges { node { FIELD } } } }", 0),
    "Query.approvals": (OPERATIONS, "{ approvals(first: $n) { edges { node { FIELD } } } }", 0),
    "Viewer.counterparties": (OWNER, "{ viewer { counterparties(first: $n) { edges { node { FIELD } } } } }", 0),
    "Customer.counterparties": (
        OPERATIONS,
        "{ customer(id: $ada) { counterparties(first: $n) { edges { node { FIELD } } } } }",
        0,
    ),
    "Account.payments": (
        OWNER,
        "{ node(id: $account) { ... on Account { payments(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Account.payments, by staff": (
        OPERATIONS,
        "{ node(id: $account) { ... on Account { payments(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "AchCredit.timeline": (
        OWNER,
        "{ node(id: $credit) { ... on AchCredit { timeline(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "AchDebit.timeline": (
        OWNER,
        "{ node(id: $debit) { ... on AchDebit { timeline(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "AchCreditReceived.timeline": (
        OWNER,
        "{ node(id: $came) { ... on AchCreditReceived { timeline(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "AchDebitReceived.timeline": (
        OWNER,
        "{ node(id: $went) { ... on AchDebitReceived { timeline(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Query.achFiles": (OPERATIONS, "{ achFiles(first: $n) { edges { node { FIELD } } } }", 0),
    "AchFile.entries": (
        OPERATIONS,
        "{ node(id: $file) { ... on AchFile { entries(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Query.achReceivedFiles": (OPERATIONS, "{ achReceivedFiles(first: $n) { edges { node { FIELD } } } }", 0),
    "AchReceivedFile.entries": (
        OPERATIONS,
        "{ node(id: $inbound) { ... on AchReceivedFile { entries(first: $n) { edges { node { FIELD } } } } } }",
        0,
    ),
    "Query.fraudDecisions": (
        ANALYST,
        "{ fraudDecisions(customerId: $ada, first: $n) { edges { node { FIELD } } } }",
        0,
    ),
    "Query.fraudVersions": (
        ANALYST,
        "{ fraudVersions(scope: TRANSFER, kind: RULES, first: $n) { edges { node { FIELD } } } }",
        0,
    ),
    "Query.fraudListEntries": (
        ANALYST,
        "{ fraudListEntries(scope: TRANSFER, first: $n) { edges { node { FIELD } } } }",
        0,
    ),
}
"""Who asks, how, and what every row costs whatever is asked of it."""

OF_MANY_CUSTOMERS: Final = {"Transfer.memo", "AccountPerson.displayName"}
"""What is sealed under keys of others: tried by itself below."""
GROWS: Final[Mapping[str, int]] = {
    "Account.entries": PAGE,
    "Account.people": PAGE,
    "Account.transferOrders": PAGE + 2,  # who asks is checked again by the service; the orders come in one call
    "Account.transferReviews": PAGE + 2,  # likewise
    "TransferOrder.occurrences": PAGE + 2,  # as above, with the order
    "Account.payments": PAGE + 1,  # they come in one call
    "Payment.timeline": PAGE,
    "AchFile.entries": PAGE + 2,  # they come in one call, and that they were looked at is written in one
    "AchReceivedFile.entries": PAGE + 2,  # likewise
    "FraudVersion.document": 2,  # each from the bucket, with its version: whoever looks at documents looks at one
    "FraudVersion.rules": 2,  # likewise
}
"""Fields of rows that cost calls of their own for each row."""


class Life:
    """Ada has many of everything, and is paid by many."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed, self.bank = deployed, deployed.bank
        self.ada, self.account = deployed.person("ada")
        self.peer, self.paid = deployed.person("ben")
        self.days = Schedule(rhythm=Rhythm.WEEKLY, starts_on=self.today + timedelta(days=3))
        accounts = [self.account, *map(self._opened, range(MANY))]
        self.counterparties = [self._added(number) for number in range(MANY)]
        self.orders = [self._lived(account) for account in accounts]
        for number in range(MANY):
            self._reviewed(number)
        self._much_of_one()
        for number, account in enumerate(accounts[1:]):
            self._looked_at(account, number)
        self.credit, self.debit = (self._long_on_its_way(kind) for kind in DRIVEN_BY_STEPS)
        self.received = [self._often_pended(kind) for kind in PaymentKind if kind not in DRIVEN_BY_STEPS]
        self.files = [self._file(number) for number in range(MANY)]
        self.received_files = [self._received_file(number) for number in range(MANY)]
        self._work()
        self._governed()

    @property
    def today(self) -> date:
        return calendar_day(self.bank.settings.jurisdiction, self.deployed.clock.now())

    def _opened(self, number: int) -> Account:
        opened = self.bank.accounts.open_account(
            acting(self.ada), customer=self.ada, product="checking", currency="USD", key=f"more-{number}"
        )
        assert isinstance(opened, Account), opened
        return opened

    def _lived(self, account: Account) -> TransferOrder:
        """Money, a hold that the last line does not list, an order and a payment."""
        vault = internal_account("us", "USD", "vault_cash")
        self.deployed.post("cash_deposit", initiator=vault, destination=account.id)
        self.deployed.post("hold_placed", account=account.id, minor=1_00)
        self.deployed.post("cash_deposit", initiator=vault, destination=account.id)
        self._sent(account, 0)
        return self._ordered(account, "first")

    def _ordered(self, account: Account, key: str) -> TransferOrder:
        wish = Wish(account.id, by_number(self.paid), Money(1, "USD"), "rent")
        order = self.bank.orders.schedule(acting(self.ada), wish, days=self.days, key=key)
        assert isinstance(order, TransferOrder), order
        return order

    def _much_of_one(self) -> None:
        store = DynamoDBOrderStore(self.bank.table(SETTINGS["FLORIN_TRANSFERS_TABLE"], BY_DUE), region=REGION)
        for number in range(MANY):
            self._ordered(self.account, f"more-{number}")
            day, now = self.today - timedelta(days=number), self.deployed.clock.now()
            store.settle(Occurrence(order=self.orders[0].id, on=day, late=True, at=now, **WHY))
            self.bank.notices.put(
                self.ada.id, key=f"n-{number}", kind=NoticeKind.LIMITS_CHANGED, facts={"account": "…1234"}
            )
            self.bank.audit.record(
                acting(self.ada), action="look", subject_kind="customer", subject_id=self.ada.id, customer=self.ada.id
            )
            self._received_from(f"payer{number}")
            self.deployed.delivered(f"m{number}")
            self._sent(self.account, number + 1)

    def _reviewed(self, number: int) -> None:
        """A transfer that was looked at and made."""
        journal, case_id = in_review(self.deployed, self.ada, self.account, self.paid, key=f"r-{number}")
        case = self.bank.cases._existing(case_id)
        now = self.deployed.clock.now()
        decided = Resolution(ResolutionCode.RELEASE, "Known.", "stf_1", "k", now, Stage.DECIDED)
        assert self.bank.transfers.reviews.decided(replace(case, resolution=decided)) is None, journal

    def _looked_at(self, account: Account, number: int) -> None:
        """Another account has one, too."""
        store = self.bank.transfers.reviews._store
        (found,) = store.reviews_of(self.account.id, before=None, limit=1).reviews
        store.add(replace(found, id=f"{found.id[:-4]}{number:04d}", source=account.id))

    def _received_from(self, name: str) -> None:
        payer, account = self.deployed.person(name)
        wish = Wish(account.id, by_number(self.account), Money(1_00, "USD"), f"from {name}")
        paid = self.bank.transfers.transfer(acting(payer), wish, key="t-1")
        assert isinstance(paid, Transfer), paid

    # With other banks.

    def _added(self, number: int) -> Counterparty:
        details = replace(RECEIVER, account_number=f"12345{number:04d}")
        added = self.bank.counterparties.add(acting(self.ada), customer=self.ada, details=details, key=f"c-{number}")
        assert isinstance(added, Counterparty), added
        return added

    def _sent(self, account: Account, number: int, kind: PaymentKind = PaymentKind.ACH_CREDIT) -> Payment:
        """A payment with a counterparty and a text of its own."""
        now, to = self.deployed.clock.now(), self.counterparties[number % MANY]
        text = self.bank.sealer.seal(self.ada.id, f"to {number}".encode(), REMITTANCE)
        assert isinstance(text, bytes)
        payment = Payment(
            id=payment_id(account.id, kind.value, f"p-{number}"),
            kind=kind,
            account=account.id,
            customer=self.ada.id,
            counterparty=to.id,
            counterparty_masked=to.masked_number,
            amount=Money(1, "USD"),
            ach=AchTerms(sec="PPD", speed=Speed.NEXT_DAY, description="RENT", remittance=text),
            opened_by=self.ada.id,
            opened_at=now,
            entered_at=now,
            fingerprint="",
        )
        opened = self.bank.payments.open(payment, facts={})
        assert isinstance(opened, Payment), opened
        return opened

    def _long_on_its_way(self, kind: PaymentKind) -> Payment:
        """One that missed many files."""
        payment = self._sent(self.account, MANY + 1, kind)
        for event in (Event.SCREENED, Event.HELD, *[Event.RESCHEDULED] * MANY):
            self.bank.payments.move(payment.id, event, by=BANK)
        return payment

    def _often_pended(self, kind: PaymentKind) -> Payment:
        """One that came in, was posted and taken back many times."""
        payment = self._sent(self.account, MANY + 2, kind)
        for _ in range(MANY // 2 + 1):
            for event in (Event.POSTED, Event.PENDED):
                self.bank.payments.move(payment.id, event, by=BANK)
        return payment

    def _file(self, number: int) -> AchFile:
        """A file with an entry, the first with many."""
        now = self.deployed.clock.now()
        window = f"{self.today:%Y%m%d}-ND{number + 1}"
        file = AchFile(
            id=f"fil_us_useast1_{window}_1",
            region=REGION,
            window=window,
            number=1,
            opened_at=now,
            effective_on=self.today,
            entered_at=now,
        )
        assert self.bank.ach_store.add_file(file)
        for one in range(MANY if number == 0 else 1):
            assert self.bank.ach_store.join(self._entry(file, number * MANY + one))
        return file

    def _entry(self, file: AchFile, number: int) -> Entry:
        to, payment = self.counterparties[number % MANY], payment_id(self.account.id, "ACH_CREDIT", f"p-{number}")
        return Entry(
            id=entry_id(payment, "credit"),
            kind=EntryKind.CREDIT,
            subject=payment,
            counterparty=to.id,
            counterparty_masked=to.masked_number,
            account=self.account.id,
            customer=self.ada.id,
            amount=Money(1, "USD"),
            sec="PPD",
            description="RENT",
            effective_on=file.effective_on,
            window=file.window,
            trace=f"12345678{number:07d}",
            file=file.id,
            files=(file.id,),
        )

    def _received_file(self, number: int) -> ReceivedFile:
        """A file that came in, with an entry, the first with many."""
        now = self.deployed.clock.now()
        file = replace(
            received.file(number, due_at=None),
            sha256=f"{number:064x}",
            received_at=now + timedelta(seconds=number),
            entered_at=now,
            state=ReceivedFileState.DONE,
        )
        assert self.bank.incoming_store.add_received_file(file)
        lines = range(MANY if number == 0 else 1)
        self.bank.incoming_store.add_received([self._received_entry(file, line + 3) for line in lines])
        return file

    def _received_entry(self, file: ReceivedFile, line: int) -> ReceivedEntry:
        return replace(
            received.entry(line, of=file.id),
            id=received_entry_id("us", file.id, line),
            trace=f"02100002{line:07d}",
            settles_on=self.today,
            posts_at=file.received_at,
            account=self.account.id,
            customer=self.ada.id,
            entered_at=file.received_at,
        )

    def _work(self) -> None:
        """Cases and requests for approval."""
        maker = staff_of(Group.OPERATIONS, "stf_01J00000000000000000000002")
        for number in range(MANY):
            case = self.bank.cases.open(CaseKind.ACH_ENTRY_PENDED, Subject("ach_entry", f"ent_{number}"), key="1")
            asked = self.bank.approvals.request(
                maker,
                key=f"a-{number}",
                proposal=proposal_of(subject_kind="case", subject_id=case.id, action="RETURN", shown=case.facts),
                group=Group.OPERATIONS,
                checkers_needed=1,
                lifetime=APPROVAL_LIFETIME_MAX,
            )
            assert isinstance(asked, Approval), asked

    def _governed(self) -> None:
        """Versions of rules, and entries that deny."""
        desk, writer = self.bank.fraud_desk, staff_of(Group.FRAUD_ANALYST, CLERK)
        lineage = Lineage(code_version="hand", note="Too many reviews")
        for number in range(MANY):
            drafted = desk.registry.draft(
                writer,
                scope=Scope.TRANSFER,
                kind=ArtefactKind.RULES,
                document=rules_document(number + 1),
                lineage=lineage,
                key=f"v-{number}",
            )
            assert isinstance(drafted, Version), drafted
            denied = desk.list_changes.deny(
                writer,
                scope=Scope.TRANSFER,
                family=Family.DEVICE,
                entity=f"dev-{number}",
                reason="Stolen",
                until=None,
                key=f"d-{number}",
            )
            assert isinstance(denied, Version), denied

    # Asking.

    def calls(self, who: str, document: str, **variables: Any) -> int:
        """What the meter counts for one request."""
        self.deployed.clock.at += timedelta(minutes=10)  # what was unwrapped before is forgotten
        staff = {OPERATIONS: Group.OPERATIONS, AUDITOR: Group.AUDITOR, ANALYST: Group.FRAUD_ANALYST}
        actor = replace(acting(self.ada), person=CLERK, groups=frozenset({staff[who]})) if who in staff else None
        faults: list[Exception] = []
        context = Context(
            actor=actor or acting(self.ada),
            bank=self.bank,
            cursors=Cursors(lambda: self.bank.cursor_secret),
            report=faults.append,
        )
        known = {
            "ada": self.ada.id,
            "account": self.account.id,
            "order": self.orders[0].id,
            "credit": self.credit.id,
            "debit": self.debit.id,
            "came": self.received[0].id,
            "went": self.received[1].id,
            "file": self.files[0].id,
            "inbound": self.received_files[0].id,
        }
        asked = {name: value for name, value in {**known, **variables}.items() if f"${name}" in document}
        kinds = "".join(f"${name}: {'Int' if name == 'n' else 'ID'}!, " for name in asked)
        body = json.dumps({"query": f"query({kinds}) {document}", "variables": asked}).encode()
        request = Request("POST", {"content-type": "application/json"}, body)
        response = answer(request, lambda: context, DOCUMENTS, correlation_id="test")
        found = json.loads(response.body)
        assert not faults, faults
        assert "errors" not in found, found["errors"]
        if "n" in variables:
            assert rows_in(found["data"]) == variables["n"]
        return context.used.calls


def rows_in(data: Any) -> int:
    """How many rows the outermost list has."""
    while isinstance(data, dict):
        data = next(value for value in data.values() if isinstance(value, dict | list))
    return len(data)


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        lived = Life(Deployed(environment))
        lived.calls(OWNER, CONNECTIONS["Viewer.accounts"][1].replace("FIELD", "id"), n=1)  # the secret of cursors
        lived.calls(ANALYST, CONNECTIONS["Query.fraudListEntries"][1].replace("FIELD", "entity"), n=1)  # the lists
        yield lived


# Selections: a field with all that hangs on it.


def selected(name: str, field: GraphQLField, within: frozenset[str] = frozenset()) -> str:
    kind: Any = get_named_type(field.type)
    if is_leaf_type(kind):
        return name
    if kind.name.endswith("Connection"):
        node = kind.fields["edges"].type.of_type.of_type.of_type.fields["node"]
        return f"{name}(first: 1) {{ edges {{ node {{ {leaves(get_named_type(node.type))} }} }} }}"
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        return f"{name} {{ {of_any(kind, within)} }}"
    return f"{name} {{ {' '.join(parts(kind, within | {kind.name}))} }}"


def parts(kind: GraphQLObjectType | GraphQLInterfaceType, within: frozenset[str]) -> list[str]:
    return [
        selected(one, found, within)
        for one, found in kind.fields.items()
        if f"{kind.name}.{one}" not in OF_MANY_CUSTOMERS and get_named_type(found.type).name not in within
    ]


def of_any(kind: GraphQLInterfaceType | GraphQLUnionType, within: frozenset[str]) -> str:
    """What all of its types have, and what each of them alone has."""
    common = parts(kind, within) if isinstance(kind, GraphQLInterfaceType) else ["__typename"]
    own = [
        f"... on {one.name} {{ {' '.join(parts(one, within | {one.name}))} }}" for one in CORE.get_possible_types(kind)
    ]
    return " ".join(common + (own if kind.name != "Refusal" else []))


def leaves(kind: GraphQLObjectType | GraphQLInterfaceType) -> str:
    return " ".join(name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type)))


def node_of(connection: str) -> GraphQLObjectType | GraphQLInterfaceType:
    parent, _, field = connection.partition(",")[0].partition(".")
    owner: Any = CORE.type_map[parent]
    kind: Any = get_named_type(owner.fields[field].type)
    row = kind.fields["entries"] if kind.name == "Changes" else kind.fields["edges"]
    found: Any = get_named_type(row.type)
    node: Any = found if kind.name == "Changes" else get_named_type(found.fields["node"].type)
    assert isinstance(node, GraphQLObjectType | GraphQLInterfaceType)
    return node


def asked_of(kind: GraphQLObjectType | GraphQLInterfaceType) -> list[tuple[str, ...]]:
    """The fields of a row: the plain ones together, each of the others alone."""
    plain = [name for name, field in kind.fields.items() if is_plain(get_named_type(field.type))]
    return [tuple(plain), *((name,) for name in kind.fields if name not in plain)]


def is_plain(kind: GraphQLNamedType) -> bool:
    return is_leaf_type(kind) or kind.name == "Money"


ROWS: Final = [(connection, fields) for connection in CONNECTIONS for fields in asked_of(node_of(connection))]


@pytest.mark.parametrize(("connection", "fields"), ROWS, ids=[f"{one}-{fields[0]}" for one, fields in ROWS])
def test_rows_cost_what_is_named_and_nothing_else(life: Life, connection: str, fields: tuple[str, ...]) -> None:
    who, document, each = CONNECTIONS[connection]
    kind = node_of(connection)
    asked = document.replace("FIELD", " ".join(selected(name, kind.fields[name]) for name in fields))
    few = FIRST_LINES if connection == "Query.changes" else FEW

    grown = life.calls(who, asked, n=MANY) - life.calls(who, asked, n=few)

    assert grown == (MANY - few) * (each + sum(GROWS.get(f"{kind.name}.{name}", 0) for name in fields))


def test_every_connection_is_asked() -> None:
    found = {
        f"{kind.name}.{name}"
        for kind in CORE.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if "first" in field.args
    }
    assert {name.partition(",")[0] for name in CONNECTIONS} == found


def test_memos_cost_a_key_for_each_of_their_writers(life: Life) -> None:
    _, document, _ = CONNECTIONS["Account.entries"]
    asked = document.replace("FIELD", "journal { transfer { memo } }")
    few, many = (life.calls(OWNER, asked, n=rows) for rows in (FEW, MANY))
    assert many - few == (MANY - FEW) * KEY


def test_names_of_people_cost_one_reading_and_a_key_each(life: Life) -> None:
    joint = life.orders[1].source
    clerk = replace(acting(life.ada), person=CLERK, groups=frozenset({Group.OPERATIONS}))

    def calls(field: str) -> int:
        return life.calls(
            OWNER, f"{{ node(id: $account) {{ ... on Account {{ people {{ {field} }} }} }} }}", account=joint
        )

    without, alone = calls("since"), calls("displayName")
    assert alone - without == 1 + KEY
    for number in range(4):
        other, _ = life.deployed.person(f"joint{number}")
        added = life.bank.accounts.add_relation(clerk, account=joint, person=other.id, relation=Relation.JOINT_OWNER)
        assert isinstance(added, Related), added
    assert calls("since") == without
    assert calls("displayName") - without == 1 + 5 * KEY


def test_holds_of_an_account_are_read_with_its_state_however_many(life: Life) -> None:
    asked = "{ node(id: $account) { ... on Account { holds { id remaining { amount } } } } }"
    few = life.calls(OWNER, asked, account=life.orders[2].source)
    for _ in range(MANY):
        life.deployed.post("hold_placed", account=life.orders[2].source, minor=1)
    assert life.calls(OWNER, asked, account=life.orders[2].source) == few - 1  # its last line lists them


def test_what_no_row_asks_for_is_not_read(life: Life) -> None:
    _, document, _ = CONNECTIONS["Account.entries"]
    plain = life.calls(OWNER, document.replace("FIELD", "sequence"), n=MANY)
    assert life.calls(OWNER, document.replace("FIELD", "counterparty { name }"), n=MANY) == plain + 1
    assert life.calls(OWNER, document.replace("FIELD", "journal { id }"), n=MANY) == plain + 2
