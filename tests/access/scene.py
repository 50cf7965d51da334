"""The street with something in every field: what the matrix looks at, and everybody who looks.

The account has entries of every sort, a hold, orders with what became of them, a refused journal and a reversal; its
people have keys, notices and profiles of their own. Whatever a field can say is said here at least once, so that a
cell which hides nothing cannot pass for one that hides something.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from domain.access.model import Actor, Approval, Group, Relation, Verdict
from domain.access.service import proposal_of
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case
from domain.counterparties.model import Correction, Counterparty
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.facts import facts_of
from domain.fraud.kinds import CustomerReason, Decision, Fallback
from domain.ids import batch_id
from domain.notices.kinds import NoticeKind
from domain.payments.model import StepUp
from domain.rails.ach.incoming_model import FileFinding
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import RejectionReason
from domain.transfers.orders import DAYS_LATE_MAX
from graph.access import Cell
from tests.access.world import STAFF, Street
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk, customer_actor
from tests.unit.partners.signing import body_of
from tests.unit.rails.ach.partner import Sheet
from tests.unit.transfers.desk import TODAY

KEY: Final = "the-key"
"""The owner's: a key is kept for each person, so nobody else's leads anywhere."""
PAGE: Final = 25
UNUSUAL: Final = CustomerReason.UNUSUAL_AMOUNT.value


@dataclass(frozen=True)
class Person:
    """One column of the access table."""

    group: Group
    relation: Relation

    @property
    def is_customer(self) -> bool:
        return self.group is Group.CUSTOMER

    @property
    def name(self) -> str:
        return self.relation.value if self.is_customer else self.group.value


PEOPLE: Final = (
    *(Person(Group.CUSTOMER, relation) for relation in Relation),
    *(Person(group, Relation.STRANGER) for group in STAFF),
)
OWNER: Final = Person(Group.CUSTOMER, Relation.OWNER)
JOINT_OWNER: Final = Person(Group.CUSTOMER, Relation.JOINT_OWNER)
STRANGER: Final = Person(Group.CUSTOMER, Relation.STRANGER)
OPERATIONS: Final = Person(Group.OPERATIONS, Relation.STRANGER)
FRAUD_LEAD: Final = Person(Group.FRAUD_LEAD, Relation.STRANGER)
WORKERS: Final = Group.OPERATIONS
"""Whose cases and approvals are under observation."""
MAKER: Final = clerk(WORKERS, person="stf_01J00000000000000000000009")
CHECKER: Final = clerk(WORKERS, person="stf_01J00000000000000000000008")
ANOTHER_GROUP: Final = Group.FRAUD_ANALYST
ANOTHER_MAKER: Final = clerk(ANOTHER_GROUP, person="stf_01J00000000000000000000009")
AUDITOR: Final = Person(Group.AUDITOR, Relation.STRANGER)


@dataclass(frozen=True)
class Scene(Street):
    """`neighbour` is an account nobody here stands close to; `theirs` is what belongs to it."""

    customers: dict[Relation, Customer]
    profiles: dict[str, Profile]
    stopped: dict[str, str]
    """State -> the id of an account in it, with the same people."""
    journals: dict[str, str]
    """What it is -> the journal's id."""
    orders: tuple[str, ...]
    hold: str
    counterparty: str
    case: str
    """Of `WORKERS`, taken, with a resolution that waits for the second person."""
    approval: str
    """Of the same group: one has approved it, one more is wanted."""
    theirs: dict[str, str]
    delivery: str
    """What a partner delivered, and is quarantined; a mended one of it was given up."""
    ach: dict[str, str]
    """A credit that the bank rejected, a debit that has settled, one of each that came in; the credit's file and
    entry, and those of the credit that came in."""

    fraud: dict[str, str]
    """What was judged, of the owner; versions by what they are; the first and the last day of figures."""

    def actor(self, person: Person) -> Actor:
        return self.actors[person.group, person.relation]

    def id_of(self, person: Person) -> str:
        return self.actor(person).person


