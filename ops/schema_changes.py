"""What a change of the schema does to those who use it, and which changes are refused.

The schema in the code is laid beside the released one. What breaks a client is refused, with two ways round: it was
deprecated in a release with a date of removal that has come, or it stands in a dated list of decisions with its reason.
What is dangerous (a client that lists all values of an enumeration meets a new one) and what is safe is only named.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Visitor,
    build_ast_schema,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    visit,
)
from graphql.utilities.find_schema_changes import (
    BreakingChange,
    DangerousChange,
    SafeChangeType,
    find_schema_changes,
)

if TYPE_CHECKING:
    from pathlib import Path

DEPRECATED_DAYS_MIN: Final = 365
"""Applications in stores are updated by their users: a year is what partners are promised."""
REASON: Final = re.compile(r"Use \S.*\. Removal: (\d{4}-\d{2}-\d{2})", re.ASCII)


class Severity(StrEnum):
    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Change:
    severity: Severity
    what: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """A breaking change that somebody decided on."""

    what: str
    decided: date
    why: str


def changes(released: str, now: str, today: date) -> list[Change]:
    """The worst first. What was deprecated, and whose day of removal has come, may go without breaking anybody."""
    after = build_schema(now)
    before, gone = _without_what_may_go(parse(released), after, today)
    found = [
        Change(_severity(one), one.description)
        for one in find_schema_changes(before, after)
        if one.type is not SafeChangeType.DESCRIPTION_CHANGED
    ]
    found += [Change(Severity.SAFE, f"{name} was removed, as announced.") for name in gone]
    newly = _deprecations(after).keys() - _deprecations(build_schema(released)).keys()
    found += [Change(Severity.SAFE, f"{name} was deprecated.") for name in sorted(newly)]
    return sorted(found, key=lambda change: list(Severity).index(change.severity))


def faults(released: str, now: str, *, allowed: list[Allowed], today: date) -> list[str]:
    """What stops a change of the schema, in words; nothing when it may go out."""
    breaking = {change.what for change in changes(released, now, today) if change.severity is Severity.BREAKING}
    decided = {one.what for one in allowed}
    return [
        *(f"breaks clients: {what}" for what in sorted(breaking - decided)),
        *(f"was decided on and is not a breaking change: {what}" for what in sorted(decided - breaking)),
        *(f"was decided on in the future: {one.what}" for one in allowed if one.decided > today),
        *(f"was decided on without a reason: {one.what}" for one in allowed if not one.why.strip()),
        *_deprecation_faults(released, now, today),
    ]


def allowed_in(path: Path) -> list[Allowed]:
    """The decisions in the file. Raises `KeyError` or `TypeError` for one that is not whole."""
    found = tomllib.loads(path.read_text(encoding="utf-8")).get("change", [])
    return [Allowed(**one) for one in found]


def removal_of(reason: str) -> date | None:
    """The day from which a deprecated thing may be gone; None for a reason that does not say it in form."""
    matched = REASON.fullmatch(reason)
    try:
        return date.fromisoformat(matched.group(1)) if matched else None
    except ValueError:
        return None


def _deprecation_faults(released: str, now: str, today: date) -> Iterator[str]:
    before = _deprecations(build_schema(released))
    for name, reason in _deprecations(build_schema(now)).items():
        removal = removal_of(reason)
        if removal is None:
            yield f'{name} is deprecated with {reason!r}; say "Use X. Removal: YYYY-MM-DD"'
        elif name in before and removal < (removal_of(before[name]) or removal):
            yield f"{name} is to be removed earlier than was announced"
        elif name not in before and removal < today + timedelta(days=DEPRECATED_DAYS_MIN):
            yield f"{name} is deprecated with less than {DEPRECATED_DAYS_MIN} days to its removal"


def _severity(change: Any) -> Severity:
    if isinstance(change, BreakingChange):
        return Severity.BREAKING
    return Severity.DANGEROUS if isinstance(change, DangerousChange) else Severity.SAFE


def _deprecations(schema: GraphQLSchema) -> dict[str, str]:
    """Coordinate -> reason, of everything that can be deprecated."""
    return {name: part.deprecation_reason for name, part in _parts(schema) if part.deprecation_reason is not None}


def _parts(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Fields, arguments, input fields and values of enumerations, each with its schema coordinate."""
    for kind in _own_types(schema):
        if isinstance(kind, GraphQLEnumType):
            yield from ((_coordinate(kind.name, name), value) for name, value in kind.values.items())
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                yield _coordinate(kind.name, name), field
                for argument, given in getattr(field, "args", {}).items():
                    yield _coordinate(kind.name, name, argument), given


def _own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [
        kind
        for kind in schema.type_map.values()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    ]


def _without_what_may_go(document: DocumentNode, after: GraphQLSchema, today: date) -> tuple[GraphQLSchema, list[str]]:
    """The released schema less what is gone now, was deprecated then, and is due, with the types it alone used."""
    before = build_ast_schema(document)
    there = {name for name, _ in _parts(after)}
    due = {
        name
        for name, reason in _deprecations(before).items()
        if name not in there and (removal := removal_of(reason)) is not None and removal <= today
    }
    left = build_ast_schema(visit(document, _Leaving(due)))
    unused = _reached(before) - _reached(left) - after.type_map.keys()
    return build_ast_schema(visit(document, _Leaving(due | unused))), sorted(due | unused)


def _reached(schema: GraphQLSchema) -> set[str]:
    """Types that can be come to from the root types."""
    reached: set[str] = set()
    waiting = [kind for kind in (schema.query_type, schema.mutation_type) if kind]
    while waiting:
        kind: Any = waiting.pop()
        if kind.name in reached:
            continue
        reached.add(kind.name)
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            waiting += schema.get_possible_types(kind)
        for field in getattr(kind, "fields", {}).values():
            waiting += [get_named_type(part.type) for part in (field, *getattr(field, "args", {}).values())]
    return reached


class _Leaving(Visitor):
    """Leaves out of a schema's text what has one of these coordinates."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._names = names

    def enter(self, node: Any, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> Any:
        if not node.kind.endswith("_definition") or not hasattr(node, "name"):
            return None
        above = [one.name.value for one in ancestors if getattr(one, "kind", "").endswith("_definition")]
        return REMOVE if _coordinate(*[*above, node.name.value]) in self._names else None


def _coordinate(kind: str, field: str | None = None, argument: str | None = None) -> str:
    if field is None:
        return kind
    return f"{kind}.{field}({argument}:)" if argument else f"{kind}.{field}"
