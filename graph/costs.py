"""What an operation costs: at most, told from its document before it runs, and in truth, counted while it ran.

The estimate is a number of objects. Each object that may be answered counts one, as often as the lists around it have
rows: a page has as many as its `first` asks for, any other list as many as its description allows. Money and what a
page is wrapped in (connection, edge, `PageInfo`) count nothing. Parts behind `@skip` and `@include` count as if they
were there, and of the types that may stand behind an interface or a union the dearest counts.
The truth is what the meter under the bank's stores has counted meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from graph.connections import PAGE_DEFAULT, PAGE_MAX
from graph.context import Context

COST_MAX: Final = 5_000
"""Of one operation that is not published: a page of accounts with all the holds they may have, or a hundred entries
with their journals' legs. Published documents are looked at one by one when they are published."""
PAGE_ARGUMENT: Final = "first"
FREE: Final = frozenset({"Money", "PageInfo"})
"""Objects that only hold what another object says."""
WRAPPERS: Final = ("Connection", "Edge")
"""How the types end that a page is wrapped in."""
LIST_SIZES: Final[Mapping[str, int]] = {
    "Account.holds": 64,
    "Account.people": 20,
    "AchFile.batches": 100,
    "AchFile.rejections": 5,
    "AchReceivedFile.findings": 20,
    "AchReceivedFile.forgiven": 15,
    "AchRejection.reasons": 20,
    "Approval.checks": 3,
    "Approval.shown": 20,
    "AuditRecord.details": 20,
    "Counterparty.changes": 20,
    "Case.choices": 15,
    "Case.facts": 20,
    "Case.history": 100,
    "EndFraudSnoozeSuccess.snoozes": 20,
    "FraudBacktest.folds": 50,
    "FraudDay.decisions": 5,
    "FraudDay.volumes": 180,
    "FraudDecision.contributions": 150,
    "FraudDecision.customerReasons": 6,
    "FraudDecision.features": 150,
    "FraudDecision.listed": 10,
    "FraudDecision.rules": 100,
    "FraudDecision.shadows": 20,
    "FraudDryRun.after": 5,
    "FraudDryRun.before": 5,
    "FraudDryRun.examples": 80,
    "FraudDryRun.spoke": 100,
    "FraudGate.missing": 19,
    "FraudLabel.said": 20,
    "FraudLineage.metrics": 50,
    "FraudLineage.parameters": 50,
    "FraudRuleGrammar.nodes": 30,
    "FraudScoring.amountThresholds": 4,
    "FraudScoring.champions": 4,
    "FraudScoring.previous": 4,
    "FraudScoring.scoreThresholds": 4,
    "FraudScoring.shadows": 3,
    "FraudVersion.rules": 100,
    "InputInvalid.fields": 20,
    "Journal.legs": 30,
    "PaymentEvent.facts": 12,
    "Query.fraudFeatures": 150,
    "Query.fraudScopes": 3,
    "Query.fraudSeries": 92,
    "Query.fraudSnoozes": 20,
    "SnoozeFraudRuleSuccess.snoozes": 20,
}
"""The most rows of lists that are no pages. A list of objects without a row here stops the estimate."""

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


def cost_of(context: Context, requested: int) -> dict[str, int | float]:
    """`extensions.cost` of a request that has been carried out: the estimate, and what it used unless that would tell
    of something that the person may not know of."""
    if context.withholds_cost:
        return {"requested": requested}
    used = context.used
    return {
        "requested": requested,
        "calls": used.calls,
        "readUnits": used.read_units,
        "writeUnits": used.write_units + used.index_units,
    }


def requested_cost(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None, name: str | None = None
) -> int:
    """The most objects that an operation may answer: the only one of a valid document, or the one of this name.

    Without variables (a document that is only to be published) a page whose size is one counts a hundred rows.
    """
    return price_of(schema, document, name).at(variables)


@dataclass(frozen=True, slots=True)
class PageSize:
    """How many rows a page asks for: a number, or a variable with what it is when it is not sent."""

    variable: str | None
    default: int

    def at(self, variables: Mapping[str, Any] | None) -> int:
        found: Any = self.default
        if self.variable is not None:
            found = PAGE_MAX if variables is None else variables.get(self.variable, self.default)
        whole = isinstance(found, int) and not isinstance(found, bool)
        return min(max(found, 0), PAGE_MAX) if whole else PAGE_MAX  # what does not fit is refused before it is read


