"""docs/fraud.md says what the code of fraud decisions is: its tables are laid beside it, its examples are read."""

import json
import re

import pytest

from domain.fraud import builtin, documents, dry_run, expressions, lists, rules, scoring, thresholds
from domain.fraud.expression_text import read
from domain.fraud.expressions import OPERATORS, parsed, plain, text_of
from domain.fraud.kinds import SENTENCES, Decision, FeatureType, Scope
from tests.unit.docs.test_pages import named, section, table

PAGE = "docs/fraud.md"


def programs(heading: str) -> list[str]:
    return re.findall(r"```(?:json)?\n(.*?)```", section(PAGE, heading), re.DOTALL)


def test_every_decision_stands_there_in_order_of_severity() -> None:
    assert [named(name)[0] for name, _ in table(PAGE, "Decisions")] == [decision.value for decision in Decision]


def test_every_sentence_that_a_customer_is_told_stands_there() -> None:
    said = {named(code)[0]: sentence for code, sentence in table(PAGE, "Reasons")}
    assert said == {code.value: sentence for code, sentence in SENTENCES.items()}


def test_every_code_of_the_banks_own_stands_there() -> None:
    text = section(PAGE, "Reasons")
    said = set(re.findall(r"^\| `([A-Z_]+)` \| (?!.*\.\ \|$)", text, re.MULTILINE))
    assert said == rules.OWN_CODES
    assert f"`{rules.INCONCLUSIVE_SUFFIX}`" in text
    assert f"{scoring.STAFF_REASONS_MAX} at most" in text


def test_what_is_decided_at_least_without_lists_stands_there_for_every_scope() -> None:
    said = re.findall(r"^\| ([A-Z]+) \| `([A-Z_]+)` \|$", section(PAGE, "The fallback"), re.MULTILINE)
    assert said == [(scope.value, decision.value) for scope, decision in scoring.WITHOUT_LISTS.items()]


def test_every_field_of_a_rule_stands_there() -> None:
    assert [named(name)[0] for name, _ in table(PAGE, "Rules")] == list(builtin.RULES[Scope.ACH][0])


def test_every_answer_of_a_rule_stands_there() -> None:
    assert set(re.findall(r"^\| `([A-Z]+)` \|", section(PAGE, "Rules"), re.MULTILINE)) == set(rules.Outcome)


def test_every_node_stands_there_with_what_it_takes_and_gives() -> None:
    said = [(named(name)[0], named(symbol)[0], *rest) for name, symbol, *rest in table(PAGE, "Conditions")]
    assert said == [(one.name, one.symbol, parts(one), takes(one), gives(one), one.title) for one in OPERATORS.values()]


def test_a_document_of_each_kind_that_people_write_stands_there_and_is_read() -> None:
    written, limits, between = (json.loads(text) for text in programs("Documents"))
    assert [rule.code for rule in rules.parsed(written).rules] == ["LARGE_AT_NIGHT"]
    assert thresholds.within(thresholds.parsed_bounds(between), thresholds.parsed(limits)) == ()


def parts(one: expressions.Operator) -> str:
    if one.name == "in":
        return "2, the second a set"
    return str(one.least) if one.least == one.most else f"{one.least} to {one.most}"


def takes(one: expressions.Operator) -> str:
    if one.takes == frozenset(FeatureType):
        return "any type, all alike" if one.alike else "any type"
    return ", ".join(kind.value for kind in FeatureType if kind in one.takes)


def gives(one: expressions.Operator) -> str:
    return one.gives.value if one.gives else "integer if all are, else number"


def test_its_two_ways_of_writing_a_condition_are_the_same() -> None:
    document, text, *_ = programs("Conditions")
    assert text_of(parsed(json.loads(document))) == text.strip()
    assert plain(read(text)) == json.loads(document)


def test_its_examples_of_conditions_are_conditions() -> None:
    lines = programs("Conditions")[2].strip().splitlines()
    assert len(lines) == 5
    assert [text_of(read(line)) for line in lines] == lines


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Rules", f"at most {rules.RULES_MAX} rules and {rules.NODES_MAX:,} nodes"),
        ("Conditions", f"at most {expressions.NODES_MAX} nodes, {expressions.DEPTH_MAX} below each other"),
        ("Conditions", f"{expressions.PARTS_MAX} parts in one node and {expressions.SET_MAX} constants in one set"),
        ("Conditions", f"at most {expressions.TEXT_MAX} characters"),
        ("Conditions", f"beyond {expressions.BITS_MAX:,} bits is inconclusive"),
        ("Lists", f"at most {lists.ENTRIES_MAX:,} entries"),
        ("Documents", f"more than {documents.DIGITS_MAX:,} digits"),
        ("Documents", f"more than {documents.DOCUMENT_BYTES_MAX // 1024 // 1024} MiB"),
        ("Documents", f"no more than {documents.REPEATED_MAX} characters"),
        ("Dry run", f"up to {dry_run.EXAMPLES_MAX} examples"),
        ("Dry run", f"{dry_run.DECISIONS_MAX:,} decisions at most"),
    ],
)
def test_the_numbers_it_names_are_the_codes(heading: str, said: str) -> None:
    assert said in " ".join(section(PAGE, heading).split())


def test_every_first_rule_stands_there_with_its_condition() -> None:
    said = [
        (scope, named(code)[0], named(decides), named(when)[0], marks)
        for scope, code, decides, when, marks in table(PAGE, "The first documents")
    ]
    assert said == [
        (
            scope.value,
            rule.code,
            [one.value for one in (rule.decision, rule.if_inconclusive) if one],
            text_of(rule.condition),
            marks_of(rule),
        )
        for scope in Scope
        for rule in builtin.book(scope).rules.rules
    ]


def marks_of(rule: rules.Rule) -> str:
    marks = (("fallback only", rule.fallback_only), ("not overridable", rule.not_overridable))
    return ", ".join(said for said, on in marks if on)


@pytest.mark.parametrize("scope", Scope)
def test_the_first_thresholds_stand_there(scope: Scope) -> None:
    found = builtin.book(scope).thresholds
    by_score = ", ".join(f"`{decision.value}` {limit}" for decision, limit in found.scores.items())
    amounts = found.unscored_amounts_minor.items()
    by_amount = ", ".join(f"`{decision.value}` {limit}" for decision, limit in amounts) or "none"
    assert f"| {scope.value} | {by_score} | {by_amount} |" in section(PAGE, "The first documents")
