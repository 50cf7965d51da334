"""Every change the API can make, with what it needs: on a street of its own, since a change is made once.

A new mutation needs a line here, and so does each id that its input takes; the tests compare with the schema.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from graphql import GraphQLInputObjectType, get_named_type

from domain.access.model import Actor, Group, Relation
from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.fraud.kinds import Decision
from domain.fraud.registry_model import ArtefactKind
from domain.jurisdictions import JURISDICTIONS, slot_of
from tests.access.paths import CORE
from tests.access.scene import MAKER, Person, judged_of, of_another_group
from tests.access.world import Street
from tests.unit.graph import documents as ask
from tests.unit.graph import fraud_documents as fraud
from tests.unit.graph.fraud_house import rules_document
from tests.unit.graph.world import clerk
from tests.unit.rails.ach.partner import Sheet
from tests.unit.transfers.desk import TODAY

US: Final = JURISDICTIONS["us"]
Given = dict[str, Any]
FRAUD_MAKER: Final = clerk(Group.FRAUD_ANALYST, person="stf_01J0000000000000000000000A")
FRAUD_CHECKER: Final = clerk(Group.FRAUD_LEAD, person="stf_01J0000000000000000000000B")
Place = tuple[str, ...]
"""Where something stands in an input, from the input down."""


@dataclass(frozen=True)
class Change:
    given: Callable[[Street], Given]
    ids: Mapping[Place, str]
    """Every id that the input takes, and what it names."""
    own: Callable[[Street, Customer], Given] | None = None
    """What of the input must be the asking customer's own."""
    by: Callable[[Street, Actor], Given] | None = None
    """The input, where it must be of the asking person's own making."""

    def asked_by(self, street: Street, person: Person) -> Given:
        if self.by:
            return self.by(street, street.actors[person.group, person.relation])
        given = self.given(street)
        asking = street.world.customers.get(street.actors[person.group, person.relation].person)
        return {**given, **self.own(street, asking)} if self.own and isinstance(asking, Customer) else given


def _hold(street: Street) -> str:
    """A hold that the account's own people placed."""
    given = {"idempotencyKey": "hold", "accountId": street.account.id, "amount": ask.dollars("1.00")}
    hold: str = street.world.ask(street.owner, ask.PLACE, input=given).data["placeHold"]["holdId"]
    return hold


def _transfer(street: Street) -> Given:
    return ask.transfer_input(street.account, street.neighbour, "1.00", key="k", memo="For you only")


def _scheduled(street: Street) -> Given:
    return {**_transfer(street), "schedule": _once()}


def _ordered(street: Street) -> Given:
    order = street.world.ask(street.owner, ask.SCHEDULE, input=_scheduled(street)).data["scheduleTransfer"]["order"]
    return {"orderId": order["id"]}


def _held(street: Street) -> Given:
    return {"idempotencyKey": "k", "accountId": street.account.id, "amount": ask.dollars("1.00")}


def _captured(street: Street) -> Given:
    taken = {"amount": ask.dollars("1.00"), "destination": ask.by_numbers(street.neighbour)}
    return {"idempotencyKey": "k", "holdId": _hold(street), **taken}


def _reversed(street: Street) -> Given:
    given = {**_transfer(street), "idempotencyKey": "original"}
    journal = street.world.ask(street.owner, ask.TRANSFER, input=given).data["transfer"]["transfer"]["id"]
    return {"idempotencyKey": "k", "journalId": journal}


def _named(street: Street) -> Given:
    return {"idempotencyKey": "k", "accountId": street.account.id}


def _thawed(street: Street) -> Given:
    operations = street.actors[Group.OPERATIONS, Relation.STRANGER]
    street.world.accounts.freeze(operations, account=street.account.id, key="freeze", debits_only=True)
    return _named(street)


def _emptied(street: Street) -> Given:
    given = ask.transfer_input(street.account, street.neighbour, "1000.00", key="all")
    street.world.ask(street.owner, ask.TRANSFER, input=given)
    return _named(street)


def _opened(street: Street) -> Given:
    return {"idempotencyKey": "k", "product": "SAVINGS", "currency": "USD", "customerId": street.owner.id}


