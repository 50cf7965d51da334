"""Use cases of transfers that are judged, from the decline to the review that ends one way or the other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from unittest import mock

from domain.access.model import Group
from domain.cases.kinds import ResolutionCode
from domain.fraud.books import Books
from domain.fraud.kinds import Decision
from ops.simulation.judge import Says
from tests.crash.ach_cases import give, not_heard, proposed, resolve, sweep_cases
from tests.crash.stage import Answer, Stage
from tests.crash.use_case import UseCase
from tests.unit.graph import documents as ask

Act = Callable[[Stage], Answer]
SWEPT_AFTER: Final = timedelta(hours=1)
ANALYST: Final = Group.FRAUD_ANALYST


def judged(decision: Decision, act: Act) -> Act:
    """Whatever is judged meanwhile is judged so. What was judged before keeps its decision."""

    def acted(stage: Stage) -> Answer:
        says = Says(decision)
        with mock.patch.object(Books, "book", lambda _, pointer, scope: says.book(pointer, scope)):
            return act(stage)

    return acted


def transfer(stage: Stage) -> Answer:
    wish = ask.transfer_input(stage.house.source, stage.house.target, "25.00", memo="Lunch")
    answer = stage.asked(ask.TRANSFER, **wish)
    assert not isinstance(answer, str)
    return {name: value for name, value in answer.items() if name != "replayed"}


def too_much(stage: Stage) -> Answer:
    wish = ask.transfer_input(stage.house.source, stage.house.target, "5000.00", memo="Lunch")
    return stage.asked(ask.TRANSFER, **wish)


def reviewed(stage: Stage) -> dict[str, Any]:
    judged(Decision.REVIEW, transfer)(stage)
    (case,) = stage.bank.cases.unresolved()
    return {"case": case.id}


def nobody_decides(stage: Stage) -> dict[str, Any]:
    stage.later(stage.bank.configuration.review_within)
    return {}


def cases_of_judged(knock: Act, due: Callable[[Stage], dict[str, Any]]) -> tuple[UseCase, ...]:
    """`knock`: runs the order that `due` has made."""
    in_review = (reviewed,)
    asked = (*in_review, proposed(ResolutionCode.RELEASE, ANALYST))
    return (
        UseCase("transfer that is declined", judged(Decision.SOFT_DECLINE, transfer)),
        UseCase("transfer that is blocked", judged(Decision.BLOCK, transfer)),
        UseCase("transfer that is to be reviewed", judged(Decision.REVIEW, transfer)),
        UseCase("transfer that is to be reviewed and is not covered", judged(Decision.REVIEW, too_much)),
        UseCase("run an order that is to be reviewed", judged(Decision.REVIEW, knock), due, days_ago=4),
        UseCase("release a transfer in review", give(ANALYST), asked[-1], after=in_review, comes_twice=True),
        UseCase(
            "release a transfer in review, by the sweep",
            sweep_cases,
            not_heard(ANALYST),
            after=asked,
            sweeps=True,
        ),
        UseCase("reject a transfer in review", resolve(ResolutionCode.REJECT, ANALYST), reviewed, comes_twice=True),
        UseCase(
            "decline a transfer that nobody reviewed",
            sweep_cases,
            nobody_decides,
            after=in_review,
            mend=sweep_cases,
            mended_after=SWEPT_AFTER,  # the next run of every hour: this one's claim is fresh
            sweeps=True,
        ),
    )
