"""The promises of the ledger as one list of functions from a world to what is off in it.

Simulation, crash and concurrency runs, drills and `florin verify` use the list unchanged. None of them calls the
rules that posted the journals: each says again, in its own words, what must be true.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.ids import place_of
from domain.ledger.hashing import GENESIS, chain_hash, digest_of, digest_of_legs, total_hash
from domain.ledger.kinds import KINDS
from domain.ledger.model import (
    HOLDS_MAX,
    Batching,
    Hold,
    Journal,
    Line,
    LinePlace,
    Position,
    Side,
    State,
    Status,
    Total,
)
from ops.verify.world import Found, Shard, World, leg_key, legs_named

EXPIRED_HOLD_AGE_MAX: Final = timedelta(minutes=15)
"""The sweeper runs every minute; a hold that is open this long after its expiry was forgotten."""

Finder = Callable[[World], Iterator[Found]]
STATUS_AFTER: Final = {
    "account_opened": Status.OPEN,
    "debits_frozen": Status.DEBITS_FROZEN,
    "account_frozen": Status.FROZEN,
    "account_thawed": Status.OPEN,
    "account_closed": Status.CLOSED,
}
BATCHING_AFTER: Final = {
    "account_opened": Batching.OFF,
    "batching_started": Batching.ON,
    "batching_ended": Batching.ENDING,
    "batching_stopped": Batching.OFF,
}


@dataclass(frozen=True, slots=True)
class Invariant:
    name: str
    says: str
    find: Finder
    examines: Callable[[World], int]


def journals_balance(world: World) -> Iterator[Found]:
    for journal in world.journals.values():
        sums: dict[str, int] = defaultdict(int)
        for leg in journal.legs:
            sums[leg.money.currency] += leg.signed_minor
            if leg.money.minor <= 0:
                yield Found(journal.id, f"a leg of {leg.money.minor} minor units")
        for currency, total in sums.items():
            if total:
                yield Found(journal.id, f"legs add up to {total} minor units of {currency}")
        if journal.refusal is not None and journal.legs:
            yield Found(journal.id, "refused, and has legs")
        if place_of(journal.initiator) and place_of(journal.id) != place_of(journal.initiator):
            yield Found(journal.id, f"lies in another slot than its initiator {journal.initiator}")


def legs_have_lines_and_items(world: World) -> Iterator[Found]:
    """Every leg of a journal has its line or item, with the journal's own amounts, dates and digest."""
    for journal in _posted(world):
        named = dict(journal.lines)
        for leg in journal.legs:
            if isinstance(leg.place, LinePlace):
                position = Position(leg.place.epoch, leg.place.seq)
                if named.get(leg.account) != position:
                    yield Found(journal.id, f"a leg of {leg.account} lies at a line the journal does not name")
        for account, position in journal.lines:
            line = world.lines.get(account, {}).get(position)
            if line is None:
                yield Found(journal.id, f"line {position.epoch}/{position.seq} of {account} is missing")
                continue
            yield from _line_agrees(journal, line)
        for item in legs_named(journal):
            kept = world.legs.get((item.account, item.region, item.shard), {})
            if kept.get(leg_key(item)) != item:
                yield Found(journal.id, f"leg {item.leg} has no item like it under {item.account}")


def _line_agrees(journal: Journal, line: Line) -> Iterator[Found]:
    amount = sum(leg.signed_minor for leg in journal.legs if leg.account == line.account)
    for told, wanted, what in (
        (line.journal, journal.id, "journal"),
        (line.digest, journal.digest, "digest"),
        (line.kind, journal.kind, "kind"),
        (line.amount_minor, amount, "amount"),
        (line.state.booked_at, journal.booked_at, "booked moment"),
        (line.state.booked_day, journal.booked_day, "booked day"),
        (line.effective_on, journal.effective_on, "effective date"),
    ):
        if told != wanted:
            yield Found(_where(line), f"its {what} is not that of {journal.id}")


def lines_and_items_have_journals(world: World) -> Iterator[Found]:
    """No orphans: each line and item is named by a posted journal."""
    for log in world.lines.values():
        for line in log.values():
            journal = world.journals.get(line.journal)
            if journal is None or not journal.posted:
                yield Found(_where(line), f"its journal {line.journal} is missing or was refused")
            elif (line.account, line.position) not in journal.lines:
                yield Found(_where(line), f"{line.journal} does not name it")
    for shard in world.legs.values():
        for item in shard.values():
            journal = world.journals.get(item.journal)
            if journal is None or not journal.posted:
                yield Found(item.account, f"leg {item.leg} of {item.journal}: no such posted journal")
            elif item not in legs_named(journal):
                yield Found(item.account, f"leg {item.leg} of {item.journal} is not as the journal says")


