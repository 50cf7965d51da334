"""From events to what scoring knows: each payment and each label is applied once, whoever brings it and however often.

Events come at least once, in any order and late. A payment finds its own buckets whenever it comes, a label its own
day, so that the order changes nothing; and a mark in the same transaction tells a repetition.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from domain.accounts.model import AccountRecord
from domain.clock import Clock, parse_instant
from domain.fraud.counted import PAYMENTS, Way
from domain.fraud.feature_store import Change, FeatureStore, KeptLabels, KeptProfile, Known, NewRow
from domain.fraud.history import (
    HistoryKind,
    Label,
    Labels,
    Paid,
    Parties,
    Profiles,
    credential_row,
    is_late,
    label_row,
    payment_row,
    profiles_after_label,
    profiles_after_payment,
)
from domain.fraud.model import StoredDecision
from domain.ids import Randomness, is_account
from domain.ledger.events import EventLeg, JournalPosted
from domain.money import Money
from domain.unsettled import Unsettled

TRIES_MAX: Final = 8
"""Two at one profile meet now and then, ten at a busy payee's all the time; then the queue brings it again."""
PAUSE_FIRST_SECONDS: Final = 0.02
PAUSE_MAX_SECONDS: Final = 0.5
AHEAD_MAX: Final = timedelta(minutes=5)
"""By which clocks may differ: as much as AWS lets pass in a signature."""
_BATCHED: Final = "inc_"


class Outcome(StrEnum):
    APPLIED = "APPLIED"
    KNOWN = "KNOWN"
    """It was applied before."""
    LATE = "LATE"
    """It is written into the history, and too old for any window."""
    NOT_COUNTED = "NOT_COUNTED"
    """It is no payment that a customer made."""
    UNKNOWN = "UNKNOWN"
    """A label of something that was neither paid nor judged. Nothing is noted: its payment may still come."""
    FORGOTTEN = "FORGOTTEN"
    """Likewise, and too old for any window. Nothing is noted, and nothing will be."""


class HolderUnknown(Exception):
    """A payment was made from an account that has no record."""


class FeaturesContended(Unsettled):
    """Others wrote the same profiles all the time. Nothing was applied; it is to be brought again."""


class ChangeAhead(Unsettled):
    """A credential is said to have been changed at a moment that has not come: whoever says so has another clock.
    Taken, it would hide every change until then. Nothing was noted.
    """


class Decisions(Protocol):
    """What was decided, as far as it is needed here."""

    def decision_of(self, subject: str) -> StoredDecision | None: ...


class Holders(Protocol):
    """Whose an account is."""

    def records(self, accounts: Sequence[str]) -> Mapping[str, AccountRecord]: ...


class NoDecisions:
    """Where nothing is judged."""

    def decision_of(self, subject: str) -> StoredDecision | None:  # noqa: ARG002  (there is none)
        return None


