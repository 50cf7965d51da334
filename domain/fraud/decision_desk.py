"""What staff ask of decisions: which there were, why each came out as it did, and whether it would again.

All that is told of a decision beyond what is stored follows from judging it again, by the documents that it names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.fraud.artefacts import ArtefactUnread
from domain.fraud.books import Books
from domain.fraud.decision_store import PAGE_MAX, DecisionPage, position_of
from domain.fraud.expressions import Explained, FeatureMistyped
from domain.fraud.kinds import Decision, Scope
from domain.fraud.lists import Entry
from domain.fraud.model import StoredDecision
from domain.fraud.rules import Outcome, Rule
from domain.fraud.scoring import ScoreOutOfRange, explanation, replayed, same
from domain.refusals import NotAllowed, NotFound

READ_OF_EACH: Final = 4
"""A page takes a fourth of its rows from each shard, and at least one: a day's rows lie evenly over them."""

Wanted = Callable[[StoredDecision], bool]


class Stored(Protocol):
    """Decisions as they are kept."""

    def decision(self, subject: str) -> StoredDecision | None: ...

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecisionPage: ...

    def decisions_of_customer(self, customer: str, *, position: str | None, limit: int) -> DecisionPage: ...


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """What one rule says of the payment, and what came out of each of its nodes."""

    rule: Rule
    outcome: Outcome
    text: str
    """Its condition, as people write it."""
    nodes: tuple[str, ...]
    """`text: value`, the whole condition first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The decision made again."""

    same: bool
    """Bit for bit."""
    decision: Decision
    score: float | None
    rules: tuple[RuleSaid, ...]
    contributions: Mapping[str, float]
    """What each feature adds to the score; empty where no model spoke."""
    listed: tuple[Entry, ...]
    silenced: tuple[str, ...]


class DecisionDesk:
    def __init__(self, *, decisions: Stored, shards: int, books: Books) -> None:
        """`shards`: how many lists a day of `decisions` has."""
        self._decisions = decisions
        self._shards = shards
        self._books = books

    def existing(self, subject: str) -> StoredDecision | None:
        """For what the bank asks itself: whose it is."""
        return self._decisions.decision(subject)

    def decision(self, actor: Actor, subject: str) -> StoredDecision | NotAllowed | NotFound:
        """Refusals: NotAllowed, NotFound."""
        return _denied(actor) or self._decisions.decision(subject) or NotFound(subject)

    def of_day(
        self, actor: Actor, scope: Scope, day: date, *, position: str | None, limit: int, wanted: Wanted
    ) -> DecisionPage | NotAllowed | NotFound:
        """Those of a UTC day that are wanted, in the order in which they were decided. A page may be short of its rows,
        or empty, and yet be followed by others: so much is looked through at once.

        Refusals: NotAllowed.
        """
        if denied := _denied(actor):
            return denied
        size = max(1, _bounded(limit) // READ_OF_EACH)
        pages = [
            self._decisions.decisions_of_day(scope, day, shard, position=position, limit=size)
            for shard in range(self._shards)
        ]
        # Behind the last row of a shard that has more there may be rows that come before those of the others.
        known_until = min((page.position for page in pages if page.position is not None), default=None)
        rows = sorted((one for page in pages for one in page.decisions), key=position_of)
        rows = [one for one in rows if known_until is None or position_of(one) <= known_until]
        return _taken(rows, limit, wanted, further=known_until)

    def of_customer(
        self, actor: Actor, customer: str, *, position: str | None, limit: int, wanted: Wanted
    ) -> DecisionPage | NotAllowed | NotFound:
        """Those of a customer that are wanted, the latest first; a page as that of a day.

        Refusals: NotAllowed.
        """
        if denied := _denied(actor):
            return denied
        page = self._decisions.decisions_of_customer(customer, position=position, limit=_bounded(limit))
        return _taken(list(page.decisions), limit, wanted, further=page.position)

    def again(self, stored: StoredDecision) -> Again | None:
        """None where the documents that it followed from cannot be read any more, or judge no more."""
        try:
            book = self._books.of_versions(stored.scope, stored.versions)
            found = replayed(stored, book)
            why = explanation(stored.features, book, found)
        except (ArtefactUnread, FeatureMistyped, ScoreOutOfRange):
            return None
        return Again(
            same=same(stored, found),
            decision=found.decision,
            score=found.score,
            rules=tuple(
                RuleSaid(one.answer.rule, one.answer.outcome, one.condition.text, tuple(_lines(one.condition)))
                for one in why.rules
            ),
            contributions=why.contributions,
            listed=found.listed,
            silenced=found.silenced,
        )


def value_text(value: object) -> str | None:
    """As JSON writes it; None: it is not known."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _lines(node: Explained) -> Iterator[str]:
    value = value_text(node.value)
    yield f"{node.text}: {'inconclusive' if value is None else value}"
    for part in node.of:
        yield from _lines(part)


def _taken(rows: list[StoredDecision], limit: int, wanted: Wanted, *, further: str | None) -> DecisionPage:
    """As many as fit, and the place behind the last row that was looked at."""
    found: list[StoredDecision] = []
    for place, row in enumerate(rows):
        if wanted(row):
            found.append(row)
        if len(found) == limit:
            more = place + 1 < len(rows) or further is not None
            return DecisionPage(tuple(found), position_of(row) if more else None)
    return DecisionPage(tuple(found), further)


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
    return limit


def _denied(actor: Actor) -> NotAllowed | NotFound | None:
    return refusal_of(actor, Action.VIEW_FRAUD, relation=Relation.STRANGER)
