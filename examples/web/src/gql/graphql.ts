/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What an account can do. The set may grow. */
export type AccountStatus =
  /** Takes debits and credits. */
  | 'OPEN'
  /** Takes credits only. */
  | 'DEBITS_FROZEN'
  /** Takes neither, but for what the bank may not refuse. */
  | 'FROZEN'
  /** Ended, for ever, at a balance of zero. */
  | 'CLOSED';

/** An account of this bank by its numbers. */
export type BankAccountInput = {
  /** 9 digits. */
  readonly routingNumber: string;
  /** 12 digits. */
  readonly accountNumber: string;
};

/** A transfer order to be ended. */
export type CancelTransferOrderInput = {
  /** The order (`ord_…`, at most 64 characters). */
  readonly orderId: string;
};

/** The account that receives: exactly one of the two. */
export type DestinationInput =
  {   /** An account that you may see, such as another one of your own (`acc_…`, at most 64 characters). */
  readonly accountId: string; readonly bankAccount?: never; }
  |  { readonly accountId?: never;   /** Any account of this bank, by its numbers. */
  readonly bankAccount: BankAccountInput; };

/** An amount of money to be moved: more than zero. */
export type MoneyInput = {
  /** Decimal text, more than zero, at most 18 digits before the point and the currency's own after it. */
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
};

/** A transfer to be looked at, not made. */
export type PreviewTransferInput = {
  /** Names this request: 1 to 128 printable ASCII characters without spaces. The same key with the same input gives the same answer and acts once. */
  readonly idempotencyKey: string;
  /** The account that pays: one you own (`acc_…`, at most 64 characters). */
  readonly sourceId: string;
  /** The account that receives. */
  readonly destination: DestinationInput;
  /** How much, in the currency of both accounts. */
  readonly amount: MoneyInput;
  /** A message to the receiver, 1 to 140 characters, kept as it is. */
  readonly memo?: string | null | undefined;
};

/** What kind of account it is. The set may grow. */
export type Product =
  /** For daily payments. */
  | 'CHECKING'
  /** For money that stays. */
  | 'SAVINGS';

