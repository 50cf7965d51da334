"""The features in bulk are those that are served, bit for bit; those of the book are what the book says."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from domain.fraud import aggregates
from domain.fraud.kinds import FEATURES, Family, Features, Scope
from domain.fraud.model import ScoringRequest
from domain.money import Money
from ops.fraud.features import catalogue_features
from ops.fraud.learning import FEATURES as OF_THE_MODEL
from ops.fraud.payments import DAY, LABEL_DELAY_DAYS, Integers, Numbers, Payments, ScienceRefused
from ops.fraud.reference import reference_features
from ops.fraud.simulate import FIRST_DAY, Portfolio, simulated

if TYPE_CHECKING:
    from domain.fraud.aggregates import Profile

EPOCH: Final = int(FIRST_DAY.timestamp())


def drawn_payments(*, coarse: int = 1) -> Payments:
    """`coarse`: seconds that fall together, so that many payments have the same one."""
    drawn = simulated(Portfolio(seed=7, customers=25, terminals=30, days=60, radius=60))
    return Payments(
        second=drawn.second // coarse * coarse + EPOCH,
        customer=drawn.customer,
        terminal=drawn.terminal,
        amount_minor=drawn.amount_minor,
        fraud=drawn.fraud,
    )


def replayed(payments: Payments) -> list[Features]:
    """Each payment in order: labels that are known by its second, then what it is served, then itself."""
    profiles: dict[tuple[Family, int], Profile] = {}
    served, waiting = [], list(np.flatnonzero(payments.fraud))

    def owners(row: int) -> dict[Family, int]:
        return {Family.CUSTOMER: int(payments.customer[row]), Family.TERMINAL: int(payments.terminal[row])}

    for row in range(len(payments)):
        second = int(payments.second[row])
        at = datetime.fromtimestamp(second, UTC)
        while waiting and int(payments.second[waiting[0]]) + LABEL_DELAY_DAYS * DAY <= second:
            fraud = waiting.pop(0)
            paid_at = datetime.fromtimestamp(int(payments.second[fraud]), UTC)
            for key in owners(fraud).items():
                profiles[key] = aggregates.labelled(profiles.get(key), paid_at=paid_at, change=1)
        found = owners(row)
        amount = Money(int(payments.amount_minor[row]), "USD")
        customer, terminal = f"cus_{found[Family.CUSTOMER]}", f"t_{found[Family.TERMINAL]}"
        request = ScoringRequest(
            subject=f"jrn_{row}",
            scope=Scope.CARD,
            at=at,
            kind="CARD",
            credit=True,
            amount=amount,
            customer=customer,
            account=f"acc_{customer}",
            terminal=terminal,
        )
        served.append(aggregates.served(request, {key[0]: profiles.get(key) for key in found.items()}))
        for key, other in zip(found.items(), (terminal, customer), strict=True):
            profiles[key] = aggregates.applied(profiles.get(key), at=at, amount_minor=amount.minor, counterpart=other)
    return served


@pytest.mark.parametrize("coarse", [1, 3_600])
def test_they_equal_what_is_served_online_for_every_payment_and_feature(coarse: int) -> None:
    payments = drawn_payments(coarse=coarse)
    assert payments.fraud.sum() > 500
    online = replayed(payments)
    for name, column in catalogue_features(payments).items():
        served = [math.nan if row[name] is None else float(row[name]) for row in online]  # type: ignore[arg-type]  # no text
        assert np.array_equal(column, served, equal_nan=True), name


def test_they_are_all_of_the_catalogue_and_hold_those_of_the_model() -> None:
    found = catalogue_features(drawn_payments())
    assert set(found) <= set(FEATURES)
    assert set(OF_THE_MODEL) <= set(found)
    assert tuple(catalogue_features(drawn_payments(), OF_THE_MODEL)) == OF_THE_MODEL


def test_what_a_payment_is_served_does_not_depend_on_later_ones() -> None:
    payments = drawn_payments()
    half = len(payments) // 2
    earlier = Payments(**{name: getattr(payments, name)[:half] for name in payments.__slots__})
    whole, part = catalogue_features(payments), catalogue_features(earlier)
    for name, column in part.items():
        assert np.array_equal(column, whole[name][:half], equal_nan=True), name


def test_a_label_changes_nothing_within_its_seven_days() -> None:
    payments = drawn_payments()
    changed = payments.fraud.copy()
    row = len(payments) // 2
    changed[row] = not changed[row]
    other = Payments(**({name: getattr(payments, name) for name in payments.__slots__} | {"fraud": changed}))
    before, after = catalogue_features(payments), catalogue_features(other)
    differ = np.zeros(len(payments), bool)
    for name, column in before.items():
        differ |= (column != after[name]) & ~(np.isnan(column) & np.isnan(after[name]))
    assert differ.any()
    assert payments.second[differ].min() >= payments.second[row] + LABEL_DELAY_DAYS * DAY


def test_amounts_that_cannot_be_squared_exactly_are_refused() -> None:
    same: Integers = np.zeros(40, np.int64)
    second = EPOCH + np.arange(40)
    huge = Payments(second=second, customer=same, terminal=same, amount_minor=same + 10**8, fraud=same > 0)
    with pytest.raises(ScienceRefused, match="too large"):
        catalogue_features(huge)


class TestOfTheBook:
    def test_windows_slide_to_the_second_and_hold_the_payment_itself(self) -> None:
        second = np.array([0, DAY - 1, DAY, 7 * DAY, 7 * DAY])
        row = self.features(second, amount=[1_00, 2_00, 3_00, 4_00, 5_00])
        assert row[2][3:9].tolist() == [2, 2.5, 3, 2, 3, 2]
        assert row[3][3:9].tolist() == [1, 4, 3, 3, 4, 2.5]
        assert row[4][3:9].tolist() == [2, 4.5, 4, 3.5, 5, 3]

    def test_terminals_are_seen_as_they_were_a_week_ago(self) -> None:
        second = np.array([0, 1, 7 * DAY, 7 * DAY + 1, 8 * DAY])
        row = self.features(second, amount=[1_00] * 5, fraud=[1, 0, 0, 0, 0])
        assert row[2][9:11].tolist() == [1, 1.0]
        assert row[3][9:11].tolist() == [2, 0.5]
        assert row[4][9:].tolist() == [1, 0.0, 2, 0.5, 2, 0.5]

    def test_day_and_night(self) -> None:
        sunday = np.array([0, 7 * 3_600 - 1, 7 * 3_600, DAY])
        row = self.features(sunday, amount=[1_00] * 4)
        assert row[:, 1].tolist() == [1, 1, 1, 0]
        assert row[:, 2].tolist() == [1, 1, 0, 1]

    def features(self, second: Integers, *, amount: list[int], fraud: list[int] | None = None) -> Numbers:
        one = np.zeros(len(second), np.int64)
        payments = Payments(
            second=second + EPOCH,
            customer=one,
            terminal=one,
            amount_minor=np.array(amount),
            fraud=np.array(fraud or one) > 0,
        )
        return reference_features(payments)
