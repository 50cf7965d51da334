"""Use cases of what comes in by ACH: files, the entries in them, what goes back of it, and what people decide.

A file is taken note of when S3 tells of it, and then worked by the steps of its journey, called as its state machine
calls them. Windows are cut off on the hour; the local bank's timetable posts what has come at once.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from domain.accounts.numbers import account_number
from domain.cases.kinds import ResolutionCode
from domain.ids import received_entry_id
from domain.jurisdictions import JURISDICTIONS
from domain.payments.kinds import PaymentKind
from domain.rails.ach.calendar import day_of
from domain.rails.ach.exchange import INBOUND, OUTBOUND
from domain.rails.ach.incoming_entries import ReceivedEntries
from domain.rails.ach.incoming_files import LEFT_AFTER
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedState
from domain.rails.ach.incoming_model import Handoff, ReceivedEntry
from domain.rails.ach.incoming_ports import handoff_text
from domain.rails.ach.incoming_posting import Posting
from domain.rails.ach.incoming_reading import file_id
from domain.rails.ach.incoming_steps import FileStepName
from domain.rails.ach.incoming_store import DEBITS, MICRO
from domain.rails.ach.kinds import EntryState
from domain.rails.ach.micro_entries import MicroVolume, micro_limit
from domain.rails.ach.nacha.corrections import corrected_data
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry
from domain.rails.ach.rates import RETURNS_MIN
from domain.rails.ach.timetable import PERIODS_TO_DECIDE
from functions.ach_arrivals import handler as ach_arrivals
from functions.ach_inbound import handler as ach_inbound
from functions.ach_return_rates import handler as ach_return_rates
from tests.crash.ach_cases import (
    CREDIT,
    DEBIT,
    OFFICE,
    SENT,
    SETTLED,
    SOON,
    UNMENDABLE,
    Act,
    Facts,
    acknowledgement,
    approved,
    cut_off,
    delivered_by,
    file_case,
    file_of,
    give,
    heard,
    hour_after,
    not_heard,
    payment_of,
    process,
    processed,
    proposed,
    resolve,
    sweep,
    sweep_cases,
    twice,
)
from tests.crash.place import NEIGHBOUR, REGION
from tests.crash.stage import Answer, NotYet, Stage, delivered, passed
from tests.crash.use_case import Prepare, UseCase
from tests.faults import Killed
from tests.unit.graph import documents as ask
from tests.unit.rails.ach.partner import Sheet, answered, changed, dishonoured, settling, with_wrong_total

if TYPE_CHECKING:
    from domain.tables_aws import Value

FIRST_LINE: Final = 3
"""Of the first entry: the headers of the file and of its batch stand before it."""
NOBODYS: Final = account_number(1, 7)
SMALL_MINOR, ABOVE_MEANS_MINOR = 20_00, 900_00
STOPPED: Final = {"decision": "STOPPED"}
Lines = Callable[[Stage, Sheet], object]


# What other banks send.


def to_ada(code: str, minor: int = SMALL_MINOR, sec: str = "PPD") -> Lines:
    return lambda stage, sheet: sheet.add(stage.house.source.record.number, minor, code=code, sec=sec)


def to_bob(code: str, minor: int, sec: str = "PPD") -> Lines:
    return lambda stage, sheet: sheet.add(stage.house.target.record.number, minor, code=code, sec=sec)


def to_nobody(_: Stage, sheet: Sheet) -> None:
    sheet.add(NOBODYS, SMALL_MINOR)


def to_the_neighbour(_: Stage, sheet: Sheet) -> None:
    sheet.add(_number_in(NEIGHBOUR), SMALL_MINOR)


def _number_in(region: str) -> str:
    (slots,) = (part for part in JURISDICTIONS["us"].slots if part.region == region)
    return account_number(slots.first, 7)


def back(kind: PaymentKind, code: str, **other: Any) -> Lines:
    """The other bank's return of an entry of ours."""

    def returned(stage: Stage, sheet: Sheet) -> None:
        header, record = _ours(stage, payment_of(stage, kind).progress.trace)
        header, made = answered(header, record, code, sheet.trace(), **other)
        sheet.answer(settling(header, sheet.made_at.date()), made)

    return returned


def change(stage: Stage, sheet: Sheet) -> None:
    """What we sent to is another account now."""
    header, record = _ours(stage, payment_of(stage).progress.trace)
    header, made = changed(header, record, "C01", corrected_data("C01", account_number="777"), sheet.trace())
    sheet.answer(settling(header, sheet.made_at.date()), made)


def dishonour(stage: Stage, sheet: Sheet) -> None:
    """Whoever had our return says that it came too late."""
    day = sheet.made_at.date()
    header, record = _ours(stage, stage.facts["trace"])
    header, made = dishonoured(settling(header, day), record, "R68", sheet.trace())
    sheet.answer(settling(header, day), made)


