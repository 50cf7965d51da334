"""What can be asked of the feature store before a payment is judged: everything, in one reading.

One batched read brings the profiles of whoever takes part, what else is known of the customer, and of the scope which
versions judge. Profiles may be read a moment stale: what was paid in the last second is perhaps not counted yet, as it
would not be had it come a second later. Which versions judge, and which rules are snoozed, is never stale, so that a
rollback takes effect on the next decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from domain.fraud.aggregates import Profile, served
from domain.fraud.kinds import Family, Features, Scope, Value
from domain.fraud.model import ScoringRequest
from domain.ids import prefix_of, ulid_moment
from domain.unsettled import Unsettled

Kept = Mapping[str, Any]
"""An item as whoever writes it keeps it."""

COUNTERPARTY: Final = "cpy"


@dataclass(frozen=True, slots=True)
class Judging:
    """What judges, as the registry keeps it."""

    pointer: Kept | None
    """Which versions judge the scope; None when nothing was ever promoted."""
    snoozes: Kept | None
    """Which rules are snoozed for the customer; None when none ever was."""


class FeaturesUnread(Unsettled):
    """The features could not be read in time, or are not what they should be."""

    def __init__(self, why: str = "", *, judging: Judging | None = None) -> None:
        """`judging`: what judges, where that was read all the same."""
        super().__init__(why)
        self.judging = judging


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRead:
    features: Features
    judging: Judging
    units: float
    """Read units that it cost; 0 of a store that has none."""


class FeatureReader(Protocol):
    def read(self, request: ScoringRequest) -> FeatureRead:
        """Raises FeaturesUnread when the store does not answer in time."""
        ...

    def pointer(self, scope: Scope) -> Kept | None:
        """Which versions judge the scope, read alone where features cannot be. Raises FeaturesUnread as well."""
        ...


def features_from(
    request: ScoringRequest, profiles: Mapping[Family, Profile | None], *, credential_changed_at: datetime | None
) -> Features:
    """Every feature of the catalogue. What the caller knows stands above what is worked out here."""
    ages: dict[str, Value] = dict(ages_in_ids(request))
    if credential_changed_at is not None:
        ages["credential_age_hours"] = max(timedelta(0), request.at - credential_changed_at) // timedelta(hours=1)
    return served(replace(request, facts={**ages, **request.facts}), profiles)


def ages_in_ids(request: ScoringRequest) -> Mapping[str, int]:
    """In days: an account's id is made when it is opened, a counterparty's when it is named. They cost no reading."""
    named = request.payee if request.payee and prefix_of(request.payee) == COUNTERPARTY else None
    found: dict[str, int] = {}
    for feature, one in (("account_age_days", request.account), ("payee_age_days", named)):
        made = ulid_moment(one) if one else None
        if made is not None:
            found[feature] = max(timedelta(0), request.at - made).days
    return found
