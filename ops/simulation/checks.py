"""What must hold: after each step for the accounts it touched, and at the end for everything."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from domain.calendars import calendar_day
from domain.ids import is_account, journal_id
from domain.ledger.kinds import KINDS
from domain.ledger.model import Batching, Journal, Line, State, Status
from domain.ledger.store import Writes
from domain.transfers import schedule
from domain.transfers.kinds import TRANSFER_KINDS, ReviewState
from domain.transfers.model import OccurrenceOutcome, OrderStatus, TransferOrder
from ops.simulation import judged
from ops.simulation.model import balances, differences
from ops.simulation.operations import Operation
from ops.simulation.routine import Routine
from ops.simulation.scene import OCCURRED
from ops.simulation.world import World
from ops.verify.judging import judge
from ops.verify.world import of_memory

BY_THE_BANK = frozenset({"holds_expired", "batch_moved", "batch_returned", "batching_stopped", "account_opened"})
"""Kinds that the bank posts by itself: sweepers and openings."""
GENESIS = b"\x00" * 32


def after_step(world: World) -> None:
    """Every line written since the last check continues its log."""
    written, world.ledger.unchecked = world.ledger.unchecked, []
    for journal in world.ledger.stale:
        world.broken(f"{journal} was refused for ever on heads that had moved")
    for writes in written:
        for found in _step(world, writes):
            world.broken(found)


def _step(world: World, writes: Writes) -> Iterator[str]:
    sums: dict[str, int] = defaultdict(int)
    for leg in writes.journal.legs:
        sums[leg.money.currency] += leg.signed_minor
    if any(sums.values()):
        yield f"{writes.journal.id} does not add up: {dict(sums)}"
    for line in writes.lines:
        log = world.ledger.lines_of[line.account]
        seq = line.position.seq
        if len(log) < seq or log[seq - 1] is not line:
            yield f"{line.account}: line {seq} is not where it belongs"
        yield from _continues(line, log[seq - 2] if seq > 1 else None)


def _continues(line: Line, before: Line | None) -> Iterator[str]:
    after, where = line.state, f"{line.account} line {line.position.seq}"
    if line.previous_hash != (before.state.hash if before else GENESIS):
        yield f"{where} does not continue the chain"
    if before is None:
        return
    if after.posted_minor != before.state.posted_minor + line.amount_minor:
        yield f"{where}: posted is not the fold of its lines"
    if after.held_minor != before.state.held_minor + line.held_change_minor:
        yield f"{where}: held is not the fold of its lines"
    if after.booked_at < before.state.booked_at:
        yield f"{where} is booked before the line before it"
    # Said again here, so that a mistake in how the ledger itself sums up does not hide itself.
    available, before_available = _available(after), _available(before.state)
    free = line.kind == "limits_set" or KINDS[line.kind].forced
    if not free and available < min(0, before_available):
        yield f"{where}: available falls to {available} by {line.kind}"


def _available(state: State) -> int:
    return state.posted_minor * state.normal.sign - state.held_minor + state.limits.overdraft_minor


def at_the_end(world: World, routine: Routine) -> list[str]:
    return [
        *_verdicts(world),
        *_nothing_pending(world),
        *_events(world),
        *_notices(world),
        *_accounts_at_rest(world),
        *_orders(world, routine),
        *_told(world, routine),
        *judged.judged(world, routine.orders()),
        *_holds(world),
        *_money(world, routine),
    ]


def _verdicts(world: World) -> Iterator[str]:
    for verdict in judge(of_memory(world.ledger, settings=world.kept.settings, now=world.time.now())):
        for found in verdict.violations:
            yield f"{verdict.name}: {found}"


def _nothing_pending(world: World) -> Iterator[str]:
    if world.requests_under_way or len(world.ledger.stream) or world.bus.queue:
        yield (
            f"{world.requests_under_way} requests, {len(world.ledger.stream)} stream records and "
            f"{len(world.bus.queue)} messages are still under way"
        )


def _events(world: World) -> Iterator[str]:
    """Every journal, refused ones too, was published and consumed; nothing else was."""
    journals = world.ledger.journals.keys()
    for name, counted in (("published", world.bus.accepted), ("consumed", world.consumed)):
        for journal in journals - counted.keys():
            yield f"{journal} was never {name}"
        for journal in counted.keys() - journals:
            yield f"{journal} was {name} and does not exist"


def _notices(world: World) -> Iterator[str]:
    """Each transfer that reached an account was told to its owner once, and pushed; no key was told twice."""
    told: Counter[tuple[str, str]] = Counter()
    for owner in {party.owner.id for party in world.scene.parties}:
        for notice in world.notices_of(owner):
            told[owner, notice.key] += 1
            if not world.kept.push.delivered[notice.id]:
                yield f"the notice {notice.key} was never pushed"
    owners = {party.account: party.owner.id for party in world.scene.parties}
    of_reviews = frozenset(key for review in judged.reviews(world) for key in judged.told_of(review))
    for journal in world.ledger.journals.values():
        if journal.kind in TRANSFER_KINDS and journal.posted:
            account = journal.legs[1].account
            if is_account(account):
                news = [key for (owner, key) in told if owner == owners[account] and key.startswith(journal.id)]
                keys = [key for key in news if key not in of_reviews]
                if len(keys) != 1:
                    yield f"{journal.id} was told to its payee {len(keys)} times"
    for (owner, key), times in told.items():
        if times > 1:
            yield f"{owner} was told {key} {times} times"


def _accounts_at_rest(world: World) -> Iterator[str]:
    """Nothing frozen by the healed bank's own doing: no expired hold, no batched credit on its way."""
    folder = world.workers[0].folder
    for party in world.scene.parties:
        state = world.scene.state(party)
        if state.earliest_expiry is not None and state.earliest_expiry < world.time.now():
            yield f"{party.name} has an open hold that expired at {state.earliest_expiry}"
        if state.batching is not Batching.OFF or state.status in (Status.FROZEN, Status.DEBITS_FROZEN):
            yield f"{party.name} is still {state.status.value}, batching {state.batching.value}"
        left = folder.balance_minor("inc_" + party.account.removeprefix("acc_"))
        if left:
            yield f"{party.name} has {left} minor units still on their way"


