"""Conditions are small trees of data: read strictly, typed before they run, and inconclusive where data is missing."""

import json
from fractions import Fraction
from typing import Any

import pytest

from domain.fraud.documents import DocumentMalformed, canonical
from domain.fraud.expressions import (
    BITS_MAX,
    CONSTANT_MAX,
    DEPTH_MAX,
    NODES_MAX,
    OPERATORS,
    PARTS_MAX,
    SET_MAX,
    TEXT_MAX,
    FeatureMistyped,
    describe,
    explained,
    features_in,
    parsed,
    plain,
    sha256,
    text_of,
)
from domain.fraud.kinds import FEATURES, Features, FeatureType

T, F, U = True, False, None
FLAGS: dict[object, Any] = {T: True, F: False, U: {"feature": "credit"}}
"""Each truth as a condition: of a flag that is missing, the third."""


def f(name: str) -> dict[str, str]:
    return {"feature": name}


def said(document: object, features: Features | None = None) -> Any:
    return parsed(document).evaluate(features or {})


AMOUNT = f("amount_minor")
MEAN = f("customer_mean_minor_30d")
KIND = f("kind")


class TestThreeValues:
    """Kleene's strong logic, as a table (Introduction to Metamathematics, 64)."""

    @pytest.mark.parametrize(
        ("first", "second", "both", "either"),
        [
            (T, T, T, T),
            (T, F, F, T),
            (T, U, U, T),
            (F, T, F, T),
            (F, F, F, F),
            (F, U, F, U),
            (U, T, U, T),
            (U, F, F, U),
            (U, U, U, U),
        ],
    )
    def test_and_or(self, first: object, second: object, both: object, either: object) -> None:
        pair = [FLAGS[first], FLAGS[second]]
        assert said({"and": pair}) is both
        assert said({"or": pair}) is either

    @pytest.mark.parametrize(("value", "opposite"), [(T, F), (F, T), (U, U)])
    def test_not(self, value: object, opposite: object) -> None:
        assert said({"not": FLAGS[value]}) is opposite

    @pytest.mark.parametrize(
        ("values", "both", "either"),
        [((U, U, F), F, U), ((U, T, U), U, T), ((T, T, T), T, T), ((F, F, U), F, U), ((U, T, F), F, T)],
    )
    def test_of_three(self, values: tuple[object, ...], both: object, either: object) -> None:
        parts = [FLAGS[value] for value in values]
        assert said({"and": parts}) is both
        assert said({"or": parts}) is either

    @pytest.mark.parametrize("op", ["eq", "ne", "lt", "lte", "gt", "gte"])
    def test_a_comparison_needs_both_its_parts(self, op: str) -> None:
        assert said({op: [AMOUNT, 1]}) is U
        assert said({op: [1, AMOUNT]}) is U
        assert said({op: [AMOUNT, AMOUNT]}) is U

    @pytest.mark.parametrize("op", ["add", "sub", "mul", "div", "min", "max"])
    def test_a_count_needs_all_its_parts(self, op: str) -> None:
        for parts in ([AMOUNT, 0], [0, AMOUNT]):
            assert said({"eq": [{op: parts}, 0]}) is U

    def test_whether_it_is_missing_is_always_known(self) -> None:
        assert said({"is_missing": AMOUNT}) is T
        assert said({"is_missing": AMOUNT}, {"amount_minor": 0}) is F
        assert said({"is_missing": {"div": [1, 0]}}) is T
        assert said({"is_missing": {"or": [True, f("credit")]}}) is F

    def test_a_feature_that_is_none_is_as_missing_as_one_that_is_not_there(self) -> None:
        assert said({"gt": [AMOUNT, 1]}, {"amount_minor": None}) is U

    def test_nothing_is_one_of_a_set(self) -> None:
        assert said({"in": [KIND, ["A"]]}) is U


