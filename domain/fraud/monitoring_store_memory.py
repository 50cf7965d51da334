"""Figures of days in memory, for tests and simulations."""

import threading
from collections.abc import Mapping
from datetime import date

from domain.fraud.kinds import Scope
from domain.fraud.monitoring_model import CaseRaised, LabelFigures, Progress


class MemoryMonitoringStore:
    def __init__(self) -> None:
        self._days: dict[tuple[Scope, date], Progress] = {}
        self._labels: dict[tuple[Scope, date], LabelFigures] = {}
        self._raised: dict[tuple[Scope, str], CaseRaised] = {}
        self._looked_at: dict[Scope, date] = {}
        self._lock = threading.Lock()

    def progress(self, scope: Scope, day: date) -> Progress | None:
        return self._days.get((scope, day))

    def keep(self, progress: Progress) -> bool:
        key = progress.figures.scope, progress.figures.day
        with self._lock:
            stored = self._days.get(key)
            if (stored.revision if stored else 0) != progress.revision - 1:
                return False
            self._days[key] = progress
            return True

    def days(self, scope: Scope, first: date, last: date) -> Mapping[date, Progress]:
        with self._lock:
            return {day: one for (of, day), one in self._days.items() if of is scope and first <= day <= last}

    def first_day(self, scope: Scope) -> date | None:
        with self._lock:
            counted = (day for (of, day), one in self._days.items() if of is scope and one.figures.count)
            return min(counted, default=None)

    def put_labels(self, figures: LabelFigures) -> None:
        with self._lock:
            self._labels[(figures.scope, figures.day)] = figures

    def labels(self, scope: Scope, first: date, last: date) -> Mapping[date, LabelFigures]:
        with self._lock:
            return {day: one for (of, day), one in self._labels.items() if of is scope and first <= day <= last}

    def looked_at(self, scope: Scope) -> date | None:
        return self._looked_at.get(scope)

    def note_looked_at(self, scope: Scope, day: date) -> None:
        with self._lock:
            self._looked_at[scope] = max(day, self._looked_at.get(scope, day))

    def raised(self, scope: Scope, about: str) -> CaseRaised | None:
        return self._raised.get((scope, about))

    def note_raised(self, raised: CaseRaised) -> None:
        key = raised.scope, raised.about
        with self._lock:
            stored = self._raised.get(key)
            if stored is None or stored.day < raised.day:
                self._raised[key] = raised
