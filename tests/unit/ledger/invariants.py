"""What must be true of the ledger at every moment, as a list of functions from the store to what is wrong with it.

Each reads the raw rows of the memory store and works its figures out again from the journals, so that none of them
leans on the code it judges.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from domain.ledger.hashing import GENESIS, chain_hash, digest_of
from domain.ledger.model import Hold, ItemPlace, Leg, LegItem, Line, LinePlace, Position, State
from domain.ledger.store_memory import MemoryLedgerStore

Check = Callable[[MemoryLedgerStore], Iterator[str]]


def violations(store: MemoryLedgerStore) -> list[str]:
    return [found for check in CHECKS for found in check(store)]


def journals_balance(store: MemoryLedgerStore) -> Iterator[str]:
    for journal in store.journals.values():
        sums = _sums(journal.legs)
        if any(sums.values()):
            yield f"{journal.id} ({journal.kind}) adds up to {sums}"
        if any(leg.money.minor <= 0 for leg in journal.legs):
            yield f"{journal.id} has a leg that is not more than zero"


def balances_add_up_to_zero(store: MemoryLedgerStore) -> Iterator[str]:
    sums: dict[str, int] = defaultdict(int)
    for lines in store.lines_of.values():
        if lines:
            sums[lines[-1].state.currency] += lines[-1].state.posted_minor
    for item in _items(store):
        sums[item.currency] += item.signed_minor
    if any(sums.values()):
        yield f"all balances together are {dict(sums)}"


def legs_have_lines_or_items(store: MemoryLedgerStore) -> Iterator[str]:
    """And the reverse: what a line or an item says is what its journal's legs say."""
    by_line: dict[tuple[str, Position], int] = defaultdict(int)
    items: dict[tuple[str, int], Leg] = {}
    for journal in store.journals.values():
        for number, leg in enumerate(journal.legs):
            if isinstance(leg.place, LinePlace):
                by_line[leg.account, Position(leg.place.epoch, leg.place.seq)] += leg.signed_minor
            else:
                items[journal.id, number] = leg
    for line in _lines(store):
        if by_line.pop((line.account, line.position), 0) != line.amount_minor:
            yield f"{line.account} {line.position}: the line says {line.amount_minor}, its legs do not"
    yield from (f"{account} {position}: a leg without a line" for account, position in by_line)
    for item in _items(store):
        found = items.pop((item.journal, item.leg), None)
        if found is None or _said(found) != (item.account, item.signed_minor, item.region, item.shard):
            yield f"{item.journal} leg {item.leg}: the item is not the journal's leg"
    yield from (f"{journal} leg {number}: a leg without an item" for journal, number in items)


def lines_are_gap_free_and_chained(store: MemoryLedgerStore) -> Iterator[str]:
    for account, lines in store.lines_of.items():
        previous = GENESIS
        for seq, line in enumerate(lines, start=1):
            if line.position.seq != seq:
                yield f"{account} has seq {line.position.seq} where {seq} belongs"
            if line.previous_hash != previous or chain_hash(line) != line.state.hash:
                yield f"{account} {seq}: the chain is broken"
            previous = line.state.hash


def digests_hold(store: MemoryLedgerStore) -> Iterator[str]:
    for journal in store.journals.values():
        if digest_of(journal) != journal.digest:
            yield f"{journal.id} has another digest than it says"
    for line in _lines(store):
        journal = store.journals[line.journal]
        if line.digest != journal.digest or (line.account, line.position) not in journal.lines:
            yield f"{line.account} {line.position}: its journal does not know it"


def journals_lines_exist(store: MemoryLedgerStore) -> Iterator[str]:
    for journal in store.journals.values():
        for account, position in journal.lines:
            lines = store.lines_of.get(account, [])
            if position.seq > len(lines):
                yield f"{journal.id} names a line of {account} that does not exist"
            elif journal.posted and lines[position.seq - 1].journal != journal.id:
                yield f"{journal.id} names a line of {account} that is another journal's"


def heads_equal_their_refold(store: MemoryLedgerStore) -> Iterator[str]:
    for account, lines in store.lines_of.items():
        posted = held = 0
        for line in lines:
            posted += line.amount_minor
            held += line.held_change_minor
            if (line.state.posted_minor, line.state.held_minor) != (posted, held):
                yield f"{account} {line.position}: says {line.state.posted_minor}, {line.state.held_minor}; not so"


def held_equals_open_holds(store: MemoryLedgerStore) -> Iterator[str]:
    for account, lines in store.lines_of.items():
        for line in lines:
            state = line.state
            listing = _listing(lines, state)
            if listing is None:
                yield f"{account} {line.position}: no line lists its holds"
                continue
            if state.held_minor != sum(hold.remaining_minor for hold in listing):
                yield f"{account} {line.position}: held is not the sum of the open holds"
            if state.holds_count != len(listing) or any(hold.remaining_minor <= 0 for hold in listing):
                yield f"{account} {line.position}: the open holds are not as counted"
            expiries = [hold.expires_at for hold in listing if hold.expires_at]
            if state.earliest_expiry != min(expiries, default=None):
                yield f"{account} {line.position}: the earliest expiry is another"


