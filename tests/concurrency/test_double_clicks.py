"""Double-clicks: one request, sent by two to eight callers at once, each with a store and connections of its own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Final

import pytest

from domain.ledger.model import Command, Posted, Refused
from domain.ledger.service import Ledger
from ops.local.engine_process import Engine
from ops.verify.judging import judge, lines
from tests.concurrency.bank import Bank, patiently, usd
from tests.concurrency.share import Share

CALLERS_MAX: Final = 8
PAIRS: Final = 4
"""Accounts in pairs, so that no log grows long."""
OPENING_MINOR: Final = 100_00
AMOUNT_MINOR: Final = 1_00
SEED: Final = 31


class Clicks:
    """Every double-click of the suite, and what each caller was told."""

    def __init__(self, engine: Engine, count: int) -> None:
        self.bank = Bank(engine.endpoint, SEED)
        self.ledgers = self.bank.ledgers(CALLERS_MAX)
        self.accounts = [self.bank.open(minor=OPENING_MINOR) for _ in range(2 * PAIRS)]
        self.opened = set(self.bank.world().journals)
        with ThreadPoolExecutor(CALLERS_MAX) as pool:
            self.answers = [self._click(number, pool) for number in range(count)]

    def _click(self, number: int, pool: ThreadPoolExecutor) -> list[Posted | Refused]:
        return together(self.ledgers[: 2 + number % (CALLERS_MAX - 1)], self.command(number), pool)

    def command(self, number: int) -> Command:
        """Mostly transfers that post; each fifth asks for more than there is."""
        pair = number % PAIRS
        payer, payee = self.accounts[2 * pair : 2 * pair + 2]
        if number // PAIRS % 2:
            payer, payee = payee, payer
        minor = AMOUNT_MINOR if number % 5 else 10 * OPENING_MINOR
        parties = {"source": payer, "destination": payee}
        return self.bank.command("transfer", payer, parties=parties, amounts=usd(minor), key=f"click-{number}")


def together(ledgers: list[Ledger], command: Command, pool: ThreadPoolExecutor) -> list[Posted | Refused]:
    barrier = Barrier(len(ledgers))

    def ask(ledger: Ledger) -> Posted | Refused:
        barrier.wait()
        return patiently(ledger, command)

    return list(pool.map(ask, ledgers))


@pytest.fixture(name="clicks", scope="module")
def _clicks(engine: Engine, amount: Share) -> Clicks:
    return Clicks(engine, amount.double_clicks)


def test_each_is_one_journal(clicks: Clicks) -> None:
    told = [{answer.journal.id for answer in answers if answer.journal} for answers in clicks.answers]
    assert all(len(journals) == 1 for journals in told)
    assert set(clicks.bank.world().journals) - clicks.opened == set.union(*told)


def test_every_caller_is_told_the_same(clicks: Clicks) -> None:
    """The same journal with the same balances, or the same refusal; one of them did it, all others hear it again."""
    for answers in clicks.answers:
        said = [replace(answer, replayed=False) for answer in answers]
        assert all(one == said[0] for one in said), said
        assert sum(not answer.replayed for answer in answers) <= 1


def test_refusals_are_clicked_twice_too(clicks: Clicks) -> None:
    refused = [answers for answers in clicks.answers if isinstance(answers[0], Refused)]
    posted = [answers for answers in clicks.answers if isinstance(answers[0], Posted)]
    assert len(refused) == (len(clicks.answers) + 4) // 5
    assert len(refused) + len(posted) == len(clicks.answers)


def test_the_same_key_with_another_body_is_refused_whoever_asks(clicks: Clicks) -> None:
    for number, ledger in enumerate(clicks.ledgers):
        other = replace(clicks.command(number), amounts=usd(AMOUNT_MINOR + 1))
        answer = ledger.post(other)
        assert isinstance(answer, Refused)
        assert answer.refusal.code == "IDEMPOTENCY_KEY_REUSED"


def test_the_books_hold_every_invariant(clicks: Clicks) -> None:
    verdicts = judge(clicks.bank.world())
    assert all(verdict.ok for verdict in verdicts), "\n".join(lines(verdicts))
