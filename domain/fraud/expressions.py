"""Conditions as data: a small tree of JSON that names features, compares, counts and combines. Nothing of it is code.

`{"and": [{"gte": [{"feature": "amount_minor"}, 250000]}, {"not": {"feature": "sent_before"}}]}`

What is missing stays missing: a node whose data is not there is inconclusive, as Kleene's logic has it, and so is a
division by zero. Arithmetic is exact, for integers and for fractions, so that the same features answer the same for
ever and on every machine. OPERATORS is the specification; `describe` says it as data, for whoever builds an editor.
"""

import json
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from domain.fraud.documents import Part, canonical, repeated, sha256_of
from domain.fraud.kinds import FEATURES, Features, FeatureType
from domain.money import AMOUNT_MINOR_MAX

if TYPE_CHECKING:  # 2 ms of a cold start, which only rules with fractions need
    from fractions import Fraction

DEPTH_MAX: Final = 12
"""Nodes below each other: deeper than anybody reads, and far from where Python gives up."""
NODES_MAX: Final = 200
"""Of one condition. Who needs more needs two rules."""
PARTS_MAX: Final = 20
"""Of one `and`, `or`, sum or product."""
SET_MAX: Final = 200
"""Constants that `in` looks through. Longer ones are lists, with a reason and an end for each entry."""
TEXT_MAX: Final = 64
"""Characters of a text constant: kinds, currencies and ids are shorter."""
CONSTANT_MAX: Final = AMOUNT_MINOR_MAX
"""No amount is larger, and nothing that is counted."""
BITS_MAX: Final = 2_200
"""Of a numerator or a denominator. The product of any two floats fits (2 x 1,074); beyond it a node is inconclusive."""

INCONCLUSIVE: Final = None
"""What a node answers whose data is missing."""

Constant = bool | int | float | str
if TYPE_CHECKING:
    Computed = bool | int | float | str | Fraction | None
Evaluate = Callable[[Features], "Computed"]


class FeatureMistyped(TypeError):
    """A feature is not of the type that the catalogue says. A fault of whoever serves features."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A tree that was read and whose types are right."""

    op: str
    """A key of OPERATORS, or CONSTANT or FEATURE."""
    type: FeatureType
    children: tuple["Expression", ...]
    value: Constant | None
    """The constant, or the feature's name."""
    members: tuple[Constant, ...]
    """Of `in`."""
    nodes: int
    evaluate: Evaluate = field(repr=False)
    """Total and without side effects. Raises FeatureMistyped alone."""


CONSTANT: Final = "constant"
FEATURE: Final = "feature"


# --- what there is ----------------------------------------------------------------------------------------------------

_NUMBERS: Final = frozenset({FeatureType.INTEGER, FeatureType.NUMBER})
_FLAGS: Final = frozenset({FeatureType.FLAG})
_TEXTS: Final = frozenset({FeatureType.TEXT})
_ANY: Final = frozenset(FeatureType)
_GROUPS: Final = (_NUMBERS, _FLAGS, _TEXTS)
"""Types within a group compare with each other."""

Make = Callable[[tuple[Expression, ...], tuple[Constant, ...]], Evaluate]
"""From a node's children and its members to how it is evaluated."""


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    symbol: str
    """Between its parts in text, or before them in brackets."""
    least: int
    most: int
    takes: frozenset[FeatureType]
    gives: FeatureType | None
    """None: an integer if all its parts are, a number otherwise."""
    binds: int
    """How strongly, in text; 0 for what stands before brackets."""
    title: str
    make: Make = field(repr=False, compare=False)
    alike: bool = False
    """Its parts are of one group."""


