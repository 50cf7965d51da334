"""What can be asked about partners: take a message in, process it, send again what was lost, look, replay.

A message is stored before it is answered and processed from a queue after it. The queue brings it at least once, late,
twice or at once: whoever handles a kind must bear that, as must `on_set_aside` and `on_replayed`. What died between
two calls is found by the sweep, `send_again`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.clock import Clock
from domain.ids import Randomness, delivery_id
from domain.partners import rules
from domain.partners.keys import PartnerKeys
from domain.partners.kinds import KINDS, NAMES, PARTNERS, STANDARD_WEBHOOKS, Kind
from domain.partners.model import (
    Accepted,
    Arrival,
    BodyMalformed,
    Delivery,
    DeliveryBusy,
    DeliveryNotReplayable,
    DeliveryState,
    DoorRefusal,
    KindMalformed,
    KindMismatch,
    MessageIdReused,
    PartnerUnknown,
    Reason,
    Receipt,
    ReplayClaim,
    ReplayKeyReused,
    Verified,
)
from domain.partners.signatures import StandardWebhooks, Verifier
from domain.partners.store import DeliveryPage, DeliveryStore
from domain.refusals import FieldFault, InputInvalid, NotAllowed, NotFound, Refusal

if TYPE_CHECKING:
    from domain.partners.events import Payload

WRITES_TRIED_MAX: Final = 5
"""Few work on one delivery at once; five lost races in a row are not a coincidence."""
SWEPT_MAX: Final = 400
"""In one run: each costs three calls, and the run ends within its minute. What is left is still due in the next."""
BODY: Final = ("body",)

Handler = Callable[[Delivery, "Payload"], Refusal | None]
"""Acts on a message of one kind; a refusal quarantines it. It is given the same delivery again whenever an earlier try
did not end, so what it does it does by a key of the delivery or of the thing that the message is about."""
Handlers = Mapping[tuple[str, int], Handler]
"""By kind and version."""


class DeliveryMissing(Exception):
    """A message of the queue names a delivery that is not stored. A fault: deliveries are never deleted."""


class DeliveryContended(Exception):
    """Others changed the delivery every time it was to be changed. The queue brings it again."""


@dataclass(frozen=True, slots=True)
class SentAgain:
    found: int
    sent: int


@dataclass(frozen=True, slots=True)
class Replayed:
    delivery: Delivery
    """What is processed: the one asked for, or the one with the mended body."""
    again: bool
    """Whether the key had done this before."""


DecisionRefusal = NotFound | DeliveryNotReplayable | DeliveryBusy
ReplayRefusal = NotFound | NotAllowed | InputInvalid | DeliveryNotReplayable | ReplayKeyReused | DeliveryBusy


def verifiers(tolerance: timedelta) -> Mapping[str, Verifier]:
    """By the name that a partner's row has."""
    return {STANDARD_WEBHOOKS: StandardWebhooks(tolerance=tolerance)}


def nobody_is_told(_: Delivery) -> None:
    return None


def nobody_waits(_delivery: str, _replays: int, _by: str) -> None:
    return None


