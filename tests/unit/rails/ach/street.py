"""A payment that has settled, and who takes it back."""

from typing import Any, Final

from domain.access.model import Actor
from domain.payments.kinds import Event, PaymentKind, PaymentState
from domain.payments.model import Payment, Speed
from domain.rails.ach.model import AchNotEligible
from domain.rails.ach.reversals import ReversalReason
from domain.rails.ach.reversing import ReversalWish
from domain.refusals import Refusal
from tests.unit.rails.ach.bank import MARIA, SUPPLIER, AchBank

_S = PaymentState
TWICE: Final = ReversalWish(reason=ReversalReason.DUPLICATE, speed=Speed.SAME_DAY)


class Street:
    """A payment that has settled, and who may take it back."""

    def __init__(self, kind: PaymentKind, *, minor: int = 200_00, deposit: int = 200_00, **other: Any) -> None:
        self.bank = AchBank()
        details = SUPPLIER if other.pop("to_business", False) else MARIA
        self.actor, self.account, self.maria = self.bank.sender(minor=deposit, details=details)
        made = self.bank.send if kind is PaymentKind.ACH_CREDIT else self.bank.collect
        self.original = made(self.actor, self.account, self.maria, minor, **other)
        self.bank.run()
        self.through(self.original)

    def through(self, payment: Payment) -> None:
        """Its file is built, sent and acknowledged, and has settled."""
        file = self.bank.cut_off(payment)
        self.bank.acknowledge(file, delivery=f"dlv_{file.id}")
        self.bank.settlement(payment)
        assert self.bank.state(payment) is _S.SETTLED

    def asked(self, wish: ReversalWish = TWICE, *, actor: Actor | None = None, key: str = "rev") -> Payment | Refusal:
        return self.bank.ach.reversals.reverse(actor or self.actor, self.original.id, wish, key=key)

    def reversed(self, wish: ReversalWish = TWICE, *, key: str = "rev") -> Payment:
        answer = self.asked(wish, key=key)
        assert isinstance(answer, Payment), answer
        self.bank.run()
        return self.bank.payment(answer)

    def why_not(self, wish: ReversalWish = TWICE, *, key: str = "rev") -> str:
        answer = self.asked(wish, key=key)
        assert isinstance(answer, AchNotEligible), answer
        return answer.reason_code

    def returned(self, payment: Payment) -> None:
        moved = self.bank.payments.move(payment.id, Event.RETURNED, by="partner:sponsor", facts={"code": "R01"})
        assert moved.moved
        self.bank.steps.advance(moved.payment)
        self.bank.run()

    @property
    def money(self) -> tuple[int, int]:
        """What the account has, and what of it is set aside."""
        return self.bank.balance(self.account), self.bank.held(self.account)

    @property
    def now(self) -> Payment:
        """The payment that was wrong, as it is."""
        return self.bank.payment(self.original)


def sent(**other: object) -> Street:
    return Street(PaymentKind.ACH_CREDIT, **other)  # type: ignore[arg-type]  # arguments of a street


def collected(**other: object) -> Street:
    return Street(PaymentKind.ACH_DEBIT, **other)  # type: ignore[arg-type]  # arguments of a street
