"""One audit record for every command and every time staff look at a customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.clock import instant_text
from domain.refusals import Refusal

Detail = Mapping[str, str | int]


class Outcome(StrEnum):
    ALLOWED = "ALLOWED"
    REFUSED = "REFUSED"
    ERROR = "ERROR"
    """A fault cut it off: whether it took effect stands in the ledger, not here."""
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    """It was written down before it took place, and how it ended was not: cut off, or still going on."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Ids and facts, never personal text. The customer's name is a look-up away for those who may see it."""

    id: str
    at: datetime
    person: str
    """Who acted: customer id, staff id, or `bank`."""
    groups: tuple[str, ...]
    action: str
    subject_kind: str
    subject_id: str
    customer: str | None
    """Whose: the customer whom the subject belongs to, if it belongs to one."""
    account: str | None
    outcome: Outcome
    refusal_code: str | None
    source_ip: str | None
    correlation_id: str
    channel: str
    detail: Detail = field(default_factory=dict)

    @property
    def position(self) -> str:
        """Where it stands among others: greater is newer, no two are equal."""
        return f"{instant_text(self.at)}#{self.id}"

    @property
    def whose(self) -> str:
        """Whose records it is found among: the customer's, or the subject's own when no customer is concerned."""
        return self.customer or self.subject_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That somebody saw something, before it is shown."""

    action: str
    subject_kind: str
    subject_id: str
    customer: str | None = None
    account: str | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Records, the newest first; `next_position` is where the page after this one begins, None at the end."""

    records: tuple[AuditRecord, ...]
    next_position: str | None
