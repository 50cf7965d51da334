"""What a record may carry, and how it is put together."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.access.model import Actor
from domain.audit.model import AuditRecord, Detail, Outcome
from domain.clock import instant_text
from domain.fraud.kinds import Scope
from domain.ids import Randomness, is_id, ulid
from domain.refusals import Refusal

PAGE_MAX: Final = 100
DETAILS_MAX: Final = 20
DETAIL_LENGTH_MAX: Final = 200
"""Codes, ids and amounts are short. Longer text would be somebody's words, which do not belong here."""
SOURCE_LENGTH_MAX: Final = 64
"""The longest address is IPv6 with a zone; what is longer came from a header, not from a connection."""
NO_ID: Final = "no-id"
"""What stands in place of a text that is no id."""
_SCOPES: Final = frozenset(scope.value for scope in Scope)
_VERSION: Final = re.compile(r"[a-z]{1,16}/[a-z]{1,16}/[0-9]{1,6}", re.ASCII)
"""Names of versions of fraud scoring, such as card/rules/3; nobody's words look like them."""
_BEFORE_ALL: Final = "0"
_AFTER_ALL: Final = "9"


def record_of(
    *,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: str,
    customer: str | None,
    account: str | None,
    detail: Detail,
    now: datetime,
    randomness: Randomness,
) -> AuditRecord:
    """An act whose outcome is not known yet. A text that is no id is not kept: the record must be written whatever was
    asked for, stays for ever, and whoever typed it may have typed a name or the number of a card.
    """
    return AuditRecord(
        id=ulid(now, randomness),
        at=now,
        person=actor.person,
        groups=tuple(sorted(group.value for group in actor.groups)),
        action=action,
        subject_kind=subject_kind,
        subject_id=_id_or_not(subject_id),
        customer=customer and _id_or_not(customer),
        account=account and _id_or_not(account),
        outcome=Outcome.OUTCOME_UNKNOWN,
        refusal_code=None,
        source_ip=actor.source_ip and actor.source_ip[:SOURCE_LENGTH_MAX],
        correlation_id=actor.correlation_id[:DETAIL_LENGTH_MAX],
        channel=actor.channel.value,
        detail=_checked_detail(detail),
    )


def ended(begun: AuditRecord, *, account: str | None, refusal: Refusal | None, failed: bool) -> AuditRecord:
    """The record of an act with how it ended. `account`: the one it turned out to be about, if that was not known."""
    return replace(
        begun,
        account=begun.account or account,
        outcome=_outcome(refusal, failed=failed),
        refusal_code=refusal.code if refusal else None,
    )


def bounds(since: datetime | None, until: datetime | None) -> tuple[str, str]:
    """The positions between which the records from `since` on, and before `until`, stand."""
    return (
        instant_text(since) if since else _BEFORE_ALL,
        instant_text(until) if until else _AFTER_ALL,
    )


def page_size(size: int) -> int:
    if not 1 <= size <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} records, not {size}")
    return size


def _id_or_not(text: str) -> str:
    return text if is_id(text) or text in _SCOPES or _VERSION.fullmatch(text) else NO_ID


def _outcome(refusal: Refusal | None, *, failed: bool) -> Outcome:
    if refusal and failed:
        raise ValueError("a refusal is not a fault")
    if failed:
        return Outcome.ERROR
    return Outcome.REFUSED if refusal else Outcome.ALLOWED


def _checked_detail(detail: Detail) -> Detail:
    if len(detail) > DETAILS_MAX:
        raise ValueError(f"{len(detail)} details are more than {DETAILS_MAX}")
    for name, value in detail.items():
        if isinstance(value, str) and len(value) > DETAIL_LENGTH_MAX:
            raise ValueError(f"detail {name!r} is longer than {DETAIL_LENGTH_MAX}")
    return dict(detail)
