"""Every argument that takes an id, with one's own, another's and one that is nobody's; the last two look the same.

"The same" is the whole answer: status, headers and body, but for the id that was asked for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from graphql import GraphQLObjectType, get_named_type

from domain.access.model import Relation
from graph.access import TABLE, Cell, Rule
from graph.ids import PREFIXES
from tests.access.asking import Said, said, told
from tests.access.changes import CHANGES, DOCUMENTS, Place, ids_in_schema, like, nobodys, theirs, with_id
from tests.access.oracle import OF_A_GROUP, teller
from tests.access.paths import CORE, Document, field_type, nested, probes
from tests.access.scene import (
    ANOTHER_GROUP,
    PEOPLE,
    WORKERS,
    Person,
    Scene,
    of_another_group,
    scene,
    works,
)
from tests.access.world import Street, street

NOTHING: Final[tuple[list[object], ...]] = ([], ["NotFound", "NOT_FOUND", "There is no such object.", False])
"""What is told of what is not there."""
KINDS: Final = (
    "account",
    "customer",
    "journal",
    "order",
    "hold",
    "counterparty",
    "case",
    "approval",
    "delivery",
    "payment",
    "received",
    "file",
    "entry",
    "receivedFile",
    "receivedEntry",
    "judged",
)
JUDGED: Final = {"judged": ("payment", "journal")}
"""Whose ids name what was judged, too."""
NO_IDS: Final = (
    "",
    " ",
    "x",
    "acc_",
    "acc_us0000_",
    "ntc_01J00000000000000000000000",
    "stf_1",
    "a" * 5_000,
    "\u0000",
    "é",
)


@dataclass(frozen=True)
class Look:
    """A query that takes an id: `{}` stands for nothing, all else of the answer for something."""

    argument: str
    kind: str
    """What the id names."""
    field: str
    finds: str
    """The type whose `id` row says whether the thing may be seen at all."""

    def __str__(self) -> str:
        return f"{self.argument} {self.kind}"


LOOKS: Final = (
    Look("node(id)", "account", "node(id: $id) { id ... on Account { number status } }", "Account"),
    Look("node(id)", "customer", "node(id: $id) { id ... on Customer { kind name } }", "Customer"),
    Look("node(id)", "journal", "node(id: $id) { id ... on Journal { kind digest legs { side } } }", "Journal"),
    Look("node(id)", "order", "node(id: $id) { id ... on TransferOrder { status memo } }", "TransferOrder"),
    Look("node(id)", "case", "node(id: $id) { id ... on Case { title facts { value } } }", "Case"),
    Look("node(id)", "approval", "node(id: $id) { id ... on Approval { maker shown { value } } }", "Approval"),
    Look(
        "node(id)",
        "counterparty",
        "node(id: $id) { id ... on Counterparty { name maskedNumber status } }",
        "Counterparty",
    ),
    Look("node(id)", "delivery", "node(id: $id) { id ... on PartnerDelivery { state body } }", "PartnerDelivery"),
    Look("node(id)", "payment", "node(id: $id) { id ... on Payment { status amount { amount } } }", "AchCredit"),
    Look(
        "node(id)", "received", "node(id: $id) { id ... on Payment { status amount { amount } } }", "AchCreditReceived"
    ),
    Look("node(id)", "file", "node(id: $id) { id ... on AchFile { status sha256 } }", "AchFile"),
    Look("node(id)", "entry", "node(id: $id) { id ... on AchEntry { status traceNumber } }", "AchEntry"),
    Look("node(id)", "receivedFile", "node(id: $id) { id ... on AchReceivedFile { name sha256 } }", "AchReceivedFile"),
    Look(
        "node(id)",
        "receivedEntry",
        "node(id: $id) { id ... on AchReceivedEntry { line traceNumber } }",
        "AchReceivedEntry",
    ),
    Look(
        "account(id)",
        "account",
        "account(id: $id) { ... on Refusal { __typename code message retryable } ... on Account { id number } }",
        "Account",
    ),
    Look("customer(id)", "customer", "customer(id: $id) { id name accounts { edges { node { id } } } }", "Customer"),
    Look("accounts(customerId)", "customer", "accounts(customerId: $id) { edges { node { id } } }", "Customer"),
    Look("journal(id)", "journal", "journal(id: $id) { id kind legs { accountId } }", "Journal"),
    Look(
        "idempotency(accountId)",
        "account",
        'idempotency(accountId: $id, key: "hold") { used journal { id } }',
        "Account",
    ),
    Look("changes(accountId)", "account", "changes(accountId: $id) { more entries { sequence } }", "Account"),
    Look("fraudDecision(subjectId)", "judged", "fraudDecision(subjectId: $id) { id score }", "FraudDecision"),
    Look(
        "fraudDecisions(customerId)",
        "customer",
        "fraudDecisions(customerId: $id) { edges { node { id } } }",
        "FraudDecision",
    ),
    Look(
        "fraudDecisions(accountId)",
        "account",
        "fraudDecisions(accountId: $id) { edges { node { id } } }",
        "FraudDecision",
    ),
    Look("fraudSnoozes(customerId)", "customer", "fraudSnoozes(customerId: $id) { rule reason }", "FraudDecision"),
    Look("auditRecords(customerId)", "customer", "auditRecords(customerId: $id) { edges { node { id } } }", ""),
    Look("auditRecords(personId)", "customer", "auditRecords(personId: $id) { edges { node { id } } }", ""),
)
"""The audit answers for every id alike: whoever may read it reads all of it, all others nothing."""


@pytest.fixture(name="scene", scope="module")
def a_scene() -> Scene:
    """Looking changes nothing but the audit, which these looks find by nobody's id."""
    found = scene()
    found.theirs.update({kind: of_another_group(found.world, kind) for kind in ("case", "approval")})
    return found


