// Where the bank is: a file beside the app, so that one build serves every stage. It holds nothing secret.
// On a developer's machine server/local-bank.ts answers it.

export interface Region {
  readonly region: string;
  /** Address of the region's GraphQL endpoint. */
  readonly graphql: string;
  /** Address of the region's user pool, as Amazon Cognito speaks it. */
  readonly signIn: string;
  /** The user pool's public client. */
  readonly clientId: string;
}

export interface Settings {
  readonly regions: readonly Region[];
  /** Ask by `documentId` alone: for stages that take published documents only. */
  readonly trustedDocuments?: boolean;
  /** Who may sign in: the local bank alone says so. */
  readonly people?: readonly { readonly name: string; readonly display: string; readonly region: string }[];
}

export async function loadSettings(): Promise<Settings> {
  const answer = await fetch("/bank.json");
  if (!answer.ok) throw new Error(`bank.json could not be read: status ${answer.status}`);
  return answer.json();
}
