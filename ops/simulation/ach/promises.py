"""What is held against a history: after each deed, where the money of everything lies; at rest, that it all adds up.

The tables here say what each state means for the money, in words of their own. Nothing of the bank's own tables of
journals is asked, so that a row that is wrong there shows here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

from domain.fraud.kinds import Decision
from domain.ledger.model import Journal, LedgerSettings
from domain.payments.kinds import JOURNEYS, PaymentKind, PaymentState
from domain.payments.model import Payment
from domain.rails.ach.calendar import EASTERN
from domain.rails.ach.exchange import INBOUND, OUTBOUND
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedKind, ReceivedState
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.kinds import EntryState
from ops.simulation.ach.other_banks import Sent, SentFile
from ops.simulation.ach.scene import Asked, Person, Scene
from ops.simulation.ach_world import AchWorld
from ops.verify.invariants import INVARIANTS
from ops.verify.judging import judge
from ops.verify.world import of_memory

ACCOUNT: Final = "account"
TRANSIT, SETTLEMENT, UNPOSTED, PROOFS = "ach_in_transit", "settlement", "ach_unposted", "micro_entries"
BOOKS: Final = (TRANSIT, SETTLEMENT, UNPOSTED, PROOFS)
Lies = Mapping[str, int]
"""Where an amount lies: sign by place."""


class Lie(StrEnum):
    """Where the money of something is."""

    NOWHERE = "nowhere"
    TRANSIT = "in transit"
    SETTLED = "settled"
    UNPOSTED = "unposted"


_P, _R, _L = PaymentState, ReceivedState, Lie

CREDIT: Final[Mapping[Lie, Lies]] = {
    _L.NOWHERE: {},
    _L.TRANSIT: {ACCOUNT: -1, TRANSIT: 1},
    _L.SETTLED: {ACCOUNT: -1, SETTLEMENT: 1},
    _L.UNPOSTED: {ACCOUNT: -1, UNPOSTED: 1},
}
DEBIT: Final[Mapping[Lie, Lies]] = {
    _L.NOWHERE: {},
    _L.SETTLED: {ACCOUNT: 1, SETTLEMENT: -1},
    _L.UNPOSTED: {UNPOSTED: 1, SETTLEMENT: -1},
}
"""Of money that comes in, too; turned round for a debit that others make."""
_BEFORE = (_P.ACCEPTED, _P.AWAITING_STEP_UP, _P.SCREENED, _P.SUSPECTED, _P.IN_REVIEW, _P.SCHEDULED)
_GIVEN_UP = (_P.CANCELLING, _P.CANCELLED, _P.DECLINING, _P.DECLINED, _P.DROPPING, _P.REFUSED, _P.FAILED)
_UNTAKEN: Final = dict.fromkeys((*_BEFORE, *_GIVEN_UP, _P.RETURNED), (_L.NOWHERE,))
OF_CREDITS: Final[Mapping[PaymentState, tuple[Lie, ...]]] = {
    **_UNTAKEN,
    **dict.fromkeys((_P.IN_FILE, _P.SENT, _P.ACKNOWLEDGED, _P.REJECTED), (_L.TRANSIT,)),
    **dict.fromkeys((_P.SETTLED, _P.COMPLETED), (_L.SETTLED,)),
    _P.UNPOSTED: (_L.UNPOSTED,),
    _P.TAKEN: (_L.NOWHERE, _L.TRANSIT),
    _P.SETTLING: (_L.TRANSIT, _L.SETTLED),
    _P.GIVING_BACK: (_L.TRANSIT, _L.NOWHERE, _L.UNPOSTED),
    _P.RETURNING: (_L.SETTLED, _L.NOWHERE, _L.UNPOSTED),
}
"""Of a claimed state both ends: its journal may be posted already."""
OF_DEBITS: Final[Mapping[PaymentState, tuple[Lie, ...]]] = {
    **_UNTAKEN,
    **dict.fromkeys((_P.IN_FILE, _P.SENT, _P.ACKNOWLEDGED, _P.REJECTED), (_L.NOWHERE,)),
    **dict.fromkeys((_P.SETTLED, _P.FREEING, _P.CLEARED, _P.COMPLETED), (_L.SETTLED,)),
    _P.UNPOSTED: (_L.UNPOSTED,),
    _P.SETTLING: (_L.NOWHERE, _L.SETTLED, _L.UNPOSTED),
    _P.RETURNING: (_L.SETTLED, _L.NOWHERE),
}
_OVER: Final = (_R.FORWARDED, _R.MATCHED, _R.ANSWERED, _R.APPLIED, _R.REFUSED_NOC, _R.RETURNED)
OF_RECEIVED: Final[Mapping[ReceivedState, tuple[Lie, ...]]] = {
    **dict.fromkeys((_R.RECEIVED, _R.CORRECTION_OPEN, *_OVER), (_L.NOWHERE,)),
    _R.POSTED: (_L.SETTLED,),
    **dict.fromkeys((_R.PENDED, _R.RETURN_DUE, _R.RETURN_QUEUED, _R.RETURN_REJECTED), (_L.UNPOSTED,)),
    _R.POSTING: (_L.NOWHERE, _L.SETTLED),
    _R.PENDING: (_L.NOWHERE, _L.UNPOSTED),
    _R.RELEASING: (_L.UNPOSTED, _L.SETTLED),
    _R.TAKING_BACK: (_L.SETTLED, _L.UNPOSTED),
    _R.SENDING_BACK: (_L.UNPOSTED, _L.NOWHERE),
}
JUDGED: Final[Mapping[Decision, str]] = {
    Decision.APPROVE: "screened",
    Decision.STEP_UP: "step_up_asked",
    Decision.SOFT_DECLINE: "soft_declined",
    Decision.REVIEW: "suspected",
    Decision.BLOCK: "blocked",
}
DECIDED, FALLBACK = "decided", "fallback"
HOLDING: Final = {
    PaymentKind.ACH_CREDIT: frozenset({_P.IN_REVIEW, _P.SCHEDULED}),
    PaymentKind.ACH_DEBIT: frozenset({_P.SETTLED}),
}
UNSURE_OF_HOLD: Final = frozenset(
    {state for of in (OF_CREDITS, OF_DEBITS) for state, lies in of.items() if len(lies) > 1}
    | {_P.SCREENED, _P.SUSPECTED, _P.CANCELLING, _P.DECLINING, _P.DROPPING, _P.FREEING}
)
NOT_AT_REST: Final = frozenset(ReceivedState) - {*_OVER, _R.POSTED, _R.PENDED}
AFTER_ANSWER: Final = frozenset(
    {_P.ACKNOWLEDGED, _P.SETTLING, _P.SETTLED, _P.FREEING, _P.CLEARED, _P.COMPLETED, _P.RETURNING, _P.RETURNED}
)
WAITING: Final = frozenset({_P.SETTLED, _P.CLEARED})
SHOWN: Final = {
    _R.POSTED: _P.POSTED,
    _R.PENDED: _P.PENDED,
    _R.RETURNED: _P.RETURNED,
}
"""What a customer sees at rest of an entry that came in."""
ASKED_OF_LEDGER: Final = tuple(one for one in INVARIANTS if one.name != "totals fold")
"""All that `florin verify` asks but what the folder has made: nobody folds in these histories."""
PUT_AWAY: Final = frozenset({ReceivedFileState.DUPLICATE, ReceivedFileState.DISCARDED})


class Watch:
    """Follows the journals of a history, each once, and keeps what they moved by what they were for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._read: dict[str, int] = {}
        self.moved: dict[str, Counter[str]] = defaultdict(Counter)
        """What each payment and entry moved, by account and book."""
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self.balances: Counter[str] = Counter()

    # After each deed.

    def after_deed(self) -> Iterator[str]:
        for world in self.scene.worlds:
            yield from self._journals(world)
            yield from self._payments(world)
            yield from self._received(world)
        for person in self.scene.people:
            found = person.world.balance(person.account)
            if found != self.balances[person.account.id]:
                yield f"{person.account.id} says {found}, its journals {self.balances[person.account.id]}"

    def _journals(self, world: AchWorld) -> Iterator[str]:
        journals = list(world.ledger_store.journals.values())
        for journal in journals[self._read.get(world.region, 0) :]:
            if not journal.posted:
                continue
            if sum(leg.signed_minor for leg in journal.legs):
                yield f"{journal.kind} {journal.id} does not balance"
            about = _about(journal)
            for leg in journal.legs:
                self.balances[_place(world, leg.account)] += leg.signed_minor
                if about:
                    self.moved[f"{world.region} {about}"][leg.account] += leg.signed_minor
            if about:
                self.kinds[f"{world.region} {about}"][journal.kind] += 1
        self._read[world.region] = len(journals)

    def _payments(self, world: AchWorld) -> Iterator[str]:
        held: Counter[str] = Counter()
        unsure: set[str] = set()
        for payment in world.payment_store._payments.values():  # noqa: SLF001  (a memory store, judged from outside)
            if payment.kind not in HOLDING:
                continue
            credit = payment.kind is PaymentKind.ACH_CREDIT
            lies = (OF_CREDITS if credit else OF_DEBITS)[payment.state]
            ways = CREDIT if credit else DEBIT
            yield from self._lies(world, payment, [ways[one] for one in lies])
            yield from self._answered(payment)
            for kind, times in self.kinds[f"{world.region} {payment.id}"].items():
                if times > 1:
                    yield f"{payment.id}: {kind} was posted {times} times"
            minor = _held_for(payment)
            if minor is None:
                unsure.add(payment.account)
            else:
                held[payment.account] += minor
        for person in self.scene.people:
            if person.world is world and person.account.id not in unsure:
                found = world.held(person.account)
                if found != held[person.account.id]:
                    yield f"{person.account.id} holds {found}, its payments {held[person.account.id]}"

    def _answered(self, payment: Payment) -> Iterator[str]:
        """Nothing settles of which the other side has said nothing."""
        file = self.scene.banks.taken.get(f"{payment.progress.file}.ach")
        if payment.state not in AFTER_ANSWER or (file and (file.answered or any(one.returned for one in file.entries))):
            return
        yield f"{payment.id} is {payment.state.value}, and nobody has answered its file"

    def _received(self, world: AchWorld) -> Iterator[str]:
        for entry in world.incoming_store._entries.values():  # noqa: SLF001  (as above)
            sign = 1 if entry.credit else -1
            lies = [{place: sign * way for place, way in DEBIT[one].items()} for one in OF_RECEIVED[entry.state]]
            yield from self._lies(world, entry, lies)

    def _lies(self, world: AchWorld, about: Payment | ReceivedEntry, lies: Sequence[Lies]) -> Iterator[str]:
        """`lies`: where its money may be."""
        minor, moved = about.amount.minor, self.moved[f"{world.region} {about.id}"]
        found = {one: sum_minor for one, sum_minor in moved.items() if sum_minor}
        for lie in lies:
            wanted = {
                (about.account or "") if place == ACCOUNT else f"int_us_usd_{place}": sign * minor
                for place, sign in lie.items()
                if minor
            }
            if found == wanted:
                return
        where = found or "nowhere"
        yield f"{about.id} is {about.state.value}, and its money lies {where} (of {minor}, {world.region})"

    # At rest.

    def at_rest(self) -> Iterator[str]:
        scene = self.scene
        scene.banks.look()
        _settle_disputes(scene)
        for world in scene.worlds:
            yield from _ledger(world)
            yield from self._files(world)
            yield from self._books(world)
            yield from self._came_to_rest(world)
        yield from self._asked()
        yield from _sent_once(scene)
        yield from self._came()
        yield from self._came_back()
        for person in scene.people:
            yield from self._balance(person)

    def _files(self, world: AchWorld) -> Iterator[str]:
        """What lies in the exchange is what was built, and no two files of a day have one modifier."""
        files = list(world.ach_store._files.values())  # noqa: SLF001  (as above)
        sent = {key.removeprefix(OUTBOUND) for key in world.exchange.files if key.startswith(OUTBOUND)}
        if sent != {file.name for file in files if file.name}:
            yield f"{world.region}: the exchange has other files than were built"
        seen = Counter((file.created_at.astimezone(EASTERN).date(), file.modifier) for file in files if file.created_at)
        yield from (f"{world.region}: modifier {one} twice" for one, times in seen.items() if times > 1)

    def _books(self, world: AchWorld) -> Iterator[str]:
        mine = [one for one in self.scene.banks.standing() if one.region == world.region]
        out = sum(one.minor if one.credit else -one.minor for one in mine)
        came = sum(one.minor if one.credit else -one.minor for one in self._counted() if one.home == world.region)
        proofs = [one for one in mine if one.proof]
        back = {one.original_trace for one in _matched(world)}
        cents = sum(one.minor if one.credit else -one.minor for one in proofs if one.trace not in back)
        wanted = {
            TRANSIT: 0,
            SETTLEMENT: out - came,
            UNPOSTED: self._unposted(world),
            PROOFS: -cents,
        }
        for book, minor in wanted.items():
            if world.book(book) != minor:
                yield f"{world.region}: {book} has {world.book(book)}, by what went out and came in it is {minor}"

    def _unposted(self, world: AchWorld) -> int:
        """What waits for people to settle it by hand."""
        entries = sum(
            one.amount.minor if one.credit else -one.amount.minor
            for one in world.incoming_store._entries.values()  # noqa: SLF001  (as above)
            if one.state is _R.PENDED
        )
        payments = sum(
            one.amount.minor
            for one in world.payment_store._payments.values()  # noqa: SLF001  (as above)
            if one.state is _P.UNPOSTED
        )
        return entries + payments

    def _counted(self) -> Iterator[Sent]:
        """Entries of files that were processed; of one that arrived in part, what people had read of it."""
        for file in self.scene.banks.sent.values():
            stored = _stored(self.scene, file)
            if stored.state is not ReceivedFileState.DONE:
                continue
            if file.whole:
                yield from file.entries
            else:
                for region, one in _kept(self.scene, stored):
                    yield Sent(one.trace, one.credit, one.amount.minor, region)

    def _came_to_rest(self, world: AchWorld) -> Iterator[str]:
        for entry in world.incoming_store._entries.values():  # noqa: SLF001  (as above)
            if entry.state in NOT_AT_REST:
                yield f"{entry.id} is left {entry.state.value}"
            if entry.payment and entry.state in SHOWN:
                shown = world.payments.existing(entry.payment)
                if shown.state is not SHOWN[entry.state]:
                    yield f"{entry.id} is {entry.state.value}, and its customer sees {shown.state.value}"
        for payment in world.payment_store._payments.values():  # noqa: SLF001  (as above)
            yield from _legal(world, payment)
            if payment.kind in HOLDING:
                yield from self._judged(world, payment)
                yield from self._stepped_up(world, payment)

    def _judged(self, world: AchWorld, payment: Payment) -> Iterator[str]:
        """A payment was moved once by what was decided of it, whoever decided first: scorer or fallback."""
        lines = world.payments.timeline(payment.id, limit=100).happenings
        judged = [line for line in lines if line.event in JUDGED.values()]
        stored = world.ach_decisions.decision(payment.id)
        if not judged and payment.state is not _P.CANCELLED:
            yield f"{payment.id} is {payment.state.value} and was never judged"
        if judged and stored is None:
            yield f"{payment.id} was judged, and no decision is kept"
        if judged and stored is not None:
            self.scene.met[f"{FALLBACK if stored.fallback else DECIDED} {stored.decision.value}"] += 1
            said = [(line.event, line.facts["decision_id"], line.facts.get("fallback")) for line in judged]
            if said != [(JUDGED[stored.decision], stored.id, stored.fallback)]:
                yield f"{payment.id}: decided is {stored.decision.value} ({stored.fallback}), it was moved by {said}"

    def _stepped_up(self, world: AchWorld, payment: Payment) -> Iterator[str]:
        """Who was asked to prove again who they are was told so once, and it goes on when they have, and only then."""
        scene = self.scene
        events = [line.event for line in world.payments.timeline(payment.id, limit=100).happenings]
        scene.met.update({"confirmed", "step_up_expired"} & set(events))
        if "confirmed" in events and payment.id not in scene.signed_in:
            yield f"{payment.id} was confirmed by nobody who had signed in anew"
        if payment.id in scene.confirmed and "confirmed" not in events:
            yield f"{payment.id}: its customer was told that it is confirmed, and it is not"
        if "step_up_asked" in events and not {"confirmed", "step_up_expired", "cancelled"} & set(events):
            yield f"{payment.id} waits for its customer for ever"
        notices = world.notices.page(payment.opened_by, size=100).notices
        told = sum(one.key == f"{payment.id}/AWAITING_STEP_UP" for one in notices)
        if told > 1 or ("step_up_expired" in events and not told):
            yield f"{payment.id}: its customer was told {told} times that it waits for them"

    def _asked(self) -> Iterator[str]:
        """Each payment is one that somebody asked for, and ended as what became of its entry says."""
        known = {asked.payment: asked for asked in self.scene.asked.values()}
        for world in self.scene.worlds:
            for payment in world.payment_store._payments.values():  # noqa: SLF001  (as above)
                if payment.kind in HOLDING and payment.id not in known:
                    yield f"{payment.id} was asked for by nobody"
        for one, asked in known.items():
            yield from self._ended(one, asked)

    def _ended(self, payment: str, asked: Asked) -> Iterator[str]:
        world = asked.person.world
        found = world.payments.existing(payment)
        if (found.account, found.amount.minor) != (asked.person.account.id, asked.minor):
            yield f"{payment} is not what was asked for"
        if not found.ended:
            yield f"{payment} is left {found.state.value}"
        taken = [one for one in self.scene.banks.standing() if not one.answer and one.trace == found.progress.trace]
        back = [one for one in _matched(world) if one.original_trace == found.progress.trace and one.original]
        if len(taken) > 1 or len(back) > 1:
            yield f"{payment} went out {len(taken)} times and came back {len(back)} times"
        if payment in self.scene.called_off and (found.state is not _P.CANCELLED or taken):
            yield f"{payment} was called off and is {found.state.value}"
        settled = {_P.COMPLETED, _P.UNPOSTED}
        gone = {_P.CANCELLED, _P.DECLINED, _P.REFUSED, _P.FAILED, _P.UNPOSTED}
        wanted = {_P.RETURNED, _P.UNPOSTED} if back else settled if taken else gone
        if found.state not in wanted:
            yield f"{payment} is {found.state.value}; it went out {len(taken)} times and came back {len(back)} times"

    def _came(self) -> Iterator[str]:
        """Each file is processed once, and each of its entries is kept once, where it belongs."""
        contents: dict[bytes, list[tuple[SentFile, ReceivedFile]]] = defaultdict(list)
        for file in self.scene.banks.sent.values():
            contents[file.text].append((file, _stored(self.scene, file)))
        for same in contents.values():
            done = [stored for _, stored in same if stored.state is ReceivedFileState.DONE]
            away = [stored for _, stored in same if stored.state in PUT_AWAY]
            if len(done) + len(away) != len(same) or len(done) > 1 or (same[0][0].whole and not done):
                yield f"{same[0][0].name}: its files are {[stored.state.value for _, stored in same]}"
            elif done and same[0][0].whole:
                yield from self._entries_came(same[0][0], done[0])

    def _entries_came(self, file: SentFile, stored: ReceivedFile) -> Iterator[str]:
        kept = _kept(self.scene, stored)
        wanted = Counter((one.trace, one.home, one.minor) for one in file.entries)
        if Counter((one.trace, region, one.amount.minor) for region, one in kept) != wanted:
            yield f"{file.name} has {dict(wanted)}, and kept is {[(one.trace, region) for region, one in kept]}"

    def _came_back(self) -> Iterator[str]:
        """Of the returns of an entry that were right and in time one was believed, unless its money had never reached
        the account."""
        for file in self.scene.banks.sent.values():
            for sent in file.entries:
                if not sent.prompt or _stored(self.scene, file).state is not ReceivedFileState.DONE:
                    continue
                world = _of_region(self.scene, sent.home)
                believed = [one for one in _matched(world) if one.original_trace == sent.about]
                unposted = [
                    one
                    for one in world.payment_store._payments.values()  # noqa: SLF001  (as above)
                    if one.progress.trace == sent.about and one.state is _P.UNPOSTED
                ]
                if sent.minor and not believed and not unposted:
                    yield f"{file.name}: {sent} was right, and nothing followed"

    def _balance(self, person: Person) -> Iterator[str]:
        """What an account has is what was paid in, less what went out and stayed out, and what came in and stayed."""
        account, world = person.account.id, person.world
        wanted = sum(minor for one, minor in self.scene.counter.values() if one == account)
        for asked in self.scene.asked.values():
            if asked.person is person:
                wanted += _lasting(world, asked, self.scene)
        for entry in world.incoming_store._entries.values():  # noqa: SLF001  (as above)
            if entry.account == account and entry.state is _R.POSTED:
                wanted += entry.amount.minor if entry.credit else -entry.amount.minor
        if world.balance(person.account) != wanted:
            yield f"{account} has {world.balance(person.account)}, and by what it paid and got it is {wanted}"