def _ours(stage: Stage, trace: str | None) -> tuple[AnyBatchHeader, AnyEntry]:
    """An entry of ours, as the bank has it."""
    content = stage.place.exchange()[f"{OUTBOUND}{file_of(stage).name}"]
    (found,) = (one for one in entries_of(Reading((content,), STRICT)) if one[1].trace_number == trace)
    return found


# A file arrives.


def put(lines: Lines, name: str = "in-1.ach", *, modifier: str = "A", wrong: bool = False) -> Prepare:
    """The sponsor bank puts a file, and nobody knows of it yet."""

    def lies_there(stage: Stage) -> Facts:
        sheet = Sheet(made_at=stage.place.clock.at, modifier=modifier)
        lines(stage, sheet)
        text = with_wrong_total(sheet.text()) if wrong else sheet.text()
        stage.place.partner_puts(f"{INBOUND}{name}", text)
        return _known(f"{INBOUND}{name}", text, REGION)

    return lies_there


def put_again(stage: Stage) -> Facts:
    """The same content under another name."""
    name, text = f"{INBOUND}again.ach", stage.place.exchange()[stage.facts["name"]]
    stage.place.partner_puts(name, text)
    return _known(name, text, REGION)


def _known(name: str, text: bytes, region: str) -> Facts:
    digest = hashlib.sha256(text).hexdigest()
    file = file_id("us", region, name, digest)
    return {"name": name, "received": file, "entry": received_entry_id("us", file, FIRST_LINE), "sha256": digest}


def arrive(stage: Stage) -> Answer:
    """S3 tells of it, through the queue."""
    said = {"detail-type": ach_arrivals.OBJECT_CREATED, "detail": {"object": {"key": stage.facts["name"]}}}
    return delivered(ach_arrivals, json.dumps(said))


def arrived(stage: Stage) -> Facts:
    arrive(stage)
    return {}


def neighbours(stage: Stage) -> Facts:
    """A file in the other region's exchange, whose first entry that region has handed over."""
    sheet = Sheet(made_at=stage.place.clock.at)
    to_ada("22")(stage, sheet)
    name, text = f"{INBOUND}west.ach", sheet.text()
    stage.place.partner_puts(name, text, region=NEIGHBOUR)
    facts = _known(name, text, NEIGHBOUR)
    handoff = Handoff(
        file=facts["received"],
        name=name,
        region=NEIGHBOUR,
        sha256=facts["sha256"],
        size_bytes=len(text),
        profile="default",
        received_at=stage.place.clock.at,
        created_on=sheet.made_at.date(),
        lines=(FIRST_LINE,),
    )
    return {**facts, "handoff": handoff_text(handoff)}


def take(stage: Stage) -> Answer:
    return delivered(ach_arrivals, stage.facts["handoff"])


def taken(stage: Stage) -> Facts:
    take(stage)
    return {}


# Its journey.


def work(stage: Stage) -> Answer:
    """One step; while more of the file is due, the state machine makes the next."""
    event = {"step": FileStepName.WORK.value, "file": stage.facts["received"], "execution": "journey"}
    answer = ach_inbound.handler(event, None)
    assert answer
    if answer["state"] == ReceivedFileState.POSTING.value:
        raise NotYet("more of the file is due")
    return {"state": answer["state"]}


def kept(stage: Stage) -> Facts:
    """It is read, its entries are kept, and none is worked yet."""
    with mock.patch.object(Posting, "worked", lambda _, file: file):
        stage.bank.incoming.files.work(stage.facts["received"])
    return {}


def worked(state: ReceivedState) -> Prepare:
    """The file is done, its journey has ended, and its entry has come to this state."""

    def done(stage: Stage) -> Facts:
        work(stage)
        entry = received(stage)
        assert entry.state is state, entry
        _ended(stage)
        return {"case": entry.case}

    return done


def quarantined(stage: Stage) -> Facts:
    work(stage)
    _ended(stage)
    return {"case": stage.bank.incoming.files.existing(stage.facts["received"]).case}


def _ended(stage: Stage) -> None:
    stage.place.lost(stage.facts["received"])
    stage.notified()


def received(stage: Stage) -> ReceivedEntry:
    return stage.bank.incoming.entries.existing(stage.facts["entry"])


def forgotten(stage: Stage) -> Facts:
    """Its journey has ended before its time."""
    stage.place.lost(stage.facts["received"])
    stage.later(LEFT_AFTER)
    return {}


def sweep_received(_: Stage) -> Answer:
    ach_inbound.handler({}, None)
    return "swept"


def undecided(stage: Stage) -> Facts:
    """Nobody has decided in time."""
    stage.later(PERIODS_TO_DECIDE * timedelta(hours=1))
    return {}


