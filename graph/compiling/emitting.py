"""The source of the function, and what its names stand for.

The text is made of what this module writes and of the names of Python attributes. Nothing of a document gets into it:
response keys, literals and everything else of the caller's are values, bound to names that are numbers.
"""

from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FragmentDetails, GroupedFieldSet, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.types.cast import get_strawberry_type_cast

from graph.access import Cell, Rule
from graph.compiling.arguments import arguments_of
from graph.compiling.fetching import Asked, Attribute, Called, Fetch, Method, fetch_of
from graph.compiling.fitness import DEPTH_MAX, FIELDS_MAX, LISTS_NESTED_MAX, Parts, Reason, Unfit
from graph.compiling.places import Place
from graph.compiling.running import FieldInfo, drained, failed, is_object, raised, raw_info, type_behind
from graph.compiling.values import fast_test, known_class, known_member, leaf, names_by_identity, rows

ENTRY: Final = "answer"
HELPERS: Final[dict[str, Any]] = {
    "ALLOW": Cell.ALLOW,
    "DENY": Cell.DENY,
    "FieldInfo": FieldInfo,
    "cast_of": get_strawberry_type_cast,
    "drained": drained,
    "failed": failed,
    "is_object": is_object,
    "raised": raised,
    "raw_info": raw_info,
    "type_behind": type_behind,
}


class Spot(NamedTuple):
    """Where the text being written stands in the answer. Keys are expressions: a bound name, or a list's length."""

    keys: tuple[str, ...] = ()
    typenames: tuple[str | None, ...] = ()
    lists: tuple[str, ...] = ()
    """The lists being filled around it, outermost first: how long each is says which row this is."""

    @property
    def path(self) -> str:
        return f"({', '.join(self.keys)},)"

    @property
    def given(self) -> str:
        """What the function of an object here is given besides the object."""
        return ", ".join(("run", *self.lists))


class Value(NamedTuple):
    """A field's value, or a row of it, that is to become a part of the answer."""

    place: Place
    bound: str
    """The name that the place is bound to."""
    whole: Spot
    """Where the field stands."""
    spot: Spot
    """Where this value stands: the same, or a row in it."""
    name: str
    """The variable that holds it."""
    target: str
    """The variable that is to hold its part of the answer."""


class Text:
    """Lines of one function."""

    def __init__(self, *, indent: int = 0) -> None:
        self.lines: list[str] = []
        self.indent = indent

    def add(self, *lines: str) -> None:
        self.lines += [f"{'    ' * self.indent}{line}" for line in lines]


