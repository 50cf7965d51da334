"""The journey in when it is cut off anywhere, made twice, or met by events in any order: the books end the same."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, permutations
from typing import Any, Final

import pytest

from domain.access.model import Group
from domain.accounts.model import Account
from domain.cases.kinds import ResolutionCode
from domain.cases.model import ResolutionNotCarriedOut
from domain.counterparties.model import Counterparty, VerificationMethod
from domain.customers.model import CustomerKind
from domain.rails.ach.incoming_kinds import (
    RECEIVED_EFFECTS,
    RECEIVED_ENDED,
    RECEIVED_MOVES,
    ReceivedFileState,
    ReceivedState,
)
from domain.rails.ach.incoming_model import AnswerNotAllowed, Grounds, ReceivedEntry
from domain.rails.ach.nacha.corrections import corrected_data
from domain.rails.ach.return_codes import Decision
from tests.unit.accounts.house import Cut, acting
from tests.unit.rails.ach.bank import MARIA, MONDAY, AchBank
from tests.unit.rails.ach.partner import Sheet, answered, changed, settling

BOOKS = ("settlement", "ach_in_transit", "ach_unposted", "micro_entries")
NOBODYS = "000000000000"
CALLS_MAX = 2_000
EVERY: Final = 1 if os.environ.get("FLORIN_DEATHS") == "full" else 7
"""Which of the calls a process dies after, and which of the orders events come in: each in `make crash`, one in so many
otherwise."""


class Life:
    """How many calls there are left before the process dies; None: it lives."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.calls = 0

    def spend(self) -> None:
        self.calls += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise Cut

    def wrap(self, part: Any) -> Any:
        return _Mortal(part, self)


class _Mortal:
    """Whatever is called is done, and then the process may die before it hears of it."""

    def __init__(self, part: Any, life: Life) -> None:
        self._part = part
        self._life = life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            answer = found(*args, **named)
            self._life.spend()
            return answer

        return call


@dataclass
class Story:
    """A journey as stages, each of which whoever is at work makes again until it has come through."""

    bank: AchBank
    accounts: list[Account]
    stages: list[Callable[[], object]]

    def outcome(self) -> dict[str, object]:
        bank = self.bank
        entries = bank.incoming_store._entries.values()
        return {
            "balances": [bank.balance(account) for account in self.accounts],
            "books": {name: bank.book(name) for name in BOOKS},
            "journals": sorted(
                (journal.kind, sum(abs(leg.signed_minor) for leg in journal.legs))
                for journal in bank.ledger_store.journals.values()
            ),
            "entries": sorted((entry.trace, entry.state.value, entry.return_code or "") for entry in entries),
            "payments": sorted(
                (payment.kind.value, payment.state.value) for payment in bank.payment_store._payments.values()
            ),
            "cases": sorted(case.kind.value for case in bank.cases.unresolved()),
        }


def what_comes_in(life: Life) -> Story:
    """Posted, pended and returned by their deadline, and sent back with their file."""
    bank = AchBank(wrap=life.wrap)
    rich, poor = bank.open(bank.person(), deposit_minor=100_00), bank.open(bank.person(), deposit_minor=5_00)
    business = bank.open(bank.person(kind=CustomerKind.BUSINESS), deposit_minor=100_00)
    sheet = Sheet()
    sheet.add(rich.record.number, 10_00)
    sheet.add(rich.record.number, 20_00, code="27")
    sheet.add(poor.record.number, 30_00, code="27")
    sheet.add(business.record.number, 40_00, code="27")
    sheet.add(NOBODYS, 50_00)
    sheet.add(NOBODYS, 0, code="23")
    text = sheet.text()
    night = datetime.fromisoformat("2026-03-11T05:20:00+00:00")
    stages: list[Callable[[], object]] = [
        lambda: bank.receive(text),
        lambda: bank.receive(text, "again.ach"),
        *_through(bank, MONDAY + timedelta(hours=16), MONDAY + timedelta(hours=25)),
        after(lambda: _at(bank, night), bank.take_in),
        *_through(bank, night + timedelta(hours=1), night + timedelta(hours=10), night + timedelta(days=2)),
    ]
    return Story(bank, [rich, poor, business], stages)


