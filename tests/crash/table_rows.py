"""The items of the run's tables as plain values."""

from collections.abc import Mapping
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer

from tests.crash.place import Place

Item = Mapping[str, Any]
PLAIN: Final = TypeDeserializer()


def rows(place: Place, table: str, sort_key: str, *, of: str = "") -> list[Item]:
    """Those with this sort key; `of`: what their partition key begins with, where that tells them apart."""
    found = (item for item in place.items(table) if item["sk"]["S"] == sort_key and item["pk"]["S"].startswith(of))
    return [{name: PLAIN.deserialize(value) for name, value in item.items()} for item in found]
