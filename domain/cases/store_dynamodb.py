"""Cases in the table florin-cases-<region>, beside the approvals of domain/access.

C#<case>   C   the case, its history in a list

by_group: C#<group>#<state> / <due_at>#<case>
by_kind:  C#<kind>#<state>  / the same
by_owner: C#<owner>#<state> / the same, while somebody owns it
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from domain.access.model import Group
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import (
    Case,
    CasePage,
    CaseState,
    Entry,
    Happened,
    Resolution,
    Stage,
    Subject,
    Undone,
)
from domain.cases.rules import position as position_of
from domain.clock import instant_text, parse_instant
from domain.facts import Fact
from domain.tables_aws import Index, Table, Value

BY_GROUP: Final = Index("by_group", "gk", "gs")
BY_KIND: Final = Index("by_kind", "kk", "gs")
BY_OWNER: Final = Index("by_owner", "ok", "gs")
_READS_MAX: Final = 10
"""Reads for one page of a person's own cases when some of them are of another kind or of a group they have left."""
_BEFORE_ALL: Final = "0"
_AFTER_ALL: Final = "~"
"""Sorts after every digit and every id."""


class DynamoDBCaseStore:
    """Its table is made with the indexes `BY_GROUP`, `BY_KIND` and `BY_OWNER`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def case(self, case_id: str) -> Case | None:
        item = self._table.get(f"C#{case_id}", "C")
        return _case(item) if item else None

    def add(self, case: Case) -> bool:
        return self._table.put_new(_item(case))

    def replace(self, case: Case, *, was: Case) -> bool:
        return self._table.replace(_item(case), attribute="version", expected=was.version)

    def listed(
        self,
        *,
        states: Collection[CaseState],
        groups: Collection[Group],
        kind: CaseKind | None = None,
        owner: str | None = None,
        position: str | None,
        limit: int,
        latest_first: bool = False,
    ) -> CasePage:
        index, heads = _list(groups, kind, owner)
        found: list[Case] = []
        for _ in range(_READS_MAX):
            items, position = self._table.merged(
                [_list_key(head, state) for head in heads for state in states],
                size=limit,
                from_key=_BEFORE_ALL,
                to_key=_AFTER_ALL,
                beyond=position,
                index=index.name,
                forward=not latest_first,
            )
            cases = map(_case, items)
            found += (case for case in cases if case.group in groups and kind in (None, case.kind))
            if position is None or len(found) >= limit:
                break
        page = tuple(found[:limit])
        return CasePage(page, position_of(page[-1]) if len(found) > limit else position)


def _list(groups: Collection[Group], kind: CaseKind | None, owner: str | None) -> tuple[Index, list[str]]:
    """The index to read, and whose lists of it: none for a kind that none of the groups works."""
    if kind is not None and KINDS[kind].group not in groups:
        return BY_KIND, []
    if owner is not None:
        return BY_OWNER, [owner]
    if kind is not None:
        return BY_KIND, [kind.value]
    return BY_GROUP, sorted(group.value for group in groups)


def _list_key(head: str, state: CaseState) -> str:
    return f"C#{head}#{state.value}"


def _item(case: Case) -> dict[str, Value]:
    return {
        "pk": f"C#{case.id}",
        "sk": "C",
        "gk": _list_key(case.group.value, case.state),
        "kk": _list_key(case.kind.value, case.state),
        "ok": _list_key(case.owner, case.state) if case.owner else None,
        "gs": position_of(case),
        "case": case.id,
        "kind": case.kind.value,
        "subject_kind": case.subject.kind,
        "subject": case.subject.id,
        "key": case.key,
        "region": case.region,
        "opened_at": instant_text(case.opened_at),
        "due_at": instant_text(case.due_at),
        "facts": [{"label": fact.label, "value": fact.value} for fact in case.facts],
        "owner": case.owner,
        "resolution": _resolution_item(case.resolution) if case.resolution else None,
        "undone": [{"resolution": _resolution_item(one.resolution), "why": one.why} for one in case.undone],
        "history": [
            {
                "at": instant_text(entry.at),
                "person": entry.person,
                "happened": entry.happened.value,
                "detail": entry.detail,
            }
            for entry in case.history
        ],
        "version": case.version,
    }


def _resolution_item(resolution: Resolution) -> dict[str, Value]:
    return {
        "code": resolution.code.value,
        "reason": resolution.reason,
        "person": resolution.person,
        "key": resolution.key,
        "at": instant_text(resolution.at),
        "stage": resolution.stage.value,
        "of_version": resolution.of_version,
        "approval": resolution.approval,
        "checker": resolution.checker,
    }


def _case(item: Mapping[str, Any]) -> Case:
    resolution = item.get("resolution")
    return Case(
        id=item["case"],
        kind=CaseKind(item["kind"]),
        subject=Subject(item["subject_kind"], item["subject"]),
        key=item["key"],
        region=item["region"],
        opened_at=parse_instant(item["opened_at"]),
        due_at=parse_instant(item["due_at"]),
        facts=tuple(Fact(fact["label"], fact["value"]) for fact in item["facts"]),
        owner=item.get("owner"),
        resolution=_resolution(resolution) if resolution else None,
        undone=tuple(Undone(_resolution(one["resolution"]), one["why"]) for one in item["undone"]),
        history=tuple(
            Entry(
                parse_instant(entry["at"]),
                entry["person"],
                Happened(entry["happened"]),
                entry.get("detail"),
            )
            for entry in item["history"]
        ),
        version=item["version"],
    )


def _resolution(item: Mapping[str, Any]) -> Resolution:
    return Resolution(
        code=ResolutionCode(item["code"]),
        reason=item["reason"],
        person=item["person"],
        key=item["key"],
        at=parse_instant(item["at"]),
        stage=Stage(item["stage"]),
        of_version=item["of_version"],
        approval=item.get("approval"),
        checker=item.get("checker"),
    )