def logs_are_gap_free_and_chained(world: World) -> Iterator[Found]:
    for account in sorted(world.lines):
        previous_hash, seq = GENESIS, 0
        for line in world.log(account):
            if line.position.seq != seq + 1:
                yield Found(account, f"seq {line.position.seq} follows {seq}")
            if line.previous_hash != previous_hash:
                yield Found(_where(line), "does not continue the chain")
            if chain_hash(line) != line.state.hash:
                yield Found(_where(line), "its hash is not that of what it says")
            previous_hash, seq = line.state.hash, line.position.seq


def digests_hold(world: World) -> Iterator[Found]:
    for journal in world.journals.values():
        if digest_of(journal) != journal.digest:
            yield Found(journal.id, "its digest is not that of what it says")


def states_refold(world: World) -> Iterator[Found]:
    """Every state is what the lines before it make of it, the head of the account with it."""
    for account in sorted(world.lines):
        before: State | None = None
        for line in world.log(account):
            yield from _folds(line, before)
            before = line.state


def _folds(line: Line, before: State | None) -> Iterator[Found]:
    after = line.state
    if before is None:
        if line.kind != "account_opened":
            yield Found(_where(line), f"a log begins with {line.kind}")
        if after.posted_minor or after.held_minor:
            yield Found(_where(line), "a log begins with money")
        return
    status = STATUS_AFTER.get(line.kind, before.status)
    batching = BATCHING_AFTER.get(line.kind, before.batching)
    for told, wanted, what in (
        (after.posted_minor, before.posted_minor + line.amount_minor, "posted"),
        (after.held_minor, before.held_minor + line.held_change_minor, "held"),
        (after.currency, before.currency, "currency"),
        (after.normal, before.normal, "normal side"),
        (after.status, status, "status"),
        (after.batching, batching, "batching"),
        (after.limits, after.limits if line.kind == "limits_set" else before.limits, "limits"),
        (
            after.joint_limits,
            after.joint_limits if line.kind == "joint_limits_set" else before.joint_limits,
            "joint limits",
        ),
    ):
        if told != wanted:
            yield Found(_where(line), f"{what} is {told}, and the lines before make it {wanted}")
    if after.booked_at < before.booked_at or after.booked_day < before.booked_day:
        yield Found(_where(line), "is booked before the line before it")


def holds_are_listed(world: World) -> Iterator[Found]:
    """What is held is the sum of the open holds, and every state finds its list."""
    for account in sorted(world.lines):
        for line in world.log(account):
            state = line.state
            listed = state.holds if state.holds is not None else _listed_at(world, state)
            if listed is None:
                yield Found(_where(line), "no line lists its open holds")
                continue
            if sum(hold.remaining_minor for hold in listed) != state.held_minor:
                yield Found(_where(line), "held is not the sum of its open holds")
            if len(listed) != state.holds_count or len(listed) > HOLDS_MAX:
                yield Found(_where(line), f"counts {state.holds_count} holds, lists {len(listed)}")
            if any(hold.remaining_minor <= 0 for hold in listed):
                yield Found(_where(line), "an open hold of nothing")


def _listed_at(world: World, state: State) -> tuple[Hold, ...] | None:
    line = world.lines.get(state.account, {}).get(state.holds_at) if state.holds_at else None
    return None if line is None else line.state.holds


def nobody_is_overdrawn(world: World) -> Iterator[Found]:
    """No debit the bank may refuse takes the available balance below its limit; none breaks a limit of the day."""
    for account in sorted(world.lines):
        before: State | None = None
        for line in world.log(account):
            after, forced = line.state, line.kind in KINDS and KINDS[line.kind].forced
            if before is not None and not forced and line.kind != "limits_set":
                if _available(after) < min(0, _available(before)):
                    yield Found(_where(line), f"available falls to {_available(after)} by {line.kind}")
                counted = after.day_debits_minor - (before.day_debits_minor if after.day == before.day else 0)
                limit = after.limits.per_day_minor
                if counted > 0 and limit is not None and after.day_debits_minor > limit:
                    yield Found(_where(line), f"the day's debits reach {after.day_debits_minor}, over {limit}")
            before = after


def _available(state: State) -> int:
    """Posted minus held plus the overdraft limit, worked out here: the judge does not ask the judged."""
    return (
        state.posted_minor * (1 if state.normal is Side.CREDIT else -1)
        - state.held_minor
        + state.limits.overdraft_minor
    )


