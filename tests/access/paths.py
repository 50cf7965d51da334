"""Every way to every field that can be looked up, made from the schema itself.

A probe is a walk from a root field down to one field of one type. Each field of the schema that leads to a type is
walked at least once for each field of that type; a list counts as the step to its rows. A new field is probed without
a line being written here, and a new root field needs its arguments below, or nothing can be built.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

from graph.documents import core_schema
from graph.refusals import MEMBERS
from graph.schema import schema
from tests.access.scene import KEY, PAGE, Scene

CORE: Final = core_schema(schema)
REFUSALS: Final = frozenset(member.__name__ for member in MEMBERS.values())

ROOTS: Final[dict[str, tuple[dict[str, str], ...]]] = {
    "viewer": ({},),
    "account": ({"id": "account"},),
    "customer": ({"id": "customer"},),
    "accounts": ({"customerId": "customer"}, {}),
    "journal": ({"id": "journal:transfer"}, {"id": "journal:refused"}, {"id": "journal:reversal"}),
    "idempotency": ({"accountId": "account", "key": "key"},),
    "changes": ({"accountId": "account"},),
    "auditRecords": ({"customerId": "customer"}, {"personId": "customer"}),
    "cases": ({},),
    "approvals": ({},),
    "partnerDeliveries": ({"partner": "partner"},),
    "achFiles": ({},),
    "achReceivedFiles": ({},),
    "fraudDecision": ({"subjectId": "judged"}, {"subjectId": "credit"}),
    "fraudDecisions": ({"customerId": "customer"}, {"accountId": "account"}),
    "fraudScopes": ({},),
    "fraudVersions": ({"scope": "word:TRANSFER", "kind": "word:MODEL"},),
    "fraudVersion": ({"version": "retired"}, {"version": "champion"}, {"version": "shadow"}),
    "fraudRuleGrammar": ({},),
    "fraudFeatures": ({},),
    "fraudListEntries": ({"scope": "word:TRANSFER"},),
    "fraudSnoozes": ({"customerId": "customer"},),
    "fraudSeries": ({"scope": "word:TRANSFER", "from": "first", "to": "last"},),
    "node": (
        {"id": "account"},
        {"id": "customer"},
        {"id": "journal:transfer"},
        {"id": "order"},
        {"id": "counterparty"},
        {"id": "case"},
        {"id": "approval"},
        {"id": "delivery"},
        {"id": "credit"},
        {"id": "debit"},
        {"id": "creditReceived"},
        {"id": "debitReceived"},
        {"id": "file"},
        {"id": "batch"},
        {"id": "entry"},
        {"id": "receivedFile"},
        {"id": "receivedEntry"},
    ),
}
"""With which arguments each root field is asked; a word stands for something of the scene."""
IN_STATE: Final = {
    "AccountDebitsFrozenStatusInfo": "DEBITS_FROZEN",
    "AccountFrozenStatusInfo": "FROZEN",
    "AccountClosedStatusInfo": "CLOSED",
}
"""Types of one state of an account, which the account under observation is not in: there are others for them."""
NODES: Final = frozenset({"account", "customer", "journal"})
"""Root fields that answer what `node(id:)` finds too: whatever hangs on it is also reached that way."""
KIND_OF: Final = {
    "account": "Account",
    "customer": "Customer",
    "order": "TransferOrder",
    "journal": "Journal",
    "counterparty": "Counterparty",
    "case": "Case",
    "approval": "Approval",
    "delivery": "PartnerDelivery",
    "credit": "AchCredit",
    "debit": "AchDebit",
    "creditReceived": "AchCreditReceived",
    "debitReceived": "AchDebitReceived",
    "file": "AchFile",
    "batch": "AchBatch",
    "entry": "AchEntry",
    "receivedFile": "AchReceivedFile",
    "receivedEntry": "AchReceivedEntry",
}


ROWS: Final = {"Query.fraudDecisions": 4}
"""Of pages whose rows show so much that a usual page of them costs more than a request may."""
FIELDS_TOGETHER: Final = 8
"""With the aliases of the steps above them they stay under `graph.limits.ALIASES_MAX`."""


def value_of(scene: Scene, word: str) -> str:
    kind, _, which = word.partition(":")
    known = {
        "account": scene.stopped.get(which, scene.account.id),
        "customer": scene.owner.id,
        "order": scene.orders[0],
        "counterparty": scene.counterparty,
        "key": KEY,
        "case": scene.case,
        "approval": scene.approval,
        "partner": "sponsor",
        "delivery": scene.delivery,
        **scene.ach,
        **scene.fraud,
        "word": which,
        "journal": scene.journals.get(which, ""),
    }
    return known[kind]


@dataclass(frozen=True)
class Step:
    parent: str
    field: str
    arguments: tuple[tuple[str, str], ...] = ()
    answers: str = ""
    """The concrete type that the next step is of, where the field answers an interface or a union."""
    abstract: bool = False

    @property
    def name(self) -> str:
        return f"{self.parent}.{self.field}"


@dataclass(frozen=True)
class Probe:
    steps: tuple[Step, ...]

    @property
    def target(self) -> Step:
        return self.steps[-1]

    @property
    def root(self) -> Step:
        return self.steps[0]

    def __str__(self) -> str:
        given = ",".join(word for _, word in self.root.arguments)
        return ".".join(step.field for step in self.steps) + (f" ({given})" if given else "")


def field_type(step: Step) -> GraphQLNamedType:
    found: GraphQLNamedType = get_named_type(object_of(step.parent).fields[step.field].type)
    return found


@cache
def probes() -> tuple[Probe, ...]:
    """One for each field of each type by each way into that type."""
    ways = _ways()
    return tuple(
        Probe((*_in_state(way), Step(kind, field)))
        for kind, into in ways.items()
        for way in into
        for field in object_of(kind).fields
    ) + tuple(Probe((step,)) for steps in _roots().values() for step in steps)


def _in_state(way: tuple[Step, ...]) -> tuple[Step, ...]:
    root, *rest = way
    state = next((IN_STATE[step.answers] for step in way if step.answers in IN_STATE), None)
    given = tuple((name, f"account:{state}" if state else word) for name, word in root.arguments)
    return (replace(root, arguments=given), *rest)


def probes_of(name: str) -> tuple[Probe, ...]:
    """Of a field."""
    return _by_field().get(name, ())


def probes_into(kind: str) -> tuple[Probe, ...]:
    """Of every field of a type."""
    return _by_type().get(kind, ())


@cache
def _by_field() -> dict[str, tuple[Probe, ...]]:
    return _grouped(lambda probe: probe.target.name)


@cache
def _by_type() -> dict[str, tuple[Probe, ...]]:
    return _grouped(lambda probe: probe.target.parent)


def _grouped(by: Callable[[Probe], str]) -> dict[str, tuple[Probe, ...]]:
    found: dict[str, list[Probe]] = {}
    for probe in probes():
        found.setdefault(by(probe), []).append(probe)
    return {key: tuple(group) for key, group in found.items()}


@cache
def _ways() -> dict[str, tuple[tuple[Step, ...], ...]]:
    """Type -> every way into it: each field that answers it, reached the shortest way."""
    shortest: dict[str, tuple[Step, ...]] = {}
    ways: dict[str, list[tuple[Step, ...]]] = {}
    waiting: list[tuple[Step, ...]] = [(step,) for steps in _roots().values() for step in steps]
    while waiting:
        way = waiting.pop(0)
        kind = way[-1].answers
        if not kind:
            continue
        ways.setdefault(kind, []).append(way)
        if kind in shortest and not _is_list_part(kind):
            continue
        shortest.setdefault(kind, way)
        for field in object_of(kind).fields:
            waiting += [(*way, step) for step in _steps(kind, field)]
    return {kind: tuple(found) for kind, found in ways.items()}


def _is_list_part(kind: str) -> bool:
    """Lists are walked through each time: `a.edges.node` and `b.edges.node` are two ways to a row."""
    return kind.endswith(("Connection", "Edge"))


@cache
def _roots() -> dict[str, tuple[Step, ...]]:
    assert CORE.query_type
    assert set(ROOTS) == set(CORE.query_type.fields), "a root field is to be asked with arguments of the scene"
    return {field: tuple(_root_steps(field)) for field in ROOTS}


def _root_steps(field: str) -> Iterator[Step]:
    assert CORE.query_type
    known = CORE.query_type.fields[field].args
    for arguments in ROOTS[field]:
        assert set(arguments) <= set(known)
        (step, *_) = _steps("Query", field)
        if step.abstract:
            word = arguments["id"].partition(":")[0]
            step = replace(step, answers=KIND_OF[word])
        yield replace(step, arguments=tuple(arguments.items()))


def _steps(kind: str, field: str) -> Iterator[Step]:
    """The field as a step to the type it answers; one to each, where it may answer several."""
    answered = get_named_type(object_of(kind).fields[field].type)
    if isinstance(answered, GraphQLObjectType):
        yield Step(kind, field, answers=answered.name)
    elif isinstance(answered, GraphQLUnionType | GraphQLInterfaceType):
        members = [one.name for one in CORE.get_possible_types(answered) if one.name not in REFUSALS]
        yield from (Step(kind, field, answers=name, abstract=True) for name in members)
        if not members:
            yield Step(kind, field)
    else:
        yield Step(kind, field)


def object_of(kind: str) -> GraphQLObjectType:
    found = CORE.type_map[kind]
    assert isinstance(found, GraphQLObjectType), kind
    return found


# How a probe is written down. Each shape asks the same.


@dataclass(frozen=True)
class Document:
    text: str
    variables: tuple[tuple[str, Any], ...]
    keys: tuple[tuple[str, ...], ...]
    """Of each probe the names in the answer, from the root down."""
    published: bool = False

    @property
    def body(self) -> bytes:
        return json.dumps({"query": self.text, "variables": dict(self.variables)}).encode()


def nested(scene: Scene, *probes: Probe) -> Document:
    return _written(scene, probes)


def aliased(scene: Scene, *probes: Probe) -> Document:
    """Every field has another name; the last one that of a field which more people may see, several one another's."""
    above = [f"a{place}" for place in range(len(probes[0].steps) - 1)]
    first, *rest = (probe.target.field for probe in probes)
    if not rest:
        first = "id" if first != "id" else "other"
    return _written(scene, probes, aliases=[*above, *rest, first])


