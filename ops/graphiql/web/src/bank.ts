// What the page asks its own server: who may sign in, where the regions are, a token, an operation.
// The server keeps the passwords and the token cache, so the page asks for a token before each operation.
import type { Fetcher } from "@graphiql/toolkit";

export interface User {
  readonly name: string;
  readonly display: string;
  readonly person: string;
  readonly groups: readonly string[];
  readonly region: string;
}

export interface Region {
  readonly region: string;
  readonly jurisdiction: string;
  readonly graphql: string;
}

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly query: string;
  readonly variables: string;
}

export function isCustomer(user: User): boolean {
  return user.groups.includes("customer");
}

/** An answer of the server that is not the one asked for; its message is fit to be shown. */
export class ServerRefused extends Error {}

export const users = (): Promise<User[]> => get("/api/users");
export const regions = (): Promise<Region[]> => get("/api/regions");
export const examples = (): Promise<Example[]> => get("/api/examples");

export async function token(user: string, region: string): Promise<string> {
  const answer = await fetch("/api/token", jsonPost({ user, region }));
  return (await read<{ token: string }>(answer)).token;
}

/** Sends one operation to one region as one user. What the bank refuses is an answer, too, whatever its status. */
export async function ask(user: string, region: string, operation: object, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await token(user, region)}`;
  return parsed(await fetch(`/graphql/${region}`, jsonPost(operation, { Authorization: authorization, ...headers })));
}

export function fetcherFor(user: string, region: string): Fetcher {
  return (operation, options) => ask(user, region, operation, options?.headers);
}

async function get<T>(path: string): Promise<T> {
  return read<T>(await fetch(path));
}

async function read<T>(answer: Response): Promise<T> {
  const body = await parsed(answer);
  if (!answer.ok) throw new ServerRefused(body.error.message);
  return body as T;
}

async function parsed(answer: Response) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new ServerRefused(`Status ${answer.status}, and no JSON: ${text.slice(0, SHOWN_TEXT_MAX)}`);
  }
}

function jsonPost(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: ACCEPT, ...headers },
    body: JSON.stringify(body),
  };
}

const SHOWN_TEXT_MAX = 300;
const ACCEPT = "application/graphql-response+json, application/json";
