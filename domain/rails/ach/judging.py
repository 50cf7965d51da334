"""Whether a payment is fraud: what is asked of the judge, and what the answer means to the payment and its customer.

What the customer is told follows from the customer's reasons alone. Rules, versions and the score are for staff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from domain.accounts.service import Accounts
from domain.counterparties.service import Counterparties
from domain.fraud.kinds import SENTENCES, CustomerReason, Decision, Fallback, Scope
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.payments.kinds import Event, PaymentKind, PaymentState
from domain.payments.model import FACT_LENGTH_MAX, Payment, Speed, StepUp
from domain.payments.service import Payments

if TYPE_CHECKING:  # who asks has made or read the event
    from domain.fraud.events import FraudDecided

PAYMENTS_LOOKED_AT: Final = 100
"""The latest of the account, to tell whether it has paid the counterparty before."""
SENTENCES_MAX: Final = 2
"""Of the reasons that a customer reads: a notice is a line or two."""

EVENT_OF: Final[Mapping[Decision, Event]] = {
    Decision.APPROVE: Event.SCREENED,
    Decision.STEP_UP: Event.STEP_UP_ASKED,
    Decision.SOFT_DECLINE: Event.SOFT_DECLINED,
    Decision.REVIEW: Event.SUSPECTED,
    Decision.BLOCK: Event.BLOCKED,
}
SOFT_DECLINED, BLOCKED = "SOFT_DECLINED", "BLOCKED"
STEP_UP_EXPIRED: Final = "STEP_UP_EXPIRED"
NOT_CONFIRMED: Final = "You did not confirm it in time. You may ask for it again."
NOT_APPROVED: Final = "We could not approve it."
OTHERWISE: Final = "You may ask for it otherwise, such as for less."


class Judge(Protocol):
    """What journeys ask of the part that judges (domain/fraud/service.py)."""

    def decide_unscored(self, request: ScoringRequest, *, why: Fallback) -> StoredDecision: ...

    def decision_of(self, subject: str) -> StoredDecision | None: ...


class Judging:
    def __init__(self, *, payments: Payments, accounts: Accounts, counterparties: Counterparties) -> None:
        self._payments = payments
        self._accounts = accounts
        self._counterparties = counterparties

    def request(self, payment: Payment) -> ScoringRequest:
        """What is known of a payment as of the moment it was asked for: said again it is the same, but for what its
        account has sent meanwhile."""
        record = self._accounts.records([payment.account])[payment.account]
        counterparty = self._counterparties.kept(payment.counterparty)
        return ScoringRequest(
            subject=payment.id,
            scope=Scope.ACH,
            at=payment.opened_at,
            kind=payment.kind.value,
            credit=payment.kind is PaymentKind.ACH_CREDIT,
            amount=payment.amount,
            customer=payment.customer,
            account=payment.account,
            payee=payment.counterparty or None,
            facts={
                "same_day": payment.ach.speed is Speed.SAME_DAY,
                "account_age_days": _days(record.opened_at, payment.opened_at),
                "payee_age_days": _days(counterparty.added_at, payment.opened_at),
                "sent_before": self._sent_before(payment),
            },
        )

    def _sent_before(self, payment: Payment) -> bool:
        earlier = self._payments.of_account(payment.account, limit=PAYMENTS_LOOKED_AT).payments
        return any(
            one.counterparty == payment.counterparty and PaymentState.SETTLING.value in one.journals
            for one in earlier
            if one.id != payment.id
        )


def after(payment: Payment, decided: "FraudDecided", *, now: datetime, step_up: timedelta) -> Payment:
    """The payment as the judgement leaves it, but for its state. `step_up`: how long its customer is waited for."""
    decision = Decision(decided.decision)
    reasons = [CustomerReason(one) for one in decided.customer_reasons]
    payment = replace(payment, decision_reasons=decided.customer_reasons)
    match decision:
        case Decision.STEP_UP:
            return replace(payment, step_up=StepUp(asked_at=now, until=now + step_up))
        case Decision.SOFT_DECLINE:
            return replace(payment, reason_code=SOFT_DECLINED, reason=f"{_sentences(reasons)} {OTHERWISE}")
        case Decision.BLOCK:
            return replace(payment, reason_code=BLOCKED, reason=_sentences(reasons))
        case _:
            return payment


def facts_of(decided: "FraudDecided") -> dict[str, str]:
    """What the timeline keeps of a judgement."""
    said = {
        "decision": decided.decision,
        "decision_id": decided.decision_id,
        "customer_reasons": _words(decided.customer_reasons),
        "reasons": _words(decided.reasons),
        "score": _score(decided.score),
        "rules": decided.rules_version,
        "model": decided.model_version,
        "thresholds": decided.thresholds_version,
        "lists": decided.lists_version,
        "fallback": decided.fallback,
    }
    return {label: fact for label, fact in said.items() if fact}


def case_facts(stored: StoredDecision | None) -> dict[str, str]:
    """What a person who reviews a payment is shown of its judgement."""
    if stored is None:
        return {}
    versions = stored.versions
    said = {
        "decision": stored.id,
        "reasons": _words(stored.staff_reasons),
        "told the customer": _words([reason.value for reason in stored.customer_reasons]),
        "score": _score(stored.score),
        "rules": versions.rules.version,
        "model": versions.model.version if versions.model else None,
        "thresholds": versions.thresholds.version,
        "lists": versions.lists.version,
        "fallback": stored.fallback.value if stored.fallback else None,
    }
    return {label: fact for label, fact in said.items() if fact}


def _days(since: datetime, until: datetime) -> int:
    return max(0, (until - since).days)


def _score(score: float | None) -> str | None:
    return f"{score:.4f}" if score is not None else None


def _sentences(reasons: Sequence[CustomerReason]) -> str:
    return " ".join(SENTENCES[one] for one in reasons[:SENTENCES_MAX]) or NOT_APPROVED


def _words(codes: Sequence[str]) -> str:
    """As many of the codes, in their order, as a fact takes."""
    said = ""
    for code in codes:
        longer = f"{said} {code}".strip()
        if len(longer) > FACT_LENGTH_MAX:
            break
        said = longer
    return said
