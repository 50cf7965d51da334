"""What stands in for the bus tells what it took, and refuses when it is told to."""

from domain.payments.bus import Bus, MemoryBus
from domain.payments.events import PaymentAmount, PaymentInitiated


def event(n: int) -> PaymentInitiated:
    return PaymentInitiated(
        payment=f"pay_us0417_{n}",
        region="us-east-1",
        kind="ACH_DEBIT",
        account="acc_us0417_a",
        counterparty="cpt_us_a",
        amount=PaymentAmount(minor_units="2500", currency="USD"),
        speed="NEXT_DAY",
        sec="WEB",
        counterparty_age_days=0,
        account_age_days=0,
        sent_before=True,
        opened_at="2026-11-30T15:30:00.000000Z",
    )


def test_it_keeps_what_it_takes_and_says_so_event_by_event() -> None:
    memory = MemoryBus()
    bus: Bus = memory
    assert bus.publish(()) == ()
    assert bus.publish([event(1), event(2)]) == (True, True)
    assert memory.events == [event(1), event(2)]


def test_what_it_refuses_is_told_and_not_kept() -> None:
    memory = MemoryBus()
    memory.refuses = 1
    assert memory.publish([event(1), event(2)]) == (False, True)
    assert memory.publish([event(1)]) == (True,)
    assert memory.events == [event(2), event(1)]
