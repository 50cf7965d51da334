"""What can be asked of the audit: write down an act, and read back what concerns a customer or what one did.

What changes nothing (a look, a refusal before anything was begun) is written down at once. What may change something
is written down before it takes place and again when it has ended, so that nothing ever happens without a record,
whenever a process dies. Both are read as one record.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from domain.access.model import Actor
from domain.audit import rules
from domain.audit.model import AuditPage, AuditRecord, Detail, Look
from domain.audit.store import AuditStore
from domain.clock import Clock
from domain.ids import Randomness
from domain.refusals import Refusal

NO_DETAIL: Final[Mapping[str, str | int]] = MappingProxyType({})
PAGE_DEFAULT: Final = 25
LOOKS_AT_ONCE: Final = 100
"""One transaction takes as many."""


class Audit:
    def __init__(self, *, store: AuditStore, clock: Clock, randomness: Randomness) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness

    def record(
        self,
        actor: Actor,
        *,
        action: str,
        subject_kind: str,
        subject_id: str,
        customer: str | None = None,
        account: str | None = None,
        refusal: Refusal | None = None,
        failed: bool = False,
        detail: Detail = NO_DETAIL,
    ) -> AuditRecord:
        """Writes one record: allowed, refused (say with what), or failed by a fault."""
        act = self._act(
            actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            customer=customer,
            account=account,
            detail=detail,
        )
        return self._added(rules.ended(act, account=None, refusal=refusal, failed=failed))

    def record_looks(self, actor: Actor, looks: Sequence[Look]) -> None:
        """Writes a record for each of them: a page of looks costs a call for each `LOOKS_AT_ONCE`, not for each row."""
        for start in range(0, len(looks), LOOKS_AT_ONCE):
            self._add_all([self._seen(actor, look) for look in looks[start : start + LOOKS_AT_ONCE]])

    def begin(
        self,
        actor: Actor,
        *,
        action: str,
        subject_kind: str,
        subject_id: str,
        customer: str | None = None,
        account: str | None = None,
        detail: Detail = NO_DETAIL,
    ) -> AuditRecord:
        """Writes an act down before it takes place: until `end` says otherwise, its outcome is unknown."""
        act = self._act(
            actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            customer=customer,
            account=account,
            detail=detail,
        )
        return self._added(act)

    def end(
        self, begun: AuditRecord, *, account: str | None = None, refusal: Refusal | None = None, failed: bool = False
    ) -> AuditRecord:
        """Writes how an act that was begun has ended. `account`: the one it turned out to be about."""
        record = rules.ended(begun, account=account, refusal=refusal, failed=failed)
        if not self._store.end(record) and self._store.ended(record.whose, record.position) != record:
            raise RuntimeError(f"another end of the act at {record.position} is on record")
        return record

    def by_subject(
        self,
        whose: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        position: str | None = None,
        size: int = PAGE_DEFAULT,
    ) -> AuditPage:
        """What concerns one customer, newest first: from `since` on, before `until`, from `position` on."""
        earliest, latest = rules.bounds(since, until)
        return self._store.by_subject(
            whose, earliest=earliest, latest=latest, before=position, size=rules.page_size(size)
        )

    def by_actor(
        self,
        person: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        position: str | None = None,
        size: int = PAGE_DEFAULT,
    ) -> AuditPage:
        """What one person did, newest first."""
        earliest, latest = rules.bounds(since, until)
        return self._store.by_actor(
            person, earliest=earliest, latest=latest, before=position, size=rules.page_size(size)
        )

    def _seen(self, actor: Actor, look: Look) -> AuditRecord:
        act = self._act(
            actor,
            action=look.action,
            subject_kind=look.subject_kind,
            subject_id=look.subject_id,
            customer=look.customer,
            account=look.account,
            detail=NO_DETAIL,
        )
        return rules.ended(act, account=None, refusal=look.refusal, failed=False)

    def _act(
        self,
        actor: Actor,
        *,
        action: str,
        subject_kind: str,
        subject_id: str,
        customer: str | None,
        account: str | None,
        detail: Detail,
    ) -> AuditRecord:
        return rules.record_of(
            actor=actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            customer=customer,
            account=account,
            detail=detail,
            now=self._clock.now(),
            randomness=self._randomness,
        )

    def _add_all(self, records: Sequence[AuditRecord]) -> None:
        if len(records) == 1:
            self._added(records[0])
        elif not self._store.add_all(records):
            for record in records:
                if self._store.at(record.whose, record.position) != record:
                    raise RuntimeError(f"another audit record stands at {record.position}")

    def _added(self, record: AuditRecord) -> AuditRecord:
        if not self._store.add(record) and self._store.at(record.whose, record.position) != record:
            raise RuntimeError(f"another audit record stands at {record.position}")
        return record
