"""Approvals in the table florin-cases-<region>.

P#<approval>   P   the approval, its checks in a list

by_group: P#<group>#<state> / <expires_at>#<approval>, in the state it had before it expired. What has expired is told
by its range key, so nothing has to be moved when it does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.access.model import Approval, ApprovalPage, ApprovalState, Check, Group, Proposal, Verdict
from domain.access.rules import list_position, listed_state
from domain.access.store import ApprovalList
from domain.clock import instant_text, parse_instant
from domain.facts import Fact
from domain.tables_aws import Index, Table, Value

BY_GROUP: Final = Index("by_group", "gk", "gs")
_BEFORE_ALL: Final = "0"
_AFTER_ALL: Final = "~"
"""Sorts after every digit and every id."""


class DynamoDBApprovalStore:
    """Its table is made with the index `BY_GROUP`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def approval(self, approval_id: str) -> Approval | None:
        item = self._table.get(f"P#{approval_id}", "P")
        return _approval(item) if item else None

    def add(self, approval: Approval) -> bool:
        return self._table.put_new(_item(approval))

    def replace(self, approval: Approval, *, was: Approval) -> bool:
        return self._table.replace(_item(approval), attribute="version", expected=was.version)

    def listed(
        self,
        lists: Sequence[ApprovalList],
        *,
        expires_after: datetime | None = None,
        expires_until: datetime | None = None,
        position: str | None,
        limit: int,
        latest_first: bool,
    ) -> ApprovalPage:
        items, following = self._table.merged(
            [_list_key(*one) for one in lists],
            size=limit,
            from_key=instant_text(expires_after) + _AFTER_ALL if expires_after else _BEFORE_ALL,
            to_key=instant_text(expires_until) + _AFTER_ALL if expires_until else _AFTER_ALL,
            beyond=position,
            index=BY_GROUP.name,
            forward=not latest_first,
        )
        return ApprovalPage(tuple(map(_approval, items)), following)


def _list_key(group: Group, state: ApprovalState) -> str:
    return f"P#{group.value}#{state.value}"


def _item(approval: Approval) -> dict[str, Value]:
    proposal = approval.proposal
    return {
        "pk": f"P#{approval.id}",
        "sk": "P",
        "gk": _list_key(approval.group, listed_state(approval)),
        "gs": list_position(approval),
        "approval": approval.id,
        "subject_kind": proposal.subject_kind,
        "subject": proposal.subject_id,
        "action": proposal.action,
        "fingerprint": proposal.fingerprint,
        "shown": [{"label": fact.label, "value": fact.value} for fact in proposal.shown] or None,
        "group": approval.group.value,
        "maker": approval.maker,
        "checkers_needed": approval.checkers_needed,
        "requested_at": instant_text(approval.requested_at),
        "expires_at": instant_text(approval.expires_at),
        "checks": [
            {"person": check.person, "verdict": check.verdict.value, "at": instant_text(check.at)}
            for check in approval.checks
        ],
        "used_for": approval.used_for,
        "used_at": instant_text(approval.used_at) if approval.used_at else None,
        "version": approval.version,
    }


def _approval(item: dict[str, Value]) -> Approval:
    checks, version, needed = item["checks"], item["version"], item["checkers_needed"]
    shown = item.get("shown", [])
    if (
        not isinstance(checks, list)
        or not isinstance(shown, list)
        or not isinstance(version, int)
        or not isinstance(needed, int)
    ):
        raise TypeError(f"{item['pk']!r} is not an approval")
    used_for, used_at = item.get("used_for"), item.get("used_at")
    return Approval(
        id=str(item["approval"]),
        proposal=Proposal(
            subject_kind=str(item["subject_kind"]),
            subject_id=str(item["subject"]),
            action=str(item["action"]),
            fingerprint=str(item["fingerprint"]),
            shown=tuple(Fact(fact["label"], fact["value"]) for fact in shown),
        ),
        group=Group(str(item["group"])),
        maker=str(item["maker"]),
        checkers_needed=needed,
        requested_at=_instant(item["requested_at"]),
        expires_at=_instant(item["expires_at"]),
        checks=tuple(
            Check(person=check["person"], verdict=Verdict(check["verdict"]), at=_instant(check["at"]))
            for check in checks
        ),
        used_for=None if used_for is None else str(used_for),
        used_at=None if used_at is None else _instant(used_at),
        version=version,
    )


def _instant(value: Value) -> datetime:
    return parse_instant(str(value))
