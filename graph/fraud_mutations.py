"""What staff of fraud change. Each asks the bank once; who may is decided there, and by the access table before."""

import strawberry

from domain.fraud.registry_model import Lineage
from domain.ids import ID_LENGTH_MAX
from domain.refusals import NotFound, Refusal
from graph.approvals import approval_view
from graph.fraud_answers import (
    AddFraudListEntrySuccess,
    CommitFraudVersionSuccess,
    DryRunFraudRulesSuccess,
    EndFraudSnoozeSuccess,
    LabelFraudSuccess,
    PromoteFraudVersionSuccess,
    RedraftFraudVersionSuccess,
    RegisterFraudVersionSuccess,
    RemoveFraudListEntrySuccess,
    RequestFraudPromotionSuccess,
    RetireFraudVersionSuccess,
    RollBackFraudSuccess,
    SnoozeFraudRuleSuccess,
    StartFraudShadowSuccess,
    StopFraudShadowSuccess,
)
from graph.fraud_decisions import FraudLabelView
from graph.fraud_enums import ListName
from graph.fraud_inputs import (
    AddFraudListEntryInput,
    CommitFraudVersionInput,
    DryRunFraudRulesInput,
    EndFraudSnoozeInput,
    LabelFraudInput,
    PromoteFraudVersionInput,
    RedraftFraudVersionInput,
    RegisterFraudVersionInput,
    RemoveFraudListEntryInput,
    RequestFraudPromotionInput,
    RetireFraudVersionInput,
    RollBackFraudInput,
    SnoozeFraudRuleInput,
    StartFraudShadowInput,
    StopFraudShadowInput,
    code_of,
    document_of,
)
from graph.fraud_lists import snooze_views
from graph.fraud_looks import is_subject
from graph.fraud_scopes import scoring_view
from graph.fraud_versions import version_view
from graph.inputs import Reading
from graph.node import Info
from graph.operations import Input, mutation

BY_HAND = "hand"
"""What people wrote has no program's version."""


