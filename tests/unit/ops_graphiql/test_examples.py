from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

from ops.graphiql.examples import EXAMPLES, Example, load_examples
from ops.schema import sdl

if TYPE_CHECKING:
    from pathlib import Path


class TestLoading:
    def test_comments_are_title_and_text_and_the_rest_is_the_operation(self, tmp_path: Path) -> None:
        (tmp_path / "a.graphql").write_text("# Title\n# What it\n# shows.\nquery A {\n  # inner\n  a\n}\n")
        (tmp_path / "a.json").write_text('{"x": 1}')
        (example,) = load_examples(tmp_path)
        assert example.document() == {
            "name": "a",
            "title": "Title",
            "about": "What it shows.",
            "query": "query A {\n  # inner\n  a\n}\n",
            "variables": '{"x": 1}',
        }

    def test_they_come_in_the_order_of_their_names(self, tmp_path: Path) -> None:
        for name in ("2-b", "1-a"):
            (tmp_path / f"{name}.graphql").write_text(f"# {name}\n{{ a }}\n")
        assert [example.name for example in load_examples(tmp_path)] == ["1-a", "2-b"]

    def test_what_runs_without_variables_comes_first(self, tmp_path: Path) -> None:
        for name in ("a", "b", "c"):
            (tmp_path / f"{name}.graphql").write_text(f"# {name}\n{{ a }}\n")
        (tmp_path / "a.json").write_text("{}")
        assert [example.name for example in load_examples(tmp_path)] == ["b", "c", "a"]
        assert not load_examples()[0].variables

    def test_an_example_without_a_title_is_a_fault(self, tmp_path: Path) -> None:
        (tmp_path / "a.graphql").write_text("{ a }\n")
        with pytest.raises(ValueError, match=r"a\.graphql"):
            load_examples(tmp_path)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(sdl())


class TestTheCheckedInExamples:
    @pytest.mark.parametrize("example", load_examples(), ids=lambda example: example.name)
    def test_each_is_valid_in_the_schema(self, example: Example, schema: GraphQLSchema) -> None:
        assert [error.message for error in validate(schema, parse(example.query))] == []

    @pytest.mark.parametrize("example", load_examples(), ids=lambda example: example.name)
    def test_each_has_the_variables_that_it_asks_for(self, example: Example, schema: GraphQLSchema) -> None:
        (operation,) = [each for each in parse(example.query).definitions if isinstance(each, OperationDefinitionNode)]
        values = get_variable_values(
            schema, operation.variable_definitions or (), json.loads(example.variables or "{}")
        )
        faults = values if isinstance(values, list) else []
        assert [fault.message for fault in faults] == []

    def test_only_marks_that_the_page_fills_are_used(self) -> None:
        page = (EXAMPLES.parents[1] / "ops" / "graphiql" / "web" / "src" / "marks.ts").read_text()
        marks = {mark for example in load_examples() for mark in re.findall(r"<[a-z ]+>", example.variables)}
        assert marks
        assert {mark for mark in marks if f'"{mark}"' not in page} == set()