def joint_limits_count(world: World) -> Iterator[Found]:
    """A joint limit's log counts exactly what its accounts counted, in the same journals."""
    for journal in _posted(world):
        counted: dict[str, int] = defaultdict(int)
        for account, position in journal.lines:
            line = world.lines.get(account, {}).get(position)
            if line is not None and not account.startswith("lim_"):
                for limit in line.state.joint_limits:
                    counted[limit] += _counted(world, line)
        for account, position in journal.lines:
            line = world.lines.get(account, {}).get(position)
            if line is not None and account.startswith("lim_") and journal.kind != "account_opened":
                told = _counted(world, line)
                if told != counted[account]:
                    yield Found(_where(line), f"counts {told}, its accounts counted {counted[account]}")
        named = {account for account, _ in journal.lines}
        for limit, minor in counted.items():
            if minor and limit not in named:
                yield Found(journal.id, f"does not count at the joint limit {limit}")


def _counted(world: World, line: Line) -> int:
    before = world.lines[line.account].get(Position(line.position.epoch, line.position.seq - 1))
    same_day = before is not None and before.state.day == line.state.day
    return line.state.day_debits_minor - (before.state.day_debits_minor if before is not None and same_day else 0)


def totals_fold_their_items(world: World) -> Iterator[Found]:
    """Each folded total is its minute's items, chained; no item lies in a folded minute unseen."""
    for shard in sorted(world.totals.keys() | world.legs.keys()):
        totals = [total for _, total in sorted(world.totals.get(shard, {}).items())]
        yield from _totals_chain(totals)
        yield from _totals_cover(world, shard, totals)


def _totals_chain(totals: list[Total]) -> Iterator[Found]:
    before: Total | None = None
    for total in totals:
        posted = (before.posted_minor if before else 0) + total.credits_minor - total.debits_minor
        if total.position.seq != (before.position.seq if before else 0) + 1:
            yield Found(_total(total), "its log has a gap before it")
        if before is not None and total.day + total.hhmm <= before.day + before.hhmm:
            yield Found(_total(total), "does not come after the minute folded before it")
        if total.posted_minor != posted:
            yield Found(_total(total), f"posted is {total.posted_minor}, and the totals make it {posted}")
        if total.previous_hash != (before.hash if before else GENESIS) or total_hash(total) != total.hash:
            yield Found(_total(total), "does not continue the chain")
        before = total


def _totals_cover(world: World, shard: Shard, totals: list[Total]) -> Iterator[Found]:
    minutes = defaultdict(list)
    for key, item in sorted(world.legs.get(shard, {}).items()):
        minutes[key[:12]].append(item)
    if minutes and shard[0] not in world.registrations:
        yield Found(shard[0], "has legs, and the folder does not know it")
    for total in totals:
        items = minutes.pop(total.day + total.hhmm, [])
        signed = [item.signed_minor for item in items]
        if (
            len(items) != total.count
            or sum(minor for minor in signed if minor > 0) != total.credits_minor
            or -sum(minor for minor in signed if minor < 0) != total.debits_minor
            or digest_of_legs(items) != total.digest
        ):
            yield Found(_total(total), "is not the sum of its items")
    last = totals[-1].day + totals[-1].hhmm if totals else ""
    for minute in sorted(minutes):
        if minute <= last:
            yield Found(f"{shard[0]} shard {shard[2]}", f"legs of minute {minute} lie behind the last folded one")


def sums_are_zero(world: World) -> Iterator[Found]:
    """The sum of all balances is zero in each currency, at the cut."""
    sums: dict[str, int] = defaultdict(int)
    for account in world.lines:
        until = [line.state for line in world.log(account) if line.state.booked_at <= world.cut]
        if until:
            sums[until[-1].currency] += until[-1].posted_minor
    for shard in world.legs.values():
        for item in shard.values():
            if item.booked_at <= world.cut:
                sums[item.currency] += item.signed_minor
    for currency, total in sorted(sums.items()):
        if total:
            yield Found(currency, f"all balances together are {total} minor units")


def reversals_are_claimed(world: World) -> Iterator[Found]:
    """Claims are gap-free, each by its journal, and reach at most the original."""
    for original_id, by_number in sorted(world.claims.items()):
        original, reached = world.journals.get(original_id), 0
        if original is None or original.amount is None:
            yield Found(original_id, "is claimed by reversals, and is no journal with an amount")
            continue
        for wanted, (number, claim) in enumerate(sorted(by_number.items()), start=1):
            journal = world.journals.get(claim.journal)
            if number != wanted:
                yield Found(original_id, f"reversal {number} follows {wanted - 1}")
            if journal is None or journal.reverses != original_id or journal.amount is None:
                yield Found(original_id, f"reversal {number} has no journal")
                continue
            reached += journal.amount.minor
            if claim.reversed_minor != reached:
                yield Found(original_id, f"reversal {number} says {claim.reversed_minor}, journals say {reached}")
        if reached > original.amount.minor:
            yield Found(original_id, f"reversed by {reached}, more than its {original.amount.minor}")
    claimed = {claim.journal for claims in world.claims.values() for claim in claims.values()}
    for journal in _posted(world):
        if journal.reverses and journal.id not in claimed:
            yield Found(journal.id, f"reverses {journal.reverses} without a claim")


