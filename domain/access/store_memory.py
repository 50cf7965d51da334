"""Approvals in memory, for tests and simulations."""

import threading
from collections.abc import Sequence
from datetime import datetime

from domain.access.model import Approval, ApprovalPage
from domain.access.rules import list_position, listed_state
from domain.access.store import ApprovalList


class MemoryApprovalStore:
    def __init__(self) -> None:
        self._approvals: dict[str, Approval] = {}
        self._lock = threading.Lock()

    def approval(self, approval_id: str) -> Approval | None:
        return self._approvals.get(approval_id)

    def add(self, approval: Approval) -> bool:
        with self._lock:
            return self._approvals.setdefault(approval.id, approval) is approval

    def replace(self, approval: Approval, *, was: Approval) -> bool:
        with self._lock:
            stored = self._approvals.get(approval.id)
            if stored is None or stored.version != was.version:
                return False
            self._approvals[approval.id] = approval
            return True

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
        with self._lock:
            every = list(self._approvals.values())
        found = [
            approval
            for approval in every
            if (approval.group, listed_state(approval)) in lists
            and (expires_after is None or approval.expires_at > expires_after)
            and (expires_until is None or approval.expires_at <= expires_until)
            and (position is None or (list_position(approval) < position) is latest_first)
            and list_position(approval) != position
        ]
        found.sort(key=list_position, reverse=latest_first)
        page = tuple(found[:limit])
        return ApprovalPage(page, list_position(page[-1]) if len(found) > limit else None)