def _added(street: Street, number: str = "1") -> str:
    given = ask.counterparty_input(key=f"add-{number}", accountNumber=f"00112233{number}")
    answer = street.world.ask(street.owner, ask.ADD_COUNTERPARTY, input=given).data["addCounterparty"]
    counterparty: str = answer["counterparty"]["id"]
    return counterparty


def _adding(street: Street) -> Given:
    return ask.counterparty_input(key="k", customerId=street.owner.id)


def _verified(street: Street) -> Given:
    return {"idempotencyKey": "k", "counterpartyId": _added(street), "method": "MICRO_ENTRIES"}


def _confirmed(street: Street) -> Given:
    given = {**_verified(street), "idempotencyKey": "verify"}
    street.world.ask(street.owner, ask.VERIFY, input=given)
    cents = street.world.rail.micro_entries[given["counterpartyId"], 1]
    amounts = [ask.dollars(f"0.{one:02d}") for one in cents]
    return {"idempotencyKey": "k", "counterpartyId": given["counterpartyId"], "amounts": amounts}


def _case(street: Street) -> Given:
    return {"caseId": street.world.case().id}


def _resolved(street: Street) -> Given:
    return {**_case(street), "idempotencyKey": "k", "resolution": "RETURN", "reason": "It is in order"}


def _asked(street: Street) -> Given:
    approval = street.world.proposed(street.world.case(), MAKER)
    return {"approvalId": approval.id, "fingerprint": approval.proposal.fingerprint}


def _delivered(street: Street) -> Given:
    return {"idempotencyKey": "k", "deliveryId": street.world.quarantined()}


def _verified_of(street: Street, customer: Customer) -> Given:
    return {"counterpartyId": street.world.verified(customer).id}


def _sent(street: Street) -> Given:
    return ask.ach_input(street.account.id, street.world.verified(street.owner).id, key="k", remittance="For you only")


def _collected(street: Street) -> Given:
    return {**_sent(street), "secCode": "PPD"}


def _paid(street: Street) -> Given:
    answer = street.world.ask(street.owner, ask.ORIGINATE_CREDIT, input={**_sent(street), "idempotencyKey": "paid"})
    return {"paymentId": answer.data["originateAchCredit"]["payment"]["id"]}


def _to_confirm(street: Street) -> Given:
    return _to_confirm_of(street, street.owner)


def _to_confirm_of(street: Street, customer: Customer) -> Given:
    """A payment that waits for who made it; of who may make none, the owner's."""
    world = street.world
    given = {**_sent(street), "idempotencyKey": f"confirm-{customer.id}", "counterpartyId": world.verified(customer).id}
    answer = world.ask(customer, ask.ORIGINATE_CREDIT, input=given).data["originateAchCredit"]
    if "payment" not in answer:
        assert customer is not street.owner, answer
        return _to_confirm(street)
    payment = world.payments.existing(answer["payment"]["id"])
    world.will_decide(payment, Decision.STEP_UP)
    world.run()
    world.clock.move(timedelta(seconds=2))
    return {"paymentId": payment.id}


def _wrong(street: Street) -> Given:
    """A payment that has settled."""
    world = street.world
    answer = world.ask(street.owner, ask.ORIGINATE_DEBIT, input={**_collected(street), "idempotencyKey": "wrong"})
    given = {"paymentId": answer.data["originateAchDebit"]["payment"]["id"]}
    world.run()
    world.acknowledge(world.cut_off(world.payments.existing(given["paymentId"])))
    world.settlement(world.payments.existing(given["paymentId"]))
    return {**given, "idempotencyKey": "k", "reason": "DUPLICATE"}


def _received(street: Street, account: Account) -> str:
    """An entry that came in and is posted."""
    modifier = "B" if account is street.neighbour else "A"  # no two files have one of the same minute
    sheet = Sheet(made_at=street.world.clock.now(), modifier=modifier)
    sheet.add(account.record.number, 1_00)
    (payment,) = street.world.came_in(sheet)
    assert payment.progress.entry
    return payment.progress.entry


def _returned(street: Street) -> Given:
    return {"idempotencyKey": "k", "entryId": _received(street, street.account), "decision": "UNPROCESSABLE"}


def _authored(by: Callable[[Street, Actor], Given], ids: Mapping[Place, str] | None = None) -> Change:
    return Change(lambda street: by(street, FRAUD_MAKER), ids or {}, by=by)