class FeatureUpdates:
    def __init__(
        self,
        *,
        store: FeatureStore,
        decisions: Decisions,
        accounts: Holders,
        clock: Clock,
        randomness: Randomness,
        pause: Callable[[float], None],
    ) -> None:
        self._store = store
        self._decisions = decisions
        self._accounts = accounts
        self._clock = clock
        self._randomness = randomness
        self._pause = pause

    # Payments.

    def apply(self, event: JournalPosted) -> Outcome:
        """Counts the payment that a journal is, once. Raises HolderUnknown and FeaturesContended."""
        paid = self._paid(event)
        if paid is None:
            return Outcome.NOT_COUNTED
        return self._settled(lambda: self._applied(paid), paid.subject)

    def _applied(self, paid: Paid) -> Outcome | None:
        """None when others came in between."""
        keys = tuple(paid.parties.profile_keys(paid.amount.currency).values())
        known = self._store.known(paid.subject, keys)
        if known.paid:
            return Outcome.KNOWN
        now = self._clock.now()
        late = is_late(paid.at, now)
        after = {} if late else profiles_after_payment(_profiles(known), paid)
        row = NewRow(HistoryKind.PAYMENTS, now, payment_row(paid, now))
        if not self._store.write(Change(row=row, paid=paid, profiles=_versioned(known, after))):
            return None
        return Outcome.LATE if late else Outcome.APPLIED

    def _paid(self, event: JournalPosted) -> Paid | None:
        """The decision says who took part; where nothing was decided, the journal and the account's record do."""
        way = PAYMENTS.get(event.kind)
        if way is None:
            return None
        subject = event.payment or event.journal
        decision = self._decisions.decision_of(subject)
        if decision is None and way.if_judged:
            return None
        return Paid(
            subject=subject,
            journal=event.journal,
            scope=decision.scope if decision else way.scope,
            kind=event.kind,
            credit=way.credit,
            at=parse_instant(event.booked_at),
            amount=_amount(event),
            parties=_parties_of(decision) if decision else self._parties(event, way),
        )

    def _parties(self, event: JournalPosted, way: Way) -> Parties:
        own, other = ("debit", "credit") if way.credit else ("credit", "debit")
        account = _one_account(event.legs, own) or next(filter(is_account, event.accounts), "")
        record = self._accounts.records([account]).get(account) if account else None
        if record is None:
            raise HolderUnknown(event.journal)
        return Parties(customer=record.holder, account=account, payee=_one_account(event.legs, other))

    # Labels.

    def label(
        self, subject: str, *, fraud: bool, source: str, learnt_at: datetime, happened_at: datetime | None = None
    ) -> Outcome:
        """Notes that a payment was a fraud, or was not after all: once for its subject, source and moment.

        `learnt_at`: when the source said so. Of one source the latest word counts, and of several sources the last
        that spoke, in whatever order they come in. `happened_at`: when the payment was asked for, as the source knows
        it; it only tells whether a payment that is not known may still come. Raises FeaturesContended.
        """
        label = Label(subject=subject, source=source, fraud=fraud, said_at=learnt_at)
        return self._settled(lambda: self._labelled(label, happened_at), subject)

    def _labelled(self, label: Label, happened_at: datetime | None) -> Outcome | None:
        known = self._store.known(label.subject, ())
        was = self._labels_so_far(label.subject, known)
        if was is None:
            late = happened_at is not None and is_late(happened_at, self._clock.now())
            return Outcome.FORGOTTEN if late else Outcome.UNKNOWN
        labels = was.with_label(label)
        if labels is None:
            return Outcome.KNOWN
        now = self._clock.now()
        keys = tuple(labels.parties.profile_keys(labels.currency).values())
        profiles = self._store.known(label.subject, keys) if labels.fraud != was.fraud else known
        version = known.labels.version + 1 if known.labels else 1
        change = Change(
            row=NewRow(HistoryKind.LABELS, now, label_row(label, labels, now)),
            labels=(label.subject, KeptLabels(labels, version)),
            profiles=_versioned(profiles, profiles_after_label(_profiles(profiles), was, labels)),
        )
        return Outcome.APPLIED if self._store.write(change) else None

    def _labels_so_far(self, subject: str, known: Known) -> Labels | None:
        if known.labels:
            return known.labels.labels
        if known.paid:
            paid = known.paid
            return Labels(paid_at=paid.at, currency=paid.amount.currency, parties=paid.parties)
        decision = self._decisions.decision_of(subject)
        if decision is None:
            return None
        return Labels(paid_at=decision.at, currency=decision.amount.currency, parties=_parties_of(decision))

    # Credentials.

    def credential_changed(self, customer: str, changed_at: datetime) -> Outcome:
        """Notes when a customer last changed how they prove who they are; what is older than that is known.

        Raises ChangeAhead and FeaturesContended.
        """
        if changed_at > self._clock.now() + AHEAD_MAX:
            raise ChangeAhead(customer)
        return self._settled(lambda: self._credential_noted(customer, changed_at), customer)

    def _credential_noted(self, customer: str, changed_at: datetime) -> Outcome | None:
        now = self._clock.now()
        row = NewRow(HistoryKind.CREDENTIALS, now, credential_row(customer, changed_at, now))
        known = self._store.credential(customer)
        if known and known >= changed_at:
            return Outcome.KNOWN
        return Outcome.APPLIED if self._store.note_credential(customer, changed_at, was=known, row=row) else None

    def _settled(self, work: Callable[[], Outcome | None], subject: str) -> Outcome:
        """Done again while others come in between: each time after a longer, random pause."""
        for attempt in range(TRIES_MAX):
            if attempt:
                ceiling = min(PAUSE_MAX_SECONDS, PAUSE_FIRST_SECONDS * 2**attempt)
                self._pause(self._randomness.random() * ceiling)
            outcome = work()
            if outcome is not None:
                return outcome
        raise FeaturesContended(f"{subject}: {TRIES_MAX} tries in a row met others")


def _profiles(known: Known) -> Profiles:
    return {key: kept.profile for key, kept in known.profiles.items()}


def _versioned(known: Known, after: Profiles) -> dict[str, KeptProfile]:
    versions = {key: kept.version for key, kept in known.profiles.items()}
    return {key: KeptProfile(profile, versions.get(key, 0) + 1) for key, profile in after.items()}


def _parties_of(decision: StoredDecision) -> Parties:
    return Parties(
        customer=decision.customer,
        account=decision.account,
        payee=decision.payee,
        terminal=decision.terminal,
        device=decision.device,
    )


def _amount(event: JournalPosted) -> Money:
    """What was asked for; of a journal that says none, what its debits add up to."""
    if event.amount is not None:
        return Money(int(event.amount.minor_units), event.amount.currency)
    debits = [leg.amount for leg in event.legs if leg.side == "debit"]
    return Money(sum(int(amount.minor_units) for amount in debits), debits[0].currency)


def _one_account(legs: tuple[EventLeg, ...], side: str) -> str | None:
    """The customer's account on a side; None where there is none, or several of equal right."""
    found = {_unbatched(leg.account) for leg in legs if leg.side == side}
    accounts = [account for account in found if is_account(account)]
    return accounts[0] if len(accounts) == 1 else None


def _unbatched(account: str) -> str:
    """Credits that are batched post to an internal account of the customer's own."""
    return f"acc_{account.removeprefix(_BATCHED)}" if account.startswith(_BATCHED) else account