def _held_for(payment: Payment) -> int | None:
    """What of its account is set aside for it; None where either may be so. The reversal of a debit has that one's."""
    if payment.state in UNSURE_OF_HOLD:
        return None
    mine = payment.state in HOLDING[payment.kind] and not payment.progress.hold_of
    return payment.amount.minor if mine else 0


def _settle_disputes(scene: Scene) -> None:
    """Of what was rejected after its settlement, what we keep says whether that was heard in time after all."""
    for taken in scene.banks.entries():
        if taken.disputed:
            (entry,) = _of_region(scene, taken.region).ach_store.entry_of_trace(taken.trace)
            taken.rejected = not (entry.state is EntryState.READY and f"{entry.file}.ach" == taken.file)


def _of_region(scene: Scene, region: str) -> AchWorld:
    (world,) = (one for one in scene.worlds if one.region == region)
    return world


def _lasting(world: AchWorld, asked: Asked, scene: Scene) -> int:
    """What a payment did to its account for good, by whether its entry was taken and came back."""
    found = world.payments.existing(asked.payment)
    taken = any(one.trace == found.progress.trace and not one.answer for one in scene.banks.standing())
    back = any(one.original_trace == found.progress.trace and one.original for one in _matched(world))
    if found.state is _P.UNPOSTED:
        return -asked.minor if asked.credit else 0
    return (-asked.minor if asked.credit else asked.minor) if taken and not back else 0