def _fraud_worker(by: Actor) -> Actor:
    """Who is asked for by somebody who may not is of another's making."""
    return by if by.groups & {Group.FRAUD_ANALYST, Group.FRAUD_LEAD} else FRAUD_MAKER


def _registered(street: Street) -> Given:
    document = json.dumps(rules_document())
    return {"idempotencyKey": "k", "scope": "TRANSFER", "kind": "RULES", "document": document, "note": "Too many"}


def _redrafted(street: Street, by: Actor) -> Given:
    version = street.world.drafted(_fraud_worker(by)).id
    return {"version": version, "document": json.dumps(rules_document(7))}


def _committed(street: Street, by: Actor) -> Given:
    return {"version": street.world.drafted(_fraud_worker(by)).id}


def _tried(street: Street) -> Given:
    street.world.judged(judged_of(street.account), street.account)
    day = street.world.clock.now().date().isoformat()
    return {"version": street.world.drafted(FRAUD_MAKER).id, "firstDay": day, "lastDay": day}


def _shadowed(street: Street) -> Given:
    until = (street.world.clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"version": street.world.committed(FRAUD_MAKER).id, "until": until}


def _stopped(street: Street) -> Given:
    return {"version": street.world.governed()["shadow"]}


def _promotion_asked(street: Street) -> Given:
    street.world.bounded()
    version = street.world.committed(FRAUD_MAKER, ArtefactKind.THRESHOLDS)
    return {"idempotencyKey": "k", "version": version.id, "reason": "It is better"}


def _agreed(street: Street) -> Given:
    return {"version": street.world.agreed(FRAUD_MAKER, FRAUD_CHECKER).id}


def _rolled_back(street: Street) -> Given:
    version = street.world.governed()["champion"]
    return {"scope": "TRANSFER", "kind": "RULES", "version": version, "reason": "It blocks everybody"}


def _retired(street: Street) -> Given:
    return {"version": street.world.drafted(FRAUD_MAKER).id, "reason": "It came to nothing"}


def _listed(_: Street) -> Given:
    entry = {"scope": "TRANSFER", "list": "DENY", "family": "DEVICE", "entity": "dev-7", "reason": "Stolen"}
    return {"idempotencyKey": "k", **entry}


def _unlisted(street: Street) -> Given:
    street.world.governed()
    entry = {"scope": "TRANSFER", "list": "ALLOW", "family": "DEVICE", "entity": "dev-1", "reason": "Stolen"}
    return {"idempotencyKey": "k", **entry}


def _snoozed(street: Street) -> Given:
    until = (street.world.clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"customerId": street.owner.id, "rule": "new-payee-very-large", "reason": "Works at night", "until": until}


def _woken(street: Street) -> Given:
    for rule in ("night", "large"):
        street.world.snoozed(street.owner.id, rule)
    return {"customerId": street.owner.id, "rule": "large"}


def _labelled(street: Street) -> Given:
    subject = judged_of(street.account)
    street.world.judged(subject, street.account)
    return {"subjectId": subject, "fraud": True, "code": "CUSTOMER_SAYS"}


Ids = Mapping[Place, str]
_CASE: Final[Ids] = {("caseId",): "case"}
_APPROVAL: Final[Ids] = {("approvalId",): "approval"}
_SOURCE: Final[Ids] = {("sourceId",): "account", ("destination", "accountId"): "account"}
_ACCOUNT: Final[Ids] = {("accountId",): "account"}
_COUNTERPARTY: Final[Ids] = {("counterpartyId",): "counterparty"}
_HOLD: Final[Ids] = {("holdId",): "hold"}

