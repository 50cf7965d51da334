"""What a profile must look like, and how much of a name may be shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.model import Address, CustomerKind, Profile
from domain.customers.rules import display_name, input_refusal, profile_bytes, profile_from

TODAY = date(2026, 3, 2)
ADA = Profile(
    name="Ada King Lovelace",
    email="ada@example.com",
    phone="+12025550123",
    born_on="1985-12-10",
    address=Address("12 Analytical Way", None, "New York", "NY", "10001", "US"),
    tax_id_last4="0042",
)
Change = Callable[[Profile], Profile]


def faults(profile: Profile, key: str = "k-1") -> list[tuple[str, str]]:
    refusal = input_refusal(profile, key=key, today=TODAY)
    return [] if refusal is None else [(".".join(fault.path), fault.code) for fault in refusal.faults]


def moved(**parts: str | None) -> Change:
    return lambda profile: replace(
        profile,
        address=replace(profile.address, **parts),  # type: ignore[arg-type]  # None only where it may be
    )


def changed(**parts: str) -> Change:
    return lambda profile: replace(profile, **parts)  # type: ignore[arg-type]  # every part given here is text


class TestInput:
    def test_a_good_profile_has_no_faults(self) -> None:
        assert faults(ADA) == []

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (changed(name=""), ("name", "NAME_MALFORMED")),
            (changed(name=" Ada"), ("name", "NAME_MALFORMED")),
            (changed(name="Ada\u0000"), ("name", "NAME_MALFORMED")),
            (changed(name="Ada\u202e"), ("name", "NAME_MALFORMED")),
            (changed(name="A" * 141), ("name", "NAME_MALFORMED")),
            (changed(email="ada"), ("email", "EMAIL_MALFORMED")),
            (changed(email="ada@example"), ("email", "EMAIL_MALFORMED")),
            (changed(email="ada @example.com"), ("email", "EMAIL_MALFORMED")),
            (changed(email="a@b@example.com"), ("email", "EMAIL_MALFORMED")),
            (changed(email="ada@example.com\n"), ("email", "EMAIL_MALFORMED")),
            (changed(email="a@" + "b" * 250 + ".com"), ("email", "EMAIL_MALFORMED")),
            (changed(phone="2025550123"), ("phone", "PHONE_MALFORMED")),
            (changed(phone="+０１２３４５６７"), ("phone", "PHONE_MALFORMED")),
            (changed(phone="+1234567890123456"), ("phone", "PHONE_MALFORMED")),
            (changed(born_on="10.12.1985"), ("bornOn", "DATE_MALFORMED")),
            (changed(born_on="1985-02-30"), ("bornOn", "DATE_MALFORMED")),
            (changed(born_on="19851210"), ("bornOn", "DATE_MALFORMED")),
            (changed(born_on="2026-03-02"), ("bornOn", "DATE_OUT_OF_RANGE")),
            (changed(born_on="1849-12-31"), ("bornOn", "DATE_OUT_OF_RANGE")),
            (changed(tax_id_last4="42"), ("taxIdLast4", "TAX_ID_MALFORMED")),
            (changed(tax_id_last4="１２３４"), ("taxIdLast4", "TAX_ID_MALFORMED")),
            (moved(line1=""), ("address.line1", "TEXT_MALFORMED")),
            (moved(line2=""), ("address.line2", "TEXT_MALFORMED")),
            (moved(city="a" * 71), ("address.city", "TEXT_MALFORMED")),
            (moved(subdivision="\t"), ("address.subdivision", "TEXT_MALFORMED")),
            (moved(postal_code="1" * 17), ("address.postalCode", "TEXT_MALFORMED")),
            (moved(country="us"), ("address.country", "COUNTRY_UNKNOWN")),
            (moved(country="XX"), ("address.country", "COUNTRY_UNKNOWN")),
        ],
    )
    def test_a_bad_part_is_named_by_its_path(self, change: Change, fault: tuple[str, str]) -> None:
        assert faults(change(ADA)) == [fault]

    @pytest.mark.parametrize(
        "change",
        [
            changed(name="Cher"),
            changed(name="Łucja Żółć-O’Neil"),
            changed(name="A" * 140),
            changed(email="a+b.c@sub.example.co"),
            changed(born_on="2026-03-01"),
            changed(born_on="1850-01-01"),
            moved(line2="Apartment 3", subdivision=None),
            moved(country="DE", postal_code="10115", city="Berlin"),
        ],
    )
    def test_unusual_but_real_parts_are_taken(self, change: Change) -> None:
        assert faults(change(ADA)) == []

    @pytest.mark.parametrize("key", ["", "k 1", "k\n", "ключ", "k" * 129])
    def test_a_malformed_key_is_a_fault_too(self, key: str) -> None:
        assert faults(ADA, key) == [("idempotencyKey", "KEY_MALFORMED")]

    def test_all_faults_are_told_at_once(self) -> None:
        bad = replace(ADA, name="", phone="1", address=replace(ADA.address, country="??"))

        assert [path for path, _ in faults(bad, key="")] == ["idempotencyKey", "name", "phone", "address.country"]

    def test_the_message_never_repeats_what_was_typed(self) -> None:
        refusal = input_refusal(replace(ADA, email="secret-typo"), key="k", today=TODAY)

        assert refusal
        assert "secret" not in refusal.message
        assert refusal.message == "email: is not an e-mail address"


class TestBytes:
    texts = st.text(max_size=30)
    profiles = st.builds(
        Profile,
        name=texts,
        email=texts,
        phone=texts,
        born_on=texts,
        tax_id_last4=texts,
        address=st.builds(
            Address,
            line1=texts,
            line2=st.none() | texts,
            city=texts,
            subdivision=st.none() | texts,
            postal_code=texts,
            country=texts,
        ),
    )

    @given(profile=profiles)
    def test_a_profile_is_read_back_whole(self, profile: Profile) -> None:
        assert profile_from(profile_bytes(profile)) == profile

    def test_a_version_nobody_knows_is_a_fault(self) -> None:
        with pytest.raises(ValueError, match="version 2 is not known"):
            profile_from(profile_bytes(ADA).replace(b'"version":1', b'"version":2'))

    def test_no_repr_tells_personal_data(self) -> None:
        assert repr(ADA) == "Profile(…)"
        assert repr(ADA.address) == "Address(…)"
        assert str(ADA) == "Profile(…)"


class TestDisplayName:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("Ada Lovelace", "A. Lovelace"),
            ("Ada King Lovelace", "A. Lovelace"),
            ("ada  lovelace", "A. lovelace"),
            ("Cher", "C."),
            ("Łucja Żółć", "Ł. Żółć"),
        ],
    )
    def test_a_persons_first_names_are_masked(self, name: str, shown: str) -> None:
        assert display_name(CustomerKind.PERSON, name) == shown

    def test_a_business_shows_its_name(self) -> None:
        assert display_name(CustomerKind.BUSINESS, "Analytical Engines Inc.") == "Analytical Engines Inc."
