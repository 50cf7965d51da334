"""What can be asked about accounts. Records and people are kept here; every change of an account's state is a journal
in the ledger, with the caller's own scope and key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from domain import keys
from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of, relation_to_customer
from domain.accounts import rules
from domain.accounts.model import (
    ACCOUNTS_PAGE_MAX,
    RELATIONS_MAX,
    Account,
    AccountKeyReused,
    AccountRecord,
    CustomerErased,
    Elsewhere,
    HeldAccount,
    Opening,
    ProductUnavailable,
    Related,
    TooManyRelations,
)
from domain.accounts.numbers import random_number
from domain.accounts.products import terms_on
from domain.accounts.store import AccountStore, Taken
from domain.answers import answer_to
from domain.calendars import calendar_day
from domain.clock import Clock
from domain.customers.model import Customer, CustomerStatus
from domain.ids import Place, Randomness
from domain.jurisdictions import jurisdiction_of_region
from domain.ledger.model import Command, Limits, Posted, State
from domain.ledger.service import Ledger
from domain.refusals import (
    AlreadySo,
    CurrencyMismatch,
    FieldFault,
    InputInvalid,
    NotAllowed,
    NotFound,
    Refusal,
    TryAgain,
    WrongRegion,
)

NUMBERS_DRAWN_MAX: Final = 20
"""With half of a slot's ten million numbers taken, twenty draws all fail once in a million openings."""
TRIES_MAX: Final = 5
"""Few people change the relations of one account at the same moment."""
UNFINISHED_AFTER: Final = timedelta(minutes=5)
"""An opening is one short call; after this long nobody is working on it."""
UNFINISHED_MAX: Final = 100
"""Openings finished by one sweep; the next sweep takes the next."""
_OPENED_BY: Final = "bank"
_OPENED_KEY: Final = keys.derived_key("account_opened")


@dataclass(frozen=True, slots=True)
class HeldAccounts:
    rows: tuple[HeldAccount, ...]
    after: str | None
    """Where the next page begins; None at the end."""


