"""What is judged, and what a judgement says."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.fraud.kinds import CustomerReason, Decision, Fallback, Features, Scope
from domain.money import Money
from domain.unsettled import Unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringRequest:
    """A payment that is to be judged, as whoever makes it knows it."""

    subject: str
    """What is judged once: a payment's id, or the id of the journal that it is going to be."""
    scope: Scope
    at: datetime
    kind: str
    """Kind of payment or of journal."""
    credit: bool
    """Money leaves the customer; False for what they collect."""
    amount: Money
    customer: str
    account: str
    payee: str | None = None
    """A counterparty's id, or the account that a transfer goes to."""
    terminal: str | None = None
    """Where a card is used: acquirer's id of merchant and terminal."""
    device: str | None = None
    facts: Features = field(default_factory=dict)
    """Features that only the caller knows: ages, what was sent before, how soon it settles."""


@dataclass(frozen=True, slots=True)
class VersionUsed:
    """A version of an artefact, and the SHA-256 (hexadecimal) of the bytes that judged."""

    version: str
    """Scope, kind and number, such as ach/rules/3."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsUsed:
    rules: VersionUsed
    model: VersionUsed | None
    """None: no model was asked. The scope has no champion model, or it was the fallback that judged."""
    thresholds: VersionUsed
    lists: VersionUsed


@dataclass(frozen=True, slots=True)
class ShadowScore:
    """What a version that does not decide yet would have decided."""

    versions: VersionsUsed
    shadow: str
    """Which of them is the shadow."""
    decision: Decision
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A judgement as it is kept, with all that it followed from: judged again it comes out the same, bit for bit."""

    id: str
    subject: str
    scope: Scope
    customer: str
    account: str
    payee: str | None
    terminal: str | None
    device: str | None
    amount: Money
    at: datetime
    """When it was asked for: entries of lists end by its day."""
    features: Features
    snoozed: tuple[str, ...] = ()
    """Ids of the rules that were snoozed for the customer."""
    versions: VersionsUsed
    score: float | None
    """Of the model, 0 to 1; None where no model spoke."""
    decision: Decision
    customer_reasons: tuple[CustomerReason, ...]
    staff_reasons: tuple[str, ...]
    """Codes of the rules, lists and thresholds that spoke."""
    fallback: Fallback | None = None
    lists_unread: bool = False
    """The fallback judged without the lists of the scope: they could not be read, or it was not known whether there are
    any.
    """
    decided_at: datetime
    shadows: tuple[ShadowScore, ...] = ()


class DecisionUnread(Unsettled):
    """Whether the subject was judged cannot be read right now. Nothing was kept."""


class DecisionUnkept(Unsettled):
    """Nothing says whether the decision was kept. Who judges again finds it, or judges anew."""
