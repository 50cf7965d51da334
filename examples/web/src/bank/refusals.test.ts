import { describe, expect, it } from "vitest";

import { adviceOn, isRefusal, type Refusal } from "./refusals";

const refusal = (said: object) => ({ code: "X", message: "The bank's words.", retryable: false, ...said }) as unknown as Refusal;

describe("advice", () => {
  it("is a sentence of ours for a refusal that we know", () => {
    expect(adviceOn(refusal({ __typename: "InsufficientFunds" })).text).toContain("not enough money");
  });

  it("names what a limit allows", () => {
    const most = { minorUnits: "50000", currency: "USD", exponent: 2 };
    const advice = adviceOn(refusal({ __typename: "LimitExceeded", limit: "PER_DAY", most }));
    expect(advice.text).toMatch(/^All transfers of a day together may take at most .*500\.00/);
    const newer = adviceOn(refusal({ __typename: "LimitExceeded", limit: "PER_MONTH", most }));
    expect(newer.text).toMatch(/^This transfer may take at most/);
  });

  it("goes to the fields that are wrong", () => {
    const fields = [{ path: ["amount", "amount"], code: "TOO_FINE", message: "Too many digits." }];
    const advice = adviceOn(refusal({ __typename: "InputInvalid", fields }));
    expect(advice).toEqual({ text: "Too many digits.", fields: { "amount.amount": "Too many digits." } });
  });

  it("on a refusal that the schema did not have yet is the bank's own words, and whether to try again", () => {
    expect(adviceOn(refusal({ __typename: "FromTheFuture" })).text).toBe("The bank's words.");
    expect(adviceOn(refusal({ __typename: "FromTheFuture", retryable: true })).text).toBe(
      "The bank's words. You can try again.",
    );
  });
});

it("a refusal is told from a success, also one that nobody knew", () => {
  expect(isRefusal({ __typename: "TransferSuccess" })).toBe(false);
  expect(isRefusal(refusal({ __typename: "FromTheFuture" }))).toBe(true);
});
