// What every screen may use: the way to the bank, who is signed in, and their accounts.
import { createContext, useContext } from "react";

import type { Account } from "../bank/drafts";
import type { Ask } from "../bank/client";
import type { PendingStore } from "../bank/pending";

export interface BankContextValue {
  readonly ask: Ask;
  readonly accounts: readonly Account[];
  /** Reads the accounts again, as after a transfer. */
  readonly refresh: () => Promise<void>;
  readonly pending: PendingStore;
}

export const BankContext = createContext<BankContextValue | null>(null);

export function useBank(): BankContextValue {
  const bank = useContext(BankContext);
  if (!bank) throw new Error("a screen is shown outside BankContext");
  return bank;
}
