"""The enumerations of fraud scoring, as the schema shows them, every value in words."""

from collections.abc import Mapping
from typing import Final

from domain.fraud.gate import (
    DRY_RUN_DECISIONS_MIN,
    FOLDS_MIN,
    SHADOW_AGE_MAX,
    SHADOW_DAYS_MIN,
    SHADOW_DECISIONS_MIN,
    Missing,
)
from domain.fraud.kinds import SENTENCES, CustomerReason, Decision, Fallback, Family, FeatureType, Scope
from domain.fraud.label_model import LabelSource
from domain.fraud.lists import ListName
from domain.fraud.registry_model import ArtefactKind, VersionState
from domain.fraud.rules import Outcome as RuleOutcome
from graph.described import describe

MISSING: Final[Mapping[Missing, str]] = {
    Missing.COMMIT: "The version is not committed: its document may still change.",
    Missing.BACKTEST: "There is no backtest of the model.",
    Missing.BACKTEST_OF_OTHER_DOCUMENT: "The backtest is of another document than the version's.",
    Missing.BACKTEST_OF_OTHER_CHAMPION: "The backtest is against another champion than the one that decides.",
    Missing.BACKTEST_ON_OTHER_ROWS: "The champion was measured on other rows than the version.",
    Missing.BACKTEST_FOLDS: f"The backtest has fewer than {FOLDS_MIN} folds of different weeks.",
    Missing.BACKTEST_BETTER: "The backtest is not better by more than its own spread.",
    Missing.DRY_RUN: f"There is no dry run of this document over {DRY_RUN_DECISIONS_MIN} decisions or more.",
    Missing.DRY_RUN_OF_OTHER_CHAMPION: "The dry run is against other rules than those that decide.",
    Missing.DRY_RUN_RECENT: f"The last decision of the dry run is older than {SHADOW_AGE_MAX.days} days.",
    Missing.SHADOW_RUN: f"It was asked beside the champions on fewer than {SHADOW_DAYS_MIN} whole days.",
    Missing.SHADOW_DECISIONS: f"It was asked beside fewer than {SHADOW_DECISIONS_MIN} decisions of whole days.",
    Missing.SHADOW_RECENT: f"The shadow run ended more than {SHADOW_AGE_MAX.days} days ago, or never began.",
    Missing.BOUNDS: "The scope has no bounds that are signed by the key that signs bounds.",
    Missing.WITHIN_BOUNDS: "The thresholds are not within the signed bounds.",
    Missing.APPROVAL: "Nobody has agreed yet.",
    Missing.APPROVAL_BY_ANOTHER: "Nobody but who asked for it, or who wrote it, has agreed.",
    Missing.APPROVAL_OF_OTHER_CHAMPION: "It was agreed to in the place of another champion than the one that decides.",
    Missing.APPROVAL_OF_OTHER_BACKTEST: "It was agreed to with another backtest than the one that is kept.",
}

describe(
    Scope,
    name="FraudScope",
    description="A family of payments that has rules, a model and thresholds of its own.",
    values={
        "ACH": "Payments by ACH.",
        "CARD": "Card authorisations.",
        "TRANSFER": "Transfers within the bank.",
    },
)
describe(
    Decision,
    name="FraudVerdict",
    description="What is decided of a payment, the least severe first: of all that speak the most severe wins.",
    values={
        "APPROVE": "It is made.",
        "STEP_UP": "The customer proves once more who they are; then it is made.",
        "SOFT_DECLINE": "It is declined as it was asked for; asked for otherwise it may be made.",
        "REVIEW": "Its money is held, and a person decides.",
        "BLOCK": "It is declined for good.",
    },
)
describe(
    CustomerReason,
    name="FraudReasonCode",
    description="What a customer may be told. The set may grow.",
    values={reason.name: sentence for reason, sentence in SENTENCES.items()},
)
describe(
    Fallback,
    name="FraudFallback",
    description="Why a payment was judged by the stricter rules alone.",
    values={
        "SCORER_SILENT": "The scorer did not answer in time.",
        "FEATURES_UNREAD": "The features could not be read in time, or were not what they should be.",
        "ARTEFACT_UNREAD": "A document that judges could not be read, or did not judge.",
    },
)
describe(
    ArtefactKind,
    name="FraudArtefactKind",
    description="What kind of document it is.",
    values={
        "LISTS": "Who is denied, and who is allowed all the same; changed entry by entry.",
        "MODEL": "Trees that answer how likely a fraud is.",
        "RULES": "Conditions, each with what is decided where it is true.",
        "THRESHOLDS": "From which score on what is decided.",
    },
)
describe(
    VersionState,
    name="FraudVersionStatus",
    description="What a version is.",
    values={
        "DRAFT": "Nothing asks it. Until it is committed its author may put another document in its place.",
        "SHADOW": "It is asked beside the champions, and decides nothing.",
        "CHAMPION": "It decides.",
        "RETIRED": "It came to nothing, or decided once.",
    },
)
describe(
    Missing,
    name="FraudGateCondition",
    description="What may stand between a version and its promotion. The set may grow.",
    values={condition.name: words for condition, words in MISSING.items()},
)
describe(
    RuleOutcome,
    name="FraudRuleOutcome",
    description="What a rule says of a payment.",
    values={
        "HIT": "Its condition is true.",
        "NO": "Its condition is false.",
        "INCONCLUSIVE": "Data that its condition needs is missing.",
        "SNOOZED": "It is silent for this customer.",
    },
)
describe(
    ListName,
    name="FraudListName",
    description="A list.",
    values={
        "ALLOW": "Who is allowed although a rule or the model would not have it, up to a ceiling.",
        "DENY": "Who is denied.",
    },
)
describe(
    Family,
    name="FraudFamily",
    description="Who takes part in a payment, each on its side.",
    values={
        "CUSTOMER": "Who pays or collects.",
        "ACCOUNT": "The account that the payment is of.",
        "PAYEE": "Who is on the other side: a counterparty, or the account that a transfer goes to.",
        "DEVICE": "What it was asked for with.",
        "TERMINAL": "Where a card is used.",
    },
)
describe(
    FeatureType,
    name="FraudFeatureType",
    description="What kind of value a feature, or a node of a condition, has.",
    values={
        "INTEGER": "A whole number; also amounts, in minor units of the payment's currency.",
        "NUMBER": "A number.",
        "FLAG": "True or false.",
        "TEXT": "A text.",
    },
)
describe(
    LabelSource,
    name="FraudLabelSource",
    description="Who says what a payment was.",
    values={
        "CASE": "A person who worked a case of the payment.",
        "CHARGEBACK": "A card holder's bank, which takes the money back.",
        "RETURN": "An ACH return by which a receiver says that a debit was not theirs to pay.",
        "STAFF": "A person, without a case.",
    },
)

__all__ = [
    "MISSING",
    "ArtefactKind",
    "CustomerReason",
    "Decision",
    "Fallback",
    "Family",
    "FeatureType",
    "LabelSource",
    "ListName",
    "Missing",
    "RuleOutcome",
    "Scope",
    "VersionState",
]