class TestComparing:
    @pytest.mark.parametrize(
        ("op", "below", "equal", "above"),
        [
            ("eq", F, T, F),
            ("ne", T, F, T),
            ("lt", T, F, F),
            ("lte", T, T, F),
            ("gt", F, F, T),
            ("gte", F, T, T),
        ],
    )
    def test_numbers(self, op: str, below: bool, equal: bool, above: bool) -> None:
        for limit in (5, 5.0):
            found = [said({op: [AMOUNT, limit]}, {"amount_minor": value}) for value in (4, 5, 6)]
            assert found == [below, equal, above]

    def test_texts_and_flags_are_equal_or_not(self) -> None:
        assert said({"eq": [KIND, "A"]}, {"kind": "A"}) is T
        assert said({"ne": [KIND, "A"]}, {"kind": "a"}) is T
        assert said({"eq": [f("credit"), f("same_day")]}, {"credit": False, "same_day": False}) is T

    def test_integers_and_floats_compare_exactly(self) -> None:
        """2^53 + 1 is no float, and is not taken for one."""
        large = 2**53
        assert said({"gt": [AMOUNT, MEAN]}, {"amount_minor": large + 1, "customer_mean_minor_30d": float(large)}) is T
        assert said({"eq": [AMOUNT, MEAN]}, {"amount_minor": large + 1, "customer_mean_minor_30d": float(large)}) is F

    def test_one_of_a_set(self) -> None:
        assert said({"in": [KIND, ["A", "B"]]}, {"kind": "B"}) is T
        assert said({"in": [KIND, ["A", "B"]]}, {"kind": "C"}) is F
        assert said({"in": [AMOUNT, [1, 2.0]]}, {"amount_minor": 2}) is T
        assert said({"in": [{"div": [AMOUNT, 2]}, [0.5]]}, {"amount_minor": 1}) is T


class TestCounting:
    @pytest.mark.parametrize(
        ("document", "value"),
        [
            ({"add": [1, 2, 3]}, 6),
            ({"sub": [1, 3]}, -2),
            ({"mul": [2, 3, -4]}, -24),
            ({"div": [6, 3]}, 2),
            ({"div": [1, 3]}, Fraction(1, 3)),
            ({"min": [3, 1, 2]}, 1),
            ({"max": [3, 1.5]}, 3),
            ({"add": [0.1, 0.2]}, Fraction(0.1) + Fraction(0.2)),
            ({"mul": [0.5, 4]}, 2),
            ({"sub": [{"div": [1, 3]}, {"div": [1, 3]}]}, 0),
            ({"mul": [{"div": [1, 3]}, 3]}, 1),
            ({"mul": [{"add": [0.5, 1]}, 3]}, Fraction(9, 2)),
            ({"add": [{"max": [0.5, 0]}, 1]}, Fraction(3, 2)),
        ],
    )
    def test_is_exact(self, document: object, value: Any) -> None:
        found = parsed({"eq": [document, 0]}).children[0].evaluate({})
        assert found == value
        assert type(found) is type(value)

    @pytest.mark.parametrize(
        ("document", "kind"),
        [
            ({"add": [1, 2]}, FeatureType.INTEGER),
            ({"add": [1, 2.0]}, FeatureType.NUMBER),
            ({"min": [AMOUNT, 2]}, FeatureType.INTEGER),
            ({"sub": [AMOUNT, MEAN]}, FeatureType.NUMBER),
            ({"div": [4, 2]}, FeatureType.NUMBER),
        ],
    )
    def test_is_of_integers_an_integer_and_of_others_a_number(self, document: object, kind: FeatureType) -> None:
        assert parsed({"eq": [document, 0]}).children[0].type is kind

    @pytest.mark.parametrize("zero", [0, 0.0, -0.0, {"sub": [AMOUNT, AMOUNT]}])
    def test_a_division_by_zero_is_inconclusive(self, zero: object) -> None:
        assert said({"gt": [{"div": [1, zero]}, 0]}, {"amount_minor": 7}) is U

    def test_of_equal_ones_the_first_is_chosen(self) -> None:
        found = parsed({"eq": [{"max": [1.0, 1]}, 1]}).children[0].evaluate({})
        assert type(found) is float

    def test_what_grows_beyond_all_bounds_is_inconclusive(self) -> None:
        most = 2**BITS_MAX - 1
        assert said({"gt": [AMOUNT, 1]}, {"amount_minor": most}) is T
        assert said({"gt": [AMOUNT, 1]}, {"amount_minor": most + 1}) is U
        assert said({"gt": [{"add": [AMOUNT, 1]}, 1]}, {"amount_minor": most}) is U
        assert said({"gt": [{"add": [AMOUNT, -1]}, 1]}, {"amount_minor": most}) is T
        assert said({"lt": [{"div": [1, AMOUNT]}, 1]}, {"amount_minor": most}) is T
        assert said({"lt": [{"div": [{"div": [1, AMOUNT]}, 2]}, 1]}, {"amount_minor": most}) is U

    def test_the_product_of_any_two_floats_is_within_them(self) -> None:
        for number in (5e-324, 1.7976931348623157e308):
            assert said({"gt": [{"mul": [MEAN, MEAN]}, 0]}, {"customer_mean_minor_30d": number}) is T


