"""How transfers in review are kept: each once for its journal's id, moved on by its version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.transfers.model import TransferReview


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reviews of one account, the newest first; `before` begins the next page, None at the end."""

    reviews: tuple[TransferReview, ...]
    before: str | None


class ReviewStore(Protocol):
    def review(self, journal: str) -> TransferReview | None: ...

    def reviews(self, journals: Sequence[str]) -> tuple[TransferReview, ...]:
        """Those that there are, in any order; at most `tables_aws.PAGE_MAX` journals, none twice."""
        ...

    def add(self, review: TransferReview) -> TransferReview:
        """Keeps a new review, once for its id; what was kept first is the answer."""
        ...

    def replace(self, review: TransferReview, *, version: int) -> bool:
        """Writes the review over its stored `version`; False, and nothing written, when it has moved on."""
        ...

    def reviews_of(self, account: str, *, before: str | None, limit: int) -> ReviewPage:
        """Of transfers from the account; `before` is a `position_of`."""
        ...

    def due(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        """Ids of those that are due by then (eventually consistent); the longest due first."""
        ...
