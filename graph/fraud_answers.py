"""What each mutation of fraud answers: its success, or one of the refusals named with it."""

from typing import Final

import strawberry

from domain.access.model import ApprovalBusy, ApprovalKeyReused, ApprovalMismatch, ApprovalNotGiven
from domain.fraud.refusals import (
    FraudDocumentUnread,
    FraudGateClosed,
    FraudKeyReused,
    FraudLimitReached,
    FraudRegistryBusy,
    FraudRuleNotOverridable,
    FraudVersionNotChampion,
    FraudVersionState,
    NoFraudVersionBefore,
)
from domain.refusals import InputInvalid, NotAllowed, NotFound, Refusal, WrongRegion
from graph.approvals import ApprovalView
from graph.fraud_decisions import FraudLabelView
from graph.fraud_lists import SNOOZES_MAX, FraudSnoozeView
from graph.fraud_scopes import FraudScoringView
from graph.fraud_versions import FraudVersionView

ASKED: Final = (InputInvalid, NotFound, NotAllowed, WrongRegion)
"""What can be wrong with any request."""
MOVED: Final = (*ASKED, FraudVersionState, FraudRegistryBusy)
"""What can keep a version from moving on."""
DECIDED: Final = (
    FraudVersionState,
    FraudGateClosed,
    FraudLimitReached,
    FraudKeyReused,
    FraudDocumentUnread,
    FraudRegistryBusy,
)
"""What can keep from being done what an approval of fraud allows."""

REFUSALS: Final[dict[str, tuple[type[Refusal], ...]]] = {
    "registerFraudVersion": (*ASKED, FraudKeyReused, FraudLimitReached, FraudRegistryBusy),
    "redraftFraudVersion": MOVED,
    "commitFraudVersion": MOVED,
    "dryRunFraudRules": (*MOVED, FraudDocumentUnread),
    "startFraudShadow": (*MOVED, FraudLimitReached),
    "stopFraudShadow": (*ASKED, FraudRegistryBusy),
    "requestFraudPromotion": (*MOVED, FraudGateClosed, ApprovalKeyReused, FraudDocumentUnread),
    "promoteFraudVersion": (
        *MOVED,
        FraudGateClosed,
        ApprovalNotGiven,
        ApprovalMismatch,
        ApprovalBusy,
        FraudDocumentUnread,
    ),
    "rollBackFraud": (*ASKED, NoFraudVersionBefore, FraudVersionNotChampion, FraudRegistryBusy),
    "retireFraudVersion": MOVED,
    "addFraudListEntry": (
        *ASKED,
        FraudLimitReached,
        FraudKeyReused,
        ApprovalKeyReused,
        FraudDocumentUnread,
        FraudRegistryBusy,
    ),
    "removeFraudListEntry": (*ASKED, ApprovalKeyReused, FraudDocumentUnread),
    "snoozeFraudRule": (*ASKED, FraudRuleNotOverridable, FraudLimitReached, FraudRegistryBusy),
    "endFraudSnooze": (*ASKED, FraudRegistryBusy),
    "labelFraud": (*ASKED, FraudRegistryBusy),
}

_VERSION: Final = "The version."
_SNOOZES: Final = f"What is snoozed for the customer now: at most {SNOOZES_MAX}."


@strawberry.type(name="RegisterFraudVersionSuccess", description="The version is registered; nothing asks it yet.")
class RegisterFraudVersionSuccess:
    version: FraudVersionView = strawberry.field(description="The version; said again with the same key, as it is now.")


@strawberry.type(name="RedraftFraudVersionSuccess", description="The draft has this document.")
class RedraftFraudVersionSuccess:
    version: FraudVersionView = strawberry.field(description=_VERSION)


@strawberry.type(name="CommitFraudVersionSuccess", description="The version's document is this one for ever.")
class CommitFraudVersionSuccess:
    version: FraudVersionView = strawberry.field(description=_VERSION)


