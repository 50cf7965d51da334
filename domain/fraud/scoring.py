"""The one function that judges a payment: of its features, of who takes part and when, and of a book of documents.

No clock, no reading, no randomness: with the same inputs and the same documents it answers the same, bit for bit, so
that every decision can be made again from what is stored with it.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from domain.fraud import lists, rules, thresholds
from domain.fraud.expressions import Explained, FeatureMistyped, explained
from domain.fraud.kinds import SEVERITY, CustomerReason, Decision, Family, Features, Scope, highest
from domain.fraud.model import ScoringRequest, StoredDecision, VersionsUsed

STAFF_REASONS_MAX: Final = 20
"""As many as the event carries. The most severe come first; the replay has them all."""

_CUSTOMER_REASONS: Final = tuple(CustomerReason)
"""Walked through with each decision; an enumeration takes ten times as long to."""

MODEL_SCORE: Final = "MODEL_SCORE"
LISTED_DENY: Final = "LISTED_DENY"
LISTED_ALLOW: Final = "LISTED_ALLOW"
UNSCORED_AMOUNT: Final = "UNSCORED_AMOUNT"
LISTS_UNREAD: Final = "LISTS_UNREAD"

WITHOUT_LISTS: Final[Mapping[Scope, Decision]] = {
    Scope.ACH: Decision.REVIEW,
    Scope.CARD: Decision.SOFT_DECLINE,
    Scope.TRANSFER: Decision.REVIEW,
}
"""What the fallback decides at least where a scope has lists and they cannot be read: somebody may be denied on them.
Nobody looks at a card payment while its terminal waits.
"""


class Model(Protocol):
    """A model as it was read from its document."""

    def predicted(self, features: Features) -> float:
        """How likely the payment is a fraud, 0 to 1."""
        ...

    def contributions(self, features: Features) -> Mapping[str, float]:
        """What each feature adds to it, for staff."""
        ...


class ScoreOutOfRange(Exception):
    """A model answered something that is not from 0 to 1. A fault of its document."""


class WrongBook(Exception):
    """The documents are not those that the decision followed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What judges: the documents of a scope, read, with their versions."""

    versions: VersionsUsed
    rules: rules.RuleSet
    model: Model | None
    thresholds: thresholds.Thresholds
    lists: lists.Lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What is judged beside its features."""

    parties: lists.Parties
    at: datetime
    """When it was asked for, aware: entries of lists end by its day, UTC."""
    snoozed: frozenset[str] = frozenset()
    """Ids of the rules that are silent for the customer."""
    without_lists: Decision | None = None
    """What the fallback decides at least, because the lists could not be read; None: the book has them."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Something that asks for a decision."""

    code: str
    decision: Decision
    customer_reason: CustomerReason
    overridable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    decision: Decision
    score: float | None
    """Of the model; None where none spoke."""
    customer_reasons: tuple[CustomerReason, ...]
    """Of what decided, and of nothing less severe."""
    staff_reasons: tuple[str, ...]
    answers: tuple[rules.Answer, ...]
    listed: tuple[lists.Entry, ...]
    silenced: tuple[str, ...]
    """Codes of what would have spoken, had the lists not allowed the payment."""


def inputs_of(request: ScoringRequest, snoozed: frozenset[str] = frozenset(), *, lists_unread: bool = False) -> Inputs:
    return _inputs(request, snoozed, lists_unread=lists_unread)


def score(features: Features, book: Book, inputs: Inputs) -> Score:
    """What the documents say of the payment. Raises FeatureMistyped and ScoreOutOfRange: faults of what they name."""
    found = None if book.model is None else _checked(book.model.predicted(features))
    return weighed(features, book, inputs, scored=found, fallback=False)


def score_unscored(features: Features, book: Book, inputs: Inputs) -> Score:
    """The fallback: the rules with the stricter ones and the lists, never the model, and limits of the amount."""
    return weighed(features, book, inputs, scored=None, fallback=True)


def weighed(features: Features, book: Book, inputs: Inputs, *, scored: float | None, fallback: bool) -> Score:
    """With the model's score given: all voices together, and the most severe decides."""
    answers = rules.answers(book.rules, features, snoozed=inputs.snoozed, fallback=fallback)
    listed = lists.hits(book.lists, inputs.parties, inputs.at.astimezone(UTC).date())
    voices = [*_denied(listed), *_of_rules(answers)]
    if scored is not None:
        decision = thresholds.of_score(book.thresholds, scored)
        voices.append(Voice(MODEL_SCORE, decision, CustomerReason.SECURITY_CHECK, overridable=True))
    if fallback:
        decision = thresholds.of_unscored_amount(book.thresholds, _amount(features))
        voices.append(Voice(UNSCORED_AMOUNT, decision, CustomerReason.UNUSUAL_AMOUNT, overridable=True))
        if inputs.without_lists:
            voices.append(Voice(LISTS_UNREAD, inputs.without_lists, CustomerReason.SECURITY_CHECK, overridable=False))
    speaking = [voice for voice in voices if voice.decision is not Decision.APPROVE]
    silenced = _silenced(speaking, listed, book.lists.allow_ceiling)
    heard = [voice for voice in speaking if voice not in silenced]
    decision = highest(*(voice.decision for voice in heard))
    return Score(
        decision=decision,
        score=scored,
        customer_reasons=_customer_reasons(heard, decision),
        staff_reasons=_staff_reasons(heard, allowed=bool(silenced)),
        answers=answers,
        listed=listed,
        silenced=tuple(voice.code for voice in silenced),
    )


