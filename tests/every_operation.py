"""One bank's life in which every operation of the API is called: what the role of the API's function must allow.

It is lived twice: over moto, where each call of AWS is noted and laid beside the role, and on an engine that enforces
roles. The people are an owner, whose account has a hundred dollars or more, and staff: two of operations, an auditor,
and an analyst and a lead of fraud. Bounds of the thresholds of transfers are signed before.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol

from tests.unit.graph import documents as ask
from tests.unit.graph import fraud_documents as fraud
from tests.unit.graph.fraud_house import rules_document, thresholds_document
from tests.unit.partners.signing import body_of

OWNER: Final = "owner"
OPERATIONS: Final = "operations"
COLLEAGUE: Final = "colleague"
AUDITOR: Final = "auditor"
FRAUD_ANALYST: Final = "fraud-analyst"
FRAUD_LEAD: Final = "fraud-lead"

VIEWER: Final = """{ viewer { person groups region
  customer { name email address { city } accounts(first: 1) { edges { node { id } } } }
  counterparties(first: 2) { edges { node { name status } } pageInfo { endCursor } }
  notices(first: 2) { edges { node { text } } pageInfo { endCursor } }
  accounts(first: 5) { edges { node { id number routingNumber status ledgerBalance { amount }
    people { relation displayName } } } pageInfo { endCursor } } } }"""
ACCOUNT: Final = """query($id: ID!, $at: DateTime!, $on: Date!) { account(id: $id) { ... on Account {
  holds { id remaining { amount } }
  balance(bookedAt: $at, effectiveOn: $on) { ledgerBalance { amount } }
  entries(first: 3) { edges { node { title counterparty { name } journal { id transfer { memo } } } }
    pageInfo { endCursor } }
  transferOrders(first: 2) { edges { node { id memo occurrences(first: 2) { edges { node { outcome } } } } } } } } }"""
LOOKUPS: Final = """query($account: ID!, $journal: ID!, $order: ID!, $key: IdempotencyKey!) {
  journal(id: $journal) { legs { party { name } } }
  node(id: $order) { ... on TransferOrder { status } }
  idempotency(accountId: $account, key: $key) { used journal { id } review { status } }
  changes(accountId: $account, first: 2) { entries { sequence } cursor } }"""
CUSTOMER: Final = "query($id: ID!) { customer(id: $id) { name accounts(first: 1) { edges { node { id } } } } }"
CASE: Final = "query($id: ID!) { node(id: $id) { ... on Case { state resolution { approvalId } } } }"
APPROVAL: Final = "query($id: ID!) { node(id: $id) { ... on Approval { state fingerprint } } }"
AUDIT: Final = """query($customer: ID, $person: ID) { auditRecords(customerId: $customer, personId: $person, first: 2) {
  edges { node { action outcome } } pageInfo { endCursor } } }"""

PAYMENTS: Final = """query($account: ID!, $payment: ID!) {
  account(id: $account) { ... on Account { payments(first: 1) {
    edges { node { id status counterparty { name } remittance ... on AchCreditReceived { originatorName } } }
    pageInfo { endCursor } } } }
  node(id: $payment) { ... on Payment { status
    timeline(first: 2) { edges { node { event by } } pageInfo { endCursor } } } } }"""
FILES: Final = """query($file: ID!, $entry: ID!) {
  achFiles(first: 1) { edges { node { id entries(first: 1) { edges { node { id } } } } } pageInfo { endCursor } }
  file: node(id: $file) { ... on AchFile { status entries(first: 1) { edges { node { id } } pageInfo { endCursor } } } }
  entry: node(id: $entry) { ... on AchEntry { status } } }"""
RECEIVED: Final = """query($file: ID!, $entry: ID!) {
  achReceivedFiles(first: 1) {
    edges { node { id entries(first: 1) { edges { node { id } } } } } pageInfo { endCursor } }
  file: node(id: $file) { ... on AchReceivedFile { status
    entries(first: 1) { edges { node { id } } pageInfo { endCursor } } } }
  entry: node(id: $entry) { ... on AchReceivedEntry { status } } }"""
DELIVERIES: Final = """query($state: PartnerDeliveryState, $id: ID!) {
  partnerDeliveries(partner: "sponsor", state: $state, first: 1) {
    edges { node { id state reason body } } pageInfo { endCursor } }
  node(id: $id) { ... on PartnerDelivery { body } } }"""


class Ask(Protocol):
    def __call__(self, who: str, document: str, **variables: Any) -> dict[str, Any]:
        """The data of the answer, which has no errors."""
        ...


@dataclass(frozen=True)
class Household:
    """Who and what the operations are about."""

    owner: str
    account: str
    other: dict[str, Any]
    """Somebody else's account, as the destination of an input."""
    operations: str
    today: date
    later: date
    """A day on which an order may begin."""
    case: Callable[[str], str]
    """The bank opens a case of an ACH entry that is pended, under a key; answers with its id."""
    delivery: str
    """What a partner delivered, and is quarantined."""
    verified: str = "cpy_us0000_01J00000000000000000000000"
    """A counterparty of the owner that can be used; without one no payment is made."""
    file: str = "fil_us_useast1_20260310-ND1_1"
    """A file with an entry, or the id of none: it is looked for either way."""
    entry: str = "ent_us0000_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    received_file: str = f"rcf_us_useast1_{'a' * 32}"
    """The same of what came in."""
    received_entry: str = f"rce_us9999_{'a' * 32}"


