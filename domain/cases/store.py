"""How cases are kept: one record each, moved on by its version, in lists by group, kind and owner."""

from collections.abc import Collection
from typing import Protocol

from domain.access.model import Group
from domain.cases.kinds import CaseKind
from domain.cases.model import Case, CasePage, CaseState


class CaseStore(Protocol):
    def case(self, case_id: str) -> Case | None: ...

    def add(self, case: Case) -> bool:
        """False, and nothing written, when the id is taken."""
        ...

    def replace(self, case: Case, *, was: Case) -> bool:
        """False, and nothing written, when the stored version is no longer that of `was`."""
        ...

    def listed(
        self,
        *,
        states: Collection[CaseState],
        groups: Collection[Group],
        kind: CaseKind | None = None,
        owner: str | None = None,
        position: str | None,
        limit: int,
        latest_first: bool = False,
    ) -> CasePage:
        """Cases in one of the states and of one of the groups, in the order in which they are due, beyond `position`;
        with `kind` and `owner` only those of the kind, and in that person's hands. A change may take a moment to
        appear here. A page with more after it may be short. Of a kind that none of the groups works there is no page
        and no position.
        """
        ...
