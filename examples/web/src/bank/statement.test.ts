import { describe, expect, it } from "vitest";

import { byDay, type Entry, hasGap, merged } from "./statement";

const entry = (sequence: number, bookedDay = "2026-11-22") => ({ sequence, bookedDay }) as Entry;
const sequences = (entries: readonly Entry[]) => entries.map(({ sequence }) => sequence);

describe("two lists of entries", () => {
  it("become one, newest first, each entry once", () => {
    expect(sequences(merged([entry(5), entry(4)], [entry(5), entry(6), entry(7)]))).toEqual([7, 6, 5, 4]);
  });

  it("show when something between them is missing", () => {
    expect(hasGap([])).toBe(false);
    expect(hasGap(merged([entry(5), entry(4)], [entry(6)]))).toBe(false);
    expect(hasGap(merged([entry(5), entry(4)], [entry(7)]))).toBe(true);
  });
});

it("entries stand under the day that booked them", () => {
  const days = byDay([entry(3, "2026-11-22"), entry(2, "2026-11-22"), entry(1, "2026-11-20")]);
  expect([...days].map(([day, rows]) => [day, sequences(rows)])).toEqual([
    ["2026-11-22", [3, 2]],
    ["2026-11-20", [1]],
  ]);
});