def every_operation(asked: Ask, house: Household) -> set[str]:
    """Calls each operation so that it passes; answers with the mutations that did."""
    passed: set[str] = set()

    def change(who: str, document: str, /, **given: Any) -> dict[str, Any]:
        ((mutation, answer),) = asked(who, document, input=given).items()
        success = f"{mutation[0].upper()}{mutation[1:]}Success"
        assert answer["__typename"] == success, answer
        passed.add(mutation)
        return dict(answer)

    def wish(key: str, amount: str, **more: Any) -> dict[str, Any]:
        destination = {"sourceId": house.account, "destination": house.other}
        return {"idempotencyKey": key, "amount": ask.dollars(amount), **destination, **more}

    made = change(OWNER, ask.OPEN, idempotencyKey="open", product="SAVINGS", currency="USD")["account"]["id"]
    paid = change(OWNER, ask.TRANSFER, **wish("pay", "5.00", memo="Lunch"))
    journal = paid["transfer"]["id"]
    assert paid["transfer"]["memo"] == "Lunch"
    assert change(OWNER, ask.TRANSFER, **wish("pay", "5.00", memo="Lunch"))["replayed"]
    refused = asked(OWNER, ask.TRANSFER, input=wish("much", "9999.00"))["transfer"]
    assert refused["code"] == "INSUFFICIENT_FUNDS"
    change(OWNER, ask.PREVIEW, **wish("look", "1.00"))
    days = {"rhythm": "MONTHLY", "startsOn": house.later.isoformat(), "count": 3}
    rent = wish("rent", "2.00", memo="Rent", schedule=days)
    order = change(OWNER, ask.SCHEDULE, **rent)["order"]["id"]
    assert change(OWNER, ask.SCHEDULE, **rent)["order"]["id"] == order

    first, second, _ = (change(OWNER, ask.PLACE, **setting_aside(house, key))["holdId"] for key in ("a", "b", "c"))
    taken = {"amount": ask.dollars("1.00"), "destination": house.other}
    change(OWNER, ask.CAPTURE, idempotencyKey="take", holdId=first, **taken)
    change(OWNER, ask.RELEASE, idempotencyKey="free", holdId=second)
    change(OPERATIONS, ask.REVERSE, idempotencyKey="undo", journalId=journal)
    change(OPERATIONS, ask.FREEZE, idempotencyKey="stop", accountId=made)
    change(OPERATIONS, ask.THAW, idempotencyKey="go", accountId=made)
    change(OWNER, ask.CLOSE, idempotencyKey="close", accountId=made)

    counterparties(asked, change)
    passed |= {"confirmMicroEntries", "confirmPayment", "returnAchEntry", "reverseAchPayment"}
    replays(asked, change, house)
    payments(asked, change, house)

    asked(OWNER, VIEWER)
    today = house.today.isoformat()
    asked(OWNER, ACCOUNT, id=house.account, at=f"{today}T00:00:00Z", on=today)
    asked(OWNER, LOOKUPS, account=house.account, journal=journal, order=order, key="pay")
    change(OWNER, ask.CANCEL, orderId=order)
    asked(OPERATIONS, CUSTOMER, id=house.owner)
    work(asked, change, house)
    fraud_work(asked, change, house, journal)
    asked(AUDITOR, AUDIT, customer=house.owner)
    asked(AUDITOR, AUDIT, person=house.operations)
    return passed


