"""The seed over memory stores: the real services live three months, and the books they leave are sound."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from domain.access.model import Group, Relation
from domain.access.service import Approvals
from domain.access.store_memory import MemoryApprovalStore
from domain.accounts.service import Accounts
from domain.accounts.store_memory import MemoryAccountStore
from domain.audit.service import Audit
from domain.audit.store_memory import MemoryAuditStore
from domain.cases.service import Cases
from domain.cases.store_memory import MemoryCaseStore
from domain.clock import Clock
from domain.customers.service import Customers
from domain.customers.store_memory import MemoryCustomerStore
from domain.ids import Randomness
from domain.ledger.folding import Folder
from domain.ledger.service import Ledger
from domain.ledger.store_memory import MemoryLedgerStore
from domain.notices.service import Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.sealing import KeyedSealer, MemoryDataKeys
from domain.transfers.review_store_memory import MemoryReviewStore
from domain.transfers.schedules import MemorySchedules
from domain.transfers.service import Transfers
from domain.transfers.store_memory import MemoryOrderStore
from functions import composition
from functions.composition import ledger_settings
from functions.configuration import Configuration
from ops.local.bank import LocalBank, LocalRegion
from ops.seed import run
from ops.seed.history import LINES_MAX
from ops.seed.people import CUSTOMERS
from ops.seed.run import ENDS_BEFORE, FOLDS_MAX, Seeding, SeedNotFolded, fold_through
from ops.simulation.judge import judge_of
from ops.verify.judging import judge, lines
from ops.verify.world import of_memory
from tests.unit.functions.test_configuration import GOOD
from tests.unit.ledger.faults import Death, Script, When, conflict, raising
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World

NOON = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
REFUSED_PART_MAX = 0.02
"""A life now and then has no money left at the end of the month."""
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")


@dataclass
class Stores:
    """What outlives a run of the seed: the tables of one region."""

    script: Script
    ledger: MemoryLedgerStore | None = None

    def __post_init__(self) -> None:
        self.accounts, self.customers, self.orders = MemoryAccountStore(), MemoryCustomerStore(), MemoryOrderStore()
        self.notices, self.audit = MemoryNoticeStore(), MemoryAuditStore()
        self.keys = MemoryDataKeys(random.Random(5).randbytes)


class MemoryBank:
    """The parts of a bank that the seed uses, as the composition root puts them together, over memory stores."""

    def __init__(
        self, stores: Stores, configuration: Configuration, *, clock: Clock, randomness: Randomness, **_: Any
    ) -> None:
        settings = ledger_settings(configuration)
        if stores.ledger is None:
            stores.ledger = MemoryLedgerStore(clock=clock, settings=settings, faults=stores.script)
        stores.ledger._clock = clock
        self.ledger_store = stores.ledger
        self.ledger = Ledger(
            store=self.ledger_store, settings=settings, clock=clock, randomness=randomness, pause=lambda _: None
        )
        self.folder = Folder(store=self.ledger_store, settings=settings, clock=clock)
        sealer = KeyedSealer(stores.keys, random.Random(6).randbytes)
        region = configuration.region
        self.customers = Customers(
            store=stores.customers, sealer=sealer, clock=clock, randomness=randomness, region=region
        )
        self.accounts = Accounts(
            store=stores.accounts,
            ledger=self.ledger,
            clock=clock,
            randomness=randomness,
            region=region,
            addresses=configuration.region_endpoints,
        )
        self.transfers = Transfers(
            ledger=self.ledger,
            accounts=self.accounts,
            sealer=sealer,
            clock=clock,
            randomness=randomness,
            orders=stores.orders,
            schedules=MemorySchedules(),
            notices=Notices(store=stores.notices, clock=clock, randomness=randomness),
            audit=Audit(store=stores.audit, clock=clock, randomness=randomness),
            fraud=judge_of(clock),
            cases=Cases(
                store=MemoryCaseStore(),
                approvals=Approvals(store=MemoryApprovalStore(), clock=clock),
                clock=clock,
                region=region,
            ),
            reviews=MemoryReviewStore(),
            review_within=timedelta(days=1),
            step_up_within=timedelta(minutes=15),
        )


def local_region(region: str) -> LocalRegion:
    code = "eu" if region.startswith("eu-") else "us"
    environment = {name: value.replace("us-west-2", region) for name, value in GOOD.items() if name != "AWS_REGION"}
    return LocalRegion(
        region=region,
        jurisdiction=code,
        graphql="",
        webhooks="",
        health="",
        pool_id="",
        client_id="",
        outputs={},
        environment={
            **environment,
            "FLORIN_JURISDICTION": code,
            "FLORIN_REGION_ENDPOINTS": GOOD["FLORIN_REGION_ENDPOINTS"],
        },
    )


@dataclass
class Seeded:
    stores: Stores
    seeding: Seeding
    ends: datetime
    said: list[str]

    @property
    def store(self) -> MemoryLedgerStore:
        assert self.stores.ledger
        return self.stores.ledger


def lived(region: str, ends: datetime, stores: Stores | None = None) -> Seeded:
    """One region's seed, from the first customer to the last fold; with the stores of a run before, another run."""
    kept = stores or Stores(Script())
    said: list[str] = []
    here = local_region(region)
    bank = LocalBank(folder=Path(), version="0", engine_port=1, graphiql_port=2, regions={region: here})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(composition, "build", lambda settings, **parts: MemoryBank(kept, settings, **parts))
        patched.setattr(run, "root_history", lambda *_: 0)  # reads a table, and has tests of its own
        seeding = run._region(bank, here, ends, said.append)
    return Seeded(kept, seeding, ends, said)


