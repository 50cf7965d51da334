"""Entry classes: who may be sent what, in which words, since when."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.sec_codes import (
    DESCRIPTIONS,
    ENTRY_CLASSES,
    ORIGINATED,
    Frequency,
    Origination,
    Purpose,
    Receiver,
    description_of,
    origination_faults,
    reserved_for,
)
from domain.rails.ach.tables import AccountKind, Direction

CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT
CONSUMER, CORPORATE = AccountKind.CONSUMER, AccountKind.CORPORATE
TODAY = date(2026, 11, 30)
BEFORE, SINCE = date(2026, 3, 19), date(2026, 3, 20)


def asked(sec: str, direction: Direction, receiver: AccountKind, **other: Any) -> Origination:
    personal = sec == "WEB" and direction is CREDIT
    plain = Origination(sec, direction, receiver, "INVOICE 7", person_to_person=personal)
    return replace(plain, **other)


def codes(origination: Origination, on: date = TODAY) -> list[str]:
    return [fault.code for fault in origination_faults(origination, on)]


class TestWhatWeOriginate:
    def test_are_five_classes(self) -> None:
        assert {"PPD", "CCD", "WEB", "TEL", "CTX"} == ORIGINATED

    @pytest.mark.parametrize(
        ("sec", "direction", "receiver"),
        [
            ("PPD", CREDIT, CONSUMER),
            ("PPD", DEBIT, CONSUMER),
            ("WEB", CREDIT, CONSUMER),
            ("WEB", DEBIT, CONSUMER),
            ("TEL", DEBIT, CONSUMER),
            ("CCD", CREDIT, CORPORATE),
            ("CCD", DEBIT, CORPORATE),
            ("CTX", CREDIT, CORPORATE),
            ("CTX", DEBIT, CORPORATE),
        ],
    )
    def test_goes_to_the_accounts_it_is_for_and_no_others(
        self, sec: str, direction: Direction, receiver: AccountKind
    ) -> None:
        assert codes(asked(sec, direction, receiver)) == []
        other = CORPORATE if receiver is CONSUMER else CONSUMER
        assert codes(asked(sec, direction, other)) == ["SEC_NOT_FOR_RECEIVER"]

    def test_has_no_credit_by_telephone(self) -> None:
        assert codes(asked("TEL", CREDIT, CONSUMER)) == ["DIRECTION_NOT_OF_CLASS"]

    @pytest.mark.parametrize("sec", sorted(set(ENTRY_CLASSES) - ORIGINATED))
    def test_leaves_the_other_classes_to_others(self, sec: str) -> None:
        for direction, receiver in product(Direction, AccountKind):
            assert codes(asked(sec, direction, receiver)) == ["SEC_NOT_ORIGINATED"]

    @pytest.mark.parametrize("sec", ["", "ppd", "PPD ", "XXX", "PPDX"])
    def test_knows_no_other_word(self, sec: str) -> None:
        assert codes(asked(sec, CREDIT, CONSUMER)) == ["SEC_UNKNOWN"]

    def test_sends_web_credits_from_person_to_person_and_nothing_else_so(self) -> None:
        assert codes(asked("WEB", CREDIT, CONSUMER, person_to_person=False)) == ["WEB_CREDIT_NOT_PERSONAL"]
        assert codes(asked("WEB", DEBIT, CONSUMER, person_to_person=True)) == ["PERSONAL_NOT_WEB"]
        assert codes(asked("PPD", CREDIT, CONSUMER, person_to_person=True)) == ["PERSONAL_NOT_WEB"]

    @pytest.mark.parametrize(("sec", "most"), [("PPD", 1), ("WEB", 1), ("CCD", 1), ("TEL", 0), ("CTX", 9_999)])
    def test_has_as_many_addenda_as_its_class(self, sec: str, most: int) -> None:
        receiver = CORPORATE if sec in ("CCD", "CTX") else CONSUMER
        assert codes(asked(sec, DEBIT, receiver, addenda=most)) == []
        assert codes(asked(sec, DEBIT, receiver, addenda=most + 1)) == ["ADDENDA_OUT_OF_RANGE"]
        assert codes(asked(sec, DEBIT, receiver, addenda=-1)) == ["ADDENDA_OUT_OF_RANGE"]

    def test_may_recur_and_needs_no_addenda(self) -> None:
        for sec in ORIGINATED:
            assert ENTRY_CLASSES[sec].frequency is Frequency.EITHER
            assert not ENTRY_CLASSES[sec].addenda_required

    def test_is_told_all_its_faults_at_once(self) -> None:
        wrong = asked("TEL", CREDIT, CORPORATE, addenda=1, person_to_person=True, description="")

        assert set(codes(wrong)) == {
            "DIRECTION_NOT_OF_CLASS",
            "SEC_NOT_FOR_RECEIVER",
            "PERSONAL_NOT_WEB",
            "ADDENDA_OUT_OF_RANGE",
            "DESCRIPTION_LENGTH",
        }


class TestDescriptions:
    @pytest.mark.parametrize("text", ["A", "INVOICE 42", "x" * 10])
    def test_are_the_originators_to_choose(self, text: str) -> None:
        assert codes(asked("CCD", CREDIT, CORPORATE, description=text)) == []

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "DESCRIPTION_LENGTH"),
            (" ", "DESCRIPTION_LENGTH"),
            ("x" * 11, "DESCRIPTION_LENGTH"),
            ("GEBÜHR", "DESCRIPTION_CHARACTERS"),
            ("A\n", "DESCRIPTION_CHARACTERS"),
            ("A\x7f", "DESCRIPTION_CHARACTERS"),
        ],
    )
    def test_fit_their_field(self, text: str, code: str) -> None:
        assert codes(asked("CCD", CREDIT, CORPORATE, description=text)) == [code]

    def test_of_wages_are_payroll_since_2026_03_20(self) -> None:
        wages = asked("PPD", CREDIT, CONSUMER, purpose=Purpose.WAGES, description="SALARY")

        assert codes(wages, BEFORE) == []
        assert codes(wages, SINCE) == ["DESCRIPTION_REQUIRED"]
        assert codes(replace(wages, description="PAYROLL"), SINCE) == []
        assert codes(replace(wages, description="Payroll"), SINCE) == ["DESCRIPTION_REQUIRED"]

    def test_of_wages_stand_in_ppd_credits(self) -> None:
        wages = asked("PPD", DEBIT, CONSUMER, purpose=Purpose.WAGES, description="PAYROLL")

        assert codes(wages) == ["DIRECTION_NOT_FOR_PURPOSE"]
        assert codes(replace(wages, sec="CCD", direction=CREDIT, receiver=CORPORATE)) == ["SEC_NOT_FOR_PURPOSE"]

    def test_of_online_purchases_are_purchase_since_2026_03_20(self) -> None:
        bought = asked("WEB", DEBIT, CONSUMER, purpose=Purpose.PURCHASE, description="BOOKS")

        assert codes(bought, BEFORE) == []
        assert codes(bought, SINCE) == ["DESCRIPTION_REQUIRED"]
        assert codes(replace(bought, description="PURCHASE"), SINCE) == []
        assert codes(replace(bought, sec="PPD", description="PURCHASE")) == ["SEC_NOT_FOR_PURPOSE"]

    @pytest.mark.parametrize("row", DESCRIPTIONS, ids=lambda row: row.text)
    def test_that_are_reserved_are_for_their_purpose_alone(self, row: object) -> None:
        text = next(found.text for found in DESCRIPTIONS if found is row)

        assert codes(asked("CCD", CREDIT, CORPORATE, description=text)) == ["DESCRIPTION_RESERVED"]
        assert codes(asked("CCD", CREDIT, CORPORATE, description=text.lower())) == ["DESCRIPTION_RESERVED"]

    def test_are_not_reserved_before_their_day(self) -> None:
        assert codes(asked("CCD", CREDIT, CORPORATE, description="PAYROLL"), BEFORE) == []
        assert codes(asked("CCD", CREDIT, CORPORATE, description="PAYROLL"), SINCE) == ["DESCRIPTION_RESERVED"]

    def test_are_known_by_purpose_and_by_text(self) -> None:
        assert description_of(Purpose.PAYMENT, TODAY) is None
        for row in DESCRIPTIONS:
            assert description_of(row.purpose, TODAY) == row == reserved_for(f" {row.text.lower()} ", TODAY)
            assert 1 <= len(row.text) <= 10

    @pytest.mark.parametrize(
        ("purpose", "text"),
        [
            (Purpose.ACCOUNT_VERIFICATION, "ACCTVERIFY"),
            (Purpose.REVERSAL, "REVERSAL"),
            (Purpose.REINITIATION, "RETRY PYMT"),
            (Purpose.RETURN_FEE, "RETURN FEE"),
            (Purpose.REDEPOSITED_CHECK, "REDEPCHECK"),
            (Purpose.ENROLMENT, "AUTOENROLL"),
        ],
    )
    def test_name_what_an_entry_is_for(self, purpose: Purpose, text: str) -> None:
        found = description_of(purpose, TODAY)
        assert found is not None
        assert found.text == text

    def test_of_a_retry_are_for_debits(self) -> None:
        retry = asked("PPD", CREDIT, CONSUMER, purpose=Purpose.REINITIATION, description="RETRY PYMT")
        assert codes(retry) == ["DIRECTION_NOT_FOR_PURPOSE"]
        assert codes(replace(retry, direction=DEBIT)) == []


class TestTheTable:
    def test_has_the_23_classes(self) -> None:
        assert " ".join(sorted(ENTRY_CLASSES)) == (
            "ACK ADV ARC ATX BOC CCD CIE COR CTX DNE ENR IAT MTE POP POS PPD RCK SHR TEL TRC TRX WEB XCK"
        )

    def test_has_a_direction_for_each(self) -> None:
        for row in ENTRY_CLASSES.values():
            assert row.credits or row.debits
            assert not row.addenda_required or row.addenda_max >= 1

    def test_converts_checks_by_single_debits_without_addenda(self) -> None:
        for sec in ("ARC", "BOC", "POP", "RCK", "XCK"):
            row = ENTRY_CLASSES[sec]
            assert (row.credits, row.debits, row.addenda_max, row.frequency) == (False, True, 0, Frequency.SINGLE)

    def test_takes_an_account_for_what_it_is(self) -> None:
        assert [Receiver.EITHER.takes(kind) for kind in AccountKind] == [True, True]
        assert Receiver.CONSUMER.takes(CONSUMER)
        assert not Receiver.CONSUMER.takes(CORPORATE)
        assert not Receiver.CORPORATE.takes(CONSUMER)


originations = st.builds(
    Origination,
    sec=st.sampled_from(sorted(ENTRY_CLASSES)) | st.text(max_size=4),
    direction=st.sampled_from(Direction),
    receiver=st.sampled_from(AccountKind),
    purpose=st.sampled_from(Purpose),
    description=st.text(max_size=12) | st.sampled_from([row.text for row in DESCRIPTIONS]),
    person_to_person=st.booleans(),
    addenda=st.integers(-1, 10_001),
)


@given(origination=originations, on=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_what_passes_keeps_every_rule(origination: Origination, on: date) -> None:
    if origination_faults(origination, on):
        return
    row = ENTRY_CLASSES[origination.sec]
    assert row.receiver.takes(origination.receiver)
    assert row.credits if origination.direction is CREDIT else row.debits
    assert origination.person_to_person == (origination.sec == "WEB" and origination.direction is CREDIT)
    assert origination.addenda <= row.addenda_max
    reserved = reserved_for(origination.description, on)
    assert reserved is None or reserved.purpose is origination.purpose
