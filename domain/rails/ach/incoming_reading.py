"""What a received file and its entries say, read into what is kept of them: pure functions."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.ids import received_entry_id
from domain.money import Money
from domain.rails.ach import return_codes
from domain.rails.ach.calendar import banking_day_on_or_after
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.incoming_kinds import ReceivedKind
from domain.rails.ach.incoming_model import FINDINGS_MAX, FileFinding, ReceivedEntry, ReceivedFile
from domain.rails.ach.model import TEXT_LENGTH_MAX
from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.answering import last_answer
from domain.rails.ach.nacha.fields import is_digits
from domain.rails.ach.nacha.findings import Finding
from domain.rails.ach.nacha.profiles import PROFILES, Profile
from domain.rails.ach.nacha.reading import Reading, Result
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.nacha.records import (
    Addenda05,
    Addenda17,
    Addenda98,
    Addenda98Iat,
    Addenda98Refused,
    Addenda99,
    Addenda99Contested,
    Addenda99Dishonored,
    Addenda99Iat,
    AdvEntry,
    AnyBatchHeader,
    AnyEntry,
    FileHeader,
    IatBatchHeader,
)
from domain.rails.ach.timetable import Timetable

CURRENCY: Final = "USD"
CENTURY: Final = 2000
JULIAN_DIGITS: Final = 3
MASKED_DIGITS: Final = 4
NOTICE_SECS: Final = frozenset({"ACK", "ATX", "ADV", "DNE", "ENR"})
"""Classes that move no money and tell something: nothing is posted for them."""
KIND_OF: Final[Mapping[type, ReceivedKind]] = {
    Addenda98: ReceivedKind.NOC,
    Addenda98Iat: ReceivedKind.NOC,
    Addenda98Refused: ReceivedKind.NOC_REFUSAL,
    Addenda99: ReceivedKind.RETURN,
    Addenda99Iat: ReceivedKind.RETURN,
    Addenda99Dishonored: ReceivedKind.DISHONOUR,
    Addenda99Contested: ReceivedKind.CONTEST,
}
"""What an answer is, by the addenda that says it."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of a file when it was read to its end, before anything of it is kept."""

    result: Result
    entries_bad: int
    file_findings: tuple[FileFinding, ...]
    """What is wrong with the file, and not with one entry alone."""
    file_findings_count: int
    created_on: date | None

    @property
    def readable(self) -> bool:
        return not self.file_findings_count


def overview(chunks: Iterable[bytes], profile: Profile) -> Overview:
    """Reads a file to its end. What is wrong with one entry alone is no reason against its neighbours."""
    reading = Reading(chunks, profile)
    bad = sum(1 for record in reading if isinstance(record, AnyEntry) and record.faults)
    result = reading.result
    findings = tuple(_finding(found) for found in result.file_errors[:FINDINGS_MAX])
    created_on = day_in(result.header.creation_date) if result.header else None
    return Overview(result, bad, findings, result.file_errors_count, created_on)


def _finding(found: Finding) -> FileFinding:
    return FileFinding(found.line, found.column, found.code, found.message)


def identity_of(header: FileHeader) -> str:
    """What no two files have in common: who sent it, when it was made, and its modifier of the day."""
    parts = (header.immediate_origin, header.creation_date, header.creation_time, header.file_id_modifier)
    return "-".join(part.strip() or "0" for part in parts)


def file_id(jurisdiction: str, region: str, name: str, sha256: str) -> str:
    """One for each name and content: what is put twice under two names is two files, of which one is a duplicate."""
    digest = hashlib.sha256(f"{name}\x00{sha256}".encode()).hexdigest()[:32]
    return f"rcf_{jurisdiction}_{region.replace('-', '')}_{digest}"


def day_in(text: str) -> date | None:
    """YYMMDD as a day of this century; None when it is blank or no day."""
    try:
        return date(CENTURY + int(text[:2]), int(text[2:4]), int(text[4:6])) if len(text) == 6 else None  # noqa: PLR2004 - YYMMDD
    except ValueError:
        return None


def julian_day(text: str, near: date) -> date | None:
    """The day of a three-digit Julian date that is nearest to `near`; None when it is blank or no day."""
    if len(text) != JULIAN_DIGITS or not is_digits(text) or not 1 <= int(text) <= 366:  # noqa: PLR2004 - of a leap year
        return None
    days = [date(year, 1, 1) + timedelta(days=int(text) - 1) for year in (near.year - 1, near.year, near.year + 1)]
    return min(days, key=lambda day: abs((day - near).days))


def settlement_of(header: AnyBatchHeader, created_on: date) -> date:
    """The day on which a batch settles: as the operator wrote it in, else its effective entry date, else the day the
    file was made; always a banking day (Nacha Operating Rules, appendix three, settlement date)."""
    settled = julian_day(header.settlement_date, created_on)
    if settled:
        return banking_day_on_or_after(settled)
    return banking_day_on_or_after(max(day_in(header.effective_date) or created_on, created_on))


def sent_on(entry: ReceivedEntry, record: AnyEntry) -> date:
    """When what an answer speaks of was sent, as near as the answer says it. The header of a batch of answers repeats
    the effective date of what was originated first; when a return or a dishonour of ours settled, its answer's addenda
    say."""
    match last_answer(record):
        case Addenda99Dishonored() as said:
            settled = julian_day(said.return_settlement_date, entry.settles_on)
        case Addenda99Contested() as said:
            settled = julian_day(said.dishonored_settlement_date, entry.settles_on)
        case _:
            settled = entry.effective_on
    return settled or entry.settles_on


