"""Payments in memory, for tests and simulation."""

from datetime import datetime
from threading import Lock

from domain.payments.model import Happening, Payment
from domain.payments.store import DuePayment, HappeningPage, PaymentPage, asked


class MemoryPaymentStore:
    def __init__(self) -> None:
        self._lock = Lock()
        self._payments: dict[str, Payment] = {}
        self._timelines: dict[str, list[Happening]] = {}

    def add(self, payment: Payment, opened: Happening) -> bool:
        with self._lock:
            if payment.id in self._payments:
                return False
            self._payments[payment.id] = payment
            self._timelines[payment.id] = [opened]
            return True

    def payment(self, payment_id: str) -> Payment | None:
        return self._payments.get(payment_id)

    def payments(self, payment_ids: list[str]) -> tuple[Payment, ...]:
        return tuple(self._payments[one] for one in asked(payment_ids) if one in self._payments)

    def replace(self, payment: Payment, *, version: int, happening: Happening | None) -> bool:
        with self._lock:
            stored = self._payments.get(payment.id)
            if stored is None or stored.version != version:
                return False
            self._payments[payment.id] = payment
            if happening:
                self._timelines[payment.id].append(happening)
            return True

    def payments_of(self, account: str, *, before: str | None, limit: int) -> PaymentPage:
        found = sorted((one.position, one) for one in self._payments.values() if one.account == account)
        rows = [one for place, one in reversed(found) if before is None or place < before]
        page = tuple(rows[:limit])
        return PaymentPage(page, page[-1].position if len(rows) > limit else None)

    def timeline(self, payment_id: str, *, after: int | None, limit: int) -> HappeningPage:
        rows = [one for one in self._timelines.get(payment_id, ()) if after is None or one.n > after]
        page = tuple(rows[:limit])
        return HappeningPage(page, page[-1].n if len(rows) > limit else None)

    def due(self, *, through: datetime, limit: int) -> tuple[DuePayment, ...]:
        found = [DuePayment(one.due_at, one.id) for one in self._payments.values() if one.due_at]
        return tuple(sorted(one for one in found if one.at <= through)[:limit])