CHANGES: Final[dict[str, Change]] = {
    "openAccount": Change(_opened, {("customerId",): "customer"}),
    "transfer": Change(_transfer, _SOURCE),
    "previewTransfer": Change(_transfer, _SOURCE),
    "scheduleTransfer": Change(_scheduled, _SOURCE),
    "cancelTransferOrder": Change(_ordered, {("orderId",): "order"}),
    "placeHold": Change(_held, _ACCOUNT),
    "captureHold": Change(_captured, {**_HOLD, ("destination", "accountId"): "account"}),
    "releaseHold": Change(lambda street: {"idempotencyKey": "k", "holdId": _hold(street)}, _HOLD),
    "reverseJournal": Change(_reversed, {("journalId",): "journal"}),
    "freezeAccount": Change(_named, _ACCOUNT),
    "thawAccount": Change(_thawed, _ACCOUNT),
    "closeAccount": Change(_emptied, _ACCOUNT),
    "addCounterparty": Change(_adding, {("customerId",): "customer"}),
    "closeCounterparty": Change(lambda street: {"counterpartyId": _added(street)}, _COUNTERPARTY),
    "verifyCounterparty": Change(_verified, _COUNTERPARTY),
    "confirmMicroEntries": Change(_confirmed, _COUNTERPARTY),
    "originateAchCredit": Change(_sent, {**_ACCOUNT, **_COUNTERPARTY}, _verified_of),
    "originateAchDebit": Change(_collected, {**_ACCOUNT, **_COUNTERPARTY}, _verified_of),
    "reverseAchPayment": Change(_wrong, {("paymentId",): "payment"}),
    "cancelPayment": Change(_paid, {("paymentId",): "payment"}),
    "confirmPayment": Change(_to_confirm, {("paymentId",): "payment"}, _to_confirm_of),
    "returnAchEntry": Change(_returned, {("entryId",): "receivedEntry"}),
    "assignCase": Change(_case, _CASE),
    "releaseCase": Change(_case, _CASE),
    "resolveCase": Change(_resolved, _CASE),
    "giveApproval": Change(_asked, _APPROVAL),
    "refuseApproval": Change(_asked, _APPROVAL),
    "replayPartnerDelivery": Change(_delivered, {("deliveryId",): "delivery"}),
    "registerFraudVersion": Change(_registered, {}),
    "redraftFraudVersion": _authored(_redrafted),
    "commitFraudVersion": _authored(_committed),
    "dryRunFraudRules": Change(_tried, {}),
    "startFraudShadow": Change(_shadowed, {}),
    "stopFraudShadow": Change(_stopped, {}),
    "requestFraudPromotion": Change(_promotion_asked, {}),
    "promoteFraudVersion": Change(_agreed, {}),
    "rollBackFraud": Change(_rolled_back, {}),
    "retireFraudVersion": Change(_retired, {}),
    "addFraudListEntry": Change(_listed, {}),
    "removeFraudListEntry": Change(_unlisted, {}),
    "snoozeFraudRule": Change(_snoozed, {("customerId",): "customer"}),
    "endFraudSnooze": Change(_woken, {("customerId",): "customer"}),
    "labelFraud": Change(_labelled, {("subjectId",): "judged"}),
}
DOCUMENTS: Final = {
    "openAccount": ask.OPEN,
    "transfer": ask.TRANSFER,
    "previewTransfer": ask.PREVIEW,
    "scheduleTransfer": ask.SCHEDULE,
    "cancelTransferOrder": ask.CANCEL,
    "placeHold": ask.PLACE,
    "captureHold": ask.CAPTURE,
    "releaseHold": ask.RELEASE,
    "reverseJournal": ask.REVERSE,
    "freezeAccount": ask.FREEZE,
    "thawAccount": ask.THAW,
    "closeAccount": ask.CLOSE,
    "addCounterparty": ask.ADD_COUNTERPARTY,
    "closeCounterparty": ask.CLOSE_COUNTERPARTY,
    "verifyCounterparty": ask.VERIFY,
    "confirmMicroEntries": ask.CONFIRM,
    "originateAchCredit": ask.ORIGINATE_CREDIT,
    "originateAchDebit": ask.ORIGINATE_DEBIT,
    "reverseAchPayment": ask.REVERSE_PAYMENT,
    "cancelPayment": ask.CANCEL_PAYMENT,
    "confirmPayment": ask.CONFIRM_PAYMENT,
    "returnAchEntry": ask.RETURN_ENTRY,
    "assignCase": ask.ASSIGN_CASE,
    "releaseCase": ask.RELEASE_CASE,
    "resolveCase": ask.RESOLVE_CASE,
    "giveApproval": ask.GIVE_APPROVAL,
    "refuseApproval": ask.REFUSE_APPROVAL,
    "replayPartnerDelivery": ask.REPLAY,
    "registerFraudVersion": fraud.REGISTER,
    "redraftFraudVersion": fraud.REDRAFT,
    "commitFraudVersion": fraud.COMMIT,
    "dryRunFraudRules": fraud.DRY_RUN,
    "startFraudShadow": fraud.START_SHADOW,
    "stopFraudShadow": fraud.STOP_SHADOW,
    "requestFraudPromotion": fraud.REQUEST_PROMOTION,
    "promoteFraudVersion": fraud.PROMOTE,
    "rollBackFraud": fraud.ROLL_BACK,
    "retireFraudVersion": fraud.RETIRE,
    "addFraudListEntry": fraud.ADD_ENTRY,
    "removeFraudListEntry": fraud.REMOVE_ENTRY,
    "snoozeFraudRule": fraud.SNOOZE,
    "endFraudSnooze": fraud.END_SNOOZE,
    "labelFraud": fraud.LABEL,
}


