"""What is known of a customer, an account, a payee, a device or a terminal, and the features that follow from it.

One definition for both worlds: the store keeps these profiles and serves from them, and whoever rebuilds features from
history (training, the point-in-time test) does so by the same windows. Pure functions; times are UTC.

A profile has buckets of payments, by the moment at which they were made: of five minutes, of an hour and of a day. A
window ends with the bucket that is being filled: an hour is twelve buckets of five minutes, a day 24 of an hour, seven
and thirty days as many of a day. What comes out of order finds its bucket, so that the order changes nothing.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from domain.fraud.kinds import FEATURES, FRAUD_WINDOWS, Family, Features, Value
from domain.fraud.model import ScoringRequest

MATURITY_DAYS: Final = 7
"""After that long it is known of nearly every payment whether it was a fraud."""
COUNTERPARTS_MAX: Final = 64
"""How many others a profile remembers, the latest first. A profile of them all would outgrow its read unit; nobody
honest pays 64 within the windows, and who does is noticed long before."""
_FIVE_MINUTES: Final = 300
_HOUR: Final = 3_600
_DAY: Final = 86_400
_NIGHT_HOURS: Final = 7
_SATURDAY: Final = 5
_TEXT_VERSION: Final = 1
HORIZON_DAYS: Final = MATURITY_DAYS + FRAUD_WINDOWS[-1]
"""A profile knows nothing of what happened on earlier days than these, the present one among them."""

Buckets = Mapping[int, tuple[int, ...]]
"""Number of the bucket since 1970 -> payments and sum in minor units; of days also the sum of squares."""


class ProfileTorn(Exception):
    """The text of a profile is none."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Of one entity and one currency."""

    minutes: Buckets = field(default_factory=dict)
    hours: Buckets = field(default_factory=dict)
    days: Buckets = field(default_factory=dict)
    frauds: Mapping[int, int] = field(default_factory=dict)
    """Day of the payment -> how many of that day's payments are known to be frauds."""
    counterparts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Digest of the other's id -> seconds since 1970 of the first and the last payment."""


@dataclass(frozen=True, slots=True)
class _Grain:
    """Buckets of one length."""

    of: Callable[[Profile], Buckets]
    seconds: int
    kept: int


_MINUTES: Final = _Grain(lambda profile: profile.minutes, _FIVE_MINUTES, 12)
_HOURS: Final = _Grain(lambda profile: profile.hours, _HOUR, 24)
_DAYS: Final = _Grain(lambda profile: profile.days, _DAY, HORIZON_DAYS)
_WINDOWS: Final[tuple[tuple[str, _Grain, int], ...]] = (
    ("1h", _MINUTES, 12),
    ("1d", _HOURS, 24),
    ("7d", _DAYS, 7),
    ("30d", _DAYS, 30),
)
_SECONDS_OF_WINDOW: Final = {"1h": _HOUR, "1d": _DAY, "7d": 7 * _DAY, "30d": 30 * _DAY}


# Whose profiles a payment belongs to.


def entities(request: ScoringRequest) -> dict[Family, str]:
    """The ids by which the payment is known; a family that it has no id of is left out."""
    ids = {
        Family.CUSTOMER: request.customer,
        Family.ACCOUNT: request.account,
        Family.PAYEE: request.payee,
        Family.DEVICE: request.device,
        Family.TERMINAL: request.terminal,
    }
    return {family: found for family, found in ids.items() if found}


def profile_key(family: Family, entity: str, currency: str) -> str:
    """Sums of different currencies cannot be added, so each has a profile of its own."""
    return f"{family.value}#{entity}#{currency}"


def counterpart_of(family: Family, found: Mapping[Family, str]) -> str | None:
    """Whom an entity deals with: who pays, or who is paid."""
    if family in (Family.CUSTOMER, Family.ACCOUNT):
        return found.get(Family.PAYEE) or found.get(Family.TERMINAL)
    return found.get(Family.CUSTOMER)


# How a profile changes.


def applied(profile: Profile | None, *, at: datetime, amount_minor: int, counterpart: str | None) -> Profile:
    """The profile with one payment more."""
    profile = profile or Profile()
    second = seconds_of(at)
    days = _with(profile, _DAYS, second, (1, amount_minor, amount_minor * amount_minor))
    return replace(
        profile,
        minutes=_with(profile, _MINUTES, second, (1, amount_minor)),
        hours=_with(profile, _HOURS, second, (1, amount_minor)),
        days=days,
        frauds=_remembered(profile.frauds, days),
        counterparts=_seen(profile.counterparts, counterpart, second) if counterpart else profile.counterparts,
    )