@strawberry.type(name="DryRunFraudRulesSuccess", description="The rules were tried.")
class DryRunFraudRulesSuccess:
    version: FraudVersionView = strawberry.field(description="The version; its `dryRun` says what came out.")


@strawberry.type(name="StartFraudShadowSuccess", description="The version is asked from the next decision on.")
class StartFraudShadowSuccess:
    version: FraudVersionView = strawberry.field(description=_VERSION)


@strawberry.type(name="StopFraudShadowSuccess", description="The version is asked no more.")
class StopFraudShadowSuccess:
    version: FraudVersionView = strawberry.field(description=_VERSION)


@strawberry.type(name="RequestFraudPromotionSuccess", description="A lead is asked to agree.")
class RequestFraudPromotionSuccess:
    approval: ApprovalView = strawberry.field(description="The approval; the version is promoted when it is given.")


@strawberry.type(name="PromoteFraudVersionSuccess", description="The version decides from the next decision on.")
class PromoteFraudVersionSuccess:
    version: FraudVersionView = strawberry.field(description=_VERSION)


@strawberry.type(name="RollBackFraudSuccess", description="The champion before decides from the next decision on.")
class RollBackFraudSuccess:
    scoring: FraudScoringView = strawberry.field(description="What judges now.")


@strawberry.type(name="RetireFraudVersionSuccess", description="The version has come to nothing.")
class RetireFraudVersionSuccess:
    version: FraudVersionView = strawberry.field(description=_VERSION)


@strawberry.type(
    name="AddFraudListEntrySuccess",
    description="Who is denied is denied from the next decision on; to who is allowed a lead is asked to agree.",
)
class AddFraudListEntrySuccess:
    version: FraudVersionView | None = strawberry.field(
        description="The lists with the entry; null while a lead has not agreed."
    )
    approval: ApprovalView | None = strawberry.field(description="The approval that is asked for; null where none is.")


@strawberry.type(name="RemoveFraudListEntrySuccess", description="A lead is asked to agree.")
class RemoveFraudListEntrySuccess:
    approval: ApprovalView = strawberry.field(description="The approval; the entry goes when it is given.")


@strawberry.type(name="SnoozeFraudRuleSuccess", description="The rule is silent for the customer.")
class SnoozeFraudRuleSuccess:
    snoozes: list[FraudSnoozeView] = strawberry.field(description=_SNOOZES)


@strawberry.type(name="EndFraudSnoozeSuccess", description="The rule speaks again.")
class EndFraudSnoozeSuccess:
    snoozes: list[FraudSnoozeView] = strawberry.field(description=_SNOOZES)


@strawberry.type(name="LabelFraudSuccess", description="It is noted what the payment was.")
class LabelFraudSuccess:
    label: FraudLabelView = strawberry.field(description="What is known by now.")


SUCCESSES: Final[dict[str, type]] = {
    "registerFraudVersion": RegisterFraudVersionSuccess,
    "redraftFraudVersion": RedraftFraudVersionSuccess,
    "commitFraudVersion": CommitFraudVersionSuccess,
    "dryRunFraudRules": DryRunFraudRulesSuccess,
    "startFraudShadow": StartFraudShadowSuccess,
    "stopFraudShadow": StopFraudShadowSuccess,
    "requestFraudPromotion": RequestFraudPromotionSuccess,
    "promoteFraudVersion": PromoteFraudVersionSuccess,
    "rollBackFraud": RollBackFraudSuccess,
    "retireFraudVersion": RetireFraudVersionSuccess,
    "addFraudListEntry": AddFraudListEntrySuccess,
    "removeFraudListEntry": RemoveFraudListEntrySuccess,
    "snoozeFraudRule": SnoozeFraudRuleSuccess,
    "endFraudSnooze": EndFraudSnoozeSuccess,
    "labelFraud": LabelFraudSuccess,
}
