"""What can be asked of watching: count the days that have ended, see what has moved, draw it.

A run has its time, may be cut off anywhere, and comes again several times a night. Figures of a day are kept together
with how far the counting has come, and a day that is counted stays as it is. Labels come late, so what is known of the
last weeks is put together anew each day. The last day that is counted is looked at once, however far the next has come.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.clock import Clock
from domain.fraud import monitoring as rules
from domain.fraud.gate import ShadowDay
from domain.fraud.kinds import Scope
from domain.fraud.label_model import Label
from domain.fraud.label_store import LabelStore
from domain.fraud.model import StoredDecision
from domain.fraud.monitoring_model import FIRST_DAY, DayFigures, LabelFigures, Point, Progress, Reference, Watched
from domain.fraud.monitoring_store import MonitoringStore
from domain.refusals import FieldFault, InputInvalid, NotAllowed, NotFound

PAGE: Final = 100
PAGES_OF_A_RUN_MAX: Final = 10_000
"""A million decisions of a scope. A run ends by its time before that, and the next one goes on."""
KEPT_EVERY_PAGES: Final = 50
"""So many pages are counted again at most when a run is cut off."""
DAYS_BACK_MAX: Final = 14
"""A fortnight without a run is made good. An older day is not counted any more."""
DROPPED_DAYS: Final = 7
"""For so long a day that was dropped is told of."""
LABEL_DAYS: Final = 67
"""ACH debits come back as unauthorised for sixty days; a week more for those that are late."""
LABEL_PAGES_MAX: Final = 1_000
"""100,000 labels of one day: more than it has payments that go wrong."""
SERIES_DAYS_MAX: Final = 366


class DecidedPage(Protocol):
    """Decisions in their order; `position` begins the next page, None at the end."""

    @property
    def decisions(self) -> tuple[StoredDecision, ...]: ...

    @property
    def position(self) -> str | None: ...


class DecidedDays(Protocol):
    """The decisions of a day, as their store lists them: in shards."""

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecidedPage: ...


class TooManyLabels(Exception):
    """A day has more labels than one look reads; its figures would be wrong."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one run has done for a scope."""

    scope: Scope
    yesterday: date
    days: int
    """Counted to their end."""
    last: date | None
    """The last day up to which all are counted; None where the run did not come so far as one."""
    dropped: int
    """Days that were not counted in time, so that no run counts them any more; told of for `DROPPED_DAYS`."""

    @property
    def complete(self) -> bool:
        """Else the next run goes on."""
        return self.last == self.yesterday


