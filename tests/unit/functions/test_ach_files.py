"""The function that builds and sends ACH files, as Lambda calls it each minute."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from domain.counterparties.model import Counterparty, VerificationMethod, VerificationStatus
from domain.counterparties.service import Counterparties
from domain.payments.kinds import PaymentState
from domain.payments.model import Payment, Speed
from domain.rails.ach.outgoing import Outgoing
from domain.rails.ach.service import Ach
from domain.rails.ach.verifications import Verifications
from functions.ach_files import handler as files
from tests.unit.accounts.house import acting
from tests.unit.functions.events import event_for
from tests.unit.rails.ach.bank import MARIA, AchBank


@dataclass
class Bank:
    ach: Ach
    counterparties: Counterparties


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> AchBank:
    made = AchBank()
    monkeypatch.setattr(files, "bank", lambda: Bank(made.ach, made.counterparties))
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


def intended(made: AchBank, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two counterparties whose prenotes were begun, and cut off before they were scheduled."""
    made.proves_by_entries = True
    owner, begun = made.person(), []
    with monkeypatch.context() as patched:
        patched.setattr(Verifications, "_schedule", raising)
        for number in ("100", "200"):
            details = replace(MARIA, account_number=number)
            added = made.counterparties.add(acting(owner), customer=owner, details=details, key=number)
            assert isinstance(added, Counterparty), added
            with pytest.raises(RuntimeError):
                made.counterparties.start_verification(
                    acting(owner), added.id, method=VerificationMethod.PRENOTE, key="v"
                )
            begun.append(added.id)
    return begun


def raising(*_: object) -> NoReturn:
    raise RuntimeError("Maria Márquez")


def proof_of(made: AchBank, counterparty: str) -> VerificationStatus:
    latest = made.counterparties.kept(counterparty).verification
    assert latest
    return latest.status


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

    def working(self: Outgoing, file: str) -> Any:
        bad.append(file)
        if file == bad[0]:
            raising()
        return work(self, file)

    with monkeypatch.context() as patched:
        patched.setattr(Outgoing, "work", working)
        with pytest.raises(files.WorkLeft) as failed:
            ran()
    assert str(failed.value) == f"1 files, 0 verifications: {bad[0]}"
    assert sorted(made.state(payment) for payment in payments) == [PaymentState.SCHEDULED, PaymentState.SENT]
    (fault,) = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (fault["file"], fault["fault"]) == (bad[0], "builtins.RuntimeError")
    assert "Maria" not in str(fault)

    ran()
    assert [made.state(payment) for payment in payments] == [PaymentState.SENT] * 2


def test_a_verification_that_was_cut_off_goes_into_the_next_file(
    made: AchBank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = intended(made, monkeypatch)
    assert [proof_of(made, one) for one in begun] == [VerificationStatus.INTENDED] * 2

    ran()

    assert [proof_of(made, one) for one in begun] == [VerificationStatus.SENT] * 2
    said = [vars(record) for record in caplog.records]
    assert [(one["counterparty"], one["finished"]) for one in said] == [(one, True) for one in begun]

    made.clock.move(timedelta(hours=16))
    ran()
    (file,) = made.ach_store.files(before=None, limit=5).files
    assert {entry.counterparty for entry in made.entries(file)} == set(begun)


def test_a_verification_that_raises_stops_no_file_and_no_other_and_fails_the_run(
    made: AchBank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = intended(made, monkeypatch)
    payments = waiting(made)
    finish = Counterparties.finish_verification

    def finishing(self: Counterparties, counterparty: str) -> bool:
        if counterparty == bad:
            raising()
        return finish(self, counterparty)

    with monkeypatch.context() as patched:
        patched.setattr(Counterparties, "finish_verification", finishing)
        with pytest.raises(files.WorkLeft) as failed:
            ran()
    assert str(failed.value) == f"0 files, 1 verifications: {bad}"
    assert [made.state(payment) for payment in payments] == [PaymentState.SENT] * 2
    assert (proof_of(made, bad), proof_of(made, good)) == (VerificationStatus.INTENDED, VerificationStatus.SENT)
    (fault,) = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (fault["counterparty"], fault["fault"]) == (bad, "builtins.RuntimeError")
    assert "Maria" not in str(fault)

    ran()
    assert proof_of(made, bad) is VerificationStatus.SENT


def test_verifications_that_cannot_be_looked_for_stop_no_file(made: AchBank, monkeypatch: pytest.MonkeyPatch) -> None:
    payments = waiting(made)
    monkeypatch.setattr(Counterparties, "unsent", raising)
    with pytest.raises(RuntimeError):
        ran()
    assert [made.state(payment) for payment in payments] == [PaymentState.SENT] * 2


def test_a_file_that_raises_stops_no_verification(made: AchBank, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = intended(made, monkeypatch)
    waiting(made)
    monkeypatch.setattr(Outgoing, "work", raising)
    with pytest.raises(files.WorkLeft, match="2 files, 0 verifications"):
        ran()
    assert [proof_of(made, one) for one in begun] == [VerificationStatus.SENT] * 2
