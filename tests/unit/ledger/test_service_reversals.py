"""Reversals: ordinary journals with a claim on the original, which together reach it and never more."""

from domain.ledger.model import Claim, Posted
from domain.ledger.store import Conflict, Writes
from domain.money import Money
from domain.refusals import CurrencyMismatch, FieldFault, InputInvalid, NotFound, NothingToReverse, NotReversible
from tests.unit.ledger.faults import Script, rivalry
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, must_post, must_refuse, usd


class TestWhole:
    def test_it_undoes_the_transfer_and_edits_nothing(self) -> None:
        world = tell(
            """
            open alice with=100
            open bob
            t: transfer alice bob 30   | alice 70, bob 30
            reverse t                  | alice 100, bob 0
            reverse t !NOTHING_TO_REVERSE | alice 100, bob 0
            """
        )
        assert [line.kind for line in world.ledger.lines(world.id("alice"), limit=9).rows][2:] == [
            "transfer",
            "reversal",
        ]

    def test_the_claim_stands_beside_the_original(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; open bob; t: transfer alice bob 30; r: reverse t")
        original, reversal = story.said["t"].journal, story.said["r"].journal

        assert story.world.store.claims(original.id) == (Claim(original.id, 1, reversal.id, 30),)
        assert reversal.reverses == original.id

    def test_of_a_deposit_and_of_a_payment(self) -> None:
        tell(
            """
            open alice
            d: deposit alice 100    | @vault_cash -100
            s: send alice 40        | alice 60, @settlement 40
            reverse s               | alice 100, @settlement 0
            reverse d               | alice 0, @vault_cash 0
            """
        )

    def test_of_several_legs(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            open carl
            open alois EUR
            s: split alice bob:10 carl:20     | alice 70, bob 10, carl 20
            reverse s                         | alice 100, bob 0, carl 0
            x: exchange alice 11 alois 10     | alice 89, alois 10, @fx_position 11
            reverse x                         | alice 100, alois 0, @fx_position 0, @fx_position:EUR 0
            reverse x !NOTHING_TO_REVERSE
            """
        )

    def test_of_a_capture_gives_back_the_money_and_not_the_hold(self) -> None:
        tell(
            """
            open alice with=100
            open shop
            h: hold alice 30
            c: capture alice h shop 30     | alice 70, shop 30
            reverse c                      | alice 100 held 0 available 100, shop 0
            """
        )

    def test_of_a_forced_debit(self) -> None:
        tell("open alice with=10; b: chargeback alice 30 | alice -20; reverse b | alice 10, @card_settlement 0")


class TestParts:
    def test_they_add_up_to_the_original_and_no_further(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            t: transfer alice bob 30
            reverse t 10                      | alice 80, bob 20
            reverse t 21 !NOTHING_TO_REVERSE  | alice 80, bob 20
            reverse t 5                       | alice 85, bob 15
            reverse t                         | alice 100, bob 0
            reverse t 1 !NOTHING_TO_REVERSE
            """
        )

    def test_the_refusal_says_what_is_left(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; open bob; t: transfer alice bob 30; reverse t 10")
        original = story.said["t"].journal

        refused = story.world.refused("reversal", initiator=original.initiator, reverses=original.id, amounts=usd(21))

        assert refused.refusal == NothingToReverse(original.id, 20)

    def test_the_refusal_of_a_part_names_the_original(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; open bob; open carl; s: split alice bob:10 carl:20")
        original = story.said["s"].journal

        refused = story.world.refused("reversal", initiator=original.initiator, reverses=original.id, amounts=usd(10))

        assert refused.refusal == NotReversible(original.id)

    def test_a_part_of_several_legs_has_no_one_meaning(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            open carl
            s: split alice bob:10 carl:20
            reverse s 10 !NOT_REVERSIBLE      | alice 70, bob 10, carl 20
            """
        )

    def test_a_part_is_in_the_originals_currency(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; open bob; t: transfer alice bob 30")
        original = story.said["t"].journal

        refused = story.world.refused(
            "reversal", initiator=original.initiator, reverses=original.id, amounts={"amount": Money(1, "EUR")}
        )

        assert refused.refusal == CurrencyMismatch(original.id, "USD", "EUR")


class TestRefused:
    def test_a_reversal_is_not_reversed(self) -> None:
        tell("open alice with=100; open bob; t: transfer alice bob 30; r: reverse t; reverse r !NOT_REVERSIBLE")

    def test_holds_freezes_and_changes_are_not_reversed(self) -> None:
        tell(
            """
            open alice with=100
            h: hold alice 30
            reverse h !NOT_REVERSIBLE
            r: release alice h
            reverse r !NOT_REVERSIBLE
            f: freeze_debits alice
            reverse f !NOT_REVERSIBLE
            """
        )

    def test_a_refused_journal_moved_nothing_to_reverse(self) -> None:
        world = tell("open alice with=100; open bob")
        refused = world.transfer("alice", "bob", 101)
        assert not isinstance(refused, Posted)
        assert refused.journal is not None

        answer = world.refused("reversal", initiator=world.id("alice"), reverses=refused.journal.id)

        assert answer.refusal == NotReversible(refused.journal.id)

    def test_an_unknown_journal_is_not_found_and_nothing_is_stored(self) -> None:
        world = tell("open alice with=100")
        before = len(world.journals())
        unknown = "jrn_us0417_" + "a" * 32

        refused = world.refused("reversal", initiator=world.id("alice"), reverses=unknown)

        assert refused.refusal == NotFound(unknown)
        assert len(world.journals()) == before

    def test_of_nothing_there_is_none(self) -> None:
        world = tell("open alice with=5")

        assert world.refused("reversal", initiator=world.id("alice")).refusal == NotFound("")

    def test_what_is_no_journals_id_is_malformed(self) -> None:
        world = tell("open alice with=100")

        for text in ("", "acc_us0417_01J00000000000000000000001", "jrn_" + "x" * 99, "jrn_\N{SNOWMAN}"):
            refused = world.refused("reversal", initiator=world.id("alice"), reverses=text)
            fault = FieldFault(("journalId",), "ID_MALFORMED", "not the id of a journal")
            assert refused.refusal == InputInvalid((fault,))

    def test_the_money_must_still_be_there(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            t: transfer alice bob 30
            withdraw bob 10
            reverse t !INSUFFICIENT_FUNDS     | alice 70, bob 20
            reverse t 20                      | alice 90, bob 0
            """
        )

    def test_the_stored_refusal_says_what_was_to_be_reversed(self) -> None:
        story = Story(World())
        story.tell("open alice with=100; open bob; t: transfer alice bob 30; withdraw bob 10")
        original = story.said["t"].journal

        kept = story.world.refused("reversal", initiator=original.initiator, reverses=original.id).journal

        assert kept is not None
        assert (kept.reverses, kept.amount, kept.hold) == (original.id, Money(30, "USD"), None)

    def test_money_that_is_held_is_not_there(self) -> None:
        tell("open alice with=9; open bob; t: transfer alice bob 9; hold bob 1; reverse t !INSUFFICIENT_FUNDS | bob 9")

    def test_a_negative_balance_does_not_stop_a_reversal_in_the_accounts_favour(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            t: transfer alice bob 30
            chargeback alice 100              | alice -30
            reverse t                         | alice 0, bob 0
            """
        )

    def test_closed_accounts_stand_in_its_way(self) -> None:
        tell(
            """
            open alice with=30
            open bob
            t: transfer alice bob 30
            close alice
            reverse t !DESTINATION_UNAVAILABLE
            """
        )
        tell(
            """
            open alice with=30
            open bob
            t: transfer alice bob 30
            withdraw bob 30
            close bob
            reverse t !ACCOUNT_CLOSED
            """
        )

    def test_what_has_been_reversed_is_not_counted_from_the_limit_again(self) -> None:
        tell(
            """
            open alice with=100 per_day=50
            open bob
            t: transfer alice bob 40
            reverse t                              | alice 100
            transfer alice bob 11 !LIMIT_EXCEEDED  | alice 100
            transfer alice bob 10                  | alice 90
            """
        )

    def test_it_passes_by_the_limits_of_the_account_it_debits(self) -> None:
        tell("open alice with=90; open bob per_day=5 per_transfer=5; t: transfer alice bob 30; reverse t | alice 90")


class TestTwoAtOnce:
    def test_only_one_of_two_posts(self) -> None:
        """Both have read that nothing is reversed yet; the claim's key decides."""
        script = Script()
        world = World(faults=script)
        story = Story(world)
        story.tell("open alice with=100; open bob with=50; t: transfer alice bob 30")
        original = story.said["t"].journal
        rival = world.command("reversal", initiator=original.initiator, reverses=original.id)
        script.at("append", "before", rivalry(lambda: must_post(world.ledger.post(rival))))

        late = world.post("reversal", initiator=original.initiator, reverses=original.id)

        assert must_refuse(late) == NothingToReverse(original.id, 0)
        assert (world.shows("alice")[0], world.shows("bob")[0]) == (100, 50)
        world.check()

    def test_two_parts_at_once_both_post_when_there_is_enough(self) -> None:
        script = Script()
        world = World(faults=script)
        story = Story(world)
        story.tell("open alice with=100; open bob; t: transfer alice bob 30")
        original = story.said["t"].journal
        rival = world.command("reversal", initiator=original.initiator, reverses=original.id, amounts=usd(10))
        script.at("append", "before", rivalry(lambda: must_post(world.ledger.post(rival))))

        must_post(world.post("reversal", initiator=original.initiator, reverses=original.id, amounts=usd(20)))

        assert [claim.reversed_minor for claim in world.store.claims(original.id)] == [10, 30]
        world.check()

    def test_two_reversals_of_internal_legs_alone_meet_at_the_claim(self) -> None:
        """No head is shared here but the account's; the claim alone would be enough, and is."""
        world = World()
        story = Story(world)
        story.tell("open alice with=100; s: send alice 40")
        original = story.said["s"].journal
        first = world.command("reversal", initiator=original.initiator, reverses=original.id)
        decided = world.ledger.preview(first)
        must_post(world.post("reversal", initiator=original.initiator, reverses=original.id))

        claim = Claim(original.id, 1, must_post(decided).journal.id, 40)
        outcome = world.store.append(Writes(journal=must_post(decided).journal, claim=claim), now=world.clock.now())

        assert isinstance(outcome, Conflict)
