"""A payment goes on after the local bank was stopped in its middle.

Its journey is lost with the engine, and the sweep has to find that out: after minutes, in which other tests run. The
bank is one of its own, because an engine that was stopped has forgotten more, the locks of objects among it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from domain.payments.kinds import PaymentState
from ops.local.bank import LocalBank
from ops.local.running import stop_running
from ops.local.start import mark_seeded, start_bank
from ops.seed import history, run
from tests.stack.conftest import ACH_WINDOW_SECONDS, Ask, asking
from tests.stack.test_ach import REGION, SEND, SENDER, SETTLED, events, originated, proved, status, within
from tests.stack.test_bank import dollars

SEEDED_DAYS: Final = 35
"""Of its people's past, of which nothing is asked here but that there is money."""
BEFORE_ITS_WINDOW: Final = {PaymentState.ACCEPTED.value, PaymentState.SCREENED.value}


@dataclass(frozen=True)
class Stopped:
    """A bank that was stopped and started again while a credit was on its way to the sponsor bank."""

    bank: LocalBank
    ask: Ask
    credit: str


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    folder = tmp_path_factory.mktemp("stopped")
    try:
        started = start_bank(folder, regions=[REGION], say=print, ach_window_seconds=ACH_WINDOW_SECONDS)
        with pytest.MonkeyPatch.context() as patch:
            for module in (history, run):
                patch.setattr(module, "DAYS", SEEDED_DAYS)
            run.seed(started)
        mark_seeded(started)
        ask = asking(started)
        credit = originated(ask, SEND, dollars(ask, SENDER)["id"], proved(started, SENDER), "7.04")
        within(lambda: status(ask, credit) not in BEFORE_ITS_WINDOW, what="the screening of a credit")
        assert status(ask, credit) not in SETTLED
        stop_running(folder)
        again = start_bank(folder, regions=[REGION], say=print, ach_window_seconds=ACH_WINDOW_SECONDS)
        assert again.engine == started.engine
        yield Stopped(started, ask, credit)
    finally:
        stop_running(folder)


def test_begins_before_other_tests(stopped: Stopped) -> None:
    assert stopped.bank.regions


class TestLater:
    def test_it_settles_and_each_step_was_told_once(self, stopped: Stopped) -> None:
        within(
            lambda: status(stopped.ask, stopped.credit) in SETTLED,
            what="the settlement after a stop",
            calling=stopped.bank,
        )
        told = events(stopped.ask, stopped.credit)
        assert [told.count(event) for event in ("sent", "acknowledged", "settled")] == [1, 1, 1]
