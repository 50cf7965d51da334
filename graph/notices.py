"""Notices: what the bank has told a customer, in the words it used then."""

from typing import Final

import strawberry

from domain.access.model import Relation
from domain.notices.model import Notice
from graph.connections import Connection, asked
from graph.context import Context
from graph.fields import field
from graph.scalars import Cursor, Instant

NOTICES: Final = "notices"


@strawberry.type(name="Notice", description="One message of the bank to one customer.")
class NoticeView:
    notice: strawberry.Private[Notice]
    stands: strawberry.Private[Relation]

    @field("Stable; a greater id is a newer notice.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.notice.id)

    @field("What it is about, for programs. The set may grow.")
    def kind(self) -> str:
        return self.notice.kind.value

    @field("What it says.")
    def text(self) -> str:
        return self.notice.text

    @field("When it was put.")
    def at(self) -> Instant:
        return Instant(self.notice.at)

    @field("When it was read for the first time; null when it was not.")
    def read_at(self) -> Instant | None:
        return Instant(self.notice.read_at) if self.notice.read_at else None


def notices_of(context: Context, customer: str, *, first: int, after: Cursor | None) -> Connection[NoticeView]:
    """The newest first. A position is the notice's own id: the page begins below it."""
    wanted = asked(context.cursors, NOTICES, customer, first=first, after=after)
    context.spend()
    found = context.bank.notices.page(customer, position=wanted.position, size=wanted.limit)
    return wanted.page(
        found.notices,
        node=lambda row: NoticeView(notice=row, stands=Relation.OWNER),
        position=lambda row: row.id,
        more=found.next_position is not None,
    )
