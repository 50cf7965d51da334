"""What a profile must look like, how it is written under the seal, and how much of a name may be shown."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Final

from domain.customers.model import Address, CustomerKind, Profile
from domain.keys import key_faults
from domain.refusals import FieldFault, InputInvalid

NAME_LENGTH_MAX: Final = 140
"""As long as a party's name in ISO 20022 (Max140Text)."""
LINE_LENGTH_MAX: Final = 70
"""As long as an address line in ISO 20022 (Max70Text)."""
POSTAL_CODE_LENGTH_MAX: Final = 16
EMAIL_LENGTH_MAX: Final = 254
"""The longest path SMTP carries (RFC 5321, 4.5.3.1.3), less its brackets."""
EARLIEST: Final = date(1850, 1, 1)
"""Before any living person, and before most companies; an older business gives its re-registration."""
_PROFILE_VERSION: Final = 1

_EMAIL = re.compile(r"[^\s@\x00-\x1f]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,63}", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LAST4 = re.compile(r"[0-9]{4}", re.ASCII)

# ISO 3166-1 alpha-2, officially assigned.
_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV
BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES
ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE
IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU
NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE
VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES: Final = frozenset(_COUNTRIES.split())

_Check = tuple[tuple[str, ...], str | None, str, Callable[[str], object], str]
"""Path, value, fault code, test, and what is said when the test fails. An absent value is no fault."""


def input_refusal(profile: Profile, *, key: str, today: date) -> InputInvalid | None:
    """Every fault of the input at once; None when there is none."""
    faults = (*key_faults(key), *_profile_faults(profile, today))
    return InputInvalid(faults) if faults else None


def profile_bytes(profile: Profile) -> bytes:
    """Canonical: equal profiles are equal bytes."""
    kept = {"version": _PROFILE_VERSION, **asdict(profile)}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def profile_from(data: bytes) -> Profile:
    """The inverse of `profile_bytes`. A version this code does not know is a fault, not a guess."""
    kept = json.loads(data)
    version = kept.pop("version")
    if version != _PROFILE_VERSION:
        raise ValueError(f"profile version {version} is not known")
    return Profile(**{**kept, "address": Address(**kept["address"])})


def display_name(kind: CustomerKind, name: str) -> str:
    """What others may see of a name: "Ada King Lovelace" is "A. Lovelace"; a business shows all of it."""
    words = name.split()
    if kind is CustomerKind.BUSINESS:
        return " ".join(words)
    initial = f"{words[0][0].upper()}."
    return f"{initial} {words[-1]}" if len(words) > 1 else initial


def _profile_faults(profile: Profile, today: date) -> Iterator[FieldFault]:
    for path, value, code, good, message in (*_person_checks(profile), *_address_checks(profile.address)):
        if value is not None and not good(value):
            yield FieldFault(path, code, message)
    if _is_day(profile.born_on) and not EARLIEST <= date.fromisoformat(profile.born_on) < today:
        yield FieldFault(("bornOn",), "DATE_OUT_OF_RANGE", f"is not a past day, {EARLIEST} at the earliest")


def _person_checks(profile: Profile) -> Iterator[_Check]:
    name = _text(NAME_LENGTH_MAX)
    yield ("name",), profile.name, "NAME_MALFORMED", name, _text_rule(NAME_LENGTH_MAX)
    yield ("email",), profile.email, "EMAIL_MALFORMED", _is_email, "is not an e-mail address"
    yield ("phone",), profile.phone, "PHONE_MALFORMED", _PHONE.fullmatch, "is not like +12025550123"
    yield ("bornOn",), profile.born_on, "DATE_MALFORMED", _is_day, "is not a date such as 1990-12-31"
    yield ("taxIdLast4",), profile.tax_id_last4, "TAX_ID_MALFORMED", _LAST4.fullmatch, "is not four digits"


def _address_checks(address: Address) -> Iterator[_Check]:
    code, line, rule = "TEXT_MALFORMED", _text(LINE_LENGTH_MAX), _text_rule(LINE_LENGTH_MAX)
    postal, postal_rule = _text(POSTAL_CODE_LENGTH_MAX), _text_rule(POSTAL_CODE_LENGTH_MAX)
    country_rule = "is not an ISO 3166-1 alpha-2 code"
    yield ("address", "line1"), address.line1, code, line, rule
    yield ("address", "line2"), address.line2, code, line, rule
    yield ("address", "city"), address.city, code, line, rule
    yield ("address", "subdivision"), address.subdivision, code, line, rule
    yield ("address", "postalCode"), address.postal_code, code, postal, postal_rule
    yield ("address", "country"), address.country, "COUNTRY_UNKNOWN", COUNTRIES.__contains__, country_rule


def _text(length_max: int) -> Callable[[str], object]:
    return lambda text: 1 <= len(text) <= length_max and text.isprintable() and text == text.strip()


def _text_rule(length_max: int) -> str:
    return f"is not 1 to {length_max} printable characters without spaces around them"


def _is_email(text: str) -> bool:
    return len(text) <= EMAIL_LENGTH_MAX and bool(_EMAIL.fullmatch(text))


def _is_day(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
