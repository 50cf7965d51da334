"""What one request carries: who asks, the bank, and what has been read so far.

Everything a person may see of accounts, customers and journals comes through here. Each asks the bank's rules once for
each object (not for each field), counts what it reads against a budget, and writes the audit record of a look by staff
before anything is shown. What the rows of a page ask for is read for the page at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from domain.access.model import Action, Actor, Approval, ApprovalPage, ApprovalState, Group, Relation
from domain.access.rules import standing_groups
from domain.access.service import Approvals, refusal_of, relation_to_customer
from domain.accounts.model import Account, AccountRecord
from domain.accounts.service import Accounts
from domain.audit.model import Look
from domain.audit.service import Audit
from domain.cases.kinds import CaseKind
from domain.cases.model import Case, CasePage, CaseState
from domain.cases.service import Cases
from domain.clock import Clock
from domain.counterparties.model import Counterparty
from domain.counterparties.service import Counterparties
from domain.customers.model import Customer
from domain.customers.service import Customers
from domain.ids import ID_LENGTH_MAX, customer_jurisdiction, file_of_batch, is_account, is_id, prefix_of
from domain.jurisdictions import JURISDICTIONS, slot_of
from domain.ledger.model import Hold, Journal, Position, State
from domain.ledger.service import Ledger
from domain.metering import Meter, Used
from domain.notices.service import Notices
from domain.partners.model import Delivery, DeliveryState
from domain.partners.service import Partners
from domain.partners.store import DeliveryPage
from domain.payments.model import Payment
from domain.payments.service import Payments
from domain.rails.ach.incoming import Incoming
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_store import ReceivedFilePage, ReceivedPage
from domain.rails.ach.model import AchFile, BatchTotals, Entry
from domain.rails.ach.service import Ach
from domain.rails.ach.store import EntryPage, FilePage
from domain.refusals import NotFound, Refusal, WrongRegion
from domain.transfers.orders import Orders
from domain.transfers.rules import placing_journal
from domain.transfers.service import Transfers
from graph.cursors import Cursors
from graph.errors import ErrorCode, PublicError
from graph.fraud_looks import FraudDesk, FraudLooks, is_subject
from graph.loaders import Loader

Seen = TypeVar("Seen")

LISTS_MERGED: Final = 14
"""A work list is merged of a list for each group and state: for who audits, seven groups in two states."""
READS_MAX: Final = 250
"""Reads of the store one request may cause. A page of a hundred accounts with their balances takes four."""


class Services(Protocol):
    """The part of the bank that the schema asks."""

    @property
    def region(self) -> str: ...
    @property
    def addresses(self) -> Mapping[str, str]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def meter(self) -> Meter: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def transfers(self) -> Transfers: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def counterparties(self) -> Counterparties: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def partners(self) -> Partners: ...
    @property
    def payments(self) -> Payments: ...
    @property
    def ach(self) -> Ach: ...
    @property
    def incoming(self) -> Incoming: ...
    @property
    def fraud_desk(self) -> FraudDesk | None: ...


@dataclass(frozen=True, slots=True)
class SeenAccount:
    account: Account
    relation: Relation


@dataclass(frozen=True, slots=True)
class SeenCustomer:
    customer: Customer
    relation: Relation


@dataclass(frozen=True, slots=True)
class SeenCounterparty:
    counterparty: Counterparty
    relation: Relation
    """To the customer whose it is."""


@dataclass(frozen=True, slots=True)
class SeenJournal:
    journal: Journal
    relation: Relation
    """The closest of the person's relations to the accounts that the journal touches."""
    accounts: frozenset[str]
    """The accounts of the journal that the person may know by their ids."""


