"""What is known of a payment: who spoke last counts, everything that was said stays, and both times are kept."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain.cases import rules
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import Case, Resolution, Stage, Subject
from domain.fraud.kinds import Decision, Scope
from domain.fraud.label_model import SAID_MAX, Label, LabelSource, Said, with_said
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import FRAUD_RETURNS, REVIEWED, Labels
from domain.fraud.model import ShadowScore
from domain.fraud.refusals import FraudRegistryBusy
from domain.rails.ach.return_codes import RETURN_CODES, Policy
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


def returned(desk: Desk, code: str, *, subject: str = "pay_1", questionable: bool = False) -> Label | None:
    """What is known after the return."""
    refusal = desk.labels.returned(subject, code=code, questionable=questionable, learnt_at=NOON, happened_at=PAID)
    assert refusal is None
    return desk.labels.of(subject)


@pytest.mark.parametrize("code", ["R05", "R07", "R10", "R29"])
def test_a_return_that_denies_the_debit_is_a_fraud(desk: Desk, code: str) -> None:
    label = returned(desk, code)

    assert label is not None
    assert label.said == (Said(True, LabelSource.RETURN, code, NOON, "bank"),)
    assert returned(desk, code) == label


@pytest.mark.parametrize("code", sorted(RETURN_CODES.keys() - FRAUD_RETURNS))
def test_another_return_says_nothing_of_a_fraud(desk: Desk, code: str) -> None:
    assert returned(desk, code) is None


def test_codes_that_are_a_fraud_are_codes_of_unauthorised_returns_and_no_errors(desk: Desk) -> None:
    assert {"R01", "R11", "R51"} & FRAUD_RETURNS == set()
    assert {code for code in FRAUD_RETURNS if RETURN_CODES[code].policy is not Policy.UNAUTHORISED} == set()


def test_a_return_whose_sender_believes_it_a_fraud_is_one(desk: Desk) -> None:
    label = returned(desk, "R17", questionable=True)
    assert label is not None
    assert (label.fraud, label.said[0].code) == (True, "R17")


def test_a_return_of_what_was_never_judged_is_noted_with_when_that_was_asked_for(desk: Desk) -> None:
    label = returned(desk, "R10", subject="pay_9")
    assert label is not None
    assert (label.scope, label.happened_at, label.decision) == (Scope.ACH, PAID, None)


def test_a_label_that_others_write_all_the_time_is_refused_for_now(desk: Desk) -> None:
    class Losing(MemoryLabelStore):
        def keep(self, label: Label, *, was: Label | None) -> bool:
            return False

    labels = Labels(store=Losing(), decisions=desk.decided, clock=desk.clock)
    refusal = labels.returned("pay_1", code="R10", learnt_at=NOON, happened_at=PAID)
    assert refusal == FraudRegistryBusy("pay_1")
    assert refusal.retryable


# Reviews.


def case(code: ResolutionCode | None) -> Case:
    subject = Subject("transfer", "pay_1")
    opened = rules.opened(
        CaseKind.TRANSFER_REVIEW, subject, key="review", due_at=None, facts={}, region="us-east-1", now=PAID
    )
    if code is None:
        return opened
    at = NOON - timedelta(hours=1)
    said = Resolution(code=code, reason="I called them", person="stf_farah", key="k", at=at, stage=Stage.DECIDED)
    return replace(opened, resolution=said)


@pytest.mark.parametrize(("code", "fraud"), [(ResolutionCode.REJECT, True), (ResolutionCode.RELEASE, False)])
def test_a_review_that_was_rejected_is_a_fraud_and_one_that_was_released_is_none(
    desk: Desk, code: ResolutionCode, fraud: bool
) -> None:
    acted: list[str] = []

    def act(case: Case) -> None:
        acted.append(case.subject.id)

    learns = desk.labels.after(act, scope=Scope.TRANSFER)
    for _ in range(2):
        assert learns(case(code)) is None

    label = desk.labels.of("pay_1")
    assert label is not None
    assert label.said == (Said(fraud, LabelSource.CASE, None, NOON - timedelta(hours=1), "stf_farah"),)
    assert acted == ["pay_1", "pay_1"]


def test_a_resolution_that_cannot_be_carried_out_says_nothing(desk: Desk) -> None:
    learns = desk.labels.after(lambda case: NotFound(case.id), scope=Scope.TRANSFER)
    assert isinstance(learns(case(ResolutionCode.REJECT)), NotFound)
    assert desk.labels.of("pay_1") is None


def test_a_death_before_the_label_is_kept_is_made_good_when_the_resolution_is_carried_out_again(desk: Desk) -> None:
    class Dying(MemoryLabelStore):
        dies = True

        def keep(self, label: Label, *, was: Label | None) -> bool:
            if self.dies:
                raise SystemExit
            return super().keep(label, was=was)

    store = Dying()
    learns = Labels(store=store, decisions=desk.decided, clock=desk.clock).after(lambda _: None, scope=Scope.TRANSFER)
    with pytest.raises(SystemExit):
        learns(case(ResolutionCode.REJECT))
    store.dies = False
    assert learns(case(ResolutionCode.REJECT)) is None
    label = store.label("pay_1")
    assert label is not None
    assert label.fraud


@pytest.mark.parametrize("code", [None, ResolutionCode.NOTED])
def test_what_is_no_resolution_of_a_review_is_a_fault(desk: Desk, code: ResolutionCode | None) -> None:
    with pytest.raises(ValueError, match="no resolution of a review"):
        desk.labels.reviewed(case(code), scope=Scope.TRANSFER)


@pytest.mark.parametrize("kind", [CaseKind.TRANSFER_REVIEW, CaseKind.ACH_PAYMENT_REVIEW])
def test_every_way_to_resolve_a_review_says_what_the_payment_was(kind: CaseKind) -> None:
    assert set(KINDS[kind].resolutions) == set(REVIEWED)


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
