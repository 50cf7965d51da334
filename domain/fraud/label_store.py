"""How labels are kept: one for each subject, moved on by its revision, and found again by the day of the decision."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain.fraud.kinds import Scope
from domain.fraud.label_model import Label, LabelPage


class LabelStore(Protocol):
    def label(self, subject: str) -> Label | None: ...

    def labels(self, subjects: Sequence[str]) -> tuple[Label, ...]:
        """Those that there are, in any order; at most `tables_aws.PAGE_MAX` subjects, none twice."""
        ...

    def keep(self, label: Label, *, was: Label | None) -> bool:
        """False, and nothing written, when the stored revision is no longer that of `was`."""
        ...

    def labels_of_day(self, scope: Scope, day: date, *, position: str | None, limit: int) -> LabelPage:
        """Those whose payment was decided on the day."""
        ...