def listed_only(stage: Stage) -> Facts:
    """Whoever listed its return for a window died before the entry said so."""
    with mock.patch.object(ReceivedEntries, "queued", side_effect=Killed), suppress(Killed):
        work(stage)
    assert received(stage).state is ReceivedState.RETURN_DUE
    return {}


def left_behind(stage: Stage) -> Facts:
    """The window that the answer was listed for has gone without it."""
    due_at = received(stage).due_at
    assert due_at
    stage.place.clock.at = due_at + SOON
    return {}


# What goes back, in a file of ours.


def cut_off_due(stage: Stage) -> Facts:
    """The windows before are looked at; the one that is open now is cut off."""
    cut_off(stage)
    stage.place.clock.at = hour_after(stage)
    return {}


def answer_sent(stage: Stage) -> Facts:
    cut_off(stage)
    answer = stage.bank.ach_store.entry(received(stage).answer or "")
    assert answer
    assert answer.state is EntryState.READY, answer
    return {"file": answer.file, "trace": answer.trace}


def answer_settled(stage: Stage) -> Facts:
    cut_off(stage)
    assert received(stage).state is ReceivedState.RETURNED
    return {}


def rejection(stage: Stage) -> tuple[str, Mapping[str, Any]]:
    """The sponsor bank does not take the answer."""
    file = file_of(stage)
    reason = {"code": UNMENDABLE, "message": "It is not taken.", "trace_number": stage.facts["trace"]}
    return "ach.file.rejected", {"file": file.name, "sha256": file.sha256, "level": "ENTRY", "reasons": [reason]}


# What people decide.


def send_back(stage: Stage) -> Answer:
    wish = {"idempotencyKey": "back", "entryId": stage.facts["entry"], **STOPPED}
    return stage.asked(ask.RETURN_ENTRY, staff=True, **wish)


def decided(code: ResolutionCode, before: tuple[Prepare, ...]) -> tuple[Act, tuple[Prepare, ...]]:
    """A second person approves what the first has proposed."""
    return give(OFFICE), (*before, proposed(code, OFFICE))


def paid(stage: Stage) -> Facts:
    """The account has money enough by now."""
    passed(stage.deposit(stage.house.target.id, 2 * ABOVE_MEANS_MINOR, key="wages-of-bob"))
    return {}


# Return rates.


def many_returns(stage: Stage) -> Facts:
    """More of what a customer collects has come back than the network allows."""
    day = day_of(stage.place.clock.at)
    for n in range(RETURNS_MIN):
        stage.bank.incoming_store.count(stage.house.ada.id, day, DEBITS, once=f"debit-{n}")
        stage.bank.incoming_store.count(stage.house.ada.id, day, "R10", once=f"return-{n}")
    return {}


def many_micro_returns(stage: Stage) -> Facts:
    """So many micro-entries came back today that somebody is to look."""
    day = day_of(stage.place.clock.at)
    limit = micro_limit(MicroVolume.RETURNED, day)
    assert limit
    counted: dict[str, Value] = {
        "day": day.isoformat(),
        "what": "R03",
        "count": limit.a_day,
    }  # at once, and not one after the other
    stage.bank.incoming_store._table.put_new({"pk": f"RN#{MICRO}", "sk": f"{day.isoformat()}#R03", **counted})
    return {}


def look(_: Stage) -> Answer:
    ach_return_rates.handler({}, None)
    return "looked"


_S, _R = ReceivedState, ResolutionCode


def _kept(lines: Lines, before: tuple[Prepare, ...] = ()) -> tuple[Prepare, ...]:
    return (*before, put(lines), arrived, kept)


_ARRIVED: Final = (put(to_ada("22")), arrived)
_TAKEN: Final = (neighbours, taken)
_DEBIT: Final = _kept(to_ada("27"))
_POSTED: Final = (*_DEBIT, worked(_S.POSTED))
_POOR: Final = _kept(to_bob("27", ABOVE_MEANS_MINOR))
_DOUBTED: Final = _kept(to_ada("27", sec="CCD"))
_PENDED: Final = (*_DOUBTED, worked(_S.PENDED))
_BEYOND_MEANS: Final = (*_kept(to_bob("27", ABOVE_MEANS_MINOR, sec="CCD")), worked(_S.PENDED))
_QUEUED: Final = (*_POOR, worked(_S.RETURN_QUEUED), cut_off_due)
_SENT_BACK: Final = (*_QUEUED, answer_sent)
_ACKNOWLEDGED: Final = (*_SENT_BACK, heard(acknowledgement))
_SETTLES: Final = (*_ACKNOWLEDGED, cut_off_due)
_RETURNED: Final = (*_SETTLES, answer_settled)
_REJECTED: Final = (*_SENT_BACK, heard(rejection), file_case)
_GIVEN_UP: Final = (*_REJECTED, proposed(_R.POST_BACK, OFFICE))
_WRONG: Final = (put(to_ada("22"), wrong=True), arrived)
_QUARANTINED: Final = (*_WRONG, quarantined)
_DISHONOUR: Final = (*_RETURNED, put(dishonour, "in-2.ach", modifier="B"), arrived, kept)
_DISHONOURED: Final = (*_DISHONOUR, worked(_S.PENDED), paid)
_CHANGE: Final = _kept(change, SETTLED)
_CHANGED: Final = (*_CHANGE, worked(_S.CORRECTION_OPEN))
_DIFFERS: Final = _kept(back(CREDIT, "R03", amount_minor=1_00), SETTLED)
_UNMATCHED: Final = (*_DIFFERS, worked(_S.PENDED))

