"""Random commands on a few accounts: whatever comes, in whatever order, all invariants hold after every step.

Every command is previewed before it is posted and asked again later; plain transfers and holds are judged by a few
lines of their own that know nothing of the ledger's code.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.ledger.model import EXPIRY_GRACE, Command, Journal, Limits, Posted, Refused, Status
from domain.money import Money
from domain.refusals import DestinationUnavailable
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World, code

DOLLARS = ("alice", "bob", "carl")
NAMES = (*DOLLARS, "alois")
names = st.sampled_from(NAMES)
dollars = st.sampled_from(DOLLARS)
minors = st.integers(1, 120)
picks = st.integers(0, 10**6)
EXAMPLES, STEPS = 50, 30


class Bank(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(shards=2)
        self.asked: list[tuple[Command, Posted | Refused]] = []
        self.holds: list[tuple[str, str]] = []

    @initialize()
    def open(self) -> None:
        tell(
            """
            joint_limit family per_day=400
            open alice with=300 overdraft=50 under=family
            open bob with=300 per_day=250 per_transfer=100
            open carl under=family
            open alois EUR with=300
            """,
            self.world,
        )

    # What may be asked.

    @rule(name=names, minor=minors)
    def deposit(self, name: str, minor: int) -> None:
        self._ask("cash_deposit", destination=name, amounts=self._money(name, minor))

    @rule(source=names, destination=names, minor=minors)
    def transfer(self, source: str, destination: str, minor: int) -> None:
        expected = self._expected_transfer(source, destination, minor)
        answer = self._ask("transfer", source=source, destination=destination, amounts=self._money(source, minor))
        assert code(answer) == expected, (answer, expected)

    @rule(source=dollars, one=minors, two=minors)
    def split(self, source: str, one: int, two: int) -> None:
        others = [name for name in DOLLARS if name != source]
        shares = tuple(
            (self.world.id(name), Money(minor, "USD")) for name, minor in zip(others, (one, two), strict=True)
        )
        self._ask("split_transfer", source=source, shares=shares, amounts={"amount": Money(one + two, "USD")})

    @rule(source=dollars, sold=minors, bought=minors)
    def exchange(self, source: str, sold: int, bought: int) -> None:
        amounts = {"sold": Money(sold, "USD"), "bought": Money(bought, "EUR")}
        self._ask("fx_exchange", source=source, destination="alois", amounts=amounts)

    @rule(name=names, minor=minors, kind=st.sampled_from(["chargeback", "payment_returned", "fee"]))
    def take(self, name: str, minor: int, kind: str) -> None:
        answer = self._ask(kind, source=name, amounts=self._money(name, minor))
        assert isinstance(answer, Posted) or kind == "fee"

    @rule(name=names, minor=minors, hours=st.sampled_from([None, 1, 5]))
    def hold(self, name: str, minor: int, hours: int | None) -> None:
        expires_at = self.world.clock.now() + timedelta(hours=hours) if hours else None
        answer = self._ask("hold_placed", account=name, amounts=self._money(name, minor), expires_at=expires_at)
        if isinstance(answer, Posted):
            assert answer.journal.hold
            self.holds.append((name, answer.journal.hold))

    @precondition(lambda self: self.holds)
    @rule(pick=picks, minor=minors)
    def raise_hold(self, pick: int, minor: int) -> None:
        name, hold = self.holds[pick % len(self.holds)]
        self._ask("hold_raised", account=name, hold=hold, amounts=self._money(name, minor))

    @precondition(lambda self: self.holds)
    @rule(
        pick=picks,
        minor=minors,
        over=st.sampled_from([0, 0, 20]),
        rest=st.booleans(),
        kind=st.sampled_from(["card_captured", "card_cleared", "hold_captured"]),
    )
    def capture(self, pick: int, minor: int, over: int, rest: bool, kind: str) -> None:
        name, hold = self.holds[pick % len(self.holds)]
        parts = {"destination": "carl"} if kind == "hold_captured" else {}
        self._ask(
            kind,
            account=name,
            hold=hold,
            amounts=self._money(name, minor),
            over_capture_minor=over,
            release_rest=rest,
            **parts,
        )

    @precondition(lambda self: self.holds)
    @rule(pick=picks, kind=st.sampled_from(["hold_released", "holds_expired"]))
    def let_go(self, pick: int, kind: str) -> None:
        name, hold = self.holds[pick % len(self.holds)]
        self._ask(kind, account=name, hold=hold)

    @precondition(lambda self: self._posted())
    @rule(pick=picks, part=st.none() | minors)
    def reverse(self, pick: int, part: int | None) -> None:
        posted = self._posted()
        original = posted[pick % len(posted)]
        currency = original.amount.currency if original.amount else "USD"
        amounts = {"amount": Money(part, currency)} if part else {}
        self._ask("reversal", initiator=original.initiator, reverses=original.id, amounts=amounts)

    @rule(
        name=names,
        kind=st.sampled_from(["debits_frozen", "account_frozen", "account_thawed", "account_thawed", "account_closed"]),
    )
    def change(self, name: str, kind: str) -> None:
        self._ask(kind, account=name)

    @rule(name=names, overdraft=st.sampled_from([0, 50]), per_day=st.none() | st.integers(0, 500))
    def limits(self, name: str, overdraft: int, per_day: int | None) -> None:
        self._ask("limits_set", account=name, limits=Limits(overdraft_minor=overdraft, per_day_minor=per_day))

    @rule(name=names, kind=st.sampled_from(["batching_started", "batching_ended"]))
    def batch(self, name: str, kind: str) -> None:
        self._ask(kind, account=name)

    @rule(name=names)
    def move_batch(self, name: str) -> None:
        waiting = self.world.incoming_minor(name)
        if waiting:
            incoming = "inc_" + self.world.id(name).removeprefix("acc_")
            answer = self._ask(
                "batch_moved",
                initiator=self.world.id(name),
                incoming=incoming,
                account=name,
                amounts=self._money(name, waiting),
            )
            assert isinstance(answer, Posted) or answer.refusal == DestinationUnavailable()

    @rule(hours=st.sampled_from([0.1, 1.5, 13, 60]))
    def wait(self, hours: float) -> None:
        self.world.clock.advance(timedelta(hours=hours))

    @rule()
    def fold(self) -> None:
        self.world.folder.fold()

    @precondition(lambda self: self.asked)
    @rule(pick=picks)
    def ask_again(self, pick: int) -> None:
        command, first = self.asked[pick % len(self.asked)]
        again = self.world.ledger.post(command)
        if isinstance(first, Posted):
            assert isinstance(again, Posted)
            assert (again.journal, again.states, again.replayed) == (first.journal, first.states, True)
        elif first.journal is not None:
            assert isinstance(again, Refused)
            assert (again.refusal, again.journal, again.replayed) == (first.refusal, first.journal, True)

    # What must be true.

    @invariant()
    def everything_holds(self) -> None:
        self.world.check()

    @invariant()
    def all_balances_add_up_to_zero_by_what_the_folder_says(self) -> None:
        for currency in self.world.settings.currencies:
            internal = sum(
                self.world.folder.balance_minor(found.account)
                for found in self.world.store.registrations()
                if self._currency(found.account) == currency
            )
            heads = [lines[-1].state for lines in self.world.store.lines_of.values() if lines]
            assert internal + sum(state.posted_minor for state in heads if state.currency == currency) == 0

    @invariant()
    def statements_run(self) -> None:
        for name in self.world.accounts:
            running = 0
            for line in self.world.ledger.lines(self.world.id(name), limit=1000).rows:
                running += line.amount_minor
                assert line.state.ledger_minor == running

    # How it is asked.

    def _ask(self, kind: str, **parts: object) -> Posted | Refused:
        command = self.world.command(kind, **parts)
        would = self.world.ledger.preview(command)
        answer = self.world.ledger.post(command)
        assert code(would) == code(answer)
        if isinstance(answer, Posted):
            assert would == answer
        self.asked.append((command, answer))
        return answer

    def _money(self, name: str, minor: int) -> dict[str, Money]:
        return {"amount": Money(minor, self.world.head(name).currency)}

    def _posted(self) -> list[Journal]:
        return [answer.journal for _, answer in self.asked if isinstance(answer, Posted)]

    def _currency(self, account: str) -> str:
        if account.startswith("inc_"):
            return self.world.state("acc_" + account.removeprefix("inc_")).currency
        return account.split("_")[2].upper()

    def _expected_transfer(self, source: str, destination: str, minor: int) -> str:
        """The rules of a transfer, told once more in the plainest way."""
        payer, payee = self.world.head(source), self.world.head(destination)
        now = self.world.clock.now()
        today = now.astimezone(self.world.settings.jurisdiction.time_zone).date()
        spent = payer.day_debits_minor if payer.day == today else 0
        family = self.world.head("family")
        jointly = family.day_debits_minor if family.day == today else 0
        expired = sum(
            hold.remaining_minor
            for hold in self.world.ledger.holds(payer.account)
            if hold.expires_at and hold.expires_at + EXPIRY_GRACE <= now
        )
        limits = payer.limits
        reasons = (
            ("SAME_ACCOUNT", source == destination),
            ("CURRENCY_MISMATCH", payer.currency != payee.currency),
            ("ACCOUNT_CLOSED", payer.status is Status.CLOSED),
            ("ACCOUNT_FROZEN", payer.status in (Status.DEBITS_FROZEN, Status.FROZEN)),
            ("LIMIT_EXCEEDED", limits.per_transfer_minor is not None and minor > limits.per_transfer_minor),
            ("LIMIT_EXCEEDED", limits.per_day_minor is not None and spent + minor > limits.per_day_minor),
            ("INSUFFICIENT_FUNDS", payer.posted_minor - payer.held_minor + expired + limits.overdraft_minor < minor),
            ("DESTINATION_UNAVAILABLE", payee.status in (Status.CLOSED, Status.FROZEN)),
            ("LIMIT_EXCEEDED", bool(payer.joint_limits) and jointly + minor > 400),
        )
        return next((name for name, met in reasons if met), "POSTED")


TestBank = Bank.TestCase
TestBank.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
