"""How a transfer in review moves and which journals it asks for: pure functions."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.clock import instant_text
from domain.fraud.model import StoredDecision
from domain.ids import journal_id
from domain.ledger.model import PAYMENT_EVIDENCE, Command
from domain.refusals import PaymentDeclined
from domain.transfers.kinds import ENDED, MOVES, ReviewEvent, ReviewState
from domain.transfers.model import BANK, TransferInReview, TransferReview

STEP_WITHIN: Final = timedelta(minutes=2)
"""A claimed state takes a few calls; after this the sweep takes it further."""
HELD: Final = "transfer_held"
RELEASED: Final = "transfer_released"


def opened(
    command: Command,
    decision: StoredDecision,
    *,
    fingerprint: str,
    destination_masked: str,
    now: datetime,
    review_within: timedelta,
) -> TransferReview:
    return TransferReview(
        id=journal_id(command.initiator, command.scope, command.key),
        source=command.initiator,
        destination=command.parties["destination"],
        destination_masked=destination_masked,
        amount=command.amounts["amount"],
        memo=command.memo,
        memo_digest=command.memo_digest,
        asked_by=command.scope,
        key=command.key,
        evidence=command.evidence,
        fingerprint=fingerprint,
        decision=decision.id,
        reasons=reasons_told(decision),
        opened_at=now,
        expires_at=now + review_within,
        due_at=now + STEP_WITHIN,
    )


def moved(review: TransferReview, event: ReviewEvent, *, now: datetime, **changes: Any) -> TransferReview | None:
    """The review after the event; None when the table has no such move."""
    target = MOVES.get((review.state, event))
    if target is None:
        return None
    due_at = review.expires_at if target is ReviewState.IN_REVIEW else now + STEP_WITHIN
    return replace(
        review,
        state=target,
        due_at=None if target in ENDED else due_at,
        version=review.version + 1,
        **changes,
    )


def position_of(review: TransferReview) -> str:
    """Its place in its account's list."""
    return f"{instant_text(review.opened_at)}#{review.id}"


def reasons_told(decision: StoredDecision) -> str:
    return " ".join(reason.value for reason in decision.customer_reasons)


def holding(review: TransferReview) -> Command:
    """Sets the money aside under a key of the bank's own, without an expiry: only the review ends it."""
    return Command(
        kind=HELD,
        initiator=review.source,
        scope=BANK,
        key=review.step_key("hold"),
        parties={"account": review.source},
        amounts={"amount": review.amount},
        evidence=_moment(review),
    )


def capturing(review: TransferReview) -> Command:
    """The transfer itself, out of what is held, under the key of the request and as its answer."""
    return Command(
        kind=RELEASED,
        initiator=review.source,
        scope=review.asked_by,
        key=review.key,
        parties={"account": review.source, "destination": review.destination},
        amounts={"amount": review.amount},
        hold=review.hold,
        memo=review.memo,
        memo_digest=review.memo_digest,
        evidence=(*review.evidence, *_moment(review)),
        stands_for=review.fingerprint,
    )


def asked(review: TransferReview) -> Command:
    """The request as it was made."""
    return Command(
        kind="transfer",
        initiator=review.source,
        scope=review.asked_by,
        key=review.key,
        parties={"source": review.source, "destination": review.destination},
        amounts={"amount": review.amount},
        memo=review.memo,
        memo_digest=review.memo_digest,
        evidence=(*review.evidence, review.decision),
    )


def releasing(review: TransferReview) -> Command:
    return Command(
        kind="hold_released",
        initiator=review.source,
        scope=BANK,
        key=review.step_key("release"),
        parties={"account": review.source},
        hold=review.hold,
        evidence=_moment(review),
    )


def declined(review: TransferReview) -> PaymentDeclined:
    return PaymentDeclined(review.decision, review.reasons)


def in_review(review: TransferReview) -> TransferInReview:
    return TransferInReview(review.id, review.hold, review.reasons)


def _moment(review: TransferReview) -> tuple[str, str]:
    """What a journal of it keeps: which transfer it is a moment of, and what that followed from."""
    return f"{PAYMENT_EVIDENCE}{review.id}", review.decision
