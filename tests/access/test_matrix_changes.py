"""Every cell of the access table that is about changing, executed; and what a change answers, by every shape.

Everybody asks for all of it as it is nested; the other shapes are shared out among them.

What hangs on the answer of a change is held against what the owner sees of the same thing right after it, field by
field, as the cells of the person who asked say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    execute_sync,
    get_named_type,
    is_composite_type,
    is_required_argument,
    parse,
)

from domain.access.model import Relation
from graph.access import TABLE, Cell
from graph.documents import core_schema
from graph.guard import fields_of, guard_of
from graph.schema import build
from tests.access.asking import said, values_at
from tests.access.changes import CHANGES
from tests.access.oracle import PARTS
from tests.access.paths import Document, object_of
from tests.access.scene import PEOPLE, Person, works
from tests.access.world import Street, street
from tests.shares import share

DEPTH: Final = 3
"""`original → transfer → memo`, and `account → people → customerId`."""
ALIASES: Final = 12
SUCCESSES: Final = {name: f"{name[0].upper()}{name[1:]}Success" for name in CHANGES}

ABOUT_CUSTOMER: Final = frozenset(
    {"openAccount", "addCounterparty", "closeCounterparty", "verifyCounterparty", "confirmMicroEntries"}
)
"""Changes of what is a customer's and no account's: people of an account are strangers to it but for the owner."""
ONES_OWN: Final = frozenset({("AchCredit", "counterparty"), ("AchDebit", "counterparty")})
"""Whoever makes a payment makes it to a counterparty of their own."""

Walk = tuple[str, ...]


def paths(kind: str, above: Walk = (), within: frozenset[str] = frozenset()) -> Iterator[Walk]:
    """Every walk from a type down to a leaf, three types deep; lists in pages are left to looks."""
    for name, field in object_of(kind).fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()) or "first" in field.args:
            continue
        if not is_composite_type(inner):
            yield (*above, name)
        elif isinstance(inner, GraphQLObjectType) and len(above) < DEPTH - 1 and inner.name not in within:
            yield from paths(inner.name, (*above, name), within | {kind})
        else:
            yield (*above, name, "__typename")


def tree(walks: Iterable[Walk], *, aliased: bool = False) -> str:
    """The walks as selections, the leaves with other names where asked."""
    return " ".join(_branch(walk, f"a{place}: " if aliased else "") for place, walk in enumerate(walks))


def _branch(walk: Walk, alias: str) -> str:
    *above, leaf = walk
    return " { ".join([*above, f"{alias}{leaf}"]) + " }" * len(above)


def documents(mutation: str) -> Iterator[tuple[str, tuple[Walk, ...], Document]]:
    """The change with all that its success says: at once, as a published document, by fragments, by other names."""
    kind = SUCCESSES[mutation]
    walks = tuple(paths(kind))
    head, asked = f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!)", f"{mutation}(input: $input)"
    rest = "__typename ... on Refusal { code }"
    plain = f"{head} {{ {asked} {{ {rest} ... on {kind} {{ {tree(walks)} }} }} }}"
    yield "nested", walks, Document(plain, (), ())
    yield "published", walks, Document(plain, (), (), published=True)
    parts = f"fragment A on {kind} {{ {tree(walks)} }} fragment B on Mutation {{ {asked} {{ {rest} ...A }} }}"
    yield "fragment", walks, Document(f"{head} {{ ...B }} {parts}", (), ())
    for first in range(0, len(walks), ALIASES):
        some = walks[first : first + ALIASES]
        told = f"{rest} ... on {kind} {{ {tree(some, aliased=True)} }}"
        yield "alias", some, Document(f"{head} {{ other: {asked} {{ {told} }} }}", (), ())


def is_allowed(mutation: str, person: Person) -> bool:
    return works(TABLE[f"Mutation.{mutation}"].cell(person.group, person.relation), person)


def asked_by(mutation: str, person: Person) -> list[tuple[str, tuple[Walk, ...], Document]]:
    """Nested by everybody; each of the other documents by one of those who may and by one of those who may not."""
    nested, *others = documents(mutation)
    alike = [one for one in PEOPLE if is_allowed(mutation, one) == is_allowed(mutation, person)]
    place = len(alike) - alike.index(person)
    return [nested, *share(others, one_in=len(alike), of="documents of a change", place=place)]


def truth(mutation: str, person: Person) -> Any:
    """What the same change answers on the same street where no field is guarded."""
    here = street()
    given = CHANGES[mutation].asked_by(here, person)
    _, __, document = next(documents(mutation))
    context = here.world.context(here.actors[person.group, person.relation])
    result = execute_sync(UNGUARDED, parse(document.text), None, context, {"input": given})
    assert result.errors is None, result.errors
    return (result.data or {})[mutation]


def unguarded() -> GraphQLSchema:
    """The schema with every object's fields as they are behind their guards."""
    core = core_schema(build())
    for name, field in fields_of(core):
        guard = guard_of(field.resolve)
        if guard is not None and guard.rule is not None:
            assert not name.startswith(("Query.", "Mutation."))
            field.resolve = guard.resolve
    return core


