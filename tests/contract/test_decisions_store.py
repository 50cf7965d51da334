"""What every store of fraud decisions promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.fraud.decision_store import DAY_SHARDS, DecisionStore, position_before, shard_of
from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.kinds import FEATURES, CustomerReason, Decision, Fallback, FeatureType, Scope, Value
from domain.fraud.model import ShadowScore, StoredDecision, VersionsUsed, VersionUsed
from domain.ids import decision_id
from domain.money import Money
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws
from tests.unit.fraud.asking import ACCOUNT, AT, CUSTOMER, PAYEE

DAY = date(2026, 11, 30)
RULES = VersionUsed("transfer/rules/3", "a" * 64)
VERSIONS = VersionsUsed(
    rules=RULES, model=None, thresholds=replace(RULES, version="transfer/thresholds/1"), lists=RULES
)


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[DecisionStore]:
    with aws(request) as place:
        table = place.table("florin-fraud") if place else None
        yield DynamoDBDecisionStore(table) if table else MemoryDecisionStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def decision(n: int = 0, *, after: timedelta = timedelta(0), customer: str = CUSTOMER) -> StoredDecision:
    subject = f"jrn_us0417_{n:032d}"
    return StoredDecision(
        id=decision_id(subject),
        subject=subject,
        scope=Scope.TRANSFER,
        customer=customer,
        account=ACCOUNT,
        payee=PAYEE,
        terminal=None,
        device=None,
        amount=Money(2_500, "USD"),
        at=AT,
        features={"kind": "transfer", "credit": True, "amount_minor": 2_500, "sent_before": None},
        versions=VERSIONS,
        score=None,
        decision=Decision.APPROVE,
        customer_reasons=(),
        staff_reasons=(),
        decided_at=AT + after,
    )


_SAMPLES: dict[FeatureType, Value] = {
    FeatureType.INTEGER: 7,
    FeatureType.NUMBER: 0.1 + 0.2,
    FeatureType.FLAG: False,
    FeatureType.TEXT: "é",
}
WHOLE = replace(
    decision(1),
    terminal="term-1",
    device="device-1",
    features={name: _SAMPLES[feature.type] for name, feature in FEATURES.items()},
    snoozed=("many-payments",),
    versions=replace(VERSIONS, model=VersionUsed("transfer/model/9", "b" * 64)),
    score=0.1 + 0.2,
    decision=Decision.REVIEW,
    customer_reasons=(CustomerReason.NEW_PAYEE, CustomerReason.UNUSUAL_AMOUNT),
    staff_reasons=("MODEL_SCORE", "NEW_PAYEE_LARGE"),
    fallback=Fallback.FEATURES_UNREAD,
    shadows=(ShadowScore(VERSIONS, "transfer/rules/4", Decision.BLOCK, 5e-324),),
)


def day_of(store: DecisionStore, day: date = DAY, scope: Scope = Scope.TRANSFER) -> list[StoredDecision]:
    """All shards of a day, in pages of two."""
    found: list[StoredDecision] = []
    for shard in range(DAY_SHARDS):
        position: str | None = None
        while True:
            page = store.decisions_of_day(scope, day, shard, position=position, limit=2)
            found += page.decisions
            position = page.position
            if position is None:
                break
    return found


@pytest.mark.parametrize("made", [decision(), WHOLE], ids=["bare", "with everything"])
def test_a_decision_is_read_back_whole_wherever_it_is_asked_for(store: DecisionStore, made: StoredDecision) -> None:
    assert store.put(made) == made
    assert store.decision(made.subject) == made
    assert day_of(store) == [made]
    assert store.decisions_of_customer(CUSTOMER, position=None, limit=5).decisions == (made,)


def test_what_was_never_judged_has_no_decision(store: DecisionStore) -> None:
    assert store.decision(decision().subject) is None
    assert day_of(store) == []
    assert store.decisions_of_customer(CUSTOMER, position=None, limit=5).decisions == ()


def test_a_subject_is_decided_once_and_the_second_leaves_nothing(store: DecisionStore) -> None:
    first = store.put(decision())
    second = replace(first, decision=Decision.BLOCK, decided_at=AT + timedelta(days=1))

    assert store.put(second) == first
    assert store.decision(first.subject) == first
    assert day_of(store) == [first]
    assert day_of(store, DAY + timedelta(days=1)) == []
    assert store.decisions_of_customer(CUSTOMER, position=None, limit=5).decisions == (first,)


@at_once_too
def test_of_many_who_judge_one_subject_at_once_all_are_told_the_same(store: DecisionStore) -> None:
    judged = [
        replace(decision(), staff_reasons=(str(n),), decided_at=AT + timedelta(seconds=n)) for n in range(CALLERS)
    ]
    answers = at_once(lambda n: store.put(judged[n]))

    assert answers == [store.decision(decision().subject)] * CALLERS
    assert day_of(store) == answers[:1]


def test_a_day_holds_what_was_decided_in_it_by_utc_and_of_one_scope(store: DecisionStore) -> None:
    before = store.put(decision(1, after=timedelta(hours=-15, minutes=-31)))
    within = [store.put(decision(n, after=timedelta(minutes=n))) for n in range(2, 20)]
    store.put(replace(decision(30), scope=Scope.ACH))

    assert day_of(store, DAY - timedelta(days=1)) == [before]
    assert sorted(day_of(store), key=lambda one: one.decided_at) == within
    assert {shard_of(one.subject) for one in within} > {shard_of(within[0].subject)}


def test_a_shard_of_a_day_comes_in_the_order_of_its_decisions(store: DecisionStore) -> None:
    made = [store.put(decision(n, after=timedelta(minutes=-n))) for n in range(40)]
    shard = shard_of(made[0].subject)
    page = store.decisions_of_day(Scope.TRANSFER, DAY, shard, position=None, limit=100)

    assert list(page.decisions) == [one for one in made[::-1] if shard_of(one.subject) == shard]
    assert page.position is None


def test_a_shard_of_a_day_can_be_read_from_a_moment_on_with_what_was_decided_at_it(store: DecisionStore) -> None:
    made = [store.put(decision(n, after=timedelta(minutes=n))) for n in range(40)]
    shard = shard_of(made[20].subject)
    from_then_on = position_before(made[20].decided_at)
    page = store.decisions_of_day(Scope.TRANSFER, DAY, shard, position=from_then_on, limit=100)

    assert list(page.decisions) == [one for one in made[20:] if shard_of(one.subject) == shard]


def test_a_customers_decisions_come_the_latest_first_in_pages(store: DecisionStore) -> None:
    made = [store.put(decision(n, after=timedelta(minutes=n))) for n in range(3)]
    store.put(decision(9, customer="cus_us_01K90000000000000000000009"))

    first = store.decisions_of_customer(CUSTOMER, position=None, limit=2)
    assert list(first.decisions) == [made[2], made[1]]
    rest = store.decisions_of_customer(CUSTOMER, position=first.position, limit=2)
    assert (list(rest.decisions), rest.position) == ([made[0]], None)


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_a_bound(store: DecisionStore, limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        store.decisions_of_customer(CUSTOMER, position=None, limit=limit)
