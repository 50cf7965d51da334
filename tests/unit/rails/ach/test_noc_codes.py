"""Notifications of change: what they correct, until when, and what is sent back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jurisdictions import JURISDICTIONS, aba_check_digit
from domain.rails.ach.noc_codes import (
    ACCOUNT_MALFORMED,
    NOC_CODE_UNKNOWN,
    NOC_CODES,
    OF_COUNTERPARTY,
    PART_MISSING,
    PART_UNEXPECTED,
    REFUSED_NOC_CODES,
    ROUTING_MALFORMED,
    TEXT_MALFORMED,
    TRANSACTION_CODE_UNKNOWN,
    Change,
    NocRefused,
    Part,
    answer_refusal_by,
    apply_by,
    changes_of,
    is_routing_number,
    must_apply,
    pass_on_by,
    refuse_by,
    send_by,
)
from domain.rails.ach.tables import Reason

ROUTING = JURISDICTIONS["us"].routing_number
GOOD = {
    Part.ACCOUNT: "0012345678",
    Part.ROUTING: ROUTING,
    Part.NAME: "ADA LOVELACE",
    Part.TRANSACTION_CODE: "32",
    Part.FOREIGN_BANK: "DEUTDEFF",
    Part.INDIVIDUAL_ID: "ID-7",
    Part.COMPANY_NAME: "FLORIN",
    Part.COMPANY_ID: "1234567890",
}


def refused(code: str, corrected: dict[Part, str]) -> tuple[str | None, tuple[Reason, ...]]:
    found = changes_of(code, corrected)
    assert isinstance(found, NocRefused)
    return found.code, found.reasons


class TestTheTables:
    def test_have_the_codes_of_the_rules(self) -> None:
        assert list(NOC_CODES) == [f"C{number:02}" for number in range(1, 15)]
        assert list(REFUSED_NOC_CODES) == [f"C{number}" for number in range(61, 70)]

    @pytest.mark.parametrize(
        ("code", "parts"),
        [
            ("C01", "account"),
            ("C02", "routing"),
            ("C03", "routing account"),
            ("C04", "name"),
            ("C05", "transaction_code"),
            ("C06", "account transaction_code"),
            ("C07", "routing account transaction_code"),
            ("C08", "foreign_bank"),
            ("C09", "individual_id"),
            ("C13", "addenda_format"),
            ("C14", "entry_class"),
        ],
    )
    def test_say_what_is_wrong(self, code: str, parts: str) -> None:
        assert " ".join(NOC_CODES[code].parts) == parts


class TestDeadlines:
    def test_to_send_and_to_pass_on_are_two_banking_days(self) -> None:
        assert send_by(date(2026, 11, 25)) == date(2026, 11, 30)
        assert pass_on_by(date(2026, 11, 28)) == date(2026, 12, 1)

    def test_to_apply_are_six_banking_days_or_the_next_entry(self) -> None:
        received_on = date(2026, 11, 20)
        assert apply_by(received_on) == date(2026, 12, 1)
        assert apply_by(received_on, next_entry_on=date(2026, 11, 24)) == date(2026, 12, 1)
        assert apply_by(received_on, next_entry_on=date(2026, 12, 1)) == date(2026, 12, 1)
        assert apply_by(received_on, next_entry_on=date(2026, 12, 31)) == date(2026, 12, 31)

    def test_to_refuse_are_fifteen_days_of_the_calendar(self) -> None:
        assert refuse_by(date(2026, 11, 20)) == date(2026, 12, 5)

    def test_to_answer_a_refusal_are_five_banking_days(self) -> None:
        assert answer_refusal_by(date(2026, 11, 20)) == date(2026, 11, 30)

    @pytest.mark.parametrize(
        ("sec", "single", "must"),
        [
            ("PPD", True, True),
            ("CCD", False, True),
            ("WEB", True, False),
            ("WEB", False, True),
            ("TEL", True, False),
            ("TEL", False, True),
            ("ARC", True, False),
            ("BOC", False, False),
            ("POP", True, False),
            ("RCK", True, False),
            ("XCK", True, False),
        ],
    )
    def test_do_not_bind_for_single_entries(self, sec: str, single: bool, must: bool) -> None:
        assert must_apply(sec=sec, single=single) == must


class TestWhatChanges:
    @pytest.mark.parametrize("code", sorted(NOC_CODES))
    def test_is_what_the_code_names_in_its_order(self, code: str) -> None:
        parts = NOC_CODES[code].parts
        found = changes_of(code, {part: GOOD[part] for part in parts if part in GOOD})

        assert found == tuple(Change(part, GOOD.get(part, ""), part in OF_COUNTERPARTY) for part in parts)

    def test_of_a_counterparty_is_told_from_what_people_look_at(self) -> None:
        found = changes_of("C12", {part: GOOD[part] for part in (Part.COMPANY_NAME, Part.COMPANY_ID)})
        assert isinstance(found, tuple)
        assert [change.of_counterparty for change in found] == [False, False]

    def test_is_refused_of_a_code_that_is_none(self) -> None:
        assert refused("C15", {}) == (None, (NOC_CODE_UNKNOWN,))
        assert refused("C61", {}) == (None, (NOC_CODE_UNKNOWN,))

    def test_is_refused_without_a_part_or_with_one_too_many(self) -> None:
        assert refused("C03", {Part.ROUTING: ROUTING}) == ("C65", (PART_MISSING,))
        assert refused("C02", {Part.ROUTING: ROUTING, Part.NAME: "ADA"}) == ("C65", (PART_UNEXPECTED,))
        assert refused("C01", {}) == ("C65", (PART_MISSING,))
        assert refused("C13", {Part.NAME: "ADA"}) == ("C65", (PART_UNEXPECTED,))

    @pytest.mark.parametrize(
        ("part", "code", "value", "reason"),
        [
            (Part.ROUTING, "C02", ROUTING[:8] + str((int(ROUTING[8]) + 1) % 10), ROUTING_MALFORMED),
            (Part.ROUTING, "C02", ROUTING[:8], ROUTING_MALFORMED),
            (Part.ROUTING, "C02", "", ROUTING_MALFORMED),
            (Part.ACCOUNT, "C01", "", ACCOUNT_MALFORMED),
            (Part.ACCOUNT, "C01", "  ", ACCOUNT_MALFORMED),
            (Part.ACCOUNT, "C01", "1" * 18, ACCOUNT_MALFORMED),
            (Part.ACCOUNT, "C01", "12\n", ACCOUNT_MALFORMED),
            (Part.NAME, "C04", "", TEXT_MALFORMED),
            (Part.NAME, "C04", "x" * 36, TEXT_MALFORMED),
            (Part.NAME, "C04", "Zoë", TEXT_MALFORMED),
        ],
    )
    def test_is_refused_when_a_part_is_malformed(self, part: Part, code: str, value: str, reason: Reason) -> None:
        assert refused(code, {part: value}) == ("C65", (reason,))

    @pytest.mark.parametrize("value", ["", "2", "21", "26", "99", "222", "٢٢"])
    def test_is_refused_with_a_code_of_no_live_entry(self, value: str) -> None:
        assert refused("C05", {Part.TRANSACTION_CODE: value}) == ("C69", (TRANSACTION_CODE_UNKNOWN,))

    def test_longest_values_pass(self) -> None:
        assert isinstance(changes_of("C01", {Part.ACCOUNT: "1" * 17}), tuple)
        assert isinstance(changes_of("C04", {Part.NAME: "x" * 35}), tuple)

    def test_is_refused_for_all_reasons_at_once(self) -> None:
        code, reasons = refused("C07", {Part.ROUTING: "1", Part.ACCOUNT: "", Part.NAME: "ADA"})
        assert (code, set(reasons)) == (
            "C65",
            {PART_MISSING, PART_UNEXPECTED, ROUTING_MALFORMED, ACCOUNT_MALFORMED},
        )

    def test_shows_no_value_when_printed(self) -> None:
        assert "0012345678" not in repr(changes_of("C01", {Part.ACCOUNT: GOOD[Part.ACCOUNT]}))

    @given(
        code=st.sampled_from([*NOC_CODES, "C00"]),
        corrected=st.dictionaries(st.sampled_from(Part), st.text(max_size=40) | st.sampled_from(sorted(GOOD.values()))),
    )
    def test_is_always_changes_or_a_refusal(self, code: str, corrected: dict[Part, str]) -> None:
        found = changes_of(code, corrected)

        if isinstance(found, NocRefused):
            assert found.reasons
            assert found.code is None or found.code in REFUSED_NOC_CODES
        else:
            assert [change.part for change in found] == list(NOC_CODES[code].parts)


class TestRoutingNumbers:
    @given(st.integers(1, 99_999_999))
    def test_check_with_their_ninth_digit_alone(self, number: int) -> None:
        first = f"{number:08}"
        right = aba_check_digit(first)

        assert [digit for digit in "0123456789" if is_routing_number(first + digit)] == [right]

    def test_of_nine_zeros_are_nobodys(self) -> None:
        assert not is_routing_number("000000000")
