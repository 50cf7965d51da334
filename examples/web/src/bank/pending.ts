// A transfer whose outcome is not known yet is kept beside the session, so that a reload or a new sign-in can find out,
// with the key it was sent with.
import type { Wish } from "./transfers";

const STORED_AS = "florin:pending-transfer:";

export interface PendingStore {
  readonly read: () => Wish | null;
  readonly write: (wish: Wish) => void;
  readonly clear: () => void;
}

/** Of one person in one region: nobody else who signs in here is shown it. */
export function pendingOf(region: string, name: string): PendingStore {
  const at = `${STORED_AS}${region}:${name}`;
  return {
    read: () => {
      const text = sessionStorage.getItem(at);
      return text ? JSON.parse(text) : null;
    },
    write: (wish) => sessionStorage.setItem(at, JSON.stringify(wish)),
    clear: () => sessionStorage.removeItem(at),
  };
}
