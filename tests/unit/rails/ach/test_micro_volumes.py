"""Micro-entries as they are counted, and what more of them than expected lead to."""

from datetime import date, timedelta

import pytest

from domain.cases.kinds import CaseKind
from domain.counterparties.model import VerificationMethod
from domain.rails.ach.incoming_store import MICRO
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.micro_entries import MICRO_LIMITS, MicroVolume, micro_limit
from domain.rails.ach.micro_volumes import DAYS_LOOKED_AT, volumes
from domain.rails.ach.rates import DayCount
from domain.rails.ach.tables import OURS
from tests.unit.rails.ach.bank import AchBank
from tests.unit.rails.ach.test_verifications import Proving

DAY = date(2026, 3, 9)
"""On which the bank's clock stands."""
FORWARD, RETURNED = MicroVolume.FORWARD, MicroVolume.RETURNED


def limit(volume: MicroVolume, on: date = DAY) -> int:
    row = micro_limit(volume, on)
    assert row is not None
    return row.a_day


def counted(bank: AchBank, what: str, number: int, *, day: date = DAY) -> None:
    already = sum(one.returns.get(what, 0) for one in bank.incoming_store.counts(MICRO, since=day, through=day))
    for n in range(already, already + number):
        bank.incoming_store.count(MICRO, day, what, once=f"ent_{n}")


def counts(bank: AchBank) -> list[tuple[date, dict[str, int]]]:
    found = bank.incoming_store.counts(MICRO, since=DAY, through=DAY + timedelta(days=9))
    return [(one.day, dict(one.returns)) for one in found]


class TestCounting:
    def test_each_micro_entry_counts_once_on_its_day_of_settlement(self) -> None:
        proving = Proving(VerificationMethod.MICRO_ENTRIES)
        file = proving.settled()
        for entry in proving.entries(file):
            proving.bank.verifications.settled(entry)
        assert counts(proving.bank) == [(DAY + timedelta(days=1), {"MICRO_CREDIT": 2, "MICRO_DEBIT": 1})]

    def test_its_return_counts_once_on_the_day_it_came(self) -> None:
        proving = Proving(VerificationMethod.MICRO_ENTRIES)
        file = proving.settled()
        proving.returned(file, EntryKind.MICRO_DEBIT, "R03")
        (_, (came_on, first)) = counts(proving.bank)
        assert (came_on, first) == (proving.bank.clock.instant.date(), {"R03": 1})

        debit = next(one for one in proving.entries(file) if one.kind is EntryKind.MICRO_DEBIT)
        proving.bank.clock.move(timedelta(days=1))
        proving.bank.verifications.returned(debit, code="R03")

        assert counts(proving.bank)[1:] == [(came_on, {"R03": 1})]

    def test_of_what_comes_back_before_it_was_seen_to_settle_both_count(self) -> None:
        proving = Proving(VerificationMethod.MICRO_ENTRIES)
        credit = proving.entries(proving.sent())[0]
        proving.bank.verifications.returned(credit, code="R03")
        assert counts(proving.bank) == [(DAY + timedelta(days=1), {"MICRO_CREDIT": 1, "R03": 1})]

    def test_a_prenote_is_none(self) -> None:
        proving = Proving(VerificationMethod.PRENOTE)
        proving.returned(proving.settled(), EntryKind.PRENOTE, "R03")
        assert counts(proving.bank) == []

    def test_what_went_out_and_what_came_back_are_told_apart(self) -> None:
        day = DayCount(DAY, 0, {"MICRO_CREDIT": 4, "MICRO_DEBIT": 2, "R03": 2, "R04": 1})
        assert volumes(day) == {FORWARD: 6, RETURNED: 3}


class TestLooking:
    @pytest.mark.parametrize(("volume", "what"), [(FORWARD, "MICRO_CREDIT"), (RETURNED, "R03")])
    def test_at_the_limit_of_a_day_it_is_a_case_once_and_an_alarm_at_every_look(
        self, volume: MicroVolume, what: str
    ) -> None:
        bank = AchBank()
        counted(bank, what, limit(volume))
        (raised,) = bank.volumes.look()
        assert (raised.day, raised.volume, raised.count, raised.limit) == (DAY, volume, limit(volume), limit(volume))
        case = bank.case(raised.case)
        assert case.kind is CaseKind.ACH_MICRO_ENTRY_VOLUME
        assert (case.subject.kind, case.subject.id) == ("ach_micro_entries", f"{bank.region}.{DAY}")

        counted(bank, what, 1)
        (again,) = bank.volumes.look()
        assert (again.case, again.count) == (raised.case, raised.count + 1)
        assert len(bank.cases.unresolved()) == 1

    @pytest.mark.parametrize(("volume", "what"), [(FORWARD, "MICRO_CREDIT"), (RETURNED, "R03")])
    def test_below_it_there_is_none(self, volume: MicroVolume, what: str) -> None:
        bank = AchBank()
        counted(bank, what, limit(volume) - 1)
        assert bank.volumes.look() == ()
        assert bank.cases.unresolved() == ()

    def test_each_day_is_judged_alone_and_looked_at_for_three_days(self) -> None:
        bank = AchBank()
        counted(bank, "R03", limit(RETURNED) - 1)
        counted(bank, "R03", limit(RETURNED), day=DAY - timedelta(days=1))
        for _ in range(DAYS_LOOKED_AT - 1):
            assert [one.day for one in bank.volumes.look()] == [DAY - timedelta(days=1)]
            bank.clock.move(timedelta(days=1))
        assert bank.volumes.look() == ()

    def test_they_are_no_originators_and_none_of_them_is_judged_by_the_rates(self) -> None:
        bank = AchBank()
        counted(bank, "R03", limit(RETURNED))
        seen = bank.rates.look()
        assert (seen.originators, seen.raised) == (0, ())


class TestLimits:
    def test_they_hold_from_the_day_on_which_the_rule_asks_to_watch(self) -> None:
        for volume in MicroVolume:
            assert micro_limit(volume, date(2023, 3, 16)) is None
            assert limit(volume, date(2023, 3, 17)) > 0

    def test_they_are_the_banks_own(self) -> None:
        assert {row.source for row in MICRO_LIMITS} == {OURS}
