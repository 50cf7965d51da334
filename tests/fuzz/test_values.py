"""What stands in requests, read by the functions that read it: exactly what was written, or refused, and never a fault.

The units' own tests have more of these properties (money, ids, numbers, cursors, scalars, schedules); a full run gives
those two thousand examples each too.
"""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import GraphQLError, GraphQLScalarType
from hypothesis import given
from hypothesis import strategies as st

from domain import money
from domain.accounts.numbers import account_number
from domain.accounts.rules import number_faults, region_of, region_of_number
from domain.clock import instant_text, parse_instant
from domain.counterparties.model import AccountType, Details, HolderKind, masked
from domain.counterparties.rules import NAME_LENGTH_MAX, details_faults, well_formed_routing_number
from domain.ids import customer_jurisdiction, is_account, place_of
from domain.jurisdictions import JURISDICTIONS, aba_check_digit
from domain.keys import KEY_LENGTH_MAX, key_faults
from domain.money import AMOUNT_MINOR_MAX, EXPONENTS, Money
from domain.transfers import schedule
from domain.transfers.model import MEMO_LENGTH_MAX, Rhythm, Schedule
from domain.transfers.rules import memo_faults
from functions.configuration import ConfigurationFaulty, read
from graph.cursors import Cursors
from graph.errors import PublicError
from graph.scalars import Cursor
from tests.fuzz import words
from tests.fuzz.documents import CORE
from tests.fuzz.share import share
from tests.unit.functions.test_configuration import GOOD

LONG: Final = share(normal=100, full=2_000)
CORPUS: Final = Path(__file__).parents[1] / "fixtures" / "corpus" / "values"


def kept(name: str) -> list[dict[str, Any]]:
    """What once broke something."""
    found: list[dict[str, Any]] = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    return found


any_text = st.one_of(words.anything, st.text(st.characters(codec=None), max_size=30))
"""With halves of surrogate pairs too."""
days = st.one_of(
    st.dates(), st.sampled_from([date.min, date.max, date(2024, 2, 29), date(2199, 12, 31), date(2200, 1, 1)])
)


class TestMoney:
    @LONG
    @given(
        minor=st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX),
        currency=st.sampled_from(sorted(EXPONENTS)),
        place=st.integers(0, 24),
        sign=st.one_of(st.sampled_from("0123456789.-+eE, _"), st.characters(categories=["Nd", "Cf", "Zs"])),
    )
    def test_text_with_one_sign_more_is_read_exactly_or_refused(
        self, minor: int, currency: str, place: int, sign: str
    ) -> None:
        text = money.decimal_text(Money(minor, currency))
        text = text[:place] + sign + text[place:]
        try:
            found = money.parse(text, currency)
        except money.MoneyMalformed:
            return
        assert text.isascii()
        assert Decimal(text) == Decimal(found.minor).scaleb(-EXPONENTS[currency])

    @LONG
    @given(minor=st.integers(), currency=st.sampled_from(sorted(EXPONENTS)), other=st.sampled_from(sorted(EXPONENTS)))
    def test_text_of_one_currency_is_read_alike_in_another_or_refused(
        self, minor: int, currency: str, other: str
    ) -> None:
        text = money.decimal_text(Money(minor, currency))
        try:
            found = money.parse(text, other)
        except money.MoneyMalformed:
            return
        assert Decimal(money.decimal_text(found)) == Decimal(text)


class TestIds:
    @LONG
    @given(text=any_text)
    def test_any_text_is_read_without_a_fault(self, text: str) -> None:
        place = place_of(text)
        assert is_account(text) == (place is not None and text.startswith("acc_"))
        if place:
            assert re.fullmatch(rf"[a-z]{{3}}_{place}_[0-9A-Za-z]{{26,32}}", text, re.ASCII)
        if region_of(text) is not None:
            assert place
        if customer_jurisdiction(text):
            assert text.isascii()

    @LONG
    @given(
        kind=st.sampled_from(["acc", "inc", "lim", "ord", "cpy", "jrn", "hld", "cus", "int"]),
        code=st.sampled_from(["us", "eu", "xx", "US"]),
        slot=st.integers(0, 99_999),
        tail=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZabcilou_é", min_size=24, max_size=34),
    )
    def test_nearly_an_id_has_a_region_or_none(self, kind: str, code: str, slot: int, tail: str) -> None:
        found = region_of(f"{kind}_{code}{slot:04d}_{tail}")
        if found:
            assert slot < 1024
            assert found in JURISDICTIONS[code].regions


