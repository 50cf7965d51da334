"""Holds: placed, raised, captured, released, expired; listed in one line and pointed to by the lines after it."""

from datetime import timedelta

import pytest

from domain.ids import hold_id
from domain.ledger.model import EXPIRY_GRACE, HOLDS_MAX, Hold, Journal, Position
from domain.money import Money
from domain.refusals import (
    CurrencyMismatch,
    FieldFault,
    HoldExpired,
    HoldTooSmall,
    HoldUnknown,
    InputInvalid,
    Refusal,
    TooManyHolds,
)
from tests.unit.ledger.faults import Script
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, must_post, must_refuse, usd


class TestList:
    def test_the_holds_of_a_state_are_those_that_its_line_or_an_earlier_one_lists(self) -> None:
        world = tell(
            """
            open alice with=100
            open bob with=100
            open carl
            hold alice 30
            hold bob 10
            transfer bob carl 5
            """
        )
        heads = world.ledger.heads([world.id(name) for name in ("alice", "bob", "carl")])
        found = world.ledger.holds_in(list(heads.values()))
        assert found == {state.key: world.ledger.holds(name) for name, state in heads.items()}
        assert sorted(len(holds) for holds in found.values()) == [0, 1, 1]

    def test_states_that_list_their_own_holds_cost_no_reading(self) -> None:
        script = Script()
        world = tell("open alice with=100; open bob; hold alice 30", World(faults=script))
        heads = world.ledger.heads([world.id("alice"), world.id("bob")])
        script.calls.clear()

        found = world.ledger.holds_in(list(heads.values()))

        assert [len(holds) for holds in found.values()] == [1, 0]
        assert script.calls == []


