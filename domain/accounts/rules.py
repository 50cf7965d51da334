"""What is allowed around accounts, and the ids that follow from what was asked: pure functions."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from domain.access.model import Relation
from domain.accounts.model import AccountRecord, Elsewhere, LimitAboveProduct
from domain.accounts.numbers import slot_of_number, well_formed
from domain.accounts.products import Terms, terms_on
from domain.ids import Place, account_id, customer_jurisdiction, joint_limit_id, place_of, prefix_of
from domain.jurisdictions import JURISDICTIONS, SLOTS
from domain.ledger.model import JOINT_LIMITS_MAX, Limits
from domain.money import AMOUNT_MINOR_MAX
from domain.refusals import FieldFault, JurisdictionMismatch, NotFound, WrongRegion

OWNERS: Final = frozenset({Relation.OWNER, Relation.JOINT_OWNER})
ADDED: Final = frozenset({Relation.JOINT_OWNER, Relation.DELEGATE})
"""Relations that come and go; the owner is the customer for whom the account was opened, and stays."""
_NO_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _Derived:
    """Randomness that is no chance: 80 bits that follow from what was asked."""

    def __init__(self, bits: int) -> None:
        self._bits = bits

    def getrandbits(self, k: int, /) -> int:
        return self._bits & ((1 << k) - 1)

    def random(self) -> float:
        raise TypeError("derived bits are for ids only")

    def randrange(self, start: int, stop: int, /) -> int:
        raise TypeError(f"derived bits are for ids only, not for {start} to {stop}")


def opening_id(*, customer: str, scope: str, key: str) -> str:
    """Names the claim of an opening. Hashed: a caller may have put a name into its key."""
    return _digest("opening", customer, scope, key).hex()


def opened_account_id(opening: str, place: Place, at: datetime) -> str:
    """The id of the account that an opening leads to: the moment of its first claim, and the claim's own bits."""
    return account_id(place, at, _Derived(int(opening, 16)))


def derived_joint_limit_id(beside: AccountRecord, *, scope: str, key: str) -> str:
    """Follows from the request alone, so that asking twice names one limit; its ULID therefore tells no time."""
    bits = int.from_bytes(_digest("joint_limit", beside.holder, scope, key))
    return joint_limit_id(beside.place, _NO_MOMENT, _Derived(bits))


def elsewhere(account: str, *, region: str, addresses: Mapping[str, str]) -> WrongRegion | NotFound | None:
    """Why this region cannot answer for an account; None when it can. The id says where the account lives."""
    home = region_of(account)
    if home is None:
        return NotFound(account)
    return None if home == region else WrongRegion(home, addresses.get(home, ""))


def region_of(account: str) -> str | None:
    """The home region of an account, limit, journal, hold or order by its id; None when it is no such id."""
    place = place_of(account)
    if place is None or place.jurisdiction not in JURISDICTIONS or place.slot >= SLOTS:
        return None
    return JURISDICTIONS[place.jurisdiction].region_of(place.slot)


def region_of_number(routing_number: str, number: str) -> Elsewhere | None:
    """Where the account of this number lives; None when no account of the bank can have it."""
    for jurisdiction in JURISDICTIONS.values():
        if jurisdiction.routing_number == routing_number and well_formed(number):
            return Elsewhere(jurisdiction.region_of(slot_of_number(number)))
    return None


def number_faults(routing_number: str, number: str) -> tuple[FieldFault, ...]:
    faults = []
    if routing_number not in {jurisdiction.routing_number for jurisdiction in JURISDICTIONS.values()}:
        faults.append(FieldFault(("routingNumber",), "ROUTING_NUMBER_UNKNOWN", "is not one of this bank's"))
    if not well_formed(number):
        message = "is not twelve digits with their check digit"
        faults.append(FieldFault(("accountNumber",), "ACCOUNT_NUMBER_MALFORMED", message))
    return tuple(faults)


def jurisdiction_refusal(account: str, person: str) -> JurisdictionMismatch | NotFound | None:
    """People of an account belong to its jurisdiction, wherever in it they live."""
    place, theirs = place_of(account), customer_jurisdiction(person)
    if place is None:
        return NotFound(account)
    if theirs is None:
        return NotFound(person)
    return None if theirs == place.jurisdiction else JurisdictionMismatch()


def limit_faults(limits: Limits) -> tuple[FieldFault, ...]:
    named = (
        ("overdraft", limits.overdraft_minor),
        ("perTransfer", limits.per_transfer_minor),
        ("perDay", limits.per_day_minor),
    )
    return tuple(
        FieldFault((name,), "LIMIT_MALFORMED", f"is 0 to {AMOUNT_MINOR_MAX} minor units")
        for name, minor in named
        if minor is not None and not 0 <= minor <= AMOUNT_MINOR_MAX
    )


def above_product(wanted: Limits, terms: Terms) -> LimitAboveProduct | None:
    """No limit is above every maximum."""
    for name, minor, most in (
        ("OVERDRAFT", wanted.overdraft_minor, terms.limits_max.overdraft_minor),
        ("PER_TRANSFER", wanted.per_transfer_minor, terms.limits_max.per_transfer_minor),
        ("PER_DAY", wanted.per_day_minor, terms.limits_max.per_day_minor),
    ):
        if most is not None and (minor is None or minor > most):
            return LimitAboveProduct(name, most, terms.currency)
    return None


def terms_of(record: AccountRecord, day: date) -> Terms:
    """The terms of an account's product on a day. An account without terms is a fault: rows are never removed."""
    terms = terms_on(day, product=record.product, currency=record.currency, holder=record.holder_kind)
    if terms is None:
        raise ValueError(f"{record.id} is of a product without terms on {day}")
    return terms


def joint_limit_faults(account: str, limits: tuple[str, ...]) -> tuple[FieldFault, ...]:
    """Joint limits live with their accounts: one transaction tests both."""
    checks = (
        (len(limits) > JOINT_LIMITS_MAX, "TOO_MANY", f"are at most {JOINT_LIMITS_MAX}"),
        (len(set(limits)) < len(limits), "REPEATED", "are named once each"),
        (
            any(prefix_of(limit) != "lim" or region_of(limit) != region_of(account) for limit in limits),
            "JOINT_LIMIT_UNKNOWN",
            "are ids of joint limits of the account's own region",
        ),
    )
    return tuple(FieldFault(("jointLimits",), code, message) for wrong, code, message in checks if wrong)


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x00".join(parts).encode()).digest()
