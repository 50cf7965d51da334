"""Answers to entries: returns, dishonored and contested returns, notifications of change and their refusal.

Each is made from the stored entry and the header of its batch. An answer goes the way back: the bank that answers
stands where the ODFI stood, and the bank that is answered where the RDFI stood.
Source: Nacha Operating Rules, Appendix Four (4.2 format of returns, 4.3 dishonored, 4.4 contested), Appendix Five.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.checks_entry import is_day
from domain.rails.ach.nacha.fields import is_digits
from domain.rails.ach.nacha.records import (
    Addenda98,
    Addenda98Iat,
    Addenda98Refused,
    Addenda99,
    Addenda99Contested,
    Addenda99Dishonored,
    Addenda99Iat,
    AnyBatchHeader,
    AnyChange,
    AnyEntry,
    AnyReturn,
    Entry,
    IatBatchHeader,
    IatEntry,
)

Answered = Entry | IatEntry
CORRECTED_DATA_LENGTH: Final = 29
CORRECTED_DATA_IAT_LENGTH: Final = 35


@dataclass(frozen=True, slots=True)
class AnswerInvalid:
    """Why no answer was made. A value; `field` names the argument or the field of the entry."""

    field: str
    message: str


def answer_header(header: AnyBatchHeader, *, odfi: str, batch_number: int, service_class: str) -> AnyBatchHeader:
    """The header of a batch of answers to entries of one batch: the company as it was, the bank that answers as ODFI.
    Returns keep the SEC code; `change_header` is for notifications of change. Settlement is the operator's to say."""
    common: dict[str, Any] = {
        "service_class": service_class,
        "settlement_date": "",
        "odfi": odfi,
        "batch_number": batch_number,
    }
    return replace(header, **common)


def change_header(header: AnyBatchHeader, *, odfi: str, batch_number: int, service_class: str) -> AnyBatchHeader:
    """As `answer_header`, with the SEC code COR; one of IAT is marked IATCOR."""
    changed = answer_header(header, odfi=odfi, batch_number=batch_number, service_class=service_class)
    if isinstance(changed, IatBatchHeader):
        return replace(changed, sec="COR", iat_indicator=codes.IAT_CORRECTION)
    return replace(changed, sec="COR")


def return_of(
    header: AnyBatchHeader,
    entry: Answered,
    *,
    return_code: str,
    trace_number: str,
    addenda_information: str = "",
    date_of_death: str = "",
) -> Answered | AnswerInvalid:
    """The return of an entry that came in. `trace_number` begins with the returning bank's eight digits."""
    if return_code not in codes.RETURN_CODES:
        return AnswerInvalid("return_code", f"{return_code} is not a code of a return.")
    if date_of_death and not is_day(date_of_death):
        return AnswerInvalid("date_of_death", "The date of death is a day as YYMMDD.")
    if bool(date_of_death) != (return_code in codes.DEATH_CODES):
        return AnswerInvalid("date_of_death", "R14 and R15 say when somebody died, and no other code does.")
    common: dict[str, Any] = {
        "return_code": return_code,
        "original_trace_number": entry.trace_number,
        "date_of_death": date_of_death,
        "original_rdfi": entry.rdfi,
        "addenda_information": addenda_information,
        "trace_number": trace_number,
    }
    if isinstance(entry, IatEntry):
        return _back(header, entry, Addenda99Iat(original_amount_minor=entry.amount_minor, **common), trace_number)
    return _back(header, entry, Addenda99(**common), trace_number)


def dishonored_return(
    header: AnyBatchHeader,
    entry: Answered,
    *,
    return_code: str,
    trace_number: str,
    addenda_information: str = "",
) -> Answered | AnswerInvalid:
    """The return of a return, by the bank that had originated. `header` and `entry` are those of the return."""
    returned = last_answer(entry)
    if not isinstance(returned, Addenda99 | Addenda99Iat):
        return AnswerInvalid("addenda", "Only a return is dishonored.")
    if return_code not in codes.DISHONOR_CODES:
        return AnswerInvalid("return_code", f"{return_code} is not a code of a dishonored return.")
    if not _is_settled(header.settlement_date):
        return AnswerInvalid("settlement_date", "The return has not said when it settled.")
    addenda = Addenda99Dishonored(
        return_code=return_code,
        original_trace_number=returned.original_trace_number,
        reserved="",
        original_rdfi=returned.original_rdfi,
        reserved_2="",
        return_trace_number=entry.trace_number,
        return_settlement_date=header.settlement_date,
        return_reason=returned.return_code[1:],
        addenda_information=addenda_information,
        trace_number=trace_number,
    )
    return _back(header, entry, addenda, trace_number)


