"""Notifications of change: what each code corrects, who must act by when, and what it changes of a counterparty.

Reading the corrected data out of an addenda record is the format's work; here it comes in parts. What is to change is
only said here: changing a counterparty takes two people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.jurisdictions import aba_check_digit
from domain.rails.ach.calendar import add_banking_days
from domain.rails.ach.tables import Reason, Source


class Part(StrEnum):
    """What of an entry is wrong, and corrected."""

    ACCOUNT = "account"
    ROUTING = "routing"
    NAME = "name"
    TRANSACTION_CODE = "transaction_code"
    FOREIGN_BANK = "foreign_bank"
    INDIVIDUAL_ID = "individual_id"
    COMPANY_NAME = "company_name"
    COMPANY_ID = "company_id"
    ADDENDA_FORMAT = "addenda_format"
    ENTRY_CLASS = "entry_class"


OF_COUNTERPARTY: Final = frozenset((Part.ACCOUNT, Part.ROUTING, Part.NAME, Part.TRANSACTION_CODE, Part.INDIVIDUAL_ID))
"""Kept with a counterparty, so a notification changes it there. The others are of the originator or of the entry."""
WITHOUT_DATA: Final = frozenset((Part.ADDENDA_FORMAT, Part.ENTRY_CLASS))
"""What is wrong is said by the code alone; nothing corrected comes with it."""


@dataclass(frozen=True, slots=True)
class NocCode:
    code: str
    title: str
    parts: tuple[Part, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class RefusedNocCode:
    """Why the originating bank sends a notification back."""

    code: str
    title: str
    source: Source


_PAGES: Final = Source("support.worldpay.com, ACH NOC change codes; webtocash.com, change codes")
_OLD: Final = Source("tidypay.gatewayaid.com and mainstreetmerchantsolutions.com, change codes of older lists")
_C14: Final = Source("docs.victorfi.com, NOC and return codes")
_ROWS: Final = (
    NocCode("C01", "Incorrect account number", (Part.ACCOUNT,), _PAGES),
    NocCode("C02", "Incorrect routing number", (Part.ROUTING,), _PAGES),
    NocCode("C03", "Incorrect routing number and account number", (Part.ROUTING, Part.ACCOUNT), _PAGES),
    NocCode("C04", "Incorrect name", (Part.NAME,), _PAGES),
    NocCode("C05", "Incorrect transaction code", (Part.TRANSACTION_CODE,), _PAGES),
    NocCode("C06", "Incorrect account number and transaction code", (Part.ACCOUNT, Part.TRANSACTION_CODE), _PAGES),
    NocCode(
        "C07",
        "Incorrect routing number, account number and transaction code",
        (Part.ROUTING, Part.ACCOUNT, Part.TRANSACTION_CODE),
        _PAGES,
    ),
    NocCode("C08", "Incorrect identification of the foreign bank", (Part.FOREIGN_BANK,), _PAGES),
    NocCode("C09", "Incorrect individual identification", (Part.INDIVIDUAL_ID,), _PAGES),
    NocCode("C10", "Incorrect company name", (Part.COMPANY_NAME,), _OLD),
    NocCode("C11", "Incorrect company identification", (Part.COMPANY_ID,), _OLD),
    NocCode("C12", "Incorrect company name and identification", (Part.COMPANY_NAME, Part.COMPANY_ID), _OLD),
    NocCode("C13", "Addenda format error", (Part.ADDENDA_FORMAT,), _PAGES),
    NocCode("C14", "Incorrect class for an outbound international payment", (Part.ENTRY_CLASS,), _C14),
)
NOC_CODES: Final[dict[str, NocCode]] = {row.code: row for row in _ROWS}

REFUSED_NOC_CODES: Final[dict[str, RefusedNocCode]] = {
    code: RefusedNocCode(code, title, _PAGES)
    for code, title in (
        ("C61", "Misrouted notification"),
        ("C62", "Incorrect trace number"),
        ("C63", "Incorrect company identification"),
        ("C64", "Incorrect individual identification"),
        ("C65", "Incorrectly formatted corrected data"),
        ("C66", "Incorrect discretionary data"),
        ("C67", "Routing number not from the original entry"),
        ("C68", "Account number not from the original entry"),
        ("C69", "Incorrect transaction code"),
    )
}

# --- deadlines -----------------------------------------------------------------------------------------------------

SEND_BANKING_DAYS: Final = 2
PASS_ON_BANKING_DAYS: Final = 2
APPLY_BANKING_DAYS: Final = 6
REFUSE_DAYS: Final = 15
ANSWER_REFUSAL_BANKING_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class NocDeadline:
    """One figure of the clock of a notification, for whoever reads the table."""

    step: str
    figure: str
    source: Source


_STUDY: Final = Source("brainscape.com, AAP time frames; iowabankers.com and mainecb.com, ACH rules")
NOC_DEADLINES: Final = (
    NocDeadline("The receiving bank sends it", f"{SEND_BANKING_DAYS} banking days after settlement", _STUDY),
    NocDeadline("The originating bank passes it on", f"{PASS_ON_BANKING_DAYS} banking days after it came", _STUDY),
    NocDeadline(
        "The originator applies it", f"{APPLY_BANKING_DAYS} banking days, or its next entry if that is later", _STUDY
    ),
    NocDeadline("The originating bank refuses it", f"{REFUSE_DAYS} calendar days after it came", _STUDY),
    NocDeadline(
        "The receiving bank answers a refusal", f"{ANSWER_REFUSAL_BANKING_DAYS} banking days after it came", _STUDY
    ),
)

OPTIONAL_SECS: Final = frozenset(("ARC", "BOC", "POP", "RCK", "XCK"))
OPTIONAL_WHEN_SINGLE: Final = frozenset(("TEL", "WEB"))


def send_by(settled_on: date) -> date:
    """The last day on which we, who received an entry, may notify of a change."""
    return add_banking_days(settled_on, SEND_BANKING_DAYS)


def pass_on_by(received_on: date) -> date:
    """The last day on which the originator is told of a notification that came to us."""
    return add_banking_days(received_on, PASS_ON_BANKING_DAYS)


def apply_by(received_on: date, *, next_entry_on: date | None = None) -> date:
    """By when a change must be made: six banking days, or the next entry to that receiver where that is later."""
    last = add_banking_days(received_on, APPLY_BANKING_DAYS)
    return last if next_entry_on is None else max(last, next_entry_on)


def must_apply(*, sec: str, single: bool) -> bool:
    """The originator may leave a notification alone when no further entry follows the one it is about."""
    return sec not in OPTIONAL_SECS and not (single and sec in OPTIONAL_WHEN_SINGLE)


def refuse_by(received_on: date) -> date:
    return received_on + timedelta(days=REFUSE_DAYS)


def answer_refusal_by(received_on: date) -> date:
    return add_banking_days(received_on, ANSWER_REFUSAL_BANKING_DAYS)


# --- what changes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One corrected part. `of_counterparty` tells what is kept with a counterparty from what is looked at by hand."""

    part: Part
    value: str = field(repr=False)  # it may be an account number or a name
    of_counterparty: bool