@strawberry.type(description="What staff of fraud change.")
class FraudMutation:
    @mutation(
        "registerFraudVersion",
        "Registers a document as the next version of its kind: rules, a model or thresholds. Nothing asks it yet. "
        "Staff of fraud only.",
    )
    def register_fraud_version(
        self, info: Info, input: Input[RegisterFraudVersionInput]
    ) -> RegisterFraudVersionSuccess | Refusal:
        reading, context = Reading(), info.context
        key, document = reading.key(input.idempotency_key), document_of(reading, input.document)
        if reading.invalid:
            return reading.invalid
        lineage = Lineage(code_version=BY_HAND, note=input.note)
        answer = context.fraud_desk.registry.draft(
            context.actor, scope=input.scope, kind=input.kind, document=document, lineage=lineage, key=key
        )
        return answer if isinstance(answer, Refusal) else RegisterFraudVersionSuccess(version=version_view(answer))

    @mutation(
        "redraftFraudVersion",
        "Puts another document in the place of a draft's, by its author, until it is committed; what was measured of "
        "the old one is forgotten. Said again, it changes nothing. Staff of fraud only.",
    )
    def redraft_fraud_version(
        self, info: Info, input: Input[RedraftFraudVersionInput]
    ) -> RedraftFraudVersionSuccess | Refusal:
        reading, context = Reading(), info.context
        document = document_of(reading, input.document)
        if reading.invalid:
            return reading.invalid
        answer = context.fraud_desk.registry.redraft(context.actor, input.version, document=document)
        return answer if isinstance(answer, Refusal) else RedraftFraudVersionSuccess(version=version_view(answer))

    @mutation(
        "commitFraudVersion",
        "Has a draft's document stand for ever, by its author. Said again, it changes nothing. Staff of fraud only.",
    )
    def commit_fraud_version(
        self, info: Info, input: Input[CommitFraudVersionInput]
    ) -> CommitFraudVersionSuccess | Refusal:
        answer = info.context.fraud_desk.registry.commit(info.context.actor, input.version)
        return answer if isinstance(answer, Refusal) else CommitFraudVersionSuccess(version=version_view(answer))

    @mutation(
        "dryRunFraudRules",
        "Tries rules on decisions of the past, the latest first, and keeps what came out with the version, in the "
        "place of an earlier run. Staff of fraud only.",
    )
    def dry_run_fraud_rules(self, info: Info, input: Input[DryRunFraudRulesInput]) -> DryRunFraudRulesSuccess | Refusal:
        context = info.context
        answer = context.fraud_desk.dry_runs.run(
            context.actor, input.version, first=input.first_day, last=input.last_day
        )
        return answer if isinstance(answer, Refusal) else DryRunFraudRulesSuccess(version=version_view(answer))

    @mutation(
        "startFraudShadow",
        "Has a committed version asked beside the champions, from the next decision on; it decides nothing. Said "
        "again, it changes nothing. Staff of fraud only.",
    )
    def start_fraud_shadow(self, info: Info, input: Input[StartFraudShadowInput]) -> StartFraudShadowSuccess | Refusal:
        context = info.context
        answer = context.fraud_desk.registry.start_shadow(context.actor, input.version, until=input.until)
        return answer if isinstance(answer, Refusal) else StartFraudShadowSuccess(version=version_view(answer))

    @mutation("stopFraudShadow", "Has a version asked no more. Said again, it changes nothing. Staff of fraud only.")
    def stop_fraud_shadow(self, info: Info, input: Input[StopFraudShadowInput]) -> StopFraudShadowSuccess | Refusal:
        answer = info.context.fraud_desk.registry.stop_shadow(info.context.actor, input.version)
        return answer if isinstance(answer, Refusal) else StopFraudShadowSuccess(version=version_view(answer))

    @mutation(
        "requestFraudPromotion",
        "Asks a lead, who is not you, to agree that a version decides; what its `gate` misses is refused at once. It "
        "is promoted when the approval is given. Staff of fraud only.",
    )
    def request_fraud_promotion(
        self, info: Info, input: Input[RequestFraudPromotionInput]
    ) -> RequestFraudPromotionSuccess | Refusal:
        context = info.context
        answer = context.fraud_desk.registry.request_promotion(
            context.actor, input.version, reason=input.reason, key=input.idempotency_key
        )
        return answer if isinstance(answer, Refusal) else RequestFraudPromotionSuccess(approval=approval_view(answer))

    @mutation(
        "promoteFraudVersion",
        "Promotes a version to whose promotion a lead has agreed, where giving the approval did not. Said again, it "
        "changes nothing. Staff of fraud only.",
    )
    def promote_fraud_version(
        self, info: Info, input: Input[PromoteFraudVersionInput]
    ) -> PromoteFraudVersionSuccess | Refusal:
        answer = info.context.fraud_desk.registry.promote(info.context.actor, input.version)
        return answer if isinstance(answer, Refusal) else PromoteFraudVersionSuccess(version=version_view(answer))

    @mutation(
        "rollBackFraud",
        "Has the champion before a version decide again, from the next decision on: one person, and a reason. Said "
        "again, it changes nothing. Staff of fraud only.",
    )
    def roll_back_fraud(self, info: Info, input: Input[RollBackFraudInput]) -> RollBackFraudSuccess | Refusal:
        context = info.context
        answer = context.fraud_desk.registry.roll_back(
            context.actor,
            scope=input.scope,
            kind=input.kind,
            version=input.version[: ID_LENGTH_MAX + 1],
            reason=input.reason,
        )
        return answer if isinstance(answer, Refusal) else RollBackFraudSuccess(scoring=scoring_view(answer))

    @mutation(
        "retireFraudVersion",
        "Ends a draft or a shadow that comes to nothing. Said again, it changes nothing. Staff of fraud only.",
    )
    def retire_fraud_version(
        self, info: Info, input: Input[RetireFraudVersionInput]
    ) -> RetireFraudVersionSuccess | Refusal:
        answer = info.context.fraud_desk.registry.retire(info.context.actor, input.version, reason=input.reason)
        return answer if isinstance(answer, Refusal) else RetireFraudVersionSuccess(version=version_view(answer))

    @mutation(
        "addFraudListEntry",
        "Denies somebody from the next decision on; or asks a lead, who is not you, to agree that somebody is allowed. "
        "Staff of fraud only.",
    )
    def add_fraud_list_entry(
        self, info: Info, input: Input[AddFraudListEntryInput]
    ) -> AddFraudListEntrySuccess | Refusal:
        context, changes = info.context, info.context.fraud_desk.list_changes
        if input.list is ListName.DENY:
            denied = changes.deny(
                context.actor,
                scope=input.scope,
                family=input.family,
                entity=input.entity,
                reason=input.reason,
                until=input.until,
                key=input.idempotency_key,
            )
            if isinstance(denied, Refusal):
                return denied
            return AddFraudListEntrySuccess(version=version_view(denied), approval=None)
        answer = changes.propose(
            context.actor,
            scope=input.scope,
            name=input.list,
            family=input.family,
            entity=input.entity,
            reason=input.reason,
            until=input.until,
            key=input.idempotency_key,
        )
        if isinstance(answer, Refusal):
            return answer
        return AddFraudListEntrySuccess(version=None, approval=approval_view(answer))

    @mutation(
        "removeFraudListEntry",
        "Asks a lead, who is not you, to agree that somebody is taken off a list. Staff of fraud only.",
    )
    def remove_fraud_list_entry(
        self, info: Info, input: Input[RemoveFraudListEntryInput]
    ) -> RemoveFraudListEntrySuccess | Refusal:
        context = info.context
        answer = context.fraud_desk.list_changes.propose(
            context.actor,
            scope=input.scope,
            name=input.list,
            family=input.family,
            entity=input.entity,
            reason=input.reason,
            remove=True,
            key=input.idempotency_key,
        )
        return answer if isinstance(answer, Refusal) else RemoveFraudListEntrySuccess(approval=approval_view(answer))

    @mutation(
        "snoozeFraudRule",
        "Has a rule be silent for one customer until then, in the place of an earlier snooze of it. Said again, it "
        "changes nothing. Staff of fraud only.",
    )
    def snooze_fraud_rule(self, info: Info, input: Input[SnoozeFraudRuleInput]) -> SnoozeFraudRuleSuccess | Refusal:
        context = info.context
        seen = context.customer(str(input.customer_id))
        if isinstance(seen, Refusal):
            return seen
        answer = context.fraud_desk.snoozing.snooze(
            context.actor, customer=seen.customer.id, rule=input.rule, reason=input.reason, until=input.until
        )
        return answer if isinstance(answer, Refusal) else SnoozeFraudRuleSuccess(snoozes=snooze_views(answer))

    @mutation(
        "endFraudSnooze",
        "Ends a snooze before its time. Said again, it changes nothing. Staff of fraud only.",
    )
    def end_fraud_snooze(self, info: Info, input: Input[EndFraudSnoozeInput]) -> EndFraudSnoozeSuccess | Refusal:
        context = info.context
        seen = context.customer(str(input.customer_id))
        if isinstance(seen, Refusal):
            return seen
        answer = context.fraud_desk.snoozing.wake(context.actor, customer=seen.customer.id, rule=input.rule)
        return answer if isinstance(answer, Refusal) else EndFraudSnoozeSuccess(snoozes=snooze_views(answer))

    @mutation(
        "labelFraud",
        "Notes what a payment that was judged turned out to be; who says otherwise later is noted below. Said again, "
        "it changes nothing. Staff of fraud only.",
    )
    def label_fraud(self, info: Info, input: Input[LabelFraudInput]) -> LabelFraudSuccess | Refusal:
        reading, context = Reading(), info.context
        code, subject = code_of(reading, input.code), str(input.subject_id)
        if reading.invalid:
            return reading.invalid
        if not is_subject(subject):
            return NotFound(subject)
        answer = context.fraud_desk.labels.say(context.actor, subject, fraud=input.fraud, code=code)
        return answer if isinstance(answer, Refusal) else LabelFraudSuccess(label=FraudLabelView(label=answer))
