"""What a refused person is told; and the story of an approval, over the memory store."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.access.model import (
    Action,
    Actor,
    Approval,
    ApprovalBusy,
    ApprovalKeyReused,
    ApprovalNotGiven,
    ApprovalState,
    Channel,
    Group,
    MakerCannotCheck,
    Proposal,
    Relation,
    Verdict,
)
from domain.access.service import TRIES_MAX, Approvals, refusal_of
from domain.access.store_memory import MemoryApprovalStore
from domain.refusals import NotAllowed, NotFound

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def actor(person: str, *groups: Group) -> Actor:
    return Actor(person, frozenset(groups), source_ip=None, correlation_id="req-1", channel=Channel.API)


ADA = actor("cus_us_ada", Group.CUSTOMER)
MAKER = actor("stf_maker", Group.OPERATIONS)
CHECKER = actor("stf_checker", Group.OPERATIONS)
PROPOSAL = Proposal("journal", "jrn_us0001_abc", "reverse", "sha256:1")


class TestRefusal:
    def test_who_may_is_not_refused(self) -> None:
        assert refusal_of(ADA, Action.MOVE_MONEY, relation=Relation.OWNER, subject_id="acc_1") is None

    def test_who_may_look_but_not_act_is_told_so(self) -> None:
        answer = refusal_of(ADA, Action.MOVE_MONEY, relation=Relation.DELEGATE, subject_id="acc_1")

        assert answer == NotAllowed()

    @pytest.mark.parametrize("action", [Action.VIEW_ACCOUNT, Action.MOVE_MONEY, Action.FREEZE])
    def test_a_stranger_is_told_that_there_is_no_such_thing(self, action: Action) -> None:
        answer = refusal_of(ADA, action, relation=Relation.STRANGER, subject_id="acc_1")

        assert answer == NotFound("acc_1")

    def test_without_a_subject_there_is_nothing_to_hide(self) -> None:
        assert refusal_of(ADA, Action.CREATE_CUSTOMER, relation=Relation.STRANGER) == NotAllowed()


class HandClock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


class Desk:
    def __init__(self, store: MemoryApprovalStore | None = None) -> None:
        self.clock = HandClock()
        self.approvals = Approvals(store=store or MemoryApprovalStore(), clock=self.clock)

    def asked(
        self, by: Actor = MAKER, key: str = "k-1", proposal: Proposal = PROPOSAL, group: Group = Group.OPERATIONS
    ) -> Approval | NotAllowed | ApprovalKeyReused:
        return self.approvals.request(
            by, key=key, proposal=proposal, group=group, checkers_needed=1, lifetime=timedelta(hours=8)
        )

    def pending(self) -> Approval:
        approval = self.asked()
        assert isinstance(approval, Approval)
        return approval

    def given(self) -> Approval:
        approval = self.approvals.check(CHECKER, self.pending().id, verdict=Verdict.APPROVE, fingerprint="sha256:1")
        assert isinstance(approval, Approval)
        return approval


class TestWhoWaits:
    """Who asks another group for an approval sees what becomes of it."""

    ANALYST = actor("stf_farah", Group.FRAUD_ANALYST)
    OTHER = actor("stf_fritz", Group.FRAUD_ANALYST)
    LEAD = actor("stf_felix", Group.FRAUD_LEAD)

    def asked(self, desk: Desk, by: Actor, key: str) -> Approval:
        found = desk.approvals.request(
            by,
            key=key,
            proposal=PROPOSAL,
            group=Group.FRAUD_LEAD,
            makers=frozenset({Group.FRAUD_ANALYST}),
            checkers_needed=1,
            lifetime=timedelta(hours=8),
        )
        assert isinstance(found, Approval)
        return found

    def listed(self, desk: Desk, by: Actor, state: ApprovalState = ApprovalState.PENDING) -> list[str]:
        return [one.id for one in desk.approvals.of_state(by, state).approvals]

    def test_they_see_their_own_and_nobody_elses(self) -> None:
        desk = Desk()
        mine, others = self.asked(desk, self.ANALYST, "k-1"), self.asked(desk, self.OTHER, "k-1")

        assert desk.approvals.seen(self.ANALYST, mine.id) == mine
        assert desk.approvals.seen(self.ANALYST, others.id) == NotFound(others.id)
        assert self.listed(desk, self.ANALYST) == [mine.id]
        assert sorted(self.listed(desk, self.LEAD)) == sorted([mine.id, others.id])

    def test_they_see_what_was_decided_and_do_not_decide(self) -> None:
        desk = Desk()
        mine = self.asked(desk, self.ANALYST, "k-1")
        given: dict[str, Any] = {"verdict": Verdict.REFUSE, "fingerprint": PROPOSAL.fingerprint}

        assert desk.approvals.decide(self.ANALYST, mine.id, **given) == NotAllowed()
        assert isinstance(desk.approvals.decide(self.LEAD, mine.id, **given), Approval)
        assert self.listed(desk, self.ANALYST, ApprovalState.REFUSED) == [mine.id]
        assert self.listed(desk, self.ANALYST) == []

    def test_a_page_of_what_others_asked_for_goes_on(self) -> None:
        desk = Desk()
        for number in range(3):
            self.asked(desk, self.OTHER, f"k-{number}")
        desk.clock.time += timedelta(minutes=1)
        mine = self.asked(desk, self.ANALYST, "mine")

        page = desk.approvals.of_state(self.ANALYST, ApprovalState.PENDING, limit=2)
        assert page.approvals == ()
        assert page.position is not None
        rest = desk.approvals.of_state(self.ANALYST, ApprovalState.PENDING, position=page.position, limit=2)
        assert (rest.approvals, rest.position) == ((mine,), None)

    def test_who_works_no_cases_any_more_sees_nothing(self) -> None:
        desk = Desk()
        mine = self.asked(desk, self.ANALYST, "k-1")
        moved = actor(self.ANALYST.person, Group.ADMIN)

        assert desk.approvals.seen(moved, mine.id) == NotFound(mine.id)
        assert self.listed(desk, moved) == []


class TestApprovals:
    def test_maker_asks_checker_approves_and_it_is_spent_once(self) -> None:
        desk = Desk()
        approval = desk.given()
        assert desk.approvals.state(approval) is ApprovalState.APPROVED

        first = desk.approvals.use(approval.id, proposal=PROPOSAL, used_for="jrn_1")
        again = desk.approvals.use(approval.id, proposal=PROPOSAL, used_for="jrn_1")
        other = desk.approvals.use(approval.id, proposal=PROPOSAL, used_for="jrn_2")

        assert isinstance(first, Approval)
        assert again == first == desk.approvals.get(approval.id)
        assert other == ApprovalNotGiven(approval.id, "USED")

    def test_asking_twice_asks_once(self) -> None:
        desk = Desk()
        first = desk.asked()
        desk.clock.time += timedelta(minutes=1)

        assert desk.asked() == first

    def test_a_key_asks_for_one_thing(self) -> None:
        desk = Desk()
        first = desk.pending()
        other = Proposal("journal", "jrn_us0001_zzz", "reverse", "sha256:1")

        assert desk.asked(proposal=other) == ApprovalKeyReused(first.id)

    @pytest.mark.parametrize(
        ("by", "group"),
        [
            (MAKER, Group.COMPLIANCE),
            (ADA, Group.CUSTOMER),
            (actor("cus_us_ada", Group.CUSTOMER, Group.OPERATIONS), Group.OPERATIONS),
            (actor("stf_x", Group.CUSTOMER), Group.CUSTOMER),
        ],
    )
    def test_only_staff_of_the_group_ask(self, by: Actor, group: Group) -> None:
        assert Desk().asked(by=by, group=group) == NotAllowed()

    def test_the_maker_does_not_check_and_nothing_changes(self) -> None:
        desk = Desk()
        approval = desk.pending()

        answer = desk.approvals.check(MAKER, approval.id, verdict=Verdict.APPROVE, fingerprint="sha256:1")

        assert answer == MakerCannotCheck(approval.id)
        assert desk.approvals.get(approval.id) == approval

    def test_an_approval_expires_unused(self) -> None:
        desk = Desk()
        approval = desk.given()
        desk.clock.time += timedelta(hours=8)

        assert desk.approvals.state(approval) is ApprovalState.EXPIRED
        answer = desk.approvals.use(approval.id, proposal=PROPOSAL, used_for="jrn_1")
        assert answer == ApprovalNotGiven(approval.id, "EXPIRED")

    def test_what_nobody_asked_for_is_not_found(self) -> None:
        desk = Desk()

        assert desk.approvals.get("apr_x") == NotFound("apr_x")
        assert desk.approvals.use("apr_x", proposal=PROPOSAL, used_for="jrn_1") == NotFound("apr_x")

    @pytest.mark.parametrize(
        ("checkers_needed", "lifetime"),
        [
            (0, timedelta(hours=1)),
            (4, timedelta(hours=1)),
            (1, timedelta(0)),
            (1, timedelta(days=7, seconds=1)),
        ],
    )
    def test_an_approval_has_bounds(self, checkers_needed: int, lifetime: timedelta) -> None:
        with pytest.raises(ValueError, match=r"checkers|lives up to"):
            Desk().approvals.request(
                MAKER,
                key="k",
                proposal=PROPOSAL,
                group=Group.OPERATIONS,
                checkers_needed=checkers_needed,
                lifetime=lifetime,
            )


class RacingStore(MemoryApprovalStore):
    """Somebody else is quicker, `lost` times."""

    def __init__(self, lost: int) -> None:
        super().__init__()
        self.lost = lost

    def replace(self, approval: Approval, *, was: Approval) -> bool:
        if self.lost:
            self.lost -= 1
            return False
        return super().replace(approval, was=was)


class TestRaces:
    def test_a_lost_race_is_decided_again(self) -> None:
        desk = Desk(RacingStore(lost=TRIES_MAX - 1))

        assert desk.approvals.state(desk.given()) is ApprovalState.APPROVED

    def test_after_so_many_lost_races_nothing_is_changed_and_it_may_be_tried_again(self) -> None:
        desk = Desk(RacingStore(lost=TRIES_MAX))
        approval = desk.pending()

        answer = desk.approvals.check(CHECKER, approval.id, verdict=Verdict.APPROVE, fingerprint="sha256:1")

        assert answer == ApprovalBusy(approval.id)
        assert ApprovalBusy.retryable
        assert desk.approvals.get(approval.id) == approval

    def test_of_two_who_spend_it_at_once_one_gets_it(self) -> None:
        class Overtaken(MemoryApprovalStore):
            """Another one spends it after our look and before our write."""

            overtaking = False

            def replace(self, approval: Approval, *, was: Approval) -> bool:
                if approval.used_for == "jrn_slow" and not self.overtaking:
                    self.overtaking = True
                    assert isinstance(desk.approvals.use(was.id, proposal=PROPOSAL, used_for="jrn_quick"), Approval)
                return super().replace(approval, was=was)

        desk = Desk(Overtaken())
        approval = desk.given()

        answer = desk.approvals.use(approval.id, proposal=PROPOSAL, used_for="jrn_slow")

        assert answer == ApprovalNotGiven(approval.id, "USED")
        kept = desk.approvals.get(approval.id)
        assert isinstance(kept, Approval)
        assert kept.used_for == "jrn_quick"