def contested_return(
    header: AnyBatchHeader,
    entry: Answered,
    *,
    return_code: str,
    trace_number: str,
    date_returned: str,
    original_settlement_date: str,
) -> Answered | AnswerInvalid:
    """The answer to a dishonored return, by the bank that had returned. `header` and `entry` are those of the
    dishonored return. `date_returned` (YYMMDD) is when the original entry went back, `original_settlement_date` the
    Julian day on which it had settled."""
    dishonored = last_answer(entry)
    if not isinstance(dishonored, Addenda99Dishonored):
        return AnswerInvalid("addenda", "Only a dishonored return is contested.")
    if return_code not in codes.CONTEST_CODES:
        return AnswerInvalid("return_code", f"{return_code} is not a code of a contested return.")
    if not is_day(date_returned):
        return AnswerInvalid("date_returned", "The day of the return is written as YYMMDD.")
    if not _is_settled(header.settlement_date):
        return AnswerInvalid("settlement_date", "The dishonored return has not said when it settled.")
    addenda = Addenda99Contested(
        return_code=return_code,
        original_trace_number=dishonored.original_trace_number,
        date_returned=date_returned,
        original_rdfi=dishonored.original_rdfi,
        original_settlement_date=original_settlement_date,
        return_trace_number=dishonored.return_trace_number,
        return_settlement_date=dishonored.return_settlement_date,
        return_reason=dishonored.return_reason,
        dishonored_trace_number=entry.trace_number,
        dishonored_settlement_date=header.settlement_date,
        dishonored_reason=dishonored.return_code[1:],
        reserved="",
        trace_number=trace_number,
    )
    return _back(header, entry, addenda, trace_number)


def notification_of_change(
    header: AnyBatchHeader, entry: Answered, *, change_code: str, corrected_data: str, trace_number: str
) -> Answered | AnswerInvalid:
    """Tells the originator what to change. `corrections.corrected_data` writes what each code carries."""
    if change_code not in codes.CHANGE_CODES:
        return AnswerInvalid("change_code", f"{change_code} is not a change code.")
    iat = isinstance(entry, IatEntry)
    if not corrected_data or len(corrected_data) > (CORRECTED_DATA_IAT_LENGTH if iat else CORRECTED_DATA_LENGTH):
        return AnswerInvalid("corrected_data", "The corrected data are missing or too long.")
    kind: Any = Addenda98Iat if iat else Addenda98
    addenda = kind(
        change_code=change_code,
        original_trace_number=entry.trace_number,
        reserved="",
        original_rdfi=entry.rdfi,
        corrected_data=corrected_data,
        reserved_2="",
        trace_number=trace_number,
    )
    answered = _back(header, replace(entry, addenda=()), addenda, trace_number)
    return replace(answered, amount_minor=0)


def refused_change(
    header: AnyBatchHeader, entry: Answered, *, refusal_code: str, trace_number: str
) -> Answered | AnswerInvalid:
    """The originating bank's no to a notification of change. `header` and `entry` are those of the notification."""
    change = last_answer(entry)
    if not isinstance(change, Addenda98 | Addenda98Iat):
        return AnswerInvalid("addenda", "Only a notification of change is refused.")
    if refusal_code not in codes.REFUSAL_CODES:
        return AnswerInvalid("refusal_code", f"{refusal_code} is not a code of a refused notification.")
    addenda = Addenda98Refused(
        refusal_code=refusal_code,
        original_trace_number=change.original_trace_number,
        reserved="",
        original_rdfi=change.original_rdfi,
        corrected_data=change.corrected_data[:CORRECTED_DATA_LENGTH].rstrip(),
        change_code=change.change_code,
        trace_sequence=entry.trace_number[-7:],
        reserved_2="",
        trace_number=trace_number,
    )
    return _back(header, replace(entry, addenda=()), addenda, trace_number)


def last_answer(entry: AnyEntry) -> AnyReturn | AnyChange | None:
    """What the entry says as an answer: the last step that its addenda tell of. Those before it are its history, which
    some banks send along."""
    return next((one for one in reversed(entry.addenda) if isinstance(one, AnyReturn | AnyChange)), None)


def _back(header: AnyBatchHeader, entry: Answered, addenda: Any, trace_number: str) -> Answered:
    """The entry on its way back, with the one addenda that says why; IAT keeps its seven mandatory ones."""
    common: dict[str, Any] = {
        "transaction_code": codes.return_code_of(entry.transaction_code),
        "rdfi": header.odfi,
        "check_digit": codes.routing_check_digit(header.odfi),
        "addenda_indicator": "1",
        "trace_number": trace_number,
        "line": 0,
        "faults": (),
    }
    if isinstance(entry, IatEntry):
        kept = tuple(
            _renamed(one, trace_number) for one in entry.addenda if one.layout.name[8:10] in codes.IAT_MANDATORY
        )
        return replace(entry, addenda=(*kept, addenda), addenda_count=len(kept) + 1, **common)
    return replace(entry, addenda=(addenda,), **common)


def _renamed(one: Any, trace_number: str) -> Any:
    """Addenda 10 to 16, which name their entry, for another entry."""
    return replace(one, entry_sequence=trace_number[-7:])


def _is_settled(settlement_date: str) -> bool:
    return len(settlement_date) == 3 and is_digits(settlement_date)  # noqa: PLR2004 - a Julian day
