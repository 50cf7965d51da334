"""Stories of payments over memory: opened once, moved by rows alone, told, looked after."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from domain.payments import rules, service
from domain.payments.journeys import Execution, Journeys, MemoryJourneys, execution_name
from domain.payments.kinds import Event, PaymentKind, PaymentState
from domain.payments.model import BANK, Happening, Moved, Payment, PaymentKeyReused, Waiting, partner
from domain.payments.service import TRIES_MAX, Contended, PaymentMissing, Payments, Swept
from domain.payments.store import DuePayment, PaymentStore
from domain.payments.store_memory import MemoryPaymentStore
from tests.faults import Killed
from tests.unit.ledger.world import SetClock
from tests.unit.payments.values import CUSTOMER, DEADLINES, NOW, payment

NOTHING = Swept(looked_at=0, restarted=0, told_again=0, more=False)


class Bank:
    """Payments over memory, with what stands in for Step Functions, and a clock to move."""

    def __init__(self, *, store: PaymentStore | None = None, journeys: Journeys | None = None) -> None:
        self.clock = SetClock(NOW)
        self.store = store or MemoryPaymentStore()
        self.memory = MemoryJourneys()
        self.payments = self.over(self.store, journeys or self.memory)

    def over(self, store: PaymentStore, journeys: Journeys) -> Payments:
        return Payments(store=store, journeys=journeys, clock=self.clock, deadlines=DEADLINES)

    def opened(self, made: Payment | None = None) -> Payment:
        answer = self.payments.open(made or payment(), facts={})
        assert isinstance(answer, Payment)
        return answer

    def begun(self) -> Payment:
        return self.payments.begin(self.opened())

    def move(self, event: Event, **more: Any) -> Moved:
        return self.payments.move(payment().id, event, by=BANK, **more)

    def now(self) -> Payment:
        return self.payments.existing(payment().id)

    def lines(self) -> list[Happening]:
        return list(self.payments.timeline(payment().id, limit=100).happenings)

    def overdue(self) -> None:
        due_at = self.now().due_at
        assert due_at
        self.clock.instant = max(due_at, self.clock.now())


class Interfering(MemoryPaymentStore):
    """Somebody else comes between a reading and its writing: after each of the next readings, one of `others` runs."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[Callable[[], object]] = []
        self._interfered = False

    def payment(self, payment_id: str) -> Payment | None:
        found = super().payment(payment_id)
        if self.others and not self._interfered:
            self._interfered = True
            self.others.pop(0)()
            self._interfered = False
        return found


class Dying:
    """Hands each call on and dies before or after the n-th, counted over all that share the counter."""

    def __init__(self, inner: Any, counter: "count[int]", n: int, *, after: bool) -> None:
        self._inner, self._counter, self._n, self._after = inner, counter, n, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        def counted(*asked: Any, **named: Any) -> Any:
            dies = next(self._counter) == self._n
            if dies and not self._after:
                raise Killed
            answer = call(*asked, **named)
            if dies:
                raise Killed
            return answer

        return counted


class TestOpening:
    def test_keeps_the_payment_with_the_first_line_of_its_timeline_and_when_it_is_due(self) -> None:
        bank = Bank()
        answer = bank.payments.open(payment(happenings=0), facts={"window": "SD1"})

        assert answer == payment(due_at=NOW + DEADLINES.fraud + DEADLINES.grace, happenings=1)
        assert bank.payments.get(payment().id) == answer
        assert bank.lines() == [rules.opened(payment(), by=CUSTOMER, facts={"window": "SD1"})]
        assert bank.payments.of_account(payment().account).payments == (answer,)

    def test_again_answers_the_payment_as_it_is_by_now_and_writes_nothing(self) -> None:
        bank = Bank()
        bank.opened()
        bank.move(Event.SCREENED)
        bank.clock.advance(timedelta(hours=1))

        again = bank.payments.open(payment(opened_at=bank.clock.now()), facts={"other": "x"})

        assert again == bank.now()
        assert bank.now().state is PaymentState.SCREENED
        assert [line.event for line in bank.lines()] == ["opened", "screened"]

    def test_under_a_used_key_with_other_wishes_is_refused_and_changes_nothing(self) -> None:
        bank = Bank()
        first = bank.opened()

        assert bank.payments.open(payment(fingerprint="other"), facts={}) == PaymentKeyReused(first.id)
        assert bank.now() == first
        assert len(bank.lines()) == 1

    def test_does_not_begin_its_journey(self) -> None:
        bank = Bank()
        assert bank.opened().execution == 0
        assert bank.memory.executions == {}


