// The examples' variables carry marks for what only the running bank knows. They are filled when an example is opened,
// so that it can be run as it stands. A mark that nothing fits (staff have no accounts) stays for you to replace.
import { ask, isCustomer, type User } from "./bank";

export interface Who {
  readonly users: readonly User[];
  readonly user: User;
  readonly region: string;
}

interface Account {
  readonly id: string;
  readonly number: string;
  readonly routingNumber: string;
  readonly currency: string;
  readonly relation: string;
  readonly status: string;
  readonly availableBalance: { readonly minorUnits: string };
}

/** How many people are asked for an account that could receive a transfer. */
const RECEIVERS_ASKED_MAX = 5;
const HOUR_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const OWN_RELATIONS = ["OWNER", "JOINT_OWNER"];
const ACCOUNTS = `query ForExamples {
  viewer {
    accounts(first: 25) {
      edges {
        node { id number routingNumber currency relation status availableBalance { minorUnits } }
      }
    }
  }
}`;

const ON_ACCOUNT = `query ForExamplesOnAccount($id: ID!) {
  account(id: $id) {
    ... on Account {
      holds { id }
      entries(first: 25) { edges { node { kind journalId } } }
      transferOrders(first: 25) { edges { node { id status } } }
      payments(first: 25) {
        edges {
          node { id status cancellable ... on AchCredit { reversibleUntil } ... on AchDebit { reversibleUntil } }
        }
      }
    }
  }
}`;

const COUNTERPARTIES = `query ForExamplesOfCounterparties {
  viewer { counterparties(first: 25) { edges { node { id status verification { method } } } } }
}`;

const WORK = `query ForExamplesOfWork {
  cases(first: 1) { edges { node { id } } }
  approvals(first: 1) { edges { node { id fingerprint } } }
}`;

const DELIVERIES = `query ForExamplesOfDeliveries {
  partnerDeliveries(partner: "sponsor", state: QUARANTINED, first: 1) { edges { node { id } } }
}`;

const RECEIVED = `query ForExamplesOfWhatCameIn {
  achReceivedFiles(first: 5) { edges { node { entries(first: 25) { edges { node { id status } } } } } }
}`;

const DECISIONS = `query ForExamplesOfDecisions($day: Date!) {
  fraudDecisions(scope: TRANSFER, day: $day, first: 1) { edges { node { subjectId } } }
}`;

const VERSIONS = `query ForExamplesOfVersions {
  scopes: fraudScopes { champions { version } }
  drafts: fraudVersions(scope: TRANSFER, kind: RULES, status: DRAFT, first: 10) { ...Rows }
  thresholds: fraudVersions(scope: TRANSFER, kind: THRESHOLDS, status: DRAFT, first: 10) { ...Rows }
  shadows: fraudVersions(scope: TRANSFER, kind: RULES, status: SHADOW, first: 10) { ...Rows }
  models: fraudVersions(scope: CARD, kind: MODEL, first: 10) { ...Rows }
}
fragment Rows on FraudVersionConnection {
  edges { node { version status author committedAt approvalId } }
}`;

export async function filled(variables: string, who: Who): Promise<string> {
  const known: Record<string, string | undefined> = {
    "<a new key>": crypto.randomUUID(),
    "<in an hour>": new Date(Date.now() + HOUR_MILLISECONDS).toISOString(),
    "<a customer>": who.users.find((each) => isCustomer(each) && each.region === who.region)?.person,
    "<tomorrow>": dayFromNow(1),
    "<today>": dayFromNow(0),
    "<yesterday>": dayFromNow(-1),
    "<a week ago>": dayFromNow(-7),
    ...(/<my |<their |<an account|<a journal/.test(variables) ? await accountMarks(who) : {}),
    ...(/<a case|<an approval/.test(variables) ? await workMarks(who) : {}),
    ...(/<a delivery/.test(variables) ? await deliveryMarks(who) : {}),
    ...(/<a posted entry/.test(variables) ? await receivedMarks(who) : {}),
    ...(/<a judged payment/.test(variables) ? await decisionMarks(who) : {}),
    ...(/<my draft|<my committed|<a version|<an agreed|<a champion/.test(variables) ? await versionMarks(who) : {}),
  };
  return variables.replaceAll(/<[a-z ]+>/g, (mark) => known[mark] ?? mark);
}

