"""What a bank looks at before it takes a file: whether it is whole, in time, and not here already.

The reader of NACHA files finds what is wrong; here it becomes a rejection of the file, of batches or of entries, the
widest that holds. The codes are those that `domain.rails.ach.rejections` reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from domain.rails.ach.calendar import day_of
from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import load
from domain.rails.ach.windows import LEAD_DEFAULT, WindowIdMalformed, read_effective_date, window_id, window_of

if TYPE_CHECKING:
    from domain.rails.ach.nacha.findings import Finding
    from domain.rails.ach.nacha.reading import Result
    from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry, File
    from domain.rails.ach.sponsors import Sponsor
    from ops.sponsor.state import TakenFile

FILE, BATCH, ENTRY = "FILE", "BATCH", "ENTRY"
REASONS_MAX: Final = 1_000
"""Of one rejection: as many as the webhook takes."""
MESSAGE_MAX: Final = 200

CODES: Final = {
    "REJ0100": "The file cannot be read",
    "REJ0101": "The File ID Modifier was used before on this day",
    "REJ0102": "The file control does not describe the file",
    "REJ0103": "The entry hash of the file is wrong",
    "REJ0104": "The file came after its deadline",
    "REJ0105": "The file was cut off",
    "REJ0106": "The file was taken before",
    "REJ0107": "The file is not from whom it should be, or not for this bank",
    "REJ0501": "The batch is not as its control says, or its header is wrong",
    "REJ0502": "The batch was not agreed on",
    "REJ0801": "The entry has a field that is wrong",
    "REJ0802": "The trace number stands on an entry that was taken already",
    "REJ0803": "The receiving bank does not take this entry",
}
"""01xx of a file, 05xx of a batch, 08xx of an entry."""

FINDINGS: Final[Mapping[str, str]] = {
    "FILE_HASH": "REJ0103",
    "BATCH_COUNT": "REJ0102",
    "BLOCK_COUNT": "REJ0102",
    "FILE_ENTRY_COUNT": "REJ0102",
    "FILE_DEBIT": "REJ0102",
    "FILE_CREDIT": "REJ0102",
    "FILE_CONTROL_MISSING": "REJ0105",
    "BATCH_CONTROL_MISSING": "REJ0105",
    "FILE_EMPTY": "REJ0105",
    "LINE_SHORT": "REJ0105",
    "FILLER": "REJ0105",
}
"""What the reader finds about a whole file. A code that is neither here nor of a batch is REJ0100."""
OF_A_BATCH: Final = frozenset(
    (
        "BATCH_EMPTY",
        "BATCH_NUMBER_ORDER",
        "BATCH_ENTRY_COUNT",
        "BATCH_HASH",
        "BATCH_DEBIT",
        "BATCH_CREDIT",
        "SEC_UNKNOWN",
        "SERVICE_CLASS",
        "SERVICE_CLASS_DIRECTION",
        "ENTRY_DESCRIPTION",
        "ORIGINATOR_STATUS",
        "CONTROL_SERVICE_CLASS",
        "CONTROL_COMPANY_ID",
        "CONTROL_ODFI",
        "CONTROL_BATCH_NUMBER",
    )
)

Late = Callable[["AnyBatchHeader", datetime], bool]
"""Whether a batch came too late for the settlement that it asks for."""


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    message: str
    batch_number: int | None = None
    trace_number: str | None = None

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = {"code": self.code, "message": self.message[:MESSAGE_MAX]}
        if self.batch_number is not None:
            found["batch_number"] = self.batch_number
        if self.trace_number is not None:
            found["trace_number"] = self.trace_number
        return found


@dataclass(frozen=True, slots=True)
class Objection:
    """What is said against a file."""

    level: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as the bank read it."""

    file: File
    result: Result
    identity: str | None
    objection: Objection | None


def never_late(header: AnyBatchHeader, now: datetime) -> bool:
    """For a bank whose windows are not those of the operator."""
    del header, now
    return False


def late_by_windows(header: AnyBatchHeader, now: datetime) -> bool:
    """By the operator's deadlines: of the same-day window that the batch names, else of the last one of the night."""
    effective, asked = read_effective_date(header.effective_date), getattr(header, "descriptive_date", "")
    if effective is None:
        return False  # the operator settles it when it can
    names = [name for name, sign in _SAME_DAY_SIGNS.items() if asked == sign] or list(_NIGHT)
    return all(_deadline(effective, name) <= now for name in names)


