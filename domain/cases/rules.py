"""How a case moves, as pure functions from what it is to what it is to be, or why not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.access.model import ApprovalNotGiven, ApprovalState, Proposal
from domain.access.service import proposal_of
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import (
    Case,
    CaseResolved,
    CaseState,
    CaseTaken,
    Entry,
    Happened,
    Resolution,
    ResolutionKeyReused,
    ResolutionPending,
    ResolutionUnavailable,
    ReviewOver,
    Stage,
    Subject,
    Undone,
)
from domain.clock import instant_text
from domain.facts import VALUE_LENGTH_MAX, facts_of
from domain.ids import work_id
from domain.refusals import FieldFault

REASON_LENGTH_MAX: Final = VALUE_LENGTH_MAX
"""The second person is shown the reason as a fact."""
HISTORY_MAX: Final = 100
"""Far more than people and retries come to; an item of DynamoDB takes 400 KB. The audit records keep every act."""
UNDONE_MAX: Final = 20
"""Far more keys than people try on one case. A key that is forgotten would propose once more."""
APPROVAL_LIFETIME: Final = timedelta(days=1)
"""A second person is there within a day; what was shown the day before is looked at again."""
ASKING_MAX: Final = timedelta(minutes=5)
"""A proposal and the asking for its approval are two writes of one request, seconds apart."""
UNRESOLVED: Final = (CaseState.OPEN, CaseState.ASSIGNED)
BANK: Final = "bank"
NO_KEY: Final = ""
"""Of a resolution that nobody asked for by a key."""
OVERTAKEN: Final = "It was decided without this case before."
RESERVED_FACTS: Final = ("Case", "Resolution", "Reason")
"""What a second person is shown before the facts of the case itself."""

NOT_GIVEN: Final = frozenset({ApprovalState.REFUSED.value, ApprovalState.EXPIRED.value})
"""What becomes of an approval when nobody gives it."""

ResolveDeclined = (
    ApprovalNotGiven | CaseTaken | CaseResolved | ResolutionPending | ResolutionUnavailable | ResolutionKeyReused
)


def case_id(kind: CaseKind, subject: Subject, key: str) -> str:
    return work_id("cas", kind.value, subject.kind, subject.id, key)


def opened(
    kind: CaseKind,
    subject: Subject,
    *,
    key: str,
    due_at: datetime | None,
    facts: Mapping[str, str],
    region: str,
    now: datetime,
) -> Case:
    if clash := set(facts) & set(RESERVED_FACTS):
        raise ValueError(f"{sorted(clash)} are shown beside the facts of a case")
    said = facts_of(facts)
    facts_of(dict.fromkeys((*RESERVED_FACTS, *facts), ""))  # all of it must fit when a second person is asked
    return Case(
        id=case_id(kind, subject, key),
        kind=kind,
        subject=subject,
        key=key,
        region=region,
        opened_at=now,
        due_at=due_at or now + KINDS[kind].due_after,
        facts=said,
        history=(Entry(now, BANK, Happened.OPENED),),
    )


def assigned(case: Case, *, person: str, now: datetime) -> Case | CaseTaken | CaseResolved:
    """The case in the person's hands. Said again, it changes nothing."""
    if refusal := _closed(case):
        return refusal
    if case.owner == person:
        return case
    if case.owner is not None:
        return CaseTaken(case.id)
    return _moved(case, Entry(now, person, Happened.ASSIGNED), owner=person)


def released(case: Case, *, person: str, now: datetime) -> Case | CaseResolved:
    """The case in nobody's hands. Anybody of the group may release it: owners fall ill."""
    if refusal := _closed(case):
        return refusal
    if case.owner is None:
        return case
    return _moved(case, Entry(now, person, Happened.RELEASED, case.owner), owner=None)


def resolving(
    case: Case, *, person: str, code: ResolutionCode, reason: str, key: str, approval: str, now: datetime
) -> Case | ResolveDeclined:
    """The case with this resolution decided, or proposed to a second person by `approval`.

    Said again by the same person with the same key, it changes nothing; what could not be carried out is tried once
    more, and what was not approved stays so.
    """
    choice = case.about.resolutions.get(code)
    if choice is None:
        return ResolutionUnavailable(case.id, code.value)
    stage = Stage.PROPOSED if choice.second_person else Stage.DECIDED
    asked = Resolution(
        code, reason, person, key, now, stage, case.version, approval=approval if choice.second_person else None
    )
    if refusal := _undone_before(case, asked):
        return refusal
    if case.resolution:
        return _said_before(case, case.resolution, asked)
    if case.owner not in (None, person):
        return CaseTaken(case.id)
    happened = Happened.PROPOSED if choice.second_person else Happened.DECIDED
    return _moved(case, Entry(now, person, happened, code.value), resolution=asked)


