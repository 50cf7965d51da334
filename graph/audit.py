"""Audit records, for those who audit."""

from datetime import datetime
from typing import Final

import strawberry

from domain.audit.model import (
    AuditRecord,
)
from graph.connections import Connection, asked
from graph.context import Context
from graph.enums import Outcome
from graph.fields import field
from graph.scalars import Cursor, Instant

BY_SUBJECT: Final = "audit_by_subject"
BY_ACTOR: Final = "audit_by_actor"


@strawberry.type(name="AuditDetail", description="One more fact of an audit record.")
class AuditDetailView:
    name: str = strawberry.field(description="Which fact.")
    value: str = strawberry.field(description="What it is: a code, an id or a number, at most 200 characters.")


@strawberry.type(
    name="AuditRecord",
    description="Who did, or saw, what of whom, when and from where. Nothing of it is ever changed; how an act ended "
    "is added once.",
)
class AuditRecordView:
    record: strawberry.Private[AuditRecord]

    @field("Stable, with a readable prefix (`aud_…`).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"aud_{self.record.id}")

    @field("When: of a command, when it began.")
    def at(self) -> Instant:
        return Instant(self.record.at)

    @field("Who acted: a customer's or staff id, or `bank`.")
    def person(self) -> str:
        return self.record.person

    @field("The groups that the person's token named: at most 8.")
    def groups(self) -> list[str]:
        return list(self.record.groups)

    @field("What was done or looked at. The set may grow.")
    def action(self) -> str:
        return self.record.action

    @field("What kind of thing it was done to.")
    def subject_kind(self) -> str:
        return self.record.subject_kind

    @field("The id of that thing.")
    def subject_id(self) -> str:
        return self.record.subject_id

    @field("The customer whom it concerns.")
    def customer_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.record.customer) if self.record.customer else None

    @field("The account that it concerns.")
    def account_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.record.account) if self.record.account else None

    @field("How it ended.")
    def outcome(self) -> Outcome:
        return self.record.outcome

    @field("The code of the refusal, if it was refused.")
    def refusal_code(self) -> str | None:
        return self.record.refusal_code

    @field("The address the request came from, at most 64 characters.")
    def source_ip(self) -> str | None:
        return self.record.source_ip

    @field("Names the request, in logs and errors too.")
    def correlation_id(self) -> str:
        return self.record.correlation_id

    @field("By which door it came: api, schedule, partner or bank.")
    def channel(self) -> str:
        return self.record.channel

    @field("More facts, at most 20. Of a command that posts, `journal`: the one it led to, if it got that far.")
    def details(self) -> list[AuditDetailView]:
        return [AuditDetailView(name=name, value=str(value)) for name, value in self.record.detail.items()]


def audit_records(
    context: Context,
    *,
    customer: str | None,
    person: str | None,
    since: datetime | None,
    until: datetime | None,
    first: int,
    after: Cursor | None,
) -> Connection[AuditRecordView]:
    """What concerns one customer, or what one person did. The newest first."""
    what, subject = (BY_SUBJECT, customer) if customer is not None else (BY_ACTOR, person or "")
    filters = {"since": _text(since), "until": _text(until)}
    wanted = asked(context.cursors, what, subject, first=first, after=after, filters=filters)
    context.spend()
    read = context.bank.audit.by_subject if what == BY_SUBJECT else context.bank.audit.by_actor
    found = read(subject, since=since, until=until, position=wanted.position, size=wanted.limit)
    return wanted.page(
        found.records,
        node=lambda row: AuditRecordView(record=row),
        position=lambda row: row.position,
        more=found.next_position is not None,
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
