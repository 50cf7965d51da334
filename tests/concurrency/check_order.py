"""Is there one order of everything that explains every answer? The logs say which: each account's lines carry versions.

No search is needed. Replaying each log in the order of its versions must give every balance that anybody was told, and
the versions must agree with real time: what ended before something else began comes before it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from domain.ledger.model import Line
from ops.verify.world import World
from tests.concurrency.told import POSTED, READ, Seen, Told

NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Operation:
    """What stands at one version of one log, and when it can have happened."""

    account: str
    seq: int
    wrote: bool
    """It made that version; else it decided on it, or read it."""
    began: float
    ended: float
    name: str


def misread(told: Iterable[Told], world: World) -> Iterator[str]:
    """Balances that were told and that replaying the log does not give."""
    replayed = {account: list(_replay(world.log(account))) for account in world.lines}
    for one in told:
        for state in one.seen:
            versions = replayed.get(state.account, [])
            if not 0 < state.seq <= len(versions):
                yield f"{one.key} was told version {state.seq} of {state.account}, which has {len(versions)}"
            elif state != versions[state.seq - 1]:
                yield f"{one.key} was told {state}, the log says {versions[state.seq - 1]}"


def _replay(log: Sequence[Line]) -> Iterator[Seen]:
    """The states that the changes of the lines add up to, from nothing."""
    posted = accumulate(line.amount_minor for line in log)
    held = accumulate(line.held_change_minor for line in log)
    for seq, (line, posted_minor, held_minor) in enumerate(zip(log, posted, held, strict=True), start=1):
        state = line.state
        yield Seen(
            account=state.account,
            seq=seq,
            posted_minor=posted_minor,
            held_minor=held_minor,
            available_minor=posted_minor - held_minor + state.limits.overdraft_minor,
            status=state.status.value,
            hash=state.hash.hex(),
        )


def gaps(world: World) -> Iterator[str]:
    """Logs whose versions do not run 1, 2, 3."""
    for account in world.lines:
        found = [line.position.seq for line in world.log(account)]
        if found != list(range(1, len(found) + 1)):
            yield f"{account} has the versions {found}"


def operations(told: Iterable[Told], world: World) -> list[Operation]:
    """Each answer at the versions it made, decided on or read.

    A key asked several times was done once, at some moment after it was first asked and before it was first answered.
    """
    done: dict[str, Told] = {}
    found: list[Operation] = []
    for one in told:
        if one.outcome == READ:
            found += [Operation(s.account, s.seq, False, one.began, one.ended, one.key) for s in one.seen]
        elif one.journal is not None:
            first = done.get(one.journal, one)
            done[one.journal] = replace(one, began=min(first.began, one.began), ended=min(first.ended, one.ended))
    for journal_id, one in done.items():
        journal = world.journals[journal_id]
        for account, position in journal.lines:
            found.append(Operation(account, position.seq, one.outcome == POSTED, one.began, one.ended, one.key))
    return found


def out_of_order(found: Iterable[Operation]) -> Iterator[str]:
    """Versions against real time. Each operation is compared with the highest version that was done before it began.

    A write comes after it. A reading, or a refusal, saw at least it: a lower version was stale.
    """
    by_account: dict[str, list[Operation]] = {}
    for operation in found:
        by_account.setdefault(operation.account, []).append(operation)
    for on_account in by_account.values():
        by_end = sorted(on_account, key=lambda one: one.ended)
        ends = [one.ended for one in by_end]
        highest = list(accumulate((one.seq for one in by_end), max))
        for one in on_account:
            finished = bisect_left(ends, one.began)
            before = highest[finished - 1] if finished else 0
            if one.seq < before + one.wrote:
                yield f"{one.name} stands at version {one.seq} of {one.account}, after {before} was done"
