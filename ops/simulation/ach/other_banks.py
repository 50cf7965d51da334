"""The banks on the other side: each file that reached them, what they took of it, and what they sent.

They read our files as they lie in the exchange and never look into our stores. What they took, less what they sent, is
what our book of settlement must come to: that is told here, and compared by `promises`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from domain.jurisdictions import JURISDICTIONS
from domain.rails.ach.calendar import banking_day_on_or_after, day_of
from domain.rails.ach.exchange import OUTBOUND
from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.answering import (
    Answered,
    AnswerInvalid,
    answer_header,
    change_header,
    contested_return,
    dishonored_return,
    notification_of_change,
    return_of,
)
from domain.rails.ach.nacha.building import BatchDraft
from domain.rails.ach.nacha.corrections import corrected_data
from domain.rails.ach.nacha.drafting import batch_header, entry, prenote, service_class_of
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.nacha.records import AnyBatchHeader
from domain.rails.ach.sponsors import sponsor_on
from ops.simulation.ach_world import RDFI, AchWorld
from ops.sponsor.drafting import Place, file_of, headed, julian, settled, today

OURS: Final = JURISDICTIONS["us"].routing_number
ODFI: Final = RDFI[:8]
"""All of them together are one bank, by whose numbers they send."""
ANSWERS: Final = frozenset({"99", "98"})
PROOF: Final = "ACCTVERIFY"
CENTS_MAX: Final = 100
"""A proof moves less than a dollar each way."""


@dataclass
class Taken:
    """One entry of a file of ours, as the other side knows it."""

    file: str
    region: str
    batch: int
    trace: str
    credit: bool
    minor: int
    header: AnyBatchHeader
    record: Answered
    answer: str | None
    """The addenda type of an answer; None of what we originate."""
    rejected: bool = False
    disputed: bool = False
    """It was rejected after its settlement: whether that holds is ours to say."""
    returned: int = 0
    """How many returns of it were sent."""

    @property
    def proof(self) -> bool:
        return self.answer is None and self.header.sec != "IAT" and PROOF in str(self.header)


@dataclass
class TakenFile:
    name: str
    region: str
    sha256: str
    at: datetime
    """When the bank took it."""
    entries: list[Taken] = field(default_factory=list)
    answered: bool = False
    """Whether anything was ever said of it."""


@dataclass(frozen=True)
class Sent:
    """One entry that was sent to us."""

    trace: str
    credit: bool
    minor: int
    home: str
    """The region whose it is."""
    about: str | None = None
    """Of an answer: the trace number of what it speaks of."""
    prompt: bool = False
    """A return that is right and in time: it must be believed, unless another one of the same entry was."""


@dataclass
class SentFile:
    name: str
    region: str
    text: bytes
    entries: list[Sent]
    whole: bool = True
    """Whether all of it arrived."""


class OtherBanks:
    def __init__(self, worlds: Sequence[AchWorld]) -> None:
        self.worlds = worlds
        self.taken: dict[str, TakenFile] = {}
        self.sent: dict[str, SentFile] = {}
        self._numbers = 0
        self._traces = 0

    # What they took.

    def look(self) -> None:
        """Reads what lies in the exchanges and was not there before."""
        for world in self.worlds:
            for key, content in world.exchange.files.items():
                name = key.removeprefix(OUTBOUND)
                if key.startswith(OUTBOUND) and name not in self.taken:
                    self.taken[name] = _read(name, world, content)

    def entries(self) -> Iterator[Taken]:
        for file in self.taken.values():
            yield from file.entries

    def standing(self) -> list[Taken]:
        """What was not rejected and moves money."""
        return [one for one in self.entries() if not one.rejected and one.minor]

    # What they send.

    def file(self, world: AchWorld, drafts: Sequence[tuple[AnyBatchHeader, object]], sent: list[Sent]) -> SentFile:
        """A file of batches of one entry each, that nobody has put yet."""
        number, now = self._numbers, world.clock.now()
        self._numbers += 1
        place = Place(sponsor_on(day_of(now)), now, number, self._sequence)
        batches = [
            BatchDraft(replace(head, batch_number=at), [record])  # type: ignore[list-item]  # each is some entry
            for at, (head, record) in enumerate(drafts, start=1)
        ]
        text = file_of(place, batches).text
        return SentFile(f"in-{number}.ach", world.region, text.encode("ascii"), sent)

    def keep(self, file: SentFile) -> None:
        self.sent.setdefault(file.name, file)

    def _trace(self) -> str:
        return f"{ODFI}{self._sequence():07d}"

    def _sequence(self) -> int:
        self._traces += 1
        return self._traces

    def forward(
        self, now: datetime, number: str, minor: int, *, credit: bool, sec: str, home: str, later: int = 0
    ) -> tuple[tuple[AnyBatchHeader, object], Sent]:
        """An entry on an account of ours; without an amount a prenote. `later`: settles so many days on."""
        trace, code = self._trace(), "22" if credit else "27"
        made = entry(
            sec=sec,
            transaction_code=code,
            routing_number=OURS,
            account_number=number,
            amount_minor=minor or 1,
            receiver="SOMEBODY",
            trace_number=trace,
        )
        record = made if minor else prenote(made, trace_number=trace)
        day = _day(now, later)
        head = batch_header(
            sec=sec,
            service_class=service_class_of([code]),
            company_name="ACME WAGES",
            company_id="1234567890",
            entry_description="PAYROLL",
            effective_date=day,
            odfi=ODFI,
            batch_number=1,
        )
        return (settled(head, day), record), Sent(trace, credit, minor, home)

    def returned(
        self, now: datetime, taken: Taken, code: str, *, wrong_by: int = 0
    ) -> tuple[tuple[AnyBatchHeader, object], Sent] | None:
        trace, home = self._trace(), taken.region
        answer = return_of(taken.header, taken.record, return_code=code, trace_number=trace)
        if isinstance(answer, AnswerInvalid):
            return None
        minor = taken.minor + wrong_by
        pair = _answering(now, taken, replace(answer, amount_minor=minor))
        return pair, Sent(trace, taken.credit, minor, home, taken.trace)

    def changed(self, now: datetime, taken: Taken, number: str) -> tuple[tuple[AnyBatchHeader, object], Sent] | None:
        trace = self._trace()
        data = corrected_data("C01", account_number=number)
        made = notification_of_change(
            taken.header, taken.record, change_code="C01", corrected_data=data, trace_number=trace
        )
        if isinstance(made, AnswerInvalid):
            return None
        head = headed(change_header, taken.header, made, odfi=ODFI, day=today(now))
        return (head, made), Sent(trace, taken.credit, 0, taken.region, taken.trace)

    def dishonoured(self, now: datetime, taken: Taken, code: str) -> tuple[tuple[AnyBatchHeader, object], Sent] | None:
        """Our return, sent back."""
        trace = self._trace()
        head = settled(taken.header, today(now))
        made = dishonored_return(head, taken.record, return_code=code, trace_number=trace)
        if isinstance(made, AnswerInvalid):
            return None
        return _answering(now, taken, made), Sent(trace, taken.credit, taken.minor, taken.region, taken.trace)

    def contested(self, now: datetime, taken: Taken, code: str) -> tuple[tuple[AnyBatchHeader, object], Sent] | None:
        """Our dishonour of a return, contested."""
        trace, day = self._trace(), today(now)
        made = contested_return(
            settled(taken.header, day),
            taken.record,
            return_code=code,
            trace_number=trace,
            date_returned=f"{day:%y%m%d}",
            original_settlement_date=julian(day),
        )
        if isinstance(made, AnswerInvalid):
            return None
        return _answering(now, taken, made), Sent(trace, taken.credit, taken.minor, taken.region, taken.trace)


def _read(name: str, world: AchWorld, content: bytes) -> TakenFile:
    found = world.outgoing.existing(name.removesuffix(".ach"))
    file = TakenFile(name, world.region, found.sha256 or "", world.clock.now())
    for header, record in entries_of(Reading((content,), STRICT)):
        if not isinstance(record, Answered):
            raise TypeError(f"{name} holds a {type(record).__name__}")
        last = record.addenda[-1] if record.addenda else None
        kind = type(last).__name__ if last is not None else ""
        file.entries.append(
            Taken(
                file=name,
                region=world.region,
                batch=header.batch_number,
                trace=record.trace_number,
                credit=codes.TRANSACTION_CODES[record.transaction_code].credit,
                minor=record.amount_minor,
                header=header,
                record=record,
                answer=kind if kind.startswith(("Addenda98", "Addenda99")) else None,
            )
        )
    return file


def _answering(now: datetime, taken: Taken, made: Answered) -> tuple[AnyBatchHeader, object]:
    return headed(answer_header, taken.header, made, odfi=ODFI, day=today(now)), made


def _day(now: datetime, later: int) -> date:
    day = today(now)
    return banking_day_on_or_after(date.fromordinal(day.toordinal() + later)) if later else day