def by_node(scene: Scene, *probes: Probe) -> Document | None:
    """The same by `node(id:)`, where the root field finds something that has an id."""
    root, *inner = probes[0].steps
    if root.field not in NODES or not inner:
        return None
    node = Step("Query", "node", root.arguments, KIND_OF[root.field], abstract=True)
    return nested(scene, *(Probe((node, *probe.steps[1:])) for probe in probes))


def by_fragments(scene: Scene, *probes: Probe) -> Document:
    return _written(scene, probes, fragments=True)


def published(scene: Scene, *probes: Probe) -> Document:
    """As a published document, which is not executed by the library."""
    return replace(nested(scene, *probes), published=True)


Shapes = Mapping[str, Callable[..., Document | None]]

SHAPES: Final[Shapes] = {
    "nested": nested,
    "alias": aliased,
    "fragment": by_fragments,
    "node": by_node,
    "published": published,
}
"""Each is given the scene, and probes that differ in their last step alone."""


def together(probes: Iterable[Probe]) -> Iterator[tuple[Probe, ...]]:
    """The probes that one document asks: those of one way, except that a page would cost too much beside others."""
    ways: dict[tuple[Step, ...], list[Probe]] = {}
    for probe in probes:
        if len(probe.steps) == 1 or _is_page(probe.target):
            yield (probe,)
        else:
            ways.setdefault(probe.steps[:-1], []).append(probe)
    for found in ways.values():
        for first in range(0, len(found), FIELDS_TOGETHER):
            yield tuple(found[first : first + FIELDS_TOGETHER])


