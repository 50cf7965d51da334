"""Descriptions say what there is at most, and say it right: the numbers are those that the bank holds to."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
)

from domain.access.model import Group
from domain.accounts.model import RELATIONS_MAX
from domain.audit.rules import DETAIL_LENGTH_MAX, DETAILS_MAX, SOURCE_LENGTH_MAX
from domain.customers.rules import EMAIL_LENGTH_MAX, LINE_LENGTH_MAX, NAME_LENGTH_MAX, POSTAL_CODE_LENGTH_MAX
from domain.ids import ID_LENGTH_MAX
from domain.ledger.model import EFFECTIVE_DAYS_BACK_MAX, HOLDS_MAX, KEY_LENGTH_MAX, LEGS_MAX
from domain.partners.model import BODY_BYTES_MAX
from domain.partners.model import DETAIL_LENGTH_MAX as DETAIL_LENGTH_MAX_OF_DELIVERY
from domain.partners.signatures import ID_LENGTH_MAX as ID_LENGTH_MAX_OF_MESSAGE
from domain.transfers.model import MEMO_LENGTH_MAX
from domain.transfers.rules import HOLD_DAYS_MAX
from domain.transfers.schedule import COUNT_MAX, DAYS_AHEAD_MAX
from graph.connections import PAGE_DEFAULT, PAGE_MAX
from graph.documents import core_schema
from graph.ids import PREFIXES
from graph.partners import PARTNER_LENGTH_MAX
from graph.scalars import CURSOR_LENGTH_MAX
from graph.schema import schema
from graph.statuses import SINCE_ENTRIES_MAX

CORE = core_schema(schema)
LIMITS: Final = {
    "Account.holds": HOLDS_MAX,
    "Account.people": RELATIONS_MAX,
    "AccountClosedStatusInfo.closedAt": SINCE_ENTRIES_MAX,
    "AccountFrozenStatusInfo.since": SINCE_ENTRIES_MAX,
    "Address.city": LINE_LENGTH_MAX,
    "Address.line1": LINE_LENGTH_MAX,
    "Address.line2": LINE_LENGTH_MAX,
    "Address.postalCode": POSTAL_CODE_LENGTH_MAX,
    "Address.subdivision": LINE_LENGTH_MAX,
    "AuditDetail.value": DETAIL_LENGTH_MAX,
    "AuditRecord.details": DETAILS_MAX,
    "AuditRecord.groups": len(Group),
    "AuditRecord.sourceIp": SOURCE_LENGTH_MAX,
    "Changes.entries": PAGE_MAX,
    "Customer.email": EMAIL_LENGTH_MAX,
    "Customer.name": NAME_LENGTH_MAX,
    "Entry.effectiveOn": EFFECTIVE_DAYS_BACK_MAX,
    "PartnerDelivery.body": BODY_BYTES_MAX,
    "PartnerDelivery.detail": DETAIL_LENGTH_MAX_OF_DELIVERY,
    "PartnerDelivery.messageId": ID_LENGTH_MAX_OF_MESSAGE,
    "Query.partnerDeliveries(partner)": PARTNER_LENGTH_MAX,
    "ReplayPartnerDeliveryInput.body": BODY_BYTES_MAX,
    "Journal.effectiveOn": EFFECTIVE_DAYS_BACK_MAX,
    "Journal.legs": LEGS_MAX,
    "JournalPostedStatusInfo.effectiveOn": EFFECTIVE_DAYS_BACK_MAX,
    "PlaceHoldInput.expiresAt": HOLD_DAYS_MAX,
    "Query.idempotency(key)": KEY_LENGTH_MAX,
    "ScheduleInput.count": COUNT_MAX,
    "ScheduleInput.startsOn": DAYS_AHEAD_MAX,
    "Transfer.memo": MEMO_LENGTH_MAX,
    "TransferInput.memo": MEMO_LENGTH_MAX,
    "TransferOrder.memo": MEMO_LENGTH_MAX,
    "Viewer.groups": len(Group),
}
"""What the bank holds to, laid beside what is said of it."""
SCALARS: Final = {"Cursor": CURSOR_LENGTH_MAX, "IdempotencyKey": KEY_LENGTH_MAX, "AmountValue": 18}
CLOSED: Final = frozenset({"Boolean", "Currency", "Date", "DateTime"})
"""What these can be is said by their own description, and has no length to speak of."""


def said() -> dict[str, tuple[str, Any]]:
    """Coordinate -> description and type, of all that can be given or is answered."""
    return {name: (part.description or "", part.type) for name, part in _parts()}


def _parts() -> Iterator[tuple[str, Any]]:
    for kind in CORE.type_map.values():
        if not kind.name.startswith("__") and isinstance(
            kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
        ):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field
                yield from (
                    (f"{kind.name}.{name}({argument})", given) for argument, given in getattr(field, "args", {}).items()
                )


def given() -> dict[str, tuple[str, Any]]:
    """Of all that, what a caller gives."""
    inputs = {kind.name for kind in CORE.type_map.values() if isinstance(kind, GraphQLInputObjectType)}
    return {name: part for name, part in said().items() if "(" in name or name.partition(".")[0] in inputs}


@pytest.mark.parametrize(("place", "limit"), LIMITS.items())
def test_a_limit_is_said_as_the_bank_holds_it(place: str, limit: int) -> None:
    words, _ = said()[place]

    assert re.search(rf"(?<!\d){limit}(?!\d)", words), words


@pytest.mark.parametrize(("name", "limit"), SCALARS.items())
def test_a_scalar_says_how_long_it_may_be(name: str, limit: int) -> None:
    assert str(limit) in f"{CORE.type_map[name].description}"


def test_every_id_that_is_given_says_its_prefix_and_its_length() -> None:
    shape = re.compile(rf"\(`(\w+)_…`(?: or `(\w+)_…`)*, at most {ID_LENGTH_MAX} characters\)\.$")
    ids = {name: words for name, (words, kind) in given().items() if get_named_type(kind).name == "ID"}

    assert ids
    assert [name for name, words in ids.items() if not shape.search(words)] == []
    assert {prefix for words in ids.values() for prefix in re.findall(r"`(\w+)_…`", words)} <= set(PREFIXES)


def test_all_other_text_and_numbers_that_are_given_have_a_limit_in_words() -> None:
    plain = {
        name: words
        for name, (words, kind) in given().items()
        if get_named_type(kind).name in ("String", "Int", "Float")
    }

    assert plain
    assert [name for name, words in plain.items() if not re.search(r"\d", words)] == []


def test_every_scalar_that_is_given_has_its_own_words() -> None:
    kinds = {get_named_type(kind) for _, kind in given().values()}
    scalars = {kind.name for kind in kinds if isinstance(kind, GraphQLScalarType)}

    assert scalars - {"String", "Int", "ID"} == {*SCALARS, *CLOSED}
    assert all(re.search(r"\d|true", f"{CORE.type_map[name].description}") for name in CLOSED)
    assert not [name for name in CLOSED - {"Boolean"} if is_specified_scalar_type(CORE.type_map[name])]


def test_every_page_says_its_sizes() -> None:
    sizes = [words for name, (words, _) in given().items() if name.endswith("(first)")]

    assert sizes
    assert set(sizes) == {f"How many at most: 1 to {PAGE_MAX}, {PAGE_DEFAULT} when not given."}


def test_every_list_says_how_long_it_may_be() -> None:
    lists = {name: words for name, (words, kind) in said().items() if _is_list(kind)}

    assert [name for name, words in lists.items() if not re.search(r"at most \d+", words)] == []


def _is_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


def test_no_fault_lies_deeper_than_is_said() -> None:
    depth = max(_depth(kind) for kind in CORE.type_map.values() if isinstance(kind, GraphQLInputObjectType))

    assert f"at most {depth} names" in said()["FieldFault.path"][0]


def _depth(kind: GraphQLInputObjectType) -> int:
    inner = (get_named_type(field.type) for field in kind.fields.values())
    return 1 + max((_depth(one) for one in inner if isinstance(one, GraphQLInputObjectType)), default=0)
