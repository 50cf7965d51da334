"""The rules of one entry with its addenda, each a function that yields what is wrong. They read no other entry.

Source: Nacha Operating Rules, Appendix Three, Subpart 3.2 (content of records and glossary), and for answers to
entries Appendices Four and Five.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from domain.rails.ach.nacha import codes, layouts, records
from domain.rails.ach.nacha.fields import Kind, Rule, is_digits, reserved_code
from domain.rails.ach.nacha.records import Addenda, AnyEntry, Entry, IatEntry

ANSWERS: Final = (
    records.Addenda99,
    records.Addenda99Iat,
    records.Addenda99Dishonored,
    records.Addenda99Contested,
    records.Addenda98,
    records.Addenda98Iat,
    records.Addenda98Refused,
)
"""Addenda that make an entry the answer to another: a return in one of its steps, or a notification of change."""
STEPS: Final[Mapping[type, int]] = {
    records.Addenda99: 1,
    records.Addenda99Iat: 1,
    records.Addenda99Dishonored: 2,
    records.Addenda99Contested: 3,
    records.Addenda98: 1,
    records.Addenda98Iat: 1,
    records.Addenda98Refused: 2,
}
"""Which answer comes first: a return is dishonored, which is contested; a notification of change is refused."""
ADVICE_DAY: Final = 8
"""Columns of an advice's trace number before its day and sequence, which count up together."""
CHANGES: Final = (records.Addenda98, records.Addenda98Iat, records.Addenda98Refused)
RETURNS: Final = (records.Addenda99, records.Addenda99Iat)


class Fault(NamedTuple):
    """`line` counts from the line of the entry: 0 is the entry, 1 its first addenda."""

    line: int
    field: str
    code: str
    message: str
    column: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What an entry's rules depend on: of its batch, and the trace number before it."""

    sec: codes.Sec | None
    service_class: str
    odfi: str
    description: str
    iat: bool
    previous_trace: str = ""


