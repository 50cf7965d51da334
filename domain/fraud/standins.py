"""What stands in for the feature store and the registry, while they are being made: nothing is read, and the first
documents judge.

Nothing outside of this package leans on it but who puts the bank together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from domain.fraud import builtin
from domain.fraud.kinds import Scope, Value
from domain.fraud.model import ScoringRequest
from domain.fraud.scoring import Book

NIGHT_ENDS: Final = 7
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Pointer:
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRead:
    features: Mapping[str, Value]
    pointer: Pointer | None = None
    snoozed: frozenset[str] = frozenset()
    units: float = 0.0


class FeaturesUnread(Exception):
    """The features could not be read in time."""


class ArtefactMissing(Exception):
    """A document that judges is not where it should be, or is not what it should be."""


class FeatureReader(Protocol):
    def read(self, request: ScoringRequest) -> FeatureRead: ...


class Registry(Protocol):
    def book(self, pointer: Pointer | None, scope: Scope) -> Book: ...
    def shadows(self, pointer: Pointer | None, scope: Scope) -> tuple[Book, ...]: ...


class RequestAlone:
    """Reads nothing: what is known is what the request says."""

    def read(self, request: ScoringRequest) -> FeatureRead:
        return FeatureRead(features=features_of_request(request))


class FirstBook:
    def book(self, pointer: Pointer | None, scope: Scope) -> Book:  # noqa: ARG002  (nothing was ever promoted)
        return builtin.book(scope)

    def shadows(self, pointer: Pointer | None, scope: Scope) -> tuple[Book, ...]:  # noqa: ARG002  (there are none)
        return ()


def features_of_request(request: ScoringRequest) -> Mapping[str, Value]:
    return {
        "kind": request.kind,
        "credit": request.credit,
        "amount_minor": request.amount.minor,
        "currency": request.amount.currency,
        "hour": request.at.hour,
        "night": request.at.hour < NIGHT_ENDS,
        "weekend": request.at.weekday() >= SATURDAY,
        **request.facts,
    }
