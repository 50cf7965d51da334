"""How versions, pointers, snoozes and signed bounds are kept: each moved on by its revision, the pointer above all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.fraud.kinds import Scope
from domain.fraud.registry_model import ArtefactKind, Pointer, SignedBounds, Snoozes, Version, VersionPage


@dataclass(frozen=True, slots=True)
class Claim:
    """What the idempotency key of a person made."""

    id: str
    version: str
    fingerprint: str
    """Of what was asked for."""
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ListChange:
    """A change of lists that waits for its second person, under the id of its approval."""

    approval: str
    scope: Scope
    change: str
    """Canonical JSON: what is to be done."""
    by: str
    asked_at: datetime


class RegistryStore(Protocol):
    def version(self, scope: Scope, kind: ArtefactKind, number: int) -> Version | None: ...

    def versions(self, scope: Scope, kind: ArtefactKind, *, before: int | None, limit: int) -> VersionPage:
        """The newest first, those with smaller numbers than `before`."""
        ...

    def claim(self, claim_id: str) -> Claim | None: ...

    def add(self, version: Version, claim: Claim) -> bool:
        """Both or nothing; False when the number or the claim is taken."""
        ...

    def replace(self, version: Version, *, was: Version) -> bool:
        """False, and nothing written, when the stored revision is no longer that of `was`."""
        ...

    def pointer(self, scope: Scope) -> Pointer:
        """As it is now: never an older one. One that was never written has revision 0."""
        ...

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        """False, and nothing written, when the stored revision is no longer that of `was`. What this one write says is
        so from the next decision on.
        """
        ...

    def snoozes(self, customer: str) -> Snoozes: ...

    def snooze(self, snoozes: Snoozes, *, was: Snoozes) -> bool:
        """As `point`."""
        ...

    def bounds(self, scope: Scope) -> SignedBounds | None: ...

    def keep_bounds(self, bounds: SignedBounds) -> bool:
        """False, and nothing written, unless their number is greater than that of those that are kept."""
        ...

    def ask(self, change: ListChange) -> ListChange:
        """Keeps a change until its second person has spoken, and answers what is kept: asked again, the first one."""
        ...

    def asked(self, approval: str) -> ListChange | None: ...
