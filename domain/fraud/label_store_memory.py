"""Labels in memory, for tests and simulations."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from domain.fraud.kinds import Scope
from domain.fraud.label_model import Label, LabelPage


class MemoryLabelStore:
    def __init__(self) -> None:
        self._labels: dict[str, Label] = {}
        self._days: dict[tuple[Scope, date], set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def label(self, subject: str) -> Label | None:
        return self._labels.get(subject)

    def labels(self, subjects: Sequence[str]) -> tuple[Label, ...]:
        return tuple(self._labels[one] for one in subjects if one in self._labels)

    def keep(self, label: Label, *, was: Label | None) -> bool:
        with self._lock:
            stored = self._labels.get(label.subject)
            if (stored.revision if stored else None) != (was.revision if was else None):
                return False
            self._labels[label.subject] = label
            self._days[label.scope, label.day].add(label.subject)
            return True

    def labels_of_day(self, scope: Scope, day: date, *, position: str | None, limit: int) -> LabelPage:
        with self._lock:
            subjects = sorted(one for one in self._days.get((scope, day), ()) if one > (position or ""))
            found = [self._labels[one] for one in subjects]
        page = tuple(found[:limit])
        return LabelPage(page, page[-1].subject if len(found) > limit else None)
