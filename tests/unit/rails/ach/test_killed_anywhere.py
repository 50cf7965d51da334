"""A process dies before or after any call that leaves it, anywhere on the way of a payment; what was begun ends once.

Whoever called tries again, as callers do: the client under its key, the state machine its task, the schedule its next
minute, the partner its message. The end is that of the way without a death.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import pytest

from domain.access.model import Group
from domain.accounts.model import Account
from domain.cases.kinds import ResolutionCode
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import Payment, Speed
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import AchFile, RejectionReason
from domain.rails.ach.reversals import ReversalReason
from domain.rails.ach.reversing import ReversalWish
from domain.sealing import Shredded
from tests.unit.rails.ach.bank import AchBank, wish

MINOR: Final = 25_00
EVERY: Final = 1 if os.environ.get("FLORIN_DEATHS") == "full" else 31
"""Which of the calls a process dies at: each in `make crash`, one in so many otherwise."""
TRIES_MAX: Final = 5


class Died(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Fate:
    """Counts the calls that leave the process, and ends it at one of them."""

    at: int = -1
    after: bool = False
    calls: int = 0
    awake: bool = False

    def mortal(self, part: Any) -> Any:
        return Mortal(part, self)

    def called(self, call: Callable[[], Any]) -> Any:
        if not self.awake:
            return call()
        self.calls += 1
        if self.calls != self.at:
            return call()
        if self.after:
            call()
        raise Died


class Mortal:
    def __init__(self, part: Any, fate: Fate) -> None:
        self._part = part
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._fate.called(lambda: found(*given, **named))


class Story(StrEnum):
    """What becomes of the payment's first file."""

    TAKEN = "taken"
    REJECTED = "rejected first"
    PART_REJECTED = "its entry alone rejected and built again"
    GIVEN_UP = "rejected and given up"
    UNREADABLE = "left out when the file is composed"
    REVERSED = "settled and taken back"


ENDS: Final = {
    Story.TAKEN: PaymentState.COMPLETED,
    Story.REJECTED: PaymentState.COMPLETED,
    Story.PART_REJECTED: PaymentState.COMPLETED,
    Story.GIVEN_UP: PaymentState.FAILED,
    Story.UNREADABLE: PaymentState.FAILED,
    Story.REVERSED: PaymentState.COMPLETED,
}