def _orders(world: World, routine: Routine) -> Iterator[str]:
    orders = routine.orders()
    told = {one.told.mark for one in world.scene.asked if one.kind == "order" and one.told and one.told.done}
    for order in orders:
        if order.id not in told:
            yield f"{order.id} exists, and nobody was told of it"
        if order.status is OrderStatus.ACTIVE or order.next_on is not None:
            yield f"{order.id} is {order.status.value}, next on {order.next_on}"
        yield from _occurrences(world, order)
    cancelled = {
        one.told.mark for one in world.scene.asked if one.kind == "cancellation" and one.told and one.told.done
    }
    for order in orders:
        if order.id in cancelled and order.status is not OrderStatus.CANCELLED:
            yield f"{order.id} was told to be cancelled, and is {order.status.value}"
    for missing in told - {order.id for order in orders}:
        yield f"{missing} was ordered and does not exist"


def _occurrences(world: World, order: TransferOrder) -> Iterator[str]:
    found = {one.on: one for one in world.kept.orders.occurrences(order.id, before=None, limit=100).occurrences}
    if order.status is OrderStatus.DONE:
        days = [day for n in range(len(found) + 1) if (day := schedule.occurrence(order.schedule, n))]
        if sorted(found) != days:
            yield f"{order.id} is done, and settled on {sorted(found)} of {days}"
    for occurrence in found.values():
        world.scene.met[f"{OCCURRED} {occurrence.outcome.value}"] += 1
        journal = world.ledger.journals.get(occurrence.journal or "")
        if calendar_day(world.kept.settings.jurisdiction, occurrence.at) < occurrence.on:
            yield f"{order.id} was made before its day {occurrence.on}, at {occurrence.at}"
        posted = journal is not None and journal.posted
        if occurrence.outcome is OccurrenceOutcome.IN_REVIEW:
            if world.kept.reviews.review(occurrence.journal or "") is None:
                yield f"{order.id} on {occurrence.on} is in review, and there is none"
        elif (occurrence.outcome is OccurrenceOutcome.POSTED) != posted:
            yield f"{order.id} on {occurrence.on} is {occurrence.outcome.value}, and its journal says otherwise"


def _told(world: World, routine: Routine) -> Iterator[str]:
    """What callers were told is what is stored, and nothing is stored that nobody asked for."""
    asked: set[str] = set()
    for order in routine.orders():
        asked |= judged.days_of(world, order).keys()
    for review in judged.reviews(world):
        asked |= judged.steps_of(review)
    for operation in world.scene.asked:
        asked |= _journals_of(operation)
        if operation.writes and not operation.settled:
            yield f"{operation.text} was never answered"
        if operation.waits:
            yield f"{operation.text} is still told to be in review"
        if operation.keyed and operation.told is not None:
            yield from _stored(operation, world.ledger.journals.get(operation.journal))
    for journal in world.ledger.journals.values():
        if journal.id not in asked and journal.kind not in BY_THE_BANK:
            yield f"{journal.id} ({journal.kind}) was asked for by nobody"


