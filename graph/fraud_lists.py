"""Lists and snoozes, for staff: who is denied, who is allowed all the same, and where a rule is silent."""

from bisect import bisect_right
from datetime import date
from typing import Final

import strawberry

from domain.access.model import Relation
from domain.fraud.lists import REASON_MAX, Entry
from domain.fraud.registry_model import Snooze, Snoozes
from domain.refusals import Refusal
from graph.connections import Connection, asked
from graph.context import Context, told
from graph.fields import field
from graph.fraud_enums import Family, ListName, Scope
from graph.node import Info
from graph.scalars import Cursor, Day, Instant

ENTRIES: Final = "fraud_list_entries"
SNOOZES_MAX: Final = 20
ENTITY_LENGTH_MAX: Final = 128


@strawberry.type(name="FraudListEntry", description="Somebody who stands on a list.")
class FraudListEntryView:
    entry: strawberry.Private[Entry]
    counts_now: strawberry.Private[bool]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("Which list.")
    def list(self) -> ListName:
        return self.entry.list

    @field("On which side of a payment.")
    def family(self) -> Family:
        return self.entry.family

    @field(f"The id of who it is, at most {ENTITY_LENGTH_MAX} characters.")
    def entity(self) -> str:
        return self.entry.entity

    @field(f"Why, in the words of who entered it: at most {REASON_MAX} characters.")
    def reason(self) -> str:
        return self.entry.reason

    @field("Who entered it: a staff id.")
    def by(self) -> str:
        return self.entry.by

    @field("The last day, UTC, on which it counts; null: for ever.")
    def until(self) -> Day | None:
        return Day(self.entry.until) if self.entry.until else None

    @field("Whether it counts: today, or of a decision on its day.")
    def counts(self) -> bool:
        return self.counts_now


@strawberry.type(name="FraudSnooze", description="A rule that does not speak on one customer for a while.")
class FraudSnoozeView:
    snooze: strawberry.Private[Snooze]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("The rule's id, the same in every version.")
    def rule(self) -> str:
        return self.snooze.rule

    @field("Why, in the words of who asked for it.")
    def reason(self) -> str:
        return self.snooze.reason

    @field("Who asked for it: a staff id.")
    def by(self) -> str:
        return self.snooze.by

    @field("Since when.")
    def since(self) -> Instant:
        return Instant(self.snooze.since)

    @field("Until when.")
    def until(self) -> Instant:
        return Instant(self.snooze.until)

    @field("Whether it is over.")
    def over(self, info: Info) -> bool:
        return self.snooze.until <= info.context.bank.clock.now()


def entry_view(entry: Entry, day: date) -> FraudListEntryView:
    return FraudListEntryView(entry=entry, counts_now=entry.counts_on(day))


def snooze_views(snoozes: Snoozes) -> list[FraudSnoozeView]:
    return [FraudSnoozeView(snooze=one) for one in snoozes.snoozes]


def snoozes_of(context: Context, customer: str) -> list[FraudSnoozeView] | None:
    found = context.fraud.snoozes(customer)
    return None if isinstance(found, Refusal) else snooze_views(found)


def entries_of(
    context: Context, scope: Scope, name: ListName | None, *, first: int, after: Cursor | None
) -> Connection[FraudListEntryView]:
    """By list, family and id. A position is an entry's own name, so one that comes or goes moves no others."""
    filters = {"list": name and name.value}
    wanted = asked(context.cursors, ENTRIES, scope.value, first=first, after=after, filters=filters)
    every = [one for one in told(context.fraud.entries(scope)) if name is None or one.list is name]
    rows = sorted(every, key=_position)
    start = bisect_right(rows, wanted.position, key=_position) if wanted.position is not None else 0
    end, today = start + wanted.limit, context.bank.clock.now().date()
    return wanted.page(
        rows[start:end], node=lambda row: entry_view(row, today), position=_position, more=end < len(rows)
    )


def _position(entry: Entry) -> str:
    return f"{entry.list.value} {entry.family.value} {entry.entity}"