UNGUARDED: Final = unguarded()


def wanted(kind: str, walk: Walk, person: Person, values: list[Any]) -> list[Any]:
    """The values as the cells on the way to them let the person see them."""
    relation = person.relation
    for name in walk:
        if name == "__typename":
            break
        cell = TABLE[f"{kind}.{name}"].cell(person.group, relation)
        if cell is Cell.DENY:
            return [None]
        if cell is Cell.MASK:
            return [PARTS[f"{kind}.{name}"](value) for value in values]
        if (kind, name) in ONES_OWN:
            relation = Relation.OWNER
        kind = get_named_type(object_of(kind).fields[name].type).name
    return values


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
@pytest.mark.parametrize("mutation", CHANGES)  # varies last: a document is made ready once, and asked by everybody
def test_a_change_is_made_and_told_as_its_cells_say(mutation: str, person: Person) -> None:
    allowed = is_allowed(mutation, person)
    whole = truth(mutation, person) if allowed else {}
    for shape, walks, document in asked_by(mutation, person):
        here = street()
        given = CHANGES[mutation].asked_by(here, person)
        before = lines(here)

        answer = said(here, person, replace(document, variables=(("input", given),)))

        assert answer.status == 200
        assert answer.errors == []
        (change,) = answer.data.values()
        if allowed:
            assert change["__typename"] == SUCCESSES[mutation], change
            for place, walk in enumerate(walks):
                keys = (*walk[:-1], f"a{place}") if shape == "alias" else walk
                shown, unguarded_values = values_at(change, keys), values_at(whole, walk)
                wrong = fault(walk, person, shown=shown, whole=unguarded_values, kind=SUCCESSES[mutation])
                assert wrong is None, f"by {shape}: {wrong}"
        else:
            assert change == {"__typename": refused(mutation, person), "code": change.get("code")}
            assert lines(here) == before


def fault(walk: Walk, person: Person, *, shown: list[Any], whole: list[Any], kind: str) -> str | None:
    right = wanted(kind, walk, person, whole)
    if walk[-2:] == ("people", "customerId") and person.is_customer:
        right = [value if value == person_id(person) else None for value in whole]  # to each other names only
    nothing = right == [None] and set(shown) == {None}
    return None if shown == right or nothing else f"{'.'.join(walk)}: {shown}, not {right}"


def person_id(person: Person) -> str:
    return street().actors[person.group, person.relation].person


def refused(mutation: str, person: Person) -> str:
    """Who sees it is told that they may not, who does not, that there is none; who never could, is told that."""
    rule = TABLE[f"Mutation.{mutation}"]
    if rule.cell(person.group, person.relation) is Cell.OWN:
        return "NotFound"  # it is another group's
    conceivable = any(rule.cell(person.group, relation) is not Cell.DENY for relation in Relation)
    about_customer = mutation in ABOUT_CUSTOMER
    sees = TABLE["Customer.id" if about_customer else "Account.id"].cell(person.group, seen_as(about_customer, person))
    return "NotFound" if conceivable and sees is Cell.DENY else "NotAllowed"


def seen_as(about_customer: bool, person: Person) -> Relation:
    return Relation.STRANGER if about_customer and person.relation is not Relation.OWNER else person.relation


def lines(here: Street) -> tuple[int, ...]:
    """How many lines the two accounts have."""
    heads = (here.world.ledger.head(account.id) for account in (here.account, here.neighbour))
    return tuple(head.position.seq for head in heads if head)


@pytest.mark.parametrize("mutation", CHANGES)
def test_every_document_is_asked_by_one_who_may_and_one_who_may_not(mutation: str) -> None:
    for allowed in {is_allowed(mutation, person) for person in PEOPLE}:
        people = [person for person in PEOPLE if is_allowed(mutation, person) is allowed]
        asked = {document for person in people for _, _, document in asked_by(mutation, person)}
        assert asked == {document for _, _, document in documents(mutation)}


def test_every_field_of_a_success_is_asked_for() -> None:
    asked = {f"{SUCCESSES[name]}.{walk[0]}" for name in CHANGES for walk in paths(SUCCESSES[name])}

    assert asked == {name for name in TABLE if name.partition(".")[0].endswith("Success")}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_what_is_wrong_with_an_input_is_told_to_who_may_try(person: Person) -> None:
    rule = TABLE["Mutation.placeHold"]
    here = street()
    given = {**CHANGES["placeHold"].given(here), "amount": {"amount": "ten", "currency": "USD"}}
    told = "__typename ... on InputInvalid { fields { path code message } }"
    text = f"mutation($input: PlaceHoldInput!) {{ placeHold(input: $input) {{ {told} }} }}"

    answer = said(here, person, Document(text, (("input", given),), ())).data["placeHold"]

    if any(rule.cell(person.group, relation) is not Cell.DENY for relation in Relation):
        (fault,) = answer["fields"]
        assert (fault["path"], fault["code"]) == (["amount", "amount"], "AMOUNT_MALFORMED")
        assert fault["message"]
    else:
        assert answer == {"__typename": "NotAllowed"}
