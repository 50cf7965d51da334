// What to tell people when the bank declines. Every refusal that one of our operations may answer has its sentence:
// the types come from the schema, so a member that is added there and not here does not compile. The bank may be newer
// than the app in somebody's browser, so a member that nobody compiled with is told by its own message and `retryable`.
import type {
  CancelTransferOrderMutation,
  OrdersQuery,
  PreviewTransferMutation,
  ScheduleTransferMutation,
  StatementQuery,
  TransferMutation,
} from "../gql/graphql";
import { shown } from "./money";

type AnyAnswer =
  | CancelTransferOrderMutation["cancelTransferOrder"]
  | OrdersQuery["account"]
  | PreviewTransferMutation["previewTransfer"]
  | ScheduleTransferMutation["scheduleTransfer"]
  | StatementQuery["account"]
  | TransferMutation["transfer"];

/** The refusals among the members of a union. */
export type RefusalOf<Answer> = Extract<Answer, { readonly __typename: string; readonly retryable: boolean }>;

export type Refusal = RefusalOf<AnyAnswer>;

/** What every refusal has, those of tomorrow too. */
export interface UnknownRefusal {
  readonly message: string;
  readonly retryable: boolean;
}

export interface Advice {
  readonly text: string;
  /** What is wrong with single fields, by their path in the input, such as "amount.amount". */
  readonly fields?: Readonly<Record<string, string>>;
}

export function isRefusal<Answer extends object>(answer: Answer): answer is RefusalOf<Answer> {
  return "retryable" in answer;
}

export function adviceOn(refusal: Refusal): Advice {
  switch (refusal.__typename) {
    case "InsufficientFunds":
      return { text: "There is not enough money available on this account." };
    case "LimitExceeded":
      return { text: limitText(refusal.limit, shown(refusal.most)) };
    case "AccountFrozen":
      return { text: "This account is frozen, so nothing can be paid from it. Please call us." };
    case "AccountClosed":
      return { text: "This account is closed." };
    case "DestinationUnavailable":
      return { text: "The receiving account cannot take this payment. Check the numbers with the receiver." };
    case "TooManyHolds":
      return { text: "Too much is held on this account already. Wait until a hold has ended." };
    case "PaymentDeclined":
      return { text: "A security check declined this payment. Nothing was paid; try another way, or call us." };
    case "PaymentBlocked":
      return { text: "A security check blocked this payment. Nothing was paid. Please call us." };
    case "TransferInReview":
      return { text: "We are looking at this transfer before it is made. The amount is held; you will hear from us." };
    case "ReviewDelayed":
      return { text: "We are looking at this transfer before it is made. Ask again in a moment." };
    case "StepUpRequired":
      return { text: "Please sign out and in again to show that it is you. Your transfer waits here." };
    case "SameAccount":
      return { text: "Choose another account to pay: this one pays." };
    case "CurrencyMismatch":
      return { text: `The accounts differ in currency: ${refusal.accountCurrency} and ${refusal.amountCurrency}.` };
    case "InputInvalid":
      return inputAdvice(refusal.fields);
    case "NotFound":
      return { text: "There is no such account or order. Check the numbers." };
    case "NotAllowed":
      return { text: "You may look at this account, and may not do this with it." };
    case "WrongRegion":
      return { text: `This account is kept in ${refusal.region}. Sign in there.` };
    case "CrossRegionNotSupported":
      return { text: `The receiving account is kept in ${refusal.region}, where this bank cannot pay yet.` };
    case "Shredded":
      return { text: "The owner's personal data was erased, so no message can be kept. Leave it out." };
    case "OrderEnded":
      return { text: "This order has ended already." };
    case "IdempotencyKeyReused":
    case "OrderKeyReused":
      return { text: "This form was sent before with other content. Check your statement, then begin again." };
    case "TryAgain":
      return { text: "The account is very busy. Nothing was done; try again in a moment." };
    case "ClockUncertain":
      return { text: "The bank is not sure of the time. Nothing was done; try again in a moment." };
    case "OutcomeUnknown":
      return { text: "We do not know yet whether this was done. Ask again: it is never done twice." };
    default:
      return adviceOnUnknown(refusal satisfies never);
  }
}

function adviceOnUnknown({ message, retryable }: UnknownRefusal): Advice {
  return { text: retryable ? `${message} You can try again.` : message };
}

const LIMITS: Readonly<Record<string, string>> = {
  PER_TRANSFER: "One transfer",
  PER_DAY: "All transfers of a day together",
  JOINT_PER_DAY: "All your transfers of a day from this joint account",
};

function limitText(limit: string, most: string): string {
  return `${LIMITS[limit] ?? "This transfer"} may take at most ${most}.`;
}

type FieldFault = Extract<Refusal, { readonly __typename: "InputInvalid" }>["fields"][number];

function inputAdvice(faults: readonly FieldFault[]): Advice {
  const fields = Object.fromEntries(faults.map(({ path, message }) => [path.join("."), message]));
  return { text: faults.map(({ message }) => message).join(" ") || "Something in the form is wrong.", fields };
}
