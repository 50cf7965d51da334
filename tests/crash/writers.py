"""Who writes: the commands of the API, the functions, and the public methods of services from which a write is reached.

Read off a composed bank and the text of its classes: `self._store.add(...)` is followed into the very object that
stands there, down to the calls of AWS that change something. Nobody has to keep a list, so nobody can forget to.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any, Final, get_type_hints

from functions.composition import Bank
from graph.answers import SUCCESSES
from graph.fraud_mutations import FraudMutation
from graph.mutations import Mutation

AWS_WRITES: Final = frozenset(
    {
        "batch_write_item",
        "create_schedule",
        "delete_item",
        "delete_schedule",
        "put_events",
        "put_item",
        "put_object",
        "send_message",
        "send_task_success",
        "start_execution",
        "transact_write_items",
        "update_item",
        "update_schedule",
    }
)
"""In the words of boto3 and PynamoDB. A test lays them beside what the use cases send."""
ADAPTERS: Final = ("store_dynamodb", "store_dynamodb_incoming", "_aws")
"""Rooms that are reached through services: what writes there is somebody's store verb."""
OURS: Final = ("domain.", "functions.")
FUNCTIONS: Final = Path("functions")


def commands() -> set[str]:
    """The resolvers of all mutations, as the network sees them."""
    found = {
        f"{kind.__module__}:{kind.__qualname__}.{name}"
        for kind in (Mutation, FraudMutation)
        for name in vars(kind)
        if not name.startswith("_") and callable(getattr(kind, name))
    }
    assert len(found) == len(SUCCESSES), "a mutation has another resolver than its name says"
    return found


def handlers() -> set[str]:
    return {f"functions.{path.parent.name}.handler:handler" for path in FUNCTIONS.glob("*/handler.py")}


def methods(bank: Bank) -> set[str]:
    """The public methods of the bank's services from which something is written."""
    reader = _Reader(bank)
    return {
        f"{type(service).__module__}:{type(service).__qualname__}.{name}"
        for service in reader.services
        if not type(service).__module__.endswith(ADAPTERS)
        for name, method in inspect.getmembers(type(service), inspect.isfunction)
        if not name.startswith("_") and reader.writes(method, service)
    }


Node = tuple[Callable[..., Any], object]
"""A function and the object it is a method of."""


class _Reader:
    """Follows calls from method to method over the objects of one bank."""

    def __init__(self, bank: Bank) -> None:
        self.services = tuple(_services(bank))
        self._by_type = {type(service): service for service in self.services}
        self._read: dict[tuple[object, int], tuple[bool, list[Node]]] = {}

    def writes(self, function: Callable[..., Any], owner: object) -> bool:
        """Whether a call that changes something lies on any way from here."""
        ahead: list[Node] = [(function, owner)]
        been: set[tuple[object, int]] = set()
        while ahead:
            function, owner = ahead.pop()
            key = inspect.unwrap(function), id(owner)
            if key in been:
                continue
            been.add(key)
            if key not in self._read:
                self._read[key] = self._said(function, owner)
            itself, others = self._read[key]
            if itself:
                return True
            ahead += others
        return False

    def _said(self, function: Callable[..., Any], owner: object) -> tuple[bool, list[Node]]:
        """Whether the function itself changes something, and what else of ours it names."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        names = self._names(function, owner)
        itself, others = False, list[Node]()
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute | ast.Name):
                continue
            match _found(node, names):
                case MethodType(__func__=method, __self__=other) if method.__module__.startswith(OURS):
                    others.append((method, other))
                case FunctionType() as plain if plain.__module__.startswith(OURS):
                    others.append((plain, None))
                case _:
                    itself |= isinstance(node, ast.Attribute) and node.attr in AWS_WRITES
        return itself, others

    def _names(self, function: Callable[..., Any], owner: object) -> dict[str, Any]:
        """What the names in a function stand for: its module's, `self`, and parameters by their types."""
        plain = inspect.unwrap(function)
        hints = _hints(plain) if owner is None else {}
        typed = {name: self._by_type[kind] for name, kind in hints.items() if kind in self._by_type}
        return {**plain.__globals__, **typed, "self": owner}


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The types of parameters; none where a module imports them for checkers alone: there they are no services."""
    try:
        return get_type_hints(function)
    except NameError:
        return {}


_NOTHING: Final = object()


def _found(node: ast.expr, names: dict[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return names.get(name, _NOTHING)
        case ast.Attribute(value=value, attr=attr):
            base = _found(value, names)
            return _NOTHING if base is _NOTHING or not _ours(base) else getattr(base, attr, _NOTHING)
    return _NOTHING


def _ours(thing: object) -> bool:
    return type(thing).__module__.startswith(OURS)


def _services(bank: Bank) -> Iterator[object]:
    """Everything of ours that the bank is put together from."""
    made = (name for name, part in vars(Bank).items() if isinstance(part, cached_property) and name[0] != "_")
    parts = [getattr(bank, name) for name in made]
    seen: list[object] = []
    while parts:
        part = parts.pop()
        if _ours(part) and not any(part is other for other in seen):
            seen.append(part)
            yield part
            parts += list(getattr(part, "__dict__", {}).values())
