"""Cases: what a person of the bank looks at and decides."""

from dataclasses import replace
from typing import Final

import strawberry

from domain.access.model import Relation
from domain.cases.kinds import Choice
from domain.cases.model import Case, Entry, Resolution
from domain.cases.rules import HISTORY_MAX, REASON_LENGTH_MAX
from graph.connections import Connection, page, page_size
from graph.context import Context
from graph.enums import CaseHappened, CaseKind, CaseState, Group, ResolutionCode, ResolutionStage
from graph.facts import AT_MOST, FactView, fact_views
from graph.fields import field
from graph.node import Info, Node
from graph.scalars import Cursor, Instant

CASES: Final = "cases"


@strawberry.type(name="CaseChoice", description="One way to resolve a case of a kind.")
class CaseChoiceView:
    code: ResolutionCode = strawberry.field(description="Which, to be sent with `resolveCase`.")
    title: str = strawberry.field(description="What it does, for people.")
    second_person: bool = strawberry.field(
        description="Whether it takes effect only when another person of the group has approved it."
    )


@strawberry.type(name="CaseResolution", description="How a case is, or is to be, resolved.")
class CaseResolutionView:
    resolution: strawberry.Private[Resolution]

    @field("Which way.")
    def code(self) -> ResolutionCode:
        return self.resolution.code

    @field(f"Why, in the words of who resolved it: at most {REASON_LENGTH_MAX} characters.")
    def reason(self) -> str:
        return self.resolution.reason

    @field("Who resolved it, or proposes to: a staff id.")
    def person(self) -> str:
        return self.resolution.person

    @field("When.")
    def at(self) -> Instant:
        return Instant(self.resolution.at)

    @field("How far it has come.")
    def stage(self) -> ResolutionStage:
        return self.resolution.stage

    @field("The approval by a second person, if one is needed.")
    def approval_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.resolution.approval) if self.resolution.approval else None

    @field("The second person, once they have approved: a staff id.")
    def checker(self) -> str | None:
        return self.resolution.checker


@strawberry.type(name="CaseEntry", description="One line of the history of a case.")
class CaseEntryView:
    entry: strawberry.Private[Entry]

    @field("When.")
    def at(self) -> Instant:
        return Instant(self.entry.at)

    @field("Who: a staff id, or `bank`.")
    def person(self) -> str:
        return self.entry.person

    @field("What happened.")
    def happened(self) -> CaseHappened:
        return self.entry.happened

    @field("A code or an id: of the resolution, of whose hands it was taken from, of why it came to nothing.")
    def detail(self) -> str | None:
        return self.entry.detail


@strawberry.type(name="Case", description="Something a person of the bank looks at and decides, once, by a moment.")
class CaseView(Node):
    case: strawberry.Private[Case]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("What it is, for programs.")
    def kind(self) -> CaseKind:
        return self.case.kind

    @field("What it is, for people.")
    def title(self) -> str:
        return self.case.about.title

    @field("The group whose people work it.")
    def group(self) -> Group:
        return self.case.group

    @field("What kind of thing it is about.")
    def subject_kind(self) -> str:
        return self.case.subject.kind

    @field("The id of that thing.")
    def subject_id(self) -> str:
        return self.case.subject.id

    @field("How it stands.")
    def state(self) -> CaseState:
        return self.case.state

    @field("Who works it: a staff id; null when nobody does.")
    def owner(self) -> str | None:
        return self.case.owner

    @field("When it was opened.")
    def opened_at(self) -> Instant:
        return Instant(self.case.opened_at)

    @field("When it is to be resolved by.")
    def due_at(self) -> Instant:
        return Instant(self.case.due_at)

    @field(f"What is known of it: {AT_MOST}.")
    def facts(self) -> list[FactView]:
        return fact_views(self.case.facts)

    @field("The ways to resolve it: at most 15.")
    def choices(self) -> list[CaseChoiceView]:
        return [_choice(code, choice) for code, choice in self.case.about.resolutions.items()]

    @field("How it is resolved, or is to be; null while nobody has said.")
    def resolution(self) -> CaseResolutionView | None:
        return CaseResolutionView(resolution=self.case.resolution) if self.case.resolution else None

    @field(f"What happened to it, the oldest first: its opening and the latest of the rest, at most {HISTORY_MAX}.")
    def history(self) -> list[CaseEntryView]:
        return [CaseEntryView(entry=entry) for entry in self.case.history]


def case_view(case: Case) -> CaseView:
    return CaseView(id=strawberry.ID(case.id), case=case)


def cases_of(
    info: Info,
    *,
    kind: CaseKind | None,
    state: CaseState | None,
    mine: bool,
    first: int,
    after: Cursor | None,
) -> Connection[CaseView]:
    """Those of the person's groups. A cursor is of one person's list, because groups differ."""
    context: Context = info.context
    limit = page_size(first)
    filters = {"kind": kind and kind.value, "state": state and state.value, "mine": str(mine)}

    def cursor(position: str) -> Cursor:
        return context.cursors.make(CASES, context.actor.person, position, filters)

    position = context.cursors.read(after, CASES, context.actor.person, filters)
    found = context.cases(kind=kind, state=state, mine=mine, position=position, limit=limit)
    shown = page(
        found.cases,
        node=case_view,
        cursor=lambda row: cursor(context.bank.cases.position(row)),
        more=found.position is not None,
        after=after,
    )
    if found.position is not None:  # it may lie beyond the last row: what lies between was of another kind
        shown.page_info = replace(shown.page_info, end_cursor=cursor(found.position))
    return shown


def _choice(code: ResolutionCode, choice: Choice) -> CaseChoiceView:
    return CaseChoiceView(code=code, title=choice.title, second_person=choice.second_person)
