"""The codes that exist, and what the form of a file follows from them. Windows and senders of returns live elsewhere.

Source: Nacha Operating Rules, Appendix Three, Subpart 3.2.2 (glossary of data elements: transaction codes, service
classes, standard entry classes), Appendices Four and Five (return and change codes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MIXED: Final = "200"
CREDITS_ONLY: Final = "220"
DEBITS_ONLY: Final = "225"
ADVICES: Final = "280"
SERVICE_CLASSES: Final = (MIXED, CREDITS_ONLY, DEBITS_ONLY, ADVICES)

ADDENDA_MAX: Final = 9_999
"""The addenda of one entry: their sequence number has four digits."""
IAT_MANDATORY: Final = ("10", "11", "12", "13", "14", "15", "16")
IAT_REMITTANCE_MAX: Final = 2
IAT_CORRESPONDENTS_MAX: Final = 5

REVERSAL: Final = "REVERSAL"
"""The entry description of reversals: they alone may run against the direction of their SEC code."""


@dataclass(frozen=True, slots=True)
class Sec:
    """What a standard entry class code asks of a batch and its entries."""

    code: str
    title: str
    addenda: str | None = None
    """The type of addenda that its forward entries may have."""
    addenda_min: int = 0
    addenda_max: int = 0
    credits: bool = True
    debits: bool = True
    zero_only: bool = False
    """Its entries carry no money."""
    remittance: bool = False
    """Codes 24, 29 and so on are allowed: zero dollars, with what is to be said in addenda."""
    amount_max_minor: int | None = None
    description: str | None = None


SECS: Final[Mapping[str, Sec]] = {
    sec.code: sec
    for sec in (
        Sec("ACK", "Acknowledgment of CCD", "05", 0, 1, debits=False, zero_only=True, remittance=True),
        Sec("ADV", "Automated accounting advice"),
        Sec("ARC", "Accounts receivable", credits=False, amount_max_minor=25_000_00),
        Sec("ATX", "Acknowledgment of CTX", "05", 0, ADDENDA_MAX, debits=False, zero_only=True, remittance=True),
        Sec("BOC", "Back office conversion", credits=False, amount_max_minor=25_000_00),
        Sec("CCD", "Corporate credit or debit", "05", 0, 1, remittance=True),
        Sec("CIE", "Customer initiated", "05", 0, 1, debits=False),
        Sec("COR", "Notification of change", "98", 1, 1, zero_only=True),
        Sec("CTX", "Corporate trade exchange", "05", 0, ADDENDA_MAX, remittance=True),
        Sec("DNE", "Death notification", "05", 1, 1, debits=False, zero_only=True),
        Sec("ENR", "Automated enrollment", "05", 1, ADDENDA_MAX, zero_only=True, description="AUTOENROLL"),
        Sec("IAT", "International transaction", remittance=True),
        Sec("MTE", "Machine transfer", "02", 1, 1),
        Sec("POP", "Point of purchase", credits=False, amount_max_minor=25_000_00),
        Sec("POS", "Point of sale", "02", 1, 1),
        Sec("PPD", "Prearranged payment or deposit", "05", 0, 1),
        Sec("RCK", "Re-presented check", credits=False, amount_max_minor=2_500_00, description="REDEPCHECK"),
        Sec("SHR", "Shared network", "02", 1, 1),
        Sec("TEL", "Telephone initiated", credits=False),
        Sec("TRC", "Truncated check", credits=False),
        Sec("TRX", "Truncated checks exchange", "05", 1, ADDENDA_MAX, credits=False),
        Sec("WEB", "Internet or mobile initiated", "05", 0, 1),
        Sec("XCK", "Destroyed check", credits=False, amount_max_minor=2_500_00),
    )
}
"""Limits of ARC, BOC, POP ($25,000), RCK and XCK ($2,500): Rules 2.5.2.2, 2.5.6, 2.5.10, 2.5.13, 2.5.18."""

WITH_COUNT: Final = ("ATX", "CTX", "TRX")
"""Entries that say in columns 55 to 58 how many addenda they have."""


@dataclass(frozen=True, slots=True)
class TransactionCode:
    code: str
    credit: bool
    kind: str
    """LIVE, PRENOTE, REMITTANCE (zero dollars), RETURN (or notification of change), ADVICE."""


def _codes() -> dict[str, TransactionCode]:
    found = {}
    for family in "2345":
        for digit, kind in (("1", "RETURN"), ("2", "LIVE"), ("3", "PRENOTE"), ("4", "REMITTANCE")):
            found[family + digit] = TransactionCode(family + digit, credit=True, kind=kind)
    for family in "234":
        for digit, kind in (("6", "RETURN"), ("7", "LIVE"), ("8", "PRENOTE"), ("9", "REMITTANCE")):
            found[family + digit] = TransactionCode(family + digit, credit=False, kind=kind)
    found[LOAN_REVERSAL] = TransactionCode(LOAN_REVERSAL, credit=False, kind="LIVE")
    found["56"] = TransactionCode("56", credit=False, kind="RETURN")
    for number in range(81, 89):
        found[str(number)] = TransactionCode(str(number), credit=number % 2 == 1, kind="ADVICE")
    return found


LOAN_REVERSAL: Final = "55"
"""The debit of a loan account, for reversals alone."""
LOAN_CREDIT: Final = "52"
TRANSACTION_CODES: Final[Mapping[str, TransactionCode]] = _codes()
"""Demand 2x, savings 3x, general ledger 4x, loan 5x; a loan has no prenote, remittance or debit but 55 and 56."""


def return_code_of(transaction_code: str) -> str:
    """The code of the return or the notification of change of an entry: 22 to 24 are answered as 21, 27 to 29 as 26."""
    known = TRANSACTION_CODES[transaction_code]
    return transaction_code[0] + ("1" if known.credit else "6")


def reversal_code_of(transaction_code: str) -> str | None:
    """The code that takes back an entry; nothing for what moved no money."""
    known = TRANSACTION_CODES.get(transaction_code)
    if known is None or known.kind != "LIVE":
        return None
    if transaction_code == LOAN_CREDIT:
        return LOAN_REVERSAL
    if transaction_code == LOAN_REVERSAL:
        return LOAN_CREDIT
    return transaction_code[0] + ("7" if known.credit else "2")


def _between(prefix: str, *spans: tuple[int, int]) -> frozenset[str]:
    return frozenset(f"{prefix}{number:02d}" for first, last in spans for number in range(first, last + 1))


RETURN_CODES: Final = _between("R", (1, 47), (50, 53), (80, 85))
DISHONOR_CODES: Final = _between("R", (61, 62), (67, 70))
CONTEST_CODES: Final = _between("R", (71, 77))
CHANGE_CODES: Final = _between("C", (1, 9), (13, 14))
REFUSAL_CODES: Final = _between("C", (61, 69))
DEATH_CODES: Final = frozenset(("R14", "R15"))
"""Returns that say when somebody died."""

IAT_TRANSACTION_TYPES: Final = frozenset(
    (
        *("ANN", "BUS", "DEP", "LOA", "MIS", "MOR", "PEN", "REM", "RLS", "SAL", "TAX"),
        *("ARC", "BOC", "IAT", "MTE", "POP", "POS", "RCK", "SHR", "TEL", "WEB"),
    )
)
"""Addenda 10, columns 4 to 6: the reason for the payment, or the SEC code it would have had at home."""
EXCHANGE_INDICATORS: Final = ("FF", "FV", "VF")
EXCHANGE_REFERENCES: Final = ("1", "2", "3")
BANK_ID_QUALIFIERS: Final = ("01", "02", "03")
CARD_TRANSACTIONS: Final = ("01", "02", "03", "11", "12", "13", "21", "99")
"""Purchase, cash, return reversal, purchase reversal, cash reversal, return, adjustment, anything else."""
ORIGINATOR_STATUSES: Final = ("0", "1", "2")
IAT_CORRECTION: Final = "IATCOR"


def routing_check_digit(first_eight: str) -> str:
    """The ninth digit of a routing number: weights 3, 7, 1, up to the next ten (ABA routing number policy)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_eight, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return str(-total % 10)
