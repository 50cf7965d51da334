"""`florin sponsor` and `florin drill` as people and programs call them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.rails.ach.nacha.reading import load
from domain.rails.ach.nacha.records import Entry
from ops.cli import app
from ops.commands.drilling import DrillRefused
from ops.commands.sponsor import SponsorRefused
from ops.local.running import take_lock
from ops.sponsor.keeping import opened, seen
from ops.sponsor.misbehaviour import MISBEHAVIOURS
from tests.unit.ops.sponsor.files import NOW, REGION, ours, trace
from tests.unit.ops.sponsor.test_run import MemoryBucket, bank_at


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local bank that seems to run, with a file that the sponsor bank has taken."""
    bank_at(tmp_path, "http://127.0.0.1:9/webhooks").save()
    text = ours(10_00, 20_00).encode()
    with opened(tmp_path) as bank:
        bank.misbehave("say-nothing")
        bank.take("fil_1.ach", text, region=REGION, now=NOW)
    monkeypatch.setattr("ops.commands.sponsor.buckets", lambda _: {REGION: MemoryBucket({"fil_1.ach": text})})
    return tmp_path


def called(folder: Path, *words: str) -> Result:
    with take_lock(folder):
        return CliRunner().invoke(app, ["sponsor", *words, "--folder", str(folder)])


def refusal(folder: Path, *words: str) -> str:
    answer = called(folder, *words)
    assert isinstance(answer.exception, SponsorRefused), answer.output
    return str(answer.exception)


def put_out(folder: Path) -> Entry:
    """The one entry of the one file that is on its way to us."""
    (file,) = [one for one in seen(folder).inbound.values() if one.text is not None]
    found, result = load((file.text or "").encode())
    assert result.ok
    entry = found.batches[0].entries[0]
    assert isinstance(entry, Entry)
    return entry


class TestStatus:
    def test_programs_read_what_it_took_said_and_was_told(self, folder: Path) -> None:
        called(folder, "acknowledge", "fil_1")
        called(folder, "misbehave", "answer-twice", "--times", "3")
        document = json.loads(called(folder, "status", "--json").stdout)
        assert document["condition"] == "not running"
        (file,) = document["files"]
        assert (file["name"], file["entries"], file["credit_minor"]) == ("fil_1.ach", {"OPEN": 2}, 30_00)
        assert [(one["kind"], one["state"]) for one in file["answers"]] == [("ach.file.acknowledged", "WAITING")]
        assert document["misbehaving"] == [{"name": "answer-twice", "times": 3}]

    def test_people_read_it_too_and_no_account_number(self, folder: Path) -> None:
        text = called(folder, "status").stdout
        assert "fil_1.ach  us-east-1  taken  2 open" in text
        assert "000123456789" not in text


class TestEntries:
    def test_people_read_what_would_stand_on_the_receivers_statements(self, folder: Path) -> None:
        called(folder, "reject", "fil_1", "--level", "ENTRY", "--trace", trace(2), "--code", "REJ0801")
        assert called(folder, "entries", "fil_1").stdout.splitlines() == [
            f"{trace(1)}  credit  10.00  2026-03-09  open",
            f"{trace(2)}  credit  20.00  2026-03-09  rejected  REJ0801",
        ]

    def test_programs_too(self, folder: Path) -> None:
        rows = json.loads(called(folder, "entries", "fil_1.ach", "--json").stdout)
        assert [(one["trace"], one["amount_minor"], one["state"]) for one in rows] == [
            (trace(1), 10_00, "OPEN"),
            (trace(2), 20_00, "OPEN"),
        ]

    def test_of_a_file_that_it_never_took_there_are_none(self, folder: Path) -> None:
        assert refusal(folder, "entries", "fil_9") == "the sponsor bank has taken no file fil_9.ach"


