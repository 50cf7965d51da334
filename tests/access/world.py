"""One account and everybody who could come near it: each group, and each relation of a customer."""

from dataclasses import dataclass

from domain.access.model import Actor, Group, Relation
from domain.accounts.model import Account
from domain.customers.model import Customer
from tests.unit.graph.world import World, clerk, customer_actor

STAFF = tuple(group for group in Group if group is not Group.CUSTOMER)
PEOPLE = [(Group.CUSTOMER, relation) for relation in Relation] + [(group, Relation.STRANGER) for group in STAFF]


@dataclass(frozen=True)
class Street:
    """A bank with one account under observation, a neighbour's account, and who stands how to the first."""

    world: World
    owner: Customer
    account: Account
    neighbour: Account
    actors: dict[tuple[Group, Relation], Actor]


def street() -> Street:
    world = World()
    customers = {relation: world.person(f"Ada {relation.value}") for relation in Relation}
    owner = customers[Relation.OWNER]
    account = world.open(owner, deposit_minor=100_000)
    for relation in (Relation.JOINT_OWNER, Relation.DELEGATE):
        world.relate(owner, account, customers[relation], relation)
    neighbour = world.open(world.person("Bob Byron"), deposit_minor=100)
    actors = {(Group.CUSTOMER, relation): customer_actor(customer) for relation, customer in customers.items()}
    for index, group in enumerate(STAFF):
        actors[group, Relation.STRANGER] = clerk(group, person=f"stf_01J0000000000000000000000{index}")
    return Street(world, owner, account, neighbour, actors)
