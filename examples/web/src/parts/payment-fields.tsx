// The fields that every payment has: from, to, how much, with which words.
import { useId } from "react";

import { accountName, canPay, type Draft, type Faults, MEMO_LENGTH_MAX, ownDestinations } from "../bank/drafts";
import { shown } from "../bank/money";
import { useBank } from "./bank-context";
import { Field } from "./field";

interface Props {
  readonly draft: Draft;
  readonly faults: Faults;
  readonly onChange: (draft: Draft) => void;
}

export function PaymentFields({ draft, faults, onChange }: Props) {
  const { accounts } = useBank();
  const source = accounts.find(({ id }) => id === draft.sourceId);
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <>
      <Field
        label="From"
        hint={source && `${shown(source.availableBalance)} available`}
        fault={faults["sourceId"]}
      >
        {(control) => (
          <select {...control} value={draft.sourceId} onChange={(event) => set({ sourceId: event.target.value, accountId: "" })}>
            {accounts.filter(canPay).map((account) => (
              <option key={account.id} value={account.id}>
                {accountName(account)} · {account.currency}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Destination draft={draft} faults={faults} set={set} />
      <Field label={`Amount${source ? ` in ${source.currency}` : ""}`} fault={faults["amount.amount"] ?? faults["amount"]}>
        {(control) => (
          <input
            {...control}
            inputMode="decimal"
            autoComplete="off"
            value={draft.amount}
            onChange={(event) => set({ amount: event.target.value })}
          />
        )}
      </Field>
      <Field label="Message (optional)" fault={faults["memo"]}>
        {(control) => (
          <input
            {...control}
            maxLength={MEMO_LENGTH_MAX}
            autoComplete="off"
            value={draft.memo}
            onChange={(event) => set({ memo: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

function Destination({ draft, faults, set }: Omit<Props, "onChange"> & { set: (change: Partial<Draft>) => void }) {
  const { accounts } = useBank();
  const group = useId();
  const own = ownDestinations(accounts, accounts.find(({ id }) => id === draft.sourceId));
  return (
    <fieldset>
      <legend>To</legend>
      <div className="choices">
        {(["other", "own"] as const).map((to) => (
          <label key={to}>
            <input
              type="radio"
              name={group}
              checked={draft.to === to}
              disabled={to === "own" && !own.length}
              onChange={() => set({ to, accountId: own[0]?.id ?? "" })}
            />
            {to === "own" ? "One of my accounts" : "Somebody else"}
          </label>
        ))}
      </div>
      {draft.to === "own" ? (
        <Field label="Account" fault={faults["destination.accountId"] ?? faults["destination"]}>
          {(control) => (
            <select {...control} value={draft.accountId} onChange={(event) => set({ accountId: event.target.value })}>
              <option value="">Choose…</option>
              {own.map((account) => (
                <option key={account.id} value={account.id}>
                  {accountName(account)}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : (
        <div className="pair">
          <Field label="Routing number" fault={faults["destination.bankAccount.routingNumber"]}>
            {(control) => (
              <input
                {...control}
                inputMode="numeric"
                autoComplete="off"
                value={draft.routingNumber}
                onChange={(event) => set({ routingNumber: event.target.value })}
              />
            )}
          </Field>
          <Field label="Account number" fault={faults["destination.bankAccount.accountNumber"] ?? faults["destination"]}>
            {(control) => (
              <input
                {...control}
                inputMode="numeric"
                autoComplete="off"
                value={draft.accountNumber}
                onChange={(event) => set({ accountNumber: event.target.value })}
              />
            )}
          </Field>
        </div>
      )}
    </fieldset>
  );
}
