// Transfers: what a person wishes, and how it gets to the bank once.
import {
  PreviewTransferDocument,
  TransferDocument,
  type TransferInput,
  type TransferMutation,
  TransferOutcomeDocument,
} from "../gql/graphql";
import type { Ask } from "./client";
import { type Delivered, deliver, pause } from "./delivery";
import type { Money } from "./money";

/** One transfer that somebody wants. Its key is made with it and stays with it; another wish has another key. */
export interface Wish {
  readonly input: TransferInput;
  /** For people: what is paid, from where and to whom. */
  readonly amount: Money;
  readonly from: string;
  readonly to: string;
}

export type TransferAnswer = TransferMutation["transfer"];

export function preview(ask: Ask, { input }: Wish) {
  return ask(PreviewTransferDocument, { input }).then(({ previewTransfer }) => previewTransfer);
}

export function transfer(ask: Ask, wish: Wish): Promise<Delivered<TransferAnswer, "posted">> {
  return deliver({
    send: () => ask(TransferDocument, { input: wish.input }).then((data) => data.transfer),
    look: async () => ((await outcome(ask, wish)) === "posted" ? "posted" : null),
    pause,
  });
}

/** What the wish's key has led to. A refusal is the key's last word: sending again only tells which one. So it is of a
 * transfer in review, which the bank holds the money of: under another key it would be paid twice. */
export async function outcome(ask: Ask, { input }: Wish): Promise<"unused" | "posted" | "in-review" | "refused"> {
  const { idempotency } = await ask(TransferOutcomeDocument, { accountId: input.sourceId, key: input.idempotencyKey });
  if (!idempotency?.used) return "unused";
  if (idempotency.review) return idempotency.review.status === "MADE" ? "posted" : "in-review";
  return idempotency.journal?.posted ? "posted" : "refused";
}