def _written(
    scene: Scene, probes: Sequence[Probe], *, aliases: Sequence[str] = (), fragments: bool = False
) -> Document:
    """`aliases`: of the steps that the probes share, then of the last step of each; none, when all keep their names."""
    *shared, _ = probes[0].steps
    targets = [probe.target for probe in probes]
    names = aliases or [""] * (len(shared) + len(targets))
    above, last = names[: len(shared)], names[len(shared) :]
    spread: list[str] = []
    text = " ".join(_leaf(step, alias) for step, alias in zip(targets, last, strict=True))
    for place, step in reversed(list(enumerate([*shared, targets[0]]))):
        if place < len(shared):
            inner = f"... on {step.answers} {{ {text} }}" if step.abstract else text
            text = f"{_asked(step, above[place])} {{ {inner} }}"
        if fragments:
            spread.append(f"fragment F{place} on {step.parent} {{ {text} }}")
            text = f"...F{place}"
    root = probes[0].root
    variables = {name: value_of(scene, word) for name, word in root.arguments}
    kinds = {name: str(object_of("Query").fields[root.field].args[name].type) for name in variables}
    defined = ", ".join(f"${name}: {kind}" for name, kind in kinds.items())
    head = f"query{f'({defined})' if defined else ''} {{ {text} }}"
    way = tuple(alias or step.field for alias, step in zip(above, shared, strict=True))
    keys = tuple((*way, *_keys(step, alias)) for step, alias in zip(targets, last, strict=True))
    return Document("\n".join([head, *spread]), tuple(variables.items()), keys)


def _leaf(step: Step, alias: str) -> str:
    return f"{_asked(step, alias)}{' { __typename }' if is_composite_type(field_type(step)) else ''}"


def _keys(step: Step, alias: str) -> tuple[str, ...]:
    return (alias or step.field, *(("__typename",) if is_composite_type(field_type(step)) else ()))


def _asked(step: Step, alias: str) -> str:
    return f"{alias}: {step.field}{_arguments(step)}" if alias else f"{step.field}{_arguments(step)}"


def _is_page(step: Step) -> bool:
    return "first" in object_of(step.parent).fields[step.field].args


def _arguments(step: Step) -> str:
    given = [f"{name}: ${name}" for name, _ in step.arguments]
    if _is_page(step):
        given.append(f"first: {ROWS.get(step.name, PAGE)}")
    return f"({', '.join(given)})" if given else ""
