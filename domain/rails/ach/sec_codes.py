"""Standard Entry Classes: what each kind of entry is for, who may receive it, and what we let our customers send.

A class decides the receiver's rights: a consumer has sixty days to take back a debit, a company two banking days. The
wrong class for an account is therefore refused before it leaves, not found out by a return R05.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.rails.ach.tables import GENERAL, AccountKind, Direction, Source, in_force
from domain.refusals import FieldFault


class Receiver(StrEnum):
    """Whose accounts a class is for. `EITHER` also stands where nobody's account is posted to."""

    CONSUMER = "consumer"
    CORPORATE = "corporate"
    EITHER = "either"

    def takes(self, kind: AccountKind) -> bool:
        return self is Receiver.EITHER or self.value == kind.value


class Authorisation(StrEnum):
    """How the receiver has to have agreed."""

    WRITTEN = "written"
    """Signed, or similarly authenticated; for a consumer's debit a copy is given to the receiver."""
    ORAL = "oral"
    """Recorded, or confirmed in writing before settlement."""
    INTERNET = "internet"
    """Given on the internet or a mobile device, and authenticated."""
    NOTICE = "notice"
    """By a notice that a check may be converted."""
    AGREEMENT = "agreement"
    """Between two companies."""
    NONE = "none"


class Frequency(StrEnum):
    SINGLE = "single"
    RECURRING = "recurring"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class EntryClass:
    code: str
    title: str
    receiver: Receiver
    credits: bool
    debits: bool
    addenda_max: int
    addenda_required: bool
    authorisation: Authorisation
    frequency: Frequency
    originated: bool
    """Our customers may send it. The others are only read."""
    source: Source


_LAYOUT: Final = Source("github.com/moov-io/ach, the batch of each class")
_CON, _COR, _ANY = Receiver.CONSUMER, Receiver.CORPORATE, Receiver.EITHER
_WRITTEN, _NET, _NOTICE, _DEAL = (
    Authorisation.WRITTEN,
    Authorisation.INTERNET,
    Authorisation.NOTICE,
    Authorisation.AGREEMENT,
)
_NONE, _BOTH, _ONE = Authorisation.NONE, Frequency.EITHER, Frequency.SINGLE
_ADDENDA_05 = 9_999


def _class(
    code: str,
    title: str,
    receiver: Receiver,
    directions: str,
    addenda: int,
    *,
    by: Authorisation,
    frequency: Frequency,
    required: bool = False,
    originated: bool = False,
    source: Source = _LAYOUT,
) -> EntryClass:
    return EntryClass(
        code=code,
        title=title,
        receiver=receiver,
        credits="C" in directions,
        debits="D" in directions,
        addenda_max=addenda,
        addenda_required=required,
        authorisation=by,
        frequency=frequency,
        originated=originated,
        source=source,
    )


