"""How payments are kept: each by version, its timeline beside it, and found by account or by when it is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from domain.payments.model import Happening, Payment

ASKED_MAX: Final = 100
"""Payments that are asked for at once: what one batch of DynamoDB reads."""


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Payments of one account, the newest first; `before` begins the next page, None at the end."""

    payments: tuple[Payment, ...]
    before: str | None


@dataclass(frozen=True, slots=True)
class HappeningPage:
    """A timeline, the oldest first; `after` begins the next page, None at the end."""

    happenings: tuple[Happening, ...]
    after: int | None


@dataclass(frozen=True, slots=True, order=True)
class DuePayment:
    at: datetime
    payment: str


class PaymentStore(Protocol):
    def add(self, payment: Payment, opened: Happening) -> bool:
        """Both or neither; False when the payment exists."""
        ...

    def payment(self, payment_id: str) -> Payment | None: ...

    def payments(self, payment_ids: list[str]) -> tuple[Payment, ...]:
        """Those that exist, in any order, each once; at most `ASKED_MAX`."""
        ...

    def replace(self, payment: Payment, *, version: int, happening: Happening | None) -> bool:
        """Writes the payment over its stored `version`, and what happened with it; False when it has moved on."""
        ...

    def payments_of(self, account: str, *, before: str | None, limit: int) -> PaymentPage: ...

    def timeline(self, payment_id: str, *, after: int | None, limit: int) -> HappeningPage: ...

    def due(self, *, through: datetime, limit: int) -> tuple[DuePayment, ...]:
        """Payments that somebody has to look at by then (eventually consistent); the longest due first."""
        ...


def asked(payment_ids: list[str]) -> list[str]:
    """The ids that are asked for, each once."""
    once = list(dict.fromkeys(payment_ids))
    if len(once) > ASKED_MAX:
        raise ValueError(f"at most {ASKED_MAX} payments are asked for at once, not {len(once)}")
    return once
