"""The first documents of each scope: what judges until others are promoted. There is no model among them.

They are documents like any other, read by the same readers. Amounts are in minor units of whatever currency the payment
is in. A bank of a few hundred dollars a payment is not to notice them.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from domain.fraud import lists, rules, thresholds
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.kinds import CustomerReason, Decision, Scope
from domain.fraud.model import VersionsUsed, VersionUsed
from domain.fraud.registry_model import BUILT_IN_NUMBER, ArtefactKind, Lineage, Version, version_id
from domain.fraud.scoring import Book

BANK: Final = "bank"

_STEP_UP, _SOFT_DECLINE, _REVIEW, _BLOCK = (
    Decision.STEP_UP,
    Decision.SOFT_DECLINE,
    Decision.REVIEW,
    Decision.BLOCK,
)


def _is(feature: str) -> dict[str, object]:
    return {"feature": feature}


def _least(what: object, least: float) -> dict[str, object]:
    return {"gte": [what if isinstance(what, dict) else _is(str(what)), least]}


def _less(feature: str, most: int) -> dict[str, object]:
    return {"lt": [_is(feature), most]}


def _all(*parts: object) -> dict[str, object]:
    return {"and": list(parts)}


def _any(*parts: object) -> dict[str, object]:
    return {"or": list(parts)}


def _sum(*features: str) -> dict[str, object]:
    return {"add": [_is(feature) for feature in features]}


_NEW: Final = {"not": _is("sent_before")}
_COLLECTS: Final = {"not": _is("credit")}


def _rule(
    code: str,
    title: str,
    decision: Decision,
    reason: CustomerReason,
    condition: object,
    *,
    fallback_only: bool = False,
    not_overridable: bool = False,
    if_inconclusive: Decision | None = None,
) -> dict[str, object]:
    return {
        "id": code.lower().replace("_", "-"),
        "code": code,
        "title": title,
        "decision": decision.value,
        "customer_reason": reason.value,
        "condition": condition,
        "fallback_only": fallback_only,
        "not_overridable": not_overridable,
        "if_inconclusive": if_inconclusive.value if if_inconclusive else None,
    }


_ACH_RULES: Final = (
    _rule(
        "NEW_COUNTERPARTY_LARGE",
        "Much to a payee who was added within three days",
        _REVIEW,
        CustomerReason.NEW_PAYEE,
        _all(_is("credit"), _NEW, _less("payee_age_days", 3), _least("amount_minor", 2_500_00)),
    ),
    _rule(
        "FRESH_ACCOUNT_LARGE",
        "Much from an account that is younger than thirty days",
        _REVIEW,
        CustomerReason.NEW_ACCOUNT,
        _all(_less("account_age_days", 30), _least("amount_minor", 2_500_00)),
    ),
    _rule(
        "FRESH_ACCOUNT_EMPTIED_SAME_DAY",
        "Very much, on the same day, from an account of three days to somebody new",
        _BLOCK,
        CustomerReason.NEW_ACCOUNT,
        _all(
            _is("credit"),
            _is("same_day"),
            _less("account_age_days", 3),
            _NEW,
            _least("amount_minor", 50_000_00),
        ),
        not_overridable=True,
    ),
    _rule(
        "DEBIT_OF_STRANGER_LARGE",
        "Much is collected from somebody for the first time",
        _REVIEW,
        CustomerReason.UNUSUAL_AMOUNT,
        _all(_COLLECTS, _NEW, _least("amount_minor", 2_500_00)),
    ),
    _rule(
        "UNSCORED_NEW_COUNTERPARTY",
        "Not scored, and to somebody new",
        _REVIEW,
        CustomerReason.NEW_PAYEE,
        _all(_NEW, _least("amount_minor", 500_00)),
        fallback_only=True,
    ),
    _rule(
        "UNSCORED_LARGE",
        "Not scored, and much",
        _REVIEW,
        CustomerReason.UNUSUAL_AMOUNT,
        _least("amount_minor", 2_500_00),
        fallback_only=True,
    ),
)

_TRANSFER_RULES: Final = (
    _rule(
        "MANY_PAYMENTS_1H",
        "Thirty payments of the account within an hour, and much together",
        _STEP_UP,
        CustomerReason.TOO_MANY_PAYMENTS,
        _all(
            _least("account_count_1h", 30),
            _least(_sum("account_sum_minor_1h", "amount_minor"), 5_000_00),
        ),
    ),
    _rule(
        "MANY_NEW_PAYEES_1D",
        "Ten payees within a day, and one more who is new",
        _STEP_UP,
        CustomerReason.TOO_MANY_PAYMENTS,
        _all(_NEW, _least("customer_distinct_payees_1d", 10), _least("amount_minor", 500_00)),
    ),
    _rule(
        "DRAIN_AFTER_CREDENTIAL_CHANGE",
        "Much within a day to somebody new, after a credential was changed",
        _STEP_UP,
        CustomerReason.RECENT_SECURITY_CHANGE,
        _all(
            _NEW,
            _less("credential_age_hours", 24),
            _least(_sum("account_sum_minor_1d", "amount_minor"), 2_500_00),
        ),
        not_overridable=True,
    ),
    _rule(
        "NEW_PAYEE_VERY_LARGE",
        "Very much to somebody new",
        _STEP_UP,
        CustomerReason.NEW_PAYEE,
        _all(_NEW, _least("amount_minor", 25_000_00)),
    ),
    _rule(
        "PAYEE_WITH_KNOWN_FRAUDS",
        "Payments to the payee were frauds",
        _REVIEW,
        CustomerReason.SECURITY_CHECK,
        _any(_least("payee_known_frauds_recent", 1), _least("payee_known_frauds_30d", 2)),
    ),
    _rule(
        "UNSCORED_NEW_PAYEE",
        "Not scored, and much to somebody new, or to somebody of whom that is not known",
        _STEP_UP,
        CustomerReason.NEW_PAYEE,
        _all(_NEW, _least("amount_minor", 2_500_00)),
        fallback_only=True,
        if_inconclusive=_STEP_UP,
    ),
)

_CARD_RULES: Final = (
    _rule(
        "MANY_CARD_PAYMENTS_1H",
        "Fifteen payments of the customer within an hour",
        _SOFT_DECLINE,
        CustomerReason.TOO_MANY_PAYMENTS,
        _least("customer_count_1h", 15),
    ),
    _rule(
        "AMOUNT_OFF_HABIT",
        "An amount six deviations above the customer's habit",
        _STEP_UP,
        CustomerReason.UNUSUAL_AMOUNT,
        _all(
            _least("customer_count_30d", 10),
            _least("amount_deviations_30d", 6),
            _least("amount_minor", 200_00),
        ),
    ),
    _rule(
        "AMOUNT_FAR_OFF_HABIT",
        "Twenty times the customer's mean",
        _SOFT_DECLINE,
        CustomerReason.UNUSUAL_AMOUNT,
        _all(
            _least("customer_count_30d", 10),
            _least("amount_to_mean_30d", 20),
            _least("amount_minor", 1_000_00),
        ),
    ),
    _rule(
        "TERMINAL_WITH_KNOWN_FRAUDS",
        "Payments at the terminal were frauds",
        _SOFT_DECLINE,
        CustomerReason.SECURITY_CHECK,
        _any(
            _least("terminal_known_frauds_recent", 2),
            _all(_least("terminal_known_frauds_30d", 3), _least("terminal_fraud_share_30d", 0.2)),
        ),
        not_overridable=True,
    ),
    _rule(
        "DEVICE_OF_MANY",
        "Five customers within a week on one device",
        _STEP_UP,
        CustomerReason.SECURITY_CHECK,
        _least("device_distinct_customers_7d", 5),
    ),
    _rule(
        "MUCH_AFTER_CREDENTIAL_CHANGE",
        "Much, after a credential was changed",
        _STEP_UP,
        CustomerReason.RECENT_SECURITY_CHANGE,
        _all(_less("credential_age_hours", 24), _least("amount_minor", 1_000_00)),
    ),
)

RULES: Final[Mapping[Scope, tuple[dict[str, object], ...]]] = {
    Scope.ACH: _ACH_RULES,
    Scope.CARD: _CARD_RULES,
    Scope.TRANSFER: _TRANSFER_RULES,
}
SCORES: Final[Mapping[Scope, Mapping[Decision, float]]] = {
    Scope.ACH: {_REVIEW: 0.7, _BLOCK: 0.98},
    Scope.CARD: {_STEP_UP: 0.5, _SOFT_DECLINE: 0.8, _BLOCK: 0.98},
    Scope.TRANSFER: {_STEP_UP: 0.5, _REVIEW: 0.8, _BLOCK: 0.98},
}
"""For the first model of a scope, until thresholds are measured with it."""
UNSCORED_AMOUNTS_MINOR: Final[Mapping[Scope, Mapping[Decision, int]]] = {
    Scope.ACH: {},
    Scope.CARD: {_SOFT_DECLINE: 1_000_00},
    Scope.TRANSFER: {_STEP_UP: 5_000_00, _REVIEW: 25_000_00},
}
"""Of ACH the rules of the fallback say all."""


def rules_document(scope: Scope) -> Mapping[str, object]:
    return {"format": rules.FORMAT, "rules": list(RULES[scope])}


def thresholds_document(scope: Scope) -> Mapping[str, object]:
    return {
        "format": thresholds.FORMAT,
        "scores": {decision.value: limit for decision, limit in SCORES[scope].items()},
        "unscored_amounts_minor": {decision.value: limit for decision, limit in UNSCORED_AMOUNTS_MINOR[scope].items()},
    }


def lists_document(scope: Scope) -> Mapping[str, object]:  # noqa: ARG001  (one signature for all kinds)
    return {"format": lists.FORMAT, "allow_ceiling": Decision.REVIEW.value, "entries": []}


DOCUMENTS: Final[Mapping[str, Callable[[Scope], Mapping[str, object]]]] = {
    "rules": rules_document,
    "thresholds": thresholds_document,
    "lists": lists_document,
}
"""By the kind that stands in a version's id."""


