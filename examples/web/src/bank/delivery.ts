// Gets one wish to the bank exactly once. A lost answer says nothing about whether the wish was granted, so it is looked
// up, and else sent again with the idempotency key it had: the bank acts once for a key, however often it hears it.
import { isFault } from "./faults";
import { isRefusal, type RefusalOf } from "./refusals";

/** How long to wait before each attempt. Their number is the most that one wish is sent without being asked again. */
export const WAITS_MILLISECONDS = [0, 300, 900, 2700] as const;

export interface Delivery<Answer extends object, Found> {
  /** Sends the wish. Always the same one: key and content. */
  readonly send: () => Promise<Answer>;
  /** What the key has led to; null when that is nothing, or nothing that tells enough. */
  readonly look?: () => Promise<Found | null>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

export type Delivered<Answer, Found> =
  /** `lost`: an answer was lost on the way to this one. */
  | { readonly is: "answered"; readonly answer: Answer; readonly lost: boolean }
  | { readonly is: "found"; readonly found: Found }
  /** Nothing was done, and the same wish may succeed later. */
  | { readonly is: "not-done"; readonly refusal: RefusalOf<Answer> }
  | { readonly is: "unknown" };

/** Throws faults that end it: of the session, or of a request that the bank did not take at first. */
export async function deliver<Answer extends object, Found = never>(
  delivery: Delivery<Answer, Found>,
): Promise<Delivered<Answer, Found>> {
  let lost = false;
  let refusal: RefusalOf<Answer> | null = null;
  for (const wait of WAITS_MILLISECONDS) {
    await delivery.pause(wait);
    const found = lost && delivery.look ? await heard(delivery.look, lost) : null;
    if (found) return { is: "found", found };
    const answer: Answer | null = await heard(delivery.send, lost);
    if (answer && !(isRefusal(answer) && answer.retryable)) return { is: "answered", answer, lost };
    if (answer && isRefusal(answer) && wantsThePerson(answer)) return { is: "not-done", refusal: answer };
    refusal = answer && isRefusal(answer) ? answer : null;
    lost ||= refusal === null || isInDoubt(refusal);
  }
  if (refusal && !lost) return { is: "not-done", refusal };
  const found = delivery.look ? await heard(delivery.look, lost) : null;
  return found ? { is: "found", found } : { is: "unknown" };
}

/** Sending it again does not help before the person has signed in again. */
export function wantsThePerson(refusal: { readonly __typename: string }): boolean {
  return refusal.__typename === "StepUpRequired";
}

/** `OutcomeUnknown` is the bank's own lost answer. */
function isInDoubt(refusal: { readonly __typename: string }): boolean {
  return refusal.__typename === "OutcomeUnknown";
}

/** Once an answer was lost, a request that is turned away says nothing about the one before it. */
async function heard<T>(ask: () => Promise<T>, lost: boolean): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isFault(error, "no-answer") || (lost && isFault(error, "rejected"))) return null;
    throw error;
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
