"""The sponsor bank as a state machine: files and orders go in, messages and files for us come out.

It reads no clock, draws nothing by itself and knows neither HTTP nor S3: whoever runs it says what time it is, brings
our files and takes away what is due. What it was told and what it said is in its `State`, which outlives it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from domain.clock import instant_text, parse_instant
from domain.rails.ach.calendar import banking_day_on_or_after, day_of
from domain.rails.ach.nacha.reading import inspect
from domain.rails.ach.sponsors import Sponsor, sponsor_on
from domain.rails.ach.windows import read_effective_date
from ops.sponsor import drafting
from ops.sponsor.checking import (
    BATCH,
    CODES,
    ENTRY,
    FILE,
    Checked,
    Late,
    Objection,
    Reason,
    check,
    digest_of,
    is_credit,
    never_late,
)
from ops.sponsor.misbehaviour import MISBEHAVIOURS, Stage, known
from ops.sponsor.state import InboundFile, Message, Movement, State, Switch, TakenEntry, TakenFile
from ops.sponsor.statements import key_of, statement

if TYPE_CHECKING:
    from domain.rails.ach.nacha.building import Built
    from domain.rails.ach.nacha.reading import Totals

ACKNOWLEDGED: Final = "ach.file.acknowledged"
REJECTED: Final = "ach.file.rejected"
UNKNOWN_KIND: Final = "ach.file.pondered"
VERSION: Final = 1
UNKNOWN_VERSION: Final = 99
INBOUND: Final = "inbound/ach/"

LADDER: Final = tuple(timedelta(seconds=one) for one in (1, 5, 30, 120, 600))
"""When a message that was not taken is tried again. After the last rung it is given up."""
LATE: Final = timedelta(minutes=15)
"""How late it answers when it was told to answer late, and nobody said how late."""
HELD_MAX: Final = timedelta(hours=1)
"""How long an answer is kept back for another to go first."""
MESSAGES_MAX: Final = 500
"""That are remembered. Older ones that are over are forgotten."""
INBOUND_MAX: Final = 500
BALANCE: Final = "balance"
SETTLEMENT, TAKEN_BACK, RECEIPT = "SETTLEMENT", "TAKEN_BACK", "RECEIPT"

_LEVEL_CODES: Final = {FILE: "REJ0103", BATCH: "REJ0502", ENTRY: "REJ0803"}
"""What is said when no code is given."""


class OrderRefused(ValueError):
    """The bank cannot do what it was told to. The message is one sentence."""


class SponsorBank:
    def __init__(self, state: State, *, randomness: random.Random, late: Late = never_late) -> None:
        self.state = state
        self._randomness = randomness
        self._late = late

    # Our files.

    def take(self, name: str, content: bytes, *, region: str, now: datetime) -> TakenFile:
        """Takes a file of ours and decides what it answers. One of this name that it has taken already it leaves be."""
        if name in self.state.files:
            return self.state.files[name]
        checked = check(content, sponsor=self._sponsor(now), files=self.state.files, now=now, late=self._late)
        taken = _taken(name, region, content, checked, now)
        self.state.files[name] = taken
        switches = self._switched(Stage.TAKEN)
        objection = checked.objection or self._objection_ordered(taken, switches)
        self._object(taken, objection, now)
        if "say-nothing" not in switches:
            self._answer(taken, objection, now, switches)
        return taken

    def acknowledge(self, name: str, *, now: datetime) -> Message:
        """Says that a file is there, whatever was said before."""
        taken = self.file(name)
        return self._say(taken, ACKNOWLEDGED, _acknowledgement(taken), now)

    def reject(
        self,
        name: str,
        *,
        level: str,
        code: str | None,
        now: datetime,
        batch: int | None = None,
        trace: str | None = None,
    ) -> Message:
        """Says that a file, a batch or an entry is not taken, whatever was said before."""
        taken = self.file(name)
        objection = _ordered(taken, level, code, batch, trace)
        self._object(taken, objection, now)
        return self._say(taken, REJECTED, _rejection(taken, objection), now)

    def file(self, name: str) -> TakenFile:
        if name not in self.state.files:
            raise OrderRefused(f"the sponsor bank has no file {name[:100]}")
        return self.state.files[name]

    def _objection_ordered(self, taken: TakenFile, switches: dict[str, Switch]) -> Objection | None:
        for name, level in (("reject-file", FILE), ("reject-batch", BATCH), ("reject-entry", ENTRY)):
            if name in switches and (level == FILE or taken.entries):
                switch = switches[name]
                batch, trace = switch.batch, switch.trace
                mine = (batch is None or batch in _batches(taken)) and (trace is None or trace in taken.entries)
                return _ordered(taken, level, switch.code, batch if mine else None, trace if mine else None)
        return None

    def _object(self, taken: TakenFile, objection: Objection | None, now: datetime) -> None:
        """Entries that it does not take go nowhere; what had settled already is taken back."""
        if objection is None:
            return
        settled = []
        if objection.level == FILE:
            taken.state = REJECTED_STATE
        batches = {reason.batch_number for reason in objection.reasons}
        reasons = {reason.trace_number: reason for reason in objection.reasons}
        for trace, entry in taken.entries.items():
            hit = {FILE: True, BATCH: entry.batch in batches, ENTRY: trace in reasons}[objection.level]
            if hit and entry.state in (OPEN, SETTLED):
                settled += [entry] if entry.state == SETTLED else []
                entry.state = REJECTED_STATE
                entry.code = (reasons.get(trace) or objection.reasons[0]).code
        self._move(taken, settled, day_of(now), TAKEN_BACK)

    # What it answers.

    def _answer(
        self, taken: TakenFile, objection: Objection | None, now: datetime, switches: dict[str, Switch]
    ) -> None:
        kind = REJECTED if objection else ACKNOWLEDGED
        data = _rejection(taken, objection) if objection else _acknowledgement(taken)
        version = UNKNOWN_VERSION if "unknown-version" in switches else VERSION
        if "wrong-sha" in switches:
            data = {**data, "sha256": digest_of(data["sha256"].encode())}
        if "unknown-kind" in switches:
            kind = UNKNOWN_KIND
        late = switches.get("answer-late")
        due = now + (timedelta(seconds=late.seconds) if late and late.seconds else LATE if late else timedelta())
        count = 2 if "answer-twice" in switches else 1
        for number in range(count):
            message = self._say(taken, kind, data, due + number * timedelta(seconds=1), now=now, version=version)
            _spoil(message, switches)

    def _say(
        self,
        taken: TakenFile,
        kind: str,
        data: dict[str, Any],
        due: datetime,
        *,
        now: datetime | None = None,
        version: int = VERSION,
    ) -> Message:
        occurred = instant_text(now or due)
        body = {"type": kind, "version": version, "occurred_at": occurred, "data": data}
        message = Message(
            id=f"msg_{self._randomness.getrandbits(96):024x}",
            region=taken.region,
            kind=kind,
            body=json.dumps(body),
            due_at=instant_text(due),
            file=taken.name,
        )
        self.state.messages[message.id] = message
        taken.answers.append(message.id)
        _forget_oldest(self.state.messages, MESSAGES_MAX, lambda one: one.state in _OVER)
        return message

    def due(self, now: datetime, *, limit: int) -> list[Message]:
        """Messages to be delivered now, the longest due first."""
        self._release_held(now)
        waiting = [
            one for one in self.state.messages.values() if one.state == WAITING and parse_instant(one.due_at) <= now
        ]
        return sorted(waiting, key=lambda one: one.due_at)[:limit]

    def delivered(self, message_id: str, *, taken: bool, said: str, now: datetime) -> None:
        """What a try to deliver a message came to."""
        message = self.state.messages.get(message_id)
        if message is None or message.state != WAITING:
            return
        message.tries += 1
        message.said = said
        if taken and message.repeats:
            message.repeats -= 1
            message.due_at = instant_text(now + LADDER[0])
        elif taken:
            message.state = DELIVERED
            self._release(other_than=message.file, now=now)
        elif message.tries > len(LADDER):
            message.state = GIVEN_UP
        else:
            message.due_at = instant_text(now + LADDER[message.tries - 1])

    def _release(self, *, other_than: str, now: datetime) -> None:
        for message in self.state.messages.values():
            if message.state == HELD and message.file != other_than:
                message.state, message.due_at = WAITING, instant_text(now)

    def _release_held(self, now: datetime) -> None:
        for message in self.state.messages.values():
            if message.state == HELD and parse_instant(message.due_at) + HELD_MAX <= now:
                message.state = WAITING

    # Misbehaving.

    def misbehave(
        self,
        name: str,
        *,
        times: int | None = 1,
        code: str | None = None,
        seconds: int | None = None,
        batch: int | None = None,
        trace: str | None = None,
    ) -> Switch:
        """For the next `times` files; None: for every file. Said again, it counts anew."""
        told = {"code": code, "seconds": seconds, "batch": batch, "trace": trace}
        known(name, frozenset(key for key, value in told.items() if value is not None))
        if times is not None and times < 1:
            raise OrderRefused("a misbehaviour is switched on for one file at least")
        self.state.switches = [one for one in self.state.switches if one.name != name]
        switch = Switch(name=name, times=times, code=code, seconds=seconds, batch=batch, trace=trace)
        self.state.switches.append(switch)
        return switch

    def behave(self) -> int:
        """Switches everything off, and lets go what it kept back; how much was on."""
        count, self.state.switches = len(self.state.switches), []
        for message in self.state.messages.values():
            if message.state == HELD:
                message.state = WAITING
        return count

    def _switched(self, stage: Stage) -> dict[str, Switch]:
        """The misbehaviours that this file meets, each counted down."""
        found = {one.name: one for one in self.state.switches if MISBEHAVIOURS[one.name].stage is stage}
        for switch in found.values():
            if switch.times is not None:
                switch.times -= 1
        self.state.switches = [one for one in self.state.switches if one.times is None or one.times > 0]
        return found

    # Settling.

    def go_on(self, now: datetime) -> None:
        """What happens by the clock alone: entries settle on their effective date, a day that is over is stated."""
        today = day_of(now)
        for taken in self.state.files.values():
            due = [one for one in taken.entries.values() if one.state == OPEN and _settles(one, taken) <= today]
            self._settle(taken, due, today)
        self._state_days(today, now)

    def _settle(self, taken: TakenFile, entries: Sequence[TakenEntry], today: date) -> None:
        for entry in entries:
            entry.state = SETTLED
        self._move(taken, entries, today, SETTLEMENT)

    def _move(self, taken: TakenFile, entries: Sequence[TakenEntry], today: date, what: str) -> None:
        """Our account pays the credits of these entries and gets their debits; the reverse when they are taken back."""
        if not entries:
            return
        paid = sum(entry.amount_minor for entry in entries if entry.credit)
        got = sum(entry.amount_minor for entry in entries if not entry.credit)
        self.state.movements.append(
            Movement(
                day=today.isoformat(),
                region=taken.region,
                file=taken.name,
                what=what,
                debit_minor=got if what == TAKEN_BACK else paid,
                credit_minor=paid if what == TAKEN_BACK else got,
                entries=len(entries),
            )
        )

    def _state_days(self, today: date, now: datetime) -> None:
        over = sorted({(one.day, one.region) for one in self.state.movements if one.day < today.isoformat()})
        for day, region in over:
            lines = [one for one in self.state.movements if (one.day, one.region) == (day, region)]
            account = f"{BALANCE}-{region}"
            text, closing_minor = statement(
                self._sponsor(now),
                region=region,
                day=day,
                opening_minor=self.state.numbers.get(account, 0),
                lines=lines,
            )
            self.state.numbers[account] = closing_minor
            self.state.movements = [one for one in self.state.movements if one not in lines]
            self._put(key_of(region, day), region, text, now, entries=len(lines), debit_minor=0, credit_minor=0)

    # Files for us.

    def originate(self, wish: drafting.Wish, *, region: str, now: datetime) -> InboundFile:
        """An entry from elsewhere on an account here."""
        return self._deliver(drafting.forward(self._place(now), wish), region, now)

    def give_back(self, content: bytes, trace: str, code: str, *, now: datetime, died_on: str = "") -> InboundFile:
        """The return of an entry of ours. `content` is the file it went out with."""
        taken, entry = self._entry(content, trace)
        made = drafting.returned(self._place(now), content, trace, code, died_on=died_on)
        self._settle(taken, [entry] if entry.state == OPEN else [], day_of(now))
        entry.state, entry.code = RETURNED, code
        return self._deliver(made, taken.region, now)

    def notify_of_change(self, content: bytes, trace: str, code: str, data: str, *, now: datetime) -> InboundFile:
        taken, _ = self._entry(content, trace)
        return self._deliver(drafting.changed(self._place(now), content, trace, code, data), taken.region, now)

    def dishonour(self, content: bytes, trace: str, code: str, *, now: datetime) -> InboundFile:
        """A return that we sent, sent back."""
        taken, _ = self._entry(content, trace)
        return self._deliver(drafting.dishonored(self._place(now), content, trace, code), taken.region, now)

    def contest(self, content: bytes, trace: str, code: str, *, now: datetime) -> InboundFile:
        """A dishonour that we sent, contested."""
        taken, _ = self._entry(content, trace)
        return self._deliver(drafting.contested(self._place(now), content, trace, code), taken.region, now)

    def deliver(self, content: bytes, *, region: str, now: datetime) -> InboundFile:
        """Any file, as it is."""
        totals = inspect((content,)).totals
        return self._delivered_as(content.decode("latin-1"), totals, region=region, now=now)

    def file_of_trace(self, trace: str) -> TakenFile:
        """The latest file of ours with an entry of this trace number that was not rejected."""
        for taken in reversed(self.state.files.values()):
            entry = taken.entries.get(trace)
            if entry is not None and entry.state != REJECTED_STATE:
                return taken
        raise OrderRefused(f"the sponsor bank has taken no entry with the trace number {trace[:15]}")

    def _entry(self, content: bytes, trace: str) -> tuple[TakenFile, TakenEntry]:
        digest = digest_of(content)
        for taken in self.state.files.values():
            if taken.sha256 == digest and trace in taken.entries:
                entry = taken.entries[trace]
                if entry.state == REJECTED_STATE:
                    raise OrderRefused(f"the entry {trace} was rejected, so no bank has it")
                return taken, entry
        raise OrderRefused(f"the sponsor bank has no file with an entry of the trace number {trace[:15]}")

    def _deliver(self, built: Built, region: str, now: datetime) -> InboundFile:
        return self._delivered_as(built.text, built.result.totals, region=region, now=now)

    def _delivered_as(self, text: str, totals: Totals, *, region: str, now: datetime) -> InboundFile:
        switches = self._switched(Stage.DELIVERED)
        if "bad-entry" in switches:
            text = drafting.with_wrong_check_digit(text)
        if "truncated" in switches:
            text = drafting.cut_off(text)
        sums = {
            "entries": totals.entries,
            "debit_minor": totals.debit_minor,
            "credit_minor": totals.credit_minor,
        }
        made = self._put(self._inbound_name(now), region, text, now, **sums)
        if "deliver-twice" in switches:
            self._put(self._inbound_name(now), region, text, now, **sums)
        self.state.movements.append(
            Movement(day=day_of(now).isoformat(), region=region, file=made.name, what=RECEIPT, **sums)
        )
        return made

    def _put(
        self, name: str, region: str, text: str, now: datetime, *, entries: int, debit_minor: int, credit_minor: int
    ) -> InboundFile:
        file = InboundFile(
            name=name,
            region=region,
            text=text,
            made_at=instant_text(now),
            entries=entries,
            debit_minor=debit_minor,
            credit_minor=credit_minor,
        )
        self.state.inbound[name] = file
        _forget_oldest(self.state.inbound, INBOUND_MAX, lambda one: one.text is None)
        return file

    def to_put(self) -> list[InboundFile]:
        """Files that are to be put into the bucket."""
        return [one for one in self.state.inbound.values() if one.text is not None]

    def put(self, name: str) -> None:
        """The file is in the bucket."""
        self.state.inbound[name].text = None

    def _inbound_name(self, now: datetime) -> str:
        return f"{INBOUND}sponsor-{now:%Y%m%d-%H%M%S}-{self._next('name')}.ach"

    def _place(self, now: datetime) -> drafting.Place:
        return drafting.Place(
            sponsor=self._sponsor(now), now=now, number=self._next("file"), sequence=lambda: self._next("trace") + 1
        )

    def _next(self, name: str) -> int:
        number = self.state.numbers.get(name, 0)
        self.state.numbers[name] = number + 1
        return number

    def _sponsor(self, now: datetime) -> Sponsor:
        return sponsor_on(day_of(now))


OPEN, REJECTED_STATE, SETTLED, RETURNED = "OPEN", "REJECTED", "SETTLED", "RETURNED"
WAITING, HELD, DELIVERED, GIVEN_UP = "WAITING", "HELD", "DELIVERED", "GIVEN_UP"
_OVER: Final = (DELIVERED, GIVEN_UP)


def _taken(name: str, region: str, content: bytes, checked: Checked, now: datetime) -> TakenFile:
    totals = checked.result.totals
    entries = {}
    for batch in checked.file.batches:
        effective = read_effective_date(batch.header.effective_date)
        for entry in batch.entries:
            entries[entry.trace_number] = TakenEntry(
                batch=batch.header.batch_number,
                amount_minor=entry.amount_minor,
                credit=is_credit(entry),
                effective_on=effective.isoformat() if effective else None,
            )
    return TakenFile(
        name=name,
        region=region,
        sha256=digest_of(content),
        taken_at=instant_text(now),
        taken_on=day_of(now).isoformat(),
        identity=checked.identity,
        entries_and_addenda=totals.entries + totals.addenda,
        debit_minor=totals.debit_minor,
        credit_minor=totals.credit_minor,
        entries=entries,
    )


def _settles(entry: TakenEntry, taken: TakenFile) -> date:
    """Its effective date; without one, the next banking day after it was taken."""
    if entry.effective_on:
        return date.fromisoformat(entry.effective_on)
    return banking_day_on_or_after(date.fromisoformat(taken.taken_on) + timedelta(days=1))


def _batches(taken: TakenFile) -> set[int]:
    return {entry.batch for entry in taken.entries.values()}


def _ordered(taken: TakenFile, level: str, code: str | None, batch: int | None, trace: str | None) -> Objection:
    """A rejection that somebody wants; the first batch or entry of the file where none is named."""
    if level not in _LEVEL_CODES:
        raise OrderRefused(f"a rejection is of level {', '.join(_LEVEL_CODES)}, not {level[:20]}")
    said = code or _LEVEL_CODES[level]
    message = CODES.get(said, "The sponsor bank does not take it")
    if level == FILE:
        return Objection(FILE, (Reason(said, message),))
    if not taken.entries:
        raise OrderRefused(f"{taken.name} has no entry that could be rejected alone")
    if level == BATCH:
        number = min(_batches(taken)) if batch is None else batch
        if number not in _batches(taken):
            raise OrderRefused(f"{taken.name} has no batch {number}")
        return Objection(BATCH, (Reason(said, message, batch_number=number),))
    number_of_entry = next(iter(taken.entries)) if trace is None else trace
    if number_of_entry not in taken.entries:
        raise OrderRefused(f"{taken.name} has no entry {number_of_entry[:15]}")
    found = taken.entries[number_of_entry]
    return Objection(ENTRY, (Reason(said, message, batch_number=found.batch, trace_number=number_of_entry),))


def _acknowledgement(taken: TakenFile) -> dict[str, Any]:
    return {
        "file": taken.name,
        "sha256": taken.sha256,
        "entries": taken.entries_and_addenda,
        "debit_minor": taken.debit_minor,
        "credit_minor": taken.credit_minor,
    }


def _rejection(taken: TakenFile, objection: Objection) -> dict[str, Any]:
    return {
        "file": taken.name,
        "sha256": taken.sha256,
        "level": objection.level,
        "reasons": [reason.document() for reason in objection.reasons],
    }


def _spoil(message: Message, switches: dict[str, Switch]) -> None:
    message.repeats = int("repeat-message" in switches)
    message.forged = "wrong-signature" in switches
    if "bad-json" in switches:
        message.body = message.body[: len(message.body) // 2]
    if "reorder" in switches:
        message.state = HELD


def _forget_oldest(kept: dict[str, Any], most: int, over: Any) -> None:
    for key in [key for key, one in kept.items() if over(one)][: max(0, len(kept) - most)]:
        del kept[key]
