"""Money: an integer of minor units and its ISO 4217 currency, together and frozen.

Decimal text exists only at the edges: `parse` reads it strictly, `decimal_text` writes it. No float ever enters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# ISO 4217 list one (active codes that denote money; funds, metals and test codes are left out).
_EXPONENT_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_EXPONENT_3 = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENT_2 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(_EXPONENT_0.split(), 0),
    **dict.fromkeys(_EXPONENT_2.split(), 2),
    **dict.fromkeys(_EXPONENT_3.split(), 3),
}

# One amount fits a signed 64-bit integer with room for sums; balances are unbounded integers in Python and
# DynamoDB keeps 38 digits.
AMOUNT_MINOR_MAX: Final = 10**18 - 1

# ASCII digits only, no exponent, no sign but a leading minus, no leading zeros, no bare point.
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,4})?", re.ASCII)


class MoneyMalformed(ValueError):
    """The text is not an amount of this currency. The message says why and never repeats more than 40 characters."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` minor units of `currency`: Money(1050, "USD") is ten dollars and fifty cents."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        if self.currency not in EXPONENTS:
            raise MoneyMalformed(f"{self.currency[:40]!r} is not an active ISO 4217 currency")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{decimal_text(self)} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add")
        return other.minor


def exponent(currency: str) -> int:
    """How many decimal digits the currency's minor unit has (ISO 4217, column "minor unit")."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyMalformed(f"{currency[:40]!r} is not an active ISO 4217 currency") from None


def parse(text: str, currency: str) -> Money:
    """Reads decimal text such as "10.50"; at most the currency's digits after the point, "0.001" USD is refused."""
    digits = exponent(currency)
    if not _DECIMAL.fullmatch(text):
        raise MoneyMalformed(f"{text[:40]!r} is not a decimal amount such as {_example(digits)!r}")
    whole, _, fraction = text.removeprefix("-").partition(".")
    if len(fraction) > digits:
        raise MoneyMalformed(f"{currency} has {digits} digits after the point, {text[:40]!r} has {len(fraction)}")
    minor = int(whole) * 10**digits + int(fraction.ljust(digits, "0") or "0")
    if minor > AMOUNT_MINOR_MAX:
        raise MoneyMalformed(f"{text[:40]!r} is more than {AMOUNT_MINOR_MAX} minor units")
    return Money(-minor if text.startswith("-") else minor, currency)


def decimal_text(money: Money) -> str:
    """Canonical decimal text with exactly the currency's digits: "10.50", "-0.05", "7"."""
    digits = EXPONENTS[money.currency]
    sign = "-" if money.minor < 0 else ""
    whole, fraction = divmod(abs(money.minor), 10**digits)
    return f"{sign}{whole}.{fraction:0{digits}d}" if digits else f"{sign}{whole}"


def allocate(money: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Splits money by weights without loss: the parts add up to the whole.

    Each part is the floor of its share; the units left over go one each to the largest remainders, and among equal
    remainders to the earlier part. A negative amount is the mirror image of the positive one.
    """
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights are not negative and at least one is positive")
    if money.minor < 0:
        return tuple(-part for part in allocate(-money, weights))
    shares = [divmod(money.minor * weight, total) for weight in weights]
    left_over = money.minor - sum(share for share, _ in shares)
    by_remainder = sorted(range(len(weights)), key=lambda index: (-shares[index][1], index))
    favoured = set(by_remainder[:left_over])
    return tuple(Money(share + (index in favoured), money.currency) for index, (share, _) in enumerate(shares))


def _example(digits: int) -> str:
    return "10." + "5".ljust(digits, "0") if digits else "10"
