"""What staff of fraud, compliance and auditors look up of fraud. For everybody else there is nothing."""

from typing import Annotated

import strawberry

from domain.ids import ID_LENGTH_MAX
from graph.connections import PAGE_DEFAULT, After, Connection, First
from graph.context import found
from graph.fields import field
from graph.fraud_decisions import FraudDecisionView, decision_view, decisions_of
from graph.fraud_enums import ArtefactKind, Decision, ListName, Scope, VersionState
from graph.fraud_grammar import FEATURES_MAX, FraudFeatureView, FraudRuleGrammarView, features, grammar
from graph.fraud_inputs import VERSION_NAMED
from graph.fraud_lists import SNOOZES_MAX, FraudListEntryView, FraudSnoozeView, entries_of, snoozes_of
from graph.fraud_scopes import FraudScoringView, scoring_view
from graph.fraud_series import DAYS_MAX, FraudDayView, series_of
from graph.fraud_versions import FraudVersionView, version_view, versions_of
from graph.ids import by_id
from graph.node import Info
from graph.scalars import Day

_FOR = "For staff of fraud, compliance and auditors; null for everybody else."
_OF_SCOPE = strawberry.argument(description="The family of payments.")
ScopeGiven = Annotated[Scope, _OF_SCOPE]


@strawberry.type(description="What is looked up of fraud.")
class FraudQuery:
    @field(f"The judgement of a payment, or of the journal that it was to be; null when it was never judged. {_FOR}")
    def fraud_decision(
        self,
        info: Info,
        subject_id: Annotated[strawberry.ID, strawberry.argument(description=by_id("What was judged", "pay", "jrn"))],
    ) -> FraudDecisionView | None:
        seen = found(info.context.fraud.decision(str(subject_id)))
        return decision_view(seen) if seen else None

    @field(
        "Judgements of a day and scope in the order in which they were made, or of a customer or an account the latest "
        "first. Exactly one of the three is given. A page may have fewer rows than asked for, or none, although there "
        f"are more: go on until there is no next page. {_FOR}"
    )
    def fraud_decisions(
        self,
        info: Info,
        *,
        scope: Annotated[
            Scope | None, strawberry.argument(description="Those of one family of payments; needed with a day.")
        ] = None,
        day: Annotated[Day | None, strawberry.argument(description="Those of this day, UTC.")] = None,
        customer_id: Annotated[
            strawberry.ID | None, strawberry.argument(description=by_id("Those of this customer", "cus"))
        ] = None,
        account_id: Annotated[
            strawberry.ID | None, strawberry.argument(description=by_id("Those of this account", "acc"))
        ] = None,
        decision: Annotated[Decision | None, strawberry.argument(description="Only those that came out so.")] = None,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[FraudDecisionView] | None:
        return decisions_of(
            info.context,
            scope=scope,
            day=day,
            customer=None if customer_id is None else str(customer_id),
            account=None if account_id is None else str(account_id),
            decision=decision,
            first=first,
            after=after,
        )

    @field(f"What judges right now, of each family of payments: at most {len(Scope)}. {_FOR}")
    def fraud_scopes(self, info: Info) -> list[FraudScoringView] | None:
        return [scoring_view(pointer) for pointer in info.context.fraud.scopes(Scope)]

    @field(f"Versions of one kind, the newest first. A page may have fewer rows than asked for. {_FOR}")
    def fraud_versions(
        self,
        info: Info,
        *,
        scope: ScopeGiven,
        kind: Annotated[ArtefactKind, strawberry.argument(description="What kind of document.")],
        status: Annotated[
            VersionState | None, strawberry.argument(description="Only those that are this; all when not given.")
        ] = None,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[FraudVersionView] | None:
        return versions_of(info, scope, kind, status, first=first, after=after)

    @field(f"A version. {_FOR}")
    def fraud_version(
        self, info: Info, version: Annotated[str, strawberry.argument(description=VERSION_NAMED)]
    ) -> FraudVersionView | None:
        seen = found(info.context.fraud.version(version))
        return version_view(seen) if seen else None

    @field(f"What conditions of rules are made of. {_FOR}")
    def fraud_rule_grammar(self) -> FraudRuleGrammarView | None:
        return grammar()

    @field(f"All that rules and models can ask of a payment: at most {FEATURES_MAX}. {_FOR}")
    def fraud_features(self) -> list[FraudFeatureView] | None:
        return features()

    @field(f"Who stands on the lists that decide right now, by list, family and id. {_FOR}")
    def fraud_list_entries(
        self,
        info: Info,
        scope: ScopeGiven,
        list: Annotated[
            ListName | None, strawberry.argument(description="Only those of one list; of both when not given.")
        ] = None,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[FraudListEntryView] | None:
        return entries_of(info.context, scope, list, first=first, after=after)

    @field(f"Rules that do not speak on a customer, also those of late: at most {SNOOZES_MAX}. {_FOR}")
    def fraud_snoozes(
        self,
        info: Info,
        customer_id: Annotated[strawberry.ID, strawberry.argument(description=by_id("The customer", "cus"))],
    ) -> list[FraudSnoozeView] | None:
        return snoozes_of(info.context, str(customer_id)[: ID_LENGTH_MAX + 1])

    @field(f"Scoring day by day, for charts: at most {DAYS_MAX} days, both ends included. {_FOR}")
    def fraud_series(
        self,
        info: Info,
        scope: ScopeGiven,
        from_day: Annotated[Day, strawberry.argument(name="from", description="The first UTC day.")],
        to_day: Annotated[Day, strawberry.argument(name="to", description="The last UTC day.")],
    ) -> list[FraudDayView] | None:
        return series_of(info.context, scope, from_day, to_day)
