"""Changes of lists: each entry that comes or goes is a new version of the whole list.

To deny is safe, and at once: one person and a reason. What makes a list weaker, an entry that allows or one less that
denies, takes effect when a lead has agreed. Either is applied to the lists as they are by then, so that nothing that
others entered meanwhile is lost.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from domain.access.model import (
    Action,
    Actor,
    Approval,
    ApprovalKeyReused,
    ApprovalState,
    Group,
    Proposal,
    Relation,
)
from domain.access.service import Approvals, approval_id, proposal_of, refusal_of
from domain.clock import Clock
from domain.facts import facts_of
from domain.fraud import gate, lists
from domain.fraud import registry_rules as rules
from domain.fraud.artefacts import ArtefactStore, ArtefactUnread
from domain.fraud.documents import DOCUMENT_BYTES_MAX, DocumentMalformed, canonical
from domain.fraud.kinds import FRAUD_LIST, Decision, Family, Scope
from domain.fraud.lists import Entry, ListName, Lists
from domain.fraud.refusals import FraudDocumentUnread, FraudKeyReused, FraudLimitReached, FraudRegistryBusy
from domain.fraud.registry_model import (
    ArtefactKind,
    Champion,
    Lineage,
    Pointer,
    Version,
    parse_version_id,
)
from domain.fraud.registry_store import Claim, ListChange, RegistryStore
from domain.ids import customer_jurisdiction, is_account, place_of, prefix_of, work_id
from domain.keys import key_faults
from domain.refusals import FieldFault, InputInvalid, NotAllowed, NotFound, Refusal

SUBJECT_KIND: Final = FRAUD_LIST
TRIES_MAX: Final = 5
MAKERS: Final = frozenset({Group.FRAUD_ANALYST, Group.FRAUD_LEAD})
PAYEES: Final = frozenset({"acc", "cpy"})
"""Who is paid: an account of the bank, or a customer's counterparty."""
ADD: Final = "add"
REMOVE: Final = "remove"


def _is_payee(entity: str) -> bool:
    return prefix_of(entity) in PAYEES and place_of(entity) is not None


def _is_no_address(entity: str) -> bool:
    return "@" not in entity


_ELSEWHERE: Final = (_is_no_address, "the id of a device or a terminal, with no @ in it")
ENTITIES: Final[Mapping[Family, tuple[Callable[[str], bool], str]]] = {
    Family.CUSTOMER: (lambda entity: customer_jurisdiction(entity) is not None, "the id of a customer, cus_"),
    Family.ACCOUNT: (is_account, "the id of an account, acc_"),
    Family.PAYEE: (_is_payee, "the id of an account, acc_, or of a counterparty, cpy_"),
    Family.DEVICE: _ELSEWHERE,
    Family.TERMINAL: _ELSEWHERE,
}
"""What stands on a side of a payment that is judged."""


