"""Properties of the decision itself: pure, balanced, never below a limit, and guarded by every head it read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.jurisdictions import JURISDICTIONS
from domain.ledger.drafts import Asking
from domain.ledger.guards import Needed, with_holds
from domain.ledger.hashing import fingerprint
from domain.ledger.model import (
    Batching,
    Command,
    Hold,
    Journal,
    LedgerSettings,
    Leg,
    Limits,
    LinePlace,
    Position,
    Side,
    State,
    Status,
)
from domain.ledger.rules import Decision, decide, refused
from domain.money import Money
from domain.refusals import ClockUncertain, Refusal

NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
SETTINGS = LedgerSettings(region="us-east-1", jurisdiction=JURISDICTIONS["us"])
ALICE, BOB = "acc_us0417_01J00000000000000000000001", "acc_us0417_01J00000000000000000000002"
LIMIT = "lim_us0417_01J00000000000000000000003"

small = st.integers(0, 60)
instants = st.sampled_from([NOW - timedelta(hours=1), NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=9)])
holds = st.lists(st.tuples(st.integers(1, 40), st.none() | instants), max_size=4)


@st.composite
def heads(draw: st.DrawFn, account: str) -> State:
    limits = Limits(draw(small), draw(st.none() | small), draw(st.none() | small))
    state = State(
        account=account,
        position=Position(1, draw(st.integers(1, 9))),
        currency="USD",
        posted_minor=draw(st.integers(-50, 100)),
        status=draw(st.sampled_from([Status.OPEN] * 5 + list(Status))),
        limits=limits,
        joint_limits=(LIMIT,) if draw(st.booleans()) else (),
        batching=draw(st.sampled_from([Batching.OFF] * 4 + list(Batching))),
        day=draw(st.sampled_from([None, date(2026, 3, 9), date(2026, 3, 10)])),
        day_debits_minor=draw(small),
        booked_at=draw(instants),
        booked_day=date(2026, 3, 9),
        hash=draw(st.binary(min_size=32, max_size=32)),
    )
    opened = tuple(Hold(f"hld_us0417_{n}", minor, expires_at) for n, (minor, expires_at) in enumerate(draw(holds)))
    state = with_holds(state, opened)
    return replace(state, holds_at=state.position if opened else None)


limit_heads = st.builds(
    State,
    account=st.just(LIMIT),
    position=st.just(Position(1, 4)),
    currency=st.just("USD"),
    limits=st.builds(Limits, per_day_minor=st.none() | small),
    day=st.sampled_from([None, date(2026, 3, 9), date(2026, 3, 10)]),
    day_debits_minor=small,
    booked_at=instants,
    booked_day=st.just(date(2026, 3, 10)),
)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    kind, parties = draw(
        st.sampled_from(
            [
                ("transfer", {"source": ALICE, "destination": BOB}),
                ("cash_withdrawal", {"source": ALICE}),
                ("fee", {"source": ALICE}),
                ("cash_deposit", {"destination": ALICE}),
                ("chargeback", {"source": ALICE}),
                ("hold_placed", {"account": ALICE}),
                ("hold_raised", {"account": ALICE}),
                ("hold_captured", {"account": ALICE, "destination": BOB}),
                ("card_cleared", {"account": ALICE}),
                ("hold_released", {"account": ALICE}),
                ("holds_expired", {"account": ALICE}),
                ("account_frozen", {"account": ALICE}),
                ("account_closed", {"account": ALICE}),
            ]
        )
    )
    return Command(
        kind=kind,
        initiator=ALICE,
        scope="bank",
        key="k",
        parties=parties,
        amounts={"amount": Money(draw(st.integers(1, 80)), "USD")},
        hold=f"hld_us0417_{draw(st.integers(0, 4))}" if "hold" in kind or "card" in kind else None,
        over_capture_minor=draw(st.sampled_from([0, 15])),
        release_rest=draw(st.booleans()),
    )


def asking(command: Command, now: datetime = NOW) -> Asking:
    return Asking(
        command=command,
        journal_id="jrn_us0417_" + "a" * 32,
        fingerprint=fingerprint(command),
        settings=SETTINGS,
        now=now,
    )


def read(alice: State, bob: State, limit: State, command: Command) -> dict[str, State]:
    found = {ALICE: alice, LIMIT: limit} if alice.joint_limits else {ALICE: alice}
    return {**found, BOB: bob} if BOB in command.parties.values() else found


everything = given(alice=heads(ALICE), bob=heads(BOB), limit=limit_heads, command=commands())


class TestDecide:
    @everything
    def test_is_pure(self, alice: State, bob: State, limit: State, command: Command) -> None:
        found = read(alice, bob, limit, command)
        before = dict(found)

        assert decide(asking(command), found) == decide(asking(command), found)
        assert found == before

    @everything
    def test_balances_and_takes_nothing_below_a_limit(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        found = read(alice, bob, limit, command)
        decision = decide(asking(command), found)
        if not isinstance(decision, Decision):
            return
        assert sum(leg.signed_minor for leg in decision.writes.journal.legs) == 0
        for line in decision.writes.lines:
            before, after = found[line.account], line.state
            assert after.posted_minor == before.posted_minor + line.amount_minor
            assert after.available_minor >= min(0, before.available_minor) or decision.writes.journal.forced

    @everything
    def test_each_line_follows_the_head_it_was_decided_on(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        found = read(alice, bob, limit, command)
        decision = decide(asking(command), found)
        if not isinstance(decision, Decision):
            return
        for line in decision.writes.lines:
            before = found[line.account]
            assert line.position == Position(1, before.position.seq + 1)
            assert line.previous_hash == before.hash
            assert line.state.booked_at >= before.booked_at

    @everything
    def test_every_head_read_is_extended_or_guarded(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        """Else two decisions on each other's heads both pass. A batched receiver's head alone decided nothing."""
        found = read(alice, bob, limit, command)
        decision = decide(asking(command), found)
        if isinstance(decision, Needed) or (isinstance(decision, Refusal) and not decision.stored):
            return
        writes = decision.writes if isinstance(decision, Decision) else refused(asking(command), decision, found)
        guarded = {line.account for line in writes.lines} | {account for account, _ in writes.absent}
        free = {account for account, head in found.items() if head.batching is Batching.ON}
        assert guarded | free >= set(found)
        assert isinstance(decision, Decision) or guarded == set(found)
        for account, position in writes.absent:
            assert position == Position(1, found[account].position.seq + 1)

    @everything
    def test_limits_hold_where_they_stand_before_the_debit(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        found = read(alice, bob, limit, command)
        decision = decide(asking(command), found)
        if not isinstance(decision, Decision):
            return
        for line in decision.writes.lines:
            before, after = found[line.account], line.state
            counted = after.day_debits_minor - (before.day_debits_minor if before.day == after.day else 0)
            assert counted >= 0
            if (before.day, before.day_debits_minor) != (after.day, after.day_debits_minor):
                assert after.limits.per_day_minor is None or after.day_debits_minor <= after.limits.per_day_minor

    @everything
    def test_a_forced_kind_is_never_refused_for_the_accounts_sake(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        if command.kind not in ("chargeback", "card_cleared"):
            return
        decision = decide(asking(command), read(alice, bob, limit, command))

        assert isinstance(decision, Decision | ClockUncertain)

    @everything
    def test_a_hold_is_used_up_by_what_is_captured_of_it(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        decision = decide(asking(command), read(alice, bob, limit, command))
        if not isinstance(decision, Decision) or command.kind not in ("hold_captured", "card_cleared"):
            return
        minor = command.amounts["amount"].minor
        before = {hold.id: hold.remaining_minor for hold in alice.holds or ()}
        after = decision.states[ALICE]
        left = {hold.id: hold.remaining_minor for hold in after.holds or ()} if after.holds is not None else before
        rest = max(0, before.get(command.hold or "", 0) - minor)

        assert left.get(command.hold or "", 0) == (0 if command.release_rest else rest)
        line = next(line for line in decision.writes.lines if line.account == ALICE)
        for hold, remaining in before.items():
            assert hold == command.hold or hold in line.released or left[hold] == remaining

    @given(alice=heads(ALICE), bob=heads(BOB), limit=limit_heads, command=commands())
    def test_holds_that_must_be_listed_are_asked_for_before_anything_is_refused_for_want_of_money(
        self, alice: State, bob: State, limit: State, command: Command
    ) -> None:
        """A head that only points to its list gets the same decision in the end as one that carries it."""
        found = read(alice, bob, limit, command)
        if not alice.holds:
            return
        pointing = replace(alice, holds=None, holds_at=Position(1, alice.position.seq - 1))
        pointed = {**found, ALICE: pointing}

        decision = decide(asking(command), pointed)
        if isinstance(decision, Needed):
            decision = decide(asking(command), {**found, ALICE: pointing.with_listed(alice.holds)})
        direct = decide(asking(command), found)

        assert type(decision) is type(direct)
        if isinstance(direct, Decision) and isinstance(decision, Decision):
            assert [figures(state) for state in decision.states.values()] == [
                figures(state) for state in direct.states.values()
            ]
        elif isinstance(direct, Refusal):
            assert decision == direct


def figures(state: State) -> tuple[str, int, int, int]:
    return state.account, state.posted_minor, state.held_minor, state.holds_count


class TestNeeded:
    def test_the_lists_of_all_accounts_that_need_one_are_asked_for_at_once(self) -> None:
        """Each by itself would be a round of reading each, and there are few rounds."""
        command = Command(kind="reversal", initiator=CARL, scope="bank", key="k", reverses="jrn_us0417_" + "b" * 32)
        split = replace(ORIGINAL, id=command.reverses or "")
        found = {account: pointing(account) for account in (ALICE, BOB)} | {CARL: replace(pointing(CARL), holds=())}

        needed = decide(replace(asking(command), original=split), found)

        assert needed == Needed(hold_lists=(ALICE, BOB))


CARL = "acc_us0417_01J00000000000000000000004"
ORIGINAL = Journal(
    id="",
    kind="split_transfer",
    initiator=CARL,
    legs=(
        Leg(CARL, Side.DEBIT, Money(30, "USD"), LinePlace(1, 2)),
        Leg(ALICE, Side.CREDIT, Money(10, "USD"), LinePlace(1, 2)),
        Leg(BOB, Side.CREDIT, Money(20, "USD"), LinePlace(1, 2)),
    ),
    lines=(),
    booked_at=NOW,
    booked_day=NOW.date(),
    effective_on=NOW.date(),
    fingerprint="1:ab",
    amount=Money(30, "USD"),
)


def pointing(account: str) -> State:
    """A head that has an expired hold listed further back, whose money is needed."""
    return State(
        account=account,
        position=Position(1, 3),
        currency="USD",
        posted_minor=20,
        held_minor=20,
        holds=None,
        holds_count=1,
        holds_at=Position(1, 2),
        earliest_expiry=NOW - timedelta(hours=1),
        booked_at=NOW,
        booked_day=NOW.date(),
    )
