// An account's entries as the app holds them: newest first, each once. Entries are numbered without gaps, so what is
// missing can be told.
import type { EntryPartsFragment } from "../gql/graphql";

export type Entry = EntryPartsFragment;

/** Both lists as one, newest first. Entries never change, so of two with one number either will do. */
export function merged(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const bySequence = new Map([...known, ...more].map((entry) => [entry.sequence, entry]));
  return [...bySequence.values()].sort((one, other) => other.sequence - one.sequence);
}

/** Whether something is missing between the newest and the oldest entry. */
export function hasGap(entries: readonly Entry[]): boolean {
  const newest = entries[0];
  const oldest = entries.at(-1);
  return newest !== undefined && oldest !== undefined && newest.sequence - oldest.sequence + 1 !== entries.length;
}

/** Entries under the banking day that booked them, in their order. */
export function byDay(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) days.set(entry.bookedDay, [...(days.get(entry.bookedDay) ?? []), entry]);
  return days;
}