@dataclass(slots=True)
class Case:
    """An entry under examination."""

    entry: AnyEntry
    setting: Setting
    code: codes.TransactionCode | None = field(init=False)
    answers: tuple[records.AnyReturn | records.AnyChange, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.code = codes.TRANSACTION_CODES.get(self.entry.transaction_code)
        self.answers = tuple(one for one in self.entry.addenda if isinstance(one, ANSWERS))

    def fault(self, name: str, code: str, message: str) -> Fault:
        return Fault(0, name, code, message, self.entry.layout.field(name).start)


def addenda_fault(index: int, addenda: Addenda, name: str, code: str, message: str) -> Fault:
    return Fault(index + 1, name, code, message, addenda.layout.field(name).start if name else 1)


def entry_faults(entry: AnyEntry, setting: Setting) -> Iterator[Fault]:
    case = Case(entry, setting)
    for check in CHECKS:
        yield from check(case)


# --- the entry's own fields ------------------------------------------------------------------------------------------


def transaction_code(case: Case) -> Iterator[Fault]:
    code, sec, name = case.code, case.setting.sec, "transaction_code"
    if code is None:
        if is_digits(case.entry.transaction_code):
            yield case.fault(name, "TRANSACTION_CODE", f"There is no transaction code {case.entry.transaction_code}.")
        return
    service_class = case.setting.service_class
    if service_class == (codes.DEBITS_ONLY if code.credit else codes.CREDITS_ONLY):
        side = "credit" if code.credit else "debit"
        message = f"Code {code.code} is a {side}, which service class {service_class} does not allow."
        yield case.fault(name, "SERVICE_CLASS_DIRECTION", message)
    if sec is None:
        return
    if (code.kind == "ADVICE") != (sec.code == "ADV"):
        yield case.fault(name, "TRANSACTION_CODE_SEC", f"Code {code.code} does not stand in a batch of {sec.code}.")
    elif case.answers:
        if code.kind != "RETURN" and sec.code != "ADV":
            message = f"An answer to an entry has a code that ends in 1 or 6, not {code.code}."
            yield case.fault(name, "TRANSACTION_CODE_RETURN", message)
    elif why := _why_not(code, sec, case.setting.description):
        yield case.fault(name, "TRANSACTION_CODE_SEC", why)


def _why_not(code: codes.TransactionCode, sec: codes.Sec, description: str) -> str | None:
    """Why a forward entry of the SEC code may not have the transaction code."""
    reversal = description == codes.REVERSAL
    if code.kind == "RETURN":
        return f"Code {code.code} is for returns and notifications of change, and the entry has no addenda of one."
    if code.code == codes.LOAN_REVERSAL and not reversal:
        return f"Code {code.code} takes back a credit to a loan: its batch is described as {codes.REVERSAL}."
    if code.kind == "REMITTANCE" and not sec.remittance:
        return f"Code {code.code} carries remittance without money, which {sec.code} does not allow."
    if sec.zero_only and sec.remittance and code.kind != "REMITTANCE":
        return f"Entries of {sec.code} acknowledge a credit, with a code that ends in 4, not {code.code}."
    if code.kind == "LIVE" and sec.zero_only:
        return f"Entries of {sec.code} move no money, and code {code.code} does."
    if not reversal and not (sec.credits if code.credit else sec.debits):
        return f"{sec.code} allows no {'credits' if code.credit else 'debits'}, such as code {code.code}."
    return None


def check_digit(case: Case) -> Iterator[Fault]:
    entry = case.entry
    yield from _check_digit(case, "check_digit", entry.rdfi, entry.check_digit)
    if isinstance(entry, records.AdvEntry):
        name, number = "advice_routing_number", entry.advice_routing_number
        yield from _check_digit(case, name, number[:-1], number[-1])


def _check_digit(case: Case, name: str, eight: str, digit: str) -> Iterator[Fault]:
    if is_digits(eight + digit) and codes.routing_check_digit(eight) != digit:
        expected = codes.routing_check_digit(eight)
        yield case.fault(name, "CHECK_DIGIT", f"The check digit of {eight} is {expected}, not {digit}.")


def amount(case: Case) -> Iterator[Fault]:
    code, sec, minor = case.code, case.setting.sec, case.entry.amount_minor
    if code is None or code.kind == "ADVICE":
        return
    if sec and sec.code == "COR" and minor:
        if case.setting.iat:
            message = "A notification of change carries an amount, which it does not move."
            yield case.fault("amount_minor", "AMOUNT_CHANGE", message)
        else:
            yield case.fault("amount_minor", "AMOUNT_NOT_ZERO", "The amount of a notification of change is zero.")
    elif case.answers:
        return
    elif code.kind == "LIVE" and minor == 0:
        yield case.fault("amount_minor", "AMOUNT_ZERO", f"An entry of code {code.code} has an amount above zero.")
    elif code.kind in ("PRENOTE", "REMITTANCE") and minor:
        yield case.fault("amount_minor", "AMOUNT_NOT_ZERO", f"The amount of an entry of code {code.code} is zero.")
    elif sec and sec.amount_max_minor is not None and minor > sec.amount_max_minor:
        message = f"An entry of {sec.code} is at most {sec.amount_max_minor} cents."
        yield case.fault("amount_minor", "AMOUNT_LIMIT", message)


def advice_day(case: Case) -> Iterator[Fault]:
    entry = case.entry
    if isinstance(entry, records.AdvEntry) and is_digits(entry.julian_day) and not is_day_of_year(entry.julian_day):
        yield case.fault("julian_day", "DATE", "The day of the advice is a day of the year, 001 to 366.")


def trace(case: Case) -> Iterator[Fault]:
    number, before = case.entry.trace_number, case.setting.previous_trace
    if isinstance(case.entry, records.AdvEntry):
        name = "sequence_number"
        number, before = number[ADVICE_DAY:], before[ADVICE_DAY:]
    else:
        name = "trace_number"
        if case.setting.odfi and not number.startswith(case.setting.odfi):
            message = f"The trace number begins with {number[:8]}, the ODFI of the batch is {case.setting.odfi}."
            yield case.fault(name, "TRACE_ODFI", message)
    if before and number == before:
        yield case.fault(name, "TRACE_DUPLICATE", f"{number} stands on the entry before, too.")
    elif before and number < before:
        yield case.fault(name, "TRACE_ORDER", f"{number} follows {before}, and must be greater.")


def addenda_indicator(case: Case) -> Iterator[Fault]:
    said, has = case.entry.addenda_indicator, bool(case.entry.addenda)
    if said not in ("0", "1"):
        if is_digits(said):
            yield case.fault("addenda_indicator", "FIELD_VALUE", "addenda_indicator is 0 or 1.")
    elif (said == "1") != has:
        follows = "addenda follow" if has else "no addenda follow"
        yield case.fault("addenda_indicator", "ADDENDA_INDICATOR", f"The indicator is {said} and {follows}.")


def special(case: Case) -> Iterator[Fault]:
    """Columns 40 to 78 of a forward entry, as its SEC code has them. An answer copies what it got."""
    entry, sec = case.entry, case.setting.sec
    if sec is None or case.answers or not isinstance(entry, Entry):
        return
    found = records.special_fields(sec.code, entry)
    for part in layouts.SPECIAL_FIELDS.get(sec.code, layouts.USUAL_FIELDS):
        value = found[part.name]
        if part.rule is Rule.RESERVED:
            if value:
                code = reserved_code(value.ljust(part.length))
                yield Fault(0, part.name, code, f"{part.name} of {sec.code} must be blank.", part.start)
        elif part.kind is not Kind.TEXT:
            if not (len(value) == part.length and is_digits(value)):
                message = f"{part.name} of {sec.code} must be {part.length} digits."
                yield Fault(0, part.name, "FIELD_NOT_NUMERIC", message, part.start)
            elif part.name == "card_transaction_type" and value not in codes.CARD_TRANSACTIONS:
                yield Fault(0, part.name, "FIELD_VALUE", "There is no such card transaction type.", part.start)
            elif part.name == "card_expiration" and not "01" <= value[:2] <= "12":
                yield Fault(0, part.name, "DATE", "The expiration of the card is no month (MMYY).", part.start)
        elif part.rule is Rule.MANDATORY and not value.strip("0 " if part.name == "receiver" else " "):
            yield Fault(0, part.name, "FIELD_MISSING", f"{part.name} of {sec.code} must not be blank.", part.start)


# --- addenda ---------------------------------------------------------------------------------------------------------


def addenda_of_forward(case: Case) -> Iterator[Fault]:
    sec, entry = case.setting.sec, case.entry
    if sec is None or case.answers or case.setting.iat:
        return
    count = 0
    for index, one in enumerate(entry.addenda):
        kind = one.layout.name.removeprefix("addenda_")
        if kind == sec.addenda:
            count += 1
        else:
            message = f"An entry of {sec.code} has no addenda {kind}."
            yield addenda_fault(index, one, "", "ADDENDA_NOT_ALLOWED", message)
    remittance = case.code is not None and case.code.kind == "REMITTANCE" and not sec.zero_only
    least = max(sec.addenda_min, 1 if remittance else 0)
    if count < least:
        message = f"The entry must have addenda {sec.addenda or '05'}."
        yield case.fault("addenda_indicator", "ADDENDA_MISSING", message)
    if sec.addenda and count > sec.addenda_max:
        message = f"An entry of {sec.code} has at most {sec.addenda_max:,} addenda."
        yield case.fault("addenda_indicator", "ADDENDA_TOO_MANY", message)


def addenda_count(case: Case) -> Iterator[Fault]:
    """CTX, ATX and TRX say in columns 55 to 58 how many addenda follow; a return repeats what it got."""
    sec, entry = case.setting.sec, case.entry
    if sec is None or sec.code not in codes.WITH_COUNT or case.answers or not isinstance(entry, Entry):
        return
    said = entry.receiver[:4]
    if is_digits(said) and int(said) != len(entry.addenda):
        message = f"The entry counts {int(said)} addenda and has {len(entry.addenda)}."
        yield Fault(0, "addenda_count", "ADDENDA_COUNT", message, 55)


def addenda_sequence(case: Case) -> Iterator[Fault]:
    """05, 17 and 18 count from 1, each for itself; what names its entry names the last seven digits of its trace."""
    last: dict[type, int] = {}
    own = case.entry.trace_number
    repeated = case.setting.iat and bool(case.answers)
    answered = {one.original_trace_number[-7:] for one in case.answers}
    for index, one in enumerate(case.entry.addenda):
        if isinstance(one, records.Addenda05 | records.Addenda17 | records.Addenda18):
            expected = last.get(type(one), 0) + 1
            last[type(one)] = one.sequence_number
            if one.sequence_number != expected:
                message = f"The sequence number is {one.sequence_number}, not {expected}."
                yield addenda_fault(index, one, "sequence_number", "ADDENDA_SEQUENCE", message)
        if isinstance(one, records.Addenda05 | records.IatAddenda):
            if not repeated and one.entry_sequence not in {own[-7:], *answered}:
                message = f"The addenda belong to entry {one.entry_sequence} and follow {own[-7:]}."
                yield addenda_fault(index, one, "entry_sequence", "ADDENDA_ENTRY", message)
        elif isinstance(one, records.Addenda02):
            if one.trace_number != own:
                message = f"The addenda belong to entry {one.trace_number} and follow {own}."
                yield addenda_fault(index, one, "trace_number", "ADDENDA_ENTRY", message)
            if not is_day(f"2024{one.transaction_date}"):
                yield addenda_fault(index, one, "transaction_date", "DATE", "The transaction date is no day (MMDD).")


def addenda_of_answers(case: Case) -> Iterator[Fault]:
    if not case.answers:
        return
    sec = case.setting.sec
    kinds: set[type] = set()
    latest = 0
    for index, one in enumerate(case.entry.addenda):
        if not isinstance(one, ANSWERS):
            if not case.setting.iat:
                yield _beside_an_answer(index, one, case, after=bool(kinds))
            continue
        if sec is not None and isinstance(one, CHANGES) != (sec.code == "COR"):
            message = f"Addenda {one.layout.name[8:10]} do not stand in a batch of {sec.code}."
            yield addenda_fault(index, one, "", "ADDENDA_NOT_ALLOWED", message)
        if type(one) in kinds:
            yield addenda_fault(index, one, "", "ADDENDA_TOO_MANY", "The entry has such addenda already.")
        elif STEPS[type(one)] < latest:
            message = "The addenda of a later step stand before."
            yield addenda_fault(index, one, "", "ADDENDA_ORDER", message)
        elif kinds:
            message = "The addenda of an earlier step stand before."
            yield addenda_fault(index, one, "", "ADDENDA_HISTORY", message)
        kinds.add(type(one))
        latest = max(latest, STEPS[type(one)])
        yield from _answer(index, one, case)


def _beside_an_answer(index: int, one: Addenda, case: Case, *, after: bool) -> Fault:
    """An answer carries none of the addenda of its entry (Appendix Four, 4.2). Some banks repeat those of entries that
    may have many, before their own; no meaning is lost by it."""
    sec = case.setting.sec
    if isinstance(one, records.Addenda05) and sec is not None and sec.code in codes.WITH_COUNT and not after:
        message = f"The answer repeats addenda 05 of the entry of {sec.code}."
        return addenda_fault(index, one, "", "ADDENDA_REPEATED", message)
    message = "A return or a notification of change carries no other addenda."
    return addenda_fault(index, one, "", "ADDENDA_NOT_ALLOWED", message)


def _answer(index: int, one: Addenda, case: Case) -> Iterator[Fault]:
    if isinstance(one, records.AnyReturn):
        if one.return_code not in codes.RETURN_CODES | codes.DISHONOR_CODES | codes.CONTEST_CODES:
            yield addenda_fault(index, one, "return_code", "RETURN_CODE", "There is no such return reason code.")
    elif isinstance(one, records.Addenda98Refused) and one.refusal_code not in codes.REFUSAL_CODES:
        yield addenda_fault(index, one, "refusal_code", "CHANGE_CODE", "There is no such code of a refusal.")
    if isinstance(one, records.AnyChange) and one.change_code not in codes.CHANGE_CODES:
        yield addenda_fault(index, one, "change_code", "CHANGE_CODE", "There is no such change code.")
    if isinstance(one, RETURNS):
        yield from _death(index, one)
    if isinstance(one, records.Addenda99Dishonored | records.Addenda99Contested):
        yield from _steps_before(index, one)
    if isinstance(one, ANSWERS):
        yield from _answer_trace(index, one.trace_number, one, case)


def _steps_before(index: int, one: records.Addenda99Dishonored | records.Addenda99Contested) -> Iterator[Fault]:
    """What the addenda of a later step say of the return, and of the dishonor of it."""
    days = {"return_settlement_date": one.return_settlement_date}
    reasons = {"return_reason": (one.return_reason, codes.RETURN_CODES)}
    if isinstance(one, records.Addenda99Contested):
        if not (is_unset(one.date_returned, 6) or is_day(one.date_returned)):
            yield addenda_fault(index, one, "date_returned", "DATE_INFORMATION", "The date is no day (YYMMDD).")
        if not is_unset(one.original_settlement_date, 3):
            days["original_settlement_date"] = one.original_settlement_date
        days["dishonored_settlement_date"] = one.dishonored_settlement_date
        reasons["dishonored_reason"] = one.dishonored_reason, codes.DISHONOR_CODES
    for name, day in days.items():
        if not is_day_of_year(day) and (is_digits(day) or one.layout.field(name).kind is Kind.TEXT):
            yield addenda_fault(index, one, name, "DATE", f"{name} is a day of the year, 001 to 366.")
    for name, (reason, known) in reasons.items():
        if is_digits(reason) and f"R{reason}" not in known:
            yield addenda_fault(index, one, name, "RETURN_CODE", f"There is no such {name}.")


def _answer_trace(index: int, number: str, one: Addenda, case: Case) -> Iterator[Fault]:
    """Banks leave zeros or a number of their own here; one that the sender of the batch gave is that of an entry."""
    own, odfi = case.entry.trace_number, case.setting.odfi
    if number == own:
        return
    if odfi and number.startswith(odfi) and not isinstance(case.entry, IatEntry) and len(case.answers) == 1:
        message = f"The addenda belong to entry {number} and follow {own}."
        yield addenda_fault(index, one, "trace_number", "ADDENDA_ENTRY", message)
    else:
        yield addenda_fault(index, one, "trace_number", "TRACE_RETURN", f"The entry's trace number is {own}.")


def _death(index: int, one: "records.Addenda99 | records.Addenda99Iat") -> Iterator[Fault]:
    said = not is_unset(one.date_of_death, 6)
    if said and not is_day(one.date_of_death):
        yield addenda_fault(index, one, "date_of_death", "DATE", "The date of death is no day (YYMMDD).")
    elif not said and one.return_code in codes.DEATH_CODES:
        message = f"{one.return_code} comes with the date of death."
        yield addenda_fault(index, one, "date_of_death", "DATE_OF_DEATH", message)


# --- IAT -------------------------------------------------------------------------------------------------------------


def addenda_of_iat(case: Case) -> Iterator[Fault]:
    entry = case.entry
    if not isinstance(entry, IatEntry):
        return
    kinds = [one.layout.name[8:10] for one in entry.addenda]
    for index, (one, kind) in enumerate(zip(entry.addenda, kinds, strict=True)):
        if kind in ("02", "05"):
            yield addenda_fault(index, one, "", "ADDENDA_NOT_ALLOWED", f"An entry of IAT has no addenda {kind}.")
        elif kind in ("17", "18") and case.answers:
            message = f"A return of IAT has no addenda {kind}."
            yield addenda_fault(index, one, "", "ADDENDA_NOT_ALLOWED", message)
        if index and kind < kinds[index - 1]:
            message = f"Addenda {kind} follow {kinds[index - 1]}."
            yield addenda_fault(index, one, "", "ADDENDA_ORDER", message)
        yield from _iat_values(index, one)
    yield from _iat_numbers(case, kinds)
    yield from _iat_count(entry, len(kinds))


def _iat_numbers(case: Case, kinds: list[str]) -> Iterator[Fault]:
    bare_change = any(isinstance(one, CHANGES) for one in case.answers) and len(kinds) == len(case.answers)
    for kind in codes.IAT_MANDATORY:
        if kind not in kinds and not bare_change:
            yield case.fault("addenda_indicator", "ADDENDA_MISSING", f"The entry must have addenda {kind}.")
    limits = [(kind, 1) for kind in codes.IAT_MANDATORY]
    limits += [("17", codes.IAT_REMITTANCE_MAX), ("18", codes.IAT_CORRESPONDENTS_MAX)]
    for kind, most in limits:
        if kinds.count(kind) > most:
            message = f"The entry has at most {most} addenda {kind}."
            yield case.fault("addenda_indicator", "ADDENDA_TOO_MANY", message)


def _iat_count(entry: IatEntry, count: int) -> Iterator[Fault]:
    if entry.addenda_count == count:
        return
    message = f"The entry counts {entry.addenda_count} addenda and has {count}."
    mandatory = entry.addenda_count == len(codes.IAT_MANDATORY) < count
    code = "ADDENDA_COUNT_MANDATORY" if mandatory else "ADDENDA_COUNT"
    yield Fault(0, "addenda_count", code, message, entry.layout.field("addenda_count").start)


def _iat_values(index: int, one: Addenda) -> Iterator[Fault]:
    if isinstance(one, records.Addenda10) and one.transaction_type not in codes.IAT_TRANSACTION_TYPES:
        yield addenda_fault(index, one, "transaction_type", "FIELD_VALUE", "There is no such transaction type.")
    if isinstance(one, records.Addenda13 | records.Addenda14 | records.Addenda18):
        if one.bank_id_qualifier not in codes.BANK_ID_QUALIFIERS:
            yield addenda_fault(index, one, "bank_id_qualifier", "FIELD_VALUE", "The qualifier is 01, 02 or 03.")
        if not is_capitals(one.bank_country, 2):
            yield addenda_fault(index, one, "bank_country", "FIELD_VALUE", "The country is two capital letters.")


def is_unset(text: str, length: int) -> bool:
    """Whether a date of so many columns that may be left out was: all blanks or all zeros, and nothing half filled."""
    return text in ("", "0" * length)


def is_day_of_year(text: str) -> bool:
    return len(text) == 3 and is_digits(text) and "001" <= text <= "366"  # noqa: PLR2004 - three digits


def is_capitals(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isalpha() and text.isupper()


def is_day(text: str) -> bool:
    """Whether YYMMDD, or YYYYMMDD, is a day of the calendar."""
    digits = text if len(text) == 8 else f"20{text}"  # noqa: PLR2004 - YYYYMMDD
    if len(digits) != 8 or not is_digits(digits):  # noqa: PLR2004 - YYYYMMDD
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


CHECKS: Final[tuple[Callable[[Case], Iterator[Fault]], ...]] = (
    transaction_code,
    check_digit,
    amount,
    special,
    addenda_indicator,
    advice_day,
    trace,
    addenda_of_forward,
    addenda_count,
    addenda_of_answers,
    addenda_of_iat,
    addenda_sequence,
)
"""Every rule of an entry, in the order in which its findings are said."""
