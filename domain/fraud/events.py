"""What the scorer says of a payment, with a version. Nothing personal. Consumers deduplicate by `payment`."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SOURCE: Final = "florin.fraud"


class FraudDecided(BaseModel):
    """A payment has been judged; the journey that waits for it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    version: Literal[1] = 1
    payment: str
    region: str
    decision: Literal["APPROVE", "STEP_UP", "SOFT_DECLINE", "REVIEW", "BLOCK"]
    reasons: tuple[str, ...] = Field(max_length=20, description="Codes of the rules that spoke, for staff.")
    rules_version: str
    decided_at: str = Field(description="RFC 3339, UTC.")


EVENTS: Final = (FraudDecided,)