class TestLooking:
    def test_a_payment_that_does_not_exist_is_none_or_a_fault_for_whoever_relies_on_it(self) -> None:
        bank = Bank()
        assert bank.payments.get("pay_x") is None
        for ask in (
            lambda: bank.payments.existing("pay_x"),
            lambda: bank.payments.move("pay_x", Event.SCREENED, by=BANK),
            lambda: bank.payments.note("pay_x", service.unchanged),
            lambda: bank.payments.wait("pay_x", PaymentState.ACCEPTED, "t"),
        ):
            with pytest.raises(PaymentMissing, match="pay_x"):
                ask()

    @pytest.mark.parametrize("limit", [0, -1, service.PAGE_MAX + 1])
    def test_a_page_of_no_or_too_many_rows_is_a_mistake(self, limit: int) -> None:
        bank = Bank()
        with pytest.raises(ValueError, match=str(limit)):
            bank.payments.of_account(payment().account, limit=limit)
        with pytest.raises(ValueError, match=str(limit)):
            bank.payments.timeline(payment().id, limit=limit)


class TestMoving:
    def test_goes_along_a_row_and_writes_who_did_it_and_with_what(self) -> None:
        bank = Bank()
        bank.opened()
        bank.clock.advance(timedelta(seconds=1))

        answer = bank.payments.move(
            payment().id,
            Event.SCREENED,
            by=partner("sponsor"),
            facts={"decision": "dec_1"},
            changes=lambda found: replace(found, case="cas_1"),
        )

        assert answer.moved
        assert answer.payment == bank.now()
        assert (bank.now().state, bank.now().case, bank.now().version) == (PaymentState.SCREENED, "cas_1", 2)
        assert bank.lines()[-1] == Happening(
            payment=payment().id,
            n=2,
            at=NOW + timedelta(seconds=1),
            event="screened",
            state=PaymentState.SCREENED,
            by="partner:sponsor",
            facts={"decision": "dec_1"},
        )

    def test_by_an_event_that_comes_twice_happens_once(self) -> None:
        bank = Bank()
        bank.opened()
        bank.move(Event.SCREENED)
        before = bank.now()

        again = bank.move(Event.SCREENED, changes=lambda found: replace(found, case="cas_1"), facts={"x": "y"})

        assert again == Moved(before, Event.SCREENED, moved=False)
        assert bank.now() == before
        assert len(bank.lines()) == 2

    def test_by_an_event_that_comes_too_late_or_too_early_changes_nothing(self) -> None:
        bank = Bank()
        bank.opened()
        assert not bank.move(Event.SETTLED).moved
        bank.move(Event.BLOCKED)
        assert not bank.move(Event.SCREENED).moved
        assert not bank.move(Event.CANCELLED).moved
        assert bank.now().state is PaymentState.DECLINED
        assert [line.event for line in bank.lines()] == ["opened", "blocked"]

    def test_happens_only_if_what_was_asked_for_holds_of_the_payment_as_it_is(self) -> None:
        bank = Bank()
        before = bank.opened()

        assert bank.move(Event.SCREENED, only_if=lambda found: found.case == "cas_1") == Moved(
            before, Event.SCREENED, moved=False
        )
        assert bank.now() == before
        bank.payments.note(payment().id, lambda found: replace(found, case="cas_1"))
        assert bank.move(Event.SCREENED, only_if=lambda found: found.case == "cas_1").moved

    def test_with_too_many_facts_is_a_mistake_that_changes_nothing(self) -> None:
        bank = Bank()
        before = bank.opened()
        with pytest.raises(ValueError, match="facts"):
            bank.move(Event.SCREENED, facts={"long": "x" * 201})
        assert (bank.now(), len(bank.lines())) == (before, 1)

    def test_that_lost_a_race_is_decided_anew_on_what_the_other_left(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        store.others = [lambda: bank.move(Event.CANCELLED)]

        answer = bank.move(Event.SCREENED)

        assert not answer.moved
        assert answer.payment.state is PaymentState.CANCELLED
        assert [line.event for line in bank.lines()] == ["opened", "cancelled"]

    def test_that_lost_a_race_against_a_note_still_happens_and_keeps_the_note(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        store.others = [lambda: bank.payments.note(payment().id, lambda found: replace(found, case="cas_1"))]

        assert bank.move(Event.SCREENED).moved
        assert (bank.now().state, bank.now().case) == (PaymentState.SCREENED, "cas_1")

    def test_gives_up_when_it_lost_too_many_races_and_has_written_nothing(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()

        def somebody_else() -> None:
            found = bank.now()
            noted = replace(found, execution=found.execution + 1, version=found.version + 1)
            assert MemoryPaymentStore.replace(store, noted, version=found.version, happening=None)

        store.others = [somebody_else] * TRIES_MAX
        with pytest.raises(Contended, match=payment().id):
            bank.move(Event.SCREENED)
        assert (bank.now().state, len(bank.lines())) == (PaymentState.ACCEPTED, 1)
        assert bank.now().execution == TRIES_MAX

        store.others = [somebody_else] * (TRIES_MAX - 1)
        assert bank.move(Event.SCREENED).moved

    def test_to_an_end_leaves_nothing_due(self) -> None:
        bank = Bank()
        bank.opened()
        bank.move(Event.BLOCKED)
        bank.clock.advance(timedelta(days=400))
        assert bank.now().due_at is None
        assert bank.payments.sweep() == NOTHING


class TestNoting:
    def test_changes_what_is_kept_without_a_line_and_without_moving_when_it_is_due(self) -> None:
        bank = Bank()
        before = bank.opened()
        bank.clock.advance(timedelta(minutes=1))

        noted = bank.payments.note(payment().id, lambda found: replace(found, case="cas_1"))

        assert noted == replace(before, case="cas_1", version=2)
        assert bank.now() == noted
        assert len(bank.lines()) == 1

    def test_what_is_so_already_writes_nothing(self) -> None:
        bank = Bank()
        before = bank.opened()
        assert bank.payments.note(payment().id, service.unchanged) == before
        assert bank.now() == before

    def test_gives_up_when_it_lost_too_many_races(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        attempts = count(2)

        def somebody_else() -> None:
            found = bank.now()
            noted = replace(found, execution=next(attempts), version=found.version + 1)
            MemoryPaymentStore.replace(store, noted, version=found.version, happening=None)

        store.others = [somebody_else] * TRIES_MAX
        with pytest.raises(Contended, match=payment().id):
            bank.payments.note(payment().id, lambda found: replace(found, case="cas_1"))
        assert bank.now().case is None


class TestWaiting:
    def test_before_the_payment_leaves_its_state_is_told_when_it_does(self) -> None:
        bank = Bank()
        bank.opened()
        waiting = bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        assert waiting.waiting == Waiting(PaymentState.ACCEPTED, "token")
        assert bank.memory.resumed == []

        bank.move(Event.SCREENED)
        assert bank.memory.resumed == [("token", PaymentState.SCREENED)]

    def test_after_the_payment_has_left_its_state_is_told_at_once(self) -> None:
        bank = Bank()
        bank.opened()
        bank.move(Event.SCREENED)
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        assert bank.memory.resumed == [("token", PaymentState.SCREENED)]

    def test_while_the_payment_leaves_its_state_is_told_when_the_move_is_written_first(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        store.others = [lambda: bank.move(Event.SCREENED)]
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        assert bank.memory.resumed == [("token", PaymentState.SCREENED)]

    def test_while_the_payment_leaves_its_state_is_told_when_the_wait_is_written_first(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        store.others = [lambda: bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")]
        bank.move(Event.SCREENED)
        assert bank.memory.resumed == [("token", PaymentState.SCREENED)]

    def test_again_with_a_new_token_is_told_by_the_new_one(self) -> None:
        bank = Bank()
        bank.opened()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "old")
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "new")
        bank.move(Event.SCREENED)
        assert bank.memory.resumed == [("new", PaymentState.SCREENED)]

    def test_is_told_once_and_its_token_is_forgotten(self) -> None:
        bank = Bank()
        bank.opened()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        moved = bank.move(Event.SCREENED)
        assert moved.payment == bank.now()
        assert bank.now().waiting is None
        bank.move(Event.HELD)
        assert bank.memory.resumed == [("token", PaymentState.SCREENED)]

    def test_for_the_end_of_a_state_is_not_told_of_an_event_that_stays_in_it(self) -> None:
        bank = Bank()
        bank.opened(payment(state=PaymentState.SCHEDULED))
        bank.payments.wait(payment().id, PaymentState.SCHEDULED, "token")
        assert bank.move(Event.RESCHEDULED).moved
        assert bank.memory.resumed == []
        assert bank.now().waiting == Waiting(PaymentState.SCHEDULED, "token")

    def test_whose_token_could_not_be_forgotten_is_told_again_and_no_harm_is_done(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")

        class Noting(MemoryJourneys):
            def resume(self, token: str, state: PaymentState) -> None:
                bank.payments.note(payment().id, lambda found: replace(found, case="cas_1"))

        bank.over(store, Noting()).move(payment().id, Event.SCREENED, by=BANK)
        assert (bank.now().case, bank.now().waiting) == ("cas_1", Waiting(PaymentState.ACCEPTED, "token"))
        bank.move(Event.HELD)
        assert bank.memory.resumed == [("token", PaymentState.SCHEDULED)]
        assert bank.now().waiting is None

    def test_is_not_told_of_an_event_that_changed_nothing(self) -> None:
        bank = Bank()
        bank.opened()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        bank.move(Event.SETTLED)
        assert bank.memory.resumed == []


class TestBeginning:
    def test_starts_the_first_execution_once(self) -> None:
        bank = Bank()
        begun = bank.begun()
        assert begun.execution == 1
        assert bank.now() == begun
        assert bank.payments.begin(begun) == begun
        assert bank.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}

    def test_by_two_at_once_starts_one(self) -> None:
        bank = Bank()
        made = bank.opened()
        first, second = bank.payments.begin(made), bank.payments.begin(made)
        assert first == second
        assert list(bank.memory.executions) == [execution_name(payment().id, 1)]


class TestSweeping:
    def test_looks_at_nothing_before_it_is_due(self) -> None:
        bank = Bank()
        due_at = bank.opened().due_at
        assert due_at
        bank.clock.instant = due_at - timedelta(microseconds=1)
        assert bank.payments.sweep() == NOTHING
        bank.clock.instant = due_at
        assert bank.payments.sweep().looked_at == 1

    def test_begins_a_journey_that_was_never_begun(self) -> None:
        bank = Bank()
        bank.opened()
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=1, told_again=0, more=False)
        assert bank.now().execution == 1
        assert bank.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}

    def test_starts_a_missing_execution_under_its_own_number(self) -> None:
        bank = Bank()
        bank.begun()
        bank.memory.executions.clear()
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=1, told_again=0, more=False)
        assert bank.now().execution == 1
        assert bank.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}

    def test_starts_the_next_execution_after_one_that_ended_too_early(self) -> None:
        bank = Bank()
        bank.begun()
        bank.memory.executions[execution_name(payment().id, 1)] = Execution.ENDED
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=1, told_again=0, more=False)
        assert bank.now().execution == 2
        assert bank.memory.executions[execution_name(payment().id, 2)] is Execution.RUNNING

    def test_leaves_a_journey_that_runs_and_looks_again_later(self) -> None:
        bank = Bank()
        bank.begun()
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=0, told_again=0, more=False)
        assert list(bank.memory.executions) == [execution_name(payment().id, 1)]
        assert bank.now().due_at == bank.clock.now() + rules.AGAIN
        assert bank.payments.sweep() == NOTHING
        bank.overdue()
        assert bank.payments.sweep().looked_at == 1

    def test_tells_again_whoever_waits_for_what_has_happened(self) -> None:
        bank = Bank()
        bank.begun()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")

        class Lost(MemoryJourneys):
            def resume(self, token: str, state: PaymentState) -> None:
                raise Killed

        with pytest.raises(Killed):
            bank.over(bank.store, Lost()).move(payment().id, Event.SCREENED, by=BANK)
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=0, told_again=1, more=False)
        assert bank.memory.resumed == [("token", PaymentState.SCREENED)]
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=0, told_again=0, more=False)

    @pytest.mark.parametrize("left", [Execution.RUNNING, Execution.ENDED])
    def test_tells_again_whoever_waits_for_the_end_and_starts_nothing(self, left: Execution) -> None:
        bank = Bank()
        bank.begun()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        bank.memory.executions[execution_name(payment().id, 1)] = left

        class Lost(MemoryJourneys):
            def resume(self, token: str, state: PaymentState) -> None:
                raise Killed

        with pytest.raises(Killed):
            bank.over(bank.store, Lost()).move(payment().id, Event.BLOCKED, by=BANK)
        assert bank.now().ended
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=0, told_again=1, more=False)
        assert bank.memory.resumed == [("token", PaymentState.DECLINED)]
        assert (bank.now().waiting, bank.now().due_at, bank.now().execution) == (None, None, 1)
        bank.clock.advance(timedelta(days=1))
        assert bank.payments.sweep() == NOTHING

    def test_looks_no_more_at_one_that_ended_and_that_nobody_waits_for(self) -> None:
        bank = Bank()
        bank.begun()
        bank.move(Event.BLOCKED)
        assert bank.now().due_at is None
        late = replace(bank.now(), due_at=bank.clock.now(), version=bank.now().version + 1)
        assert bank.store.replace(late, version=late.version - 1, happening=None)
        bank.payments.sweep()
        assert bank.now().due_at is None

    def test_tells_nobody_who_still_waits_rightly(self) -> None:
        bank = Bank()
        bank.begun()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=0, told_again=0, more=False)
        assert bank.memory.resumed == []

    def test_believes_the_payment_and_not_the_index_that_is_a_moment_behind(self) -> None:
        class Behind(MemoryPaymentStore):
            def due(self, **_: Any) -> Any:
                return (DuePayment(NOW, payment().id), DuePayment(NOW, "pay_gone"))

        bank = Bank(store=Behind())
        bank.begun()
        before = bank.now()
        assert bank.payments.sweep() == Swept(2, restarted=0, told_again=0, more=False)
        bank.move(Event.BLOCKED)
        assert bank.payments.sweep() == Swept(2, restarted=0, told_again=0, more=False)
        assert bank.now().execution == before.execution

    def test_says_when_more_is_due_than_it_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "SWEEP_MAX", 2)
        bank = Bank()
        for n in range(3):
            bank.opened(payment(id=f"pay_{n}"))
        bank.clock.advance(timedelta(hours=1))
        assert bank.payments.sweep() == Swept(2, restarted=2, told_again=0, more=True)
        assert bank.payments.sweep() == Swept(1, restarted=1, told_again=0, more=False)
        assert len(bank.memory.executions) == 3

    def test_of_one_that_always_raises_comes_to_the_others_the_next_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "SWEEP_MAX", 1)
        bank = Bank()
        bank.opened(payment(id="pay_0"))
        bank.clock.advance(timedelta(seconds=1))
        bank.opened(payment(id="pay_1"))
        bank.clock.advance(timedelta(hours=1))

        class Raising(MemoryJourneys):
            def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
                if payment == "pay_0":
                    raise ConnectionError
                return super().state(kind, payment, number)

        journeys = Raising()
        sweeping = bank.over(bank.store, journeys)
        with pytest.raises(ConnectionError):
            sweeping.sweep()
        sweeping.sweep()
        assert list(journeys.executions) == [execution_name("pay_1", 1)]

    def test_leaves_one_that_somebody_else_writes_first(self) -> None:
        store = Interfering()
        bank = Bank(store=store)
        bank.opened()
        bank.overdue()
        store.others = [lambda: bank.payments.note(payment().id, lambda found: replace(found, case="cas_1"))]
        assert bank.payments.sweep() == Swept(1, restarted=0, told_again=0, more=False)
        assert bank.payments.sweep() == Swept(1, restarted=1, told_again=0, more=False)

    def test_goes_on_where_only_the_answers_of_its_writings_were_lost(self) -> None:
        class Losing(MemoryPaymentStore):
            def replace(self, payment: Payment, *, version: int, happening: Happening | None) -> bool:
                super().replace(payment, version=version, happening=happening)
                return False  # as the repetition finds it, which the client sends by itself

        bank = Bank(store=Losing())
        bank.opened()
        bank.overdue()
        assert bank.payments.sweep() == Swept(1, restarted=1, told_again=0, more=False)
        assert bank.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}

    def test_counts_no_execution_that_somebody_else_began(self) -> None:
        bank = Bank()
        bank.opened()
        bank.overdue()

        class Begun(MemoryJourneys):
            def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
                bank.payments.begin(bank.now())
                bank.move(Event.SCREENED)
                return Execution.MISSING

        assert bank.over(bank.store, Begun()).sweep() == Swept(1, restarted=0, told_again=0, more=False)
        assert bank.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}

    def test_starts_nothing_for_a_payment_that_ends_while_it_is_looked_at(self) -> None:
        bank = Bank()
        bank.begun()
        bank.memory.executions[execution_name(payment().id, 1)] = Execution.ENDED

        class Blocking(MemoryJourneys):
            def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
                bank.move(Event.BLOCKED)
                return bank.memory.state(kind, payment, number)

        journeys = Blocking()
        bank.overdue()
        bank.over(bank.store, journeys).sweep()

        assert journeys.executions == {}
        assert (bank.now().state, bank.now().execution, bank.now().due_at) == (PaymentState.DECLINED, 1, None)

    @pytest.mark.parametrize("left", [None, Execution.RUNNING, Execution.ENDED], ids=["missing", "running", "ended"])
    def test_by_two_at_once_ends_with_one_execution_at_work(self, left: Execution | None) -> None:
        """The second runs whole in the middle of the first, which has read the payment already."""
        bank = Bank()
        bank.begun()
        name = execution_name(payment().id, 1)
        if left:
            bank.memory.executions[name] = left
        else:
            del bank.memory.executions[name]

        class Interrupted(MemoryJourneys):
            interrupted = False

            def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
                found = bank.memory.state(kind, payment, number)
                if not self.interrupted:
                    self.interrupted = True
                    bank.payments.sweep()
                return found

            def start(self, kind: PaymentKind, payment: str, number: int) -> None:
                bank.memory.start(kind, payment, number)

        bank.overdue()
        bank.over(bank.store, Interrupted()).sweep()

        running = [one for one, state in bank.memory.executions.items() if state is Execution.RUNNING]
        assert running == [execution_name(payment().id, bank.now().execution)]
        assert bank.now().execution == (2 if left is Execution.ENDED else 1)
        assert bank.now().due_at == bank.clock.now() + rules.AGAIN


