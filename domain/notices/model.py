"""One message to one customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.notices.kinds import NoticeKind


@dataclass(frozen=True, slots=True)
class Notice:
    id: str
    """`ntc_` and a ULID: greater is newer."""
    customer: str
    key: str
    """What it is about, such as a journal id and a kind: one notice per customer and key, for ever."""
    kind: NoticeKind
    at: datetime
    facts: Mapping[str, str]
    text: str
    """As it was said: later words for the kind do not rewrite it."""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices, the newest first; `next_position` is where the page after this one begins, None at the end."""

    notices: tuple[Notice, ...]
    next_position: str | None
