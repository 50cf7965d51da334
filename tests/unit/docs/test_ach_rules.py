"""docs/ach-rules.md says what the rule tables of ACH say: its tables are theirs, its prose names their figures."""

import re
from datetime import date, timedelta

import pytest

from domain.rails.ach import limits, micro_entries, rates, windows
from domain.rails.ach.return_codes import RETURN_CODES, Clock, last_legal_day
from domain.rails.ach.windows import effective_entry_date, read_effective_date
from ops import ach_rules
from tests.unit.docs.test_pages import page, section, table

PAGE = "docs/ach-rules.md"
MONDAY = date(2026, 11, 30)


class TestThePage:
    def test_is_what_the_tables_say(self) -> None:
        assert ach_rules.written(page(PAGE)) == page(PAGE)

    @pytest.mark.parametrize("heading", sorted(ach_rules.tables()))
    def test_has_each_table_under_its_heading(self, heading: str) -> None:
        head, rows = ach_rules.tables()[heading]

        assert [tuple(row) for row in table(PAGE, heading)] == rows
        assert all(len(row) == len(head) for row in rows)

    def test_has_every_return_code_once(self) -> None:
        assert [row[0] for row in table(PAGE, "Return codes")] == list(RETURN_CODES)

    def test_marks_what_nothing_published_was_found_for(self) -> None:
        for row, code in zip(table(PAGE, "Return codes"), RETURN_CODES.values(), strict=True):
            assert row[-1].endswith(" (?)") == (not code.source.seen)

    def test_numbers_its_sources_as_it_names_them(self) -> None:
        texts = [text for _, text in table(PAGE, "Sources")]
        assert len(set(texts)) == len(texts)
        cited = {
            int(number)
            for heading, (head, _) in ach_rules.tables().items()
            if head[-1] == "Source"
            for row in table(PAGE, heading)
            for number in re.findall(r"^\d+", row[-1])
        }
        uncited = {int(number) for number, _ in table(PAGE, "Sources")} - cited
        assert {texts[number - 1] for number in uncited} == {"github.com/moov-io/ach, the batch of each class"}

    def test_that_lacks_a_heading_is_a_fault(self) -> None:
        with pytest.raises(ValueError, match="0 sections 'Windows'"):
            ach_rules.written(page(PAGE).replace("## Windows\n", "## Doors\n"))

    def test_is_written_anew_after_a_change(self) -> None:
        changed = page(PAGE).replace("| `SD1` | 10:30 |", "| `SD1` | 11:30 |")

        assert changed != page(PAGE)
        assert ach_rules.written(changed) == page(PAGE)


class TestItsProse:
    def test_names_the_leads(self) -> None:
        minutes = [
            int(one / timedelta(minutes=1)) for one in (windows.LEAD_MIN, windows.LEAD_MAX, windows.LEAD_DEFAULT)
        ]
        assert "{} to {} minutes, {} where".format(*minutes) in section(PAGE, "Windows")

    def test_names_the_figures_of_the_rates(self) -> None:
        text = " ".join(section(PAGE, "Return rates").split())
        assert f"over {rates.WINDOW_DAYS} days" in text
        assert f"at {rates.ALARM_PERCENT} % of a threshold" in text
        assert f"below {rates.DEBITS_MIN} debits and {rates.RETURNS_MIN} returns" in text

    def test_names_what_the_format_holds(self) -> None:
        text = section(PAGE, "The format")
        for minor in (limits.ENTRY_MINOR_MAX, limits.TOTAL_MINOR_MAX):
            assert f"${minor // 100:,}.{minor % 100:02}" in text

    def test_names_the_classes_that_are_not_eligible(self) -> None:
        text = section(PAGE, "The same-day limit")
        assert all(f"`{sec}`" in text for sec in limits.SAME_DAY_EXCLUDED)

    def test_speaks_of_every_clock_that_has_a_last_day(self) -> None:
        said = " ".join(row[0] for row in table(PAGE, "Until when a return is sent"))
        for clock, words in ach_rules.CLOCKS.items():
            code = next(row.code for row in RETURN_CODES.values() if row.clock is clock)
            has_day = last_legal_day(code, MONDAY, event_on=MONDAY) is not None
            wanted = "from the return" if clock is Clock.DISHONOUR else words
            assert (wanted in said) == has_day, clock

    def test_says_what_becomes_of_an_effective_entry_date(self) -> None:
        noon = windows.window_of("20261130-SD2").cut_off_at - timedelta(hours=2)
        evening = windows.window_of("20261130-SD3").cut_off_at
        night = date(2026, 12, 1)
        cases = [
            (date(2026, 12, 3), noon, date(2026, 12, 3)),
            (MONDAY, noon, MONDAY),
            (MONDAY, evening, night),
            (date(2026, 11, 27), noon, night),
            (read_effective_date("999999"), noon, night),
            (date(2026, 12, 5), noon, date(2026, 12, 7)),
        ]
        assert len(cases) == len(table(PAGE, "Effective entry dates"))
        for asked, now, day in cases:
            assert effective_entry_date(asked, now=now).day == day

    def test_says_when_the_amounts_of_a_proof_expire(self) -> None:
        figures = {row[0]: row[1] for row in table(PAGE, "Proving an account")}
        assert figures["Expiry"].startswith(f"{micro_entries.EXPIRES_AFTER.days} calendar days")
