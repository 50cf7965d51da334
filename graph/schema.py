"""The schema: all parts put together, guarded by the access table, and as text.

Only the API's function and the command line import this module; building it takes a tenth of a second.
"""

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.access import TABLE
from graph.approvals import ApprovalView
from graph.cases import CaseView
from graph.documents import core_schema
from graph.fraud_mutations import FraudMutation
from graph.fraud_queries import FraudQuery
from graph.guard import enforce
from graph.masks import MASKS
from graph.mutations import Mutation
from graph.payments import PAYMENT_KINDS
from graph.queries import Query
from graph.refusals import MEMBERS
from graph.scalars import SCALARS
from graph.statuses import STATUS_INFOS
from graph.transfers import TransferOrderView


@strawberry.type(name="Query", description="What can be looked up.")
class Lookups(Query, FraudQuery):
    """One subject after the other."""


@strawberry.type(name="Mutation", description="What can be changed. One change a request.")
class Changes(Mutation, FraudMutation):
    """As above."""


def build() -> strawberry.Schema:
    built = strawberry.Schema(
        query=Lookups,
        mutation=Changes,
        types=[TransferOrderView, CaseView, ApprovalView, *PAYMENT_KINDS, *MEMBERS.values(), *STATUS_INFOS],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
    enforce(core_schema(built), TABLE, MASKS)
    return built


schema = build()


def sdl() -> str:
    """The schema as text, as `graph/schema.graphql` holds it."""
    return schema.as_str().rstrip() + "\n"
