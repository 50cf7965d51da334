"""The schema: all parts put together, guarded by the access table, and as text.

Only the API's function and the command line import this module; building it takes a tenth of a second.
"""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from graph.access import TABLE
from graph.context import Context
from graph.documents import Documents, core_schema
from graph.errors import is_public
from graph.guard import enforce
from graph.masks import MASKS
from graph.mutations import Mutation
from graph.queries import Query
from graph.refusals import MEMBERS
from graph.scalars import SCALARS
from graph.transfers import TransferOrderView


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Faults go to whoever serves the request; the library would log their text, which may hold anything."""
        context: Any = execution_context.context if execution_context else None
        if isinstance(context, Context):
            for error in errors:
                if not is_public(error):
                    context.report(error)


def build() -> Schema:
    built = Schema(
        query=Query,
        mutation=Mutation,
        types=[TransferOrderView, *MEMBERS.values()],
        extensions=[Documents],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
    enforce(core_schema(built), TABLE, MASKS)
    return built


schema = build()


def sdl() -> str:
    """The schema as text, as `graph/schema.graphql` holds it."""
    return schema.as_str().rstrip() + "\n"
