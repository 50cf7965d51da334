"""What governance answers to who asks for what is not done."""

from dataclasses import dataclass
from typing import ClassVar

from domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class FraudVersionState(Refusal):
    """The version is in a state in which this is not done with it."""

    code: ClassVar[str] = "FRAUD_VERSION_STATE"
    version: str
    state: str
    """A state of a version; COMMITTED or NOT_COMMITTED of a draft."""

    @property
    def message(self) -> str:
        return f"This is not done with a version that is {self.state.lower().replace('_', ' ')}."


@dataclass(frozen=True, slots=True)
class FraudGateClosed(Refusal):
    """What a promotion needs is not there."""

    code: ClassVar[str] = "FRAUD_GATE_CLOSED"
    version: str
    missing: str
    """Codes of `gate.Missing`, with commas between."""

    @property
    def message(self) -> str:
        missing = self.missing.lower().replace("_", " ").replace(",", ", ")
        return f"The version is not promoted; what is missing: {missing}."


@dataclass(frozen=True, slots=True)
class NoFraudVersionBefore(Refusal):
    """Nothing was promoted, or all of it has been rolled back."""

    code: ClassVar[str] = "NO_FRAUD_VERSION_BEFORE"
    scope: str
    kind: str

    @property
    def message(self) -> str:
        return "There is no version to go back to."


@dataclass(frozen=True, slots=True)
class FraudVersionNotChampion(Refusal):
    """A rollback names the version that it is meant to end; another decides by now."""

    code: ClassVar[str] = "FRAUD_VERSION_NOT_CHAMPION"
    version: str
    champion: str | None

    @property
    def message(self) -> str:
        return "This version does not decide any more; nothing was rolled back."


@dataclass(frozen=True, slots=True)
class FraudRuleNotOverridable(Refusal):
    """The rule speaks on everybody: no snooze silences it."""

    code: ClassVar[str] = "FRAUD_RULE_NOT_OVERRIDABLE"
    scope: str
    rule: str
    """Its id."""

    @property
    def message(self) -> str:
        return "This rule is silenced for nobody; nothing was snoozed."


@dataclass(frozen=True, slots=True)
class FraudLimitReached(Refusal):
    code: ClassVar[str] = "FRAUD_LIMIT_REACHED"
    limit: str
    """SHADOWS, SNOOZES, ENTRIES, BYTES or VERSIONS."""
    most: int

    @property
    def message(self) -> str:
        return f"There are {self.most} {self.limit.lower()} already, which is the most."


@dataclass(frozen=True, slots=True)
class BoundsNotTrusted(Refusal):
    """The bounds are not signed by the key that signs bounds, or are not newer than those that are kept."""

    code: ClassVar[str] = "BOUNDS_NOT_TRUSTED"
    scope: str
    why: str
    """SIGNATURE, DOCUMENT, SCOPE or NUMBER."""

    @property
    def message(self) -> str:
        return f"The bounds are not taken, because of their {self.why.lower()}."


@dataclass(frozen=True, slots=True)
class FraudKeyReused(Refusal):
    code: ClassVar[str] = "FRAUD_KEY_REUSED"
    version: str

    @property
    def message(self) -> str:
        return "This idempotency key made another version; use a new key for a new one."


@dataclass(frozen=True, slots=True)
class FraudDocumentUnread(Refusal):
    """What is asked for needs a document that cannot be read: it is gone, or where it lies does not answer."""

    code: ClassVar[str] = "FRAUD_DOCUMENT_UNREAD"
    retryable: ClassVar[bool] = True
    version: str

    @property
    def message(self) -> str:
        return f"The document of {self.version} cannot be read right now. Try again."


@dataclass(frozen=True, slots=True)
class FraudRegistryBusy(Refusal):
    code: ClassVar[str] = "FRAUD_REGISTRY_BUSY"
    retryable: ClassVar[bool] = True
    subject: str
    """A scope, a version or a customer."""

    @property
    def message(self) -> str:
        return "Others are changing the same right now; nothing was changed. Try again."
