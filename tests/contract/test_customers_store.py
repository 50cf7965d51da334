"""What every customer store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.customers.model import Creation, Customer, CustomerKind, CustomerStatus
from domain.customers.store import CustomerStore
from domain.customers.store_dynamodb import DynamoDBCustomerStore
from domain.customers.store_memory import MemoryCustomerStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

ADA = Customer(
    id="cus_us_01K9AAAAAAAAAAAAAAAAAAAAAA",
    jurisdiction="us",
    slot=17,
    kind=CustomerKind.PERSON,
    status=CustomerStatus.ACTIVE,
    created_at=datetime(2026, 3, 1, 9, 30, 0, 123456, UTC),
    sealed_profile=b"\x01\x00sealed\xff",
)
GRACE = replace(ADA, id="cus_us_01K9BBBBBBBBBBBBBBBBBBBBBB", sealed_profile=b"\x01other")


def creation(customer: Customer, key: str = "k-1", scope: str = "bank") -> Creation:
    return Creation(scope, key, customer=customer.id, fingerprint=f"digest of {customer.id}")


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[CustomerStore]:
    with aws(request) as place:
        yield DynamoDBCustomerStore(place.table("florin-customers")) if place else MemoryCustomerStore()


def test_an_added_customer_is_read_back_whole(store: CustomerStore) -> None:
    assert store.add(ADA, creation(ADA))

    assert store.customer(ADA.id) == ADA


def test_many_are_read_at_once(store: CustomerStore) -> None:
    store.add(ADA, creation(ADA))
    store.add(GRACE, creation(GRACE, key="k-2"))

    nobody = ADA.id[:-1] + "Z"
    assert store.customers([ADA.id, nobody, ADA.id]) == {ADA.id: ADA}
    assert store.customers([GRACE.id, ADA.id]) == {ADA.id: ADA, GRACE.id: GRACE}
    assert store.customers([]) == {}


def test_the_creation_key_names_the_customer_it_made(store: CustomerStore) -> None:
    store.add(ADA, creation(ADA))

    assert store.creation("bank", "k-1") == creation(ADA)


def test_what_was_never_added_is_not_there(store: CustomerStore) -> None:
    assert store.customer(ADA.id) is None
    assert store.creation("bank", "k-1") is None


def test_a_key_creates_one_customer_and_the_second_leaves_nothing(store: CustomerStore) -> None:
    store.add(ADA, creation(ADA))

    assert not store.add(GRACE, creation(GRACE))
    assert store.customer(GRACE.id) is None
    assert store.creation("bank", "k-1") == creation(ADA)


def test_keys_of_two_scopes_do_not_meet(store: CustomerStore) -> None:
    assert store.add(ADA, creation(ADA, scope="stf_1"))
    assert store.add(GRACE, creation(GRACE, scope="stf_2"))


def test_a_taken_id_is_not_overwritten_and_its_key_stays_free(store: CustomerStore) -> None:
    store.add(ADA, creation(ADA))

    assert not store.add(replace(ADA, slot=99), creation(ADA, key="k-2"))
    assert store.customer(ADA.id) == ADA
    assert store.creation("bank", "k-2") is None


def test_a_customer_is_replaced_from_the_status_it_had(store: CustomerStore) -> None:
    store.add(ADA, creation(ADA))
    erased = replace(ADA, status=CustomerStatus.ERASED)

    assert store.replace(erased, was=ADA)
    assert store.customer(ADA.id) == erased


def test_a_customer_whose_status_moved_on_is_not_replaced(store: CustomerStore) -> None:
    store.add(ADA, creation(ADA))
    store.replace(replace(ADA, status=CustomerStatus.ERASED), was=ADA)

    assert not store.replace(replace(ADA, slot=99), was=ADA)
    assert not store.replace(GRACE, was=GRACE)
    assert store.customer(GRACE.id) is None


@pytest.mark.parametrize("store", AT_ONCE, indirect=True)
def test_of_many_who_use_one_key_at_once_one_creates(store: CustomerStore) -> None:
    customers = [replace(ADA, id=f"cus_us_01K9AAAAAAAAAAAAAAAAAAAAA{n}") for n in range(CALLERS)]

    added = at_once(lambda n: store.add(customers[n], creation(customers[n])))

    assert added.count(True) == 1
    winner = customers[added.index(True)]
    assert store.creation("bank", "k-1") == creation(winner)
    assert [customer for customer in customers if store.customer(customer.id)] == [winner]
