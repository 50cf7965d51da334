"""Decisions on payments, for staff: what was decided, why, by which documents, and whether it would be again."""

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import strawberry

from domain.access.model import Relation
from domain.fraud.kinds import FEATURES, SENTENCES
from domain.fraud.label_model import SAID_MAX, Label, Said
from domain.fraud.model import ShadowScore, StoredDecision, VersionsUsed, VersionUsed
from domain.ids import ID_LENGTH_MAX
from graph.connections import Connection, asked
from graph.context import Context, told
from graph.errors import ErrorCode, PublicError
from graph.fields import field
from graph.fraud_enums import CustomerReason, Decision, Fallback, FeatureType, LabelSource, RuleOutcome, Scope
from graph.fraud_lists import FraudListEntryView, entry_view
from graph.money import MoneyView, shown
from graph.node import Info
from graph.scalars import Cursor, Instant

if TYPE_CHECKING:
    from domain.fraud.decision_desk import Again, RuleSaid
    from domain.fraud.decision_store import DecisionPage

DECISIONS: Final = "fraud_decisions"
RULES_MAX: Final = 100
NODES_MAX: Final = 200
REASONS_MAX: Final = 100
SHADOWS_MAX: Final = 20
FEATURES_MAX: Final = 150
"""As many as the catalogue may grow to before somebody looks at what that costs."""
LISTED_MAX: Final = 10
"""An entry of each list for each who takes part."""
if len(FEATURES) > FEATURES_MAX:
    raise ValueError("the catalogue of features has outgrown what a decision shows")


@strawberry.type(name="FraudReason", description="What the customer is told of why.")
class FraudReasonView:
    code: CustomerReason = strawberry.field(description="Which, for programs.")
    sentence: str = strawberry.field(description="What the customer reads.")


@strawberry.type(name="FraudVersionUsed", description="A version that judged, and the hash of the bytes that did.")
class FraudVersionUsedView:
    version: str = strawberry.field(description="Scope, kind and number, such as `card/model/3`; 0 is built in.")
    sha256: str = strawberry.field(description="SHA-256 of its document, in hexadecimal.")


@strawberry.type(name="FraudVersionsUsed", description="The documents that a decision followed from.")
class FraudVersionsUsedView:
    rules: FraudVersionUsedView = strawberry.field(description="The rules.")
    model: FraudVersionUsedView | None = strawberry.field(description="The model; null where none decides.")
    thresholds: FraudVersionUsedView = strawberry.field(description="The thresholds.")
    lists: FraudVersionUsedView = strawberry.field(description="The lists.")


@strawberry.type(name="FraudFeatureValue", description="What was known of a payment.")
class FraudFeatureValueView:
    name: str = strawberry.field(description="The feature's name, as rules have it.")
    title: str = strawberry.field(description="What it is, for people.")
    type: FeatureType = strawberry.field(description="What kind of value it has.")
    value: str | None = strawberry.field(description="Its value as text; null when it was not known.")


@strawberry.type(name="FraudContribution", description="What a feature adds to the score of the model.")
class FraudContributionView:
    name: str = strawberry.field(description="The feature's name.")
    title: str = strawberry.field(description="What it is, for people.")
    value: str = strawberry.field(
        description="How much, as decimal text: above zero it speaks for a fraud, below it speaks against."
    )


@strawberry.type(name="FraudRuleAnswer", description="What one rule says of a payment.")
class FraudRuleAnswerView:
    said: strawberry.Private["RuleSaid"]

    @field("The rule's id, the same in every version.")
    def rule(self) -> str:
        return self.said.rule.id

    @field("Its code, for staff.")
    def code(self) -> str:
        return self.said.rule.code

    @field("What it is, for people.")
    def title(self) -> str:
        return self.said.rule.title

    @field("What it decides where its condition is true.")
    def decision(self) -> Decision:
        return self.said.rule.decision

    @field("What it says of this payment.")
    def outcome(self) -> RuleOutcome:
        return self.said.outcome

    @field("Its condition as people write it, such as `amount_minor >= 250000 and not sent_before`.")
    def text(self) -> str:
        return self.said.text

    @field(f"What came out of each part of its condition, `part: value`, the whole first: at most {NODES_MAX}.")
    def explanation(self) -> list[str]:
        return list(self.said.nodes)


@strawberry.type(name="FraudShadowScore", description="What a version that does not decide yet would have decided.")
class FraudShadowScoreView:
    version: str = strawberry.field(description="Which version.")
    decision: Decision = strawberry.field(description="What it would have decided.")
    score: str | None = strawberry.field(description="Of the model, as decimal text; null where none spoke.")


@strawberry.type(name="FraudReplay", description="The decision made again from what is stored of it.")
class FraudReplayView:
    same: bool = strawberry.field(description="Whether it comes out the same, bit for bit.")
    decision: Decision = strawberry.field(description="What it comes out as.")
    score: str | None = strawberry.field(description="Of the model, as decimal text; null where none spoke.")


