"""Notices in the table florin-notices-<region>.

N#<customer>   T#<notice>             the notice
N#<customer>   K#<hash of the key>    the claim of its key, written together with it
N#<customer>   D#<notice>#<channel>   that a channel has delivered it
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.clock import instant_text, parse_instant
from domain.notices.kinds import NoticeKind
from domain.notices.model import Notice, NoticePage
from domain.tables_aws import Table, Value

_FIRST: Final = "T#"
_LAST: Final = "T#~"
_UNREAD: Final = "UNREAD"
_READ: Final = "READ"


class DynamoDBNoticeStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, notice: Notice) -> bool:
        claim = {"pk": _pk(notice.customer), "sk": _claim(notice.key), "notice": notice.id}
        return self._table.put_all_new(claim, _item(notice))

    def notice(self, customer: str, notice_id: str) -> Notice | None:
        item = self._table.get(_pk(customer), f"T#{notice_id}")
        return _notice(item) if item else None

    def of_key(self, customer: str, key: str) -> Notice | None:
        claim = self._table.get(_pk(customer), _claim(key))
        return self.notice(customer, str(claim["notice"])) if claim else None

    def page(self, customer: str, *, before: str | None, size: int) -> NoticePage:
        items, next_key = self._table.newest(
            _pk(customer),
            size=size,
            from_key=_FIRST,
            to_key=_LAST,
            before=None if before is None else f"T#{before}",
        )
        return NoticePage(tuple(map(_notice, items)), next_key and next_key.removeprefix("T#"))

    def mark_read(self, notice: Notice, at: datetime) -> bool:
        return self._table.replace(_item(replace(notice, read_at=at)), attribute="state", expected=_UNREAD)

    def mark_delivered(self, notice: Notice, channel: str, at: datetime) -> None:
        self._table.put_new({"pk": _pk(notice.customer), "sk": _delivery(notice, channel), "at": instant_text(at)})

    def delivered(self, notice: Notice, channel: str) -> bool:
        return self._table.get(_pk(notice.customer), _delivery(notice, channel)) is not None


def _pk(customer: str) -> str:
    return f"N#{customer}"


def _claim(key: str) -> str:
    return "K#" + hashlib.sha256(key.encode()).hexdigest()


def _delivery(notice: Notice, channel: str) -> str:
    return f"D#{notice.id}#{channel}"


def _item(notice: Notice) -> dict[str, Value]:
    return {
        "pk": _pk(notice.customer),
        "sk": f"T#{notice.id}",
        "notice": notice.id,
        "customer": notice.customer,
        "key": notice.key,
        "kind": notice.kind.value,
        "at": instant_text(notice.at),
        "facts": dict(notice.facts),
        "text": notice.text,
        "state": _READ if notice.read_at else _UNREAD,
        "read_at": instant_text(notice.read_at) if notice.read_at else None,
    }


def _notice(item: dict[str, Value]) -> Notice:
    facts, read_at = item["facts"], item.get("read_at")
    if not isinstance(facts, dict):
        raise TypeError(f"{item['pk']!r} {item['sk']!r} is not a notice")
    return Notice(
        id=str(item["notice"]),
        customer=str(item["customer"]),
        key=str(item["key"]),
        kind=NoticeKind(str(item["kind"])),
        at=parse_instant(str(item["at"])),
        facts=facts,
        text=str(item["text"]),
        read_at=None if read_at is None else parse_instant(str(read_at)),
    )
