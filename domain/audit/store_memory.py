"""Audit records in memory, for tests and simulations."""

import threading
from collections.abc import Iterable, Sequence

from domain.audit.model import AuditPage, AuditRecord


class MemoryAuditStore:
    def __init__(self) -> None:
        self._records: dict[tuple[str, str], AuditRecord] = {}
        self._ended: dict[tuple[str, str], AuditRecord] = {}
        self._lock = threading.Lock()

    def add(self, record: AuditRecord) -> bool:
        with self._lock:
            return self._records.setdefault((record.whose, record.position), record) is record

    def add_all(self, records: Sequence[AuditRecord]) -> bool:
        with self._lock:
            if any((record.whose, record.position) in self._records for record in records):
                return False
            self._records.update({(record.whose, record.position): record for record in records})
            return True

    def end(self, record: AuditRecord) -> bool:
        with self._lock:
            return self._ended.setdefault((record.whose, record.position), record) is record

    def at(self, whose: str, position: str) -> AuditRecord | None:
        return self._records.get((whose, position))

    def ended(self, whose: str, position: str) -> AuditRecord | None:
        return self._ended.get((whose, position))

    def by_subject(self, whose: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        found = (record for record in self._all() if record.whose == whose)
        return _page(found, earliest=earliest, latest=latest, before=before, size=size)

    def by_actor(self, person: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        found = (record for record in self._all() if record.person == person)
        return _page(found, earliest=earliest, latest=latest, before=before, size=size)

    def _all(self) -> list[AuditRecord]:
        with self._lock:
            return list({**self._records, **self._ended}.values())


def _page(records: Iterable[AuditRecord], *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
    within = [
        record
        for record in records
        if earliest <= record.position <= latest and (before is None or record.position < before)
    ]
    within.sort(key=lambda record: record.position, reverse=True)
    page = tuple(within[:size])
    return AuditPage(page, page[-1].position if len(within) > size else None)