def now() -> datetime:
    return datetime.now(UTC)


@cache
def seeded(region: str) -> Seeded:
    return lived(region, now() - ENDS_BEFORE)


@pytest.fixture(params=REGIONS)
def home(request: pytest.FixtureRequest) -> Seeded:
    return seeded(request.param)


class TestFoldedBesideTheDeployedFolder:
    """The scheduled folder takes up the books as soon as they are on its list."""

    def test_it_goes_on_after_it_gave_way(self) -> None:
        script = Script()
        pauses: list[float] = []
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 10m", world)
        script.at("append_total", "before", conflict)

        fold_through(world.folder, world.clock.now() - timedelta(minutes=8), pause=pauses.append)

        assert len(pauses) == 1
        assert all(
            not list(world.folder.unfolded(account, 0, found.since))
            for account, found in world.store.registered_accounts.items()
        )

    def test_it_says_so_where_the_other_one_never_ends(self) -> None:
        script = Script()
        pauses: list[float] = []
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 10m", world)
        script.always("append_total", conflict)

        with pytest.raises(SeedNotFolded, match="not folded up to"):
            fold_through(world.folder, world.clock.now() - timedelta(minutes=8), pause=pauses.append)

        assert len(pauses) == FOLDS_MAX


class TestBooks:
    def test_they_keep_every_promise_that_verify_judges(self, home: Seeded) -> None:
        settings = home.seeding.bank.ledger.settings
        verdicts = judge(of_memory(home.store, settings=settings, now=now()))

        assert all(verdict.ok for verdict in verdicts), "\n".join(lines(verdicts))

    def test_no_minute_is_left_unfolded(self, home: Seeded) -> None:
        folder, settings = home.seeding.bank.folder, home.seeding.bank.ledger.settings
        totals = 0
        for account, found in home.store.registered_accounts.items():
            for shard in range(settings.shards):
                assert list(folder.unfolded(account, shard, found.since)) == []
                totals += home.store.last_total(account, region=settings.region, shard=shard) is not None
        assert totals > 4

    def test_no_account_is_longer_than_the_engine_reads_well(self, home: Seeded) -> None:
        lengths = {account: len(log) for account, log in home.store.lines_of.items() if log}

        assert len(lengths) == 2 * len(CUSTOMERS[home.seeding.region.region])
        assert max(lengths.values()) <= LINES_MAX

    def test_it_ends_at_least_ten_minutes_ago_and_reaches_three_months_back(self, home: Seeded) -> None:
        booked = [journal.booked_at for journal in home.store.journals.values()]

        assert max(booked) < now() - timedelta(minutes=10)
        assert max(booked) > home.ends - timedelta(minutes=1)
        assert timedelta(days=88) < home.ends - min(booked) < timedelta(days=92)

    def test_nearly_everything_passes_and_what_does_not_is_a_stored_refusal(self, home: Seeded) -> None:
        refused = [journal for journal in home.store.journals.values() if not journal.posted]

        assert home.seeding.refused == len(refused)
        assert len(refused) <= REFUSED_PART_MAX * len(home.store.journals)
        assert {journal.refusal.code for journal in refused if journal.refusal} <= {"INSUFFICIENT_FUNDS"}

    def test_nobody_owes_more_than_they_may(self, home: Seeded) -> None:
        for log in home.store.lines_of.values():
            if log:
                assert log[-1].state.available_minor >= 0


