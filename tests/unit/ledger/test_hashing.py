"""Digests, chains and fingerprints: the same for the same thing, another for everything else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.hashing import (
    GENESIS,
    canonical,
    chain_hash,
    digest_of,
    digest_of_legs,
    fingerprint,
    sealed_line,
    sealed_total,
    shard_of,
    total_hash,
)
from domain.ledger.model import (
    Batching,
    Command,
    Hold,
    ItemPlace,
    Journal,
    Leg,
    Limits,
    Line,
    LinePlace,
    Position,
    Side,
    State,
    Status,
    Total,
)
from domain.money import Money
from domain.refusals import InsufficientFunds, LimitExceeded
from tests import ledger_values as values

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
ALICE, BOB = "acc_us0417_01J00000000000000000000001", "acc_us0417_01J00000000000000000000002"

COMMAND = Command(
    kind="transfer",
    initiator=ALICE,
    scope="bank",
    key="k",
    parties={"source": ALICE, "destination": BOB},
    amounts={"amount": Money(30, "USD")},
)
STABLE = "1:79be5beae55f668b4288a2469dc5499f6022c6b7299c6a4d608e8fa3ca58d132"
JOURNAL = Journal(
    id="jrn_us0417_" + "a" * 32,
    kind="transfer",
    initiator=ALICE,
    legs=(
        Leg(ALICE, Side.DEBIT, Money(30, "USD"), LinePlace(1, 3)),
        Leg("int_us_usd_settlement", Side.CREDIT, Money(30, "USD"), ItemPlace("us-east-1", 2)),
    ),
    lines=((ALICE, Position(1, 3)),),
    booked_at=NOON,
    booked_day=date(2026, 3, 10),
    effective_on=date(2026, 3, 9),
    fingerprint="1:ab",
    refusal=None,
    amount=Money(30, "USD"),
    evidence=("decision-1",),
)
LINE = Line(
    state=State(
        account=ALICE,
        position=Position(1, 3),
        currency="USD",
        posted_minor=70,
        held_minor=5,
        holds=(Hold("hld_us0417_x", 5, NOON),),
        holds_count=1,
        holds_at=Position(1, 3),
        earliest_expiry=NOON,
        limits=Limits(1, 2, 3),
        joint_limits=("lim_us0417_x",),
        day=date(2026, 3, 10),
        day_debits_minor=30,
        booked_at=NOON,
        booked_day=date(2026, 3, 10),
    ),
    journal=JOURNAL.id,
    digest=b"d" * 32,
    kind="transfer",
    amount_minor=-30,
    held_change_minor=5,
    counter=BOB,
    effective_on=date(2026, 3, 9),
    subject="hld_us0417_x",
    released=("hld_us0417_y",),
    previous_hash=GENESIS,
)

CHANGED_JOURNAL: Mapping[str, object] = {
    "id": "jrn_us0417_" + "b" * 32,
    "kind": "fee",
    "initiator": BOB,
    "legs": JOURNAL.legs[::-1],
    "lines": ((ALICE, Position(2, 3)),),
    "booked_at": NOON + timedelta(microseconds=1),
    "booked_day": date(2026, 3, 11),
    "effective_on": date(2026, 3, 10),
    "fingerprint": "1:ac",
    "refusal": InsufficientFunds(ALICE),
    "amount": Money(31, "USD"),
    "reverses": "jrn_x",
    "hold": "hld_x",
    "expires_at": NOON,
    "forced": True,
    "shortfall_minor": 1,
    "memo": b"",
    "evidence": ("decision-2",),
}
CHANGED_STATE: Mapping[str, object] = {
    "account": BOB,
    "position": Position(2, 3),
    "currency": "EUR",
    "normal": Side.DEBIT,
    "posted_minor": 71,
    "held_minor": 6,
    "holds": None,
    "holds_count": 2,
    "holds_at": Position(1, 2),
    "earliest_expiry": None,
    "status": Status.FROZEN,
    "limits": Limits(1, 2, None),
    "joint_limits": (),
    "batching": Batching.ON,
    "day": None,
    "day_debits_minor": 31,
    "booked_at": NOON + timedelta(microseconds=1),
    "booked_day": date(2026, 3, 11),
}
CHANGED_LINE: Mapping[str, object] = {
    "journal": "jrn_us0417_" + "b" * 32,
    "digest": b"e" * 32,
    "kind": "fee",
    "amount_minor": -31,
    "held_change_minor": 4,
    "counter": None,
    "effective_on": date(2026, 3, 10),
    "subject": None,
    "released": (),
    "previous_hash": b"p" * 32,
}


class TestDigest:
    def test_every_part_of_a_journal_is_listed_here(self) -> None:
        assert {part.name for part in fields(Journal)} - {"digest"} == set(CHANGED_JOURNAL)

    @pytest.mark.parametrize("name", CHANGED_JOURNAL)
    def test_changes_with_every_part_of_the_journal(self, name: str) -> None:
        changed = replace(JOURNAL, **{name: CHANGED_JOURNAL[name]})  # type: ignore[arg-type] # By name.

        assert digest_of(changed) != digest_of(JOURNAL)

    def test_changes_with_a_refusals_facts(self) -> None:
        one = replace(JOURNAL, refusal=LimitExceeded("PER_DAY", 50, "USD"))
        two = replace(JOURNAL, refusal=LimitExceeded("PER_DAY", 51, "USD"))

        assert digest_of(one) != digest_of(two)

    def test_does_not_cover_itself(self) -> None:
        assert digest_of(replace(JOURNAL, digest=b"x")) == digest_of(JOURNAL)

    def test_does_not_mind_in_which_zone_an_instant_was_written(self) -> None:
        elsewhere = NOON.astimezone(timezone(timedelta(hours=-4)))

        assert digest_of(replace(JOURNAL, booked_at=elsewhere)) == digest_of(JOURNAL)


class TestChain:
    def test_every_part_of_a_line_is_listed_here(self) -> None:
        assert {part.name for part in fields(State)} - {"hash"} == set(CHANGED_STATE)
        assert {part.name for part in fields(Line)} - {"state"} == set(CHANGED_LINE)

    @pytest.mark.parametrize("name", CHANGED_STATE)
    def test_changes_with_every_part_of_the_state(self, name: str) -> None:
        changed = replace(LINE, state=replace(LINE.state, **{name: CHANGED_STATE[name]}))  # type: ignore[arg-type]

        assert chain_hash(changed) != chain_hash(LINE)

    @pytest.mark.parametrize("name", CHANGED_LINE)
    def test_changes_with_every_part_of_the_line(self, name: str) -> None:
        assert chain_hash(replace(LINE, **{name: CHANGED_LINE[name]})) != chain_hash(LINE)  # type: ignore[arg-type]

    def test_is_put_into_the_state_and_covers_not_itself(self) -> None:
        sealed = sealed_line(LINE)

        assert sealed.state.hash == chain_hash(LINE) == chain_hash(sealed)

    @pytest.mark.parametrize("expires_at", [None, NOON + timedelta(microseconds=1)], ids=str)
    def test_changes_with_every_part_of_a_hold(self, expires_at: datetime | None) -> None:
        hold = Hold("hld_us0417_x", 5, NOON)
        others = (replace(hold, id="hld_us0417_y"), replace(hold, remaining_minor=6), Hold(hold.id, 5, expires_at))

        for other in others:
            assert chain_hash(replace(LINE, state=replace(LINE.state, holds=(other,)))) != chain_hash(LINE)

    def test_no_holds_listed_and_no_holds_open_are_two_things(self) -> None:
        none = replace(LINE, state=replace(LINE.state, holds=()))
        elsewhere = replace(LINE, state=replace(LINE.state, holds=None))

        assert chain_hash(none) != chain_hash(elsewhere)


class TestTotal:
    TOTAL = values.total(7)
    CHANGED: ClassVar[dict[str, object]] = {
        "account": "int_us_usd_vault_cash",
        "region": "us-west-2",
        "shard": 1,
        "position": Position(1, 8),
        "day": "20260303",
        "hhmm": "0001",
        "booked_day": date(2026, 3, 3),
        "count": 3,
        "credits_minor": 1,
        "debits_minor": 6,
        "posted_minor": 0,
        "digest": b"\x01" * 32,
        "previous_hash": b"\x02" * 32,
    }

    def test_every_part_of_a_total_is_listed_here(self) -> None:
        assert {part.name for part in fields(Total)} - {"hash"} == set(self.CHANGED)

    @pytest.mark.parametrize("name", CHANGED)
    def test_its_hash_changes_with_every_part(self, name: str) -> None:
        changed = replace(self.TOTAL, **{name: self.CHANGED[name]})  # type: ignore[arg-type] # By name.

        assert total_hash(changed) != total_hash(self.TOTAL)

    def test_its_hash_is_put_into_it_and_covers_not_itself(self) -> None:
        sealed = sealed_total(self.TOTAL)

        assert sealed.hash == total_hash(self.TOTAL) == total_hash(sealed)

    def test_its_hash_can_be_made_again_with_a_json_library_alone(self) -> None:
        total = self.TOTAL
        said = [1, total.account, total.region, total.shard, [1, 7], "20260302", "1207", "2026-03-02", 2]
        said += [10**20, 5, -(10**37), total.digest.hex()]

        assert total_hash(total) == sha(total.previous_hash + compact(said))


class TestLegs:
    LEG = values.leg_item("one")

    @pytest.mark.parametrize(
        "changed",
        [{"journal": "jrn_x"}, {"digest": b"\x01" * 32}, {"leg": 2}, {"signed_minor": 1}, {"currency": "EUR"}],
        ids="-".join,
    )
    def test_their_digest_changes_with_what_they_move_and_for_which_journal(self, changed: dict[str, object]) -> None:
        assert digest_of_legs([replace(self.LEG, **changed)]) != digest_of_legs([self.LEG])  # type: ignore[arg-type]

    def test_their_digest_changes_with_their_order_and_number(self) -> None:
        one, two = self.LEG, values.leg_item("two")

        assert len({digest_of_legs(legs) for legs in ([], [one], [one, two], [two, one])}) == 4

    def test_their_digest_can_be_made_again_with_a_json_library_alone(self) -> None:
        leg = self.LEG

        assert digest_of_legs([]) == sha(compact([1, []]))
        assert digest_of_legs([leg]) == sha(compact([1, [[leg.journal, leg.digest.hex(), 1, 10_50, "USD"]]]))


def sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def compact(said: object) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()


class TestFingerprint:
    def test_is_a_version_and_a_hash(self) -> None:
        version, _, said = fingerprint(COMMAND).partition(":")

        assert version == "1"
        assert len(bytes.fromhex(said)) == 32

    def test_stays_what_it_was(self) -> None:
        """A change of this text would make every retry across a deployment another request."""
        assert fingerprint(COMMAND) == STABLE

    def test_can_be_made_again_with_a_json_library_alone(self) -> None:
        """Every name and its form: what a key led to is found by them in years to come."""
        full = replace(
            COMMAND,
            shares=((BOB, Money(30, "USD")),),
            currency="USD",
            hold="hld_x",
            expires_at=NOON,
            release_rest=True,
            reverses="jrn_x",
            limits=Limits(1, None, 3),
            joint_limits=("lim_x",),
            effective_on=date(2026, 3, 10),
            memo_digest="d",
        )
        said = [
            "transfer",
            [["destination", BOB], ["source", ALICE]],
            [["amount", [30, "USD"]]],
            ["currency", "USD"],
            ["effective_on", "2026-03-10"],
            ["expires_at", "2026-03-10T16:00:00.000000Z"],
            ["hold", "hld_x"],
            ["joint_limits", ["lim_x"]],
            ["limits", [1, None, 3]],
            ["memo", "d"],
            ["release_rest", True],
            ["reverses", "jrn_x"],
            ["shares", [[BOB, [30, "USD"]]]],
        ]

        assert fingerprint(full) == "1:" + sha(compact(said)).hex()

    def test_does_not_mind_the_order_of_a_mapping(self) -> None:
        turned = replace(
            COMMAND,
            kind="fx_exchange",
            parties={"destination": BOB, "source": ALICE},
            amounts={"sold": Money(1, "USD"), "bought": Money(2, "EUR")},
        )
        other = replace(
            turned,
            parties={"source": ALICE, "destination": BOB},
            amounts={"bought": Money(2, "EUR"), "sold": Money(1, "USD")},
        )

        assert fingerprint(turned) == fingerprint(other)

    @pytest.mark.parametrize(
        "changed",
        [
            {"kind": "fee"},
            {"parties": {"source": BOB, "destination": ALICE}},
            {"amounts": {"amount": Money(31, "USD")}},
            {"amounts": {"amount": Money(30, "EUR")}},
            {"amounts": {"sold": Money(30, "USD")}},
            {"shares": ((BOB, Money(30, "USD")),)},
            {"currency": "USD"},
            {"hold": "hld_x"},
            {"expires_at": NOON},
            {"release_rest": True},
            {"reverses": "jrn_x"},
            {"limits": Limits()},
            {"limits": Limits(per_day_minor=1)},
            {"joint_limits": ()},
            {"effective_on": date(2026, 3, 10)},
            {"memo_digest": "d"},
        ],
        ids=str,
    )
    def test_changes_with_all_that_is_asked(self, changed: dict[str, object]) -> None:
        assert fingerprint(replace(COMMAND, **changed)) != fingerprint(COMMAND)  # type: ignore[arg-type] # By name.

    @pytest.mark.parametrize(
        "same",
        [
            {"memo": b"sealed once"},  # another nonce each time
            {"evidence": ("decision",)},
            {"known_joint_limits": ("lim_x",)},
            {"over_capture_minor": 0},
            {"over_capture_minor": 500},
            {"release_rest": False},
            {"shares": ()},
            {"scope": "another"},  # these three are in the journal's id
            {"key": "another"},
            {"initiator": BOB},
        ],
        ids=str,
    )
    def test_leaves_out_what_the_server_makes_and_what_is_default(self, same: dict[str, object]) -> None:
        assert fingerprint(replace(COMMAND, **same)) == fingerprint(COMMAND)  # type: ignore[arg-type] # By name.

    def test_text_counts_byte_for_byte(self) -> None:
        """Two ways to write one letter are two texts."""
        composed, decomposed = (replace(COMMAND, memo_digest=text) for text in ("\u00e9", "e\u0301"))

        assert fingerprint(composed) != fingerprint(decomposed)

    def test_the_order_of_shares_counts(self) -> None:
        one, two = (ALICE, Money(1, "USD")), (BOB, Money(1, "USD"))

        assert fingerprint(replace(COMMAND, shares=(one, two))) != fingerprint(replace(COMMAND, shares=(two, one)))

    @given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
    def test_any_mapping_in_any_order(self, parties: dict[str, str]) -> None:
        turned = dict(reversed(parties.items()))

        assert fingerprint(replace(COMMAND, parties=parties)) == fingerprint(replace(COMMAND, parties=turned))

    @given(st.tuples(st.text(max_size=6), st.text(max_size=6)), st.tuples(st.text(max_size=6), st.text(max_size=6)))
    def test_two_texts_never_run_into_one(self, one: tuple[str, str], two: tuple[str, str]) -> None:
        first, second = (replace(COMMAND, hold=hold, reverses=reverses) for hold, reverses in (one, two))

        assert (fingerprint(first) == fingerprint(second)) == (one == two)


class TestCanonical:
    def test_is_compact_ascii_json(self) -> None:
        assert canonical([1, "\u00e9", None, True, ["a"]]) == b'[1,"\\u00e9",null,true,["a"]]'

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
    def test_reads_back_as_what_was_written(self, value: object) -> None:
        assert json.loads(canonical(value)) == value  # type: ignore[arg-type] # Plain by construction.


class TestShard:
    @given(st.text(max_size=40), st.integers(1, 64))
    def test_is_one_of_the_shards_and_always_the_same(self, text: str, shards: int) -> None:
        assert shard_of(text, shards) == shard_of(text, shards)
        assert 0 <= shard_of(text, shards) < shards

    def test_spreads(self) -> None:
        counts = [0] * 4
        for n in range(400):
            counts[shard_of(f"jrn_us0417_{n}", 4)] += 1

        assert min(counts) > 60
