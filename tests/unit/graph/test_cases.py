"""Cases and approvals through the API: what staff see, do and are told, and what is on record of it."""

from typing import Any

import pytest

from domain.access.model import Actor, Group
from domain.cases.kinds import CaseKind
from tests.unit.graph import documents as ask
from tests.unit.graph.world import CLERK, World, clerk

CLERKS = clerk(Group.OPERATIONS)
COLLEAGUE = clerk(Group.OPERATIONS, person="stf_01J00000000000000000000002")
ANALYST = clerk(Group.FRAUD_ANALYST, person="stf_01J00000000000000000000003")
AUDITOR = clerk(Group.AUDITOR, person="stf_01J00000000000000000000004")


@pytest.fixture(name="world")
def _world() -> World:
    return World()


def done(world: World, who: Actor, document: str, **given: Any) -> dict[str, Any]:
    (answer,) = world.ask(who, document, input=given).data.values()
    found: dict[str, Any] = answer
    return found


def nodes(connection: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


def resolution(case: str, code: str = "POST", key: str = "k") -> dict[str, str]:
    return {"caseId": case, "resolution": code, "reason": "It is in order", "idempotencyKey": key}


def test_two_people_resolve_a_case(world: World) -> None:
    case = world.case().id
    proposed = done(world, CLERKS, ask.RESOLVE_CASE, **resolution(case))["case"]
    assert (proposed["state"], proposed["resolution"]["stage"]) == ("OPEN", "PROPOSED")

    (waiting,) = nodes(world.ask(COLLEAGUE, ask.APPROVALS).data["approvals"])
    assert waiting["id"] == proposed["resolution"]["approvalId"]
    assert {"label": "Reason", "value": "It is in order"} in waiting["shown"]
    verdict = {"approvalId": waiting["id"], "fingerprint": waiting["fingerprint"]}
    assert done(world, CLERKS, ask.GIVE_APPROVAL, **verdict)["code"] == "MAKER_CANNOT_CHECK"
    given = done(world, COLLEAGUE, ask.GIVE_APPROVAL, **verdict)["approval"]

    assert given["state"] == "USED"
    assert done(world, COLLEAGUE, ask.GIVE_APPROVAL, **verdict)["approval"] == given
    (resolved,) = nodes(world.ask(CLERKS, ask.CASES, state="RESOLVED").data["cases"])
    assert resolved["resolution"]["checker"] == COLLEAGUE.person
    assert nodes(world.ask(CLERKS, ask.CASES).data["cases"]) == []


def test_a_refused_proposal_leaves_the_case_open(world: World) -> None:
    asked = world.proposed(world.case(), CLERKS)
    verdict = {"approvalId": asked.id, "fingerprint": asked.proposal.fingerprint}

    refused = done(world, COLLEAGUE, ask.REFUSE_APPROVAL, **verdict)["approval"]

    assert refused["state"] == "REFUSED"
    (case,) = nodes(world.ask(CLERKS, ask.CASES).data["cases"])
    assert (case["state"], case["resolution"]) == ("OPEN", None)
    assert case["history"][-1] == {"person": COLLEAGUE.person, "happened": "NOT_APPROVED", "detail": "REFUSED"}


def test_what_stands_in_the_way_is_named(world: World) -> None:
    case = world.case().id
    first = done(world, CLERKS, ask.RESOLVE_CASE, **resolution(case))["case"]

    answer = done(world, COLLEAGUE, ask.RESOLVE_CASE, **resolution(case))

    assert answer["__typename"] == "ResolutionPending"
    assert (answer["caseId"], answer["approvalId"]) == (case, first["resolution"]["approvalId"])


def test_lists_are_paged_in_the_order_in_which_they_are_due(world: World) -> None:
    wanted = {world.case(key=str(number)).id for number in range(3)}
    found: list[str] = []
    after = None
    for _ in range(3):
        page = world.ask(CLERKS, ask.CASES, first=1, after=after).data["cases"]
        found += [case["id"] for case in nodes(page)]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None

    assert set(found) == wanted
    assert after is None


def test_a_cursor_of_another_list_or_person_is_none(world: World) -> None:
    for number in range(2):
        world.case(key=str(number))
    after = world.ask(CLERKS, ask.CASES, first=1).data["cases"]["pageInfo"]["endCursor"]

    assert world.ask(COLLEAGUE, ask.CASES, first=1, after=after).codes == ["INVALID_CURSOR"]
    assert world.ask(CLERKS, ask.CASES, first=1, after=after, kind="ACH_NOC").codes == ["INVALID_CURSOR"]
    assert world.ask(CLERKS, ask.APPROVALS, first=1, after=after).codes == ["INVALID_CURSOR"]


def test_ones_own_can_be_asked_for(world: World) -> None:
    mine, _ = world.case(key="1").id, world.case(key="2")
    done(world, CLERKS, ask.ASSIGN_CASE, caseId=mine)

    assert [case["id"] for case in nodes(world.ask(CLERKS, ask.CASES, mine=True).data["cases"])] == [mine]
    assert nodes(world.ask(COLLEAGUE, ask.CASES, mine=True).data["cases"]) == []


def test_customers_are_told_of_nothing(world: World) -> None:
    ada, case = world.person(), world.case()
    asked = world.proposed(case, CLERKS)

    assert world.ask(ada, ask.CASES).data["cases"] is None
    assert world.ask(ada, ask.APPROVALS).data["approvals"] is None
    for found in (case.id, asked.id):
        assert world.ask(ada, "query($id: ID!) { node(id: $id) { id } }", id=found).data["node"] is None


def test_every_look_and_every_act_is_on_record(world: World) -> None:
    case = world.case().id
    world.ask(CLERKS, ask.CASES)
    world.ask(ANALYST, "query($id: ID!) { node(id: $id) { id } }", id=case)
    done(world, CLERKS, ask.ASSIGN_CASE, caseId=case)
    done(world, AUDITOR, ask.ASSIGN_CASE, caseId=case)

    records = {(found.person, found.action, found.outcome.value) for found in world.audit.by_subject(case).records}

    assert records == {
        (CLERK, "view_case", "ALLOWED"),
        (ANALYST.person, "view_case", "REFUSED"),
        (CLERK, "assign_case", "ALLOWED"),
        (AUDITOR.person, "assign_case", "REFUSED"),
    }


def test_another_groups_case_is_nobodys(world: World) -> None:
    review = world.case(CaseKind.ACH_PAYMENT_REVIEW).id

    for document, given in (
        (ask.ASSIGN_CASE, {"caseId": review}),
        (ask.RELEASE_CASE, {"caseId": review}),
        (ask.RESOLVE_CASE, resolution(review, "REJECT")),
    ):
        assert done(world, CLERKS, document, **given)["code"] == "NOT_FOUND"
    assert done(world, ANALYST, ask.RESOLVE_CASE, **resolution(review, "REJECT"))["case"]["state"] == "RESOLVED"
