"""The case of a payment in review: opened once, and ended with the payment where no person has decided."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, CaseBusy, ReviewOver, Subject
from domain.cases.service import Cases
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import BANK, Payment
from domain.payments.service import Payments
from domain.unsettled import Unsettled

PAYMENT: Final = "payment"
CASE_KEY: Final = "review"
"""A payment is reviewed once."""
LINES_READ: Final = 25
"""Of a timeline, the oldest first: the review ends long before."""
_CALLED_OFF: Final = "The payment was called off."
_NOBODY_DECIDED: Final = "Nobody decided in time; the payment was declined."
ENDED_BY_ITSELF: Final[Mapping[PaymentState, str]] = {
    PaymentState.CANCELLING: _CALLED_OFF,
    PaymentState.CANCELLED: _CALLED_OFF,
    PaymentState.DECLINING: _NOBODY_DECIDED,
    PaymentState.DECLINED: _NOBODY_DECIDED,
}
"""Why nothing is left to decide of a payment in such a state, if nobody has decided."""


class Reviewing:
    def __init__(self, *, payments: Payments, cases: Cases) -> None:
        self._payments = payments
        self._cases = cases

    def open(self, payment: Payment, *, within: timedelta, facts: Mapping[str, str]) -> Case:
        return self._cases.open(
            CaseKind.ACH_PAYMENT_REVIEW,
            Subject(PAYMENT, payment.id),
            key=CASE_KEY,
            due_at=payment.entered_at + within,
            facts=facts,
        )

    def end(self, payment: Payment) -> None:
        """Closes the case of a payment that ends without anybody's decision. What people have decided stands; said
        again, it changes nothing."""
        reason = ENDED_BY_ITSELF.get(payment.state)
        if reason is None:
            return
        ended = self._cases.end(
            CaseKind.ACH_PAYMENT_REVIEW,
            Subject(PAYMENT, payment.id),
            key=CASE_KEY,
            code=ResolutionCode.REJECT,
            reason=reason,
            person=BANK,
        )
        if isinstance(ended, CaseBusy):
            raise Unsettled(f"{payment.id}: {ended.code}")

    def over(self, payment: Payment, event: Event) -> ReviewOver | None:
        """Why people's decision comes too late; None when it is what led the payment out of its review. Its timeline
        says how it left: what was let go may have been called off since."""
        happened = {line.event for line in self._payments.timeline(payment.id, limit=LINES_READ).happenings}
        if event.value in happened:
            return None
        gone = ResolutionCode.RELEASE if Event.CLEARED.value in happened else ResolutionCode.REJECT
        return ReviewOver(payment.id, payment.state.value, gone)
