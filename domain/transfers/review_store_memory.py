"""Transfers in review in memory, for tests and simulations."""

import threading
from collections.abc import Sequence
from datetime import datetime

from domain.transfers.model import TransferReview
from domain.transfers.review_rules import position_of
from domain.transfers.review_store import ReviewPage


class MemoryReviewStore:
    def __init__(self) -> None:
        self._reviews: dict[str, TransferReview] = {}
        self._lock = threading.Lock()

    def review(self, journal: str) -> TransferReview | None:
        return self._reviews.get(journal)

    def add(self, review: TransferReview) -> TransferReview:
        with self._lock:
            return self._reviews.setdefault(review.id, review)

    def replace(self, review: TransferReview, *, version: int) -> bool:
        with self._lock:
            if self._reviews[review.id].version != version:
                return False
            self._reviews[review.id] = review
            return True

    def reviews(self, journals: Sequence[str]) -> tuple[TransferReview, ...]:
        with self._lock:
            return tuple(self._reviews[one] for one in journals if one in self._reviews)

    def reviews_of(self, account: str, *, before: str | None, limit: int) -> ReviewPage:
        with self._lock:
            mine = [one for one in self._reviews.values() if one.source == account]
        earlier = (one for one in mine if before is None or position_of(one) < before)
        found = sorted(earlier, key=position_of, reverse=True)
        page = tuple(found[:limit])
        return ReviewPage(page, position_of(page[-1]) if len(found) > limit else None)

    def due(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        with self._lock:
            found = sorted((one.due_at, one.id) for one in self._reviews.values() if one.due_at is not None)
        return tuple(name for at, name in found if at <= through)[:limit]
