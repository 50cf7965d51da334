"""A stored decision is written and read back as it was, to the last bit, and nothing else is taken for one."""

import json
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.fraud.decisions_codec import FEATURE_TEXT_MAX, as_plain, from_plain, loaded, written
from domain.fraud.documents import DIGITS_MAX, DocumentMalformed
from domain.fraud.kinds import FEATURES, CustomerReason, Decision, Fallback, FeatureType, Scope
from domain.fraud.model import ShadowScore, StoredDecision, VersionsUsed, VersionUsed
from domain.money import AMOUNT_MINOR_MAX, Money
from tests.unit.fraud.values import NOON, VERSIONS

DECISION = StoredDecision(
    id="dec_1",
    subject="jrn_us0417_1",
    scope=Scope.CARD,
    customer="cus_1",
    account="acc_1",
    payee=None,
    terminal="ter_1",
    device=None,
    amount=Money(5_000, "USD"),
    at=NOON,
    features={"amount_minor": 5_000, "amount_to_mean_30d": 0.1 + 0.2, "credit": True, "kind": "CARD", "hour": None},
    snoozed=("large",),
    versions=VERSIONS,
    score=0.1 + 0.2,
    decision=Decision.STEP_UP,
    customer_reasons=(CustomerReason.SECURITY_CHECK,),
    staff_reasons=("MODEL_SCORE",),
    fallback=None,
    decided_at=NOON + timedelta(microseconds=1),
    shadows=(ShadowScore(replace(VERSIONS, model=None), "card/rules/4", Decision.BLOCK, None),),
)

SEEN: Final = ("amount_minor", "amount_to_mean_30d", "customer_mean_minor_30d", "credit", "kind", "currency")
DIGITS: Final = 10**DIGITS_MAX - 1
_of_type: dict[FeatureType, st.SearchStrategy[Any]] = {
    FeatureType.INTEGER: st.integers(-(2**70), 2**70) | st.sampled_from([DIGITS, -DIGITS]),
    FeatureType.NUMBER: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70),
    FeatureType.FLAG: st.booleans(),
    FeatureType.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
}
features = st.fixed_dictionaries({}, optional={name: st.none() | _of_type[FEATURES[name].type] for name in SEEN})
_texts = st.text("abz/09_-", min_size=1, max_size=12)
_used = st.builds(VersionUsed, _texts, st.sampled_from(["a" * 64, "0" * 64]))
_versions = st.builds(VersionsUsed, rules=_used, model=st.none() | _used, thresholds=_used, lists=_used)
_scores = st.none() | st.floats(0, 1)
_instants = st.integers(0, 10**15).map(lambda micros: NOON + timedelta(microseconds=micros)) | st.just(
    NOON.astimezone(timezone(timedelta(hours=-5)))
)
decisions = st.builds(
    StoredDecision,
    id=_texts,
    subject=_texts,
    scope=st.sampled_from(Scope),
    customer=_texts,
    account=_texts,
    payee=st.none() | _texts,
    terminal=st.none() | _texts,
    device=st.none() | _texts,
    amount=st.builds(Money, st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), st.sampled_from(["USD", "JPY", "KWD"])),
    at=_instants,
    features=features,
    snoozed=st.lists(_texts, max_size=3).map(tuple),
    versions=_versions,
    score=_scores,
    decision=st.sampled_from(Decision),
    customer_reasons=st.lists(st.sampled_from(CustomerReason), max_size=4).map(tuple),
    staff_reasons=st.lists(_texts, max_size=4).map(tuple),
    fallback=st.none() | st.sampled_from(Fallback),
    lists_unread=st.booleans(),
    decided_at=_instants,
    shadows=st.lists(st.builds(ShadowScore, _versions, _texts, st.sampled_from(Decision), _scores), max_size=2).map(
        tuple
    ),
)


@settings(max_examples=100, deadline=None)
@given(decisions)
def test_every_decision_reads_back_as_it_was_written(decision: StoredDecision) -> None:
    body = written(decision)
    found = loaded(body)
    assert found == decision
    assert written(found) == body
    for name, value in decision.features.items():
        assert type(found.features[name]) is type(value)
        assert repr(found.features[name]) == repr(value) if isinstance(value, float) else True


@pytest.mark.parametrize("number", [0.0, -0.0, 5e-324, 1.7976931348623157e308, 1.0, 0.1 + 0.2, 2**53 + 2.0])
def test_a_float_keeps_each_bit_and_stays_a_float(number: float) -> None:
    found = loaded(written(replace(DECISION, features={"amount_to_mean_30d": number})))
    value = found.features["amount_to_mean_30d"]
    assert isinstance(value, float)
    assert value.hex() == number.hex()


