"""Equal to graphql-core on the bank's own schema: on every operation of the API, and on random documents.

Two banks are brought up alike. What graphql-core does in the one, the compiled document does in the other; what is
answered is the same, and afterwards their audits tell the same story.
"""

from datetime import timedelta
from functools import wraps
from typing import Any, Final

import pytest
from graphql import OperationType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.access.model import Group
from domain.customers.model import Customer
from graph.documents import core_schema
from graph.schema import build
from tests.every_operation import (
    AUDITOR,
    COLLEAGUE,
    FRAUD_ANALYST,
    FRAUD_LEAD,
    OPERATIONS,
    OWNER,
    Household,
    every_operation,
)
from tests.shares import examples
from tests.unit.graph import documents as ask
from tests.unit.graph.compiling.asking import SCALARS, Asked, documents
from tests.unit.graph.compiling.same import both
from tests.unit.graph.compiling.town import SCHEMA, STAFF, Twins
from tests.unit.graph.world import World, clerk
from tests.unit.transfers.desk import TODAY

TWINS: Final = Twins()
"""For queries, which change nothing but the audit."""
LEAVES: Final = {
    **SCALARS,
    "Int": st.sampled_from([1, 2, 3, 25, 100, 0, 101]),
    "ID": st.sampled_from([*TWINS.library.ids, "acc_us0001_01K00000000000000000000000", "", "x", "cus_"]),
    "IdempotencyKey": st.sampled_from([*TWINS.library.keys, "new", ""]),
    "Cursor": st.sampled_from(["", "not signed"]),
    "DateTime": st.sampled_from(["2026-03-10T12:00:00Z", "2020-01-01T00:00:00.5Z"]),
    "Date": st.sampled_from([TODAY.isoformat(), (TODAY + timedelta(days=5)).isoformat()]),
    "AmountValue": st.sampled_from(["1.00", "0.001", "7", "-1", "99999.00"]),
    "Currency": st.sampled_from(["USD", "USD", "EUR", "XXX"]),
}
ASKING: Final = st.sampled_from(["ada", "ada", "bob", "joan", *STAFF])
SETTINGS: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
)
PREVIEWS: Final = frozenset({"previewTransfer"})


@given(documents(SCHEMA, leaves=LEAVES), ASKING)
@settings(SETTINGS, max_examples=examples(60))
def test_a_query_is_answered_as_the_library_answers_it(asked: Asked, who: str) -> None:
    TWINS.same(who, asked.document, asked.variables)


@given(documents(SCHEMA, leaves=LEAVES, operation=OperationType.MUTATION, depth=4), ASKING)
@settings(SETTINGS, max_examples=examples(12))
def test_a_mutation_does_and_answers_what_it_does_by_the_library(asked: Asked, who: str) -> None:
    twins = Twins()
    twins.same(who, asked.document, asked.variables)
    twins.same_audit()


def test_every_operation_of_the_api_is_answered_alike() -> None:
    twins = Twins()
    for town in (twins.library, twins.compiled):
        town.people |= {OWNER: town.people["ada"], OPERATIONS: STAFF["operations"], AUDITOR: clerk(Group.AUDITOR)}
        town.people[COLLEAGUE] = clerk(Group.OPERATIONS, person="stf_01J00000000000000000000009")
        town.people[FRAUD_ANALYST] = clerk(Group.FRAUD_ANALYST, person="stf_01J0000000000000000000000A")
        town.people[FRAUD_LEAD] = clerk(Group.FRAUD_LEAD, person="stf_01J0000000000000000000000B")
        town.world.bounded()
    first, second, other = twins.library.ids[2:5]

    def asked(who: str, document: str, **variables: Any) -> dict[str, Any]:
        result = twins.same(who, document, variables)
        assert not result.errors, result.errors
        return dict(result.data or {})

    def opened(key: str) -> str:
        """The same case in both."""
        (case,) = {town.world.case(key=key).id for town in (twins.library, twins.compiled)}
        return case

    (delivery,) = {town.world.quarantined() for town in (twins.library, twins.compiled)}
    ((verified, file, entry),) = {sent(town.world, town.ids[0], first) for town in (twins.library, twins.compiled)}
    house = Household(
        owner=twins.library.ids[0],
        account=first,
        other={"accountId": second},
        operations=STAFF["operations"].person,
        today=TODAY,
        later=TODAY + timedelta(days=40),
        case=opened,
        delivery=delivery,
        verified=verified,
        file=file,
        entry=entry,
    )
    assert other not in (first, second)
    every_operation(asked, house)
    twins.same_audit()


def sent(world: World, owner: str, account: str) -> tuple[str, str, str]:
    """A counterparty that can be used, and a file and an entry of what went to it."""
    ada = world.customers.get(owner)
    assert isinstance(ada, Customer)
    verified = world.verified(ada).id
    answer = world.ask(ada, ask.ORIGINATE_CREDIT, input=ask.ach_input(account, verified, "0.50", key="sent"))
    payment = answer.data["originateAchCredit"]["payment"]["id"]
    world.run()
    file = world.cut_off(world.payments.existing(payment)).id
    return verified, file, world.payments.existing(payment).progress.entry or ""


@pytest.mark.parametrize("who", ["ada", "joan", "bob", *STAFF])
def test_whoever_looks_sees_the_same_in_full_in_part_or_not_at_all(who: str) -> None:
    document = """query($id: ID!, $customer: ID!) {
      account(id: $id) { __typename ... on Account { id number status people { customerId displayName relation }
        entries(first: 3) { edges { node { amount { amount } journal { id legs { party { name } } } } } } } }
      customer(id: $customer) { id name email phone bornOn address { city }
        accounts(first: 2) { edges { node { number } } } }
      node(id: $id) { __typename id ... on Account { number } } viewer { person groups } }"""
    ids = TWINS.library.ids

    TWINS.same(who, document, {"id": ids[2], "customer": ids[0]})
    TWINS.same(who, document, {"id": ids[4], "customer": ids[1]})


def test_what_somebody_puts_around_a_guard_is_called_too() -> None:
    """A decorator that copies attributes copies the mark of the guard; it is not taken for the guard."""
    schema, town = core_schema(build()), TWINS.library
    field = schema.type_map["Account"].fields["number"]  # type: ignore[attr-defined]  # an object type
    guarded = field.resolve

    @wraps(guarded)
    def around(*given: Any, **arguments: Any) -> str:
        return f"around {guarded(*given, **arguments)}"

    field.resolve = around
    document = "{ accounts(first: 1) { edges { node { number } } } }"
    result = both(schema, document, context=lambda: town.world.context(town.people["ada"])).check()

    assert "around" in str(result.data)


def test_the_audits_tell_the_same_story() -> None:
    TWINS.same("auditor", "query($id: ID!) { customer(id: $id) { name } }", {"id": TWINS.library.ids[0]})
    TWINS.same_audit()