class TestLife:
    def test_the_first_three_have_an_open_hold_to_look_at(self, home: Seeded) -> None:
        held = [log[-1].state for log in home.store.lines_of.values() if log and log[-1].state.held_minor]

        assert len(held) == min(3, len(home.seeding.customers))
        for state in held:
            (hold,) = home.seeding.bank.ledger.holds(state.account)
            assert hold.expires_at
            assert hold.expires_at > now() + timedelta(days=5)

    def test_every_card_payment_was_cleared(self, home: Seeded) -> None:
        kinds = Counter(journal.kind for journal in home.store.journals.values() if journal.posted)

        assert kinds["hold_placed"] - kinds["card_captured"] == 3
        assert kinds["card_captured"] > 0

    def test_customers_live_in_the_region_and_accounts_where_their_customers_do(self, home: Seeded) -> None:
        region = home.seeding.region
        jurisdiction = home.seeding.bank.ledger.settings.jurisdiction
        for customer in home.seeding.customers.values():
            assert customer.jurisdiction == region.jurisdiction
            assert jurisdiction.region_of(customer.slot) == region.region
            assert len(home.seeding.bank.accounts.accounts_of(customer.id).rows) >= 2

    def test_an_account_is_shared_and_another_may_be_seen(self) -> None:
        home = seeded("us-east-1")
        relations = Counter(
            held.relation
            for customer in home.seeding.customers.values()
            for held in home.seeding.bank.accounts.accounts_of(customer.id).rows
        )

        assert relations == {Relation.OWNER: 32, Relation.JOINT_OWNER: 1, Relation.DELEGATE: 1}

    def test_who_may_sign_in_is_who_was_made(self, home: Seeded) -> None:
        logins = run._logins(home.seeding)

        assert [login.name for login in logins] == [person.login for person in CUSTOMERS[home.seeding.region.region]]
        assert {login.groups for login in logins} == {(Group.CUSTOMER,)}
        assert all(home.seeding.customers[login.name].id == login.person for login in logins)

    def test_it_says_how_far_it_is(self, home: Seeded) -> None:
        assert home.said[0].startswith(f"{home.seeding.region.region}: 0 of ")
        assert f"{len(home.seeding.customers)} customers" in home.said[-1]


def story(home: Seeded) -> Counter[tuple[str, object, date, bool]]:
    """What happened, without the ids that chance drew."""
    return Counter(
        (journal.kind, journal.amount, journal.booked_day, journal.posted)
        for journal in home.store.journals.values()
        if journal.kind != "account_opened"
    )


class TestAgain:
    def test_the_same_day_makes_the_same_bank(self) -> None:
        first = seeded("us-west-2")
        second = lived("us-west-2", first.ends)

        assert set(first.store.journals) == set(second.store.journals)

    def test_run_again_the_same_day_it_changes_nothing(self) -> None:
        home = lived("us-west-2", NOON)
        before = dict(home.store.journals)

        again = lived("us-west-2", NOON + timedelta(minutes=40), home.stores)

        assert home.store.journals == before
        assert again.seeding.refused == home.seeding.refused

    @pytest.mark.parametrize("nth", [1, 3, 8, 9, 40, 133])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_cut_off_anywhere_and_run_again_it_ends_as_if_it_had_not_been(self, nth: int, when: When) -> None:
        whole = lived("us-west-2", NOON)
        stores = Stores(Script())
        stores.script.at("append", when, raising(Death()), nth=nth)
        with pytest.raises(Death):
            lived("us-west-2", NOON, stores)

        home = lived("us-west-2", NOON + timedelta(minutes=5), stores)

        assert story(home) == story(whole)
        assert home.seeding.refused == whole.seeding.refused

    def test_a_history_of_another_day_is_not_mixed_into_it(self) -> None:
        home = lived("us-west-2", NOON)

        with pytest.raises(run.SeedRefused, match="key"):
            lived("us-west-2", NOON + timedelta(days=1), home.stores)

    @pytest.mark.parametrize("hour", range(0, 24, 5))
    def test_the_hour_at_which_it_runs_does_not_matter(self, hour: int) -> None:
        """Accounts are open before their first money comes."""
        home = lived("us-west-2", NOON.replace(hour=hour))

        assert home.seeding.refused <= REFUSED_PART_MAX * len(home.store.journals)
        deposits = Counter(journal.kind for journal in home.store.journals.values() if journal.posted)
        assert deposits["payment_received"] >= 8

    def test_a_step_that_must_pass_and_does_not_stops_it_by_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person = CUSTOMERS["us-west-2"][0]
        bad = type(person)(person.login, " ", person.kind, person.city, person.born_on, person.accounts)
        monkeypatch.setitem(CUSTOMERS, "us-west-2", (bad, *CUSTOMERS["us-west-2"][1:]))

        with pytest.raises(run.SeedRefused, match=person.login):
            lived("us-west-2", now() - ENDS_BEFORE)


def test_the_seed_of_no_region_touches_another_one() -> None:
    """Every account and journal says its place."""
    for region in REGIONS:
        home = seeded(region)
        assert {name.split("_")[1][:2] for name in home.store.lines_of if name.startswith("acc_")} == {
            home.seeding.region.jurisdiction
        }
