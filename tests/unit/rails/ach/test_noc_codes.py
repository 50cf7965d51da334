"""Notifications of change: what they correct, and until when."""

from datetime import date

import pytest

from domain.rails.ach.noc_codes import NOC_CODES, REFUSED_NOC_CODES, apply_by, refuse_by


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
    def test_to_apply_are_six_banking_days(self) -> None:
        assert apply_by(date(2026, 11, 20)) == date(2026, 12, 1)

    def test_to_refuse_are_fifteen_days_of_the_calendar(self) -> None:
        assert refuse_by(date(2026, 11, 20)) == date(2026, 12, 5)