/** What a refusal is, for programs. The set may grow: treat an unknown code by `retryable`. */
export type RefusalCode =
  /** The account's available balance does not cover the amount. Kept as the answer of the key. */
  | 'INSUFFICIENT_FUNDS'
  /** The account is frozen for this kind of posting. Kept as the answer of the key. */
  | 'ACCOUNT_FROZEN'
  /** The account is closed. Kept as the answer of the key. */
  | 'ACCOUNT_CLOSED'
  /** The receiving account cannot take the payment; why is not the payer's business. Kept as the answer of the key. */
  | 'DESTINATION_UNAVAILABLE'
  /** The amount is over one of the account's limits. Kept as the answer of the key. */
  | 'LIMIT_EXCEEDED'
  /** The account has no open hold of this id. Kept as the answer of the key. */
  | 'HOLD_UNKNOWN'
  /** The hold has expired. Kept as the answer of the key. */
  | 'HOLD_EXPIRED'
  /** The amount is more than what remains of the hold. Kept as the answer of the key. */
  | 'HOLD_TOO_SMALL'
  /** The account has as many open holds as it may have. Kept as the answer of the key. */
  | 'TOO_MANY_HOLDS'
  /** The journal has less left to reverse than the amount. Kept as the answer of the key. */
  | 'NOTHING_TO_REVERSE'
  /** A journal of this kind is not reversed, or not in part. Kept as the answer of the key. */
  | 'NOT_REVERSIBLE'
  /** An account is closed only at a ledger balance of zero. Kept as the answer of the key. */
  | 'BALANCE_NOT_ZERO'
  /** An account with open holds is not closed. Kept as the answer of the key. */
  | 'HOLDS_OPEN'
  /** The account's credits are batched; it is switched back before it is closed. Kept as the answer of the key. */
  | 'CREDITS_BATCHED'
  /** The account is in the wanted state already. Kept as the answer of the key. */
  | 'ALREADY_SO'
  /** A security check declined the payment as it was asked for. It may be made otherwise, with a new key. Kept as the answer of the key. */
  | 'PAYMENT_DECLINED'
  /** A security check blocked the payment. Kept as the answer of the key. */
  | 'PAYMENT_BLOCKED'
  /** The customer must prove again who they are: sign in anew (a refreshed token proves nothing), then send the same request with the same key. Nothing was done. */
  | 'STEP_UP_REQUIRED'
  /** The amount is held and the bank looks at the transfer. The same request with the same key later answers what became of it; a notice tells too. */
  | 'TRANSFER_IN_REVIEW'
  /** The transfer is being held for a look by the bank, and that is not done yet. Ask again with the same key. */
  | 'REVIEW_DELAYED'
  /** The input says something the bank cannot take. Nothing was done; the key stays usable. */
  | 'INPUT_INVALID'
  /** There is no such object, or you may not know of it: both look the same. */
  | 'NOT_FOUND'
  /** You may not do this. */
  | 'NOT_ALLOWED'
  /** The idempotency key was used for another request. Nothing was done; use a new key. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The accounts of a posting must differ. */
  | 'SAME_ACCOUNT'
  /** The amount is not in the account's currency. */
  | 'CURRENCY_MISMATCH'
  /** The account lives in another region; ask there. Nothing was done; the key stays usable. */
  | 'WRONG_REGION'
  /** Transfers between accounts of two regions are not supported yet. Nothing was done. */
  | 'CROSS_REGION_NOT_SUPPORTED'
  /** Others post to the account faster than this request could. Nothing was done; try again with the same key. */
  | 'TRY_AGAIN'
  /** It may or may not have been done. Ask again with the same key: it is not done twice. */
  | 'OUTCOME_UNKNOWN'
  /** The bank's clock is uncertain. Nothing was done; try again with the same key. */
  | 'CLOCK_UNCERTAIN'
  /** The idempotency key opened another account for this customer; use a new key for a new account. */
  | 'ACCOUNT_KEY_REUSED'
  /** The product is not offered in this currency to this kind of customer. */
  | 'PRODUCT_UNAVAILABLE'
  /** What is asked for belongs to another jurisdiction than the person: an account with a routing number is at a bank in the United States, and so are its owners here. */
  | 'JURISDICTION_MISMATCH'
  /** The customer's personal data was erased: nothing more is opened for them. */
  | 'CUSTOMER_ERASED'
  /** The personal data of the customer who holds the account was erased: nothing new is sealed, such as a memo. */
  | 'SHREDDED'
  /** The idempotency key was used for another request about a counterparty; use a new key for a new request. */
  | 'COUNTERPARTY_KEY_REUSED'
  /** You have added this account already, and not closed it. */
  | 'COUNTERPARTY_EXISTS'
  /** The counterparty is closed. */
  | 'COUNTERPARTY_CLOSED'
  /** The counterparty is verified already. */
  | 'COUNTERPARTY_VERIFIED'
  /** A verification of the counterparty is going on: it ends, or expires, before another one begins. */
  | 'VERIFICATION_UNDERWAY'
  /** This account was tried as often as it may be, also under counterparties that you have closed. */
  | 'VERIFICATIONS_EXHAUSTED'
  /** No micro-entries of the counterparty wait for their amounts: none were sent, or it is decided. */
  | 'NOTHING_TO_CONFIRM'
  /** These are not the amounts of the micro-entries. The answer was counted. */
  | 'AMOUNTS_WRONG'
  /** Nothing of the counterparty is proved yet, or its first day is still to come. */
  | 'COUNTERPARTY_NOT_VERIFIED'
  /** The counterparty is a loan account: it is paid, not collected from. */
  | 'COUNTERPARTY_CREDIT_ONLY'
  /** The idempotency key was used for another payment; use a new key for a new payment. */
  | 'PAYMENT_KEY_REUSED'
  /** The payment has gone too far to be called off, or has ended. */
  | 'PAYMENT_NOT_CANCELLABLE'
  /** The payment does not wait to be confirmed, or the time for that is over. */
  | 'PAYMENT_NOT_AWAITING_STEP_UP'
  /** A step of the payment is being made right now. Nothing was done; try again. */
  | 'PAYMENT_BUSY'
  /** The same amount went to the same counterparty a short while ago. Nothing was done; say that it is intended with the same key. */
  | 'DUPLICATE_SUSPECTED'
  /** The entry may not be made like this: its amount, its class or its speed is over a limit or does not fit. */
  | 'ACH_NOT_ELIGIBLE'
  /** The entry that came in is not posted, or goes back because somebody else had it sent back. */
  | 'ENTRY_NOT_PENDING'
  /** The rules do not let the entry go back like this, or its account does not give the money up. */
  | 'ANSWER_NOT_ALLOWED'
  /** The idempotency key had the entry sent back for another reason; use a new key for a new request. */
  | 'RETURN_KEY_REUSED'
  /** The idempotency key was used for another transfer order; use a new key for a new order. */
  | 'ORDER_KEY_REUSED'
  /** The transfer order has ended already. */
  | 'ORDER_ENDED'
  /** Who asked for an approval does not give it, nor refuse it. */
  | 'MAKER_CANNOT_CHECK'
  /** The approval is about something else than what was shown, or what it is about has moved on. */
  | 'APPROVAL_MISMATCH'
  /** The approval is decided, used or expired, or you have said otherwise before. */
  | 'APPROVAL_NOT_PENDING'
  /** The approval that this key has asked for was refused or has expired; use a new key. */
  | 'APPROVAL_NOT_GIVEN'
  /** Others are deciding on the approval right now. Nothing was done; try again. */
  | 'APPROVAL_BUSY'
  /** The idempotency key asked for another approval; use a new key for a new request. */
  | 'APPROVAL_KEY_REUSED'
  /** Somebody else owns the case; it is released first. */
  | 'CASE_TAKEN'
  /** The case is resolved, or is being resolved. */
  | 'CASE_RESOLVED'
  /** Another resolution of the case waits for a second person, who approves or refuses it first. */
  | 'RESOLUTION_PENDING'
  /** A case of this kind is not resolved in this way; its `choices` are. */
  | 'RESOLUTION_UNAVAILABLE'
  /** The idempotency key resolved the case in another way; use a new key for another resolution. */
  | 'RESOLUTION_KEY_REUSED'
  /** Whoever waits for the resolution cannot act on it. The case stays open; use a new key for another resolution. */
  | 'RESOLUTION_NOT_CARRIED_OUT'
  /** The resolution stands, and is carried out later: by asking again, and by itself. */
  | 'RESOLUTION_DELAYED'
  /** Others are working on the case right now. Nothing was done; try again. */
  | 'CASE_BUSY'
  /** Only a delivery that is quarantined or failed is replayed. Nothing was done. */
  | 'DELIVERY_NOT_REPLAYABLE'
  /** The idempotency key was used for another replay; use a new key for a new one. */
  | 'REPLAY_KEY_REUSED'
  /** The delivery is changing right now. Nothing was replayed; try again with the same key. */
  | 'DELIVERY_BUSY'
  /** This is not done with a version that is what this one is. */
  | 'FRAUD_VERSION_STATE'
  /** The version lacks what a promotion needs; its `gate` says what. Nothing was promoted. */
  | 'FRAUD_GATE_CLOSED'
  /** There is no version to go back to. */
  | 'NO_FRAUD_VERSION_BEFORE'
  /** The version that was to be ended does not decide any more. Nothing was rolled back. */
  | 'FRAUD_VERSION_NOT_CHAMPION'
  /** The rule is silenced for nobody. Nothing was snoozed. */
  | 'FRAUD_RULE_NOT_OVERRIDABLE'
  /** There are as many as there may be. */
  | 'FRAUD_LIMIT_REACHED'
  /** The idempotency key made another version; use a new key for a new one. */
  | 'FRAUD_KEY_REUSED'
  /** A document that this needs cannot be read right now. Nothing was changed; try again. */
  | 'FRAUD_DOCUMENT_UNREAD'
  /** Others are changing the same right now. Nothing was changed; try again. */
  | 'FRAUD_REGISTRY_BUSY';

