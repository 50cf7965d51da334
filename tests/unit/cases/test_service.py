"""The story of a case: opened once, owned by one, resolved once, by two where it must be, whatever is cut off."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access.model import (
    Actor,
    Approval,
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalNotPending,
    ApprovalState,
    Group,
    MakerCannotCheck,
    Verdict,
)
from domain.access.service import approval_id
from domain.cases import service
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import (
    Case,
    CaseBusy,
    CaseResolved,
    CaseState,
    CaseTaken,
    Happened,
    ResolutionDelayed,
    ResolutionKeyReused,
    ResolutionNotCarriedOut,
    ResolutionPending,
    ResolutionUnavailable,
    ReviewOver,
    Stage,
    Subject,
)
from domain.cases.rules import APPROVAL_LIFETIME, ASKING_MAX
from domain.refusals import AccountClosed, InputInvalid, NotAllowed, NotFound, Refusal, TryAgain
from tests.unit.cases.office import (
    ADA,
    ADMIN,
    ANALYST,
    AUDITOR,
    CHECKER,
    FACTS,
    MAKER,
    NOON,
    PAYMENT,
    THIRD,
    Died,
    Office,
    staff,
)


@pytest.fixture(name="office")
def _office() -> Office:
    return Office()


def happened(case: Case) -> list[Happened]:
    return [entry.happened for entry in case.history]


class TestOpening:
    def test_the_same_kind_subject_and_key_is_the_same_case(self, office: Office) -> None:
        first = office.opened()
        office.cases.assign(MAKER, first.id)

        again = office.cases.open(CaseKind.ACH_ENTRY_PENDED, PAYMENT, key="1", facts={"Amount": "26.00 USD"})

        assert again == office.now(first)
        assert again.facts == first.facts

    def test_another_kind_subject_or_key_is_another_case(self, office: Office) -> None:
        ids = {
            office.opened().id,
            office.opened(key="2").id,
            office.opened(CaseKind.ACH_NOC).id,
            office.cases.open(CaseKind.ACH_ENTRY_PENDED, Subject("ach_entry", "ent_2"), key="1").id,
        }
        assert len(ids) == 4

    def test_it_is_due_as_its_kind_says_unless_a_deadline_is_known(self, office: Office) -> None:
        case = office.cases.open(CaseKind.PARTNER_SILENT, PAYMENT, key="1")

        assert case.due_at == NOON + KINDS[CaseKind.PARTNER_SILENT].due_after
        assert office.opened(due_in=3).due_at == NOON + timedelta(hours=3)


class TestLooking:
    def test_the_group_and_who_audits_see_a_case_and_nobody_else(self, office: Office) -> None:
        case = office.opened()

        for person in (MAKER, CHECKER, AUDITOR):
            assert office.cases.seen(person, case.id) == case
        for person in (ANALYST, ADMIN, ADA):
            assert office.cases.seen(person, case.id) == NotFound(case.id)

    def test_a_list_has_what_the_person_sees_in_the_order_in_which_it_is_due(self, office: Office) -> None:
        late, soon = office.opened(due_in=9), office.opened(key="2", due_in=1)
        review = office.opened(CaseKind.ACH_PAYMENT_REVIEW, due_in=5)

        def ids(person: Actor) -> list[str]:
            return [case.id for case in office.cases.listed(person).cases]

        assert ids(MAKER) == [soon.id, late.id]
        assert ids(ANALYST) == [review.id]
        assert ids(AUDITOR) == [soon.id, review.id, late.id]
        assert ids(staff(7, Group.OPERATIONS, Group.FRAUD_ANALYST)) == [soon.id, review.id, late.id]
        assert ids(ADMIN) == []
        assert ids(ADA) == []

    def test_a_list_can_be_narrowed_to_a_kind_a_state_and_ones_own(self, office: Office) -> None:
        taken, left = office.opened(), office.opened(key="2")
        noc = office.opened(CaseKind.ACH_NOC)
        done = office.opened(CaseKind.PARTNER_SILENT)
        office.cases.assign(MAKER, taken.id)
        office.resolved(done, code=ResolutionCode.NOTED)

        def ids(**by: object) -> set[str]:
            page = office.cases.listed(MAKER, **by)  # type: ignore[arg-type]  # the names are those of the method
            return {case.id for case in page.cases}

        assert ids() == {taken.id, left.id, noc.id}
        assert ids(kind=CaseKind.ACH_NOC) == {noc.id}
        assert ids(kind=CaseKind.ACH_PAYMENT_REVIEW) == set()
        assert ids(state=CaseState.OPEN) == {left.id, noc.id}
        assert ids(state=CaseState.RESOLVED) == {done.id}
        assert ids(mine=True) == {taken.id}

    def test_pages_lose_nothing(self, office: Office) -> None:
        wanted = [office.opened(key=str(number), due_in=number).id for number in range(5)]

        found: list[str] = []
        position = None
        while len(found) < 5:
            page = office.cases.listed(MAKER, position=position, limit=2)
            found += [case.id for case in page.cases]
            position = page.position

        assert found == wanted
        assert position is None


class TestOwning:
    def test_one_person_owns_it_until_it_is_released(self, office: Office) -> None:
        case = office.opened()

        taken = office.cases.assign(MAKER, case.id)

        assert isinstance(taken, Case)
        assert (taken.state, taken.owner) == (CaseState.ASSIGNED, MAKER.person)
        assert office.cases.assign(MAKER, case.id) == taken
        assert office.cases.assign(CHECKER, case.id) == CaseTaken(case.id)
        assert office.resolved(case, CHECKER) == CaseTaken(case.id)

        freed = office.cases.release(CHECKER, case.id)
        assert isinstance(freed, Case)
        assert (freed.state, freed.owner) == (CaseState.OPEN, None)
        assert office.cases.release(MAKER, case.id) == freed
        assert happened(freed) == [Happened.OPENED, Happened.ASSIGNED, Happened.RELEASED]

    @pytest.mark.parametrize("act", ["assign", "release"])
    def test_who_audits_looks_and_does_not_act_and_for_others_there_is_nothing(self, office: Office, act: str) -> None:
        case = office.opened()
        do: Callable[..., object] = getattr(office.cases, act)

        assert do(AUDITOR, case.id) == NotAllowed()
        for person in (ANALYST, ADMIN, ADA):
            assert do(person, case.id) == NotFound(case.id)
            assert office.resolved(case, person) == NotFound(case.id)
        assert office.resolved(case, AUDITOR) == NotAllowed()
        assert office.now(case) == case

    def test_what_is_resolved_is_nobodys_to_take(self, office: Office) -> None:
        case = office.opened(CaseKind.PARTNER_SILENT)
        office.resolved(case, code=ResolutionCode.NOTED)

        assert office.cases.assign(CHECKER, case.id) == CaseResolved(case.id, "NOTED")
        assert office.cases.release(CHECKER, case.id) == CaseResolved(case.id, "NOTED")

    def test_who_loses_too_many_races_is_told_so(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        case = office.opened()
        monkeypatch.setattr(office.case_store.store, "replace", lambda *_, **__: False)

        assert office.cases.assign(MAKER, case.id) == CaseBusy(case.id)


class TestResolvingAlone:
    def test_it_is_carried_out_and_then_resolved(self, office: Office) -> None:
        case = office.opened()

        done = office.resolved(case, code=ResolutionCode.RETURN)

        assert isinstance(done, Case)
        assert done.resolution
        assert (done.state, done.resolution.person) == (CaseState.RESOLVED, MAKER.person)
        assert happened(done) == [Happened.OPENED, Happened.DECIDED, Happened.RESOLVED]
        ((told, resolution),) = office.waiting.told
        assert (told, resolution.code, resolution.stage) == (case.id, ResolutionCode.RETURN, Stage.DECIDED)

    def test_said_again_it_is_the_same_and_carried_out_once(self, office: Office) -> None:
        case = office.opened()
        done = office.resolved(case, code=ResolutionCode.RETURN)

        assert office.resolved(case, code=ResolutionCode.RETURN) == done
        assert len(office.waiting.told) == 1

    def test_another_way_by_the_same_key_is_refused(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case, code=ResolutionCode.RETURN)

        assert office.resolved(case, code=ResolutionCode.POST) == ResolutionKeyReused(case.id)

    def test_it_is_resolved_once_whoever_asks(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case, code=ResolutionCode.RETURN)

        assert office.resolved(case, CHECKER, ResolutionCode.RETURN) == CaseResolved(case.id, "RETURN")
        assert office.resolved(case, key="k-2") == CaseResolved(case.id, "RETURN")

    def test_a_resolution_of_another_kind_is_refused(self, office: Office) -> None:
        case = office.opened()

        assert office.resolved(case, code=ResolutionCode.DISCARD) == ResolutionUnavailable(case.id, "DISCARD")
        assert office.now(case) == case

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "two\nlines", "\x00"])
    def test_a_reason_is_given_in_one_line(self, office: Office, reason: str) -> None:
        case = office.opened()

        answer = office.cases.resolve(MAKER, case.id, code=ResolutionCode.RETURN, reason=reason, key="k")

        assert isinstance(answer, InputInvalid)
        assert [fault.path for fault in answer.faults] == [("reason",)]
        assert office.now(case) == case

    def test_a_key_is_one(self, office: Office) -> None:
        answer = office.resolved(office.opened(), key="a key")

        assert isinstance(answer, InputInvalid)

    def test_what_cannot_be_carried_out_leaves_the_case_open(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = AccountClosed("acc_1")

        answer = office.resolved(case, code=ResolutionCode.RETURN)

        assert answer == ResolutionNotCarriedOut(case.id, "ACCOUNT_CLOSED", "The account is closed.")
        opened = office.now(case)
        assert (opened.state, opened.resolution) == (CaseState.OPEN, None)
        assert (opened.history[-1].happened, opened.history[-1].detail) == (Happened.NOT_CARRIED_OUT, "ACCOUNT_CLOSED")

        office.waiting.refusal = None
        done = office.resolved(case, CHECKER, ResolutionCode.RETURN, key="k-2")
        assert isinstance(done, Case)
        assert done.state is CaseState.RESOLVED

    def test_what_could_not_be_carried_out_is_tried_again_by_its_own_key(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = AccountClosed("acc_1")
        for _ in range(2):
            assert isinstance(office.resolved(case, code=ResolutionCode.RETURN), ResolutionNotCarriedOut)
        office.waiting.refusal = None

        done = office.resolved(case, code=ResolutionCode.RETURN)

        assert isinstance(done, Case)
        assert done.state is CaseState.RESOLVED
        assert office.resolved(case, code=ResolutionCode.RETURN) == done
        assert len(office.waiting.told) == 1

    def test_the_key_of_what_could_not_be_carried_out_resolves_in_no_other_way(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = AccountClosed("acc_1")
        office.resolved(case, code=ResolutionCode.RETURN)
        office.waiting.refusal = None
        undone = office.now(case)

        assert office.resolved(case, code=ResolutionCode.POST) == ResolutionKeyReused(case.id)
        reworded = office.cases.resolve(MAKER, case.id, code=ResolutionCode.RETURN, reason="Another", key="k")
        assert reworded == ResolutionKeyReused(case.id)
        assert office.now(case) == undone

    def test_what_could_not_be_carried_out_is_answered_by_what_was_once_it_was(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = AccountClosed("acc_1")
        office.resolved(case, code=ResolutionCode.RETURN)
        office.waiting.refusal = None
        done = office.resolved(case, CHECKER, ResolutionCode.RETURN)

        assert office.resolved(case, code=ResolutionCode.RETURN) == CaseResolved(case.id, "RETURN")
        assert office.resolved(case, CHECKER, ResolutionCode.RETURN) == done

    def test_what_cannot_be_carried_out_right_now_stands_and_is_tried_again(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = TryAgain()

        assert office.resolved(case, code=ResolutionCode.RETURN) == ResolutionDelayed(case.id, "TRY_AGAIN")
        assert office.resolved(case, CHECKER, ResolutionCode.POST) == CaseResolved(case.id, "RETURN")
        assert office.now(case).state is CaseState.OPEN

        office.waiting.refusal = None
        office.swept()
        assert office.now(case).state is CaseState.RESOLVED

    def test_a_kind_nobody_waits_for_is_resolved_by_being_recorded(self) -> None:
        office = Office()
        office.cases._resolved = dict
        case = office.opened()

        done = office.resolved(case, code=ResolutionCode.RETURN)

        assert isinstance(done, Case)
        assert done.state is CaseState.RESOLVED


class TestEnding:
    """What a case asked for was done without it."""

    @staticmethod
    def ended(office: Office, case: Case) -> Case | CaseBusy | None:
        return office.cases.end(
            case.kind, case.subject, key=case.key, code=ResolutionCode.POST, reason="It was posted", person="stf_9"
        )

    def test_it_is_resolved_in_whoevers_hands_and_nobody_is_told(self, office: Office) -> None:
        case = office.opened()
        office.cases.assign(MAKER, case.id)

        done = self.ended(office, case)

        assert done == office.now(case)
        assert done.state is CaseState.RESOLVED
        assert done.resolution
        assert (done.resolution.code, done.resolution.person) == (ResolutionCode.POST, "stf_9")
        assert (done.history[-1].happened, done.history[-1].person) == (Happened.RESOLVED, "stf_9")
        assert office.waiting.told == []

    def test_said_again_it_changes_nothing(self, office: Office) -> None:
        case = office.opened()

        assert self.ended(office, case) == self.ended(office, case) == office.now(case)

    def test_what_waits_for_a_second_person_waits_no_more(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case)

        self.ended(office, case)

        assert isinstance(office.verdict(approval, CHECKER, Verdict.APPROVE), ApprovalMismatch)
        assert office.waiting.told == []
        assert office.now(case).state is CaseState.RESOLVED

    def test_what_is_decided_stands(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = TryAgain()
        office.resolved(case, code=ResolutionCode.RETURN)
        decided = office.now(case)

        assert self.ended(office, case) == decided == office.now(case)

    def test_a_decision_that_was_overtaken_ends_it_as_was_decided_before(self, office: Office) -> None:
        case = office.opened()
        office.waiting.refusal = ReviewOver("ent_1", "POSTED", ResolutionCode.POST)

        assert office.resolved(case, code=ResolutionCode.RETURN) == CaseResolved(case.id, "POST")

        done = office.now(case)
        assert done.resolution
        assert (done.state, done.resolution.code, done.resolution.person) == (
            CaseState.RESOLVED,
            ResolutionCode.POST,
            "bank",
        )
        assert happened(done)[1:] == [Happened.DECIDED, Happened.NOT_CARRIED_OUT, Happened.RESOLVED]
        office.swept()
        assert office.now(case) == done
        assert office.resolved(case, code=ResolutionCode.RETURN) == CaseResolved(case.id, "POST")

    def test_what_was_never_opened_is_not_ended(self, office: Office) -> None:
        case = office.opened()

        assert self.ended(office, replace(case, key="another")) is None

    def test_who_loses_too_many_races_is_told_so(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        case = office.opened()
        monkeypatch.setattr(office.case_store.store, "replace", lambda *_, **__: False)

        assert self.ended(office, case) == CaseBusy(case.id)


class TestResolvingByTwo:
    def test_the_first_proposes_and_the_second_approves(self, office: Office) -> None:
        case = office.opened()

        proposed = office.resolved(case)

        assert isinstance(proposed, Case)
        assert proposed.resolution
        assert (proposed.state, proposed.resolution.stage) == (CaseState.OPEN, Stage.PROPOSED)
        assert office.waiting.told == []

        given = office.checked(case)

        assert isinstance(given, Approval)
        assert office.approvals.state(given) is ApprovalState.USED
        done = office.now(case)
        assert done.resolution
        assert (done.state, done.resolution.checker) == (CaseState.RESOLVED, CHECKER.person)
        assert happened(done)[1:] == [Happened.PROPOSED, Happened.DECIDED, Happened.RESOLVED]
        assert office.waiting.accepted == {(case.id, ResolutionCode.POST)}

    def test_every_step_said_again_changes_nothing(self, office: Office) -> None:
        case = office.opened()
        assert office.resolved(case) == office.resolved(case)
        assert office.checked(case) == office.checked(case)
        done = office.now(case)

        assert office.resolved(case) == done
        office.checked(case)
        office.swept()
        assert office.now(case) == done
        assert len(office.waiting.told) == 1

    def test_the_second_person_is_shown_what_is_resolved_how_and_why(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)

        shown = {fact.label: fact.value for fact in office.approval(case).proposal.shown}

        assert shown == {
            "Case": KINDS[case.kind].title,
            "Resolution": "Post it",
            "Reason": "It is in order",
            **FACTS,
        }

    def test_the_maker_does_not_approve(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)

        assert office.checked(case, MAKER) == MakerCannotCheck(office.approval(case).id)
        assert office.now(case).state is CaseState.OPEN

    def test_another_group_sees_no_approval_and_who_audits_gives_none(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id

        assert office.checked(case, ANALYST) == NotFound(approval)
        assert office.checked(case, AUDITOR) == NotAllowed()
        assert office.approvals.seen(AUDITOR, approval) == office.approval(case)

    def test_what_was_not_shown_is_not_approved(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id

        answer = office.approvals.decide(CHECKER, approval, verdict=Verdict.APPROVE, fingerprint="sha256:other")

        assert answer == ApprovalMismatch(approval)

    def test_while_one_waits_another_is_not_proposed(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id

        assert office.resolved(case, THIRD) == ResolutionPending(case.id, approval)
        assert office.resolved(case, THIRD, ResolutionCode.RETURN) == ResolutionPending(case.id, approval)

    def test_refused_the_case_is_open_for_another_one(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id

        office.checked(case, verdict=Verdict.REFUSE)

        opened = office.now(case)
        assert (opened.state, opened.resolution) == (CaseState.OPEN, None)
        last = opened.history[-1]
        assert (last.happened, last.person, last.detail) == (Happened.NOT_APPROVED, CHECKER.person, "REFUSED")
        assert office.resolved(case) == ApprovalNotGiven(approval, "REFUSED")
        assert office.resolved(case, code=ResolutionCode.RETURN) == ResolutionKeyReused(case.id)
        assert isinstance(office.resolved(case, key="k-2"), Case)
        office.checked(case)
        assert office.now(case).state is CaseState.RESOLVED
        assert office.resolved(case) == ApprovalNotGiven(approval, "REFUSED")

    def test_not_answered_in_time_it_makes_place_for_another_one(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id
        office.later(days=1)
        assert office.checked(case) == ApprovalNotPending(approval, "EXPIRED")

        assert isinstance(office.resolved(case, THIRD), Case)

        assert office.approval(case).maker == THIRD.person
        assert office.resolved(case) == ApprovalNotGiven(approval, "EXPIRED")

    def test_the_sweep_opens_what_nobody_answered(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)

        office.later(seconds=APPROVAL_LIFETIME.total_seconds() - 1)
        office.swept()
        assert office.now(case).resolution

        office.later(seconds=1)
        office.swept()
        assert office.now(case).resolution is None
        assert office.now(case).history[-1].detail == "EXPIRED"

    @pytest.mark.parametrize("key", ["k", "k-2"])
    def test_what_cannot_be_carried_out_wants_a_new_approval(self, office: Office, key: str) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id
        office.waiting.refusal = AccountClosed("acc_1")

        refused = office.checked(case)

        assert refused == ResolutionNotCarriedOut(case.id, "ACCOUNT_CLOSED", "The account is closed.")
        assert office.now(case).resolution is None
        office.waiting.refusal = None
        asked = office.resolved(case, key=key)
        assert office.approval(case).id != approval
        assert office.resolved(case, key=key) == asked
        assert isinstance(office.checked(case), Approval)
        done = office.now(case)
        assert done.state is CaseState.RESOLVED
        assert office.resolved(case, key=key) == done

    def test_an_approval_of_what_is_no_longer_proposed_does_nothing(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        stray = office.approval(case)
        opened = office.cases._not_approved(office.now(case), stray.id, "bank", "test")
        assert isinstance(opened, Case)

        answer = office.verdict(stray, CHECKER, Verdict.APPROVE)

        assert answer == ApprovalMismatch(stray.id)
        assert office.now(case) == opened
        assert office.waiting.told == []

    def test_the_lists_of_approvals_follow(self, office: Office) -> None:
        case = office.opened()
        office.resolved(case)
        approval = office.approval(case).id

        def ids(state: ApprovalState, person: Actor = CHECKER) -> list[str]:
            return [found.id for found in office.approvals.of_state(person, state).approvals]

        assert ids(ApprovalState.PENDING) == [approval]
        assert ids(ApprovalState.PENDING, AUDITOR) == [approval]
        assert ids(ApprovalState.PENDING, ANALYST) == []
        assert ids(ApprovalState.PENDING, ADMIN) == []
        assert ids(ApprovalState.PENDING, ADA) == []
        office.later(days=1)
        assert ids(ApprovalState.PENDING) == []
        assert ids(ApprovalState.EXPIRED) == [approval]
        office.later(days=-1)
        office.checked(case)
        assert ids(ApprovalState.PENDING) == []
        assert ids(ApprovalState.USED) == [approval]


class TestAtOnce:
    def both(self, *acts: Callable[[], object]) -> list[object]:
        start = threading.Barrier(len(acts))

        def run(act: Callable[[], object]) -> object:
            start.wait(timeout=10)
            return act()

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, acts))

    @pytest.mark.parametrize("_", range(20))
    def test_of_two_who_resolve_one_wins_and_the_other_is_told(self, office: Office, _: int) -> None:
        case = office.opened(CaseKind.PARTNER_SILENT)

        answers = self.both(
            lambda: office.resolved(case, MAKER, ResolutionCode.NOTED),
            lambda: office.resolved(case, CHECKER, ResolutionCode.SETTLED_BY_HAND),
        )

        done = office.now(case)
        assert done.resolution
        assert done.state is CaseState.RESOLVED
        assert sorted(type(answer).__name__ for answer in answers) == ["Case", "CaseResolved"]
        assert office.waiting.accepted == {(case.id, done.resolution.code)}

    @pytest.mark.parametrize("_", range(20))
    def test_of_two_who_propose_one_wins_and_the_other_is_told(self, office: Office, _: int) -> None:
        case = office.opened()

        answers = self.both(lambda: office.resolved(case, MAKER), lambda: office.resolved(case, CHECKER))

        assert sorted(type(answer).__name__ for answer in answers) == ["Case", "ResolutionPending"]
        assert office.approval(case).maker in {MAKER.person, CHECKER.person}

    @pytest.mark.parametrize("_", range(20))
    def test_of_two_checkers_one_decides(self, office: Office, _: int) -> None:
        case = office.opened()
        office.resolved(case)

        approval = office.approval(case)

        self.both(
            lambda: office.verdict(approval, CHECKER, Verdict.APPROVE),
            lambda: office.verdict(approval, THIRD, Verdict.REFUSE),
        )

        done = office.now(case)
        if office.waiting.told:
            assert done.state is CaseState.RESOLVED
        else:
            assert (done.state, done.resolution) == (CaseState.OPEN, None)


ALONE = ("resolve",)
BY_TWO = ("resolve", "approve")
REFUSED = ("resolve", "refuse")


class TestKilled:
    """A process dies before, or right after, each of its calls; whoever repeats what it said, or the sweep, ends it."""

    def act(self, office: Office, case: Case, step: str, story: tuple[str, ...]) -> object:
        if step == "resolve":
            return office.resolved(case, code=ResolutionCode.RETURN if story is ALONE else ResolutionCode.POST)
        approval = office.approvals.get(approval_id(MAKER, service._approval_key(case.id, "k", case.version)))
        assert isinstance(approval, Approval)
        return office.verdict(approval, CHECKER, Verdict.APPROVE if step == "approve" else Verdict.REFUSE)

    def calls(self, story: tuple[str, ...]) -> int:
        office = Office()
        case = office.opened()
        office.death.calls = 0
        for step in story:
            self.act(office, case, step, story)
        return office.death.calls

    def as_it_should_be(self, office: Office, case: Case, story: tuple[str, ...]) -> None:
        done = office.now(case)
        if story is REFUSED:
            assert (done.state, done.resolution) == (CaseState.OPEN, None)
            assert office.waiting.told == []
        else:
            code = ResolutionCode.RETURN if story is ALONE else ResolutionCode.POST
            assert done.state is CaseState.RESOLVED
            assert office.waiting.accepted == {(case.id, code)}

    @pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("story", [ALONE, BY_TWO, REFUSED], ids="-".join)
    def test_it_ends_by_being_said_again(self, story: tuple[str, ...], afterwards: bool) -> None:
        killed = 0
        for at in range(1, self.calls(story) + 1):
            office = Office()
            case = office.opened()
            office.death.calls, office.death.at, office.death.afterwards = 0, at, afterwards
            for step in story:
                try:
                    self.act(office, case, step, story)
                except Died:
                    killed += 1
                    office.death.at = 0
                    self.act(office, case, step, story)
            self.as_it_should_be(office, case, story)
        assert killed == self.calls(story)

    @pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("story", [ALONE, BY_TWO, REFUSED], ids="-".join)
    def test_what_was_begun_ends_by_the_sweep(self, story: tuple[str, ...], afterwards: bool) -> None:
        """Nobody says it again: it has ended, or nothing of it has begun and it can be begun anew."""
        for at in range(1, self.calls(story) + 1):
            office = Office()
            case = office.opened()
            office.death.calls, office.death.at, office.death.afterwards = 0, at, afterwards
            for step in story:
                try:
                    self.act(office, case, step, story)
                except Died:
                    break
            office.death.at = 0
            office.later(seconds=ASKING_MAX.total_seconds())
            office.swept()
            found = office.now(case).resolution
            assert found is None or found.stage is not Stage.DECIDED
            if found and found.stage is Stage.PROPOSED:
                assert office.approvals.state(office.approval(case)) is ApprovalState.PENDING
                office.checked(case)
                self.as_it_should_be(office, case, BY_TWO)
            elif found is None:
                assert office.waiting.told == []
                again = office.resolved(case, THIRD, ResolutionCode.RETURN, key="anew")
                assert isinstance(again, Case)
                assert again.state is CaseState.RESOLVED


class TestSweeping:
    def test_it_looks_at_all_that_is_unresolved(self, office: Office) -> None:
        cases = [office.opened(key=str(number), due_in=number) for number in range(205)]

        assert [case.id for case in office.cases.unresolved()] == [case.id for case in cases]

    def test_it_takes_on_so_many_at_most(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(5):
            office.opened(key=str(number))
        monkeypatch.setattr(service, "SWEEP_MAX", 3)

        assert len(office.cases.unresolved()) == 3

    def test_a_case_that_is_not_there_is_not_settled(self, office: Office) -> None:
        assert office.cases.settle("cas_none") == NotFound("cas_none")

    def test_what_waits_for_nobody_is_left_as_it_is(self, office: Office) -> None:
        case = office.opened()

        assert office.cases.settle(case.id) == case

    def test_a_proposal_whose_approval_was_never_asked_for_is_taken_back_after_a_while(self, office: Office) -> None:
        case = office.opened()
        office.death.calls, office.death.at = 0, self.call_of_the_request()
        with pytest.raises(Died):
            office.resolved(case)
        office.death.at = 0
        office.swept()
        assert office.now(case).resolution
        assert isinstance(office.resolved(case, THIRD), ResolutionPending)

        office.later(seconds=ASKING_MAX.total_seconds())
        office.swept()

        assert office.now(case).resolution is None

    def call_of_the_request(self) -> int:
        """Which call of a proposal adds the approval."""
        for at in range(1, 20):
            office = Office()
            case = office.opened()
            office.death.calls, office.death.at = 0, at
            try:
                office.resolved(case)
            except Died:
                resolution = office.now(case).resolution
                if resolution and isinstance(office.approvals.get(resolution.approval or ""), NotFound):
                    return at
        raise AssertionError("no call of a proposal comes between its two writes")


def test_a_refusal_of_any_step_is_a_value(office: Office) -> None:
    assert isinstance(office.resolved(office.opened(), ANALYST), Refusal)
