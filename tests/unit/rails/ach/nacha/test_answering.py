"""Answers to entries: each made from the stored entry, each valid in a file, each pointing at what it answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.rails.ach.nacha import answering, building, codes
from domain.rails.ach.nacha.answering import AnswerInvalid, answer_header, change_header
from domain.rails.ach.nacha.building import BatchDraft, Built, build
from domain.rails.ach.nacha.drafting import service_class_of
from domain.rails.ach.nacha.reading import load
from domain.rails.ach.nacha.records import AnyBatchHeader, Entry, IatEntry
from tests.unit.rails.ach.nacha import sheets

TRACE = "121042880000044"


def original(sec: str = "PPD", code: str = "27") -> tuple[AnyBatchHeader, Any]:
    if sec == "IAT":
        lines = [sheets.iat_entry(code, 700, count=9), *sheets.IAT_ADDENDA, sheets.IAT_17, sheets.IAT_18]
        batch = (sheets.iat_header(), lines)
    elif sec == "CTX":
        lines = [sheets.entry(code, 700, middle="ID             0001Name", addenda=1), sheets.addenda_05("x")]
        batch = (sheets.batch_header("CTX", "200"), lines)
    else:
        batch = (sheets.batch_header(sec, "200"), [sheets.entry(code, 700)])
    file, found = load(sheets.data(batch))
    assert found.ok
    return file.batches[0].header, file.batches[0].entries[0]


def filed(header: AnyBatchHeader, entry: Any, odfi: str) -> str:
    """The answer in a file of the bank that gives it."""
    origin = odfi + codes.routing_check_digit(odfi)
    top = building.file_header(
        destination="031300012", origin=origin, created_at=datetime(2026, 3, 18, 8, tzinfo=UTC), file_id_modifier="B"
    )
    made = build(top, [BatchDraft(header, [entry])])
    assert isinstance(made, Built), made
    return made.text


def returned(sec: str = "PPD", code: str = "27", reason: str = "R01", **more: str) -> tuple[AnyBatchHeader, Any]:
    header, entry = original(sec, code)
    answer = answering.return_of(header, entry, return_code=reason, trace_number=TRACE, **more)
    assert isinstance(answer, Entry | IatEntry), answer
    service_class = service_class_of([answer.transaction_code])
    return answer_header(header, odfi="12104288", batch_number=1, service_class=service_class), answer


@pytest.mark.parametrize("sec", ["PPD", "CCD", "CTX", "IAT"])
@pytest.mark.parametrize(("code", "back"), [("22", "21"), ("27", "26")])
class TestReturns:
    def test_are_valid_and_go_back_to_the_originating_bank(self, sec: str, code: str, back: str) -> None:
        header, answer = returned(sec, code)
        text = filed(header, answer, "12104288")
        lines = text.split("\n")
        assert lines[1][50:53] == sec
        assert lines[1][79:87] == "12104288"
        assert lines[2][1:12] == f"{back}231380104"
        assert lines[2][79:94] == TRACE
        last = next(line for line in lines if line.startswith("799"))
        assert last[3:21] == "R01231380100000001"
        assert last[27:35] == "12104288"
        assert last[79:94] == TRACE

    def test_keep_the_amount(self, sec: str, code: str, back: str) -> None:
        assert returned(sec, code)[1].amount_minor == 700


class TestReturnsOfIat:
    def test_leave_17_and_18_out_and_say_the_original_amount(self) -> None:
        _, answer = returned("IAT")
        kinds = [one.layout.name.removeprefix("addenda_") for one in answer.addenda]
        assert kinds == ["10", "11", "12", "13", "14", "15", "16", "99_iat"]
        assert (answer.addenda_count, answer.addenda[-1].original_amount_minor) == (8, 700)


class TestDeath:
    def test_is_dated(self) -> None:
        header, answer = returned(code="22", reason="R15", date_of_death="260102")
        assert "799R15231380100000001260102" in filed(header, answer, "12104288")

    @pytest.mark.parametrize(("reason", "died"), [("R14", ""), ("R01", "260102"), ("R15", "269999")])
    def test_is_not_left_out_made_up_or_wrong(self, reason: str, died: str) -> None:
        header, entry = original()
        answer = answering.return_of(header, entry, return_code=reason, trace_number=TRACE, date_of_death=died)
        assert isinstance(answer, AnswerInvalid)
        assert answer.field == "date_of_death"


def settled(header: AnyBatchHeader, entry: Any, odfi: str) -> tuple[AnyBatchHeader, Any]:
    """The answer as it arrives: the operator has written the day of settlement into the batch header."""
    whole = sheets.replaced(filed(header, entry, odfi), 2, 76, "077")
    file, found = load(whole)
    assert found.ok
    return file.batches[0].header, file.batches[0].entries[0]


def dishonored() -> tuple[AnyBatchHeader, Any]:
    header, entry = settled(*returned(), "12104288")
    answer = answering.dishonored_return(header, entry, return_code="R68", trace_number="231380100000050")
    assert isinstance(answer, Entry), answer
    return answer_header(header, odfi="23138010", batch_number=1, service_class="225"), answer


class TestDishonoredAndContested:
    def test_a_return_is_dishonored_with_what_it_said(self) -> None:
        text = filed(*dishonored(), "23138010")
        (line,) = (line for line in text.split("\n") if line.startswith("799"))
        expected = f"799R68231380100000001      12104288   {TRACE}07701{'':21}231380100000050"
        assert line == expected

    def test_a_dishonored_return_is_contested_with_all_three_traces(self) -> None:
        header, entry = settled(*dishonored(), "23138010")
        answer = answering.contested_return(
            header,
            entry,
            return_code="R73",
            trace_number="121042880000060",
            date_returned="260317",
            original_settlement_date="075",
        )
        assert isinstance(answer, Entry)
        top = answer_header(header, odfi="12104288", batch_number=1, service_class="225")
        (line,) = (one for one in filed(top, answer, "12104288").split("\n") if one.startswith("799"))
        traces = f"799R7323138010000000126031712104288075{TRACE}07701" + "231380100000050" + "07768"
        assert line == f"{traces} 121042880000060"

    def test_only_a_return_is_dishonored(self) -> None:
        answer = answering.dishonored_return(*original(), return_code="R68", trace_number=TRACE)
        assert isinstance(answer, AnswerInvalid)

    def test_a_return_that_has_not_settled_is_not_dishonored(self) -> None:
        answer = answering.dishonored_return(*returned(), return_code="R68", trace_number=TRACE)
        assert isinstance(answer, AnswerInvalid)
        assert answer.field == "settlement_date"

    def test_only_a_dishonored_return_is_contested(self) -> None:
        answer = answering.contested_return(
            *returned(), return_code="R73", trace_number=TRACE, date_returned="260317", original_settlement_date="075"
        )
        assert isinstance(answer, AnswerInvalid)


def changed(sec: str = "PPD") -> tuple[AnyBatchHeader, Any]:
    header, entry = original(sec)
    answer = answering.notification_of_change(
        header, entry, change_code="C01", corrected_data="1918171614", trace_number=TRACE
    )
    assert isinstance(answer, Entry | IatEntry), answer
    return change_header(header, odfi="12104288", batch_number=1, service_class="225"), answer


class TestChanges:
    @pytest.mark.parametrize("sec", ["PPD", "CTX", "IAT"])
    def test_stand_in_a_batch_of_cor_without_an_amount(self, sec: str) -> None:
        lines = filed(*changed(sec), "12104288").split("\n")
        assert lines[1][50:53] == "COR"
        assert lines[1][4:10] == ("IATCOR" if sec == "IAT" else "Acme C")
        assert lines[2][29:39] == "0000000000"
        assert lines[3][:45] == "798C01231380100000001      121042881918171614"

    def test_are_refused_with_the_change_they_asked_for(self) -> None:
        header, entry = changed()
        answer = answering.refused_change(header, entry, refusal_code="C62", trace_number="231380100000070")
        assert isinstance(answer, Entry)
        top = change_header(header, odfi="23138010", batch_number=1, service_class="225")
        (line,) = (one for one in filed(top, answer, "23138010").split("\n") if one.startswith("798"))
        assert line == f"798C62231380100000001      12104288{'1918171614':29}C010000044     231380100000070"

    @pytest.mark.parametrize(("code", "data"), [("C10", "1"), ("C01", ""), ("C01", "1" * 30)])
    def test_of_no_known_code_or_form_are_not_made(self, code: str, data: str) -> None:
        answer = answering.notification_of_change(
            *original(), change_code=code, corrected_data=data, trace_number=TRACE
        )
        assert isinstance(answer, AnswerInvalid)

    def test_only_a_change_is_refused(self) -> None:
        answer = answering.refused_change(*returned(), refusal_code="C62", trace_number=TRACE)
        assert isinstance(answer, AnswerInvalid)


@pytest.mark.parametrize("code", ["R97", "R61", "R71", "X01", ""])
def test_a_return_has_a_code_of_returns(code: str) -> None:
    assert isinstance(answering.return_of(*original(), return_code=code, trace_number=TRACE), AnswerInvalid)
