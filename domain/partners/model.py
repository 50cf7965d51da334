"""What partners deliver, what becomes of it, and why a call of theirs is not taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from domain.clock import instant_text
from domain.refusals import Refusal

BODY_BYTES_MAX: Final = 256 * 1024
"""What a partner may send at once. An item of a table holds 400 KB, and the body is one."""
DETAIL_LENGTH_MAX: Final = 500
"""Of what is kept beside a reason: the places of some twenty faults."""


class Scheme(StrEnum):
    """How a message is signed (Standard Webhooks 1.0.0)."""

    V1 = "v1"
    """HMAC-SHA-256 under a secret that both sides have."""
    V1A = "v1a"
    """Ed25519: the partner signs, and we can only check."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What a signature is checked with. `key` stands in no text that this makes."""

    scheme: Scheme
    key: bytes = field(repr=False)
    until: datetime | None
    """From this instant on it is not accepted any more; None for the one in use."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as it came: nothing of it is believed yet."""

    partner: str
    kind: str
    headers: Mapping[str, str]
    """Names in lower case. What came twice stands together with a comma between, as the gateway joins it."""
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verifier found out about an arrival."""

    message_id: str
    """The partner's own name for the message: the same in every try to deliver it."""
    signed_at: datetime
    scheme: Scheme


class DeliveryState(StrEnum):
    RECEIVED = "RECEIVED"
    """Stored, and to be processed."""
    PROCESSED = "PROCESSED"
    QUARANTINED = "QUARANTINED"
    """It was understood that it cannot be processed as it is: a person looks at it."""
    FAILED = "FAILED"
    """Processing it failed as often as it is tried: a person looks at it."""


class Reason(StrEnum):
    """Why a delivery is set aside, where no handler said so. A handler's refusal stands there by its own code."""

    KIND_UNKNOWN = "KIND_UNKNOWN"
    VERSION_UNKNOWN = "VERSION_UNKNOWN"
    BODY_UNFIT = "BODY_UNFIT"
    """The body is not what the kind's model says."""
    NO_HANDLER = "NO_HANDLER"
    """The kind is known and nobody here acts on it yet."""
    TRIES_USED_UP = "TRIES_USED_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of a partner, kept for ever. Its body is kept beside it and never changed."""

    id: str
    partner: str
    message_id: str
    kind: str
    """What the address said, and the body."""
    version: int | None
    """What the body said; None when it named no version."""
    body_digest: str
    """SHA-256 of the body as it was sent, in hexadecimal."""
    scheme: Scheme | None
    """How the partner signed it; None of a body that the bank's staff mended."""
    received_at: datetime
    state: DeliveryState = DeliveryState.RECEIVED
    attempts: int = 0
    """How often processing was begun since it was received, or replayed."""
    due_at: datetime | None
    """While it is to be processed: when it is put into the queue again, unless it has been processed by then."""
    sends: int = 0
    """How often the sweep has put it into the queue without it being begun."""
    reason: str | None = None
    detail: str | None = None
    settled_at: datetime | None = None
    """When it got its state, once that is not RECEIVED any more."""
    mends: str | None = None
    """The delivery whose body this one mends."""
    mended_by: str | None = None
    """The delivery with its body mended, which is processed in its place."""
    replayed_by: str | None = None
    """Who of the staff had it processed again, or mended it."""
    replays: int = 0
    """How often it was processed again as it is."""
    discarded_by: str | None = None
    """Who of the staff decided that it is never processed."""
    revision: int = 1

    @property
    def position(self) -> str:
        """Where it stands among others: greater is newer, no two are equal."""
        return f"{instant_text(self.received_at)}#{self.id}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a message of a partner was received: what a repetition of it is recognised by."""

    partner: str
    message_id: str
    delivery: str
    body_digest: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReplayClaim:
    """What an idempotency key of somebody's has replayed."""

    id: str
    delivery: str
    """What is processed: the delivery itself, or the one with the mended body."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message is stored. `fresh`: it was not before, and is to be put into the queue."""

    delivery: str
    fresh: bool


# --- why a call is not taken: problem details to the partner, of which nothing is kept -----------------------------


