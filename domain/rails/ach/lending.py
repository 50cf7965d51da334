"""What a reversal and the payment that it takes back are to each other while both move.

The money of a debit is held until its return has become unlikely, and its reversal is paid of that very money: the hold
waits for the reversal, and is captured by it. Nothing is set aside twice and nothing is free in between; and as there
is one hold, a debit that is returned cannot be reversed as well.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.payments.kinds import Event, PaymentKind, PaymentState
from domain.payments.model import BANK, Payment
from domain.payments.service import Payments
from domain.rails.ach.timetable import Timetable

_WHILE_HELD: Final = PaymentState.SETTLED
"""Of a debit."""


class Lending:
    """Everything may be said again, and then changes nothing."""

    def __init__(self, *, payments: Payments, timetable: Timetable) -> None:
        self._payments = payments
        self._timetable = timetable

    def known(self, reversal: Payment) -> None:
        """The payment that it takes back names it."""
        self._payments.note(_original(reversal), lambda found: _with_reversal(found, reversal.id))

    def borrowed(self, reversal: Payment) -> str | None:
        """The hold of the debit that it takes back, which waits for it from now on. None where there is none: that
        money is free by now, or another reversal has it."""
        original = self._payments.note(_original(reversal), self._lent(reversal.id))
        return original.hold if original.progress.lent_to == reversal.id else None

    def used(self, reversal: Payment) -> None:
        """The hold has been captured: the debit has nothing to free any more."""
        self._payments.move(
            _original(reversal),
            Event.REVERSED,
            by=BANK,
            facts={"reversal": reversal.id},
            only_if=lambda found: found.progress.lent_to == reversal.id,
        )

    def given_back(self, reversal: Payment) -> Payment:
        """It goes nowhere: the hold of what it was to take back ends as if nobody had asked for it."""
        return self._payments.note(_original(reversal), lambda found: _without(found, reversal.id))

    def _lent(self, reversal: str) -> Callable[[Payment], Payment]:
        def lent(found: Payment) -> Payment:
            window = found.progress.window
            held = found.kind is PaymentKind.ACH_DEBIT and found.state is _WHILE_HELD
            if not held or window is None or self._is_lent(found, reversal):
                return found
            until = self._timetable.lent_until(self._timetable.window(window))
            return replace(found, progress=replace(found.progress, lent_to=reversal, lent_until=until))

        return lent

    def _is_lent(self, found: Payment, reversal: str) -> bool:
        """To this one, or to another that may still need it: not to one that came to nothing."""
        to = found.progress.lent_to
        return to is not None and (to == reversal or not self._payments.existing(to).ended)


def _original(reversal: Payment) -> str:
    if reversal.ach.reverses is None:
        raise ValueError(f"{reversal.id} takes nothing back")
    return reversal.ach.reverses


def _without(found: Payment, reversal: str) -> Payment:
    """Its hold waits for this one no more."""
    if found.progress.lent_to != reversal:
        return found
    return replace(found, progress=replace(found.progress, lent_to=None, lent_until=None))


def _with_reversal(found: Payment, reversal: str) -> Payment:
    progress = found.progress
    if reversal in progress.reversals:
        return found
    return replace(found, progress=replace(progress, reversals=(*progress.reversals, reversal)))
