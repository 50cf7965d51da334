"""The registry in memory, for tests and simulations."""

import threading

from domain.fraud.kinds import Scope
from domain.fraud.registry_model import ArtefactKind, Pointer, SignedBounds, Snoozes, Version, VersionPage
from domain.fraud.registry_store import Claim, ListChange

Key = tuple[Scope, ArtefactKind, int]


class MemoryRegistryStore:
    def __init__(self) -> None:
        self._versions: dict[Key, Version] = {}
        self._claims: dict[str, Claim] = {}
        self._pointers: dict[Scope, Pointer] = {}
        self._snoozes: dict[str, Snoozes] = {}
        self._bounds: dict[Scope, SignedBounds] = {}
        self._changes: dict[str, ListChange] = {}
        self._lock = threading.Lock()

    def version(self, scope: Scope, kind: ArtefactKind, number: int) -> Version | None:
        return self._versions.get((scope, kind, number))

    def versions(self, scope: Scope, kind: ArtefactKind, *, before: int | None, limit: int) -> VersionPage:
        with self._lock:
            found = [one for one in self._versions.values() if (one.scope, one.kind) == (scope, kind)]
        earlier = sorted((one for one in found if before is None or one.number < before), key=_number, reverse=True)
        page = tuple(earlier[:limit])
        return VersionPage(page, page[-1].number if len(earlier) > limit else None)

    def claim(self, claim_id: str) -> Claim | None:
        return self._claims.get(claim_id)

    def add(self, version: Version, claim: Claim) -> bool:
        key = version.scope, version.kind, version.number
        with self._lock:
            if key in self._versions or claim.id in self._claims:
                return False
            self._versions[key] = version
            self._claims[claim.id] = claim
            return True

    def replace(self, version: Version, *, was: Version) -> bool:
        key = version.scope, version.kind, version.number
        with self._lock:
            stored = self._versions.get(key)
            if stored is None or stored.revision != was.revision:
                return False
            self._versions[key] = version
            return True

    def pointer(self, scope: Scope) -> Pointer:
        return self._pointers.get(scope) or Pointer(scope=scope)

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        with self._lock:
            if self.pointer(pointer.scope).revision != was.revision:
                return False
            self._pointers[pointer.scope] = pointer
            return True

    def snoozes(self, customer: str) -> Snoozes:
        return self._snoozes.get(customer) or Snoozes(customer)

    def snooze(self, snoozes: Snoozes, *, was: Snoozes) -> bool:
        with self._lock:
            if self.snoozes(snoozes.customer).revision != was.revision:
                return False
            self._snoozes[snoozes.customer] = snoozes
            return True

    def bounds(self, scope: Scope) -> SignedBounds | None:
        return self._bounds.get(scope)

    def keep_bounds(self, bounds: SignedBounds) -> bool:
        with self._lock:
            kept = self._bounds.get(bounds.scope)
            if kept is not None and kept.number >= bounds.number:
                return False
            self._bounds[bounds.scope] = bounds
            return True

    def ask(self, change: ListChange) -> ListChange:
        with self._lock:
            return self._changes.setdefault(change.approval, change)

    def asked(self, approval: str) -> ListChange | None:
        return self._changes.get(approval)


def _number(version: Version) -> int:
    return version.number
