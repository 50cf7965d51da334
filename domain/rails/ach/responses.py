"""What the sponsor bank says of our files, from its messages to what the files do about it."""

from typing import Final

from domain.partners.events import AchFileAcknowledged, AchFileRejected, Payload
from domain.partners.model import Delivery
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import RejectionReason
from domain.rails.ach.nacha.characters import to_ascii
from domain.rails.ach.outgoing import Outgoing
from domain.refusals import Refusal

MESSAGE_LENGTH_MAX: Final = 120
"""Of one reason as it is kept, in ASCII: a thousand of them are one item of the table, and the whole message is the
partner's delivery."""


class Responses:
    """Handlers for the deliveries of the sponsor bank. Each may be called again with the same delivery."""

    def __init__(self, *, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    def acknowledged(self, delivery: Delivery, payload: Payload) -> Refusal | None:
        """Refusals: NotFound, AnswerMismatch, AnswerContradicts."""
        if not isinstance(payload, AchFileAcknowledged):
            raise TypeError(f"{delivery.id} is no acknowledgement")
        said = payload.data
        answer = self._outgoing.acknowledged(
            said.file,
            sha256=said.sha256,
            entries=said.entries,
            debit_minor=said.debit_minor,
            credit_minor=said.credit_minor,
            occurred_at=payload.occurred_at,
            delivery=delivery.id,
        )
        return answer if isinstance(answer, Refusal) else None

    def rejected(self, delivery: Delivery, payload: Payload) -> Refusal | None:
        """Refusals: NotFound, AnswerMismatch."""
        if not isinstance(payload, AchFileRejected):
            raise TypeError(f"{delivery.id} is no rejection")
        said = payload.data
        answer = self._outgoing.rejected(
            said.file,
            sha256=said.sha256,
            level=RejectionLevel(said.level),
            reasons=[
                RejectionReason(
                    reason.code,
                    to_ascii(reason.message)[:MESSAGE_LENGTH_MAX],
                    batch_number=reason.batch_number,
                    trace=reason.trace_number,
                )
                for reason in said.reasons
            ],
            occurred_at=payload.occurred_at,
            delivery=delivery.id,
        )
        return answer if isinstance(answer, Refusal) else None
