"""What must hold at the end of what was judged: decisions, transfers in review, the cases people worked on."""

from collections.abc import Iterator, Mapping
from typing import Final

from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case, CaseState
from domain.fraud.kinds import Decision
from domain.fraud.model import StoredDecision
from domain.ids import hold_id, journal_id
from domain.keys import derived_key
from domain.ledger.model import Journal
from domain.notices.kinds import NoticeKind
from domain.transfers.kinds import ReviewState
from domain.transfers.model import OccurrenceOutcome, TransferOrder, TransferReview
from ops.simulation.operations import Operation
from ops.simulation.processes import STEP_UP_WITHIN
from ops.simulation.scene import BANK
from ops.simulation.world import World

STOOD: Final = "a decision that stood"
PROVED: Final = "a transfer after a sign-in"
UNPROVED: Final = "a transfer whose sign-in was waited for no longer"
REVIEWED: Final = "review"
"""Leads the end of a review among what was met."""
HAPPENINGS: Final = (
    STOOD,
    PROVED,
    UNPROVED,
    *(f"{REVIEWED} {state.value}" for state in (ReviewState.MADE, ReviewState.DECLINED, ReviewState.REFUSED)),
)
SAID_OF: Final[Mapping[str, frozenset[Decision]]] = {
    "STEP_UP_REQUIRED": frozenset({Decision.STEP_UP}),
    "TRANSFER_IN_REVIEW": frozenset({Decision.REVIEW}),
    "REVIEW_DELAYED": frozenset({Decision.REVIEW}),
    "PAYMENT_BLOCKED": frozenset({Decision.BLOCK}),
    "PAYMENT_DECLINED": frozenset({Decision.SOFT_DECLINE, Decision.REVIEW, Decision.STEP_UP}),
}
"""What a customer is told -> the decisions it can be told of. No other was ever made of that transfer."""
PAGE: Final = 1_000


def reviews(world: World) -> list[TransferReview]:
    store = world.kept.reviews
    return [
        review
        for party in world.scene.parties
        for review in store.reviews_of(party.account, before=None, limit=PAGE).reviews
    ]


def told_of(review: TransferReview) -> frozenset[str]:
    """Keys of the notices that a review can put."""
    kinds = (NoticeKind.TRANSFER_IN_REVIEW, NoticeKind.TRANSFER_RELEASED, NoticeKind.TRANSFER_DECLINED)
    return frozenset(f"{review.id}/{kind.value}" for kind in kinds)


def steps_of(review: TransferReview) -> set[str]:
    """Ids of the journals that a review may post beside the transfer itself: its hold, and its release."""
    return {journal_id(review.source, BANK, derived_key(review.id, "review", step)) for step in ("hold", "release")}


def days_of(world: World, order: TransferOrder) -> dict[str, OccurrenceOutcome]:
    """The journal that each day of an order leads to, by its key, whatever has become of it."""
    found = world.kept.orders.occurrences(order.id, before=None, limit=100).occurrences
    return {
        journal_id(order.source, order.ordered_by, derived_key(order.id, f"{one.on:%Y%m%d}", "1")): one.outcome
        for one in found
    }


def judged(world: World, orders: list[TransferOrder]) -> Iterator[str]:
    met, decisions = world.scene.met, world.kept.decisions
    by_journal = {one.journal: one for one in world.scene.asked if one.kind == "transfer" and one.initiator}
    by_order = {name for order in orders for name in days_of(world, order)}
    met[STOOD] += decisions.stood
    for subject, first in decisions.first.items():
        if decisions.decision(subject) != first:
            yield f"{subject} was decided anew"
        if subject not in by_journal and subject not in by_order:
            yield f"{subject} was judged, and nobody asked for it"
    ended = {review.id: review for review in reviews(world)}
    for journal in world.ledger.journals.values():
        decision = decisions.first.get(journal.id)
        asked_to_prove = decision is not None and decision.decision is Decision.STEP_UP
        met[UNPROVED] += asked_to_prove and _declined(journal) and journal.id not in ended
        yield from _followed(journal, decision, by_journal.get(journal.id), ended)
    for name, operation in by_journal.items():
        yield from _heard(operation, decisions.first.get(name))
        if operation.signed_in and operation.told and operation.told.done:
            met[PROVED] += 1
    cases = {case.subject.id: case for case in world.kept.cases.cases()}
    for review in ended.values():
        met[f"{REVIEWED} {review.state.value}"] += 1
        if review.id not in by_journal and review.id not in by_order:
            yield f"{review.id} is in review, and nobody asked for it"
        yield from _reviewed(world, review, decisions.first.get(review.id), by_order)
        yield from _worked(review, cases.pop(review.id, None))
    for case in cases.values():
        yield f"{case.id} is of no review"


