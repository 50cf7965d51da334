"""How the figures of days are kept: one record each for decisions and for labels; and which cases they led to."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Protocol

from domain.fraud.kinds import Scope
from domain.fraud.monitoring_model import CaseRaised, LabelFigures, Progress


class MonitoringStore(Protocol):
    def progress(self, scope: Scope, day: date) -> Progress | None: ...

    def keep(self, progress: Progress) -> bool:
        """Over the revision before its own; False, and nothing written, when another has counted on."""
        ...

    def days(self, scope: Scope, first: date, last: date) -> Mapping[date, Progress]:
        """Both included; at most `DAYS_MAX`."""
        ...

    def first_day(self, scope: Scope) -> date | None:
        """The first day of which anything was counted."""
        ...

    def put_labels(self, figures: LabelFigures) -> None: ...

    def labels(self, scope: Scope, first: date, last: date) -> Mapping[date, LabelFigures]: ...

    def looked_at(self, scope: Scope) -> date | None: ...

    def note_looked_at(self, scope: Scope, day: date) -> None:
        """A later day stays."""
        ...

    def raised(self, scope: Scope, about: str) -> CaseRaised | None: ...

    def note_raised(self, raised: CaseRaised) -> None:
        """Over one of an earlier day; one of the same day or a later one stays."""
        ...


DAYS_MAX: Final = 400
"""A year of a chart, and the weeks before it."""
