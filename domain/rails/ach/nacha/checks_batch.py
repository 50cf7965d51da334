"""The rules of a batch's and a file's own records, and what their controls must add up to.

Source: Nacha Operating Rules, Appendix Two (specifications for data acceptance by ACH operators: file and batch
acceptance criteria) and Appendix Three, Subpart 3.2.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.checks_entry import is_capitals, is_day, is_day_of_year, is_unset
from domain.rails.ach.nacha.fields import Layout, is_digits
from domain.rails.ach.nacha.records import (
    AdvBatchControl,
    AnyBatchControl,
    AnyBatchHeader,
    AnyFileControl,
    FileHeader,
    IatBatchHeader,
)
from domain.rails.ach.nacha.totals import Tally

ROUTING_LENGTH: Final = 9
ORIGIN_LENGTH: Final = 10


class Fault(NamedTuple):
    field: str
    code: str
    message: str
    column: int


def _fault(layout: Layout, name: str, code: str, message: str) -> Fault:
    return Fault(name, code, message, layout.field(name).start)


# --- file header -----------------------------------------------------------------------------------------------------


def file_header_faults(header: FileHeader) -> Iterator[Fault]:
    layout = header.layout
    modifier = header.file_id_modifier
    if not (modifier.isascii() and modifier.isalnum() and modifier.upper() == modifier):
        message = "The file ID modifier is a capital letter or a digit."
        yield _fault(layout, "file_id_modifier", "FILE_ID_MODIFIER", message)
    if is_digits(header.creation_date) and not is_day(header.creation_date):
        yield _fault(layout, "creation_date", "DATE", "The file creation date is no day (YYMMDD).")
    if header.creation_time and not _is_time(header.creation_time):
        yield _fault(layout, "creation_time", "DATE", "The file creation time is no time (HHMM).")
    if not _is_routing(header.immediate_destination):
        message = "The immediate destination is a blank and a routing number of nine digits with its check digit."
        yield _fault(layout, "immediate_destination", "DESTINATION", message)
    origin = header.immediate_origin
    if origin and not origin.strip(" 0"):
        yield _fault(layout, "immediate_origin", "FIELD_MISSING", "immediate_origin must not be zeros.")
    elif (
        origin.startswith(" ")
        and len(origin) == ORIGIN_LENGTH
        and is_digits(origin.strip())
        and not _is_routing(origin)
    ):
        yield _fault(layout, "immediate_origin", "ORIGIN", "The check digit of the immediate origin is wrong.")


def _is_routing(text: str) -> bool:
    """A blank (some write a zero) and nine digits, the last of which checks the others."""
    digits = text[1:]
    if len(digits) != ROUTING_LENGTH or text[0] not in " 0" or not is_digits(digits):
        return False
    if not digits.strip("0"):
        return False
    return codes.routing_check_digit(digits[:-1]) == digits[-1]


def _is_time(text: str) -> bool:
    return len(text) == 4 and is_digits(text) and text[:2] < "24" and text[2:] < "60"  # noqa: PLR2004 - HHMM


# --- batch header ----------------------------------------------------------------------------------------------------


def batch_header_faults(header: AnyBatchHeader) -> Iterator[Fault]:
    layout, sec = header.layout, codes.SECS.get(header.sec)
    if sec is None and header.sec:
        yield _fault(layout, "sec", "SEC_UNKNOWN", "There is no such standard entry class code.")
    if is_digits(header.service_class) and not _service_class_fits(header):
        message = f"Service class {header.service_class} does not exist for {sec.code if sec else 'a batch'}."
        yield _fault(layout, "service_class", "SERVICE_CLASS", message)
    if header.originator_status and header.originator_status not in codes.ORIGINATOR_STATUSES:
        message = "The originator status code is 0, 1 or 2."
        yield _fault(layout, "originator_status", "ORIGINATOR_STATUS", message)
    if not is_unset(header.effective_date, 6) and not is_day(header.effective_date):
        yield _fault(layout, "effective_date", "DATE", "The effective entry date is no day (YYMMDD).")
    if not is_unset(header.settlement_date, 3) and not is_day_of_year(header.settlement_date):
        yield _fault(layout, "settlement_date", "DATE", "The settlement date is a day of the year, 001 to 366.")
    names = ("entry_description",) if isinstance(header, IatBatchHeader) else ("company_name", "entry_description")
    for name in names:
        value = getattr(header, name)
        if value and not value.strip("0"):
            yield _fault(layout, name, "FIELD_MISSING", f"{name} must not be zeros.")
    if isinstance(header, IatBatchHeader):
        yield from _iat_header_faults(header)


def _service_class_fits(header: AnyBatchHeader) -> bool:
    if header.service_class not in codes.SERVICE_CLASSES:
        return False
    return (header.service_class == codes.ADVICES) == (header.sec == "ADV")


def description_fault(header: AnyBatchHeader) -> Fault | None:
    """What is wrong with the description of a batch of forward entries. Answers repeat what they got, and it is the
    originator who described it. What is taken back is described as a reversal, whatever it was (Rules 2.9)."""
    sec = codes.SECS.get(header.sec)
    if sec is None or sec.description is None or header.entry_description == sec.description:
        return None
    if header.entry_description == codes.REVERSAL and not sec.zero_only:
        return None
    message = f"The entry description of {sec.code} is {sec.description}."
    return _fault(header.layout, "entry_description", "ENTRY_DESCRIPTION", message)


def _iat_header_faults(header: IatBatchHeader) -> Iterator[Fault]:
    layout = header.layout
    if header.sec == "COR" and header.iat_indicator != codes.IAT_CORRECTION:
        yield _fault(layout, "iat_indicator", "FIELD_VALUE", f"iat_indicator is {codes.IAT_CORRECTION}.")
    if header.exchange_indicator not in ("", *codes.EXCHANGE_INDICATORS):
        yield _fault(layout, "exchange_indicator", "FIELD_VALUE", "exchange_indicator is FF, FV or VF.")
    if header.exchange_reference_indicator not in ("", *codes.EXCHANGE_REFERENCES):
        message = "exchange_reference_indicator is 1, 2 or 3."
        yield _fault(layout, "exchange_reference_indicator", "FIELD_VALUE", message)
    for name, length in (("destination_country", 2), ("originating_currency", 3), ("destination_currency", 3)):
        value = getattr(header, name)
        if value and not is_capitals(value, length):
            yield _fault(layout, name, "FIELD_VALUE", f"{name} is {length} capital letters.")


# --- controls --------------------------------------------------------------------------------------------------------

_HEADER_AND_CONTROL: Final = (
    ("service_class", "CONTROL_SERVICE_CLASS"),
    ("company_id", "CONTROL_COMPANY_ID"),
    ("odfi", "CONTROL_ODFI"),
    ("batch_number", "CONTROL_BATCH_NUMBER"),
)
_BATCH_TOTALS: Final = (
    ("entry_addenda_count", "BATCH_ENTRY_COUNT"),
    ("entry_hash", "BATCH_HASH"),
    ("debit_minor", "BATCH_DEBIT"),
    ("credit_minor", "BATCH_CREDIT"),
)
_FILE_TOTALS: Final = (
    ("entry_addenda_count", "FILE_ENTRY_COUNT"),
    ("entry_hash", "FILE_HASH"),
    ("debit_minor", "FILE_DEBIT"),
    ("credit_minor", "FILE_CREDIT"),
)


def batch_control_faults(control: AnyBatchControl, header: AnyBatchHeader | None, tally: Tally) -> Iterator[Fault]:
    layout = control.layout
    for name, code in _HEADER_AND_CONTROL if header else ():
        if name == "company_id" and isinstance(control, AdvBatchControl):
            continue  # its control has none
        if name == "company_id" and isinstance(header, IatBatchHeader) and not getattr(control, name):
            message = "The batch control has no company identification."
            yield _fault(layout, name, "CONTROL_COMPANY_ID_BLANK", message)
        elif _stripped(control, name) != _stripped(header, name):
            yield _fault(layout, name, code, f"{name} of the batch header is another.")
    yield from _totals(layout, _BATCH_TOTALS, control, tally)


def _stripped(record: object, name: str) -> str | int:
    """Some write a company identification to the right of its columns in one record and to the left in the other."""
    value: str | int = getattr(record, name)
    return value.strip() if isinstance(value, str) else value


def file_control_faults(control: AnyFileControl, batches: int, tally: Tally) -> Iterator[Fault]:
    layout = control.layout
    if control.batch_count != batches:
        message = f"The control counts {control.batch_count} batches, the file has {batches}."
        yield _fault(layout, "batch_count", "BATCH_COUNT", message)
    yield from _totals(layout, _FILE_TOTALS, control, tally)


def _totals(
    layout: Layout, rows: tuple[tuple[str, str], ...], control: AnyBatchControl | AnyFileControl, tally: Tally
) -> Iterator[Fault]:
    for name, code in rows:
        said, counted = getattr(control, name), getattr(tally, name)
        field = layout.field(name)
        if counted >= 10**field.length:
            message = f"{name} is {counted}, which has more than {field.length} digits."
            yield Fault(name, "TOTAL_OVERFLOW", message, field.start)
        elif said != counted:
            shown = (f"{said:010d}", f"{counted:010d}") if name == "entry_hash" else (said, counted)
            yield Fault(name, code, f"The control says {shown[0]}, the entries give {shown[1]}.", field.start)
