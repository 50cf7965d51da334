"""How audit records are kept: added once, never changed, read newest first from either end of an act.

How a begun act ended is an item of its own beside its beginning. Readers see one record: the end, once it is there.
"""

from collections.abc import Sequence
from typing import Protocol

from domain.audit.model import AuditPage, AuditRecord


class AuditStore(Protocol):
    def add(self, record: AuditRecord) -> bool:
        """False, and nothing written, when a record stands at this position already."""
        ...

    def add_all(self, records: Sequence[AuditRecord]) -> bool:
        """All of them or none. False, and nothing written, when a record stands at one of the positions already."""
        ...

    def end(self, record: AuditRecord) -> bool:
        """The record of an act that was added when it began, with how it ended.

        False, and nothing written, when an end of it stands there already.
        """
        ...

    def at(self, whose: str, position: str) -> AuditRecord | None:
        """The record as it was added."""
        ...

    def ended(self, whose: str, position: str) -> AuditRecord | None:
        """The record as `end` wrote it."""
        ...

    def by_subject(self, whose: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        """What concerns one customer (or one subject without a customer), between two positions."""
        ...

    def by_actor(self, person: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        """What one person did, between two positions. A record, or its end, may take a moment to appear here."""
        ...
