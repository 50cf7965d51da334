"""A judge of JSON values for just the words that the events' schemas use (JSON Schema 2020-12, Validation).

A word it does not know is an error, so that no rule of a schema goes unchecked.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]

_SAID_ONLY = {"$schema", "$defs", "title", "description", "default"}
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def faults(value: Any, schema: Schema, root: Schema | None = None, path: str = "$") -> Iterator[str]:
    """What is wrong with the value, each with the path to it."""
    whole = root or schema
    for word in schema.keys() - _SAID_ONLY:
        yield from _WORDS[word](value, schema, whole, path)


def _ref(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    yield from faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)


def _any_of(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    if all(list(faults(value, option, root, path)) for option in schema["anyOf"]):
        yield f"{path} is none of its options"


def _type(value: Any, schema: Schema, _: Schema, path: str) -> Iterator[str]:
    wanted = schema["type"]
    fits = type(value) is int if wanted == "integer" else isinstance(value, _TYPES[wanted])
    if not fits:
        yield f"{path} is no {wanted}"


def _const(value: Any, schema: Schema, _: Schema, path: str) -> Iterator[str]:
    if value != schema["const"]:
        yield f"{path} is not {schema['const']}"


def _enum(value: Any, schema: Schema, _: Schema, path: str) -> Iterator[str]:
    if value not in schema["enum"]:
        yield f"{path} is none of {schema['enum']}"


def _pattern(value: Any, schema: Schema, _: Schema, path: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{path} does not match {schema['pattern']}"


def _items(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from faults(item, schema["items"], root, f"{path}[{number}]")


def _required(value: Any, schema: Schema, _: Schema, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{path}.{name} is missing" for name in schema["required"] if name not in value)


def _properties(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    for name, inner in schema["properties"].items():
        if isinstance(value, dict) and name in value:
            yield from faults(value[name], inner, root, f"{path}.{name}")


def _no_others(value: Any, schema: Schema, _: Schema, path: str) -> Iterator[str]:
    assert schema["additionalProperties"] is False
    if isinstance(value, dict):
        yield from (f"{path}.{name} is unknown" for name in value if name not in schema["properties"])


_WORDS: dict[str, Callable[[Any, Schema, Schema, str], Iterator[str]]] = {
    "$ref": _ref,
    "anyOf": _any_of,
    "type": _type,
    "const": _const,
    "enum": _enum,
    "pattern": _pattern,
    "items": _items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _no_others,
}
