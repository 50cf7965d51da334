"""Entries: the lines of an account as its holder reads them, each with the balances after it."""

from typing import Final

import strawberry

from domain.access.model import Relation
from domain.ledger.kinds import KINDS
from domain.ledger.model import Line, Position
from domain.refusals import Refusal
from graph.context import Context
from graph.cursors import Cursors, invalid_cursor
from graph.fields import field
from graph.journals import JournalView, journal_view
from graph.money import MoneyView, shown
from graph.node import Info
from graph.parties import PartyView, expect_parties, party_of
from graph.scalars import Cursor, Day, Instant

ENTRIES: Final = "entries"
CHANGES: Final = "changes"


@strawberry.type(
    name="Entry",
    description="One line of an account: what changed, and the balances after it. Entries have no gaps, are never "
    "changed, and each names the journal that wrote it.",
)
class EntryView:
    line: strawberry.Private[Line]
    stands: strawberry.Private[Relation]
    page: strawberry.Private[tuple[str, ...]]
    """The journals of all entries of the page."""

    @field("Its place among the account's entries: 1, 2, 3 and so on without gaps.")
    def sequence(self) -> int:
        return self.line.position.seq

    @field("The journal that wrote it.")
    def journal_id(self) -> strawberry.ID:
        return strawberry.ID(self.line.journal)

    @field("The journal that wrote it, in full.")
    def journal(self, info: Info) -> JournalView | None:
        seen = info.context.journal(self.line.journal, beside=self.page)
        return None if isinstance(seen, Refusal) else journal_view(seen)

    @field("The row of the bank's list of journal kinds, for programs. The set may grow.")
    def kind(self) -> str:
        return self.line.kind

    @field("The kind, for people.")
    def title(self) -> str:
        return KINDS[self.line.kind].title

    @field(
        "How the ledger balance changed: negative when money left, zero when only a hold or the account itself changed."
    )
    def amount(self) -> MoneyView:
        state = self.line.state
        return shown(self.line.amount_minor * state.normal.sign, state.currency)

    @field("How the held balance changed.")
    def held_change(self) -> MoneyView:
        return shown(self.line.held_change_minor, self.line.state.currency)

    @field("The ledger balance after this entry.")
    def ledger_balance(self) -> MoneyView:
        return shown(self.line.state.ledger_minor, self.line.state.currency)

    @field("The held balance after this entry.")
    def held_balance(self) -> MoneyView:
        return shown(self.line.state.held_minor, self.line.state.currency)

    @field("The available balance after this entry.")
    def available_balance(self) -> MoneyView:
        return shown(self.line.state.available_minor, self.line.state.currency)

    @field("When the bank booked it.")
    def booked_at(self) -> Instant:
        return Instant(self.line.state.booked_at)

    @field("The banking day it was booked on.")
    def booked_day(self) -> Day:
        return Day(self.line.state.booked_day)

    @field("The day it counts from: at most 90 days before the booked day, never after it.")
    def effective_on(self) -> Day:
        return Day(self.line.effective_on)

    @field("Who stands on the other side; of several, the first.")
    def counterparty(self, info: Info) -> PartyView | None:
        return party_of(info.context, self.line.counter) if self.line.counter else None

    @field("The hold that this entry changes.")
    def hold_id(self) -> strawberry.ID | None:
        return _subject(self.line, "hld_")


def entry_views(context: Context, lines: tuple[Line, ...], relation: Relation) -> list[EntryView]:
    expect_parties(context, (line.counter for line in lines))
    page = tuple(line.journal for line in lines)
    return [EntryView(line=line, stands=relation, page=page) for line in lines]


def line_cursor(cursors: Cursors, what: str, line: Line) -> Cursor:
    return cursors.make(what, line.account, f"{line.position.epoch}.{line.position.seq}")


def position_in(cursors: Cursors, what: str, account: str, cursor: Cursor | None) -> Position | None:
    text = cursors.read(cursor, what, account)
    if text is None:
        return None
    epoch, _, seq = text.partition(".")
    try:
        return Position(int(epoch), int(seq))
    except ValueError:
        raise invalid_cursor() from None


def _subject(line: Line, prefix: str) -> strawberry.ID | None:
    return strawberry.ID(line.subject) if line.subject and line.subject.startswith(prefix) else None
