"""What scoring knows, in memory: for tests and simulations."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from domain.fraud.feature_store import Change, KeptLabels, KeptProfile, Known, NewRow, RowPage, hour_of, shard_of
from domain.fraud.features import FeatureRead, Judging, Kept, features_from
from domain.fraud.history import HistoryKind, Paid, Row, parties_asked
from domain.fraud.kinds import Scope
from domain.fraud.model import ScoringRequest


def _nothing(_: object) -> None:
    return None


class MemoryFeatureStore:
    """Keeps and reads; a write that meets another is told so, as by the real one."""

    def __init__(
        self,
        *,
        pointer: Callable[[Scope], Kept | None] = _nothing,
        snoozes: Callable[[str], Kept | None] = _nothing,
    ) -> None:
        self._pointer, self._snoozes = pointer, snoozes
        self._paid: dict[str, Paid] = {}
        self._labels: dict[str, KeptLabels] = {}
        self._profiles: dict[str, KeptProfile] = {}
        self._credentials: dict[str, datetime] = {}
        self._rows: dict[tuple[HistoryKind, datetime, int], dict[str, Row]] = {}
        self._bundled: datetime | None = None
        self._lock = threading.Lock()

    def read(self, request: ScoringRequest) -> FeatureRead:
        keys = parties_asked(request).profile_keys(request.amount.currency)
        with self._lock:
            kept = {family: self._profiles.get(key) for family, key in keys.items()}
            changed_at = self._credentials.get(request.customer)
        found = {family: one.profile if one else None for family, one in kept.items()}
        return FeatureRead(
            features=features_from(request, found, credential_changed_at=changed_at),
            judging=Judging(self._pointer(request.scope), self._snoozes(request.customer)),
            units=0.0,
        )

    def pointer(self, scope: Scope) -> Kept | None:
        return self._pointer(scope)

    def known(self, subject: str, profiles: Sequence[str]) -> Known:
        with self._lock:
            return Known(
                self._paid.get(subject),
                self._labels.get(subject),
                {key: self._profiles[key] for key in profiles if key in self._profiles},
            )

    def write(self, change: Change) -> bool:
        with self._lock:
            if not self._fits(change):
                return False
            if change.paid:
                self._paid[change.paid.subject] = change.paid
            if change.labels:
                subject, kept = change.labels
                self._labels[subject] = kept
            self._profiles.update(change.profiles)
            self._put_row(change.row)
            return True

    def _fits(self, change: Change) -> bool:
        if change.paid and change.paid.subject in self._paid:
            return False
        if change.labels:
            subject, kept = change.labels
            was = self._labels.get(subject)
            if kept.version != (was.version if was else 0) + 1:
                return False
        versions = {key: self._profiles[key].version if key in self._profiles else 0 for key in change.profiles}
        return all(kept.version == versions[key] + 1 for key, kept in change.profiles.items())

    def credential(self, customer: str) -> datetime | None:
        return self._credentials.get(customer)

    def note_credential(self, customer: str, changed_at: datetime, *, was: datetime | None, row: NewRow) -> bool:
        with self._lock:
            if self._credentials.get(customer) != was:
                return False
            self._credentials[customer] = changed_at
            self._put_row(row)
            return True

    def rows(self, kind: HistoryKind, hour: datetime, shard: int, *, after: str | None, limit: int) -> RowPage:
        with self._lock:
            found = self._rows.get((kind, hour, shard), {})
            names = sorted(name for name in found if after is None or name > after)
        page = names[:limit]
        return RowPage(tuple(found[name] for name in page), page[-1] if len(names) > limit else None)

    def bundled_through(self) -> datetime | None:
        return self._bundled

    def note_bundled(self, hour: datetime) -> None:
        with self._lock:
            self._bundled = max(hour, self._bundled or hour)

    def _put_row(self, row: NewRow) -> None:
        place = (row.kind, hour_of(row.learnt_at), shard_of(str(row.row["subject"])))
        self._rows.setdefault(place, {})[row.name] = row.row
