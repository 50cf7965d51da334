"""How notices are kept: one per customer and key; beside each, the channels that have delivered it."""

from datetime import datetime
from typing import Protocol

from domain.notices.model import Notice, NoticePage


class NoticeStore(Protocol):
    def add(self, notice: Notice) -> bool:
        """False, and nothing written, when the customer has a notice of this key."""
        ...

    def notice(self, customer: str, notice_id: str) -> Notice | None: ...

    def of_key(self, customer: str, key: str) -> Notice | None: ...

    def page(self, customer: str, *, before: str | None, size: int) -> NoticePage:
        """Newest first; with `before`, only notices older than that id."""
        ...

    def mark_read(self, notice: Notice, at: datetime) -> bool:
        """False when it is marked already; the first mark stays."""
        ...

    def mark_delivered(self, notice: Notice, channel: str, at: datetime) -> None: ...

    def delivered(self, notice: Notice, channel: str) -> bool: ...
