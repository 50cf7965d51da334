// Asks the bank one document at a time. The types of variables and data come with the document (src/gql).
import type { TypedDocumentString } from "../gql/graphql";
import { Fault } from "./faults";
import { sessionEnded, type Sessions } from "./session";
import type { Region } from "./settings";

/** The API gives up after 15 s; its own answer should get here. */
const WAIT_MAX_MILLISECONDS = 20_000;
const UNAUTHORIZED = 401;
const THROTTLED = 429;
const OK = 200;
const NO_ANSWER = "The bank did not answer.";

export type Ask = <Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables) => Promise<Data>;

interface GraphQLError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly correlationId?: string };
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

export function askOf(region: Region, sessions: Sessions, trustedDocuments: boolean): Ask {
  return async <Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables) => {
    const asked = trustedDocuments ? { documentId: document.__meta__?.["hash"] } : { query: document.toString() };
    const body = JSON.stringify({ ...asked, variables });
    const token = await sessions.token(region);
    const first = await post(region, token, body);
    if (first.status !== UNAUTHORIZED) return (await read(first)) as Data;
    const second = await post(region, await sessions.renewed(region, token), body);
    if (second.status !== UNAUTHORIZED) return (await read(second)) as Data;
    sessions.end();
    throw sessionEnded();
  };
}

async function post(region: Region, token: string, body: string): Promise<Response> {
  try {
    return await fetch(region.graphql, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Accept: "application/json" },
      body,
      signal: AbortSignal.timeout(WAIT_MAX_MILLISECONDS),
    });
  } catch {
    throw new Fault("no-answer", NO_ANSWER); // Whatever broke the line, the request may have arrived.
  }
}

/**
 * The data of an answer without errors. A request that the bank turned away (4xx) did nothing; a throttled one may be sent
 * again, as one without an answer. An error among 200 or 5xx says that something broke on the way, so what was done is
 * unknown.
 */
async function read(response: Response): Promise<unknown> {
  const answer: Answer | null = await response.json().catch(() => null);
  const [error] = answer?.errors ?? [];
  if (response.status === OK && answer && !error) return answer.data;
  const nothingDone = response.status >= 400 && response.status < 500 && response.status !== THROTTLED;
  throw new Fault(nothingDone ? "rejected" : "no-answer", error?.message ?? NO_ANSWER, error?.extensions?.correlationId);
}
