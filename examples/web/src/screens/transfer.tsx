// A transfer in three steps: fill in, look at what it would do, send. The wish gets its idempotency key when it is
// reviewed and keeps it until its outcome is known, through retries, reloads and new sign-ins.
import { useEffect, useState } from "react";

import { wantsThePerson } from "../bank/delivery";
import { type Advice, adviceOn, isRefusal } from "../bank/refusals";
import { canPay, checked, type Draft, emptyDraft, type Faults } from "../bank/drafts";
import { faultText, isFault } from "../bank/faults";
import { type Money, shown } from "../bank/money";
import { outcome, preview, transfer, type Wish } from "../bank/transfers";
import { useBusy } from "../parts/asking";
import { type BankContextValue, useBank } from "../parts/bank-context";
import { Alert, Page } from "../parts/page";
import { PaymentFields } from "../parts/payment-fields";
import { addressOf } from "../route";

type Stage =
  | { readonly at: "form"; readonly advice?: Advice | undefined }
  | { readonly at: "review"; readonly wish: Wish; readonly available: Money; readonly advice?: Advice }
  | { readonly at: "made"; readonly wish: Wish; readonly available: Money | null; readonly lost: boolean }
  | { readonly at: "unknown"; readonly wish: Wish; readonly arrived: "unknown" | "no"; readonly advice?: Advice };

export function Transfer({ sourceId }: { sourceId: string | null }) {
  const bank = useBank();
  const payers = bank.accounts.filter(canPay);
  const [draft, setDraft] = useState(() => emptyDraft(payers, sourceId));
  const [stage, setStage] = useState<Stage>(() => begin(bank.pending.read()));
  const again = () => {
    setDraft(emptyDraft(payers, draft.sourceId));
    setStage({ at: "form" });
  };
  const onStage = (next: Stage) => {
    setStage(next);
    if (next.at === "made") void bank.refresh();
  };
  return <Page title={TITLES[stage.at]}>{content()}</Page>;

  function content() {
    switch (stage.at) {
      case "form":
        if (!payers.length) return <p className="empty">You have no account to pay from.</p>;
        return <Form {...{ draft, setDraft, onStage }} advice={stage.advice} />;
      case "review":
        return <Review stage={stage} onStage={onStage} />;
      case "made":
        return <Made stage={stage} again={again} />;
      case "unknown":
        return <Unknown stage={stage} onStage={onStage} />;
    }
  }
}

const TITLES: Readonly<Record<Stage["at"], string>> = {
  form: "Transfer",
  review: "Check your transfer",
  made: "Transfer made",
  unknown: "Was it made?",
};

function begin(pending: Wish | null): Stage {
  return pending ? { at: "unknown", wish: pending, arrived: "unknown" } : { at: "form" };
}

interface FormProps {
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  readonly advice: Advice | undefined;
  readonly onStage: (stage: Stage) => void;
}

function Form({ draft, setDraft, advice, onStage }: FormProps) {
  const { ask, accounts } = useBank();
  const [faults, setFaults] = useState<Faults>({});
  const [busy, run] = useBusy();
  const review = async () => {
    const check = checked(draft, accounts);
    setFaults(check.is === "wrong" ? check.faults : {});
    if (check.is === "wrong") return onStage({ at: "form", advice: { text: "Please look at the fields below." } });
    const { input, ...shownParts } = check.payment;
    const wish = { input: { ...input, idempotencyKey: crypto.randomUUID() }, ...shownParts };
    onStage(await reviewed(() => preview(ask, wish), wish));
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        run(review);
      }}
    >
      <AdviceBox advice={advice} />
      <PaymentFields draft={draft} faults={{ ...faults, ...advice?.fields }} onChange={setDraft} />
      <button type="submit" disabled={busy}>
        {busy ? "One moment…" : "Review"}
      </button>
    </form>
  );
}

/** A preview writes nothing, so whatever goes wrong with it leads back to the form. */
async function reviewed(ask: () => ReturnType<typeof preview>, wish: Wish): Promise<Stage> {
  try {
    const answer = await ask();
    if (isRefusal(answer)) return { at: "form", advice: adviceOn(answer) };
    return { at: "review", wish, available: answer.source.availableBalance };
  } catch (error) {
    return { at: "form", advice: { text: faultText(error) } };
  }
}

/** Sends the wish, and says where that leads. While its outcome is unknown the wish is kept. */
async function sent({ ask, pending }: BankContextValue, wish: Wish): Promise<Stage> {
  pending.write(wish);
  try {
    const delivered = await transfer(ask, wish);
    if (delivered.is === "unknown") return { at: "unknown", wish, arrived: "unknown" };
    if (delivered.is === "not-done" && wantsThePerson(delivered.refusal)) {
      return { at: "form", advice: adviceOn(delivered.refusal) }; // the wish is kept, and goes on after the sign-in
    }
    pending.clear();
    if (delivered.is === "found") return { at: "made", wish, available: null, lost: true };
    const answer = delivered.is === "not-done" ? delivered.refusal : delivered.answer;
    if (isRefusal(answer)) return { at: "form", advice: adviceOn(answer) };
    return { at: "made", wish, available: answer.source.availableBalance, lost: delivered.is === "answered" && delivered.lost };
  } catch (error) {
    if (isFault(error, "rejected")) pending.clear();
    return { at: "form", advice: { text: faultText(error) } };
  }
}

