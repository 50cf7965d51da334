"""The figures of micro-entries and prenotes are those that the bank keeps to."""

from domain.counterparties import rules
from domain.counterparties.model import ANSWERS_ALLOWED
from domain.rails.ach.micro_entries import EXPIRES_AFTER, VERIFICATION_RULES

FIGURES = {rule.what: rule.figure for rule in VERIFICATION_RULES}


def test_an_account_is_proved_in_as_many_answers_and_as_many_days_as_the_table_says() -> None:
    assert FIGURES["Attempts"] == str(ANSWERS_ALLOWED)
    assert rules.VERIFICATION_LIFETIME == EXPIRES_AFTER
    assert FIGURES["Expiry"].startswith(f"{EXPIRES_AFTER.days} calendar days")


def test_amounts_are_under_a_dollar_and_live_entries_wait_for_the_third_banking_day() -> None:
    assert f"1 to {rules.MICRO_ENTRY_MINOR_MAX} cents" in FIGURES["Amounts"]
    assert rules.MICRO_ENTRY_MINOR_MAX < 100
    assert rules.LIVE_BANKING_DAYS == 3
    assert "third banking day" in FIGURES["Live entry after a prenote"]
