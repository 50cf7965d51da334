"""What each symbol of the access table means, said a second time and without the guard.

The table is read as data: a cell for a field, a group and a relation. How a person stands to what a walk meets, what
is somebody's own, how a masked value looks and what depends on who asks is written down here by hand.
"""

import re
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Final

from domain.access.model import ApprovalState, Relation
from domain.customers.model import Profile
from domain.notices.model import Notice
from graph.access import TABLE, Cell
from tests.access.paths import CORE, Probe, Step
from tests.access.scene import AUDITOR, FRAUD_LEAD, OPERATIONS, OWNER, Person, Scene, works


class Verdict(Enum):
    SHOWN = "shown"
    MASKED = "masked"
    HIDDEN = "hidden"


SENT: Final = ("AchCredit", "AchDebit")
RECEIVED: Final = ("AchCreditReceived", "AchDebitReceived")
PAYMENTS: Final = (*SENT, *RECEIVED)
ON_ACCOUNT: Final = frozenset(kind for kind in CORE.type_map if kind.endswith("StatusInfo")) | frozenset(
    {"Account", "Entry", "Hold", "Journal", "Leg", "Transfer", "TransferOrder", "Occurrence", *PAYMENTS}
    | {"TransferReview"}
)
"""Who looks at these stands to them as to the account."""
OF_CUSTOMER: Final = frozenset({"Customer", "Counterparty", "Verification", "CounterpartyChange"})
"""Who looks at these stands to them as to the customer."""
OF_A_GROUP: Final = frozenset({"Case", "Approval"})
"""What waits for people of the bank: one group acts on it, who audits sees it, and all others are told of nothing."""
OF_FRAUD: Final = frozenset(
    {"FraudDecision", "FraudVersion", "FraudScoring", "FraudListEntry", "FraudSnooze", "FraudDay"}
)
"""Everybody is a stranger to these too."""
OF_NO_CUSTOMER: Final = frozenset(
    {"PartnerDelivery", "AchFile", "AchBatch", "AchEntry", "AchRejectionReason", "AchReceivedFile", "AchReceivedEntry"}
)
"""Everybody is a stranger to these."""
ONES_OWN: Final = frozenset({"Viewer", "Notice"})
"""There is no way to anybody else's."""
FOUND: Final = {
    "account": "Account",
    "journal": "Journal",
    "customer": "Customer",
    "accounts": "Customer",
    "changes": "Account",
    "idempotency": "Account",
}
"""What a root field finds by the id it is given; whether that may be seen at all is what its `id` row says."""
LISTS_OF_ONES_OWN: Final = frozenset(
    {
        "Viewer.accounts",
        "Viewer.counterparties",
        "Viewer.notices",
        "Query.accounts",
        "Query.cases",
        "Query.approvals",
    }
)
LOOKS_AT_FRAUD: Final = tuple(name.partition(".")[2] for name in TABLE if name.startswith("Query.fraud"))
OF_STAFF: Final = ("auditRecords", "partnerDeliveries", *LOOKS_AT_FRAUD)
"""Root fields that decide by themselves who is shown anything."""
LISTS_OF_STAFF: Final = ("partnerDeliveries", "achFiles", "achReceivedFiles")


def verdict(probe: Probe, person: Person) -> Verdict:
    """Allow: as it is. Own: as it is, and only one's own. Mask: in part. Deny: nothing, here and further down."""
    empty = False
    for step in probe.steps:
        cell = TABLE[step.name].cell(person.group, _relation(step.parent, probe, person))
        if cell is Cell.DENY or not _finds(step, person) or (empty and step.field == "edges"):
            return Verdict.HIDDEN
        if cell is Cell.MASK:
            assert step is probe.target, f"{step.name} is masked, and something hangs on it"
            return Verdict.MASKED
        empty = empty or (step.name in LISTS_OF_ONES_OWN and not step.arguments and not _has_own(step, person))
    return Verdict.SHOWN


def _relation(kind: str, probe: Probe, person: Person) -> Relation:
    if kind in ON_ACCOUNT:
        return person.relation
    if kind in OF_CUSTOMER:
        return _to_customer(probe, person)
    if kind in OF_NO_CUSTOMER or kind in OF_FRAUD:
        return Relation.STRANGER
    if kind in ONES_OWN:
        return Relation.OWNER
    if kind in OF_A_GROUP:
        return person.relation
    if kind == "AccountPerson":
        return Relation.OWNER  # among the people of an account there is oneself; `WHO_ASKS` has the others
    assert kind == "Query" or says_nothing_by_itself(kind), f"how does a person stand to {kind}?"
    return person.relation


@cache
def says_nothing_by_itself(kind: str) -> bool:
    """A type of values: whoever sees what it hangs on sees it."""
    return all(is_for_everybody(name) for name in TABLE if name.startswith(f"{kind}."))


