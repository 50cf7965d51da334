"""Lists in pages: forward only, by a signed cursor that is a place in a key order, never an offset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

import strawberry

from graph.cursors import Cursors, Filters
from graph.errors import ErrorCode, PublicError
from graph.scalars import Cursor

PAGE_DEFAULT: Final = 25
PAGE_MAX: Final = 100

Node = TypeVar("Node")
Row = TypeVar("Row")

First = Annotated[
    int,
    strawberry.argument(description=f"How many at most: 1 to {PAGE_MAX}, {PAGE_DEFAULT} when not given."),
]
After = Annotated[
    Cursor | None,
    strawberry.argument(description="The cursor after which the page begins; none for the first page."),
]


@strawberry.type(name="PageInfo", description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether this page began after a cursor.")
    start_cursor: Cursor | None = strawberry.field(description="The cursor of the first row, if there is one.")
    end_cursor: Cursor | None = strawberry.field(
        description="The cursor of the last row, to be passed as `after`; none on an empty page."
    )


@strawberry.type(name="Edge", description="One row of a list.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="What stands in this row.")
    cursor: Cursor = strawberry.field(description="The place of this row.")


@strawberry.type(name="Connection", description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description=f"The rows, at most {PAGE_MAX}.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def page_size(first: int) -> int:
    if not 1 <= first <= PAGE_MAX:
        raise PublicError(ErrorCode.LIMIT_EXCEEDED, f"A page has 1 to {PAGE_MAX} rows, not {first}.")
    return first


@dataclass(frozen=True, slots=True)
class Asked:
    """A page as it is asked for: of which list, from which place in it on, and with how many rows at most."""

    position: str | None
    """Of the row after which it begins; None for the first page."""
    limit: int
    _after: Cursor | None
    cursor: Callable[[str], Cursor]
    """Of a place in the list."""

    def page(
        self, rows: Sequence[Row], *, node: Callable[[Row], Node], position: Callable[[Row], str], more: bool
    ) -> Connection[Node]:
        return page(rows, node=node, cursor=lambda row: self.cursor(position(row)), more=more, after=self._after)


def asked(
    cursors: Cursors, what: str, subject: str, *, first: int, after: Cursor | None, filters: Filters | None = None
) -> Asked:
    """Raises the public error of a size that no page has, or of a cursor that is not one of the list."""
    limit = page_size(first)
    position = cursors.read(after, what, subject, filters)
    return Asked(position, limit, after, lambda place: cursors.make(what, subject, place, filters))


def page(
    rows: Sequence[Row],
    *,
    node: Callable[[Row], Node],
    cursor: Callable[[Row], Cursor],
    more: bool,
    after: Cursor | None,
) -> Connection[Node]:
    edges = [Edge(node=node(row), cursor=cursor(row)) for row in rows]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=more,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