@dataclass(frozen=True, slots=True)
class NocRefused:
    """The notification cannot be applied. `code` is the refusal the rules have for it, where they have one."""

    code: str | None
    reasons: tuple[Reason, ...]


NOC_CODE_UNKNOWN: Final = Reason("NOC_CODE_UNKNOWN", "There is no such change code.")
PART_MISSING: Final = Reason("PART_MISSING", "The corrected data lacks a part that the change code promises.")
PART_UNEXPECTED: Final = Reason("PART_UNEXPECTED", "The corrected data has a part that the change code does not name.")
ROUTING_MALFORMED: Final = Reason("ROUTING_MALFORMED", "The corrected routing number is not nine digits that check.")
ACCOUNT_MALFORMED: Final = Reason("ACCOUNT_MALFORMED", "The corrected account number is not 1 to 17 printable signs.")
TRANSACTION_CODE_UNKNOWN: Final = Reason(
    "TRANSACTION_CODE_UNKNOWN", "The corrected transaction code is none of a live entry."
)
TEXT_MALFORMED: Final = Reason("TEXT_MALFORMED", "A corrected part is not 1 to 35 printable signs.")

ACCOUNT_LENGTH_MAX: Final = 17
TEXT_LENGTH_MAX: Final = 35
"""Columns 36 to 70 of an international addenda; a domestic one has 29."""
TRANSACTION_CODES: Final = frozenset(
    ("22", "23", "24", "27", "28", "29", "32", "33", "34", "37", "38", "39", "52", "53")
)
"""Credits, debits, prenotes and zero-dollar entries to checking and savings, and credits to a loan."""
_PRINTABLE: Final = frozenset(chr(code) for code in range(0x20, 0x7F))


def changes_of(code: str, corrected: Mapping[Part, str]) -> tuple[Change, ...] | NocRefused:
    """What a notification with these parts changes, in the code's order; or why it is sent back."""
    row = NOC_CODES.get(code)
    if row is None:
        return NocRefused(None, (NOC_CODE_UNKNOWN,))
    reasons = tuple(dict.fromkeys(_reasons(row, corrected)))
    if reasons:
        return NocRefused("C69" if reasons == (TRANSACTION_CODE_UNKNOWN,) else "C65", reasons)
    return tuple(Change(part, corrected.get(part, ""), part in OF_COUNTERPARTY) for part in row.parts)


def _reasons(row: NocCode, corrected: Mapping[Part, str]) -> Iterator[Reason]:
    wanted = set(row.parts) - WITHOUT_DATA
    if wanted - set(corrected):
        yield PART_MISSING
    if set(corrected) - set(row.parts):
        yield PART_UNEXPECTED
    for part in row.parts:
        if part in corrected and part in wanted and (reason := _malformed(part, corrected[part])):
            yield reason


def _malformed(part: Part, value: str) -> Reason | None:
    match part:
        case Part.ROUTING:
            return None if is_routing_number(value) else ROUTING_MALFORMED
        case Part.ACCOUNT:
            return None if _printable(value, ACCOUNT_LENGTH_MAX) else ACCOUNT_MALFORMED
        case Part.TRANSACTION_CODE:
            return None if value in TRANSACTION_CODES else TRANSACTION_CODE_UNKNOWN
        case _:
            return None if _printable(value, TEXT_LENGTH_MAX) else TEXT_MALFORMED


def is_routing_number(text: str) -> bool:
    """Nine digits whose last is the check digit of the others (ABA Routing Number Policy)."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()):  # noqa: PLR2004 - the length of a routing number
        return False
    return text != "0" * 9 and aba_check_digit(text[:8]) == text[8]


def _printable(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and bool(text.strip()) and _PRINTABLE.issuperset(text)
