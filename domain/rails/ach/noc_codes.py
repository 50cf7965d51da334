"""Notifications of change: what each code corrects, and who must act by when.

Reading the corrected data out of an addenda record is the format's work (`nacha.corrections`); changing a counterparty
takes two people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.rails.ach.calendar import add_banking_days
from domain.rails.ach.tables import Source


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


def apply_by(received_on: date) -> date:
    """By when a change must be made, unless the next entry to that receiver is later."""
    return add_banking_days(received_on, APPLY_BANKING_DAYS)


def refuse_by(received_on: date) -> date:
    return received_on + timedelta(days=REFUSE_DAYS)