def is_for_everybody(name: str) -> bool:
    return {cell for _, cell in (*TABLE[name].customer, *TABLE[name].staff)} == {Cell.ALLOW}


def _to_customer(probe: Probe, person: Person) -> Relation:
    """Everybody is the owner of what the bank says about themself; here the customer who is asked for is the owner."""
    by_viewer = probe.root.field == "viewer"
    return Relation.OWNER if by_viewer or person.relation is Relation.OWNER else Relation.STRANGER


def _finds(step: Step, person: Person) -> bool:
    if step.name == "Viewer.customer":
        return person.is_customer
    if step.name == "KeyOutcome.journal":
        return person == OWNER  # whose key it is
    if step.name == "KeyOutcome.review":
        return False  # the key has led to a journal
    if step.parent in RECEIVED and step.field == "counterparty":
        return False  # nobody has named who sent it
    if step.parent in SENT and step.field == "counterparty":
        whose = Relation.OWNER if person == OWNER else Relation.STRANGER  # the owner made the payments
        return TABLE["Counterparty.id"].cell(person.group, whose) is not Cell.DENY
    if step.parent != "Query" or not step.arguments or step.field in OF_STAFF:
        return True
    kind = step.answers if step.field == "node" else FOUND[step.field]
    if kind in OF_A_GROUP:
        return works(TABLE[f"{kind}.id"].cell(person.group, person.relation), person)
    to_customer = Relation.OWNER if person.relation is Relation.OWNER else Relation.STRANGER
    relation = to_customer if kind in OF_CUSTOMER else person.relation
    return TABLE[f"{kind}.id"].cell(person.group, relation) is not Cell.DENY


def _has_own(step: Step, person: Person) -> bool:
    if step.name in ("Query.cases", "Query.approvals"):
        return works(TABLE[step.name].cell(person.group, person.relation), person)
    if step.name == "Viewer.notices":
        return person.is_customer
    if step.name == "Viewer.counterparties":
        return person == OWNER
    return person.is_customer and person.relation is not Relation.STRANGER


# How a value looks in part: what of it is left.


def _length(text: str) -> str:
    return f"••• ({len(text)} characters)"


PARTS: Final[dict[str, Callable[[str], str]]] = {
    "Account.number": lambda number: f"••{number[8:]}",
    "Counterparty.name": lambda name: " ".join(word[0] + "." for word in re.findall(r"\w+", name)),
    "Customer.name": lambda name: " ".join(word[0] + "." for word in re.findall(r"\w+", name)),
    "Customer.email": lambda email: re.sub(r"^(.).*@", r"\1•••@", email),
    "PartnerDelivery.body": _length,
    "AchEntry.reason": _length,
    "AchRejectionReason.message": _length,
    "Customer.phone": lambda phone: re.sub(r".(?=..)", "•", phone),
}


# What is not the same for everybody who may see it.

Told = Callable[[Scene, Person, Probe], set[Any]]


def _customer_of(scene: Scene, person: Person, probe: Probe) -> str:
    return scene.id_of(person) if probe.root.field == "viewer" else scene.owner.id


def _in_profile(read: Callable[[Profile], Any]) -> Told:
    return lambda scene, person, probe: {read(scene.profiles[_customer_of(scene, person, probe)])}


def _in_notices(read: Callable[[Notice], Any]) -> Told:
    return lambda scene, person, _: {read(notice) for notice in scene.world.notices.page(scene.id_of(person)).notices}


def _text(moment: datetime | None) -> str:
    assert moment
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _accounts_of_journals(scene: Scene, person: Person, _: Probe) -> set[Any]:
    return {scene.account.id, None} | (set() if person.is_customer else {scene.neighbour.id})


def _destination(scene: Scene, person: Person, probe: Probe) -> set[Any]:
    """Of a transfer that was looked at and not made there is nothing."""
    not_made = {None} if any(step.name == "TransferReview.transfer" for step in probe.steps) else set()
    return {None if person.is_customer else scene.neighbour.id} | not_made


def _parties(scene: Scene, person: Person, _: Probe) -> set[Any]:
    masked = {scene.account.record.masked_number, scene.neighbour.record.masked_number}
    books = {"Cash in vaults and machines", "ACH credits in a file, not yet settled", "Due from the settlement bank"}
    return masked | ({"The bank"} if person.is_customer else books) | {None}


def _people(scene: Scene, person: Person, _: Probe) -> set[Any]:
    """To each other the people of an account have names only; `admin` runs the house and sees nobody."""
    related = (Relation.OWNER, Relation.JOINT_OWNER, Relation.DELEGATE)
    if person.is_customer:
        return {scene.id_of(person), None}
    return {scene.customers[relation].id for relation in related}


def _made_by(scene: Scene, person: Person, _: Probe) -> set[Any]:
    """Customers learn of no person of the bank, and of each other no id."""
    if person.is_customer:
        return {"you" if person == OWNER else "another owner", "bank", "partner"}
    return {scene.owner.id, "bank", "partner:sponsor"}