/** What waits for the user's groups; nothing for a customer. */
async function workMarks({ user, region }: Who): Promise<Record<string, string | undefined>> {
  const answer = await ask(user.name, region, { query: WORK });
  const cases: Rows<{ id: string }>["edges"] = answer.data?.cases?.edges ?? [];
  const approvals: Rows<{ id: string; fingerprint: string }>["edges"] = answer.data?.approvals?.edges ?? [];
  return {
    "<a case>": cases[0]?.node.id,
    "<an approval>": approvals[0]?.node.id,
    "<its fingerprint>": approvals[0]?.node.fingerprint,
  };
}

/** What a person has to look at first; nothing for who may not see deliveries. */
async function deliveryMarks({ user, region }: Who): Promise<Record<string, string | undefined>> {
  const answer = await ask(user.name, region, { query: DELIVERIES });
  const deliveries: Rows<{ id: string }>["edges"] = answer.data?.partnerDeliveries?.edges ?? [];
  return { "<a delivery>": deliveries[0]?.node.id };
}

/** What came in and may still be sent back; nothing for who may not see it. */
async function receivedMarks({ user, region }: Who): Promise<Record<string, string | undefined>> {
  const answer = await ask(user.name, region, { query: RECEIVED });
  const files: Rows<{ entries: Rows<{ id: string; status: string }> }>["edges"] =
    answer.data?.achReceivedFiles?.edges ?? [];
  const entries = files.flatMap(({ node }) => node.entries.edges);
  return { "<a posted entry>": entries.find(({ node }) => node.status === "POSTED")?.node.id };
}

/** The latest transfer of today that was judged; nothing for who may not see decisions. */
async function decisionMarks({ user, region }: Who): Promise<Record<string, string | undefined>> {
  const answer = await ask(user.name, region, { query: DECISIONS, variables: { day: dayFromNow(0) } });
  const decisions: Rows<{ subjectId: string }>["edges"] = answer.data?.fraudDecisions?.edges ?? [];
  return { "<a judged payment>": decisions[0]?.node.subjectId };
}

interface Version {
  readonly version: string;
  readonly status: string;
  readonly author: string;
  readonly committedAt: string | null;
  readonly approvalId: string | null;
}

/** Versions at each stage, as far as there are any; nothing for who may not see them. */
async function versionMarks({ user, region }: Who): Promise<Record<string, string | undefined>> {
  const { data } = await ask(user.name, region, { query: VERSIONS });
  const versions = (list: string): Version[] =>
    (data?.[list]?.edges ?? []).map(({ node }: { node: Version }) => node);
  const [drafts, thresholds, shadows] = [versions("drafts"), versions("thresholds"), versions("shadows")];
  const all = [...drafts, ...thresholds, ...shadows, ...versions("models")];
  const champions: { version: string }[] = (data?.scopes ?? []).flatMap(
    (scope: { champions: { version: string }[] }) => scope.champions,
  );
  return {
    "<my draft>": drafts.find(({ author, committedAt }) => author === user.person && !committedAt)?.version,
    "<my committed version>": drafts.find(({ author, committedAt }) => author === user.person && committedAt)?.version,
    "<my committed thresholds>": thresholds.find(({ author, committedAt }) => author === user.person && committedAt)
      ?.version,
    "<a version in the shadow>": (shadows[0] ?? all.find(({ status }) => status === "SHADOW"))?.version,
    "<an agreed version>": all.find(({ approvalId, status }) => approvalId && status !== "RETIRED")?.version,
    "<a champion>": champions.find(({ version }) => version.startsWith("transfer/rules/"))?.version,
  };
}

/** Staff have no accounts: what they are shown is the first customer's. */
async function accountMarks({ users, user, region }: Who): Promise<Record<string, string | undefined>> {
  const own = isCustomer(user);
  const holder = own ? user : users.find((each) => isCustomer(each) && each.region === region);
  const mine = holder && (await richest(holder, region));
  if (!mine) return {};
  const on = await onAccount(holder, region, mine);
  if (!own) return { "<an account>": mine.id, "<a journal>": on.journal };
  const theirs = await receiver(
    users.filter((each) => isCustomer(each) && each !== user && each.region === region),
    region,
    mine,
  );
  return {
    "<my account>": mine.id,
    "<my currency>": mine.currency,
    "<my empty account>": (await ownAccounts(user, region)).find(isEmpty)?.id,
    "<my hold>": on.hold,
    "<my journal>": on.journal,
    "<my transfer order>": on.order,
    "<my payment>": on.payment,
    "<my settled payment>": on.settled,
    "<my waiting payment>": on.waiting,
    ...(await counterpartyMarks(user, region)),
    "<an account>": mine.id,
    "<a journal>": on.journal,
    ...(theirs && { "<their routing number>": theirs.routingNumber, "<their account number>": theirs.number }),
  };
}

