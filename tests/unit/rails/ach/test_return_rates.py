"""Return rates as they are counted and looked at."""

from datetime import date, timedelta

from domain.cases.kinds import CaseKind
from domain.rails.ach.incoming_store import DEBITS
from domain.rails.ach.rates import RateKind, RateLevel
from tests.unit.rails.ach.bank import AchBank
from tests.unit.rails.ach.test_incoming_answers import Sent

DAY = date(2026, 3, 9)


def counted(bank: AchBank, customer: str, *, debits: int, code: str, returns: int, day: date = DAY) -> None:
    for n in range(debits):
        bank.incoming_store.count(customer, day, DEBITS, once=f"pay_{day}_{n}")
    for n in range(returns):
        bank.incoming_store.count(customer, day, code, once=f"rce_{day}_{n}")


def test_a_settled_debit_and_its_return_are_counted_once_each_on_their_own_days() -> None:
    sent = Sent(debit=True)
    sent.returned("R01")
    sent.bank.rates.debit_settled(sent.bank.payment(sent.payment))
    found = sent.bank.incoming_store.counts(sent.actor.person, since=DAY, through=DAY + timedelta(days=9))
    assert [(day.day, day.debits, dict(day.returns)) for day in found] == [
        (DAY, 1, {}),
        (DAY + timedelta(days=1), 0, {"R01": 1}),
    ]


def test_a_credit_of_ours_is_no_debit() -> None:
    sent = Sent()
    sent.returned("R03")
    assert sent.bank.incoming_store.counts(sent.actor.person, since=DAY, through=DAY + timedelta(days=9)) == ()


def test_at_eighty_percent_of_a_limit_it_is_a_case_once_and_an_alarm_every_day() -> None:
    bank = AchBank()
    counted(bank, "cus_us_a", debits=1_000, code="R10", returns=4)
    first = bank.rates.look()
    assert first.originators == 1
    (raised,) = first.raised
    assert (raised.customer, raised.kind, raised.level) == ("cus_us_a", RateKind.UNAUTHORISED, RateLevel.ALARM)
    assert (raised.millionths, raised.threshold_millionths) == (4_000, 5_000)
    assert bank.case(raised.case).kind is CaseKind.ACH_RETURN_RATE
    bank.clock.move(timedelta(days=1))
    assert bank.rates.look().raised == first.raised
    assert len(bank.cases.unresolved()) == 1


def test_a_breach_is_another_case_than_its_alarm() -> None:
    bank = AchBank()
    counted(bank, "cus_us_a", debits=1_000, code="R10", returns=4)
    bank.rates.look()
    counted(bank, "cus_us_a", debits=0, code="R10", returns=5)
    (raised,) = bank.rates.look().raised
    assert raised.level is RateLevel.BREACH
    assert len(bank.cases.unresolved()) == 2


def test_what_is_below_is_no_case_and_what_is_long_ago_does_not_count() -> None:
    bank = AchBank()
    counted(bank, "cus_us_a", debits=1_000, code="R10", returns=3)
    assert bank.rates.look().raised == ()
    bank.clock.move(timedelta(days=60))
    counted(bank, "cus_us_a", debits=1_000, code="R10", returns=3, day=DAY + timedelta(days=60))
    seen = bank.rates.look()
    assert (seen.originators, seen.raised) == (1, ())
    assert [rate.returns for rate in bank.rates.of("cus_us_a", DAY + timedelta(days=60))] == [3, 0, 3]


def test_each_originator_is_judged_alone() -> None:
    bank = AchBank()
    for n in range(120):
        counted(bank, f"cus_us_{n:03d}", debits=2, code="R03", returns=0)
    counted(bank, "cus_us_bad", debits=300, code="R03", returns=30)
    seen = bank.rates.look()
    assert seen.originators == 121
    assert {(one.customer, one.kind, one.level) for one in seen.raised} == {
        ("cus_us_bad", RateKind.ADMINISTRATIVE, RateLevel.BREACH),
    }