def what_comes_back(life: Life) -> Story:
    """Our credit returned, returned again, and corrected."""
    bank = AchBank(wrap=life.wrap)
    actor, account, maria = bank.sender(minor=1_000_00)
    payment = bank.send(actor, account, maria, 250_00)
    bank.run()
    file = bank.cut_off(payment)
    bank.acknowledge(file)
    header, record = bank.only_entry(file)
    sheets = []
    for modifier, code in (("B", "R03"), ("C", "R02")):
        sheet = Sheet(made_at=bank.clock.instant + timedelta(days=1), modifier=modifier)
        back = answered(header, record, code, sheet.trace())
        sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
        sheets.append(sheet.text())
    noc = Sheet(made_at=bank.clock.instant + timedelta(days=1), modifier="D")
    made = changed(header, record, "C01", corrected_data("C01", account_number="777"), noc.trace())
    noc.answer(settling(made[0], noc.made_at.date()), made[1])
    sheets.append(noc.text())
    stages: list[Callable[[], object]] = [
        after(lambda: _at(bank, file.opened_at + timedelta(days=1, hours=3)), bank.run),
        *(lambda n=n, text=text: bank.receive(text, f"in-{n}.ach") for n, text in enumerate(sheets)),
        *_through(bank, file.opened_at + timedelta(days=1, hours=4)),
    ]
    return Story(bank, [account], stages)


def what_people_decide(life: Life) -> Story:
    """A pended debit that is posted, and a posted one that its receiver stops."""
    bank = AchBank(wrap=life.wrap)
    business = bank.open(bank.person(kind=CustomerKind.BUSINESS), deposit_minor=100_00)
    person = bank.open(bank.person(), deposit_minor=100_00)
    sheet = Sheet()
    sheet.add(business.record.number, 40_00, code="27")
    sheet.add(person.record.number, 30_00, code="27")
    text = sheet.text()

    def decided() -> None:
        for case in bank.cases.unresolved():
            bank.resolve(case.id, ResolutionCode.POST, Group.OPERATIONS)

    def denied() -> None:
        entries = bank.incoming_store._entries.values()
        (entry,) = [one for one in entries if one.account == person.id]
        bank.incoming.decisions.send_back(entry.id, Decision.STOPPED, by="stf_x", key="k")

    stages: list[Callable[[], object]] = [
        lambda: bank.receive(text),
        decided,
        denied,
        *_through(bank, MONDAY + timedelta(hours=16), MONDAY + timedelta(hours=25)),
    ]
    return Story(bank, [business, person], stages)


def what_proves_an_account(life: Life) -> Story:
    """A prenote of one counterparty and micro-entries of another."""
    bank = AchBank(wrap=life.wrap)
    bank.proves_by_entries = True
    owner = bank.person()
    actor = acting(owner)
    for n, method in enumerate((VerificationMethod.PRENOTE, VerificationMethod.MICRO_ENTRIES)):
        details = replace(MARIA, account_number=f"77{n}")
        added = bank.counterparties.add(actor, customer=owner, details=details, key=f"cp-{n}")
        assert isinstance(added, Counterparty)
        bank.counterparties.start_verification(actor, added.id, method=method, key=f"v-{n}")
    stages = list(_through(bank, MONDAY + timedelta(hours=16), MONDAY + timedelta(hours=25)))
    return Story(bank, [], stages)


def _through(bank: AchBank, *instants: datetime) -> Iterator[Callable[[], object]]:
    """Time goes on, and everything that is due is done: files are cut, acknowledged and settled."""
    for instant in instants:
        yield lambda instant=instant: _at(bank, instant)  # type: ignore[misc]  # bound now
        yield after(bank.files, lambda: _acknowledged(bank), bank.files, bank.take_in, bank.run)


def _acknowledged(bank: AchBank) -> None:
    for file in bank.ach_store.files(before=None, limit=100).files:
        if file.name and not file.answers:
            bank.acknowledge(file, delivery=f"dlv_{file.id}")


def after(*calls: Callable[[], object]) -> Callable[[], object]:
    """One stage of several calls."""

    def stage() -> None:
        for call in calls:
            call()

    return stage


def _at(bank: AchBank, instant: datetime) -> None:
    bank.clock.instant = max(bank.clock.instant, instant)