def _decided_by(deciding: bool) -> Make:  # noqa: FBT001  (the value itself, not a switch)
    """Strong Kleene logic: one False decides an `and`, one True an `or`, whatever else is not known; without it, what
    is not known leaves the whole unknown.
    """

    def made(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
        parts = _evaluations(children)

        def evaluate(features: Features) -> "Computed":
            found: Computed = not deciding
            for part in parts:
                value = part(features)
                if value is deciding:
                    return deciding
                if value is INCONCLUSIVE:
                    found = INCONCLUSIVE
            return found

        return evaluate

    return made


def _not(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
    (part,) = _evaluations(children)

    def evaluate(features: Features) -> "Computed":
        value = part(features)
        return INCONCLUSIVE if value is INCONCLUSIVE else not value

    return evaluate


def _is_missing(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
    (part,) = _evaluations(children)
    return lambda features: part(features) is INCONCLUSIVE


def _in(children: tuple[Expression, ...], members: tuple[Constant, ...]) -> Evaluate:
    (part,) = _evaluations(children)
    among = frozenset(members)

    def evaluate(features: Features) -> "Computed":
        value = part(features)
        return INCONCLUSIVE if value is INCONCLUSIVE else value in among

    return evaluate


def _comparison(test: Callable[[Any, Any], bool]) -> Make:
    def make(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
        first, second = _evaluations(children)

        def evaluate(features: Features) -> "Computed":
            left, right = first(features), second(features)
            if left is INCONCLUSIVE or right is INCONCLUSIVE:
                return INCONCLUSIVE
            return test(left, right)

        return evaluate

    return make


def _chosen(choose: Callable[[list[Any]], Any]) -> Make:
    """One of the parts, as it is; of equal ones the first."""

    def make(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
        parts = _evaluations(children)

        def evaluate(features: Features) -> "Computed":
            values = [part(features) for part in parts]
            if INCONCLUSIVE in values:
                return INCONCLUSIVE
            found: Computed = choose(values)
            return found

        return evaluate

    return make


def _counted(function: Callable[[Any, Any], Any]) -> Make:
    """From the left, in integers where all parts are, in fractions otherwise: nothing is rounded."""

    def make(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
        parts = _evaluations(children)
        exactly: Callable[[Any], Any] = int if _whole(children) else _fractions()

        def evaluate(features: Features) -> "Computed":
            values: list[Any] = [part(features) for part in parts]
            if INCONCLUSIVE in values:
                return INCONCLUSIVE
            total: int | Fraction = reduce(function, map(exactly, values))
            return _bounded(total)

        return evaluate

    return make


def _quotient(children: tuple[Expression, ...], _: tuple[Constant, ...]) -> Evaluate:
    first, second = _evaluations(children)
    exactly = _fractions()

    def evaluate(features: Features) -> "Computed":
        left, right = first(features), second(features)
        if left is INCONCLUSIVE or right is INCONCLUSIVE or right == 0:
            return INCONCLUSIVE
        return _bounded(exactly(left) / exactly(right))

    return evaluate


def _evaluations(children: tuple[Expression, ...]) -> tuple[Evaluate, ...]:
    return tuple(child.evaluate for child in children)


def _whole(children: tuple[Expression, ...]) -> bool:
    return all(child.type is FeatureType.INTEGER for child in children)


def _fractions() -> Callable[[Any], "Fraction"]:
    from fractions import Fraction  # noqa: PLC0415  (2 ms of a cold start, which only rules with fractions need)

    return Fraction


def _bounded(value: "int | Fraction") -> "Computed":
    if value.denominator == 1:
        value = value.numerator
    large = max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS_MAX
    return INCONCLUSIVE if large else value


_FLAG, _NUMBER = FeatureType.FLAG, FeatureType.NUMBER
OPERATORS: Final[Mapping[str, Operator]] = {
    one.name: one
    for one in (
        Operator("or", "or", 2, PARTS_MAX, _FLAGS, _FLAG, 1, "One of them is true", _decided_by(True)),
        Operator("and", "and", 2, PARTS_MAX, _FLAGS, _FLAG, 2, "All of them are true", _decided_by(False)),
        Operator("not", "not", 1, 1, _FLAGS, _FLAG, 3, "It is false", _not),
        Operator("eq", "==", 2, 2, _ANY, _FLAG, 4, "They are equal", _comparison(operator.eq), alike=True),
        Operator("ne", "!=", 2, 2, _ANY, _FLAG, 4, "They differ", _comparison(operator.ne), alike=True),
        Operator("lt", "<", 2, 2, _NUMBERS, _FLAG, 4, "The first is less", _comparison(operator.lt)),
        Operator("lte", "<=", 2, 2, _NUMBERS, _FLAG, 4, "The first is less or equal", _comparison(operator.le)),
        Operator("gt", ">", 2, 2, _NUMBERS, _FLAG, 4, "The first is more", _comparison(operator.gt)),
        Operator("gte", ">=", 2, 2, _NUMBERS, _FLAG, 4, "The first is more or equal", _comparison(operator.ge)),
        Operator("in", "in", 1, 1, _NUMBERS | _TEXTS, _FLAG, 4, "It is one of the constants", _in),
        Operator("add", "+", 2, PARTS_MAX, _NUMBERS, None, 5, "Their sum", _counted(operator.add)),
        Operator("sub", "-", 2, 2, _NUMBERS, None, 5, "The first less the second", _counted(operator.sub)),
        Operator("mul", "*", 2, PARTS_MAX, _NUMBERS, None, 6, "Their product", _counted(operator.mul)),
        Operator("div", "/", 2, 2, _NUMBERS, _NUMBER, 6, "The first by the second; not by zero", _quotient),
        Operator("min", "min", 2, PARTS_MAX, _NUMBERS, None, 0, "The least of them", _chosen(min)),
        Operator("max", "max", 2, PARTS_MAX, _NUMBERS, None, 0, "The most of them", _chosen(max)),
        Operator("is_missing", "is_missing", 1, 1, _ANY, _FLAG, 0, "Its data is missing", _is_missing),
    )
}


def describe() -> dict[str, object]:
    """The grammar as data, for whoever builds an editor."""
    return {
        "nodes": [
            {
                "kind": one.name,
                "symbol": one.symbol,
                "parts_least": one.least,
                "parts_most": one.most,
                "takes": [kind.value for kind in FeatureType if kind in one.takes],
                "alike": one.alike,
                "gives": one.gives.value if one.gives else "integer if all parts are, number otherwise",
                "set_most": SET_MAX if one.name == "in" else 0,
                "title": one.title,
            }
            for one in OPERATORS.values()
        ],
        "features": [{"name": one.name, "type": one.type.value, "title": one.title} for one in FEATURES.values()],
        "limits": {
            "depth": DEPTH_MAX,
            "nodes": NODES_MAX,
            "text_characters": TEXT_MAX,
            "constant": CONSTANT_MAX,
        },
    }


# --- reading ----------------------------------------------------------------------------------------------------------


def parsed(document: object, path: str = "condition") -> Expression:
    """The condition that this JSON is. Raises DocumentMalformed, with the path of the node that is wrong."""
    return condition(Part(document, path))


def condition(part: Part) -> Expression:
    found = _Reading().node(part, 1)
    if found.type is not FeatureType.FLAG:
        raise part.malformed(f"is {_article(found.type)}; a condition is a flag")
    return found


class _Reading:
    """Counts the nodes of one condition."""

    def __init__(self) -> None:
        self.nodes = 0

    def node(self, part: Part, depth: int) -> Expression:
        self.nodes += 1
        if self.nodes > NODES_MAX:
            raise part.malformed(f"is one more than the {NODES_MAX} nodes that a condition has")
        if depth > DEPTH_MAX:
            raise part.malformed(f"is deeper than {DEPTH_MAX} nodes")
        if not isinstance(part.value, dict):
            return _constant(part)
        if len(part.value) != 1:
            raise part.malformed(f"has {len(part.value)} keys; a node has one, which says what it is")
        ((op, below),) = part.value.items()
        if op == FEATURE:
            return _feature(part.below(FEATURE, below))
        if op not in OPERATORS:
            raise part.malformed(f"is {repeated(op)}, not feature or one of {', '.join(OPERATORS)}")
        found = part.below(op, below)
        return self._member(found, depth) if op == "in" else self._of(OPERATORS[op], found, depth)

    def _of(self, one: Operator, part: Part, depth: int) -> Expression:
        parts = (part,) if one.most == 1 else part.items(one.least, one.most)
        children = tuple(self.node(each, depth + 1) for each in parts)
        for child, each in zip(children, parts, strict=True):
            _require(child, one.takes, each)
            if one.alike:
                _require(child, _group(children[0]), each)
        return _made(one, children)

    def _member(self, part: Part, depth: int) -> Expression:
        what, among = part.items(2, 2)
        child = self.node(what, depth + 1)
        _require(child, OPERATORS["in"].takes, what)
        members: list[Constant] = []
        for each in among.items(1, SET_MAX):
            constant = _constant(each)
            _require(constant, _group(child), each)
            if constant.value is not None and constant.value in members:
                raise each.malformed("stands there twice")
            members += [constant.value] if constant.value is not None else []
        return _made(OPERATORS["in"], (child,), tuple(sorted(members, key=_itself)))


def _made(one: Operator, children: tuple[Expression, ...], members: tuple[Constant, ...] = ()) -> Expression:
    counted = FeatureType.INTEGER if _whole(children) else FeatureType.NUMBER
    nodes = 1 + sum(child.nodes for child in children)
    return Expression(one.name, one.gives or counted, children, None, members, nodes, one.make(children, members))


def _itself(value: Constant) -> Any:
    """All of one set are of one group, and compare."""
    return value


def _group(child: Expression) -> frozenset[FeatureType]:
    return next(group for group in _GROUPS if child.type in group)


def _require(child: Expression, types: frozenset[FeatureType], part: Part) -> None:
    if child.type not in types:
        needed = " or ".join(kind.value for kind in FeatureType if kind in types)
        raise part.malformed(f"is {_article(child.type)}; needed is {needed}")


def _article(kind: FeatureType) -> str:
    return f"an {kind.value}" if kind is FeatureType.INTEGER else f"a {kind.value}"


def _constant(part: Part) -> Expression:
    value = part.value
    match value:
        case bool():
            kind = FeatureType.FLAG
        case int():
            kind = FeatureType.INTEGER
        case float():
            kind = FeatureType.NUMBER
        case str():
            kind = FeatureType.TEXT
        case None:
            raise part.malformed("is null; what is missing is asked for by is_missing")
        case _:
            raise part.malformed("is neither a constant nor an object with one key")
    if not isinstance(value, str) and not -CONSTANT_MAX <= value <= CONSTANT_MAX:
        raise part.malformed(f"is no number from -{CONSTANT_MAX} to {CONSTANT_MAX}")
    if isinstance(value, str) and not (len(value) <= TEXT_MAX and value.isprintable()):
        raise part.malformed(f"is no text of at most {TEXT_MAX} printable characters")
    return Expression(CONSTANT, kind, (), value, (), 1, lambda _: value)


def _feature(part: Part) -> Expression:
    name = part.value
    if not isinstance(name, str) or name not in FEATURES:
        raise part.malformed(f"is {repeated(name)}, which is no feature")
    feature = FEATURES[name]
    return Expression(FEATURE, feature.type, (), name, (), 1, _SERVED[feature.type](name))


def _served_integer(name: str) -> Evaluate:
    def evaluate(features: Features) -> "Computed":
        value = features.get(name)
        if value is None:
            return INCONCLUSIVE
        if type(value) is not int:
            raise FeatureMistyped(name)
        return value if value.bit_length() <= BITS_MAX else INCONCLUSIVE

    return evaluate


def _served_number(name: str) -> Evaluate:
    whole = _served_integer(name)

    def evaluate(features: Features) -> "Computed":
        value = features.get(name)
        if type(value) is not float:
            return whole(features)
        if not math.isfinite(value):
            raise FeatureMistyped(name)
        return value

    return evaluate


def _served(of: type) -> Callable[[str], Evaluate]:
    def make(name: str) -> Evaluate:
        def evaluate(features: Features) -> "Computed":
            value = features.get(name)
            if value is not None and type(value) is not of:
                raise FeatureMistyped(name)
            return value

        return evaluate

    return make


_SERVED: Final[Mapping[FeatureType, Callable[[str], Evaluate]]] = {
    FeatureType.INTEGER: _served_integer,
    FeatureType.NUMBER: _served_number,
    FeatureType.FLAG: _served(bool),
    FeatureType.TEXT: _served(str),
}


# --- writing ----------------------------------------------------------------------------------------------------------


def plain(expression: Expression) -> object:
    """The JSON of it, as `parsed` reads it: of equal conditions it is equal."""
    if expression.op == CONSTANT:
        return expression.value
    if expression.op == FEATURE:
        return {FEATURE: expression.value}
    if expression.op == "in":
        return {"in": [plain(expression.children[0]), list(expression.members)]}
    below = [plain(child) for child in expression.children]
    return {expression.op: below[0] if OPERATORS[expression.op].most == 1 else below}


def sha256(expression: Expression) -> str:
    return sha256_of(canonical(plain(expression)))


def features_in(expression: Expression) -> frozenset[str]:
    """Names of the features that it asks for."""
    if expression.op == FEATURE:
        return frozenset({str(expression.value)})
    return frozenset(name for child in expression.children for name in features_in(child))


def text_of(expression: Expression) -> str:
    """One line for people: `amount_minor >= 250000 and not sent_before`. `expression_text.read` reads it back."""
    if expression.op == CONSTANT:
        return _constant_text(expression.value)
    if expression.op == FEATURE:
        return str(expression.value)
    one = OPERATORS[expression.op]
    if not one.binds:
        return f"{one.symbol}({', '.join(map(text_of, expression.children))})"
    parts = [_within(child, one.binds) for child in expression.children]
    if expression.op == "not":
        return f"not {parts[0]}"
    if expression.op == "in":
        return f"{parts[0]} in ({', '.join(map(_constant_text, expression.members))})"
    return f" {one.symbol} ".join(parts)


def _within(child: Expression, binds: int) -> str:
    text = text_of(child)
    inner = OPERATORS[child.op].binds if child.op in OPERATORS else 0
    return f"({text})" if 0 < inner <= binds else text


def _constant_text(value: Constant | None) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- explaining -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Explained:
    """A node with what came out of it, for staff."""

    text: str
    value: Constant | None
    """None: inconclusive. A fraction stands as text, `1/3`."""
    of: tuple["Explained", ...]

    def as_plain(self) -> dict[str, object]:
        return {"text": self.text, "value": self.value, "of": [one.as_plain() for one in self.of]}


def explained(expression: Expression, features: Features) -> Explained:
    """Every node, also those that the answer did not need."""
    children = tuple(explained(child, features) for child in expression.children)
    return Explained(text_of(expression), _shown(expression.evaluate(features)), children)


def _shown(value: "Computed") -> Constant | None:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
