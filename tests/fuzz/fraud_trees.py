"""Conditions drawn at random with types that are right, features drawn at random, and a second way to work them out.

The second way is written from the words of docs/fraud.md alone: fractions all the way, None where nothing is known.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, Final

from hypothesis import strategies as st

from domain.fraud.expressions import BITS_MAX, CONSTANT_MAX, TEXT_MAX
from domain.fraud.kinds import FEATURES, FeatureType, Value

OF: Final[Mapping[FeatureType, tuple[str, ...]]] = {
    FeatureType.INTEGER: ("amount_minor", "hour", "account_count_1h"),
    FeatureType.NUMBER: ("amount_to_mean_30d", "customer_mean_minor_30d"),
    FeatureType.FLAG: ("credit", "sent_before", "night"),
    FeatureType.TEXT: ("kind", "currency"),
}
"""Few, so that one condition asks for the same twice."""
WORDS: Final = ("", "A", "USD", "café", 'a "quoted" \\ word', "x" * TEXT_MAX, "true", "日本")

_words = st.sampled_from(WORDS)
_whole = st.integers(-3, 3) | st.sampled_from([CONSTANT_MAX, -CONSTANT_MAX, 2**53 + 1])
_fractional = st.sampled_from([0.0, -0.0, 0.1, 0.5, -1.5, 1e-300, 5e-324, float(2**53), 1e17])


def _feature(*kinds: FeatureType) -> st.SearchStrategy[Any]:
    return st.sampled_from([{"feature": name} for kind in kinds for name in OF[kind]])


def _pair(op: str, first: st.SearchStrategy[Any], second: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(first, second).map(lambda parts: {op: list(parts)})


def _some(op: str, part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(part, min_size=2, max_size=3).map(lambda parts: {op: parts})


def _numbers(depth: int) -> st.SearchStrategy[Any]:
    leaf = _whole | _fractional | _feature(FeatureType.INTEGER, FeatureType.NUMBER)
    if not depth:
        return leaf
    below = _numbers(depth - 1)
    some = [_some(op, below) for op in ("add", "mul", "min", "max")]
    return st.one_of(leaf, *some, _pair("sub", below, below), _pair("div", below, below))


def _members(what: st.SearchStrategy[Any], of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(what, st.lists(of, min_size=1, max_size=3, unique=True)).map(lambda parts: {"in": list(parts)})


def _flags(depth: int) -> st.SearchStrategy[Any]:
    leaf = st.booleans() | _feature(FeatureType.FLAG)
    if not depth:
        return leaf
    below, numbers, texts = _flags(depth - 1), _numbers(depth - 1), _words | _feature(FeatureType.TEXT)
    compared = [_pair(op, numbers, numbers) for op in ("eq", "ne", "lt", "lte", "gt", "gte")]
    equal = [_pair(op, part, part) for op in ("eq", "ne") for part in (texts, below)]
    among = [_members(numbers, _whole), _members(_feature(FeatureType.TEXT), _words)]
    missing = st.one_of(numbers, texts, below).map(lambda part: {"is_missing": part})
    negated = below.map(lambda part: {"not": part})
    return st.one_of(_some("and", below), _some("or", below), *compared, *equal, *among, missing, negated, leaf)


conditions: Final = _flags(3)

_values: dict[FeatureType, st.SearchStrategy[Value]] = {
    FeatureType.INTEGER: st.integers(-3, 3)
    | st.integers()
    | st.sampled_from([2**BITS_MAX - 1, 2**BITS_MAX, -(10**700)]),
    FeatureType.NUMBER: st.integers(-3, 3) | st.floats(allow_nan=False, allow_infinity=False),
    FeatureType.FLAG: st.booleans(),
    FeatureType.TEXT: _words | st.text(max_size=5),
}
features: Final = st.fixed_dictionaries(
    {}, optional={name: st.none() | _values[kind] for kind, names in OF.items() for name in names}
)


def bounded(value: Fraction) -> Fraction | None:
    return value if max(value.numerator.bit_length(), value.denominator.bit_length()) <= BITS_MAX else None


def worked_out(node: Any, known: Mapping[str, Value]) -> Any:
    """Numbers as fractions, None for what is inconclusive."""
    if isinstance(node, bool | str):
        return node
    if isinstance(node, int | float):
        return Fraction(node)
    ((op, below),) = node.items()
    if op == "feature":
        value = known.get(below)
        number = value is not None and FEATURES[below].type in (FeatureType.INTEGER, FeatureType.NUMBER)
        return bounded(Fraction(value)) if number else value  # type: ignore[arg-type]  # a number by the catalogue
    if op == "is_missing":
        return worked_out(below, known) is None
    if op == "not":
        value = worked_out(below, known)
        return None if value is None else value is False
    if op == "in":
        value = worked_out(below[0], known)
        return None if value is None else any(value == worked_out(one, known) for one in below[1])
    parts = [worked_out(part, known) for part in below]
    if op in ("and", "or"):
        settles = op == "or"
        return settles if settles in parts else None if None in parts else not settles
    return None if None in parts else _counted(op, parts)


def _counted(op: str, parts: list[Any]) -> Any:
    first, *others = parts
    (second, *_) = others
    if op in ("eq", "ne"):
        return (first == second) is (op == "eq")
    if op in ("lt", "lte", "gt", "gte"):
        return {"lt": first < second, "lte": first <= second, "gt": first > second, "gte": first >= second}[op]
    if op in ("min", "max"):
        return min(parts) if op == "min" else max(parts)
    if op == "div":
        return None if second == 0 else bounded(first / second)
    if op == "sub":
        return bounded(first - second)
    return bounded(reduce(lambda a, b: a + b if op == "add" else a * b, parts))
