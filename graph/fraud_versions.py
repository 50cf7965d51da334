"""Versions of the documents that judge, for staff: what they say, where they come from, and what they still lack."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import strawberry

from domain.access.model import Relation
from domain.fraud.dry_run import DECISIONS_MAX, EXAMPLES_MAX
from domain.fraud.gate import SHADOW_SHARE_MIN_PERCENT
from domain.fraud.registry_model import ArtefactKind as Kind
from domain.fraud.registry_model import Backtest, Changed, DryRun, Fold, Retired, Version
from domain.fraud.registry_model import VersionState as State
from domain.refusals import Refusal
from graph.connections import Connection, asked
from graph.context import told
from graph.cursors import number_in
from graph.fields import field
from graph.fraud_enums import MISSING, ArtefactKind, CustomerReason, Decision, Missing, Scope, VersionState
from graph.fraud_looks import SHADOW_DAYS
from graph.node import Info
from graph.scalars import Cursor, Day, Instant

VERSIONS: Final = "fraud_versions"
DOCUMENT_SHOWN_MAX: Final = 1_000_000
"""Bytes: of what Lambda sends in one answer, six megabytes, it leaves room for the rest."""
RULES_MAX: Final = 100
FACTS_MAX: Final = 50
FOLDS_MAX: Final = 50
EXAMPLES_SHOWN_MAX: Final = EXAMPLES_MAX * len(Decision) * (len(Decision) - 1)
MISSING_MAX: Final = len(Missing)
VERDICTS_MAX: Final = len(Decision)
NAMED: Final = "Scope, kind and number, such as `card/model/3`; the number 0 is of a built-in document."


@strawberry.type(name="FraudFact", description="One thing that is known of how a version was made.")
class FraudFactView:
    name: str = strawberry.field(description="What.")
    value: str = strawberry.field(description="Its value as text; of what was measured in millionths.")


@strawberry.type(name="FraudVerdictCount", description="How often something was decided.")
class FraudVerdictCountView:
    decision: Decision = strawberry.field(description="What.")
    count: int = strawberry.field(description="How often.")


@strawberry.type(name="FraudRuleCount", description="How often a rule spoke.")
class FraudRuleCountView:
    code: str = strawberry.field(description="The rule's code.")
    count: int = strawberry.field(description="On how many payments.")


@strawberry.type(name="FraudRule", description="A rule of a version.")
class FraudRuleView:
    rule: str = strawberry.field(description="Its id, the same in every version.")
    code: str = strawberry.field(description="Its code, for staff.")
    title: str = strawberry.field(description="What it is, for people.")
    decision: Decision = strawberry.field(description="What it decides where its condition is true.")
    customer_reason: CustomerReason = strawberry.field(description="What the customer is told when it decides.")
    text: str = strawberry.field(description="Its condition as people write it.")
    fallback_only: bool = strawberry.field(description="Whether it speaks only where nothing else could be asked.")
    not_overridable: bool = strawberry.field(description="Whether no list and no snooze silences it.")
    if_inconclusive: Decision | None = strawberry.field(
        description="What it decides where its data is missing; null: nothing."
    )


@strawberry.type(name="FraudLineage", description="Where a document comes from.")
class FraudLineageView:
    code_version: str = strawberry.field(description="Of the program that made it; `hand` of what people wrote.")
    note: str = strawberry.field(description="Why it was made, in the words of who made it.")
    data_from: Day | None = strawberry.field(description="The first day that it has learnt from; null of no model.")
    data_until: Day | None = strawberry.field(description="The last one.")
    data_sha256: str | None = strawberry.field(description="SHA-256 of the rows that it has learnt from.")
    parameters: list[FraudFactView] = strawberry.field(description=f"How it was made: at most {FACTS_MAX}.")
    metrics: list[FraudFactView] = strawberry.field(
        description=f"As whoever made it measured it: at most {FACTS_MAX}. The gate does not look at them."
    )


@strawberry.type(name="FraudFold", description="One week of a backtest: average precision on the same rows.")
class FraudFoldView:
    fold: strawberry.Private[Fold]

    @field("The first day of training.")
    def starts_on(self) -> Day:
        return Day(self.fold.start)

    @field("Of the version, in millionths.")
    def version_millionths(self) -> int:
        return self.fold.challenger

    @field("Of the champion, in millionths; null where there was none.")
    def champion_millionths(self) -> int | None:
        return self.fold.champion

    @field("Of a random forest, in millionths.")
    def forest_millionths(self) -> int:
        return self.fold.forest


@strawberry.type(name="FraudBacktest", description="How a model did on weeks that it had not seen.")
class FraudBacktestView:
    backtest: strawberry.Private[Backtest]

    @field("How it was measured.")
    def protocol(self) -> str:
        return self.backtest.protocol

    @field("When.")
    def measured_at(self) -> Instant:
        return Instant(self.backtest.measured_at)

    @field("By whom: a staff id.")
    def by(self) -> str:
        return self.backtest.by

    @field(f"Week by week: at most {FOLDS_MAX}.")
    def folds(self) -> list[FraudFoldView]:
        return [FraudFoldView(fold=one) for one in self.backtest.folds[:FOLDS_MAX]]


@strawberry.type(name="FraudDryRunExample", description="A payment that rules would have decided otherwise.")
class FraudDryRunExampleView:
    changed: strawberry.Private[Changed]

    @field("What was judged: a payment, or a journal.")
    def subject_id(self) -> strawberry.ID:
        return strawberry.ID(self.changed.subject)

    @field("What the rules that decided then say of it.")
    def before(self) -> Decision:
        return self.changed.before

    @field("What these rules say of it.")
    def after(self) -> Decision:
        return self.changed.after

    @field(f"Codes of these rules that speak on it: at most {RULES_MAX}.")
    def staff_reasons(self) -> list[str]:
        return list(self.changed.staff_reasons[:RULES_MAX])


@strawberry.type(name="FraudDryRun", description="What rules would have decided on payments that were decided already.")
class FraudDryRunView:
    run: strawberry.Private[DryRun]

    @field("The first day of them that was reached.")
    def first_day(self) -> Day:
        return Day(self.run.first)

    @field("The day of the last of them.")
    def last_day(self) -> Day:
        return Day(self.run.last)

    @field("SHA-256 of the document that was run.")
    def sha256(self) -> str:
        return self.run.sha256

    @field("SHA-256 of the rules that decided then; null of a run of before that was kept.")
    def against_sha256(self) -> str | None:
        return self.run.against_sha256

    @field("How many decisions it looked at.")
    def decisions(self) -> int:
        return self.run.decisions

    @field(
        f"Whether those are all of its days; false: there were more than {DECISIONS_MAX}, and the latest days came "
        "first. Null of a run of before that was kept."
    )
    def complete(self) -> bool | None:
        return self.run.complete

    @field(f"Some that it would have decided otherwise, {EXAMPLES_MAX} of each change: at most {EXAMPLES_SHOWN_MAX}.")
    def examples(self) -> list[FraudDryRunExampleView]:
        return [FraudDryRunExampleView(changed=one) for one in self.run.examples[:EXAMPLES_SHOWN_MAX]]

    @field("How many of them it would have decided otherwise.")
    def changed(self) -> int:
        return self.run.changed

    @field(f"What the rules that decide say of them: at most {VERDICTS_MAX}.")
    def before(self) -> list[FraudVerdictCountView]:
        return verdict_counts(self.run.before)

    @field(f"What these rules say of them: at most {VERDICTS_MAX}.")
    def after(self) -> list[FraudVerdictCountView]:
        return verdict_counts(self.run.after)

    @field(f"How often each rule spoke, by code: at most {RULES_MAX}.")
    def spoke(self) -> list[FraudRuleCountView]:
        return [FraudRuleCountView(code=code, count=count) for code, count in sorted(self.run.spoke.items())]

    @field("Known frauds among them.")
    def frauds(self) -> int:
        return self.run.frauds

    @field("Of those, how many the rules that decide do not simply approve.")
    def frauds_before(self) -> int:
        return self.run.frauds_before

    @field("Of those, how many these rules do not simply approve.")
    def frauds_after(self) -> int:
        return self.run.frauds_after

    @field("When it was run.")
    def ran_at(self) -> Instant:
        return Instant(self.run.ran_at)

    @field("By whom: a staff id.")
    def by(self) -> str:
        return self.run.by


@strawberry.type(name="FraudGateMissing", description="Something that stands between a version and its promotion.")
class FraudGateMissingView:
    code: Missing = strawberry.field(description="What, for programs.")
    message: str = strawberry.field(description="What, for people.")


@strawberry.type(name="FraudGate", description="What a promotion would lack right now.")
class FraudGateView:
    passed: bool = strawberry.field(description="Whether nothing stands between the version and its promotion.")
    missing: list[FraudGateMissingView] = strawberry.field(description=f"What does: at most {MISSING_MAX}.")


@strawberry.type(name="FraudShadowRun", description="A version that is, or was, asked beside the champions.")
class FraudShadowRunView:
    days: int = strawberry.field(
        description=f"Whole days of the last {SHADOW_DAYS}: those on which it was asked beside "
        f"{SHADOW_SHARE_MIN_PERCENT} in 100 decisions that were no fallback, or more."
    )
    decisions: int = strawberry.field(description="Decisions of those days beside which it was asked.")
    agreement_millionths: int | None = strawberry.field(
        description="How many of them it would have decided as they were decided, in millionths; null of none."
    )
    until: Instant | None = strawberry.field(description="When the run ends by itself; null when it has ended.")


@strawberry.type(name="FraudRetired", description="How a version came to its end.")
class FraudRetiredView:
    retired: strawberry.Private[Retired]

    @field("When.")
    def at(self) -> Instant:
        return Instant(self.retired.at)

    @field("By whom: a staff id.")
    def by(self) -> str:
        return self.retired.by

    @field("Why, in their words.")
    def reason(self) -> str:
        return self.retired.reason


@strawberry.type(
    name="FraudVersion", description="A registered document of one scope: rules, a model, thresholds or lists."
)
class FraudVersionView:
    found: strawberry.Private[Version]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field(NAMED)
    def version(self) -> str:
        return self.found.id

    @field("The family of payments.")
    def scope(self) -> Scope:
        return self.found.scope

    @field("What kind of document it is.")
    def kind(self) -> ArtefactKind:
        return self.found.kind

    @field("The number among the versions of its kind.")
    def number(self) -> int:
        return self.found.number

    @field("SHA-256 of its document, in hexadecimal.")
    def sha256(self) -> str:
        return self.found.sha256

    @field("What it is.")
    def status(self, info: Info) -> VersionState:
        return self._state(info)

    @field("Who wrote it: a staff id, or `bank`.")
    def author(self) -> str:
        return self.found.author

    @field("When it was registered; null of a built-in document, which is part of the program.")
    def created_at(self) -> Instant | None:
        return Instant(self.found.created_at) if self.found.created_at else None

    @field("Since when its document stands; null while its author may change it, and of a built-in one.")
    def committed_at(self) -> Instant | None:
        return Instant(self.found.committed_at) if self.found.committed_at else None

    @field(f"Its document, JSON; null when it has more than {DOCUMENT_SHOWN_MAX} bytes, or cannot be read.")
    def document(self, info: Info) -> str | None:
        body = self._body(info)
        return None if body is None or len(body) > DOCUMENT_SHOWN_MAX else body.decode()

    @field(f"Its rules, in their order: at most {RULES_MAX}. Null of what is no set of rules, or cannot be read.")
    def rules(self, info: Info) -> list[FraudRuleView] | None:
        body = self._body(info) if self.found.kind is Kind.RULES else None
        return None if body is None else list(_rules(body))

    @field("Where it comes from.")
    def lineage(self) -> FraudLineageView:
        lineage = self.found.lineage
        return FraudLineageView(
            code_version=lineage.code_version,
            note=lineage.note,
            data_from=Day(lineage.data_from) if lineage.data_from else None,
            data_until=Day(lineage.data_until) if lineage.data_until else None,
            data_sha256=lineage.data_sha256,
            parameters=_facts(lineage.parameters),
            metrics=_facts(lineage.metrics),
        )

    @field("Its backtest; null when there is none.")
    def backtest(self) -> FraudBacktestView | None:
        return FraudBacktestView(backtest=self.found.backtest) if self.found.backtest else None

    @field("Its dry run; null when there is none.")
    def dry_run(self) -> FraudDryRunView | None:
        return FraudDryRunView(run=self.found.dry_run) if self.found.dry_run else None

    @field("Its shadow run; null of what was never asked beside the champions.")
    def shadow_run(self, info: Info) -> FraudShadowRunView | None:
        return _shadow_run(info, self.found)

    @field("What stands between it and its promotion; null of what is promoted, has ended, or is a list.")
    def gate(self, info: Info) -> FraudGateView | None:
        if self._state(info) not in (State.DRAFT, State.SHADOW) or self.found.kind is Kind.LISTS:
            return None
        lacking = info.context.fraud.missing(self.found)
        if isinstance(lacking, Refusal):
            return None
        missing = [FraudGateMissingView(code=one, message=MISSING[one]) for one in lacking]
        return FraudGateView(passed=not missing, missing=missing)

    @field("The approval that was asked for last; null when none was.")
    def approval_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.found.approval) if self.found.approval else None

    @field("When it was promoted; null when it was not.")
    def promoted_at(self) -> Instant | None:
        return Instant(self.found.raised.at) if self.found.raised else None

    @field("Who promoted it: a staff id; null when nobody did.")
    def promoted_by(self) -> str | None:
        return self.found.raised.by if self.found.raised else None

    @field("How it came to its end; null when that is not noted.")
    def retired(self) -> FraudRetiredView | None:
        return FraudRetiredView(retired=self.found.retired) if self.found.retired else None

    def _state(self, info: Info) -> State:
        context = info.context
        return context.fraud_desk.registry.state(self.found, context.fraud.pointer(self.found.scope))

    def _body(self, info: Info) -> bytes | None:
        return info.context.fraud.document(self.found)


def version_view(version: Version) -> FraudVersionView:
    return FraudVersionView(found=version)


def versions_of(
    info: Info, scope: Scope, kind: ArtefactKind, status: VersionState | None, *, first: int, after: Cursor | None
) -> Connection[FraudVersionView]:
    """The newest first. A position is a number, so what changes its status does not move."""
    context, subject = info.context, f"{scope.value}/{kind.value}"
    filters = {"status": status and status.value}
    wanted = asked(context.cursors, VERSIONS, subject, first=first, after=after, filters=filters)
    before = number_in(wanted.position)
    found = told(context.fraud.versions(scope, kind, before=before, limit=wanted.limit))
    pointer = context.fraud.pointer(scope)
    rows = [one for one in found.versions if status in (None, context.fraud_desk.registry.state(one, pointer))]
    more = found.before is not None
    page = wanted.page(rows, node=version_view, position=lambda row: str(row.number), more=more)
    if found.before is not None:  # what lies between it and the last row has another status
        page.page_info = replace(page.page_info, end_cursor=wanted.cursor(str(found.before)))
    return page


def verdict_counts(counts: Mapping[Decision, int]) -> list[FraudVerdictCountView]:
    return [FraudVerdictCountView(decision=one, count=counts[one]) for one in Decision if one in counts]


def _rules(body: bytes) -> Iterable[FraudRuleView]:
    from domain.fraud.documents import read  # noqa: PLC0415  (with the first version whose rules are shown)
    from domain.fraud.expressions import text_of  # noqa: PLC0415
    from domain.fraud.rules import parsed  # noqa: PLC0415

    for rule in parsed(read(body)).rules:
        yield FraudRuleView(
            rule=rule.id,
            code=rule.code,
            title=rule.title,
            decision=rule.decision,
            customer_reason=rule.customer_reason,
            text=text_of(rule.condition),
            fallback_only=rule.fallback_only,
            not_overridable=rule.not_overridable,
            if_inconclusive=rule.if_inconclusive,
        )


def _facts(facts: Mapping[str, object]) -> list[FraudFactView]:
    return [FraudFactView(name=name, value=str(value)) for name, value in sorted(facts.items())[:FACTS_MAX]]


def _shadow_run(info: Info, version: Version) -> FraudShadowRunView | None:
    looks = info.context.fraud
    until = next((one.until for one in looks.pointer(version.scope).shadows if one.used == version.used), None)
    days = looks.days(version.scope, SHADOW_DAYS)
    asked = looks.shadow_days(version.scope, version.id)
    if until is None and not asked:
        return None
    whole = [day for day in asked if day.whole]
    decisions, same = sum(day.decisions for day in whole), sum(days[day.day].shadows[version.id].same for day in whole)
    return FraudShadowRunView(
        days=len(whole),
        decisions=decisions,
        agreement_millionths=same * 1_000_000 // decisions if decisions else None,
        until=Instant(until) if until else None,
    )
