"""Documents: parsed, measured and validated once, and remembered by their text; published ones compiled too.

The library's own cache never meets the same key again once its limiters are in use (they make a new rule for every
request), so every request paid for validation. Here one bounded cache holds what a text came to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph import limits
from graph.compiling.document import Compiled, compiled
from graph.costs import COST_MAX, Price, price_of
from graph.errors import ERRORS_MAX, ErrorCode, PublicError
from graph.exposure import Exposure
from graph.requests import Asked, id_of

if TYPE_CHECKING:
    from strawberry.schema import BaseSchema

DOCUMENTS_MAX: Final = 128
"""An application has some dozens of documents; 128 of the longest that pass the limits are a few megabytes."""
RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


Errors = tuple[GraphQLError, ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """The operation that a request means, ready to be answered."""

    document: DocumentNode
    operation: OperationDefinitionNode
    price: Price
    compiled: Compiled | None = None
    """Of published documents; what cannot be compiled is answered by the library."""

    @property
    def mutates(self) -> bool:
        return self.operation.operation is OperationType.MUTATION


class Documents:
    """What one stage takes, and what it came to."""

    def __init__(self, schema: "BaseSchema", exposure: Exposure, published: Mapping[str, str]) -> None:
        """`published`: id -> text, each with one operation."""
        self.exposure = exposure
        self._core = core_schema(schema)
        self._published = published
        self._ready: dict[str, Meant | Errors] = {}

    def meant(self, asked: Asked) -> Meant | Errors:
        """What is meant, or what is wrong with the document. Raises the error of a text that is no document."""
        named = asked.document_id or id_of(asked.text or "")
        if named in self._published:
            found = self._ready.get(named) or self._made_ready(named)
            misnamed = isinstance(found, Meant) and asked.operation_name not in (None, "", _name(found.operation))
            return (_UNKNOWN,) if misnamed else found
        if asked.text is None or not self.exposure.takes_any_document:
            return (_NOT_PUBLISHED,)
        found = _remembered(self._core, asked.text, asked.operation_name or None, self.exposure.introspects)
        if isinstance(found, Meant) and (cost := found.price.at(asked.variables or {})) > COST_MAX:
            return (_too_dear(cost),)
        return found

    def warm(self) -> None:
        """Does now what the first request of each published document would wait for."""
        for named in self._published:
            self._made_ready(named)

    def _made_ready(self, named: str) -> Meant | Errors:
        document, errors = prepared(self._core, self._published[named], introspects=self.exposure.introspects)
        found = errors or _one_of(self._core, document, None)
        if isinstance(found, Meant):
            plan = compiled(self._core, document, None)
            found = replace(found, compiled=plan if isinstance(plan, Compiled) else None)
        self._ready[named] = found
        return found


def core_schema(schema: "BaseSchema") -> GraphQLSchema:
    """The graphql-core schema inside strawberry's, for which it has no public name."""
    core: GraphQLSchema = schema._schema  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    return core


def prepared(schema: GraphQLSchema, text: str, *, introspects: bool) -> tuple[DocumentNode, Errors]:
    """The document and what is wrong with it. Raises the error of a text that is no document."""
    try:
        document = parse(text, max_tokens=limits.TOKENS_MAX)
        if limit := limits.exceeded(document, introspects=introspects):
            return document, (limit,)
        return document, tuple(validate(schema, document, RULES, max_errors=ERRORS_MAX, hide_suggestions=True))
    except RecursionError:
        raise PublicError(ErrorCode.LIMIT_EXCEEDED, "The document is nested too deeply.") from None


@lru_cache(maxsize=DOCUMENTS_MAX)
def _remembered(
    schema: GraphQLSchema,
    text: str,
    name: str | None,
    introspects: bool,  # noqa: FBT001 - part of the cache's key
) -> Meant | Errors:
    """Texts that are no documents raise, and are not remembered."""
    document, errors = prepared(schema, text, introspects=introspects)
    return errors or _one_of(schema, document, name)


def _one_of(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> Meant | Errors:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name:
        operations = [one for one in operations if _name(one) == name]
    if len(operations) != 1:
        return (_UNKNOWN if name else _UNNAMED,)
    return Meant(document, operations[0], price_of(schema, document, name))


def _name(operation: OperationDefinitionNode) -> str:
    return operation.name.value if operation.name else ""


def _too_dear(cost: int) -> PublicError:
    return PublicError(
        ErrorCode.LIMIT_EXCEEDED, f"The document asks for up to {cost} objects; {COST_MAX} are the most. Ask for less."
    )


_UNNAMED: Final = PublicError(
    ErrorCode.DOCUMENT_INVALID, "The document has several operations; `operationName` says which is meant."
)
_UNKNOWN: Final = PublicError(ErrorCode.DOCUMENT_INVALID, "The document has no operation with this `operationName`.")
_NOT_PUBLISHED: Final = PublicError(ErrorCode.DOCUMENT_NOT_PUBLISHED, "The document is not among the published ones.")