def test_what_was_judged_with_its_lists_is_written_as_it_always_was() -> None:
    assert "lists_unread" not in as_plain(DECISION)
    assert as_plain(replace(DECISION, lists_unread=True)) == {**as_plain(DECISION), "lists_unread": True}


def test_an_integer_of_a_number_stays_an_integer() -> None:
    found = loaded(written(replace(DECISION, features={"amount_to_mean_30d": 3})))
    assert type(found.features["amount_to_mean_30d"]) is int


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount_minor", 1.0),
        ("amount_minor", True),
        ("amount_minor", "1"),
        ("amount_minor", 10**DIGITS_MAX),
        ("amount_to_mean_30d", float("nan")),
        ("amount_to_mean_30d", float("inf")),
        ("credit", 1),
        ("kind", "x" * (FEATURE_TEXT_MAX + 1)),
        ("balance", 1),
    ],
    ids=range(9),
)
def test_features_of_another_type_are_not_written(name: str, value: Any) -> None:
    with pytest.raises(DocumentMalformed, match=f"features.{name}: is ") as caught:
        written(replace(DECISION, features={name: value}))
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"format": "florin.decision/2"}, "format"),
        ({"lists_unread": False}, "lists_unread"),
        ({"lists_unread": 1}, "lists_unread"),
        ({"id": ""}, "id"),
        ({"id": None}, "id"),
        ({"subject": 1}, "subject"),
        ({"scope": "WIRE"}, "scope"),
        ({"customer": "x" * 201}, "customer"),
        ({"account": None}, "account"),
        ({"payee": 5}, "payee"),
        ({"terminal": ""}, "terminal"),
        ({"device": []}, "device"),
        ({"amount": {"minor": 1}}, "amount"),
        ({"amount": {"minor": 1.0, "currency": "USD"}}, "amount.minor"),
        ({"amount": {"minor": 1, "currency": "XXX"}}, "amount.currency"),
        ({"amount": {"minor": 1, "currency": []}}, "amount.currency"),
        ({"at": "2026-11-30T12:00:00Z"}, "at"),
        ({"at": "2026-11-31T12:00:00.000000Z"}, "at"),
        ({"at": "2026-11-30T12:00:00.0000Z"}, "at"),
        ({"at": None}, "at"),
        ({"decided_at": 1}, "decided_at"),
        ({"features": []}, "features"),
        ({"features": {"balance": 1}}, "features"),
        ({"features": {"hour": "1"}}, "features.hour"),
        ({"snoozed": [1]}, "snoozed[0]"),
        ({"snoozed": ["x"] * 101}, "snoozed"),
        ({"versions": {}}, "versions"),
        ({"versions": as_plain(DECISION)["versions"] | {"model": {}}}, "versions.model"),  # type: ignore[operator]  # JSON
        ({"score": 1.5}, "score"),
        ({"score": "0.5"}, "score"),
        ({"decision": "DECLINE"}, "decision"),
        ({"customer_reasons": ["MODEL_SCORE"]}, "customer_reasons[0]"),
        ({"staff_reasons": "MODEL_SCORE"}, "staff_reasons"),
        ({"fallback": "NONE"}, "fallback"),
        ({"shadows": [{}]}, "shadows[0]"),
        ({"memo": "rent"}, ""),
    ],
)
def test_what_is_no_decision_is_refused_with_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(DocumentMalformed) as caught:
        from_plain({**as_plain(DECISION), **changes})
    assert caught.value.path == path


@pytest.mark.parametrize("field", list(as_plain(DECISION)))
def test_nothing_is_left_out(field: str) -> None:
    short = {key: value for key, value in as_plain(DECISION).items() if key != field}
    with pytest.raises(DocumentMalformed, match=f"has no '{field}'"):
        from_plain(short)


def test_a_key_that_stands_twice_is_refused() -> None:
    body = written(DECISION).decode()
    twice = body[:-1] + ',"decision":"APPROVE"}'
    assert json.loads(twice)["decision"] == "APPROVE"
    with pytest.raises(DocumentMalformed, match="'decision' twice"):
        loaded(twice)


def test_moments_are_kept_in_utc() -> None:
    west = replace(DECISION, at=NOON.astimezone(timezone(timedelta(hours=-5))))
    assert written(west) == written(DECISION)
