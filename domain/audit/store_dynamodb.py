"""Audit records in the table florin-audit-<region>.

W#<whose>    <instant>#<ulid>   the record; index by_actor: gk A#<person>, gs the same position

One partition for each customer: a range of time, newest first, is one query, and a person's lifetime of
records is small beside what a partition takes.
"""

from typing import Final

from domain.audit.model import AuditPage, AuditRecord, Outcome
from domain.clock import instant_text, parse_instant
from domain.tables_aws import Index, Table, Value

BY_ACTOR: Final = Index("by_actor", "gk", "gs")


class DynamoDBAuditStore:
    """Its table is made with the index `BY_ACTOR`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, record: AuditRecord) -> bool:
        return self._table.put_new(_item(record))

    def at(self, whose: str, position: str) -> AuditRecord | None:
        item = self._table.get(f"W#{whose}", position)
        return _record(item) if item else None

    def by_subject(self, whose: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        items, next_position = self._table.newest(
            f"W#{whose}", size=size, from_key=earliest, to_key=latest, before=before
        )
        return AuditPage(tuple(map(_record, items)), next_position)

    def by_actor(self, person: str, *, earliest: str, latest: str, before: str | None, size: int) -> AuditPage:
        items, next_position = self._table.newest(
            f"A#{person}", size=size, from_key=earliest, to_key=latest, before=before, index=BY_ACTOR.name
        )
        return AuditPage(tuple(map(_record, items)), next_position)


def _item(record: AuditRecord) -> dict[str, Value]:
    return {
        "pk": f"W#{record.whose}",
        "sk": record.position,
        "gk": f"A#{record.person}",
        "gs": record.position,
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
