"""Puts the access table into force: every field of every object goes through here when the schema is built.

A field whose rule lets everybody pass is left as it is; the others ask their rule with how the person stands to the
object they hang on, which the object knows. A field without a row, a row without a field, or a field to be masked
without a mask stops the build.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema

from domain.access.model import Group, Relation
from graph.access import Cell, Rule
from graph.commands import Info, Resolve, carried_out
from graph.context import Context
from graph.refusals import MEMBERS, answered

MUTATION: Final = "Mutation"
QUERY: Final = "Query"


class TableIncomplete(Exception):
    """The table and the schema do not agree. The message names the fields."""


def enforce(schema: GraphQLSchema, table: Mapping[str, Rule], masks: Mapping[str, Callable[[str], str]]) -> None:
    fields = dict(fields_of(schema))
    _compare(set(fields), table, masks)
    for name, field in fields.items():
        rule, resolve = table[name], field.resolve
        if resolve is None:
            raise TableIncomplete(f"{name} has no resolver to guard")
        field.resolve = _guarded(name, rule, resolve, masks.get(name))


def fields_of(schema: GraphQLSchema) -> list[tuple[str, GraphQLField]]:
    """Every field that can show something. Members of refusals are decided where they are made."""
    refusals = {member.__name__ for member in MEMBERS.values()}
    return [
        (f"{kind.name}.{name}", field)
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__") and kind.name not in refusals
        for name, field in kind.fields.items()
    ]


def _compare(fields: set[str], table: Mapping[str, Rule], masks: Mapping[str, Callable[[str], str]]) -> None:
    masked = {name for name, rule in table.items() if rule.masks}
    faults = [
        *(f"{name} has no row in the access table" for name in sorted(fields - set(table))),
        *(f"{name} stands in the access table and not in the schema" for name in sorted(set(table) - fields)),
        *(f"{name} is to be masked and has no mask" for name in sorted(masked - set(masks))),
        *(f"{name} has a mask that no rule uses" for name in sorted(set(masks) - masked)),
    ]
    if faults:
        raise TableIncomplete("; ".join(faults))


@dataclass(frozen=True, slots=True)
class Guard:
    """What stands before a field's own resolver, told to those who call the two in another way: `graph.compiling`."""

    resolve: Resolve
    """The field's own resolver."""
    around: Callable[[Resolve], Resolve]
    """Puts the same guard around another way of calling it."""
    rule: Rule | None
    """The rule of an object's field: where its cell says allow, the guard does nothing. None for root fields."""


def guard_of(resolve: Resolve | None) -> Guard | None:
    found: Guard | None = getattr(resolve, "guard", None)
    return found


def _guarded(name: str, rule: Rule, resolve: Resolve, mask: Callable[[str], str] | None) -> Resolve:
    around = _around(name, rule, mask)
    if around is None:
        return resolve
    guarded: Any = around(resolve)
    guarded.guard = Guard(resolve, around, None if name.startswith((f"{MUTATION}.", f"{QUERY}.")) else rule)
    return cast("Resolve", guarded)


def _around(name: str, rule: Rule, mask: Callable[[str], str] | None) -> Callable[[Resolve], Resolve] | None:
    kind, _, field = name.partition(".")
    if kind == MUTATION:
        return lambda resolve: carried_out(field, partial(_conceivable, rule), resolve)
    if kind == QUERY:
        return lambda resolve: _looked_up(rule, resolve)
    return None if rule.is_open else lambda resolve: _of_object(rule, resolve, mask)


def _looked_up(rule: Rule, resolve: Resolve) -> Resolve:
    def guarded(source: Any, info: Info, **arguments: Any) -> Any:
        answer = resolve(source, info, **arguments) if _conceivable(rule, info.context) else None
        info.context.answers(answer)
        return answered(answer)

    return guarded


def _of_object(rule: Rule, resolve: Resolve, mask: Callable[[str], str] | None) -> Resolve:
    cells: dict[tuple[frozenset[Group], Relation], Cell] = {}  # at most a cell for each set of groups and relation

    def guarded(source: Any, info: Info, **arguments: Any) -> Any:
        who = info.context.groups, source.stands
        cell = cells.get(who) or cells.setdefault(who, rule.for_actor(*who))
        if cell is Cell.DENY:
            return None
        value = resolve(source, info, **arguments)
        return mask(value) if cell is Cell.MASK and mask and value is not None else value

    return guarded


def _conceivable(rule: Rule, context: Context) -> bool:
    relations = (Relation.STRANGER,) if context.is_staff else tuple(Relation)
    return any(rule.for_actor(context.groups, relation) is not Cell.DENY for relation in relations)
