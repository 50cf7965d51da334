"""Stories of customers, over the memory store."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.customers.model import (
    Address,
    Creation,
    Customer,
    CustomerKeyReused,
    CustomerKind,
    CustomerStatus,
    Profile,
)
from domain.customers.service import Customers
from domain.customers.store_memory import MemoryCustomerStore
from domain.jurisdictions import JURISDICTIONS, slot_of
from domain.refusals import InputInvalid, NotFound
from domain.sealing import KeyedSealer, MemoryDataKeys, Shredded

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = Profile(
    name="Ada Lovelace",
    email="ada@example.com",
    phone="+12025550123",
    born_on="1985-12-10",
    address=Address("12 Analytical Way", None, "New York", "NY", "10001", "US"),
    tax_id_last4="0042",
)


class StillClock:
    def now(self) -> datetime:
        return NOON


class Bank:
    """A customers' service of one region and what lies under it."""

    def __init__(self, region: str = "us-east-1", store: MemoryCustomerStore | None = None) -> None:
        self.store = store or MemoryCustomerStore()
        self.sealer = KeyedSealer(MemoryDataKeys(random.Random(2).randbytes), random.Random(3).randbytes)
        self.customers = Customers(
            store=self.store,
            sealer=self.sealer,
            clock=StillClock(),
            randomness=random.Random(4),
            region=region,
        )

    def created(self, profile: Profile = ADA, key: str = "k-1", scope: str = "stf_1") -> Customer:
        answer = self.customers.create(scope=scope, key=key, kind=CustomerKind.PERSON, profile=profile)
        assert isinstance(answer, Customer)
        return answer


class TestCreate:
    def test_a_new_customer_is_active_and_dated(self) -> None:
        customer = Bank().created()

        assert customer.status is CustomerStatus.ACTIVE
        assert customer.created_at == NOON
        assert customer.kind is CustomerKind.PERSON
        assert customer.jurisdiction == "us"

    @pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-1"])
    def test_a_customer_lives_where_they_were_created(self, region: str) -> None:
        customer = Bank(region).created()

        assert customer.id.startswith(f"cus_{customer.jurisdiction}_")
        assert customer.slot == slot_of(customer.id)
        assert JURISDICTIONS[customer.jurisdiction].region_of(customer.slot) == region

    def test_the_same_request_again_gives_the_same_customer(self) -> None:
        bank = Bank()

        assert bank.created() == bank.created()

    def test_another_key_or_another_caller_makes_another_customer(self) -> None:
        bank = Bank()

        ids = {bank.created().id, bank.created(key="k-2").id, bank.created(scope="stf_2").id}

        assert len(ids) == 3

    @pytest.mark.parametrize(
        ("kind", "profile"),
        [(CustomerKind.BUSINESS, ADA), (CustomerKind.PERSON, replace(ADA, phone="+12025550199"))],
    )
    def test_the_same_key_with_another_request_is_refused(self, kind: CustomerKind, profile: Profile) -> None:
        bank = Bank()
        first = bank.created()

        answer = bank.customers.create(scope="stf_1", key="k-1", kind=kind, profile=profile)

        assert answer == CustomerKeyReused(first.id)

    def test_bad_input_is_refused_and_leaves_nothing(self) -> None:
        bank = Bank()

        answer = bank.customers.create(
            scope="stf_1", key="k-1", kind=CustomerKind.PERSON, profile=replace(ADA, email="?")
        )

        assert isinstance(answer, InputInvalid)
        assert bank.store.creation("stf_1", "k-1") is None
        assert bank.created().id

    def test_of_two_at_once_with_one_key_both_get_the_winner(self) -> None:
        class Overtaken(MemoryCustomerStore):
            """Somebody else creates with the same key after our look and before our write."""

            winner: Customer | None = None

            def add(self, customer: Customer, creation: Creation) -> bool:
                if self.winner is None:
                    self.winner = customer
                    other.created()
                return super().add(customer, creation)

        store = Overtaken()
        bank, other = Bank(store=store), Bank(store=store)
        other.sealer = bank.sealer
        other.customers = Customers(
            store=store,
            sealer=bank.sealer,
            clock=StillClock(),
            randomness=random.Random(99),
            region="us-east-1",
        )

        customer = bank.created()

        assert customer == other.created()
        assert store.winner is not None
        assert customer.id != store.winner.id
        assert store.customer(store.winner.id) is None


class TestProfile:
    def test_the_profile_opens_for_its_customer(self) -> None:
        bank = Bank()

        assert bank.customers.profile(bank.created()) == ADA
        assert bank.customers.display_name(bank.created()) == "A. Lovelace"

    def test_nothing_personal_stands_outside_the_seal(self) -> None:
        bank = Bank()
        kept = repr((bank.created(), bank.store.creation("stf_1", "k-1"))).lower()

        for word in ("ada", "lovelace", "example.com", "2025550123", "1985", "analytical", "new york", "0042"):
            assert word not in kept

    def test_a_customer_nobody_created_is_not_found(self) -> None:
        assert Bank().customers.get("cus_us_nobody") == NotFound("cus_us_nobody")

    def test_a_created_customer_is_found(self) -> None:
        bank = Bank()

        assert bank.customers.get(bank.created().id) == bank.created()


class TestErase:
    def test_an_erased_customer_keeps_the_record_and_loses_the_profile(self) -> None:
        bank = Bank()
        customer = bank.created()

        erased = bank.customers.erase(customer.id)

        assert erased == replace(customer, status=CustomerStatus.ERASED)
        assert bank.customers.get(customer.id) == erased
        assert bank.customers.profile(customer) == Shredded(customer.id)
        assert bank.customers.display_name(customer) == Shredded(customer.id)

    def test_erasing_twice_is_erasing_once(self) -> None:
        bank = Bank()
        customer = bank.created()

        assert bank.customers.erase(customer.id) == bank.customers.erase(customer.id)

    def test_an_erasure_cut_off_after_the_shredding_is_ended_by_asking_again(self) -> None:
        bank = Bank()
        customer = bank.created()
        bank.sealer.shred(customer.id)

        bank.customers.erase(customer.id)

        assert bank.customers.get(customer.id) == replace(customer, status=CustomerStatus.ERASED)

    def test_the_key_that_made_an_erased_customer_makes_no_other(self) -> None:
        bank = Bank()
        customer = bank.created()
        bank.customers.erase(customer.id)

        answer = bank.customers.create(scope="stf_1", key="k-1", kind=CustomerKind.PERSON, profile=ADA)

        assert answer == CustomerKeyReused(customer.id)

    def test_nobody_is_erased_who_never_was(self) -> None:
        assert Bank().customers.erase("cus_us_nobody") == NotFound("cus_us_nobody")