function Review({ stage, onStage }: { stage: Extract<Stage, { at: "review" }>; onStage: (stage: Stage) => void }) {
  const bank = useBank();
  const [busy, run] = useBusy();
  const { wish, available } = stage;
  return (
    <>
      <Facts wish={wish} />
      <p>
        Afterwards <strong data-testid="after">{shown(available)}</strong> will be available on {wish.from}.
      </p>
      <div className="actions">
        <button type="button" disabled={busy} onClick={() => run(async () => onStage(await sent(bank, wish)))}>
          {busy ? "Sending…" : `Send ${shown(wish.amount)}`}
        </button>
        <button type="button" className="quiet" disabled={busy} onClick={() => onStage({ at: "form" })}>
          Change
        </button>
      </div>
      <p className="unseen" role="status">
        {busy && "Sending. Please wait."}
      </p>
    </>
  );
}

function Facts({ wish: { amount, from, to, input } }: { wish: Wish }) {
  return (
    <dl className="facts">
      <dt>Amount</dt>
      <dd>{shown(amount)}</dd>
      <dt>From</dt>
      <dd>{from}</dd>
      <dt>To</dt>
      <dd>{to}</dd>
      {input.memo && (
        <>
          <dt>Message</dt>
          <dd>{input.memo}</dd>
        </>
      )}
    </dl>
  );
}

function Made({ stage, again }: { stage: Extract<Stage, { at: "made" }>; again: () => void }) {
  const { wish, available, lost } = stage;
  return (
    <>
      <Alert kind="good">
        <p>
          {shown(wish.amount)} went from {wish.from} to {wish.to}.
          {lost && " The bank's answer got lost on the way, so we asked again: it was made once."}
        </p>
        {available && <p>{shown(available)} is available now.</p>}
      </Alert>
      <div className="actions">
        <a className="button" href={addressOf({ screen: "statement", accountId: wish.input.sourceId })}>
          See the statement
        </a>
        <button type="button" className="quiet" onClick={again}>
          Make another transfer
        </button>
      </div>
    </>
  );
}

function Unknown({ stage, onStage }: { stage: Extract<Stage, { at: "unknown" }>; onStage: (stage: Stage) => void }) {
  const bank = useBank();
  const [busy, run] = useBusy();
  const { wish, arrived, advice } = stage;
  const find = async () => onStage(await foundOut(bank, wish));
  const send = async () => onStage(await sent(bank, wish));
  useEffect(() => run(find), []);
  const forget = () => {
    bank.pending.clear();
    onStage({ at: "form" });
  };
  return (
    <>
      <Facts wish={wish} />
      <AdviceBox advice={advice} />
      <Alert key={arrived} kind="open">
        {arrived === "no" ? (
          <p>The bank has not received this transfer, so nothing was paid. Send it, or leave it.</p>
        ) : (
          <p>
            The bank's answer got lost, so we do not know yet whether this transfer was made. Asking again is safe: it
            keeps its number and is never made twice.
          </p>
        )}
      </Alert>
      <div className="actions">
        <button type="button" disabled={busy} onClick={() => run(arrived === "no" ? send : find)}>
          {busy ? "Asking the bank…" : arrived === "no" ? "Send it" : "Find out"}
        </button>
        {arrived === "no" && (
          <button type="button" className="quiet" disabled={busy} onClick={forget}>
            Leave it
          </button>
        )}
      </div>
    </>
  );
}

/** Asks what the key has led to. A refusal is final, and a review goes on whoever asks: sending again moves nothing and
 * tells which one it was, or that the bank is looking at it. */
async function foundOut(bank: BankContextValue, wish: Wish): Promise<Stage> {
  try {
    switch (await outcome(bank.ask, wish)) {
      case "posted":
        bank.pending.clear();
        return { at: "made", wish, available: null, lost: true };
      case "refused":
      case "in-review":
        return await sent(bank, wish);
      case "unused":
        return { at: "unknown", wish, arrived: "no" };
    }
  } catch (error) {
    return { at: "unknown", wish, arrived: "unknown", advice: { text: faultText(error) } };
  }
}

export function AdviceBox({ advice }: { advice: Advice | undefined }) {
  if (!advice) return null;
  return (
    <Alert key={advice.text} kind="bad">
      <p>{advice.text}</p>
    </Alert>
  );
}