class TestPlace:
    def test_money_is_set_aside_and_not_moved(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            hold alice 30                              | alice 100 held 30 available 70
            transfer alice bob 71 !INSUFFICIENT_FUNDS
            hold alice 71 !INSUFFICIENT_FUNDS
            transfer alice bob 70                      | alice 30 held 30 available 0
            """
        )

    def test_the_hold_is_named_after_the_journal_that_placed_it(self) -> None:
        world = tell("open alice with=100")

        posted = world.posted("hold_placed", account="alice", amounts=usd(30))

        assert posted.journal.hold == hold_id(posted.journal.id)
        assert world.ledger.holds(world.id("alice")) == (Hold(hold_id(posted.journal.id), 30, None),)

    def test_a_hold_is_not_born_expired(self) -> None:
        world = tell("open alice with=100")
        command = world.command("hold_placed", account="alice", amounts=usd(1), expires_at=world.clock.now())

        answer = world.ledger.post(command)

        assert must_refuse(answer) == InputInvalid(
            (FieldFault(("expiresAt",), "IN_THE_PAST", "a hold expires later than now"),)
        )
        assert world.ledger.holds(world.id("alice")) == ()

    def test_a_hold_is_in_the_currency_of_its_account(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; h: hold alice 5")
        euros = {"amount": Money(1, "EUR")}

        placed = story.world.refused("hold_placed", account="alice", amounts=euros)
        raised = story.world.refused("hold_raised", account="alice", hold=story.hold("h"), amounts=euros)

        assert placed.refusal == raised.refusal == CurrencyMismatch(story.world.id("alice"), "USD", "EUR")

    def test_a_new_hold_releases_no_expired_one_while_there_is_room(self) -> None:
        """That is the sweeper's, in a line of its own."""
        story = Story(World())
        story.tell("open alice with=100; old: hold alice 10 for=1h; wait 2h; new: hold alice 10")

        assert [hold.id for hold in story.world.ledger.holds(story.world.id("alice"))] == [
            story.hold("old"),
            story.hold("new"),
        ]

    def test_the_same_key_answers_the_same_after_the_hold_has_expired(self) -> None:
        world = tell("open alice with=100")
        soon = world.clock.now() + timedelta(minutes=1)
        command = world.command("hold_placed", account="alice", amounts=usd(1), expires_at=soon)
        first = must_post(world.ledger.post(command))

        world.clock.advance(timedelta(hours=1))

        assert must_post(world.ledger.post(command)).journal == first.journal

    def test_sixty_four_are_open_at_the_most(self) -> None:
        story = Story(World())
        story.tell("open alice with=1000\n" + "\n".join(f"h{n}: hold alice 1" for n in range(HOLDS_MAX)))

        refused = story.world.refused("hold_placed", account="alice", amounts=usd(1))
        assert refused.refusal == TooManyHolds(story.world.id("alice"), HOLDS_MAX)
        story.tell(
            """
            release alice h17          | alice 1000 held 63
            hold alice 1               | alice 1000 held 64
            hold alice 1 !TOO_MANY_HOLDS
            """
        )
        assert len(story.world.ledger.holds(story.world.id("alice"))) == HOLDS_MAX

    def test_an_expired_one_makes_room_for_the_sixty_fifth(self) -> None:
        story = Story(World())
        story.tell("open alice with=1000\nhold alice 5 for=1h\n" + "hold alice 1\n" * (HOLDS_MAX - 1))

        story.tell("wait 2h; hold alice 7 | alice 1000 held 70")

    def test_too_little_money_is_said_before_too_many_holds(self) -> None:
        tell("open alice with=64\n" + "hold alice 1\n" * HOLDS_MAX + "hold alice 1 !INSUFFICIENT_FUNDS")


class TestRaise:
    def test_more_is_set_aside_under_the_same_name(self) -> None:
        tell(
            """
            open alice with=100
            h: hold alice 30
            raise alice h 20              | alice 100 held 50 available 50
            raise alice h 51 !INSUFFICIENT_FUNDS
            card alice h 50               | alice 50 held 0
            raise alice h 1 !HOLD_UNKNOWN
            """
        )

    def test_it_keeps_its_expiry_unless_another_is_given(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; h: hold alice 30 for=1h")
        account, expires_at = story.world.id("alice"), story.world.clock.now() + timedelta(hours=1)

        story.tell("raise alice h 5")
        kept = story.world.ledger.holds(account)[0].expires_at
        story.tell("raise alice h 5 for=3h")
        later = story.world.ledger.holds(account)[0].expires_at

        assert (kept, later) == (expires_at, expires_at + timedelta(hours=2))

    def test_the_refusal_names_the_hold_that_was_asked_for(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; h: hold alice 30 for=1h; wait 2h")
        world, hold = story.world, story.hold("h")

        def refusal(**parts: object) -> Refusal:
            return world.refused("hold_raised", account="alice", amounts=usd(1), **parts).refusal

        assert refusal(hold=hold) == HoldExpired(hold)
        assert refusal(hold=f"{hold[:-1]}a") == HoldUnknown(f"{hold[:-1]}a")
        assert refusal() == HoldUnknown("")

    def test_an_expired_hold_is_not_raised(self) -> None:
        tell("open alice with=100; h: hold alice 30 for=1h; wait 2h; raise alice h 5 !HOLD_EXPIRED | alice 100 held 30")


class TestCapture:
    def test_all_of_it(self) -> None:
        tell(
            """
            open alice with=100
            open shop
            h: hold alice 30
            capture alice h shop 30       | alice 70 held 0 available 70, shop 30
            capture alice h shop 1 !HOLD_UNKNOWN
            """
        )

    def test_parts_several_times(self) -> None:
        tell(
            """
            open alice with=100
            open shop
            h: hold alice 30
            capture alice h shop 10       | alice 90 held 20 available 70
            capture alice h shop 15       | alice 75 held 5 available 70
            capture alice h shop 6 !HOLD_TOO_SMALL
            capture alice h shop 5        | alice 70 held 0 available 70, shop 30
            """
        )

    def test_a_final_capture_releases_the_rest(self) -> None:
        tell(
            """
            open alice with=100
            h: hold alice 30
            card alice h 10 rest=yes      | alice 90 held 0 available 90, @card_settlement 10
            card alice h 1 !HOLD_UNKNOWN
            """
        )

    def test_above_the_hold_only_as_far_as_the_callers_rule_goes(self) -> None:
        tell(
            """
            open alice with=100
            h: hold alice 30
            card alice h 37 over=6 !HOLD_TOO_SMALL | alice 100 held 30
            card alice h 36 over=6                 | alice 64 held 0 available 64
            """
        )

    def test_what_goes_above_the_hold_must_be_there(self) -> None:
        tell(
            """
            open alice with=30
            h: hold alice 28
            card alice h 31 over=9 !INSUFFICIENT_FUNDS | alice 30 held 28 available 2
            card alice h 30 over=9                     | alice 0 held 0 available 0
            """
        )

    def test_what_was_held_is_there_though_a_forced_debit_took_the_rest(self) -> None:
        tell(
            """
            open alice with=50
            h: hold alice 30
            chargeback alice 50           | alice 0 held 30 available -30
            card alice h 30               | alice -30 held 0 available -30
            """
        )

    def test_after_lines_that_do_not_touch_the_hold(self) -> None:
        """The head only points to the list then. Until it is read, nothing may be said of the money."""
        tell(
            """
            open alice with=100
            open shop
            h: hold alice 60
            transfer alice shop 40        | alice 60 held 60 available 0
            capture alice h shop 60       | alice 0 held 0 available 0, shop 100
            """
        )

    def test_a_refusal_says_what_remains(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; h: hold alice 30; card alice h 10")

        refused = story.world.refused(
            "card_captured", account="alice", hold=story.hold("h"), amounts=usd(21), over_capture_minor=0
        )

        assert refused.refusal == HoldTooSmall(story.hold("h"), 20, "USD")

    def test_of_somebody_elses_hold_there_is_none(self) -> None:
        tell("open alice with=100; open bob with=100; h: hold alice 30; card bob h 30 !HOLD_UNKNOWN | bob 100")

    def test_to_the_account_itself_is_no_capture(self) -> None:
        tell("open alice with=100; h: hold alice 30; capture alice h alice 30 !SAME_ACCOUNT | alice 100 held 30")

    def test_a_frozen_accounts_hold_is_not_captured_by_what_may_be_refused(self) -> None:
        tell(
            """
            open alice with=100
            h: hold alice 30
            freeze_debits alice
            card alice h 30 !ACCOUNT_FROZEN     | alice 100 held 30
            clear alice h 30                    | alice 70 held 0
            """
        )

    def test_a_closed_receiver_refuses_it(self) -> None:
        tell(
            """
            open alice with=100
            open shop
            close shop
            h: hold alice 30
            capture alice h shop 30 !DESTINATION_UNAVAILABLE  | alice 100 held 30
            """
        )


class TestClear:
    """A clearing that the network has settled is not refused."""

    def test_within_the_hold(self) -> None:
        world = tell("open alice with=100; h: hold alice 30; clear alice h 20 | alice 80 held 10 available 70")
        assert last(world).shortfall_minor == 0

    def test_above_the_hold_and_the_funds(self) -> None:
        world = tell("open alice with=50; h: hold alice 30; clear alice h 60 | alice -10 held 0 available -10")
        assert last(world).shortfall_minor == 10

    def test_of_a_hold_that_is_gone(self) -> None:
        story = Story(World())
        story.tell("open alice with=50; h: hold alice 30; release alice h; clear alice h 20 | alice 30 held 0")

        assert last(story.world).hold == story.hold("h")

    def test_short_of_money_it_releases_all_that_has_expired(self) -> None:
        """Whatever room that makes, and though it is not enough."""
        world = tell(
            """
            open alice with=30
            hold alice 10 for=1h
            h: hold alice 5
            wait 2h
            clear alice h 50          | alice -20 held 0 available -20
            """
        )
        assert last(world).shortfall_minor == 20

    def test_an_expired_hold_that_is_still_open_pays_it(self) -> None:
        """Else the money would be taken and set aside at once: a shortfall that is none."""
        world = tell(
            """
            open alice with=30
            h: hold alice 30 for=1h
            wait 2h
            clear alice h 30          | alice 0 held 0 available 0
            """
        )
        assert last(world).shortfall_minor == 0

    def test_other_expired_holds_make_room(self) -> None:
        world = tell(
            """
            open alice with=50
            other: hold alice 20 for=1h
            h: hold alice 30
            wait 2h
            clear alice h 45          | alice 5 held 0 available 5
            """
        )
        assert last(world).shortfall_minor == 0

    def test_after_lines_that_do_not_touch_the_hold(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            h: hold alice 60
            transfer alice bob 40
            clear alice h 60          | alice 0 held 0 available 0
            """
        )


class TestRelease:
    def test_the_money_is_free_again(self) -> None:
        tell(
            """
            open alice with=100
            a: hold alice 30
            b: hold alice 40          | alice 100 held 70 available 30
            release alice a           | alice 100 held 40 available 60
            release alice a !HOLD_UNKNOWN
            release alice b           | alice 100 held 0 available 100
            """
        )

    def test_an_expired_hold_is_released_all_the_same(self) -> None:
        tell("open alice with=100; h: hold alice 30 for=1h; wait 2h; release alice h | alice 100 held 0")

    def test_a_frozen_account_lets_go(self) -> None:
        tell("open alice with=100; h: hold alice 30; freeze alice; release alice h | alice 100 held 0 available 100")


class TestExpiry:
    def test_a_hold_binds_until_a_line_says_otherwise(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            hold alice 30 for=1h
            wait 3h                       | alice 100 held 30 available 70
            transfer alice bob 10         | alice 90 held 30 available 60
            """
        )

    def test_the_line_that_needs_the_money_releases_it(self) -> None:
        world = tell(
            """
            open alice with=100
            open bob
            hold alice 30 for=1h
            hold alice 20
            wait 3h
            transfer alice bob 75         | alice 25 held 20 available 5
            """
        )
        line = world.ledger.lines(world.id("alice"), descending=True, limit=1).rows[0]
        assert len(line.released) == 1
        assert (line.amount_minor, line.held_change_minor) == (-75, -30)

    def test_so_does_a_line_that_has_to_read_the_list_first(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            hold alice 50 for=1h
            hold alice 10 for=9h
            transfer alice bob 20         | alice 80 held 60
            wait 3h
            transfer alice bob 70         | alice 10 held 10 available 0
            """
        )

    def test_a_refused_debit_releases_nothing(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            hold alice 60 for=1h
            wait 3h
            transfer alice bob 101 !INSUFFICIENT_FUNDS   | alice 100 held 60 available 40
            """
        )

    def test_a_hold_of_a_journey_has_no_expiry(self) -> None:
        tell("open alice with=100; open bob; hold alice 60; wait 900d; transfer alice bob 41 !INSUFFICIENT_FUNDS")

    @pytest.mark.parametrize(
        ("late", "code"), [(EXPIRY_GRACE - timedelta(microseconds=1), "POSTED"), (EXPIRY_GRACE, "HOLD_EXPIRED")]
    )
    def test_it_counts_as_expired_five_seconds_late(self, late: timedelta, code: str) -> None:
        story = Story(World())
        story.tell("open alice with=100; h: hold alice 60 for=1h; wait 1h")
        story.world.clock.advance(late)

        story.tell(f"card alice h 60 {'' if code == 'POSTED' else '!' + code}")

    def test_the_sweeper_releases_all_that_have_expired(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            a: hold alice 10 for=1h
            b: hold alice 20 for=2h
            c: hold alice 30 for=9h
            transfer alice bob 5
            wait 3h
            expire alice a                | alice 95 held 30 available 65
            expire alice b !HOLD_UNKNOWN
            """
        )

    def test_nothing_expired_is_nothing_to_release(self) -> None:
        tell("open alice with=100; h: hold alice 10 for=1h; expire alice h !HOLD_UNKNOWN | alice 100 held 10")

    def test_an_account_without_holds_has_none_to_name(self) -> None:
        world = tell("open alice")

        assert world.refused("holds_expired", account="alice").refusal == HoldUnknown("")

    def test_raised_in_time_it_lives_on(self) -> None:
        tell(
            """
            open alice with=100
            h: hold alice 10 for=1h
            raise alice h 1 for=9h
            wait 2h
            expire alice h !HOLD_UNKNOWN  | alice 100 held 11
            card alice h 11               | alice 89 held 0
            """
        )

    def test_closing_does_not_wait_for_holds_that_have_expired(self) -> None:
        tell(
            """
            open alice overdraft=50
            hold alice 10 for=1h
            close alice !HOLDS_OPEN
            wait 2h
            close alice                   | alice 0 held 0
            """
        )


class TestListing:
    def test_a_line_that_does_not_touch_holds_points_to_the_one_that_lists_them(self) -> None:
        world = tell("open alice with=100\nopen bob\nhold alice 10 for=1h\n" + "transfer alice bob 1\n" * 3)
        lines = world.ledger.lines(world.id("alice"), limit=10).rows

        assert [line.state.holds is None for line in lines] == [False, False, False, True, True, True]
        assert {line.state.holds_at for line in lines[2:]} == {Position(1, 3)}
        assert {line.state.earliest_expiry for line in lines[2:]} == {world.clock.now() + timedelta(hours=1)}
        assert lines[-1].state.held_minor == 10
        assert lines[-1].state.holds_count == 1

    def test_the_last_hold_gone_nothing_is_pointed_to(self) -> None:
        world = tell("open alice with=100; open bob; h: hold alice 10; release alice h; transfer alice bob 1")
        state = world.head("alice")

        assert (state.holds, state.holds_at, state.holds_count, state.earliest_expiry) == ((), None, 0, None)

    def test_expired_holds_whose_money_is_not_needed_stay_where_they_are_listed(self) -> None:
        """Sixty-four holds on every line would be sixty-four times the write units."""
        world = tell(
            """
            open alice with=100
            h: hold alice 10 for=9h
            other: hold alice 5 for=1h
            wait 2h
            chargeback alice 5
            """
        )
        assert world.head("alice").holds is None

    def test_holds_are_found_from_any_head(self) -> None:
        world = tell("open alice with=100; open bob; hold alice 10; hold alice 20; transfer alice bob 1")

        assert [hold.remaining_minor for hold in world.ledger.holds(world.id("alice"))] == [10, 20]
        assert world.ledger.holds(world.id("bob")) == ()
        assert world.ledger.holds("acc_us0417_01J00000000000000000000009") == ()


class TestStoredRefusal:
    def test_it_says_of_which_hold_how_much_and_on_what_evidence(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; h: hold alice 60")
        asked = {"account": "alice", "hold": story.hold("h"), "amounts": usd(70), "evidence": ("decision-1",)}

        kept = story.world.refused("card_captured", **asked).journal

        assert kept is not None
        assert (kept.hold, kept.amount, kept.evidence) == (story.hold("h"), Money(70, "USD"), ("decision-1",))
        assert kept.refusal == HoldTooSmall(story.hold("h"), 60, "USD")


def last(world: World) -> Journal:
    return list(world.journals().values())[-1]