async function receiver(people: readonly User[], region: string, from: Account): Promise<Account | undefined> {
  for (const person of people.slice(0, RECEIVERS_ASKED_MAX)) {
    const found = (await ownAccounts(person, region)).find(
      (account) => account.currency === from.currency && account.relation === "OWNER",
    );
    if (found) return found;
  }
  return undefined;
}

/** What micro-entries were stands on the statement of the other account; those marks stay for you to replace. */
async function counterpartyMarks(user: User, region: string): Promise<Record<string, string | undefined>> {
  const answer = await ask(user.name, region, { query: COUNTERPARTIES });
  const edges: Rows<{ id: string; status: string; verification: { method: string } | null }>["edges"] =
    answer.data?.viewer.counterparties.edges ?? [];
  const credited = edges.find(({ node }) => node.status === "VERIFYING" && node.verification?.method === "MICRO_ENTRIES");
  return {
    "<my counterparty>": edges.find(({ node }) => node.status !== "CLOSED")?.node.id,
    "<my credited counterparty>": credited?.node.id,
    "<my verified counterparty>": edges.find(({ node }) => node.status === "VERIFIED")?.node.id,
    "<one amount>": undefined,
    "<the other amount>": undefined,
  };
}

interface OnAccount {
  readonly hold: string | undefined;
  readonly journal: string | undefined;
  readonly order: string | undefined;
  readonly payment: string | undefined;
  readonly settled: string | undefined;
  readonly waiting: string | undefined;
}

interface Payment {
  readonly id: string;
  readonly status: string;
  readonly cancellable: boolean;
  readonly reversibleUntil?: string | null;
}

interface Rows<Node> {
  readonly edges: readonly { readonly node: Node }[];
}

async function onAccount(user: User, region: string, { id }: Account): Promise<OnAccount> {
  const answer = await ask(user.name, region, { query: ON_ACCOUNT, variables: { id } });
  const account = answer.data?.account;
  const entries: Rows<{ kind: string; journalId: string }>["edges"] = account?.entries?.edges ?? [];
  const orders: Rows<{ id: string; status: string }>["edges"] = account?.transferOrders?.edges ?? [];
  const payments: Rows<Payment>["edges"] = account?.payments?.edges ?? [];
  return {
    payment: (payments.find(({ node }) => node.cancellable) ?? payments[0])?.node.id,
    settled: payments.find(({ node }) => node.reversibleUntil)?.node.id,
    waiting: payments.find(({ node }) => node.status === "AWAITING_STEP_UP")?.node.id,
    hold: account?.holds?.[0]?.id,
    journal: entries.find(({ node }) => node.kind === "transfer")?.node.journalId,
    order: (orders.find(({ node }) => node.status === "ACTIVE") ?? orders[0])?.node.id,
  };
}

const dayFromNow = (days: number) => new Date(Date.now() + days * DAY_MILLISECONDS).toISOString().slice(0, 10);

const isEmpty = (account: Account) => account.availableBalance.minorUnits === "0";

async function richest(user: User, region: string): Promise<Account | undefined> {
  const accounts = await ownAccounts(user, region);
  const available = (account: Account) => BigInt(account.availableBalance.minorUnits);
  return accounts.toSorted((one, other) => Number(available(other) - available(one)))[0];
}

async function ownAccounts(user: User, region: string): Promise<Account[]> {
  const answer = await ask(user.name, region, { query: ACCOUNTS });
  const edges: { node: Account }[] = answer.data?.viewer.accounts.edges ?? [];
  return edges
    .map(({ node }) => node)
    .filter((account) => OWN_RELATIONS.includes(account.relation) && account.status === "OPEN");
}