def labelled(profile: Profile | None, *, paid_at: datetime, change: int) -> Profile:
    """The profile after it was learnt that one of its payments was a fraud (+1), or after all was not (-1)."""
    profile = profile or Profile()
    day = seconds_of(paid_at) // _DAY
    frauds = {**profile.frauds, day: profile.frauds.get(day, 0) + change}
    return replace(profile, frauds=_remembered(frauds, profile.days))


def _remembered(frauds: Mapping[int, int], days: Buckets) -> Mapping[int, int]:
    newest = max((*days, *frauds), default=0)
    return {day: known for day, known in frauds.items() if known and day > newest - HORIZON_DAYS}


def _with(profile: Profile, grain: _Grain, second: int, added: tuple[int, ...]) -> Buckets:
    number = second // grain.seconds
    buckets = grain.of(profile)
    newest = max(number, max(buckets, default=number))
    found = buckets.get(number)
    changed = {**buckets, number: tuple(map(sum, zip(found, added, strict=True))) if found else added}
    return {one: bucket for one, bucket in changed.items() if one > newest - grain.kept}


def _seen(known: Mapping[str, tuple[int, int]], counterpart: str, second: int) -> Mapping[str, tuple[int, int]]:
    name = _digest(counterpart)
    first, last = known.get(name, (second, second))
    seen = {**known, name: (min(first, second), max(last, second))}
    if len(seen) <= COUNTERPARTS_MAX:
        return seen
    latest = sorted(seen.items(), key=lambda item: (item[1][1], item[0]), reverse=True)
    return dict(latest[:COUNTERPARTS_MAX])


# What is served.


def served(request: ScoringRequest, profiles: Mapping[Family, Profile | None]) -> Features:
    """Every feature of the catalogue, as it is known before this payment is counted.

    `profiles`: of each entity that the payment has; None for one that has no history. What a payment has no entity
    for is missing; what has no history was counted, and is nothing.
    """
    found = entities(request)
    features: dict[str, Value] = dict.fromkeys(FEATURES)
    second = seconds_of(request.at)
    for family in found:
        features.update(_of_family(family, profiles.get(family) or Profile(), second))
    features.update(_of_request(request))
    features.update(_of_habit(request, profiles.get(Family.CUSTOMER) or Profile(), second))
    features.update(_of_relation(found, profiles.get(Family.CUSTOMER) or Profile(), second))
    if unknown := [name for name in request.facts if name not in FEATURES]:
        raise ValueError(f"no feature of the catalogue: {', '.join(sorted(unknown))}")
    features.update(request.facts)
    return features


def _of_request(request: ScoringRequest) -> dict[str, Value]:
    at = request.at.astimezone(UTC)
    return {
        "kind": request.kind,
        "credit": request.credit,
        "amount_minor": request.amount.minor,
        "currency": request.amount.currency,
        "hour": at.hour,
        "night": at.hour < _NIGHT_HOURS,
        "weekend": at.weekday() >= _SATURDAY,
    }