@dataclass
class Way:
    """A payment on its way, with people around it who try again."""

    fate: Fate
    debit: bool
    story: Story

    def __post_init__(self) -> None:
        self.bank = AchBank(mortal=self.fate.mortal)
        self.actor, self.account, self.maria = self.bank.sender(minor=0 if self.debit else 100_00)

    def tried(self, act: Callable[[], Any]) -> Any:
        for _ in range(TRIES_MAX):
            try:
                return act()
            except Died:
                continue
        raise AssertionError("it dies every time")

    def go(self) -> tuple[PaymentState, int, int, dict[str, int], list[str]]:
        bank = self.bank
        self.fate.awake = True
        originate = bank.ach.originate_debit if self.debit else bank.ach.originate_credit
        payment = self.tried(lambda: originate(self.actor, wish(self.account, self.maria, MINOR), key="p-1"))
        assert isinstance(payment, Payment), payment
        self.rest()
        if self.story is Story.UNREADABLE:
            bank.customers.profile = lambda customer: Shredded(customer.id)  # type: ignore[method-assign]  # erased
        file = self.tried(lambda: self.file_of(payment))
        match self.story:
            case Story.REJECTED:
                file = self.rejected(payment, file, "REJ0102", RejectionLevel.FILE)
            case Story.PART_REJECTED:
                self.rejected(payment, file, "REJ0801", RejectionLevel.ENTRY)
                file = self.decided(payment, file, ResolutionCode.REBUILD)
            case Story.GIVEN_UP:
                self.rejected(payment, file, "REJ0900", RejectionLevel.FILE)
                self.decided(payment, file, ResolutionCode.POST_BACK)
                return self.end(payment, self.account)
            case Story.UNREADABLE:
                return self.end(payment, self.account)
        self.tried(lambda: bank.acknowledge(file))
        self.rest()
        self.tried(lambda: bank.settlement(payment))
        self.rest()
        if self.story is Story.REVERSED:
            self.taken_back(payment)
        bank.clock.move(timedelta(days=80))
        self.rest()
        return self.end(payment, self.account)

    def rejected(self, payment: Payment, file: AchFile, code: str, level: RejectionLevel) -> AchFile:
        trace = self.bank.payment_store.payment(payment.id).progress.trace  # type: ignore[union-attr]  # it exists
        reason = RejectionReason(code, "no", trace=trace)
        self.tried(lambda: self.bank.reject(file, reason, level=level))
        self.rest()
        return self.tried(lambda: self.file_of(payment))  # type: ignore[no-any-return]  # as of the file before

    def decided(self, payment: Payment, file: AchFile, code: ResolutionCode) -> AchFile:
        case = self.bank.ach_store.file(file.id).case  # type: ignore[union-attr]  # it exists
        assert case
        self.tried(lambda: self.bank.resolve(case, code, Group.OPERATIONS))
        self.rest()
        return self.tried(lambda: self.file_of(payment))  # type: ignore[no-any-return]  # as of the file before

    def taken_back(self, payment: Payment) -> None:
        why = ReversalWish(reason=ReversalReason.DUPLICATE, speed=Speed.SAME_DAY)
        reverse = self.bank.ach.reversals.reverse
        reversal = self.tried(lambda: reverse(self.actor, payment.id, why, key="r-1"))
        assert isinstance(reversal, Payment), reversal
        self.rest()
        file = self.tried(lambda: self.file_of(reversal))
        self.tried(lambda: self.bank.acknowledge(file, delivery="dlv_9"))
        self.rest()
        self.tried(lambda: self.bank.settlement(reversal))
        self.rest()

    def rest(self) -> None:
        """Some minutes pass: schedules run, journeys go on, what was lost is found."""
        for _ in range(3):
            self.tried(self.bank.run)
            self.tried(self.bank.files)
            self.bank.clock.move(timedelta(seconds=70))
            self.tried(self.bank.payments.sweep)
        self.tried(self.bank.run)

    def file_of(self, payment: Payment) -> AchFile:
        """Goes on until the file that the payment is in now has been sent."""
        at = self.bank.payment(payment).progress.cut_off_at
        assert at is not None
        self.bank.clock.instant = max(self.bank.clock.instant, at + timedelta(minutes=1))
        self.rest()
        return self.bank.outgoing.existing(self.bank.payment(payment).progress.file or "")

    def end(self, payment: Payment, account: Account) -> tuple[PaymentState, int, int, dict[str, int], list[str]]:
        self.fate.awake = False
        bank = self.bank
        books = {name: bank.book(name) for name in ("ach_in_transit", "settlement", "ach_unposted")}
        outbound = [name for name in bank.exchange.files if name.startswith("outbound")]
        entries = sorted(
            line[39:54] + line[29:39]
            for name in outbound
            for line in bank.exchange.files[name].decode().splitlines()
            if line.startswith("6")
        )
        return bank.state(payment), bank.balance(account), bank.held(account), books, entries


@pytest.mark.parametrize("story", Story)
@pytest.mark.parametrize("debit", [False, True], ids=["credit", "debit"])
def test_wherever_the_process_dies_the_end_is_the_same(debit: bool, story: Story) -> None:
    lived = Fate()
    clean = Way(lived, debit, story).go()
    assert clean[0] is ENDS[story]
    assert lived.calls > 60
    for after in (False, True):
        for at in range(1 + after * EVERY // 2, lived.calls + 1, EVERY):
            died = Way(Fate(at=at, after=after), debit, story).go()
            assert died == clean, (at, after)


def test_an_entry_that_goes_into_no_file_is_given_up_by_whoever_comes_after_a_death_in_between() -> None:
    way = Way(Fate(), debit=False, story=Story.UNREADABLE)
    given_up = way.bank.payments.move
    deaths: list[Event] = []

    def move(payment: str, event: Event, **named: Any) -> Any:
        if event is Event.GIVEN_UP and not deaths:
            deaths.append(event)
            raise Died
        return given_up(payment, event, **named)

    way.bank.payments.move = move  # type: ignore[method-assign, assignment]  # dies once
    end = way.go()
    assert deaths == [Event.GIVEN_UP]
    assert end == Way(Fate(), debit=False, story=Story.UNREADABLE).go()
