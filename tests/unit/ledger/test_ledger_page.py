"""The programs in docs/ledger.md run with nothing of ours imported, and come out as the ledger's own code does."""

import re
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from domain.clock import parse_instant
from domain.ids import journal_id
from domain.ledger.codec_journal import encode_journal
from domain.ledger.codec_line import encode_line
from domain.ledger.hashing import canonical, chain_hash, digest_of, fingerprint
from domain.ledger.model import Command, Journal, Leg, Limits, Line, LinePlace, Position, Side, State
from domain.money import Money
from tests.ledger_values import REGION, journals, lines

PAGE = (Path(__file__).parents[3] / "docs/ledger.md").read_text(encoding="utf-8")
HASHES, JOURNAL_ID = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
NAMED = set(re.findall(r"`([a-z]+)`", PAGE))
"""What stands alone between backticks."""


@pytest.fixture(name="said")
def _said(tmp_path: Path) -> dict[str, Any]:
    """What the page's first program comes to."""
    program = tmp_path / "hashes.py"
    program.write_text(HASHES, encoding="utf-8")
    return runpy.run_path(str(program))


def transfer(said: dict[str, Any]) -> Journal:
    """The transfer that the page is about, as the ledger writes it."""
    payer, payee, day = said["PAYER"], said["PAYEE"], date.fromisoformat(said["DAY"])
    money = Money(10_50, "USD")
    return Journal(
        id=said["JOURNAL"],
        kind="transfer",
        initiator=payer,
        legs=(Leg(payer, Side.DEBIT, money, LinePlace(1, 3)), Leg(payee, Side.CREDIT, money, LinePlace(1, 2))),
        lines=((payer, Position(1, 3)), (payee, Position(1, 2))),
        booked_at=parse_instant(said["WHEN"]),
        booked_day=day,
        effective_on=day,
        fingerprint=said["FINGERPRINT"],
        amount=money,
    )


def payers_line(said: dict[str, Any]) -> Line:
    journal = transfer(said)
    state = State(
        account=said["PAYER"],
        position=Position(1, 3),
        currency="USD",
        posted_minor=489_50,
        holds=(),
        limits=Limits(0, 10_000_00, 25_000_00),
        day=journal.booked_day,
        day_debits_minor=10_50,
        booked_at=journal.booked_at,
        booked_day=journal.booked_day,
    )
    return Line(
        state=state,
        journal=journal.id,
        digest=digest_of(journal),
        kind=journal.kind,
        amount_minor=-10_50,
        held_change_minor=0,
        counter=said["PAYEE"],
        effective_on=journal.effective_on,
        subject=None,
        released=(),
        previous_hash=said["previous"],
    )


@pytest.mark.parametrize("program", [HASHES, JOURNAL_ID], ids=["hashes", "journal id"])
def test_a_program_runs_by_itself(tmp_path: Path, program: str) -> None:
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_digest_of_the_page_is_that_of_the_ledger(said: dict[str, Any]) -> None:
    assert digest_of(transfer(said)).hex() == said["digest"]


def test_the_fingerprint_of_the_page_is_that_of_the_request(said: dict[str, Any]) -> None:
    asked = Command(
        kind="transfer",
        initiator=said["PAYER"],
        scope="anybody",
        key="anything",
        parties={"source": said["PAYER"], "destination": said["PAYEE"]},
        amounts={"amount": Money(10_50, "USD")},
    )
    assert fingerprint(asked) == said["FINGERPRINT"]


def test_the_hash_of_the_page_is_that_of_the_ledger(said: dict[str, Any]) -> None:
    assert chain_hash(payers_line(said)).hex() == said["line"]


def test_the_canonical_form_of_the_page_is_that_of_the_ledger(said: dict[str, Any]) -> None:
    value = [1, "é\u2028", None, True, [-1, "a b"], []]
    assert said["canonical"](value) == canonical(value)  # type: ignore[arg-type]  # lists of plain values are invariant


def test_the_journals_id_is_the_one_that_its_key_gives(said: dict[str, Any]) -> None:
    scope, key = re.findall(r'"(cus_us_\w+)", "([\w-]+)"\]', JOURNAL_ID)[0]
    assert journal_id(said["PAYER"], scope, key) == said["JOURNAL"]


@given(line=lines)
def test_every_attribute_of_a_line_is_named(line: Line) -> None:
    assert set(encode_line(line)) <= NAMED


@given(journal=journals())
def test_every_attribute_of_a_journal_is_named(journal: Journal) -> None:
    assert set(encode_journal(journal, region=REGION, spread=1)) <= NAMED
