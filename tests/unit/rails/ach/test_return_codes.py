"""Return codes: the table, the last legal day of each to the day, and which code says what we found."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.calendar import add_banking_days, instant_of, is_banking_day, next_banking_day
from domain.rails.ach.return_codes import (
    CODE_UNKNOWN,
    CODES_OF,
    DATE_OF_DEATH_MISSING,
    DIRECTION_NOT_COVERED,
    EVENT_MISSING,
    NOT_OURS_TO_SEND,
    RECEIVER_NOT_COVERED,
    RETURN_CODES,
    SEC_NOT_COVERED,
    STATEMENT_MISSING,
    TOO_LATE,
    Clock,
    Decision,
    Policy,
    ReturnCodeUnknown,
    ReturnFacts,
    Sender,
    code_for,
    last_legal_day,
    policy_of,
    return_allowed,
    return_code,
)
from domain.rails.ach.sec_codes import ENTRY_CLASSES
from domain.rails.ach.tables import AccountKind, Direction
from domain.rails.ach.windows import window_of

CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT
CONSUMER, CORPORATE = AccountKind.CONSUMER, AccountKind.CORPORATE
settlements = st.dates(date(2022, 1, 1), date(2040, 12, 31)).map(lambda day: add_banking_days(day, 0))
MONDAY = date(2026, 11, 30)
ORDINARY = "R01 R02 R03 R04 R08 R09 R12 R14 R15 R16 R17 R20 R21 R22 R24 R29 R39 R50"
EXTENDED = "R05 R07 R10 R11 R33 R37 R38 R51 R52 R53"
OPERATOR = "R13 R18 R19 R25 R26 R27 R28 R30 R32 R34 R35 R36"


def codes(clock: Clock) -> str:
    return " ".join(code for code, row in RETURN_CODES.items() if row.clock is clock)


def sent_by(sender: Sender) -> str:
    return " ".join(code for code, row in RETURN_CODES.items() if row.sender is sender)


class TestTheTable:
    def test_has_every_code_of_the_rules_and_no_other(self) -> None:
        numbers = [*range(1, 48), *range(50, 54), 61, 62, *range(67, 78), *range(80, 86)]

        assert list(RETURN_CODES) == [f"R{number:02}" for number in numbers]

    def test_gives_each_its_clock(self) -> None:
        assert codes(Clock.TWO_BANKING_DAYS) == ORDINARY + " R85"
        assert codes(Clock.SIXTY_DAYS) == EXTENDED
        assert codes(Clock.NEXT_DELIVERY) == OPERATOR
        assert codes(Clock.REFUSAL) == "R23"
        assert codes(Clock.REQUEST) == "R06"
        assert codes(Clock.AGREEMENT) == "R31"
        assert codes(Clock.FIVE_BANKING_DAYS) == "R80 R81 R82 R83 R84"
        assert codes(Clock.DISHONOUR) == "R61 R62 R67 R68 R69 R70"
        assert codes(Clock.CONTEST) == "R71 R72 R73 R74 R75 R76 R77"
        assert codes(Clock.AGENCY) == "R40 R41 R42 R43 R44 R45 R46 R47"

    def test_gives_each_its_sender(self) -> None:
        assert sent_by(Sender.OPERATOR) == OPERATOR
        assert sent_by(Sender.ODFI) == codes(Clock.DISHONOUR)
        assert sent_by(Sender.AGENCY) == codes(Clock.AGENCY)
        assert sent_by(Sender.GATEWAY) == codes(Clock.FIVE_BANKING_DAYS)

    def test_asks_for_a_written_statement_where_a_consumer_denies(self) -> None:
        assert [code for code, row in RETURN_CODES.items() if row.statement] == [
            "R05",
            "R07",
            "R10",
            "R11",
            "R37",
            "R51",
            "R53",
        ]

    def test_carries_a_date_of_death_with_two_codes(self) -> None:
        assert [code for code, row in RETURN_CODES.items() if row.date_of_death] == ["R14", "R15"]

    def test_names_classes_that_exist(self) -> None:
        for row in RETURN_CODES.values():
            assert (row.secs or frozenset()) | row.secs_excluded <= set(ENTRY_CLASSES)
            assert row.directions

    @pytest.mark.parametrize("code", ["", "R00", "R48", "R63", "R78", "R86", "R90", "R1", "r01", "C01", "R01 "])
    def test_knows_no_other(self, code: str) -> None:
        with pytest.raises(ReturnCodeUnknown):
            return_code(code)
        with pytest.raises(ReturnCodeUnknown):
            last_legal_day(code, MONDAY)


class TestTheLastLegalDay:
    @pytest.mark.parametrize("code", (ORDINARY + " R85").split())
    @pytest.mark.parametrize(
        ("settled_on", "last"),
        [
            (date(2026, 11, 30), date(2026, 12, 1)),
            (date(2026, 11, 25), date(2026, 11, 27)),  # over Thanksgiving
            (date(2026, 11, 27), date(2026, 11, 30)),  # over a weekend
            (date(2026, 12, 24), date(2026, 12, 28)),  # over Christmas and the weekend
            (date(2027, 12, 31), date(2028, 1, 3)),  # New Year on a Saturday
        ],
    )
    def test_of_ordinary_returns_is_the_banking_day_before_the_second(
        self, code: str, settled_on: date, last: date
    ) -> None:
        assert last_legal_day(code, settled_on) == last

    @pytest.mark.parametrize("code", EXTENDED.split())
    @pytest.mark.parametrize(
        ("settled_on", "last", "opening"),
        [
            # The sixtieth day is a Tuesday, a Sunday, Martin Luther King Jr. Day.
            (date(2026, 10, 2), date(2026, 12, 1), date(2026, 12, 2)),
            (date(2026, 9, 30), date(2026, 11, 27), date(2026, 11, 30)),
            (date(2026, 11, 19), date(2027, 1, 15), date(2027, 1, 19)),
        ],
    )
    def test_of_extended_returns_is_the_last_before_the_day_after_the_sixtieth(
        self, code: str, settled_on: date, last: date, opening: date
    ) -> None:
        assert last_legal_day(code, settled_on) == last
        assert next_banking_day(settled_on + timedelta(days=60)) == opening == next_banking_day(last)

    @given(settled_on=settlements)
    def test_of_extended_returns_is_at_most_sixty_days_away_and_a_banking_day(self, settled_on: date) -> None:
        last = last_legal_day("R10", settled_on)

        assert last is not None
        assert is_banking_day(last)
        assert last <= settled_on + timedelta(days=60) < next_banking_day(last)

    @given(settled_on=settlements)
    def test_of_ordinary_returns_leaves_its_night_for_delivery(self, settled_on: date) -> None:
        last = last_legal_day("R01", settled_on)

        assert last is not None
        night = window_of(f"{add_banking_days(settled_on, 2):%Y%m%d}-ND2")
        assert night.deadline_at == instant_of(last + timedelta(days=1), time(2, 15))

    @pytest.mark.parametrize(
        ("reviewed_on", "last"),
        [
            (None, date(2026, 11, 27)),
            (date(2026, 11, 2), date(2026, 11, 9)),  # five banking days later, open on the sixth
            (date(2026, 11, 9), date(2026, 11, 17)),  # Veterans Day between
            (date(2026, 11, 18), date(2026, 11, 25)),
            (date(2026, 11, 19), date(2026, 11, 27)),
            (date(2026, 11, 20), date(2026, 11, 27)),  # never beyond the sixty days
        ],
    )
    def test_after_a_statement_was_reviewed_is_within_six_banking_days(
        self, reviewed_on: date | None, last: date
    ) -> None:
        assert last_legal_day("R10", date(2026, 9, 30), statement_reviewed_on=reviewed_on) == last

    def test_after_a_statement_was_the_sixtieth_day_alone_before_2024_10_01(self) -> None:
        settled_on = date(2024, 9, 3)
        plain = last_legal_day("R10", settled_on)

        assert last_legal_day("R10", settled_on, statement_reviewed_on=date(2024, 9, 30)) == plain
        assert last_legal_day("R10", settled_on, statement_reviewed_on=date(2024, 10, 1)) == date(2024, 10, 8)

    @pytest.mark.parametrize(
        ("code", "event_on", "last"),
        [
            ("R23", date(2026, 11, 30), date(2026, 12, 1)),
            ("R23", date(2026, 11, 28), date(2026, 11, 30)),
            ("R06", date(2026, 11, 30), date(2026, 12, 14)),
            ("R61", date(2026, 11, 30), date(2026, 12, 7)),
            ("R74", date(2026, 11, 30), date(2026, 12, 2)),
            ("R23", None, None),
            ("R06", None, None),
        ],
    )
    def test_of_others_runs_from_what_happened(self, code: str, event_on: date | None, last: date | None) -> None:
        assert last_legal_day(code, date(2026, 3, 2), event_on=event_on) == last

    def test_of_a_gateway_is_five_banking_days_on(self) -> None:
        assert last_legal_day("R80", MONDAY) == date(2026, 12, 7)

    @pytest.mark.parametrize("code", ["R31", "R40", *OPERATOR.split()])
    def test_of_what_has_no_day_in_the_rules_is_none(self, code: str) -> None:
        assert last_legal_day(code, MONDAY, event_on=MONDAY) is None

    @given(
        settled_on=settlements,
        code=st.sampled_from(sorted(RETURN_CODES)),
        event=st.integers(0, 90),
    )
    def test_is_a_banking_day_not_before_settlement(self, settled_on: date, code: str, event: int) -> None:
        last = last_legal_day(code, settled_on, event_on=settled_on + timedelta(days=event))

        assert last is None or (is_banking_day(last) and last > settled_on)


PPD_DEBIT = ReturnFacts("PPD", DEBIT, CONSUMER, MONDAY)
CCD_DEBIT = ReturnFacts("CCD", DEBIT, CORPORATE, MONDAY)
CCD_CREDIT = ReturnFacts("CCD", CREDIT, CORPORATE, MONDAY)
TUESDAY, WEDNESDAY = date(2026, 12, 1), date(2026, 12, 2)


class TestWhetherWeMayReturn:
    def test_ends_with_the_last_legal_day(self) -> None:
        assert return_allowed("R01", PPD_DEBIT, MONDAY) is None
        assert return_allowed("R01", PPD_DEBIT, TUESDAY) is None
        assert return_allowed("R01", PPD_DEBIT, WEDNESDAY) is TOO_LATE

    def test_for_sixty_days_needs_a_written_statement(self) -> None:
        last = date(2027, 1, 29)  # the sixtieth day
        assert return_allowed("R10", PPD_DEBIT, TUESDAY) is STATEMENT_MISSING
        stated = replace(PPD_DEBIT, statement=True)
        assert return_allowed("R10", stated, last) is None
        assert return_allowed("R10", stated, last + timedelta(days=3)) is TOO_LATE

    def test_keeps_the_six_days_after_a_review(self) -> None:
        stated = replace(PPD_DEBIT, statement=True, statement_reviewed_on=date(2026, 12, 7))
        assert return_allowed("R10", stated, date(2026, 12, 14)) is None
        assert return_allowed("R10", stated, date(2026, 12, 15)) is TOO_LATE

    @pytest.mark.parametrize("code", [*OPERATOR.split(), "R40", "R61", "R71", "R80"])
    def test_leaves_to_others_what_is_theirs(self, code: str) -> None:
        assert return_allowed(code, PPD_DEBIT, TUESDAY) is NOT_OURS_TO_SEND

    @pytest.mark.parametrize("code", ["R90", "", "R1"])
    def test_refuses_codes_that_are_none(self, code: str) -> None:
        assert return_allowed(code, PPD_DEBIT, TUESDAY) is CODE_UNKNOWN

    @pytest.mark.parametrize(
        ("code", "facts", "reason"),
        [
            ("R05", PPD_DEBIT, SEC_NOT_COVERED),
            ("R10", replace(CCD_DEBIT, receiver=CONSUMER), SEC_NOT_COVERED),
            ("R29", PPD_DEBIT, RECEIVER_NOT_COVERED),
            ("R14", CCD_CREDIT, RECEIVER_NOT_COVERED),
            ("R01", CCD_CREDIT, DIRECTION_NOT_COVERED),
            ("R23", PPD_DEBIT, DIRECTION_NOT_COVERED),
            ("R31", PPD_DEBIT, SEC_NOT_COVERED),
            ("R37", PPD_DEBIT, SEC_NOT_COVERED),
            ("R07", replace(PPD_DEBIT, sec="RCK"), SEC_NOT_COVERED),
            ("R85", replace(PPD_DEBIT, sec="IAT"), SEC_NOT_COVERED),
        ],
    )
    def test_keeps_codes_to_the_entries_they_are_for(self, code: str, facts: ReturnFacts, reason: object) -> None:
        assert return_allowed(code, facts, TUESDAY) is reason

    @pytest.mark.parametrize("code", ["R06", "R23", "R31"])
    def test_needs_the_event_some_codes_lean_on(self, code: str) -> None:
        assert return_allowed(code, CCD_CREDIT, TUESDAY) is EVENT_MISSING
        assert return_allowed(code, replace(CCD_CREDIT, event_on=TUESDAY), WEDNESDAY) is None

    @pytest.mark.parametrize("code", ["R14", "R15"])
    def test_says_of_the_dead_when_they_died(self, code: str) -> None:
        facts = replace(CCD_CREDIT, receiver=CONSUMER)
        assert return_allowed(code, facts, TUESDAY) is DATE_OF_DEATH_MISSING
        assert return_allowed(code, replace(facts, died_on=WEDNESDAY), TUESDAY) is DATE_OF_DEATH_MISSING
        assert return_allowed(code, replace(facts, died_on=TUESDAY), TUESDAY) is None

    def test_counts_a_refusal_from_its_day(self) -> None:
        refused = replace(CCD_CREDIT, event_on=date(2027, 2, 1))
        assert return_allowed("R23", refused, date(2027, 2, 2)) is None
        assert return_allowed("R23", refused, date(2027, 2, 3)) is TOO_LATE

    def test_by_agreement_is_never_too_late(self) -> None:
        assert return_allowed("R31", replace(CCD_DEBIT, event_on=MONDAY), date(2027, 11, 30)) is None


class TestWhichCodeSaysWhatWeFound:
    @pytest.mark.parametrize(
        ("decision", "sec", "direction", "receiver", "code"),
        [
            (Decision.NO_ACCOUNT, "PPD", CREDIT, CONSUMER, "R03"),
            (Decision.INVALID_ACCOUNT_NUMBER, "PPD", DEBIT, CONSUMER, "R04"),
            (Decision.CLOSED, "CCD", CREDIT, CORPORATE, "R02"),
            (Decision.INSUFFICIENT, "CCD", DEBIT, CORPORATE, "R01"),
            (Decision.INSUFFICIENT, "CCD", CREDIT, CORPORATE, None),
            (Decision.UNCOLLECTED, "PPD", DEBIT, CONSUMER, "R09"),
            (Decision.FROZEN, "PPD", CREDIT, CONSUMER, "R16"),
            (Decision.STOPPED, "WEB", DEBIT, CONSUMER, "R08"),
            (Decision.STOPPED, "ARC", DEBIT, CONSUMER, "R38"),
            (Decision.STOPPED, "RCK", DEBIT, CONSUMER, "R52"),
            (Decision.NON_TRANSACTION, "PPD", DEBIT, CONSUMER, "R20"),
            (Decision.REFUSED, "PPD", CREDIT, CONSUMER, "R23"),
            (Decision.REFUSED, "PPD", DEBIT, CONSUMER, None),
            (Decision.DUPLICATE, "CTX", DEBIT, CORPORATE, "R24"),
            (Decision.UNAUTHORISED, "PPD", DEBIT, CONSUMER, "R10"),
            (Decision.UNAUTHORISED, "CCD", DEBIT, CONSUMER, "R05"),
            (Decision.UNAUTHORISED, "CCD", DEBIT, CORPORATE, "R29"),
            (Decision.UNAUTHORISED, "PPD", DEBIT, CORPORATE, "R29"),
            (Decision.UNAUTHORISED, "RCK", DEBIT, CONSUMER, "R51"),
            (Decision.UNAUTHORISED, "PPD", CREDIT, CONSUMER, None),
            (Decision.NOT_AS_AUTHORISED, "TEL", DEBIT, CONSUMER, "R11"),
            (Decision.NOT_AS_AUTHORISED, "CTX", DEBIT, CONSUMER, "R05"),
            (Decision.NOT_AS_AUTHORISED, "CTX", DEBIT, CORPORATE, "R29"),
            (Decision.REVOKED, "PPD", DEBIT, CONSUMER, "R07"),
            (Decision.REVOKED, "ARC", DEBIT, CONSUMER, "R10"),
            (Decision.REVOKED, "CCD", DEBIT, CORPORATE, "R29"),
            (Decision.IMPROPER_REVERSAL, "PPD", DEBIT, CONSUMER, "R11"),
            (Decision.IMPROPER_REVERSAL, "CCD", DEBIT, CORPORATE, "R17"),
            (Decision.IMPROPER_REVERSAL, "PPD", CREDIT, CONSUMER, "R17"),
            (Decision.QUESTIONABLE, "PPD", CREDIT, CONSUMER, "R17"),
            (Decision.UNPROCESSABLE, "CCD", DEBIT, CORPORATE, "R17"),
            (Decision.PAYEE_DECEASED, "PPD", CREDIT, CONSUMER, "R14"),
            (Decision.HOLDER_DECEASED, "PPD", DEBIT, CONSUMER, "R15"),
            (Decision.HOLDER_DECEASED, "CCD", DEBIT, CORPORATE, None),
            (Decision.BRANCH_SOLD, "PPD", CREDIT, CONSUMER, "R12"),
            (Decision.REQUESTED, "CCD", CREDIT, CORPORATE, "R06"),
            (Decision.AGREED, "CTX", DEBIT, CORPORATE, "R31"),
            (Decision.AGREED, "PPD", DEBIT, CONSUMER, None),
            (Decision.INVALID_COMPANY_ID, "CIE", CREDIT, CORPORATE, "R21"),
            (Decision.INVALID_INDIVIDUAL_ID, "CIE", CREDIT, CORPORATE, "R22"),
            (Decision.INTERNATIONAL, "CCD", CREDIT, CORPORATE, "R85"),
        ],
    )
    def test_depends_on_class_direction_and_account(
        self, decision: Decision, sec: str, direction: Direction, receiver: AccountKind, code: str | None
    ) -> None:
        assert code_for(decision, ReturnFacts(sec, direction, receiver, MONDAY)) == code

    def test_is_one_we_may_send_on_the_day_of_settlement(self) -> None:
        for decision, sec, direction, receiver in product(Decision, ENTRY_CLASSES, Direction, AccountKind):
            facts = ReturnFacts(sec, direction, receiver, MONDAY, statement=True, event_on=MONDAY, died_on=MONDAY)
            code = code_for(decision, facts)

            assert code is None or return_allowed(code, facts, MONDAY) is None

    def test_is_known_of_every_decision(self) -> None:
        assert set(CODES_OF) == set(Decision)


class TestWhatWeDoWithAReturn:
    @pytest.mark.parametrize(
        ("policy", "found"),
        [
            (Policy.RETRY, "R01 R09"),
            (Policy.RETRY_WITH_CONSENT, "R08"),
            (Policy.CLOSE_COUNTERPARTY, "R02"),
            (Policy.NEW_ACCOUNT, "R03 R04 R12 R13 R20 R28 R82"),
            (Policy.UNAUTHORISED, "R05 R07 R10 R11 R29"),
            (Policy.MEND, "R18 R19 R21 R22 R25 R26 R27 R35 R36 R80 R85"),
        ],
    )
    def test_follows_from_its_code(self, policy: Policy, found: str) -> None:
        assert [code for code in RETURN_CODES if policy_of(code) is policy] == found.split()

    def test_is_a_case_of_fraud_when_it_says_questionable(self) -> None:
        assert policy_of("R17") is Policy.STOP
        assert policy_of("R17", questionable=True) is Policy.FRAUD_CASE
