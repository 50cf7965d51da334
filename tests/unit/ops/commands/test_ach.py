"""`florin ach` as people and programs call it: what is printed, with which status."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.commands.ach import AchRefused
from tests.unit.rails.ach.nacha import sheets

FOLDER = sheets.FIXTURES
PPD = FOLDER / "valid/ppd-mixed.ach"
WRONG = FOLDER / "invalid/trace-not-odfi.ach"
PARTIAL = FOLDER / "invalid/return-no-controls.ach"


def called(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["ach", *map(str, words)])


class TestInspect:
    def test_prints_what_a_valid_file_holds(self) -> None:
        answer = called("inspect", PPD, "--json")
        said = json.loads(answer.stdout)
        assert answer.exit_code == 0
        assert said["ok"] is True
        assert said["file"]["immediate_destination"] == "231380104"
        assert said["file"]["file_id_modifier"] == "A"
        assert said["batches"] == [
            {
                "number": 1,
                "sec": "PPD",
                "service_class": "200",
                "company_id": "121042882",
                "effective_date": "190719",
                "entries": 3,
                "addenda": 0,
                "debit": 200000000,
                "credit": 200000000,
                "hash": "0069414030",
            }
        ]
        assert said["totals"] == {
            "batches": 1,
            "entries": 3,
            "addenda": 0,
            "debit": 200000000,
            "credit": 200000000,
            "hash": "0069414030",
        }
        assert (said["errors"], said["warnings"]) == ([], [])

    def test_prints_every_error_with_its_place_and_ends_with_1(self) -> None:
        answer = called("inspect", WRONG, "--json")
        said = json.loads(answer.stdout)
        assert answer.exit_code == 1
        assert said["ok"] is False
        assert [(one["line"], one["column"], one["code"]) for one in said["errors"]] == [
            (3, 80, "TRACE_ODFI"),
            (4, 80, "TRACE_ODFI"),
            (7, 80, "TRACE_ODFI"),
            (8, 80, "TRACE_ODFI"),
            (10, 22, "FILE_HASH"),
            (10, 56, "FIELD_RESERVED"),
        ]
        assert said["totals"]["credit"] == 22086
        assert said["totals"]["hash"] == "0144488931"

    def test_forgives_what_the_profile_forgives(self, tmp_path: Path) -> None:
        windows = tmp_path / "windows.ach"
        windows.write_bytes(PPD.read_bytes().replace(b"\n", b"\r\n"))
        said = json.loads(called("inspect", windows, "--json").stdout)
        assert [(one["code"], one["tolerance"]) for one in said["warnings"]] == [("LINE_ENDS", "line-ends")]
        assert said["profile"] == {"name": "default", "version": 2}
        assert called("inspect", windows, "--json", "--profile", "strict").exit_code == 1
        assert called("inspect", PARTIAL, "--profile", "partial").exit_code == 0

    def test_is_readable_without_json(self) -> None:
        text = called("inspect", WRONG).stdout
        assert text.startswith("NOT VALID under profile default 2")
        assert "error: line 10, column 22: The control says 9999999999" in text

    def test_prints_a_company_without_the_blanks_around_it(self, tmp_path: Path) -> None:
        source = tmp_path / "in.ach"
        entries = [sheets.entry("22", 5)]
        source.write_text(sheets.text((sheets.batch_header("PPD").replace("1231380104", " 123456789"), entries)))
        said = json.loads(called("inspect", source, "--json").stdout)
        assert (said["ok"], said["batches"][0]["company_id"]) == (True, "123456789")
        assert "company 123456789, " in called("inspect", source).stdout

    def test_prints_no_account_number(self) -> None:
        for words in (("inspect", WRONG), ("inspect", WRONG, "--json")):
            assert "12345678901" not in called(*words).stdout


class TestNormalise:
    def test_writes_a_valid_file_as_it_should_have_come(self, tmp_path: Path) -> None:
        source, out = tmp_path / "in.ach", tmp_path / "out.ach"
        source.write_bytes(b"\r\n".join(line.rstrip() for line in PPD.read_bytes().splitlines()[:7]))
        assert called("normalise", source, "-o", out).exit_code == 0
        assert out.read_bytes() == PPD.read_bytes().rstrip(b"\n") + b"\n"

    def test_writes_to_standard_output_without_a_file(self) -> None:
        answer = called("normalise", PPD)
        assert answer.stdout_bytes == PPD.read_bytes().rstrip(b"\n") + b"\n"

    def test_writes_nothing_of_a_file_that_is_not_valid(self, tmp_path: Path) -> None:
        out = tmp_path / "out.ach"
        answer = called("normalise", WRONG, "-o", out)
        assert answer.exit_code == 1
        assert not out.exists()
        assert "TRACE_ODFI" in answer.stderr

    def test_does_not_make_a_whole_file_of_a_part(self) -> None:
        assert isinstance(called("normalise", PARTIAL, "--profile", "partial").exception, AchRefused)

    def test_does_not_take_a_pipe_whose_second_reading_would_be_empty(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        assert isinstance(called("normalise", pipe).exception, AchRefused)

    def test_does_not_write_over_what_it_reads(self, tmp_path: Path) -> None:
        source = tmp_path / "in.ach"
        source.write_bytes(PPD.read_bytes())
        assert isinstance(called("normalise", source, "-o", source).exception, AchRefused)
        assert source.read_bytes() == PPD.read_bytes()


@pytest.mark.parametrize("command", ["inspect", "normalise"])
@pytest.mark.parametrize("words", [["/nowhere/at/all.ach"], ["/"], [str(PPD), "--profile", "kind"]])
def test_what_cannot_be_done_is_said_in_a_sentence(command: str, words: list[str]) -> None:
    refused = called(command, *words).exception
    assert isinstance(refused, AchRefused)
    assert "\n" not in str(refused)
