"""What others hear of payments, and what they say of them: with a version, and nothing personal.

Consumers deduplicate by `payment`.
"""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.clock import instant_text, parse_instant
from domain.fraud.kinds import Scope
from domain.fraud.model import ScoringRequest
from domain.money import Money
from domain.payments.kinds import PaymentKind

SOURCE: Final = "florin.payments"
SAME_DAY: Final = "SAME_DAY"


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class PaymentAmount(_Event):
    minor_units: str = Field(pattern=r"^[0-9]{1,38}$", description="Integer minor units as text.")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")


class PaymentInitiated(_Event):
    """A payment was accepted and waits to be judged before any money leaves."""

    version: Literal[1] = 1
    payment: str = Field(description="Id of the payment: the key to deduplicate by.")
    region: str
    kind: str = Field(description="Kind of payment, such as ACH_CREDIT.")
    account: str
    counterparty: str
    amount: PaymentAmount
    speed: str = Field(description="SAME_DAY or NEXT_DAY.")
    sec: str = Field(description="Standard Entry Class of the entry.")
    counterparty_age_days: int = Field(ge=0, description="Days since the counterparty was added.")
    account_age_days: int = Field(ge=0, description="Days since the account was opened.")
    sent_before: bool = Field(description="Whether the account has sent to or collected from the counterparty before.")
    opened_at: str = Field(description="RFC 3339, UTC.")
    customer: str | None = Field(default=None, description="Id of the customer who holds the account.")


def initiated(request: ScoringRequest, *, region: str, speed: str, sec: str) -> PaymentInitiated:
    """What is to be judged, as others hear of it."""
    facts = request.facts
    return PaymentInitiated(
        payment=request.subject,
        region=region,
        kind=request.kind,
        account=request.account,
        counterparty=request.payee or "",
        amount=PaymentAmount(minor_units=str(request.amount.minor), currency=request.amount.currency),
        speed=speed,
        sec=sec,
        counterparty_age_days=int(facts["payee_age_days"] or 0),
        account_age_days=int(facts["account_age_days"] or 0),
        sent_before=bool(facts["sent_before"]),
        opened_at=instant_text(request.at),
        customer=request.customer,
    )


def scoring_request(event: PaymentInitiated) -> ScoringRequest:
    """What an event asks to be judged: the same request that it was made of. Raises `CustomerUnsaid`."""
    if event.customer is None:
        raise CustomerUnsaid(event.payment)
    return ScoringRequest(
        subject=event.payment,
        scope=Scope.ACH,
        at=parse_instant(event.opened_at),
        kind=event.kind,
        credit=event.kind == PaymentKind.ACH_CREDIT.value,
        amount=Money(int(event.amount.minor_units), event.amount.currency),
        customer=event.customer,
        account=event.account,
        payee=event.counterparty or None,
        facts={
            "same_day": event.speed == SAME_DAY,
            "account_age_days": event.account_age_days,
            "payee_age_days": event.counterparty_age_days,
            "sent_before": event.sent_before,
        },
    )


class CustomerUnsaid(Exception):
    """The event is of a time when events did not say whose payment it is: it is judged without the scorer."""


EVENTS: Final[tuple[type[_Event], ...]] = (PaymentInitiated,)
