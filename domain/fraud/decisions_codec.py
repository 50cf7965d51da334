"""Stored decisions as canonical JSON and back, with nothing lost: a float reads back as the same 64 bits.

The text is what a store keeps. It is not taken apart into numbers of a database, which have another precision.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from domain.clock import instant_text, parse_instant
from domain.fraud.documents import DIGITS_MAX, DocumentMalformed, Part, canonical, read
from domain.fraud.kinds import FEATURES, CustomerReason, Decision, Fallback, Features, FeatureType, Scope, Value
from domain.fraud.model import ShadowScore, StoredDecision, VersionsUsed, VersionUsed
from domain.money import AMOUNT_MINOR_MAX, EXPONENTS, Money

FORMAT: Final = "florin.decision/1"
SHADOWS_MAX: Final = 20
"""Versions that run beside the champion at one time are a handful; a decision stays small."""
REASONS_MAX: Final = 100
"""As many as rules: whoever writes fewer is free to."""
SNOOZED_MAX: Final = 100
"""As many as rules."""
ID_MAX: Final = 200
"""Characters of ids and versions, whoever gave them."""
FEATURE_TEXT_MAX: Final = 1_000
"""Characters: codes and kinds are far shorter, and a decision stays below the 400 KB of an item."""

_INTEGER_MAX: Final = 10**DIGITS_MAX - 1


def written(decision: StoredDecision) -> bytes:
    """Raises DocumentMalformed for features that are not of the catalogue's types, or no JSON."""
    return canonical(as_plain(decision))


def loaded(body: bytes | str) -> StoredDecision:
    return from_plain(read(body))


def as_plain(decision: StoredDecision) -> Mapping[str, object]:
    for name, value in decision.features.items():
        checked(name, value)
    return {
        "format": FORMAT,
        "id": decision.id,
        "subject": decision.subject,
        "scope": decision.scope.value,
        "customer": decision.customer,
        "account": decision.account,
        "payee": decision.payee,
        "terminal": decision.terminal,
        "device": decision.device,
        "amount": {"minor": decision.amount.minor, "currency": decision.amount.currency},
        "at": instant_text(decision.at),
        "features": dict(decision.features),
        "snoozed": list(decision.snoozed),
        "versions": _versions(decision.versions),
        "score": decision.score,
        "decision": decision.decision.value,
        "customer_reasons": [reason.value for reason in decision.customer_reasons],
        "staff_reasons": list(decision.staff_reasons),
        "fallback": decision.fallback.value if decision.fallback else None,
        **({"lists_unread": True} if decision.lists_unread else {}),
        "decided_at": instant_text(decision.decided_at),
        "shadows": [
            {
                "versions": _versions(shadow.versions),
                "shadow": shadow.shadow,
                "decision": shadow.decision.value,
                "score": shadow.score,
            }
            for shadow in decision.shadows
        ],
    }


def _versions(versions: VersionsUsed) -> Mapping[str, object]:
    return {
        "rules": _used(versions.rules),
        "model": _used(versions.model) if versions.model else None,
        "thresholds": _used(versions.thresholds),
        "lists": _used(versions.lists),
    }


def _used(version: VersionUsed) -> Mapping[str, object]:
    return {"version": version.version, "sha256": version.sha256}


# --- and back ---------------------------------------------------------------------------------------------------------

_FIELDS: Final = frozenset(
    {
        "format",
        "id",
        "subject",
        "scope",
        "customer",
        "account",
        "payee",
        "terminal",
        "device",
        "amount",
        "at",
        "features",
        "snoozed",
        "versions",
        "score",
        "decision",
        "customer_reasons",
        "staff_reasons",
        "fallback",
        "decided_at",
        "shadows",
    }
)


_OPTIONAL: Final = frozenset({"lists_unread"})
"""Said where it is so alone: a decision that was written before there was such a thing is written the same today."""


