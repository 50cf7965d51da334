"""Which payments are learnt from and asked about, and what answers are worth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ops.fraud import protocol
from ops.fraud.payments import DAY, ScienceRefused
from ops.fraud.protocol import Fold, card_precision, folds
from ops.fraud.simulate import FIRST_DAY

if TYPE_CHECKING:
    from ops.fraud.payments import Payments


def date(day: int) -> str:
    return datetime.fromtimestamp(int(FIRST_DAY.timestamp()) + day * DAY, UTC).date().isoformat()


def test_the_single_split_is_the_one_of_the_book() -> None:
    (fold,) = folds("single", history_days=7)
    assert (date(fold.training[0]), date(fold.training[-1])) == ("2018-07-25", "2018-07-31")
    assert (date(fold.test[0]), date(fold.test[-1])) == ("2018-08-08", "2018-08-14")


def test_four_folds_begin_a_week_apart() -> None:
    assert [fold.begins for fold in folds("prequential", history_days=7)] == [136, 129, 122, 115]


def test_a_longer_history_ends_with_the_same_week_and_is_asked_the_same(payments: Payments) -> None:
    week, longer = Fold(32, 7), Fold(32, 20)
    assert longer.training == range(19, 39)
    short, long = protocol.rows(payments, week), protocol.rows(payments, longer)
    assert np.array_equal(short.test, long.test)
    assert np.array_equal(short.week, long.week)
    assert np.array_equal(short.history, short.week)
    assert set(short.history) < set(long.history)


def test_no_test_row_is_of_a_card_that_is_known_by_then(payments: Payments) -> None:
    fold = Fold(32, 7)
    rows = protocol.rows(payments, fold)
    day, customer, fraud = payments.day, payments.customer, payments.fraud
    for one in fold.test:
        known = set(customer[fraud & (day >= 32) & (day <= one - 8)])
        asked = rows.test[day[rows.test] == one]
        assert not known & set(customer[asked])
        assert set(customer[day == one]) - known == set(customer[asked])
    assert set(day[rows.test]) == set(fold.test)


@pytest.mark.parametrize(
    ("fold", "said"),
    [
        (Fold(40, 7), "too few days: there are 60, and the test ends with day 60"),
        (Fold(32, 40), "too few days: 40 days of history before day 39 begin before day 0"),
    ],
)
def test_data_that_do_not_reach_over_the_days_are_refused(payments: Payments, fold: Fold, said: str) -> None:
    with pytest.raises(ScienceRefused, match=said):
        protocol.rows(payments, fold)


def test_a_history_shorter_than_the_week_is_refused() -> None:
    with pytest.raises(ScienceRefused, match="shorter than the training week"):
        folds("single", history_days=6)


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ScienceRefused, match="there is no protocol 'double'"):
        folds("double", history_days=7)


class TestCardPrecision:
    def test_a_card_counts_once_a_day_by_its_highest_score_and_leaves_when_it_is_found(self) -> None:
        day = np.array([0, 0, 0, 1, 1])
        customer = np.array([1, 1, 2, 1, 3])
        fraud = np.array([True, False, False, True, True])
        scores = np.array([0.1, 0.9, 0.5, 0.9, 0.2])
        # Day 0 finds card 1; on day 1 it is gone, and card 3 is found.
        assert card_precision(day=day, customer=customer, fraud=fraud, scores=scores) == pytest.approx(0.01)

    def test_only_a_hundred_cards_a_day_are_looked_at(self) -> None:
        cards = np.arange(300)
        found = card_precision(day=cards * 0, customer=cards, fraud=cards >= 150, scores=-cards.astype(float))
        assert found == 0
        found = card_precision(day=cards * 0, customer=cards, fraud=cards >= 150, scores=cards.astype(float))
        assert found == 1

    def test_cards_that_were_not_alerted_stay(self) -> None:
        cards = np.tile(np.arange(150), 2)
        day = np.repeat([0, 1], 150)
        # Card 120 is defrauded on both days, and the hundred lowest numbers are alerted on the first.
        scores = np.where(day == 0, -cards, cards).astype(float)
        found = card_precision(day=day, customer=cards, fraud=cards == 120, scores=scores)
        assert found == pytest.approx((0 + 0.01) / 2)
