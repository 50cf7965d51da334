"""What a counterparty may look like, and how a verification moves whatever comes first."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.counterparties import rules
from domain.counterparties.model import (
    CORRECTED,
    AccountType,
    Correction,
    Counterparty,
    CounterpartyStatus,
    Details,
    Direction,
    HolderKind,
    Part,
    Verification,
    VerificationMethod,
    VerificationStatus,
    masked,
)
from domain.jurisdictions import JURISDICTIONS, aba_check_digit

NOW = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
TUESDAY = date(2026, 3, 10)
FRIDAY = date(2026, 3, 13)
GOOD = Details("Ada Lovelace", "091000019", "12345678", AccountType.CHECKING, HolderKind.CONSUMER)
BARE = Counterparty(
    id="cpy_us0417_01K90000000000000000000000",
    customer="cus_us_01K90000000000000000000000",
    sealed_name=b"n",
    routing_number="091000019",
    sealed_number=b"a",
    masked_number="••5678",
    number_digest="d",
    account_type=AccountType.CHECKING,
    holder_kind=HolderKind.CONSUMER,
    added_at=NOW,
)


def verifying(method: VerificationMethod, status: VerificationStatus = VerificationStatus.SENT) -> Counterparty:
    verification = Verification(
        attempt=1,
        request="r",
        method=method,
        status=status,
        started_at=NOW,
        expires_at=NOW + rules.VERIFICATION_LIFETIME,
        sealed_amounts=b"x" if method is VerificationMethod.MICRO_ENTRIES else None,
    )
    return replace(BARE, status=CounterpartyStatus.VERIFYING, verifications=(verification,), version=2)


def codes(details: Details) -> list[tuple[str, ...]]:
    return [(*fault.path, fault.code) for fault in rules.details_faults(details)]


class TestDetails:
    def test_good_ones_have_no_faults(self) -> None:
        assert codes(GOOD) == []

    def test_every_fault_is_told_at_once(self) -> None:
        assert codes(replace(GOOD, name="", routing_number="1", account_number="a b")) == [
            ("name", "NAME_MALFORMED"),
            ("routingNumber", "ROUTING_NUMBER_MALFORMED"),
            ("accountNumber", "ACCOUNT_NUMBER_MALFORMED"),
        ]

    @pytest.mark.parametrize("name", ["", " Ada", "Ada ", "A" * 141, "Ada\n", "A\u200bda", "A\u202eda", "A\ud800"])
    def test_a_name_that_cannot_be_read_as_it_is_written_is_refused(self, name: str) -> None:
        assert codes(replace(GOOD, name=name)) == [("name", "NAME_MALFORMED")]

    @pytest.mark.parametrize("name", ["A", "A" * 140, "José Ángel Núñez", "李小龙", "O'Brien & Sons, Inc."])
    def test_names_of_the_world_are_names(self, name: str) -> None:
        assert codes(replace(GOOD, name=name)) == []

    @pytest.mark.parametrize(
        "number", ["", "09100001", "0910000190", "091000018", "000000000", "09100001\u0669", " 91000019", "091000019\n"]
    )
    def test_a_routing_number_has_nine_digits_and_their_check_digit(self, number: str) -> None:
        assert codes(replace(GOOD, routing_number=number)) == [("routingNumber", "ROUTING_NUMBER_MALFORMED")]

    @pytest.mark.parametrize("code", sorted(JURISDICTIONS))
    def test_the_banks_own_accounts_are_paid_by_a_transfer(self, code: str) -> None:
        own = JURISDICTIONS[code].routing_number
        assert codes(replace(GOOD, routing_number=own)) == [("routingNumber", "ROUTING_NUMBER_OWN")]

    @given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 8), st.integers(1, 9))
    def test_one_wrong_digit_is_always_found(self, eight: str, place: int, by: int) -> None:
        number = eight + aba_check_digit(eight)
        wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
        assert rules.well_formed_routing_number(number) == (int(number) > 0)
        assert not rules.well_formed_routing_number(wrong)

    @pytest.mark.parametrize("number", ["1", "A", "0001", "12345678901234567", "DE-12-ab", "00-7"])
    def test_an_account_number_has_letters_digits_and_hyphens(self, number: str) -> None:
        assert codes(replace(GOOD, account_number=number)) == []

    @pytest.mark.parametrize("number", ["", "0", "000-00", "---", "1" * 18, "12 34", "12.34", "é1", "12\n", "\u0661"])
    def test_and_nothing_else(self, number: str) -> None:
        assert codes(replace(GOOD, account_number=number)) == [("accountNumber", "ACCOUNT_NUMBER_MALFORMED")]

    @given(st.text("0123456789ABCabc-", min_size=1, max_size=17))
    def test_a_mask_has_four_signs_at_most_and_never_over_half(self, number: str) -> None:
        shown = masked(number).removeprefix("••")
        assert len(shown) <= min(4, len(number) / 2)
        assert number.endswith(shown)


class TestMicroEntries:
    def test_two_different_amounts_under_a_dollar_are_drawn(self) -> None:
        noise = random.Random(3)
        drawn = [rules.drawn_amounts(noise) for _ in range(20_000)]
        assert all(first != second and {first, second} <= set(range(1, 100)) for first, second in drawn)
        assert {amount for pair in drawn for amount in pair} == set(range(1, 100))
        assert {pair[1] for pair in drawn} == set(range(1, 100))

    def test_their_order_is_not_told(self) -> None:
        assert rules.amounts_text((7, 42)) == rules.amounts_text((42, 7))
        assert rules.amounts_from(rules.amounts_text((42, 7))) == (7, 42)

    @pytest.mark.parametrize("amounts", [(), (1,), (1, 2, 3), (0, 1), (1, 100), (-1, 5)])
    def test_an_answer_is_two_amounts_under_a_dollar(self, amounts: tuple[int, ...]) -> None:
        assert [fault.code for fault in rules.amounts_faults(amounts)] == ["AMOUNTS_MALFORMED"]

    def test_the_same_amount_twice_is_an_answer(self) -> None:
        assert rules.amounts_faults((5, 5)) == ()


class TestPrenotes:
    @pytest.mark.parametrize(
        ("settled_on", "live_from"),
        [
            (date(2026, 3, 10), date(2026, 3, 13)),
            (date(2026, 3, 12), date(2026, 3, 17)),  # over a weekend
            (date(2026, 7, 2), date(2026, 7, 7)),  # 4 July is a Saturday: nobody closes on Friday
            (date(2026, 12, 23), date(2026, 12, 29)),  # over Christmas
        ],
    )
    def test_entries_go_from_the_third_banking_day_after_its_settlement(
        self, settled_on: date, live_from: date
    ) -> None:
        passed = rules.settled(verifying(VerificationMethod.PRENOTE), 1, settled_on, calendar="federal_reserve")
        assert passed.status is CounterpartyStatus.VERIFIED
        assert passed.verification
        assert passed.verification.live_from == live_from
        day_before = live_from - timedelta(days=1)
        refusal = rules.use_refusal(passed, day_before, Direction.CREDIT, NOW)
        assert refusal
        assert refusal.facts()["live_from"] == live_from.isoformat()
        assert rules.use_refusal(passed, live_from, Direction.CREDIT, NOW) is None

    def test_one_that_comes_back_fails_even_after_it_passed(self) -> None:
        passed = rules.settled(verifying(VerificationMethod.PRENOTE), 1, TUESDAY, calendar="federal_reserve")
        failed = rules.returned(passed, 1, "R03")
        assert failed.status is CounterpartyStatus.FAILED
        assert failed.verification
        assert (failed.verification.failure, failed.verification.live_from) == ("R03", None)


class TestWhateverComesFirst:
    """Each event may come late, twice and in any order; a return is never forgotten."""

    @pytest.mark.parametrize("method", list(VerificationMethod))
    def test_every_order_of_what_is_heard_ends_alike(self, method: VerificationMethod) -> None:
        ends = set()
        for order in permutations(["sent", "settled", "settled again", "returned", "returned again"]):
            row = verifying(method, VerificationStatus.INTENDED)
            for event in order:
                row = _heard(row, event)
            assert row.verification
            ends.add((row.status, row.verification.status, row.verification.live_from))
        assert ends == {(CounterpartyStatus.FAILED, VerificationStatus.FAILED, None)}

    @pytest.mark.parametrize("method", list(VerificationMethod))
    def test_without_a_return_it_is_settled_whenever_that_it_was_sent_is_written(
        self, method: VerificationMethod
    ) -> None:
        ends = set()
        for order in permutations(["sent", "settled", "settled again"]):
            row = verifying(method, VerificationStatus.INTENDED)
            for event in order:
                row = _heard(row, event)
            assert row.verification
            ends.add((row.status, row.verification.status, row.verification.settled_on))
        proved = method is VerificationMethod.PRENOTE
        status = CounterpartyStatus.VERIFIED if proved else CounterpartyStatus.VERIFYING
        verification = VerificationStatus.PASSED if proved else VerificationStatus.SETTLED
        assert ends == {(status, verification, TUESDAY)}

    def test_what_is_heard_of_a_closed_one_leaves_it_closed(self) -> None:
        row = rules.closed(verifying(VerificationMethod.PRENOTE), NOW)
        for event in ("settled", "returned"):
            row = _heard(row, event)
            assert row.status is CounterpartyStatus.CLOSED

    def test_what_is_heard_of_an_older_attempt_does_not_decide(self) -> None:
        first = rules.returned(verifying(VerificationMethod.PRENOTE), 1, "R04")
        again = rules.started(first, request="r2", method=VerificationMethod.PRENOTE, sealed_amounts=None, now=NOW)
        assert isinstance(again, Counterparty)
        assert rules.returned(again, 1, "R03") == again
        passed = rules.settled(again, 2, TUESDAY, calendar="federal_reserve")
        assert rules.settled(passed, 1, FRIDAY, calendar="federal_reserve").status is CounterpartyStatus.VERIFIED

    def test_an_attempt_that_never_was_is_a_fault(self) -> None:
        for attempt in (0, 2):
            with pytest.raises(ValueError, match="has no verification"):
                rules.returned(verifying(VerificationMethod.PRENOTE), attempt, "R03")

    @pytest.mark.parametrize("code", ["", "R3", "R003", "C01", "r03", "R0x"])
    def test_a_return_code_is_r_and_two_digits(self, code: str) -> None:
        with pytest.raises(ValueError, match="return code"):
            rules.check_return_code(code)


def _heard(row: Counterparty, event: str) -> Counterparty:
    match event:
        case "sent":
            return rules.sent(row, 1)
        case "settled":
            return rules.settled(row, 1, TUESDAY, calendar="federal_reserve")
        case "settled again":
            return rules.settled(row, 1, TUESDAY, calendar="federal_reserve")
        case "returned":
            return rules.returned(row, 1, "R03")
        case _:
            return rules.returned(row, 1, "R04")


class TestExpiry:
    def test_what_was_not_heard_of_in_time_has_proved_nothing(self) -> None:
        row = verifying(VerificationMethod.MICRO_ENTRIES, VerificationStatus.SETTLED)
        assert row.verification
        last = row.verification.expires_at - timedelta(microseconds=1)
        assert rules.status_at(row, last) is CounterpartyStatus.VERIFYING
        assert rules.status_at(row, row.verification.expires_at) is CounterpartyStatus.UNVERIFIED
        assert rules.verification_status_at(row.verification, last) is VerificationStatus.SETTLED
        expired = rules.verification_status_at(row.verification, row.verification.expires_at)
        assert expired is VerificationStatus.EXPIRED

    def test_what_passed_does_not_expire(self) -> None:
        row = rules.settled(verifying(VerificationMethod.PRENOTE), 1, TUESDAY, calendar="federal_reserve")
        later = NOW + timedelta(days=4000)
        assert rules.status_at(row, later) is CounterpartyStatus.VERIFIED
        assert rules.use_refusal(row, later.date(), Direction.DEBIT, later) is None


class TestUse:
    def test_a_loan_takes_credits_only(self) -> None:
        row = rules.settled(verifying(VerificationMethod.PRENOTE), 1, TUESDAY, calendar="federal_reserve")
        loan = replace(row, account_type=AccountType.LOAN)
        assert rules.use_refusal(loan, FRIDAY, Direction.CREDIT, NOW) is None
        refusal = rules.use_refusal(loan, FRIDAY, Direction.DEBIT, NOW)
        assert refusal
        assert refusal.code == "COUNTERPARTY_CREDIT_ONLY"

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (BARE, "COUNTERPARTY_NOT_VERIFIED"),
            (verifying(VerificationMethod.PRENOTE), "COUNTERPARTY_NOT_VERIFIED"),
            (rules.returned(verifying(VerificationMethod.PRENOTE), 1, "R03"), "COUNTERPARTY_NOT_VERIFIED"),
            (rules.closed(BARE, NOW), "COUNTERPARTY_CLOSED"),
        ],
    )
    def test_what_is_not_proved_or_is_closed_is_not_used(self, row: Counterparty, code: str) -> None:
        refusal = rules.use_refusal(row, FRIDAY, Direction.CREDIT, NOW)
        assert refusal
        assert refusal.code == code


class TestCorrections:
    @pytest.mark.parametrize("code", sorted(CORRECTED))
    def test_each_code_takes_what_it_is_about_and_nothing_else(self, code: str) -> None:
        whole: dict[Part, dict[str, Any]] = {
            Part.NAME: {"name": "Ada King"},
            Part.ROUTING_NUMBER: {"routing_number": "011000015"},
            Part.ACCOUNT_NUMBER: {"account_number": "87654321"},
            Part.ACCOUNT_TYPE: {"account_type": AccountType.SAVINGS},
        }
        given = {name: value for part in CORRECTED[code] for name, value in whole[part].items()}
        assert rules.correction_faults(Correction(noc="n", code=code, **given)) == ()
        for part, extra in whole.items():
            other = (
                {**given, **extra}
                if part not in CORRECTED[code]
                else {k: v for k, v in given.items() if k not in extra}
            )
            faults = rules.correction_faults(Correction(noc="n", code=code, **other))
            assert [fault.code for fault in faults] == ["CORRECTION_MISMATCH"]

    @pytest.mark.parametrize("code", ["C08", "C09", "C13", "C14", "C61", "", "c01"])
    def test_codes_that_correct_no_account_are_refused(self, code: str) -> None:
        faults = rules.correction_faults(Correction(noc="n", code=code, account_number="1"))
        assert [fault.code for fault in faults] == ["CORRECTION_MISMATCH"]

    def test_what_it_says_is_read_as_strictly_as_what_customers_say(self) -> None:
        malformed = Correction(noc="", code="C03", routing_number="091000018", account_number="1 2")
        assert [fault.code for fault in rules.correction_faults(malformed)] == [
            "ID_MALFORMED",
            "ROUTING_NUMBER_MALFORMED",
            "ACCOUNT_NUMBER_MALFORMED",
        ]
