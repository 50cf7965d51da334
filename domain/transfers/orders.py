"""Transfer orders: made once, knocked for on their days, each occurrence made once, and found again when missed.

An occurrence goes through four steps, each safe to repeat: the order is claimed for the day (a conditional write by
version), the journal posts under a key that follows from order and day, what became of it is written once and told,
and the order moves on to its next day. Death between any two leaves the order due, so the next knock or the sweep
goes on from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from domain import keys
from domain.access.model import Action, Actor, Channel, Group
from domain.accounts.service import Accounts
from domain.audit.service import Audit
from domain.calendars import calendar_day
from domain.clock import Clock
from domain.ids import Place, Randomness, order_id, place_of, prefix_of
from domain.jurisdictions import JURISDICTIONS, Jurisdiction, jurisdiction_of_region
from domain.ledger.model import Command, Posted
from domain.notices.kinds import NoticeKind
from domain.notices.service import Notices
from domain.refusals import InputInvalid, NotFound, Refusal, TryAgain
from domain.transfers import rules, schedule
from domain.transfers.judging import Asked, Judging
from domain.transfers.model import (
    Drafted,
    Occurrence,
    OccurrenceMissed,
    OccurrenceOutcome,
    OccurrenceRefused,
    OrderClaim,
    OrderEnded,
    OrderKeyReused,
    OrderStatus,
    Rhythm,
    Schedule,
    TransferInReview,
    TransferOrder,
    Wish,
)
from domain.transfers.schedules import Knocks, Schedules
from domain.transfers.store import Due, OccurrencePage, OrderPage, OrderStore

DAYS_LATE_MAX: Final = 10
"""As long as a bank may be closed and a customer still expects the payment; later it is told, not made."""
OCCURRENCES_PER_RUN_MAX: Final = 60
"""More days than any order can have missed and still be made, with room for those too old to be."""
TRIES_MAX: Final = 8
"""Lost races on one order: a knock, the sweep and a cancellation."""
ORDERS_PER_SWEEP_MAX: Final = 1_000
"""What one sweep takes on; it says when more is left."""
PAGE_MAX: Final = 100
_ATTEMPT: Final = "1"
"""A stored refusal ends an occurrence: there is no second attempt on the same day."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What running an order came to: occurrences settled now, and why it stopped short, if it did."""

    order: str
    settled: tuple[Occurrence, ...]
    unsettled: Refusal | None = None
    """Not known or not possible now; the order stays due."""


