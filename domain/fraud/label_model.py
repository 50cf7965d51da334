"""What is known of a payment that was judged: whether it was a fraud, who says so, and when each of them said it.

Two times are kept: when the payment was made, and when it was learnt. Who says otherwise later is written below what
was said before, and nothing is taken away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.fraud.kinds import Decision, Scope

MATURITY: Final[Mapping[Scope, timedelta]] = MappingProxyType(
    {Scope.CARD: timedelta(days=7), Scope.TRANSFER: timedelta(days=7), Scope.ACH: timedelta(days=7)}
)
"""After so long a payment of which nothing was said counts as honest. Unauthorised ACH debits come back for sixty days
(Nacha Operating Rules, extended return entries): such a day's figures are mended when they do."""
SAID_MAX: Final = 20
"""Far more than sources and changes of mind come to; the latest stay."""


def matures_at(scope: Scope, day: date) -> datetime:
    """When the payments of the day are matured: so long after its end."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1) + MATURITY[scope]


class LabelSource(StrEnum):
    CASE = "CASE"
    """A person who worked a case of the payment."""
    CHARGEBACK = "CHARGEBACK"
    """A card holder's bank takes the money back."""
    RETURN = "RETURN"
    """An ACH return; its code is R05, R07, R10, R29 or the like."""
    STAFF = "STAFF"
    """A person, without a case."""


@dataclass(frozen=True, slots=True)
class Said:
    fraud: bool
    source: LabelSource
    code: str | None
    """Of the source, such as a return code."""
    learnt_at: datetime
    by: str
    """Staff id, or `bank`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One for each subject that anything was said of, with what had been decided on it."""

    subject: str
    scope: Scope
    day: date
    """UTC, on which it was decided: where its figures stand."""
    happened_at: datetime
    decision: Decision | None
    """None: it was never judged."""
    shadows: Mapping[str, Decision] = field(default_factory=dict)
    """Version -> what it would have decided."""
    said: tuple[Said, ...] = ()
    """In the order of `learnt_at`."""
    revision: int = 0

    @property
    def fraud(self) -> bool:
        """By whoever spoke last."""
        return bool(self.said) and self.said[-1].fraud

    def fraud_by(self, moment: datetime) -> bool:
        """By whoever had spoken last by then. Of very many words the first are not kept, and say nothing."""
        return next((one.fraud for one in reversed(self.said) if one.learnt_at <= moment), False)

    @property
    def learnt_at(self) -> datetime | None:
        """Since when it is known as what it is."""
        if not self.said:
            return None
        since = self.said[-1].learnt_at
        for one in reversed(self.said):
            if one.fraud is not self.fraud:
                break
            since = one.learnt_at
        return since


@dataclass(frozen=True, slots=True)
class LabelPage:
    """By subject; `position` begins the next page, None at the end."""

    labels: tuple[Label, ...]
    position: str | None


def with_said(label: Label, said: Said) -> Label:
    """The label with one more word. Said again, it changes nothing; of one source only a later word counts."""
    same = next((one for one in label.said if one.source is said.source and one.learnt_at >= said.learnt_at), None)
    if same is not None:
        return label
    words = sorted((*label.said, said), key=lambda one: (one.learnt_at, one.source.value))
    return replace(label, said=tuple(words[-SAID_MAX:]), revision=label.revision + 1)


def latest_words(label: Label) -> tuple[Said, ...]:
    """The last word of each source, in the order in which they were said."""
    of_source = {one.source: one for one in label.said}
    return tuple(one for one in label.said if of_source[one.source] is one)


def flagged(decision: Decision | None) -> bool:
    """Whether something was done about the payment."""
    return decision is not None and decision is not Decision.APPROVE