@dataclass(frozen=True, slots=True)
class PartnerUnknown(Refusal):
    code: ClassVar[str] = "PARTNER_UNKNOWN"

    @property
    def message(self) -> str:
        return "No partner of this name delivers webhooks here."


@dataclass(frozen=True, slots=True)
class KindMalformed(Refusal):
    code: ClassVar[str] = "KIND_MALFORMED"

    @property
    def message(self) -> str:
        return "The kind in the address is 1 to 64 of a to z, 0 to 9, point and underscore."


@dataclass(frozen=True, slots=True)
class HeaderMissing(Refusal):
    code: ClassVar[str] = "HEADER_MISSING"
    header: str

    @property
    def message(self) -> str:
        return f"The header {self.header} is missing."


@dataclass(frozen=True, slots=True)
class HeaderDoubled(Refusal):
    code: ClassVar[str] = "HEADER_DOUBLED"
    header: str

    @property
    def message(self) -> str:
        return f"The header {self.header} came more than once."


@dataclass(frozen=True, slots=True)
class HeaderMalformed(Refusal):
    code: ClassVar[str] = "HEADER_MALFORMED"
    header: str
    wanted: str

    @property
    def message(self) -> str:
        return f"The header {self.header} is {self.wanted}."


@dataclass(frozen=True, slots=True)
class TimestampOutsideTolerance(Refusal):
    code: ClassVar[str] = "TIMESTAMP_OUTSIDE_TOLERANCE"
    tolerance_seconds: int

    @property
    def message(self) -> str:
        return f"The message was signed more than {self.tolerance_seconds} s ago, or as far ahead. Sign it again."


@dataclass(frozen=True, slots=True)
class SignatureWrong(Refusal):
    """No signature of the list is right under a key that is accepted now. Which one was nearest is not said."""

    code: ClassVar[str] = "SIGNATURE_WRONG"

    @property
    def message(self) -> str:
        return "No signature of the message is right."


@dataclass(frozen=True, slots=True)
class BodyMalformed(Refusal):
    code: ClassVar[str] = "BODY_MALFORMED"
    wanted: str

    @property
    def message(self) -> str:
        return f"The body {self.wanted}."


@dataclass(frozen=True, slots=True)
class KindMismatch(Refusal):
    """What is signed is the body. Under another kind than its own it would be set aside, and its id used up."""

    code: ClassVar[str] = "KIND_MISMATCH"

    @property
    def message(self) -> str:
        return "The kind in the address is not the type of the message. Deliver it to the address of its type."


@dataclass(frozen=True, slots=True)
class MessageIdReused(Refusal):
    code: ClassVar[str] = "MESSAGE_ID_REUSED"

    @property
    def message(self) -> str:
        return "Another body was delivered under this webhook-id. Nothing was taken; use a new id for a new message."


# --- why a delivery is not replayed: answered to staff -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeliveryNotReplayable(Refusal):
    code: ClassVar[str] = "DELIVERY_NOT_REPLAYABLE"
    delivery: str
    state: str

    @property
    def message(self) -> str:
        return (
            "Only what is quarantined or failed, and neither mended nor discarded since, is replayed; the delivery is "
            f"{self.state.lower()}."
        )


@dataclass(frozen=True, slots=True)
class ReplayKeyReused(Refusal):
    code: ClassVar[str] = "REPLAY_KEY_REUSED"
    delivery: str

    @property
    def message(self) -> str:
        return "This idempotency key was used for another replay; use a new key for a new request."


@dataclass(frozen=True, slots=True)
class DeliveryBusy(Refusal):
    code: ClassVar[str] = "DELIVERY_BUSY"
    retryable: ClassVar[bool] = True
    delivery: str

    @property
    def message(self) -> str:
        return "The delivery is changing right now; nothing was replayed. Try again with the same key."


DoorRefusal = (
    PartnerUnknown
    | KindMalformed
    | HeaderMissing
    | HeaderDoubled
    | HeaderMalformed
    | TimestampOutsideTolerance
    | SignatureWrong
    | BodyMalformed
    | KindMismatch
    | MessageIdReused
)
"""Why a call of a partner is not taken, the cheapest reasons first."""