def scene() -> Scene:
    world = World()
    customers = {relation: _resident(world, relation.value) for relation in Relation}
    owner, joint = customers[Relation.OWNER], customers[Relation.JOINT_OWNER]
    account = world.open(owner, deposit_minor=100_000)
    _related(world, customers, account)
    bob = _resident(world, "neighbour")
    neighbour = world.open(bob, deposit_minor=100_000)
    actors = {(Group.CUSTOMER, relation): customer_actor(customer) for relation, customer in customers.items()}
    for index, group in enumerate(STAFF):
        actors[group, Relation.STRANGER] = clerk(group, person=f"stf_01J0000000000000000000000{index}")
    clerks = actors[Group.OPERATIONS, Relation.STRANGER]

    stopped = _stopped(world, customers, clerks)
    journals = _journals(world, owner, clerks, account, neighbour)
    _answered(world, joint, ask.TRANSFER, ask.transfer_input(account, neighbour, "2.00", key="joint", memo="Ours"))
    hold = _held(world, owner, account)
    orders = _orders(world, owner, account, neighbour)
    their_wish = ask.transfer_input(neighbour, account, "1.00", key="theirs", memo="Not for you")
    theirs = {
        "account": neighbour.id,
        "customer": bob.id,
        "hold": _held(world, bob, neighbour),
        "order": _answered(world, bob, ask.SCHEDULE, {**their_wish, "schedule": _once()})["order"]["id"],
        "journal": _between_others(world, bob, neighbour),
        "counterparty": _added(world, bob, "9"),
        "delivery": world.quarantined(),
    }
    came_in, ach_of_others = _came_in(world, account, neighbour)
    ach = _payments(world, owner, account) | came_in
    theirs |= _payments_of_others(world, bob, neighbour, ach) | ach_of_others
    _reviewed(world, owner, account, neighbour)
    asked = world.clock.now()
    proved = StepUp(asked_at=asked, until=asked + timedelta(hours=1), confirmed_at=asked + timedelta(minutes=1))
    for payment in (ach["credit"], ach["debit"]):
        world.payments.note(payment, lambda found: replace(found, decision_reasons=(UNUSUAL,), step_up=proved))
    for customer in (*customers.values(), bob):
        _told(world, customer)
    case, approval = _proposed(world), _half_approved(world)
    delivery = _delivered(world, clerks)
    fraud = _judged(world, account, neighbour, ach["credit"], case.id)
    theirs["judged"] = fraud.pop("theirs")
    profiles = {customer.id: _profile(name) for name, customer in _named(customers, bob)}
    return Scene(
        world=world,
        owner=owner,
        account=account,
        neighbour=neighbour,
        actors=actors,
        customers=customers,
        profiles=profiles,
        stopped=stopped,
        journals=journals,
        orders=orders,
        hold=hold,
        counterparty=_counterparties(world, owner),
        case=case.id,
        approval=approval.id,
        theirs=theirs,
        delivery=delivery,
        ach=ach,
        fraud=fraud,
    )


def kept_in(world: World) -> dict[str, dict[str, Any]]:
    """What each store of the bank keeps, by the store's name."""
    parts = [part for part in vars(world).values() if hasattr(part, "__dict__")]
    around = [*parts, *(inner for part in parts for inner in vars(part).values())]
    stores = {type(one).__name__: vars(one) for one in around if type(one).__name__.startswith("Memory")}
    return {
        name: {word: value for word, value in kept.items() if isinstance(value, dict | list | set)}
        for name, kept in stores.items()
    }


@contextmanager
def unaudited(world: World) -> Iterator[None]:
    """What is audited meanwhile is taken out of the audit again, so that who looks next is answered as if first."""
    rows = kept_in(world)["MemoryAuditStore"]
    before = {name: dict(kept) for name, kept in rows.items()}
    yield
    for name, kept in rows.items():
        kept.clear()
        kept.update(before[name])


def _reviewed(world: World, owner: Customer, account: Account, neighbour: Account) -> None:
    """Transfers that the bank looked at: one it made and one it declined. One that waits would be a case of others."""
    world.says(Decision.REVIEW)
    for key in ("looked-at", "declined"):
        wish = ask.transfer_input(account, neighbour, "1.00", key=key, memo="For you only")
        assert world.ask(owner, ask.TRANSFER, input=wish).data["transfer"]["__typename"] == "TransferInReview"
        if key == "looked-at":
            assert isinstance(world.released(), Case)
        else:
            assert isinstance(world.rejected(), Case)
    world.says(Decision.APPROVE)