def _checked(found: float) -> float:
    if not 0.0 <= found <= 1.0:
        raise ScoreOutOfRange(repr(found))
    return float(found)


def _amount(features: Features) -> int | None:
    found = features.get("amount_minor")
    if found is not None and type(found) is not int:
        raise FeatureMistyped("amount_minor")
    return found


def _denied(listed: tuple[lists.Entry, ...]) -> Iterator[Voice]:
    if any(entry.list is lists.ListName.DENY for entry in listed):
        yield Voice(LISTED_DENY, Decision.BLOCK, CustomerReason.SECURITY_CHECK, overridable=False)


def _of_rules(answers: tuple[rules.Answer, ...]) -> Iterator[Voice]:
    for answer in answers:
        decision, rule = answer.decision, answer.rule
        if decision is not Decision.APPROVE:
            yield Voice(answer.code, decision, rule.customer_reason, overridable=not rule.not_overridable)


def _silenced(voices: list[Voice], listed: tuple[lists.Entry, ...], ceiling: Decision) -> tuple[Voice, ...]:
    """What the lists allow all the same, up to their ceiling."""
    if not any(entry.list is lists.ListName.ALLOW for entry in listed):
        return ()
    return tuple(voice for voice in voices if voice.overridable and SEVERITY[voice.decision] <= SEVERITY[ceiling])


def _customer_reasons(heard: list[Voice], decision: Decision) -> tuple[CustomerReason, ...]:
    said = {voice.customer_reason for voice in heard if voice.decision is decision}
    return tuple(reason for reason in _CUSTOMER_REASONS if reason in said)


def _staff_reasons(heard: list[Voice], *, allowed: bool) -> tuple[str, ...]:
    by_severity = sorted(heard, key=lambda voice: -SEVERITY[voice.decision])
    codes = [LISTED_ALLOW] * allowed + [voice.code for voice in by_severity]
    return tuple(codes[:STAFF_REASONS_MAX])


# --- again ------------------------------------------------------------------------------------------------------------


def replayed(stored: StoredDecision, book: Book) -> Score:
    """The decision made again from what it followed from. Raises WrongBook for other documents than it names."""
    if book.versions != stored.versions:
        raise WrongBook(f"{stored.id} followed from other versions than those given")
    judge = score if stored.fallback is None else score_unscored
    return judge(stored.features, book, inputs_of_stored(stored))


def inputs_of_stored(stored: StoredDecision) -> Inputs:
    return _inputs(stored, frozenset(stored.snoozed), lists_unread=stored.lists_unread)


def _inputs(of: ScoringRequest | StoredDecision, snoozed: frozenset[str], *, lists_unread: bool) -> Inputs:
    without_lists = WITHOUT_LISTS[of.scope] if lists_unread else None
    return Inputs(parties=_parties(of), at=of.at, snoozed=snoozed, without_lists=without_lists)


def _parties(of: ScoringRequest | StoredDecision) -> lists.Parties:
    found = {
        Family.CUSTOMER: of.customer,
        Family.ACCOUNT: of.account,
        Family.PAYEE: of.payee,
        Family.DEVICE: of.device,
        Family.TERMINAL: of.terminal,
    }
    return {family: entity for family, entity in found.items() if entity is not None}


def same(stored: StoredDecision, found: Score) -> bool:
    """Bit for bit: all that was decided and said, and each bit of the score."""
    return (
        stored.decision is found.decision
        and _bits(stored.score) == _bits(found.score)
        and stored.customer_reasons == found.customer_reasons
        and stored.staff_reasons == found.staff_reasons
    )


def _bits(number: float | None) -> bytes:
    return b"" if number is None else struct.pack(">d", number)


# --- for staff --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleExplained:
    answer: rules.Answer
    condition: Explained


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why: each rule with what came out of each node, what each feature adds to the score, and the lists."""

    score: Score
    rules: tuple[RuleExplained, ...]
    contributions: Mapping[str, float]
    """Empty where no model spoke."""


def explanation(features: Features, book: Book, found: Score) -> Explanation:
    return Explanation(
        score=found,
        rules=tuple(RuleExplained(answer, explained(answer.rule.condition, features)) for answer in found.answers),
        contributions={} if book.model is None or found.score is None else book.model.contributions(features),
    )
