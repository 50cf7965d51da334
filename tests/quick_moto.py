"""Moto without what makes its DynamoDB slow: at each transaction it copies its tables and their streams to the last
attribute, for each query it sorts all of a table, it looks for ten aliases of each attribute of an answer, it reads the
methods of its own class anew at each call, and it measures an item anew for each attribute that is put into it.

What it answers stays the same, and `tests/unit/test_quick_moto.py` says so.
"""

import copy
from collections import defaultdict
from functools import cache
from typing import Any, Final

import pytest
from moto.core import responses
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import bytesize

ATTRIBUTE_VALUE: Final = "AttributeValue"
"""The shape of which an answer of DynamoDB has most: one of its ten members is there, by its own name."""
INDEX_OF_A_QUERY: Final = 6
"""Where the name of an index stands in what a query is called with, after the partition's key."""
ITEM_BYTES_MAX: Final = 405_000
"""Between 409,600, which is the limit, and what moto is sure of."""

_updated: Final[Any] = DynamoDBBackend.update_item
_structured: Final[Any] = BaseJSONSerializer._serialize_type_structure
_queried: Final[Any] = Table.query
_listed: Final[Any] = Table.all_items


def quicken() -> None:
    """For as long as the process runs."""
    patch = pytest.MonkeyPatch()
    patch.setattr(responses, "method_names_from_class", cache(method_names_from_class))
    patch.setattr(BaseJSONSerializer, "_serialize_type_structure", _serialize_type_structure)
    patch.setattr(Table, "__deepcopy__", _deepcopy, raising=False)
    patch.setattr(Item, "__init__", _item)
    patch.setattr(DynamoDBBackend, "update_item", _update_item)
    patch.setattr(Table, "query", _query)
    patch.setattr(Table, "all_items", _all_items)


def _serialize_type_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name != ATTRIBUTE_VALUE or type(value) is not dict or not key or not value.keys() <= shape.members.keys():
        _structured(self, serialized, value, shape, key)
        return
    wrapper = self.MAP_TYPE()
    for name, one in value.items():
        if one is not None:
            self._serialize(wrapper, one, shape.members[name], name)
    self._default_serialize(serialized, wrapper, shape, key)


def _item(self: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    self.hash_key, self.range_key = hash_key, range_key
    self.attrs = LimitedSizeDict({name: DynamoType(value) for name, value in attrs.items()})
    if sum(bytesize(name) + value.size() for name, value in self.attrs.items()) > ITEM_BYTES_MAX:
        raise ItemSizeTooLarge


def _deepcopy(self: Any, _: dict[int, Any]) -> Any:
    """What a cancelled transaction returns to. Items are shared: a put replaces them, and so does an update, below."""
    twin = copy.copy(self)
    twin.items = defaultdict(dict)
    for key, items in self.items.items():
        twin.items[key] = dict(items) if self.has_range_key else items
    if self.stream_shard is not None:
        twin.stream_shard = copy.copy(self.stream_shard)
        twin.stream_shard.table, twin.stream_shard.items = twin, list(self.stream_shard.items)
    return twin


def _update_item(self: Any, table_name: str, key: dict[str, Any], *arguments: Any, **named: Any) -> Any:
    table = self.get_table(table_name)
    hash_value, range_value = self.get_keys_value(table, key)
    item = table.get_item(hash_value, range_value)
    if item is not None and table.has_range_key:
        table.items[hash_value][range_value] = copy.deepcopy(item)
    elif item is not None:
        table.items[hash_value] = copy.deepcopy(item)
    return _updated(self, table_name, key, *arguments, **named)


def _query(self: Any, hash_key: Any, *arguments: Any, **named: Any) -> Any:
    """Of a table itself, one partition is all that a query can answer from."""
    index = named.get("index_name") or arguments[INDEX_OF_A_QUERY:][:1] != (None,)
    if index or not self.has_range_key:
        return _queried(self, hash_key, *arguments, **named)
    partition = copy.copy(self)
    partition.items = {hash_key: self.items.get(hash_key, {})}
    return _queried(partition, hash_key, *arguments, **named)


def _all_items(self: Any) -> list[Any]:
    if not self.has_range_key:
        found: list[Any] = _listed(self)
        return found
    items = [item for partition in self.items.values() for item in partition.values()]
    return sorted(items, key=lambda item: (item.hash_key.cast_value, item.range_key.cast_value))
