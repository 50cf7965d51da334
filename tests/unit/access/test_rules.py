"""Who may do what; and how an approval moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.model import (
    Action,
    Actor,
    Approval,
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalNotPending,
    ApprovalState,
    Channel,
    Group,
    MakerCannotCheck,
    Proposal,
    Relation,
    Verdict,
)
from domain.access.rules import (
    TABLE,
    approval_id,
    checked,
    groups_seen,
    is_customer,
    is_staff,
    may,
    relation_to_customer,
    standing_groups,
    state_of,
    used,
)
from domain.refusals import NotAllowed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENDS = NOON + timedelta(hours=8)
STAFF_GROUPS = frozenset(Group) - {Group.CUSTOMER}


def actor(person: str, *groups: Group) -> Actor:
    return Actor(person, frozenset(groups), source_ip=None, correlation_id="req-1", channel=Channel.API)


ADA = actor("cus_us_ada", Group.CUSTOMER)


class TestSignedInAfter:
    @pytest.mark.parametrize(
        ("signed_in", "counts"),
        [
            (NOON + timedelta(seconds=1), True),
            (NOON + timedelta(minutes=10), True),
            (NOON + timedelta(minutes=10, seconds=5), True),
            (NOON + timedelta(minutes=10, seconds=6), False),
            (NOON, False),
            (NOON - timedelta(days=1), False),
            (None, False),
        ],
    )
    def test_only_a_sign_in_after_the_moment_and_not_in_the_future_counts(
        self, signed_in: datetime | None, counts: bool
    ) -> None:
        ada = replace(ADA, authenticated_at=signed_in)
        assert ada.signed_in_after(NOON, now=NOON + timedelta(minutes=10)) is counts

    def test_a_sign_in_in_the_second_of_the_moment_does_not_count(self) -> None:
        moment = NOON + timedelta(milliseconds=300)
        assert not replace(ADA, authenticated_at=NOON).signed_in_after(moment, now=moment)


class TestTable:
    def test_every_action_has_a_row(self) -> None:
        assert set(TABLE) == set(Action)

    def test_every_action_is_open_to_somebody(self) -> None:
        assert all(relations or groups for relations, groups in TABLE.values())

    def test_a_stranger_may_do_nothing(self) -> None:
        assert not [action for action in Action if may(ADA, action, Relation.STRANGER)]

    def test_a_delegate_may_look_at_the_account_and_nothing_else(self) -> None:
        assert [action for action in Action if may(ADA, action, Relation.DELEGATE)] == [Action.VIEW_ACCOUNT]

    def test_a_joint_owner_may_do_less_than_the_owner(self) -> None:
        owner = {action for action in Action if may(ADA, action, Relation.OWNER)}
        joint = {action for action in Action if may(ADA, action, Relation.JOINT_OWNER)}

        assert owner - joint == {
            Action.VIEW_CUSTOMER,
            Action.VIEW_PROFILE,
            Action.VIEW_NOTICES,
            Action.OPEN_ACCOUNT,
            Action.MANAGE_RELATIONS,
            Action.CLOSE,
            Action.MANAGE_COUNTERPARTIES,
            Action.CLOSE_COUNTERPARTY,
        }
        assert joint < owner

    def test_no_member_of_staff_moves_a_customers_money(self) -> None:
        everything = actor("stf_1", *STAFF_GROUPS)

        assert not may(everything, Action.MOVE_MONEY, Relation.STRANGER)
        assert not may(everything, Action.MANAGE_SCHEDULE, Relation.STRANGER)

    def test_no_customer_reverses_freezes_thaws_or_reads_the_audit(self) -> None:
        for action in (Action.REVERSE, Action.FREEZE, Action.THAW, Action.VIEW_AUDIT, Action.RELEASE_BANK_HOLD):
            assert not any(may(ADA, action, relation) for relation in Relation)

    def test_an_auditor_looks_and_never_acts(self) -> None:
        allowed = {action for action in Action if may(actor("stf_1", Group.AUDITOR), action, Relation.STRANGER)}

        assert allowed == {
            Action.VIEW_ACCOUNT,
            Action.VIEW_CUSTOMER,
            Action.VIEW_PROFILE,
            Action.VIEW_AUDIT,
            Action.VIEW_CASES,
            Action.VIEW_DELIVERIES,
            Action.VIEW_ACH_FILES,
            Action.VIEW_FRAUD,
        }

    def test_staff_see_what_waits_for_their_own_groups_and_an_auditor_what_waits_for_any(self) -> None:
        assert groups_seen(actor("stf_1", Group.FINANCE, Group.OPERATIONS)) == {Group.FINANCE, Group.OPERATIONS}
        assert groups_seen(actor("stf_1", Group.AUDITOR)) == set(STAFF_GROUPS)
        assert groups_seen(actor("stf_1", Group.ADMIN)) == set()
        assert groups_seen(ADA) == set()

    def test_an_administrator_sees_no_customer(self) -> None:
        assert not [action for action in Action if may(actor("stf_1", Group.ADMIN), action, Relation.STRANGER)]

    @pytest.mark.parametrize(
        ("action", "groups"),
        [
            (Action.REVERSE, {Group.OPERATIONS, Group.FINANCE}),
            (Action.THAW, {Group.OPERATIONS, Group.FRAUD_LEAD, Group.COMPLIANCE}),
            (Action.FREEZE, {Group.OPERATIONS, Group.FRAUD_ANALYST, Group.FRAUD_LEAD, Group.COMPLIANCE}),
            (Action.VIEW_AUDIT, {Group.AUDITOR, Group.COMPLIANCE}),
            (Action.CREATE_CUSTOMER, {Group.OPERATIONS}),
            (Action.ERASE_CUSTOMER, {Group.COMPLIANCE}),
            (Action.VIEW_DELIVERIES, {Group.OPERATIONS, Group.COMPLIANCE, Group.FINANCE, Group.AUDITOR}),
            (Action.REPLAY_DELIVERY, {Group.OPERATIONS}),
            (Action.RETURN_ACH_ENTRY, {Group.OPERATIONS}),
            (Action.VIEW_ACH_FILES, {Group.OPERATIONS, Group.COMPLIANCE, Group.FINANCE, Group.AUDITOR}),
            (Action.VIEW_FRAUD, {Group.FRAUD_ANALYST, Group.FRAUD_LEAD, Group.COMPLIANCE, Group.AUDITOR}),
            (Action.WORK_FRAUD, {Group.FRAUD_ANALYST, Group.FRAUD_LEAD}),
            (Action.LEAD_FRAUD, {Group.FRAUD_LEAD}),
        ],
    )
    def test_staff_actions_belong_to_their_groups(self, action: Action, groups: set[Group]) -> None:
        assert {group for group in Group if may(actor("stf_1", group), action, Relation.STRANGER)} == groups


class TestStanding:
    @given(groups=st.frozensets(st.sampled_from(list(Group))), relation=st.sampled_from(list(Relation)))
    def test_staff_groups_in_a_customers_token_give_nothing(self, groups: frozenset[Group], relation: Relation) -> None:
        plain, laden = ADA, actor("cus_us_ada", Group.CUSTOMER, *groups)

        assert [may(laden, action, relation) for action in Action] == [
            may(plain, action, relation) for action in Action
        ]

    @given(groups=st.frozensets(st.sampled_from(sorted(STAFF_GROUPS))), relation=st.sampled_from(list(Relation)))
    def test_no_relation_gives_staff_anything(self, groups: frozenset[Group], relation: Relation) -> None:
        staff = actor("stf_1", Group.CUSTOMER, *groups)

        assert [may(staff, action, relation) for action in Action] == [
            may(staff, action, Relation.STRANGER) for action in Action
        ]

    @pytest.mark.parametrize("person", ["", "bank", "cus", "stf", "adm_1", "CUS_us_1", "root_stf_1"])
    def test_a_person_who_is_neither_may_nothing(self, person: str) -> None:
        odd = actor(person, *Group)

        assert not any(may(odd, action, relation) for action in Action for relation in Relation)
        assert standing_groups(odd) == frozenset()

    def test_a_customer_outside_the_group_may_nothing(self) -> None:
        assert not any(may(actor("cus_us_ada"), action, Relation.OWNER) for action in Action)

    def test_a_person_is_customer_or_staff_and_not_both(self) -> None:
        both = frozenset(Group)
        assert is_customer(actor("cus_us_1", *both))
        assert not is_staff(actor("cus_us_1", *both))
        assert is_staff(actor("stf_1", *both))
        assert not is_customer(actor("stf_1", *both))

    def test_a_customer_owns_what_is_their_own(self) -> None:
        assert relation_to_customer(ADA, "cus_us_ada") is Relation.OWNER
        assert relation_to_customer(ADA, "cus_us_grace") is Relation.STRANGER


MAKER = actor("stf_maker", Group.OPERATIONS)
ONE = actor("stf_one", Group.OPERATIONS)
TWO = actor("stf_two", Group.OPERATIONS, Group.FINANCE)
OUTSIDER = actor("stf_outside", Group.FINANCE)
PROPOSAL = Proposal("journal", "jrn_us0001_abc", "reverse", "sha256:1")


def asked(needed: int = 1) -> Approval:
    return Approval(
        id="apr_1",
        proposal=PROPOSAL,
        group=Group.OPERATIONS,
        maker=MAKER.person,
        checkers_needed=needed,
        requested_at=NOON,
        expires_at=ENDS,
    )


def said(approval: Approval, by: Actor, verdict: Verdict = Verdict.APPROVE) -> Approval:
    answer = checked(approval, actor=by, verdict=verdict, fingerprint="sha256:1", now=NOON)
    assert isinstance(answer, Approval)
    return answer


class TestCheck:
    def test_one_checker_approves(self) -> None:
        assert state_of(asked(), NOON) is ApprovalState.PENDING
        assert state_of(said(asked(), ONE), NOON) is ApprovalState.APPROVED

    def test_two_checkers_must_be_two_persons(self) -> None:
        once = said(asked(needed=2), ONE)

        assert said(once, ONE) == once
        assert state_of(once, NOON) is ApprovalState.PENDING
        assert state_of(said(once, TWO), NOON) is ApprovalState.APPROVED

    def test_one_refusal_ends_it(self) -> None:
        refused = said(said(asked(needed=2), ONE), TWO, Verdict.REFUSE)

        assert state_of(refused, NOON) is ApprovalState.REFUSED
        third = actor("stf_three", Group.OPERATIONS)
        answer = checked(refused, actor=third, verdict=Verdict.APPROVE, fingerprint="sha256:1", now=NOON)
        assert answer == ApprovalNotPending("apr_1", "REFUSED")

    def test_the_maker_does_not_check(self) -> None:
        for verdict in Verdict:
            answer = checked(asked(), actor=MAKER, verdict=verdict, fingerprint="sha256:1", now=NOON)
            assert answer == MakerCannotCheck("apr_1")

    @pytest.mark.parametrize("person", [OUTSIDER, actor("cus_us_ada", Group.OPERATIONS), actor("stf_x")])
    def test_only_the_makers_group_checks(self, person: Actor) -> None:
        answer = checked(asked(), actor=person, verdict=Verdict.APPROVE, fingerprint="sha256:1", now=NOON)

        assert answer == NotAllowed()

    def test_who_was_shown_something_else_has_not_checked_this(self) -> None:
        answer = checked(asked(), actor=ONE, verdict=Verdict.APPROVE, fingerprint="sha256:2", now=NOON)

        assert answer == ApprovalMismatch("apr_1")

    def test_nobody_changes_their_mind(self) -> None:
        answer = checked(
            said(asked(needed=2), ONE), actor=ONE, verdict=Verdict.REFUSE, fingerprint="sha256:1", now=NOON
        )

        assert answer == ApprovalNotPending("apr_1", "PENDING")

    def test_nobody_checks_after_the_end(self) -> None:
        answer = checked(asked(), actor=ONE, verdict=Verdict.APPROVE, fingerprint="sha256:1", now=ENDS)

        assert answer == ApprovalNotPending("apr_1", "EXPIRED")

    def test_every_change_is_a_new_version(self) -> None:
        assert said(asked(needed=2), ONE).version == 2
        assert said(said(asked(needed=2), ONE), TWO).version == 3


class TestUse:
    def test_a_given_approval_is_spent_once(self) -> None:
        spent = used(said(asked(), ONE), proposal=PROPOSAL, used_for="jrn_1", now=NOON)

        assert isinstance(spent, Approval)
        assert state_of(spent, NOON) is ApprovalState.USED
        assert (spent.used_for, spent.used_at) == ("jrn_1", NOON)
        assert used(spent, proposal=PROPOSAL, used_for="jrn_2", now=NOON) == ApprovalNotGiven("apr_1", "USED")

    def test_spending_it_on_the_same_again_changes_nothing_even_after_its_end(self) -> None:
        spent = used(said(asked(), ONE), proposal=PROPOSAL, used_for="jrn_1", now=NOON)
        assert isinstance(spent, Approval)

        assert used(spent, proposal=PROPOSAL, used_for="jrn_1", now=ENDS + timedelta(days=1)) == spent

    @pytest.mark.parametrize(
        ("approval", "now", "state"),
        [
            (asked(), NOON, "PENDING"),
            (said(asked(needed=2), ONE), NOON, "PENDING"),
            (said(asked(), ONE, Verdict.REFUSE), NOON, "REFUSED"),
            (asked(), ENDS, "EXPIRED"),
            (said(asked(), ONE), ENDS, "EXPIRED"),
        ],
    )
    def test_what_is_not_given_is_not_spent(self, approval: Approval, now: datetime, state: str) -> None:
        assert used(approval, proposal=PROPOSAL, used_for="jrn_1", now=now) == ApprovalNotGiven("apr_1", state)

    def test_an_approval_lasts_until_just_before_its_end(self) -> None:
        last = ENDS - timedelta(microseconds=1)

        assert isinstance(used(said(asked(), ONE), proposal=PROPOSAL, used_for="jrn_1", now=last), Approval)

    @pytest.mark.parametrize(
        "other",
        [
            replace(PROPOSAL, subject_kind="account"),
            replace(PROPOSAL, subject_id="jrn_us0001_abd"),
            replace(PROPOSAL, action="close"),
            replace(PROPOSAL, fingerprint="sha256:2"),
        ],
    )
    def test_an_approval_is_good_for_its_own_proposal_alone(self, other: Proposal) -> None:
        answer = used(said(asked(), ONE), proposal=other, used_for="jrn_1", now=NOON)

        assert answer == ApprovalMismatch("apr_1")


def test_an_approval_id_belongs_to_its_maker_and_key() -> None:
    assert approval_id("stf_1", "k") == approval_id("stf_1", "k")
    assert len({approval_id("stf_1", "k"), approval_id("stf_1", "l"), approval_id("stf_2", "k")}) == 3
