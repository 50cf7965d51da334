"""Every query and every mutation has an example in docs/examples, and each of them works as it stands."""

import json
import re
from datetime import timedelta
from typing import Any, Final

import pytest
from graphql import FieldNode, FragmentDefinitionNode, OperationDefinitionNode, parse

from domain.access.model import Actor, Group
from domain.customers.model import Customer
from domain.fraud.kinds import Decision
from domain.fraud.registry_model import ArtefactKind
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import RejectionReason
from graph.documents import core_schema
from graph.schema import schema
from ops.graphiql.examples import EXAMPLES, Example, load_examples
from tests.unit.graph import documents as ask
from tests.unit.graph.fraud_house import rules_document, thresholds_document
from tests.unit.graph.world import World, clerk, customer_actor
from tests.unit.rails.ach.partner import Sheet
from tests.unit.transfers.desk import TODAY

CORE = core_schema(schema)
EXAMPLE: Final = {example.name: example for example in load_examples()}
LOOKS_AT_FRAUD: Final = tuple(name for name in EXAMPLE if name.startswith("fraud"))
CHANGES_OF_FRAUD: Final = tuple(name for name in EXAMPLE if "Fraud" in name)
ASKED_BY: Final = {
    "accounts": Group.OPERATIONS,
    "customer": Group.OPERATIONS,
    "auditRecords": Group.AUDITOR,
    "cases": Group.OPERATIONS,
    "approvals": Group.OPERATIONS,
    "assignCase": Group.OPERATIONS,
    "releaseCase": Group.OPERATIONS,
    "resolveCase": Group.OPERATIONS,
    "giveApproval": Group.OPERATIONS,
    "refuseApproval": Group.OPERATIONS,
    "reverseJournal": Group.OPERATIONS,
    "freezeAccount": Group.OPERATIONS,
    "thawAccount": Group.OPERATIONS,
    "achFiles": Group.OPERATIONS,
    "achReceivedFiles": Group.OPERATIONS,
    "returnAchEntry": Group.OPERATIONS,
    "partnerDeliveries": Group.OPERATIONS,
    "replayPartnerDelivery": Group.OPERATIONS,
    **dict.fromkeys((*LOOKS_AT_FRAUD, *CHANGES_OF_FRAUD), Group.FRAUD_ANALYST),
}
"""Of the others, the customer."""
MAY_BE_EMPTY: Final = {
    ".edges.node.details",
    ".edges.node.findings",
    ".edges.node.forgiven",
    ".edges.node.entries.edges",
    ".edges.node.rejections",
    ".champions",
    ".shadows",
}
"""The bank took one of the files that went out. Of one that came in there is nothing to forgive; of another nothing was
kept. Scopes in which nothing was promoted have no champions."""
COLLEAGUE: Final = "stf_01J00000000000000000000002"


