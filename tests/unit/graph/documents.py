"""Operations that the tests ask again and again."""

from typing import Any

from domain.accounts.model import Account

REFUSAL = "__typename ... on Refusal { code message retryable } ... on InputInvalid { fields { path code message } }"

OPEN = f"""mutation($input: OpenAccountInput!) {{ openAccount(input: $input) {{ {REFUSAL}
  ... on OpenAccountSuccess {{ account {{ id number status ledgerBalance {{ amount currency }} }} }} }} }}"""
TRANSFER = f"""mutation($input: TransferInput!) {{ transfer(input: $input) {{ {REFUSAL}
  ... on LimitExceeded {{ limit most {{ amount }} }}
  ... on WrongRegion {{ region address }}
  ... on TransferSuccess {{ replayed source {{ availableBalance {{ amount }} }}
    transfer {{ id amount {{ amount }} sourceId destinationId memo
      source {{ name }} destination {{ name maskedNumber }} }} }}
}} }}"""
PREVIEW = f"""mutation($input: PreviewTransferInput!) {{ previewTransfer(input: $input) {{ {REFUSAL}
  ... on PreviewTransferSuccess {{ source {{ availableBalance {{ amount }} }} transfer {{ id amount {{ amount }} }} }}
}} }}"""
SCHEDULE = f"""mutation($input: ScheduleTransferInput!) {{ scheduleTransfer(input: $input) {{ {REFUSAL}
  ... on ScheduleTransferSuccess {{ order {{ id status nextOn memo amount {{ amount }} destination {{ name }}
    schedule {{ rhythm startsOn dayOfMonth endsOn count }} }} }} }} }}"""
CANCEL = f"""mutation($input: CancelTransferOrderInput!) {{ cancelTransferOrder(input: $input) {{ {REFUSAL}
  ... on CancelTransferOrderSuccess {{ order {{ id status nextOn }} }} }} }}"""
PLACE = f"""mutation($input: PlaceHoldInput!) {{ placeHold(input: $input) {{ {REFUSAL}
  ... on PlaceHoldSuccess {{ holdId replayed hold {{ id remaining {{ amount }} expiresAt }}
    account {{ heldBalance {{ amount }} availableBalance {{ amount }} }} }} }} }}"""
CAPTURE = f"""mutation($input: CaptureHoldInput!) {{ captureHold(input: $input) {{ {REFUSAL}
  ... on HoldTooSmall {{ holdId remaining {{ amount }} }}
  ... on CaptureHoldSuccess {{ amount {{ amount }} journalId hold {{ id remaining {{ amount }} }}
    account {{ ledgerBalance {{ amount }} heldBalance {{ amount }} }} }} }} }}"""
RELEASE = f"""mutation($input: ReleaseHoldInput!) {{ releaseHold(input: $input) {{ {REFUSAL}
  ... on ReleaseHoldSuccess {{ journalId account {{ heldBalance {{ amount }} }} }} }} }}"""
REVERSE = f"""mutation($input: ReverseJournalInput!) {{ reverseJournal(input: $input) {{ {REFUSAL}
  ... on ReverseJournalSuccess {{ journal {{ id reverses amount {{ amount }} }} original {{ id }} replayed }} }} }}"""
FREEZE = f"""mutation($input: FreezeAccountInput!) {{ freezeAccount(input: $input) {{ {REFUSAL}
  ... on FreezeAccountSuccess {{ account {{ status }} }} }} }}"""
THAW = f"""mutation($input: ThawAccountInput!) {{ thawAccount(input: $input) {{ {REFUSAL}
  ... on ThawAccountSuccess {{ account {{ status }} }} }} }}"""
CLOSE = f"""mutation($input: CloseAccountInput!) {{ closeAccount(input: $input) {{ {REFUSAL}
  ... on CloseAccountSuccess {{ account {{ status }} }} }} }}"""

_COUNTERPARTY = """counterparty { id name routingNumber maskedNumber accountType holderKind status
  verification { method status attempt liveFrom failure answersUsed answersAllowed } }"""
ADD_COUNTERPARTY = f"""mutation($input: AddCounterpartyInput!) {{ addCounterparty(input: $input) {{ {REFUSAL}
  ... on CounterpartyExists {{ counterpartyId }}
  ... on AddCounterpartySuccess {{ {_COUNTERPARTY} }} }} }}"""
CLOSE_COUNTERPARTY = f"""mutation($input: CloseCounterpartyInput!) {{ closeCounterparty(input: $input) {{ {REFUSAL}
  ... on CloseCounterpartySuccess {{ {_COUNTERPARTY} }} }} }}"""
VERIFY = f"""mutation($input: VerifyCounterpartyInput!) {{ verifyCounterparty(input: $input) {{ {REFUSAL}
  ... on VerifyCounterpartySuccess {{ {_COUNTERPARTY} }} }} }}"""
CONFIRM = f"""mutation($input: ConfirmMicroEntriesInput!) {{ confirmMicroEntries(input: $input) {{ {REFUSAL}
  ... on AmountsWrong {{ answersLeft }}
  ... on ConfirmMicroEntriesSuccess {{ {_COUNTERPARTY} }} }} }}"""
CASE = """id kind title group subjectKind subjectId state owner facts { label value } choices { code secondPerson }
  resolution { code reason person stage approvalId checker } history { person happened detail }"""
APPROVAL = """id subjectKind subjectId action group maker state checkersNeeded checks { person verdict }
  shown { label value } fingerprint"""
ASSIGN_CASE = f"""mutation($input: AssignCaseInput!) {{ assignCase(input: $input) {{ {REFUSAL}
  ... on AssignCaseSuccess {{ case {{ {CASE} }} }} }} }}"""