@strawberry.type(name="FraudSaid", description="What somebody said that a payment was.")
class FraudSaidView:
    said: strawberry.Private[Said]

    @field("Whether it was a fraud.")
    def fraud(self) -> bool:
        return self.said.fraud

    @field("Who says so.")
    def source(self) -> LabelSource:
        return self.said.source

    @field("The source's own code, such as a return code.")
    def code(self) -> str | None:
        return self.said.code

    @field("When it was learnt.")
    def learnt_at(self) -> Instant:
        return Instant(self.said.learnt_at)

    @field("By whom: a staff id, or `bank`.")
    def by(self) -> str:
        return self.said.by


@strawberry.type(name="FraudLabel", description="What is known by now of a payment.")
class FraudLabelView:
    label: strawberry.Private[Label]

    @field("Whether it was a fraud, by whoever spoke last.")
    def fraud(self) -> bool:
        return self.label.fraud

    @field("When the payment was judged.")
    def happened_at(self) -> Instant:
        return Instant(self.label.happened_at)

    @field("Since when it is known as what it is.")
    def learnt_at(self) -> Instant | None:
        return Instant(self.label.learnt_at) if self.label.learnt_at else None

    @field(f"Who said what, the first first: at most {SAID_MAX}.")
    def said(self) -> list[FraudSaidView]:
        return [FraudSaidView(said=one) for one in self.label.said]