class Emission:
    """Everything that is written for one document with one choice of what is included."""

    def __init__(self, schema: GraphQLSchema, parts: Parts, values: VariableValues) -> None:
        """`values`: the variables that decide what is included, and no others."""
        self.rules: list[Rule] = []
        """In the order in which a run carries their cells."""
        self.namespace: dict[str, Any] = dict(HELPERS)
        self._schema = schema
        self._parts = parts
        self._values = values
        self._fragments = {name: FragmentDetails(fragment) for name, fragment in parts.fragments.items()}
        self._texts: list[Text] = []
        self._behind: list[tuple[dict[Any, Any], dict[Any, str]]] = []
        """Tables of functions, which are filled when the functions are there."""
        self._fields = 0

    # The whole.

    def write(self) -> str:
        operation = self._parts.operation
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            raise Unfit(Reason.NOT_VALID, "there is no root type")
        try:
            collected = collect_fields(self._schema, self._fragments, self._values, root, operation)
        except GraphQLError as error:
            raise Unfit(Reason.NOT_VALID, error.message) from error
        self._function(root, collected.grouped_field_set, Spot(), name=ENTRY)
        return "\n".join(line for text in self._texts for line in (*text.lines, ""))

    def function(self, code: CodeType) -> Callable[..., dict[str, Any]]:
        exec(code, self.namespace)  # noqa: S102 - the text is this module's own, see its head
        for table, names in self._behind:
            table.update({key: self.namespace[name] for key, name in names.items()})
        found: Callable[..., dict[str, Any]] = self.namespace[ENTRY]
        return found

    def bind(self, stem: str, value: object) -> str:
        name = f"{stem}{len(self.namespace)}"
        self.namespace[name] = value
        return name

    # Objects.

    def _function(self, kind: GraphQLObjectType, fields: GroupedFieldSet, spot: Spot, *, name: str) -> str:
        if len(spot.keys) > DEPTH_MAX:
            raise Unfit(Reason.TOO_LARGE, f"nested deeper than {DEPTH_MAX}")
        text, parts, asked = Text(), list[str](), dict[int, str]()
        text.add(f"def {name}({', '.join(('s', 'run', *spot.lists))}):")
        text.indent += 1
        body = Text(indent=1)
        for key, details in fields.items():
            part = f"x{len(parts)}"
            bound = self.bind("k", key)
            if self._field(body, kind, details, below(spot, bound, kind.name), target=part, asked=asked):
                parts.append(f"{bound}: {part}")
        for rule, cell in asked.items():
            text.add("try:", f"    {cell} = run.cells[{rule}][s.stands]", "except Exception:", f"    {cell} = None")
        text.lines += body.lines
        text.add(f"return {{{', '.join(parts)}}}")
        self._texts.append(text)
        return name

    def _object(self, value: Value, kind: GraphQLObjectType) -> str:
        """The name of the function that answers an object of this type here."""
        operation, details = self._parts.operation, value.place.details
        try:
            found = collect_subfields(self._schema, self._fragments, self._values, operation, kind, details)
        except GraphQLError as error:
            raise Unfit(Reason.NOT_VALID, error.message) from error
        return self._function(kind, found.grouped_field_set, value.spot, name=self.bind("f", None))

    # Fields.

    def _field(
        self,
        text: Text,
        parent: GraphQLObjectType,
        details: Any,
        spot: Spot,
        *,
        target: str,
        asked: dict[int, str],
    ) -> bool:
        """Writes one field. False for one that the type does not have: the library leaves it out."""
        self._fields += 1
        if self._fields > FIELDS_MAX:
            raise Unfit(Reason.TOO_LARGE, f"more than {FIELDS_MAX} fields")
        name = details[0].node.name.value
        definition = self._schema.get_field(parent, name)
        if definition is None:
            return False
        if name == "__typename":
            text.add(f"{target} = {self.bind('n', parent.name)}")
            return True
        place = Place(definition, name, parent, details, spot.typenames)
        value = Value(place, self.bind("p", place), spot, spot, "v", target)
        fetch, body = fetch_of(place), Text(indent=text.indent + 1)
        self._fetched(body, value, fetch, asked)
        self._answered(text, body, value, definition.type)
        return True

    def _answered(self, text: Text, body: Text, value: Value, kind: GraphQLOutputType) -> None:
        """Writes what makes the value a part of the answer, after `body`, and what happens if either fails."""
        read = f"i{value.target}" if is_list_type(_inner(kind)) else None
        self._completed(body, value, kind, read)
        if read:
            text.add(f"{read} = None")
        text.add("try:")
        text.lines += body.lines
        text.add("except Exception as error:")
        if read:
            text.add(f"    drained({read})")
        place, path = value.bound, value.spot.path
        text.add(
            f"    raised(error, {place}, {path})"
            if is_non_null_type(kind)
            else f"    {value.target} = failed(run, error, {place}, {path})"
        )

    # Getting a value.

    def _fetched(self, text: Text, value: Value, fetch: Fetch, asked: dict[int, str]) -> None:
        given = arguments_of(value.place.field, value.place.first)
        arguments = ""
        if given is not None and given.constant is None:
            text.add(f"a = {self.bind('a', given.read)}(run)")
            arguments = ", **a"
        elif given is not None:
            arguments = f", **{self.bind('a', given.constant)}"
        own = self._own(value, fetch, arguments)
        if fetch.rule is None:
            text.add(f"v = {own}")
            return
        cell = asked.setdefault(self._rule(fetch.rule), f"c{len(asked)}")
        whole = self._called(value, fetch.resolve, arguments)
        text.add(f"v = {own} if {cell} is ALLOW else None if {cell} is DENY else {whole}")

    def _own(self, value: Value, fetch: Fetch, arguments: str) -> str:
        own = fetch.own
        if isinstance(own, Attribute):
            return f"s.{own.name}"
        if isinstance(own, Called):
            return self._called(value, own.resolve, arguments)
        info = f"FieldInfo(run, {value.bound}, {self.bind('d', fetch.definition)}, {value.whole.path})"
        if isinstance(own, Asked):
            return f"{self.bind('m', own.resolve)}(s, {info}{arguments})"
        return self._method(own, info)

    def _method(self, own: Method, info: str) -> str:
        return f"{self.bind('m', own.call)}(s{f', info={info}' if own.with_info else ''})"

    def _called(self, value: Value, resolve: Callable[..., Any], arguments: str) -> str:
        info = f"raw_info(run, {value.bound}, {value.whole.path})"
        return f"{self.bind('m', resolve)}(s, {info}{arguments})"

    def _rule(self, rule: Rule) -> int:
        if rule not in self.rules:
            self.rules.append(rule)
        return self.rules.index(rule)

    # Making it a part of the answer.

    def _completed(self, text: Text, value: Value, kind: GraphQLOutputType, read: str | None) -> None:
        required, kind = is_non_null_type(kind), _inner(kind)
        if is_list_type(kind):
            self._list(text, value, kind.of_type, f"i{value.target}" if read is None else read, required=required)
        elif is_leaf_type(kind):
            self._leaf(text, value, kind, required=required)
        elif is_abstract_type(kind):
            self._behind_abstract(text, value, kind, required=required)
        elif isinstance(kind, GraphQLObjectType):
            self._of_object(text, value, kind, required=required)
        else:
            raise Unfit(Reason.NOT_VALID, f"{kind} is not for output")

    def _leaf(self, text: Text, value: Value, kind: GraphQLLeafType, *, required: bool) -> None:
        answer, v = self.bind("l", leaf(kind, value.place, required=required)), value.name
        names = names_by_identity(kind)
        test = fast_test(kind)
        if names:
            text.add(f"{value.target} = {self.bind('e', names)}.get(id({v})) or {answer}({v})")
        elif test:
            text.add(f"{value.target} = {v} if {test.format(v=v)} else {answer}({v})")
        else:
            text.add(f"{value.target} = {answer}({v})")

    def _of_object(self, text: Text, value: Value, kind: GraphQLObjectType, *, required: bool) -> None:
        function, known, v = self._object(value, kind), known_class(kind), value.name
        checked = f"is_object(run, {v}, {self.bind('t', kind)}, {value.bound}, {value.whole.path}, required={required})"
        if known:
            test = f"type({v}) is {self.bind('C', known.of)}" + (f" and cast_of({v}) is None" if known.marked else "")
            checked = f"{test} or {checked}"
        text.add(f"{value.target} = {function}({v}, {value.spot.given}) if {checked} else None")

    def _behind_abstract(self, text: Text, value: Value, kind: GraphQLAbstractType, *, required: bool) -> None:
        known: dict[Any, str] = {}
        every: dict[Any, str] = {}
        for member in self._schema.get_possible_types(kind):
            every[member.name] = self._object(value, member)
            if found := known_member(kind, member):
                known[found.of] = every[member.name]
        by_class, by_name, v = self._table(known), self._table(every), value.name
        behind = (
            f"type_behind(run, {v}, {self.bind('t', kind)}, {value.bound}, {value.whole.path}, required={required})"
        )
        text.add(
            f"g = {by_class}.get(type({v}))",
            f"if g is None or cast_of({v}) is not None:",
            f"    g = {behind}",
            f"    g = None if g is None else {by_name}[g.name]",
            f"{value.target} = None if g is None else g({v}, {value.spot.given})",
        )

    def _table(self, names: dict[Any, str]) -> str:
        table: dict[Any, Any] = {}
        self._behind.append((table, names))
        return self.bind("b", table)

    def _list(self, text: Text, value: Value, kind: GraphQLOutputType, read: str, *, required: bool) -> None:
        nested = sum(key.startswith("len(") for key in value.spot.keys[len(value.whole.keys) :])
        if nested >= LISTS_NESTED_MAX:
            raise Unfit(Reason.TOO_LARGE, f"lists nested more than {LISTS_NESTED_MAX} deep")
        answer, v = self.bind("i", rows(value.place, required=required)), value.name
        filled = f"r{len(value.spot.lists)}"
        text.add(
            f"{read} = {v} if type({v}) is list else {answer}({v})",
            f"if {read} is None:",
            f"    {value.target} = None",
            "else:",
            f"    {filled} = []",
            f"    for w{nested} in {read}:",
        )
        spot = value.spot._replace(
            keys=(*value.spot.keys, f"len({filled})"),
            typenames=(*value.spot.typenames, None),
            lists=(*value.spot.lists, filled),
        )
        row = value._replace(spot=spot, name=f"w{nested}", target=f"y{nested}")
        inner = Text(indent=text.indent + 2)
        self._answered(inner, Text(indent=inner.indent + 1), row, kind)
        inner.add(f"{filled}.append({row.target})")
        text.lines += inner.lines
        text.add(f"    {value.target} = {filled}")


def below(spot: Spot, key: str, typename: str) -> Spot:
    return spot._replace(keys=(*spot.keys, key), typenames=(*spot.typenames, typename))


def _inner(kind: GraphQLOutputType) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind


def conditions_as_values(names: Sequence[str], choices: Sequence[bool]) -> VariableValues:
    return VariableValues({}, dict(zip(names, choices, strict=True)))