RELEASE_CASE = f"""mutation($input: ReleaseCaseInput!) {{ releaseCase(input: $input) {{ {REFUSAL}
  ... on ReleaseCaseSuccess {{ case {{ {CASE} }} }} }} }}"""
RESOLVE_CASE = f"""mutation($input: ResolveCaseInput!) {{ resolveCase(input: $input) {{ {REFUSAL}
  ... on ResolutionPending {{ caseId approvalId }} ... on CaseResolved {{ caseId resolution }}
  ... on ResolveCaseSuccess {{ case {{ {CASE} }} }} }} }}"""
GIVE_APPROVAL = f"""mutation($input: GiveApprovalInput!) {{ giveApproval(input: $input) {{ {REFUSAL}
  ... on GiveApprovalSuccess {{ approval {{ {APPROVAL} }} }} }} }}"""
REFUSE_APPROVAL = f"""mutation($input: RefuseApprovalInput!) {{ refuseApproval(input: $input) {{ {REFUSAL}
  ... on RefuseApprovalSuccess {{ approval {{ {APPROVAL} }} }} }} }}"""
CASES = f"""query($kind: CaseKind, $state: CaseState, $mine: Boolean! = false, $first: Int! = 25, $after: Cursor) {{
  cases(kind: $kind, state: $state, mine: $mine, first: $first, after: $after) {{
    edges {{ node {{ {CASE} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
APPROVALS = f"""query($state: ApprovalState! = PENDING, $first: Int! = 25, $after: Cursor) {{
  approvals(state: $state, first: $first, after: $after) {{
    edges {{ node {{ {APPROVAL} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
_PAYMENT = """payment { __typename id accountId counterparty { id name } counterpartyNumber amount { amount } status
  secCode description remittance reasonCode cancellable settlesOn traceNumber fileId
  timeline { edges { node { event status by facts { label value } } } } }"""
ORIGINATE_CREDIT = f"""mutation($input: OriginateAchCreditInput!) {{ originateAchCredit(input: $input) {{ {REFUSAL}
  ... on DuplicateSuspected {{ paymentId }} ... on AchNotEligible {{ reasonCode }}
  ... on PaymentKeyReused {{ paymentId }} ... on CounterpartyNotVerified {{ counterpartyId status }}
  ... on OriginateAchCreditSuccess {{ {_PAYMENT} }} }} }}"""
ORIGINATE_DEBIT = f"""mutation($input: OriginateAchDebitInput!) {{ originateAchDebit(input: $input) {{ {REFUSAL}
  ... on OriginateAchDebitSuccess {{ {_PAYMENT} }} }} }}"""
REVERSE_PAYMENT = f"""mutation($input: ReverseAchPaymentInput!) {{ reverseAchPayment(input: $input) {{ {REFUSAL}
  ... on AchNotEligible {{ reasonCode }}
  ... on ReverseAchPaymentSuccess {{ {_PAYMENT} }} }} }}"""
CANCEL_PAYMENT = f"""mutation($input: CancelPaymentInput!) {{ cancelPayment(input: $input) {{ {REFUSAL}
  ... on PaymentNotCancellable {{ paymentId state }}
  ... on CancelPaymentSuccess {{ {_PAYMENT} }} }} }}"""
CONFIRM_PAYMENT = f"""mutation($input: ConfirmPaymentInput!) {{ confirmPayment(input: $input) {{ {REFUSAL}
  ... on PaymentNotAwaitingStepUp {{ paymentId state }} ... on StepUpRequired {{ since }}
  ... on ConfirmPaymentSuccess {{ {_PAYMENT} }} }} }}"""
RETURN_ENTRY = f"""mutation($input: ReturnAchEntryInput!) {{ returnAchEntry(input: $input) {{ {REFUSAL}
  ... on AnswerNotAllowed {{ reasonCode }} ... on EntryNotPending {{ state }}
  ... on ReturnAchEntrySuccess {{ entry {{ id status returnCode returnBy reasonCode askedBy accountId }} }} }} }}"""
REPLAY = f"""mutation($input: ReplayPartnerDeliveryInput!) {{ replayPartnerDelivery(input: $input) {{ {REFUSAL}
  ... on DeliveryNotReplayable {{ state }}
  ... on ReplayPartnerDeliverySuccess {{ replayed
    delivery {{ id state attempts body signedByPartner mendsId replayedBy discardedBy }} }} }} }}"""


def dollars(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def by_numbers(account: Account) -> dict[str, Any]:
    return {
        "bankAccount": {
            "routingNumber": account.record.routing_number,
            "accountNumber": account.record.number,
        }
    }


def counterparty_input(*, key: str = "c-1", **more: Any) -> dict[str, Any]:
    return {
        "idempotencyKey": key,
        "name": "Grace Hopper",
        "routingNumber": "091000019",
        "accountNumber": "Chk-00123456789",
        "accountType": "CHECKING",
        "holderKind": "CONSUMER",
        **more,
    }


def ach_input(
    account: str, counterparty: str, amount: str = "25.00", *, key: str = "p-1", **more: Any
) -> dict[str, Any]:
    return {
        "idempotencyKey": key,
        "accountId": account,
        "counterpartyId": counterparty,
        "amount": dollars(amount),
        "secCode": "WEB",
        "description": "RENT",
        **more,
    }


def transfer_input(
    source: Account, destination: Account, amount: str, *, key: str = "t-1", **more: Any
) -> dict[str, Any]:
    return {
        "idempotencyKey": key,
        "sourceId": source.id,
        "destination": by_numbers(destination),
        "amount": dollars(amount),
        **more,
    }
