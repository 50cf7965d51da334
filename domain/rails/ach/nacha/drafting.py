"""Entries and batch headers as an originator needs them: from plain facts, with check digits, indicators and addenda.

What does not fit a field is not cut here. The builder refuses it and says where.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.records import Addenda05, AnyBatchHeader, BatchHeader, Entry


def batch_header(
    *,
    sec: str,
    service_class: str,
    company_name: str,
    company_id: str,
    entry_description: str,
    effective_date: date | None,
    odfi: str,
    batch_number: int,
    discretionary_data: str = "",
    descriptive_date: str = "",
    originator_status: str = "1",
) -> BatchHeader:
    """`odfi` is the first eight digits of the originating bank's routing number. `descriptive_date` is free text, or SD
    and a time (SD1300) where the bank takes that as the wish for same-day settlement."""
    return BatchHeader(
        service_class=service_class,
        company_name=company_name,
        discretionary_data=discretionary_data,
        company_id=company_id,
        sec=sec,
        entry_description=entry_description,
        descriptive_date=descriptive_date,
        effective_date=f"{effective_date:%y%m%d}" if effective_date else "",
        settlement_date="",
        originator_status=originator_status,
        odfi=odfi,
        batch_number=batch_number,
    )


def entry(
    *,
    sec: str,
    transaction_code: str,
    routing_number: str,
    account_number: str,
    amount_minor: int,
    receiver: str,
    trace_number: str,
    identification: str = "",
    discretionary_data: str = "",
    payment_information: Sequence[str] = (),
) -> Entry:
    """An entry of PPD, CCD, WEB, TEL, CTX and other SEC codes of the usual shape. `routing_number` has nine
    digits; each text of `payment_information` becomes an addenda 05. CTX, ATX and TRX get their count of addenda."""
    addenda = tuple(
        Addenda05(text, number, trace_number[-7:]) for number, text in enumerate(payment_information, start=1)
    )
    return Entry(
        transaction_code=transaction_code,
        rdfi=routing_number[:8],
        check_digit=routing_number[8:],
        account_number=account_number,
        amount_minor=amount_minor,
        identification=identification,
        receiver=f"{len(addenda):04d}{receiver}" if sec in codes.WITH_COUNT else receiver,
        discretionary_data=discretionary_data,
        addenda_indicator="1" if addenda else "0",
        trace_number=trace_number,
        addenda=addenda,
    )


def prenote(entry: Entry, *, trace_number: str) -> Entry | None:
    """The prenotification of an entry to come: its code for a trial, and no amount. Nothing for
    the debit of a loan, which has none."""
    known = codes.TRANSACTION_CODES[entry.transaction_code]
    code = entry.transaction_code[0] + ("3" if known.credit else "8")
    if code not in codes.TRANSACTION_CODES:
        return None
    return replace(
        entry,
        transaction_code=code,
        amount_minor=0,
        addenda_indicator="0",
        trace_number=trace_number,
        addenda=(),
        line=0,
        faults=(),
    )


def offset(
    *,
    debit_minor: int,
    credit_minor: int,
    routing_number: str,
    account_number: str,
    receiver: str,
    trace_number: str,
    savings: bool = False,
) -> Entry | None:
    """The entry on the originator's own account that balances a batch or a file of these totals; nothing when they are
    equal. A batch that holds it is of service class 200."""
    open_minor = debit_minor - credit_minor
    if open_minor == 0:
        return None
    return Entry(
        transaction_code=("3" if savings else "2") + ("2" if open_minor > 0 else "7"),
        rdfi=routing_number[:8],
        check_digit=routing_number[8:],
        account_number=account_number,
        amount_minor=abs(open_minor),
        identification="",
        receiver=receiver,
        discretionary_data="",
        addenda_indicator="0",
        trace_number=trace_number,
    )


def retraced(entry: Entry, trace_number: str) -> Entry:
    """The same entry under another trace number, its addenda with it."""
    addenda = tuple(_retraced(one, trace_number) for one in entry.addenda)
    return replace(entry, trace_number=trace_number, addenda=addenda, line=0, faults=())


def _retraced(one: Any, trace_number: str) -> Any:
    """05 names its entry by the last seven digits; 02, 98 and 99 end in the trace number."""
    if isinstance(one, Addenda05):
        return replace(one, entry_sequence=trace_number[-7:])
    return replace(one, trace_number=trace_number)


def reversal(entry: Entry, *, trace_number: str) -> Entry | None:
    """The entry that takes back an erroneous one: same receiver, account and amount, the other direction. A credit to
    a loan (52) is taken back by 55. Nothing for what moved no money (Rules 2.9, 2.10)."""
    code = codes.reversal_code_of(entry.transaction_code)
    if code is None:
        return None
    return replace(retraced(entry, trace_number), transaction_code=code)


def reversal_header(
    header: AnyBatchHeader, *, transaction_codes: Sequence[str], effective_date: date, batch_number: int
) -> AnyBatchHeader:
    """The header of a batch of reversals: the same company and SEC code, described REVERSAL. `transaction_codes` are
    those of the reversing entries, from which the service class follows."""
    changed: dict[str, Any] = {
        "service_class": service_class_of(transaction_codes),
        "entry_description": codes.REVERSAL,
        "effective_date": f"{effective_date:%y%m%d}",
        "settlement_date": "",
        "batch_number": batch_number,
    }
    return replace(header, **changed)


def service_class_of(transaction_codes: Sequence[str]) -> str:
    """The service class of a batch of these codes."""
    sides = {codes.TRANSACTION_CODES[code].credit for code in transaction_codes}
    if len(sides) != 1:
        return codes.MIXED
    return codes.CREDITS_ONLY if sides.pop() else codes.DEBITS_ONLY
