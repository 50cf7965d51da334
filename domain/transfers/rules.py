"""What a transfer or a hold may look like, and what follows from it: pure functions."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from domain.accounts.model import AccountRecord
from domain.ledger.model import Journal
from domain.money import AMOUNT_MINOR_MAX, Money
from domain.refusals import CurrencyMismatch, FieldFault, Refusal, SameAccount
from domain.transfers.kinds import TRANSFER_KINDS
from domain.transfers.model import MEMO_LENGTH_MAX, Schedule

HOLD_DAYS_MAX: Final = 31
"""Card networks release an authorisation after 31 days at the latest (lodging, car rental)."""
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates (Unicode UAX 9): they let a memo read as what it does not say."""


def amount_faults(amount: Money) -> tuple[FieldFault, ...]:
    if 0 < amount.minor <= AMOUNT_MINOR_MAX:
        return ()
    text = f"is more than zero and at most {AMOUNT_MINOR_MAX} minor units"
    return (FieldFault(("amount",), "AMOUNT_OUT_OF_RANGE", text),)


def memo_faults(memo: str | None) -> tuple[FieldFault, ...]:
    """A memo is kept byte for byte or refused; nothing in it is mended."""
    return () if memo is None else tuple(_memo_faults(memo))


def _memo_faults(memo: str) -> Iterator[FieldFault]:
    if not 1 <= len(memo) <= MEMO_LENGTH_MAX:
        yield FieldFault(("memo",), "LENGTH", f"is 1 to {MEMO_LENGTH_MAX} characters, or absent")
    categories = {unicodedata.category(sign) for sign in memo}
    if "Cc" in categories:
        yield FieldFault(("memo",), "CONTROL_CHARACTER", "has no control characters")
    if "Cs" in categories:
        yield FieldFault(("memo",), "LONE_SURROGATE", "has no halves of surrogate pairs")
    if _DIRECTION & set(memo):
        yield FieldFault(("memo",), "DIRECTION_OVERRIDE", "has no characters that turn the direction of text")


def expiry_faults(expires_at: datetime | None, now: datetime) -> tuple[FieldFault, ...]:
    if expires_at is None or now < expires_at <= now + timedelta(days=HOLD_DAYS_MAX):
        return ()
    text = f"is in the future and at most {HOLD_DAYS_MAX} days ahead"
    return (FieldFault(("expiresAt",), "EXPIRY_OUT_OF_RANGE", text),)


def pair_refusal(source: AccountRecord, destination: AccountRecord, amount: Money) -> Refusal | None:
    """What makes a transfer between these two meaningless. The payee is named by the masked number alone."""
    if source.id == destination.id:
        return SameAccount(source.id)
    if amount.currency != source.currency:
        return CurrencyMismatch(source.id, source.currency, amount.currency)
    if amount.currency != destination.currency:
        return CurrencyMismatch(destination.masked_number, destination.currency, amount.currency)
    return None


def placing_journal(hold: str) -> str:
    """A hold is named after the journal that placed it."""
    return "jrn_" + hold.removeprefix("hld_")


def is_transfer(journal: Journal) -> bool:
    return journal.kind in TRANSFER_KINDS and journal.posted


def order_claim_id(*, source: str, scope: str, key: str) -> str:
    return hashlib.sha256(f"order\x00{source}\x00{scope}\x00{key}".encode()).hexdigest()


def order_fingerprint(*, destination: str, amount: Money, memo_digest: str | None, schedule: Schedule) -> str:
    """What was asked for, after coercion; the source is in the claim's id."""
    said = [
        destination,
        amount.minor,
        amount.currency,
        memo_digest,
        schedule.rhythm.value,
        schedule.starts_on.isoformat(),
        schedule.day_of_month,
        schedule.ends_on.isoformat() if schedule.ends_on else None,
        schedule.count,
    ]
    return "1:" + hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