@dataclass(slots=True)
class Context:
    actor: Actor
    bank: Services
    cursors: Cursors
    report: Callable[[Exception], None]
    """Tells of a fault, in the words of whoever serves the request."""
    concerned: str | None = None
    """The account that a command turned out to be about."""
    commands: list[str] = field(default_factory=list)
    """The commands that were carried out, for whoever measures the request."""
    withholds_cost: bool = False
    """Whether what the request took would tell whether something exists that the person may not know of."""
    groups: frozenset[Group] = field(init=False)
    """The person's groups that count."""
    fraud: FraudLooks = field(init=False)
    """What is read of fraud."""
    _begun: Used = field(init=False)
    _reads: int = 0
    _accounts: dict[str, SeenAccount | Refusal] = field(default_factory=dict)
    _relations: Loader[str, Relation] = field(init=False)
    _records: Loader[str, AccountRecord] = field(init=False)
    _journals: Loader[str, Journal] = field(init=False)
    _customers: Loader[str, Customer] = field(init=False)
    _bodies: Loader[str, bytes] = field(init=False)
    _counterparties: Loader[str, Counterparty] = field(init=False)
    _holds: Loader[tuple[str, Position], tuple[Hold, ...]] = field(init=False)
    _unlisted: dict[tuple[str, Position], State] = field(default_factory=dict)
    """States of accounts whose holds another line lists."""

    def __post_init__(self) -> None:
        self.groups = standing_groups(self.actor)
        self.fraud = FraudLooks(self)
        self._begun = self.bank.meter.used
        self._relations = Loader(self._read_relations)
        self._records = Loader(self._read_records)
        self._journals = Loader(self._read_journals)
        self._customers = Loader(self._read_customers)
        self._holds = Loader(self._read_holds)
        self._bodies = Loader(self._read_bodies)
        self._counterparties = Loader(self._read_counterparties)

    @property
    def used(self) -> Used:
        """What was asked of AWS since the request began."""
        return self.bank.meter.used - self._begun

    @property
    def is_staff(self) -> bool:
        return prefix_of(self.actor.person) == "stf"

    @property
    def fraud_desk(self) -> FraudDesk:
        """What governs fraud here."""
        found = self.bank.fraud_desk
        if found is None:
            raise PublicError(ErrorCode.UNAVAILABLE, "Fraud scoring is not governed in this region yet.")
        return found

    def answers(self, answer: object) -> None:
        """Is told what a root field is answered, before it is shown. Somebody else's object and none are the same
        nothing; how much was read to find that out is not."""
        if answer is None or (isinstance(answer, Refusal) and not answer.stored):
            self.withholds_cost = True

    def spend(self, reads: int = 1) -> None:
        """Counts reads of the store; a request that wants too many ends here."""
        self._reads += reads
        if self._reads > READS_MAX:
            raise PublicError(
                ErrorCode.LIMIT_EXCEEDED, f"The request reads more than {READS_MAX} objects; ask for less at once."
            )

    # What a person may see.

    def account(self, account_id: str) -> SeenAccount | Refusal:
        """The account, if the person may see it; a refusal that does not say whether it exists, if not."""
        if account_id not in self._accounts:
            self._accounts[account_id] = self._account(account_id)
        return self._accounts[account_id]

    def customer(self, customer_id: str) -> SeenCustomer | Refusal:
        home = _home_of_customer(customer_id)
        if home is None:
            return NotFound(customer_id[:ID_LENGTH_MAX])
        relation = relation_to_customer(self.actor, customer_id)
        refusal = refusal_of(self.actor, Action.VIEW_CUSTOMER, relation=relation, subject_id=customer_id)
        if refusal is None and home != self.bank.region:
            return WrongRegion(home, self.bank.addresses.get(home, ""))
        self.spend()
        found = refusal or self.bank.customers.get(customer_id)
        self._looked(
            "view_customer",
            subject_kind="customer",
            subject_id=customer_id,
            customer=customer_id,
            refusal=found if isinstance(found, Refusal) else None,
        )
        return found if isinstance(found, Refusal) else SeenCustomer(found, relation)

    def counterparty(self, counterparty_id: str) -> SeenCounterparty | Refusal:
        if len(counterparty_id) > ID_LENGTH_MAX:
            return NotFound(counterparty_id[:ID_LENGTH_MAX])
        self.spend()
        found = self.bank.counterparties.get(self.actor, counterparty_id)
        if isinstance(found, WrongRegion):
            return found
        self._looked(
            "view_counterparty",
            subject_kind="counterparty",
            subject_id=counterparty_id,
            customer=self.customer_behind("counterparty", counterparty_id) if self.is_staff else None,
            refusal=found if isinstance(found, Refusal) else None,
        )
        return found if isinstance(found, Refusal) else self.seen_counterparty(found)

    def expect_counterparties(self, counterparties: Iterable[str]) -> None:
        self._counterparties.expect(counterparties)

    def counterparty_of_payment(self, counterparty_id: str) -> SeenCounterparty | None:
        """None for who may not see it; those of a page of payments are read together."""
        found = self._counterparties.get(counterparty_id)
        return None if found is None else self.seen_counterparty(found)

    def seen_counterparty(self, counterparty: Counterparty) -> SeenCounterparty:
        return SeenCounterparty(counterparty, relation_to_customer(self.actor, counterparty.customer))

    def payment(self, payment_id: str) -> Payment | Refusal:
        """The payment, for who may see its account."""
        if not _is_of(payment_id, "pay"):
            return NotFound(payment_id[:ID_LENGTH_MAX])
        self.spend(2)
        found = self.bank.ach.payment(self.actor, payment_id)
        if isinstance(found, WrongRegion):
            return found
        account = self.account_behind("payment", payment_id) if self.is_staff else None
        self._looked(
            "view_payment",
            subject_kind="payment",
            subject_id=payment_id,
            customer=self.holder_of(account) if account else None,
            account=account,
            refusal=found if isinstance(found, Refusal) else None,
        )
        return found

    def ach_file(self, file_id: str) -> AchFile | Refusal:
        return self._one("fil", "ach_file", file_id, self.bank.ach.file)

    def ach_batch(self, batch_id: str) -> tuple[AchFile, BatchTotals] | Refusal:
        """A batch with its file, which is what is looked at."""
        place = file_of_batch(batch_id)
        file = self.ach_file(place[0]) if place else NotFound(batch_id[:ID_LENGTH_MAX])
        if isinstance(file, Refusal):
            return file
        batches = {batch.number: batch for batch in file.batches}
        batch = batches.get(place[1]) if place else None
        return (file, batch) if batch else NotFound(batch_id)

    def ach_files(self, *, before: str | None, limit: int) -> FilePage | Refusal:
        self.spend(2)
        found = self.bank.ach.files(self.actor, before=before, limit=limit)
        if not isinstance(found, Refusal):
            self._looked_at_work("ach_file", [file.id for file in found.files])
        return found

    def ach_entry(self, entry_id: str) -> Entry | Refusal:
        if not _is_of(entry_id, "ent"):
            return NotFound(entry_id[:ID_LENGTH_MAX])
        self.spend()
        found = self.bank.ach.entry(self.actor, entry_id)
        if isinstance(found, Entry):
            self._looked_at_entries([found])
        elif not isinstance(found, WrongRegion):
            self._looked_at(found, "ach_entry", entry_id)
        return found

    def ach_entries(self, file_id: str, *, after: str | None, limit: int) -> EntryPage | Refusal:
        self.spend(2)
        found = self.bank.ach.entries(self.actor, file_id, after=after, limit=limit)
        if not isinstance(found, Refusal):
            self._looked_at_entries(found.entries)
        return found

    def received_file(self, file_id: str) -> ReceivedFile | Refusal:
        return self._one("rcf", "received_ach_file", file_id, self.bank.incoming.desk.file)

    def received_files(self, *, before: str | None, limit: int) -> ReceivedFilePage | Refusal:
        self.spend(2)
        found = self.bank.incoming.desk.files(self.actor, before=before, limit=limit)
        if not isinstance(found, Refusal):
            self._looked_at_work("received_ach_file", [file.id for file in found.files])
        return found

    def received_entry(self, entry_id: str) -> ReceivedEntry | Refusal:
        if not _is_of(entry_id, "rce"):
            return NotFound(entry_id[:ID_LENGTH_MAX])
        self.spend()
        found = self.bank.incoming.desk.entry(self.actor, entry_id)
        if isinstance(found, ReceivedEntry):
            self._looked_at_entries([found])
        else:
            self._looked_at(found, "received_ach_entry", entry_id)
        return found

    def received_entries(self, file_id: str, *, after: int, limit: int) -> ReceivedPage | Refusal:
        self.spend(2)
        found = self.bank.incoming.desk.entries(self.actor, file_id, after=after, limit=limit)
        if not isinstance(found, Refusal):
            self._looked_at_entries(found.entries)
        return found

    def journal(self, journal_id: str, beside: Iterable[str] = ()) -> SeenJournal | Refusal:
        """`beside`: the journals of the same page, which are read with it. What staff is read, staff has looked at."""
        if prefix_of(journal_id) != "jrn" or len(journal_id) > ID_LENGTH_MAX:
            return NotFound(journal_id[:ID_LENGTH_MAX])
        elsewhere = self.bank.accounts.elsewhere(journal_id)
        if isinstance(elsewhere, WrongRegion):
            return elsewhere
        journal = self._journals.get(journal_id, beside)
        return NotFound(journal_id) if journal is None else self.seen_journal(journal)

    def seen_journal(self, journal: Journal) -> SeenJournal | Refusal:
        """The journal, if it touches an account that the person may see."""
        seen = self.journal_at_hand(journal)
        touches_customers = any(is_account(account) for account in accounts_of(journal))
        sees_all = refusal_of(self.actor, Action.VIEW_ACCOUNT, relation=Relation.STRANGER) is None
        return seen if seen.accounts or (sees_all and not touches_customers) else NotFound(journal.id)

    def journal_at_hand(self, journal: Journal) -> SeenJournal:
        """A journal that the person has just posted, with what the person may know of it."""
        visible = frozenset(account for account in customer_accounts_of(journal) if self.sees(account))
        relations = {account: self.relation(account) for account in visible}
        closest = min((relations[account] for account in visible), key=_CLOSENESS.index, default=Relation.STRANGER)
        return SeenJournal(journal, closest, visible)

    def relation(self, account_id: str) -> Relation:
        """Staff are strangers to every account; of a customer the relation is read once a request."""
        if self.is_staff:
            return Relation.STRANGER
        return self._relations.get(account_id) or Relation.STRANGER

    def sees(self, account_id: str) -> bool:
        """Whether the person may know the account by its id."""
        return refusal_of(self.actor, Action.VIEW_ACCOUNT, relation=self.relation(account_id)) is None

    # What waits for a person of the bank.

    def case(self, case_id: str) -> Case | Refusal:
        """The case, for the group that works it and for who audits."""
        return self._one("cas", "case", case_id, self.bank.cases.seen)

    def cases(
        self, *, kind: CaseKind | None, state: CaseState | None, mine: bool, position: str | None, limit: int
    ) -> CasePage:
        self.spend(LISTS_MERGED)
        found = self.bank.cases.listed(self.actor, kind=kind, state=state, mine=mine, position=position, limit=limit)
        self._looked_at_work("case", [case.id for case in found.cases])
        return found

    def approval(self, approval_id: str) -> Approval | Refusal:
        """The approval, for the group that gives it and for who audits."""
        return self._one("apr", "approval", approval_id, self.bank.approvals.seen)

    def approvals(self, state: ApprovalState, *, position: str | None, limit: int) -> ApprovalPage:
        self.spend(LISTS_MERGED)
        found = self.bank.approvals.of_state(self.actor, state, position=position, limit=limit)
        self._looked_at_work("approval", [approval.id for approval in found.approvals])
        return found

    def delivery(self, delivery_id: str) -> Delivery | Refusal:
        """What a partner delivered, for who may see deliveries."""
        return self._one("dlv", "partner_delivery", delivery_id, self.bank.partners.delivery)

    def deliveries(
        self, partner: str, *, state: DeliveryState | None, before: str | None, limit: int
    ) -> DeliveryPage | Refusal:
        self.spend(2 if state else len(DeliveryState) + 1)
        found = self.bank.partners.deliveries(self.actor, partner=partner, state=state, before=before, limit=limit)
        if not isinstance(found, Refusal):
            ids = [delivery.id for delivery in found.deliveries]
            self._looked_at_work("partner_delivery", ids)
            self._bodies.expect(ids)
        return found

    def body_of_delivery(self, delivery: str) -> bytes | None:
        """What the partner sent; those of a page are read together."""
        return self._bodies.get(delivery)

    # What stands around accounts.

    def remember(self, seen: SeenAccount) -> None:
        """An account that came with a list need not be read again."""
        self._accounts[seen.account.id] = seen
        self._relations.know(seen.account.id, seen.relation)
        self._records.know(seen.account.id, seen.account.record)
        self._expect_holds(seen.account.state)

    def records(self, accounts: Sequence[str]) -> Mapping[str, AccountRecord | None]:
        """Records of accounts of this region, for masked numbers and for whom an audit record concerns."""
        self.expect_records(accounts)
        return {name: self._records.get(name) if self._lives_here(name) else None for name in accounts}

    def expect_records(self, accounts: Iterable[str]) -> None:
        self._records.expect(name for name in accounts if self._lives_here(name))

    def holder_of(self, account_id: str) -> str | None:
        record = self.records([account_id])[account_id]
        return record.holder if record else None

    def holds(self, state: State) -> tuple[Hold, ...]:
        """The holds that are open in this state of an account."""
        if state.holds is not None:
            return state.holds
        self._expect_holds(state)
        return self._holds.get(state.key) or ()

    def expect_people(self, customers: Iterable[str]) -> None:
        self._customers.expect(customers)

    def person(self, customer_id: str) -> Customer | None:
        """Somebody related to an account, for the name that others may see."""
        return self._customers.get(customer_id)

    def concerns(self, account_id: str) -> None:
        """The command turned out to be about this account; its audit record says so."""
        self.concerned = account_id

    def account_behind(self, kind: str, subject_id: str) -> str | None:
        """The account that a command is about, from what it names; None when that cannot be told, or not yet."""
        if kind == "account":
            return subject_id if is_account(subject_id) else None
        match kind, prefix_of(subject_id) if len(subject_id) <= ID_LENGTH_MAX else None:
            case "transfer_order", "ord":
                self.spend()
                return self.bank.orders.source(subject_id)
            case "payment", "pay":
                self.spend()
                return self.bank.ach.account_of(subject_id)
            case "received_ach_entry", "rce":
                self.spend()
                entry = self.bank.incoming.entry(subject_id)
                return entry.account if entry else None
            case "fraud_decision", _ if is_subject(subject_id) and self.bank.fraud_desk:
                self.spend()
                judged = self.bank.fraud_desk.decision_desk.existing(subject_id)
                return judged.account if judged else None
            case "hold", "hld":
                return self._initiator(placing_journal(subject_id))
            case "journal", "jrn":
                return self._initiator(subject_id)
        return None

    def customer_behind(self, kind: str, subject_id: str) -> str | None:
        """The customer whom a command is about where no account is; None when that cannot be told."""
        if kind == "counterparty" and prefix_of(subject_id) == "cpy" and len(subject_id) <= ID_LENGTH_MAX:
            self.spend()
            return self.bank.counterparties.customer_of(subject_id)
        return subject_id if kind == "customer" else None

    def _initiator(self, journal_id: str) -> str | None:
        self.spend()
        journal = self.bank.ledger.journal(journal_id)
        return journal.initiator if journal else None

    # Looks by staff.

    def looked_at_accounts_of(self, customer_id: str) -> None:
        """Staff saw a customer's list of accounts."""
        self._looked("view_accounts", subject_kind="customer", subject_id=customer_id, customer=customer_id)

    def looked_at_counterparties_of(self, customer_id: str) -> None:
        self._looked("view_counterparties", subject_kind="customer", subject_id=customer_id, customer=customer_id)

    def _account(self, account_id: str) -> SeenAccount | Refusal:
        if len(account_id) > ID_LENGTH_MAX or not is_account(account_id):
            return NotFound(account_id[:ID_LENGTH_MAX])
        if elsewhere := self.bank.accounts.elsewhere(account_id):
            return elsewhere
        relation = self.relation(account_id)
        refusal = refusal_of(self.actor, Action.VIEW_ACCOUNT, relation=relation, subject_id=account_id)
        if refusal is None:
            self.spend(2)  # the record and the head
        found = refusal or self.bank.accounts.account(account_id)
        self._looked_at_account(account_id, found)
        return found if isinstance(found, Refusal) else SeenAccount(found, relation)

    def _looked_at_account(self, account_id: str, found: Account | Refusal) -> None:
        if isinstance(found, Account):
            self._records.know(account_id, found.record)
        if self.is_staff:
            self._looked(
                "view_account",
                subject_kind="account",
                subject_id=account_id,
                customer=self.holder_of(account_id),
                account=account_id,
                refusal=found if isinstance(found, Refusal) else None,
            )

    def _looked_at_journals(self, journals: Iterable[Journal]) -> None:
        touched = [(journal.id, account) for journal in journals for account in customer_accounts_of(journal)]
        records = self.records([account for _, account in touched])
        holders = {account: record.holder if record else None for account, record in records.items()}
        refusal = refusal_of(self.actor, Action.VIEW_ACCOUNT, relation=Relation.STRANGER)
        looks = [
            Look(
                action="view_journal",
                subject_kind="journal",
                subject_id=journal_id,
                customer=holders[account],
                account=account,
                refusal=refusal,
            )
            for journal_id, account in touched
        ]
        self.bank.audit.record_looks(self.actor, looks)

    def _one(self, prefix: str, kind: str, name: str, read: Callable[[Actor, str], Seen | Refusal]) -> Seen | Refusal:
        """What has an id of this prefix, as the bank shows it to the person; staff has looked at it, or tried to."""
        if not _is_of(name, prefix):
            return NotFound(name[:ID_LENGTH_MAX])
        self.spend()
        found = read(self.actor, name)
        self._looked_at(found, kind, name)
        return found

    def _looked_at(self, found: object, kind: str, subject_id: str) -> None:
        refusal = found if isinstance(found, Refusal) else None
        self._looked(f"view_{kind}", subject_kind=kind, subject_id=subject_id, refusal=refusal)

    def _looked_at_work(self, kind: str, ids: Sequence[str]) -> None:
        looks = [Look(action=f"view_{kind}", subject_kind=kind, subject_id=one) for one in ids]
        self.bank.audit.record_looks(self.actor, looks)

    def _looked_at_counterparties(self, counterparties: Iterable[Counterparty]) -> None:
        looks = [
            Look(action="view_counterparty", subject_kind="counterparty", subject_id=row.id, customer=row.customer)
            for row in counterparties
        ]
        self.bank.audit.record_looks(self.actor, looks)

    def _looked_at_entries(self, entries: Iterable[Entry | ReceivedEntry]) -> None:
        """Those of a customer are on record for that customer."""
        looks = [
            Look(
                action=f"view_{_kind_of(entry)}",
                subject_kind=_kind_of(entry),
                subject_id=entry.id,
                customer=entry.customer or None,
                account=entry.account or None,
            )
            for entry in entries
        ]
        self.bank.audit.record_looks(self.actor, looks)

    def _looked(
        self,
        action: str,
        *,
        subject_kind: str,
        subject_id: str,
        customer: str | None = None,
        account: str | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        if self.is_staff:
            self.bank.audit.record(
                self.actor,
                action=action,
                subject_kind=subject_kind,
                subject_id=subject_id,
                customer=customer,
                account=account,
                refusal=refusal,
            )

    # Reading for a page at once.

    def _read_relations(self, accounts: Sequence[str]) -> Mapping[str, Relation]:
        self.spend()
        return self.bank.accounts.relations(self.actor.person, accounts)

    def _read_records(self, accounts: Sequence[str]) -> Mapping[str, AccountRecord]:
        self.spend()
        return self.bank.accounts.records(accounts)

    def _read_customers(self, customers: Sequence[str]) -> Mapping[str, Customer]:
        self.spend()
        return self.bank.customers.get_all(customers)

    def _read_journals(self, journal_ids: Sequence[str]) -> Mapping[str, Journal]:
        """Their accounts will be asked for: whether the person may know them, and by which number."""
        self.spend()
        found = self.bank.ledger.journals(journal_ids)
        for journal in found.values():
            accounts = customer_accounts_of(journal)
            self._relations.expect(accounts)
            self.expect_records(accounts)
        if self.is_staff:
            self._looked_at_journals(found.values())
        return found

    def _read_holds(self, places: Sequence[tuple[str, Position]]) -> Mapping[tuple[str, Position], tuple[Hold, ...]]:
        self.spend()
        return self.bank.ledger.holds_in([self._unlisted[place] for place in places])

    def _read_bodies(self, deliveries: Sequence[str]) -> Mapping[str, bytes]:
        self.spend()
        return self.bank.partners.bodies(self.actor, deliveries)

    def _read_counterparties(self, counterparties: Sequence[str]) -> Mapping[str, Counterparty]:
        self.spend()
        found = self.bank.counterparties.get_all(self.actor, counterparties)
        if self.is_staff:
            self._looked_at_counterparties(found.values())
        return found

    def _expect_holds(self, state: State) -> None:
        if state.holds is None:
            self._unlisted[state.key] = state
            self._holds.expect([state.key])

    def _lives_here(self, account_id: str) -> bool:
        return is_account(account_id) and self.bank.accounts.elsewhere(account_id) is None


_CLOSENESS: Final = tuple(Relation)


def accounts_of(journal: Journal) -> tuple[str, ...]:
    """Every account that the journal touches; a batched credit is its account's."""
    named = (journal.initiator, *(leg.account for leg in journal.legs))
    return tuple(dict.fromkeys(owner_of(account) for account in named))


def customer_accounts_of(journal: Journal) -> tuple[str, ...]:
    return tuple(account for account in accounts_of(journal) if is_account(account))


def owner_of(account: str) -> str:
    return "acc_" + account.removeprefix("inc_") if account.startswith("inc_") else account


def found(answer: Seen | Refusal) -> Seen | None:
    """For fields that answer null: what lives elsewhere is said as an error, all else looks like nothing."""
    if isinstance(answer, WrongRegion):
        raise PublicError(ErrorCode.WRONG_REGION, answer.message, region=answer.region, address=answer.address)
    return None if isinstance(answer, Refusal) else answer


def told(answer: Seen | Refusal) -> Seen:
    """For lists, which no refusal can be a member of: it is said as an error, of what may be there later or is not."""
    if isinstance(answer, Refusal):
        raise PublicError(ErrorCode.UNAVAILABLE if answer.retryable else ErrorCode.NOT_FOUND, answer.message)
    return answer


def _kind_of(entry: Entry | ReceivedEntry) -> str:
    return "received_ach_entry" if isinstance(entry, ReceivedEntry) else "ach_entry"


def _is_of(text: str, prefix: str) -> bool:
    """Whether it has the shape of an id of this kind: the stores are not asked for anything else."""
    return len(text) <= ID_LENGTH_MAX and prefix_of(text) == prefix and is_id(text)


def _home_of_customer(customer_id: str) -> str | None:
    code = customer_jurisdiction(customer_id)
    return JURISDICTIONS[code].region_of(slot_of(customer_id)) if code in JURISDICTIONS else None
