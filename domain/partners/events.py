"""What partners tell us, as models: one for each kind and version. What a model does not name is refused.

`docs/webhooks.openapi.yaml` is held to these models by a test. Amounts are integer minor units of US dollars, the one
currency of ACH. Only the function that processes deliveries imports this module: pydantic is dear to load.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED, ACH_FILE_REJECTED, Kind

REASONS_MAX: Final = 1_000
MESSAGE_LENGTH_MAX: Final = 200
MINOR_MAX: Final = 999_999_999_999
"""The totals of a file's control record have twelve digits (Nacha, file control, fields 7 and 8)."""
ENTRIES_MAX: Final = 99_999_999
"""Entries and addenda of a file are counted with eight digits (Nacha, file control, field 4)."""
FAULTS_TOLD_MAX: Final = 20
_RFC3339: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]{1,20}))?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


def _rfc3339(value: object) -> datetime:
    """Section 5.6: also in small letters, with a leap second, and with more digits than are kept, which are cut off."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("no instant of RFC 3339")
    day, minute, second, fraction, offset = match.groups(default="")
    leap = second == "60"
    text = f"{day}T{minute}:{'59' if leap else second}.{fraction[:6]:0<6}{offset.upper()}"
    return datetime.fromisoformat(text) + timedelta(seconds=leap)


Instant = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Minor = Annotated[int, Field(ge=0, le=MINOR_MAX)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Payload(_Part):
    """What every message has."""

    type: str
    version: int
    occurred_at: Instant = Field(description="When it happened at the partner, RFC 3339 with an offset.")


class FileAcknowledged(_Part):
    file: FileName = Field(description="The name under which we sent the file.")
    sha256: Sha256 = Field(description="Of the file's bytes as the partner received them.")
    entries: int = Field(ge=0, le=ENTRIES_MAX, description="Entries and addenda, as in the file control record.")
    debit_minor: Minor
    credit_minor: Minor


class AchFileAcknowledged(Payload):
    """The partner has the file, and will send its entries on."""

    type: Literal["ach.file.acknowledged"]
    version: Literal[1]
    data: FileAcknowledged


class RejectReason(_Part):
    code: str = Field(pattern=r"^REJ[A-Z0-9_-]{1,13}$")
    message: str = Field(min_length=1, max_length=MESSAGE_LENGTH_MAX)
    batch_number: int | None = Field(default=None, ge=0, le=9_999_999)
    trace_number: str | None = Field(default=None, pattern=r"^[0-9]{15}$")


class FileRejected(_Part):
    file: FileName = Field(description="The name under which we sent the file.")
    sha256: Sha256 = Field(description="Of the file's bytes as the partner received them.")
    level: Literal["FILE", "BATCH", "ENTRY"] = Field(
        description="What is rejected: all, these batches, or these entries."
    )
    reasons: list[RejectReason] = Field(min_length=1, max_length=REASONS_MAX)


class AchFileRejected(Payload):
    """The partner will not send the file, or parts of it, on."""

    type: Literal["ach.file.rejected"]
    version: Literal[1]
    data: FileRejected


MODELS: Final[Mapping[Kind, type[Payload]]] = {
    ACH_FILE_ACKNOWLEDGED: AchFileAcknowledged,
    ACH_FILE_REJECTED: AchFileRejected,
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a body is not what its model says: places and rules, and nothing of what stood there."""

    detail: str


def payload_of(kind: Kind, body: bytes) -> Payload | Misfit:
    try:
        return MODELS[kind].model_validate_json(body)
    except ValidationError as fault:
        faults = fault.errors(include_url=False, include_context=False, include_input=False)
        told = [f"{_place(one['type'], one['loc'])}: {one['type']}" for one in faults[:FAULTS_TOLD_MAX]]
        more = len(faults) - len(told)
        return Misfit("; ".join([*told, f"and {more} more"] if more else told))


def _place(rule: str, place: tuple[int | str, ...]) -> str:
    """Where it is. The name of a member that no model knows is the sender's own text, and is left out."""
    known = place[:-1] if rule == "extra_forbidden" else place
    return ".".join(map(str, known)) or "the message"
