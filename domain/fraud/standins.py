"""What stands in for the parts of scoring that are being made: a book of one set of rules, no model, no lists.

Nothing outside of this package leans on it; each of its names is taken over by the part that it stands for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from domain.fraud.kinds import CustomerReason, Decision, Scope, Value, highest
from domain.fraud.model import Features, ScoringRequest, VersionsUsed, VersionUsed
from domain.fraud.rules import RULES, STRICT, RuleSet, judged

_NO_BYTES: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
LARGE_MINOR: Final = 50_000_00
STRICT_MINOR: Final = 2_500_00
NIGHT_ENDS: Final = 7
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Pointer:
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRead:
    features: Mapping[str, Value]
    pointer: Pointer | None = None
    units: float = 0.0


@dataclass(frozen=True, slots=True)
class Book:
    versions: VersionsUsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    decision: Decision
    score: float | None
    customer_reasons: tuple[CustomerReason, ...]
    staff_reasons: tuple[str, ...]


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
        first = {kind: VersionUsed(f"{scope.value.lower()}/{kind}/0", _NO_BYTES) for kind in ("rules", "rest")}
        return Book(VersionsUsed(rules=first["rules"], model=None, thresholds=first["rest"], lists=first["rest"]))

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


def score(features: Mapping[str, Value], book: Book) -> Score:  # noqa: ARG001  (this book has one set of rules)
    return _of_payments(features, RULES) if _is_payment(features) else _scored(features, LARGE_MINOR)


def score_unscored(features: Mapping[str, Value], book: Book) -> Score:  # noqa: ARG001  (as above)
    return _of_payments(features, STRICT) if _is_payment(features) else _scored(features, STRICT_MINOR)


def _is_payment(features: Mapping[str, Value]) -> bool:
    return str(features.get("kind")).startswith("ACH_")


def _of_payments(features: Mapping[str, Value], rules: RuleSet) -> Score:
    said = judged(
        Features(
            credit=bool(features["credit"]),
            amount_minor=int(features["amount_minor"] or 0),
            same_day=bool(features["same_day"]),
            counterparty_age_days=int(features["payee_age_days"] or 0),
            account_age_days=int(features["account_age_days"] or 0),
            sent_before=bool(features["sent_before"]),
        ),
        rules,
    )
    told = (CustomerReason.UNUSUAL_AMOUNT,) if said.reasons else ()
    return Score(decision=said.decision, score=None, customer_reasons=told, staff_reasons=said.reasons)


def _scored(features: Mapping[str, Value], large_minor: int) -> Score:
    amount = features.get("amount_minor")
    large = isinstance(amount, int) and amount >= large_minor and features.get("sent_before") is False
    return Score(
        decision=highest(Decision.REVIEW) if large else Decision.APPROVE,
        score=None,
        customer_reasons=(CustomerReason.UNUSUAL_AMOUNT,) if large else (),
        staff_reasons=("NEW_PAYEE_LARGE",) if large else (),
    )
