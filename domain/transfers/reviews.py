"""Transfers in review: held, shown to a person, and made, declined or given back, each once.

A review goes through claimed states, as a payment does: it is moved by its version first, then the journal of that
state is posted under a key that follows from the review, and the ledger's answer leads on. Every step may run twice:
whoever meets a claimed state takes it further, be it the request's repetition, the person who decides, or the sweep.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from domain.access.model import Action, Actor
from domain.accounts.service import Accounts
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import Case, ReviewOver, Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.fraud.model import DecisionUnread, StoredDecision
from domain.ids import journal_id
from domain.ledger.model import Command, Posted, Refused
from domain.ledger.service import Ledger
from domain.notices.kinds import NoticeKind
from domain.notices.service import Notices
from domain.refusals import IdempotencyKeyReused, NotFound, OutcomeUnknown, Refusal, TryAgain
from domain.transfers import review_rules as rules
from domain.transfers.kinds import CLAIMED, REJECTED, RELEASED, ReviewEvent, ReviewState
from domain.transfers.model import BANK, ReviewDelayed, TransferReview
from domain.transfers.review_store import ReviewPage, ReviewStore
from domain.unsettled import Unsettled

SUBJECT_KIND: Final = "transfer"
"""Of the cases of transfers in review."""
CASE_KEY: Final = "review"
STEPS_MAX: Final = 8
"""A review has fewer claimed states than that, and none lies on a circle."""
TRIES_MAX: Final = 5
"""The request, the person who decides and the sweep are all who write one review."""
SWEEP_MAX: Final = 500
"""What one sweep takes on; it says when more is left."""
PAGE_MAX: Final = 100
NOBODY_DECIDED: Final = "Nobody decided in time; the transfer was declined."


class Reviews:
    def __init__(
        self,
        *,
        store: ReviewStore,
        ledger: Ledger,
        accounts: Accounts,
        cases: Cases,
        notices: Notices,
        decision_of: Callable[[str], StoredDecision | None],
        clock: Clock,
        review_within: timedelta,
    ) -> None:
        """`decision_of`: the fraud decision of a subject. `review_within`: how long people are given; then the transfer
        is declined."""
        self._store = store
        self._ledger = ledger
        self._accounts = accounts
        self._cases = cases
        self._notices = notices
        self._decision_of = decision_of
        self._clock = clock
        self._review_within = review_within

    # By the judge.

    def begun(self, command: Command, decision: StoredDecision, *, destination_masked: str) -> Posted | Refusal:
        """Holds the money of a judged transfer and opens its case, once; the answer is what has become of it by now.

        Refusals: TransferInReview, IdempotencyKeyReused, those of the hold (InsufficientFunds, AccountFrozen,
        AccountClosed, LimitExceeded, TooManyHolds), ReviewDelayed, OutcomeUnknown, and what its review has come to.
        """
        opened = rules.opened(
            command,
            decision,
            fingerprint=self._ledger.fingerprint(command),
            destination_masked=destination_masked,
            now=self._clock.now(),
            review_within=self._review_within,
        )
        review = self._store.add(opened)
        if review.fingerprint != opened.fingerprint:
            return IdempotencyKeyReused(review.id)
        if review.state is ReviewState.HOLDING:
            brought = self._brought_on(review)
            if isinstance(brought, Refusal):
                return brought
            review = brought
        if not review.ended:
            return rules.in_review(review)
        answer = self._ledger.answered(command)
        if answer is None:
            raise RuntimeError(f"the review of {review.id} has ended and its key has no answer")
        if isinstance(answer, Posted):
            return answer
        # There is an answer for ever, perhaps by this very attempt: whoever cannot read it does not say that none is.
        return OutcomeUnknown() if isinstance(answer.refusal, TryAgain) else answer.refusal

    # By people.

    def decided(self, case: Case) -> Refusal | None:
        """Acts on the resolution of a review's case."""
        if case.resolution is None:
            raise ValueError(f"{case.id} has no resolution")
        released = case.resolution.code is ResolutionCode.RELEASE
        review = self._store.review(case.subject.id)
        if review is None:
            return NotFound(case.subject.id)
        if review.state is ReviewState.HOLDING:
            brought = self._brought_on(review)  # its case is open before the review says so
            if isinstance(brought, Refusal):
                return brought
            review = brought
        event = ReviewEvent.RELEASED if released else ReviewEvent.REJECTED
        moved = self._moved(review, event) if review.state is ReviewState.IN_REVIEW else review
        if moved.state not in (RELEASED if released else REJECTED):
            gone = ResolutionCode.RELEASE if moved.state in RELEASED else ResolutionCode.REJECT
            return ReviewOver(moved.id, moved.state.value, gone)
        ended = self._brought_on(moved)
        return ended if isinstance(ended, Refusal) else None

    # Looking.

    def review(self, actor: Actor, transfer: str) -> TransferReview | Refusal:
        """For those who see the account that pays."""
        found = self._store.review(transfer)
        if found is None:
            return self._accounts.elsewhere(transfer) or NotFound(transfer)
        refusal = self._accounts.refusal(actor, Action.VIEW_ACCOUNT, found.source)
        return NotFound(transfer) if isinstance(refusal, NotFound) else (refusal or found)

    def of_account(
        self, actor: Actor, account: str, *, before: str | None = None, limit: int = 25
    ) -> ReviewPage | Refusal:
        """Transfers from the account that were looked at or are, the newest first."""
        if not 1 <= limit <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
        refusal = self._accounts.refusal(actor, Action.VIEW_ACCOUNT, account)
        return refusal or self._store.reviews_of(account, before=before, limit=limit)

    def of_key(self, *, account: str, person: str, key: str) -> TransferReview | None:
        """The review that a person's key on an account has led to, for those who see the account (the caller asks)."""
        return self._store.review(journal_id(account, person, key))

    def cases_of(self, transfers: Sequence[str]) -> dict[str, str]:
        """The case of each that has one, whoever asks: for staff who see what was judged."""
        return {review.id: review.case for review in self._store.reviews(transfers) if review.case}

    def position(self, review: TransferReview) -> str:
        """Its place in its account's list."""
        return rules.position_of(review)

    # By the sweep.

    def due(self) -> tuple[str, ...]:
        """What was cut off, and what nobody has decided in time: the sweep brings on each of them. The longest due
        first, at most `SWEEP_MAX`; as many as that means that more may be left.
        """
        return self._store.due(through=self._clock.now(), limit=SWEEP_MAX)

    def bring_on(self, transfer: str) -> ReviewDelayed | None:
        """Takes one that is due as far as it goes by itself; one that nobody decided is declined. None when it waits
        for a person again, has ended, or was not due. Raises Unsettled when others are moving it.
        """
        review = self._store.review(transfer)
        if review is None or review.due_at is None or review.due_at > self._clock.now():
            return None  # the list lags behind
        if review.state is ReviewState.IN_REVIEW:
            review = self._moved(review, ReviewEvent.EXPIRED)
        brought = self._brought_on(review)
        return brought if isinstance(brought, ReviewDelayed) else None

    # Claimed states.

    def _brought_on(self, review: TransferReview) -> TransferReview | ReviewDelayed:
        """Through all claimed states, to where it waits or has ended."""
        for _ in range(STEPS_MAX):
            if review.state not in CLAIMED:
                return review
            moved = self._step(review)
            if moved is None:
                return ReviewDelayed(review.id)
            review = moved
        raise RuntimeError(f"{review.id} went through {STEPS_MAX} claimed states at once")

    def _step(self, review: TransferReview) -> TransferReview | None:
        match review.state:
            case ReviewState.HOLDING:
                return self._hold(review)
            case ReviewState.RELEASING:
                return self._make(review)
            case ReviewState.DECLINING:
                return self._decline(review)
        return self._give_back(review)

    def _hold(self, review: TransferReview) -> TransferReview | None:
        answer = self._ledger.post(rules.holding(review))
        if isinstance(answer, Posted):
            try:
                decision = self._decision_of(review.id)
            except DecisionUnread:
                return None  # its case says why it is held, or is not opened yet
            case = self._cases.open(
                CaseKind.TRANSFER_REVIEW,
                Subject(SUBJECT_KIND, review.id),
                key=CASE_KEY,
                due_at=min(review.expires_at, review.opened_at + KINDS[CaseKind.TRANSFER_REVIEW].due_after),
                facts=_facts(review, decision),
            )
            self._tell(review, NoticeKind.TRANSFER_IN_REVIEW)
            return self._moved(review, ReviewEvent.HELD, case=case.id)
        if answer.journal is None:
            return None
        if not self._is_answer(self._ledger.refuse(rules.asked(review), answer.refusal)):
            return None
        return self._moved(review, ReviewEvent.HOLD_REFUSED, **_why(answer.refusal))

    def _make(self, review: TransferReview) -> TransferReview | None:
        answer = self._ledger.post(rules.capturing(review))
        if isinstance(answer, Posted):
            self._tell(review, NoticeKind.TRANSFER_RELEASED)
            return self._moved(review, ReviewEvent.CAPTURED)
        if not self._is_answer(answer):
            return None
        return self._moved(review, ReviewEvent.CAPTURE_REFUSED, **_why(answer.refusal))

    def _decline(self, review: TransferReview) -> TransferReview | None:
        refusal = rules.declined(review)
        if not self._is_answer(self._ledger.refuse(rules.asked(review), refusal)) or not self._freed(review):
            return None
        self._tell(review, NoticeKind.TRANSFER_DECLINED, reason=refusal.message)
        self._cases.end(
            CaseKind.TRANSFER_REVIEW,
            Subject(SUBJECT_KIND, review.id),
            key=CASE_KEY,
            code=ResolutionCode.REJECT,
            reason=NOBODY_DECIDED,
            person=BANK,
        )
        return self._moved(review, ReviewEvent.KEPT, **_why(refusal))

    def _give_back(self, review: TransferReview) -> TransferReview | None:
        if not self._freed(review):
            return None
        self._tell(review, NoticeKind.TRANSFER_DECLINED, reason=review.refusal_message or "")
        return self._moved(review, ReviewEvent.GIVEN_BACK)

    def _freed(self, review: TransferReview) -> bool:
        answer = self._ledger.post(rules.releasing(review))
        if isinstance(answer, Refused) and answer.journal is not None:
            raise RuntimeError(f"{review.id} has no hold to release: {answer.refusal.code}")
        return isinstance(answer, Posted)

    @staticmethod
    def _is_answer(answer: Posted | Refused) -> bool:
        """The key has an answer for ever: this one, or that of another command that was made under it."""
        if isinstance(answer, Posted) or answer.journal is not None:
            return True
        return isinstance(answer.refusal, IdempotencyKeyReused)

    # Writing it down.

    def _moved(self, review: TransferReview, event: ReviewEvent, **changes: Any) -> TransferReview:
        """The review after the event, or as somebody else has moved it meanwhile."""
        for _ in range(TRIES_MAX):
            moved = rules.moved(review, event, now=self._clock.now(), **changes)
            if moved is None:
                return review
            if self._store.replace(moved, version=review.version):
                return moved
            stored = self._store.review(review.id)
            if stored is None:
                raise RuntimeError(f"{review.id} was opened and does not exist")
            review = stored
        raise Unsettled(f"{review.id}: others are moving it")

    def _tell(self, review: TransferReview, kind: NoticeKind, **facts: str) -> None:
        account = self._accounts.records([review.source])[review.source].masked_number
        said = {"amount": str(review.amount), "account": account, "counterparty": review.destination_masked, **facts}
        self._notices.put(review.asked_by, key=f"{review.id}/{kind.value}", kind=kind, facts=said)


def _why(refusal: Refusal) -> Mapping[str, str]:
    return {"refusal_code": refusal.code, "refusal_message": refusal.message}


def _facts(review: TransferReview, decision: StoredDecision | None) -> Mapping[str, str]:
    """What whoever decides sees first. The rest is in the decision."""
    said = {
        "Transfer": review.id,
        "Amount": str(review.amount),
        "From": review.source,
        "To": review.destination,
        "Fraud decision": review.decision,
    }
    if decision is None:
        return said
    score = "none" if decision.score is None else f"{decision.score:.4f}"
    return {**said, "Reasons": " ".join(decision.staff_reasons), "Score": score}
