"""Approvals in memory, for tests and simulations."""

import threading

from domain.access.model import Approval


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
