"""Storms: separate processes on six accounts of one table, and what must be true of the books afterwards."""

import json
import os
import random
import subprocess
import sys
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from domain.clock import SystemClock
from domain.ids import Place, account_id
from domain.ledger.folding import Folder
from domain.ledger.model import Command, Limits, Posted
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.money import Money
from ops.local.engine_process import Engine
from ops.verify.judging import judge, lines
from ops.verify.reading import TableReader, read_world
from ops.verify.world import World
from tests.concurrency.writer import CURRENCY, REGION, Orders, Told, ledger, settings
from tests.tables import create_ledger_table

ROOT: Final = Path(__file__).parents[2]
WRITERS: Final = 5
OPERATIONS: Final = 200
"""Five writers of two hundred make a round of a thousand."""
DOUBLE_CLICKS: Final = 20
OPENING_MINOR: Final = 1_000_00
OVERDRAFT_MINOR: Final = 50_00
PER_DAY_MINOR: Final = 2_500_00
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
WRITER_SECONDS_MAX: Final = 150


class Round:
    """One storm on six fresh accounts, and the world it left."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.table = f"florin-ledger-{uuid.uuid4().hex[:8]}"
        self.endpoint = engine.endpoint
        self.client: Any = boto3.client("dynamodb", region_name=REGION, endpoint_url=self.endpoint)
        create_ledger_table(self.client, self.table)
        source = random.Random(seed)
        self.accounts = [account_id(Place("us", 17), datetime.now(UTC), source) for _ in range(6)]
        self._open()
        self.told = self._storm(seed)

    def world(self) -> World:
        now = datetime.now(UTC)
        return read_world(TableReader(self.client, self.table), settings=settings(), now=now, cut=now)

    def _open(self) -> None:
        books = ledger(self.endpoint, self.table, 0)
        store = DynamoLedgerStore(table=self.table, region=REGION, settings=settings(), endpoint_url=self.endpoint)
        Folder(store=store, settings=settings(), clock=SystemClock()).open_books()
        limits = Limits(overdraft_minor=OVERDRAFT_MINOR, per_day_minor=PER_DAY_MINOR)
        for account in self.accounts:
            opened = Command(
                kind="account_opened",
                initiator=account,
                scope="bank",
                key="open",
                parties={"account": account},
                currency=CURRENCY,
                limits=limits,
            )
            paid_in = Command(
                kind="payment_received",
                initiator=account,
                scope="bank",
                key="pay-in",
                parties={"destination": account},
                amounts={"amount": Money(OPENING_MINOR, CURRENCY)},
            )
            assert isinstance(books.post(opened), Posted)
            assert isinstance(books.post(paid_in), Posted)

    def _storm(self, seed: int) -> list[Told]:
        orders = [
            Orders(
                endpoint=self.endpoint,
                table=self.table,
                accounts=self.accounts,
                seed=seed,
                writer=writer,
                operations=OPERATIONS,
                double_clicks=DOUBLE_CLICKS,
            )
            for writer in range(WRITERS)
        ]
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.concurrency.writer", json.dumps(asdict(order))],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for order in orders
        ]
        told = []
        for process in running:
            output, errors = process.communicate(timeout=WRITER_SECONDS_MAX)
            assert process.returncode == 0, errors[-4000:]
            told += [Told(**json.loads(line)) for line in output.splitlines()]
        return told


@pytest.fixture(name="stormed", scope="module", params=[11, 12])
def _stormed(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Round]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield Round(engine, request.param)


@pytest.fixture(name="world", scope="module")
def _world(stormed: Round) -> World:
    return stormed.world()


def test_every_operation_was_answered_and_most_posted(stormed: Round) -> None:
    outcomes = Counter(told.outcome for told in stormed.told)
    assert sum(outcomes.values()) == WRITERS * OPERATIONS
    assert outcomes["posted"] >= WRITERS * OPERATIONS // 2, outcomes
    assert outcomes["OUTCOME_UNKNOWN"] == 0, outcomes
    assert outcomes["TRY_AGAIN"] <= WRITERS * OPERATIONS // 20, outcomes


def test_the_books_hold_every_invariant(world: World) -> None:
    verdicts = judge(world)
    assert all(verdict.ok for verdict in verdicts), "\n".join(lines(verdicts))


def test_what_was_answered_is_what_is_stored(stormed: Round, world: World) -> None:
    for told in stormed.told:
        if told.outcome == "posted":
            assert told.journal is not None
            assert world.journals[told.journal].posted, told
        elif told.journal is not None:
            refusal = world.journals[told.journal].refusal
            assert refusal is not None
            assert refusal.code == told.outcome, told


def test_one_key_is_one_journal_and_every_click_got_its_answer(stormed: Round) -> None:
    answers = defaultdict(set)
    clicks: Counter[str] = Counter()
    for told in stormed.told:
        if told.key.startswith("double-"):
            clicks[told.key] += 1
            if told.outcome != "TRY_AGAIN":
                answers[told.key].add((told.outcome, told.journal))
    assert len(clicks) == DOUBLE_CLICKS
    assert set(clicks.values()) == {WRITERS}
    assert all(len(found) == 1 for found in answers.values()), answers


def test_nothing_was_posted_that_nobody_asked_for(stormed: Round, world: World) -> None:
    asked = {told.journal for told in stormed.told if told.journal}
    opening = {
        journal.id for journal in world.journals.values() if journal.kind in ("account_opened", "payment_received")
    }
    assert set(world.journals) == asked | opening


def test_an_operation_that_ended_before_another_began_comes_first(stormed: Round, world: World) -> None:
    """Real time order on each account: of two postings that did not overlap, the earlier has the lower seq."""
    for account in stormed.accounts:
        seqs = {line.journal: line.position.seq for line in world.log(account)}
        posted = [told for told in stormed.told if told.outcome == "posted" and told.journal in seqs]
        by_end = sorted(posted, key=lambda told: told.ended)
        by_start = sorted(posted, key=lambda told: told.began)
        highest, finished = 0, 0
        for told in by_start:
            while finished < len(by_end) and by_end[finished].ended < told.began:
                done = by_end[finished]
                if not done.key.startswith("double-"):
                    highest = max(highest, seqs[str(done.journal)])
                finished += 1
            if not told.key.startswith("double-"):
                assert seqs[str(told.journal)] > highest, told


def test_the_money_that_came_in_is_the_money_that_is_there(stormed: Round, world: World) -> None:
    heads = [world.log(account)[-1].state for account in stormed.accounts]
    assert sum(head.posted_minor for head in heads) == len(heads) * OPENING_MINOR
    assert all(head.available_minor >= 0 for head in heads)
    assert all(head.day_debits_minor <= PER_DAY_MINOR for head in heads)