def document(version: str) -> Mapping[str, object] | None:
    """Of an id such as ach/rules/0; None for all others."""
    return {_version_id(scope, kind): make(scope) for scope in Scope for kind, make in DOCUMENTS.items()}.get(version)


def version(scope: Scope, kind: ArtefactKind) -> Version | None:
    """The document as a version that decides while nothing was promoted; None of a model."""
    name = kind.value.lower()
    if name not in DOCUMENTS:
        return None
    return Version(
        scope=scope,
        kind=kind,
        number=BUILT_IN_NUMBER,
        sha256=used(scope, name).sha256,
        author=BANK,
        created_at=None,
        lineage=Lineage(code_version="built in", note="part of the program"),
    )


def _version_id(scope: Scope, kind: str) -> str:
    return version_id(scope, ArtefactKind(kind.upper()), BUILT_IN_NUMBER)


@lru_cache(maxsize=len(Scope) * len(DOCUMENTS))
def used(scope: Scope, kind: str) -> VersionUsed:
    """What a decision names that followed from it."""
    return VersionUsed(_version_id(scope, kind), sha256_of(canonical(DOCUMENTS[kind](scope))))


@lru_cache(maxsize=len(Scope))
def book(scope: Scope) -> Book:
    """Read once in a process."""
    return Book(
        versions=VersionsUsed(
            rules=used(scope, "rules"), model=None, thresholds=used(scope, "thresholds"), lists=used(scope, "lists")
        ),
        rules=rules.parsed(rules_document(scope)),
        model=None,
        thresholds=thresholds.parsed(thresholds_document(scope)),
        lists=lists.parsed(lists_document(scope)),
    )