def under_way(world: AchWorld) -> bool:
    """Whether something waits for more than the end of a window of returns."""
    entries = world.incoming_store._entries.values()  # noqa: SLF001  (as above)
    payments = world.payment_store._payments.values()  # noqa: SLF001  (as above)
    files = world.ach_store._files.values()  # noqa: SLF001  (as above)
    return (
        any(one.state in NOT_AT_REST for one in entries)
        or any(one.kind in HOLDING and not one.ended and one.state not in WAITING for one in payments)
        or any(one.due_at for one in files)
        or bool(world.cases.unresolved())
    )


def _matched(world: AchWorld) -> list[ReceivedEntry]:
    return [
        one
        for one in world.incoming_store._entries.values()  # noqa: SLF001  (as above)
        if one.kind is ReceivedKind.RETURN and one.state is _R.MATCHED
    ]


def _ledger(world: AchWorld) -> Iterator[str]:
    settings = LedgerSettings(region=world.region, jurisdiction=world.jurisdiction)
    for verdict in judge(of_memory(world.ledger_store, settings=settings, now=world.clock.now()), ASKED_OF_LEDGER):
        for found in verdict.violations:
            yield f"{world.region} {verdict.name}: {found}"


def _legal(world: AchWorld, payment: Payment) -> Iterator[str]:
    """Each line of the timeline follows from the one before by the table."""
    lines = world.payments.timeline(payment.id, limit=100).happenings
    journey = JOURNEYS[payment.kind]
    for before, after in pairwise(lines):
        if journey.target(before.state, after.event) is not after.state:  # type: ignore[arg-type]  # an event's name
            yield f"{payment.id}: {before.state.value} by {after.event} to {after.state.value}"


