"""What others hear: every kind of journal is an event of its published schema, and no event knows a person."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from domain.ids import hold_id
from domain.ledger.events import EVENTS, SOURCE, JournalPosted, JournalRefused, event_of
from domain.ledger.kinds import KINDS
from domain.ledger.model import Journal, Posted
from ops.event_schemas import FOLDER
from tests.unit.ledger.json_schema import faults
from tests.unit.ledger.story import Story
from tests.unit.ledger.world import World, usd

EVERYTHING = """
    open alice with=100000; open bob with=1000; open euro EUR; joint_limit cap per_day=100000
    limits alice per_day=90000; joint alice cap
    t: transfer alice bob 10; split alice bob:1; fund alice 20; pay bob 20; exchange alice 5 euro 4
    deposit alice 1; withdraw alice 1; receive alice 1; send alice 1; fee alice 1; interest alice 1
    return alice 1; chargeback bob 5000; deposit bob 5000
    h: hold alice 50 for=1h; raise alice h 1; capture alice h bob 3; card alice h 1; clear alice h 1; release alice h
    x: hold alice 1 for=1h; wait 2h; expire alice x
    reverse t 4
    open shop; batch shop; b: transfer alice shop 3; deposit shop 5; freeze shop; give_back b shop 3
    thaw shop; freeze_debits shop; thaw shop; move shop 5; unbatch shop; stop shop; withdraw shop 5; close shop
    transfer bob shop 1 !DESTINATION_UNAVAILABLE; withdraw bob 999999 !INSUFFICIENT_FUNDS
    v: review bob 5; make bob v shop 5 !DESTINATION_UNAVAILABLE; make bob v alice 5
    o: ach_hold bob 9; ach_take bob o 9; ach_settle 5; ach_reject bob 2; ach_return bob 5; ach_rejection_unposted 2
    ach_return_unposted 1; i: ach_collect bob 4; ach_collect_back bob i 4
    ach_in bob 3; ach_out bob 3; ach_in_pended 2; ach_out_pended 2; ach_in_posted bob 1; ach_out_posted bob 1
    ach_in_back 1; ach_out_back 1; ach_out_given bob 2; ach_in_taken bob 1; ach_micro 2; ach_micro_reject 1
    ach_micro_return 1; ach_micro_collect 1; ach_micro_uncollect 1
