"""Storms: separate processes on six accounts of one table, and what must be true of the books afterwards."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from domain.ledger.model import Limits, Posted, Refused
from domain.refusals import stored_refusals
from ops.local.engine_process import Engine
from ops.verify.judging import judge, lines
from tests.concurrency.bank import Bank
from tests.concurrency.check_order import NEVER, gaps, misread, operations, out_of_order
from tests.concurrency.share import share
from tests.concurrency.told import HUNG_UP, INDEFINITE, POSTED, READ, Told, told_of
from tests.concurrency.writer import PER_DAY_MINOR, Orders, as_argument

ROOT: Final = Path(__file__).parents[2]
WRITERS: Final = 8
OPERATIONS: Final = 200
"""Eight writers of two hundred make a round of sixteen hundred."""
DOUBLE_CLICKS: Final = 12
HOARDED: Final = 9
"""Eight times nine holds are more than the sixty-four that an account may have."""
OPENING_MINOR: Final = 1_000_00
OVERDRAFT_MINOR: Final = 50_00
JOINT_PER_DAY_MINOR: Final = 2_500_00
FIRST_SEED: Final = 11
WRITER_SECONDS_MAX: Final = 280

JUDGED: Final = frozenset({"PAYMENT_BLOCKED", "PAYMENT_DECLINED"})
"""What is kept of transfers that fraud scoring stops: the writers of a storm ask the ledger, which judges nobody."""
STORED: Final = frozenset(stored_refusals()) - JUDGED
UNSTORED: Final = frozenset(
    {
        "INPUT_INVALID",
        "NOT_FOUND",
        "SAME_ACCOUNT",
        "CURRENCY_MISMATCH",
        "EFFECTIVE_DATE_OUT_OF_RANGE",
        "IDEMPOTENCY_KEY_REUSED",
    }
)
"""What is refused and not stored, but for clocks that disagree, which one machine does not have."""


class Round:
    """One storm on six fresh accounts, and the world it left."""

    def __init__(self, engine: Engine, seed: int, folder: Path) -> None:
        self.bank = Bank(engine.endpoint, seed)
        self.joint_limit = self.bank.open_joint_limit(JOINT_PER_DAY_MINOR)
        limits = Limits(overdraft_minor=OVERDRAFT_MINOR, per_day_minor=PER_DAY_MINOR)
        under = [(self.joint_limit,)] * 2 + [()] * 4
        self.accounts = [self.bank.open(minor=OPENING_MINOR, limits=limits, under=names or None) for names in under]
        self.hoard = self.bank.open(minor=OPENING_MINOR)
        self.spares = [self.bank.open(limits=Limits(overdraft_minor=1)) for _ in range(WRITERS)]
        self.opened = set(self.bank.world().journals)
        self.heard = self._storm(seed, folder)
        self.told = [self._resolved(one) for one in self.heard]
        self.world = self.bank.world()

    def _storm(self, seed: int, folder: Path) -> list[Told]:
        crew = [
            Orders(
                endpoint=self.bank.endpoint,
                table=self.bank.table,
                accounts=self.accounts,
                spare=self.spares[writer],
                hoard=self.hoard,
                seed=seed,
                writer=writer,
                operations=OPERATIONS,
                double_clicks=DOUBLE_CLICKS,
                holds=HOARDED,
                says=str(folder / f"{self.bank.table}-{writer}"),
            )
            for writer in range(WRITERS)
        ]
        ended = subprocess.run(
            [sys.executable, "-m", "tests.concurrency.writer", as_argument(crew)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=WRITER_SECONDS_MAX,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr[-4000:]
        return [told_of(line) for orders in crew for line in Path(orders.says).read_text("utf-8").splitlines()]

    def _resolved(self, told: Told) -> Told:
        """The final reading: what an answer nobody heard had become. It may have been done at any later moment."""
        if told.outcome not in INDEFINITE:
            return told
        found = self.bank.ledger.outcome(initiator=told.account, scope=told.scope, key=told.key)
        if found is None or found.journal is None:
            return told
        outcome = POSTED if isinstance(found, Posted) else found.refusal.code
        return replace(told, outcome=outcome, journal=found.journal.id, ended=NEVER)


@pytest.fixture(name="stormed", scope="module", params=range(FIRST_SEED, FIRST_SEED + share().rounds))
def _stormed(request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Round:
    return Round(engine, request.param, tmp_path_factory.mktemp("storm"))


def test_every_operation_was_answered_and_at_least_half_posted(stormed: Round) -> None:
    outcomes = Counter(told.outcome for told in stormed.heard)
    assert sum(outcomes.values()) == WRITERS * OPERATIONS
    assert outcomes[POSTED] >= WRITERS * OPERATIONS // 2, outcomes
    assert outcomes["OUTCOME_UNKNOWN"] <= WRITERS * OPERATIONS // 100, outcomes
    assert outcomes["CLOCK_UNCERTAIN"] == 0, outcomes
    assert outcomes["TRY_AGAIN"] <= WRITERS * OPERATIONS // 20, outcomes


def test_every_refusal_occurred(stormed: Round) -> None:
    outcomes = Counter(told.outcome for told in stormed.heard)
    assert outcomes.keys() - {POSTED, READ} - INDEFINITE == STORED | UNSTORED, outcomes


def test_the_books_hold_every_invariant(stormed: Round) -> None:
    verdicts = judge(stormed.world)
    assert all(verdict.ok for verdict in verdicts), "\n".join(lines(verdicts))


def test_versions_run_without_a_gap(stormed: Round) -> None:
    assert list(gaps(stormed.world)) == []


def test_replaying_the_logs_gives_every_balance_that_anybody_was_told(stormed: Round) -> None:
    assert sum(len(told.seen) for told in stormed.heard) > WRITERS * OPERATIONS
    assert list(misread(stormed.told, stormed.world)) == []


def test_an_operation_that_ended_before_another_began_comes_first(stormed: Round) -> None:
    """Also what was refused or read: nobody decided on, or saw, an older state than was already there."""
    found = operations(stormed.told, stormed.world)
    assert sum(not operation.wrote for operation in found) > WRITERS
    assert list(out_of_order(found)) == []


def test_what_was_answered_is_what_is_stored(stormed: Round) -> None:
    for told in stormed.told:
        if told.outcome == POSTED:
            assert told.journal is not None
            assert stormed.world.journals[told.journal].posted, told
        elif told.journal is not None:
            refusal = stormed.world.journals[told.journal].refusal
            assert refusal is not None
            assert refusal.code == told.outcome, told
        else:
            assert told.outcome in INDEFINITE | UNSTORED | {READ}, told


def test_who_hung_up_is_answered_by_the_final_reading(stormed: Round) -> None:
    """Some of what nobody heard was done, and some was not: unknown was unknown."""
    pairs = zip(stormed.heard, stormed.told, strict=True)
    hung_up = [told for heard, told in pairs if heard.outcome == HUNG_UP]
    assert hung_up
    for told in hung_up:
        answer = stormed.bank.ledger.outcome(initiator=told.account, scope=told.scope, key=told.key)
        assert told.journal == (answer.journal.id if isinstance(answer, Posted | Refused) and answer.journal else None)


def test_one_key_is_one_journal_and_every_click_got_its_answer(stormed: Round) -> None:
    answers = defaultdict(set)
    clicks: Counter[str] = Counter()
    for told in stormed.heard:
        if told.key.startswith("double-") and told.outcome != "IDEMPOTENCY_KEY_REUSED":
            clicks[told.key] += 1
            if told.outcome not in INDEFINITE:
                answers[told.key].add((told.outcome, told.journal))
    assert len(clicks) == DOUBLE_CLICKS
    assert all(len(found) == 1 for found in answers.values()), answers


def test_nothing_was_posted_that_nobody_asked_for(stormed: Round) -> None:
    asked = {told.journal for told in stormed.told if told.journal}
    assert set(stormed.world.journals) == asked | stormed.opened


def test_the_money_that_came_in_is_the_money_that_is_there(stormed: Round) -> None:
    heads = {account: stormed.world.log(account)[-1].state for account in stormed.accounts}
    funded = [stormed.hoard, *stormed.accounts]
    everybody = [stormed.world.log(account)[-1].state for account in (*funded, *stormed.spares)]
    incoming = sum(
        item.signed_minor
        for (account, _, _), items in stormed.world.legs.items()
        if account.startswith("inc_")
        for item in items.values()
    )
    assert sum(head.posted_minor for head in everybody) + incoming == len(funded) * OPENING_MINOR
    assert all(head.available_minor >= 0 for head in heads.values())
    assert stormed.world.log(stormed.joint_limit)[-1].state.day_debits_minor <= JOINT_PER_DAY_MINOR
