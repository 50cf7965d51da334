"""Transfers that are judged, as a client meets them: what is answered, and what can be seen of a review."""

from dataclasses import replace
from typing import Any

import pytest

from domain.access.model import Group, Relation
from domain.accounts.model import Account
from domain.cases.kinds import ResolutionCode
from domain.cases.model import Resolution, Stage
from domain.customers.model import Customer
from domain.fraud.kinds import Decision
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk
from tests.unit.transfers.desk import REVIEW_WITHIN

ASKED = """mutation($input: TransferInput!) { transfer(input: $input) { __typename
  ... on Refusal { code retryable message } ... on StepUpRequired { since until } ... on PaymentDeclined { reasons }
  ... on PaymentBlocked { reasons } ... on TransferInReview { transferId holdId reasons } } }"""
REVIEWS = """query($id: ID!) { account(id: $id) { ... on Account { heldBalance { amount }
  transferReviews(first: 1) { edges { node { transferId status amount { amount } holdId reasons refusalCode
    destination { maskedNumber } transfer { id amount { amount } } } } pageInfo { hasNextPage endCursor } } } } }"""

LED_TO = """query($id: ID!, $key: IdempotencyKey!) { idempotency(accountId: $id, key: $key) { used journal { posted }
  review { transferId status holdId } } }"""


@pytest.fixture(name="world")
def a_world() -> World:
    return World()


@pytest.fixture(name="pair")
def a_pair(world: World) -> tuple[Customer, Account, Customer, Account]:
    payer, payee = world.person(), world.person()
    return payer, world.open(payer, deposit_minor=10_000), payee, world.open(payee)


Pair = tuple[Customer, Account, Customer, Account]


def asked(world: World, pair: Pair) -> dict[str, Any]:
    payer, source, _, target = pair
    found: dict[str, Any] = world.ask(payer, ASKED, input=ask.transfer_input(source, target, "25.00")).data["transfer"]
    return found


def reviews(world: World, who: Customer, account: Account) -> dict[str, Any]:
    found: dict[str, Any] = world.ask(who, REVIEWS, id=account.id).data["account"]
    return found


def test_a_new_sign_in_is_asked_for_and_the_key_stays_usable(world: World, pair: Pair) -> None:
    world.says(Decision.STEP_UP)
    told = asked(world, pair)
    assert (told["__typename"], told["code"], told["retryable"]) == ("StepUpRequired", "STEP_UP_REQUIRED", True)
    assert told["since"].startswith("2026-03-10T17:00:00")
    assert told["until"].startswith("2026-03-10T17:15:00")


@pytest.mark.parametrize(
    ("says", "name"), [(Decision.SOFT_DECLINE, "PaymentDeclined"), (Decision.BLOCK, "PaymentBlocked")]
)
def test_what_is_declined_says_as_much_as_a_customer_may_know(
    world: World, pair: Pair, says: Decision, name: str
) -> None:
    world.says(says)
    told = asked(world, pair)
    assert (told["__typename"], told["retryable"], told["reasons"]) == (name, False, ["UNUSUAL_AMOUNT"])
    world.says(Decision.APPROVE)
    assert asked(world, pair) == told


def test_staff_find_the_case_of_a_transfer_in_review_with_its_decision(world: World, pair: Pair) -> None:
    asked(world, pair)
    world.says(Decision.REVIEW)
    payer, source, _, target = pair
    world.ask(payer, ASKED, input=ask.transfer_input(source, target, "25.00", key="looked-at"))
    analyst = clerk(Group.FRAUD_ANALYST)
    document = "query($id: ID!) { fraudDecisions(customerId: $id) { edges { node { decision caseId } } } }"

    edges = world.ask(analyst, document, id=payer.id).data["fraudDecisions"]["edges"]

    told = {edge["node"]["decision"]: edge["node"]["caseId"] for edge in edges}
    assert told == {"APPROVE": None, "REVIEW": world.review_case().id}


def test_a_transfer_in_review_is_seen_with_what_it_holds_and_no_case(world: World, pair: Pair) -> None:
    world.says(Decision.REVIEW)
    told = asked(world, pair)
    assert (told["__typename"], told["retryable"]) == ("TransferInReview", False)
    assert asked(world, pair) == told
    payer, source, payee, target = pair
    seen = reviews(world, payer, source)
    assert seen["heldBalance"]["amount"] == "25.00"
    (edge,) = seen["transferReviews"]["edges"]
    assert edge["node"] == {
        "transferId": told["transferId"],
        "status": "IN_REVIEW",
        "amount": {"amount": "25.00"},
        "holdId": told["holdId"],
        "reasons": ["UNUSUAL_AMOUNT"],
        "refusalCode": None,
        "destination": {"maskedNumber": target.record.masked_number},
        "transfer": None,
    }
    assert reviews(world, payee, target)["transferReviews"]["edges"] == []


def led_to(world: World, who: Customer, account: Account) -> dict[str, Any]:
    found: dict[str, Any] = world.ask(who, LED_TO, id=account.id, key="t-1").data["idempotency"]
    return found


def test_a_key_whose_transfer_is_in_review_is_used(world: World, pair: Pair) -> None:
    payer, source, payee, _ = pair
    world.says(Decision.REVIEW)
    told = asked(world, pair)
    review = {"transferId": told["transferId"], "status": "IN_REVIEW", "holdId": told["holdId"]}
    assert led_to(world, payer, source) == {"used": True, "journal": None, "review": review}
    world.relate(payer, source, payee, Relation.JOINT_OWNER)
    assert led_to(world, payee, source) == {"used": False, "journal": None, "review": None}  # the key is not theirs


def test_a_key_whose_sender_is_to_prove_who_they_are_has_done_nothing_yet(world: World, pair: Pair) -> None:
    world.says(Decision.STEP_UP)
    asked(world, pair)
    assert led_to(world, pair[0], pair[1]) == {"used": False, "journal": None, "review": None}


@pytest.mark.parametrize(("code", "status"), [(ResolutionCode.RELEASE, "MADE"), (ResolutionCode.REJECT, "DECLINED")])
def test_what_became_of_it_is_seen_and_answers_the_key(
    world: World, pair: Pair, code: ResolutionCode, status: str
) -> None:
    world.says(Decision.REVIEW)
    told = asked(world, pair)
    review = world.review_store.review(told["transferId"])
    assert review
    case = world.transfers.reviews._cases._existing(review.case or "")
    decided = Resolution(code, "Looked at.", "stf_1", "k", world.clock.now(), Stage.DECIDED)
    assert world.transfers.reviews.decided(replace(case, resolution=decided)) is None

    payer, source, _, _ = pair
    (edge,) = reviews(world, payer, source)["transferReviews"]["edges"]
    assert edge["node"]["status"] == status
    made = status == "MADE"
    assert (edge["node"]["transfer"] is not None) is made
    assert asked(world, pair)["__typename"] == ("TransferSuccess" if made else "PaymentDeclined")
    assert led_to(world, payer, source) == {"used": True, "journal": {"posted": made}, "review": None}


def test_reviews_come_the_newest_first_in_pages(world: World, pair: Pair) -> None:
    payer, source, _, target = pair
    world.says(Decision.REVIEW)
    for n in range(2):
        wish = {**ask.transfer_input(source, target, "1.00"), "idempotencyKey": f"k{n}"}
        assert world.ask(payer, ASKED, input=wish).data["transfer"]["__typename"] == "TransferInReview"
        world.clock.move(REVIEW_WITHIN / 100)
    page = reviews(world, payer, source)["transferReviews"]
    assert len(page["edges"]) == 1
    assert page["pageInfo"]["hasNextPage"]
