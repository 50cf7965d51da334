"""Approvals: what one person of the bank has asked for, and another approves or refuses."""

from dataclasses import replace
from typing import Final

import strawberry

from domain.access.model import Approval, Relation
from domain.access.rules import CHECKERS_MAX
from graph.connections import Connection, asked
from graph.context import Context
from graph.enums import ApprovalState, Group, Verdict
from graph.facts import AT_MOST, FactView, fact_views
from graph.fields import field
from graph.node import Info, Node
from graph.scalars import Cursor, Instant

APPROVALS: Final = "approvals"


@strawberry.type(name="ApprovalCheck", description="What one person has said to a request for approval.")
class ApprovalCheckView:
    person: str = strawberry.field(description="Their staff id.")
    verdict: Verdict = strawberry.field(description="What they said.")
    at: Instant = strawberry.field(description="When.")


@strawberry.type(
    name="Approval",
    description="A request that other people of the same group approve or refuse, never the one who made it.",
)
class ApprovalView(Node):
    approval: strawberry.Private[Approval]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("What kind of thing it is about, such as `case`.")
    def subject_kind(self) -> str:
        return self.approval.proposal.subject_kind

    @field("The id of that thing.")
    def subject_id(self) -> str:
        return self.approval.proposal.subject_id

    @field("What is to be done to it, for programs. The set may grow.")
    def action(self) -> str:
        return self.approval.proposal.action

    @field("The group whose people approve or refuse it.")
    def group(self) -> Group:
        return self.approval.group

    @field("Who asked: a staff id.")
    def maker(self) -> str:
        return self.approval.maker

    @field("How it stands.")
    def state(self, info: Info) -> ApprovalState:
        return info.context.bank.approvals.state(self.approval)

    @field("How many people must approve it.")
    def checkers_needed(self) -> int:
        return self.approval.checkers_needed

    @field(f"What people have said so far: at most {CHECKERS_MAX}.")
    def checks(self) -> list[ApprovalCheckView]:
        return [
            ApprovalCheckView(person=check.person, verdict=check.verdict, at=Instant(check.at))
            for check in self.approval.checks
        ]

    @field("When it was asked for.")
    def requested_at(self) -> Instant:
        return Instant(self.approval.requested_at)

    @field("Until when it can be approved, and used.")
    def expires_at(self) -> Instant:
        return Instant(self.approval.expires_at)

    @field(f"What it is that you approve: {AT_MOST}.")
    def shown(self) -> list[FactView]:
        return fact_views(self.approval.proposal.shown)

    @field("Of what is shown: send it with your verdict, so that nothing else is approved.")
    def fingerprint(self) -> str:
        return self.approval.proposal.fingerprint


def approval_view(approval: Approval) -> ApprovalView:
    return ApprovalView(id=strawberry.ID(approval.id), approval=approval)


def approvals_of(
    context: Context, state: ApprovalState, *, first: int, after: Cursor | None
) -> Connection[ApprovalView]:
    """Those of the person's groups, and those that the person asked others for. A cursor is of one person's list,
    because groups differ.
    """
    filters = {"state": state.value}
    wanted = asked(context.cursors, APPROVALS, context.actor.person, first=first, after=after, filters=filters)
    found = context.approvals(state, position=wanted.position, limit=wanted.limit)
    more, position = found.position is not None, context.bank.approvals.position
    page = wanted.page(found.approvals, node=approval_view, position=position, more=more)
    if found.position is not None:  # what lies between it and the last row others have asked for
        page.page_info = replace(page.page_info, end_cursor=wanted.cursor(found.position))
    return page
