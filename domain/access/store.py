"""How approvals are kept: one record each, moved on by its version, in the list of its group and state."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.access.model import Approval, ApprovalPage, ApprovalState, Group

ApprovalList = tuple[Group, ApprovalState]
"""Of a group, those that were in a state before they expired; so there is no list of what has EXPIRED."""


class ApprovalStore(Protocol):
    def approval(self, approval_id: str) -> Approval | None: ...

    def add(self, approval: Approval) -> bool:
        """False, and nothing written, when the id is taken."""
        ...

    def replace(self, approval: Approval, *, was: Approval) -> bool:
        """False, and nothing written, when the stored version is no longer that of `was`."""
        ...

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
        """Approvals of these lists in the order in which they expire, beyond `position`. A change may take a moment
        to appear here.
        """
        ...
