// What is wrong with a request or with its way to the bank. What the bank declines is no fault: it is data (refusals.ts).

/**
 * - `session-ended`: nobody is signed in any more.
 * - `rejected`: the bank did not take the request; nothing was done.
 * - `no-answer`: whether anything was done is unknown.
 */
export type FaultKind = "session-ended" | "rejected" | "no-answer";

export class Fault extends Error {
  readonly kind: FaultKind;
  /** What to quote when asking the bank for help. */
  readonly correlationId: string | undefined;

  constructor(kind: FaultKind, message: string, correlationId?: string) {
    super(message);
    this.kind = kind;
    this.correlationId = correlationId;
  }
}

export function isFault(error: unknown, kind: FaultKind): error is Fault {
  return error instanceof Fault && error.kind === kind;
}

/** One sentence for people. */
export function faultText(error: unknown): string {
  if (!(error instanceof Fault)) throw error;
  const quote = error.correlationId ? ` When you ask us for help, quote ${error.correlationId}.` : "";
  return error.message + quote;
}