class ListChanges:
    def __init__(
        self,
        *,
        store: RegistryStore,
        artefacts: ArtefactStore,
        approvals: Approvals,
        current: Callable[[Pointer, Scope], Lists],
        clock: Clock,
    ) -> None:
        """`current`: the lists that decide by a pointer. Raises ArtefactUnread."""
        self._store = store
        self._artefacts = artefacts
        self._approvals = approvals
        self._current = current
        self._clock = clock

    def entries(self, actor: Actor, scope: Scope) -> tuple[Entry, ...] | NotAllowed | NotFound | FraudDocumentUnread:
        """Those of the lists that decide right now.

        Refusals: NotAllowed, FraudDocumentUnread.
        """
        if denied := refusal_of(actor, Action.VIEW_FRAUD, relation=Relation.STRANGER):
            return denied
        found = self._deciding(self._store.pointer(scope), scope)
        return found if isinstance(found, Refusal) else tuple(found.entries[key] for key in sorted(found.entries))

    def deny(
        self, actor: Actor, *, scope: Scope, family: Family, entity: str, reason: str, until: date | None, key: str
    ) -> Version | Refusal:
        """Denies an entity from the next decision on, by one person. Who is denied already is denied no shorter than
        before: a list is made weaker by `propose` alone.

        Refusals: NotAllowed, InputInvalid, FraudLimitReached, FraudKeyReused, FraudDocumentUnread, FraudRegistryBusy.
        """
        if denied := refusal_of(actor, Action.WORK_FRAUD, relation=Relation.STRANGER):
            return denied
        entry = Entry(list=ListName.DENY, family=family, entity=entity, reason=reason, by=actor.person, until=until)
        if faults := (*key_faults(key), *self._new_entry_faults(entry)):
            return InputInvalid(faults)
        return self._applied(scope, _change(ADD, entry), by=actor.person, key=key, approval=None)

    def propose(
        self,
        actor: Actor,
        *,
        scope: Scope,
        name: ListName,
        family: Family,
        entity: str,
        reason: str,
        until: date | None = None,
        remove: bool = False,
        key: str,
    ) -> Approval | Refusal:
        """Asks a lead to agree to an entry that allows, or to taking an entry away.

        Refusals: NotAllowed, InputInvalid, NotFound, ApprovalKeyReused, FraudDocumentUnread.
        """
        if denied := refusal_of(actor, Action.WORK_FRAUD, relation=Relation.STRANGER):
            return denied
        entry = Entry(list=name, family=family, entity=entity, reason=reason, by=actor.person, until=until)
        # What stands may be taken away whatever it is.
        faults = (*key_faults(key), *(_entry_faults(entry) if remove else self._new_entry_faults(entry)))
        if name is ListName.DENY and not remove:
            faults += (FieldFault(("list",), "DENIED_AT_ONCE", "is one that nobody has to agree to"),)
        if faults:
            return InputInvalid(faults)
        change = _change(REMOVE if remove else ADD, entry)
        asked = f"list:{scope.value}:{key}"
        approval = approval_id(actor, asked)
        if remove and self._store.asked(approval) is None:
            deciding = self._deciding(self._store.pointer(scope), scope)
            if isinstance(deciding, FraudDocumentUnread):
                return deciding
            if (name, family, entity) not in deciding.entries:
                return NotFound(entity)
        # Kept first: who agrees must find what it was.
        kept = self._store.ask(ListChange(approval, scope, change, actor.person, self._clock.now()))
        if kept.change != change:
            return ApprovalKeyReused(approval)
        return self._approvals.request(
            actor,
            key=asked,
            proposal=_proposal(scope, change),
            group=Group.FRAUD_LEAD,
            makers=MAKERS,
            checkers_needed=1,
            lifetime=gate.APPROVAL_LIFETIME,
        )

    def decided(self, approval: Approval) -> Refusal | None:
        """Hears that an approval of a change was given or refused; one that was given is applied, once, if it is the
        change that was shown.
        """
        if self._approvals.state(approval) not in (ApprovalState.APPROVED, ApprovalState.USED):
            return None
        asked = self._store.asked(approval.id)
        if asked is None:
            return NotFound(approval.id)
        if gate.consent_of(approval, ApprovalState.APPROVED) is None or approval.maker != asked.by:
            return NotAllowed()
        shown = _proposal(asked.scope, asked.change)
        used = self._approvals.use(approval.id, proposal=shown, used_for=approval.id)
        if isinstance(used, Refusal):
            return used
        applied = self._applied(asked.scope, asked.change, by=asked.by, key=approval.id, approval=approval.id)
        return applied if isinstance(applied, Refusal) else None

    def _applied(
        self, scope: Scope, change: str, *, by: str, key: str, approval: str | None
    ) -> Version | FraudLimitReached | FraudKeyReused | FraudDocumentUnread | FraudRegistryBusy:
        """The lists that decide with the change, as their next version: registered as a draft, read back, then pointed
        to. Where others were first, the draft is made anew of theirs.
        """
        claim_id = work_id("frv", by, "list", scope.value, key)
        for _ in range(TRIES_MAX):
            pointer, now = self._store.pointer(scope), self._clock.now()
            claimed = self._store.claim(claim_id)
            if claimed and claimed.fingerprint != change:
                return FraudKeyReused(claimed.version)
            known = self._version(claimed.version) if claimed else None
            if done := self._done(known, pointer):
                return done
            deciding = self._deciding(pointer, scope)
            if isinstance(deciding, FraudDocumentUnread):
                return deciding
            changed = _changed(deciding, change)
            body = canonical(lists.as_plain(changed))
            if len(changed.entries) > lists.ENTRIES_MAX:
                return FraudLimitReached("ENTRIES", lists.ENTRIES_MAX)
            if len(body) > DOCUMENT_BYTES_MAX:
                return FraudLimitReached("BYTES", DOCUMENT_BYTES_MAX)
            sha256 = self._artefacts.put(ArtefactKind.LISTS, body)
            version = self._drafted(known, scope, sha256, change, claim_id, by=by, now=now)
            if version is None:
                continue
            champion = Champion(version.used, now, by, approval)
            decided = rules.relisted(pointer, champion, reason=f"{version.id}: {_reason(change)}", now=now)
            back = self._deciding(decided, scope)
            if isinstance(back, FraudDocumentUnread):
                return back
            self._note_former(pointer)
            if self._store.point(decided, was=pointer):
                return self._noted(version, champion)
        return FraudRegistryBusy(scope.value)

    def _done(self, known: Version | None, pointer: Pointer) -> Version | None:
        """What the change has led to. Whoever pointed to it may have died before that was noted with it."""
        champion = pointer.champions.get(ArtefactKind.LISTS)
        if known and not known.raised and champion and champion.used.version == known.id:
            return self._noted(known, champion)
        return known if known and known.raised else None

    def _deciding(self, pointer: Pointer, scope: Scope) -> Lists | FraudDocumentUnread:
        """The lists that decide by a pointer, built-in ones included."""
        try:
            return self._current(pointer, scope)
        except ArtefactUnread:
            return FraudDocumentUnread(pointer.champions[ArtefactKind.LISTS].used.version)

    def _drafted(
        self, known: Version | None, scope: Scope, sha256: str, change: str, claim_id: str, *, by: str, now: datetime
    ) -> Version | None:
        """The draft with this document; None when somebody else was first. One that was retired and never decided is
        a draft again.
        """
        if known is not None:
            if (known.sha256, known.retired) == (sha256, None):
                return known
            redone = replace(known, sha256=sha256, retired=None, revision=known.revision + 1)
            return redone if self._store.replace(redone, was=known) else None
        newest = self._store.versions(scope, ArtefactKind.LISTS, before=None, limit=1).versions
        version = Version(
            scope=scope,
            kind=ArtefactKind.LISTS,
            number=newest[0].number + 1 if newest else 1,
            sha256=sha256,
            author=by,
            created_at=now,
            lineage=Lineage(code_version="hand", note=_reason(change)),
        )
        return version if self._store.add(version, Claim(claim_id, version.id, change, now)) else None

    def _note_former(self, pointer: Pointer) -> None:
        """Before others take its place: a death may have come between the pointer and the note."""
        champion = pointer.champions.get(ArtefactKind.LISTS)
        if champion is None:
            return
        former = self._version(champion.used.version)
        noted = rules.noted(former, champion, None)
        if noted != former:
            self._store.replace(noted, was=former)

    def _noted(self, version: Version, champion: Champion) -> Version:
        """Noted with the version; the registry's `settle` does the same where this comes to nothing."""
        noted = rules.noted(version, champion, None)
        return noted if self._store.replace(noted, was=version) else self._version(version.id)

    def _version(self, version: str) -> Version:
        parts = parse_version_id(version)
        found = self._store.version(*parts) if parts else None
        if found is None:
            raise RuntimeError(f"{version} was registered and does not exist")
        return found

    def _new_entry_faults(self, entry: Entry) -> tuple[FieldFault, ...]:
        faults = _entry_faults(entry) or _entity_faults(entry)
        if entry.until is not None and entry.until < self._clock.now().astimezone(UTC).date():
            faults += (FieldFault(("until",), "UNTIL_PAST", "is today, UTC, or a later day"),)
        return faults


