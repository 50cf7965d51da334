"""Between a wish and its journal: what the key led to is answered, and what is new is judged before money leaves.

The judgement is kept before anything follows from it, once for the id of the journal; so whoever asks again with the
same key meets the same judgement, and only what is being judged may ride on it: another amount or another payee under
the same key is another request.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.access.model import Actor, Channel
from domain.accounts.model import AccountRecord
from domain.clock import Clock, instant_text
from domain.fraud.kinds import Decision, Scope
from domain.fraud.model import DecisionUnkept, DecisionUnread, ScoringRequest, StoredDecision
from domain.fraud.service import Fraud
from domain.ids import journal_id
from domain.ledger.model import Command, Posted, Refused
from domain.ledger.service import Ledger
from domain.refusals import (
    IdempotencyKeyReused,
    OutcomeUnknown,
    PaymentBlocked,
    PaymentDeclined,
    Refusal,
    StepUpRequired,
    TryAgain,
)
from domain.transfers.review_rules import reasons_told
from domain.transfers.reviews import Reviews

_HOLDABLE: Final = frozenset({"transfer"})
"""What can wait for a person: its money is held meanwhile. A capture takes a hold that may end before anybody looks, so
what would be reviewed is declined, and may be asked for as a transfer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that takes money from one customer's account to another account, with both records."""

    command: Command
    source: AccountRecord
    payee: AccountRecord


class Judging:
    def __init__(
        self, *, ledger: Ledger, fraud: Fraud, reviews: Reviews, clock: Clock, step_up_within: timedelta
    ) -> None:
        """`step_up_within`: how long a customer is given to prove who they are; then the command is declined."""
        self._step_up_within = step_up_within
        self._ledger = ledger
        self._fraud = fraud
        self._reviews = reviews
        self._clock = clock

    def answered(self, command: Command, reason: Refusal | None) -> Posted | Refusal | None:
        """What the key led to already, or the reason against the command; None when it is to be judged."""
        found = self._ledger.answered(command)
        return reason if found is None else _told(found)

    def answer(self, asked: Asked, actor: Actor) -> Posted | Refusal:
        """The answer to a command whose key has led to nothing yet and that nothing else speaks against.

        Stored refusals: PaymentDeclined, PaymentBlocked, and those of the posting. Not stored: StepUpRequired,
        TransferInReview, ReviewDelayed, TryAgain and OutcomeUnknown (also of a decision that cannot be read or kept
        right now), and those of the posting.
        """
        request = self._request(asked)
        try:
            decision = self._fraud.decide(request)
        except DecisionUnread:
            return TryAgain()  # nothing was judged, and nothing follows
        except DecisionUnkept:
            return OutcomeUnknown()
        if not _is_of(decision, request):
            return IdempotencyKeyReused(request.subject)
        command = asked.command
        match self._meant(decision, actor, command):
            case Decision.APPROVE:
                return _told(self._ledger.post(command))
            case Decision.STEP_UP:
                return StepUpRequired(instant_text(decision.decided_at), instant_text(self._until(decision)))
            case Decision.REVIEW:
                return self._reviews.begun(command, decision, destination_masked=asked.payee.masked_number)
            case Decision.BLOCK:
                return _told(self._ledger.refuse(command, PaymentBlocked(decision.id, reasons_told(decision))))
        return _told(self._ledger.refuse(command, PaymentDeclined(decision.id, reasons_told(decision))))

    def _meant(self, decision: StoredDecision, actor: Actor, command: Command) -> Decision:
        """What the decision means for who is there to act on it."""
        said = decision.decision
        if said is Decision.STEP_UP:
            now = self._clock.now()
            if actor.channel is Channel.SCHEDULE:
                said = Decision.REVIEW  # nobody is there to prove anything, so a person of the bank looks at it
            elif now >= self._until(decision):
                return Decision.SOFT_DECLINE  # what was known of it then says too little by now
            elif actor.signed_in_after(decision.decided_at, now=now):
                return Decision.APPROVE
        if said is Decision.REVIEW and command.kind not in _HOLDABLE:
            return Decision.SOFT_DECLINE
        return said

    def _until(self, decision: StoredDecision) -> datetime:
        """Until when a sign-in counts that it asks for."""
        return decision.decided_at + self._step_up_within

    def _request(self, asked: Asked) -> ScoringRequest:
        command, now = asked.command, self._clock.now()
        return ScoringRequest(
            subject=journal_id(command.initiator, command.scope, command.key),
            scope=Scope.TRANSFER,
            at=now,
            kind=command.kind,
            credit=True,
            amount=command.amounts["amount"],
            customer=asked.source.holder,
            account=asked.source.id,
            payee=asked.payee.id,
            facts={"same_day": True, "account_age_days": max(0, (now - asked.source.opened_at).days)},
        )


def _is_of(decision: StoredDecision, request: ScoringRequest) -> bool:
    judged = (decision.scope, decision.account, decision.payee, decision.amount, decision.features.get("kind"))
    return judged == (request.scope, request.account, request.payee, request.amount, request.kind)


def _told(answer: Posted | Refused) -> Posted | Refusal:
    return answer if isinstance(answer, Posted) else answer.refusal
