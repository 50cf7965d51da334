"""Approvals in the table florin-customers-<region>.

P#<approval>   P   the approval, its checks in a list
"""

from datetime import datetime

from domain.access.model import Approval, Check, Group, Proposal, Verdict
from domain.clock import instant_text, parse_instant
from domain.tables_aws import Table, Value


class DynamoDBApprovalStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def approval(self, approval_id: str) -> Approval | None:
        item = self._table.get(f"P#{approval_id}", "P")
        return _approval(item) if item else None

    def add(self, approval: Approval) -> bool:
        return self._table.put_new(_item(approval))

    def replace(self, approval: Approval, *, was: Approval) -> bool:
        return self._table.replace(_item(approval), attribute="version", expected=was.version)


def _item(approval: Approval) -> dict[str, Value]:
    proposal = approval.proposal
    return {
        "pk": f"P#{approval.id}",
        "sk": "P",
        "approval": approval.id,
        "subject_kind": proposal.subject_kind,
        "subject": proposal.subject_id,
        "action": proposal.action,
        "fingerprint": proposal.fingerprint,
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
    if not isinstance(checks, list) or not isinstance(version, int) or not isinstance(needed, int):
        raise TypeError(f"{item['pk']!r} is not an approval")
    used_for, used_at = item.get("used_for"), item.get("used_at")
    return Approval(
        id=str(item["approval"]),
        proposal=Proposal(
            subject_kind=str(item["subject_kind"]),
            subject_id=str(item["subject"]),
            action=str(item["action"]),
            fingerprint=str(item["fingerprint"]),
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
