"""What the sponsor bank says against files of ours that are not as they should be."""

from datetime import UTC, date, datetime

import pytest

from domain.rails.ach.rejections import MENDABLE
from ops.sponsor.checking import CODES, late_by_windows
from tests.unit.ops.sponsor.files import NOW, a_bank, changed, ours, take, trace

FIRST_ENTRY, FIRST_CONTROL = 3, 4


def rejection(text: str, **other: object) -> tuple[str, list[str]]:
    (message,) = take(a_bank(**other), text)  # type: ignore[arg-type]  # how late it judges
    assert message["type"] == "ach.file.rejected", message
    return message["data"]["level"], [reason["code"] for reason in message["data"]["reasons"]]


def test_what_can_be_mended_without_a_person_is_said_by_the_codes_that_the_bank_mends() -> None:
    assert set(MENDABLE) <= set(CODES)


class TestFile:
    @pytest.mark.parametrize(
        ("column", "new", "code"),
        [
            (2, "000009", "REJ0102"),
            (8, "000007", "REJ0102"),
            (14, "00000009", "REJ0102"),
            (22, "0000000001", "REJ0103"),
            (32, "000000000001", "REJ0102"),
            (44, "000000000001", "REJ0102"),
        ],
    )
    def test_a_control_that_does_not_describe_its_file_rejects_the_file(self, column: int, new: str, code: str) -> None:
        assert rejection(changed(ours(10_00), 5, column, new)) == ("FILE", [code])

    @pytest.mark.parametrize("kept", [1, 2, 94, 100, 300, 400])
    def test_a_file_that_was_cut_off_anywhere_is_rejected_as_cut_off(self, kept: int) -> None:
        assert rejection(ours(10_00)[:kept]) == ("FILE", ["REJ0105"])

    def test_an_empty_file_was_cut_off(self) -> None:
        assert rejection("") == ("FILE", ["REJ0105"])

    def test_what_is_no_file_cannot_be_read(self) -> None:
        level, codes = rejection("hello " * 40)
        assert level == "FILE"
        assert set(codes) <= {"REJ0100", "REJ0105"}

    def test_a_file_for_another_bank_is_rejected(self) -> None:
        assert rejection(ours(10_00, destination="021000021")) == ("FILE", ["REJ0107"])

    def test_the_same_bytes_under_another_name_are_rejected(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00))
        (message,) = take(bank, ours(10_00), name="fil_2.ach")
        assert message["data"]["reasons"][0]["code"] == "REJ0106"

    def test_another_file_of_the_same_identity_is_rejected(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00))
        (message,) = take(bank, ours(20_00, first=7), name="fil_2.ach")
        assert message["data"]["reasons"][0]["code"] == "REJ0101"

    def test_the_identity_of_a_rejected_file_is_used_up(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-file")
        take(bank, ours(10_00))
        (message,) = take(bank, ours(20_00), name="fil_2.ach")
        assert message["data"]["reasons"][0]["code"] == "REJ0101"

    def test_the_same_name_again_is_no_other_file_and_says_nothing_more(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00))
        assert take(bank, ours(20_00)) == []


class TestBatch:
    @pytest.mark.parametrize(("column", "new"), [(5, "000009"), (11, "0000000001"), (33, "000000000001")])
    def test_a_batch_whose_control_is_wrong_is_rejected_alone(self, column: int, new: str) -> None:
        text = changed(ours(10_00, batches=2), 4, column, new)
        (message,) = take(a_bank(), text)
        assert message["data"]["level"] == "BATCH"
        assert [one["batch_number"] for one in message["data"]["reasons"]] == [1]

    def test_its_neighbours_go_on(self) -> None:
        bank = a_bank()
        take(bank, changed(ours(10_00, batches=2), 4, 11, "0000000001"))
        states = {number: one.state for number, one in bank.state.files["fil_1.ach"].entries.items()}
        assert states == {trace(1): "REJECTED", trace(2): "OPEN"}


class TestEntry:
    def test_an_entry_with_a_wrong_check_digit_is_rejected_alone(self) -> None:
        (message,) = take(a_bank(), changed(ours(10_00, 20_00), FIRST_ENTRY, 12, "7"))
        assert message["data"]["level"] == "ENTRY"
        (reason,) = message["data"]["reasons"]
        assert (reason["code"], reason["trace_number"], reason["batch_number"]) == ("REJ0801", trace(1), 1)

    def test_an_entry_that_was_taken_today_in_another_file_is_rejected(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00, first=5))
        (message,) = take(bank, ours(10_00, 20_00, first=4, modifier="B"), name="fil_2.ach")
        assert [one["trace_number"] for one in message["data"]["reasons"]] == [trace(5)]
        assert message["data"]["reasons"][0]["code"] == "REJ0802"

    def test_an_entry_of_a_rejected_file_comes_again_and_is_taken(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-file")
        take(bank, ours(10_00))
        (message,) = take(bank, ours(10_00, modifier="B"), name="fil_2.ach")
        assert message["type"] == "ach.file.acknowledged"

    def test_trace_numbers_begin_again_on_another_day(self) -> None:
        bank, tomorrow = a_bank(), datetime(2026, 3, 10, 14, 5, tzinfo=UTC)
        take(bank, ours(10_00))
        (message,) = take(bank, ours(10_00, now=tomorrow, effective=date(2026, 3, 10)), name="fil_2.ach", now=tomorrow)
        assert message["type"] == "ach.file.acknowledged"


class TestDeadline:
    @pytest.mark.parametrize(
        ("at", "descriptive", "late"),
        [
            ((9, 14, 29), "SD1300", False),
            ((9, 14, 30), "SD1300", True),
            ((9, 14, 30), "SD1700", False),
            ((9, 18, 45), "SD1700", True),
            ((9, 18, 45), "SD1800", False),
            ((9, 20, 45), "SD1800", True),
        ],
    )
    def test_a_same_day_file_is_late_from_the_deadline_of_its_window_on(
        self, at: tuple[int, int, int], descriptive: str, late: bool
    ) -> None:
        now = datetime(2026, 3, at[0], at[1], at[2], tzinfo=UTC)
        (message,) = take(a_bank(late=late_by_windows), ours(10_00, descriptive=descriptive), now=now)
        assert (message["type"] == "ach.file.rejected") is late
        if late:
            assert message["data"]["reasons"][0]["code"] == "REJ0104"

    @pytest.mark.parametrize(("hour", "minute", "late"), [(6, 14, False), (6, 15, True)])
    def test_a_file_of_the_night_is_late_after_a_quarter_past_two(self, hour: int, minute: int, late: bool) -> None:
        now = datetime(2026, 3, 10, hour, minute, tzinfo=UTC)
        text = ours(10_00, descriptive="", effective=date(2026, 3, 10))
        (message,) = take(a_bank(late=late_by_windows), text, now=now)
        assert (message["type"] == "ach.file.rejected") is late

    def test_nothing_settles_on_a_bank_holiday_so_its_file_is_late(self) -> None:
        text = ours(10_00, descriptive="", effective=date(2026, 5, 25))
        assert rejection(text, late=late_by_windows) == ("FILE", ["REJ0104"])

    def test_a_bank_without_windows_takes_a_file_at_any_time(self) -> None:
        (message,) = take(a_bank(), ours(10_00), now=NOW.replace(hour=23))
        assert message["type"] == "ach.file.acknowledged"
