"""Limits per transfer, per day and joint: what counts, when a day begins, and what is never given back."""

from datetime import datetime

import pytest

from domain.refusals import LimitExceeded
from tests.unit.ledger.faults import Script, rivalry
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World, at, must_post, must_refuse, usd


class TestPerTransfer:
    def test_each_debit_by_itself(self) -> None:
        tell(
            """
            open alice with=100 per_transfer=20
            open bob
            transfer alice bob 21 !LIMIT_EXCEEDED  | alice 100
            transfer alice bob 20                  | alice 80
            transfer alice bob 20                  | alice 60
            hold alice 21 !LIMIT_EXCEEDED
            send alice 21 !LIMIT_EXCEEDED
            """
        )

    def test_a_split_counts_as_a_whole(self) -> None:
        tell("open alice with=99 per_transfer=20; open bob; open carl; split alice bob:10 carl:11 !LIMIT_EXCEEDED")

    def test_the_refusal_names_the_limit(self) -> None:
        world = tell("open alice with=100 per_transfer=20; open bob")

        assert must_refuse(world.transfer("alice", "bob", 21)) == LimitExceeded("PER_TRANSFER", 20, "USD")


class TestPerDay:
    def test_debits_of_one_day_add_up(self) -> None:
        world = tell(
            """
            open alice with=100 per_day=50
            open bob
            transfer alice bob 30
            transfer alice bob 21 !LIMIT_EXCEEDED  | alice 70
            transfer alice bob 20                  | alice 50
            transfer alice bob 1 !LIMIT_EXCEEDED
            wait 12h
            transfer alice bob 50                  | alice 0
            """
        )
        assert must_refuse(world.transfer("alice", "bob", 1)) == LimitExceeded("PER_DAY", 50, "USD")

    def test_a_hold_counts_when_it_is_placed_and_a_capture_only_above_it(self) -> None:
        tell(
            """
            open alice with=200 per_day=50
            h: hold alice 30
            hold alice 21 !LIMIT_EXCEEDED
            raise alice h 5                        | alice 200 held 35
            card alice h 35                        | alice 165 held 0
            g: hold alice 10
            card alice g 16 over=9 !LIMIT_EXCEEDED
            card alice g 15 over=9                 | alice 150
            hold alice 1 !LIMIT_EXCEEDED
            """
        )

    def test_a_release_gives_nothing_back(self) -> None:
        tell("open alice with=99 per_day=50; h: hold alice 50; release alice h; hold alice 1 !LIMIT_EXCEEDED")

    def test_credits_and_what_may_not_be_refused_do_not_count(self) -> None:
        tell(
            """
            open alice with=100 per_day=50
            open bob
            chargeback alice 60
            fee alice 10
            deposit alice 60
            transfer alice bob 50                  | alice 40
            """
        )

    def test_a_refused_debit_does_not_count(self) -> None:
        tell(
            """
            open alice with=9 per_day=10
            open bob
            transfer alice bob 10 !INSUFFICIENT_FUNDS
            transfer alice bob 9 | bob 9
            """
        )

    def test_a_lowered_limit_counts_what_was_spent_before(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            transfer alice bob 30
            limits alice per_day=40
            transfer alice bob 11 !LIMIT_EXCEEDED
            transfer alice bob 10                  | alice 60
            """
        )

    def test_it_may_be_lifted(self) -> None:
        tell("open alice with=99 per_day=1; open bob; limits alice; transfer alice bob 99 | bob 99")


class TestWhenADayBegins:
    """At midnight of the jurisdiction's time zone, summer and winter, 23 hours or 25."""

    @pytest.mark.parametrize(
        ("jurisdiction", "before", "after"),
        [
            ("us", "2026-01-14T04:59:59", "2026-01-14T05:00:00"),
            ("us", "2026-07-14T03:59:59", "2026-07-14T04:00:00"),
            ("us", "2026-03-08T04:59:59", "2026-03-08T05:00:00"),  # the day the clocks go forward
            ("us", "2026-03-09T03:59:59", "2026-03-09T04:00:00"),  # the end of it, 23 hours on
            ("us", "2026-11-01T03:59:59", "2026-11-01T04:00:00"),  # the day the clocks go back
            ("us", "2026-11-02T04:59:59", "2026-11-02T05:00:00"),  # the end of it, 25 hours on
            ("eu", "2026-03-28T22:59:59", "2026-03-28T23:00:00"),
            ("eu", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),
            ("eu", "2026-10-24T21:59:59", "2026-10-24T22:00:00"),
            ("eu", "2026-10-25T22:59:59", "2026-10-25T23:00:00"),
        ],
    )
    def test_a_new_day_has_its_own_sum(self, jurisdiction: str, before: str, after: str) -> None:
        region = {"us": "us-east-1", "eu": "eu-west-1"}[jurisdiction]
        world = World(now=at(before), jurisdiction=jurisdiction, region=region)
        tell("open alice with=100 per_day=50; open bob; transfer alice bob 50", world)
        still = must_refuse(world.transfer("alice", "bob", 1))

        world.clock.instant = at(after)
        tell("transfer alice bob 50 | alice 0", world)

        assert still == LimitExceeded("PER_DAY", 50, "USD")

    @pytest.mark.parametrize(
        ("begins", "ends"),
        [("2026-03-08T05:00:00", "2026-03-09T03:59:59"), ("2026-11-01T04:00:00", "2026-11-02T04:59:59")],
    )
    def test_a_day_of_another_length_is_one_day(self, begins: str, ends: str) -> None:
        world = World(now=at(begins))
        tell("open alice with=100 per_day=50; open bob; transfer alice bob 50", world)

        world.clock.instant = at(ends)

        assert must_refuse(world.transfer("alice", "bob", 1)) == LimitExceeded("PER_DAY", 50, "USD")

    def test_it_is_the_calendar_day_and_not_the_booked_one(self) -> None:
        """Friday night, Saturday and Sunday are booked on Monday; they are days of their own all the same."""
        friday: datetime = at("2026-03-13T16:00")
        world = World(now=friday)
        tell(
            """
            open alice with=200 per_day=50
            open bob
            transfer alice bob 50
            wait 24h
            transfer alice bob 50
            wait 24h
            transfer alice bob 50
            wait 24h
            transfer alice bob 50
            transfer alice bob 1 !LIMIT_EXCEEDED
            """,
            world,
        )
        booked = [line.state.booked_day.isoformat() for line in world.ledger.lines(world.id("bob"), limit=9).rows]
        assert booked == ["2026-03-13", "2026-03-13", "2026-03-16", "2026-03-16", "2026-03-16"]


class TestJoint:
    def test_several_accounts_share_a_day(self) -> None:
        tell(
            """
            joint_limit family per_day=50
            open alice with=100 under=family
            open bob with=100 under=family
            open shop
            transfer alice shop 30                 | alice 70
            transfer bob shop 21 !LIMIT_EXCEEDED   | bob 100
            transfer bob shop 20                   | bob 80
            hold alice 1 !LIMIT_EXCEEDED
            wait 12h
            hold alice 50                          | alice 70 held 50
            """
        )

    def test_the_refusal_says_that_it_is_the_joint_one(self) -> None:
        world = tell("joint_limit family per_day=50; open alice with=100 under=family; open shop")

        assert must_refuse(world.transfer("alice", "shop", 51)) == LimitExceeded("JOINT_PER_DAY", 50, "USD")

    def test_between_two_accounts_of_the_limit_the_debit_counts_once(self) -> None:
        world = tell(
            """
            joint_limit family per_day=50
            open alice with=100 under=family
            open bob with=100 under=family
            transfer alice bob 50                 | alice 50, bob 150
            transfer bob alice 1 !LIMIT_EXCEEDED
            """
        )
        assert world.head("family").day_debits_minor == 50

    def test_an_account_may_be_under_several(self) -> None:
        tell(
            """
            joint_limit family per_day=50
            joint_limit house per_day=40
            open alice with=100 under=family+house
            open bob with=100 under=house
            open shop
            transfer alice shop 30
            transfer bob shop 11 !LIMIT_EXCEEDED
            transfer alice shop 11 !LIMIT_EXCEEDED
            joint alice family
            transfer alice shop 20                | alice 50
            transfer alice shop 1 !LIMIT_EXCEEDED
            joint alice
            transfer alice shop 50                | alice 0
            """
        )

    def test_two_debits_at_once_do_not_pass_it_together(self) -> None:
        """Each account has its own head; the limit's log is what they share (the write skew of two heads)."""
        script = Script()
        world = tell(
            """
            joint_limit family per_day=50
            open alice with=100 under=family
            open bob with=100 under=family
            """,
            World(faults=script),
        )
        one = world.command("cash_withdrawal", source="alice", amounts=usd(40))
        two = world.command("cash_withdrawal", source="bob", amounts=usd(40))
        script.at("append", "before", rivalry(lambda: must_post(world.ledger.post(two))))

        answer = world.ledger.post(one)

        assert must_refuse(answer) == LimitExceeded("JOINT_PER_DAY", 50, "USD")
        assert world.head("family").day_debits_minor == 40
        world.check()

    def test_a_joint_limit_is_raised_by_a_line_of_its_log(self) -> None:
        tell(
            """
            joint_limit family per_day=50
            open alice with=100 under=family
            open shop
            transfer alice shop 50
            limits family per_day=60
            transfer alice shop 11 !LIMIT_EXCEEDED
            transfer alice shop 10               | alice 40
            """
        )

    def test_its_own_log_has_nobody_on_the_other_side(self) -> None:
        """Whom the money went to is no matter of those who share the limit."""
        world = tell("joint_limit family per_day=50; open alice with=100 under=family; withdraw alice 20")

        assert [line.counter for line in world.ledger.lines(world.id("family"), limit=9).rows] == [None, None]

    def test_a_hint_saves_a_round_of_reading_and_changes_nothing(self) -> None:
        script = Script()
        world = tell("joint_limit family per_day=50; open alice with=100 under=family", World(faults=script))
        known = (world.id("family"),)
        plain = world.command("cash_withdrawal", source="alice", amounts=usd(20))
        hinted = world.command("cash_withdrawal", source="alice", amounts=usd(20), known_joint_limits=known)

        script.calls.clear()
        must_post(world.ledger.post(plain))
        must_post(world.ledger.post(hinted))

        assert script.calls == ["heads", "heads", "append", "heads", "append"]
        over = world.post("cash_withdrawal", source="alice", amounts=usd(11), known_joint_limits=known)
        assert must_refuse(over) == LimitExceeded("JOINT_PER_DAY", 50, "USD")
        world.check()
