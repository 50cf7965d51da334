"""A bank with people, accounts, entries, holds and orders, which can be brought up twice alike."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute_sync, parse

from domain.access.model import Actor, Group, Relation
from graph.compiling.document import Compiled, compiled
from graph.context import Context
from graph.documents import core_schema
from graph.errors import formatted
from graph.schema import schema as bank_schema
from tests.unit.graph import documents as ask
from tests.unit.graph.compiling.same import Both, executor_of
from tests.unit.graph.world import CORRELATION, World, clerk, customer_actor
from tests.unit.transfers.desk import TODAY

SCHEMA: Final[GraphQLSchema] = core_schema(bank_schema)
STAFF: Final = {group.value: clerk(group) for group in Group if group is not Group.CUSTOMER}


@dataclass
class Town:
    by_library: bool
    """Who answers here: graphql-core, or the document itself."""
    world: World = field(default_factory=World)
    people: dict[str, Actor] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        ada, bob, joint = world.person("Ada Lovelace"), world.person("Bob Byron"), world.person("Joan Clarke")
        self.people = {"ada": customer_actor(ada), "bob": customer_actor(bob), "joan": customer_actor(joint), **STAFF}
        first, second, other = (
            world.open(ada, deposit_minor=100_000),
            world.open(ada, key="open-2", product="savings", deposit_minor=5),
            world.open(bob, deposit_minor=2_000),
        )
        world.relate(ada, first, joint, Relation.JOINT_OWNER)
        world.relate(ada, second, bob, Relation.DELEGATE)
        paid = ask.transfer_input(first, other, "1.00", key="town-pay", memo="Lunch")
        journal = self._ids("ada", ask.TRANSFER, paid, "transfer", "transfer", "id")
        wish = {**ask.transfer_input(first, other, "2.00", key="town-rent", memo="Rent")}
        days = {"rhythm": "MONTHLY", "startsOn": (TODAY + timedelta(days=3)).isoformat(), "count": 3}
        order = self._ids("ada", ask.SCHEDULE, {**wish, "schedule": days}, "scheduleTransfer", "order", "id")
        held = {"idempotencyKey": "town-hold", "accountId": first.id, "amount": ask.dollars("3.00")}
        hold = self._ids("ada", ask.PLACE, held, "placeHold", "holdId")
        self.ids = [ada.id, bob.id, first.id, second.id, other.id, journal, order, hold]
        self.keys = ["town-pay", "town-rent", "town-hold", "never"]

    def answer(self, who: str, parsed: DocumentNode, variables: dict[str, Any]) -> tuple[Context, ExecutionResult]:
        context = self.world.context(self.people[who])
        if self.by_library:
            found = execute_sync(SCHEMA, parsed, None, context, variables, executor_class=executor_of(SCHEMA))
            return context, found
        own = compiled(SCHEMA, parsed, None)
        assert isinstance(own, Compiled), own
        return context, own.execute(None, context, variables)

    def audited(self) -> list[Any]:
        return list(self.world.audit._store._all())  # type: ignore[attr-defined]  # the store in memory

    def _ids(self, who: str, document: str, given: dict[str, Any], *path: str) -> str:
        found: Any = self.world.ask(self.people[who], document, input=given).data
        for name in path:
            found = found[name]
        return str(found)


@dataclass
class Twins:
    """Two towns alike; the one asks the library, the other the compiled document."""

    library: Town = field(default_factory=lambda: Town(by_library=True))
    compiled: Town = field(default_factory=lambda: Town(by_library=False))

    def same(self, who: str, document: str, variables: dict[str, Any]) -> ExecutionResult:
        parsed = parse(document)
        theirs, by_library = self.library.answer(who, parsed, variables)
        ours, by_compiled = self.compiled.answer(who, parsed, variables)
        Both(by_library, by_compiled).check()
        assert shown(by_compiled) == shown(by_library), "also as callers see them"
        assert ours._reads == theirs._reads, "the same objects were read"
        return by_compiled

    def same_audit(self) -> None:
        assert self.compiled.audited() == self.library.audited()


def shown(result: ExecutionResult) -> list[dict[str, Any]]:
    return formatted(result.errors or (), correlation_id=CORRELATION)
