"""What a run left of payments, files, cases and counterparties, in words that do not depend on what is drawn at random;
what must hold of them whenever nobody is at work; and what a sweep has yet to do."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.cases.rules import BANK
from domain.clock import parse_instant
from domain.ids import prefix_of
from domain.payments.journeys import execution_name
from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind, PaymentState
from domain.rails.ach.exchange import INBOUND, OUTBOUND
from domain.rails.ach.kinds import FileState
from ops.verify.world import World
from tests.crash import received_books
from tests.crash.place import Place
from tests.crash.table_rows import PLAIN, Item, rows

SENT: Final = frozenset(FileState) - {FileState.OPEN, FileState.CLOSING, FileState.BUILT, FileState.EMPTY}
"""What a file is in that lies where the bank fetches it; one that is built may lie there too."""
NOT_TAKEN: Final = frozenset({FileState.REJECTED, FileState.PARTLY_REJECTED, FileState.REPLACED, FileState.WITHDRAWN})
"""What was said against a file whose entries may stand in another."""
IN_TRANSIT: Final = "ach_in_transit"
_LAST: Final = "9999-12-31T00:00:00.000000Z"


# How it stands.


def summary(place: Place) -> Counter[tuple[str, ...]]:
    """Every record by what it is and how it stands."""
    told = (
        *map(_payment, rows(place, "payments", "P")),
        *map(_happening, _timelines(place)),
        *map(_file, rows(place, "ach", "F", of="F#")),
        *map(_entry, rows(place, "ach", "E", of="E#")),
        *_scheduled(place),
        *map(_case, rows(place, "cases", "C")),
        *map(_counterparty, rows(place, "counterparties", "P")),
        *_exchanged(place),
        *(
            ("execution", kind, received_books.journey(name), status)
            for (kind, name), status in place.executions().items()
        ),
        *received_books.summary(place),
    )
    return Counter(told)


def _payment(item: Item) -> tuple[str, ...]:
    progress, waiting = item["progress"], item.get("waiting") or {}
    of_progress = ("window", "file", "funds_at", "returns_until", "lent_to", "lent_until", "hold_of")
    named = (progress.get(name, "") for name in of_progress)
    there = (name for name in ("hold", "case", "reason_code") if name in item)
    return (
        "payment",
        item["payment"],
        item["state"],
        str(item["execution"]),
        "" if _ended(item) else waiting.get("state", ""),
        *map(str, named),
        "in an entry" if "trace" in progress else "",
        *sorted(item["journals"]),
        *progress.get("reversals", ()),
        *there,
    )


def _happening(item: Item) -> tuple[str, ...]:
    return "happening", item["payment"], str(item["n"]), item["event"], item["state"], item["by"]


def _file(item: Item) -> tuple[str, ...]:
    totals = (str(item[name]) for name in ("entries", "addenda", "debit_minor", "credit_minor", "settled"))
    said = (f"{len(item['answers'])} answers", f"{len(item['rejections'])} rejections", *item["replaced_by"])
    return "file", item["id"], item["state"], item.get("told", ""), *totals, *said, "case" if "case" in item else ""


def _entry(item: Item) -> tuple[str, ...]:
    said = (item.get(name, "") for name in ("reason_code", "journal"))
    return "entry", item["id"], item["state"], str(item["amount_minor"]), item["window"], *item["files"], *said


def _scheduled(place: Place) -> Iterator[tuple[str, ...]]:
    for item in place.items("ach"):
        if item["pk"]["S"].startswith("W#"):
            yield "scheduled", item["pk"]["S"], item["sk"]["S"]


def _case(item: Item) -> tuple[str, ...]:
    resolution = item.get("resolution") or {}
    decided = (resolution.get(name, "") for name in ("code", "stage", "person", "checker"))
    return "case", item["case"], item.get("owner", ""), *decided, *_history(item["history"])


def _history(entries: Sequence[Item]) -> list[str]:
    """Without proposals that were cut off before anybody was asked: the bank takes them back."""
    told: list[str] = []
    for entry in entries:
        if entry["happened"] == "NOT_APPROVED" and entry["person"] == BANK:
            told.pop()
        else:
            told.append(f"{entry['happened']} {entry['person']}")
    return told


def _counterparty(item: Item) -> tuple[str, ...]:
    proofs = (
        " ".join(str(one.get(name, "")) for name in ("attempt", "method", "status", "settled_on", "failure"))
        + f" {len(one.get('answers') or ())} answers"
        for one in item["verifications"]
    )
    return "counterparty", item["masked_number"], item["status"], *proofs


def _exchanged(place: Place) -> Iterator[tuple[str, ...]]:
    for name, content in place.exchange().items():
        if name.startswith(OUTBOUND):
            yield "sent", name, *sorted(line[:29] + amount for _, amount, line in _lines(content))
        elif not name.startswith(INBOUND):
            yield "built", name.rpartition("/")[0]


def _lines(content: bytes) -> Iterator[tuple[str, str, str]]:
    """Trace number, amount and the whole of each entry."""
    for line in content.decode().splitlines():
        if line.startswith("6"):
            yield line[79:94], line[29:39], line


def _timelines(place: Place) -> Iterator[Item]:
    for item in place.items("payments"):
        if item["sk"]["S"].startswith("T#"):
            yield {name: PLAIN.deserialize(item[name]) for name in ("payment", "n", "event", "state", "by")}


# What must hold.


def faults(place: Place, world: World) -> list[str]:
    """Money moves once for each payment, and each payment is in one file at a time."""
    return [*_of_money(place, world), *_of_files(place), *received_books.faults(place, world)]


def _of_money(place: Place, world: World) -> Iterator[str]:
    """What the ledger has posted for a payment is what the payment says, but for a claim whose answer is to come."""
    posted: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for journal in world.journals.values():
        for payment in (one.removeprefix("payment:") for one in journal.evidence if one.startswith("payment:")):
            if journal.posted:
                if journal.kind in posted[payment].values():
                    yield f"{payment} has been moved twice by {journal.kind}"
                posted[payment][journal.id] = journal.kind
    payments = {item["payment"]: item for item in rows(place, "payments", "P")}
    for payment, journals in posted.items():
        if prefix_of(payment) == "jrn":
            continue  # a transfer in review, which keeps no list: its journals' keys follow from it
        unknown = journals.keys() - set(payments[payment]["journals"].values()) if payment in payments else journals
        claimed = (
            payment in payments and PaymentState(payments[payment]["state"]) in _journey(payments[payment]).effects
        )
        if len(unknown) > claimed:
            yield f"{payment} does not know of {[journals[one] for one in unknown]}"
    for payment, item in payments.items():
        if missing := set(item["journals"].values()) - posted[payment].keys():
            yield f"{payment} names journals that are not posted: {missing}"
    yield from _of_transit(place, world, payments)


def _of_transit(place: Place, world: World, payments: Mapping[str, Item]) -> Iterator[str]:
    """What is on its way is the money of the payments that say so, and the cents that prove counterparties."""
    if any(PaymentState(item["state"]) in _journey(item).effects for item in payments.values()):
        return
    in_book = sum(
        leg.signed_minor
        for (account, _, _), legs in world.legs.items()
        if IN_TRANSIT in account
        for leg in legs.values()
    )
    said = sum(
        int(item["amount_minor"])
        for item in payments.values()
        if "TAKEN" in item["journals"] and not {"SETTLING", "GIVING_BACK"} & item["journals"].keys()
    )
    said += sum(int(entry["amount_minor"]) for entry in _cents(place))
    if abs(in_book) != said:
        yield f"{in_book} is in transit, and payments say {said}"


def _cents(place: Place) -> Iterator[Item]:
    unsettled = {item["id"] for item in rows(place, "ach", "F", of="F#") if not item["settled"]}
    for entry in rows(place, "ach", "E", of="E#"):
        if entry["kind"] == "MICRO_CREDIT" and entry["state"] in ("READY", "REJECTED") and entry["file"] in unsettled:
            yield entry


def _of_files(place: Place) -> Iterator[str]:
    files = {item["id"]: item for item in rows(place, "ach", "F", of="F#")}
    entries = {item["trace"]: item for item in rows(place, "ach", "E", of="E#")}
    outbound = {
        name.removeprefix(OUTBOUND).removesuffix(".ach"): list(_lines(content))
        for name, content in place.exchange().items()
        if name.startswith(OUTBOUND)
    }
    for file, item in files.items():
        if FileState(item["state"]) in SENT and file not in outbound:
            yield f"{file} is {item['state']}, and the bank has no such file"
    carried: Counter[str] = Counter()
    for file, lines in outbound.items():
        if file not in files or FileState(files[file]["state"]) not in SENT | {FileState.BUILT}:
            yield f"the bank has {file}, which we do not take for sent"
            continue
        if len({trace for trace, _, _ in lines}) != len(lines):
            yield f"{file} has a trace number twice"
        for trace, amount, _ in lines:
            entry = entries.get(trace)
            if entry is None or file not in entry["files"] or int(amount) != entry["amount_minor"]:
                yield f"{file} has an entry that is not ours: {trace}"
            carried[trace] += FileState(files[file]["state"]) not in NOT_TAKEN and not files[file]["replaced_by"]
    yield from (f"{trace} stands in {count} files" for trace, count in carried.items() if count > 1)
    live = Counter(item["subject"] for item in entries.values() if item["state"] == "READY" and "payment" not in item)
    of_payments = {item["payment"] for item in rows(place, "payments", "P")}
    yield from (f"{one} has {count} entries" for one, count in live.items() if one in of_payments and count > 1)


def _journey(item: Item) -> Any:
    return JOURNEYS[PaymentKind(item["kind"])]


def _ended(item: Item) -> bool:
    return PaymentState(item["state"]) in _journey(item).final


# What is yet to be done.


def due_files(place: Place) -> list[str]:
    return [
        item["id"]
        for item in rows(place, "ach", "F", of="F#")
        if parse_instant(item.get("due_at", _LAST)) <= place.clock.at
    ]


def unsent(place: Place) -> list[str]:
    """Counterparties whose proof was asked for, and no window has it."""
    return [item["counterparty"] for item in rows(place, "counterparties", "P") if "gk" in item]


def claimed(place: Place) -> list[str]:
    """Payments whose journey is to move money now."""
    return [
        item["payment"]
        for item in rows(place, "payments", "P")
        if PaymentState(item["state"]) in _journey(item).effects and "waiting" not in item
    ]


def called_off_in_review(place: Place) -> list[str]:
    """Payments that were called off and whose case is open: their journey's last step closes it."""
    open_cases = {item["case"] for item in rows(place, "cases", "C") if not item.get("resolution")}
    return [
        item["payment"]
        for item in rows(place, "payments", "P")
        if PaymentState(item["state"]) is PaymentState.CANCELLED and item.get("case") in open_cases
    ]


def reversals_begun(place: Place) -> list[str]:
    """Whose journeys make their first step now."""
    return [
        item["payment"]
        for item in rows(place, "payments", "P")
        if item.get("reverses") and PaymentState(item["state"]) is PaymentState.ACCEPTED
    ]


def unattended(place: Place) -> list[datetime]:
    """When the sweep looks at each payment whose journey was not begun, or waits for what has happened already. A
    payment that has ended has no such moment: the waits of its journey end by themselves.
    """
    at_work = {name for (_, name), status in place.executions().items() if status == "RUNNING"}
    return [
        parse_instant(item["due_at"])
        for item in rows(place, "payments", "P")
        if PaymentKind(item["kind"]) in DRIVEN_BY_STEPS
        and "due_at" in item
        and (
            execution_name(item["payment"], int(item["execution"])) not in at_work
            or item.get("waiting", item)["state"] != item["state"]
        )
    ]
