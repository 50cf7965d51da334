import { expect, it } from "vitest";

import { ChangesCursorDocument } from "../gql/graphql";
import type { Ask } from "./client";
import { Fault } from "./faults";
import { follow, POLL_MILLISECONDS } from "./following";
import type { Entry } from "./statement";

const ENTRIES_AT_FIRST = 250;
const PAGE = 100;

/** An account whose feed has 250 entries, then one more at each look; the second look finds no bank. */
function account() {
  const asked: [document: string, after: string | null][] = [];
  let looks = 0;
  const ask = async (document: unknown, { after }: { after: string | null }) => {
    const catchingUp = document === ChangesCursorDocument;
    asked.push([catchingUp ? "cursor" : "changes", after]);
    if (!catchingUp) looks += 1;
    if (looks === 2) throw new Fault("no-answer", "gone");
    const from = Number(after ?? 0);
    const there = ENTRIES_AT_FIRST + looks;
    const entries = Array.from({ length: Math.min(PAGE, there - from) }, (_, index) => ({ sequence: from + index + 1 }));
    const last = entries.at(-1)?.sequence ?? from;
    return { changes: { entries, cursor: String(last), more: last < there } };
  };
  return { ask: ask as unknown as Ask, asked };
}

it("following begins at the end of the feed, and goes on after a fault where it was", async () => {
  const { ask, asked } = account();
  const heard: unknown[] = [];
  const waited: number[] = [];
  const stop = new AbortController();
  const pause = async (milliseconds: number) => {
    waited.push(milliseconds);
    if (waited.length === 4) stop.abort();
  };
  await follow(
    { ask, accountId: "acc_1", pause, signal: stop.signal },
    {
      onStart: (last) => heard.push(["start", last]),
      onEntries: (entries: readonly Entry[]) => heard.push(entries.map(({ sequence }) => sequence)),
      onLive: (live) => heard.push(live),
    },
  );
  expect(asked).toEqual([
    ["cursor", null],
    ["cursor", "100"],
    ["cursor", "200"],
    ["changes", "250"],
    ["changes", "251"],
    ["changes", "251"],
  ]);
  expect(heard).toEqual([["start", 250], true, [251], true, false, [252, 253], true]);
  expect(waited).toEqual([1, 1, 2, 1].map((times) => times * POLL_MILLISECONDS));
});