def _judged(world: World, account: Account, neighbour: Account, payment: str, case: str) -> dict[str, str]:
    """Versions of every kind, decisions by them on the owner's and the neighbour's, and what became of those."""
    versions = world.governed()
    ours, theirs = judged_of(account), judged_of(neighbour)
    world.judged(ours, account)
    world.judged(theirs, neighbour)
    world.judged(payment, account, fallback=Fallback.SCORER_SILENT)
    world.payments.note(payment, lambda found: replace(found, case=case))
    for subject in (ours, payment):
        world.labelled(subject)
    for one in (account, neighbour):
        world.snoozed(one.record.holder)
    first, last = world.counted(days=9)
    return {**versions, "judged": ours, "theirs": theirs, "first": first.isoformat(), "last": last.isoformat()}


def judged_of(account: Account) -> str:
    """A journal that the account was to have."""
    return f"jrn_{account.id[4:10]}_{'k' * 32}"


def _proposed(world: World) -> Case:
    case = world.case()
    world.cases.assign(MAKER, case.id)
    world.proposed(case, MAKER)
    return case


def _half_approved(world: World) -> Approval:
    shown = facts_of({"Limit": "PER_DAY", "Most": "900.00 USD"})
    asked = world.approvals.request(
        MAKER,
        key="limits",
        proposal=proposal_of(subject_kind="account", subject_id="acc", action="change_limits", shown=shown),
        group=WORKERS,
        checkers_needed=2,
        lifetime=timedelta(days=7),
    )
    assert isinstance(asked, Approval), asked
    checked = world.approvals.check(CHECKER, asked.id, verdict=Verdict.APPROVE, fingerprint=asked.proposal.fingerprint)
    assert isinstance(checked, Approval), checked
    return checked


def of_another_group(world: World, kind: str) -> str:
    """A case, or an approval, of people who are not those under observation."""
    review = world.case(CaseKind.ACH_PAYMENT_REVIEW)
    return review.id if kind == "case" else world.proposed(review, ANOTHER_MAKER, ResolutionCode.RELEASE).id


def works(cell: Cell, person: Person, group: Group = WORKERS) -> bool:
    """Whether a person may, by a cell that may be narrowed to what is of the person's own group."""
    return cell is Cell.ALLOW or (cell is Cell.OWN and person.group is group)


def _related(world: World, customers: dict[Relation, Customer], account: Account) -> None:
    for relation in (Relation.JOINT_OWNER, Relation.DELEGATE):
        world.relate(customers[Relation.OWNER], account, customers[relation], relation)


def _stopped(world: World, customers: dict[Relation, Customer], clerks: Actor) -> dict[str, str]:
    stopped = {}
    for state in ("DEBITS_FROZEN", "FROZEN", "CLOSED"):
        account = world.open(customers[Relation.OWNER], key=state)
        _related(world, customers, account)
        if state == "CLOSED":
            world.accounts.close(clerks, account=account.id, key="close")
        else:
            world.accounts.freeze(clerks, account=account.id, key="freeze", debits_only=state == "DEBITS_FROZEN")
        stopped[state] = account.id
    return stopped


def _journals(world: World, owner: Customer, clerks: Actor, account: Account, neighbour: Account) -> dict[str, str]:
    paid = ask.transfer_input(account, neighbour, "1.00", key=KEY, memo="For you only")
    transfer = _answered(world, owner, ask.TRANSFER, paid)["transfer"]["id"]
    refused = {**paid, "idempotencyKey": "too-much", "amount": ask.dollars("9999.00")}
    assert world.ask(owner, ask.TRANSFER, input=refused).data["transfer"]["code"] == "INSUFFICIENT_FUNDS"
    outcome = world.ledger.outcome(initiator=account.id, scope=owner.id, key="too-much")
    assert outcome is not None
    assert outcome.journal is not None
    undone = _answered(world, clerks, ask.REVERSE, {"idempotencyKey": "undo", "journalId": transfer})
    return {"transfer": transfer, "refused": outcome.journal.id, "reversal": undone["journal"]["id"]}