def counterparties(asked: Ask, change: Callable[..., dict[str, Any]]) -> None:
    """One that is added, is to be proved, and is closed."""
    added = change(OWNER, ask.ADD_COUNTERPARTY, **ask.counterparty_input(key="add"))["counterparty"]["id"]
    verify = {"idempotencyKey": "verify", "counterpartyId": added, "method": "MICRO_ENTRIES"}
    change(OWNER, ask.VERIFY, **verify)
    guess = {**verify, "idempotencyKey": "guess", "amounts": [ask.dollars("0.01"), ask.dollars("0.01")]}
    del guess["method"]
    told = asked(OWNER, ask.CONFIRM, input=guess)["confirmMicroEntries"]["__typename"]
    assert told in ("AmountsWrong", "NothingToConfirm")  # two of micro-entries differ; without a rail there are none
    change(OWNER, ask.CLOSE_COUNTERPARTY, counterpartyId=added)


def replays(asked: Ask, change: Callable[..., dict[str, Any]], house: Household) -> None:
    """What a partner delivered, seen, mended, and processed again."""
    mended = {"idempotencyKey": "mend", "deliveryId": house.delivery, "body": body_of().decode()}
    assert change(OPERATIONS, ask.REPLAY, **mended)["delivery"]["mendsId"] == house.delivery
    assert change(OPERATIONS, ask.REPLAY, **mended)["replayed"]
    as_it_is = {"idempotencyKey": "again", "deliveryId": house.delivery}
    refused = asked(OPERATIONS, ask.REPLAY, input=as_it_is)["replayPartnerDelivery"]
    assert refused["__typename"] == "DeliveryNotReplayable", refused  # the mended one has its place
    for state in ("RECEIVED", None):
        asked(OPERATIONS, DELIVERIES, state=state, id=house.delivery)


def payments(asked: Ask, change: Callable[..., dict[str, Any]], house: Household) -> None:
    """One that is sent and called off, one that is collected, and files."""
    given = ask.ach_input(house.account, house.verified, "1.00", key="send", remittance="Rent")
    sent = change(OWNER, ask.ORIGINATE_CREDIT, **given)["payment"]["id"]
    assert change(OWNER, ask.ORIGINATE_CREDIT, **given)["payment"]["id"] == sent
    collect = ask.ach_input(house.account, house.verified, "2.00", key="collect", secCode="PPD")
    change(OWNER, ask.ORIGINATE_DEBIT, **collect)
    wrong = {"idempotencyKey": "wrong", "paymentId": sent, "reason": "DUPLICATE"}
    early = asked(OWNER, ask.REVERSE_PAYMENT, input=wrong)["reverseAchPayment"]
    assert early["reasonCode"] == "NOT_SETTLED"  # one that has settled is opened and begun as any other payment is
    unasked = asked(OWNER, ask.CONFIRM_PAYMENT, input={"paymentId": sent})["confirmPayment"]
    assert unasked["__typename"] == "PaymentNotAwaitingStepUp"  # what is released from a review goes the same way
    change(OWNER, ask.CANCEL_PAYMENT, paymentId=sent)
    for who in (OWNER, OPERATIONS):
        asked(who, PAYMENTS, account=house.account, payment=sent)
    asked(OPERATIONS, FILES, file=house.file, entry=house.entry)
    back = {"idempotencyKey": "back", "entryId": house.received_entry, "decision": "UNPROCESSABLE"}
    told = asked(OPERATIONS, ask.RETURN_ENTRY, input=back)["returnAchEntry"]["__typename"]
    assert told in ("ReturnAchEntrySuccess", "NotFound")  # what resolves a case calls the same, and finds something
    asked(OPERATIONS, RECEIVED, file=house.received_file, entry=house.received_entry)


