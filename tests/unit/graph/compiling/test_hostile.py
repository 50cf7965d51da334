"""Nothing of a document becomes a part of the program: not even of documents that no parser would give."""

import ast
import keyword
import re
import traceback
from typing import Any, Final

import pytest
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    parse,
)

from graph.compiling.document import Compiled, compiled
from graph.documents import core_schema
from graph.schema import schema as bank_schema
from tests.unit.graph.compiling.same import both
from tests.unit.graph.compiling.wild import Dice, wild_schema

BANK = core_schema(bank_schema)
HOSTILE: Final = [
    "x'; import os; os.abort(); '",
    'x"; raise SystemExit; "',
    "x\nraise SystemExit\n",
    "x\\",
    "'''",
    "{0}",
    "%s",
    "None",
    "__import__('os').abort()",
    "run",
    "s",
    "v",
    "error",
    "answer",
    "raised",
    "\u2028raise SystemExit",
    "\x00",
    "é",
]
OF_THE_TEXT: Final = re.compile(
    r"[a-zA-Z]\d*|i[xy]\d+|[a-z]+\d+|[a-z_]+|ALLOW|DENY|FieldInfo|Exception|True|False|None"
)


def named(name: str, *, alias: str, argument: str | None = None) -> DocumentNode:
    """A document made by hand, so that names need not be names."""
    arguments = (
        () if argument is None else (ArgumentNode(name=NameNode(value="text"), value=StringValueNode(value=argument)),)
    )
    field = FieldNode(name=NameNode(value=name), alias=NameNode(value=alias), arguments=arguments, directives=())
    selections = SelectionSetNode(selections=(field,))
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY, selection_set=selections, variable_definitions=(), directives=()
    )
    return DocumentNode(definitions=(operation,))


def echoing(name: str) -> GraphQLSchema:
    def echo(_source: Any, _info: Any, **given: Any) -> str:
        return repr(given)

    field = GraphQLField(GraphQLString, args={"text": GraphQLArgument(GraphQLString)}, resolve=echo)
    return GraphQLSchema(GraphQLObjectType("Query", {name: field}))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_response_key_is_a_value(text: str) -> None:
    assert both(echoing("echo"), named("echo", alias=text)).check().data == {text: "{}"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_literal_is_a_value(text: str) -> None:
    result = both(echoing("echo"), named("echo", alias="x", argument=text)).check()

    assert result.data == {"x": repr({"text": text})}


@pytest.mark.parametrize("text", ["run", "s", "answer", "None_", "error", "class"])
def test_the_name_of_a_field_is_a_value(text: str) -> None:
    assert both(echoing(text), f"{{ {text} }}").check().data == {text: "{}"}


def test_the_text_is_made_of_known_names_alone() -> None:
    document = """query($input: TransferInput!, $b: Boolean!) { hostileAlias: __typename
      hostileAccounts: accounts(first: 7, after: "hostileText") {
        edges { node { hostileNumber: number @skip(if: $b) } } } }"""
    found = compiled(BANK, parse(document), None)
    assert isinstance(found, Compiled)
    attributes = {node.attr for node in ast.walk(ast.parse(found.source)) if isinstance(node, ast.Attribute)}

    assert "hostile" not in found.source
    assert attributes <= {"cells", "stands", "get", "append", "name", "edges", "node"}
    for node in ast.walk(ast.parse(found.source)):
        if isinstance(node, ast.Name):
            assert OF_THE_TEXT.fullmatch(node.id), node.id
        if isinstance(node, ast.Constant):
            assert node.value in (None, True, False, 0, 0.0) or isinstance(node.value, int), node.value


def test_an_attribute_of_the_schema_is_a_plain_name() -> None:
    """The only words from outside are those of the bank's own classes."""
    document = (
        "{ accounts { pageInfo { hasNextPage startCursor } edges { node { id ledgerBalance { minorUnits } } } } }"
    )
    found = compiled(BANK, parse(document), None)
    assert isinstance(found, Compiled)

    for node in ast.walk(ast.parse(found.source)):
        if isinstance(node, ast.Attribute):
            assert node.attr.isidentifier()
            assert not keyword.iskeyword(node.attr)


def test_a_traceback_shows_the_line_of_the_document_that_failed() -> None:
    document = parse("{ cat { kittens { id } } }")
    found = compiled(wild_schema(), document, None)
    assert isinstance(found, Compiled)
    results = (found.execute(None, Dice(seed, 0.9), None) for seed in range(1000))
    error = next(result.errors[0] for result in results if result.errors)
    shown = "".join(traceback.format_exception(error.original_error or error))

    assert re.search(r'File "document-[0-9a-f]{16}\.py", line \d+, in \w+\n    .*\w', shown), shown