class TestNumbers:
    @LONG
    @given(slot=st.integers(0, 1023), serial=st.integers(0, 9_999_999), text=any_text)
    def test_only_a_number_of_the_bank_has_a_region(self, slot: int, serial: int, text: str) -> None:
        routing, number = JURISDICTIONS["us"].routing_number, account_number(slot, serial)
        assert number_faults(routing, number) == ()
        found = region_of_number(routing, number)
        assert found
        assert found.region in JURISDICTIONS["us"].regions
        for wrong in ((text, number), (routing, text), (text, text), (number, routing)):
            assert number_faults(*wrong)
            assert region_of_number(*wrong) is None


class TestTexts:
    @LONG
    @given(key=any_text)
    def test_a_key_is_printable_ascii_or_refused(self, key: str) -> None:
        good = 1 <= len(key) <= KEY_LENGTH_MAX and all("!" <= sign <= "~" for sign in key)
        assert (key_faults(key) == ()) == (good and not key.startswith("florin:"))

    @LONG
    @given(memo=any_text)
    def test_a_memo_is_kept_byte_for_byte_or_refused(self, memo: str) -> None:
        if memo_faults(memo):
            return
        assert memo.encode().decode() == memo
        assert 1 <= len(memo) <= MEMO_LENGTH_MAX


CURSORS: Final = Cursors(lambda: b"a secret of tests")


class TestCursors:
    @pytest.mark.parametrize("found", kept("cursors"), ids=lambda found: found["why"][:40])
    def test_what_once_opened(self, found: dict[str, Any]) -> None:
        cursor = CURSORS.make("entries", "acc_1", found["position"])
        last = chr(ord(cursor[-1]) + found.get("last", 0))
        with pytest.raises(PublicError):
            CURSORS.read(Cursor(cursor[:-1] + last + found.get("end", "")), "entries", "acc_1")

    @LONG
    @given(position=st.from_regex(r"[0-9]{1,4}\.[0-9]{1,9}|acc_[a-zA-Z0-9_]{1,40}", fullmatch=True), data=st.data())
    def test_a_cursor_with_one_sign_changed_more_or_less_does_not_open(
        self, position: str, data: st.DataObject
    ) -> None:
        cursor = CURSORS.make("entries", "acc_1", position)
        place = data.draw(st.integers(0, len(cursor)))
        kept = data.draw(st.integers(0, 1))
        sign = data.draw(st.one_of(st.sampled_from("ABCxyz019-_=+/ \n"), st.just(""), st.characters(codec=None)))
        changed = cursor[:place] + sign + cursor[place + kept :]
        if changed == cursor:
            return
        with pytest.raises(PublicError):
            CURSORS.read(Cursor(changed), "entries", "acc_1")


def scalar(name: str) -> GraphQLScalarType:
    found = CORE.type_map[name]
    assert isinstance(found, GraphQLScalarType)
    return found