def _of_family(family: Family, profile: Profile, second: int) -> dict[str, Value]:
    features: dict[str, Value] = {}
    others = "payees" if family in (Family.CUSTOMER, Family.ACCOUNT) else "customers"
    for window, grain, length in _WINDOWS:
        count, total = _summed(grain.of(profile), second // grain.seconds, length)[:2]
        features[f"{family}_count_{window}"] = count
        features[f"{family}_sum_minor_{window}"] = total
        features[f"{family}_mean_minor_{window}"] = total / count if count else None
        since = second - _SECONDS_OF_WINDOW[window]
        features[f"{family}_distinct_{others}_{window}"] = sum(
            since < last <= second for _, last in profile.counterparts.values()
        )
    today = second // _DAY
    features[f"{family}_known_frauds_recent"] = _frauds(profile, today, MATURITY_DAYS)
    for days in FRAUD_WINDOWS:
        known = _frauds(profile, today - MATURITY_DAYS, days)
        count = _summed(profile.days, today - MATURITY_DAYS, days)[0]
        features[f"{family}_known_frauds_{days}d"] = known
        features[f"{family}_fraud_share_{days}d"] = known / count if count else 0.0
    features.update(_of_known_frauds(family, profile, today))
    return features


def _of_known_frauds(family: Family, profile: Profile, today: int) -> dict[str, Value]:
    """When frauds began and ended, of those that are mature: what is over is told from what goes on."""
    mature = today - MATURITY_DAYS
    known = [day for day, n in profile.frauds.items() if n > 0 and mature - FRAUD_WINDOWS[-1] < day <= mature]
    if not known:
        return {}
    first, last = min(known), max(known)
    return {
        f"{family}_first_known_fraud_days": today - first,
        f"{family}_last_known_fraud_days": today - last,
        f"{family}_count_since_known_fraud": _summed(profile.days, mature, mature - last)[0],
    }


def _of_habit(request: ScoringRequest, customer: Profile, second: int) -> dict[str, Value]:
    count, total, squares = _summed(customer.days, second // _DAY, 30)
    if not total:
        return {}
    mean = total / count
    spread = count * squares - total * total
    return {
        "amount_to_mean_30d": request.amount.minor / mean,
        "amount_deviations_30d": (request.amount.minor - mean) / (math.sqrt(spread) / count) if spread > 0 else None,
    }


def _of_relation(found: Mapping[Family, str], customer: Profile, second: int) -> dict[str, Value]:
    """Whom the customer has paid before. A profile that is full may have forgotten, and says so."""
    counterpart = counterpart_of(Family.CUSTOMER, found)
    if counterpart is None:
        return {}
    known = customer.counterparts.get(_digest(counterpart))
    if known is None:
        return {"sent_before": None if len(customer.counterparts) >= COUNTERPARTS_MAX else False}
    return {"sent_before": True, "payee_relation_age_days": max(0, second - known[0]) // _DAY}


def _summed(buckets: Buckets, last: int, length: int) -> tuple[int, int, int]:
    """Payments, sum and sum of squares of the `length` buckets that end with `last`."""
    count = total = squares = 0
    first = last - length
    for number, bucket in buckets.items():
        if first < number <= last:
            count += bucket[0]
            total += bucket[1]
            if len(bucket) > 2:  # noqa: PLR2004  (of days)
                squares += bucket[2]
    return count, total, squares


def _frauds(profile: Profile, last: int, days: int) -> int:
    return sum(known for day, known in profile.frauds.items() if last - days < day <= last)


# How a profile is written down.


def packed(profile: Profile) -> str:
    """The profile as a short text that is the same for equal profiles."""
    state = [
        _TEXT_VERSION,
        *(_flat(buckets) for buckets in (profile.minutes, profile.hours, profile.days)),
        [number for day in sorted(profile.frauds) for number in (day, profile.frauds[day])],
        {name: [first, last - first] for name, (first, last) in sorted(profile.counterparts.items())},
    ]
    return json.dumps(state, separators=(",", ":"))


def unpacked(text: str) -> Profile:
    """Raises ProfileTorn for a text that `packed` did not write."""
    try:
        version, minutes, hours, days, frauds, counterparts = json.loads(text)
        if version != _TEXT_VERSION:
            raise ProfileTorn(f"a profile of version {version}")
        return Profile(
            minutes=_buckets(minutes, 2),
            hours=_buckets(hours, 2),
            days=_buckets(days, 3),
            frauds=dict(zip(frauds[::2], frauds[1::2], strict=True)),
            counterparts={name: (first, first + since) for name, (first, since) in counterparts.items()},
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ProfileTorn("the text of a profile is none") from error


def _flat(buckets: Buckets) -> list[int]:
    return [number for one in sorted(buckets) for number in (one, *buckets[one])]


def _buckets(flat: list[int], width: int) -> Buckets:
    step = width + 1
    if len(flat) % step:
        raise ValueError("a bucket is cut")
    return {flat[at]: tuple(flat[at + 1 : at + step]) for at in range(0, len(flat), step)}


def _digest(entity: str) -> str:
    """Short, and says nobody's name: among 64 others two alike are not to be expected."""
    return hashlib.blake2b(entity.encode(), digest_size=8).hexdigest()


def seconds_of(at: datetime) -> int:
    """Whole seconds since 1970: finer is no payment told from another here."""
    return math.floor(at.timestamp())
