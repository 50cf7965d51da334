// Who is signed in. Signing in and renewing are two calls to the user pool; the app sends the access token, renews it
// shortly before it ends, and once more when the bank does not take it.
//
// The session lives in sessionStorage: it ends with the tab and survives a reload. A script that is not ours could read
// it there, so the policy in vite.config.ts lets no such script run.
import { Fault } from "./faults";
import type { Region } from "./settings";

export interface Session {
  readonly name: string;
  readonly region: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

const STORED_AS = "florin:session";
const RENEW_BEFORE_MILLISECONDS = 60_000;
const WAIT_MAX_MILLISECONDS = 20_000;
const WRONG_CREDENTIALS = ["NotAuthorizedException", "UserNotFoundException"];
const POOL_JSON = "application/x-amz-json-1.1";
const INITIATE_AUTH = "AWSCognitoIdentityProviderService.InitiateAuth";

export class Sessions {
  #now: Session | null = stored();
  #ended = false;
  #renewing: Promise<Session> | null = null;
  readonly #listeners = new Set<() => void>();

  /** Stable between changes, as React's external stores are. */
  readonly current = (): Session | null => this.#now;

  /** Whether the last session ended by itself. */
  readonly hasEnded = (): boolean => this.#ended;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async signIn(region: Region, { name, password }: Credentials): Promise<void> {
    const tokens = await askPool(region, "USER_PASSWORD_AUTH", { USERNAME: name, PASSWORD: password });
    const refreshToken = tokens.RefreshToken;
    if (!refreshToken) throw new Fault("rejected", "The bank asks for a step that this app does not know.");
    this.#set({ ...sessionOf(region, name, tokens), refreshToken }, false);
  }

  readonly signOut = (): void => this.#set(null, false);

  readonly end = (): void => this.#set(null, true);

  /** An access token that lasts a little longer than any one request. */
  async token(region: Region): Promise<string> {
    const session = this.#now;
    if (!session) throw sessionEnded();
    if (session.endsAt - Date.now() > RENEW_BEFORE_MILLISECONDS) return session.accessToken;
    return this.renewed(region, session.accessToken);
  }

  /** A token newer than this one. Callers that ask at once share one renewal. */
  async renewed(region: Region, stale: string): Promise<string> {
    const session = this.#now;
    if (!session) throw sessionEnded();
    if (session.accessToken !== stale) return session.accessToken;
    this.#renewing ??= this.#renew(region, session).finally(() => {
      this.#renewing = null;
    });
    return (await this.#renewing).accessToken;
  }

  async #renew(region: Region, session: Session): Promise<Session> {
    try {
      const tokens = await askPool(region, "REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: session.refreshToken });
      const refreshToken = tokens.RefreshToken ?? session.refreshToken;
      const renewed = { ...sessionOf(region, session.name, tokens), refreshToken };
      this.#set(renewed, false);
      return renewed;
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== "rejected") throw error;
      this.end();
      throw sessionEnded();
    }
  }

  #set(session: Session | null, ended: boolean): void {
    this.#now = session;
    this.#ended = ended;
    if (session) sessionStorage.setItem(STORED_AS, JSON.stringify(session));
    else sessionStorage.removeItem(STORED_AS);
    for (const listener of this.#listeners) listener();
  }
}

export function sessionEnded(): Fault {
  return new Fault("session-ended", "Your session has ended. Sign in again.");
}

interface Tokens {
  readonly AccessToken: string;
  readonly ExpiresIn: number;
  readonly RefreshToken?: string;
}

async function askPool(region: Region, flow: string, parameters: Record<string, string>): Promise<Tokens> {
  const answer = await fetch(region.signIn, {
    method: "POST",
    headers: { "Content-Type": POOL_JSON, "X-Amz-Target": INITIATE_AUTH },
    body: JSON.stringify({ AuthFlow: flow, ClientId: region.clientId, AuthParameters: parameters }),
    signal: AbortSignal.timeout(WAIT_MAX_MILLISECONDS),
  }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (!answer || !body || answer.status >= 500) throw new Fault("no-answer", "The bank cannot be reached. Try again.");
  if (answer.ok && body.AuthenticationResult) return body.AuthenticationResult;
  throw new Fault("rejected", poolRefusal(body));
}

function poolRefusal(body: { readonly __type?: string; readonly ChallengeName?: string }): string {
  if (body.ChallengeName) return `The bank asks for a step that this app does not know: ${body.ChallengeName}.`;
  const kind = body.__type?.split("#").at(-1) ?? "";
  return WRONG_CREDENTIALS.includes(kind) ? "The name or the password is wrong." : `You cannot sign in: ${kind}.`;
}

function sessionOf(region: Region, name: string, tokens: Tokens): Omit<Session, "refreshToken"> {
  const endsAt = Date.now() + tokens.ExpiresIn * 1000;
  return { name, region: region.region, accessToken: tokens.AccessToken, endsAt };
}

function stored(): Session | null {
  const text = sessionStorage.getItem(STORED_AS);
  return text ? JSON.parse(text) : null;
}