_ROWS: Final = (
    _class("ACK", "Acknowledgement of a CCD credit", _COR, "C", 1, by=_NONE, frequency=_ONE),
    _class("ADV", "Automated accounting advice", _ANY, "CD", 0, by=_NONE, frequency=_BOTH),
    _class("ARC", "Accounts receivable: a check by post, converted", _ANY, "D", 0, by=_NOTICE, frequency=_ONE),
    _class("ATX", "Acknowledgement of a CTX credit", _COR, "C", _ADDENDA_05, by=_NONE, frequency=_ONE),
    _class("BOC", "Back office conversion of a check", _ANY, "D", 0, by=_NOTICE, frequency=_ONE),
    _class("CCD", "Corporate credit or debit", _COR, "CD", 1, by=_DEAL, frequency=_BOTH, originated=True),
    _class("CIE", "Customer-initiated: a consumer pays a bill", _COR, "C", 1, by=_DEAL, frequency=_BOTH),
    _class("COR", "Notification of change", _ANY, "CD", 1, by=_NONE, frequency=_ONE, required=True),
    _class("CTX", "Corporate trade exchange", _COR, "CD", _ADDENDA_05, by=_DEAL, frequency=_BOTH, originated=True),
    _class("DNE", "Death notification of a federal agency", _ANY, "C", 1, by=_NONE, frequency=_ONE, required=True),
    _class(
        "ENR",
        "Automated enrolment with a federal agency",
        _ANY,
        "C",
        _ADDENDA_05,
        by=_NONE,
        frequency=_ONE,
        required=True,
    ),
    _class("IAT", "International transaction", _ANY, "CD", 12, by=_WRITTEN, frequency=_BOTH, required=True),
    _class("MTE", "Machine transfer: a cash machine", _CON, "CD", 1, by=_WRITTEN, frequency=_ONE, required=True),
    _class("POP", "Point of purchase: a check converted at the till", _ANY, "D", 0, by=_WRITTEN, frequency=_ONE),
    _class("POS", "Point of sale: a card at the till", _CON, "CD", 1, by=_WRITTEN, frequency=_ONE, required=True),
    _class("PPD", "Prearranged payment and deposit", _CON, "CD", 1, by=_WRITTEN, frequency=_BOTH, originated=True),
    _class("RCK", "Re-presented check", _CON, "D", 0, by=_NOTICE, frequency=_ONE),
    _class(
        "SHR", "Shared network: a card at another's till", _CON, "CD", 1, by=_WRITTEN, frequency=_ONE, required=True
    ),
    _class("TEL", "Telephone-initiated", _CON, "D", 0, by=Authorisation.ORAL, frequency=_BOTH, originated=True),
    _class("TRC", "Check truncation", _ANY, "D", 0, by=_NONE, frequency=_ONE, source=GENERAL),
    _class("TRX", "Check truncation exchange", _ANY, "D", _ADDENDA_05, by=_NONE, frequency=_ONE, source=GENERAL),
    _class("WEB", "Internet- or mobile-initiated", _CON, "CD", 1, by=_NET, frequency=_BOTH, originated=True),
    _class("XCK", "Destroyed check", _ANY, "D", 0, by=_NONE, frequency=_ONE, source=GENERAL),
)
ENTRY_CLASSES: Final[dict[str, EntryClass]] = {row.code: row for row in _ROWS}
ORIGINATED: Final = frozenset(row.code for row in _ROWS if row.originated)

# --- company entry descriptions ------------------------------------------------------------------------------------


class Purpose(StrEnum):
    """What an entry is for, where the rules ask that its batch says so."""

    PAYMENT = "payment"
    WAGES = "wages"
    PURCHASE = "purchase"
    """Goods bought online: a WEB debit of e-commerce."""
    ACCOUNT_VERIFICATION = "account_verification"
    REVERSAL = "reversal"
    REINITIATION = "reinitiation"
    RETURN_FEE = "return_fee"
    REDEPOSITED_CHECK = "redeposited_check"
    ENROLMENT = "enrolment"


@dataclass(frozen=True, slots=True)
class Description:
    """From `since`, entries of this purpose carry this text in field 7 of their batch header, and no others may."""

    text: str
    since: date
    purpose: Purpose
    secs: frozenset[str] | None
    """None: any class."""
    direction: Direction | None
    source: Source


_PHASE_ONE: Final = Source("nacha.org, risk management, company entry descriptions from 2026-03-20")
_MICRO: Final = Source("mainecb.com and nacha.org, micro-entries, phase 1 from 2022-09-16")
_REVERSALS: Final = Source("nacha.org, Reversals and Enforcement (2021), which found it in use")
_RETRY: Final = Source("Banner Bank and Bank Five Nine origination guides, reinitiation")
DESCRIPTIONS: Final = (
    Description("PAYROLL", date(2026, 3, 20), Purpose.WAGES, frozenset({"PPD"}), Direction.CREDIT, _PHASE_ONE),
    Description("PURCHASE", date(2026, 3, 20), Purpose.PURCHASE, frozenset({"WEB"}), Direction.DEBIT, _PHASE_ONE),
    Description("ACCTVERIFY", date(2022, 9, 16), Purpose.ACCOUNT_VERIFICATION, None, None, _MICRO),
    Description("REVERSAL", date(2005, 1, 1), Purpose.REVERSAL, None, None, _REVERSALS),
    Description("RETRY PYMT", date(2015, 9, 18), Purpose.REINITIATION, None, Direction.DEBIT, _RETRY),
    Description("RETURN FEE", date(2011, 3, 18), Purpose.RETURN_FEE, None, Direction.DEBIT, GENERAL),
    Description("REDEPCHECK", date(2005, 1, 1), Purpose.REDEPOSITED_CHECK, frozenset({"RCK"}), None, GENERAL),
    Description("AUTOENROLL", date(2005, 1, 1), Purpose.ENROLMENT, frozenset({"ENR"}), None, GENERAL),
)
DESCRIPTION_LENGTH_MAX: Final = 10
_PRINTABLE: Final = frozenset(chr(code) for code in range(0x20, 0x7F))