def from_plain(document: object) -> StoredDecision:
    """The inverse of `as_plain`. Raises DocumentMalformed, with the path of what is wrong."""
    fields = Part(document, "").fields(_FIELDS, _OPTIONAL)
    fields["format"].said(FORMAT)
    return StoredDecision(
        id=fields["id"].text(ID_MAX),
        subject=fields["subject"].text(ID_MAX),
        scope=fields["scope"].member(Scope),
        customer=fields["customer"].text(ID_MAX),
        account=fields["account"].text(ID_MAX),
        payee=_id(fields["payee"]),
        terminal=_id(fields["terminal"]),
        device=_id(fields["device"]),
        amount=_money(fields["amount"]),
        at=_instant(fields["at"]),
        features=_features(fields["features"]),
        snoozed=tuple(part.text(ID_MAX) for part in fields["snoozed"].items(0, SNOOZED_MAX)),
        versions=_versions_of(fields["versions"]),
        score=_score(fields["score"]),
        decision=fields["decision"].member(Decision),
        customer_reasons=tuple(
            part.member(CustomerReason) for part in fields["customer_reasons"].items(0, len(CustomerReason))
        ),
        staff_reasons=tuple(part.text(ID_MAX) for part in fields["staff_reasons"].items(0, REASONS_MAX)),
        fallback=None if fields["fallback"].value is None else fields["fallback"].member(Fallback),
        lists_unread=_lists_unread(fields.get("lists_unread")),
        decided_at=_instant(fields["decided_at"]),
        shadows=tuple(_shadow(part) for part in fields["shadows"].items(0, SHADOWS_MAX)),
    )


def _lists_unread(part: Part | None) -> bool:
    if part is not None and not part.flag():
        raise part.malformed("is left out where it is false")
    return part is not None


def _id(part: Part) -> str | None:
    return None if part.value is None else part.text(ID_MAX)


def _money(part: Part) -> Money:
    fields = part.fields({"minor", "currency"})
    currency = fields["currency"].text(3)
    if currency not in EXPONENTS:
        raise fields["currency"].malformed("is no active ISO 4217 currency")
    return Money(fields["minor"].integer(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), currency)


def _instant(part: Part) -> datetime:
    try:
        found = parse_instant(part.text(40))
    except DocumentMalformed:
        raise
    except ValueError:
        raise part.malformed("is no instant such as 2026-11-30T12:00:00.000000Z") from None
    if instant_text(found) != part.value:
        raise part.malformed("is no instant such as 2026-11-30T12:00:00.000000Z")
    return found


def _features(part: Part) -> Features:
    parts = part.fields(frozenset(), FEATURES.keys())
    return {name: _feature(each, name) for name, each in parts.items()}


def checked(name: str, value: object) -> Value:
    """A feature as the catalogue has it. Raises DocumentMalformed for one of another type, or that is none."""
    return _feature(Part(value, f"features.{name}"), name)


def _feature(part: Part, name: str) -> Value:
    """A number that happens to be whole stays what it was."""
    if name not in FEATURES:
        raise part.malformed("is no feature")
    value = part.value
    if value is None:
        return None
    match FEATURES[name].type:
        case FeatureType.FLAG:
            return part.flag()
        case FeatureType.TEXT:
            if isinstance(value, str) and len(value) <= FEATURE_TEXT_MAX:
                return value
            raise part.malformed(f"is no text of at most {FEATURE_TEXT_MAX} characters")
        case FeatureType.NUMBER if isinstance(value, float):
            if math.isfinite(value):
                return value
            raise part.malformed("is no finite number")
        case _ if type(value) is int and -_INTEGER_MAX <= value <= _INTEGER_MAX:
            return value
        case _:
            raise part.malformed(f"is no integer of at most {DIGITS_MAX} digits")


def _score(part: Part) -> float | None:
    return None if part.value is None else part.number(0.0, 1.0)


def _versions_of(part: Part) -> VersionsUsed:
    fields = part.fields({"rules", "model", "thresholds", "lists"})
    return VersionsUsed(
        rules=_used_of(fields["rules"]),
        model=None if fields["model"].value is None else _used_of(fields["model"]),
        thresholds=_used_of(fields["thresholds"]),
        lists=_used_of(fields["lists"]),
    )


def _used_of(part: Part) -> VersionUsed:
    fields = part.fields({"version", "sha256"})
    return VersionUsed(fields["version"].text(ID_MAX), fields["sha256"].text(64))


def _shadow(part: Part) -> ShadowScore:
    fields = part.fields({"versions", "shadow", "decision", "score"})
    return ShadowScore(
        versions=_versions_of(fields["versions"]),
        shadow=fields["shadow"].text(ID_MAX),
        decision=fields["decision"].member(Decision),
        score=_score(fields["score"]),
    )
