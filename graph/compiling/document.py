"""The front door: a document compiled, or why not.

    found = compiled(schema, document, None)
    result = found.execute(root, context, variables) if isinstance(found, Compiled) else execute_sync(...)

The document has passed validation. The result equals that of graphql-core's `execute_sync`, errors included.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import product
from typing import Any, Final

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, assert_valid_schema, print_ast

from domain.access.model import Group
from graph.access import Rule
from graph.compiling.emitting import Emission, conditions_as_values
from graph.compiling.fitness import NotCompiled, Parts, Reason, Unfit, parts_of
from graph.compiling.running import Cells, Library, Run
from graph.compiling.variables import Variables

HASH_SHOWN: Final = 16

__all__ = ["Compiled", "NotCompiled", "Reason", "compiled"]


class _Plan:
    """The function for one choice of what is included."""

    __slots__ = ("_cells", "_rules", "answer")

    def __init__(self, answer: Callable[[Any, Run], dict[str, Any]], rules: tuple[Rule, ...]) -> None:
        self.answer = answer
        self._rules = rules
        self._cells: dict[frozenset[Group], list[Cells]] = {}
        """What the rules give, for each set of groups that has asked: there are only so many."""

    def cells_of(self, context: Any) -> list[Cells]:
        """A context without groups has no cells; each field then finds out by itself, and says so."""
        groups = getattr(context, "groups", None)
        if not isinstance(groups, frozenset):
            return []
        found = self._cells.get(groups)
        if found is None:
            found = self._cells[groups] = [Cells(rule, groups) for rule in self._rules]
        return found


class Compiled:
    """A document that answers by itself."""

    def __init__(self, parts: Parts, library: Library, plans: Mapping[tuple[bool, ...], _Plan], source: str) -> None:
        self.source = source
        """The text of the functions, for people."""
        self._conditions = parts.conditions
        self._variables = library.variables
        self._library = library
        self._plans = plans

    def execute(self, root: Any, context: Any, variables: dict[str, Any] | None) -> ExecutionResult:
        coerced = self._variables.coerced(variables)
        if isinstance(coerced, list):
            return ExecutionResult(None, errors=coerced)
        choices: tuple[Any, ...] = tuple([coerced.get(name) for name in self._conditions])
        plan = self._plans.get(choices)
        if plan is None:  # such as null where a boolean decides: the library words it
            return self._library.execute(root, context, variables)
        run = Run(
            self._library,
            root=root,
            context=context,
            sent=variables,
            coerced=coerced,
            cells=plan.cells_of(context),
        )
        try:
            data = plan.answer(root, run)
        except GraphQLError as error:
            run.errors.append(error)
            return ExecutionResult(None, run.errors)
        return ExecutionResult(data, run.errors or None)


def compiled(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Compiled | NotCompiled:
    """The document as functions, one for each choice of what `@skip` and `@include` leave of it."""
    assert_valid_schema(schema)
    name = sha256(print_ast(document).encode()).hexdigest()[:HASH_SHOWN]
    try:
        parts = parts_of(schema, document, operation_name)
        plans, sources = {}, []
        for choices in product((False, True), repeat=len(parts.conditions)):
            emission = Emission(schema, parts, conditions_as_values(parts.conditions, choices))
            source = emission.write()
            plans[choices] = _plan(emission, source, _file(name, choices))
            sources.append(source)
    except Unfit as unfit:
        return NotCompiled(unfit.reason, unfit.detail)
    variables = Variables(schema, parts.operation.variable_definitions or ())
    library = Library(schema, document, operation_name, variables)
    return Compiled(parts, library, plans, "\n\n".join(sources))


def _plan(emission: Emission, source: str, file: str) -> _Plan:
    emission.namespace |= {"__name__": file, "__loader__": _Lines(source)}
    code = compile(source, file, "exec", dont_inherit=True, optimize=0)
    return _Plan(emission.function(code), tuple(emission.rules))


def _file(name: str, choices: tuple[bool, ...]) -> str:
    """A traceback shows which document, and which of its functions."""
    return f"document-{name}{''.join('-' + str(int(choice)) for choice in choices)}.py"


class _Lines:
    """Gives a traceback the lines of the generated text, as a loader of modules would."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, _name: str) -> str:
        return self._source
