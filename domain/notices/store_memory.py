"""Notices in memory, for tests and simulations."""

import threading
from dataclasses import replace
from datetime import datetime

from domain.notices.model import Notice, NoticePage


class MemoryNoticeStore:
    def __init__(self) -> None:
        self._notices: dict[tuple[str, str], Notice] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._delivered: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def add(self, notice: Notice) -> bool:
        with self._lock:
            if (notice.customer, notice.key) in self._ids or (notice.customer, notice.id) in self._notices:
                return False
            self._ids[notice.customer, notice.key] = notice.id
            self._notices[notice.customer, notice.id] = notice
            return True

    def notice(self, customer: str, notice_id: str) -> Notice | None:
        return self._notices.get((customer, notice_id))

    def of_key(self, customer: str, key: str) -> Notice | None:
        notice_id = self._ids.get((customer, key))
        return self.notice(customer, notice_id) if notice_id else None

    def page(self, customer: str, *, before: str | None, size: int) -> NoticePage:
        with self._lock:
            found = [notice for notice in self._notices.values() if notice.customer == customer]
        older = [notice for notice in found if before is None or notice.id < before]
        older.sort(key=lambda notice: notice.id, reverse=True)
        page = tuple(older[:size])
        return NoticePage(page, page[-1].id if len(older) > size else None)

    def mark_read(self, notice: Notice, at: datetime) -> bool:
        with self._lock:
            stored = self._notices[notice.customer, notice.id]
            if stored.read_at:
                return False
            self._notices[notice.customer, notice.id] = replace(stored, read_at=at)
            return True

    def mark_delivered(self, notice: Notice, channel: str, at: datetime) -> None:  # noqa: ARG002 - kept elsewhere
        self._delivered.add((notice.id, channel))

    def delivered(self, notice: Notice, channel: str) -> bool:
        return (notice.id, channel) in self._delivered