class Partners:
    def __init__(
        self,
        *,
        store: DeliveryStore,
        keys: PartnerKeys,
        clock: Clock,
        randomness: Randomness,
        enqueue: Callable[[str], None],
        handlers: Handlers,
        on_set_aside: Callable[[Delivery], None] = nobody_is_told,
        on_replayed: Callable[[str, int, str], None] = nobody_waits,
        tolerance: timedelta = rules.TOLERANCE_DEFAULT,
    ) -> None:
        """`enqueue`: puts a delivery's id into the queue. `on_set_aside`: is told before it is written down, so at
        least once for each time that a delivery is quarantined or has failed. `on_replayed`: is told, whenever one that
        was set aside is begun again as it is or with a mended body, of its id, of how often it had been replayed when
        it was set aside, and of who has it done.
        """
        self._store = store
        self._keys = keys
        self._clock = clock
        self._randomness = randomness
        self._handlers = handlers
        self._on_set_aside = on_set_aside
        self._on_replayed = on_replayed
        self._verifiers = verifiers(tolerance)
        self.enqueue = enqueue

    # At the door.

    def receive(self, arrival: Arrival) -> Accepted | DoorRefusal:
        """Stores a message whose signature is right, once. Who gets `fresh` puts its id into the queue; whoever dies
        before leaves that to the sweep.
        """
        partner = PARTNERS.get(arrival.partner)
        if partner is None:
            return PartnerUnknown()
        if not rules.KIND.fullmatch(arrival.kind):
            return KindMalformed()
        now = self._clock.now()
        verified = self._verifiers[partner.verifier].verified(arrival, self._keys.of(partner.name), now)
        if not isinstance(verified, Verified):
            return verified
        message = rules.parsed(arrival.body)
        if isinstance(message, BodyMalformed):
            return message
        if message.get("type") != arrival.kind:
            return KindMismatch()
        delivery = rules.received(arrival, verified, message, delivery_id=delivery_id(now, self._randomness), now=now)
        return self._stored(delivery, arrival.body)

    def _stored(self, delivery: Delivery, body: bytes) -> Accepted | MessageIdReused:
        receipt = Receipt(
            delivery.partner,
            delivery.message_id,
            delivery.id,
            delivery.body_digest,
            delivery.received_at + rules.RECEIPT_KEPT,
        )
        for _ in range(WRITES_TRIED_MAX):
            if self._store.receive(delivery, body, receipt):
                return Accepted(delivery.id, fresh=True)
            known = self._store.receipt(delivery.partner, delivery.message_id)
            if known is not None:
                if known.body_digest != delivery.body_digest:
                    return MessageIdReused()
                # Its own receipt is found by who wrote it and lost the answer.
                return Accepted(known.delivery, fresh=known.delivery == delivery.id)
        raise DeliveryContended(f"the receipt of {delivery.id} is there when it is written and not when it is read")

    # From the queue.

    def process(self, delivery: str) -> Delivery:
        """Hands a delivery to the handler of its kind, and writes down what became of it. One that is not to be
        processed any more is left as it is. What a handler raises comes through; the caller then says `give_up`.
        """
        found = self._found(delivery)
        if found.state is not DeliveryState.RECEIVED:
            return found
        now = self._clock.now()
        if found.attempts >= rules.TRIES_MAX:
            # The last try may still run. The sweep brings the message back when it is over, however it ended.
            is_over = found.due_at is None or found.due_at <= now
            return self.give_up(delivery) if is_over else found
        begun = rules.begun(found, now)
        if not self._written(begun, over=found):
            raise DeliveryContended(f"{delivery} is begun by another")
        self._tell_of_replay(begun)
        refused = self._handled(begun)
        if refused is None:
            return self._settled(delivery, lambda one: rules.processed(one, self._clock.now()))
        reason, detail = refused
        return self._set_aside(
            delivery, lambda one: rules.quarantined(one, self._clock.now(), reason=reason, detail=detail)
        )

    def give_up(self, delivery: str) -> Delivery:
        """Sets aside what has been tried as often as it is; anything else is left to its next try."""
        found = self._found(delivery)
        if found.state is not DeliveryState.RECEIVED or found.attempts < rules.TRIES_MAX:
            return found
        return self._set_aside(
            delivery, lambda one: rules.failed(one, self._clock.now(), reason=Reason.TRIES_USED_UP.value)
        )

    def _handled(self, delivery: Delivery) -> tuple[str, str | None] | None:
        """The reason to quarantine it, and what else is to be said; None when it was handled."""
        from domain.partners.events import (  # noqa: PLC0415 - pydantic, only for who processes
            Misfit,
            payload_of,
        )

        kind = _kind_of(delivery)
        if isinstance(kind, Reason):
            return kind.value, None
        payload = payload_of(kind, self._body(delivery))
        if isinstance(payload, Misfit):
            return Reason.BODY_UNFIT.value, payload.detail
        handler = self._handlers.get(kind)
        if handler is None:
            return Reason.NO_HANDLER.value, None
        refusal = handler(delivery, payload)
        return (refusal.code, None) if refusal else None

    def _tell_of_replay(self, begun: Delivery) -> None:
        by = begun.replayed_by
        if by is None:
            return
        if begun.replays:
            self._on_replayed(begun.id, begun.replays - 1, by)
        if begun.mends is not None:
            self._on_replayed(begun.mends, self._found(begun.mends).replays, by)

    def _set_aside(self, delivery: str, move: Callable[[Delivery], Delivery]) -> Delivery:
        def told(one: Delivery) -> Delivery:
            moved = move(one)
            self._on_set_aside(moved)
            return moved

        return self._settled(delivery, told)

    def _settled(self, delivery: str, move: Callable[[Delivery], Delivery]) -> Delivery:
        """Who is first to say what became of it says it for all."""
        for _ in range(WRITES_TRIED_MAX):
            found = self._found(delivery)
            if found.state is not DeliveryState.RECEIVED:
                return found
            moved = move(found)
            if self._store.replace(moved, revision=found.revision):
                return moved
        raise DeliveryContended(f"{delivery} moved {WRITES_TRIED_MAX} times while it was to be settled")

    # By the clock.

    def send_again(self) -> SentAgain:
        """Puts into the queue what was stored and never begun, was begun and never ended, or is to be replayed."""
        now = self._clock.now()
        due = self._store.due(by=now, limit=SWEPT_MAX)
        sent = 0
        for delivery in due:
            found = self._store.delivery(delivery)
            if found is None or found.due_at is None or found.due_at > now:
                continue  # the index is behind
            if self._written(rules.sent_again(found, now), over=found):
                self.enqueue(delivery)
                sent += 1
        return SentAgain(len(due), sent)

    # For staff.

    def delivery(self, actor: Actor, delivery: str) -> Delivery | NotFound:
        """What is not there and what the person may not see look the same."""
        found = self._store.delivery(delivery) if _may(actor, Action.VIEW_DELIVERIES) else None
        return found or NotFound(delivery)

    def deliveries(
        self, actor: Actor, *, partner: str, state: DeliveryState | None, before: str | None, limit: int
    ) -> DeliveryPage | NotAllowed:
        """Those of one partner, the newest first; an unknown partner has none."""
        if not _may(actor, Action.VIEW_DELIVERIES):
            return NotAllowed()
        if partner not in PARTNERS:
            return DeliveryPage((), None)
        states = tuple(DeliveryState) if state is None else (state,)
        return self._store.page(partner, states=states, before=before, limit=limit)

    def bodies(self, actor: Actor, deliveries: Sequence[str]) -> Mapping[str, bytes]:
        """As they were sent, of at most a hundred; of none to who may not see them. Who sees one in full, and who in
        part, the API says.
        """
        return self._store.bodies(deliveries) if _may(actor, Action.VIEW_DELIVERIES) else {}

    def replay(self, actor: Actor, *, delivery: str, key: str, body: bytes | None) -> Replayed | ReplayRefusal:
        """Has a delivery processed again: as it is, or, with a mended body, by a new one which takes its place. Either
        is due at once and is put into the queue by the sweep. Only what had an unknown kind may be mended to another.
        """
        if not _may(actor, Action.REPLAY_DELIVERY):
            return NotAllowed()
        message = None if body is None else rules.parsed(body)
        if isinstance(message, BodyMalformed):
            return InputInvalid((FieldFault(BODY, "BODY_MALFORMED", message.wanted),))
        now = self._clock.now()
        claim = ReplayClaim(
            id=rules.claim_id(actor.person, key),
            delivery=delivery if body is None else delivery_id(now, self._randomness),
            fingerprint=rules.fingerprint(delivery, body),
        )
        for _ in range(WRITES_TRIED_MAX):
            # The claim is read last: where this key has moved the delivery already, it is there.
            found = self._store.delivery(delivery)
            if found is None:
                return NotFound(delivery)
            if message is not None and not _mends(found, message):
                return InputInvalid((FieldFault(BODY, "KIND_MISMATCH", "has the kind of the delivery as its type"),))
            known = self._store.claim(claim.id)
            if known is not None:
                return self._replayed_before(known, claim) or ReplayKeyReused(delivery)
            if not rules.replayable(found):
                return DeliveryNotReplayable(delivery, found.state.value)
            if body is None or message is None:
                moved = rules.replayed(found, by=actor.person, now=now)
                written = self._store.replay(moved, claim, revision=found.revision)
            else:
                moved = rules.mended(found, body, message, delivery_id=claim.delivery, by=actor.person, now=now)
                original = rules.set_right(found, moved)
                written = self._store.mend(moved, body, claim, original=original, revision=found.revision)
            if written:
                return Replayed(moved, again=False)
        return DeliveryBusy(delivery)

    def _replayed_before(self, known: ReplayClaim, claim: ReplayClaim) -> Replayed | None:
        """Whatever has become of it since; None when the key was used for something else."""
        return Replayed(self._found(known.delivery), again=True) if known.fingerprint == claim.fingerprint else None

    # As people have decided of one that is set aside.

    def replay_as_decided(self, delivery: str, *, replays: int, by: str) -> DecisionRefusal | None:
        """Has it processed again as it is, once it had been replayed `replays` times: said again, it changes nothing;
        nor does it where the try that was given up came to its end after all.

        Refusals: NotFound, DeliveryNotReplayable, DeliveryBusy.
        """
        now = self._clock.now()
        return self._decided(
            delivery,
            lambda found: found.replays > replays or found.state is DeliveryState.PROCESSED,
            lambda found: rules.replayed(found, by=by, now=now),
        )

    def discard_as_decided(self, delivery: str, *, replays: int, by: str) -> DecisionRefusal | None:
        """Never processes it, unless it has been replayed since: said again, it changes nothing. Refusals: as above."""
        return self._decided(
            delivery,
            lambda found: found.replays == replays and found.discarded_by is not None,
            lambda found: rules.discarded(found, by=by) if found.replays == replays else None,
        )

    def _decided(
        self, delivery: str, done: Callable[[Delivery], bool], move: Callable[[Delivery], Delivery | None]
    ) -> DecisionRefusal | None:
        for _ in range(WRITES_TRIED_MAX):
            found = self._store.delivery(delivery)
            if found is None:
                return NotFound(delivery)
            if done(found):
                return None
            moved = move(found) if rules.replayable(found) else None
            if moved is None:
                return DeliveryNotReplayable(delivery, found.state.value)
            if self._store.replace(moved, revision=found.revision):
                return None
        return DeliveryBusy(delivery)

    def _written(self, moved: Delivery, *, over: Delivery) -> bool:
        """Whether it stands there now: also when its answer was lost and it was written twice."""
        return self._store.replace(moved, revision=over.revision) or self._store.delivery(moved.id) == moved

    def _found(self, delivery: str) -> Delivery:
        found = self._store.delivery(delivery)
        if found is None:
            raise DeliveryMissing(f"there is no delivery {delivery}")
        return found

    def _body(self, delivery: Delivery) -> bytes:
        found = self._store.bodies([delivery.id]).get(delivery.id)
        if found is None:
            raise DeliveryMissing(f"the body of {delivery.id} is not there")
        return found


def _may(actor: Actor, action: Action) -> bool:
    """Deliveries belong to nobody among the customers: the groups of staff decide."""
    return refusal_of(actor, action, relation=Relation.STRANGER) is None


def _mends(found: Delivery, message: Mapping[str, Any]) -> bool:
    """Whether a body may stand in the place of the delivery's own."""
    kind = message.get("type")
    if found.kind in NAMES:
        return kind == found.kind
    return isinstance(kind, str) and rules.KIND.fullmatch(kind) is not None


def _kind_of(delivery: Delivery) -> Kind | Reason:
    if delivery.kind not in NAMES:
        return Reason.KIND_UNKNOWN
    return next(
        (kind for kind in KINDS if kind == (delivery.kind, delivery.version)),
        Reason.VERSION_UNKNOWN,
    )