class Monitoring:
    def __init__(
        self,
        *,
        decisions: DecidedDays,
        shards: int,
        labels: LabelStore,
        store: MonitoringStore,
        reference: Callable[[Scope], Reference | None],
        clock: Clock,
    ) -> None:
        """`shards`: how many lists a day of `decisions` has. `reference`: what the champion model of a scope was made
        on; None where there is none, or it says nothing.
        """
        self._decisions = decisions
        self._shards = shards
        self._labels = labels
        self._store = store
        self._reference = reference
        self._clock = clock

    # Counting.

    def count(self, scope: Scope, *, until: datetime) -> Counted:
        """Puts together what labels say, once a day; then counts the days that have ended and are not counted yet, the
        oldest first, until then or as far as one run goes.
        """
        yesterday = self._yesterday()
        self._put_labels(scope, yesterday)
        reference = self._reference(scope)
        pages, days, last = PAGES_OF_A_RUN_MAX, 0, None
        for day in _back_from(yesterday, DAYS_BACK_MAX):
            used = self._count_day(scope, day, reference, pages, until)
            if used is None:
                break
            pages -= used
            days += used > 0
            last = day
        return Counted(scope, yesterday, days, last, self._dropped(scope, yesterday))

    def _put_labels(self, scope: Scope, yesterday: date) -> None:
        """Yesterday is the last of them: once it is there, so are all."""
        if self._store.labels(scope, yesterday, yesterday):
            return
        for day in _back_from(yesterday, LABEL_DAYS):
            self._store.put_labels(rules.labelled(scope, day, self._labels_of(scope, day)))

    def _count_day(
        self, scope: Scope, day: date, reference: Reference | None, pages: int, until: datetime
    ) -> int | None:
        """How many pages it took, 0 if it was counted before; None when there is more than the run has pages or time
        for, or another run counts the same day.
        """
        progress = self._store.progress(scope, day)
        if progress and progress.done:
            return 0
        if self._clock.now() >= until:
            return None
        progress = _begun(scope, day, reference, progress)
        for used in range(1, pages + 1):
            page = self._decisions.decisions_of_day(scope, day, progress.shard, position=progress.position, limit=PAGE)
            figures = rules.counted(progress.figures, page.decisions, reference)
            progress = self._further(progress, figures, page.position)
            ends = used == pages or self._clock.now() >= until
            if progress.done or ends or used % KEPT_EVERY_PAGES == 0:
                progress = replace(progress, revision=progress.revision + 1)
                if not self._store.keep(progress) and self._store.progress(scope, day) != progress:
                    return None  # another run counts; a lost answer is none
            if progress.done:
                return used
            if ends:
                return None
        return None

    def _dropped(self, scope: Scope, yesterday: date) -> int:
        first = self._store.first_day(scope)
        gone = _back(yesterday - timedelta(days=DAYS_BACK_MAX), DROPPED_DAYS)
        found = {day: self._store.progress(scope, day) for day in gone if first is not None and day >= first}
        return sum(1 for progress in found.values() if progress is None or not progress.done)

    def _further(self, progress: Progress, figures: DayFigures, position: str | None) -> Progress:
        if position is not None:
            return replace(progress, figures=figures, position=position)
        shard = progress.shard + 1
        return replace(progress, figures=figures, shard=shard, position=None, done=shard == self._shards)

    def _labels_of(self, scope: Scope, day: date) -> Iterator[Label]:
        position: str | None = None
        for _ in range(LABEL_PAGES_MAX):
            page = self._labels.labels_of_day(scope, day, position=position, limit=PAGE)
            yield from page.labels
            position = page.position
            if position is None:
                return
        raise TooManyLabels(f"{scope.value} {day}")

    # Looking.

    def look(self, scope: Scope, day: date) -> Watched:
        """What the days up to this one look like, which is counted as all before it are."""
        first_day = self._store.first_day(scope)
        earliest = day - timedelta(days=rules.BASELINE_DAYS + 2 * rules.WINDOW_DAYS + rules.COLD_DAYS)
        days, labels = self._kept(scope, earliest, day)
        return rules.watched(scope, day, days, labels, self._reference(scope), first=first_day)

    def is_looked_at(self, scope: Scope, day: date) -> bool:
        """Whether what there was to say of the day was said."""
        last = self._store.looked_at(scope)
        return last is not None and last >= day

    def note_looked_at(self, scope: Scope, day: date) -> None:
        self._store.note_looked_at(scope, day)

    def days(self, scope: Scope, length: int, *, last: date | None = None) -> Mapping[date, DayFigures]:
        """So many days that are counted, up to the last one, or to yesterday."""
        last = last or self._yesterday()
        days, _ = self._kept(scope, last - timedelta(days=length - 1), last)
        return days

    def series(
        self, actor: Actor, scope: Scope, *, first: date, last: date
    ) -> tuple[Point, ...] | NotAllowed | NotFound | InputInvalid:
        """A point for each day, both included: for charts of volumes, decisions, precision, recall and indices.

        Refusals: NotAllowed, InputInvalid.
        """
        if denied := refusal_of(actor, Action.VIEW_FRAUD, relation=Relation.STRANGER):
            return denied
        if first < FIRST_DAY:
            return InputInvalid((FieldFault(("first",), "DAYS_OUT_OF_RANGE", f"is {FIRST_DAY} or a later day"),))
        if not 0 <= (last - first).days < SERIES_DAYS_MAX:
            message = f"is on or after the first day, and at most {SERIES_DAYS_MAX} days in all"
            return InputInvalid((FieldFault(("last",), "DAYS_OUT_OF_RANGE", message),))
        reference, first_day, yesterday = self._reference(scope), self._store.first_day(scope), self._yesterday()
        days, labels = self._kept(scope, first - timedelta(days=rules.WINDOW_DAYS - 1), last)
        return tuple(
            rules.point(scope, day, today=yesterday, days=days, labels=labels, reference=reference, first=first_day)
            for day in reversed(_back(last, (last - first).days + 1))
        )

    def shadow_days(self, scope: Scope, version: str, *, since: date) -> tuple[ShadowDay, ...]:
        """Days of decisions beside which a version was asked: of these the gate of promotions counts the whole ones."""
        days, _ = self._kept(scope, since, self._yesterday())
        return rules.shadow_days(version, days)

    def _kept(
        self, scope: Scope, first: date, last: date
    ) -> tuple[Mapping[date, DayFigures], Mapping[date, LabelFigures]]:
        days = {day: one.figures for day, one in self._store.days(scope, first, last).items() if one.done}
        return days, self._store.labels(scope, first, last)

    def _yesterday(self) -> date:
        return self._clock.now().astimezone(UTC).date() - timedelta(days=1)


def _begun(scope: Scope, day: date, reference: Reference | None, progress: Progress | None) -> Progress:
    """As far as the day has come; from its start where another model's bins were counted so far."""
    version = reference.version if reference else None
    if progress and progress.figures.reference == version:
        return progress
    figures = DayFigures(scope=scope, day=day, reference=version)
    return Progress(figures, 0, None, done=False, revision=progress.revision if progress else 0)


def _back(last: date, length: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(length)]


def _back_from(last: date, length: int) -> list[date]:
    """The oldest first."""
    return list(reversed(_back(last, length)))
