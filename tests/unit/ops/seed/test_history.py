"""Three months of ordinary life: believable, the same every time, and short enough for the local engine."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.ledger.kinds import KINDS
from ops.seed import history
from ops.seed.history import DAYS, LINES_MAX, LINES_SPARE, Happening, Holder, plan
from ops.seed.people import CUSTOMERS

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
LAST_DAYS = [date(2026, 3, 31) + timedelta(days=n) for n in range(0, 60, 7)]
LAST = date(2026, 5, 20)


def holders(region: str) -> list[Holder]:
    """The region's customers, their accounts named after them."""
    found = []
    for person in CUSTOMERS[region]:
        (_, first), (_, second) = person.accounts
        main, other = f"{person.login}-main", f"{person.login}-second"
        found.append(
            Holder(
                person.login,
                person.kind,
                main,
                other if first == second else None,
                None if first == second else other,
            )
        )
    return found


def planned(region: str, *, last_day: date = LAST, seed: int = 1) -> list[Happening]:
    return plan(holders(region), last_day=last_day, randomness=random.Random(seed))


def lines_of(happenings: list[Happening]) -> Counter[str]:
    lines: Counter[str] = Counter()
    for happening in happenings:
        lines[happening.account] += 2 if happening.kind == "card" else 1
        if happening.to:
            lines[happening.to] += 1
    return lines


@pytest.mark.parametrize("region", REGIONS)
class TestEveryRegion:
    @pytest.mark.parametrize("last_day", LAST_DAYS)
    def test_no_account_has_more_lines_than_the_engine_reads_well(self, region: str, last_day: date) -> None:
        """Its opening and a deposit's hold come on top of what happens."""
        lines = lines_of(planned(region, last_day=last_day))

        assert max(lines.values()) + 2 <= LINES_MAX
        assert max(lines.values()) <= LINES_MAX - LINES_SPARE

    def test_everybody_has_a_life(self, region: str) -> None:
        lines = lines_of(planned(region))
        for holder in holders(region):
            assert lines[holder.main] >= 10, holder.login
            for account in (holder.savings, holder.other):
                assert account is None or lines[account] >= 1

    def test_the_same_numbers_make_the_same_history(self, region: str) -> None:
        assert planned(region) == planned(region)
        assert planned(region) != planned(region, seed=2)

    @pytest.mark.parametrize("last_day", LAST_DAYS)
    def test_it_ends_on_the_evening_of_the_last_day_and_reaches_back_three_months(
        self, region: str, last_day: date
    ) -> None:
        happenings = planned(region, last_day=last_day)

        assert happenings[0].at.date() == last_day - timedelta(days=DAYS - 1)
        assert last_day - timedelta(days=7) <= happenings[-1].at.date() <= last_day
        midnight = datetime.combine(last_day, datetime.max.time(), UTC)
        assert happenings[-1].at + timedelta(minutes=3) < midnight  # a card payment is cleared after it

    def test_it_comes_in_order_each_at_a_moment_of_its_own(self, region: str) -> None:
        moments = [happening.at for happening in planned(region)]

        assert moments == sorted(moments)
        assert len(set(moments)) == len(moments)

    def test_nothing_meets_an_account_while_a_card_payment_of_it_waits_for_its_clearing(self, region: str) -> None:
        """Its clearing is booked minutes later: what came between would be stamped before it."""
        happenings = planned(region)
        for number, card in enumerate(happenings):
            if card.kind != "card":
                continue
            between = [other for other in happenings[number + 1 :] if other.at <= card.at + timedelta(minutes=3)]
            assert card.account not in {name for other in between for name in (other.account, other.to)}

    def test_every_happening_can_be_posted(self, region: str) -> None:
        accounts = {name for holder in holders(region) for name in (holder.main, holder.savings, holder.other) if name}
        for happening in planned(region):
            assert happening.kind == "card" or happening.kind in KINDS
            assert happening.minor > 0
            assert happening.account in accounts
            assert (happening.to in accounts) == (happening.kind == "transfer")
            assert happening.to != happening.account

    def test_money_moves_between_accounts_of_one_currency(self, region: str) -> None:
        first = {person.login: person.accounts[0][1] for person in CUSTOMERS[region]}
        for happening in planned(region):
            if happening.to:
                (payer, _), (payee, _) = happening.account.rsplit("-", 1), happening.to.rsplit("-", 1)
                assert first[payer] == first[payee]

    def test_a_transfer_is_asked_for_by_the_one_whose_account_it_leaves(self, region: str) -> None:
        for happening in planned(region):
            assert (happening.by + "-main" == happening.account) == (happening.kind == "transfer")


def test_life_has_rent_salary_savings_interest_cards_and_takings() -> None:
    kinds = Counter(happening.kind for happening in planned("us-east-1"))
    memos = Counter((happening.memo or "").partition(" ")[0] for happening in planned("us-east-1"))

    assert {"transfer", "card", "interest", "fee", "cash_deposit", "payment_received", "payment_sent"} <= set(kinds)
    assert {"Rent", "Salary", "Savings", "Dinner", "Invoice"} <= set(memos)


def test_rent_and_salary_are_the_same_every_month() -> None:
    for memo in ("Rent", "Salary"):
        amounts = {
            (happening.to if memo == "Salary" else happening.account, happening.minor)
            for happening in planned("us-east-1")
            if happening.memo == memo
        }
        assert len(amounts) == len({person for person, _ in amounts})


def test_a_life_too_long_is_cut_before_the_limit_and_not_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LINES_MAX", 20)
    happenings = planned("us-east-1")

    assert max(lines_of(happenings).values()) <= 20 - LINES_SPARE
    assert happenings[0].at.date() == LAST - timedelta(days=DAYS - 1)
