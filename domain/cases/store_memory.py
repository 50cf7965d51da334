"""Cases in memory, for tests and simulations."""

import threading
from collections.abc import Collection

from domain.access.model import Group
from domain.cases.kinds import CaseKind
from domain.cases.model import Case, CasePage, CaseState
from domain.cases.rules import position as position_of


class MemoryCaseStore:
    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._lock = threading.Lock()

    def case(self, case_id: str) -> Case | None:
        return self._cases.get(case_id)

    def add(self, case: Case) -> bool:
        with self._lock:
            return self._cases.setdefault(case.id, case) is case

    def replace(self, case: Case, *, was: Case) -> bool:
        with self._lock:
            stored = self._cases.get(case.id)
            if stored is None or stored.version != was.version:
                return False
            self._cases[case.id] = case
            return True

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
        with self._lock:
            every = list(self._cases.values())
        found = [
            case
            for case in every
            if case.state in states
            and case.group in groups
            and kind in (None, case.kind)
            and owner in (None, case.owner)
            and (position is None or (position_of(case) < position) is latest_first)
            and position_of(case) != position
        ]
        found.sort(key=position_of, reverse=latest_first)
        page = tuple(found[:limit])
        return CasePage(page, position_of(page[-1]) if len(found) > limit else None)