def _entry_faults(entry: Entry) -> tuple[FieldFault, ...]:
    """What the document of the lists would not take."""
    try:
        alone = Lists(Decision.APPROVE, {(entry.list, entry.family, entry.entity): entry})
        lists.parsed(lists.as_plain(alone))
    except DocumentMalformed as fault:
        field = fault.path.rpartition(".")[2]
        return (FieldFault((field,), "ENTRY_MALFORMED", fault.problem),)
    return ()


def _entity_faults(entry: Entry) -> tuple[FieldFault, ...]:
    """What no payment names on that side, so that nobody would be denied or allowed by it. The documents are kept for
    ever: nothing personal stands in them.
    """
    fits, described = ENTITIES[entry.family]
    return () if fits(entry.entity) else (FieldFault(("entity",), "ENTITY_MALFORMED", f"is {described}"),)


def _change(action: str, entry: Entry) -> str:
    """What is to be done, as one text: who and why included."""
    said: Mapping[str, object] = {
        "do": action,
        "list": entry.list.value,
        "family": entry.family.value,
        "entity": entry.entity,
        "reason": entry.reason,
        "by": entry.by,
        "until": entry.until.isoformat() if entry.until else None,
    }
    return canonical(said).decode()


def _said(change: str) -> tuple[str, Entry]:
    """What is to be done, and with which entry."""
    said = json.loads(change)
    return said["do"], Entry(
        list=ListName(said["list"]),
        family=Family(said["family"]),
        entity=said["entity"],
        reason=said["reason"],
        by=said["by"],
        until=date.fromisoformat(said["until"]) if said["until"] else None,
    )


def _changed(found: Lists, change: str) -> Lists:
    action, entry = _said(change)
    key = entry.list, entry.family, entry.entity
    stands = found.entries.get(key)
    if action == ADD and entry.list is ListName.DENY and stands and not _ends_later(entry, stands):
        return found
    others = {one: value for one, value in found.entries.items() if one != key}
    return replace(found, entries=others if action == REMOVE else {**others, key: entry})


def _ends_later(entry: Entry, other: Entry) -> bool:
    return other.until is not None and (entry.until is None or entry.until > other.until)


def _proposal(scope: Scope, change: str) -> Proposal:
    """What a lead is shown of a change: of this one and no other."""
    action, entry = _said(change)
    remove = action == REMOVE
    return proposal_of(
        subject_kind=SUBJECT_KIND,
        subject_id=f"{scope.value.lower()}/{entry.family.value}/{entry.entity}",
        action=f"{'remove from' if remove else 'add to'} {entry.list.value}",
        shown=facts_of(
            {
                "Scope": scope.value,
                "List": entry.list.value,
                "Change": "take away" if remove else "add",
                "Whose": entry.family.value,
                "Id": entry.entity,
                "Until": entry.until.isoformat() if entry.until else "for ever",
                "Reason": entry.reason,
            }
        ),
    )


def _reason(change: str) -> str:
    return _said(change)[1].reason
