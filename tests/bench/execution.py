"""What answering a document costs by hand, by graphql-core and compiled: `python -m tests.bench.execution`.

The bank's own work is done before: each root field answers with objects that are ready, so that what is measured is
what stands between the resolvers and the answer: guards, methods of the views, money as text, lists, dicts. Everybody
starts from the same parsed document and the same objects. CPU time of this thread, the least of interleaved rounds.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from graphql import GraphQLSchema, execute_sync, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from domain import money
from graph.accounts import AccountView
from graph.answers import TransferSuccess
from graph.compiling.document import Compiled, compiled
from graph.connections import Connection
from graph.context import Context
from graph.documents import core_schema
from graph.guard import Guard, guard_of
from graph.queries import Query
from graph.schema import build
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, customer_actor

ACCOUNTS: Final = 50
ROUNDS: Final = 40
CALLS: Final = 5
LIST: Final = """query { accounts(first: 50) { edges { node {
  id number product currency status openedAt ledgerBalance { amount currency } availableBalance { amount currency }
} } } }"""
"""Fifty accounts of eight fields, six hundred with those of the balances."""
MUTATION: Final = """mutation($input: TransferInput!) { transfer(input: $input) { __typename
  ... on Refusal { code message }
  ... on TransferSuccess { replayed source { id availableBalance { amount currency } ledgerBalance { amount } }
    transfer { id amount { amount currency } sourceId destinationId bookedAt } } } }"""


@dataclass(frozen=True)
class Figures:
    """Microseconds of CPU."""

    by_hand: float
    library: float
    compiled: float

    @property
    def times_floor(self) -> float:
        return self.compiled / self.by_hand

    @property
    def times_library(self) -> float:
        return self.library / self.compiled


@dataclass(frozen=True)
class Case:
    """Three ways to the same data."""

    by_hand: Callable[[], object]
    library: Callable[[], object]
    compiled: Callable[[], object]


class Bench:
    """A bank in memory whose customer has fifty accounts, and a schema whose root fields answer at once."""

    def __init__(self) -> None:
        self.world = World()
        self.ada = self.world.person("Ada Lovelace")
        self.accounts = [
            self.world.open(self.ada, key=f"open-{number}", deposit_minor=100_000 + 7 * number)
            for number in range(ACCOUNTS)
        ]
        self.context = self.world.context(customer_actor(self.ada))
        self.schema = core_schema(build())
        self.own = {"accounts": self._own("Query", "accounts"), "transfer": self._own("Mutation", "transfer")}
        """What stands behind the guards."""

    def listed(self) -> Case:
        info: Any = _Info(self.context)
        accounts: Any = Query.accounts  # a method that strawberry made a field
        connection = accounts(Query(), info, None, ACCOUNTS, None)
        self._answer_with("Query", "accounts", connection)
        return self._case(LIST, lambda: {"accounts": accounts_by_hand(connection)}, {})

    def transferred(self) -> Case:
        source, destination, *_ = self.accounts
        given = ask.transfer_input(source, destination, "1.00")
        kept: list[TransferSuccess] = []

        def keeping(*asked: Any, **arguments: Any) -> Any:
            kept.append(self.own["transfer"](*asked, **arguments))
            return kept[-1]

        self.schema.type_map["Mutation"].fields["transfer"].resolve = keeping  # type: ignore[attr-defined]  # an object type
        execute_sync(
            self.schema,
            parse(MUTATION),
            None,
            self.context,
            {"input": given},
            executor_class=StrawberryGraphQLCoreExecutionContext,
        )
        success = kept[0]
        self._answer_with("Mutation", "transfer", success)
        return self._case(MUTATION, lambda: {"transfer": transfer_by_hand(success)}, {"input": given})

    def _own(self, kind: str, name: str) -> Callable[..., Any]:
        guard = guard_of(self.schema.type_map[kind].fields[name].resolve)  # type: ignore[attr-defined]  # an object type
        if guard is None:
            raise TypeError(f"{name} has its guard")
        return guard.resolve

    def _answer_with(self, kind: str, name: str, answer: object) -> None:
        """The field's resolver and guard are replaced by the answer that they gave."""

        def ready(_source: Any, _info: Any, **_arguments: Any) -> object:
            return answer

        field = self.schema.type_map[kind].fields[name]  # type: ignore[attr-defined]  # an object type
        ready.guard = Guard(self.own[name], lambda _: ready, None)  # type: ignore[attr-defined]  # as `graph.guard` marks its own
        field.resolve = ready

    def _case(self, text: str, by_hand: Callable[[], object], variables: Mapping[str, Any]) -> Case:
        document = parse(text)
        found = compiled(self.schema, document, None)
        if not isinstance(found, Compiled):
            raise TypeError(f"not compiled: {found}")
        schema, context, given = self.schema, self.context, dict(variables)

        def library() -> object:
            return execute_sync(
                schema, document, None, context, given, executor_class=StrawberryGraphQLCoreExecutionContext
            ).data

        case = Case(by_hand, library, lambda: found.execute(None, context, given).data)
        if not case.by_hand() == case.library() == case.compiled():
            raise ValueError(f"not the same: {case.by_hand()} {case.library()} {case.compiled()}")
        return case


