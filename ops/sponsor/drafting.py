"""Files for us, as the operator would send them through the sponsor bank: what comes in, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from domain.rails.ach.calendar import EASTERN, banking_day_on_or_after, day_of
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
from domain.rails.ach.nacha.building import BatchDraft, Built, FileInvalid, build, file_header
from domain.rails.ach.nacha.drafting import batch_header, entry, prenote, service_class_of
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.ranges import MODIFIERS

if TYPE_CHECKING:
    from domain.rails.ach.nacha.records import AnyBatchHeader
    from domain.rails.ach.sponsors import Sponsor

ORIGINATOR: Final = "ACME PAYROLL"
ORIGINATOR_ID: Final = "1234567890"
HALF_A_LINE: Final = 47
AMOUNT_MINOR_MAX: Final = 99_999_999_99
"""Ten digits of an entry's amount."""


class NotDrafted(ValueError):
    """No bank could send such a file. The message is one sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """What every file for us needs to know."""

    sponsor: Sponsor
    now: datetime
    number: int
    """Of the file, from 0: the File ID Modifier follows from it."""
    sequence: Callable[[], int]
    """The next sequence of a trace number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An entry from elsewhere on an account here."""

    account_number: str
    amount_minor: int
    credit: bool
    sec: str = "PPD"
    is_prenote: bool = False
    receiver: str = "RECEIVER"
    description: str = "PAYROLL"
    savings: bool = False
    originator: str = ORIGINATOR
    remittance: str = ""


def forward(place: Place, wish: Wish) -> Built:
    """A file of one entry that comes in."""
    if not 0 <= wish.amount_minor <= AMOUNT_MINOR_MAX or (wish.amount_minor == 0) != wish.is_prenote:
        raise NotDrafted("an entry moves 0.01 to 99,999,999.99, and a prenote nothing")
    odfi = place.sponsor.routing_number[:8]
    trace = f"{odfi}{place.sequence():07d}"
    code = ("3" if wish.savings else "2") + ("2" if wish.credit else "7")
    made = entry(
        sec=wish.sec,
        transaction_code=code,
        routing_number=place.sponsor.origin,
        account_number=wish.account_number,
        amount_minor=wish.amount_minor or 1,
        receiver=wish.receiver,
        trace_number=trace,
        discretionary_data="S" if wish.sec in ("WEB", "TEL") else "",
        payment_information=(wish.remittance,) if wish.remittance and not wish.is_prenote else (),
    )
    trial = prenote(made, trace_number=trace) if wish.is_prenote else None
    header = batch_header(
        sec=wish.sec,
        service_class=service_class_of([code]),
        company_name=wish.originator,
        company_id=ORIGINATOR_ID,
        entry_description=wish.description,
        effective_date=today(place.now),
        odfi=odfi,
        batch_number=1,
    )
    return file_of(place, [BatchDraft(settled(header, today(place.now)), [trial or made])])


def returned(place: Place, content: bytes, trace: str, code: str, *, died_on: str = "") -> Built:
    """The return of an entry of ours by the bank of its receiver."""
    header, found = find(content, trace)
    answer = return_of(header, found, return_code=code, trace_number=_trace(place, found), date_of_death=died_on)
    return _answer(place, answer_header, header, found, answer)


def changed(place: Place, content: bytes, trace: str, code: str, data: str) -> Built:
    """A notification of change about an entry of ours."""
    header, found = find(content, trace)
    answer = notification_of_change(
        header, found, change_code=code, corrected_data=data, trace_number=_trace(place, found)
    )
    return _answer(place, change_header, header, found, answer)


def dishonored(place: Place, content: bytes, trace: str, code: str) -> Built:
    """A return of ours, sent back by the bank that had originated."""
    header, found = find(content, trace)
    answer = dishonored_return(
        settled(header, today(place.now)), found, return_code=code, trace_number=_trace(place, found)
    )
    return _answer(place, answer_header, header, found, answer)


def contested(place: Place, content: bytes, trace: str, code: str) -> Built:
    """Our dishonour of a return, contested by the bank that had returned."""
    header, found = find(content, trace)
    day = today(place.now)
    answer = contested_return(
        settled(header, day),
        found,
        return_code=code,
        trace_number=_trace(place, found),
        date_returned=f"{day:%y%m%d}",
        original_settlement_date=julian(day),
    )
    return _answer(place, answer_header, header, found, answer)


def find(content: bytes, trace: str) -> tuple[AnyBatchHeader, Answered]:
    for header, found in entries_of(Reading((content,), STRICT)):
        if found.trace_number == trace and isinstance(found, Answered):
            return header, found
    raise NotDrafted(f"no entry of the file has the trace number {trace[:15]}")


def with_wrong_check_digit(text: str) -> str:
    """One entry, the first, with a wrong check digit. Counts, hash and totals stay right."""
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("6"))
    digit = str((int(lines[at][11]) + 1) % 10)
    lines[at] = lines[at][:11] + digit + lines[at][12:]
    return "\n".join(lines)


def cut_off(text: str) -> str:
    """What arrives of a file whose transfer broke: it ends in the middle of the line before its control record."""
    return text[: max(1, text.find("\n9") - HALF_A_LINE)]


def julian(day: date) -> str:
    return f"{day.timetuple().tm_yday:03d}"


def _answer(
    place: Place,
    header_of: Callable[..., AnyBatchHeader],
    header: AnyBatchHeader,
    found: Answered,
    answer: Answered | AnswerInvalid,
) -> Built:
    if isinstance(answer, AnswerInvalid):
        raise NotDrafted(answer.message)
    head = headed(header_of, header, answer, odfi=found.rdfi, day=today(place.now))
    return file_of(place, [BatchDraft(head, [answer])])


def headed(
    header_of: Callable[..., AnyBatchHeader], header: AnyBatchHeader, answer: Answered, *, odfi: str, day: date
) -> AnyBatchHeader:
    """The header of a batch of one answer to an entry under `header`, sent by `odfi` and settling on `day`."""
    made = header_of(header, odfi=odfi, batch_number=1, service_class=service_class_of([answer.transaction_code]))
    return settled(made, day)


def file_of(place: Place, batches: Sequence[BatchDraft]) -> Built:
    header = file_header(
        destination=place.sponsor.origin,
        origin=place.sponsor.routing_number,
        created_at=place.now.astimezone(EASTERN),
        file_id_modifier=MODIFIERS[place.number % len(MODIFIERS)],
        destination_name=place.sponsor.origin_name,
        origin_name=place.sponsor.name,
    )
    built = build(header, batches)
    if isinstance(built, FileInvalid):
        raise NotDrafted(built.message)
    return built


def settled(header: AnyBatchHeader, day: date) -> AnyBatchHeader:
    """The operator writes the day of settlement into the header, as a Julian day."""
    return replace(header, settlement_date=julian(day))


def today(now: datetime) -> date:
    return banking_day_on_or_after(day_of(now))


def _trace(place: Place, found: Answered) -> str:
    """The bank that answers counts its own answers."""
    return f"{found.rdfi}{place.sequence():07d}"