def work(asked: Ask, change: Callable[..., dict[str, Any]], house: Household) -> None:
    """Cases that one resolves, that two resolve, and that a second person refuses to."""
    alone, by_two, refused = (house.case(key) for key in ("alone", "by-two", "refused"))
    resolution = {"idempotencyKey": "work", "reason": "It is in order"}
    change(OPERATIONS, ask.ASSIGN_CASE, caseId=alone)
    change(OPERATIONS, ask.RELEASE_CASE, caseId=alone)
    change(OPERATIONS, ask.RESOLVE_CASE, caseId=alone, resolution="RETURN", **resolution)
    change(OPERATIONS, ask.ASSIGN_CASE, caseId=by_two)
    for case in (by_two, refused):
        change(OPERATIONS, ask.RESOLVE_CASE, caseId=case, resolution="POST", **resolution)
    for document, case in ((ask.GIVE_APPROVAL, by_two), (ask.REFUSE_APPROVAL, refused)):
        approval = asked(COLLEAGUE, CASE, id=case)["node"]["resolution"]["approvalId"]
        shown = asked(COLLEAGUE, APPROVAL, id=approval)["node"]["fingerprint"]
        change(COLLEAGUE, document, approvalId=approval, fingerprint=shown)
    assert asked(AUDITOR, CASE, id=by_two)["node"]["state"] == "RESOLVED"
    assert asked(AUDITOR, CASE, id=refused)["node"]["state"] == "OPEN"
    asked(OPERATIONS, ask.CASES)
    asked(OPERATIONS, ask.CASES, kind="ACH_ENTRY_PENDED", first=1)
    asked(OPERATIONS, ask.CASES, mine=True)
    asked(OPERATIONS, ask.APPROVALS)
    asked(AUDITOR, ask.APPROVALS, state="USED")


Change = Callable[..., dict[str, Any]]


def fraud_work(asked: Ask, change: Change, house: Household, judged: str) -> None:
    """What staff of fraud do: a transfer that was judged is looked at, and what judges the next ones is changed."""
    until = f"{house.today + timedelta(days=30)}T00:00:00Z"
    change(FRAUD_ANALYST, fraud.LABEL, subjectId=judged, fraud=True, code="CUSTOMER_SAYS")
    change(FRAUD_ANALYST, fraud.LABEL, subjectId=judged, fraud=False)
    snooze = {"customerId": house.owner, "rule": "new-payee-very-large"}
    for rule in ("new-payee-very-large", "many-payments-1h"):
        change(FRAUD_ANALYST, fraud.SNOOZE, **{**snooze, "rule": rule}, reason="Works at night", until=until)
    change(FRAUD_ANALYST, fraud.END_SNOOZE, **snooze)
    rules = fraud_drafts(change, house, until)
    promoted = fraud_promotions(asked, change)
    fraud_lists(change)
    fraud_looks(asked, house, judged, versions=(rules, *promoted))
    for version in promoted:
        ended = {"scope": "TRANSFER", "kind": "THRESHOLDS", "version": version, "reason": "It stops everybody"}
        change(FRAUD_ANALYST, fraud.ROLL_BACK, **ended)


def fraud_drafts(change: Change, house: Household, until: str) -> str:
    """Rules that are written anew, tried on the past and asked beside the champions, and others that end as a draft."""
    rules = registered(change, "RULES", rules_document(), key="rules")
    change(FRAUD_ANALYST, fraud.REDRAFT, version=rules, document=json.dumps(rules_document(7)))
    change(FRAUD_ANALYST, fraud.COMMIT, version=rules)
    first, last = (str(house.today + timedelta(days=days)) for days in (-1, 1))
    tried = change(FRAUD_ANALYST, fraud.DRY_RUN, version=rules, firstDay=first, lastDay=last)["version"]["dryRun"]
    assert tried["decisions"] >= 1
    change(FRAUD_ANALYST, fraud.START_SHADOW, version=rules, until=until)
    change(FRAUD_ANALYST, fraud.STOP_SHADOW, version=rules)
    nothing = registered(change, "RULES", rules_document(8), key="nothing")
    change(FRAUD_ANALYST, fraud.RETIRE, version=nothing, reason="It came to nothing")
    return rules


