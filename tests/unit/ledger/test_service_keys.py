"""Idempotency: one journal for a key, the same answer to the same request, a named refusal to another."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ids import journal_id
from domain.ledger.model import KEY_LENGTH_MAX, MEMO_BYTES_MAX, Command, Limits, Refused
from domain.money import Money
from domain.refusals import IdempotencyKeyReused, InputInvalid, InsufficientFunds
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import NOON, World, must_post, must_refuse, usd


def two(**opened: int) -> World:
    return tell("; ".join(f"open {name} with={minor}" if minor else f"open {name}" for name, minor in opened.items()))


class TestSameRequest:
    def test_posts_once_and_answers_the_same(self) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))

        first, again = must_post(world.ledger.post(command)), must_post(world.ledger.post(command))

        assert (first.replayed, again.replayed) == (False, True)
        assert (first.journal, first.states) == (again.journal, again.states)
        assert world.shows("bob")[0] == 30

    def test_answers_the_balances_of_its_lines_and_not_todays(self) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        must_post(world.ledger.post(command))
        tell("wait 1d; transfer alice bob 50", world)

        again = must_post(world.ledger.post(command))

        assert again.states[world.id("alice")].ledger_minor == 70
        assert again.states[world.id("bob")].ledger_minor == 30
        assert world.shows("alice")[0] == 20

    def test_a_refusal_from_account_state_is_the_answer_for_ever(self) -> None:
        world = two(alice=10, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        first = world.ledger.post(command)
        world.deposit("alice", 1000)

        again = world.ledger.post(command)

        assert must_refuse(first) == must_refuse(again) == InsufficientFunds(world.id("alice"))
        assert isinstance(first, Refused)
        assert isinstance(again, Refused)
        assert (first.replayed, again.replayed) == (False, True)
        assert first.journal == again.journal
        assert world.shows("bob")[0] == 0

    def test_every_stored_refusal_comes_back_with_its_facts(self) -> None:
        world = tell("open alice with=10 per_transfer=5; open bob; h: hold alice 3")
        commands = [
            world.command("transfer", source="alice", destination="bob", amounts=usd(6)),
            world.command("hold_released", account="alice", hold="hld_us0417_" + "a" * 32),
            world.command("account_thawed", account="alice"),
            world.command("account_closed", account="alice"),
        ]
        first = [must_refuse(world.ledger.post(command)) for command in commands]

        world.clock.advance(timedelta(days=400))

        assert [must_refuse(world.ledger.post(command)) for command in commands] == first
        assert all(refusal.stored for refusal in first)

    def test_a_hint_and_evidence_are_not_part_of_the_request(self) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        first = must_post(world.ledger.post(command))

        again = world.ledger.post(replace(command, evidence=("decision-2",), known_joint_limits=()))

        assert must_post(again).journal == first.journal

    def test_after_the_account_has_closed(self) -> None:
        world = tell("open alice with=30; open bob")
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        first = must_post(world.ledger.post(command))
        tell("close alice", world)

        assert must_post(world.ledger.post(command)).journal == first.journal


def other_requests(world: World, command: Command) -> dict[str, Command]:
    account = world.id("alice")
    return {
        "another amount": replace(command, amounts=usd(31)),
        "another receiver": replace(command, parties={"source": account, "destination": world.id("carl")}),
        "another kind": replace(command, kind="cash_withdrawal", parties={"source": account}),
        "another date": replace(command, effective_on=world.clock.now().date() - timedelta(days=1)),
        "a memo": replace(command, memo=b"sealed", memo_digest="digest"),
    }


class TestOtherRequest:
    @pytest.mark.parametrize("name", ["another amount", "another receiver", "another kind", "another date", "a memo"])
    def test_under_a_used_key_it_is_refused_by_name(self, name: str) -> None:
        world = tell("open alice with=100; open bob; open carl")
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        posted = must_post(world.ledger.post(command))

        answer = world.ledger.post(other_requests(world, command)[name])

        assert answer == Refused(IdempotencyKeyReused(posted.journal.id))
        assert world.shows("alice")[0] == 70
        world.check()

    def test_so_it_is_after_a_stored_refusal(self) -> None:
        world = two(alice=10, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        refused = world.ledger.post(command)
        assert isinstance(refused, Refused)
        assert refused.journal

        answer = world.ledger.post(replace(command, amounts=usd(5)))

        assert must_refuse(answer) == IdempotencyKeyReused(refused.journal.id)

    def test_a_preview_says_so_too(self) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        must_post(world.ledger.post(command))

        answer = world.ledger.preview(replace(command, amounts=usd(5)))

        assert isinstance(must_refuse(answer), IdempotencyKeyReused)

    def test_another_caller_and_another_account_have_keys_of_their_own(self) -> None:
        world = two(alice=100, bob=100)
        mine = world.command("transfer", source="alice", destination="bob", amounts=usd(1), key="k", scope="cus_1")
        theirs = replace(mine, scope="cus_2")
        bobs = world.command("transfer", source="bob", destination="alice", amounts=usd(1), key="k", scope="cus_1")

        journals = {must_post(world.ledger.post(command)).journal.id for command in (mine, theirs, bobs)}

        assert len(journals) == 3

    def test_scope_and_key_do_not_run_into_each_other(self) -> None:
        account = "acc_us0417_01J00000000000000000000001"

        assert journal_id(account, "ab", "c") != journal_id(account, "a", "bc")


class TestUnstored:
    """What was not decided from account state leaves nothing, and the key may be used again."""

    @pytest.mark.parametrize("refused", ["NOT_FOUND", "SAME_ACCOUNT", "CURRENCY_MISMATCH", "INPUT_INVALID"])
    def test_the_key_stays_usable(self, refused: str) -> None:
        world = tell("open alice with=100; open bob; open berta EUR")
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        wrong = {
            "NOT_FOUND": {"destination": "acc_us0417_01J00000000000000000000009"},
            "SAME_ACCOUNT": {"destination": world.id("alice")},
            "CURRENCY_MISMATCH": {"destination": world.id("berta")},
            "INPUT_INVALID": {},
        }[refused]
        amounts = usd(0) if refused == "INPUT_INVALID" else usd(30)
        before = len(world.journals())

        first = must_refuse(world.ledger.post(replace(command, parties={**command.parties, **wrong}, amounts=amounts)))

        assert first.code == refused
        assert not first.stored
        assert len(world.journals()) == before
        must_post(world.ledger.post(command))

    def test_what_the_key_led_to_can_be_asked_without_the_request(self) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        asked = {"initiator": command.initiator, "scope": command.scope, "key": command.key}
        before = world.ledger.outcome(**asked)
        posted = must_post(world.ledger.post(command))

        after = world.ledger.outcome(**asked)

        assert before is None
        assert after == replace(posted, replayed=True)
        assert world.ledger.journal(posted.journal.id) == posted.journal


class TestPreview:
    def test_it_answers_what_post_would_and_writes_nothing(self) -> None:
        world = tell("open alice with=100; open bob; hold alice 20")
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        rows = len(world.journals())

        would = must_post(world.ledger.preview(command))

        assert len(world.journals()) == rows
        assert world.shows("alice")[0] == 100
        assert must_post(world.ledger.post(command)) == would

    def test_it_refuses_what_post_would_and_stores_nothing(self) -> None:
        world = two(alice=10, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))

        refused = must_refuse(world.ledger.preview(command))
        world.deposit("alice", 20)

        assert refused == InsufficientFunds(world.id("alice"))
        must_post(world.ledger.post(command))

    def test_of_a_used_key_it_is_the_outcome(self) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        posted = must_post(world.ledger.post(command))

        assert world.ledger.preview(command) == replace(posted, replayed=True)


class TestForm:
    @pytest.mark.parametrize("key", ["", "a" * (KEY_LENGTH_MAX + 1), "two words", "tab\t", "é", "nul\x00", "１"])
    def test_a_key_is_printable_ascii_without_spaces(self, key: str) -> None:
        world = two(alice=100, bob=0)

        refusal = must_refuse(world.transfer("alice", "bob", 1, key=key))

        assert isinstance(refusal, InputInvalid)
        assert refusal.faults[0].path == ("idempotencyKey",)

    def test_the_longest_key_is_a_key(self) -> None:
        world = two(alice=100, bob=0)

        must_post(world.transfer("alice", "bob", 1, key="~" * KEY_LENGTH_MAX))

    def test_a_hold_is_named_by_a_holds_id(self) -> None:
        world = two(alice=100)

        refusal = world.refused("hold_released", account="alice", hold="jrn_us0417_" + "a" * 32).refusal

        assert isinstance(refusal, InputInvalid)
        assert refusal.faults[0].path == ("holdId",)

    def test_a_sealed_memo_has_a_bound(self) -> None:
        world = two(alice=100, bob=0)

        fits = world.transfer("alice", "bob", 1, memo=b"x" * MEMO_BYTES_MAX, memo_digest="d")
        over = world.transfer("alice", "bob", 1, memo=b"x" * (MEMO_BYTES_MAX + 1), memo_digest="d")

        assert must_post(fits).journal.memo == b"x" * MEMO_BYTES_MAX
        assert isinstance(must_refuse(over), InputInvalid)

    @pytest.mark.parametrize(
        "parts",
        [
            {"memo": b"sealed"},  # two memos under one key would look like one request
            {"memo_digest": "digest"},
            {"amounts": {}},
            {"amounts": {"amount": Money(1, "USD"), "sold": Money(1, "USD")}},
            {"shares": (("acc_us0417_01J00000000000000000000001", Money(1, "USD")),)},
            {"over_capture_minor": -1},
            {"parties": {}},
            {"expires_at": NOON + timedelta(minutes=1)},  # the sweeper of expired holds would stop at it
            {"reverses": "jrn_us0417_" + "a" * 32},  # it would use up what can still be reversed
        ],
    )
    def test_a_template_filled_wrongly_is_a_mistake_in_the_code_that_fills_it(self, parts: dict[str, object]) -> None:
        world = two(alice=100, bob=0)
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(1))

        with pytest.raises(ValueError, match=r"transfer|memo|rule"):
            world.ledger.post(replace(command, **parts))  # type: ignore[arg-type] # Wrong on purpose.

    def test_so_are_limits_that_are_missing(self) -> None:
        world = two(alice=100)

        for kind in ("limits_set", "joint_limits_set"):
            with pytest.raises(ValueError, match="needs"):
                world.post(kind, account="alice")
        must_post(world.post("limits_set", account="alice", limits=Limits()))
