"""What a run left behind: what the invariants say of it, and its summary, to be laid beside the clean run's."""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from domain.clock import parse_instant
from domain.fraud.aggregates import unpacked
from domain.ids import prefix_of
from domain.ledger.model import Journal, State
from domain.transfers.kinds import CLAIMED
from functions.composition import ledger_settings
from ops.verify.judging import judge
from ops.verify.world import World, of_items
from tests.crash import payment_books, received_books
from tests.crash.place import DELIVERIES, FAILED, Place, Snapshot
from tests.crash.table_rows import PLAIN

_NO_LIST: Final[Mapping[str, Any]] = {"L": []}
POSITIONED: Final = frozenset({"batching_stopped"})
"""Kinds whose key names the line that was the last when the sweeper looked: a later look names a later one.

A sweeper that another has overtaken is refused under a key of its own: one refusal more, and nothing else.
"""
TRIED_ANEW: Final = frozenset({"ach_debit_posted"})
"""What people have decided and an account refuses is tried under a key of its own each time it is said."""


@dataclass(frozen=True)
class Left:
    """Counts and states, in words that do not depend on ids drawn at random."""

    journals: Counter[tuple[str, ...]]
    accounts: Counter[tuple[str, ...]]
    internal: Mapping[str, int]
    registered: frozenset[str]
    """Internal accounts the folder visits."""
    totals: int
    """Minutes folded."""
    records: Counter[tuple[str, ...]]
    """Customers, creations, approvals, accounts, numbers, relations, shredded keys, each with how it stands; not data
    keys, whose customer may never have come to be.
    """
    unfinished: int
    orders: Counter[tuple[str, ...]]
    payments: Counter[tuple[str, ...]]
    """Payments with their timelines, files, entries, cases, counterparties, what lies in the exchange, executions, and
    what came in."""
    unattended: int
    notices: Counter[tuple[str, str]]
    schedules: Counter[str]
    unpublished: int
    deliveries: Counter[tuple[str, ...]]
    """What partners delivered, each with what became of it."""
    unqueued: int
    known: Counter[tuple[str, ...]]
    """What fraud scoring knows: profiles with what they add up to, marks, rows of history."""
    judged: Counter[tuple[str, str]]
    """What has a decision, and in which lists the decision is."""
    history: frozenset[str]
    """Its files."""
    governed: Counter[tuple[str, ...]]
    """Versions and who of them decides, lists, snoozes, labels, figures of days: each with how it stands."""
    parked: int
    """At least once: a person looks at them."""
    roots: Mapping[str, str]
    audited: frozenset[tuple[str, ...]]
    """Acts on record. More than the clean run's may be there: an attempt that failed is an act too."""


def violations(place: Place, world: World) -> list[str]:
    """All the promises of the ledger, and those of payments."""
    broken = [f"{verdict.name}: {found}" for verdict in judge(world) for found in verdict.violations]
    return broken + payment_books.faults(place, world)


def left(place: Place, world: World, before: Snapshot, *, heard: frozenset[str], late_told: bool) -> Left:
    """`heard`: journals that need no publishing. `late_told`: whether being told of lateness counts."""
    known = {item["pk"]["S"] for items in before.items.values() for item in items}
    accounts = place.items("accounts")
    return Left(
        journals=Counter(_journal(journal, known) for journal in world.journals.values() if not _in_vain(journal)),
        accounts=Counter(_account(account, world.log(account)[-1].state, known) for account in world.lines),
        internal=_internal(world),
        registered=frozenset(world.registrations),
        totals=sum(total.count > 0 for totals in world.totals.values() for total in totals.values()),
        records=Counter(
            _record(name, item)
            for name, items in (
                ("customers", place.items("customers")),
                ("cases", place.items("cases")),
                ("accounts", accounts),
            )
            for item in items
        )
        + Counter(("keys", "shredded", item["pk"]["S"]) for item in place.items("keys") if "wrapped" not in item),
        unfinished=sum("done" in item and not item["done"]["BOOL"] for item in accounts),
        orders=Counter(_order(item) for item in place.items("transfers")),
        payments=payment_books.summary(place),
        unattended=len(payment_books.unattended(place)) + len(received_books.unattended(place)),
        notices=_notices(place, late_told=late_told),
        schedules=Counter(schedule["ScheduleExpression"] for schedule in place.schedules()),
        unpublished=unpublished(place, heard),
        deliveries=Counter(_delivery(item) for item in place.items("partners") if item["sk"]["S"] == "D"),
        unqueued=len(unqueued(place)),
        known=Counter(map(_known, place.items("features"))),
        judged=Counter(_judged(item) for item in place.items("fraud") if _is_decision(item)),
        history=place.history(),
        governed=Counter(_governed(item) for item in place.items("fraud") if not _is_decision(item)),
        parked=len(place.network.queued.get(FAILED, ())),
        roots=place.roots(),
        audited=frozenset(
            (item["action"]["S"], item["outcome"]["S"], item.get("refusal_code", {}).get("S", ""))
            for item in acts(place)
        ),
    )