def forced_debits_are_recovered(world: World) -> Iterator[Found]:
    """Forced debits are few, marked, and each that fell short has its recovery item."""
    for journal in _posted(world):
        if journal.forced != (journal.kind in KINDS and KINDS[journal.kind].forced):
            yield Found(journal.id, f"forced is {journal.forced}, and its kind {journal.kind} says otherwise")
        recovery = world.recoveries.get(journal.id)
        if journal.shortfall_minor and recovery is None:
            yield Found(journal.id, f"fell short by {journal.shortfall_minor} and has no recovery item")
    for name, recovery in sorted(world.recoveries.items()):
        journal_of = world.journals.get(name)
        if journal_of is None or journal_of.shortfall_minor != recovery.shortfall_minor:
            yield Found(name, "has a recovery item that is not its own")


def expired_holds_are_released(world: World) -> Iterator[Found]:
    for account in sorted(world.lines):
        log = world.log(account)
        head = log[-1].state
        expiry = head.earliest_expiry
        if expiry is not None and expiry < world.now - EXPIRED_HOLD_AGE_MAX:
            yield Found(account, f"a hold is open that expired at {expiry.isoformat()}")


def records_are_whole(world: World) -> Iterator[Found]:
    for torn in world.torn:
        where, _, what = torn.partition(": ")
        yield Found(where, what)


def _posted(world: World) -> Iterator[Journal]:
    return (journal for journal in world.journals.values() if journal.posted)


def _where(line: Line) -> str:
    return f"{line.account} line {line.position.epoch}/{line.position.seq}"


def _total(total: Total) -> str:
    return f"{total.account} shard {total.shard} minute {total.day}{total.hhmm}"


def _journals(world: World) -> int:
    return len(world.journals)


def _lines(world: World) -> int:
    return sum(len(log) for log in world.lines.values())


def _items(world: World) -> int:
    return sum(len(shard) for shard in world.legs.values())


INVARIANTS: Final[tuple[Invariant, ...]] = (
    Invariant(
        "records whole",
        "every item reads back as what the ledger writes",
        records_are_whole,
        lambda world: _journals(world) + _lines(world) + _items(world) + len(world.torn),
    ),
    Invariant("journals balance", "every journal adds up to zero in each currency", journals_balance, _journals),
    Invariant("digests hold", "every journal's digest is that of what it says", digests_hold, _journals),
    Invariant(
        "legs placed",
        "each leg of a journal has its line or item",
        legs_have_lines_and_items,
        lambda world: sum(len(journal.legs) for journal in world.journals.values()),
    ),
    Invariant(
        "no orphans",
        "each line and item belongs to a posted journal that names it",
        lines_and_items_have_journals,
        lambda world: _lines(world) + _items(world),
    ),
    Invariant("chains intact", "logs are gap-free and hash-chained", logs_are_gap_free_and_chained, _lines),
    Invariant("states refold", "each state, heads included, is what its lines make of it", states_refold, _lines),
    Invariant("holds listed", "what is held is the sum of the open holds", holds_are_listed, _lines),
    Invariant("limits kept", "no refusable debit broke a balance or a limit of the day", nobody_is_overdrawn, _lines),
    Invariant("joint limits", "joint limits count what their accounts counted", joint_limits_count, _journals),
    Invariant(
        "totals fold",
        "folded totals equal their items",
        totals_fold_their_items,
        lambda world: sum(len(totals) for totals in world.totals.values()),
    ),
    Invariant(
        "sum zero",
        "all balances together are zero in each currency",
        sums_are_zero,
        lambda world: len(world.lines) + len(world.legs),
    ),
    Invariant(
        "reversals claimed",
        "reversals are claimed and reach at most the original",
        reversals_are_claimed,
        lambda world: sum(len(claims) for claims in world.claims.values()),
    ),
    Invariant(
        "forced debits",
        "forced debits are marked, and what fell short is being recovered",
        forced_debits_are_recovered,
        lambda world: sum(journal.forced for journal in _posted(world)),
    ),
    Invariant(
        "expired holds",
        "no expired hold stays open",
        expired_holds_are_released,
        lambda world: sum(world.log(account)[-1].state.holds_count for account in world.lines),
    ),
)