class TestFeatures:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("amount_minor", 1.0),
            ("amount_minor", True),
            ("amount_minor", "1"),
            ("customer_mean_minor_30d", float("nan")),
            ("customer_mean_minor_30d", float("inf")),
            ("customer_mean_minor_30d", True),
            ("customer_mean_minor_30d", "1"),
            ("credit", 1),
            ("credit", "true"),
            ("kind", 1),
            ("kind", True),
        ],
    )
    def test_of_another_type_than_the_catalogue_says_are_a_fault(self, name: str, value: Any) -> None:
        with pytest.raises(FeatureMistyped, match=name):
            said({"is_missing": f(name)}, {name: value})

    def test_that_are_numbers_may_be_integers(self) -> None:
        assert said({"eq": [MEAN, 3]}, {"customer_mean_minor_30d": 3}) is T

    def test_that_a_condition_asks_for_are_named(self) -> None:
        document = {"or": [{"gt": [AMOUNT, MEAN]}, {"in": [KIND, ["A"]]}, {"not": f("credit")}, {"gt": [AMOUNT, 1]}]}
        assert features_in(parsed(document)) == {"amount_minor", "customer_mean_minor_30d", "kind", "credit"}


def deep(levels: int) -> object:
    node: object = True
    for _ in range(levels - 1):
        node = {"not": node}
    return node


