"""Holds on what a debit brought: released on a banking day, never while an ordinary return is in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach import funds
from domain.rails.ach.calendar import add_banking_days, banking_days_between, instant_of, is_banking_day
from domain.rails.ach.funds import (
    BANKING_DAYS_MIN,
    HOLD_RULES,
    HoldRule,
    Standing,
    Tier,
    TierUnknown,
    hold_rule,
    released_at,
    released_on,
    tier_of,
)

settlements = st.dates(date(2026, 1, 2), date(2040, 1, 1)).map(lambda day: add_banking_days(day, 0))


class TestATier:
    KNOWN: Final = Standing(known_days=400, settled=20, returned=0)

    @pytest.mark.parametrize(
        ("standing", "tier"),
        [
            (replace(KNOWN, known_days=29), Tier.NEW),
            (replace(KNOWN, returned=1), Tier.NEW),
            (replace(KNOWN, known_days=30), Tier.STANDARD),
            (replace(KNOWN, known_days=364), Tier.STANDARD),
            (replace(KNOWN, settled=11), Tier.STANDARD),
            (replace(KNOWN, known_days=365, settled=12), Tier.TRUSTED),
        ],
    )
    def test_follows_from_what_is_known_of_the_customer(self, standing: Standing, tier: Tier) -> None:
        assert tier_of(standing, date(2026, 11, 20)) is tier

    def test_is_unknown_before_the_first_rule(self) -> None:
        with pytest.raises(TierUnknown):
            tier_of(self.KNOWN, date(2025, 12, 31))


class TestAHold:
    @pytest.mark.parametrize(
        ("tier", "day", "instant"),
        [
            # Settled on Friday 2026-11-20; Thanksgiving is the 26th.
            (Tier.TRUSTED, date(2026, 11, 24), datetime(2026, 11, 24, 15, tzinfo=UTC)),
            (Tier.STANDARD, date(2026, 11, 27), datetime(2026, 11, 27, 15, tzinfo=UTC)),
            (Tier.NEW, date(2026, 12, 2), datetime(2026, 12, 2, 15, tzinfo=UTC)),
        ],
    )
    def test_ends_at_ten_in_new_york(self, tier: Tier, day: date, instant: datetime) -> None:
        settled_on = date(2026, 11, 20)
        assert released_on(settled_on=settled_on, tier=tier) == day
        assert released_at(settled_on=settled_on, tier=tier) == instant

    def test_ends_at_ten_in_summer_too(self) -> None:
        assert released_at(settled_on=date(2026, 10, 28), tier=Tier.TRUSTED) == datetime(2026, 10, 30, 14, tzinfo=UTC)
        assert released_at(settled_on=date(2026, 10, 29), tier=Tier.TRUSTED) == datetime(2026, 11, 2, 15, tzinfo=UTC)

    @given(settled_on=settlements, tier=st.sampled_from(Tier))
    def test_outlasts_the_ordinary_returns(self, settled_on: date, tier: Tier) -> None:
        opening = instant_of(add_banking_days(settled_on, 2), time(8, 30))
        day = released_on(settled_on=settled_on, tier=tier)

        assert is_banking_day(day)
        assert banking_days_between(settled_on, day) == hold_rule(tier, settled_on).banking_days
        assert released_at(settled_on=settled_on, tier=tier) > opening

    def test_is_longer_for_whom_the_bank_knows_less(self) -> None:
        days = [hold_rule(tier, date(2026, 11, 30)).banking_days for tier in (Tier.NEW, Tier.STANDARD, Tier.TRUSTED)]
        assert days == sorted(days, reverse=True)
        assert min(row.banking_days for row in HOLD_RULES) >= BANKING_DAYS_MIN == 2

    def test_is_that_of_the_day_of_settlement(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = HoldRule(Tier.NEW, date(2027, 1, 4), 5)
        monkeypatch.setattr(funds, "HOLD_RULES", [*HOLD_RULES, row])

        assert hold_rule(Tier.NEW, date(2027, 1, 3)).banking_days == 7
        assert hold_rule(Tier.NEW, date(2027, 1, 4)).banking_days == 5
        assert released_on(settled_on=date(2026, 12, 31), tier=Tier.NEW) == date(2027, 1, 12)
        assert released_on(settled_on=date(2027, 1, 4), tier=Tier.NEW) == date(2027, 1, 11)

    def test_is_unknown_before_the_first_rule(self) -> None:
        with pytest.raises(TierUnknown):
            hold_rule(Tier.NEW, date(2025, 12, 31))
