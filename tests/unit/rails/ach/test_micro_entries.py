"""Micro-entries and prenotes: amounts nobody guesses, attempts that end, days that are kept."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.micro_entries import (
    ATTEMPTS_MAX,
    CREDIT_TOO_LARGE,
    CREDITS_EQUAL,
    CREDITS_MISSING,
    DEBITS_OVER_CREDITS,
    DESCRIPTION_NOT_ACCTVERIFY,
    PAIRS,
    PRENOTE_CODES,
    RETURNED_MIN,
    RETURNED_TOO_MANY,
    SENT_APART,
    SENT_MAX,
    SENT_TOO_MANY,
    Attempt,
    AttemptOutcome,
    MicroAmounts,
    MicroEntry,
    attempt,
    expires_on,
    first_live_day,
    micro_entry_reasons,
    pick_amounts,
    volume_reasons,
)
from domain.rails.ach.tables import Reason

SETTLED = date(2026, 11, 16)
AMOUNTS = MicroAmounts(17, 4)


def always(drawn: int) -> Callable[[int], int]:
    return lambda _: drawn


class TestTheAmounts:
    def test_are_every_pair_of_two_different_ones_once(self) -> None:
        drawn = [pick_amounts(always(n)) for n in range(PAIRS)]
        pairs = Counter((one.first_minor, one.second_minor) for one in drawn)

        assert set(pairs.values()) == {1}
        assert set(pairs) == {(one, two) for one in range(1, 100) for two in range(1, 100) if one != two}

    def test_are_drawn_from_all_of_them(self) -> None:
        asked: list[int] = []

        def below(n: int) -> int:
            asked.append(n)
            return 0

        pick_amounts(below)
        assert asked == [99 * 98]

    @pytest.mark.parametrize("drawn", [-1, PAIRS])
    def test_of_a_draw_out_of_range_are_a_fault(self, drawn: int) -> None:
        with pytest.raises(ValueError, match="a draw below 9702"):
            pick_amounts(always(drawn))

    def test_are_shown_nowhere(self) -> None:
        assert "17" not in repr(AMOUNTS)
        assert "17" not in f"{AMOUNTS}"
        assert AMOUNTS.total_minor == 21


def credit(amount_minor: int, window: str = "20261116-ND1", description: str = "ACCTVERIFY") -> MicroEntry:
    return MicroEntry(True, amount_minor, window, description)


def debit(amount_minor: int, window: str = "20261116-ND1") -> MicroEntry:
    return MicroEntry(False, amount_minor, window, "ACCTVERIFY")


class TestTheEntries:
    @pytest.mark.parametrize(
        ("entries", "reasons"),
        [
            ([credit(1), credit(99)], ()),
            ([credit(17), credit(4), debit(21)], ()),
            ([credit(17), credit(4), debit(20), debit(1)], ()),
            ([credit(99)], ()),
            ([], (CREDITS_MISSING,)),
            ([credit(100), credit(1)], (CREDIT_TOO_LARGE,)),
            ([credit(0), credit(1)], (CREDIT_TOO_LARGE,)),
            ([credit(5), credit(5)], (CREDITS_EQUAL,)),
            ([credit(17), credit(4), debit(22)], (DEBITS_OVER_CREDITS,)),
            ([credit(17), credit(4), debit(-1)], (DEBITS_OVER_CREDITS,)),
            ([debit(1)], (CREDITS_MISSING, DEBITS_OVER_CREDITS)),
            ([credit(17), credit(4, window="20261116-ND2")], (SENT_APART,)),
            ([credit(17), credit(4), debit(21, window="20261117-ND1")], (SENT_APART,)),
            ([credit(17), credit(4, description="VERIFY")], (DESCRIPTION_NOT_ACCTVERIFY,)),
        ],
    )
    def test_keep_the_rules(self, entries: list[MicroEntry], reasons: tuple[Reason, ...]) -> None:
        assert micro_entry_reasons(entries, SETTLED) == reasons

    @given(drawn=st.integers(0, PAIRS - 1))
    def test_of_drawn_amounts_keep_them_always(self, drawn: int) -> None:
        amounts = pick_amounts(always(drawn))
        entries = [credit(amounts.first_minor), credit(amounts.second_minor), debit(amounts.total_minor)]

        assert micro_entry_reasons(entries, SETTLED) == ()


def tried(
    given_minors: tuple[int, int], *, before: int = 0, on: date = SETTLED, settled_on: date = SETTLED
) -> tuple[str, int]:
    found: Attempt = attempt(AMOUNTS, given_minors, attempts_before=before, settled_on=settled_on, on=on)
    return found.outcome.value, found.left


class TestAnAttempt:
    @pytest.mark.parametrize("given_minors", [(17, 4), (4, 17)])
    def test_with_both_amounts_confirms_in_either_order(self, given_minors: tuple[int, int]) -> None:
        assert tried(given_minors) == ("confirmed", 2)

    @pytest.mark.parametrize("given_minors", [(17, 17), (4, 4), (17, 5), (0, 0), (21, 0), (-17, -4), (1700, 400)])
    def test_with_others_is_wrong(self, given_minors: tuple[int, int]) -> None:
        assert tried(given_minors) == ("wrong", 2)

    def test_is_one_of_three(self) -> None:
        assert ATTEMPTS_MAX == 3
        assert tried((1, 2), before=1) == ("wrong", 1)
        assert tried((1, 2), before=2) == ("used_up", 0)
        assert tried((17, 4), before=2) == ("confirmed", 0)
        assert tried((17, 4), before=3) == ("used_up", 0)
        assert tried((17, 4), before=99) == ("used_up", 0)

    def test_is_made_from_settlement_to_expiry(self) -> None:
        assert expires_on(SETTLED) == date(2026, 11, 30)
        assert tried((17, 4), on=SETTLED - timedelta(days=1)) == ("not_settled", 3)
        assert tried((17, 4), on=SETTLED) == ("confirmed", 2)
        assert tried((17, 4), on=date(2026, 11, 30)) == ("confirmed", 2)
        assert tried((17, 4), on=date(2026, 12, 1)) == ("expired", 0)

    @given(
        given_minors=st.tuples(st.integers(-5, 120), st.integers(-5, 120)),
        before=st.integers(0, 10),
        days=st.integers(-30, 30),
    )
    def test_confirms_only_who_knows_both_in_time(self, given_minors: tuple[int, int], before: int, days: int) -> None:
        found = attempt(
            AMOUNTS, given_minors, attempts_before=before, settled_on=SETTLED, on=SETTLED + timedelta(days=days)
        )

        knows = sorted(given_minors) == [4, 17]
        assert (found.outcome is AttemptOutcome.CONFIRMED) == (knows and before < 3 and 0 <= days <= 14)
        assert 0 <= found.left <= 3


class TestVolume:
    def test_over_what_a_customer_needs_rings(self) -> None:
        assert volume_reasons(sent=SENT_MAX, returned=0) == ()
        assert volume_reasons(sent=SENT_MAX + 1, returned=0) == (SENT_TOO_MANY,)

    def test_of_which_a_fifth_comes_back_rings(self) -> None:
        assert volume_reasons(sent=25, returned=5) == (RETURNED_TOO_MANY,)
        assert volume_reasons(sent=26, returned=5) == ()
        assert volume_reasons(sent=4, returned=RETURNED_MIN - 1) == ()
        assert volume_reasons(sent=100, returned=100) == (SENT_TOO_MANY, RETURNED_TOO_MANY)


class TestPrenotes:
    def test_are_followed_by_a_live_entry_from_the_third_banking_day(self) -> None:
        assert first_live_day(date(2026, 11, 24)) == date(2026, 11, 30)
        assert first_live_day(date(2026, 11, 30)) == date(2026, 12, 3)

    def test_have_the_codes_of_zero_dollar_proofs(self) -> None:
        assert " ".join(sorted(PRENOTE_CODES)) == "23 28 33 38 43 48 53"
