"""What can be asked about transfers: move money, see what a move would do, hold, capture, release, and undo.

Each is one journal of the ledger; a transfer is a view of it. What is not decided from the accounts' state (who may,
which region, which currency) is asked here, and never stands before what a key led to already.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain import keys
from domain.access.model import Action, Actor
from domain.access.service import refusal_of
from domain.accounts.model import AccountRecord, Elsewhere
from domain.accounts.service import Accounts
from domain.answers import answer_to, preview_of
from domain.audit.service import Audit
from domain.cases.service import Cases
from domain.clock import Clock
from domain.fraud.service import Fraud
from domain.ids import Randomness, is_account, prefix_of
from domain.ledger.model import Command, Posted
from domain.ledger.service import Ledger
from domain.money import Money
from domain.notices.service import Notices
from domain.refusals import (
    CrossRegionNotSupported,
    FieldFault,
    IdempotencyKeyReused,
    InputInvalid,
    NotAllowed,
    NotFound,
    Refusal,
    WrongRegion,
)
from domain.sealing import Sealer, Shredded
from domain.transfers import rules
from domain.transfers.judging import Asked, Judging
from domain.transfers.model import (
    MEMO,
    PLACED_BY_HOLDER,
    AccountTarget,
    Drafted,
    HoldChange,
    Reversal,
    Target,
    Transfer,
    Wish,
)
from domain.transfers.orders import Orders
from domain.transfers.review_store import ReviewStore
from domain.transfers.reviews import Reviews
from domain.transfers.schedules import Schedules
from domain.transfers.store import OrderStore

HOLD_PLACED: Final = "hold_placed"


class Transfers:
    """The transfers of one region; `orders` are those to be made on days to come."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        accounts: Accounts,
        sealer: Sealer,
        clock: Clock,
        randomness: Randomness,
        orders: OrderStore,
        schedules: Schedules,
        notices: Notices,
        audit: Audit,
        fraud: Fraud,
        cases: Cases,
        reviews: ReviewStore,
        review_within: timedelta,
        step_up_within: timedelta,
    ) -> None:
        """`review_within`: how long people are given to decide on a transfer in review. `step_up_within`: how long a
        customer is given to prove who they are."""
        self._ledger = ledger
        self._accounts = accounts
        self._sealer = sealer
        self._clock = clock
        self.reviews = Reviews(
            store=reviews,
            ledger=ledger,
            accounts=accounts,
            cases=cases,
            notices=notices,
            decision_of=fraud.decision_of,
            clock=clock,
            review_within=review_within,
        )
        self._judging = Judging(
            ledger=ledger, fraud=fraud, reviews=self.reviews, clock=clock, step_up_within=step_up_within
        )
        self.orders = Orders(
            draft=self.draft,
            judging=self._judging,
            store=orders,
            schedules=schedules,
            accounts=accounts,
            notices=notices,
            audit=audit,
            clock=clock,
            randomness=randomness,
        )

    # Transfers.

    def transfer(self, actor: Actor, wish: Wish, *, key: str) -> Transfer | Refusal:
        """Moves money between two accounts of this region, once per (source, acting person, key).

        It is judged before money leaves, once for its journal; a key that led to something is answered before that.

        Stored refusals: InsufficientFunds, AccountFrozen, AccountClosed, DestinationUnavailable, LimitExceeded,
        PaymentDeclined, PaymentBlocked, TooManyHolds (of one that was to be reviewed).
        Not stored: InputInvalid, NotFound, NotAllowed, WrongRegion, CrossRegionNotSupported, SameAccount,
        CurrencyMismatch, IdempotencyKeyReused, Shredded, TryAgain, OutcomeUnknown, ClockUncertain, StepUpRequired,
        TransferInReview, ReviewDelayed.
        """
        drafted = self.draft(actor, wish, key=key)
        if isinstance(drafted, Refusal):
            return drafted
        answer = self._judging.answered(drafted.command, drafted.reason)
        if answer is None:
            answer = self._judging.answer(Asked(drafted.command, drafted.source, drafted.payee), actor)
        return self._shown(drafted, wish, answer)

    def preview(self, actor: Actor, wish: Wish, *, key: str) -> Transfer | Refusal:
        """What the accounts would answer to `transfer` now; nothing is written.

        It is not judged: what the judge says is for who has made up their mind, and asking it without paying would
        teach how to get past it.
        """
        drafted = self.draft(actor, wish, key=key)
        if isinstance(drafted, Refusal):
            return drafted
        return self._shown(drafted, wish, preview_of(self._ledger, drafted.command, drafted.reason))

    def _shown(self, drafted: Drafted, wish: Wish, answer: Posted | Refusal) -> Transfer | Refusal:
        if isinstance(answer, Posted):
            return Transfer(answer.journal, answer.states[wish.source], answer.replayed)
        return as_asked(answer, drafted.payee, wish.destination)

    def find(self, journal_id: str) -> Transfer | None:
        """The transfer of a journal, for those who may see one of its accounts (the caller asks)."""
        journal = self._ledger.journal(journal_id)
        return Transfer(journal) if journal and rules.is_transfer(journal) else None

    def opened_memo(self, sealed: bytes, *, holder: str) -> str | Shredded:
        """What the payer wrote. `holder`: who holds the account that paid; Shredded when their data was erased."""
        opened = self._sealer.open(holder, sealed, MEMO)
        return opened if isinstance(opened, Shredded) else opened.decode()

    def draft(self, actor: Actor, wish: Wish, *, key: str) -> Drafted | Refusal:
        """The command that a wish is, or why it cannot even be asked."""
        faults = (
            *keys.key_faults(key),
            *rules.amount_faults(wish.amount),
            *rules.memo_faults(wish.memo),
            *self._target_faults(wish.destination),
        )
        if faults:
            return InputInvalid(faults)
        reason = self._accounts.refusal(actor, Action.MOVE_MONEY, wish.source)
        if isinstance(reason, WrongRegion):
            return reason
        payee = self._payee(actor, wish.destination)
        source = self._record(wish.source)
        if source is None:
            return reason or NotFound(wish.source)
        if isinstance(payee.record, Refusal):
            return self._unless_used(reason or payee.record, initiator=source.id, scope=actor.person, key=key)
        sealed = self._sealed(wish.memo, source)
        if isinstance(sealed, Shredded):
            return self._unless_used(reason or sealed, initiator=source.id, scope=actor.person, key=key)
        command = Command(
            kind="transfer",
            initiator=source.id,
            scope=actor.person,
            key=key,
            parties={"source": source.id, "destination": payee.record.id},
            amounts={"amount": wish.amount},
            memo=sealed.memo,
            memo_digest=sealed.digest,
            evidence=actor.evidence,
        )
        reason = reason or payee.reason or rules.pair_refusal(source, payee.record, wish.amount)
        return Drafted(command, reason, source, payee.record)

    # Holds.

    def place_hold(
        self, actor: Actor, *, account: str, amount: Money, expires_at: datetime | None, key: str
    ) -> HoldChange | Refusal:
        """Sets money aside. Stored refusals as of a transfer, and TooManyHolds."""
        if faults := (*keys.key_faults(key), *rules.amount_faults(amount)):
            return InputInvalid(faults)
        reason = self._accounts.refusal(actor, Action.PLACE_HOLD, account)
        if not is_account(account):
            return reason or NotFound(account)
        late = rules.expiry_faults(expires_at, self._clock.now())
        command = Command(
            kind=HOLD_PLACED,
            initiator=account,
            scope=actor.person,
            key=key,
            parties={"account": account},
            amounts={"amount": amount},
            expires_at=expires_at,
            evidence=(*actor.evidence, PLACED_BY_HOLDER) if _is_customer(actor) else actor.evidence,
        )
        return self._held(command, reason or (InputInvalid(late) if late else None))

    def capture_hold(
        self,
        actor: Actor,
        *,
        hold: str,
        amount: Money,
        destination: Target | None,
        final: bool,
        key: str,
    ) -> HoldChange | Refusal:
        """Takes held money, part or all, to a customer's account, or (staff only) into card settlement.

        `final` releases what remains. What a customer takes for another account is judged as a transfer is, and
        declined where a transfer would be reviewed.

        Stored refusals: HoldUnknown, HoldExpired, HoldTooSmall, AccountFrozen, AccountClosed, DestinationUnavailable,
        PaymentDeclined, PaymentBlocked. Not stored: those of a transfer, but for a review.
        """
        faults = (*keys.key_faults(key), *rules.amount_faults(amount))
        if faults := (*faults, *(self._target_faults(destination) if destination else ())):
            return InputInvalid(faults)
        placed = self._placed(actor, Action.CAPTURE_HOLD, hold)
        if isinstance(placed, Refusal):
            return placed
        account, reason = placed.account, placed.reason
        parties = {"account": account}
        payee: AccountRecord | None = None
        if destination:
            found = self._payee(actor, destination)
            if isinstance(found.record, Refusal):
                return self._unless_used(reason or found.record, initiator=account, scope=actor.person, key=key)
            payee = found.record
            parties["destination"] = payee.id
            reason = reason or found.reason or self._pair_refusal(account, payee, amount)
        elif _is_customer(actor):
            reason = reason or NotAllowed()
        command = Command(
            kind="hold_captured" if destination else "card_captured",
            initiator=account,
            scope=actor.person,
            key=key,
            parties=parties,
            amounts={"amount": amount},
            hold=hold,
            release_rest=final,
            evidence=actor.evidence,
        )
        if payee is None or destination is None:
            return self._held(command, reason)
        answer = self._captured(actor, command, reason, payee)
        return as_asked(answer, payee, destination) if isinstance(answer, Refusal) else answer

    def _captured(
        self, actor: Actor, command: Command, reason: Refusal | None, payee: AccountRecord
    ) -> HoldChange | Refusal:
        source = self._record(command.initiator) if _is_customer(actor) else None
        if source is None:
            return self._held(command, reason)  # staff act for the bank, and under its other controls
        answer = self._judging.answered(command, reason) or self._judging.answer(Asked(command, source, payee), actor)
        return self._changed(command, answer)

    def release_hold(self, actor: Actor, *, hold: str, key: str) -> HoldChange | Refusal:
        """Gives held money back to its account. Stored refusal: HoldUnknown."""
        if faults := keys.key_faults(key):
            return InputInvalid(faults)
        placed = self._placed(actor, Action.RELEASE_HOLD, hold)
        if isinstance(placed, Refusal):
            return placed
        command = Command(
            kind="hold_released",
            initiator=placed.account,
            scope=actor.person,
            key=key,
            parties={"account": placed.account},
            hold=hold,
            evidence=actor.evidence,
        )
        return self._held(command, placed.reason)

    # Undoing.

    def reverse(self, actor: Actor, *, journal: str, amount: Money | None, key: str) -> Reversal | Refusal:
        """Undoes a journal, all that is left of it or a part. Staff only.

        Stored refusals: NothingToReverse, NotReversible, InsufficientFunds, AccountFrozen, AccountClosed,
        DestinationUnavailable.
        """
        if faults := (*keys.key_faults(key), *(rules.amount_faults(amount) if amount else ())):
            return InputInvalid(faults)
        original = self._ledger.journal(journal)
        if original is None:
            return self._accounts.elsewhere(journal) or NotFound(journal)
        relation = self._accounts.relation(actor.person, original.initiator)
        reason = refusal_of(actor, Action.REVERSE, relation=relation, subject_id=journal)
        command = Command(
            kind="reversal",
            initiator=original.initiator,
            scope=actor.person,
            key=key,
            reverses=original.id,
            amounts={"amount": amount} if amount else {},
            evidence=actor.evidence,
        )
        answer = answer_to(self._ledger, command, reason)
        return Reversal(answer.journal, original, answer.replayed) if isinstance(answer, Posted) else answer

    # Details.

    def _payee(self, actor: Actor, target: Target) -> "_Payee":
        """The account meant. By its id only what the actor may see; by its number any of this region."""
        if isinstance(target, AccountTarget):
            reason = self._accounts.refusal(actor, Action.VIEW_ACCOUNT, target.account)
            if isinstance(reason, WrongRegion):
                return _Payee(CrossRegionNotSupported(reason.region))
            return _Payee(self._record(target.account) or NotFound(target.account), reason)
        found = self._accounts.find_by_number(target.routing_number, target.account_number)
        if isinstance(found, Elsewhere):
            return _Payee(CrossRegionNotSupported(found.region))
        if isinstance(found, NotFound):
            return _Payee(found)
        return _Payee(self._record(found) or NotFound(target.account_number))

    def _record(self, account: str) -> AccountRecord | None:
        return self._accounts.records([account]).get(account)

    def _pair_refusal(self, account: str, payee: AccountRecord, amount: Money) -> Refusal | None:
        source = self._record(account)
        return rules.pair_refusal(source, payee, amount) if source else NotFound(account)

    def _sealed(self, memo: str | None, source: AccountRecord) -> "_Memo | Shredded":
        """Sealed by the key of the customer who holds the source account, so that it can be opened from the journal."""
        if memo is None:
            return _Memo(None, None)
        sealed = self._sealer.seal(source.holder, memo.encode(), MEMO)
        digest = self._sealer.digest(source.holder, memo, MEMO)
        if isinstance(sealed, Shredded):
            return sealed
        return digest if isinstance(digest, Shredded) else _Memo(sealed, digest)

    def _placed(self, actor: Actor, action: Action, hold: str) -> "_PlacedHold | Refusal":
        """The account of a hold, from the journal that placed it."""
        placing = self._ledger.journal(rules.placing_journal(hold)) if prefix_of(hold) == "hld" else None
        if placing is None or placing.hold != hold:
            return self._accounts.elsewhere(hold) or NotFound(hold)
        reason = self._accounts.refusal(actor, action, placing.initiator)
        if isinstance(reason, NotFound):
            reason = NotFound(hold)  # the stranger asked for a hold, and learns no account's id
        if reason is None and _is_customer(actor) and PLACED_BY_HOLDER not in placing.evidence:
            reason = NotAllowed()  # what the bank holds, the account's own people neither take nor free
        if reason is None and placing.kind != HOLD_PLACED:
            reason = NotAllowed()  # what a payment holds, only the payment's own states end
        return _PlacedHold(placing.initiator, reason)

    def _held(self, command: Command, reason: Refusal | None) -> HoldChange | Refusal:
        return self._changed(command, answer_to(self._ledger, command, reason))

    def _changed(self, command: Command, answer: Posted | Refusal) -> HoldChange | Refusal:
        if not isinstance(answer, Posted):
            return answer
        account = command.parties["account"]
        state, hold_id = answer.states[account], answer.journal.hold
        if hold_id is None:
            raise RuntimeError(f"{answer.journal.id} changed a hold and names none")
        hold = next((hold for hold in state.holds or () if hold.id == hold_id), None)
        return HoldChange(answer.journal, account, hold_id, hold, state, answer.replayed)

    def _target_faults(self, target: Target) -> tuple[FieldFault, ...]:
        if isinstance(target, AccountTarget):
            return ()
        faults = self._accounts.number_faults(target.routing_number, target.account_number)
        return tuple(replace(fault, path=("destination", *fault.path)) for fault in faults)

    def _unless_used(self, reason: Refusal, *, initiator: str, scope: str, key: str) -> Refusal:
        """For a wish that cannot become a command: a key that posted something was for another request."""
        used = self._ledger.outcome(initiator=initiator, scope=scope, key=key)
        return IdempotencyKeyReused(used.journal.id) if used and used.journal else reason


@dataclass(frozen=True, slots=True)
class _Payee:
    record: AccountRecord | Refusal
    reason: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Memo:
    memo: bytes | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class _PlacedHold:
    account: str
    reason: Refusal | None


def as_asked(refusal: Refusal, payee: AccountRecord, target: Target) -> Refusal:
    """A payee that cannot be found is named as it was asked for: the answer tells nobody an id or a number."""
    if refusal != NotFound(payee.id):
        return refusal
    return NotFound(target.account if isinstance(target, AccountTarget) else target.account_number)


def _is_customer(actor: Actor) -> bool:
    return prefix_of(actor.person) == "cus"
