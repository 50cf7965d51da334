"""What is known of a payment: who spoke last counts, everything that was said stays, and both times are kept."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.fraud.kinds import Decision, Scope
from domain.fraud.label_model import SAID_MAX, Label, LabelSource, Said, with_said
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import FRAUD_RETURNS, Labels
from domain.fraud.model import ShadowScore
from domain.refusals import NotAllowed, NotFound
from tests.unit.fraud.decided import Decided, decision
from tests.unit.fraud.governance import ANALYST, NOON, OPERATOR, HandClock, passed

PAID = NOON - timedelta(days=3)
VERSIONS = decision("x", PAID).versions


class Desk:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.decided = Decided()
        shadow = ShadowScore(VERSIONS, "card/model/2", Decision.BLOCK, 0.9)
        self.decided.add(decision("pay_1", PAID, decided=Decision.REVIEW, shadows=(shadow,)))
        self.store = MemoryLabelStore()
        self.labels = Labels(store=self.store, decisions=self.decided, clock=self.clock)

    def said(self, *, fraud: bool = True, source: LabelSource = LabelSource.CASE, days: int = 0) -> Label:
        return passed(self.labels.learn("pay_1", said(fraud=fraud, source=source, days=days)))


def said(*, fraud: bool = True, source: LabelSource = LabelSource.CASE, days: int = 0) -> Said:
    return Said(fraud, source, None, NOON + timedelta(days=days), "stf_farah")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_label_says_when_it_happened_and_when_it_was_learnt(desk: Desk) -> None:
    label = desk.said()

    assert (label.happened_at, label.learnt_at, label.day) == (PAID, NOON, PAID.date())
    assert label.fraud
    assert (label.decision, label.shadows) == (Decision.REVIEW, {"card/model/2": Decision.BLOCK})
    assert desk.labels.of("pay_1") == label


def test_who_speaks_last_counts_and_what_was_said_before_stays(desk: Desk) -> None:
    desk.said(source=LabelSource.RETURN)
    label = desk.said(fraud=False, source=LabelSource.STAFF, days=2)

    assert not label.fraud
    assert label.learnt_at == NOON + timedelta(days=2)
    assert [one.fraud for one in label.said] == [True, False]


def test_who_agrees_later_does_not_make_it_known_later(desk: Desk) -> None:
    desk.said(source=LabelSource.RETURN)
    label = desk.said(source=LabelSource.CASE, days=2)

    assert label.learnt_at == NOON


def test_what_comes_late_does_not_speak_last(desk: Desk) -> None:
    desk.said(fraud=False, source=LabelSource.STAFF, days=2)
    label = desk.said(source=LabelSource.RETURN)

    assert not label.fraud


@pytest.mark.parametrize("days", [0, -1])
def test_what_a_source_said_before_it_does_not_say_again(desk: Desk, days: int) -> None:
    first = desk.said()

    assert desk.said(days=days) == first


@pytest.mark.parametrize("code", sorted(FRAUD_RETURNS))
def test_a_return_that_denies_the_debit_is_a_fraud(desk: Desk, code: str) -> None:
    label = passed(desk.labels.returned("pay_1", code=code, learnt_at=NOON))

    assert label is not None
    assert (label.fraud, label.said[0].code) == (True, code)


@pytest.mark.parametrize("code", ["R01", "R02", "R03", "R08"])
def test_another_return_says_nothing_of_a_fraud(desk: Desk, code: str) -> None:
    assert desk.labels.returned("pay_1", code=code, learnt_at=NOON) is None
    assert desk.labels.of("pay_1") is None


def test_what_was_never_judged_is_labelled_where_its_scope_is_known(desk: Desk) -> None:
    assert desk.labels.learn("pay_9", said()) == NotFound("pay_9")

    label = passed(desk.labels.learn("pay_9", said(), scope=Scope.ACH, happened_at=PAID))
    assert (label.decision, label.scope, label.day) == (None, Scope.ACH, PAID.date())


def test_staff_who_work_fraud_say_what_a_payment_was(desk: Desk) -> None:
    label = passed(desk.labels.say(ANALYST, "pay_1", fraud=True))

    assert (label.fraud, label.said[0].by) == (True, ANALYST.person)
    assert desk.labels.say(OPERATOR, "pay_1", fraud=True) == NotAllowed()


def test_the_latest_words_stay_when_there_are_many() -> None:
    label = Label(subject="pay_1", scope=Scope.CARD, day=date(2026, 11, 27), happened_at=PAID, decision=None)
    for number in range(SAID_MAX + 5):
        label = with_said(label, said(fraud=number % 2 == 0, days=number))

    assert len(label.said) == SAID_MAX
    assert label.said[-1].learnt_at == NOON + timedelta(days=SAID_MAX + 4)


def test_two_who_speak_at_once_are_both_heard(desk: Desk) -> None:
    class Meeting(MemoryLabelStore):
        meanwhile: Any = None

        def keep(self, label: Label, *, was: Label | None) -> bool:
            happens, self.meanwhile = self.meanwhile, None
            if happens:
                happens()
            return super().keep(label, was=was)

    store = Meeting()
    labels = Labels(store=store, decisions=desk.decided, clock=desk.clock)
    store.meanwhile = lambda: passed(labels.learn("pay_1", said(source=LabelSource.RETURN)))

    label = passed(labels.learn("pay_1", said(source=LabelSource.CASE, days=1)))

    assert [one.source for one in label.said] == [LabelSource.RETURN, LabelSource.CASE]