"""
"""Every kind of journal but those of the prefunded position, which its test adds."""

PERSONAL = ("name", "memo", "mail", "phone", "address", "birth", "tax", "scope", "actor", "person", "customer", "note")
"""Words that no field of an event has in its name."""


@cache
def journals() -> dict[str, Journal]:
    """One posted journal of every kind, the first of each."""
    world = World()
    Story(world).tell(EVERYTHING)
    world.open_prefund(500, 500, 500, 500)
    world.posted("instant_sent", source="alice", amounts=usd(5))
    world.posted("instant_received", initiator=world.internal("settlement"), destination="alice", amounts=usd(5))
    found: dict[str, Journal] = {}
    for journal in world.journals().values():
        found.setdefault(journal.kind if journal.posted else f"refused {journal.kind}", journal)
    return found


def posted(kind: str) -> JournalPosted:
    event = event_of(journals()[kind], "us-east-1")
    assert isinstance(event, JournalPosted)
    return event


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{SOURCE}.{name}.v1.json").read_text())
    return found


def faults_of(event: JournalPosted | JournalRefused) -> list[str]:
    return list(faults(json.loads(event.model_dump_json()), schema(type(event).__name__)))


class TestSchemas:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_journal_of_every_kind_is_an_event_of_its_schema(self, kind: str) -> None:
        event = posted(kind)

        assert event.kind == kind
        assert faults_of(event) == []

    @pytest.mark.parametrize("kind", ["transfer", "cash_withdrawal"])
    def test_a_refused_journal_is_an_event_of_another_type_and_schema(self, kind: str) -> None:
        event = event_of(journals()[f"refused {kind}"], "us-east-1")

        assert isinstance(event, JournalRefused)
        assert faults_of(event) == []

    @pytest.mark.parametrize(
        ("part", "value"),
        [
            ("minor_units", 5),
            ("minor_units", "1e3"),
            ("minor_units", "٣"),
            ("currency", "usd"),
            ("currency", None),
        ],
    )
    def test_an_event_of_another_shape_is_told(self, part: str, value: object) -> None:
        """So that the judge of schemas is no formality."""
        said = json.loads(posted("transfer").model_dump_json())
        said["legs"][0]["amount"][part] = value

        assert list(faults(said, schema("JournalPosted")))

    @pytest.mark.parametrize("name", schema("JournalPosted")["required"])
    def test_a_field_left_out_is_told(self, name: str) -> None:
        said = json.loads(posted("transfer").model_dump_json())
        del said[name]

        assert f"$.{name} is missing" in list(faults(said, schema("JournalPosted")))

    def test_a_field_too_many_is_told(self) -> None:
        said = json.loads(posted("transfer").model_dump_json()) | {"memo": "rent"}

        assert list(faults(said, schema("JournalPosted"))) == ["$.memo is unknown"]

    @pytest.mark.parametrize("event", EVENTS)
    def test_no_field_is_a_persons(self, event: type[JournalPosted] | type[JournalRefused]) -> None:
        fields = set(_fields(event.model_json_schema()))

        assert {"journal", "minor_units"} <= fields
        assert {name for name in fields for word in PERSONAL if word in name} == set()


def _fields(said: dict[str, Any]) -> Iterator[str]:
    yield from said.get("properties", {})
    for inner in said.get("$defs", {}).values():
        yield from _fields(inner)


class TestPosted:
    def test_it_says_who_moved_what(self) -> None:
        journal = journals()["transfer"]
        event = posted("transfer")
        (source, _), (destination, _) = journal.lines[:2]

        assert (event.journal, event.region, event.initiator) == (journal.id, "us-east-1", source)
        assert [(leg.account, leg.side, leg.amount.minor_units) for leg in event.legs] == [
            (source, "debit", "10"),
            (destination, "credit", "10"),
        ]
        assert event.amount
        assert (event.amount.minor_units, event.amount.currency) == ("10", "USD")
        assert event.booked_at == "2026-03-10T16:00:00.000000Z"
        assert (event.booked_day, event.effective_on) == ("2026-03-10", "2026-03-10")

    def test_it_names_every_guarded_account_that_got_a_line(self) -> None:
        journal = journals()["transfer"]
        assert posted("transfer").accounts == tuple(account for account, _ in journal.lines)
        assert any(account.startswith("lim_") for account in posted("transfer").accounts)

    def test_an_internal_leg_has_no_line_and_stands_among_the_legs(self) -> None:
        event = posted("cash_deposit")
        assert "int_us_usd_vault_cash" in {leg.account for leg in event.legs}
        assert "int_us_usd_vault_cash" not in event.accounts

    def test_it_names_the_hold(self) -> None:
        placed = journals()["hold_placed"]
        assert posted("hold_placed").hold == hold_id(placed.id)
        assert posted("hold_raised").hold == posted("card_captured").hold == hold_id(placed.id)

    def test_it_names_what_it_reverses(self) -> None:
        assert posted("reversal").reverses == journals()["transfer"].id

    def test_a_forced_debit_says_so_and_how_far_it_fell_short(self) -> None:
        event = posted("chargeback")
        assert event.forced
        assert int(event.shortfall_minor_units) == journals()["chargeback"].shortfall_minor > 0
        assert not posted("transfer").forced

    def test_a_journal_without_money_has_no_legs_and_no_amount(self) -> None:
        event = posted("account_frozen")
        assert (event.legs, event.amount) == ((), None)

    def test_a_sealed_memo_and_evidence_stay_in_the_ledger(self) -> None:
        story = Story(World())
        story.tell("open alice with=9; open bob")
        secret = {"memo": b"sealed-bytes", "memo_digest": "digest", "evidence": ("decision-7",)}
        answer = story.world.transfer("alice", "bob", 1, **secret)
        assert isinstance(answer, Posted)

        said = event_of(answer.journal, "us-east-1").model_dump_json()

        assert "sealed" not in said
        assert "decision" not in said


class TestRefused:
    def test_it_says_what_was_asked_and_the_code(self) -> None:
        journal = journals()["refused cash_withdrawal"]
        event = event_of(journal, "us-east-1")

        assert isinstance(event, JournalRefused)
        assert (event.journal, event.kind, event.code) == (journal.id, "cash_withdrawal", "INSUFFICIENT_FUNDS")
        assert event.amount
        assert event.amount.minor_units == "999999"
