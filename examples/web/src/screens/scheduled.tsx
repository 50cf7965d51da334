// Transfers on later days: what is ordered, ending it, and ordering more.
import { useState } from "react";

import { tomorrow } from "../bank/days";
import { accountName, canPay, checked, emptyDraft, type Faults } from "../bank/drafts";
import { faultText } from "../bank/faults";
import { shown } from "../bank/money";
import {
  cancel,
  loadAllOrders,
  loadOlderOrders,
  type Order,
  type OrdersByAccount,
  rhythmText,
  RHYTHM_CHOICES,
  schedule,
  statusText,
} from "../bank/orders";
import { type Advice, adviceOn, isRefusal } from "../bank/refusals";
import type { OrderPageFragment, Rhythm, ScheduleTransferInput } from "../gql/graphql";
import { useAsked, useBusy } from "../parts/asking";
import { useBank } from "../parts/bank-context";
import { Field } from "../parts/field";
import { Alert, Answer, Page } from "../parts/page";
import { PaymentFields } from "../parts/payment-fields";
import { AdviceBox } from "./transfer";

const UNKNOWN: Advice = { text: "The bank's answer got lost. Ask again: the same order is never made twice." };

export function Scheduled() {
  const { ask, accounts } = useBank();
  const [made, setMade] = useState<Order>();
  const [asked, again] = useAsked(() => loadAllOrders(ask), [ask, made]);
  return (
    <Page title="Scheduled transfers">
      {made && (
        <Alert key={made.id} kind="good">
          <p>
            {shown(made.amount)} to {made.destination.name} is scheduled. {rhythmText(made)}.
          </p>
        </Alert>
      )}
      <Answer asked={asked} again={again} what="your orders">
        {(orders) => <AllOrders orders={orders} />}
      </Answer>
      {accounts.some(canPay) ? <NewOrder onMade={setMade} /> : <p className="empty">You have no account to pay from.</p>}
    </Page>
  );
}

function AllOrders({ orders }: { orders: OrdersByAccount }) {
  const { accounts } = useBank();
  if (!orders.size) return <p className="empty">Nothing is scheduled.</p>;
  return accounts.map((account) => {
    const first = orders.get(account.id);
    return (
      first && (
        <section key={account.id} aria-labelledby={`orders-${account.id}`}>
          <h2 id={`orders-${account.id}`}>From {accountName(account)}</h2>
          <Orders accountId={account.id} first={first} />
        </section>
      )
    );
  });
}

function Orders({ accountId, first }: { accountId: string; first: OrderPageFragment }) {
  const { ask } = useBank();
  const [orders, setOrders] = useState<readonly Order[]>(() => first.edges.map(({ node }) => node));
  const [older, setOlder] = useState(first.pageInfo.hasNextPage ? first.pageInfo.endCursor : null);
  const [advice, setAdvice] = useState<Advice>();
  const [busy, run] = useBusy();
  const more = async (after: string) => {
    setAdvice(undefined);
    try {
      const answer = await loadOlderOrders(ask, accountId, after);
      if (answer.__typename !== "Account") return setAdvice(adviceOn(answer));
      const { edges, pageInfo } = answer.transferOrders;
      setOrders((before) => [...before, ...edges.map(({ node }) => node)]);
      setOlder(pageInfo.hasNextPage ? pageInfo.endCursor : null);
    } catch (error) {
      setAdvice({ text: faultText(error) });
    }
  };
  const onChanged = (changed: Order) => setOrders((all) => all.map((order) => (order.id === changed.id ? changed : order)));
  return (
    <>
      <ul className="orders">
        {orders.map((order) => (
          <OrderRow key={order.id} order={order} onChanged={onChanged} />
        ))}
      </ul>
      <AdviceBox advice={advice} />
      {older && (
        <button type="button" className="quiet wide" disabled={busy} onClick={() => run(() => more(older))}>
          {busy ? "Loading…" : "Load more"}
        </button>
      )}
    </>
  );
}

function OrderRow({ order, onChanged }: { order: Order; onChanged: (order: Order) => void }) {
  const { ask } = useBank();
  const [sure, setSure] = useState(false);
  const [ended, setEnded] = useState(false);
  const [advice, setAdvice] = useState<Advice>();
  const [busy, run] = useBusy();
  const end = async () => {
    setAdvice(undefined);
    try {
      const delivered = await cancel(ask, order.id);
      if (delivered.is !== "answered") return setAdvice(delivered.is === "not-done" ? adviceOn(delivered.refusal) : UNKNOWN);
      if (isRefusal(delivered.answer)) return setAdvice(adviceOn(delivered.answer));
      onChanged(delivered.answer.order);
      setEnded(true);
    } catch (error) {
      setAdvice({ text: faultText(error) });
    }
  };
  return (
    <li className="card order">
      <p className="title">
        <strong>{shown(order.amount)}</strong> to {order.destination.name}
      </p>
      <p className="detail">
        {rhythmText(order)} · {statusText(order)}
        {order.memo && ` · ${order.memo}`}
      </p>
      <AdviceBox advice={advice} />
      {ended && (
        <Alert kind="good">
          <p>This order is cancelled.</p>
        </Alert>
      )}
      {order.status === "ACTIVE" && !sure && (
        <button
          type="button"
          className="quiet"
          aria-label={`Cancel ${shown(order.amount)} to ${order.destination.name}`}
          onClick={() => setSure(true)}
        >
          Cancel
        </button>
      )}
      {order.status === "ACTIVE" && sure && (
        <div className="actions">
          <button type="button" autoFocus disabled={busy} onClick={() => run(end)}>
            {busy ? "Cancelling…" : "Yes, cancel it"}
          </button>
          <button type="button" className="quiet" disabled={busy} onClick={() => setSure(false)}>
            Keep it
          </button>
        </div>
      )}
    </li>
  );
}

