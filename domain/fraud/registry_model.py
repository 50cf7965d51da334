"""What is registered of fraud scoring: versions of documents, which of them decide, and what their use was decided on.

A version is a document that was registered: rules, a model, thresholds or lists of one scope, under a number that
follows from its predecessor's. Its bytes lie under their SHA-256 and never change. Which version decides is said by
one item for each scope, the pointer: what a version is follows from it, so that one write promotes and one rolls back.

Figures of models are millionths: 0.7 is 700,000. So what is compared comes out the same everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from domain.fraud.kinds import Decision, Scope
from domain.fraud.model import VersionUsed

MILLION: Final = 1_000_000


BUILT_IN_NUMBER: Final = 0
"""Of the documents that are part of the program: those that are registered begin at 1."""


class ArtefactKind(StrEnum):
    LISTS = "LISTS"
    MODEL = "MODEL"
    RULES = "RULES"
    THRESHOLDS = "THRESHOLDS"


class VersionState(StrEnum):
    DRAFT = "DRAFT"
    """Nothing asks it. Until it is committed its author may put another document in its place."""
    SHADOW = "SHADOW"
    """It is asked beside the champions, and decides nothing."""
    CHAMPION = "CHAMPION"
    """It decides."""
    RETIRED = "RETIRED"
    """It came to nothing, or decided once. Only a rollback brings back what decided once; nothing promotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a document comes from. Nothing personal."""

    code_version: str
    """Of the program that made it, such as a commit; `hand` of what people wrote."""
    note: str
    data_from: date | None = None
    data_until: date | None = None
    """The last day that it has learnt from."""
    data_sha256: str | None = None
    """Of the rows that it has learnt from."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, int] = field(default_factory=dict)
    """In millionths, as whoever made it measured them: for people, and never for the gate."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One test week: average precision, in millionths, of each on the same rows."""

    start: date
    """The first day of training."""
    challenger: int
    champion: int | None
    """None where there is no champion."""
    forest: int
    """Of a random forest with the same rows and the reference features."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How a model did on weeks that it had not seen, and how the champion did on the same rows."""

    protocol: str
    data_sha256: str
    """Of the rows of all folds: two models that were measured on other rows are not compared."""
    champion_data_sha256: str | None
    """Of the rows on which the champion was measured."""
    model_sha256: str
    champion_sha256: str | None
    """Of the champion's document; None where there was no champion."""
    folds: tuple[Fold, ...]
    measured_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A decision that would have come out otherwise."""

    decision: str
    """Its id."""
    subject: str
    before: Decision
    after: Decision
    staff_reasons: tuple[str, ...]
    """Of the rules that were tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What rules would have decided on payments that were decided already."""

    first: date
    """The first day that was reached."""
    last: date
    """The day of its last decision; the last one that was asked for where it looked at none."""
    sha256: str
    """Of the document that was run."""
    against_sha256: str | None = None
    """Of the rules that decided then, or of the built-in ones; None of runs that are older than this field."""
    decisions: int
    changed: int
    """How many of them it would have decided otherwise."""
    before: Mapping[Decision, int]
    after: Mapping[Decision, int]
    spoke: Mapping[str, int]
    """Code of a rule -> how many payments it spoke on."""
    frauds: int
    """Known frauds among them."""
    frauds_before: int
    """Of those, how many were not simply approved."""
    frauds_after: int
    ran_at: datetime
    by: str
    complete: bool | None = None
    """False: there were more decisions than one run looks at; None of runs that are older than this field."""
    examples: tuple[Changed, ...] = ()
    """A few of each change."""


@dataclass(frozen=True, slots=True)
class Raised:
    """How a version became a champion."""

    at: datetime
    by: str
    approval: str | None
    """None where one person is enough: an entry that denies."""


@dataclass(frozen=True, slots=True)
class Retired:
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    scope: Scope
    kind: ArtefactKind
    number: int
    sha256: str
    author: str
    """Staff id; `bank` of what the bank proposes by itself."""
    created_at: datetime | None
    """None of a built-in document, which was never registered."""
    lineage: Lineage
    committed_at: datetime | None = None
    backtest: Backtest | None = None
    dry_run: DryRun | None = None
    approval: str | None = None
    """The approval that was asked for last."""
    raised: Raised | None = None
    """A note of what the pointer said first."""
    retired: Retired | None = None
    """As above, or a draft or shadow that came to nothing."""
    revision: int = 1

    @property
    def id(self) -> str:
        return version_id(self.scope, self.kind, self.number)

    @property
    def used(self) -> VersionUsed:
        return VersionUsed(self.id, self.sha256)


@dataclass(frozen=True, slots=True)
class Champion:
    used: VersionUsed
    since: datetime
    by: str
    approval: str | None


@dataclass(frozen=True, slots=True)
class Shadow:
    kind: ArtefactKind
    used: VersionUsed
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """A version that was a champion and is none any more, until that is noted with the version itself."""

    kind: ArtefactKind
    champion: Champion
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Which versions decide in a scope: read with every decision. A kind without a champion has the built-in first
    document, and no model.
    """

    scope: Scope
    champions: Mapping[ArtefactKind, Champion] = field(default_factory=dict)
    before: Mapping[ArtefactKind, tuple[Champion | None, ...]] = field(default_factory=dict)
    """Champions that a rollback goes back to, the last one first; None is the built-in document."""
    shadows: tuple[Shadow, ...] = ()
    left: tuple[Left, ...] = ()
    changed_at: datetime | None = None
    changed_by: str | None = None
    reason: str | None = None
    """Of the last change, in the words of who made it."""
    revision: int = 0
    """0: it was never written."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """A rule that does not speak on one customer for a while."""

    rule: str
    """Id of the rule: the same in every version."""
    reason: str
    by: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Snoozes:
    customer: str
    snoozes: tuple[Snooze, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class SignedBounds:
    """Between what the thresholds of a scope may lie, signed by who answers for it outside of this system."""

    scope: Scope
    document: bytes
    key: str
    """The key that signed, as KMS names it."""
    signature: bytes
    """ECDSA over the SHA-256 of the document, as KMS writes it."""
    number: int
    """Each is greater than the one it replaces: an old one, however well signed, does not come back."""
    kept_by: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class VersionPage:
    """The newest first; `before` begins the next page, None at the end."""

    versions: tuple[Version, ...]
    before: int | None


def version_id(scope: Scope, kind: ArtefactKind, number: int) -> str:
    return f"{scope.value.lower()}/{kind.value.lower()}/{number}"


NUMBER_DIGITS_MAX: Final = 6
_PARTS: Final = 3
_SCOPES: Final = frozenset(scope.value for scope in Scope)
_KINDS: Final = frozenset(kind.value for kind in ArtefactKind)


def parse_version_id(text: str) -> tuple[Scope, ArtefactKind, int] | None:
    """None when the text is no id of a version; an id has one spelling."""
    parts = text.split("/")
    if len(parts) != _PARTS:
        return None
    scope, kind, number = parts
    known = scope.upper() in _SCOPES and kind.upper() in _KINDS
    plain = number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS_MAX
    if not known or not plain:
        return None
    found = Scope(scope.upper()), ArtefactKind(kind.upper()), int(number)
    return found if version_id(*found) == text else None