def description_of(purpose: Purpose, on: date) -> Description | None:
    """What a batch of this purpose must be called; None where the originator chooses."""
    return in_force((row for row in DESCRIPTIONS if row.purpose is purpose), on)


def reserved_for(text: str, on: date) -> Description | None:
    """The rule that keeps a description for one purpose, whatever its case."""
    wanted = text.strip().upper()
    return in_force((row for row in DESCRIPTIONS if row.text == wanted), on)


# --- what our customers may send -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Origination:
    """An entry somebody wants to send."""

    sec: str
    direction: Direction
    receiver: AccountKind
    description: str
    """Company entry description: field 7 of the batch header."""
    purpose: Purpose = Purpose.PAYMENT
    person_to_person: bool = False
    """From one person to another, or between accounts of the same person."""
    addenda: int = 0


def origination_faults(asked: Origination, on: date) -> tuple[FieldFault, ...]:
    """All that is wrong with an entry before its amount is looked at; nothing when we send it."""
    entry_class = ENTRY_CLASSES.get(asked.sec)
    if entry_class is None:
        return (FieldFault(("sec",), "SEC_UNKNOWN", "is a standard entry class"),)
    if not entry_class.originated:
        return (FieldFault(("sec",), "SEC_NOT_ORIGINATED", f"is one of {', '.join(sorted(ORIGINATED))}"),)
    return (*_class_faults(asked, entry_class), *_description_faults(asked, on))


def _class_faults(asked: Origination, entry_class: EntryClass) -> Iterator[FieldFault]:
    credit = asked.direction is Direction.CREDIT
    if not (entry_class.credits if credit else entry_class.debits):
        yield FieldFault(("direction",), "DIRECTION_NOT_OF_CLASS", f"{asked.sec} has no {asked.direction.value}s")
    if not entry_class.receiver.takes(asked.receiver):
        text = f"{asked.sec} goes to {entry_class.receiver.value} accounts alone"
        yield FieldFault(("sec",), "SEC_NOT_FOR_RECEIVER", text)
    if asked.sec == "WEB" and credit and not asked.person_to_person:
        yield FieldFault(("sec",), "WEB_CREDIT_NOT_PERSONAL", "a WEB credit goes from one person to another")
    if asked.person_to_person and not (asked.sec == "WEB" and credit):
        yield FieldFault(("sec",), "PERSONAL_NOT_WEB", "money from one person to another is a WEB credit")
    if not 0 <= asked.addenda <= entry_class.addenda_max:
        yield FieldFault(("addenda",), "ADDENDA_OUT_OF_RANGE", f"{asked.sec} has 0 to {entry_class.addenda_max}")


def _description_faults(asked: Origination, on: date) -> Iterator[FieldFault]:
    path, text = ("description",), asked.description
    if not 1 <= len(text) <= DESCRIPTION_LENGTH_MAX or not text.strip():
        yield FieldFault(path, "DESCRIPTION_LENGTH", f"is 1 to {DESCRIPTION_LENGTH_MAX} characters, not all blank")
    if not _PRINTABLE.issuperset(text):
        yield FieldFault(path, "DESCRIPTION_CHARACTERS", "is printable ASCII")
    wanted, reserved = description_of(asked.purpose, on), reserved_for(text, on)
    if wanted is not None:
        yield from _wanted_faults(asked, wanted)
    elif reserved is not None:
        said = reserved.purpose.value.replace("_", " ")
        yield FieldFault(path, "DESCRIPTION_RESERVED", f"{reserved.text} is for {said} alone")


def _wanted_faults(asked: Origination, wanted: Description) -> Iterator[FieldFault]:
    if asked.description != wanted.text:
        yield FieldFault(("description",), "DESCRIPTION_REQUIRED", f"is {wanted.text} for this purpose")
    if wanted.secs is not None and asked.sec not in wanted.secs:
        yield FieldFault(("sec",), "SEC_NOT_FOR_PURPOSE", f"is {', '.join(sorted(wanted.secs))} for this purpose")
    if wanted.direction is not None and asked.direction is not wanted.direction:
        yield FieldFault(("direction",), "DIRECTION_NOT_FOR_PURPOSE", f"is {wanted.direction.value} for this purpose")
