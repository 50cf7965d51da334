"""What is said of payments that are judged, with a version. Nothing personal. Consumers deduplicate judgements by
`payment`, and what was learnt of one by `payment`, `source` and `learnt_at`."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.clock import instant_text
from domain.fraud.label_model import Label, Said, latest_words
from domain.fraud.model import StoredDecision

SOURCE: Final = "florin.fraud"
REASONS_MAX: Final = 20
"""More rules than these may speak; the decision itself keeps them all."""


class FraudDecided(BaseModel):
    """A payment has been judged; the journey that waits for it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    version: Literal[1] = 1
    payment: str
    region: str
    decision: Literal["APPROVE", "STEP_UP", "SOFT_DECLINE", "REVIEW", "BLOCK"]
    reasons: tuple[str, ...] = Field(max_length=REASONS_MAX, description="Codes of what spoke, for staff.")
    rules_version: str
    decided_at: str = Field(description="RFC 3339, UTC.")
    decision_id: str | None = Field(default=None, description="Under which the judgement is kept, with all it is of.")
    customer_reasons: tuple[
        Literal[
            "UNUSUAL_AMOUNT",
            "NEW_PAYEE",
            "NEW_ACCOUNT",
            "TOO_MANY_PAYMENTS",
            "RECENT_SECURITY_CHANGE",
            "SECURITY_CHECK",
        ],
        ...,
    ] = Field(default=(), description="Codes of what the customer may be told.")
    model_version: str | None = Field(default=None, description="Null where no model is the champion.")
    thresholds_version: str | None = None
    lists_version: str | None = None
    score: float | None = Field(default=None, ge=0, le=1, description="Of the model; null where no model spoke.")
    fallback: Literal["SCORER_SILENT", "FEATURES_UNREAD", "ARTEFACT_UNREAD"] | None = Field(
        default=None, description="Why the stricter rules judged alone; null where they did not."
    )


def decided(stored: StoredDecision, *, region: str) -> FraudDecided:
    """What is said of the decision on a payment: the same however often it is said."""
    versions = stored.versions
    return FraudDecided(
        payment=stored.subject,
        region=region,
        decision=stored.decision.value,
        reasons=stored.staff_reasons[:REASONS_MAX],
        rules_version=versions.rules.version,
        decided_at=instant_text(stored.decided_at),
        decision_id=stored.id,
        customer_reasons=tuple(reason.value for reason in stored.customer_reasons),
        model_version=versions.model.version if versions.model else None,
        thresholds_version=versions.thresholds.version,
        lists_version=versions.lists.version,
        score=stored.score,
        fallback=stored.fallback.value if stored.fallback else None,
    )


class PaymentLabelled(BaseModel):
    """Somebody said that a payment was a fraud, or that it was none."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    version: Literal[1] = 1
    payment: str = Field(description="What was judged: a payment, or the journal of a transfer.")
    region: str
    fraud: bool
    source: Literal["CASE", "CHARGEBACK", "RETURN", "STAFF"]
    code: str | None = Field(default=None, description="Of the source, such as a return code.")
    happened_at: str = Field(description="RFC 3339, UTC: when the payment was judged or asked for.")
    learnt_at: str = Field(description="RFC 3339, UTC: when the source said so.")


def labelled(label: Label, *, region: str) -> tuple[PaymentLabelled, ...]:
    """What is said of a label: the latest word of each source. Of those that were said before nothing follows anew."""
    return tuple(_labelled(label, said, region) for said in latest_words(label))


def _labelled(label: Label, said: Said, region: str) -> PaymentLabelled:
    return PaymentLabelled(
        payment=label.subject,
        region=region,
        fraud=said.fraud,
        source=said.source.value,
        code=said.code,
        happened_at=instant_text(label.happened_at),
        learnt_at=instant_text(said.learnt_at),
    )


class LabelUnread(BaseModel):
    """What was kept of a label could not be read where it was to be said on; it is to be read again."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    version: Literal[1] = 1
    payment: str = Field(description="Whose label it is.")
    region: str


EVENTS: Final = (FraudDecided, PaymentLabelled, LabelUnread)