def _held(world: World, holder: Customer, account: Account) -> str:
    until = (world.clock.now() + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    wish = {"idempotencyKey": "hold", "accountId": account.id, "amount": ask.dollars("3.00"), "expiresAt": until}
    hold: str = _answered(world, holder, ask.PLACE, wish)["holdId"]
    return hold


def _orders(world: World, owner: Customer, account: Account, neighbour: Account) -> tuple[str, ...]:
    """One that ends on a day and was missed and made, one of so many that was refused, one made, one cancelled."""
    day = TODAY + timedelta(days=1)
    monthly = {"rhythm": "MONTHLY", "startsOn": day.isoformat(), "dayOfMonth": day.day, "endsOn": _later(400)}
    weekly = {"rhythm": "WEEKLY", "startsOn": day.isoformat(), "count": 3}
    rent = ask.transfer_input(account, neighbour, "4.00", key="rent", memo="Rent")
    much = ask.transfer_input(account, neighbour, "9998.00", key="much", memo="Too much")
    once = {"rhythm": "ONCE", "startsOn": day.isoformat()}
    wishes = (
        {**rent, "schedule": monthly},
        {**much, "schedule": weekly},
        {**rent, "idempotencyKey": "once", "schedule": once},
        {**rent, "idempotencyKey": "never", "schedule": once},
        {**rent, "idempotencyKey": "late", "schedule": once},
    )
    *orders, cancelled, late = (_answered(world, owner, ask.SCHEDULE, wish)["order"]["id"] for wish in wishes)
    _answered(world, owner, ask.CANCEL, {"orderId": cancelled})
    world.morning_of(day)
    for order in orders:
        world.orders.run(order)
    world.morning_of(day + timedelta(days=DAYS_LATE_MAX + 1))
    world.orders.run(late)
    return (*orders, cancelled, late)


def _counterparties(world: World, owner: Customer) -> str:
    """One whose verification failed, one that is closed, and one that is verified and was corrected."""
    failed, closed, verified = (_added(world, owner, number) for number in "123")
    for counterparty in (failed, verified):
        given = {"idempotencyKey": f"verify-{counterparty[-4:]}", "counterpartyId": counterparty, "method": "PRENOTE"}
        _answered(world, owner, ask.VERIFY, given)
    world.counterparties.verification_returned(failed, attempt=1, return_code="R03")
    world.counterparties.verification_settled(verified, attempt=1, settled_on=TODAY)
    _answered(world, owner, ask.CLOSE_COUNTERPARTY, {"counterpartyId": closed})
    correction = Correction(noc="noc-1", code="C01", account_number="5566778899")
    applied = world.counterparties.apply_correction(verified, correction, approval="apr_x")
    assert isinstance(applied, Counterparty), applied
    return verified


def _payments(world: World, owner: Customer, account: Account) -> dict[str, str]:
    """A debit and a credit in a file that was built again, which have settled and were almost taken back; a credit, a
    debit and a prenote that the bank did not take; a credit that the account could not pay, and a debit whose
    counterparty was closed."""
    maria = world.verified(owner)
    collect = ask.ach_input(account.id, maria.id, "20.00", key="collect", secCode="PPD", remittance="Dues")
    debit = _answered(world, owner, ask.ORIGINATE_DEBIT, collect)["payment"]["id"]
    wrong = ask.ach_input(account.id, maria.id, "19.00", key="wrong")
    sent = _answered(world, owner, ask.ORIGINATE_CREDIT, wrong)["payment"]["id"]
    world.run()
    refused = world.cut_off(world.payments.existing(debit))
    world.reject(refused, RejectionReason("REJ0101", "The modifier was used today"), delivery=world.quarantined())
    world.files()
    world.run()
    (again,) = world.outgoing.existing(refused.id).replaced_by
    world.acknowledge(world.outgoing.existing(again))
    world.settlement(world.payments.existing(debit))
    for number, settled in enumerate((debit, sent)):
        back = {"idempotencyKey": f"back-{number}", "paymentId": settled, "reason": "WRONG_AMOUNT"}
        reversal = _answered(world, owner, ask.REVERSE_PAYMENT, back)["payment"]["id"]
        world.run()
        _answered(world, owner, ask.CANCEL_PAYMENT, {"paymentId": reversal})
    send = ask.ach_input(account.id, maria.id, "21.00", key="send", remittance="Rent")
    credit = _answered(world, owner, ask.ORIGINATE_CREDIT, send)["payment"]["id"]
    more = {**collect, "idempotencyKey": "collect-2", "amount": ask.dollars("22.00")}
    _answered(world, owner, ask.ORIGINATE_DEBIT, more)
    much = {**send, "idempotencyKey": "send-2", "amount": ask.dollars("1500.00")}
    unpaid = _answered(world, owner, ask.ORIGINATE_CREDIT, much)["payment"]["id"]
    closed = world.verified(owner, number="000987654321").id
    gone = {**collect, "idempotencyKey": "collect-3", "counterpartyId": closed}
    _answered(world, owner, ask.ORIGINATE_DEBIT, gone)
    world.run()
    _answered(world, owner, ask.CLOSE_COUNTERPARTY, {"counterpartyId": closed})
    assert world.payments.existing(unpaid).reason
    _prenoted(world, owner)
    file = world.cut_off(world.payments.existing(credit))
    progress = world.payments.existing(credit).progress
    reason = RejectionReason("AMOUNT_HIGH", "Over the agreed exposure", batch_number=1, trace=progress.trace)
    world.reject(file, reason, level=RejectionLevel.FILE, delivery=world.quarantined())
    assert progress.entry
    batch = batch_id(file.id, 1)
    return {"credit": credit, "debit": debit, "file": file.id, "batch": batch, "entry": progress.entry}


def _came_in(world: World, account: Account, neighbour: Account) -> tuple[dict[str, str], dict[str, str]]:
    """A credit and a debit that are posted, one of each that waits for a person; a credit of the neighbour's, and a
    file that cannot be read."""
    sheet = Sheet(made_at=world.clock.now())
    for code, sec, minor in (("22", "PPD", 3_00), ("27", "PPD", 3_00), ("22", "PPD", 250_000_00), ("27", "CCD", 3_00)):
        sheet.add(account.record.number, minor, code=code, sec=sec, information=["March"])
    sheet.add(neighbour.record.number, 3_00)
    credit, debit, pended, *_, theirs = world.came_in(sheet)
    _all_said(world, made(pended.progress.entry), made(pended.progress.file))
    again, other = world.put(sheet.text()), replace(sheet, batches=sheet.batches[:1])
    for file in (again, world.put(other.text())):
        world.incoming.files.work(file.id)
    world.put(b"Nobody has looked into it")
    quarantined = world.incoming.files.work(world.put(b"101 is all that there is").id)
    assert quarantined.findings
    ours = {"creditReceived": credit.id, "debitReceived": debit.id}
    return (
        ours | {"receivedFile": made(credit.progress.file), "receivedEntry": made(credit.progress.entry)},
        {"received": theirs.id, "receivedFile": quarantined.id, "receivedEntry": made(theirs.progress.entry)},
    )


def _all_said(world: World, entry: str, file: str) -> None:
    """An entry and a file of which everything is known that may be known, though no single one could be all of it."""
    found = world.incoming.files.existing(file)
    said = replace(
        found,
        findings=(FileFinding(1, 1, "LINE_ENDS", "The line ends otherwise."),),
        findings_count=1,
        forgiven={"line-ends": 1},
        version=found.version + 1,
    )
    assert world.incoming_store.replace_received_file(said, version=found.version)
    world.incoming.entries.noted(
        world.incoming.entries.existing(entry),
        lambda found: replace(
            found,
            code="R01",
            original=f"ent_us0000_{'a' * 32}",
            original_trace="984000010000001",
            answer=f"ent_us0000_{'b' * 32}",
            change=f"ent_us0000_{'c' * 32}",
            number_masked="••1234",
            home="us-east-1",
            faults=("CHECK_DIGIT",),
            asked_by="stf_01J00000000000000000000009",
        ),
    )


def made(found: str | None) -> str:
    assert found
    return found


def _prenoted(world: World, owner: Customer) -> None:
    """A prenote that goes into the next window."""
    given = {"idempotencyKey": "prenote", "counterpartyId": _added(world, owner, "4"), "method": "PRENOTE"}
    _answered(world, owner, ask.VERIFY, given)
    assert world.verifications.send_prenote(world.counterparties.kept(given["counterpartyId"]), attempt=1)


def _payments_of_others(world: World, bob: Customer, neighbour: Account, ach: dict[str, str]) -> dict[str, str]:
    """A payment that nobody here stands close to; a file and an entry beside those under observation."""
    wish = ask.ach_input(neighbour.id, world.verified(bob).id, "2.00", key="theirs")
    payment = _answered(world, bob, ask.ORIGINATE_CREDIT, wish)["payment"]["id"]
    collected = world.payments.existing(ach["debit"]).progress
    assert collected.file
    assert collected.entry
    return {"payment": payment, "file": collected.file, "entry": collected.entry}


def _added(world: World, customer: Customer, number: str) -> str:
    given = ask.counterparty_input(key=f"add-{number}", name=f"Grace {number}", accountNumber=f"00112233{number}")
    added: str = _answered(world, customer, ask.ADD_COUNTERPARTY, given)["counterparty"]["id"]
    return added


def _between_others(world: World, bob: Customer, neighbour: Account) -> str:
    """A journal that touches nobody's account but theirs."""
    second = world.open(bob, key="open-2", product="savings")
    moved = _answered(world, bob, ask.TRANSFER, ask.transfer_input(neighbour, second, "1.00", key="aside"))
    journal: str = moved["transfer"]["id"]
    return journal


def _told(world: World, customer: Customer) -> None:
    """A notice for everybody, which they have read; the owner's are of the orders that were not made."""
    if already := world.told(customer):
        for notice in already:
            world.notices.read(customer.id, notice.id)
        return
    facts = {"amount": "1.00 USD", "due": "2026-03-11", "account": "••0000", "reason": f"of {customer.id}"}
    put = world.notices.put(customer.id, key="told", kind=NoticeKind.SCHEDULED_TRANSFER_REFUSED, facts=facts)
    world.notices.read(customer.id, put.id)


def _delivered(world: World, clerks: Actor) -> str:
    """One that is quarantined, one that mends it and waits, and one that was given up: together they have something in
    every field."""
    assert world.partners.discard_as_decided(world.quarantined(), replays=0, by=MAKER.person) is None
    delivery = world.quarantined()
    mend = {"idempotencyKey": "mend", "deliveryId": delivery, "body": body_of().decode()}
    _answered(world, clerks, ask.REPLAY, mend)
    return delivery


def _answered(world: World, who: Customer | Actor, document: str, given: dict[str, Any]) -> dict[str, Any]:
    (answer,) = world.ask(who, document, input=given).data.values()
    assert answer["__typename"].endswith("Success"), answer
    found: dict[str, Any] = answer
    return found


def _once() -> dict[str, str]:
    return {"rhythm": "ONCE", "startsOn": _later(40)}


def _later(days: int) -> str:
    later: date = TODAY + timedelta(days=days)
    return later.isoformat()


def _named(customers: dict[Relation, Customer], bob: Customer) -> list[tuple[str, Customer]]:
    return [*((relation.value, customer) for relation, customer in customers.items()), ("neighbour", bob)]


def _resident(world: World, name: str) -> Customer:
    customer = world.customers.create(
        scope="bank", key=f"resident-{name}", kind=CustomerKind.PERSON, profile=_profile(name)
    )
    assert isinstance(customer, Customer), customer
    return customer


def _profile(name: str) -> Profile:
    """Nothing in it is anybody else's too, but the country."""
    number = sum(name.encode()) % 10_000
    return Profile(
        name=f"Ada {name}",
        email=f"{name}@example.com",
        phone=f"+1202555{number:04}",
        born_on=f"1990-12-{number % 28 + 1:02}",
        address=Address(f"{number} Main Street", f"Floor {name}", f"{name}ville", "IL", f"{number:05}", "US"),
        tax_id_last4=f"{number:04}",
    )