class TestOrders:
    def test_every_misbehaviour_is_listed_and_can_be_switched_on_and_off(self, folder: Path) -> None:
        listed = CliRunner().invoke(app, ["sponsor", "misbehaviours"]).stdout
        for name in MISBEHAVIOURS:
            assert name in listed
            assert called(folder, "misbehave", name, "--always").exit_code == 0
        assert len(seen(folder).switches) == len(MISBEHAVIOURS)
        assert called(folder, "behave").stdout == f"switched off: {len(MISBEHAVIOURS)}\n"
        assert seen(folder).switches == []

    def test_it_rejects_what_it_is_told_to(self, folder: Path) -> None:
        called(folder, "reject", "fil_1", "--level", "entry", "--code", "REJ0803", "--trace", trace(2))
        (message,) = seen(folder).messages.values()
        assert json.loads(message.body)["data"]["reasons"][0]["trace_number"] == trace(2)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["misbehave", "sulk"], "knows no misbehaviour"),
            (["acknowledge", "fil_9"], "has no file"),
            (["reject", "fil_1", "--level", "line"], "level"),
            (["return", "1" * 15, "R01"], "trace number"),
            (["return", trace(1), "R99"], "R99"),
            (["return", trace(1), "R01", "--file", "fil_9"], "has no file"),
            (["noc", trace(1), "C99", "x"], "C99"),
            (["credit", "--account", "4000", "--amount", "1.234"], "digits after the point"),
            (["credit", "--account", "4000"], "an entry moves"),
            (["deliver", "/does/not/exist"], "cannot be read"),
        ],
    )
    def test_what_cannot_be_is_said_in_a_sentence_and_leaves_nothing(
        self, folder: Path, words: list[str], said: str
    ) -> None:
        before = seen(folder)
        assert said in refusal(folder, *words)
        assert seen(folder) == before


class TestFilesForUs:
    @pytest.mark.parametrize(("word", "code"), [("credit", "22"), ("debit", "27")])
    def test_money_comes_and_goes(self, folder: Path, word: str, code: str) -> None:
        called(folder, word, "--account", "400000012345", "--amount", "12.34")
        entry = put_out(folder)
        assert (entry.transaction_code, entry.amount_minor, entry.account_number) == (code, 12_34, "400000012345")

    def test_a_prenote_needs_no_amount(self, folder: Path) -> None:
        called(folder, "credit", "--account", "400000012345", "--prenote", "--savings")
        assert put_out(folder).transaction_code == "33"

    def test_an_entry_of_ours_comes_back(self, folder: Path) -> None:
        answer = called(folder, "return", trace(2), "r01")
        assert answer.stdout.startswith("inbound/ach/sponsor-")
        entry = put_out(folder)
        assert (entry.amount_minor, getattr(entry.addenda[0], "return_code", None)) == (20_00, "R01")

    def test_a_notification_of_change_comes(self, folder: Path) -> None:
        called(folder, "noc", trace(1), "C01", "000987654321")
        assert getattr(put_out(folder).addenda[0], "corrected_data", None) == "000987654321"

    def test_any_file_comes_as_it_is(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "odd.ach").write_bytes(b"odd \xff")
        called(folder, "deliver", str(tmp_path / "odd.ach"))
        (file,) = seen(folder).inbound.values()
        assert (file.text or "").encode("latin-1") == b"odd \xff"


class TestDrill:
    def test_it_prints_a_time_line_and_leaves_a_report(self, tmp_path: Path) -> None:
        report = tmp_path / "drill-report.json"
        answer = CliRunner().invoke(app, ["drill", "partner-silent", "--in-process", "--report", str(report)])
        assert answer.exit_code == 0
        lines = answer.stdout.splitlines()
        assert lines[0].startswith("t+  0:")
        assert lines[-1].startswith("passed: ")
        assert json.loads(report.read_text())["ok"] is True

    def test_a_drill_that_fails_says_what_and_ends_with_1(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ops.drills.in_process.InProcess.cases", lambda *_: ())
        report = tmp_path / "drill-report.json"
        answer = CliRunner().invoke(app, ["drill", "partner-silent", "--report", str(report)])
        assert answer.exit_code == 1
        assert answer.stdout.splitlines()[-1] == "FAILED at a file is sent: it is not so that people are asked"
        assert json.loads(report.read_text())["failed"] == {"step": "a file is sent", "assertion": "people are asked"}

    def test_on_a_running_bank_it_is_refused(self) -> None:
        answer = CliRunner().invoke(app, ["drill", "ach-rejection", "--running"])
        assert isinstance(answer.exception, DrillRefused)