class Orders:
    def __init__(
        self,
        *,
        draft: Callable[..., Drafted | Refusal],
        store: OrderStore,
        schedules: Schedules,
        judging: Judging,
        accounts: Accounts,
        notices: Notices,
        audit: Audit,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._draft = draft
        self._store = store
        self._schedules = schedules
        self._judging = judging
        self._accounts = accounts
        self._notices = notices
        self._audit = audit
        self._clock = clock
        self._randomness = randomness

    # Making and ending orders.

    def schedule(self, actor: Actor, wish: Wish, *, days: Schedule, key: str) -> TransferOrder | Refusal:
        """Orders a transfer for days to come, once per (source, acting person, key).

        Refusals: those of a transfer that are not stored, InputInvalid for the schedule, OrderKeyReused.
        """
        if faults := schedule.schedule_faults(days):
            return InputInvalid(faults)
        drafted = self._draft(actor, wish, key=key)
        if isinstance(drafted, Refusal):
            return drafted
        command = drafted.command
        claim_id = rules.order_claim_id(source=command.initiator, scope=command.scope, key=key)
        fingerprint = rules.order_fingerprint(
            destination=drafted.payee.id,
            amount=wish.amount,
            memo_digest=command.memo_digest,
            schedule=days,
        )
        claim = self._store.claim(claim_id) or self._claimed(drafted, days, claim_id, fingerprint)
        if isinstance(claim, Refusal):
            return claim
        if claim.fingerprint != fingerprint:
            return OrderKeyReused(claim.order)
        order = self._existing(claim.order)
        if self._still_to_knock(order):
            self._schedules.put(order.id, _knocks(order))
        return order

    def cancel(self, actor: Actor, order: str) -> TransferOrder | Refusal:
        """Ends an order; an occurrence that was begun is still made. Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, WrongRegion, OrderEnded, TryAgain.
        """
        found = self._seen(actor, order, Action.MANAGE_SCHEDULE)
        if isinstance(found, Refusal):
            return found
        for _ in range(TRIES_MAX):
            current = self._existing(order)
            if current.status is OrderStatus.DONE:
                return OrderEnded(order, current.status.value)
            if current.status is OrderStatus.CANCELLED:
                self._schedules.delete(order)
                return current
            cancelled = replace(
                current,
                status=OrderStatus.CANCELLED,
                next_on=current.claimed_on,
                version=current.version + 1,
            )
            if self._store.replace(cancelled, version=current.version):
                self._schedules.delete(order)
                return cancelled
        return TryAgain()

    def _claimed(self, drafted: Drafted, days: Schedule, claim_id: str, fingerprint: str) -> OrderClaim | Refusal:
        if drafted.reason:
            return drafted.reason
        command, now = drafted.command, self._clock.now()
        place = _place(command.initiator)
        jurisdiction = JURISDICTIONS[place.jurisdiction]
        if faults := schedule.start_faults(days, calendar_day(jurisdiction, now)):
            return InputInvalid(faults)
        order = TransferOrder(
            id=order_id(place, now, self._randomness),
            source=command.initiator,
            destination=drafted.payee.id,
            destination_masked=drafted.payee.masked_number,
            amount=command.amounts["amount"],
            memo=command.memo,
            memo_digest=command.memo_digest,
            schedule=days,
            ordered_by=command.scope,
            ordered_at=now,
            next_on=schedule.occurrence(days, 0),
        )
        claim = OrderClaim(claim_id, order.id, fingerprint)
        if self._store.add(order, claim):
            return claim
        winner = self._store.claim(claim_id)
        if winner is None:
            raise RuntimeError(f"{order.id} was not added although its key is free")
        return winner

    # Looking.

    def order(self, actor: Actor, order: str) -> TransferOrder | Refusal:
        return self._seen(actor, order, Action.VIEW_ACCOUNT)

    def source(self, order: str) -> str | None:
        """The account that an order pays from, whoever asks: for the bank's own records, never an answer."""
        found = self._store.order(order)
        return found.source if found else None

    def orders_of(
        self, actor: Actor, account: str, *, before: str | None = None, limit: int = 25
    ) -> OrderPage | Refusal:
        """Orders from an account, the newest first."""
        refusal = self._accounts.refusal(actor, Action.VIEW_ACCOUNT, account)
        return refusal or self._store.orders_of(account, before=before, limit=_bounded(limit))

    def occurrences(
        self, actor: Actor, order: str, *, before: date | None = None, limit: int = 25
    ) -> OccurrencePage | Refusal:
        """What became of an order's days so far, the latest first."""
        found = self._seen(actor, order, Action.VIEW_ACCOUNT)
        if isinstance(found, Refusal):
            return found
        return self._store.occurrences(order, before=before, limit=_bounded(limit))

    def _seen(self, actor: Actor, order: str, action: Action) -> TransferOrder | Refusal:
        found = self._store.order(order) if prefix_of(order) == "ord" else None
        if found is None:
            return self._accounts.elsewhere(order) or NotFound(order)
        refusal = self._accounts.refusal(actor, action, found.source)
        if refusal is None:
            return found
        return NotFound(order) if isinstance(refusal, NotFound) else refusal

    # Running.

    def run(self, order: str) -> Ran | NotFound:
        """Makes what is due of an order, in the order of its days. A knock too many finds nothing due."""
        settled: list[Occurrence] = []
        for _ in range(OCCURRENCES_PER_RUN_MAX):
            current = self._store.order(order)
            if current is None:
                return NotFound(order)
            today = calendar_day(_jurisdiction(current), self._clock.now())
            if not current.due_by(today) or current.next_on is None:
                break
            outcome = self._run(current, current.next_on, today)
            if isinstance(outcome, Refusal):
                return Ran(order, tuple(settled), outcome)
            settled += [outcome] if outcome else []
        return Ran(order, tuple(settled))

    def missed(self) -> tuple[Due, ...]:
        """What was due before today and is not settled, the oldest day first: the daily sweep runs each of them.

        At most `ORDERS_PER_SWEEP_MAX`; as many as that means that more may be left.
        """
        here = jurisdiction_of_region(self._accounts.region)
        yesterday = calendar_day(here, self._clock.now()) - timedelta(days=1)
        return self._store.due(through=yesterday, limit=ORDERS_PER_SWEEP_MAX)

    def _run(self, order: TransferOrder, day: date, today: date) -> Occurrence | Refusal | None:
        """One occurrence. None when somebody else moved the order meanwhile, or it was settled before."""
        if order.claimed_on != day:
            claimed = replace(order, claimed_on=day, version=order.version + 1)
            if not self._store.replace(claimed, version=order.version):
                return None
            order = claimed
        occurrence = self._store.occurrence(order.id, day)
        if occurrence is None:
            answer = self._answer(order, day, today)
            if isinstance(answer, Refusal) and answer.retryable:
                return answer
            occurrence = self._store.settle(self._settled(order, day, answer))
        self._tell(order, occurrence)
        self._move_on(order, day)
        return occurrence

    def _answer(self, order: TransferOrder, day: date, today: date) -> Posted | Refusal:
        too_late = (today - day).days > DAYS_LATE_MAX
        reason: Refusal | None = OccurrenceMissed(order.id, DAYS_LATE_MAX) if too_late else None
        actor = acting_for(order, day)
        reason = reason or self._accounts.refusal(actor, Action.MOVE_MONEY, order.source)
        command = _command(order, day)
        answer = self._judging.answered(command, reason)
        if answer is not None:
            return answer
        records = self._accounts.records([order.source, order.destination])
        return self._judging.answer(Asked(command, records[order.source], records[order.destination]), actor)

    def _settled(self, order: TransferOrder, day: date, answer: Posted | Refusal) -> Occurrence:
        """Late is what was booked, refused or found on a later day; when it was only written down does not count."""
        at = answer.journal.booked_at if isinstance(answer, Posted) else self._clock.now()
        late = calendar_day(_jurisdiction(order), at) > day
        if isinstance(answer, Posted):
            return Occurrence(
                order=order.id,
                on=day,
                outcome=OccurrenceOutcome.POSTED,
                late=late,
                at=at,
                journal=answer.journal.id,
            )
        if isinstance(answer, TransferInReview):
            return Occurrence(
                order=order.id,
                on=day,
                outcome=OccurrenceOutcome.IN_REVIEW,
                late=late,
                at=at,
                journal=answer.transfer,
            )
        missed = isinstance(answer, OccurrenceMissed)
        return Occurrence(
            order=order.id,
            on=day,
            outcome=OccurrenceOutcome.MISSED if missed else OccurrenceOutcome.REFUSED,
            late=late,
            at=at,
            refusal_code=answer.code,
            refusal_message=answer.message,
        )

    def _tell(self, order: TransferOrder, occurrence: Occurrence) -> None:
        """The audit always, the customer when it was not made or made late; each at least once."""
        refused = occurrence.refusal_code
        self._audit.record(
            acting_for(order, occurrence.on),
            action="run_transfer_order",
            subject_kind="transfer_order",
            subject_id=order.id,
            customer=order.ordered_by,
            account=order.source,
            refusal=OccurrenceRefused(order.id, refused) if refused else None,
            detail={
                "due": occurrence.on.isoformat(),
                "late": int(occurrence.late),
                "outcome": refused or occurrence.outcome.value,
            },
        )
        notice = self._notice(order, occurrence)
        if notice:
            kind, facts = notice
            key = f"{order.id}:{occurrence.on.isoformat()}"
            self._notices.put(order.ordered_by, key=key, kind=kind, facts=facts)

    def _notice(self, order: TransferOrder, occurrence: Occurrence) -> tuple[NoticeKind, Mapping[str, str]] | None:
        facts = {
            "amount": str(order.amount),
            "due": occurrence.on.isoformat(),
            "account": self._accounts.records([order.source])[order.source].masked_number,
        }
        if occurrence.refusal_message:
            return NoticeKind.SCHEDULED_TRANSFER_REFUSED, {**facts, "reason": occurrence.refusal_message}
        if not occurrence.late:
            return None
        sent = calendar_day(_jurisdiction(order), occurrence.at)
        return NoticeKind.SCHEDULED_TRANSFER_LATE, {**facts, "sent": sent.isoformat()}

    def _move_on(self, order: TransferOrder, day: date) -> None:
        """To the next day, once; who finds the order moved on already has nothing to do."""
        for _ in range(TRIES_MAX):
            if order.next_on != day:
                return
            active = order.status is OrderStatus.ACTIVE
            following = schedule.next_after(order.schedule, day) if active else None
            moved = replace(
                order,
                next_on=following,
                claimed_on=None,
                status=OrderStatus.DONE if active and following is None else order.status,
                version=order.version + 1,
            )
            if self._store.replace(moved, version=order.version):
                return
            order = self._existing(order.id)
        raise RuntimeError(f"{order.id} does not move on from {day}")

    def _still_to_knock(self, order: TransferOrder) -> bool:
        if order.status is not OrderStatus.ACTIVE:
            return False
        first = schedule.run_time(_jurisdiction(order), order.schedule.starts_on)
        return order.schedule.rhythm is not Rhythm.ONCE or first > self._clock.now()

    def _existing(self, order: str) -> TransferOrder:
        found = self._store.order(order)
        if found is None:
            raise RuntimeError(f"{order} was claimed and does not exist")
        return found


def acting_for(order: TransferOrder, day: date) -> Actor:
    """The person who ordered, by the door of the schedule."""
    return Actor(
        person=order.ordered_by,
        groups=frozenset({Group.CUSTOMER}),
        source_ip=None,
        correlation_id=f"{order.id}:{day.isoformat()}",
        channel=Channel.SCHEDULE,
    )


def _command(order: TransferOrder, day: date) -> Command:
    return Command(
        kind="transfer",
        initiator=order.source,
        scope=order.ordered_by,
        key=keys.derived_key(order.id, f"{day:%Y%m%d}", _ATTEMPT),
        parties={"source": order.source, "destination": order.destination},
        amounts={"amount": order.amount},
        memo=order.memo,
        memo_digest=order.memo_digest,
        evidence=acting_for(order, day).evidence,
    )


def _knocks(order: TransferOrder) -> Knocks:
    jurisdiction = _jurisdiction(order)
    until = schedule.last_knock(order.schedule, jurisdiction)
    return Knocks(schedule.expression(order.schedule, jurisdiction), until)


def _jurisdiction(order: TransferOrder) -> Jurisdiction:
    return JURISDICTIONS[_place(order.source).jurisdiction]


def _place(account: str) -> Place:
    place = place_of(account)
    if place is None:
        raise ValueError(f"{account!r} is no account")
    return place


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
    return limit
