"""Folding: closed minutes become totals, and the balance is exact before, after and in between."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from domain.ledger.chart import BOOKS
from domain.ledger.folding import DAYS_IN_A_RUN_MAX, Folded, Folder, LegAfterClose
from domain.ledger.hashing import GENESIS, digest_of_legs, sealed_total
from domain.ledger.model import Fault, Position, Total
from domain.ledger.store import Conflict, Unanswered
from tests.unit.ledger.faults import Script, conflict, raising, rivalry
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import NOON, SetClock, World, at, machine_in, must_post, usd

VAULT = "int_us_usd_vault_cash"
MINUTE = timedelta(minutes=1)


def totals(world: World, account: str = VAULT) -> list[Total]:
    found: list[Total] = []
    for shard in range(world.settings.shards):
        page = world.store.totals(account, region=world.settings.region, shard=shard, limit=10_000)
        found += page.rows
    return found


def used(world: World) -> list[Total]:
    return [total for total in totals(world) if total.count]


class TestClosedMinute:
    def test_a_minute_is_folded_when_it_is_close_after_past_its_end(self) -> None:
        world = World(now=at("2026-03-10T16:00:30"), shards=1)
        tell("open alice with=7", world)
        closes = at("2026-03-10T16:01:00") + world.settings.close_after

        world.clock.instant = closes - timedelta(seconds=1)
        before = world.folder.fold().totals
        world.clock.instant = closes
        after = world.folder.fold().totals

        assert (before, len(used(world))) == (0, 1)
        assert after >= 1
        (total,) = used(world)
        assert (total.day, total.hhmm, total.count, total.posted_minor) == ("20260310", "1600", 1, -7)
        assert total.booked_day.isoformat() == "2026-03-10"

    def test_each_minute_with_legs_has_a_total_of_its_own(self) -> None:
        world = World(shards=1)
        tell("open alice with=100; wait 1m; withdraw alice 1; withdraw alice 2; wait 1m; deposit alice 4", world)
        tell("wait 10m; fold", world)

        said = [(total.hhmm, total.count, total.credits_minor, total.debits_minor) for total in used(world)]

        assert said == [("1600", 1, 0, 100), ("1601", 2, 3, 0), ("1602", 1, 0, 4)]
        assert [total.posted_minor for total in used(world)] == [-100, -97, -101]

    def test_it_says_how_many_totals_it_wrote(self) -> None:
        world = World(shards=2)
        tell("open alice with=9; wait 1m; withdraw alice 1; wait 1m; withdraw alice 2; wait 24h", world)

        folded = world.folder.fold().totals

        assert folded == sum(len(log) for log in world.store.totals_of.values()) > 3

    def test_it_says_how_many_shards_it_visited_and_up_to_when_they_are_folded(self) -> None:
        world = tell("open alice with=7; wait 1m; deposit alice 8; wait 10m", World(shards=2))
        registered = len(world.store.registrations())

        folded = world.folder.fold()

        assert folded == Folded(2 * registered, len(totals(world)), world.clock.now() - world.settings.close_after)

    def test_folding_again_adds_nothing(self) -> None:
        world = tell("open alice with=100; wait 10m; fold")
        before = totals(world)

        assert world.folder.fold().totals == 0
        assert totals(world) == before

    def test_totals_are_chained_and_hold_the_digest_of_their_legs(self) -> None:
        world = World(shards=1)
        tell("open alice with=100; wait 1m; deposit alice 1; wait 1m; deposit alice 2; wait 10m; fold", world)
        log = totals(world)

        assert [total.position for total in log] == [Position(1, n + 1) for n in range(len(log))]
        assert log[0].previous_hash == GENESIS
        assert all(after.previous_hash == before.hash for before, after in pairwise(log))
        assert all(sealed_total(total).hash == total.hash for total in log)
        for total in log:
            rows = world.store.legs_of[VAULT, world.settings.region, total.shard, total.day]
            items = [item for key, item in rows if key.startswith(total.hhmm + "#")]
            assert total.digest == digest_of_legs(items)

    def test_the_stores_clock_decides_and_not_the_folders(self) -> None:
        world = tell("open alice with=7", World(shards=1))
        hasty = Folder(store=world.store, settings=world.settings, clock=SetClock(NOON + timedelta(days=1)))

        hasty.fold()

        assert used(world) == []

    def test_a_page_of_legs_is_not_the_end_of_a_minute(self) -> None:
        world = World(shards=1)
        world.open("alice", minor=1000)
        for _ in range(600):
            world.posted("cash_withdrawal", source="alice", amounts=usd(1))
        tell("wait 10m; fold", world)

        assert [total.count for total in used(world)] == [601]
        assert world.book_minor("vault_cash") == -400


class TestBalance:
    def test_it_is_exact_before_and_after_each_fold(self) -> None:
        """Over a day and a half of postings, some minutes folded, some not."""
        world = World()
        world.open("alice")
        drawn = random.Random(5)
        posted = 0
        for _ in range(120):
            minor = drawn.randint(1, 50)
            must_post(world.deposit("alice", minor))
            posted -= minor
            world.clock.advance(timedelta(minutes=drawn.randint(0, 45), seconds=drawn.randint(0, 59)))
            before = world.book_minor("vault_cash")
            if drawn.random() < 0.4:
                world.folder.fold()
            assert before == world.book_minor("vault_cash") == posted

        assert len({total.shard for total in used(world)}) == world.settings.shards
        assert sum(total.count for total in used(world)) > 60

    def test_of_an_account_nobody_ever_used_it_is_zero(self) -> None:
        world = World()

        assert world.book_minor("losses") == 0
        assert world.folder.balance_minor("inc_us0417_01J00000000000000000000009") == 0

    def test_a_shard_more_changes_nothing_that_was(self) -> None:
        """Legs name their shard; the number is never worked out again."""
        world = World(shards=2)
        world.open("alice")
        for minor in range(1, 20):
            world.deposit("alice", minor)
        tell("wait 10m; fold", world)
        wider = World(shards=5)
        wider.store, wider.accounts = world.store, world.accounts
        wider.clock = world.clock
        wider.ledger = wider.ledger_with(world.clock)
        wider.folder = Folder(store=world.store, settings=wider.settings, clock=world.clock)
        wider._keys = 1000

        for minor in range(1, 20):
            wider.deposit("alice", minor)
        tell("wait 10m; fold", wider)

        assert wider.book_minor("vault_cash") == -380
        assert {total.shard for total in totals(wider) if total.count} == {0, 1, 2, 3, 4}

    def test_a_clock_behind_the_writers_misses_nothing(self) -> None:
        world = World(now=at("2026-03-10T23:59:59"))
        world.open("alice")
        world.clock.advance(timedelta(seconds=2))
        world.deposit("alice", 5)
        slow = Folder(
            store=world.store, settings=world.settings, clock=SetClock(world.clock.now() - timedelta(seconds=3))
        )

        assert slow.balance_minor(VAULT) == -5


class TestDays:
    def test_a_minute_belongs_to_one_booked_day(self) -> None:
        """Midnight in New York lies within a day of UTC: the total before it and the one after are of two days."""
        world = World(now=at("2026-03-11T03:59:30"), shards=1)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 10m; fold", world)

        said = [(total.day, total.hhmm, total.booked_day.isoformat()) for total in used(world)]

        assert said == [("20260311", "0359", "2026-03-10"), ("20260311", "0400", "2026-03-11")]

    def test_a_minute_of_two_booked_days_stops_the_line(self) -> None:
        world = tell("open alice with=1; deposit alice 2", World(shards=1))
        ((rows),) = (rows for (account, *_), rows in world.store.legs_of.items() if account == VAULT)
        key, leg = rows[1]
        rows[1] = key, replace(leg, booked_day=leg.booked_day + timedelta(days=1))

        with pytest.raises(Fault, match="several booked days"):
            tell("wait 10m; fold", world)

    def test_the_end_of_a_utc_day_is_folded_on_the_next(self) -> None:
        world = World(now=at("2026-03-10T23:59:30"), shards=1)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 10m; fold", world)

        assert [(total.day, total.hhmm) for total in used(world)] == [("20260310", "2359"), ("20260311", "0000")]
        assert world.book_minor("vault_cash") == -3

    def test_there_is_at_least_one_total_a_day_and_shard(self) -> None:
        world = tell("open alice with=1", World(shards=2))
        for _ in range(5):
            tell("wait 24h; fold", world)

        days = {(total.shard, total.day) for total in totals(world)}

        assert days == {(shard, f"202603{n}") for shard in range(2) for n in range(10, 15)}

    def test_a_quiet_days_total_repeats_the_balance(self) -> None:
        world = tell("open alice with=9; wait 24h; fold; wait 24h; fold", World(shards=1))
        last = totals(world)[-1]

        assert (last.day, last.hhmm, last.count, last.posted_minor) == ("20260311", "2359", 0, -9)
        assert last.digest == digest_of_legs(())

    def test_its_booked_day_is_the_jurisdictions_wherever_the_machine_stands(self) -> None:
        world = World(now=at("2026-03-10T16:00"), shards=1)
        world.clock.instant = at("2026-03-11T12:00")
        with machine_in("America/Los_Angeles"):
            world.folder.fold()

        (quiet,) = totals(world)
        assert (quiet.day, quiet.hhmm, quiet.booked_day.isoformat()) == ("20260310", "2359", "2026-03-10")

    def test_it_catches_up_over_many_days(self) -> None:
        world = tell("open alice with=1", World(shards=1))
        for n in range(60):
            world.clock.advance(timedelta(hours=20))
            world.deposit("alice", n + 1)
        tell("wait 10m; fold", world)

        assert sum(total.count for total in totals(world)) == 61
        assert world.book_minor("vault_cash") == -(1 + sum(range(61)))

    def test_a_folder_that_was_away_for_years_gets_there_though_nothing_happened(self) -> None:
        """Each run goes a stretch further, else it would look at the same quiet days for ever."""
        world = tell("open alice with=1", World(shards=1))
        world.clock.advance(timedelta(days=3 * DAYS_IN_A_RUN_MAX))
        world.deposit("alice", 2)
        world.clock.advance(timedelta(hours=1))

        for _ in range(4):
            world.folder.fold()

        assert sum(total.count for total in totals(world)) == 2
        assert world.book_minor("vault_cash") == -3

    def test_a_run_that_does_not_get_to_the_end_says_up_to_when_it_got(self) -> None:
        world = World(shards=1)
        world.clock.advance(timedelta(days=2 * DAYS_IN_A_RUN_MAX))

        assert world.folder.fold().up_to == at("2026-03-10T00:00:00") + timedelta(days=DAYS_IN_A_RUN_MAX)

    def test_one_that_gets_there_over_many_days_says_so(self) -> None:
        world = tell("open alice with=1; wait 3d", World(shards=1))

        assert world.folder.fold().up_to == world.clock.now() - world.settings.close_after

    def test_so_it_does_for_an_account_that_was_never_used(self) -> None:
        world = World(shards=1)
        world.clock.advance(timedelta(days=2 * DAYS_IN_A_RUN_MAX))

        for _ in range(3):
            world.folder.fold()

        assert totals(world)[-1].day == (world.clock.now() - timedelta(days=1)).strftime("%Y%m%d")


class TestStop:
    def _folded(self) -> World:
        return tell("open alice with=1; wait 10m; fold", World(shards=1))

    def test_a_leg_in_a_folded_minute_stops_the_line(self) -> None:
        world = self._folded()
        (total,) = used(world)
        rows = world.store.legs_of[VAULT, world.settings.region, 0, total.day]
        rows.append((f"{total.hhmm}#jrn_zzz#0", rows[0][1]))

        with pytest.raises(LegAfterClose, match=total.hhmm):
            world.folder.fold()

    def test_so_does_a_leg_that_is_gone(self) -> None:
        world = self._folded()
        world.store.legs_of[VAULT, world.settings.region, 0, used(world)[-1].day].clear()

        with pytest.raises(LegAfterClose):
            world.folder.fold()

    def test_so_does_a_leg_in_the_last_minute_of_a_day_that_was_marked(self) -> None:
        world = tell("open alice with=1; wait 24h; fold; wait 24h; fold", World(shards=1))
        (_, item), *_ = world.store.legs_of[VAULT, world.settings.region, 0, "20260310"]
        world.store.legs_of[VAULT, world.settings.region, 0, "20260311"].append(("2359#jrn_zzz#0", item))

        with pytest.raises(LegAfterClose):
            world.folder.fold()

    def test_what_the_store_would_still_take_is_never_folded(self) -> None:
        """The signature bound is what makes a closed minute closed."""
        world = World(shards=1)
        world.open("alice")
        for seconds in range(0, 700, 7):
            late = world.ledger_with(SetClock(world.clock.now() - world.settings.signature_bound))
            command = world.command(
                "cash_deposit", initiator=world.internal("vault_cash"), destination="alice", amounts=usd(1)
            )
            late.post(command)
            world.clock.advance(timedelta(seconds=7 + seconds % 3))
            world.folder.fold()  # raises when something arrived in a minute it had closed

        assert world.shows("alice")[0] > 30


class TestTwoFolders:
    def test_both_at_once_write_each_total_once(self) -> None:
        script = Script()
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 1m; deposit alice 4; wait 10m", world)
        other = Folder(store=world.store, settings=world.settings, clock=world.clock)
        script.at("append_total", "before", rivalry(other.fold), nth=2)

        world.folder.fold()
        world.folder.fold()

        assert [total.posted_minor for total in used(world)] == [-1, -3, -7]
        assert [total.position.seq for total in totals(world)] == list(range(1, len(totals(world)) + 1))

    def test_the_slower_one_stops_and_goes_on_in_its_next_run(self) -> None:
        script = Script()
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 10m", world)
        script.at("append_total", "before", conflict)

        world.folder.fold()
        first = len(used(world))
        world.folder.fold()

        assert first < len(used(world))
        assert [total.posted_minor for total in used(world)] == [-1, -3]

    @pytest.mark.parametrize(("nth", "reached"), [(1, "2026-03-10T00:00:00"), (2, "2026-03-10T16:01:00")])
    def test_up_to_when_the_slower_one_has_folded_is_told_by_its_last_total(self, nth: int, reached: str) -> None:
        script = Script()
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 10m", world)
        script.at("append_total", "before", conflict, nth=nth)

        assert world.folder.fold() == Folded(len(world.store.registrations()), nth - 1, at(reached))

    def test_death_between_two_totals_leaves_the_rest_to_the_next_run(self) -> None:
        script = Script()
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 1m; deposit alice 2; wait 10m", world)
        script.at("append_total", "after", raising(Unanswered("lost")))

        with pytest.raises(Unanswered):
            world.folder.fold()
        world.folder.fold()

        assert [total.posted_minor for total in used(world)] == [-1, -3]
        assert world.book_minor("vault_cash") == -3

    def test_one_that_remembers_an_older_total_goes_on_from_the_newest(self) -> None:
        world = tell("open alice with=1; wait 10m; fold; deposit alice 2; wait 10m", World(shards=1))
        other = Folder(store=world.store, settings=world.settings, clock=world.clock)
        other.fold()
        tell("deposit alice 4; wait 10m", world)

        world.folder.fold()

        assert [total.posted_minor for total in used(world)] == [-1, -3, -7]
        assert [total.position.seq for total in totals(world)] == list(range(1, len(totals(world)) + 1))

    def test_what_was_not_written_is_not_remembered(self) -> None:
        script = Script()
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 10m; fold; deposit alice 2; wait 1m; deposit alice 4; wait 10m", world)
        script.at("append_total", "before", raising(Unanswered("lost")))

        with pytest.raises(Unanswered):
            world.folder.fold()
        world.folder.fold()

        assert [total.posted_minor for total in used(world)] == [-1, -3, -7]

    def test_a_total_of_a_taken_place_is_a_conflict(self) -> None:
        world = tell("open alice with=1; wait 10m; fold", World(shards=1))

        assert isinstance(world.store.append_total(totals(world)[0], now=world.clock.now()), Conflict)


class TestQuiet:
    def test_a_quiet_shard_costs_a_query_for_the_day_it_was_folded_in_and_one_for_today(self) -> None:
        script = Script()
        world = World(shards=1, faults=script)
        tell("open alice with=1; wait 24h; fold; wait 1m", world)
        script.calls.clear()

        world.folder.fold()

        assert script.calls.count("leg_items") == 2 * len(world.store.registrations())
        assert "last_total" not in script.calls

    def test_a_store_whose_clock_fell_back_stops_nothing(self) -> None:
        world = tell("open alice with=1; wait 10m; fold", World(shards=1))
        world.clock.advance(timedelta(minutes=-9))

        assert world.folder.fold().totals == 0


class TestRegistered:
    def test_opening_the_books_twice_keeps_the_first_day(self) -> None:
        world = World()
        world.clock.advance(timedelta(days=9))
        world.folder.open_books()

        assert {found.since for found in world.store.registrations()} == {"20260310"}

    def test_a_seed_in_the_past_opens_them_in_the_past(self) -> None:
        """Its journals are booked by its own clock, months before the store's."""
        world = World()
        world.store.registered_accounts.clear()
        past = Folder(store=world.store, settings=world.settings, clock=SetClock(NOON - timedelta(days=90)))

        past.open_books()

        assert {found.since for found in world.store.registrations()} == {"20251210"}

    def test_guarded_positions_are_logs_and_not_folded(self) -> None:
        registered = {found.account for found in World().store.registrations()}

        assert "int_us_usd_instant_prefund" not in registered
        assert {"int_us_usd_vault_cash", "int_us_eur_fx_position"} <= registered

    def test_each_batched_account_has_its_own_incoming_account_and_the_bank_none(self) -> None:
        registered = {found.account for found in World().store.registrations()}
        books = {account.split("_", 3)[3] for account in registered}

        assert books == {book.name for book in BOOKS.values() if not book.guarded} - {"incoming"}

    def test_incoming_accounts_are_folded_like_others(self) -> None:
        world = tell("open shop; batch shop; deposit shop 5; wait 1m; deposit shop 6; wait 10m; fold", World(shards=1))
        incoming = "inc_" + world.id("shop").removeprefix("acc_")

        assert [(total.hhmm, total.credits_minor) for total in totals(world, incoming)] == [("1600", 5), ("1601", 6)]
        tell("move shop 5; move shop 6; wait 10m; fold | shop 11, inc:shop 0", world)
