"""The invented people: enough of them, each whole, none of them real."""

from collections import Counter
from datetime import date

import pytest

from domain.access.model import Group
from domain.accounts.products import terms_on
from domain.customers.model import CustomerKind
from domain.customers.rules import input_refusal
from domain.jurisdictions import jurisdiction_of_region
from ops.seed.people import CUSTOMERS, STAFF, Person, profile_of

TODAY = date(2026, 1, 15)
EVERYBODY = [(region, number, person) for region, people in CUSTOMERS.items() for number, person in enumerate(people)]
NAMES = [person.login for _, _, person in EVERYBODY]


def test_sixteen_customers_live_in_the_first_region_and_four_in_the_second() -> None:
    assert len(CUSTOMERS["us-east-1"]) == 16
    assert len(CUSTOMERS["us-west-2"]) == 4


def test_the_two_regions_have_forty_accounts_in_both_currencies_and_products() -> None:
    accounts = [one for region in ("us-east-1", "us-west-2") for person in CUSTOMERS[region] for one in person.accounts]

    assert len(accounts) == 40
    assert {product for product, _ in accounts} == {"checking", "savings"}
    assert {currency for _, currency in accounts} == {"USD", "EUR"}


@pytest.mark.parametrize("region", CUSTOMERS)
def test_every_region_has_persons_and_businesses(region: str) -> None:
    kinds = Counter(person.kind for person in CUSTOMERS[region])
    assert kinds[CustomerKind.BUSINESS] >= 1
    assert kinds[CustomerKind.PERSON] >= 2


def test_everybody_signs_in_by_a_name_of_their_own() -> None:
    logins = [*NAMES, *(member.login for member in STAFF)]
    assert len(set(logins)) == len(logins)


@pytest.mark.parametrize(("region", "number", "person"), EVERYBODY, ids=NAMES)
class TestEachCustomer:
    def test_their_profile_is_one_the_bank_takes(self, region: str, number: int, person: Person) -> None:
        profile = profile_of(person, jurisdiction_of_region(region).code, number)

        assert input_refusal(profile, key=f"seed-{person.login}", today=TODAY) is None

    def test_it_reaches_nobody(self, region: str, number: int, person: Person) -> None:
        """RFC 2606 keeps example.com; 202-555-01xx and (0)30 23125 are kept for fiction."""
        profile = profile_of(person, jurisdiction_of_region(region).code, number)

        assert profile.email.endswith("@example.com")
        fiction = "+120255501" if region.startswith("us-") else "+493023125"
        assert profile.phone is not None
        assert profile.phone.startswith(fiction)

    def test_the_bank_has_the_products_they_hold(self, region: str, number: int, person: Person) -> None:
        for product, currency in person.accounts:
            assert terms_on(TODAY, product=product, currency=currency, holder=person.kind)
        assert len(set(person.accounts)) == 2


def test_no_two_customers_of_a_region_share_an_address_a_number_or_a_tax_id() -> None:
    for region, people in CUSTOMERS.items():
        code = jurisdiction_of_region(region).code
        profiles = [profile_of(person, code, number) for number, person in enumerate(people)]
        for part in ("email", "phone", "tax_id_last4", "address"):
            assert len({getattr(profile, part) for profile in profiles}) == len(people)


def test_there_is_staff_of_every_group_and_a_second_pair_of_eyes_in_operations() -> None:
    groups = Counter(group for member in STAFF for group in member.groups)

    assert set(groups) == set(Group) - {Group.CUSTOMER}
    assert groups[Group.OPERATIONS] >= 2, "a maker and a checker are two people of one group"