@strawberry.type(
    name="FraudDecision",
    description="A judgement of a payment, as it was kept before anybody acted on it. For staff of fraud, compliance "
    "and auditors.",
)
class FraudDecisionView:
    stored: strawberry.Private[StoredDecision]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("Its id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.stored.id)

    @field("What was judged: a payment, or the journal that the payment was to be.")
    def subject_id(self) -> strawberry.ID:
        return strawberry.ID(self.stored.subject)

    @field("The family of payments.")
    def scope(self) -> Scope:
        return self.stored.scope

    @field("Whose payment it was.")
    def customer_id(self) -> strawberry.ID:
        return strawberry.ID(self.stored.customer)

    @field("The account it was of.")
    def account_id(self) -> strawberry.ID:
        return strawberry.ID(self.stored.account)

    @field("Who was on the other side: the id of a counterparty or of an account; null when that is not known.")
    def payee(self) -> str | None:
        return self.stored.payee

    @field("Where a card was used, by the acquirer's ids; null of other payments.")
    def terminal(self) -> str | None:
        return self.stored.terminal

    @field("What it was asked for with; null when that is not known.")
    def device(self) -> str | None:
        return self.stored.device

    @field("How much.")
    def amount(self) -> MoneyView:
        return shown(self.stored.amount.minor, self.stored.amount.currency)

    @field("What was decided.")
    def decision(self) -> Decision:
        return self.stored.decision

    @field("How likely a fraud the model held it for, 0 to 1 as decimal text; null where no model spoke.")
    def score(self) -> str | None:
        return decimal(self.stored.score)

    @field(f"What the customer is told: at most {len(SENTENCES)}.")
    def customer_reasons(self) -> list[FraudReasonView]:
        return [FraudReasonView(code=one, sentence=SENTENCES[one]) for one in self.stored.customer_reasons]

    @field(f"Codes of the rules, lists and thresholds that spoke, the most severe first: at most {REASONS_MAX}.")
    def staff_reasons(self) -> list[str]:
        return list(self.stored.staff_reasons)

    @field("Why the stricter rules judged alone; null when they did not.")
    def fallback(self) -> Fallback | None:
        return self.stored.fallback

    @field("When the judgement was asked for.")
    def asked_at(self) -> Instant:
        return Instant(self.stored.at)

    @field("When it was made.")
    def decided_at(self) -> Instant:
        return Instant(self.stored.decided_at)

    @field("The documents that it followed from.")
    def versions(self) -> FraudVersionsUsedView:
        return _versions(self.stored.versions)

    @field(f"What was known of the payment, by name: at most {FEATURES_MAX}.")
    def features(self) -> list[FraudFeatureValueView]:
        return [_feature(name, value) for name, value in sorted(self.stored.features.items())]

    @field(f"Ids of the rules that were silent for the customer: at most {RULES_MAX}.")
    def snoozed(self) -> list[str]:
        return list(self.stored.snoozed)

    @field(f"What versions that do not decide yet would have decided: at most {SHADOWS_MAX}.")
    def shadows(self) -> list[FraudShadowScoreView]:
        return [_shadow(one) for one in self.stored.shadows]

    @field("The decision made again, now; null where a document that it followed from cannot be read any more.")
    def replay(self, info: Info) -> FraudReplayView | None:
        found = self._again(info.context)
        return FraudReplayView(same=found.same, decision=found.decision, score=decimal(found.score)) if found else None

    @field(f"What each rule says of it, made again, in their order: at most {RULES_MAX}. Null as `replay` is.")
    def rules(self, info: Info) -> list[FraudRuleAnswerView] | None:
        found = self._again(info.context)
        return [FraudRuleAnswerView(said=one) for one in found.rules] if found else None

    @field(
        f"What each feature adds to the score, the most telling first: at most {FEATURES_MAX}; none where no model "
        "spoke. Null as `replay` is."
    )
    def contributions(self, info: Info) -> list[FraudContributionView] | None:
        found = self._again(info.context)
        if found is None:
            return None
        telling = sorted(found.contributions.items(), key=lambda one: (-abs(one[1]), one[0]))
        return [FraudContributionView(name=name, title=_title(name), value=repr(value)) for name, value in telling]

    @field(f"The entries of lists that counted, those that deny first: at most {LISTED_MAX}. Null as `replay` is.")
    def listed(self, info: Info) -> list[FraudListEntryView] | None:
        found, day = self._again(info.context), self.stored.at.date()
        return [entry_view(one, day) for one in found.listed] if found else None

    @field(f"Codes of what would have spoken, had no list allowed it: at most {REASONS_MAX}. Null as `replay` is.")
    def silenced(self, info: Info) -> list[str] | None:
        found = self._again(info.context)
        return list(found.silenced) if found else None

    @field("What is known by now of the payment; null when nobody has said anything.")
    def label(self, info: Info) -> FraudLabelView | None:
        found = info.context.fraud.label(self.stored.subject)
        return FraudLabelView(label=found) if found else None

    @field("The case in which a person decides on the payment; null when there is none.")
    def case_id(self, info: Info) -> strawberry.ID | None:
        found = info.context.fraud.case_of(self.stored.subject)
        return strawberry.ID(found) if found else None

    def _again(self, context: Context) -> "Again | None":
        return context.fraud.again(self.stored)


def decision_view(stored: StoredDecision) -> FraudDecisionView:
    return FraudDecisionView(stored=stored)


def decisions_of(
    context: Context,
    *,
    scope: Scope | None,
    day: date | None,
    customer: str | None,
    account: str | None,
    decision: Decision | None,
    first: int,
    after: Cursor | None,
) -> Connection[FraudDecisionView]:
    """Of a day in the order in which they were made, of a customer the latest first."""
    if sum(one is not None for one in (day, customer, account)) != 1 or (day is not None and scope is None):
        message = "Exactly one of `day`, `customerId` and `accountId` is given; with a day also a `scope`."
        raise PublicError(ErrorCode.INPUT_TYPE_WRONG, message)
    subject = day.isoformat() if day else str(customer or account)[:ID_LENGTH_MAX]
    filters = {"scope": scope and scope.value, "decision": decision and decision.value, "account": account}
    wanted = asked(context.cursors, DECISIONS, subject, first=first, after=after, filters=filters)

    def fits(stored: StoredDecision) -> bool:
        return (
            (scope is None or stored.scope is scope)
            and (decision is None or stored.decision is decision)
            and (account is None or stored.account == account)
        )

    looks, position, limit = context.fraud, wanted.position, wanted.limit
    page: DecisionPage | None = None
    if day and scope:
        page = told(looks.decisions_of_day(scope, day, position=position, limit=limit, wanted=fits))
    elif whose := customer if account is None else context.holder_of(account[:ID_LENGTH_MAX]):
        page = told(looks.decisions_of_customer(whose[:ID_LENGTH_MAX], position=position, limit=limit, wanted=fits))
    rows, place = (page.decisions, page.position) if page else ((), None)
    shown_page = wanted.page(rows, node=decision_view, position=_position, more=place is not None)
    if place is not None:  # what lies between it and the last row was not wanted
        shown_page.page_info = replace(shown_page.page_info, end_cursor=wanted.cursor(place))
    return shown_page


def decimal(number: float | None) -> str | None:
    """Text that reads back as the same bits."""
    return None if number is None else repr(number)


def _position(stored: StoredDecision) -> str:
    from domain.fraud.decision_store import position_of  # noqa: PLC0415  (with the first decision that is shown)

    return position_of(stored)


def _feature(name: str, value: object) -> FraudFeatureValueView:
    known = FEATURES[name]
    text = value if value is None or isinstance(value, str) else json.dumps(value)
    return FraudFeatureValueView(name=name, title=known.title, type=known.type, value=text)


def _title(name: str) -> str:
    return FEATURES[name].title if name in FEATURES else name


def _used(used: VersionUsed) -> FraudVersionUsedView:
    return FraudVersionUsedView(version=used.version, sha256=used.sha256)


def _versions(used: VersionsUsed) -> FraudVersionsUsedView:
    return FraudVersionsUsedView(
        rules=_used(used.rules),
        model=_used(used.model) if used.model else None,
        thresholds=_used(used.thresholds),
        lists=_used(used.lists),
    )


def _shadow(shadow: ShadowScore) -> FraudShadowScoreView:
    return FraudShadowScoreView(version=shadow.shadow, decision=shadow.decision, score=decimal(shadow.score))