def holds_change_by_name(store: MemoryLedgerStore) -> Iterator[str]:
    """A hold comes, changes or goes only by a line that names it: as its subject, or among those it released."""
    for account, lines in store.lines_of.items():
        before: dict[str, Hold] = {}
        for line in lines:
            after = {hold.id: hold for hold in _listing(lines, line.state) or ()}
            changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
            if not changed <= {line.subject, *line.released} or not set(line.released) <= before.keys() - after.keys():
                yield f"{account} {line.position}: {line.kind} changed holds it does not name"
            if any(not before[name].expired(line.state.booked_at) for name in line.released):
                yield f"{account} {line.position}: {line.kind} released a hold before its time"
            before = after


def available_is_not_taken_below_the_limit(store: MemoryLedgerStore) -> Iterator[str]:
    """Only a forced kind may; a changed overdraft limit moves the limit itself; nothing makes a shortfall worse."""
    for account, lines in store.lines_of.items():
        before = 0
        for line in lines:
            after = line.state.available_minor
            journal = store.journals[line.journal]
            if after < min(0, before) and not journal.forced and journal.kind != "limits_set":
                yield f"{account} {line.position}: {journal.kind} took available from {before} to {after}"
            before = after


def shortfalls_are_told(store: MemoryLedgerStore) -> Iterator[str]:
    for journal in store.journals.values():
        worse = 0
        for account, position in journal.lines if journal.posted else ():
            lines = store.lines_of[account]
            before = lines[position.seq - 2].state.available_minor if position.seq > 1 else 0
            worse += max(0, max(0, -lines[position.seq - 1].state.available_minor) - max(0, -before))
        if journal.forced and journal.shortfall_minor != worse:
            yield f"{journal.id} tells a shortfall of {journal.shortfall_minor}, it is {worse}"
        if not journal.forced and journal.shortfall_minor:
            yield f"{journal.id} is not forced and tells a shortfall"


def limits_per_day_hold(store: MemoryLedgerStore) -> Iterator[str]:
    """Wherever a line counted more of a day than the line before it, the limit in force allowed it."""
    for account, lines in store.lines_of.items():
        counted: tuple[object, int] = (None, 0)
        for line in lines:
            state = line.state
            now = (state.day, state.day_debits_minor)
            limit = state.limits.per_day_minor
            if now != counted and limit is not None and state.day_debits_minor > limit:
                yield f"{account} {line.position}: {state.day_debits_minor} counted over a limit of {limit}"
            counted = now


def claims_stay_within_originals(store: MemoryLedgerStore) -> Iterator[str]:
    for original, claims in store.claims_of.items():
        amount = store.journals[original].amount
        reversed_minor = 0
        for n, claim in enumerate(sorted(claims, key=lambda claim: claim.n), start=1):
            journal = store.journals.get(claim.journal)
            if claim.n != n or journal is None or not journal.posted or journal.amount is None:
                yield f"{original}: claim {claim.n} is out of order or without its journal"
                continue
            reversed_minor += journal.amount.minor
            if claim.reversed_minor != reversed_minor:
                yield f"{original}: claim {n} says {claim.reversed_minor}, its journals {reversed_minor}"
        if amount is None or reversed_minor > amount.minor:
            yield f"{original}: {reversed_minor} reversed of {amount}"


def time_does_not_run_back(store: MemoryLedgerStore) -> Iterator[str]:
    for account, lines in store.lines_of.items():
        for before, after in pairwise(lines):
            if (after.state.booked_at, after.state.booked_day) < (before.state.booked_at, before.state.booked_day):
                yield f"{account} {after.position} is booked before {before.position}"


def refusals_move_nothing(store: MemoryLedgerStore) -> Iterator[str]:
    moved = {line.journal for line in _lines(store)} | {item.journal for item in _items(store)}
    for journal in store.journals.values():
        if journal.refusal is not None and (journal.legs or journal.id in moved or not journal.refusal.stored):
            yield f"{journal.id} is refused and yet did something"


CHECKS: tuple[Check, ...] = (
    journals_balance,
    balances_add_up_to_zero,
    legs_have_lines_or_items,
    lines_are_gap_free_and_chained,
    digests_hold,
    journals_lines_exist,
    heads_equal_their_refold,
    held_equals_open_holds,
    holds_change_by_name,
    available_is_not_taken_below_the_limit,
    shortfalls_are_told,
    limits_per_day_hold,
    claims_stay_within_originals,
    time_does_not_run_back,
    refusals_move_nothing,
)


def _lines(store: MemoryLedgerStore) -> Iterator[Line]:
    for lines in store.lines_of.values():
        yield from lines


def _items(store: MemoryLedgerStore) -> Iterator[LegItem]:
    for rows in store.legs_of.values():
        yield from (item for _, item in rows)


def _sums(legs: tuple[Leg, ...]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        sums[leg.money.currency] += leg.signed_minor
    return dict(sums)


def _said(leg: Leg) -> tuple[str, int, str, int]:
    assert isinstance(leg.place, ItemPlace)
    return leg.account, leg.signed_minor, leg.place.region, leg.place.shard


def _listing(lines: list[Line], state: State) -> tuple[Hold, ...] | None:
    """The open holds after a line: in the line, or in the earlier one it points to."""
    if state.holds is not None:
        pointed = state.holds_at in (None, state.position) and (state.holds_at is None) == (not state.holds)
        return state.holds if pointed else None
    if state.holds_at is None or not state.holds_at.seq < state.position.seq:
        return None
    return lines[state.holds_at.seq - 1].state.holds