BOOKS_AFTER = {
    "what_comes_in": {"settlement": 10_00, "ach_in_transit": 0, "ach_unposted": 0, "micro_entries": 0},
    "what_comes_back": {"settlement": -250_00, "ach_in_transit": 0, "ach_unposted": 250_00, "micro_entries": 0},
    "what_people_decide": {"settlement": 40_00, "ach_in_transit": 0, "ach_unposted": 0, "micro_entries": 0},
    "what_proves_an_account": dict.fromkeys(BOOKS, 0),
}
STORIES_TOLD = [what_comes_in, what_comes_back, what_people_decide, what_proves_an_account]
STORIES = pytest.mark.parametrize("story", STORIES_TOLD, ids=lambda story: story.__name__)


def told(
    story: Callable[[Life], Story], *, dies_at: int | None = None, times: int = 1
) -> tuple[dict[str, object], int]:
    life = Life()
    made = story(life)
    life.calls, life.left = 0, dies_at
    for stage in made.stages:
        for _ in range(times):
            try:
                stage()
            except Cut:
                stage()
    calls, life.left = life.calls, None
    _swept(made.bank)
    return made.outcome(), calls


def _swept(bank: AchBank) -> None:
    """Whoever looks at what is due looks once more."""
    bank.payments.sweep()
    bank.take_in()
    bank.files()
    bank.run()


@STORIES
class TestAJourney:
    def test_comes_to_an_end(self, story: Callable[[Life], Story]) -> None:
        outcome, _ = told(story)
        assert outcome["books"] == BOOKS_AFTER[story.__name__]

    def test_that_dies_after_any_call_ends_the_same(self, story: Callable[[Life], Story]) -> None:
        expected, calls = told(story)
        assert 50 < calls < CALLS_MAX
        for dies_at in range(1, calls + 1, EVERY):
            assert told(story, dies_at=dies_at)[0] == expected, dies_at

    def test_of_which_every_stage_is_made_twice_ends_the_same(self, story: Callable[[Life], Story]) -> None:
        expected, _ = told(story)
        assert told(story, times=2)[0] == expected


class TestADecisionWhoseProcessDies:
    """Between what it claims and what the ledger says to it."""

    def test_is_not_carried_out_where_the_account_refuses_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bank = AchBank()
        account = bank.open(bank.person(), deposit_minor=5_00)
        sheet = Sheet()
        sheet.add(account.record.number, 40_00, code="27", sec="CCD")
        (entry,) = _received(bank, bank.receive(sheet.text()).id)
        case = entry.case or ""
        bank.propose(case, ResolutionCode.POST, Group.OPERATIONS)
        with _dying(bank, monkeypatch):
            bank.second(case, Group.OPERATIONS)
        assert _received(bank, entry.file)[0].state is ReceivedState.RELEASING

        answer = bank.cases.settle(case)

        assert isinstance(answer, ResolutionNotCarriedOut)
        assert _received(bank, entry.file)[0].state is ReceivedState.PENDED
        assert bank.case(case).resolution is None

    def test_is_refused_again_where_the_account_does_not_give_the_money_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bank = AchBank()
        account = bank.open(bank.person())
        sheet = Sheet()
        sheet.add(account.record.number, 60_00)
        (entry,) = _received(bank, bank.receive(sheet.text()).id)
        bank.spend(account, 50_00)
        asked = Grounds(event_on=MONDAY.date())
        send_back = bank.incoming.decisions.send_back
        with _dying(bank, monkeypatch):
            send_back(entry.id, Decision.REQUESTED, by="stf_x", key="k", facts=asked)

        answer = send_back(entry.id, Decision.REQUESTED, by="stf_x", key="k", facts=asked)

        assert isinstance(answer, AnswerNotAllowed)
        assert answer.reason_code == "INSUFFICIENT_FUNDS"
        assert _received(bank, entry.file)[0].state is ReceivedState.POSTED


