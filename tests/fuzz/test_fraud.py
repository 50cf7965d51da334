"""Documents of fraud that nobody should write, and rule trees that nobody would.

Whatever comes, a reader answers with a document or with the one error that says where; a tree that was read answers for
every payment, and the same every time, as a second way of working it out does.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.fraud import builtin, decisions_codec, lists, rules, thresholds
from domain.fraud.documents import DocumentMalformed, canonical, read
from domain.fraud.expression_text import read as read_text
from domain.fraud.expressions import DEPTH_MAX, NODES_MAX, explained, parsed, plain, text_of
from domain.fraud.kinds import Decision, Fallback, Family, Features, Scope
from domain.fraud.model import StoredDecision
from domain.fraud.scoring import Book, Inputs, inputs_of_stored, replayed, same, score, score_unscored
from domain.money import Money
from tests.fuzz.fraud_trees import conditions, features, worked_out
from tests.fuzz.share import share

Read = Callable[[object], object]
READERS: Final[dict[str, tuple[Read, Callable[[Any], object]]]] = {
    "conditions": (parsed, plain),
    "rules": (rules.parsed, rules.as_plain),
    "lists": (lists.parsed, lists.as_plain),
    "thresholds": (thresholds.parsed, thresholds.as_plain),
    "bounds": (thresholds.parsed_bounds, thresholds.bounds_as_plain),
    "decisions": (decisions_codec.from_plain, decisions_codec.as_plain),
}
NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
ENTRY: Final = {
    "list": "DENY",
    "family": "payee",
    "entity": "acc_2",
    "reason": "Reported",
    "by": "stf_1",
    "until": "2026-11-30",
}
BOUND: Final = {"least": 0.5, "most": 0.9, "optional": True}
PARTIES: Final = {Family.CUSTOMER: "cus_1", Family.ACCOUNT: "acc_1", Family.PAYEE: "acc_2"}


def stored(found_by: Book, known: Features, *, snoozed: tuple[str, ...] = ()) -> StoredDecision:
    inputs = Inputs(parties=PARTIES, at=NOON, snoozed=frozenset(snoozed))
    found = score(known, found_by, inputs)
    return StoredDecision(
        id="dec_1",
        subject="jrn_1",
        scope=Scope.TRANSFER,
        customer="cus_1",
        account="acc_1",
        payee="acc_2",
        terminal=None,
        device=None,
        amount=Money(1, "USD"),
        at=NOON,
        features=known,
        snoozed=snoozed,
        versions=found_by.versions,
        score=found.score,
        decision=found.decision,
        customer_reasons=found.customer_reasons,
        staff_reasons=found.staff_reasons,
        decided_at=NOON,
    )


VALID: Final[dict[str, Any]] = {
    "conditions": {"and": [{"in": [{"feature": "kind"}, ["A", "B"]]}, {"not": {"gt": [{"feature": "hour"}, 1.5]}}]},
    "rules": builtin.rules_document(Scope.TRANSFER),
    "lists": {**builtin.lists_document(Scope.CARD), "entries": [ENTRY, {**ENTRY, "list": "ALLOW"}]},
    "thresholds": builtin.thresholds_document(Scope.CARD),
    "bounds": {
        "format": thresholds.BOUNDS_FORMAT,
        "scores": {"REVIEW": BOUND},
        "unscored_amounts_minor": {"BLOCK": {"least": 1, "most": 2, "optional": False}},
    },
    "decisions": decisions_codec.as_plain(stored(builtin.book(Scope.TRANSFER), {"amount_minor": 1, "hour": None})),
}

_strange = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, float("nan"), float("inf"), -float("inf"), 1e308, -0.0]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["\ud800", "\u202e", "\x00", "APPROVE", "BLOCK", "feature", "__class__", "é" * 200]),
)
_keys = st.text(max_size=4) | st.sampled_from(
    ["and", "or", "not", "in", "gt", "add", "div", "is_missing", "feature", "format", "rules", "entries", "scores"]
)
anything = st.recursive(
    _strange, lambda below: st.lists(below, max_size=4) | st.dictionaries(_keys, below, max_size=4), max_leaves=15
)


def changed(document: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """With one place in it otherwise."""
    if isinstance(document, dict) and document and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(document)))
        others = {name: value for name, value in document.items() if name != key}
        what = draw(st.integers(0, 6))
        if what == 0:
            return others
        return {**document, draw(_keys): 1} if what == 1 else {**others, key: changed(document[key], draw)}
    if isinstance(document, list) and document and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(document) - 1))
        if draw(st.integers(0, 6)) == 0:
            return [*document, document[place]]
        return [*document[:place], changed(document[place], draw), *document[place + 1 :]]
    return draw(anything)


def refusal(reader: Callable[[Any], object], given_: object) -> DocumentMalformed | None:
    """Anything else that is raised is a fault, and fails the test."""
    try:
        reader(given_)
    except DocumentMalformed as error:
        return error
    return None


def answers(kind: str, document: object) -> None:
    """A document, that is written and read again as the same, or the one error."""
    reader, writer = READERS[kind]
    error = refusal(reader, document)
    if error:
        assert len(str(error)) < 2_000
        assert str(error).isprintable()
        return
    body = canonical(writer(reader(document)))
    assert canonical(writer(reader(read(body)))) == body


class TestReaders:
    @pytest.mark.parametrize("kind", READERS)
    def test_take_what_is_valid(self, kind: str) -> None:
        reader, writer = READERS[kind]
        assert canonical(writer(reader(VALID[kind]))) == canonical(VALID[kind]) or kind == "lists"

    @share(normal=300, full=20_000)
    @given(st.sampled_from(list(READERS)), anything)
    def test_answer_whatever_is_given(self, kind: str, document: object) -> None:
        answers(kind, document)

    @share(normal=600, full=40_000)
    @given(st.sampled_from(list(READERS)), st.data())
    def test_answer_for_a_document_with_something_otherwise(self, kind: str, data: st.DataObject) -> None:
        answers(kind, changed(VALID[kind], data.draw))

    @share(normal=400, full=20_000)
    @given(st.one_of(st.text(max_size=60), st.binary(max_size=60), st.text('{}[]",:0123456789eE+-.ntf', max_size=60)))
    @example('{"a":1,"a":2}')
    @example("[1e999]")
    @example("[" * 100_000)
    @example('{"":' * 100_000)
    @example("9" * 5_000)
    @example('"\\ud800"')
    def test_of_texts_answer_whatever_is_given(self, text: str | bytes) -> None:
        try:
            found = read(text)
        except DocumentMalformed:
            return
        try:
            body = canonical(found)
        except DocumentMalformed:
            assert "\\ud" in str(text).lower()  # half of a pair, spelled out
            return
        assert canonical(read(body)) == body

    @pytest.mark.parametrize("op", ["not", "is_missing", "and", "add"])
    def test_refuse_what_is_deeper_than_python_goes(self, op: str) -> None:
        node: Any = True
        for _ in range(50_000):
            node = {op: node} if op in ("not", "is_missing") else {op: [node, node]}
        with pytest.raises(DocumentMalformed, match=f"deeper than {DEPTH_MAX}"):
            parsed(node)

    def test_refuse_what_doubles_without_end_before_it_takes_time(self) -> None:
        """Twenty times itself on each level: 20 to the 11th nodes, of which no more than the limit is looked at."""
        node: Any = True
        for _ in range(DEPTH_MAX - 1):
            node = {"and": [node] * 20}
        with pytest.raises(DocumentMalformed, match=f"the {NODES_MAX} nodes"):
            parsed(node)


class TestTexts:
    @share(normal=400, full=30_000)
    @given(conditions)
    def test_of_every_condition_read_back_as_the_condition(self, document: Any) -> None:
        found = parsed(document)
        assert canonical(plain(read_text(text_of(found)))) == canonical(plain(found))

    @share(normal=300, full=20_000)
    @given(
        conditions, st.integers(0, 200), st.sampled_from(['"', "(", ")", "not ", "and", "-", "9", ".", "é", "\\", " "])
    )
    def test_with_something_put_in_are_conditions_or_refused(self, document: Any, place: int, piece: str) -> None:
        text = text_of(parsed(document))
        at = place % (len(text) + 1)
        for other in (text[:at] + piece + text[at:], text[:at], text[at:]):
            try:
                found = read_text(other)
            except DocumentMalformed:
                continue
            assert canonical(plain(read_text(text_of(found)))) == canonical(plain(found))

    @share(normal=300, full=20_000)
    @given(st.text(max_size=40) | st.text('()-+*/<>=!," .eE019abnotridhu', max_size=40))
    def test_that_are_anything_are_conditions_or_refused(self, text: str) -> None:
        error = refusal(read_text, text)
        assert error is None or str(error).isprintable()


class TestConditions:
    @share(normal=600, full=60_000)
    @given(conditions, features)
    def test_answer_as_the_second_way_of_working_them_out(self, document: Any, known: Features) -> None:
        found = parsed(document)
        value = found.evaluate(known)
        assert value is worked_out(document, known)
        assert found.evaluate(known) is value
        assert parsed(read(canonical(plain(found)))).evaluate(known) is value

    @share(normal=300, full=20_000)
    @given(conditions, features)
    def test_are_explained_node_by_node_with_the_same_answer(self, document: Any, known: Features) -> None:
        found = parsed(document)
        shown = explained(found, known)
        assert shown.value is found.evaluate(known)
        body = json.dumps(shown.as_plain(), allow_nan=False)
        assert body.count('"text"') == found.nodes

    @share(normal=500, full=40_000)
    @given(conditions, features, features)
    def test_that_know_more_do_not_take_back_what_they_knew(
        self, document: Any, known: Features, more: Features
    ) -> None:
        """What is settled is settled whatever else comes to be known, but for questions after what is missing."""
        if "is_missing" in json.dumps(document):
            return
        value = parsed(document).evaluate(known)
        filled = {**more, **{name: one for name, one in known.items() if one is not None}}
        if value is not None:
            assert parsed(document).evaluate(filled) is value


outcomes = st.sampled_from([decision.value for decision in Decision if decision is not Decision.APPROVE])


@st.composite
def rule_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        decision = draw(outcomes)
        found.append(
            {
                "id": f"rule-{number}",
                "code": f"RULE_{number}",
                "title": "Drawn",
                "decision": decision,
                "customer_reason": draw(st.sampled_from(["NEW_PAYEE", "SECURITY_CHECK"])),
                "condition": draw(conditions),
                "fallback_only": draw(st.booleans()),
                "not_overridable": draw(st.booleans()),
                "if_inconclusive": draw(st.sampled_from([None, "STEP_UP", decision])),
            }
        )
    return found


class Said:
    def __init__(self, value: float) -> None:
        self.value = value

    def predicted(self, features: Features) -> float:
        return self.value

    def contributions(self, features: Features) -> dict[str, float]:
        return {}


entries = st.lists(
    st.builds(
        lambda name, family, until: {**ENTRY, "list": name, "family": family, "until": until},
        st.sampled_from(["ALLOW", "DENY"]),
        st.sampled_from(["payee", "customer"]),
        st.sampled_from([None, "2026-11-29", "2026-11-30"]),
    ),
    max_size=2,
    unique_by=lambda entry: (entry["list"], entry["family"]),
)


@st.composite
def books(draw: st.DrawFn) -> Book:
    said = draw(st.none() | st.floats(0, 1))
    ceiling = draw(st.sampled_from(Decision))
    return replace(
        builtin.book(Scope.CARD),
        rules=rules.parsed({"format": rules.FORMAT, "rules": draw(rule_sets())}),
        model=None if said is None else Said(said),
        lists=lists.parsed({"format": lists.FORMAT, "allow_ceiling": ceiling.value, "entries": draw(entries)}),
    )


@share(normal=400, full=30_000)
@given(books(), features, st.sets(st.sampled_from(["rule-0", "rule-1"])))
def test_every_decision_is_the_same_again_from_what_is_stored_of_it(
    book: Book, known: Features, snoozed: set[str]
) -> None:
    decision = stored(book, known, snoozed=tuple(sorted(snoozed)))
    again = decisions_codec.loaded(decisions_codec.written(decision))
    assert same(again, replayed(again, book))
    unscored = replace(again, fallback=Fallback.SCORER_SILENT)
    assert replayed(unscored, book) == score_unscored(known, book, inputs_of_stored(decision))


@share(normal=200, full=10_000)
@given(books(), features)
def test_who_is_denied_is_blocked_whatever_else_is_said(book: Book, known: Features) -> None:
    denied = lists.parsed({"format": lists.FORMAT, "allow_ceiling": "BLOCK", "entries": [ENTRY]}).entries
    found = replace(book, lists=replace(book.lists, entries={**book.lists.entries, **denied}))
    for judge in (score, score_unscored):
        assert judge(known, found, Inputs(parties=PARTIES, at=NOON)).decision is Decision.BLOCK