def ours(scene: Scene, kind: str) -> str:
    known = {
        "account": scene.account.id,
        "customer": scene.owner.id,
        "journal": scene.journals["transfer"],
        "order": scene.orders[0],
        "counterparty": scene.counterparty,
        "hold": scene.hold,
        "case": scene.case,
        "approval": scene.approval,
        "delivery": scene.delivery,
        "payment": scene.ach["credit"],
        "received": scene.ach["creditReceived"],
        "file": scene.ach["file"],
        "entry": scene.ach["entry"],
        "receivedFile": scene.ach["receivedFile"],
        "receivedEntry": scene.ach["receivedEntry"],
        "judged": scene.fraud["judged"],
    }
    return known[kind]


def looked(scene: Scene, person: Person, look: Look, wanted: str) -> Said:
    return said(scene, person, Document(f"query($id: ID!) {{ {look.field} }}", (("id", wanted),), ()))


def sees(look: Look, person: Person, relation: Relation, *, own: bool) -> bool:
    """By the table: the row of the thing's id, or of the root field where the thing does not decide."""
    if not look.finds:
        return TABLE["Query.auditRecords"].cell(person.group, person.relation) is Cell.ALLOW
    if look.finds in OF_A_GROUP:
        group = WORKERS if own else ANOTHER_GROUP
        return works(TABLE[f"{look.finds}.id"].cell(person.group, person.relation), person, group)
    if look.finds == "Customer" and relation is not Relation.OWNER:
        relation = Relation.STRANGER
    return TABLE[f"{look.finds}.id"].cell(person.group, relation) is Cell.ALLOW


def something(answer: Said) -> bool:
    return told(answer.data) not in NOTHING


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
class TestLooking:
    def test_ones_own_is_shown_to_whom_the_table_shows_it(self, scene: Scene, look: Look, person: Person) -> None:
        answer = looked(scene, person, look, ours(scene, look.kind))

        assert something(answer) is sees(look, person, person.relation, own=True), answer

    def test_anothers_and_nobodys_look_the_same(self, scene: Scene, look: Look, person: Person) -> None:
        anothers, nobody = scene.theirs[look.kind], like(scene.theirs[look.kind])

        theirs, nothing = looked(scene, person, look, anothers), looked(scene, person, look, nobody)

        assert something(theirs) is (may := sees(look, person, Relation.STRANGER, own=False)), theirs
        assert may or theirs.without(anothers) == nothing.without(nobody)
        assert not something(nothing) or not look.finds

    def test_what_cannot_be_an_id_of_the_kind_is_nothing(self, scene: Scene, look: Look, person: Person) -> None:
        kinds = [kind for kind in KINDS if kind not in (look.kind, *JUDGED.get(look.kind, ()))]
        others = [ours(scene, kind) for kind in kinds] if look.field[:4] != "node" else []
        for wanted in (*others, *NO_IDS):
            if look.finds:
                assert not something(looked(scene, person, look, wanted)), wanted