class Life:
    """A customer with something of everything, and what the marks of the examples stand for."""

    def __init__(self) -> None:
        self.world = World()
        ada = self.world.person()
        self.ada = customer_actor(ada)
        self.account = self.world.open(ada, deposit_minor=100_000)
        empty = self.world.open(ada, key="open-2", product="savings")
        other = self.world.open(self.world.person("Bob Byron"))
        paid = ask.transfer_input(self.account, other, "1.00", memo="Lunch")
        days = {"rhythm": "WEEKLY", "startsOn": (TODAY + timedelta(days=1)).isoformat()}
        self.marks = {
            "<a new key>": "example-1",
            "<in an hour>": (self.world.clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "<tomorrow>": (TODAY + timedelta(days=2)).isoformat(),
            "<a customer>": ada.id,
            "<my account>": self.account.id,
            "<my currency>": "USD",
            "<my empty account>": empty.id,
            "<my journal>": self.done(ask.TRANSFER, paid)["transfer"]["id"],
            "<my transfer order>": self.done(ask.SCHEDULE, {**paid, "schedule": days})["order"]["id"],
            "<my hold>": self.hold(),
            "<a delivery>": self.world.quarantined(),
            "<their routing number>": other.record.routing_number,
            "<their account number>": other.record.number,
            "<my counterparty>": self.counterparty("1"),
        }
        self.world.morning_of(TODAY + timedelta(days=1))
        self.world.orders.run(self.marks["<my transfer order>"])
        self.credited()
        self.marks |= {"<an account>": self.account.id, "<a journal>": self.marks["<my journal>"]}
        asked = self.world.proposed(self.world.case(key="2"), clerk(Group.OPERATIONS, person=COLLEAGUE))
        self.marks |= {"<an approval>": asked.id, "<its fingerprint>": asked.proposal.fingerprint}
        self.paid(ada)
        self.marks["<a case>"] = self.world.case().id
        self.judged(ada)

    def judged(self, ada: Customer) -> None:
        """A payment that was judged by versions of every kind, and versions at every stage."""
        world, now = self.world, self.world.clock.now()
        analyst = clerk(Group.FRAUD_ANALYST)
        versions = world.governed()
        judged = f"jrn_{self.account.id[4:10]}_{'k' * 32}"
        world.judged(judged, self.account)
        world.labelled(judged)
        world.snoozed(ada.id)
        first, last = world.counted(days=7)
        agreed = world.agreed(analyst, clerk(Group.FRAUD_LEAD, person=COLLEAGUE))
        self.marks |= {
            "<a judged payment>": judged,
            "<today>": now.date().isoformat(),
            "<yesterday>": last.isoformat(),
            "<a week ago>": first.isoformat(),
            "<a version in the shadow>": versions["shadow"],
            "<a champion>": versions["champion"],
            "<an agreed version>": agreed.id,
            "<my draft>": world.drafted(analyst, document=rules_document(1), key="draft-1").id,
            "<my committed version>": world.committed(analyst, document=rules_document(2), key="draft-2").id,
            "<my committed thresholds>": world.committed(
                analyst, ArtefactKind.THRESHOLDS, thresholds_document(0.6), key="draft-3"
            ).id,
        }

    def paid(self, ada: Customer) -> None:
        """Payments: one that came in, one that has settled, one that the bank refused, and one to be called off."""
        sheet = Sheet(made_at=self.world.clock.now())
        sheet.add(self.account.record.number, 250_00)
        (came,) = self.world.came_in(sheet)
        self.marks["<a posted entry>"] = came.progress.entry or ""
        self.world.incoming.files.work(self.world.put(b"101 is all that there is\r\n").id)
        maria = self.world.verified(ada).id
        settled = ask.ach_input(self.account.id, maria, "29.00", key="p-0", speed="SAME_DAY")
        self.marks["<my settled payment>"] = self.done(ask.ORIGINATE_CREDIT, settled)["payment"]["id"]
        self.world.run()
        payment = self.world.payments.existing(self.marks["<my settled payment>"])
        self.world.acknowledge(self.world.cut_off(payment))
        self.world.settlement(payment)
        sent = self.done(ask.ORIGINATE_CREDIT, ask.ach_input(self.account.id, maria, "30.00"))["payment"]["id"]
        self.world.run()
        file = self.world.cut_off(self.world.payments.existing(sent))
        reason = RejectionReason("AMOUNT_HIGH", "Over the agreed exposure", batch_number=1)
        self.world.reject(file, reason, level=RejectionLevel.BATCH)
        again = self.done(ask.ORIGINATE_CREDIT, ask.ach_input(self.account.id, maria, "31.00", key="p-2"))
        self.marks |= {"<my verified counterparty>": maria, "<my payment>": again["payment"]["id"]}
        self.waiting(maria)

    def waiting(self, maria: str) -> None:
        """A payment that is confirmed only after a new sign-in; everybody here has just signed in."""
        given = ask.ach_input(self.account.id, maria, "32.00", key="p-3")
        payment = self.done(ask.ORIGINATE_CREDIT, given)["payment"]["id"]
        self.world.will_decide(self.world.payments.existing(payment), Decision.STEP_UP)
        self.world.run()
        self.world.clock.move(timedelta(seconds=1))
        self.marks["<my waiting payment>"] = payment

    def hold(self) -> str:
        given = {"idempotencyKey": "hold", "accountId": self.account.id, "amount": ask.dollars("9.00")}
        return str(self.done(ask.PLACE, given)["holdId"])

    def counterparty(self, number: str) -> str:
        given = ask.counterparty_input(key=f"add-{number}", accountNumber=f"00112233{number}")
        return str(self.done(ask.ADD_COUNTERPARTY, given)["counterparty"]["id"])

    def credited(self) -> None:
        """A counterparty whose micro-entries stand on its statement."""
        credited = self.counterparty("2")
        self.done(ask.VERIFY, {"idempotencyKey": "verify", "counterpartyId": credited, "method": "MICRO_ENTRIES"})
        one, other = (f"0.{cents:02d}" for cents in self.world.rail.micro_entries[credited, 1])
        self.marks |= {"<my credited counterparty>": credited, "<one amount>": one, "<the other amount>": other}

    def done(self, document: str, given: dict[str, Any]) -> dict[str, Any]:
        (answer,) = self.world.ask(self.ada, document, input=given).data.values()
        assert answer["__typename"].endswith("Success"), answer
        found: dict[str, Any] = answer
        return found

    def asks(self, name: str) -> Any:
        example = EXAMPLE[name]
        filled = re.sub(r"<[a-z ]+>", lambda mark: self.marks[mark[0]], example.variables)
        group = ASKED_BY.get(name)
        who: Actor = clerk(group) if group else self.ada
        return self.world.ask(who, example.query, **json.loads(filled or "{}")).data[name]


def root_fields(kind: Any) -> list[str]:
    return list(kind.fields)


def test_there_is_one_for_every_query_and_every_mutation() -> None:
    assert set(EXAMPLE) == {*root_fields(CORE.query_type), *root_fields(CORE.mutation_type)}


@pytest.mark.parametrize("example", EXAMPLE.values(), ids=lambda example: example.name)
def test_it_asks_for_what_its_file_is_named_for(example: Example) -> None:
    operation, *rest = parse(example.query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert all(isinstance(one, FragmentDefinitionNode) for one in rest)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)

    assert field.name.value == example.name
    assert operation.name


def test_no_two_are_called_the_same() -> None:
    """Their names are those of tabs, of generated types and of published documents."""
    titles = [example.title for example in EXAMPLE.values()]
    names = [re.findall(r"(?:query|mutation) (\w+)", example.query)[0] for example in EXAMPLE.values()]

    assert len(set(titles)) == len(titles)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", root_fields(CORE.query_type))
def test_a_query_is_answered(name: str) -> None:
    answer = Life().asks(name)

    assert answer
    assert isinstance(answer, list) or answer.get("__typename") not in ("NotFound", "WrongRegion")
    assert set(empty_lists(answer)) <= MAY_BE_EMPTY, "what shows nothing explains nothing"


@pytest.mark.parametrize("name", root_fields(CORE.mutation_type))
def test_a_mutation_is_carried_out(name: str) -> None:
    life = Life()
    if name == "thawAccount":
        life.asks("freezeAccount")
        life.marks["<a new key>"] = "example-2"

    answer = life.asks(name)

    assert answer["__typename"] == f"{name[0].upper()}{name[1:]}Success", answer


def empty_lists(answer: Any, path: str = "") -> list[str]:
    if isinstance(answer, dict):
        return [place for name, value in answer.items() for place in empty_lists(value, f"{path}.{name}")]
    if isinstance(answer, list):
        below = [place for value in answer for place in empty_lists(value, path)]
        return below if answer else [path]
    return []


def test_every_file_is_an_example_or_its_variables() -> None:
    files = {path.name for path in EXAMPLES.iterdir()}
    wanted = {f"{name}.graphql" for name in EXAMPLE} | {f"{name}.json" for name in EXAMPLE if EXAMPLE[name].variables}

    assert files == wanted


def test_the_page_about_the_api_lists_them_all() -> None:
    page = (EXAMPLES.parent / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| \[(.+)\]\(examples/(\w+)\.graphql\) \|$", page, re.MULTILINE)
    fields = [*root_fields(CORE.query_type), *root_fields(CORE.mutation_type)]

    assert listed == [(name, EXAMPLE[name].title, name) for name in fields]