@contextmanager
def _dying(bank: AchBank, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is claimed in here is not worked."""

    def cut(_: ReceivedEntry) -> ReceivedEntry:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(bank.incoming.entries, "work", cut)
        with pytest.raises(Cut):
            yield


def _received(bank: AchBank, file: str) -> tuple[ReceivedEntry, ...]:
    return bank.incoming.entries_of(file).entries


# Every order.


def received_debit() -> tuple[AchBank, dict[str, Callable[[], object]]]:
    """A debit that its account cannot pay, from its file to the settlement of its return."""
    bank = AchBank()
    account = bank.open(bank.person(), deposit_minor=5_00)
    sheet = Sheet()
    sheet.add(account.record.number, 30_00, code="27")
    sheet.add(account.record.number, 2_00)
    text = sheet.text()
    return bank, {
        "file": lambda: bank.receive(text),
        "file again": lambda: bank.receive(text, "again.ach"),
        "night": lambda: bank.clock.move(timedelta(hours=16)),
        "cut": bank.files,
        "acknowledged": lambda: _acknowledged(bank),
        "due": bank.take_in,
    }


def pended_debit() -> tuple[AchBank, dict[str, Callable[[], object]]]:
    """A debit that people are asked about, who say that it goes back, perhaps after its deadline said so."""
    bank = AchBank()
    account = bank.open(bank.person(kind=CustomerKind.BUSINESS), deposit_minor=50_00)
    sheet = Sheet()
    sheet.add(account.record.number, 30_00, code="27")
    text = sheet.text()

    def decided() -> None:
        for case in bank.cases.unresolved():
            bank.resolve(case.id, ResolutionCode.RETURN, Group.OPERATIONS)

    return bank, {
        "file": lambda: bank.receive(text),
        "night": lambda: _at(bank, datetime.fromisoformat("2026-03-11T05:20:00+00:00")),
        "due": bank.take_in,
        "decided": decided,
        "cut": bank.files,
        "acknowledged": lambda: _acknowledged(bank),
    }


def returned_credit() -> tuple[AchBank, dict[str, Callable[[], object]]]:
    """A credit of ours that comes back twice, whenever its acknowledgement and its settlement come."""
    bank = AchBank()
    actor, account, maria = bank.sender(minor=1_000_00)
    payment = bank.send(actor, account, maria, 250_00)
    bank.run()
    file = bank.cut_off(payment)
    header, record = bank.only_entry(file)
    texts = []
    for modifier in "BC":
        sheet = Sheet(made_at=bank.clock.instant, modifier=modifier)
        back = answered(header, record, "R03", sheet.trace())
        sheet.answer(settling(back[0], sheet.made_at.date()), back[1])
        texts.append(sheet.text())
    settles_at = bank.payment(payment).progress.settles_at
    assert settles_at is not None
    return bank, {
        "acknowledged": after(lambda: bank.acknowledge(file), bank.run),
        "settled": after(lambda: _at(bank, settles_at), bank.run),
        "returned": lambda: bank.receive(texts[0], "b.ach"),
        "returned again": lambda: bank.receive(texts[1], "c.ach"),
        "due": bank.take_in,
        "file": bank.files,
    }


@pytest.mark.parametrize("journey", [received_debit, pended_debit, returned_credit], ids=lambda one: one.__name__)
def test_every_order_of_a_journeys_events_ends_in_a_legal_state_with_the_same_ledger(
    journey: Callable[[], tuple[AchBank, dict[str, Callable[[], object]]]],
) -> None:
    outcomes = set()
    names = list(journey()[1])
    for order in islice(permutations(names), 0, None, EVERY):
        bank, events = journey()
        for name in order:
            events[name]()
        for name in names:  # and then everything once more, as it should have come
            events[name]()
        for stage in _through(bank, MONDAY + timedelta(days=4), MONDAY + timedelta(days=8)):
            stage()
        entries = bank.incoming_store._entries.values()
        assert not [entry.id for entry in entries if entry.state in RECEIVED_EFFECTS]
        assert {file.state for file in bank.incoming_store._files.values()} <= {
            ReceivedFileState.DONE,
            ReceivedFileState.DUPLICATE,
        }
        journals = sorted(
            (journal.kind, sum(abs(leg.signed_minor) for leg in journal.legs))
            for journal in bank.ledger_store.journals.values()
        )
        outcomes.add((tuple(journals), tuple(bank.book(name) for name in BOOKS)))
    assert len(outcomes) == 1


class TestTheTables:
    def test_every_state_is_reached_and_only_ended_ones_lead_nowhere(self) -> None:
        reached = {move.target for move in RECEIVED_MOVES} | {ReceivedState.RECEIVED}
        assert reached == set(ReceivedState)
        assert {state for state in ReceivedState if not any(move.source is state for move in RECEIVED_MOVES)} == (
            RECEIVED_ENDED
        )

    def test_nothing_but_the_ledgers_answers_leads_out_of_a_claimed_state(self) -> None:
        for state, effect in RECEIVED_EFFECTS.items():
            events = {move.event for move in RECEIVED_MOVES if move.source is state}
            assert events == {event for event in (effect.posted, effect.refused) if event}