_SAME_DAY_SIGNS: Final = {"SD1": "SD1300", "SD2": "SD1700", "SD3": "SD1800"}
_NIGHT: Final = ("ND1", "ND2")


def _deadline(day: date, name: str) -> datetime:
    try:
        return window_of(window_id(day, name), LEAD_DEFAULT).deadline_at
    except WindowIdMalformed:  # no banking day: the windows of it are those of no day
        return _NEVER


_NEVER: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def check(content: bytes, *, sponsor: Sponsor, files: Mapping[str, TakenFile], now: datetime, late: Late) -> Checked:
    """Reads a file and says what a bank would say against it."""
    file, result = load(content, STRICT)
    header = file.header
    names = (
        (header.immediate_origin, header.creation_date, header.creation_time, header.file_id_modifier) if header else ()
    )
    identity = " ".join(names) or None
    objection = (
        _repeated(content, files)
        or _unreadable(result, file)
        or _misdirected(file, sponsor)
        or _reused(identity, files)
        or _too_late(file, now, late)
        or _of_batches(result, file)
        or _of_entries(file, files, now)
    )
    return Checked(file, result, identity, objection)


def _repeated(content: bytes, files: Mapping[str, TakenFile]) -> Objection | None:
    digest = digest_of(content)
    if any(one.sha256 == digest for one in files.values()):
        return _of_file("REJ0106")
    return None


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unreadable(result: Result, file: File) -> Objection | None:
    of_entries = {(one.line, one.code) for entry in _entries(file) for one in entry.faults}
    of_file = [one for one in result.errors if (one.line, one.code) not in of_entries and one.code not in OF_A_BATCH]
    if not of_file:
        return None
    found = dict.fromkeys(FINDINGS.get(one.code, "REJ0100") for one in of_file)
    if "REJ0105" in found:  # what was cut off has no control to be wrong
        return _of_file("REJ0105")
    return Objection(FILE, tuple(Reason(code, CODES[code]) for code in found))


def _misdirected(file: File, sponsor: Sponsor) -> Objection | None:
    header = file.header
    if header is None:
        return _of_file("REJ0105")
    named = (header.immediate_destination.strip(), header.immediate_origin.strip())
    return None if named == (sponsor.routing_number, sponsor.origin) else _of_file("REJ0107")


def _reused(identity: str | None, files: Mapping[str, TakenFile]) -> Objection | None:
    return _of_file("REJ0101") if any(one.identity == identity for one in files.values()) else None


def _too_late(file: File, now: datetime, late: Late) -> Objection | None:
    return _of_file("REJ0104") if any(late(batch.header, now) for batch in file.batches) else None


def _of_batches(result: Result, file: File) -> Objection | None:
    of_entries = {(one.line, one.code) for entry in _entries(file) for one in entry.faults}
    wrong = [one for one in result.errors if one.code in OF_A_BATCH and (one.line, one.code) not in of_entries]
    numbers = {_batch_of(one, result): one for one in reversed(wrong)}
    reasons = [Reason("REJ0501", one.message, number) for number, one in sorted(numbers.items())]
    return Objection(BATCH, tuple(reasons[:REASONS_MAX])) if reasons else None


def _batch_of(found: Finding, result: Result) -> int:
    return max((one for one in result.batches if one.line <= found.line), key=lambda one: one.line).number


def _of_entries(file: File, files: Mapping[str, TakenFile], now: datetime) -> Objection | None:
    day = f"{day_of(now)}"
    taken = {
        trace
        for one in files.values()
        if one.taken_on == day
        for trace, entry in one.entries.items()
        if entry.state != "REJECTED"
    }
    reasons = []
    for batch in file.batches:
        for entry in batch.entries:
            number, trace = batch.header.batch_number, entry.trace_number
            if entry.faults:
                reasons.append(Reason("REJ0801", entry.faults[0].message, number, trace))
            elif trace in taken:
                reasons.append(Reason("REJ0802", CODES["REJ0802"], number, trace))
    return Objection(ENTRY, tuple(reasons[:REASONS_MAX])) if reasons else None


def _of_file(code: str) -> Objection:
    return Objection(FILE, (Reason(code, CODES[code]),))


def _entries(file: File) -> Iterator[AnyEntry]:
    for batch in file.batches:
        yield from batch.entries


def is_credit(entry: AnyEntry) -> bool:
    known = codes.TRANSACTION_CODES.get(entry.transaction_code)
    return known is not None and known.credit
