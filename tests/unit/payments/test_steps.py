"""The table of steps: which one is called in which state, and which answers it allows."""

from datetime import UTC, datetime

import pytest

from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind, PaymentState
from domain.payments.steps import (
    StepAnswer,
    StepAnswerFaulty,
    StepName,
    StepUnknown,
    Waits,
    check,
    step_for,
    steps,
)

MOMENT = datetime(2026, 11, 27, 13, 30, tzinfo=UTC)
CREDIT, DEBIT = PaymentKind.ACH_CREDIT, PaymentKind.ACH_DEBIT


class TestTheStepForAState:
    @pytest.mark.parametrize("kind", DRIVEN_BY_STEPS)
    def test_serves_it(self, kind: PaymentKind) -> None:
        for state in JOURNEYS[kind].states:
            assert state in step_for(kind, state).serves

    @pytest.mark.parametrize("kind", DRIVEN_BY_STEPS)
    def test_moves_the_money_of_every_claimed_state(self, kind: PaymentKind) -> None:
        for state in JOURNEYS[kind].effects:
            assert step_for(kind, state).name is StepName.ADVANCE

    @pytest.mark.parametrize("kind", DRIVEN_BY_STEPS)
    def test_tells_the_customer_of_every_final_one(self, kind: PaymentKind) -> None:
        for state in JOURNEYS[kind].final:
            assert step_for(kind, state).name is StepName.END

    def test_is_another_where_the_journeys_part(self) -> None:
        assert step_for(CREDIT, PaymentState.SETTLED).name is StepName.AWAIT_RETURNS
        assert step_for(DEBIT, PaymentState.SETTLED).name is StepName.AWAIT_FUNDS

    def test_is_never_one_that_follows_a_wait(self) -> None:
        for kind in DRIVEN_BY_STEPS:
            followers = {step.then for step in steps(kind).values() if step.waits is not Waits.NOTHING}
            assert not followers & {step_for(kind, state).name for state in JOURNEYS[kind].states}


class TestAnswers:
    def test_a_wait_for_a_moment_says_until_when(self) -> None:
        check("await_settlement", StepAnswer(PaymentState.ACKNOWLEDGED, MOMENT))
        with pytest.raises(StepAnswerFaulty, match="await_settlement in ACKNOWLEDGED needs a moment"):
            check("await_settlement", StepAnswer(PaymentState.ACKNOWLEDGED))

    def test_a_payment_that_has_moved_on_meanwhile_waits_for_no_moment(self) -> None:
        check("await_settlement", StepAnswer(PaymentState.REJECTED))
        with pytest.raises(StepAnswerFaulty, match="await_settlement in REJECTED has a moment"):
            check("await_settlement", StepAnswer(PaymentState.REJECTED, MOMENT))

    def test_the_same_step_waits_in_a_state_of_each_kind(self) -> None:
        check("await_returns", StepAnswer(PaymentState.SETTLED, MOMENT))
        check("await_returns", StepAnswer(PaymentState.CLEARED, MOMENT))

    @pytest.mark.parametrize("name", ["advance", "settle", "end", "screen"])
    def test_no_other_step_says_a_moment(self, name: str) -> None:
        check(name, StepAnswer(PaymentState.SETTLED))
        with pytest.raises(StepAnswerFaulty):
            check(name, StepAnswer(PaymentState.SETTLED, MOMENT))

    def test_a_step_of_no_journey_is_named(self) -> None:
        with pytest.raises(StepUnknown, match="teleport"):
            check("teleport", StepAnswer(PaymentState.SETTLED))