/** How you stand to an account. */
export type Relation =
  /** It was opened for you. */
  | 'OWNER'
  /** You own it together with others. */
  | 'JOINT_OWNER'
  /** You may look at it. */
  | 'DELEGATE'
  /** None of these; staff are strangers to every account. */
  | 'STRANGER';

/** How often a transfer order is due. */
export type Rhythm =
  /** On one day. */
  | 'ONCE'
  /** Every seven days. */
  | 'WEEKLY'
  /** Once a month, on the last day of months that are too short. */
  | 'MONTHLY';

/** On which days a transfer order is due. */
export type ScheduleInput = {
  /** How often. */
  readonly rhythm: Rhythm;
  /** The first day: tomorrow at the earliest, 731 days ahead at the latest. */
  readonly startsOn: string;
  /** Of a monthly order: 1 to 31, the last day in months that are shorter. That of `startsOn` when not given. */
  readonly dayOfMonth?: number | null | undefined;
  /** The last day it can be due. Not together with `count`. */
  readonly endsOn?: string | null | undefined;
  /** How many times, 1 to 1200. Not together with `endsOn`. */
  readonly count?: number | null | undefined;
};

/** A transfer to be made later, once or again and again. */
export type ScheduleTransferInput = {
  /** Names this request: 1 to 128 printable ASCII characters without spaces. The same key with the same input gives the same answer and acts once. */
  readonly idempotencyKey: string;
  /** The account that pays: one you own (`acc_…`, at most 64 characters). */
  readonly sourceId: string;
  /** The account that receives. */
  readonly destination: DestinationInput;
  /** How much, in the currency of both accounts. */
  readonly amount: MoneyInput;
  /** A message to the receiver, 1 to 140 characters, kept as it is. */
  readonly memo?: string | null | undefined;
  /** On which days. */
  readonly schedule: ScheduleInput;
};

/** Money to be moved from one account to another. */
export type TransferInput = {
  /** Names this request: 1 to 128 printable ASCII characters without spaces. The same key with the same input gives the same answer and acts once. */
  readonly idempotencyKey: string;
  /** The account that pays: one you own (`acc_…`, at most 64 characters). */
  readonly sourceId: string;
  /** The account that receives. */
  readonly destination: DestinationInput;
  /** How much, in the currency of both accounts. */
  readonly amount: MoneyInput;
  /** A message to the receiver, 1 to 140 characters, kept as it is. */
  readonly memo?: string | null | undefined;
};

/** Whether a transfer order goes on. The set may grow. */
export type TransferOrderStatus =
  /** Its next transfer is to come. */
  | 'ACTIVE'
  /** Its last transfer has been. */
  | 'DONE'
  /** It was cancelled. */
  | 'CANCELLED';

/** How a transfer stands that the bank looks at before it is made. The set may grow. */
export type TransferReviewStatus =
  /** Its amount is held. */
  | 'IN_REVIEW'
  /** It was made, out of what was held. */
  | 'MADE'
  /** It was declined, and nothing is held for it. */
  | 'DECLINED'
  /** The account, or the one to be paid, could not make it. Nothing is held for it. */
  | 'REFUSED';

export type AccountsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AccountsQuery = { readonly viewer: { readonly person: string, readonly customer: { readonly name: string | null } | null, readonly accounts: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly number: string, readonly routingNumber: string, readonly product: Product, readonly currency: string, readonly status: AccountStatus, readonly relation: Relation, readonly ledgerBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } };

export type AccountPartsFragment = { readonly id: string, readonly number: string, readonly routingNumber: string, readonly product: Product, readonly currency: string, readonly status: AccountStatus, readonly relation: Relation, readonly ledgerBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } };

export type MoneyPartsFragment = { readonly minorUnits: string, readonly currency: string, readonly exponent: number };

export type AllOrdersQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AllOrdersQuery = { readonly viewer: { readonly accounts: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly transferOrders: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly memo: string | null, readonly status: TransferOrderStatus, readonly nextOn: string | null, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly destination: { readonly name: string }, readonly schedule: { readonly rhythm: Rhythm, readonly startsOn: string, readonly endsOn: string | null, readonly count: number | null } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } };

export type OrdersQueryVariables = Exact<{
  accountId: string;
  after?: string | null | undefined;
}>;


export type OrdersQuery = { readonly account:
    | { readonly __typename: 'Account', readonly transferOrders: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly memo: string | null, readonly status: TransferOrderStatus, readonly nextOn: string | null, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly destination: { readonly name: string }, readonly schedule: { readonly rhythm: Rhythm, readonly startsOn: string, readonly endsOn: string | null, readonly count: number | null } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } }
    | { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
   };

export type ScheduleTransferMutationVariables = Exact<{
  input: ScheduleTransferInput;
}>;


