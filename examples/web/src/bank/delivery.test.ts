import { describe, expect, it } from "vitest";

import { deliver, WAITS_MILLISECONDS } from "./delivery";
import { Fault } from "./faults";

const LOST = new Fault("no-answer", "lost");
const TURNED_AWAY = new Fault("rejected", "turned away");
const DONE = { __typename: "Done" as const };
const NO_FUNDS = { __typename: "InsufficientFunds" as const, retryable: false };
const TRY_AGAIN = { __typename: "TryAgain" as const, retryable: true };
const STEP_UP = { __typename: "StepUpRequired" as const, retryable: true };
const OUTCOME_UNKNOWN = { __typename: "OutcomeUnknown" as const, retryable: true };

type Said = typeof DONE | typeof NO_FUNDS | typeof TRY_AGAIN | typeof STEP_UP | typeof OUTCOME_UNKNOWN;

/** Says one thing after the other; the last one for ever. */
function saying<T>(...words: readonly (T | Fault)[]) {
  const turn = { asked: 0 };
  const ask = async (): Promise<T> => {
    const word = words[Math.min(turn.asked, words.length - 1)] as T | Fault;
    turn.asked += 1;
    if (word instanceof Fault) throw word;
    return word;
  };
  return { ask, turn };
}

function delivered(sends: readonly (Said | Fault)[], looks?: readonly ("posted" | null | Fault)[]) {
  const send = saying<Said>(...sends);
  const look = looks && saying<"posted" | null>(...looks);
  const waited: number[] = [];
  const pause = async (milliseconds: number) => void waited.push(milliseconds);
  const result = deliver<Said, "posted">({ send: send.ask, ...(look && { look: look.ask }), pause });
  return { result, sent: send.turn, looked: look?.turn, waited };
}

describe("a wish that is answered", () => {
  it.each([DONE, NO_FUNDS])("is sent once: $__typename", async (said) => {
    const { result, sent, looked } = delivered([said], [null]);
    expect(await result).toEqual({ is: "answered", answer: said, lost: false });
    expect([sent.asked, looked?.asked]).toEqual([1, 0]);
  });

  it("is sent again when the bank says so, with growing pauses", async () => {
    const { result, waited } = delivered([TRY_AGAIN, TRY_AGAIN, DONE]);
    expect(await result).toEqual({ is: "answered", answer: DONE, lost: false });
    expect(waited).toEqual(WAITS_MILLISECONDS.slice(0, 3));
  });

  it("is not sent again by itself when the bank wants its sender to sign in", async () => {
    const { result, sent } = delivered([STEP_UP]);
    expect(await result).toEqual({ is: "not-done", refusal: STEP_UP });
    expect(sent.asked).toBe(1);
  });

  it("is given up when the bank stays busy, and nothing was done", async () => {
    const { result, sent, looked } = delivered([TRY_AGAIN], [null]);
    expect(await result).toEqual({ is: "not-done", refusal: TRY_AGAIN });
    expect([sent.asked, looked?.asked]).toEqual([WAITS_MILLISECONDS.length, 0]);
  });
});

describe("a wish whose answer got lost", () => {
  it("is looked up before it is sent again", async () => {
    const { result, sent } = delivered([LOST], ["posted"]);
    expect(await result).toEqual({ is: "found", found: "posted" });
    expect(sent.asked).toBe(1);
  });

  it("is sent again when it never arrived, and the answer says that one was lost", async () => {
    const { result, sent, looked } = delivered([LOST, DONE], [null]);
    expect(await result).toEqual({ is: "answered", answer: DONE, lost: true });
    expect([sent.asked, looked?.asked]).toEqual([2, 1]);
  });

  it("is sent again when it cannot be looked up", async () => {
    expect(await delivered([LOST, DONE], [LOST]).result).toEqual({ is: "answered", answer: DONE, lost: true });
    expect(await delivered([LOST, NO_FUNDS]).result).toEqual({ is: "answered", answer: NO_FUNDS, lost: true });
  });

  it("stays unknown while nobody answers, and also when a later attempt is turned away or busy", async () => {
    expect(await delivered([LOST], [LOST]).result).toEqual({ is: "unknown" });
    expect(await delivered([LOST, TURNED_AWAY], [null]).result).toEqual({ is: "unknown" });
    expect(await delivered([LOST, TRY_AGAIN], [null]).result).toEqual({ is: "unknown" });
  });

  it("is looked up once more at the end", async () => {
    const lookingLate = [null, null, null, "posted" as const];
    expect(await delivered([LOST], lookingLate).result).toEqual({ is: "found", found: "posted" });
  });

  it("may have been lost by the bank itself", async () => {
    expect(await delivered([OUTCOME_UNKNOWN], ["posted"]).result).toEqual({ is: "found", found: "posted" });
    expect(await delivered([OUTCOME_UNKNOWN], [null]).result).toEqual({ is: "unknown" });
  });
});

describe("a fault that ends it", () => {
  it.each(["rejected", "session-ended"] as const)("is passed on: %s", async (kind) => {
    const { result, sent } = delivered([new Fault(kind, "no")], [null]);
    await expect(result).rejects.toMatchObject({ kind });
    expect(sent.asked).toBe(1);
  });
});
