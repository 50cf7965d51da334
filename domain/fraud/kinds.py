"""The words of fraud scoring: what is judged, what a judgement may be, what a customer is told, what is known.

These tables are the specification: rules, models, thresholds and what staff see name nothing that is not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FRAUD_VERSION: Final = "fraud_version"
"""What approvals of promotions are about."""
FRAUD_LIST: Final = "fraud_list"
"""What approvals of changes of lists are about; the subject is the entry."""


class Scope(StrEnum):
    """A family of payments that has rules, a model and thresholds of its own."""

    ACH = "ACH"
    CARD = "CARD"
    TRANSFER = "TRANSFER"


class Decision(StrEnum):
    """In order of severity: the highest of all that speak wins."""

    APPROVE = "APPROVE"
    STEP_UP = "STEP_UP"
    """The customer proves once more who they are; then the payment goes on."""
    SOFT_DECLINE = "SOFT_DECLINE"
    """It is declined as it was asked for; asked for otherwise it may be made."""
    REVIEW = "REVIEW"
    """Its money is held, and a person decides."""
    BLOCK = "BLOCK"
    """It is declined for good."""


DECLINED: Final = frozenset({Decision.SOFT_DECLINE, Decision.BLOCK})
"""The payment is not made: nobody works a case of it, nothing comes back of it, and what it was is rarely learnt."""
SEVERITY: Final[Mapping[Decision, int]] = {decision: rank for rank, decision in enumerate(Decision)}


def highest(*decisions: Decision) -> Decision:
    """The most severe; to approve, when nothing speaks."""
    return max(decisions, key=SEVERITY.__getitem__, default=Decision.APPROVE)


class CustomerReason(StrEnum):
    """What a customer may be told: enough to act on, and nothing that teaches how to get past the rules."""

    UNUSUAL_AMOUNT = "UNUSUAL_AMOUNT"
    NEW_PAYEE = "NEW_PAYEE"
    NEW_ACCOUNT = "NEW_ACCOUNT"
    TOO_MANY_PAYMENTS = "TOO_MANY_PAYMENTS"
    RECENT_SECURITY_CHANGE = "RECENT_SECURITY_CHANGE"
    SECURITY_CHECK = "SECURITY_CHECK"
    """All that is told of lists, of models and of what others have reported."""


SENTENCES: Final[Mapping[CustomerReason, str]] = {
    CustomerReason.UNUSUAL_AMOUNT: "The amount is unusual for this account.",
    CustomerReason.NEW_PAYEE: "The payee is new.",
    CustomerReason.NEW_ACCOUNT: "The account is new.",
    CustomerReason.TOO_MANY_PAYMENTS: "There were many payments within a short time.",
    CustomerReason.RECENT_SECURITY_CHANGE: "The security settings were changed a short time ago.",
    CustomerReason.SECURITY_CHECK: "It did not pass a security check.",
}


class Fallback(StrEnum):
    """Why a payment was judged by the stricter rules alone."""

    SCORER_SILENT = "SCORER_SILENT"
    FEATURES_UNREAD = "FEATURES_UNREAD"
    ARTEFACT_UNREAD = "ARTEFACT_UNREAD"


class Family(StrEnum):
    """Whose history is known."""

    CUSTOMER = "customer"
    ACCOUNT = "account"
    PAYEE = "payee"
    DEVICE = "device"
    TERMINAL = "terminal"


class FeatureType(StrEnum):
    INTEGER = "integer"
    """Also amounts: minor units of the payment's currency."""
    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    type: FeatureType
    title: str
    """For people who write rules and read decisions."""


Value = int | float | bool | str | None
"""None: it is not known."""
Features = Mapping[str, Value]

WINDOWS: Final[Mapping[str, str]] = {"1h": "hour", "1d": "day", "7d": "7 days", "30d": "30 days"}
FRAUD_WINDOWS: Final = (1, 7, 30)
"""Days, counted back from a week ago: only then is it known of most payments whether they were frauds."""

