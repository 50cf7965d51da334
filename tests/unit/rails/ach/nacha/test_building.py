"""Outbound files: everything that follows from the entries is computed, and what would be refused is not built."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.nacha import answering, building, codes
from domain.rails.ach.nacha.building import BatchDraft, Built, FileInvalid, FileUnwritable, build, split, stream
from domain.rails.ach.nacha.drafting import (
    batch_header,
    entry,
    offset,
    prenote,
    reversal,
    reversal_header,
    service_class_of,
)
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import inspect, load
from domain.rails.ach.nacha.records import BatchHeader, Entry, FileHeader
from domain.rails.ach.nacha.writing import records_of, write

HEADER = building.file_header(
    destination="121042882",
    origin="231380104",
    created_at=datetime(2026, 3, 15, 10, 55, tzinfo=UTC),
    file_id_modifier="A",
    destination_name="Sponsor Bank",
    origin_name="Florin",
)


def header(sec: str = "PPD", service_class: str = "220", number: int = 1, description: str = "PAYMENT") -> BatchHeader:
    return batch_header(
        sec=sec,
        service_class=service_class,
        company_name="Acme Corporation",
        company_id="1231380104",
        entry_description=description,
        effective_date=date(2026, 3, 16),
        odfi="23138010",
        batch_number=number,
    )


def paid(number: int = 1, code: str = "22", cents: int = 500, sec: str = "PPD", *words: str) -> Entry:
    return entry(
        sec=sec,
        transaction_code=code,
        routing_number="121042882",
        account_number="12345678",
        amount_minor=cents,
        receiver="Jane Doe",
        trace_number=f"23138010{number:07d}",
        payment_information=words,
    )


def built(*batches: BatchDraft, of: FileHeader = HEADER) -> Built:
    made = build(of, batches)
    assert isinstance(made, Built), made
    return made


def wrong(*batches: BatchDraft, of: FileHeader = HEADER) -> set[str]:
    made = build(of, batches)
    assert isinstance(made, FileInvalid), made
    return {one.code for one in made.findings}


class TestBuilding:
    def test_computes_what_follows_from_the_entries(self) -> None:
        made = built(
            BatchDraft(header(), [paid(1), paid(2, "32", 700)]),
            BatchDraft(header("CCD", "225", 2), [paid(1, "27", 900, "CCD", "RMR*IV*1\\")]),
        )
        lines = made.text.split("\n")
        assert lines[4][4:44] == "0000020024208576000000000000000000001200"
        assert lines[9][1:55] == "000002000001000000040036312864000000000900000000001200"
        assert [len(line) for line in lines] == [94] * 10 + [0]
        assert made.result.ok
        assert made.result.totals.credit_minor == 1200

    def test_is_what_the_reader_reads(self) -> None:
        made = built(BatchDraft(header("CTX"), [paid(1, "22", 5, "CTX", "a", "b")]))
        file, found = load(made.text.encode(), STRICT)
        assert (found.errors, found.warnings) == ((), ())
        assert file.header == HEADER
        assert file.batches[0].entries == (paid(1, "22", 5, "CTX", "a", "b"),)
        assert "".join(f"{line}\n" for line in write(records_of(file))) == made.text

    def test_says_everything_that_is_wrong_and_where(self) -> None:
        made = build(HEADER, [BatchDraft(header(), [paid(1, cents=0), paid(1), replace(paid(2), check_digit="1")])])
        assert isinstance(made, FileInvalid)
        assert [(one.line, one.field, one.code) for one in made.findings] == [
            (3, "amount_minor", "AMOUNT_ZERO"),
            (4, "trace_number", "TRACE_DUPLICATE"),
            (5, "check_digit", "CHECK_DIGIT"),
        ]
        assert "amount_minor" in made.message

    @pytest.mark.parametrize(
        ("broken", "code"),
        [
            (replace(paid(), amount_minor=10**10), "LINE_LONG"),
            (replace(paid(), receiver="A name of more than twenty-two letters"), "LINE_LONG"),
            (replace(paid(), account_number="123456789012345678"), "LINE_LONG"),
            (replace(paid(), receiver="René"), "CHARACTER"),
            (replace(paid(), receiver="株式会社"), "CHARACTER"),
            (replace(paid(), receiver="two\nlines"), "LINE_SHORT"),
            (replace(paid(), amount_minor=-5), "FIELD_NOT_NUMERIC"),
            (replace(paid(), trace_number="991380100000001"), "TRACE_ODFI"),
            (replace(paid(), addenda_indicator="1"), "ADDENDA_INDICATOR"),
        ],
    )
    def test_refuses_what_does_not_fit(self, broken: Entry, code: str) -> None:
        assert code in wrong(BatchDraft(header(), [broken]))

    @pytest.mark.parametrize("rdfi", ["2313801²", "2313801٣", "", "23138010 4"])
    def test_refuses_a_routing_number_that_only_looks_like_digits(self, rdfi: str) -> None:
        assert wrong(BatchDraft(header(), [replace(paid(), rdfi=rdfi)])) & {"CHARACTER", "FIELD_NOT_NUMERIC"}
        assert list(split(header(), [replace(paid(), rdfi=rdfi)]))

    def test_refuses_a_return_that_repeats_the_addenda_of_its_entry(self) -> None:
        original = paid(1, "22", 5, "CTX", "a", "b")
        back = answering.return_of(header("CTX"), original, return_code="R03", trace_number="231380100000001")
        assert isinstance(back, Entry)
        assert built(BatchDraft(header("CTX"), [back])).result.ok
        repeating = replace(back, addenda=(*original.addenda, *back.addenda))
        assert wrong(BatchDraft(header("CTX"), [repeating])) == {"ADDENDA_REPEATED"}

    def test_refuses_a_file_without_batches_or_entries(self) -> None:
        assert wrong() == {"FILE_WITHOUT_BATCHES"}
        assert wrong(BatchDraft(header(), [])) == {"BATCH_EMPTY"}

    def test_refuses_a_modifier_that_is_none(self) -> None:
        assert wrong(BatchDraft(header(), [paid()]), of=replace(HEADER, file_id_modifier="a")) == {"FILE_ID_MODIFIER"}

    def test_refuses_more_lines_than_a_file_in_memory_may_have(self) -> None:
        entries = [paid(number) for number in range(1, 10_001)]
        assert wrong(BatchDraft(header(), entries)) == {"FILE_TOO_LARGE"}

    def test_refuses_a_total_of_thirteen_digits(self) -> None:
        entries = [paid(number, cents=9_999_999_999) for number in range(1, 102)]
        assert wrong(BatchDraft(header(), entries))


class TestStreaming:
    def test_hands_out_the_same_file(self) -> None:
        batches = [BatchDraft(header(), [paid(1), paid(2)]), BatchDraft(header("CCD", "225", 2), [paid(1, "27")])]
        assert "".join(stream(HEADER, batches)) == built(*batches).text

    def test_takes_entries_as_they_come(self) -> None:
        taken = 0

        def entries() -> Iterator[Entry]:
            nonlocal taken
            for number in range(1, 100):
                taken += 1
                yield paid(number)

        lines = stream(HEADER, [BatchDraft(header(), entries())])
        for _ in range(5):
            next(lines)
        assert taken < 10

    def test_stops_before_the_line_that_is_wrong(self) -> None:
        lines: list[str] = []
        with pytest.raises(FileUnwritable) as stopped:
            lines.extend(stream(HEADER, [BatchDraft(header(), [paid(1), paid(1), paid(2)])]))
        assert [one.code for one in stopped.value.findings] == ["TRACE_DUPLICATE"]
        assert "12345678" not in str(stopped.value)


class TestSplitting:
    def test_begins_a_batch_before_a_total_overflows(self) -> None:
        entries = [paid(number, cents=9_999_999_999) for number in range(1, 251)]
        parts = list(split(header(number=7), entries))
        assert [(part.header.batch_number, len(list(part.entries))) for part in parts] == [(7, 100), (8, 100), (9, 50)]
        assert [one for part in parts for one in part.entries] == entries

    def test_counts_addenda_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(building, "BATCH_COUNT_MAX", 5)
        entries = [paid(number, "22", 5, "CCD", "x") for number in range(1, 6)]
        assert [len(list(part.entries)) for part in split(header("CCD"), entries)] == [2, 2, 1]


class TestReversals:
    @pytest.mark.parametrize(
        ("code", "back"),
        [("22", "27"), ("27", "22"), ("32", "37"), ("37", "32"), ("42", "47"), ("52", "55"), ("55", "52")],
    )
    def test_go_the_other_way_and_stand_in_a_valid_file(self, code: str, back: str) -> None:
        undone = reversal(paid(1, code), trace_number="231380100000009")
        assert undone is not None
        assert (undone.transaction_code, undone.amount_minor) == (back, 500)
        top = reversal_header(header(), transaction_codes=[back], effective_date=date(2026, 3, 17), batch_number=3)
        assert isinstance(top, BatchHeader)
        assert (top.entry_description, top.company_id, top.sec) == ("REVERSAL", "1231380104", "PPD")
        assert built(BatchDraft(top, [undone])).result.ok

    def test_keep_their_addenda_under_the_new_trace(self) -> None:
        undone = reversal(paid(1, "22", 5, "CTX", "a", "b"), trace_number="231380100000009")
        assert undone is not None
        top = reversal_header(header("CTX"), transaction_codes=["27"], effective_date=date(2026, 3, 17), batch_number=3)
        assert built(BatchDraft(top, [undone])).result.ok

    @pytest.mark.parametrize("code", ["23", "28", "24", "21", "26"])
    def test_there_is_none_of_what_moved_no_money(self, code: str) -> None:
        assert reversal(paid(1, code), trace_number="231380100000009") is None


class TestPrenotes:
    @pytest.mark.parametrize(("code", "trial"), [("22", "23"), ("27", "28"), ("32", "33"), ("37", "38"), ("52", "53")])
    def test_carry_nothing(self, code: str, trial: str) -> None:
        asked = prenote(paid(1, code, 500, "CCD", "x"), trace_number="231380100000009")
        assert asked is not None
        assert (asked.transaction_code, asked.amount_minor, asked.addenda) == (trial, 0, ())
        assert built(BatchDraft(header("PPD", service_class_of([trial])), [asked])).result.ok

    def test_the_debit_of_a_loan_has_none(self) -> None:
        assert prenote(paid(1, "55"), trace_number="231380100000009") is None


class TestOffsets:
    @pytest.mark.parametrize(("debit", "credit", "code", "cents"), [(0, 500, "27", 500), (700, 500, "22", 200)])
    def test_balance_a_batch(self, debit: int, credit: int, code: str, cents: int) -> None:
        balance = offset(
            debit_minor=debit,
            credit_minor=credit,
            routing_number="231380104",
            account_number="998877",
            receiver="Offset",
            trace_number="231380100000099",
        )
        assert balance is not None
        assert (balance.transaction_code, balance.amount_minor) == (code, cents)
        originals = [paid(1, "27", debit)] if debit else []
        made = built(BatchDraft(header("PPD", codes.MIXED), [*originals, paid(2, "22", credit), balance]))
        assert made.result.totals.debit_minor == made.result.totals.credit_minor

    def test_there_is_none_of_a_balanced_batch(self) -> None:
        assert (
            offset(
                debit_minor=5,
                credit_minor=5,
                routing_number="231380104",
                account_number="1",
                receiver="x",
                trace_number="1",
            )
            is None
        )


text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=22).map(str.rstrip)
drafts = st.lists(
    st.tuples(
        st.sampled_from(["22", "27", "32", "37"]),
        st.integers(1, 10**10 - 1),
        text.filter(lambda said: bool(said.strip("0 "))),
        st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80).map(str.rstrip), max_size=1),
    ),
    min_size=1,
    max_size=30,
)


@given(drafts, st.integers(1, 9_999_999 - 40))
def test_what_is_built_is_read_as_it_was_meant(found: list[tuple[str, int, str, list[str]]], first: int) -> None:
    entries = tuple(
        replace(paid(first + place, code, cents, "CCD", *words), receiver=name)
        for place, (code, cents, name, words) in enumerate(found)
    )
    made = built(BatchDraft(header("CCD", codes.MIXED), entries))
    file, result = load(made.text.encode(), STRICT)
    assert file.batches[0].entries == entries
    assert result == made.result
    assert "".join(f"{line}\n" for line in write(records_of(file))) == made.text
    assert inspect((made.text.encode(),), STRICT).ok
