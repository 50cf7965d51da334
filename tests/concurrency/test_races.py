"""A race has exactly one winner or, where both may post, exactly one order; and the books hold whoever won."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Final

import pytest

from domain.ledger.model import Command, Posted, Refused
from domain.ledger.service import Ledger
from ops.local.engine_process import Engine
from ops.verify.judging import judge, lines
from tests.concurrency.bank import Bank, ledger_over, patiently, store_of
from tests.concurrency.races import PAIRS, POSTED, Outcome, Pair, Race, wait_for
from tests.concurrency.share import Share

SEED: Final = 41
HEAD_START_SECONDS: Final = 0.012
"""About the time of a reading: which of the two is given it, and how much of it, is drawn for every race."""


class Behind:
    """A clock that is wrong by less than the ledger bears."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return datetime.now(UTC) - self._by


class Meeting:
    """All races of one pair, each on accounts of its own."""

    def __init__(self, engine: Engine, pair: Pair, races: int) -> None:
        self.bank = Bank(engine.endpoint, SEED)
        behind = ledger_over(store_of(engine.endpoint, self.bank.table), 1, Behind(pair.behind))
        self.ledgers = (behind, self.bank.ledgers(1)[0])
        self.random = random.Random(SEED)
        self.races = [pair.set_up(self.bank, number, races) for number in range(races)]
        with ThreadPoolExecutor(2) as pool:
            self.answers = [self._run(race, pool) for race in self.races]

    def _run(self, race: Race, pool: ThreadPoolExecutor) -> tuple[Posted | Refused, Posted | Refused]:
        wait_for(race)
        start = Barrier(2)
        late = self.random.choice((0, 1))
        delays = [0.0, 0.0]
        delays[late] = self.random.random() * HEAD_START_SECONDS

        def ask(ledger: Ledger, command: Command, delay: float) -> Posted | Refused:
            start.wait()
            time.sleep(delay)
            return patiently(ledger, command)

        one, two = pool.map(ask, self.ledgers, (race.one, race.two), delays)
        return one, two


def outcome(answers: tuple[Posted | Refused, Posted | Refused]) -> Outcome:
    one, two = (POSTED if isinstance(answer, Posted) else answer.refusal.code for answer in answers)
    return one, two


def version(answer: Posted | Refused, account: str) -> int:
    assert isinstance(answer, Posted)
    return answer.states[account].position.seq


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_exactly_one_legal_outcome(engine: Engine, amount: Share, pair: Pair) -> None:
    meeting = Meeting(engine, pair, amount.races)

    for race, answers in zip(meeting.races, meeting.answers, strict=True):
        heard = outcome(answers)
        assert heard in pair.legal, (pair.name, answers)
        if pair.legal[heard]:
            first = "one" if version(answers[0], race.account) < version(answers[1], race.account) else "two"
            assert first == pair.legal[heard], (pair.name, answers)
    met = Counter(map(outcome, meeting.answers))
    if amount.full:
        assert len(met) > 1, f"{pair.name}: the same one always won, so nothing was raced for: {met}"
    verdicts = judge(meeting.bank.world())
    assert all(verdict.ok for verdict in verdicts), "\n".join(lines(verdicts))
