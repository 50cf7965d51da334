"""The sweep of cases as Lambda calls it, once an hour."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case, CaseState
from domain.cases.service import Cases
from domain.clock import Clock
from domain.refusals import AccountClosed, Refusal, TryAgain
from domain.transfers.model import ReviewDelayed
from functions.case_sweep import handler as sweep
from tests.unit.cases.office import MAKER, Died, Office
from tests.unit.functions.events import event_for
from tests.unit.functions.measured import measured


@dataclass
class Reviews:
    """Transfers in review that are due; each is brought on, delayed, or fails."""

    waiting: dict[str, Refusal | Exception | None] = field(default_factory=dict)
    brought: list[str] = field(default_factory=list)

    def due(self) -> tuple[str, ...]:
        return tuple(self.waiting)

    def bring_on(self, transfer: str) -> Refusal | None:
        answer = self.waiting[transfer]
        if isinstance(answer, Exception):
            raise answer
        self.brought.append(transfer)
        return answer


@dataclass
class Transfers:
    reviews: Reviews


@dataclass
class Bank:
    cases: Cases
    clock: Clock
    transfers: Transfers


@pytest.fixture(name="reviews")
def _reviews() -> Reviews:
    return Reviews()


@pytest.fixture(name="office")
def _office(monkeypatch: pytest.MonkeyPatch, reviews: Reviews) -> Office:
    office = Office()
    made = Bank(office.cases, office.clock, Transfers(reviews))
    monkeypatch.setattr(sweep, "bank", lambda: made)
    return office


def cut_off(office: Office, key: str = "1") -> Case:
    """A case that was decided, and not carried out."""
    case = office.opened(key=key)
    refusal, office.waiting.refusal = office.waiting.refusal, TryAgain()
    office.cases.resolve(MAKER, case.id, code=ResolutionCode.RETURN, reason="In order", key="k")
    office.waiting.refusal = refusal
    return case


def swept() -> None:
    sweep.handler(event_for("case_sweep"), None)


def overdue(log: pytest.CaptureFixture[str]) -> list[float]:
    return [found.value for found in measured(log) if found.name == "OverdueCases"]


def test_what_was_cut_off_is_brought_on_once(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    case, untouched = cut_off(office), office.opened(key="2")

    swept()
    told: dict[str, Any] = vars(caplog.records[-1])
    swept()

    assert office.now(case).state is CaseState.RESOLVED
    assert office.now(untouched) == untouched
    assert len(office.waiting.told) == 1
    assert (told["unresolved"], told["overdue"], told["left"]) == (2, 0, [])


def test_what_is_due_and_not_resolved_is_counted(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        office.opened(key=str(number), due_in=number + 1)
    swept()
    assert overdue(capsys) == [0]

    office.later(hours=2)
    swept()
    assert overdue(capsys) == [2]


def test_a_case_that_fails_holds_up_no_other_and_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [cut_off(office, key) for key in ("1", "2", "3")]
    settle = Cases.settle

    def failing(self: Cases, case_id: str) -> Any:
        if case_id == cases[1].id:
            raise Died
        return settle(self, case_id)

    with monkeypatch.context() as patched:
        patched.setattr(Cases, "settle", failing)
        with pytest.raises(sweep.LeftOver, match="1 of 3"):
            swept()

    assert [office.now(case).state is CaseState.RESOLVED for case in cases] == [True, False, True]


def test_what_cannot_be_carried_out_right_now_rings_and_stands(office: Office) -> None:
    case = cut_off(office)
    office.waiting.refusal = TryAgain()

    with pytest.raises(sweep.LeftOver, match="1 of 1"):
        swept()

    assert office.now(case).resolution


def test_what_cannot_be_carried_out_at_all_is_open_again_and_rings_no_alarm(office: Office) -> None:
    case = cut_off(office)
    office.waiting.refusal = AccountClosed("acc_1")

    swept()

    assert office.now(case).resolution is None


def test_as_many_as_one_sweep_takes_may_not_be_all(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.opened()
    monkeypatch.setattr(sweep, "SWEEP_MAX", 1)

    with pytest.raises(sweep.LeftOver, match="0 of 1"):
        swept()


def test_a_transfer_in_review_that_fails_holds_up_no_other_and_is_named(office: Office, reviews: Reviews) -> None:
    reviews.waiting = {"jrn_1": None, "jrn_2": Died(), "jrn_3": ReviewDelayed("jrn_3"), "jrn_4": None}
    with pytest.raises(sweep.LeftOver, match="2 of 4 transfers"):
        swept()
    assert reviews.brought == ["jrn_1", "jrn_3", "jrn_4"]


def test_transfers_in_review_that_are_brought_on_ring_no_alarm(office: Office, reviews: Reviews) -> None:
    reviews.waiting = {"jrn_1": None}
    swept()
    assert reviews.brought == ["jrn_1"]
