"""What others hear of payments, and what they say of them: with a version, and nothing personal.

Consumers deduplicate by `payment`.
"""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SOURCE: Final = "florin.payments"


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


EVENTS: Final[tuple[type[_Event], ...]] = (PaymentInitiated,)