def differences(clean: Left, found: Left) -> list[str]:
    """Where a run ended otherwise than the clean one."""
    off = []
    for part in fields(Left):
        wanted, there = getattr(clean, part.name), getattr(found, part.name)
        if part.name == "audited":
            off += [f"not in the audit: {act}" for act in sorted(wanted - there)]
        elif part.name == "parked":
            off += [f"parked: {there}, clean {wanted}"] * (there < wanted)
        elif isinstance(wanted, Counter):
            off += [f"{part.name}: {dict(wanted - there)} missing, {dict(there - wanted)} more"] * (wanted != there)
        elif isinstance(wanted, frozenset):
            off += [f"{part.name}: {sorted(wanted - there)} missing, {sorted(there - wanted)} more"] * (wanted != there)
        elif wanted != there:
            off.append(f"{part.name}: {there}, clean {wanted}")
    return off


def pending(found: Left) -> list[str]:
    """What is still to be done at the end of a clean run."""
    named = (
        ("unfinished openings", found.unfinished),
        ("unpublished journals", found.unpublished),
        ("deliveries that are in no queue", found.unqueued),
        ("payments and received files that nobody is at work on", found.unattended),
    )
    return [f"{count} {what}" for what, count in named if count]


def acts(place: Place, before: Snapshot | None = None) -> list[dict[str, Any]]:
    """The acts on record, each with how it ended if that is known. With `before`, those that have come since."""
    known = {item["sk"]["S"] for item in before.items["audit"]} if before else set()
    items = sorted(place.items("audit"), key=lambda item: str(item["sk"]["S"]))
    ended = {item["record"]["S"]: item for item in items}  # the end of an act comes after its beginning
    return [item for item in ended.values() if item["sk"]["S"] not in known]


def unpublished(place: Place, heard: frozenset[str]) -> int:
    marked = {f"J#{item['sk']['S']}" for item in place.items("published") if item["pk"]["S"].startswith("P#")}
    return len(place.journals() - heard - marked)


def unqueued(place: Place) -> list[datetime]:
    """When each delivery is due that is to be processed and that no message of the queue names."""
    named = {json.loads(body)["delivery"] for body in place.network.queued.get(DELIVERIES, ())}
    waiting = [item for item in place.items("partners") if item["sk"]["S"] == "D" and item["state"]["S"] == "RECEIVED"]
    return [parse_instant(item["due_at"]["S"]) for item in waiting if item["delivery"]["S"] not in named]


def reviews_claimed(place: Place) -> list[datetime]:
    """When the sweep looks at each transfer in review of which a step was begun, and is not known to be made."""
    found = [item for item in place.items("transfers") if item["pk"]["S"].startswith("R#")]
    return [parse_instant(item["due_at"]["S"]) for item in found if item.get("state", {}).get("S") in CLAIMED]


def unrecorded(place: Place, before: Snapshot, *, commands: frozenset[str], customer: str) -> list[str]:
    """What a command has changed while the audit knows of none. What a partner delivered is of no customer."""
    changed = place.changed(before)
    told = {
        item["action"]["S"] for item in acts(place, before) if item.get("customer", {"S": customer})["S"] == customer
    }
    recorded = told & commands
    return [f"changed {sorted(changed)}, and no act of {customer} is on record"] if changed and not recorded else []


def read_back(place: Place) -> World:
    """The ledger's table, all of it."""
    now = place.clock.at
    return of_items(place.items("ledger"), settings=ledger_settings(place.configuration), now=now, cut=now)