def fraud_promotions(asked: Ask, change: Change) -> tuple[str, str]:
    """Thresholds that others follow, each with the consent of a lead; the last one first."""
    promoted = []
    for review in (0.4, 0.6):
        version = registered(change, "THRESHOLDS", thresholds_document(review), key=f"thresholds-{review}")
        change(FRAUD_ANALYST, fraud.COMMIT, version=version)
        request = {"idempotencyKey": "ask", "version": version, "reason": "It is better"}
        agreed(change, change(FRAUD_ANALYST, fraud.REQUEST_PROMOTION, **request)["approval"])
        change(FRAUD_ANALYST, fraud.PROMOTE, version=version)
        assert asked(FRAUD_LEAD, fraud.VERSION, version=version)["fraudVersion"]["status"] == "CHAMPION"
        promoted.append(version)
    first, second = promoted
    return second, first


def fraud_lists(change: Change) -> None:
    """A device that is denied and one that is allowed, which is then taken off its list."""
    entry = {"scope": "TRANSFER", "family": "DEVICE", "reason": "Stolen, says the customer"}
    change(FRAUD_ANALYST, fraud.ADD_ENTRY, idempotencyKey="deny", list="DENY", entity="dev-8", **entry)
    for key, document in (("allow", fraud.ADD_ENTRY), ("remove", fraud.REMOVE_ENTRY)):
        answer = change(FRAUD_ANALYST, document, idempotencyKey=key, list="ALLOW", entity="dev-7", **entry)
        agreed(change, answer["approval"])


def fraud_looks(asked: Ask, house: Household, judged: str, *, versions: tuple[str, ...]) -> None:
    assert asked(FRAUD_ANALYST, fraud.DECISION, id=judged)["fraudDecision"]["subjectId"] == judged
    days = [str(house.today + timedelta(days=days)) for days in (-1, 0, 1)]
    lists: list[Mapping[str, str]] = [{"scope": "TRANSFER", "day": day} for day in days]
    for of in (*lists, {"customer": house.owner}, {"account": house.account}):
        asked(FRAUD_ANALYST, fraud.DECISIONS, **of, first=4)
    asked(FRAUD_ANALYST, fraud.SCOPES)
    for kind in ("RULES", "MODEL", "THRESHOLDS", "LISTS"):
        asked(FRAUD_ANALYST, fraud.VERSIONS, scope="TRANSFER", kind=kind)
    for version in versions:
        assert asked(FRAUD_ANALYST, fraud.VERSION, version=version)["fraudVersion"]["document"]
    asked(FRAUD_ANALYST, fraud.GRAMMAR)
    (denied,) = asked(FRAUD_ANALYST, fraud.ENTRIES, scope="TRANSFER")["fraudListEntries"]["edges"]
    assert denied["node"]["entity"] == "dev-8"
    (snooze,) = (one for one in asked(FRAUD_ANALYST, fraud.SNOOZES, id=house.owner)["fraudSnoozes"] if not one["over"])
    assert snooze["rule"] == "many-payments-1h"
    asked(AUDITOR, fraud.SERIES, scope="TRANSFER", **{"from": days[0], "to": days[-1]})


def registered(change: Change, kind: str, document: Mapping[str, Any], *, key: str) -> str:
    said = {"scope": "TRANSFER", "kind": kind, "document": json.dumps(document), "note": "Too many reviews"}
    answer = change(FRAUD_ANALYST, fraud.REGISTER, idempotencyKey=key, **said)
    version: str = answer["version"]["version"]
    return version


def agreed(change: Change, approval: Mapping[str, Any]) -> None:
    change(FRAUD_LEAD, ask.GIVE_APPROVAL, approvalId=approval["id"], fingerprint=approval["fingerprint"])


def setting_aside(house: Household, key: str) -> dict[str, Any]:
    return {"idempotencyKey": f"hold-{key}", "accountId": house.account, "amount": ask.dollars("3.00")}