def _sent_once(scene: Scene) -> Iterator[str]:
    """No entry is in two files of which the bank took both, and each file says of its entries what we keep."""
    seen = Counter(one.trace for one in scene.banks.standing())
    yield from (f"{trace} was taken {times} times" for trace, times in seen.items() if times > 1)
    for world in scene.worlds:
        for taken in scene.banks.entries():
            if taken.region != world.region:
                continue
            (entry,) = world.ach_store.entry_of_trace(taken.trace)
            stands = entry.state is EntryState.READY and f"{entry.file}.ach" == taken.file
            if stands == taken.rejected:
                yield f"{taken.trace} of {taken.file} is {entry.state.value}; rejected: {taken.rejected}"


def _stored(scene: Scene, file: SentFile) -> ReceivedFile:
    world = _of_region(scene, file.region)
    (found,) = (
        one
        for one in world.incoming_store._files.values()  # noqa: SLF001  (as above)
        if one.region == file.region and one.name == f"{INBOUND}{file.name}"
    )
    return found


def _kept(scene: Scene, file: ReceivedFile) -> list[tuple[str, ReceivedEntry]]:
    """The entries of a file where they were not handed on from."""
    return [
        (world.region, one)
        for world in scene.worlds
        for one in world.incoming_store._entries.values()  # noqa: SLF001  (as above)
        if one.file == file.id and one.state is not _R.FORWARDED
    ]


def _about(journal: Journal) -> str | None:
    """The entry, or else the payment, that a journal is for."""
    named = dict(one.split(":", 1) for one in journal.evidence)
    return named.get("entry") or named.get("payment")


def _place(world: AchWorld, account: str) -> str:
    return f"{world.region} {account}" if account.startswith("int_") else account