export type ScheduleTransferMutation = { readonly scheduleTransfer:
    | { readonly __typename: 'ScheduleTransferSuccess', readonly order: { readonly id: string, readonly memo: string | null, readonly status: TransferOrderStatus, readonly nextOn: string | null, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly destination: { readonly name: string }, readonly schedule: { readonly rhythm: Rhythm, readonly startsOn: string, readonly endsOn: string | null, readonly count: number | null } } }
    | { readonly __typename: 'InputInvalid', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'NotAllowed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'CrossRegionNotSupported', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'SameAccount', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'CurrencyMismatch', readonly accountCurrency: string, readonly amountCurrency: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'IdempotencyKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'Shredded', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OrderKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
   };

export type CancelTransferOrderMutationVariables = Exact<{
  input: CancelTransferOrderInput;
}>;


export type CancelTransferOrderMutation = { readonly cancelTransferOrder:
    | { readonly __typename: 'CancelTransferOrderSuccess', readonly order: { readonly id: string, readonly memo: string | null, readonly status: TransferOrderStatus, readonly nextOn: string | null, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly destination: { readonly name: string }, readonly schedule: { readonly rhythm: Rhythm, readonly startsOn: string, readonly endsOn: string | null, readonly count: number | null } } }
    | { readonly __typename: 'InputInvalid', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'NotAllowed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OrderEnded', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'TryAgain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
   };

export type OrderPartsFragment = { readonly id: string, readonly memo: string | null, readonly status: TransferOrderStatus, readonly nextOn: string | null, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly destination: { readonly name: string }, readonly schedule: { readonly rhythm: Rhythm, readonly startsOn: string, readonly endsOn: string | null, readonly count: number | null } };

export type OrderPageFragment = { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly memo: string | null, readonly status: TransferOrderStatus, readonly nextOn: string | null, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly destination: { readonly name: string }, readonly schedule: { readonly rhythm: Rhythm, readonly startsOn: string, readonly endsOn: string | null, readonly count: number | null } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } };

type RefusalParts_AccountClosed_Fragment = { readonly __typename: 'AccountClosed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_AccountFrozen_Fragment = { readonly __typename: 'AccountFrozen', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_AccountKeyReused_Fragment = { readonly __typename: 'AccountKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_AchNotEligible_Fragment = { readonly __typename: 'AchNotEligible', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_AlreadySo_Fragment = { readonly __typename: 'AlreadySo', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_AmountsWrong_Fragment = { readonly __typename: 'AmountsWrong', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_AnswerNotAllowed_Fragment = { readonly __typename: 'AnswerNotAllowed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ApprovalBusy_Fragment = { readonly __typename: 'ApprovalBusy', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ApprovalKeyReused_Fragment = { readonly __typename: 'ApprovalKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ApprovalMismatch_Fragment = { readonly __typename: 'ApprovalMismatch', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ApprovalNotGiven_Fragment = { readonly __typename: 'ApprovalNotGiven', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ApprovalNotPending_Fragment = { readonly __typename: 'ApprovalNotPending', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_BalanceNotZero_Fragment = { readonly __typename: 'BalanceNotZero', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CaseBusy_Fragment = { readonly __typename: 'CaseBusy', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CaseResolved_Fragment = { readonly __typename: 'CaseResolved', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CaseTaken_Fragment = { readonly __typename: 'CaseTaken', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ClockUncertain_Fragment = { readonly __typename: 'ClockUncertain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CounterpartyClosed_Fragment = { readonly __typename: 'CounterpartyClosed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CounterpartyCreditOnly_Fragment = { readonly __typename: 'CounterpartyCreditOnly', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CounterpartyExists_Fragment = { readonly __typename: 'CounterpartyExists', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CounterpartyKeyReused_Fragment = { readonly __typename: 'CounterpartyKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CounterpartyNotVerified_Fragment = { readonly __typename: 'CounterpartyNotVerified', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CounterpartyVerified_Fragment = { readonly __typename: 'CounterpartyVerified', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CreditsBatched_Fragment = { readonly __typename: 'CreditsBatched', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CrossRegionNotSupported_Fragment = { readonly __typename: 'CrossRegionNotSupported', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CurrencyMismatch_Fragment = { readonly __typename: 'CurrencyMismatch', readonly accountCurrency: string, readonly amountCurrency: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_CustomerErased_Fragment = { readonly __typename: 'CustomerErased', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_DeliveryBusy_Fragment = { readonly __typename: 'DeliveryBusy', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_DeliveryNotReplayable_Fragment = { readonly __typename: 'DeliveryNotReplayable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_DestinationUnavailable_Fragment = { readonly __typename: 'DestinationUnavailable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_DuplicateSuspected_Fragment = { readonly __typename: 'DuplicateSuspected', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_EntryNotPending_Fragment = { readonly __typename: 'EntryNotPending', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudDocumentUnread_Fragment = { readonly __typename: 'FraudDocumentUnread', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudGateClosed_Fragment = { readonly __typename: 'FraudGateClosed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudKeyReused_Fragment = { readonly __typename: 'FraudKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudLimitReached_Fragment = { readonly __typename: 'FraudLimitReached', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudRegistryBusy_Fragment = { readonly __typename: 'FraudRegistryBusy', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudRuleNotOverridable_Fragment = { readonly __typename: 'FraudRuleNotOverridable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudVersionNotChampion_Fragment = { readonly __typename: 'FraudVersionNotChampion', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_FraudVersionState_Fragment = { readonly __typename: 'FraudVersionState', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_HoldExpired_Fragment = { readonly __typename: 'HoldExpired', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_HoldTooSmall_Fragment = { readonly __typename: 'HoldTooSmall', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_HoldUnknown_Fragment = { readonly __typename: 'HoldUnknown', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_HoldsOpen_Fragment = { readonly __typename: 'HoldsOpen', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_IdempotencyKeyReused_Fragment = { readonly __typename: 'IdempotencyKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_InputInvalid_Fragment = { readonly __typename: 'InputInvalid', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string }> };

type RefusalParts_InsufficientFunds_Fragment = { readonly __typename: 'InsufficientFunds', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_JurisdictionMismatch_Fragment = { readonly __typename: 'JurisdictionMismatch', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_LimitExceeded_Fragment = { readonly __typename: 'LimitExceeded', readonly limit: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly most: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } };

type RefusalParts_MakerCannotCheck_Fragment = { readonly __typename: 'MakerCannotCheck', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_NoFraudVersionBefore_Fragment = { readonly __typename: 'NoFraudVersionBefore', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_NotAllowed_Fragment = { readonly __typename: 'NotAllowed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_NotFound_Fragment = { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_NotReversible_Fragment = { readonly __typename: 'NotReversible', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_NothingToConfirm_Fragment = { readonly __typename: 'NothingToConfirm', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_NothingToReverse_Fragment = { readonly __typename: 'NothingToReverse', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_OrderEnded_Fragment = { readonly __typename: 'OrderEnded', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_OrderKeyReused_Fragment = { readonly __typename: 'OrderKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_OutcomeUnknown_Fragment = { readonly __typename: 'OutcomeUnknown', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_PaymentBlocked_Fragment = { readonly __typename: 'PaymentBlocked', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_PaymentBusy_Fragment = { readonly __typename: 'PaymentBusy', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_PaymentDeclined_Fragment = { readonly __typename: 'PaymentDeclined', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_PaymentKeyReused_Fragment = { readonly __typename: 'PaymentKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_PaymentNotAwaitingStepUp_Fragment = { readonly __typename: 'PaymentNotAwaitingStepUp', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_PaymentNotCancellable_Fragment = { readonly __typename: 'PaymentNotCancellable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ProductUnavailable_Fragment = { readonly __typename: 'ProductUnavailable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ReplayKeyReused_Fragment = { readonly __typename: 'ReplayKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ResolutionDelayed_Fragment = { readonly __typename: 'ResolutionDelayed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ResolutionKeyReused_Fragment = { readonly __typename: 'ResolutionKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ResolutionNotCarriedOut_Fragment = { readonly __typename: 'ResolutionNotCarriedOut', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ResolutionPending_Fragment = { readonly __typename: 'ResolutionPending', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ResolutionUnavailable_Fragment = { readonly __typename: 'ResolutionUnavailable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ReturnKeyReused_Fragment = { readonly __typename: 'ReturnKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_ReviewDelayed_Fragment = { readonly __typename: 'ReviewDelayed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_SameAccount_Fragment = { readonly __typename: 'SameAccount', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_Shredded_Fragment = { readonly __typename: 'Shredded', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_StepUpRequired_Fragment = { readonly __typename: 'StepUpRequired', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_TooManyHolds_Fragment = { readonly __typename: 'TooManyHolds', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_TransferInReview_Fragment = { readonly __typename: 'TransferInReview', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_TryAgain_Fragment = { readonly __typename: 'TryAgain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_VerificationUnderway_Fragment = { readonly __typename: 'VerificationUnderway', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_VerificationsExhausted_Fragment = { readonly __typename: 'VerificationsExhausted', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

type RefusalParts_WrongRegion_Fragment = { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean };

export type RefusalPartsFragment =
  | RefusalParts_AccountClosed_Fragment
  | RefusalParts_AccountFrozen_Fragment
  | RefusalParts_AccountKeyReused_Fragment
  | RefusalParts_AchNotEligible_Fragment
  | RefusalParts_AlreadySo_Fragment
  | RefusalParts_AmountsWrong_Fragment
  | RefusalParts_AnswerNotAllowed_Fragment
  | RefusalParts_ApprovalBusy_Fragment
  | RefusalParts_ApprovalKeyReused_Fragment
  | RefusalParts_ApprovalMismatch_Fragment
  | RefusalParts_ApprovalNotGiven_Fragment
  | RefusalParts_ApprovalNotPending_Fragment
  | RefusalParts_BalanceNotZero_Fragment
  | RefusalParts_CaseBusy_Fragment
  | RefusalParts_CaseResolved_Fragment
  | RefusalParts_CaseTaken_Fragment
  | RefusalParts_ClockUncertain_Fragment
  | RefusalParts_CounterpartyClosed_Fragment
  | RefusalParts_CounterpartyCreditOnly_Fragment
  | RefusalParts_CounterpartyExists_Fragment
  | RefusalParts_CounterpartyKeyReused_Fragment
  | RefusalParts_CounterpartyNotVerified_Fragment
  | RefusalParts_CounterpartyVerified_Fragment
  | RefusalParts_CreditsBatched_Fragment
  | RefusalParts_CrossRegionNotSupported_Fragment
  | RefusalParts_CurrencyMismatch_Fragment
  | RefusalParts_CustomerErased_Fragment
  | RefusalParts_DeliveryBusy_Fragment
  | RefusalParts_DeliveryNotReplayable_Fragment
  | RefusalParts_DestinationUnavailable_Fragment
  | RefusalParts_DuplicateSuspected_Fragment
  | RefusalParts_EntryNotPending_Fragment
  | RefusalParts_FraudDocumentUnread_Fragment
  | RefusalParts_FraudGateClosed_Fragment
  | RefusalParts_FraudKeyReused_Fragment
  | RefusalParts_FraudLimitReached_Fragment
  | RefusalParts_FraudRegistryBusy_Fragment
  | RefusalParts_FraudRuleNotOverridable_Fragment
  | RefusalParts_FraudVersionNotChampion_Fragment
  | RefusalParts_FraudVersionState_Fragment
  | RefusalParts_HoldExpired_Fragment
  | RefusalParts_HoldTooSmall_Fragment
  | RefusalParts_HoldUnknown_Fragment
  | RefusalParts_HoldsOpen_Fragment
  | RefusalParts_IdempotencyKeyReused_Fragment
  | RefusalParts_InputInvalid_Fragment
  | RefusalParts_InsufficientFunds_Fragment
  | RefusalParts_JurisdictionMismatch_Fragment
  | RefusalParts_LimitExceeded_Fragment
  | RefusalParts_MakerCannotCheck_Fragment
  | RefusalParts_NoFraudVersionBefore_Fragment
  | RefusalParts_NotAllowed_Fragment
  | RefusalParts_NotFound_Fragment
  | RefusalParts_NotReversible_Fragment
  | RefusalParts_NothingToConfirm_Fragment
  | RefusalParts_NothingToReverse_Fragment
  | RefusalParts_OrderEnded_Fragment
  | RefusalParts_OrderKeyReused_Fragment
  | RefusalParts_OutcomeUnknown_Fragment
  | RefusalParts_PaymentBlocked_Fragment
  | RefusalParts_PaymentBusy_Fragment
  | RefusalParts_PaymentDeclined_Fragment
  | RefusalParts_PaymentKeyReused_Fragment
  | RefusalParts_PaymentNotAwaitingStepUp_Fragment
  | RefusalParts_PaymentNotCancellable_Fragment
  | RefusalParts_ProductUnavailable_Fragment
  | RefusalParts_ReplayKeyReused_Fragment
  | RefusalParts_ResolutionDelayed_Fragment
  | RefusalParts_ResolutionKeyReused_Fragment
  | RefusalParts_ResolutionNotCarriedOut_Fragment
  | RefusalParts_ResolutionPending_Fragment
  | RefusalParts_ResolutionUnavailable_Fragment
  | RefusalParts_ReturnKeyReused_Fragment
  | RefusalParts_ReviewDelayed_Fragment
  | RefusalParts_SameAccount_Fragment
  | RefusalParts_Shredded_Fragment
  | RefusalParts_StepUpRequired_Fragment
  | RefusalParts_TooManyHolds_Fragment
  | RefusalParts_TransferInReview_Fragment
  | RefusalParts_TryAgain_Fragment
  | RefusalParts_VerificationUnderway_Fragment
  | RefusalParts_VerificationsExhausted_Fragment
  | RefusalParts_WrongRegion_Fragment
;

export type StatementQueryVariables = Exact<{
  accountId: string;
  after?: string | null | undefined;
}>;


export type StatementQuery = { readonly account:
    | { readonly __typename: 'Account', readonly id: string, readonly number: string, readonly routingNumber: string, readonly product: Product, readonly currency: string, readonly status: AccountStatus, readonly relation: Relation, readonly entries: { readonly edges: ReadonlyArray<{ readonly node: { readonly sequence: number, readonly title: string, readonly bookedAt: string, readonly bookedDay: string, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldChange: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly ledgerBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly counterparty: { readonly name: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } }, readonly ledgerBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } }
    | { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
   };

export type ChangesQueryVariables = Exact<{
  accountId: string;
  after?: string | null | undefined;
}>;


export type ChangesQuery = { readonly changes: { readonly cursor: string | null, readonly more: boolean, readonly entries: ReadonlyArray<{ readonly sequence: number, readonly title: string, readonly bookedAt: string, readonly bookedDay: string, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldChange: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly ledgerBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly counterparty: { readonly name: string } | null }> } | null };

export type ChangesCursorQueryVariables = Exact<{
  accountId: string;
  after?: string | null | undefined;
}>;


export type ChangesCursorQuery = { readonly changes: { readonly cursor: string | null, readonly more: boolean, readonly entries: ReadonlyArray<{ readonly sequence: number }> } | null };

export type EntryPartsFragment = { readonly sequence: number, readonly title: string, readonly bookedAt: string, readonly bookedDay: string, readonly amount: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldChange: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly ledgerBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly heldBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number }, readonly counterparty: { readonly name: string } | null };

export type PreviewTransferMutationVariables = Exact<{
  input: PreviewTransferInput;
}>;


export type PreviewTransferMutation = { readonly previewTransfer:
    | { readonly __typename: 'PreviewTransferSuccess', readonly source: { readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } } }
    | { readonly __typename: 'InputInvalid', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'NotAllowed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'IdempotencyKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'TryAgain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknown', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'ClockUncertain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InsufficientFunds', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'AccountFrozen', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'AccountClosed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'LimitExceeded', readonly limit: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly most: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } }
    | { readonly __typename: 'CrossRegionNotSupported', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'SameAccount', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'CurrencyMismatch', readonly accountCurrency: string, readonly amountCurrency: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'DestinationUnavailable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'Shredded', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'PaymentDeclined', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'PaymentBlocked', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'TooManyHolds', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
   };

export type TransferMutationVariables = Exact<{
  input: TransferInput;
}>;


export type TransferMutation = { readonly transfer:
    | { readonly __typename: 'TransferSuccess', readonly source: { readonly availableBalance: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } } }
    | { readonly __typename: 'InputInvalid', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'NotAllowed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'WrongRegion', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'IdempotencyKeyReused', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'TryAgain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknown', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'ClockUncertain', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InsufficientFunds', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'AccountFrozen', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'AccountClosed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'LimitExceeded', readonly limit: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean, readonly most: { readonly minorUnits: string, readonly currency: string, readonly exponent: number } }
    | { readonly __typename: 'CrossRegionNotSupported', readonly region: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'SameAccount', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'CurrencyMismatch', readonly accountCurrency: string, readonly amountCurrency: string, readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'DestinationUnavailable', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'Shredded', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'PaymentDeclined', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'PaymentBlocked', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'StepUpRequired', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'TransferInReview', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'ReviewDelayed', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'TooManyHolds', readonly code: RefusalCode, readonly message: string, readonly retryable: boolean }
   };

export type TransferOutcomeQueryVariables = Exact<{
  accountId: string;
  key: string;
}>;


export type TransferOutcomeQuery = { readonly idempotency: { readonly used: boolean, readonly journal: { readonly posted: boolean } | null, readonly review: { readonly status: TransferReviewStatus } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MoneyPartsFragmentDoc = new TypedDocumentString(`
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
    `, {"fragmentName":"MoneyParts"}) as unknown as TypedDocumentString<MoneyPartsFragment, unknown>;
export const AccountPartsFragmentDoc = new TypedDocumentString(`
    fragment AccountParts on Account {
  id
  number
  routingNumber
  product
  currency
  status
  relation
  ledgerBalance {
    ...MoneyParts
  }
  heldBalance {
    ...MoneyParts
  }
  availableBalance {
    ...MoneyParts
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}`, {"fragmentName":"AccountParts"}) as unknown as TypedDocumentString<AccountPartsFragment, unknown>;
export const OrderPartsFragmentDoc = new TypedDocumentString(`
    fragment OrderParts on TransferOrder {
  id
  amount {
    ...MoneyParts
  }
  destination {
    name
  }
  memo
  status
  nextOn
  schedule {
    rhythm
    startsOn
    endsOn
    count
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}`, {"fragmentName":"OrderParts"}) as unknown as TypedDocumentString<OrderPartsFragment, unknown>;
export const OrderPageFragmentDoc = new TypedDocumentString(`
    fragment OrderPage on TransferOrderConnection {
  edges {
    node {
      ...OrderParts
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment OrderParts on TransferOrder {
  id
  amount {
    ...MoneyParts
  }
  destination {
    name
  }
  memo
  status
  nextOn
  schedule {
    rhythm
    startsOn
    endsOn
    count
  }
}`, {"fragmentName":"OrderPage"}) as unknown as TypedDocumentString<OrderPageFragment, unknown>;
export const RefusalPartsFragmentDoc = new TypedDocumentString(`
    fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}`, {"fragmentName":"RefusalParts"}) as unknown as TypedDocumentString<RefusalPartsFragment, unknown>;
export const EntryPartsFragmentDoc = new TypedDocumentString(`
    fragment EntryParts on Entry {
  sequence
  title
  amount {
    ...MoneyParts
  }
  heldChange {
    ...MoneyParts
  }
  ledgerBalance {
    ...MoneyParts
  }
  heldBalance {
    ...MoneyParts
  }
  availableBalance {
    ...MoneyParts
  }
  bookedAt
  bookedDay
  counterparty {
    name
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}`, {"fragmentName":"EntryParts"}) as unknown as TypedDocumentString<EntryPartsFragment, unknown>;
export const AccountsDocument = new TypedDocumentString(`
    query Accounts($after: Cursor) {
  viewer {
    person
    customer {
      name
    }
    accounts(first: 25, after: $after) {
      edges {
        node {
          ...AccountParts
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment AccountParts on Account {
  id
  number
  routingNumber
  product
  currency
  status
  relation
  ledgerBalance {
    ...MoneyParts
  }
  heldBalance {
    ...MoneyParts
  }
  availableBalance {
    ...MoneyParts
  }
}
fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}`, {"hash":"sha256:55e722e95d3fe45ac2d439e8be7829455edfa54c6d065abe3b06ef422b28626d"}) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const AllOrdersDocument = new TypedDocumentString(`
    query AllOrders($after: Cursor) {
  viewer {
    accounts(first: 25, after: $after) {
      edges {
        node {
          id
          transferOrders(first: 10) {
            ...OrderPage
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment OrderParts on TransferOrder {
  id
  amount {
    ...MoneyParts
  }
  destination {
    name
  }
  memo
  status
  nextOn
  schedule {
    rhythm
    startsOn
    endsOn
    count
  }
}
fragment OrderPage on TransferOrderConnection {
  edges {
    node {
      ...OrderParts
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`, {"hash":"sha256:d4f56d1f9127fffaf5814fe7665755acf2b713f4e4826239f1930e944ddacef9"}) as unknown as TypedDocumentString<AllOrdersQuery, AllOrdersQueryVariables>;
export const OrdersDocument = new TypedDocumentString(`
    query Orders($accountId: ID!, $after: Cursor) {
  account(id: $accountId) {
    __typename
    ... on Account {
      transferOrders(first: 10, after: $after) {
        ...OrderPage
      }
    }
    ...RefusalParts
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment OrderParts on TransferOrder {
  id
  amount {
    ...MoneyParts
  }
  destination {
    name
  }
  memo
  status
  nextOn
  schedule {
    rhythm
    startsOn
    endsOn
    count
  }
}
fragment OrderPage on TransferOrderConnection {
  edges {
    node {
      ...OrderParts
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}`, {"hash":"sha256:a02f8cc6a25c948c7fc11be7ccc95b8074edc7654c4a93f01b0a0bf4e5d52a08"}) as unknown as TypedDocumentString<OrdersQuery, OrdersQueryVariables>;
export const ScheduleTransferDocument = new TypedDocumentString(`
    mutation ScheduleTransfer($input: ScheduleTransferInput!) {
  scheduleTransfer(input: $input) {
    __typename
    ... on ScheduleTransferSuccess {
      order {
        ...OrderParts
      }
    }
    ...RefusalParts
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment OrderParts on TransferOrder {
  id
  amount {
    ...MoneyParts
  }
  destination {
    name
  }
  memo
  status
  nextOn
  schedule {
    rhythm
    startsOn
    endsOn
    count
  }
}
fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}`, {"hash":"sha256:b5073e26da8f8f866865a0100da28d77690489704a9b1b186b9ee55d5bbf8a20"}) as unknown as TypedDocumentString<ScheduleTransferMutation, ScheduleTransferMutationVariables>;
export const CancelTransferOrderDocument = new TypedDocumentString(`
    mutation CancelTransferOrder($input: CancelTransferOrderInput!) {
  cancelTransferOrder(input: $input) {
    __typename
    ... on CancelTransferOrderSuccess {
      order {
        ...OrderParts
      }
    }
    ...RefusalParts
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment OrderParts on TransferOrder {
  id
  amount {
    ...MoneyParts
  }
  destination {
    name
  }
  memo
  status
  nextOn
  schedule {
    rhythm
    startsOn
    endsOn
    count
  }
}
fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}`, {"hash":"sha256:55d939d0ed471218f082784d2760408511604de8880f5b9e141a22543779181f"}) as unknown as TypedDocumentString<CancelTransferOrderMutation, CancelTransferOrderMutationVariables>;
export const StatementDocument = new TypedDocumentString(`
    query Statement($accountId: ID!, $after: Cursor) {
  account(id: $accountId) {
    __typename
    ... on Account {
      ...AccountParts
      entries(first: 25, after: $after) {
        edges {
          node {
            ...EntryParts
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
    ...RefusalParts
  }
}
    fragment AccountParts on Account {
  id
  number
  routingNumber
  product
  currency
  status
  relation
  ledgerBalance {
    ...MoneyParts
  }
  heldBalance {
    ...MoneyParts
  }
  availableBalance {
    ...MoneyParts
  }
}
fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}
fragment EntryParts on Entry {
  sequence
  title
  amount {
    ...MoneyParts
  }
  heldChange {
    ...MoneyParts
  }
  ledgerBalance {
    ...MoneyParts
  }
  heldBalance {
    ...MoneyParts
  }
  availableBalance {
    ...MoneyParts
  }
  bookedAt
  bookedDay
  counterparty {
    name
  }
}`, {"hash":"sha256:608312c224c11af394be017d0be5fc6f6882750154c274934dffb1746fcf276c"}) as unknown as TypedDocumentString<StatementQuery, StatementQueryVariables>;
export const ChangesDocument = new TypedDocumentString(`
    query Changes($accountId: ID!, $after: Cursor) {
  changes(accountId: $accountId, first: 100, after: $after) {
    entries {
      ...EntryParts
    }
    cursor
    more
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment EntryParts on Entry {
  sequence
  title
  amount {
    ...MoneyParts
  }
  heldChange {
    ...MoneyParts
  }
  ledgerBalance {
    ...MoneyParts
  }
  heldBalance {
    ...MoneyParts
  }
  availableBalance {
    ...MoneyParts
  }
  bookedAt
  bookedDay
  counterparty {
    name
  }
}`, {"hash":"sha256:6e4700c4103ada7724b6691286156c8adb57b8bf2d5fc07a74b47303d4fad312"}) as unknown as TypedDocumentString<ChangesQuery, ChangesQueryVariables>;
export const ChangesCursorDocument = new TypedDocumentString(`
    query ChangesCursor($accountId: ID!, $after: Cursor) {
  changes(accountId: $accountId, first: 100, after: $after) {
    entries {
      sequence
    }
    cursor
    more
  }
}
    `, {"hash":"sha256:80105ab59e609dee3658675c90a29781845b3ffe6422c904521ca8d472e7c78e"}) as unknown as TypedDocumentString<ChangesCursorQuery, ChangesCursorQueryVariables>;
export const PreviewTransferDocument = new TypedDocumentString(`
    mutation PreviewTransfer($input: PreviewTransferInput!) {
  previewTransfer(input: $input) {
    __typename
    ... on PreviewTransferSuccess {
      source {
        availableBalance {
          ...MoneyParts
        }
      }
    }
    ...RefusalParts
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}`, {"hash":"sha256:623ad12a103afb5d74076963997ef1d69262cf70ee662e2c63676a1dc44f5693"}) as unknown as TypedDocumentString<PreviewTransferMutation, PreviewTransferMutationVariables>;
export const TransferDocument = new TypedDocumentString(`
    mutation Transfer($input: TransferInput!) {
  transfer(input: $input) {
    __typename
    ... on TransferSuccess {
      source {
        availableBalance {
          ...MoneyParts
        }
      }
    }
    ...RefusalParts
  }
}
    fragment MoneyParts on Money {
  minorUnits
  currency
  exponent
}
fragment RefusalParts on Refusal {
  __typename
  code
  message
  retryable
  ... on InputInvalid {
    fields {
      path
      code
      message
    }
  }
  ... on LimitExceeded {
    limit
    most {
      ...MoneyParts
    }
  }
  ... on CurrencyMismatch {
    accountCurrency
    amountCurrency
  }
  ... on WrongRegion {
    region
  }
  ... on CrossRegionNotSupported {
    region
  }
}`, {"hash":"sha256:d49073eae785404bbe6ff6a55307427eb0a95dbdc28698a088e093010407a5e3"}) as unknown as TypedDocumentString<TransferMutation, TransferMutationVariables>;
export const TransferOutcomeDocument = new TypedDocumentString(`
    query TransferOutcome($accountId: ID!, $key: IdempotencyKey!) {
  idempotency(accountId: $accountId, key: $key) {
    used
    journal {
      posted
    }
    review {
      status
    }
  }
}
    `, {"hash":"sha256:7c1a5dcdd5a99732528116a834012f54cfe93dbd3e019922777895b0a9222888"}) as unknown as TypedDocumentString<TransferOutcomeQuery, TransferOutcomeQueryVariables>;
