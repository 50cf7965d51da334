// Follows an account: asks `changes` again and again, each time from where the last answer ended.
import { ChangesCursorDocument, type ChangesCursorQuery, ChangesDocument } from "../gql/graphql";
import type { Ask } from "./client";
import { isFault } from "./faults";
import type { Entry } from "./statement";

export const POLL_MILLISECONDS = 2000;
/** After a fault the pause doubles, up to this. */
export const POLL_MAX_MILLISECONDS = 30_000;
/** The feed begins with an account's first entry; 100 a page, this is how far one goes to its end. */
const CATCH_UP_PAGES_MAX = 100;

export interface Follower {
  /** The feed has been read up to this entry (0: there is none); what comes now is new. */
  readonly onStart: (lastSequence: number) => void;
  readonly onEntries: (entries: readonly Entry[]) => void;
  readonly onLive: (live: boolean) => void;
}

export interface Feed {
  readonly ask: Ask;
  readonly accountId: string;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal;
}

export async function follow(feed: Feed, follower: Follower): Promise<void> {
  let cursor: string | null | undefined;
  let wait = POLL_MILLISECONDS;
  while (!feed.signal.aborted) {
    try {
      cursor = cursor === undefined ? await catchUp(feed, follower) : await step(feed, follower, cursor);
      follower.onLive(true);
      wait = POLL_MILLISECONDS;
    } catch (error) {
      if (feed.signal.aborted) return;
      if (!isFault(error, "no-answer")) throw error;
      follower.onLive(false);
      wait = Math.min(wait * 2, POLL_MAX_MILLISECONDS);
    }
    await feed.pause(wait);
  }
}

async function catchUp({ ask, accountId }: Feed, follower: Follower): Promise<string | null> {
  let cursor: string | null = null;
  let last = 0;
  for (let page = 0; page < CATCH_UP_PAGES_MAX; page += 1) {
    const { changes }: ChangesCursorQuery = await ask(ChangesCursorDocument, { accountId, after: cursor });
    cursor = changes?.cursor ?? null;
    last = changes?.entries.at(-1)?.sequence ?? last;
    if (!changes?.more) break; // Else the rest comes step by step, as if it were new.
  }
  follower.onStart(last);
  return cursor;
}

async function step({ ask, accountId, signal }: Feed, follower: Follower, after: string | null): Promise<string | null> {
  const { changes } = await ask(ChangesDocument, { accountId, after });
  if (!changes || signal.aborted) return after;
  if (changes.entries.length) follower.onEntries(changes.entries);
  return changes.cursor;
}
