// All accounts of the person who is signed in.
import { AccountsDocument, type AccountsQuery } from "../gql/graphql";
import type { Ask } from "./client";
import type { Account } from "./drafts";

/** Of 25 accounts each. */
const PAGES_MAX = 8;

export interface Holder {
  readonly name: string | null;
  /** False in a region that is not the person's home: their accounts are in another one. */
  readonly isHome: boolean;
  readonly accounts: readonly Account[];
}

export async function loadHolder(ask: Ask): Promise<Holder> {
  const accounts: Account[] = [];
  let after: string | null = null;
  for (let page = 0; ; page += 1) {
    const { viewer }: AccountsQuery = await ask(AccountsDocument, { after });
    accounts.push(...viewer.accounts.edges.map(({ node }) => node));
    after = viewer.accounts.pageInfo.endCursor;
    if (!viewer.accounts.pageInfo.hasNextPage || page + 1 === PAGES_MAX)
      return { name: viewer.customer?.name ?? null, isHome: viewer.customer !== null, accounts: accounts.sort(byUse) };
  }
}

/** Accounts for daily payments first; the bank's own order is by id. */
function byUse(one: Account, other: Account): number {
  return one.product.localeCompare(other.product) || one.id.localeCompare(other.id);
}