def ids_in_schema(mutation: str) -> set[Place]:
    """Every id that a mutation's input takes, however deep."""
    assert CORE.mutation_type
    return set(_ids(get_named_type(CORE.mutation_type.fields[mutation].args["input"].type)))


def _ids(kind: Any) -> Iterator[Place]:
    for name, part in kind.fields.items():
        inner = get_named_type(part.type)
        if isinstance(inner, GraphQLInputObjectType):
            yield from ((name, *place) for place in _ids(inner))
        elif inner.name == "ID" or name.endswith("Id"):
            yield (name,)


def with_id(given: Given, place: Place, wanted: str) -> Given:
    """The input with another id in this place. A destination is named in one way, so the other one goes."""
    first, *rest = place
    if not rest:
        return {**given, first: wanted}
    return {**given, first: with_id({}, tuple(rest), wanted)}


def theirs(street: Street, kind: str) -> str:
    """What belongs to the neighbour, whom nobody here stands close to; of work, what is another group's."""
    if kind in ("case", "approval"):
        return of_another_group(street.world, kind)
    world, account = street.world, street.neighbour
    bob = world.customers.get(account.record.holder)
    assert isinstance(bob, Customer)
    if kind in ("account", "customer"):
        return account.id if kind == "account" else bob.id
    if kind == "receivedEntry":
        return _received(street, account)
    if kind == "judged":
        return world.judged(judged_of(account), account).subject
    if kind == "delivery":
        return world.quarantined()
    if kind == "payment":
        wished = ask.ach_input(account.id, world.verified(bob).id, "0.10", key="theirs")
        payment: str = world.ask(bob, ask.ORIGINATE_CREDIT, input=wished).data["originateAchCredit"]["payment"]["id"]
        return payment
    if kind == "hold":
        given = {"idempotencyKey": "theirs", "accountId": account.id, "amount": ask.dollars("1.00")}
        hold: str = world.ask(bob, ask.PLACE, input=given).data["placeHold"]["holdId"]
        return hold
    if kind == "counterparty":
        added = world.ask(bob, ask.ADD_COUNTERPARTY, input=ask.counterparty_input(key="theirs"))
        counterparty: str = added.data["addCounterparty"]["counterparty"]["id"]
        return counterparty
    wish = ask.transfer_input(account, world.open(bob, key="second"), "0.10", key="theirs")
    if kind == "journal":
        journal: str = world.ask(bob, ask.TRANSFER, input=wish).data["transfer"]["transfer"]["id"]
        return journal
    ordered = world.ask(bob, ask.SCHEDULE, input={**wish, "schedule": _once()}).data["scheduleTransfer"]
    order: str = ordered["order"]["id"]
    return order


def nobodys(street: Street, kind: str) -> str:
    """An id in form, of the neighbour's own slot, that was never given out."""
    return like(theirs(street, kind))


def like(real: str) -> str:
    """The same id with another end, of the same region, which for a customer follows from the whole id."""
    if real.startswith("fil_"):
        return real.rpartition("_")[0] + "_99"
    if not real.startswith("cus_"):
        return real[:-4] + ("0000" if real.startswith(("acc_", "ord_", "cpy_", "dlv_")) else "aaaa")
    others = (f"{real[:-4]}{number:04}" for number in range(10_000))
    home = US.region_of(slot_of(real))
    return next(other for other in others if other != real and US.region_of(slot_of(other)) == home)


def _once() -> dict[str, str]:
    return {"rhythm": "ONCE", "startsOn": (TODAY + timedelta(days=2)).isoformat()}
