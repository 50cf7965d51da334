"""Lambda entry point of the sweep of cases, every hour: what was begun with a case and cut off is brought on, so are
transfers in review, those that nobody has decided in time are declined, and what is overdue is counted.
"""

from collections.abc import Mapping
from typing import Any

from domain.cases.service import SWEEP_MAX
from domain.refusals import Refusal
from domain.transfers.reviews import SWEEP_MAX as REVIEWS_MAX
from functions.composition import bank
from functions.logs import log, log_fault
from functions.metrics import OVERDUE_CASES


class LeftOver(Exception):
    """A decided case or a transfer in review could not be brought on, or there are more than a run takes on: the alarm
    is to ring, and the next run goes on."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    unresolved, now = bank().cases.unresolved(), bank().clock.now()
    overdue = sum(case.due_at <= now for case in unresolved)
    left = [case.id for case in unresolved if case.resolution and not settled(case.id)]
    reviews = bank().transfers.reviews.due()
    waiting = [review for review in reviews if not brought_on(review)]
    log("case_sweep").info(
        "swept",
        extra={
            "unresolved": len(unresolved),
            "overdue": overdue,
            "left": left,
            "reviews": len(reviews),
            "reviews_left": waiting,
        },
    )
    OVERDUE_CASES.measured(overdue)
    if left or waiting or len(unresolved) == SWEEP_MAX or len(reviews) == REVIEWS_MAX:
        raise LeftOver(f"{len(left)} of {len(unresolved)} cases, {len(waiting)} of {len(reviews)} transfers in review")


def brought_on(review: str) -> bool:
    """Brings one transfer in review on, as `settled` a case."""
    try:
        return bank().transfers.reviews.bring_on(review) is None
    except Exception as fault:  # noqa: BLE001  (the edge between reviews: logged, and left for the next sweep)
        log_fault("case_sweep", "a transfer in review was not brought on", fault, transfer=review)
        return False


def settled(case: str) -> bool:
    """Brings one case on; whatever is wrong with it must not hold up the others. One that waits for a person, or is
    open again, is settled for now."""
    try:
        answer = bank().cases.settle(case)
    except Exception as fault:  # noqa: BLE001  (the edge between cases: logged, and left for the next sweep)
        log_fault("case_sweep", "a case was not brought on", fault, case=case)
        return False
    return not (isinstance(answer, Refusal) and answer.retryable)
