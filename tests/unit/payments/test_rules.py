"""A payment moves by its table alone, and is due in each state when somebody has to look at it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.payments import rules
from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, Event, PaymentKind, PaymentState
from domain.payments.model import BANK, FACT_LENGTH_MAX, FACTS_MAX, OPENED, AchProgress, Happening
from domain.payments.rules import Change, Deadlines
from tests.unit.payments.values import CUSTOMER, DEADLINES, NOW, PROGRESS, payment

LATER = NOW + timedelta(minutes=5)
GRACE = DEADLINES.grace
STATES = [(kind, state) for kind, journey in JOURNEYS.items() for state in sorted(journey.states)]


def moved(kind: PaymentKind, state: PaymentState, event: Event) -> Change | None:
    made = payment(kind, state=state, happenings=4, version=6)
    return rules.moved(made, event, by=BANK, facts={"file": "fil_1"}, now=LATER, deadlines=DEADLINES)


class TestMoving:
    @pytest.mark.parametrize("kind", PaymentKind)
    def test_every_row_leads_to_its_state_with_a_line_of_the_timeline(self, kind: PaymentKind) -> None:
        for move in JOURNEYS[kind].moves:
            change = moved(kind, move.source, move.event)
            assert change
            due_at = rules.due_at(change.payment, LATER, DEADLINES)
            assert change.payment == payment(
                kind, state=move.target, entered_at=LATER, due_at=due_at, happenings=5, version=7
            )
            assert change.happening == Happening(
                payment=payment().id,
                n=5,
                at=LATER,
                event=move.event.value,
                state=move.target,
                by=BANK,
                facts={"file": "fil_1"},
            )

    @pytest.mark.parametrize(("kind", "state"), STATES)
    def test_an_event_without_a_row_changes_nothing(self, kind: PaymentKind, state: PaymentState) -> None:
        for event in set(Event) - JOURNEYS[kind].events_of(state):
            assert moved(kind, state, event) is None

    def test_what_else_the_event_changed_is_kept_and_decides_when_it_is_due(self) -> None:
        made = payment(state=PaymentState.SCHEDULED)
        tomorrow = replace(made, progress=replace(PROGRESS, cut_off_at=NOW + timedelta(days=1)))
        change = rules.moved(tomorrow, Event.RESCHEDULED, by=BANK, facts={}, now=NOW, deadlines=DEADLINES)
        assert change
        assert change.payment.due_at == NOW + timedelta(days=1) + GRACE
        assert change.payment.progress == tomorrow.progress

    def test_an_event_with_too_many_facts_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match=str(FACTS_MAX)):
            rules.moved(
                payment(),
                Event.SCREENED,
                by=BANK,
                facts=dict.fromkeys(map(str, range(FACTS_MAX + 1)), "x"),
                now=NOW,
                deadlines=DEADLINES,
            )


def test_a_payment_begins_its_timeline_by_being_opened() -> None:
    assert rules.opened(payment(), by=CUSTOMER, facts={"window": "SD1"}) == Happening(
        payment=payment().id,
        n=1,
        at=NOW,
        event=OPENED,
        state=PaymentState.ACCEPTED,
        by=CUSTOMER,
        facts={"window": "SD1"},
    )


class TestWhenAPaymentIsDue:
    @pytest.mark.parametrize(("kind", "state"), STATES)
    def test_never_when_it_has_ended_and_some_time_ahead_when_not(self, kind: PaymentKind, state: PaymentState) -> None:
        """A payment without a due date that has not ended would be forgotten for ever; where it shows what becomes of
        a received entry, the entry has the date.
        """
        for progress in (PROGRESS, AchProgress()):
            due_at = rules.due_at(payment(kind, state=state, progress=progress), NOW, DEADLINES)
            if state in JOURNEYS[kind].final or kind not in DRIVEN_BY_STEPS:
                assert due_at is None
            else:
                assert due_at is not None
                assert due_at > NOW

    @pytest.mark.parametrize("kind", PaymentKind)
    def test_a_step_after_it_came_into_a_claimed_state_whatever_else_is_planned(self, kind: PaymentKind) -> None:
        for state in JOURNEYS[kind].effects:
            assert rules.due_at(payment(kind, state=state), LATER, DEADLINES) == LATER + DEADLINES.step

    @pytest.mark.parametrize(
        ("state", "until"),
        [
            (PaymentState.ACCEPTED, NOW + DEADLINES.fraud),
            (PaymentState.AWAITING_STEP_UP, NOW + DEADLINES.step_up),
            (PaymentState.IN_REVIEW, NOW + DEADLINES.review),
            (PaymentState.REJECTED, NOW + DEADLINES.review),
            (PaymentState.SCHEDULED, PROGRESS.cut_off_at),
            (PaymentState.SENT, NOW + DEADLINES.acknowledgement),
            (PaymentState.ACKNOWLEDGED, PROGRESS.settles_at),
            (PaymentState.SETTLED, PROGRESS.returns_until),
            (PaymentState.IN_FILE, NOW + DEADLINES.file),
        ],
    )
    def test_a_grace_after_what_its_state_waits_for(self, state: PaymentState, until: object) -> None:
        assert isinstance(until, type(NOW))
        assert rules.due_at(payment(state=state), NOW, DEADLINES) == until + GRACE

    def test_a_settled_debit_when_its_funds_are_let_go_and_a_cleared_one_when_returns_end(self) -> None:
        progress = replace(PROGRESS, funds_at=NOW + timedelta(days=3))
        settled = payment(PaymentKind.ACH_DEBIT, state=PaymentState.SETTLED, progress=progress)
        assert rules.due_at(settled, NOW, DEADLINES) == NOW + timedelta(days=3) + GRACE
        cleared = replace(settled, state=PaymentState.CLEARED)
        assert rules.due_at(cleared, NOW, DEADLINES) == NOW + timedelta(days=60) + GRACE

    @pytest.mark.parametrize(
        ("cut_off_at", "due_at"),
        [
            (NOW + timedelta(microseconds=1), NOW + timedelta(microseconds=1) + GRACE),
            (NOW, NOW + GRACE),
            (NOW - timedelta(days=1), NOW + GRACE),
            (None, NOW + DEADLINES.step + GRACE),
        ],
        ids=["ahead", "now", "past", "unknown"],
    )
    def test_at_once_when_what_it_waits_for_is_past_and_after_a_step_when_nobody_knows(
        self, cut_off_at: object, due_at: object
    ) -> None:
        progress = AchProgress(cut_off_at=cut_off_at)  # type: ignore[arg-type]  # an instant or None
        assert rules.due_at(payment(state=PaymentState.SCHEDULED, progress=progress), NOW, DEADLINES) == due_at

    def test_a_deadline_of_seconds_is_taken_as_one_of_days_is(self) -> None:
        quick = Deadlines(review=timedelta(seconds=2), grace=timedelta(0))
        assert rules.due_at(payment(state=PaymentState.IN_REVIEW), NOW, quick) == NOW + timedelta(seconds=2)


class TestFacts:
    def test_as_many_and_as_long_as_allowed_are_kept(self) -> None:
        facts = {str(n): "x" * FACT_LENGTH_MAX for n in range(FACTS_MAX)}
        assert rules.checked(facts) == facts
        assert rules.checked({}) == {}

    @pytest.mark.parametrize(
        "facts",
        [{str(n): "x" for n in range(FACTS_MAX + 1)}, {"long": "x" * (FACT_LENGTH_MAX + 1)}],
        ids=["too many", "too long"],
    )
    def test_more_or_longer_ones_are_a_mistake_of_which_nothing_is_repeated(self, facts: dict[str, str]) -> None:
        with pytest.raises(ValueError, match=f"at most {FACTS_MAX} facts of {FACT_LENGTH_MAX}") as told:
            rules.checked(facts)
        assert "xx" not in str(told.value)

    def test_what_is_kept_does_not_change_when_the_teller_changes_its_own(self) -> None:
        told = {"file": "a"}
        kept = rules.checked(told)
        told["file"] = "b"
        assert kept == {"file": "a"}