def _stored(operation: Operation, journal: Journal | None) -> Iterator[str]:
    told = operation.told
    if told is None:
        return
    if not operation.writes:
        if journal is not None:
            yield f"{operation.text} left {journal.id}"
    elif told.done:
        if journal is None or not journal.posted:
            yield f"{operation.text} was told to be done, and is not"
        elif told.journal is not None and told.journal != journal:
            yield f"{operation.text} was told of another journal than is stored"
    elif told.for_ever:
        if journal is None or journal.refusal != told.refusal:
            yield f"{operation.text} was refused for ever, and the journal says otherwise"
    elif journal is not None:
        yield f"{operation.text} was told {told.mark}, and {journal.id} exists"


def _holds(world: World) -> Iterator[str]:
    """What each account holds is what was placed and raised, less what was captured, released or expired."""
    final = {operation.journal for operation in world.scene.asked if operation.ends_hold}
    for party in world.scene.parties:
        left: dict[str, int] = {}
        for line in world.ledger.lines_of[party.account]:
            for expired in line.released:
                left.pop(expired, None)
            journal = world.ledger.journals[line.journal]
            if journal.initiator == party.account:  # and not the account that a capture credits
                yield from _held_after(left, journal, final)
        listed = {hold.id: hold.remaining_minor for hold in world.scene.holds(party)}
        if listed != left:
            yield f"{party.name} holds {listed}, and its journals make it {left}"


def _held_after(left: dict[str, int], journal: Journal, final: set[str]) -> Iterator[str]:
    """Applies one journal to what is held. A clearing the network has settled takes what it must."""
    hold, minor = journal.hold, journal.amount.minor if journal.amount else 0
    if hold is None or journal.kind == "holds_expired":
        return
    if journal.kind in ("hold_placed", "hold_raised", "transfer_held"):
        left[hold] = left.get(hold, 0) + minor
    elif journal.kind == "hold_released":
        left.pop(hold, None)
    elif hold in left:
        if not journal.forced and minor > left[hold]:
            yield f"{hold}: {minor} captured of {left[hold]}"
        left[hold] -= minor
        if left[hold] <= 0 or journal.id in final:
            del left[hold]
    elif not journal.forced:
        yield f"{hold}: {minor} captured, and it was not open"


def _money(world: World, routine: Routine) -> Iterator[str]:
    """What everybody has is what the model makes of the answers."""
    expected = balances(world.scene.asked)
    for order in routine.orders():
        for one in world.kept.orders.occurrences(order.id, before=None, limit=100).occurrences:
            review = world.kept.reviews.review(one.journal or "")
            if one.outcome is OccurrenceOutcome.POSTED or (
                one.outcome is OccurrenceOutcome.IN_REVIEW and review and review.state is ReviewState.MADE
            ):
                expected[order.source] -= order.amount.minor
                expected[order.destination] += order.amount.minor
    _returned(world, expected)
    for name, (wanted, found) in differences(expected, _found(world)).items():
        yield f"{name} has {found}, and by what callers were told it has {wanted}"


def _returned(world: World, expected: Counter[str]) -> None:
    """Batched credits that the bank gave back by itself."""
    for journal in world.ledger.journals.values():
        if journal.kind == "batch_returned" and journal.posted:
            for leg in journal.legs:
                expected[_name(leg.account)] += leg.signed_minor


def _found(world: World) -> Counter[str]:
    """Balances as they lie in the store, with what is on its way to an account."""
    found: Counter[str] = Counter()
    for account, log in world.ledger.lines_of.items():
        if log:
            found[_name(account)] += log[-1].state.posted_minor
    for (account, *_), rows in world.ledger.legs_of.items():
        found[_name(account)] += sum(item.signed_minor for _, item in rows)
    return found


def _name(account: str) -> str:
    """As the model calls it."""
    if account.startswith("inc_"):
        return "acc_" + account.removeprefix("inc_")
    if account.startswith("int_"):
        _, _, currency, book = account.partition("@")[0].split("_", 3)
        return f"{book}/{currency.upper()}"
    return account


def _journals_of(operation: Operation) -> set[str]:
    keys = set(operation.besides)
    if operation.initiator and operation.keyed:
        keys.add((operation.initiator, operation.scope, operation.key))
    return {journal_id(*key) for key in keys}