INCOMING_CASES: Final[tuple[UseCase, ...]] = (
    twice("take note of a file that arrived", arrive, (put(to_ada("22")),)),
    twice("take over entries of another region", take, (neighbours,)),
    twice("work a received file from end to end", work, _ARRIVED),
    twice("work entries of another region", work, _TAKEN),
    twice("find a file that came before", work, (*_ARRIVED, worked(_S.POSTED), put_again, arrived)),
    twice("set a file aside that cannot be read", work, _WRONG),
    twice("hand an entry over to its region", work, _kept(to_the_neighbour)),
    twice("post a received debit", work, _DEBIT),
    twice("refuse a received debit for want of money", work, _POOR),
    twice("send a credit back that is nobody's", work, _kept(to_nobody)),
    twice("ask people about a received debit", work, _DOUBTED),
    twice("answer a prenote that names another type", work, _kept(to_ada("33", 0))),
    sweep("begin a forgotten file again", sweep_received, (*_ARRIVED, forgotten)),
    sweep("send an entry back that nobody decided on", sweep_received, (*_PENDED, undecided)),
    sweep("list an answer anew that its window left behind", sweep_received, (*_QUEUED, left_behind)),
    # What goes back.
    sweep("send a return in a file", cut_off, _QUEUED),
    sweep("send a return in a file that only its window knows of", cut_off, (*_POOR, listed_only, cut_off_due)),
    sweep("settle a return", cut_off, _SETTLES),
    twice("hear that a return is rejected", process, (*_SENT_BACK, delivered_by(rejection))),
    sweep("set a rejected return aside", cut_off, (*_SENT_BACK, processed(rejection))),
    twice("build a rejected return again", *decided(_R.REBUILD, _REJECTED)),
    sweep("send a return that is built again", cut_off, (*_REJECTED, proposed(_R.REBUILD, OFFICE), approved(OFFICE))),
    twice("have a rejected return given up", give(OFFICE), _GIVEN_UP),
    sweep("give a rejected return up", cut_off, (*_GIVEN_UP, approved(OFFICE))),
    # What comes back of ours.
    twice("take a returned credit back", work, _kept(back(CREDIT, "R03"), SETTLED)),
    twice("take a returned debit back that is denied", work, _kept(back(DEBIT, "R10"), SETTLED)),
    twice("take a credit back that no bank has acknowledged", work, _kept(back(CREDIT, "R03"), (*SENT, cut_off_due))),
    twice("ask people about a return that differs", work, _DIFFERS),
    twice("ask people about a change", work, _CHANGE),
    twice("ask people about a dishonour", work, _DISHONOUR),
    # What people decide.
    twice("return an entry that was posted", send_back, _POSTED),
    twice("have a pended entry posted", *decided(_R.POST, _PENDED)),
    sweep("try to post a pended entry", sweep_cases, (*_BEYOND_MEANS, proposed(_R.POST, OFFICE), not_heard(OFFICE))),
    twice("have a pended entry returned", resolve(_R.RETURN, OFFICE), _PENDED),
    twice("settle a pended entry by hand", *decided(_R.SETTLED_BY_HAND, _PENDED)),
    twice("have a file read again", resolve(_R.REPLAY, OFFICE), _QUARANTINED),
    twice("have a file put away", *decided(_R.DISCARD, _QUARANTINED)),
    twice("have a return dishonoured", *decided(_R.DISHONOUR, _UNMATCHED)),
    twice("settle a return by hand", *decided(_R.SETTLED_BY_HAND, _UNMATCHED)),
    twice("contest a dishonour", resolve(_R.CONTEST, OFFICE), _DISHONOURED),
    twice("accept a dishonour", *decided(_R.ACCEPT, _DISHONOURED)),
    twice("apply a change", *decided(_R.APPLY, _CHANGED)),
    twice("refuse a change", resolve(_R.REFUSE, OFFICE), _CHANGED),
    sweep("raise a return rate", look, (many_returns,)),
    sweep("raise a volume of micro-entries", look, (many_micro_returns,)),
)