def _journal(journal: Journal, known: set[str]) -> tuple[str, ...]:
    """A journal by its id, which follows from its key, but where the key follows from what is drawn or read."""
    drawn = journal.kind == "account_opened" and f"A#{journal.initiator}" not in known
    name = "" if drawn or journal.kind in POSITIONED else journal.id
    return name, journal.kind, "posted" if journal.refusal is None else journal.refusal.code, str(journal.amount)


def _in_vain(journal: Journal) -> bool:
    return journal.kind in POSITIONED | TRIED_ANEW and not journal.posted


def _account(account: str, state: State, known: set[str]) -> tuple[str, ...]:
    name = account if f"A#{account}" in known else prefix_of(account)
    parts = (state.posted_minor, state.held_minor, state.holds_count, state.available_minor, state.day_debits_minor)
    return name, state.status.value, state.batching.value, str(state.limits), *map(str, parts)


def _record(name: str, item: Mapping[str, Any]) -> tuple[str, ...]:
    """A record by what it is and how it stands."""
    said = (item.get(part, {}).get("S", "") for part in ("status", "relation", "maker", "used_for"))
    checks = (check["M"] for check in item.get("checks", _NO_LIST)["L"])
    verdicts = (f"{check['person']['S']} {check['verdict']['S']}" for check in checks)
    ended = "ended" if "ended_at" in item else ""
    return name, item["pk"]["S"].partition("#")[0], item["sk"]["S"].partition("#")[0], *said, *verdicts, ended


def _internal(world: World) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for (account, _, _), items in world.legs.items():
        sums[account] += sum(item.signed_minor for item in items.values())
    return dict(sums)


def _delivery(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(item.get(name, {}).get("S", "") for name in ("kind", "state", "reason", "replayed_by"))


def _is_decision(item: Mapping[str, Any]) -> bool:
    """The decision, or its row in the list of its day or of its customer."""
    return item["pk"]["S"].partition("#")[0] in ("D", "DD", "DC")


def _judged(item: Mapping[str, Any]) -> tuple[str, str]:
    key, _, subject = item["pk"]["S"].partition("#")
    return key, subject if key == "D" else item["sk"]["S"].partition("#")[2]


def _governed(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Without revisions and moments: who came again wrote once more, and the same."""
    plain = {name: PLAIN.deserialize(value) for name, value in item.items()}
    key, _, rest = str(plain["pk"]).partition("#")
    if key == "P":
        champions = {kind: one["version"] for kind, one in sorted(plain["champions"].items())}
        shadows = sorted(one["version"] for one in plain["shadows"])
        return key, rest, str(champions), str(shadows)
    if key == "V":
        noted = ("committed_at", "backtest", "dry_run", "approval", "raised", "retired")
        return key, rest, str(plain["sk"]), plain["sha256"], *(name for name in noted if name in plain)
    if key == "M":
        return key, rest, str(plain["sk"]), str(plain.get("done"))
    if key == "ML":
        return key, rest, str(plain["sk"]), str(plain["frauds"])
    if key in ("L", "LD"):
        return key, str(plain["subject"]), str(plain["said"][-1]["fraud"])
    if key == "Z":
        return key, str([one["rule"] for one in plain["snoozes"]])
    return key, str(plain["sk"]) if key == "B" else ""


def _known(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Without the moment at which it was learnt."""
    key = item["pk"]["S"].split("#")
    if key[0] != "E":
        return key[0], item["sk"]["S"] if key[0] == "M" else key[1]
    profile = unpacked(zlib.decompress(item["profile"]["B"]).decode())
    count, total = (str(sum(bucket[part] for bucket in profile.days.values())) for part in (0, 1))
    return "E", key[1], key[2], count, total


def _order(item: Mapping[str, Any]) -> tuple[str, ...]:
    """An order, an occurrence, or a transfer in review, as it stands; of lists only that it is in one."""
    names = ("status", "next_on", "claimed_on", "outcome", "journal", "refusal_code", "state")
    said = (item.get(name, {}).get("S", "") for name in names)
    of = item["pk"]["S"].partition("#")[0]
    return of, "" if of == "W" else item["sk"]["S"].partition("_")[0], *said


def _notices(place: Place, *, late_told: bool) -> Counter[tuple[str, str]]:
    found = Counter(
        (item["customer"]["S"], item["kind"]["S"]) for item in place.items("notices") if item["sk"]["S"][0] == "T"
    )
    if late_told:
        return found
    return Counter({key: count for key, count in found.items() if key[1] != "SCHEDULED_TRANSFER_LATE"})