class TestDying:
    """A process may die before or after any call it makes; what the next one finds is mended by asking again."""

    CALLS = range(12)
    ways = pytest.mark.parametrize(("n", "after"), [(n, after) for n in CALLS for after in (False, True)], ids=str)

    @staticmethod
    def dies(bank: Bank, work: Callable[[Payments], object], n: int, *, after: bool) -> bool:
        """Whether there was an n-th call to die at."""
        counter = count()
        dying: Any = Dying(bank.store, counter, n, after=after)
        journeys: Any = Dying(bank.memory, counter, n, after=after)
        try:
            work(bank.over(dying, journeys))
        except Killed:
            return True
        return False

    @ways
    def test_between_opening_and_the_start_of_the_journey_leaves_one_journey_in_the_end(
        self, n: int, after: bool
    ) -> None:
        bank = Bank()

        def work(payments: Payments) -> None:
            made = payments.open(payment(), facts={})
            assert isinstance(made, Payment)
            payments.begin(made)

        self.dies(bank, work, n, after=after)
        bank.opened()  # the customer asks again
        bank.clock.advance(timedelta(hours=1))
        bank.payments.sweep()

        assert bank.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}
        assert bank.now().execution == 1
        assert [line.event for line in bank.lines()] == ["opened"]

    @ways
    @pytest.mark.parametrize("left", [None, Execution.ENDED], ids=["missing", "ended"])
    def test_within_a_sweep_leaves_one_execution_at_work_after_the_next(
        self, n: int, after: bool, left: Execution | None
    ) -> None:
        bank = Bank()
        bank.begun()
        bank.memory.executions.clear()
        if left:
            bank.memory.executions[execution_name(payment().id, 1)] = left
        bank.overdue()

        self.dies(bank, lambda payments: payments.sweep(), n, after=after)
        bank.clock.advance(rules.AGAIN)
        bank.payments.sweep()

        running = [one for one, state in bank.memory.executions.items() if state is Execution.RUNNING]
        assert running == [execution_name(payment().id, bank.now().execution)]
        assert bank.now().execution == (2 if left else 1)

    @ways
    def test_between_a_move_and_its_telling_leaves_nobody_waiting_for_ever(self, n: int, after: bool) -> None:
        bank = Bank()
        bank.begun()
        bank.payments.wait(payment().id, PaymentState.ACCEPTED, "token")

        self.dies(bank, lambda payments: payments.move(payment().id, Event.SCREENED, by=BANK), n, after=after)
        bank.move(Event.SCREENED)  # whoever told it tells it again
        bank.clock.advance(timedelta(hours=1))
        bank.payments.sweep()

        assert ("token", PaymentState.SCREENED) in bank.memory.resumed
        assert [line.event for line in bank.lines()] == ["opened", "screened"]

    @ways
    def test_between_a_wait_and_its_telling_leaves_nobody_waiting_for_ever(self, n: int, after: bool) -> None:
        bank = Bank()
        bank.begun()
        bank.move(Event.SCREENED)

        def work(payments: Payments) -> None:
            payments.wait(payment().id, PaymentState.ACCEPTED, "token")

        died = self.dies(bank, work, n, after=after)
        kept = bank.now().waiting is not None
        bank.clock.advance(timedelta(hours=1))
        bank.payments.sweep()
        if died and not kept:
            work(bank.payments)  # the step that asked to wait is tried again

        assert ("token", PaymentState.SCREENED) in bank.memory.resumed

    def test_is_tried_at_every_call_that_any_of_this_makes(self) -> None:
        bank = Bank()
        bank.opened()
        bank.overdue()
        assert not self.dies(bank, lambda payments: payments.sweep(), max(self.CALLS), after=False)
