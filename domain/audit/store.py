"""How audit records are kept: added once, never changed, read newest first from either end of an act."""

from typing import Protocol

from domain.audit.model import AuditPage, AuditRecord


class AuditStore(Protocol):
    def add(self, record: AuditRecord) -> bool:
        """False, and nothing written, when a record stands at this position already."""
        ...

    def at(self, whose: str, position: str) -> AuditRecord | None: ...

    def by_subject(self, whose: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        """What concerns one customer (or one subject without a customer), between two positions."""
        ...

    def by_actor(self, person: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        """What one person did, between two positions. A record may take a moment to appear here."""
        ...
