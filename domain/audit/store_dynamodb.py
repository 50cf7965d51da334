"""Audit records in the table florin-audit-<region>.

W#<whose>    <instant>#<ulid>         the record; index by_actor: gk A#<person>, gs the same as sk
             <instant>#<ulid>#ended   of an act that was added when it began: the whole record, with how it ended

One partition for each customer: a range of time, newest first, is one query, and a person's lifetime of
records is small beside what a partition takes. Newest first, the end of an act comes just before its beginning and
says all that the beginning says, so a reader shows it and skips the other.
"""

from collections.abc import Sequence
from typing import Final

from domain.audit.model import AuditPage, AuditRecord, Outcome
from domain.clock import instant_text, parse_instant
from domain.tables_aws import PAGE_MAX, Index, Table, Value

BY_ACTOR: Final = Index("by_actor", "gk", "gs")
_ENDED: Final = "#ended"
_ITEMS_MAX: Final = 2
"""Of one act: its beginning and its end."""
_QUERIES_MAX: Final = 4
"""Two queries of a hundred items hold a hundred records with their ends; one more each for a cut by size."""


class DynamoDBAuditStore:
    """Its table is made with the index `BY_ACTOR`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, record: AuditRecord) -> bool:
        return self._table.put_new(_item(record, record.position))

    def add_all(self, records: Sequence[AuditRecord]) -> bool:
        return self._table.put_all_new(*(_item(record, record.position) for record in records))

    def end(self, record: AuditRecord) -> bool:
        return self._table.put_new(_item(record, record.position + _ENDED))

    def at(self, whose: str, position: str) -> AuditRecord | None:
        item = self._table.get(f"W#{whose}", position)
        return _record(item) if item else None

    def ended(self, whose: str, position: str) -> AuditRecord | None:
        return self.at(whose, position + _ENDED)

    def by_subject(self, whose: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        return self._page(f"W#{whose}", None, earliest=earliest, latest=latest, before=before, size=size)

    def by_actor(self, person: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        return self._page(f"A#{person}", BY_ACTOR.name, earliest=earliest, latest=latest, before=before, size=size)

    def _page(
        self, pk: str, index: str | None, *, earliest: str, latest: str, before: str | None, size: int
    ) -> AuditPage:
        """Up to `size` records, each act once. One more is looked for, to tell whether there are more."""
        found: dict[str, AuditRecord] = {}
        for _ in range(_QUERIES_MAX):
            wanted = min(PAGE_MAX, _ITEMS_MAX * (size + 1 - len(found)))
            items, before = self._table.newest(
                pk, size=wanted, from_key=earliest, to_key=latest, before=before, index=index
            )
            for record in map(_record, items):
                found.setdefault(record.position, record)  # the end of an act comes first
            if before is None or len(found) > size:
                break
        page = tuple(found.values())[:size]
        more = before is not None or len(found) > size
        return AuditPage(page, page[-1].position if more and page else None)


def _item(record: AuditRecord, key: str) -> dict[str, Value]:
    return {
        "pk": f"W#{record.whose}",
        "sk": key,
        "gk": f"A#{record.person}",
        "gs": key,
        "record": record.id,
        "at": instant_text(record.at),
        "person": record.person,
        "groups": list(record.groups),
        "action": record.action,
        "subject_kind": record.subject_kind,
        "subject": record.subject_id,
        "customer": record.customer,
        "account": record.account,
        "outcome": record.outcome.value,
        "refusal_code": record.refusal_code,
        "source_ip": record.source_ip,
        "correlation_id": record.correlation_id,
        "channel": record.channel,
        "detail": dict(record.detail),
    }


def _record(item: dict[str, Value]) -> AuditRecord:
    groups, detail = item["groups"], item["detail"]
    if not isinstance(groups, list) or not isinstance(detail, dict):
        raise TypeError(f"{item['pk']!r} {item['sk']!r} is not an audit record")
    return AuditRecord(
        id=str(item["record"]),
        at=parse_instant(str(item["at"])),
        person=str(item["person"]),
        groups=tuple(groups),
        action=str(item["action"]),
        subject_kind=str(item["subject_kind"]),
        subject_id=str(item["subject"]),
        customer=_optional(item.get("customer")),
        account=_optional(item.get("account")),
        outcome=Outcome(str(item["outcome"])),
        refusal_code=_optional(item.get("refusal_code")),
        source_ip=_optional(item.get("source_ip")),
        correlation_id=str(item["correlation_id"]),
        channel=str(item["channel"]),
        detail=detail,
    )


def _optional(value: Value) -> str | None:
    return None if value is None else str(value)
