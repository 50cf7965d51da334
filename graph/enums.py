"""The bank's own enumerations, as the schema shows them, every value in words.

Modules of the schema take them from here, so that they are registered before a type names them.
"""

from enum import Enum
from typing import TYPE_CHECKING, Final

import strawberry

from domain.access.model import Group, Relation
from domain.accounts.products import PRODUCTS
from domain.audit.model import Outcome
from domain.customers.model import CustomerKind, CustomerStatus
from domain.ledger.model import Batching, Side, Status
from domain.partners.model import DeliveryState
from domain.transfers.model import OccurrenceOutcome, OrderStatus, Rhythm

if TYPE_CHECKING:
    from collections.abc import Mapping


class JournalStatus(Enum):
    """The bank tells the two apart by whether there is a refusal; in the schema each has a type of its own."""

    POSTED = "POSTED"
    REFUSED = "REFUSED"


def _describe(kind: type[Enum], *, name: str, description: str, values: "Mapping[str, str]") -> None:
    """Registers an enumeration of the bank. Values without words, and words without a value, stop the build."""
    members = {member.name for member in kind}
    if members != set(values):
        raise ValueError(f"{name}: {sorted(members ^ set(values))} are not described, or not there")
    strawberry.enum(kind, name=name, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]  # set by the line above
        value.description = values[value.name]


_describe(
    Side,
    name="Side",
    description="A side of an account.",
    values={
        "DEBIT": "Takes from what the holder of a customer account has.",
        "CREDIT": "Adds to what the holder of a customer account has.",
    },
)
_describe(
    Status,
    name="AccountStatus",
    description="What an account can do. The set may grow.",
    values={
        "OPEN": "Takes debits and credits.",
        "DEBITS_FROZEN": "Takes credits only.",
        "FROZEN": "Takes neither, but for what the bank may not refuse.",
        "CLOSED": "Ended, for ever, at a balance of zero.",
    },
)
_describe(
    Batching,
    name="Batching",
    description="Whether credits post one by one or once a minute.",
    values={
        "OFF": "One by one.",
        "ON": "Collected and moved once a minute.",
        "ENDING": "One by one again; what was collected before is still being moved.",
    },
)
_describe(
    Relation,
    name="Relation",
    description="How you stand to an account.",
    values={
        "OWNER": "It was opened for you.",
        "JOINT_OWNER": "You own it together with others.",
        "DELEGATE": "You may look at it.",
        "STRANGER": "None of these; staff are strangers to every account.",
    },
)
_describe(
    Group,
    name="Group",
    description="A group of the user pool. The set may grow.",
    values={
        "CUSTOMER": "Customers of the bank.",
        "OPERATIONS": "Runs the daily business.",
        "FRAUD_ANALYST": "Looks into suspected fraud.",
        "FRAUD_LEAD": "Decides about suspected fraud.",
        "COMPLIANCE": "Watches that the law is kept.",
        "FINANCE": "Keeps the books.",
        "AUDITOR": "Reads everything, changes nothing.",
        "ADMIN": "Runs the machines and sees no customer.",
    },
)
_describe(
    CustomerKind,
    name="CustomerKind",
    description="What a customer is.",
    values={"PERSON": "A natural person.", "BUSINESS": "A company or another legal person."},
)
_describe(
    CustomerStatus,
    name="CustomerStatus",
    description="Whether a customer's personal data exists.",
    values={
        "ACTIVE": "A customer of the bank.",
        "ERASED": "The personal data has been erased; only ids are left.",
    },
)
_describe(
    JournalStatus,
    name="JournalStatus",
    description="What became of a journal.",
    values={
        "POSTED": "It is in the books.",
        "REFUSED": "Nothing was posted, and its key will answer so for ever.",
    },
)
_describe(
    Rhythm,
    name="Rhythm",
    description="How often a transfer order is due.",
    values={
        "ONCE": "On one day.",
        "WEEKLY": "Every seven days.",
        "MONTHLY": "Once a month, on the last day of months that are too short.",
    },
)
_describe(
    OrderStatus,
    name="TransferOrderStatus",
    description="Whether a transfer order goes on. The set may grow.",
    values={
        "ACTIVE": "Its next transfer is to come.",
        "DONE": "Its last transfer has been.",
        "CANCELLED": "It was cancelled.",
    },
)
_describe(
    OccurrenceOutcome,
    name="OccurrenceOutcome",
    description="What became of a transfer order on one day. The set may grow.",
    values={
        "POSTED": "The transfer was made.",
        "REFUSED": "The transfer was refused; the code says why.",
        "MISSED": "It was found too late to be made without asking again.",
    },
)
_describe(
    Outcome,
    name="AuditOutcome",
    description="How an act ended. The set may grow.",
    values={
        "ALLOWED": "It was done, or shown.",
        "REFUSED": "It was refused; the code says why.",
        "ERROR": "A fault cut it off.",
        "OUTCOME_UNKNOWN": "It was begun, and nothing says how it ended: it was cut off, or is still going on.",
    },
)

_describe(
    DeliveryState,
    name="PartnerDeliveryState",
    description="What has become of a message of a partner. The set may grow.",
    values={
        "RECEIVED": "It is stored, and to be processed.",
        "PROCESSED": "It has been acted on.",
        "QUARANTINED": "It cannot be processed as it is, and waits for a person; the reason says why.",
        "FAILED": "Processing it failed as often as it is tried.",
    },
)

__all__ = [
    "Batching",
    "CustomerKind",
    "CustomerStatus",
    "DeliveryState",
    "Group",
    "JournalStatus",
    "OccurrenceOutcome",
    "OrderStatus",
    "Outcome",
    "Product",
    "Relation",
    "Rhythm",
    "Side",
    "Status",
]

_PRODUCT_WORDS: Final = {
    "checking": "For daily payments.",
    "savings": "For money that stays.",
}

if TYPE_CHECKING:

    class Product(Enum):
        CHECKING = "checking"
        SAVINGS = "savings"

else:
    Product = strawberry.enum(
        Enum(
            "Product",
            {name.upper(): strawberry.enum_value(name, description=_PRODUCT_WORDS[name]) for name in PRODUCTS},
        ),
        description="What kind of account it is. The set may grow.",
    )