def wide(nodes: int) -> object:
    """A condition of so many nodes, PARTS_MAX to each level."""
    parts: list[object] = [{"or": [True] * PARTS_MAX} for _ in range((nodes - 1) // (PARTS_MAX + 1))]
    parts += [True] * ((nodes - 1) % (PARTS_MAX + 1))
    return {"and": parts}


class TestReading:
    @pytest.mark.parametrize(
        ("document", "path", "problem"),
        [
            (None, "", "is null"),
            ([], "", "is neither a constant nor an object with one key"),
            ((), "", "is neither a constant nor an object with one key"),
            ({}, "", "has 0 keys"),
            ({"and": [True, True], "or": [True, True]}, "", "has 2 keys"),
            ({"xor": [True, True]}, "", "is 'xor', not feature or one of or, and"),
            ({"__import__": "os"}, "", "is '__import__', not feature"),
            ({1: 2}, "", "is a number, not feature"),
            (1, "", "is an integer; a condition is a flag"),
            ("x", "", "is a text; a condition is a flag"),
            (1.5, "", "is a number; a condition is a flag"),
            (AMOUNT, "", "is an integer; a condition is a flag"),
            ({"feature": "balance"}, ".feature", "is 'balance', which is no feature"),
            ({"feature": ["kind"]}, ".feature", "is a list, which is no feature"),
            ({"feature": None}, ".feature", "is null, which is no feature"),
            ({"and": True}, ".and", "is true or false, not a list"),
            ({"and": [True]}, ".and", "has 1 parts; there are 2 to 20"),
            ({"and": [True] * 21}, ".and", "has 21 parts; there are 2 to 20"),
            ({"gt": [1, 2, 3]}, ".gt", "has 3 parts; there are 2 to 2"),
            ({"div": [1]}, ".div", "has 1 parts"),
            ({"not": [True]}, ".not", "is neither a constant"),
            ({"not": 1}, ".not", "is an integer; needed is flag"),
            ({"and": [True, {"or": [False, {"gt": [AMOUNT, "1"]}]}]}, ".and[1].or[1].gt[1]", "is a text; needed is"),
            ({"lt": [KIND, 1]}, ".lt[0]", "is a text; needed is integer or number"),
            ({"lt": [1, f("credit")]}, ".lt[1]", "is a flag; needed is integer or number"),
            ({"eq": [1, "1"]}, ".eq[1]", "is a text; needed is integer or number"),
            ({"eq": [True, 1]}, ".eq[1]", "is an integer; needed is flag"),
            ({"eq": ["1", 1]}, ".eq[1]", "is an integer; needed is text"),
            ({"gt": [{"add": [1, True]}, 1]}, ".gt[0].add[1]", "is a flag; needed is integer or number"),
            ({"gt": [{"min": [1, "x"]}, 1]}, ".gt[0].min[1]", "is a text; needed is"),
            ({"in": KIND}, ".in", "is an object, not a list"),
            ({"in": [KIND]}, ".in", "has 1 parts; there are 2 to 2"),
            ({"in": [KIND, "A"]}, ".in[1]", "is a text, not a list"),
            ({"in": [KIND, []]}, ".in[1]", "has 0 parts"),
            ({"in": [KIND, ["A", 1]]}, ".in[1][1]", "is an integer; needed is text"),
            ({"in": [KIND, ["A", KIND]]}, ".in[1][1]", "is neither a constant"),
            ({"in": [KIND, ["A", None]]}, ".in[1][1]", "is null"),
            ({"in": [KIND, ["A", "B", "A"]]}, ".in[1][2]", "stands there twice"),
            ({"in": [AMOUNT, [1, 1.0]]}, ".in[1][1]", "stands there twice"),
            ({"in": [f("credit"), [True]]}, ".in[0]", "is a flag; needed is integer or number or text"),
            ({"eq": [KIND, "x" * (TEXT_MAX + 1)]}, ".eq[1]", "is no text of at most 64"),
            ({"eq": [KIND, "a\n"]}, ".eq[1]", "printable"),
            ({"eq": [KIND, "\ud800"]}, ".eq[1]", "printable"),
            ({"eq": [AMOUNT, CONSTANT_MAX + 1]}, ".eq[1]", "is no number from"),
            ({"eq": [AMOUNT, -CONSTANT_MAX - 1]}, ".eq[1]", "is no number from"),
            ({"eq": [AMOUNT, 10**900]}, ".eq[1]", "is no number from"),
            ({"eq": [AMOUNT, float("nan")]}, ".eq[1]", "is no number from"),
            ({"eq": [AMOUNT, float("inf")]}, ".eq[1]", "is no number from"),
            ({"eq": [AMOUNT, 1e19]}, ".eq[1]", "is no number from"),
            (deep(DEPTH_MAX + 1), ".not" * DEPTH_MAX, f"is deeper than {DEPTH_MAX} nodes"),
            (wide(NODES_MAX + 1), ".and[19]", f"is one more than the {NODES_MAX} nodes"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_path(self, document: object, path: str, problem: str) -> None:
        with pytest.raises(DocumentMalformed) as caught:
            parsed(document, "rules[2].condition")
        if "one more than" not in problem:
            assert caught.value.path == f"rules[2].condition{path}"
        assert problem in caught.value.problem
        assert str(caught.value) == f"{caught.value.path}: {caught.value.problem}"

    @pytest.mark.parametrize(
        "document",
        [
            deep(DEPTH_MAX),
            wide(NODES_MAX),
            {"eq": [KIND, "x" * TEXT_MAX]},
            {"eq": [AMOUNT, CONSTANT_MAX]},
            {"eq": [AMOUNT, -CONSTANT_MAX]},
            {"and": [True] * PARTS_MAX},
            {"in": [AMOUNT, list(range(SET_MAX))]},
        ],
        ids=range(7),
    )
    def test_what_is_just_within_the_limits_is_read(self, document: object) -> None:
        assert canonical(plain(parsed(document))) == canonical(document)

    def test_counts_its_nodes(self) -> None:
        assert parsed(wide(NODES_MAX)).nodes == NODES_MAX

    def test_a_set_of_too_many_is_refused(self) -> None:
        with pytest.raises(DocumentMalformed, match=f"has {SET_MAX + 1} parts"):
            parsed({"in": [AMOUNT, list(range(SET_MAX + 1))]})

    def test_a_name_however_long_is_repeated_in_short(self) -> None:
        with pytest.raises(DocumentMalformed) as caught:
            parsed({"x" * 10_000: 1})
        assert len(str(caught.value)) < 300


class TestWriting:
    def test_the_members_of_a_set_have_one_order(self) -> None:
        first, second = parsed({"in": [KIND, ["B", "A"]]}), parsed({"in": [KIND, ["A", "B"]]})
        assert plain(first) == {"in": [KIND, ["A", "B"]]}
        assert sha256(first) == sha256(second)

    def test_conditions_that_differ_have_hashes_that_differ(self) -> None:
        documents = [
            {"gt": [AMOUNT, 1]},
            {"gt": [AMOUNT, 1.0]},
            {"gt": [1, AMOUNT]},
            {"gte": [AMOUNT, 1]},
            {"eq": [KIND, "1"]},
            True,
            False,
        ]
        assert len({sha256(parsed(document)) for document in documents}) == len(documents)

    @pytest.mark.parametrize(
        ("document", "text"),
        [
            (
                {"and": [{"gte": [AMOUNT, 250_000]}, {"not": f("sent_before")}]},
                "amount_minor >= 250000 and not sent_before",
            ),
            (
                {"and": [{"or": [f("credit"), f("night")]}, {"and": [True, False]}]},
                "(credit or night) and (true and false)",
            ),
            ({"or": [{"and": [True, False]}, True]}, "true and false or true"),
            ({"not": {"not": f("credit")}}, "not (not credit)"),
            ({"not": {"or": [True, False]}}, "not (true or false)"),
            ({"not": {"gt": [AMOUNT, 1]}}, "not amount_minor > 1"),
            ({"eq": [{"not": True}, False]}, "(not true) == false"),
            ({"in": [KIND, ["B", "A"]]}, 'kind in ("A", "B")'),
            ({"in": [{"add": [AMOUNT, 1]}, [1]]}, "amount_minor + 1 in (1)"),
            ({"gt": [{"sub": [AMOUNT, {"sub": [1, 2]}]}, -5]}, "amount_minor - (1 - 2) > -5"),
            ({"gt": [{"mul": [{"add": [1, 2]}, 3]}, 0.5]}, "(1 + 2) * 3 > 0.5"),
            ({"gt": [{"div": [{"mul": [1, 2]}, 3]}, 1e-7]}, "(1 * 2) / 3 > 1e-07"),
            ({"lt": [{"min": [AMOUNT, 1, {"add": [1, 2]}]}, 3]}, "min(amount_minor, 1, 1 + 2) < 3"),
            ({"is_missing": {"and": [True, False]}}, "is_missing(true and false)"),
            ({"ne": [KIND, 'a"b\\']}, 'kind != "a\\"b\\\\"'),
            ({"lte": [AMOUNT, 1]}, "amount_minor <= 1"),
        ],
    )
    def test_a_line_for_people(self, document: object, text: str) -> None:
        assert text_of(parsed(document)) == text


class TestExplaining:
    def test_every_node_has_what_came_out_of_it(self) -> None:
        found = explained(parsed({"or": [{"gt": [AMOUNT, 5]}, {"lt": [f("payee_age_days"), 3]}]}), {"amount_minor": 7})
        assert found.as_plain() == {
            "text": "amount_minor > 5 or payee_age_days < 3",
            "value": True,
            "of": [
                {
                    "text": "amount_minor > 5",
                    "value": True,
                    "of": [{"text": "amount_minor", "value": 7, "of": []}, {"text": "5", "value": 5, "of": []}],
                },
                {
                    "text": "payee_age_days < 3",
                    "value": None,
                    "of": [{"text": "payee_age_days", "value": None, "of": []}, {"text": "3", "value": 3, "of": []}],
                },
            ],
        }

    def test_a_fraction_stands_as_text(self) -> None:
        found = explained(parsed({"gt": [{"div": [1, 3]}, 0]}), {})
        assert found.of[0].value == "1/3"
        json.dumps(found.as_plain())


class TestDescribing:
    def test_says_of_each_node_what_it_takes_and_gives(self) -> None:
        nodes: Any = describe()["nodes"]
        assert [node["kind"] for node in nodes] == list(OPERATORS)
        by_kind = {node["kind"]: node for node in nodes}
        assert by_kind["and"] == {
            "kind": "and",
            "symbol": "and",
            "parts_least": 2,
            "parts_most": 20,
            "takes": ["flag"],
            "alike": False,
            "gives": "flag",
            "set_most": 0,
            "title": "All of them are true",
        }
        assert by_kind["in"]["set_most"] == SET_MAX
        assert by_kind["eq"]["alike"]
        assert by_kind["div"]["gives"] == "number"

    def test_names_every_feature_and_limit_and_is_json(self) -> None:
        found: Any = json.loads(json.dumps(describe()))
        assert [one["name"] for one in found["features"]] == list(FEATURES)
        assert found["limits"] == {
            "depth": DEPTH_MAX,
            "nodes": NODES_MAX,
            "text_characters": TEXT_MAX,
            "constant": CONSTANT_MAX,
        }

    @pytest.mark.parametrize("name", OPERATORS)
    def test_each_kind_of_node_can_be_made_as_it_is_described(self, name: str) -> None:
        one = OPERATORS[name]
        part = {"flag": True, "integer": 1, "text": "x"}[min(one.takes, key=str).value]
        below: Any = [part, [1]] if name == "in" else part if one.most == 1 else [part] * one.least
        node = {name: below}
        assert parsed({"is_missing": node}).children[0].op == name
