"""domain/fraud/counted.py: every kind of journal is a payment, or is named as none."""

from domain.fraud.counted import NO_PAYMENTS, PAYMENTS
from domain.ledger.kinds import KINDS, Effect


def test_every_kind_of_the_ledger_is_a_payment_or_is_named_as_none() -> None:
    assert set(PAYMENTS) | NO_PAYMENTS == set(KINDS)
    assert not set(PAYMENTS) & NO_PAYMENTS


def test_a_payment_moves_money_of_a_customer_or_sets_it_aside() -> None:
    for name, way in PAYMENTS.items():
        kind = KINDS[name]
        if kind.effect is Effect.PLACE_HOLD:
            assert kind.roles == ("account",)
        else:
            (debit,) = [leg for leg in kind.legs if leg.side.value == "debit"]
            assert (debit.role in ("source", "account")) is way.credit


def test_what_is_counted_is_never_forced_upon_a_customer() -> None:
    assert not any(KINDS[name].forced for name in PAYMENTS)
