// A payment form as it is typed, and what it says once it can be sent. Faults are named by their path in the input, as
// the bank's own are, so both stand beside the same field.
import type { AccountPartsFragment, DestinationInput, TransferInput } from "../gql/graphql";
import { type Amount, type Money, readAmount } from "./money";

export type Account = AccountPartsFragment;

export interface Draft {
  readonly sourceId: string;
  readonly to: "own" | "other";
  readonly accountId: string;
  readonly routingNumber: string;
  readonly accountNumber: string;
  readonly amount: string;
  readonly memo: string;
}

export type Faults = Readonly<Record<string, string>>;

export interface Payment {
  readonly input: Omit<TransferInput, "idempotencyKey">;
  readonly amount: Money;
  readonly from: string;
  readonly to: string;
}

export type Checked = { readonly is: "payment"; readonly payment: Payment } | { readonly is: "wrong"; readonly faults: Faults };

export const MEMO_LENGTH_MAX = 140;
const PAYERS: readonly string[] = ["OWNER", "JOINT_OWNER"];

export function canPay({ relation, status }: Account): boolean {
  return PAYERS.includes(relation) && status === "OPEN";
}

export function emptyDraft(accounts: readonly Account[], sourceId?: string | null): Draft {
  const source = accounts.find(({ id }) => id === sourceId) ?? accounts[0];
  return { sourceId: source?.id ?? "", to: "other", accountId: "", routingNumber: "", accountNumber: "", amount: "", memo: "" };
}

/** Own accounts that could be paid from this one. */
export function ownDestinations(accounts: readonly Account[], source: Account | undefined): readonly Account[] {
  return accounts.filter(({ id, currency, status }) => id !== source?.id && currency === source?.currency && status !== "CLOSED");
}

export function checked(draft: Draft, accounts: readonly Account[]): Checked {
  const source = accounts.find(({ id }) => id === draft.sourceId);
  if (!source) return { is: "wrong", faults: { sourceId: "Choose the account that pays." } };
  const { currency, exponent } = source.availableBalance;
  const amount = readAmount(draft.amount, exponent);
  const faults = { ...destinationFaults(draft), ...amountFaults(amount) };
  if (amount.is === "wrong" || Object.keys(faults).length) return { is: "wrong", faults };
  const memo = draft.memo.trim();
  return {
    is: "payment",
    payment: {
      input: {
        sourceId: source.id,
        destination: destination(draft),
        amount: { amount: amount.text, currency },
        ...(memo && { memo }),
      },
      amount: { minorUnits: amount.text.replace(".", ""), currency, exponent },
      from: accountName(source),
      to: receiverName(draft, accounts),
    },
  };
}

function destination({ to, accountId, routingNumber, accountNumber }: Draft): DestinationInput {
  if (to === "own") return { accountId };
  return { bankAccount: { routingNumber: digits(routingNumber), accountNumber: digits(accountNumber) } };
}

function destinationFaults({ to, accountId, routingNumber, accountNumber }: Draft): Faults {
  if (to === "own") return accountId ? {} : { "destination.accountId": "Choose the account that receives." };
  return {
    ...(!/^\d{9}$/.test(digits(routingNumber)) && {
      "destination.bankAccount.routingNumber": "A routing number has nine digits.",
    }),
    ...(!/^\d{12}$/.test(digits(accountNumber)) && {
      "destination.bankAccount.accountNumber": "An account number has twelve digits.",
    }),
  };
}

function amountFaults(amount: Amount): Faults {
  return amount.is === "wrong" ? { "amount.amount": amount.why } : {};
}

/** People write numbers in groups. */
function digits(typed: string): string {
  return typed.replace(/[\s-]/g, "");
}

const PRODUCTS: Readonly<Record<string, string>> = { CHECKING: "Checking", SAVINGS: "Savings" };

export function productName({ product }: Account): string {
  return PRODUCTS[product] ?? "Account";
}

export function accountName(account: Account): string {
  return `${productName(account)} ••${account.number.slice(-4)}`;
}

function receiverName({ to, accountId, accountNumber }: Draft, accounts: readonly Account[]): string {
  const own = to === "own" && accounts.find(({ id }) => id === accountId);
  return own ? accountName(own) : `••${digits(accountNumber).slice(-4)}`;
}
