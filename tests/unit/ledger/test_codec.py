"""Items of the ledger's table: kept exactly, small where it was promised, and nothing else passes."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from domain.ledger.attributes import Attribute, Item, number
from domain.ledger.codec import (
    Kept,
    Recovery,
    decode,
    decode_claim,
    encode_claim,
    encode_journal,
    encode_leg,
    encode_line,
    encode_recovery,
    encode_registration,
    encode_total,
    item_of_image,
    items_of,
    recovery_of,
)
from domain.ledger.item_keys import bucket_of
from domain.ledger.model import (
    Claim,
    Hold,
    ItemPlace,
    Journal,
    Leg,
    LegItem,
    Limits,
    Line,
    LinePlace,
    Position,
    Registration,
    Side,
    Status,
    TornRecord,
    Total,
)
from domain.ledger.packing import pack_holds, pack_id, unpack_holds, unpack_id
from domain.ledger.store import Writes
from domain.money import Money
from domain.refusals import InsufficientFunds, LimitExceeded, Refusal, stored_refusals
from domain.units_aws import KILOBYTE, item_size
from tests import ledger_values as values

SEALED_140_CHARACTERS = 1 + 12 + 16 + 140
"""A memo of plain letters: version, nonce, tag and text."""
SEALED_140_WIDE_CHARACTERS = 1 + 12 + 16 + 4 * 140


FILLED: tuple[Kept, ...] = (
    values.journal(
        "filled",
        lines=((values.account(3), Position(1, 1)),),
        refusal=LimitExceeded("PER_DAY", 5, "USD"),
        reverses=values.journal_named("original"),
        hold=values.hold(1).id,
        expires_at=values.NOON,
        memo=b"sealed",
        evidence=("decision",),
    ),
    values.journal(
        "short",
        initiator=values.SETTLEMENT,
        lines=tuple((values.account(n), Position(1, 1)) for n in (1, 2, 3)),
        fingerprint="of a version before",
    ),
    values.line(
        values.account(1),
        9,
        subject=values.hold(1).id,
        released=(values.hold(2).id,),
        limits=Limits(1, 2, 3),
        joint_limits=(values.joint_limit(1),),
        day=values.MONDAY,
        **values.holds_of(values.hold(3)),
    ),
    values.line(values.account(1), 9, holds=None, holds_count=1, holds_at=Position(1, 4), earliest_expiry=values.NOON),
    values.leg_item("filled"),
    Claim(values.journal_named("original"), 1, values.journal_named("reversal"), 5),
    values.total(1),
    Registration(values.SETTLEMENT, "20260302"),
    Recovery(journal=values.journal_named("forced"), account=values.account(1), shortfall_minor=5, currency="USD"),
)
"""Each thing that is kept, with everything it can say."""


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

    def test_hashes_that_are_not_there_yet_come_back_empty(self) -> None:
        line = replace(values.line(values.account(1)), digest=b"", previous_hash=b"")
        unsealed = replace(line, state=replace(line.state, hash=b""))
        assert decode(encode(unsealed)) == unsealed
        assert decode(encode(values.journal("one", seal=False))) == values.journal("one", seal=False)

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

    @pytest.mark.parametrize(
        "text",
        [
            "int_us_usd_settlement",
            "acc_us0001_short",
            "",
            "acc_us0001_" + "U" * 26,
            "jrn_us0001_short",
            "jrn_us0001_" + "a" * 31 + "=",
            "hld_us0001_" + "a" * 40,
        ],
    )
    def test_other_text_is_not_packed(self, text: str) -> None:
        assert pack_id(text) is None

    @pytest.mark.parametrize(("minor", "length"), [(0, 0), (1, 1), (255, 1), (256, 2), (2**64 - 1, 8), (2**64, 9)])
    def test_a_hold_takes_no_more_bytes_than_its_money_needs(self, minor: int, length: int) -> None:
        nothing = len(pack_holds([values.hold(1, remaining_minor=0)]))
        assert len(pack_holds([values.hold(1, remaining_minor=minor)])) == nothing + length

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

    @pytest.mark.parametrize("value", FILLED, ids=lambda value: type(value).__name__)
    def test_whatever_is_torn_of_an_item_the_fault_names_the_item(self, value: Kept) -> None:
        item = encode(value)
        where = re.escape(f"item {item['pk']['S']} {item['sk']['S']}")
        for torn in torn_copies(item):
            with pytest.raises(TornRecord, match=where):
                decode(torn)

    @pytest.mark.parametrize("name", ["k", "sf", "fo", "rf", "ev", "bd", "me"])
    def test_the_fault_names_the_attribute(self, name: str) -> None:
        with pytest.raises(TornRecord, match=f" J, attribute {name}, is of type NS"):
            decode(encode(FILLED[0]) | {name: {"NS": ["1"]}})

    @pytest.mark.parametrize("said", ["?", "QUJD?", "QQ"])
    def test_bytes_of_an_image_that_are_no_base64_are_refused(self, said: str) -> None:
        with pytest.raises(ValueError, match=r"base64|padding"):
            item_of_image({"h": {"B": said}})

    def test_an_item_without_a_key_is_torn(self) -> None:
        with pytest.raises(TornRecord, match="item None None has no attribute pk"):
            decode_claim({})

    def test_a_leg_that_is_torn_is_called_a_leg_and_a_line_a_line(self) -> None:
        item = encode(values.journal("one", lines=((values.account(3), Position(1, 1)),)))
        for name, called in (("l", "a leg"), ("la", "a line")):
            with pytest.raises(TornRecord, match=f"item J#{values.journal_named('one')} J, {called}, has no attribute"):
                decode(item | {name: {"L": [{"M": {"?": {"S": "?"}}}]}})

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

    def test_everything_of_it_is_written_and_comes_back(self) -> None:
        journal = values.journal("one")
        line, leg = values.line(values.account(1)), values.leg_item("one")
        claim = Claim(values.journal_named("original"), 2, journal.id, 10_50)
        items = keys_of(Writes(journal=journal, lines=(line,), legs=(leg,), claim=claim))
        assert [decode(item) for item in items] == [journal, line, leg, claim]

    def test_its_journal_lies_in_the_time_index_of_the_region_and_the_spread(self) -> None:
        journal = values.journal("one")
        (item,) = items_of(Writes(journal=journal), region="us-west-2", spread=7)
        assert item["tk"] == {"S": f"us-west-2#{bucket_of(journal.id, 7)}#2026030212"}

    def test_a_recovery_is_from_the_guarded_account_and_not_from_a_book_debited_before_it(self) -> None:
        money = Money(10_50, "USD")
        legs = (
            Leg(values.SETTLEMENT, Side.DEBIT, money, ItemPlace(values.REGION, 0)),
            Leg(values.account(2), Side.CREDIT, money, LinePlace(1, 1)),
            Leg(values.account(1), Side.DEBIT, money, LinePlace(1, 1)),
        )
        journal = values.journal("forced", kind="chargeback", legs=legs, forced=True, shortfall_minor=7_00)
        assert recovery_of(journal).account == values.account(1)

    def test_a_journal_that_falls_short_and_debits_nobody_is_a_fault(self) -> None:
        with pytest.raises(ValueError, match="debits no guarded account"):
            recovery_of(values.journal("forced", legs=(), forced=True, shortfall_minor=7_00))

    def test_a_forced_debit_that_falls_short_leaves_a_recovery_item(self) -> None:
        journal = values.journal("forced", kind="chargeback", forced=True, shortfall_minor=7_00)
        recovery = decode(keys_of(Writes(journal=journal))[1])
        assert recovery == Recovery(journal=journal.id, account=values.account(1), shortfall_minor=7_00, currency="USD")

    def test_a_journal_without_legs_says_nothing_of_them(self) -> None:
        assert "l" not in encode(values.journal("refused", legs=(), lines=()))

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

    def test_what_a_journal_without_lines_registers_stands_under_zero(self) -> None:
        (_, item) = keys_of(Writes(journal=values.journal("one"), registered=values.SETTLEMENT))
        assert item["sk"] == {"S": f"{values.SETTLEMENT}#000000000000"}

    def test_only_a_posted_hold_with_an_expiry_lies_in_the_expiry_index(self) -> None:
        expires_at = values.NOON + timedelta(days=7)
        placed = encode(values.journal("hold", legs=(), lines=(), expires_at=expires_at))
        assert placed["xk"] == {"S": "us-east-1#2026030912"}
        assert placed["xs"] == {"S": f"2026-03-09T12:00:00.123456Z#{values.journal_named('hold')}"}
        refusal = LimitExceeded("PER_DAY", 5, "USD")
        refused = encode(values.journal("hold", legs=(), lines=(), expires_at=expires_at, refusal=refusal))
        assert "xk" not in refused
        assert "xs" not in refused


def torn_copies(item: Item) -> Iterator[Item]:
    """The item with one value that is not what it says it is, at each of its places in turn."""
    for name, attribute in item.items():
        if name not in ("pk", "sk"):
            for torn in _torn(attribute):
                yield item | {name: torn}


def _torn(attribute: Attribute) -> Iterator[Attribute]:
    yield {"NS": ["1"]}
    ((kind, value),) = attribute.items()
    if kind == "N":
        yield {"N": "1.5"}
    if kind == "S":
        yield {"S": 1}
    if kind == "M":
        for name, part in value.items():
            yield from ({"M": value | {name: torn}} for torn in _torn(part))
    if kind == "L":
        for n, part in enumerate(value):
            yield from ({"L": [*value[:n], torn, *value[n + 1 :]]} for torn in _torn(part))


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