@dataclass(frozen=True, slots=True)
class Price:
    """So many objects, and others as often as their lists have rows. Made once a document, asked once a request."""

    objects: int = 0
    lists: tuple[tuple[PageSize, "Price"], ...] = ()

    def at(self, variables: Mapping[str, Any] | None) -> int:
        return self.objects + sum(size.at(variables) * rows.at(variables) for size, rows in self.lists)

    def __add__(self, other: "Price") -> "Price":
        return Price(self.objects + other.objects, self.lists + other.lists)


def price_of(schema: GraphQLSchema, document: DocumentNode, name: str | None = None) -> Price:
    """The price of an operation of a valid document."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    (operation,) = [one for one in operations if name is None or (one.name and one.name.value == name)]
    defaults = {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
    root = schema.get_root_type(operation.operation)
    if root is None:
        raise ValueError(f"the schema has no {operation.operation.value}")
    return _Walk(schema, fragments, defaults).selections(operation.selection_set, root, PageSize(None, PAGE_MAX))


@dataclass(frozen=True, slots=True)
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    defaults: Mapping[str, int]

    def selections(self, found: SelectionSetNode, kind: Composite, page: PageSize) -> Price:
        """`page`: how many rows the lists right within have, where they are a page's."""
        if isinstance(kind, GraphQLObjectType):
            return self._of_object(found, kind, page)
        return _dearest(self._of_object(found, one, page) for one in self.schema.get_possible_types(kind))

    def _of_object(self, found: SelectionSetNode, kind: GraphQLObjectType, page: PageSize) -> Price:
        return _sum(self._field(field, kind, page) for field in self._fields(found, kind))

    def _fields(self, found: SelectionSetNode, kind: GraphQLObjectType) -> Iterable[FieldNode]:
        for selection in found.selections:
            if isinstance(selection, FieldNode):
                yield selection
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
            if self._applies(fragment, kind):
                yield from self._fields(fragment.selection_set, kind)

    def _applies(self, fragment: InlineFragmentNode | FragmentDefinitionNode, kind: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        condition: Any = self.schema.get_type(fragment.type_condition.name.value)
        return condition is kind or (is_abstract_type(condition) and self.schema.is_sub_type(condition, kind))

    def _field(self, node: FieldNode, kind: GraphQLObjectType, page: PageSize) -> Price:
        field = kind.fields.get(node.name.value)  # what begins with two underscores is not among them, and free
        named: Any = get_named_type(field.type) if field else None
        if field is None or node.selection_set is None or not is_composite_type(named):
            return Price()
        one = Price(0 if _is_free(named) else 1) + self.selections(node.selection_set, named, self._page(node, field))
        if not _is_list(field):
            return one
        rows = page if _is_page(kind) else PageSize(None, LIST_SIZES[f"{kind.name}.{node.name.value}"])
        return Price(0, ((rows, one),))

    def _page(self, node: FieldNode, field: GraphQLField) -> PageSize:
        argument = field.args.get(PAGE_ARGUMENT)
        if argument is None:
            return PageSize(None, PAGE_MAX)
        default = PAGE_DEFAULT if argument.default_value is None else int(argument.default_value)
        given = next((one.value for one in node.arguments or () if one.name.value == PAGE_ARGUMENT), None)
        if isinstance(given, VariableNode):
            name = given.name.value
            return PageSize(name, self.defaults.get(name, default))
        return PageSize(None, int(given.value) if isinstance(given, IntValueNode) else default)


def _dearest(prices: Iterable[Price]) -> Price:
    """Which is the dearest may hang on variables; told by the largest pages."""
    return max(prices, key=lambda price: price.at(None), default=Price())


def _sum(prices: Iterable[Price]) -> Price:
    return reduce(Price.__add__, prices, Price())


def _is_free(kind: Composite) -> bool:
    return kind.name in FREE or kind.name.endswith(WRAPPERS)


def _is_page(kind: GraphQLObjectType) -> bool:
    """A type whose lists are as long as the `first` of the field that gives it."""
    return kind.name.endswith(WRAPPERS) or kind.name == "Changes"


def _is_list(field: GraphQLField) -> bool:
    kind = field.type.of_type if is_non_null_type(field.type) else field.type
    return is_list_type(kind)
