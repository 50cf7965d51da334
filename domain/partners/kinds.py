"""What partners there are, and what they may send: two lists that are the specification.

A partner is added by a row here and a secret of its name (docs/webhooks.md). A kind is added by a row here, its model
in `domain.partners.events`, and its handler where the bank is put together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple


class Kind(NamedTuple):
    """What a message says, and by which version of its model it says it."""

    name: str
    version: int


ACH_FILE_ACKNOWLEDGED: Final = Kind("ach.file.acknowledged", 1)
ACH_FILE_REJECTED: Final = Kind("ach.file.rejected", 1)

KINDS: Final = (ACH_FILE_ACKNOWLEDGED, ACH_FILE_REJECTED)
NAMES: Final = frozenset(kind.name for kind in KINDS)

STANDARD_WEBHOOKS: Final = "standard-webhooks"
"""Verifiers by name. A partner that signs in another way gets another name, and its verifier a row in `service`."""


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody outside who tells us things."""

    name: str
    """As it stands in the address of its webhooks, and in the name of its secret."""
    title: str
    verifier: str


SPONSOR: Final = Partner("sponsor", "The sponsor bank", STANDARD_WEBHOOKS)

PARTNERS: Final[Mapping[str, Partner]] = {partner.name: partner for partner in (SPONSOR,)}
