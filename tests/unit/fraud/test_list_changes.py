"""To deny is at once and by one person; what makes a list weaker needs a lead; nothing of others is lost."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain.access.model import Approval, ApprovalKeyReused, ApprovalMismatch, ApprovalState, Verdict
from domain.fraud import list_changes
from domain.fraud.artefacts import ArtefactUnanswered, MemoryArtefactStore
from domain.fraud.books import Books
from domain.fraud.kinds import Family, Scope
from domain.fraud.list_changes import ADD, _change
from domain.fraud.lists import Entry, ListName
from domain.fraud.refusals import FraudDocumentUnread, FraudKeyReused, FraudLimitReached
from domain.fraud.registry_model import ArtefactKind, Pointer, Retired, Version, VersionState
from domain.fraud.registry_store import ListChange
from domain.fraud.registry_store_memory import MemoryRegistryStore
from domain.refusals import FieldFault, InputInvalid, NotAllowed, NotFound, Refusal
from tests.unit.fraud.governance import ANALYST, AUDITOR, LEAD, OPERATOR, OTHER_ANALYST, Desk, one_score, passed

BAD, FIRST, GOOD, OTHER, SECOND, WORSE = (
    f"acc_us0417_{name:0>26}" for name in ("bad", "first", "good", "other", "second", "worse")
)

CUSTOMER = "cus_us_01K90000000000000000000000"
COUNTERPARTY = "cpy_us0417_01K90000000000000000000000"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def deny(desk: Desk, entity: str = BAD, *, key: str = "k", **changes: Any) -> Any:
    said = {"actor": ANALYST, "reason": "mule", "until": None, "family": Family.PAYEE, **changes}
    actor = said.pop("actor")
    return desk.lists.deny(actor, scope=Scope.CARD, entity=entity, key=key, **said)


def propose(desk: Desk, entity: str = GOOD, *, name: ListName = ListName.ALLOW, **changes: Any) -> Any:
    said = {"actor": ANALYST, "reason": "known business", "family": Family.PAYEE, "key": "k", **changes}
    actor = said.pop("actor")
    return desk.lists.propose(actor, scope=Scope.CARD, name=name, entity=entity, **said)


def entries(desk: Desk) -> set[tuple[str, str]]:
    return {(entry.list.value, entry.entity) for entry in passed(desk.lists.entries(AUDITOR, Scope.CARD))}


class TestDenying:
    def test_one_person_denies_at_once(self, desk: Desk) -> None:
        version = passed(deny(desk))

        assert desk.used(ArtefactKind.LISTS) == version.id
        assert entries(desk) == {("DENY", BAD)}
        assert desk.registry.state(version) is VersionState.CHAMPION
        (entry,) = passed(desk.lists.entries(AUDITOR, Scope.CARD))
        assert (entry.by, entry.reason) == (ANALYST.person, "mule")

    def test_each_entry_adds_to_those_before(self, desk: Desk) -> None:
        first = passed(deny(desk))
        passed(deny(desk, WORSE, key="k-2", actor=OTHER_ANALYST))

        assert entries(desk) == {("DENY", BAD), ("DENY", WORSE)}
        assert desk.registry.state(passed(desk.registry.version(LEAD, first.id))) is VersionState.RETIRED

    def test_the_same_key_denies_once_and_nothing_else(self, desk: Desk) -> None:
        version = passed(deny(desk))

        assert passed(deny(desk)).id == version.id
        assert deny(desk, OTHER) == FraudKeyReused(version.id)
        assert entries(desk) == {("DENY", BAD)}

    @pytest.mark.parametrize(
        "changes", [{"entity": "two words"}, {"entity": ""}, {"reason": ""}, {"reason": "x" * 300}, {"key": ""}]
    )
    def test_what_the_document_would_not_take_is_told(self, desk: Desk, changes: dict[str, Any]) -> None:
        assert isinstance(deny(desk, **{"entity": BAD, **changes}), InputInvalid)
        assert desk.used(ArtefactKind.LISTS) is None

    @pytest.mark.parametrize(
        ("first", "second", "until"),
        [
            (None, date(2026, 11, 30), None),
            (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
            (date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 31)),
            (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 1)),
            (date(2026, 12, 31), None, None),
        ],
    )
    def test_who_is_denied_already_is_denied_no_shorter(
        self, desk: Desk, first: date | None, second: date | None, until: date | None
    ) -> None:
        passed(deny(desk, until=first))
        passed(deny(desk, until=second, key="k-2", actor=OTHER_ANALYST, reason="again"))

        (entry,) = passed(desk.lists.entries(AUDITOR, Scope.CARD))
        grown = until != first
        assert (entry.until, entry.by, entry.reason) == (
            (until, OTHER_ANALYST.person, "again") if grown else (first, ANALYST.person, "mule")
        )

    def test_nobody_is_entered_until_a_day_that_is_over(self, desk: Desk) -> None:
        passed(deny(desk))
        over = InputInvalid((FieldFault(("until",), "UNTIL_PAST", "is today, UTC, or a later day"),))

        assert deny(desk, until=date(2026, 11, 29), key="k-2") == over
        assert propose(desk, until=date(2026, 11, 29)) == over
        assert isinstance(deny(desk, WORSE, until=date(2026, 11, 30), key="k-3"), Version)
        desk.clock.time += timedelta(days=2)
        passed(deny(desk, WORSE, until=date(2026, 12, 2), key="k-4"))

    @pytest.mark.parametrize(
        ("family", "entity"),
        [
            (Family.CUSTOMER, BAD),
            (Family.CUSTOMER, "cus_us_1"),
            (Family.ACCOUNT, COUNTERPARTY),
            (Family.ACCOUNT, BAD[:-1]),
            (Family.PAYEE, "mallory@example.com"),
            (Family.PAYEE, CUSTOMER),
            (Family.PAYEE, "pay" + BAD[3:]),
            (Family.DEVICE, "mallory@example.com"),
            (Family.TERMINAL, "till@example.com"),
        ],
    )
    def test_nobody_is_entered_by_what_no_payment_names_on_that_side(
        self, desk: Desk, family: Family, entity: str
    ) -> None:
        for answer in (deny(desk, entity, family=family), propose(desk, entity, family=family)):
            assert isinstance(answer, InputInvalid)
            assert [(fault.path, fault.code) for fault in answer.faults] == [(("entity",), "ENTITY_MALFORMED")]

    @pytest.mark.parametrize(
        ("family", "entity"),
        [
            (Family.CUSTOMER, CUSTOMER),
            (Family.ACCOUNT, BAD),
            (Family.PAYEE, BAD),
            (Family.PAYEE, COUNTERPARTY),
            (Family.DEVICE, "dev-7"),
            (Family.TERMINAL, "acquirer/till:9"),
        ],
    )
    def test_every_side_is_entered_by_what_payments_name_there(self, desk: Desk, family: Family, entity: str) -> None:
        passed(deny(desk, entity, family=family))

    @pytest.mark.parametrize("actor", [AUDITOR, OPERATOR])
    def test_others_deny_nobody(self, desk: Desk, actor: Any) -> None:
        assert deny(desk, actor=actor) == NotAllowed()
        assert propose(desk, actor=actor) == NotAllowed()


class TestLoosening:
    def test_an_entry_that_allows_waits_for_a_lead(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk))
        assert entries(desk) == set()

        passed(desk.agreed(approval))

        assert entries(desk) == {("ALLOW", GOOD)}
        champion = desk.registry.pointer(Scope.CARD).champions[ArtefactKind.LISTS]
        assert (champion.by, champion.approval) == (ANALYST.person, approval.id)

    def test_to_take_a_denial_away_waits_for_a_lead(self, desk: Desk) -> None:
        passed(deny(desk))
        approval: Approval = passed(propose(desk, BAD, name=ListName.DENY, remove=True, key="k-2"))
        assert entries(desk) == {("DENY", BAD)}

        passed(desk.agreed(approval))

        assert entries(desk) == set()

    def test_what_was_denied_meanwhile_stays(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk))
        passed(deny(desk, key="k-2"))

        passed(desk.agreed(approval))

        assert entries(desk) == {("ALLOW", GOOD), ("DENY", BAD)}

    def test_what_is_refused_changes_nothing(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk))
        desk.approvals.decide(LEAD, approval.id, verdict=Verdict.REFUSE, fingerprint=approval.proposal.fingerprint)

        assert entries(desk) == set()

    def test_heard_again_it_is_applied_once(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk))
        passed(desk.agreed(approval))
        pointer = desk.registry.pointer(Scope.CARD)

        given = passed(desk.approvals.get(approval.id))
        assert desk.lists.decided(given) is None
        assert desk.registry.pointer(Scope.CARD) == pointer

    def test_a_lead_who_proposes_does_not_agree(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk, actor=LEAD))

        assert isinstance(desk.agreed(approval, by=LEAD), Refusal)
        assert entries(desk) == set()

    def test_what_stands_is_taken_away_whatever_it_is(self, desk: Desk) -> None:
        """Entries of before ids were looked at."""
        entry = Entry(
            list=ListName.DENY, family=Family.PAYEE, entity="mallory@example.com", reason="x", by="stf_1", until=None
        )
        passed(desk.lists._applied(Scope.CARD, _change(ADD, entry), by="stf_1", key="old", approval=None))

        approval: Approval = passed(propose(desk, entry.entity, name=ListName.DENY, remove=True))
        passed(desk.agreed(approval))
        assert entries(desk) == set()

    def test_to_deny_is_not_proposed(self, desk: Desk) -> None:
        assert isinstance(propose(desk, name=ListName.DENY), InputInvalid)

    def test_a_checker_sees_what_it_is_and_until_when(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk, until=date(2027, 1, 31)))

        shown = {fact.label: fact.value for fact in approval.proposal.shown}
        assert (shown["Id"], shown["List"], shown["Until"]) == (GOOD, "ALLOW", "2027-01-31")

    def test_nobody_is_asked_about_an_entry_that_there_is_not(self, desk: Desk) -> None:
        passed(deny(desk))

        assert propose(desk, BAD, remove=True) == NotFound(BAD)
        approval: Approval = passed(propose(desk, BAD, name=ListName.DENY, remove=True))
        passed(desk.agreed(approval))
        assert entries(desk) == set()
        assert passed(propose(desk, BAD, name=ListName.DENY, remove=True)).id == approval.id

    def test_a_key_asks_for_one_change_alone(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk))

        assert propose(desk) == approval
        assert propose(desk, OTHER) == ApprovalKeyReused(approval.id)
        assert propose(desk, reason="another") == ApprovalKeyReused(approval.id)

    def test_what_was_kept_and_never_asked_for_is_not_asked_for_as_something_else(self, desk: Desk) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(desk.approvals, "request", dies)
            with pytest.raises(KeyboardInterrupt):
                propose(desk)

        assert isinstance(propose(desk, OTHER), ApprovalKeyReused)
        passed(desk.agreed(passed(propose(desk))))
        assert entries(desk) == {("ALLOW", GOOD)}

    def test_of_two_who_propose_at_once_by_one_key_the_one_that_is_kept_is_shown(self) -> None:
        store = Meeting()
        desk = Desk(store=store)
        store.asked_meanwhile = lambda: propose(desk, FIRST)

        assert isinstance(propose(desk, SECOND), ApprovalKeyReused)
        (approval,) = desk.approvals.of_state(LEAD, ApprovalState.PENDING).approvals
        passed(desk.agreed(approval))

        shown = {fact.label: fact.value for fact in approval.proposal.shown}
        assert (shown["Id"], entries(desk)) == (FIRST, {("ALLOW", FIRST)})

    def test_what_a_lead_was_not_shown_is_not_applied(self, desk: Desk) -> None:
        approval: Approval = passed(propose(desk))
        kept = desk.store.asked(approval.id)
        desk.store._changes[approval.id] = replace(kept, change=kept.change.replace(GOOD, OTHER))

        assert desk.agreed(approval) == ApprovalMismatch(approval.id)
        assert entries(desk) == set()


def dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


class Meeting(MemoryRegistryStore):
    def __init__(self) -> None:
        super().__init__()
        self.asked_meanwhile: Any = None
        self.meanwhile: Any = None
        self.dies = False

    def ask(self, change: ListChange) -> ListChange:
        happens, self.asked_meanwhile = self.asked_meanwhile, None
        if happens:
            happens()
        return super().ask(change)

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        if self.dies:
            self.dies = False
            raise KeyboardInterrupt
        return super().point(pointer, was=was)


def test_two_who_deny_at_once_both_deny() -> None:
    store = Meeting()
    desk = Desk(store=store)
    store.meanwhile = lambda: passed(deny(desk, WORSE, key="other", actor=OTHER_ANALYST))

    passed(deny(desk))

    assert entries(desk) == {("DENY", BAD), ("DENY", WORSE)}


def test_a_denial_that_is_cut_off_is_ended_by_saying_it_again() -> None:
    store = Meeting()
    desk = Desk(store=store)
    store.dies = True
    with pytest.raises(KeyboardInterrupt):
        deny(desk)
    passed(deny(desk, WORSE, key="other", actor=OTHER_ANALYST))

    passed(deny(desk))

    assert entries(desk) == {("DENY", BAD), ("DENY", WORSE)}


def test_a_denial_whose_note_was_cut_off_is_noted_by_saying_it_again() -> None:
    desk = Desk()
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(desk.lists, "_noted", dies)
        with pytest.raises(KeyboardInterrupt):
            deny(desk)

    again = passed(deny(desk))

    assert (again.raised is not None, again.committed_at is not None) == (True, True)
    assert entries(desk) == {("DENY", BAD)}


def another_process(desk: Desk) -> None:
    """It has read no document yet."""
    desk.lists._current = Books(artefacts=desk.artefacts, model=one_score).lists


class Unread(MemoryArtefactStore):
    """What is put is not read back, for a while."""

    silent = False

    def get(self, kind: ArtefactKind, sha256: str) -> bytes:
        if self.silent:
            raise ArtefactUnanswered
        return super().get(kind, sha256)


class TestDocuments:
    def test_lists_that_nobody_could_read_are_refused(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        version = passed(deny(desk))
        monkeypatch.setattr(list_changes, "DOCUMENT_BYTES_MAX", 1_000)
        reason = "\N{PILE OF POO}" * 200

        assert deny(desk, WORSE, key="k-2", reason=reason) == FraudLimitReached("BYTES", 1_000)
        assert desk.used(ArtefactKind.LISTS) == version.id

    def test_what_is_pointed_to_was_read_back(self) -> None:
        store = Unread()
        desk = Desk(artefacts=store)
        store.silent = True

        assert deny(desk) == FraudDocumentUnread("card/lists/1")
        assert desk.used(ArtefactKind.LISTS) is None

        store.silent = False
        assert passed(deny(desk)).id == desk.used(ArtefactKind.LISTS) == "card/lists/1"

    def test_while_those_that_decide_cannot_be_read_nothing_is_changed(self, desk: Desk) -> None:
        version = passed(deny(desk))
        bodies = dict(desk.artefacts.bodies)
        desk.artefacts.bodies.clear()
        another_process(desk)

        unread = FraudDocumentUnread(version.id)
        assert unread.retryable
        assert desk.lists.entries(AUDITOR, Scope.CARD) == unread
        assert deny(desk, WORSE, key="k-2") == unread
        assert desk.agreed(passed(propose(desk))) == unread
        assert desk.used(ArtefactKind.LISTS) == version.id

        desk.artefacts.bodies.update(bodies)
        passed(deny(desk, WORSE, key="k-2"))
        assert entries(desk) == {("DENY", BAD), ("DENY", WORSE)}


class TestLeftOver:
    """A version of lists that a death, or others who were faster, left as a draft."""

    @pytest.fixture
    def left(self) -> Desk:
        store = Meeting()
        desk = Desk(store=store)
        store.dies = True
        with pytest.raises(KeyboardInterrupt):
            deny(desk)
        return desk

    def test_is_not_worked_on_as_a_version(self, left: Desk) -> None:
        registry, version = left.registry, "card/lists/1"
        refusal = InputInvalid((FieldFault(("version",), "KIND_NOT_DRAFTED", "is changed entry by entry"),))

        assert registry.redraft(ANALYST, version, document={}) == refusal
        assert registry.commit(ANALYST, version) == refusal
        assert registry.retire(ANALYST, version, reason="left over") == refusal
        assert registry.request_promotion(ANALYST, version, reason="left over", key="p") == refusal
        assert registry.promote(ANALYST, version) == refusal
        assert registry.missing(AUDITOR, version) == refusal

    def test_that_was_retired_denies_all_the_same_once_it_is_said_again(self, left: Desk) -> None:
        draft = left.store.version(Scope.CARD, ArtefactKind.LISTS, 1)
        ended = replace(draft, retired=Retired(left.clock.now(), LEAD.person, "left over"), revision=draft.revision + 1)
        assert left.store.replace(ended, was=draft)

        version = passed(deny(left))

        assert (version.id, left.used(ArtefactKind.LISTS)) == ("card/lists/1", "card/lists/1")
        assert entries(left) == {("DENY", BAD)}
        assert left.registry.state(version) is VersionState.CHAMPION

    def test_that_decided_once_is_answered_as_it_is_now(self, desk: Desk) -> None:
        version = passed(deny(desk))
        passed(deny(desk, WORSE, key="k-2"))
        pointer = desk.registry.pointer(Scope.CARD)

        assert passed(deny(desk)).id == version.id
        assert desk.registry.pointer(Scope.CARD) == pointer