interface Days {
  readonly rhythm: Rhythm;
  readonly startsOn: string;
  readonly endsOn: string;
}

function NewOrder({ onMade }: { onMade: (order: Order) => void }) {
  const { ask, accounts } = useBank();
  const [draft, setDraft] = useState(() => emptyDraft(accounts.filter(canPay)));
  const [days, setDays] = useState<Days>(() => ({ rhythm: "ONCE", startsOn: tomorrow(new Date()), endsOn: "" }));
  const [faults, setFaults] = useState<Faults>({});
  const [advice, setAdvice] = useState<Advice>();
  // A wish without a known outcome: it is sent again as it was, with its key, until something is known.
  const [open, setOpen] = useState<ScheduleTransferInput>();
  const [busy, run] = useBusy();

  const send = async (input: ScheduleTransferInput) => {
    setOpen(undefined);
    setAdvice(undefined);
    try {
      const delivered = await schedule(ask, input);
      if (delivered.is === "not-done") return setAdvice(adviceOn(delivered.refusal));
      if (delivered.is !== "answered") return setOpen(input);
      if (isRefusal(delivered.answer)) return setAdvice(adviceOn(delivered.answer));
      setDraft(emptyDraft(accounts.filter(canPay), draft.sourceId));
      onMade(delivered.answer.order);
    } catch (error) {
      setAdvice({ text: faultText(error) });
    }
  };
  const submit = async () => {
    const check = checked(draft, accounts);
    const wrong = { ...(check.is === "wrong" && check.faults), ...dayFaults(days) };
    setFaults(wrong);
    if (check.is === "wrong" || Object.keys(wrong).length) return setAdvice({ text: "Please look at the fields below." });
    await send({ ...check.payment.input, schedule: scheduleOf(days), idempotencyKey: crypto.randomUUID() });
  };
  const known = { ...faults, ...advice?.fields };
  return (
    <form
      noValidate
      className="card"
      aria-labelledby="new-order"
      onSubmit={(event) => {
        event.preventDefault();
        run(() => (open ? send(open) : submit()));
      }}
    >
      <h2 id="new-order">Schedule a transfer</h2>
      <AdviceBox advice={open ? UNKNOWN : advice} />
      <fieldset className="plain" disabled={open !== undefined}>
        <PaymentFields draft={draft} faults={known} onChange={setDraft} />
        <DayFields days={days} faults={known} onChange={setDays} />
      </fieldset>
      <button type="submit" disabled={busy}>
        {busy ? "One moment…" : open ? "Ask again" : "Schedule"}
      </button>
    </form>
  );
}

function dayFaults({ startsOn }: Days): Faults {
  return startsOn ? {} : { "schedule.startsOn": "Choose the first day." };
}

function scheduleOf({ rhythm, startsOn, endsOn }: Days): ScheduleTransferInput["schedule"] {
  return { rhythm, startsOn, ...(rhythm !== "ONCE" && endsOn && { endsOn }) };
}

function DayFields({ days, faults, onChange }: { days: Days; faults: Faults; onChange: (days: Days) => void }) {
  const set = (change: Partial<Days>) => onChange({ ...days, ...change });
  return (
    <div className="pair">
      <Field label="How often" fault={faults["schedule.rhythm"] ?? faults["schedule"]}>
        {(control) => (
          <select {...control} value={days.rhythm} onChange={(event) => set({ rhythm: event.target.value as Rhythm })}>
            {RHYTHM_CHOICES.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={days.rhythm === "ONCE" ? "On" : "First on"} fault={faults["schedule.startsOn"]}>
        {(control) => (
          <input
            {...control}
            type="date"
            min={tomorrow(new Date())}
            value={days.startsOn}
            onChange={(event) => set({ startsOn: event.target.value })}
          />
        )}
      </Field>
      {days.rhythm !== "ONCE" && (
        <Field label="Last on (optional)" fault={faults["schedule.endsOn"]}>
          {(control) => (
            <input
              {...control}
              type="date"
              min={days.startsOn}
              value={days.endsOn}
              onChange={(event) => set({ endsOn: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