class Accounts:
    """The accounts whose home is `region`."""

    def __init__(
        self,
        *,
        store: AccountStore,
        ledger: Ledger,
        clock: Clock,
        randomness: Randomness,
        region: str,
        addresses: Mapping[str, str],
    ) -> None:
        """`addresses`: region -> where its API answers, for those who asked the wrong one."""
        self.region = region
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._randomness = randomness
        self._addresses = dict(addresses)
        self._jurisdiction = jurisdiction_of_region(region)

    # Opening.

    def open_account(
        self, actor: Actor, *, customer: Customer, product: str, currency: str, key: str
    ) -> Account | Refusal:
        """Opens an account for the customer, once per (customer, acting person, key); cut off anywhere, the same
        call again ends it, and so does `finish_openings`.

        Refusals: InputInvalid, NotAllowed, NotFound, WrongRegion, CustomerErased, ProductUnavailable,
        AccountKeyReused, and of the ledger TryAgain, OutcomeUnknown and ClockUncertain.
        """
        if faults := keys.key_faults(key):
            return InputInvalid(faults)
        relation = relation_to_customer(actor, customer.id)
        if refusal := refusal_of(actor, Action.OPEN_ACCOUNT, relation=relation, subject_id=customer.id):
            return refusal
        opening_id = rules.opening_id(customer=customer.id, scope=actor.person, key=key)
        opening = self._store.opening(opening_id) or self._claimed(opening_id, customer, product, currency)
        if isinstance(opening, Refusal):
            return opening
        if (opening.product, opening.currency) != (product, currency):
            return AccountKeyReused(opening.account)
        return self._finished(opening)

    def finish_openings(self) -> tuple[str, ...]:
        """Ends openings that were cut off; the accounts that are open now. Those that still fail wait."""
        before = self._clock.now() - UNFINISHED_AFTER
        openings = self._store.unfinished(before=before, limit=UNFINISHED_MAX)
        return tuple(opening.account for opening in openings if not isinstance(self._finished(opening), Refusal))

    def _claimed(
        self, opening_id: str, customer: Customer, product: str, currency: str
    ) -> Opening | WrongRegion | NotFound | CustomerErased | ProductUnavailable:
        now = self._clock.now()
        place = Place(customer.jurisdiction, customer.slot)
        opening = Opening(
            id=opening_id,
            account=rules.opened_account_id(opening_id, place, now),
            product=product,
            currency=currency,
        )
        if refusal := self.elsewhere(opening.account):
            return refusal
        if customer.status is not CustomerStatus.ACTIVE:
            return CustomerErased(customer.id)
        today = calendar_day(self._jurisdiction, now)
        if terms_on(today, product=product, currency=currency, holder=customer.kind) is None:
            return ProductUnavailable(product, currency)
        owner = Related(account=opening.account, person=customer.id, relation=Relation.OWNER, since=now)
        for _ in range(NUMBERS_DRAWN_MAX):
            record = AccountRecord(
                id=opening.account,
                number=random_number(customer.slot, self._randomness),
                product=product,
                currency=currency,
                holder=customer.id,
                holder_kind=customer.kind,
                opened_at=now,
            )
            taken = self._store.add(opening, record, owner)
            if taken is None:
                return opening
            if taken is Taken.OPENING:
                return self._existing(opening_id)
        raise RuntimeError(f"no free account number in slot {customer.slot} after {NUMBERS_DRAWN_MAX} draws")

    def _existing(self, opening_id: str) -> Opening:
        opening = self._store.opening(opening_id)
        if opening is None:
            raise RuntimeError(f"opening {opening_id} was taken a moment ago and is gone")
        return opening

    def _finished(self, opening: Opening) -> Account | Refusal:
        """The account's first line, under a key of its own: whoever comes first writes it, everybody finds it."""
        record = self._recorded(opening.account)
        if not opening.done:
            opened_on = calendar_day(self._jurisdiction, record.opened_at)
            answer = self._ledger.post(
                Command(
                    kind="account_opened",
                    initiator=record.id,
                    scope=_OPENED_BY,
                    key=_OPENED_KEY,
                    parties={"account": record.id},
                    currency=record.currency,
                    limits=rules.terms_of(record, opened_on).limits,
                )
            )
            if not isinstance(answer, Posted):
                return answer.refusal
            self._store.finish(opening)
        state = self._ledger.head(record.id)
        if state is None:
            raise RuntimeError(f"{record.id} was opened and has no line")
        return Account(record, state)

    # Looking up.

    def account(self, account: str) -> Account | NotFound | WrongRegion:
        if refusal := self.elsewhere(account):
            return refusal
        record = self._store.record(account)
        state = self._ledger.head(account) if record else None
        return Account(record, state) if record and state else NotFound(account)

    def accounts(self, accounts: Sequence[str]) -> dict[str, Account]:
        """Those of the accounts that are open here, in two reads; at most `ACCOUNTS_PAGE_MAX`."""
        records = self._store.records(_page(accounts))
        states = self._ledger.heads(tuple(records))
        return {name: Account(record, states[name]) for name, record in records.items() if name in states}

    def records(self, accounts: Sequence[str]) -> dict[str, AccountRecord]:
        """Records alone, one read: for masked numbers of counterparties."""
        return self._store.records(_page(accounts))

    def accounts_of(self, person: str, *, after: str | None = None, limit: int = 25) -> HeldAccounts:
        """The person's accounts in this region, by account id, with the relation to each."""
        if not 1 <= limit <= ACCOUNTS_PAGE_MAX:
            raise ValueError(f"a page has 1 to {ACCOUNTS_PAGE_MAX} accounts, not {limit}")
        page = self._store.accounts_of(person, after=after, limit=limit)
        states = self._ledger.heads([row.record.id for row in page.rows])
        rows = tuple(
            HeldAccount(Account(row.record, states[row.record.id]), row.related.relation)
            for row in page.rows
            if row.record.id in states  # an opening that was cut off is not an account yet
        )
        return HeldAccounts(rows, page.rows[-1].record.id if page.more else None)

    def find_by_number(self, routing_number: str, number: str) -> str | Elsewhere | NotFound:
        """The account id behind a number, if it lives here; for the bank's own use, never for a counterparty."""
        home = rules.region_of_number(routing_number, number)
        if home is None:
            return NotFound(number)
        if home.region != self.region:
            return home
        return self._store.account_of(number) or NotFound(number)

    def number_faults(self, routing_number: str, number: str) -> tuple[FieldFault, ...]:
        """Why these cannot be numbers of the bank, whichever its region; nothing when they may be."""
        return rules.number_faults(routing_number, number)

    def elsewhere(self, account: str) -> WrongRegion | NotFound | None:
        """Why this region cannot answer for an account (or its journals and holds); None when it can."""
        return rules.elsewhere(account, region=self.region, addresses=self._addresses)

    # People.

    def relation(self, person: str, account: str) -> Relation:
        related = self._store.related(account, person)
        return related.relation if related and related.ended_at is None else Relation.STRANGER

    def relations(self, person: str, accounts: Sequence[str]) -> dict[str, Relation]:
        """How the person stands to each of the accounts, in one reading; at most `ACCOUNTS_PAGE_MAX`."""
        found = self._store.relations_of(person, _page(accounts))
        standing = {name: related.relation for name, related in found.items() if related.ended_at is None}
        return {name: standing.get(name, Relation.STRANGER) for name in accounts}

    def people_of(self, account: str) -> tuple[Related, ...]:
        """Everybody related to the account now."""
        return tuple(row for row in self._store.people_of(account) if row.ended_at is None)

    def refusal(self, actor: Actor, action: Action, account: str) -> Refusal | None:
        """Why the actor may not do this to the account: it lives elsewhere, is not theirs, or is not for them."""
        if elsewhere := self.elsewhere(account):
            return elsewhere
        return refusal_of(actor, action, relation=self.relation(actor.person, account), subject_id=account)

    def add_relation(self, actor: Actor, *, account: str, person: str, relation: Relation) -> Related | Refusal:
        """Makes a person joint owner or delegate; said again, it changes nothing.

        Refusals: NotAllowed, NotFound, WrongRegion, JurisdictionMismatch, AlreadySo, TooManyRelations, TryAgain.
        """
        if relation not in rules.ADDED:
            return NotAllowed()
        if refusal := self._people_refusal(actor, account, person):
            return refusal
        for _ in range(TRIES_MAX):
            was = self._store.related(account, person)
            standing = was if was and was.ended_at is None else None
            if standing and standing.relation is relation:
                return standing
            if standing and standing.relation is Relation.OWNER:
                return AlreadySo(account, Relation.OWNER.value)
            if not standing and len(self.people_of(account)) >= RELATIONS_MAX:
                return TooManyRelations(account)
            related = Related(account=account, person=person, relation=relation, since=self._clock.now())
            if self._store.relate(related, was=was):
                return related
        return TryAgain()

    def remove_relation(self, actor: Actor, *, account: str, person: str) -> Related | Refusal:
        """Ends a joint owner's or delegate's relation; the owner's never ends. Said again, it changes nothing."""
        if refusal := self._people_refusal(actor, account, person):
            return refusal
        for _ in range(TRIES_MAX):
            was = self._store.related(account, person)
            if was is None:
                return NotFound(person)
            if was.relation is Relation.OWNER:
                return NotAllowed()
            if was.ended_at:
                return was
            ended = replace(was, ended_at=self._clock.now())
            if self._store.relate(ended, was=was):
                return ended
        return TryAgain()

    def _people_refusal(self, actor: Actor, account: str, person: str) -> Refusal | None:
        if refusal := self.refusal(actor, Action.MANAGE_RELATIONS, account):
            return refusal
        if self._store.record(account) is None:
            return NotFound(account)
        return rules.jurisdiction_refusal(account, person)

    # Changes of state: journals of the ledger under the actor's scope and key.

    def freeze(self, actor: Actor, *, account: str, key: str, debits_only: bool) -> Account | Refusal:
        kind = "debits_frozen" if debits_only else "account_frozen"
        return self._change(actor, Action.FREEZE, account, key, kind=kind)

    def thaw(self, actor: Actor, *, account: str, key: str) -> Account | Refusal:
        return self._change(actor, Action.THAW, account, key, kind="account_thawed")

    def close(self, actor: Actor, *, account: str, key: str) -> Account | Refusal:
        """Only at a ledger balance of zero, without open holds, and with credits posted one by one."""
        return self._change(actor, Action.CLOSE, account, key, kind="account_closed")

    def start_batching(self, actor: Actor, *, account: str, key: str) -> Account | Refusal:
        """From now on credits are moved into the account once a minute."""
        return self._change(actor, Action.SWITCH_BATCHING, account, key, kind="batching_started")

    def end_batching(self, actor: Actor, *, account: str, key: str) -> Account | Refusal:
        """Credits post one by one again; the folder drains what is still on its way."""
        return self._change(actor, Action.SWITCH_BATCHING, account, key, kind="batching_ended")

    def set_limits(self, actor: Actor, *, account: str, limits: Limits, key: str) -> Account | Refusal:
        """Overdraft and limits, up to what the account's product allows today."""
        if faults := rules.limit_faults(limits):
            return InputInvalid(faults)
        record = self._store.record(account)
        today = calendar_day(self._jurisdiction, self._clock.now())
        above = rules.above_product(limits, rules.terms_of(record, today)) if record else None
        return self._change(actor, Action.CHANGE_LIMITS, account, key, kind="limits_set", limits=limits, reason=above)

    def set_joint_limits(self, actor: Actor, *, account: str, limits: tuple[str, ...], key: str) -> Account | Refusal:
        """The joint limits that the account's debits count towards from now on, which may be none."""
        if faults := rules.joint_limit_faults(account, limits):
            return InputInvalid(faults)
        reason = self._limits_unfit(account, limits)
        return self._change(
            actor,
            Action.CHANGE_LIMITS,
            account,
            key,
            kind="joint_limits_set",
            joint_limits=limits,
            reason=reason,
        )

    def create_joint_limit(self, actor: Actor, *, beside: str, per_day_minor: int, key: str) -> State | Refusal:
        """A limit per day over several accounts: a log of its own, in the place and the currency of `beside`."""
        faults = (*keys.key_faults(key), *rules.limit_faults(Limits(per_day_minor=per_day_minor)))
        if faults:
            return InputInvalid(faults)
        reason = self.refusal(actor, Action.CHANGE_LIMITS, beside)
        record = self._store.record(beside)
        if record is None:
            return reason or NotFound(beside)
        limit = rules.derived_joint_limit_id(record, scope=actor.person, key=key)
        command = Command(
            kind="account_opened",
            initiator=limit,
            scope=actor.person,
            key=key,
            parties={"account": limit},
            currency=record.currency,
            limits=Limits(per_day_minor=per_day_minor),
            evidence=actor.evidence,
        )
        answer = answer_to(self._ledger, command, reason)
        return answer.states[limit] if isinstance(answer, Posted) else answer

    def _limits_unfit(self, account: str, limits: tuple[str, ...]) -> NotFound | CurrencyMismatch | None:
        """An amount counts towards a limit only in the account's currency."""
        states = self._ledger.heads([account, *limits])
        missing = next((name for name in (account, *limits) if name not in states), None)
        if missing:
            return NotFound(missing)
        currency = states[account].currency
        unfit = next((name for name in limits if states[name].currency != currency), None)
        return CurrencyMismatch(unfit, states[unfit].currency, currency) if unfit else None

    def _change(
        self,
        actor: Actor,
        action: Action,
        account: str,
        key: str,
        *,
        kind: str,
        limits: Limits | None = None,
        joint_limits: tuple[str, ...] | None = None,
        reason: Refusal | None = None,
    ) -> Account | Refusal:
        """Posts one change. Besides the ledger's refusals of its kind: InputInvalid, NotAllowed, NotFound,
        WrongRegion, and `reason` when nothing of these stands before it.
        """
        if faults := keys.key_faults(key):
            return InputInvalid(faults)
        reason = self.refusal(actor, action, account) or reason
        record = self._store.record(account)
        if record is None:
            return reason or NotFound(account)
        command = Command(
            kind=kind,
            initiator=account,
            scope=actor.person,
            key=key,
            parties={"account": account},
            limits=limits,
            joint_limits=joint_limits,
            evidence=actor.evidence,
        )
        answer = answer_to(self._ledger, command, reason)
        return Account(record, answer.states[account]) if isinstance(answer, Posted) else answer

    def _recorded(self, account: str) -> AccountRecord:
        record = self._store.record(account)
        if record is None:
            raise RuntimeError(f"{account} was claimed and has no record")
        return record


def _page(accounts: Sequence[str]) -> Sequence[str]:
    if len(accounts) > ACCOUNTS_PAGE_MAX:
        raise ValueError(f"{len(accounts)} accounts are more than a page of {ACCOUNTS_PAGE_MAX}")
    return accounts