@dataclass(frozen=True)
class _Info:
    context: Context


def accounts_by_hand(connection: Connection[AccountView]) -> object:
    """As somebody would write it who has these objects and this document before them."""
    edges = []
    for edge in connection.edges:
        account = edge.node.account
        record, state = account.record, account.state
        currency = record.currency
        edges.append(
            {
                "node": {
                    "id": edge.node.id,
                    "number": record.number,
                    "product": record.product.upper(),
                    "currency": currency,
                    "status": state.status.name,
                    "openedAt": record.opened_at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z",
                    "ledgerBalance": {
                        "amount": money.decimal_text(money.Money(state.ledger_minor, currency)),
                        "currency": currency,
                    },
                    "availableBalance": {
                        "amount": money.decimal_text(money.Money(state.available_minor, currency)),
                        "currency": currency,
                    },
                }
            }
        )
    return {"edges": edges}


def transfer_by_hand(success: TransferSuccess) -> object:
    account, transfer = success.source.account, success.transfer.transfer
    currency, booked_at = account.record.currency, transfer.journal.booked_at
    return {
        "__typename": "TransferSuccess",
        "replayed": success.replayed,
        "source": {
            "id": success.source.id,
            "availableBalance": {
                "amount": money.decimal_text(money.Money(account.state.available_minor, currency)),
                "currency": currency,
            },
            "ledgerBalance": {"amount": money.decimal_text(money.Money(account.state.ledger_minor, currency))},
        },
        "transfer": {
            "id": transfer.id,
            "amount": {"amount": money.decimal_text(transfer.amount), "currency": transfer.amount.currency},
            "sourceId": transfer.source,
            "destinationId": transfer.destination,
            "bookedAt": booked_at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z",
        },
    }


def measured(case: Case, *, rounds: int = ROUNDS, calls: int = CALLS) -> Figures:
    """The least of interleaved rounds: what another process takes from one of them, it takes from all."""
    ways = (case.by_hand, case.library, case.compiled)
    least = [float("inf")] * len(ways)
    for _ in range(rounds):
        for number, way in enumerate(ways):
            began = time.thread_time_ns()
            for _ in range(calls):
                way()
            least[number] = min(least[number], (time.thread_time_ns() - began) / calls / 1000)
    return Figures(*least)


def compiling(text: str, schema: GraphQLSchema) -> float:
    """Milliseconds of CPU that it takes to compile a document, once."""
    document, began = parse(text), time.thread_time_ns()
    compiled(schema, document, None)
    return (time.thread_time_ns() - began) / 1_000_000


def report(name: str, figures: Figures, milliseconds: float) -> str:
    return (
        f"{name:<12}{figures.by_hand:>10.0f}{figures.library:>14.0f}{figures.compiled:>10.0f}"
        f"{figures.times_floor:>14.2f}{figures.times_library:>16.1f}{milliseconds:>16.1f}\n"
    )


def main() -> None:
    heads = ("by hand", "graphql-core", "compiled", "x by hand", "core/compiled", "to compile, ms")
    sys.stdout.write(f"{'CPU, us':<12}" + "".join(f"{head:>{2 + max(8, len(head))}}" for head in heads) + "\n")
    bench = Bench()
    sys.stdout.write(report("list", measured(bench.listed()), compiling(LIST, bench.schema)))
    sys.stdout.write(report("mutation", measured(bench.transferred(), calls=50), compiling(MUTATION, bench.schema)))


if __name__ == "__main__":
    main()
