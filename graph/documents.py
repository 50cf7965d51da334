"""Documents are parsed, measured and validated once, and remembered by their text.

The library's own cache never meets the same key again once its limiters are in use (they make a new rule for every
request), so every request paid for validation. Here one bounded cache holds what a text came to.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, specified_rules, validate
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph import limits
from graph.errors import ERRORS_MAX, ErrorCode, PublicError

if TYPE_CHECKING:
    from strawberry.schema import BaseSchema

DOCUMENTS_MAX: Final = 128
"""An application has some dozens of documents; 128 of the longest that pass the limits are a few megabytes."""
RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class Documents(SchemaExtension):
    """Parses and validates for every request of its schema."""

    def on_parse(self) -> Iterator[None]:
        text = self.execution_context.query
        if text:
            document, _ = _prepared(core_schema(self.execution_context.schema), text)
            self.execution_context.graphql_document = document
        yield

    def on_validate(self) -> Iterator[None]:
        text = self.execution_context.query
        if text:
            document, errors = _prepared(core_schema(self.execution_context.schema), text)
            named = self.execution_context._provided_operation_name  # noqa: SLF001 - the public name guesses the first
            unclear = named is None and _operations(document) > 1
            self.execution_context.pre_execution_errors = [_UNNAMED] if unclear else list(errors)
        yield


def core_schema(schema: "BaseSchema") -> GraphQLSchema:
    """The graphql-core schema inside strawberry's, for which it has no public name."""
    core: GraphQLSchema = schema._schema  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    return core


def _operations(document: DocumentNode) -> int:
    return sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions)


_UNNAMED: Final = PublicError(
    ErrorCode.DOCUMENT_INVALID, "The document has several operations; `operationName` says which is meant."
)


@lru_cache(maxsize=DOCUMENTS_MAX)
def _prepared(schema: GraphQLSchema, text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """Raises the error of a text that is no document; such texts are not remembered."""
    try:
        document = parse(text, max_tokens=limits.TOKENS_MAX)
        if limit := limits.exceeded(document):
            return document, (limit,)
        return document, tuple(validate(schema, document, RULES, max_errors=ERRORS_MAX, hide_suggestions=True))
    except RecursionError:
        raise PublicError(ErrorCode.LIMIT_EXCEEDED, "The document is nested too deeply.") from None