def approved(case: Case, *, approval: str, checker: str, now: datetime) -> Case:
    """The case with its proposed resolution decided. What is not proposed by this approval stays as it is."""
    resolution = case.resolution
    if not resolution or resolution.approval != approval or resolution.stage is not Stage.PROPOSED:
        return case
    decided = replace(resolution, stage=Stage.DECIDED, checker=checker)
    return _moved(case, Entry(now, checker, Happened.DECIDED, resolution.code.value), resolution=decided)


def not_approved(case: Case, *, approval: str | None, person: str, why: str, now: datetime) -> Case:
    """The case without the resolution that this approval was asked for. Any other stays."""
    resolution = case.resolution
    if not resolution or resolution.approval != approval or resolution.stage is not Stage.PROPOSED:
        return case
    return _undone(case, resolution, Entry(now, person, Happened.NOT_APPROVED, why), why)


def carried_out(case: Case, *, decided: Resolution, now: datetime) -> Case:
    """The case resolved, if what was carried out is still what was decided."""
    if case.resolution != decided:
        return case
    done = replace(decided, stage=Stage.CARRIED_OUT)
    return _moved(case, Entry(now, decided.person, Happened.RESOLVED, decided.code.value), resolution=done)


def not_carried_out(case: Case, *, decided: Resolution, why: str, now: datetime) -> Case:
    """The case open for another resolution."""
    if case.resolution != decided:
        return case
    return _undone(case, decided, Entry(now, BANK, Happened.NOT_CARRIED_OUT, why), why)


def ended(case: Case, *, code: ResolutionCode, reason: str, person: str, now: datetime) -> Case:
    """The case resolved by what was done without it. What is decided already is carried out; what waits for a second
    person is not needed any more."""
    if _closed(case):
        return case
    done = Resolution(code, reason, person, NO_KEY, now, Stage.CARRIED_OUT)
    return _moved(case, Entry(now, person, Happened.RESOLVED, code.value), resolution=done)


def overtaken(case: Case, *, decided: Resolution, by: ReviewOver, now: datetime) -> Case:
    """The case resolved as what it asked for was decided before; what was decided of the case came too late."""
    opened = not_carried_out(case, decided=decided, why=by.code, now=now)
    return ended(opened, code=by.decided, reason=OVERTAKEN, person=BANK, now=now) if opened != case else case


def proposal(case: Case, resolution: Resolution) -> Proposal:
    """What a second person approves: this resolution of this case, with the reason and all that is known of it."""
    said = {
        "Case": case.about.title,
        "Resolution": case.about.resolutions[resolution.code].title,
        "Reason": resolution.reason,
        **{fact.label: fact.value for fact in case.facts},
    }
    return proposal_of(
        subject_kind="case",
        subject_id=case.id,
        action=f"resolve:{resolution.code.value}",
        shown=facts_of(said),
    )


def reason_faults(reason: str) -> tuple[FieldFault, ...]:
    if reason.strip() and len(reason) <= REASON_LENGTH_MAX and reason.isprintable():
        return ()
    message = f"is 1 to {REASON_LENGTH_MAX} printable characters on one line, not all of them blanks"
    return (FieldFault(("reason",), "REASON_MALFORMED", message),)


def position(case: Case) -> str:
    """Its place in a list: what is due first stands first."""
    return f"{instant_text(case.due_at)}#{case.id}"


def _closed(case: Case) -> CaseResolved | None:
    resolution = case.resolution
    if resolution is None or resolution.stage is Stage.PROPOSED:
        return None
    return CaseResolved(case.id, resolution.code.value)


def _said_before(case: Case, stored: Resolution, asked: Resolution) -> Case | ResolveDeclined:
    if _key(stored) == _key(asked):
        return case if _way(stored) == _way(asked) else ResolutionKeyReused(case.id)
    if stored.stage is Stage.PROPOSED:
        return ResolutionPending(case.id, stored.approval or "")
    return CaseResolved(case.id, stored.code.value)


def _undone_before(case: Case, asked: Resolution) -> ApprovalNotGiven | ResolutionKeyReused | None:
    found = next((one for one in case.undone if _key(one.resolution) == _key(asked)), None)
    if found is None:
        return None
    if _way(found.resolution) != _way(asked):
        return ResolutionKeyReused(case.id)
    if found.resolution.stage is Stage.PROPOSED and found.why in NOT_GIVEN:
        return ApprovalNotGiven(found.resolution.approval or "", found.why)
    return None


def _key(resolution: Resolution) -> tuple[str, str]:
    return resolution.person, resolution.key


def _way(resolution: Resolution) -> tuple[ResolutionCode, str]:
    return resolution.code, resolution.reason


def _undone(case: Case, resolution: Resolution, entry: Entry, why: str) -> Case:
    others = [one for one in case.undone if _key(one.resolution) != _key(resolution)]
    undone = (*others, Undone(resolution, why))[-UNDONE_MAX:]
    return _moved(case, entry, resolution=None, undone=undone)


def _moved(case: Case, entry: Entry, **changes: Any) -> Case:
    first, *rest = (*case.history, entry)
    history = (first, *rest[-(HISTORY_MAX - 1) :])
    return replace(case, history=history, version=case.version + 1, **changes)
