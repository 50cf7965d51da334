"""Bugs 1 to 8 of the list in docs/proof/bugs.md: the same thing done twice, or a key that did not do its work."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, get_named_type

from domain.ledger.hashing import fingerprint
from domain.ledger.model import Posted, Refused
from domain.ledger.store import Unanswered
from domain.money import Money
from domain.refusals import IdempotencyKeyReused, InputInvalid
from domain.transfers.model import Rhythm, Schedule
from functions.scheduled_transfers import handler as knocks
from graph.schema import schema
from tests.unit.accounts.house import acting
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World as Api
from tests.unit.ledger.faults import Death, Script, raising, rivalry
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, day, must_post, must_refuse, usd
from tests.unit.transfers.desk import TODAY, Desk, wish

SAID_AGAIN = (
    "assignCase",
    "cancelPayment",
    "cancelTransferOrder",
    "closeCounterparty",
    "commitFraudVersion",
    "confirmPayment",
    "dryRunFraudRules",
    "endFraudSnooze",
    "giveApproval",
    "labelFraud",
    "promoteFraudVersion",
    "redraftFraudVersion",
    "refuseApproval",
    "releaseCase",
    "retireFraudVersion",
    "rollBackFraud",
    "snoozeFraudRule",
    "startFraudShadow",
    "stopFraudShadow",
)
"""They set what they name to one state; said again, they change nothing."""


def test_1_an_automatic_retry_sends_the_same_key_and_pays_once() -> None:
    """A lost answer is asked for again, by the ledger itself and by its caller."""
    script = Script()
    world = tell("open alice with=100", World(faults=script))
    command = world.command("payment_sent", source="alice", amounts=usd(40))
    for _ in range(3):
        script.at("append", "after", raising(Unanswered("the answer was lost")))
        must_post(world.ledger.post(command))
    assert world.shows("alice") == (60, 0, 60)
    assert world.book_minor("settlement") == 40
    assert script.calls.count("append") > 3


def test_2_no_operation_that_moves_money_can_be_sent_without_its_key() -> None:
    """The key is a required field of the typed input, so no transport can drop it unseen."""
    mutation = schema._schema.mutation_type
    assert mutation is not None
    for name, operation in mutation.fields.items():
        wanted = get_named_type(operation.args["input"].type)
        assert isinstance(wanted, GraphQLInputObjectType)
        if name not in SAID_AGAIN:
            assert isinstance(wanted.fields["idempotencyKey"].type, GraphQLNonNull), name


def test_2_a_key_under_another_name_is_refused_and_not_ignored() -> None:
    api = Api()
    ada = api.person()
    source, target = api.open(ada, deposit_minor=100), api.open(ada, key="second")
    sent = ask.transfer_input(source, target, "1.00")
    sent["idempotency_key"] = sent.pop("idempotencyKey")
    answer = api.ask(ada, ask.TRANSFER, input=sent)
    assert answer.codes
    assert (api.balance(source), api.balance(target)) == (100, 0)


def test_3_the_store_and_not_the_code_keeps_a_key_unique() -> None:
    """A rival with the same key has passed every check of the code before either has written."""
    script = Script()
    world = tell("open alice with=100; open bob", World(faults=script))
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
    rival = list[Posted | Refused]()
    script.at("append", "before", rivalry(lambda: rival.append(world.ledger.post(command))))

    answer = must_post(world.ledger.post(command))

    assert answer.replayed
    assert answer.journal == must_post(rival[0]).journal
    assert world.shows("bob") == (30, 0, 30)
    world.check()


def test_3_of_two_requests_under_one_key_at_once_one_posts_and_one_is_told() -> None:
    script = Script()
    world = tell("open alice with=100; open bob", World(faults=script))
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
    script.at("append", "before", rivalry(lambda: world.ledger.post(replace(command, amounts=usd(31)))))

    assert must_refuse(world.ledger.post(command)).code == "IDEMPOTENCY_KEY_REUSED"
    assert world.shows("bob") == (31, 0, 31)


def test_4_one_batch_may_carry_the_same_request_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(knocks, "bank", lambda: desk)
    payer, source, _, target = desk.pair()
    tomorrow = TODAY + timedelta(days=1)
    order = desk.order(acting(payer), wish(source, target, 100), Schedule(rhythm=Rhythm.ONCE, starts_on=tomorrow))
    desk.morning_of(tomorrow)
    body = json.dumps({"order": order.id})

    batch = {"Records": [{"messageId": f"m{n}", "body": body} for n in range(10)]}

    assert knocks.handler(batch, None) == {"batchItemFailures": []}
    assert desk.balance(target) == 100


def test_5_the_same_key_with_another_body_is_a_clear_refusal_that_names_the_first() -> None:
    world = tell("open alice with=100; open bob")
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
    first = must_post(world.ledger.post(command))

    refused = must_refuse(world.ledger.post(replace(command, amounts=usd(31))))

    assert refused == IdempotencyKeyReused(first.journal.id)
    assert not refused.retryable
    assert must_post(world.ledger.post(command)).journal == first.journal


@pytest.mark.parametrize("call", ["heads", "append"])
def test_6_a_death_leaves_no_key_and_no_account_locked(call: str) -> None:
    script = Script()
    world = tell("open alice with=100; open bob", World(faults=script))
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
    script.at(call, "before", raising(Death()))
    with pytest.raises(Death):
        world.ledger.post(command)

    must_post(world.transfer("alice", "bob", 1))
    assert not must_post(world.ledger.post(command)).replayed
    assert world.shows("bob") == (31, 0, 31)


def test_6_a_failure_that_may_pass_leaves_its_key_usable() -> None:
    script = Script()
    world = tell("open alice with=100; open bob", World(faults=script))
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
    script.always("heads", raising(Unanswered("throttled")))
    refused = must_refuse(world.ledger.post(command))
    script.heal()

    assert refused.retryable
    assert must_post(world.ledger.post(command)).journal.posted


def test_6_a_refusal_that_says_nothing_of_the_accounts_leaves_its_key_usable() -> None:
    world = tell("open alice with=100; open bob")
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
    tomorrow = replace(command, effective_on=day("2026-03-11"))
    assert must_refuse(world.ledger.post(tomorrow)).code == "EFFECTIVE_DATE_OUT_OF_RANGE"
    assert not must_post(world.ledger.post(command)).replayed


class TestFingerprint:
    """Bug 7: what a request says, and nothing else, decides whether it is the same request."""

    def test_7_the_order_in_which_it_is_written_does_not_matter(self) -> None:
        world = tell("open alice; open alois EUR")
        amounts = {"sold": Money(11, "USD"), "bought": Money(10, "EUR")}
        command = world.command("fx_exchange", source="alice", destination="alois", amounts=amounts)
        turned = replace(
            command,
            parties=dict(reversed(list(command.parties.items()))),
            amounts=dict(reversed(list(command.amounts.items()))),
        )
        assert list(turned.amounts) != list(command.amounts)
        assert fingerprint(turned) == fingerprint(command)

    def test_7_the_operation_is_part_of_it(self) -> None:
        world = tell("open alice; freeze alice")
        thaw = world.command("account_thawed", account="alice")
        assert fingerprint(thaw) != fingerprint(replace(thaw, kind="account_closed"))

    def test_7_text_is_taken_byte_by_byte(self) -> None:
        """Two spellings of one accented letter look alike and are two requests."""
        api = Api()
        ada = api.person()
        source, target = api.open(ada, deposit_minor=1000), api.open(ada, key="second")
        answers = [
            api.ask(ada, ask.TRANSFER, input=ask.transfer_input(source, target, "1.00", memo=memo)).data["transfer"]
            for memo in ("caf\u00e9", "caf\u00e9", "cafe\u0301")
        ]
        assert [answer.get("replayed", answer.get("code")) for answer in answers] == [
            False,
            True,
            "IDEMPOTENCY_KEY_REUSED",
        ]

    def test_7_what_is_malformed_is_never_kept_under_its_key(self) -> None:
        world = tell("open alice with=100; open bob")
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(0))
        assert isinstance(must_refuse(world.ledger.post(command)), InputInvalid)
        assert must_post(world.ledger.post(replace(command, amounts=usd(5)))).journal.posted


@pytest.mark.parametrize("settled_first", [True, False])
def test_8_what_is_told_at_two_doors_is_one_journal_whichever_door_is_first(*, settled_first: bool) -> None:
    """The network's settlement outruns the capture that caused it: both derive the key from the one event."""
    story = Story(World())
    story.tell("open alice with=100; h: hold alice 30")
    told = story.world.command(
        "card_cleared", account="alice", hold=story.hold("h"), amounts=usd(30), key="evt-1", scope="network"
    )
    asked = replace(told, evidence=("api",))
    first, second = (told, asked) if settled_first else (asked, told)

    journals = [must_post(story.world.ledger.post(command)).journal.id for command in (first, second, first)]

    assert len(set(journals)) == 1
    assert story.world.shows("alice") == (70, 0, 70)


def test_8_a_settlement_that_outruns_the_hold_is_not_followed_by_a_second_debit() -> None:
    story = Story(World())
    story.tell(
        """
        open alice with=100
        h: hold alice 30
        clear alice h 30            | alice 70 held 0 available 70
        card alice h 30 !HOLD_UNKNOWN
        release alice h !HOLD_UNKNOWN  | alice 70 held 0 available 70
        """
    )
