"""What others hear of the ledger: one event for each journal, posted or refused, with a version.

No personal data: account ids, amounts and codes only. The JSON schemas under infra/events/schemas are generated from
these models. Consumers deduplicate by `journal`; new optional fields may appear within a version.
"""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.clock import instant_text
from domain.ledger.model import PAYMENT_EVIDENCE, Journal
from domain.money import Money

SOURCE: Final = "florin.ledger"


class _Event(BaseModel):
    # The version has a default in Python and is always there in what is published.
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class Amount(_Event):
    minor_units: str = Field(pattern=r"^-?[0-9]{1,38}$", description="Integer minor units as text.")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")


class EventLeg(_Event):
    account: str
    side: Literal["debit", "credit"]
    amount: Amount


class JournalPosted(_Event):
    """A journal is in the ledger: money moved, a hold changed, or an account did."""

    version: Literal[1] = 1
    journal: str = Field(description="Id of the journal: the key to deduplicate by.")
    region: str
    kind: str = Field(description="Row of the ledger's list of journal kinds.")
    initiator: str
    accounts: tuple[str, ...] = Field(description="Guarded accounts that got a line.")
    legs: tuple[EventLeg, ...]
    amount: Amount | None
    hold: str | None
    payment: str | None = Field(default=None, description="The payment that the journal is a moment of.")
    reverses: str | None
    forced: bool
    shortfall_minor_units: str = Field(pattern=r"^[0-9]{1,38}$")
    booked_at: str = Field(description="RFC 3339, UTC.")
    booked_day: str
    effective_on: str


class JournalRefused(_Event):
    """A request was refused from account state, and its key will give this refusal for ever."""

    version: Literal[1] = 1
    journal: str
    region: str
    kind: str
    initiator: str
    code: str
    amount: Amount | None
    booked_at: str


LedgerEvent = JournalPosted | JournalRefused
EVENTS: Final[tuple[type[LedgerEvent], ...]] = (JournalPosted, JournalRefused)


def event_of(journal: Journal, region: str) -> LedgerEvent:
    amount = _amount(journal.amount) if journal.amount else None
    if journal.refusal is not None:
        return JournalRefused(
            journal=journal.id,
            region=region,
            kind=journal.kind,
            initiator=journal.initiator,
            code=journal.refusal.code,
            amount=amount,
            booked_at=instant_text(journal.booked_at),
        )
    return JournalPosted(
        journal=journal.id,
        region=region,
        kind=journal.kind,
        initiator=journal.initiator,
        accounts=tuple(account for account, _ in journal.lines),
        legs=tuple(
            EventLeg(
                account=leg.account,
                side=leg.side.value,
                amount=_amount(leg.money),
            )
            for leg in journal.legs
        ),
        amount=amount,
        hold=journal.hold,
        payment=_payment(journal),
        reverses=journal.reverses,
        forced=journal.forced,
        shortfall_minor_units=str(journal.shortfall_minor),
        booked_at=instant_text(journal.booked_at),
        booked_day=journal.booked_day.isoformat(),
        effective_on=journal.effective_on.isoformat(),
    )


def _payment(journal: Journal) -> str | None:
    found = (one for one in journal.evidence if one.startswith(PAYMENT_EVIDENCE))
    return next((one.removeprefix(PAYMENT_EVIDENCE) for one in found), None)


def _amount(money: Money) -> Amount:
    return Amount(minor_units=str(money.minor), currency=money.currency)
