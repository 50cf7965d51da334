"""Journals: what was posted, or refused for good, with every side of it."""

import strawberry

from domain.access.model import Relation
from domain.ledger.kinds import KINDS
from domain.ledger.model import (
    Journal,
    Leg,
)
from graph.context import SeenJournal, owner_of
from graph.enums import Side
from graph.fields import field
from graph.money import MoneyView, shown
from graph.node import Info, Node
from graph.parties import PartyView, expect_parties, party_of
from graph.refusals import RefusalView, presented
from graph.scalars import Day, Instant
from graph.statuses import JournalStatusInfo, journal_status
from graph.transfers import TransferView, transfer_of


@strawberry.type(name="Leg", description="One side of a journal.")
class LegView:
    leg: strawberry.Private[Leg]
    known: strawberry.Private[bool]
    stands: strawberry.Private[Relation]

    @field("Debit or credit.")
    def side(self) -> Side:
        return self.leg.side

    @field("How much, always more than zero.")
    def money(self) -> MoneyView:
        return shown(self.leg.money.minor, self.leg.money.currency)

    @field("The account, if you may see it; null for anybody else's.")
    def account_id(self) -> strawberry.ID | None:
        return strawberry.ID(owner_of(self.leg.account)) if self.known else None

    @field("Whose side it is, as far as you may know.")
    def party(self, info: Info) -> PartyView:
        return party_of(info.context, self.leg.account)


@strawberry.type(
    name="Journal",
    description="One posting with every side of it, or a refusal that its idempotency key will give for ever. "
    "Journals are never changed; a reversal is a journal of its own.",
)
class JournalView(Node):
    seen: strawberry.Private[SeenJournal]

    @property
    def stands(self) -> Relation:
        return self.seen.relation

    @property
    def journal(self) -> Journal:
        return self.seen.journal

    @field("The row of the bank's list of journal kinds, for programs. The set may grow.")
    def kind(self) -> str:
        return self.journal.kind

    @field("The kind, for people.")
    def title(self) -> str:
        return KINDS[self.journal.kind].title

    @field("Whether it was posted; if not, `refusal` says why.")
    def posted(self) -> bool:
        return self.journal.posted

    @field("Why nothing was posted; null when it was.")
    def refusal(self) -> RefusalView | None:
        return presented(self.journal.refusal) if self.journal.refusal else None

    @field("What became of it, with what only a posted journal or only a refused one has.")
    def status_info(self) -> JournalStatusInfo:
        return journal_status(self.journal, self.stands)

    @field("The amount asked for, of kinds that have one.")
    def amount(self) -> MoneyView | None:
        money = self.journal.amount
        return shown(money.minor, money.currency) if money else None

    @field("When the bank booked it.")
    def booked_at(self) -> Instant:
        return Instant(self.journal.booked_at)

    @field("The banking day it was booked on.")
    def booked_day(self) -> Day:
        return Day(self.journal.booked_day)

    @field("The day it counts from: at most 90 days before the booked day, never after it.")
    def effective_on(self) -> Day:
        return Day(self.journal.effective_on)

    @field("Its sides, at most 30; none of a refused journal or of one that moved no money.")
    def legs(self, info: Info) -> list[LegView]:
        expect_parties(info.context, (leg.account for leg in self.journal.legs))
        return [
            LegView(leg=leg, known=owner_of(leg.account) in self.seen.accounts, stands=self.stands)
            for leg in self.journal.legs
        ]

    @field("The journal that this one reverses.")
    def reverses(self) -> strawberry.ID | None:
        return strawberry.ID(self.journal.reverses) if self.journal.reverses else None

    @field("The hold that this journal placed, raised, captured or released.")
    def hold_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.journal.hold) if self.journal.hold else None

    @field("Whether the bank had to post it whatever the balance, such as a chargeback.")
    def forced(self) -> bool:
        return self.journal.forced

    @field("The journal as a transfer; null for every other kind.")
    def transfer(self) -> TransferView | None:
        return transfer_of(self.journal, self.stands)

    @field("SHA-256 over all that the journal says, in hexadecimal.")
    def digest(self) -> str:
        return self.journal.digest.hex()


def journal_view(seen: SeenJournal) -> JournalView:
    return JournalView(id=strawberry.ID(seen.journal.id), seen=seen)
