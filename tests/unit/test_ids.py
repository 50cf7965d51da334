"""Ids: they say what a thing is and where it lives, and nothing that is not an id is taken for one."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import ids
from domain.ids import Place

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ULID = "01KJQ7V000SG9XJ3N7QYVQ0T4M"
places = st.builds(Place, st.sampled_from(["us", "eu"]), st.integers(min_value=0, max_value=1023))
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)
randoms = st.integers().map(random.Random)
printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


class TestUlid:
    @given(now=moments, randomness=randoms)
    def test_a_ulid_is_26_digits_of_crockfords_base32(self, now: datetime, randomness: random.Random) -> None:
        assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", ids.ulid(now, randomness))

    def test_the_example_of_the_specification_holds(self) -> None:
        """github.com/ulid/spec: 1469918176385 ms is 01ARYZ6S41."""
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)

        assert ids.ulid(moment, random.Random(1)).startswith("01ARYZ6S41")

    @given(now=moments, later=st.integers(min_value=1, max_value=10**9), first=randoms, second=randoms)
    def test_a_later_millisecond_sorts_later(
        self, now: datetime, later: int, first: random.Random, second: random.Random
    ) -> None:
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)

        assert ids.ulid(now, first) < ids.ulid(now + timedelta(milliseconds=later), second)

    def test_eighty_bits_differ_within_a_millisecond(self) -> None:
        randomness = random.Random(1)

        assert len({ids.ulid(NOON, randomness)[10:] for _ in range(1000)}) == 1000


class TestPlaces:
    @given(place=places, now=moments, randomness=randoms)
    def test_the_place_is_read_back_from_every_placed_id(
        self, place: Place, now: datetime, randomness: random.Random
    ) -> None:
        account = ids.account_id(place, now, randomness)
        journal = ids.journal_id(account, "cus_us_1", "key")

        for placed in (
            account,
            ids.incoming_account(account),
            ids.joint_limit_id(place, now, randomness),
            ids.order_id(place, now, randomness),
            journal,
            ids.hold_id(journal),
        ):
            assert ids.place_of(placed) == place
            assert len(placed) <= ids.ID_LENGTH_MAX

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "acc",
            f"acc_us17_{ULID}",
            f"acc_us00017_{ULID}",
            f"acc_US0017_{ULID}",
            f"acc_us００17_{ULID}",
            f"xyz_us0017_{ULID}",
            f"ACC_us0017_{ULID}",
            f"acc_us0017_{ULID[:-1]}",
            f"acc_us0017_{ULID}{ULID}",
            f" acc_us0017_{ULID}",
            f"acc_us0017_{ULID}\n",
            f"acc_us0017_{ULID[:-1]}#",
            f"cus_us_{ULID}",
            "int_us_usd_settlement",
        ],
    )
    def test_what_is_no_placed_id_has_no_place(self, text: str) -> None:
        assert ids.place_of(text) is None

    @given(text=st.text(max_size=50))
    def test_any_text_is_read_without_a_fault(self, text: str) -> None:
        ids.place_of(text)
        ids.customer_jurisdiction(text)
        ids.internal_currency(text)
        assert isinstance(ids.is_account(text), bool)
        assert isinstance(ids.is_internal(text), bool)


class TestBatches:
    def test_one_tells_its_file_and_its_number(self) -> None:
        file = "fil_us_useast1_20261130-SD1_2.1"
        batch = ids.batch_id(file, 13)
        assert batch == "bat_us_useast1_20261130-SD1_2.1_13"
        assert ids.is_id(batch)
        assert ids.file_of_batch(batch) == (file, 13)

    @pytest.mark.parametrize(
        "text", ["", "bat_", "fil_us_useast1_20261130-SD1_2", "bat_us_useast1_20261130-SD1_2", "bat_x_1"]
    )
    def test_what_is_none_is_of_no_file(self, text: str) -> None:
        assert ids.file_of_batch(text) is None


class TestKinds:
    account = f"acc_us0017_{ULID}"

    def test_a_customers_account_is_an_account_and_not_internal(self) -> None:
        assert ids.is_account(self.account)
        assert not ids.is_internal(self.account)

    def test_internal_and_incoming_accounts_are_internal(self) -> None:
        internal = ids.internal_account("us", "USD", "settlement")

        assert internal == "int_us_usd_settlement"
        assert ids.is_internal(internal)
        assert not ids.is_account(internal)
        assert ids.incoming_account(self.account) == f"inc_us0017_{ULID}"
        assert ids.is_internal(ids.incoming_account(self.account))
        assert not ids.is_account(ids.incoming_account(self.account))

    def test_an_internal_account_tells_its_currency(self) -> None:
        assert ids.internal_currency("int_us_usd_settlement") == "USD"
        assert ids.internal_currency("int_eu_eur_fx_position") == "EUR"
        assert ids.internal_currency(self.account) is None
        assert ids.internal_currency("int_us_USD_settlement") is None

    @given(now=moments, randomness=randoms, jurisdiction=st.sampled_from(["us", "eu"]))
    def test_a_customer_id_tells_its_jurisdiction(
        self, now: datetime, randomness: random.Random, jurisdiction: str
    ) -> None:
        assert ids.customer_jurisdiction(ids.customer_id(jurisdiction, now, randomness)) == jurisdiction

    @pytest.mark.parametrize(
        "text", ["cus_us_", f"cus_us_{ULID.lower()}", f"stf_{ULID}", f"cus_usa_{ULID}", f"cus_us_{ULID}x"]
    )
    def test_what_is_no_customer_id_has_no_jurisdiction(self, text: str) -> None:
        assert ids.customer_jurisdiction(text) is None

    def test_the_prefix_tells_the_kind(self) -> None:
        assert ids.prefix_of(self.account) == "acc"
        assert ids.prefix_of(ids.staff_id(NOON, random.Random(1))) == "stf"
        assert ids.prefix_of("") == ""


class TestJournals:
    account = f"acc_us0017_{ULID}"
    other = f"acc_us0018_{ULID}"

    @given(scope=printable, key=printable)
    def test_the_same_account_caller_and_key_are_one_journal(self, scope: str, key: str) -> None:
        assert ids.journal_id(self.account, scope, key) == ids.journal_id(self.account, scope, key)

    @given(scope=printable, key=printable, other_scope=printable, other_key=printable)
    def test_other_callers_and_keys_are_other_journals(
        self, scope: str, key: str, other_scope: str, other_key: str
    ) -> None:
        same = ids.journal_id(self.account, scope, key) == ids.journal_id(self.account, other_scope, other_key)

        assert same == ((scope, key) == (other_scope, other_key))

    def test_two_accounts_never_share_a_journal(self) -> None:
        assert ids.journal_id(self.account, "bank", "k") != ids.journal_id(self.other, "bank", "k")

    def test_the_parts_do_not_run_into_each_other(self) -> None:
        assert ids.journal_id(self.account, "ab", "c") != ids.journal_id(self.account, "a", "bc")

    def test_a_hold_is_named_after_its_journal(self) -> None:
        journal = ids.journal_id(self.account, "bank", "k")

        assert ids.hold_id(journal).removeprefix("hld_") == journal.removeprefix("jrn_")

    def test_a_journal_of_an_internal_account_stands_in_no_slot(self) -> None:
        assert ids.place_of(ids.journal_id("int_us_usd_settlement", "bank", "k")) == Place("us", 9999)

    @pytest.mark.parametrize("initiator", ["", "bank", "cus_us_1", "int_us_settlement"])
    def test_what_is_no_account_initiates_no_journal(self, initiator: str) -> None:
        with pytest.raises(ValueError, match="is no account"):
            ids.journal_id(initiator, "bank", "k")

    def test_the_id_of_a_journal_does_not_change_from_release_to_release(self) -> None:
        journal = ids.journal_id(f"acc_us0017_{ULID}", "bank", "k-1")

        assert journal == "jrn_us0017_sonsj6zmquvm4sopaaw3sqgahwv6zjby"