_REQUEST: Final = (
    Feature("kind", FeatureType.TEXT, "Kind of payment or journal"),
    Feature("credit", FeatureType.FLAG, "Money leaves the customer"),
    Feature("amount_minor", FeatureType.INTEGER, "Amount, in minor units"),
    Feature("currency", FeatureType.TEXT, "Currency, ISO 4217"),
    Feature("same_day", FeatureType.FLAG, "It settles on the day it is made"),
    Feature("hour", FeatureType.INTEGER, "Hour of the day, UTC"),
    Feature("night", FeatureType.FLAG, "Made between 00:00 and 06:59 UTC"),
    Feature("weekend", FeatureType.FLAG, "Made on a Saturday or Sunday, UTC"),
    Feature("sent_before", FeatureType.FLAG, "The account has paid or collected from the payee before"),
    Feature("account_age_days", FeatureType.INTEGER, "Days since the account was opened"),
    Feature("payee_age_days", FeatureType.INTEGER, "Days since the payee was added"),
    Feature("payee_relation_age_days", FeatureType.INTEGER, "Days since the customer first paid the payee"),
    Feature("credential_age_hours", FeatureType.INTEGER, "Hours since a credential of the customer was changed"),
    Feature("amount_to_mean_30d", FeatureType.NUMBER, "Amount, over the customer's mean of 30 days"),
    Feature("amount_deviations_30d", FeatureType.NUMBER, "Amount, in standard deviations from that mean"),
)


def _of_family(family: Family) -> tuple[Feature, ...]:
    longest = FRAUD_WINDOWS[-1]
    counterparts = "customers" if family in (Family.PAYEE, Family.DEVICE, Family.TERMINAL) else "payees"
    return (
        *(
            Feature(f"{family}_count_{w}", FeatureType.INTEGER, f"Payments of the {family}, {t}")
            for w, t in WINDOWS.items()
        ),
        *(
            Feature(f"{family}_sum_minor_{w}", FeatureType.INTEGER, f"Sum of the {family}, {t}, in minor units")
            for w, t in WINDOWS.items()
        ),
        *(
            Feature(f"{family}_mean_minor_{w}", FeatureType.NUMBER, f"Mean of the {family}, {t}, in minor units")
            for w, t in WINDOWS.items()
        ),
        *(
            Feature(
                f"{family}_distinct_{counterparts}_{w}",
                FeatureType.INTEGER,
                f"Distinct {counterparts} of the {family}, {t}",
            )
            for w, t in WINDOWS.items()
        ),
        Feature(
            f"{family}_known_frauds_recent", FeatureType.INTEGER, f"Known frauds of the {family}, of the last 7 days"
        ),
        *(
            Feature(
                f"{family}_known_frauds_{n}d",
                FeatureType.INTEGER,
                f"Known frauds of the {family}, of the {n} days before a week ago",
            )
            for n in FRAUD_WINDOWS
        ),
        *(
            Feature(
                f"{family}_fraud_share_{n}d",
                FeatureType.NUMBER,
                f"Share of frauds of the {family}, of the {n} days before a week ago",
            )
            for n in FRAUD_WINDOWS
        ),
        *(
            Feature(
                f"{family}_{which}_known_fraud_days",
                FeatureType.INTEGER,
                f"Days since the {which} known fraud of the {family}, of the {longest} days before a week ago",
            )
            for which in ("first", "last")
        ),
        Feature(
            f"{family}_count_since_known_fraud",
            FeatureType.INTEGER,
            f"Payments of the {family} after the day of the last such fraud, up to a week ago",
        ),
    )


FEATURES: Final[Mapping[str, Feature]] = {
    feature.name: feature for feature in (*_REQUEST, *(one for family in Family for one in _of_family(family)))
}
"""Everything that a rule or a model can ask of a payment."""