class TestDays:
    @pytest.mark.parametrize("found", kept("schedules"), ids=lambda found: found["why"])
    def test_a_schedule_that_was_once_a_fault(self, found: dict[str, Any]) -> None:
        wished = Schedule(
            rhythm=Rhythm(found["rhythm"]),
            starts_on=date.fromisoformat(found["starts_on"]),
            ends_on=date.fromisoformat(found["ends_on"]) if "ends_on" in found else None,
            day_of_month=found.get("day_of_month"),
        )
        assert schedule.schedule_faults(wished)

    @LONG
    @given(
        name=st.sampled_from(["Date", "DateTime"]),
        text=st.one_of(
            any_text,
            st.sampled_from([*words.DAYS, *words.INSTANTS]),
            st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z)?", fullmatch=True),
        ),
    )
    def test_a_text_is_a_day_or_an_instant_that_exists_or_refused(self, name: str, text: str) -> None:
        try:
            found = scalar(name).parse_value(text)
        except GraphQLError:
            return
        written = str(scalar(name).serialize(found))
        assert written[:19].rstrip("Z") == text[:19].rstrip("Z")
        assert scalar(name).parse_value(written) == found
        if name == "DateTime":
            assert parse_instant(instant_text(found)) == found

    @LONG
    @given(
        wished=st.builds(
            Schedule,
            rhythm=st.sampled_from(Rhythm),
            starts_on=days,
            ends_on=st.one_of(st.none(), days),
            day_of_month=st.one_of(st.none(), words.integers),
            count=st.one_of(st.none(), words.integers),
        ),
        today=st.dates(date(2026, 1, 1), date(2100, 1, 1)),
        ahead=st.integers(0, 800),
        code=st.sampled_from(sorted(JURISDICTIONS)),
    )
    def test_a_schedule_is_refused_or_can_be_kept(self, wished: Schedule, today: date, ahead: int, code: str) -> None:
        """Whatever passes the two checks of form, the scheduler can be told, and every day of it can be found."""
        if ahead % 2:
            wished = replace(wished, starts_on=today + timedelta(days=ahead))
        if schedule.schedule_faults(wished) or schedule.start_faults(wished, today):
            return
        first = schedule.occurrence(wished, 0)
        assert first
        assert wished.starts_on <= first
        assert schedule.expression(wished, JURISDICTIONS[code])
        schedule.last_knock(wished, JURISDICTIONS[code])
        end = schedule.last(wished)
        assert end is None or end >= first
        assert schedule.next_after(wished, today) is None or today < first + timedelta(days=45_000)


settings_texts = st.one_of(
    any_text,
    st.from_regex(r"0{4}[0-9]{5,30}|[0-9]{1,40}", fullmatch=True),
    st.sampled_from(["[" * 50_000, "{}", "[]", '{"a": 1}']),
)


class TestConfiguration:
    @pytest.mark.parametrize("found", kept("settings"), ids=lambda found: found["why"])
    def test_a_setting_that_was_once_a_fault(self, found: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationFaulty, match=found["name"]):
            read({**GOOD, found["name"]: found["text"] * found.get("repeated", 1)})

    @LONG
    @given(name=st.sampled_from(sorted(GOOD)), text=settings_texts)
    def test_any_setting_is_read_or_named_without_its_value(self, name: str, text: str) -> None:
        try:
            read({**GOOD, name: text})
        except ConfigurationFaulty as error:
            said = str(error)
        else:
            return
        assert "FLORIN_" in said or "AWS_REGION" in said
        assert len(text) < 6 or text not in said


class TestCounterparties:
    @LONG
    @given(routing=any_text, number=any_text, name=any_text)
    def test_whatever_is_written_is_taken_as_it_is_or_told_where_it_is_wrong(
        self, routing: str, number: str, name: str
    ) -> None:
        details = Details(name, routing, number, AccountType.CHECKING, HolderKind.CONSUMER)
        faults = {fault.path for fault in details_faults(details)}
        assert faults <= {("name",), ("routingNumber",), ("accountNumber",)}
        if ("routingNumber",) not in faults:
            assert re.fullmatch(r"[0-9]{9}", routing, re.ASCII)
            assert sum(int(digit) * weight for digit, weight in zip(routing, (3, 7, 1) * 3, strict=True)) % 10 == 0
        if ("accountNumber",) not in faults:
            assert re.fullmatch(r"[0-9A-Za-z-]{1,17}", number, re.ASCII)
            assert set(number) - set("0-")
        if ("name",) not in faults:
            assert name.encode()  # no halves of surrogate pairs: it can be sealed
            assert 1 <= len(name) <= NAME_LENGTH_MAX

    @LONG
    @given(
        eight=st.text("0123456789", min_size=8, max_size=8),
        place=st.integers(0, 9),
        sign=st.characters(categories=["Nd", "Cf", "Zs"]),
    )
    def test_a_routing_number_with_a_sign_more_is_none(self, eight: str, place: int, sign: str) -> None:
        number = eight + aba_check_digit(eight)
        assert not well_formed_routing_number(number[:place] + sign + number[place:])

    @LONG
    @given(number=st.text("0123456789ABCxyz-", min_size=0, max_size=40))
    def test_a_mask_never_shows_over_half_of_a_number(self, number: str) -> None:
        shown = masked(number).removeprefix("••")
        assert number.endswith(shown)
        assert len(shown) <= min(4, len(number) // 2)
