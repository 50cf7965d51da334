"""Everything the API can change. One input each; the answer is a success or one of the refusals named with it in
`graph/answers.py`.
"""

import strawberry

from domain.access.model import (
    Approval,
)
from domain.accounts.model import Account
from domain.counterparties.model import (
    Counterparty,
)
from domain.ledger.model import State
from domain.payments.model import Payment
from domain.rails.ach.incoming_model import Grounds
from domain.rails.ach.reversing import ReversalWish
from domain.rails.ach.service import Wish as AchWish
from domain.refusals import (
    Refusal,
)
from domain.transfers.model import HoldChange, TransferOrder, Wish
from graph.accounts import AccountView, HoldView, account_view
from graph.ach_received import received_entry_view
from graph.answers import (
    AddCounterpartySuccess,
    AssignCaseSuccess,
    CancelPaymentSuccess,
    CancelTransferOrderSuccess,
    CaptureHoldSuccess,
    CloseAccountSuccess,
    CloseCounterpartySuccess,
    ConfirmMicroEntriesSuccess,
    ConfirmPaymentSuccess,
    FreezeAccountSuccess,
    GiveApprovalSuccess,
    OpenAccountSuccess,
    OriginateAchCreditSuccess,
    OriginateAchDebitSuccess,
    PlaceHoldSuccess,
    PreviewTransferSuccess,
    RefuseApprovalSuccess,
    ReleaseCaseSuccess,
    ReleaseHoldSuccess,
    ReplayPartnerDeliverySuccess,
    ResolveCaseSuccess,
    ReturnAchEntrySuccess,
    ReverseAchPaymentSuccess,
    ReverseJournalSuccess,
    ScheduleTransferSuccess,
    ThawAccountSuccess,
    TransferSuccess,
    VerifyCounterpartySuccess,
)
from graph.approvals import approval_view
from graph.cases import case_view
from graph.context import Context, SeenAccount
from graph.counterparties import CounterpartyView, counterparty_view
from graph.enums import Verdict
from graph.inputs import (
    AddCounterpartyInput,
    AssignCaseInput,
    CancelPaymentInput,
    CancelTransferOrderInput,
    CaptureHoldInput,
    CloseAccountInput,
    CloseCounterpartyInput,
    ConfirmMicroEntriesInput,
    ConfirmPaymentInput,
    FreezeAccountInput,
    GiveApprovalInput,
    OpenAccountInput,
    OriginateAchCreditInput,
    OriginateAchDebitInput,
    PlaceHoldInput,
    PreviewTransferInput,
    Reading,
    RefuseApprovalInput,
    ReleaseCaseInput,
    ReleaseHoldInput,
    ReplayPartnerDeliveryInput,
    ResolveCaseInput,
    ReturnAchEntryInput,
    ReverseAchPaymentInput,
    ReverseJournalInput,
    ScheduleTransferInput,
    ThawAccountInput,
    TransferInput,
    VerifyCounterpartyInput,
    details_of,
    schedule_of,
)
from graph.journals import journal_view
from graph.money import shown
from graph.node import Info
from graph.operations import Input, mutation
from graph.partners import delivery_view
from graph.payments import (
    PaymentView,
    credit_view,
    debit_view,
    payment_view,
)
from graph.transfers import TransferOrderView, TransferView, order_view


