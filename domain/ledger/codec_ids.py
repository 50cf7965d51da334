"""Ids as attributes: packed into bytes where they have our shape, as text where they have not."""

from domain.ledger.attributes import Attribute, Fields, binary, binary_in, text, text_in
from domain.ledger.packing import pack_id, unpack_id


def id_attribute(value: str) -> Attribute:
    packed = pack_id(value)
    return text(value) if packed is None else binary(packed)


def id_in(attribute: Attribute, where: str) -> str:
    return text_in(attribute, where) if "S" in attribute else unpack_id(binary_in(attribute, where))


def maybe_id(fields: Fields, name: str) -> str | None:
    return id_in(fields.taken(name), fields.where) if fields.has(name) else None