def _facts(part: int) -> Told:
    """Of payments customers are told where their money moved, and when it goes; all else is told to staff alone."""

    def told(scene: Scene, person: Person, probe: Probe) -> set[Any]:
        of_payment = any(step.name == "PaymentEvent.facts" for step in probe.steps)
        found = _happened(scene) if of_payment else _of_work(scene)
        hides = of_payment and person.is_customer
        known = {fact for fact in found if not hides or fact[0] in ("journal", "window", "missed", "trace")}
        sees_fraud = not of_payment or TABLE["FraudDecision.score"].cell(person.group, person.relation) is Cell.ALLOW
        return {fact[part] for fact in known if sees_fraud or fact[0] not in HOW_IT_WAS_DECIDED}

    return told


HOW_IT_WAS_DECIDED: Final = {"reasons", "score", "rules", "model", "thresholds", "lists", "fallback"}


def _happened(scene: Scene) -> list[tuple[str, str]]:
    payments = [scene.ach[word] for word in ("credit", "debit", "creditReceived", "debitReceived")]
    lines = [line for one in payments for line in scene.world.payments.timeline(one, limit=100).happenings]
    return [fact for line in lines for fact in line.facts.items()]


def _of_work(scene: Scene) -> list[tuple[str, str]]:
    approvals, cases = scene.world.approvals, scene.world.cases
    auditor, states = scene.actor(AUDITOR), (ApprovalState.PENDING, ApprovalState.APPROVED)
    shown = [one.proposal.shown for state in states for one in approvals.of_state(auditor, state, limit=100).approvals]
    known = [one.facts for one in cases.listed(auditor, kind=None, state=None, mine=False, limit=100).cases]
    return [(fact.label, fact.value) for facts in (*shown, *known) for fact in facts]


WHO_ASKS: Final[dict[str, Told]] = {
    "Viewer.person": lambda scene, person, _: {scene.id_of(person)},
    "Viewer.groups": lambda _, person, __: {person.group.name},
    "Account.relation": lambda _, person, __: {person.relation.name},
    "AccountPerson.customerId": _people,
    "Leg.accountId": _accounts_of_journals,
    "Transfer.destinationId": _destination,
    "Party.name": _parties,
    "KeyOutcome.used": lambda _, person, __: {person == OWNER},
    "Customer.id": lambda scene, person, probe: {_customer_of(scene, person, probe)},
    "Customer.name": _in_profile(lambda profile: profile.name),
    "Customer.email": _in_profile(lambda profile: profile.email),
    "Customer.phone": _in_profile(lambda profile: profile.phone),
    "Customer.bornOn": _in_profile(lambda profile: profile.born_on),
    "Customer.taxIdLast4": _in_profile(lambda profile: profile.tax_id_last4),
    "Address.line1": _in_profile(lambda profile: profile.address.line1),
    "Address.line2": _in_profile(lambda profile: profile.address.line2),
    "Address.city": _in_profile(lambda profile: profile.address.city),
    "Address.postalCode": _in_profile(lambda profile: profile.address.postal_code),
    "PaymentEvent.by": _made_by,
    "PaymentEvent.facts": lambda *_: {"Fact"},
    "Fact.label": _facts(0),
    "Fact.value": _facts(1),
    "Notice.id": _in_notices(lambda notice: notice.id),
    "Notice.text": _in_notices(lambda notice: notice.text),
    "Notice.kind": _in_notices(lambda notice: notice.kind.value),
    "Notice.at": _in_notices(lambda notice: _text(notice.at)),
    "Notice.readAt": _in_notices(lambda notice: _text(notice.read_at)),
    "NoticeConnection.edges": lambda *_: {"NoticeEdge"},
    "NoticeEdge.node": lambda *_: {"Notice"},
}
"""Every value that a person can be shown, for fields that answer each person differently."""


def is_own_cursor(probe: Probe) -> bool:
    """A cursor of a list of one's own is bound to whose it is; nothing can be read off it."""
    own_list = probe.root.field in ("viewer", "cases", "approvals") or (
        probe.root.field == "accounts" and not probe.root.arguments
    )
    return own_list and probe.target.field in ("cursor", "startCursor", "endCursor")


def teller(probe: Probe) -> Person:
    """Who sees all of it: the owner; of the audit an auditor; of what waits, of deliveries and files, operations; of
    fraud its lead."""
    if probe.root.field in LOOKS_AT_FRAUD:
        return FRAUD_LEAD
    waits = probe.root.field in ("cases", "approvals") or probe.root.answers in OF_A_GROUP
    of_staff = probe.root.field in LISTS_OF_STAFF or probe.root.answers in OF_NO_CUSTOMER
    beside_files = probe.target.parent in PAYMENTS and probe.target.field in ("fileId", "entryId")
    if of_staff or waits or beside_files:
        return OPERATIONS
    return AUDITOR if probe.root.field == "auditRecords" else OWNER