@strawberry.type(name="Mutation", description="What can be changed. One change a request.")
class Mutation:
    @mutation("openAccount", "Opens an account for yourself; staff open it for a customer.")
    def open_account(self, info: Info, input: Input[OpenAccountInput]) -> OpenAccountSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        currency = reading.currency(input.currency, "currency")
        if reading.invalid:
            return reading.invalid
        seen = context.customer(str(input.customer_id or context.actor.person))
        if isinstance(seen, Refusal):
            return seen
        answer = context.bank.accounts.open_account(
            context.actor, customer=seen.customer, product=input.product.value, currency=currency, key=key
        )
        if isinstance(answer, Refusal):
            return answer
        return OpenAccountSuccess(account=_changed(context, answer))

    @mutation("transfer", "Moves money from an account you own to another account of this region.")
    def transfer(self, info: Info, input: Input[TransferInput]) -> TransferSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.transfer(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        source = _after(context, answer.source, answer.state)
        transfer = TransferView(transfer=answer, stands=context.relation(answer.source))
        return TransferSuccess(transfer=transfer, source=source, replayed=answer.replayed)

    @mutation("previewTransfer", "Answers what `transfer` with the same input would, and writes nothing.")
    def preview_transfer(self, info: Info, input: Input[PreviewTransferInput]) -> PreviewTransferSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.preview(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        source = _after(context, answer.source, answer.state)
        transfer = TransferView(transfer=answer, stands=context.relation(answer.source))
        return PreviewTransferSuccess(transfer=transfer, source=source)

    @mutation("scheduleTransfer", "Orders a transfer for a later day, or for many.")
    def schedule_transfer(self, info: Info, input: Input[ScheduleTransferInput]) -> ScheduleTransferSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _wish(reading, input)
        if reading.invalid:
            return reading.invalid
        days = schedule_of(input.schedule)
        answer = context.bank.orders.schedule(context.actor, wish, days=days, key=key)
        return answer if isinstance(answer, Refusal) else ScheduleTransferSuccess(order=_order(context, answer))

    @mutation(
        "cancelTransferOrder",
        "Ends a transfer order. Said again, it changes nothing. A transfer that was begun is still made.",
    )
    def cancel_transfer_order(
        self, info: Info, input: Input[CancelTransferOrderInput]
    ) -> CancelTransferOrderSuccess | Refusal:
        context = info.context
        answer = context.bank.orders.cancel(context.actor, str(input.order_id))
        if isinstance(answer, Refusal):
            return answer
        return CancelTransferOrderSuccess(order=_order(context, answer))

    @mutation("placeHold", "Sets money of an account aside.")
    def place_hold(self, info: Info, input: Input[PlaceHoldInput]) -> PlaceHoldSuccess | Refusal:
        reading, context = Reading(), info.context
        key, amount = reading.key(input.idempotency_key), reading.money(input.amount)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.place_hold(
            context.actor,
            account=str(input.account_id),
            amount=amount,
            expires_at=input.expires_at,
            key=key,
        )
        if isinstance(answer, Refusal):
            return answer
        return PlaceHoldSuccess(
            hold=_hold(context, answer),
            hold_id=strawberry.ID(answer.hold_id),
            account=_after(context, answer.account, answer.state),
            replayed=answer.replayed,
        )

    @mutation("captureHold", "Takes held money, in whole or in part.")
    def capture_hold(self, info: Info, input: Input[CaptureHoldInput]) -> CaptureHoldSuccess | Refusal:
        reading, context = Reading(), info.context
        key, amount = reading.key(input.idempotency_key), reading.money(input.amount)
        destination = reading.destination(input.destination) if input.destination else None
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.capture_hold(
            context.actor,
            hold=str(input.hold_id),
            amount=amount,
            destination=destination,
            final=input.final,
            key=key,
        )
        if isinstance(answer, Refusal):
            return answer
        return CaptureHoldSuccess(
            amount=shown(amount.minor, amount.currency),
            hold=_hold(context, answer),
            journal_id=strawberry.ID(answer.journal.id),
            account=_after(context, answer.account, answer.state),
            replayed=answer.replayed,
        )

    @mutation("releaseHold", "Gives held money back to its account.")
    def release_hold(self, info: Info, input: Input[ReleaseHoldInput]) -> ReleaseHoldSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.release_hold(context.actor, hold=str(input.hold_id), key=key)
        if isinstance(answer, Refusal):
            return answer
        return ReleaseHoldSuccess(
            journal_id=strawberry.ID(answer.journal.id),
            account=_after(context, answer.account, answer.state),
            replayed=answer.replayed,
        )

    @mutation("reverseJournal", "Undoes a journal by another one, in whole or in part. Staff only.")
    def reverse_journal(self, info: Info, input: Input[ReverseJournalInput]) -> ReverseJournalSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        amount = reading.money(input.amount) if input.amount else None
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.reverse(context.actor, journal=str(input.journal_id), amount=amount, key=key)
        if isinstance(answer, Refusal):
            return answer
        context.concerns(answer.original.initiator)
        return ReverseJournalSuccess(
            journal=journal_view(context.journal_at_hand(answer.journal)),
            original=journal_view(context.journal_at_hand(answer.original)),
            replayed=answer.replayed,
        )

    @mutation("freezeAccount", "Stops debits of an account, or everything. Staff only.")
    def freeze_account(self, info: Info, input: Input[FreezeAccountInput]) -> FreezeAccountSuccess | Refusal:
        context = info.context
        answer = context.bank.accounts.freeze(
            context.actor,
            account=str(input.account_id),
            key=input.idempotency_key,
            debits_only=input.debits_only,
        )
        if isinstance(answer, Refusal):
            return answer
        return FreezeAccountSuccess(account=_changed(context, answer))

    @mutation("thawAccount", "Opens a frozen account again. Staff only.")
    def thaw_account(self, info: Info, input: Input[ThawAccountInput]) -> ThawAccountSuccess | Refusal:
        context = info.context
        answer = context.bank.accounts.thaw(context.actor, account=str(input.account_id), key=input.idempotency_key)
        return answer if isinstance(answer, Refusal) else ThawAccountSuccess(account=_changed(context, answer))

    @mutation("closeAccount", "Ends an account for ever: at a balance of zero, with no open holds.")
    def close_account(self, info: Info, input: Input[CloseAccountInput]) -> CloseAccountSuccess | Refusal:
        context = info.context
        answer = context.bank.accounts.close(context.actor, account=str(input.account_id), key=input.idempotency_key)
        if isinstance(answer, Refusal):
            return answer
        return CloseAccountSuccess(account=_changed(context, answer))

    @mutation(
        "addCounterparty",
        "Adds an account of yours, or of somebody you pay, at another bank. Nothing goes there before it is verified.",
    )
    def add_counterparty(self, info: Info, input: Input[AddCounterpartyInput]) -> AddCounterpartySuccess | Refusal:
        context = info.context
        seen = context.customer(str(input.customer_id or context.actor.person))
        if isinstance(seen, Refusal):
            return seen
        answer = context.bank.counterparties.add(
            context.actor, customer=seen.customer, details=details_of(input), key=input.idempotency_key
        )
        if isinstance(answer, Refusal):
            return answer
        return AddCounterpartySuccess(counterparty=_counterparty(context, answer))

    @mutation("closeCounterparty", "Ends a counterparty for ever. Said again, it changes nothing.")
    def close_counterparty(
        self, info: Info, input: Input[CloseCounterpartyInput]
    ) -> CloseCounterpartySuccess | Refusal:
        context = info.context
        answer = context.bank.counterparties.close(context.actor, str(input.counterparty_id))
        if isinstance(answer, Refusal):
            return answer
        return CloseCounterpartySuccess(counterparty=_counterparty(context, answer))

    @mutation(
        "verifyCounterparty",
        "Begins to prove a counterparty, by a prenote or by micro-entries whose amounts you then confirm.",
    )
    def verify_counterparty(
        self, info: Info, input: Input[VerifyCounterpartyInput]
    ) -> VerifyCounterpartySuccess | Refusal:
        context = info.context
        answer = context.bank.counterparties.start_verification(
            context.actor, str(input.counterparty_id), method=input.method, key=input.idempotency_key
        )
        if isinstance(answer, Refusal):
            return answer
        return VerifyCounterpartySuccess(counterparty=_counterparty(context, answer))

    @mutation(
        "confirmMicroEntries",
        "Tells the amounts of the micro-entries. Each answer with a new key counts, and there are few.",
    )
    def confirm_micro_entries(
        self, info: Info, input: Input[ConfirmMicroEntriesInput]
    ) -> ConfirmMicroEntriesSuccess | Refusal:
        reading, context = Reading(), info.context
        key, amounts = reading.key(input.idempotency_key), reading.cents(input.amounts)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.counterparties.confirm(
            context.actor, str(input.counterparty_id), amounts=amounts, key=key
        )
        if isinstance(answer, Refusal):
            return answer
        return ConfirmMicroEntriesSuccess(counterparty=_counterparty(context, answer))

    @mutation(
        "originateAchCredit",
        "Sends money to an account at another bank by ACH. It is accepted at once, judged, and goes with the next "
        "window; until that is cut off it can be called off.",
    )
    def originate_ach_credit(
        self, info: Info, input: Input[OriginateAchCreditInput]
    ) -> OriginateAchCreditSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _ach_wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.ach.originate_credit(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        return OriginateAchCreditSuccess(payment=credit_view(answer, context.relation(answer.account)))

    @mutation(
        "originateAchDebit",
        "Collects money from an account at another bank by ACH, whose holder has authorised it. It is accepted at "
        "once, judged, and goes with the next window; what comes in is held for some banking days.",
    )
    def originate_ach_debit(
        self, info: Info, input: Input[OriginateAchDebitInput]
    ) -> OriginateAchDebitSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _ach_wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.ach.originate_debit(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        return OriginateAchDebitSuccess(payment=debit_view(answer, context.relation(answer.account)))

    @mutation(
        "reverseAchPayment",
        "Takes back a payment that has settled and was wrong: its amount goes the other way, to the same account, and "
        "is there within five banking days of its settlement or is not sent. The receiver is to be told of it, with "
        "the reason, by the day it settles; that is for you to do.",
    )
    def reverse_ach_payment(
        self, info: Info, input: Input[ReverseAchPaymentInput]
    ) -> ReverseAchPaymentSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        if reading.invalid:
            return reading.invalid
        wish = ReversalWish(reason=input.reason, speed=input.speed, intended_on=input.intended_on)
        answer = context.bank.ach.reversals.reverse(context.actor, str(input.payment_id), wish, key=key)
        return answer if isinstance(answer, Refusal) else ReverseAchPaymentSuccess(payment=_payment(context, answer))

    @mutation("cancelPayment", "Calls a payment off, until its window is cut off. Said again, it changes nothing.")
    def cancel_payment(self, info: Info, input: Input[CancelPaymentInput]) -> CancelPaymentSuccess | Refusal:
        answer = info.context.bank.ach.cancel(info.context.actor, str(input.payment_id))
        return answer if isinstance(answer, Refusal) else CancelPaymentSuccess(payment=_payment(info.context, answer))

    @mutation(
        "confirmPayment",
        "Lets a payment go on that is `AWAITING_STEP_UP`: for who made it, after a new sign-in. Said again, it changes "
        "nothing.",
    )
    def confirm_payment(self, info: Info, input: Input[ConfirmPaymentInput]) -> ConfirmPaymentSuccess | Refusal:
        answer = info.context.bank.ach.confirm(info.context.actor, str(input.payment_id))
        return answer if isinstance(answer, Refusal) else ConfirmPaymentSuccess(payment=_payment(info.context, answer))

    @mutation(
        "returnAchEntry",
        "Takes an entry that came in back from its account and returns it with the next window. Operations only.",
    )
    def return_ach_entry(self, info: Info, input: Input[ReturnAchEntryInput]) -> ReturnAchEntrySuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        if reading.invalid:
            return reading.invalid
        facts = Grounds(
            statement=input.statement_received,
            statement_reviewed_on=input.statement_reviewed_on,
            event_on=input.event_on,
            died_on=input.died_on,
        )
        answer = context.bank.incoming.desk.send_back(
            context.actor, str(input.entry_id), input.decision, key=key, facts=facts
        )
        return answer if isinstance(answer, Refusal) else ReturnAchEntrySuccess(entry=received_entry_view(answer))

    @mutation("assignCase", "Takes a case into your own hands. Said again, it changes nothing. Staff only.")
    def assign_case(self, info: Info, input: Input[AssignCaseInput]) -> AssignCaseSuccess | Refusal:
        answer = info.context.bank.cases.assign(info.context.actor, str(input.case_id))
        return answer if isinstance(answer, Refusal) else AssignCaseSuccess(case=case_view(answer))

    @mutation("releaseCase", "Takes a case out of its owner's hands. Said again, it changes nothing. Staff only.")
    def release_case(self, info: Info, input: Input[ReleaseCaseInput]) -> ReleaseCaseSuccess | Refusal:
        answer = info.context.bank.cases.release(info.context.actor, str(input.case_id))
        return answer if isinstance(answer, Refusal) else ReleaseCaseSuccess(case=case_view(answer))

    @mutation(
        "resolveCase",
        "Decides a case. Where it wants a second person, this asks for their approval, and their approving resolves "
        "it. Staff only.",
    )
    def resolve_case(self, info: Info, input: Input[ResolveCaseInput]) -> ResolveCaseSuccess | Refusal:
        answer = info.context.bank.cases.resolve(
            info.context.actor,
            str(input.case_id),
            code=input.resolution,
            reason=input.reason,
            key=input.idempotency_key,
        )
        return answer if isinstance(answer, Refusal) else ResolveCaseSuccess(case=case_view(answer))

    @mutation(
        "giveApproval",
        "Approves what another person of your group has asked for, and begins it when nobody else must approve it. "
        "Said again, it does nothing twice. Staff only.",
    )
    def give_approval(self, info: Info, input: Input[GiveApprovalInput]) -> GiveApprovalSuccess | Refusal:
        answer = _decided(info.context, input, Verdict.APPROVE)
        return answer if isinstance(answer, Refusal) else GiveApprovalSuccess(approval=approval_view(answer))

    @mutation(
        "refuseApproval",
        "Refuses what another person of your group has asked for. Said again, it changes nothing. Staff only.",
    )
    def refuse_approval(self, info: Info, input: Input[RefuseApprovalInput]) -> RefuseApprovalSuccess | Refusal:
        answer = _decided(info.context, input, Verdict.REFUSE)
        return answer if isinstance(answer, Refusal) else RefuseApprovalSuccess(approval=approval_view(answer))

    @mutation(
        "replayPartnerDelivery",
        "Has a delivery that is quarantined or failed processed again, as it is or mended. Operations only.",
    )
    def replay_partner_delivery(
        self, info: Info, input: Input[ReplayPartnerDeliveryInput]
    ) -> ReplayPartnerDeliverySuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        if reading.invalid:
            return reading.invalid
        body = None if input.body is None else input.body.encode(errors="surrogatepass")
        answer = context.bank.partners.replay(context.actor, delivery=str(input.delivery_id), key=key, body=body)
        if isinstance(answer, Refusal):
            return answer
        return ReplayPartnerDeliverySuccess(delivery=delivery_view(answer.delivery), replayed=answer.again)


def _counterparty(context: Context, counterparty: Counterparty) -> CounterpartyView:
    return counterparty_view(context.seen_counterparty(counterparty))


def _decided(context: Context, given: GiveApprovalInput | RefuseApprovalInput, verdict: Verdict) -> Approval | Refusal:
    return context.bank.approvals.decide(
        context.actor, str(given.approval_id), verdict=verdict, fingerprint=given.fingerprint
    )


def _wish(reading: Reading, given: TransferInput) -> Wish:
    return Wish(
        source=str(given.source_id),
        destination=reading.destination(given.destination),
        amount=reading.money(given.amount),
        memo=given.memo,
    )


def _ach_wish(reading: Reading, given: OriginateAchCreditInput) -> AchWish:
    return AchWish(
        account=str(given.account_id),
        counterparty=str(given.counterparty_id),
        amount=reading.money(given.amount),
        sec=given.sec_code.value,
        speed=given.speed,
        description=given.description,
        remittance=given.remittance,
        recurring=given.recurring,
        purpose=given.purpose,
        duplicate_intended=given.duplicate_intended,
    )


def _payment(context: Context, payment: Payment) -> PaymentView:
    context.concerns(payment.account)
    return payment_view(payment, context.relation(payment.account))


def _changed(context: Context, account: Account) -> AccountView:
    context.concerns(account.id)
    return account_view(SeenAccount(account, context.relation(account.id)))


def _after(context: Context, account_id: str, state: State | None) -> AccountView:
    """The account as this very request left it."""
    record = context.records([account_id])[account_id]
    if record is None or state is None:
        raise RuntimeError(f"{account_id} was posted to and has no record or no state")
    return _changed(context, Account(record, state))


def _hold(context: Context, change: HoldChange) -> HoldView | None:
    if change.hold is None:
        return None
    return HoldView(
        hold=change.hold,
        account=change.account,
        currency=change.state.currency,
        stands=context.relation(change.account),
    )


def _order(context: Context, order: TransferOrder) -> TransferOrderView:
    context.concerns(order.source)
    return order_view(order, context.relation(order.source))
