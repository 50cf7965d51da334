"""Account numbers: four digits slot, seven digits claimed once in the home region, one check digit.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004): one table look-up a
digit, and it catches every wrong digit and every swap of two neighbours, which a weighted sum modulo ten does not.
"""

import re
from typing import Final

from domain.ids import Randomness
from domain.jurisdictions import SLOTS

SLOT_DIGITS: Final = 4
SERIAL_DIGITS: Final = 7
NUMBER_DIGITS: Final = SLOT_DIGITS + SERIAL_DIGITS + 1

# Row: digit so far, column: next digit. Weakly totally anti-symmetric (enough, as reading begins at 0), zeros on the
# diagonal.
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_NUMBER = re.compile(rf"[0-9]{{{NUMBER_DIGITS}}}", re.ASCII)


def check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def account_number(slot: int, serial: int) -> str:
    digits = f"{slot:0{SLOT_DIGITS}d}{serial:0{SERIAL_DIGITS}d}"
    return digits + check_digit(digits)


def random_number(slot: int, randomness: Randomness) -> str:
    """Random, so that one customer's number says nothing about how many accounts the bank has."""
    return account_number(slot, randomness.randrange(0, 10**SERIAL_DIGITS))


def well_formed(number: str) -> bool:
    """Twelve digits of a slot that exists, with their check digit."""
    return bool(_NUMBER.fullmatch(number)) and slot_of_number(number) < SLOTS and check_digit(number) == "0"


def slot_of_number(number: str) -> int:
    return int(number[:SLOT_DIGITS])