def _followed(
    journal: Journal, decision: StoredDecision | None, asked: Operation | None, ended: Mapping[str, TransferReview]
) -> Iterator[str]:
    """What a transfer's journal says is what was decided of it."""
    said = decision.decision if decision else None
    review = ended.get(journal.id)
    if journal.kind == "transfer" and journal.posted:
        proved = said is Decision.STEP_UP and asked is not None and asked.signed_in is not None
        if said is not Decision.APPROVE and not proved:
            yield f"{journal.id} was made, and the judge said {said}"
    released = journal.kind == "transfer_released" and journal.posted
    if released and (review is None or review.state is not ReviewState.MADE):
        yield f"{journal.id} was made out of a review that did not make it"
    if journal.refusal and journal.refusal.code == "PAYMENT_BLOCKED" and said is not Decision.BLOCK:
        yield f"{journal.id} was blocked, and the judge said {said}"
    declined = review is not None and review.state is ReviewState.DECLINED
    unproved = said is Decision.STEP_UP and decision is not None and _late(journal, decision)
    if _declined(journal) and said is not Decision.SOFT_DECLINE and not declined and not unproved:
        yield f"{journal.id} was declined, and the judge said {said}"


def _declined(journal: Journal) -> bool:
    return journal.refusal is not None and journal.refusal.code == "PAYMENT_DECLINED"


def _late(journal: Journal, decision: StoredDecision) -> bool:
    """The sign-in that it asked for was waited for no longer."""
    return journal.booked_at >= decision.decided_at + STEP_UP_WITHIN


def _heard(operation: Operation, decision: StoredDecision | None) -> Iterator[str]:
    """Whenever the customer asked, what they were told was of the one decision."""
    for code in operation.heard & SAID_OF.keys():
        if decision is None or decision.decision not in SAID_OF[code]:
            yield f"{operation.text} was told {code}, and was decided as {decision and decision.decision}"


def _reviewed(
    world: World, review: TransferReview, decision: StoredDecision | None, by_order: set[str]
) -> Iterator[str]:
    """It has ended, its journals and its notices say how, and nothing is held for it any more."""
    why = {Decision.REVIEW, Decision.STEP_UP} if review.id in by_order else {Decision.REVIEW}
    if decision is None or decision.decision not in why:
        yield f"{review.id} is in review, and was decided as {decision and decision.decision}"
    if not review.ended:
        yield f"{review.id} is still {review.state.value}"
        return
    journals = world.ledger.journals
    held, final = journals.get(journal_id(review.source, BANK, review.step_key("hold"))), journals.get(review.id)
    made = final is not None and final.kind == "transfer_released" and final.posted
    if held is None or final is None:
        yield f"{review.id} has ended as {review.state.value}, and its keys have no answers"
        return
    if made is not (review.state is ReviewState.MADE):
        yield f"{review.id} is {review.state.value}, and its journal says otherwise"
    code = final.refusal.code if final.refusal else None
    if (review.state is ReviewState.DECLINED) is not (code == "PAYMENT_DECLINED") or code != review.refusal_code:
        yield f"{review.id} is {review.state.value} for {review.refusal_code}, and its key answers {code}"
    given_back = journals.get(journal_id(review.source, BANK, review.step_key("release")))
    if (given_back is not None and given_back.posted) is not (held.posted and not made):
        yield f"{review.id} is {review.state.value}, and its hold was {'' if given_back else 'not '}given back"
    if any(hold.id == hold_id(held.id) for hold in world.scene.holds(world.scene.party_of(review.source))):
        yield f"{review.id} has ended, and its money is still held"
    yield from _said(world, review, held=held.posted)


def _said(world: World, review: TransferReview, *, held: bool) -> Iterator[str]:
    made = review.state is ReviewState.MADE
    end = NoticeKind.TRANSFER_RELEASED if made else NoticeKind.TRANSFER_DECLINED
    wanted = {NoticeKind.TRANSFER_IN_REVIEW, end} if held else set()
    told = {notice.kind for notice in world.notices_of(review.asked_by) if notice.key in told_of(review)}
    if told != wanted:
        yield f"{review.id} is {review.state.value}, and its customer was told {sorted(told)}"


def _worked(review: TransferReview, case: Case | None) -> Iterator[str]:
    """People's decision is what became of it, and two of them released it."""
    if case is None:
        if review.case is not None or review.state is not ReviewState.REFUSED:
            yield f"{review.id} is {review.state.value}, and nobody was shown it"
        return
    resolution = case.resolution
    if case.state is not CaseState.RESOLVED or resolution is None:
        yield f"{case.id} is still open, and its transfer is {review.state.value}"
        return
    released = resolution.code is ResolutionCode.RELEASE
    if released is (review.state is ReviewState.DECLINED):
        yield f"{review.id} is {review.state.value}, and people said {resolution.code.value}"
    if released and resolution.checker in (None, resolution.person):
        yield f"{review.id} was released by one person"
