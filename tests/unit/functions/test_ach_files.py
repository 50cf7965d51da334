"""The function that builds and sends ACH files, as Lambda calls it each minute."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from domain.payments.kinds import PaymentState
from domain.payments.model import Payment, Speed
from domain.rails.ach.outgoing import Outgoing
from domain.rails.ach.service import Ach
from functions.ach_files import handler as files
from tests.unit.functions.events import event_for
from tests.unit.rails.ach.bank import AchBank


@dataclass
class Bank:
    ach: Ach


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> AchBank:
    made = AchBank()
    monkeypatch.setattr(files, "bank", lambda: Bank(made.ach))
    return made


def waiting(made: AchBank) -> tuple[Payment, Payment]:
    """Two that wait for two windows, both of which have been cut off."""
    owner, account, counterparty = made.sender()
    payments = (
        made.send(owner, account, counterparty, 25_00, key="1"),
        made.send(owner, account, counterparty, 30_00, key="2", speed=Speed.NEXT_DAY),
    )
    made.run()
    cut_offs = [made.payment(payment).progress.cut_off_at for payment in payments]
    made.clock.instant = max(at for at in cut_offs if at) + timedelta(seconds=5)
    return payments


def ran() -> None:
    files.handler(event_for("ach_files"), None)


def test_what_was_cut_off_becomes_files_that_are_sent(made: AchBank, caplog: pytest.LogCaptureFixture) -> None:
    payments = waiting(made)

    ran()

    assert [made.state(payment) for payment in payments] == [PaymentState.SENT] * 2
    cut, *worked = [vars(record) for record in caplog.records]
    assert [said["state"] for said in worked] == ["SENT"] * 2
    assert sorted(said["file"] for said in worked) == sorted(cut["files"])


def test_a_minute_with_nothing_to_do_does_and_says_nothing(made: AchBank, caplog: pytest.LogCaptureFixture) -> None:
    ran()
    assert caplog.records == []
    assert made.exchange.files == {}


def test_a_file_that_raises_stops_no_other_and_fails_the_run(
    made: AchBank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    payments = waiting(made)
    work, bad = Outgoing.work, []

    def raising(self: Outgoing, file: str) -> Any:
        bad.append(file)
        if file == bad[0]:
            raise RuntimeError("Maria Márquez")
        return work(self, file)

    with monkeypatch.context() as patched:
        patched.setattr(Outgoing, "work", raising)
        with pytest.raises(files.FilesLeft) as failed:
            ran()
    assert str(failed.value) == f"1 files: {bad[0]}"
    assert sorted(made.state(payment) for payment in payments) == [PaymentState.SCHEDULED, PaymentState.SENT]
    (fault,) = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (fault["file"], fault["fault"]) == (bad[0], "builtins.RuntimeError")
    assert "Maria" not in str(fault)

    ran()
    assert [made.state(payment) for payment in payments] == [PaymentState.SENT] * 2
