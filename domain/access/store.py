"""How approvals are kept: one record each, moved on by its version."""

from typing import Protocol

from domain.access.model import Approval


class ApprovalStore(Protocol):
    def approval(self, approval_id: str) -> Approval | None: ...

    def add(self, approval: Approval) -> bool:
        """False, and nothing written, when the id is taken."""
        ...

    def replace(self, approval: Approval, *, was: Approval) -> bool:
        """False, and nothing written, when the stored version is no longer that of `was`."""
        ...
