"""The schema as a gateway of several graphs reads it: with the key of each entity, and the field that finds by keys.

The API itself serves no `_service` and no `_entities` (docs/decisions/0019). Whatever implements `Node` is an entity;
its key is its id, and `node(id:)` finds it, asking the access table like every other way to it.
"""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = '''extend schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

directive @link(url: String!, import: [String]) repeatable on SCHEMA

"""The fields by which other graphs name an entity of this one."""
directive @key(fields: String!) repeatable on OBJECT | INTERFACE

"""Finds one entity by its key."""
directive @lookup on FIELD_DEFINITION

'''
_ENTITY: Final = re.compile(r"^((?:type|interface) \w+(?: implements [\w& ]+)?)(?= \{$)", re.MULTILINE)
_LOOKUP: Final = re.compile(r"^(  node\(.*?\n  \): Node)$", re.MULTILINE | re.DOTALL)


def federated(sdl: str) -> str:
    """The schema's text with its keys, and the field that finds by them."""
    with_lookup, times = _LOOKUP.subn(r"\1 @lookup", sdl)
    if times != 1:
        raise ValueError("the schema has no field `node` that answers a Node")
    return HEAD + _ENTITY.sub(_with_key, with_lookup)


def _with_key(head: re.Match[str]) -> str:
    words = re.findall(r"\w+", head[1])
    return f'{head[1]} @key(fields: "id")' if "Node" in words[1:2] + words[3:] else head[1]