def test_every_id_that_a_look_takes_is_tried() -> None:
    assert CORE.query_type
    taken = {
        f"{name}({argument})"
        for name, field in CORE.query_type.fields.items()
        for argument, given in field.args.items()
        if get_named_type(given.type).name == "ID"
    }

    assert {look.argument for look in LOOKS} == taken


def test_only_root_fields_take_ids() -> None:
    """What hangs on an object is reached through the object, whose relation is known."""
    taken = [
        f"{kind.name}.{name}({argument})"
        for kind in CORE.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind not in (CORE.query_type, CORE.mutation_type)
        for name, field in kind.fields.items()
        for argument, given in field.args.items()
        if get_named_type(given.type).name == "ID"
    ]

    assert taken == []


@pytest.mark.parametrize(("mutation", "place"), [(name, place) for name in CHANGES for place in CHANGES[name].ids])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_a_change_does_not_tell_anothers_from_nobodys(mutation: str, place: Place, person: Person) -> None:
    """Staff who may do it to any account are told; nobody else."""
    answers = {find: changed(mutation, place, person, find) for find in (theirs, nobodys)}
    (anothers, real), (nothing, unreal) = answers[theirs], answers[nobodys]

    rule = TABLE[f"Mutation.{mutation}"]
    assert code_of(nothing) == ("NOT_FOUND" if goes_as_far(rule, place, person) else "NOT_ALLOWED")
    if works(rule.cell(person.group, Relation.STRANGER), person, ANOTHER_GROUP):
        assert code_of(anothers) not in ("NOT_FOUND", "NOT_ALLOWED")
    else:
        assert anothers.without(real) == nothing.without(unreal)


def goes_as_far(rule: Rule, place: Place, person: Person) -> bool:
    """Whether the id is looked for: not for who could not do it anyhow, nor a payee for who may not pay."""
    pays = place[0] == "destination" or (place == ("counterpartyId",) and rule == TABLE["Mutation.transfer"])
    only_looks = pays and person.relation is Relation.DELEGATE
    return any(rule.cell(person.group, one) is not Cell.DENY for one in ([person.relation] if only_looks else Relation))


def changed(mutation: str, place: Place, person: Person, find: Callable[[Street, str], str]) -> tuple[Said, str]:
    """What is said to a person who asks for it with another's id, or nobody's, in this place."""
    here, change = street(), CHANGES[mutation]
    given = change.asked_by(here, person)
    wanted = find(here, change.ids[place])
    document = Document(DOCUMENTS[mutation], (("input", with_id(given, place, wanted)),), ())
    return said(here, person, document), wanted


def code_of(answer: Said) -> str:
    (change,) = answer.data.values()
    return str(change.get("code", change["__typename"]))


@pytest.mark.parametrize("mutation", CHANGES)
def test_every_id_that_a_change_takes_is_tried(mutation: str) -> None:
    assert set(CHANGES[mutation].ids) == ids_in_schema(mutation)


def test_every_change_is_tried() -> None:
    assert {name.partition(".")[2] for name in TABLE if name.startswith("Mutation.")} == set(CHANGES)


def test_every_id_that_is_shown_says_what_it_is(scene: Scene) -> None:
    """To who sees all of it; what others see is part of that."""
    shape = re.compile(rf"({'|'.join(PREFIXES)})_[0-9A-Za-z_.-]{{22,60}}", re.ASCII)
    seen: set[str] = set()
    for probe in probes():
        if field_type(probe.target).name == "ID":
            document = nested(scene, probe)
            shown = said(scene, teller(probe), document).at(document.keys[0])
            assert [value for value in shown if value is not None and not shape.fullmatch(value)] == [], probe
            seen |= {value[:3] for value in shown if value is not None}

    assert seen == set(PREFIXES) - {"stf"}  # staff are named as text, beside `bank`
