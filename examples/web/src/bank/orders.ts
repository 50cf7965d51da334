// Transfer orders: transfers on later days.
import {
  AllOrdersDocument,
  type AllOrdersQuery,
  CancelTransferOrderDocument,
  type OrderPageFragment,
  type OrderPartsFragment,
  OrdersDocument,
  type OrdersQuery,
  ScheduleTransferDocument,
  type ScheduleTransferInput,
} from "../gql/graphql";
import type { Ask } from "./client";
import { deliver, pause } from "./delivery";
import { shortDayText } from "./days";

export type Order = OrderPartsFragment;

/** The first orders of each account that has any. */
export type OrdersByAccount = ReadonlyMap<string, OrderPageFragment>;

/** Of 25 accounts each. */
const PAGES_MAX = 8;

export async function loadAllOrders(ask: Ask): Promise<OrdersByAccount> {
  const orders = new Map<string, OrderPageFragment>();
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { viewer }: AllOrdersQuery = await ask(AllOrdersDocument, { after });
    for (const { node } of viewer.accounts.edges) if (node.transferOrders.edges.length) orders.set(node.id, node.transferOrders);
    after = viewer.accounts.pageInfo.endCursor;
    if (!viewer.accounts.pageInfo.hasNextPage) break;
  }
  return orders;
}

export async function loadOlderOrders(ask: Ask, accountId: string, after: string): Promise<OrdersQuery["account"]> {
  return (await ask(OrdersDocument, { accountId, after })).account;
}

/** The key makes it safe to send again after a lost answer: it orders once. */
export function schedule(ask: Ask, input: ScheduleTransferInput) {
  return deliver({ send: () => ask(ScheduleTransferDocument, { input }).then((data) => data.scheduleTransfer), pause });
}

/** Said again, it changes nothing; so it needs no key. */
export function cancel(ask: Ask, orderId: string) {
  const input = { orderId };
  return deliver({ send: () => ask(CancelTransferOrderDocument, { input }).then((data) => data.cancelTransferOrder), pause });
}

const RHYTHMS: Readonly<Record<string, string>> = { ONCE: "Once", WEEKLY: "Every week", MONTHLY: "Every month" };

export const RHYTHM_CHOICES = [
  ["ONCE", "Once"],
  ["WEEKLY", "Every week"],
  ["MONTHLY", "Every month"],
] as const;

export function rhythmText({ schedule: { rhythm, startsOn, endsOn, count } }: Order): string {
  const often = RHYTHMS[rhythm] ?? "Again and again";
  if (rhythm === "ONCE") return `${often}, on ${shortDayText(startsOn)}`;
  const end = endsOn ? `, until ${shortDayText(endsOn)}` : count ? `, ${count} times` : "";
  return `${often}, from ${shortDayText(startsOn)}${end}`;
}

const STATUSES: Readonly<Record<string, string>> = { DONE: "Done", CANCELLED: "Cancelled" };

export function statusText({ status, nextOn }: Order): string {
  if (nextOn) return `Next on ${shortDayText(nextOn)}`;
  return STATUSES[status] ?? "No day to come";
}