def kept_entries(
    chunks: Iterable[bytes],
    profile: Profile,
    file: ReceivedFile,
    *,
    jurisdiction: str,
    timetable: Timetable,
    after: int = 0,
    only: AbstractSet[int] | None = None,
) -> Iterator[tuple[ReceivedEntry, AnyBatchHeader, AnyEntry]]:
    """The entries of a file as they are kept, with the records they stand in; accounts are not looked for yet.

    `after`: those of later lines than this. `only`: those of these lines; what follows the last of them is not read."""
    last = None if only is None else max(only, default=0)
    created_on = file.created_on or file.received_at.date()
    for header, record in entries_of(Reading(chunks, profile)):
        if record.line > after and (only is None or record.line in only):
            settles_on = settlement_of(header, created_on)
            posts_at = timetable.posts_at(settles_on, file.received_at)
            kept = _kept(header, record, file, jurisdiction=jurisdiction, settles_on=settles_on, posts_at=posts_at)
            yield kept, header, record
        if last is not None and record.line >= last:
            return


def _kept(
    header: AnyBatchHeader,
    record: AnyEntry,
    file: ReceivedFile,
    *,
    jurisdiction: str,
    settles_on: date,
    posts_at: datetime,
) -> ReceivedEntry:
    known = codes.TRANSACTION_CODES.get(record.transaction_code)
    said = _said(record)
    return ReceivedEntry(
        id=received_entry_id(jurisdiction, file.id, record.line),
        file=file.id,
        line=record.line,
        batch_number=header.batch_number,
        kind=_kind(header, record),
        credit=known.credit if known else record.transaction_code[1:] < "5",
        amount=Money(record.amount_minor, CURRENCY),
        sec=header.sec,
        transaction_code=record.transaction_code,
        description=header.entry_description,
        company_masked=masked(header.company_id),
        trace=record.trace_number,
        odfi=header.odfi,
        settles_on=settles_on,
        posts_at=posts_at,
        effective_on=day_in(header.effective_date),
        faults=tuple(dict.fromkeys(found.code for found in record.faults)),
        entered_at=file.received_at,
        original_trace=said.original_trace,
        original_rdfi=said.original_rdfi,
        answered_trace=said.answered_trace,
        code=said.code,
        questionable=said.questionable,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What the addenda of an answer say."""

    code: str | None = None
    original_trace: str | None = None
    original_rdfi: str | None = None
    answered_trace: str | None = None
    questionable: bool = False


def _said(record: AnyEntry) -> _Said:
    match last_answer(record):
        case Addenda98() | Addenda98Iat() as one:
            return _Said(one.change_code, one.original_trace_number, one.original_rdfi)
        case Addenda98Refused() as one:
            return _Said(one.refusal_code, one.original_trace_number, one.original_rdfi)
        case Addenda99() | Addenda99Iat() as one:
            wording = one.addenda_information.strip().upper()
            questionable = one.return_code == "R17" and wording.startswith(return_codes.QUESTIONABLE)
            return _Said(one.return_code, one.original_trace_number, one.original_rdfi, questionable=questionable)
        case Addenda99Dishonored() as one:
            return _Said(one.return_code, one.original_trace_number, one.original_rdfi, one.return_trace_number)
        case Addenda99Contested() as one:
            return _Said(one.return_code, one.original_trace_number, one.original_rdfi, one.dishonored_trace_number)
        case None:
            return _Said()


def _kind(header: AnyBatchHeader, record: AnyEntry) -> ReceivedKind:
    answer = last_answer(record)
    if answer is not None:
        return KIND_OF[type(answer)]
    if isinstance(record, AdvEntry) or header.sec in NOTICE_SECS:
        return ReceivedKind.NOTICE
    known = codes.TRANSACTION_CODES.get(record.transaction_code)
    if known and known.kind in ("PRENOTE", "REMITTANCE"):
        return ReceivedKind.ZERO
    credit = known.credit if known else record.transaction_code[1:] < "5"
    return ReceivedKind.CREDIT if credit else ReceivedKind.DEBIT


def routing_number(record: AnyEntry) -> str:
    return f"{record.rdfi}{record.check_digit}"


def shown_text(header: AnyBatchHeader, record: AnyEntry) -> str:
    """Who sent an entry and what for, as its customer is told: the originator's name and the payment information."""
    payer = "" if isinstance(header, IatBatchHeader) else header.company_name
    lines = [one.payment_information for one in record.addenda if isinstance(one, Addenda05 | Addenda17)]
    return "\n".join([payer, *lines])[:TEXT_LENGTH_MAX]


@dataclass(frozen=True, slots=True)
class Originals:
    """Entries as they came, read again where their files lie, so that no copy of a name or number exists."""

    exchanges: Callable[[str], Exchange]

    def read(self, file: ReceivedFile, lines: Collection[int]) -> dict[int, tuple[AnyBatchHeader, AnyEntry]]:
        """The entries that begin in these lines, in one passage through the file. A line of it that is no entry, or a
        file that is gone, is left out."""
        chunks = self.exchanges(file.region).chunks(file.name)
        if chunks is None:
            return {}
        found: dict[int, tuple[AnyBatchHeader, AnyEntry]] = {}
        wanted = set(lines)
        for header, record in entries_of(Reading(chunks, PROFILES[file.profile])):
            if record.line in wanted:
                found[record.line] = header, record
                if len(found) == len(wanted):
                    break
        return found


def masked(text: str) -> str:
    """What is kept of a number that may be somebody's."""
    return "••" + text.strip()[-MASKED_DIGITS:]
