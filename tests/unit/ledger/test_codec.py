"""Items of the ledger's table: kept exactly, small where it was promised, and nothing else passes."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from domain.ledger.attributes import Item, number
from domain.ledger.codec import (
    Kept,
    Recovery,
    decode,
    encode_claim,
    encode_journal,
    encode_leg,
    encode_line,
    encode_recovery,
    encode_registration,
    encode_total,
    item_of_image,
    items_of,
)
from domain.ledger.model import (
    Claim,
    Hold,
    Journal,
    LegItem,
    Limits,
    Line,
    Position,
    Registration,
    Status,
    TornRecord,
    Total,
)
from domain.ledger.packing import pack_holds, pack_id, unpack_holds, unpack_id
from domain.ledger.store import Writes
from domain.refusals import InsufficientFunds, LimitExceeded, Refusal, stored_refusals
from tests import ledger_values as values
from tests.bench.item_size import KILOBYTE, item_size

SEALED_140_CHARACTERS = 1 + 12 + 16 + 140
"""A memo of plain letters: version, nonce, tag and text."""
SEALED_140_WIDE_CHARACTERS = 1 + 12 + 16 + 4 * 140


def encode(value: Kept) -> Item:
    match value:
        case Journal():
            return encode_journal(value, region=values.REGION, spread=1)
        case Line():
            return encode_line(value)
        case LegItem():
            return encode_leg(value)
        case Claim():
            return encode_claim(value)
        case Total():
            return encode_total(value)
        case Registration():
            return encode_registration(value, region=values.REGION, seq=3)
        case Recovery():
            return encode_recovery(value)


class TestWhatIsKept:
    @given(values.journals())
    def test_a_journal_comes_back_as_it_was(self, journal: Journal) -> None:
        assert decode(encode(journal)) == journal

    @given(values.lines)
    def test_a_line_comes_back_as_it_was(self, line: Line) -> None:
        assert decode(encode(line)) == line

    @given(values.leg_items)
    def test_a_leg_comes_back_as_it_was(self, leg: LegItem) -> None:
        assert decode(encode(leg)) == leg

    @given(values.claims)
    def test_a_claim_comes_back_as_it_was(self, claim: Claim) -> None:
        assert decode(encode(claim)) == claim

    @given(values.totals)
    def test_a_total_comes_back_as_it_was(self, total: Total) -> None:
        assert decode(encode(total)) == total

    @given(values.registrations)
    def test_a_registration_comes_back_as_it_was(self, registration: Registration) -> None:
        assert decode(encode(registration)) == registration

    @pytest.mark.parametrize("code", sorted(stored_refusals()))
    def test_a_refusal_of_every_stored_code_comes_back(self, code: str) -> None:
        @settings(max_examples=20)
        @given(values.refusals_of(stored_refusals()[code]))
        def comes_back(refusal: Refusal) -> None:
            journal = values.journal("refused", refusal=refusal, legs=(), lines=((values.account(1), Position(1, 4)),))
            assert decode(encode(journal)) == journal

        comes_back()

    @pytest.mark.parametrize("count", [0, 1, 16, 17, 64])
    def test_any_number_of_open_holds_comes_back(self, count: int) -> None:
        line = values.line(values.account(1), **values.holds_of(*map(values.hold, range(count))))
        assert decode(encode(line)) == line

    def test_a_line_that_lists_no_holds_says_where_they_are_listed(self) -> None:
        earliest = values.NOON + timedelta(days=1)
        line = values.line(
            values.account(1),
            9,
            holds=None,
            holds_count=3,
            held_minor=75_00,
            holds_at=Position(1, 4),
            earliest_expiry=earliest,
        )
        found = decode(encode(line))
        assert isinstance(found, Line)
        assert (found.state.holds, found.state.holds_count, found.state.holds_at) == (None, 3, Position(1, 4))
        assert found.state.earliest_expiry == earliest

    @given(values.lines)
    def test_a_line_comes_back_from_a_streams_image(self, line: Line) -> None:
        assert decode(item_of_image(image_of(encode(line)))) == line

    @given(values.journals())
    def test_a_journal_comes_back_from_a_streams_image(self, journal: Journal) -> None:
        assert decode(item_of_image(image_of(encode(journal)))) == journal


class TestPacking:
    @given(values.holds)
    def test_a_hold_of_any_place_comes_back(self, hold: Hold) -> None:
        neighbour = values.hold(1)
        assert unpack_holds(pack_holds((neighbour, hold, neighbour))) == (neighbour, hold, neighbour)

    @given(values.account_ids | values.journal_ids | values.hold_ids | values.limit_ids | values.incoming_ids)
    def test_an_id_comes_back_and_is_shorter(self, text: str) -> None:
        packed = pack_id(text)
        assert packed is not None
        assert unpack_id(packed) == text
        assert len(packed) <= 25

    @pytest.mark.parametrize("text", ["int_us_usd_settlement", "acc_us0001_short", "", "acc_us0001_" + "U" * 26])
    def test_other_text_is_not_packed(self, text: str) -> None:
        assert pack_id(text) is None

    @pytest.mark.parametrize("cut", range(1, 30))
    def test_holds_cut_anywhere_are_refused(self, cut: int) -> None:
        with pytest.raises(ValueError, match="end in the middle"):
            unpack_holds(pack_holds([values.hold(1)])[:-cut])

    def test_a_hold_of_no_journal_cannot_be_kept(self) -> None:
        with pytest.raises(ValueError, match="hold"):
            pack_holds([Hold("hld_1", 5, None)])

    def test_a_negative_hold_cannot_be_kept(self) -> None:
        with pytest.raises(ValueError, match="hold"):
            pack_holds([values.hold(1, remaining_minor=-1)])

    def test_a_number_that_would_be_rounded_is_refused(self) -> None:
        assert number(10**38 - 1) == {"N": "9" * 38}
        with pytest.raises(ValueError, match="38 digits"):
            number(10**38)


class TestSizes:
    @pytest.mark.parametrize("count", [0, 1, 4, 16])
    def test_a_line_of_up_to_sixteen_holds_stays_under_a_kilobyte(self, count: int) -> None:
        assert item_size(encode_line(line_with_everything(count))) < KILOBYTE

    def test_a_line_that_lists_no_holds_is_small_whatever_there_are(self) -> None:
        line = values.line(
            values.account(1), 9, holds=None, holds_count=64, holds_at=Position(1, 4), earliest_expiry=values.NOON
        )
        assert item_size(encode_line(line)) < KILOBYTE // 2

    def test_a_transfer_with_a_memo_stays_under_a_kilobyte(self) -> None:
        journal = values.journal("memo", memo=b"x" * SEALED_140_CHARACTERS)
        assert item_size(encode(journal)) < KILOBYTE

    def test_even_when_the_memo_is_all_wide_characters(self) -> None:
        journal = values.journal("memo", memo=b"x" * SEALED_140_WIDE_CHARACTERS)
        assert item_size(encode(journal)) < KILOBYTE

    def test_a_transfer_under_two_joint_limits_stays_under_a_kilobyte(self) -> None:
        lines = (
            *((values.account(n), Position(1, 10**9)) for n in (1, 2)),
            *((values.joint_limit(n), Position(1, 10**9)) for n in (1, 2)),
        )
        journal = values.journal("memo", lines=lines, memo=b"x" * SEALED_140_CHARACTERS)
        assert item_size(encode(journal)) < KILOBYTE

    def test_an_internal_leg_stays_under_half_a_kilobyte(self) -> None:
        assert item_size(encode(values.leg_item("leg", minor=-(10**15)))) < KILOBYTE // 2


class TestTornRecords:
    @pytest.mark.parametrize("name", ["tk", "ts", "k", "i", "bd", "ed", "fp", "fo", "sf", "cu", "ln", "rc", "rf"])
    def test_a_journal_without_what_it_must_say_is_torn(self, name: str) -> None:
        item = encode(values.journal("one", refusal=InsufficientFunds(values.account(1))))
        del item[name]
        with pytest.raises(TornRecord):
            decode(item)

    @pytest.mark.parametrize(
        "name",
        ["am", "ba", "bd", "bt", "cu", "dm", "ed", "hc", "he", "ho", "j", "k", "lo", "nm", "po", "st"],
    )
    def test_a_line_without_what_it_must_say_is_torn(self, name: str) -> None:
        item = encode_line(values.line(values.account(1)))
        del item[name]
        with pytest.raises(TornRecord):
            decode(item)

    @pytest.mark.parametrize("value", [values.line(values.account(1)), values.journal("one"), values.leg_item("one")])
    def test_an_attribute_nobody_writes_is_torn(self, value: Kept) -> None:
        with pytest.raises(TornRecord, match="unknown attributes"):
            decode(encode(value) | {"zz": {"S": "?"}})

    @pytest.mark.parametrize("value", [values.line(values.account(1)), values.journal("one"), values.leg_item("one")])
    @pytest.mark.parametrize("wrong", [{"S": "?"}, {"N": "1.5"}, {"N": "NaN"}, {"N": "x"}, {"B": b"?"}, {"NULL": True}])
    def test_a_number_of_another_shape_is_torn(self, value: Kept, wrong: dict[str, Any]) -> None:
        with pytest.raises(TornRecord):
            decode(encode(value) | {"am": wrong})

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("cu", {"N": "5"}),
            ("st", {"S": "FRIENDLY"}),
            ("nm", {"S": "left"}),
            ("bd", {"N": "20261301"}),
            ("sk", {"S": "L#1#1"}),
            ("ho", {"B": b"\x02"}),
            ("ho", {"B": b""}),
            ("j", {"B": b"j"}),
            ("j", {"B": b"?" + bytes(24)}),
            ("jl", {"L": [{"N": "1"}]}),
            ("jl", {"S": "lim"}),
        ],
    )
    def test_a_line_that_says_nonsense_is_torn(self, name: str, wrong: dict[str, Any]) -> None:
        with pytest.raises(TornRecord):
            decode(encode_line(values.line(values.account(1))) | {name: wrong})

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("ts", {"S": "2026-03-02T12:00:00.123456Z#jrn_other"}),
            ("ts", {"S": "yesterday"}),
            ("tk", {"S": "us-east-1#0#2026030213"}),
            ("fp", {"B": b"short"}),
            ("fp", {"N": "1"}),
            ("fo", {"S": "true"}),
            ("l", {"L": [{"S": "leg"}]}),
            ("l", {"L": [{"M": {"a": {"S": "acc"}}}]}),
            ("cu", {"S": "XXX"}),
            ("rc", {"S": "NEVER_HEARD_OF"}),
        ],
    )
    def test_a_journal_that_says_nonsense_is_torn(self, name: str, wrong: dict[str, Any]) -> None:
        with pytest.raises(TornRecord):
            decode(encode(values.journal("one")) | {name: wrong})

    def test_a_refusal_with_other_facts_is_torn(self) -> None:
        refused = values.journal("one", legs=(), lines=(), refusal=InsufficientFunds("acc_1"))
        with pytest.raises(TornRecord):
            decode(encode(refused) | {"rf": {"M": {"limit": {"S": "PER_DAY"}}}})

    def test_a_leg_in_another_minute_than_it_was_booked_in_is_torn(self) -> None:
        leg = values.leg_item("one")
        with pytest.raises(TornRecord, match="another minute"):
            decode(encode(leg) | {"sk": {"S": f"1201#{leg.journal}#1"}})

    @pytest.mark.parametrize("key", [("X#1", "J"), ("J#1", "Q"), ("T", "T")])
    def test_an_item_under_an_unknown_key_is_torn(self, key: tuple[str, str]) -> None:
        with pytest.raises(TornRecord, match="nothing of the ledger"):
            decode({"pk": {"S": key[0]}, "sk": {"S": key[1]}})

    def test_a_list_of_holds_that_disagrees_with_its_count_is_never_written(self) -> None:
        line = values.line(values.account(1), **values.holds_of(values.hold(1)))
        with pytest.raises(ValueError, match="what their list does not"):
            encode_line(replace(line, state=replace(line.state, holds_count=2)))


class TestTransactions:
    def test_the_journal_comes_first(self) -> None:
        writes = Writes(journal=values.journal("one"), lines=(values.line(values.account(1)),))
        assert [item["sk"]["S"] for item in keys_of(writes)] == ["J", "L#0001#000000000001"]

    def test_a_forced_debit_that_falls_short_leaves_a_recovery_item(self) -> None:
        journal = values.journal("forced", kind="chargeback", forced=True, shortfall_minor=7_00)
        recovery = decode(keys_of(Writes(journal=journal))[1])
        assert recovery == Recovery(journal=journal.id, account=values.account(1), shortfall_minor=7_00, currency="USD")

    def test_a_forced_debit_that_does_not_fall_short_leaves_none(self) -> None:
        assert len(keys_of(Writes(journal=values.journal("forced", kind="chargeback", forced=True)))) == 1

    def test_a_registered_account_is_visited_from_the_day_of_its_journal(self) -> None:
        account = values.account(1)
        writes = Writes(
            journal=values.journal("one"), lines=(values.line(account, 7),), registered=f"inc_{account[4:]}"
        )
        item = keys_of(writes)[2]
        assert (item["pk"]["S"], item["sk"]["S"]) == ("B#us-east-1", f"inc_{account[4:]}#000000000007")
        assert decode(item) == Registration(f"inc_{account[4:]}", "20260302")

    def test_only_a_posted_hold_with_an_expiry_lies_in_the_expiry_index(self) -> None:
        expires_at = values.NOON + timedelta(days=7)
        placed = encode(values.journal("hold", legs=(), lines=(), expires_at=expires_at))
        assert placed["xk"] == {"S": "us-east-1#2026030912"}
        assert placed["xs"] == {"S": f"2026-03-09T12:00:00.123456Z#{values.journal_named('hold')}"}
        refusal = LimitExceeded("PER_DAY", 5, "USD")
        refused = encode(values.journal("hold", legs=(), lines=(), expires_at=expires_at, refusal=refusal))
        assert "xk" not in refused
        assert "xs" not in refused


def keys_of(writes: Writes) -> list[Item]:
    return items_of(writes, region=values.REGION, spread=1)


def line_with_everything(holds: int) -> Line:
    """The longest line an account with this many holds writes: every field set, and large amounts."""
    return values.line(
        values.account(1),
        10**9,
        kind="payout_funded",
        amount_minor=-(10**12),
        held_change_minor=-(10**12),
        subject=values.hold(1).id,
        posted_minor=10**15 + 1,
        limits=Limits(10**10, 10**10, 10**12),
        joint_limits=tuple(map(values.joint_limit, range(4))),
        status=Status.DEBITS_FROZEN,
        day=values.MONDAY,
        day_debits_minor=10**12 + 1,
        **values.holds_of(*(values.hold(n, remaining_minor=10**9 + n) for n in range(holds))),
    )


def image_of(item: Item) -> dict[str, Any]:
    """The item as a stream record carries it: JSON, with binary values in Base64."""
    image: dict[str, Any] = json.loads(json.dumps(item, default=lambda raw: b64encode(raw).decode()))
    return image
