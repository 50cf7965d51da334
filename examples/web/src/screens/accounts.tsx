// Every account with its three balances: what is posted, what is held, what may be spent.
import { type Account, accountName, canPay, productName } from "../bank/drafts";
import { isZero, shown } from "../bank/money";
import { useEvery } from "../parts/asking";
import { useBank } from "../parts/bank-context";
import { PendingNote } from "../parts/pending-note";
import { Page } from "../parts/page";
import { addressOf } from "../route";

const REFRESH_MILLISECONDS = 5000;

export function Accounts() {
  const { accounts, refresh } = useBank();
  useEvery(REFRESH_MILLISECONDS, () => void refresh());
  return (
    <Page title="Accounts">
      <PendingNote />
      {accounts.length === 0 && <p className="empty">You have no accounts yet.</p>}
      <ul className="accounts">
        {accounts.map((account) => (
          <AccountCard key={account.id} account={account} />
        ))}
      </ul>
    </Page>
  );
}

function AccountCard({ account }: { account: Account }) {
  return (
    <li className="card">
      <h2>
        <a href={addressOf({ screen: "statement", accountId: account.id })} aria-label={`Statement of ${accountName(account)}`}>
          {productName(account)} <span className="number">{grouped(account.number)}</span>
        </a>
      </h2>
      <Standing account={account} />
      <Balances account={account} />
      {canPay(account) && (
        <a
          className="button quiet"
          href={addressOf({ screen: "transfer", sourceId: account.id })}
          aria-label={`Transfer from ${accountName(account)}`}
        >
          Transfer
        </a>
      )}
    </li>
  );
}

const STATUSES: Readonly<Record<string, string>> = {
  DEBITS_FROZEN: "Frozen for payments",
  FROZEN: "Frozen",
  CLOSED: "Closed",
};

const RELATIONS: Readonly<Record<string, string>> = { JOINT_OWNER: "Joint account", DELEGATE: "You may look" };

export function Standing({ account: { status, relation } }: { account: Account }) {
  const marks = [RELATIONS[relation], STATUSES[status]].filter((mark) => mark !== undefined);
  if (!marks.length) return null;
  return (
    <p className="marks">
      {marks.map((mark) => (
        <span key={mark}>{mark}</span>
      ))}
    </p>
  );
}

export function Balances({ account }: { account: Pick<Account, "availableBalance" | "ledgerBalance" | "heldBalance"> }) {
  const { availableBalance, ledgerBalance, heldBalance } = account;
  return (
    <dl className="balances">
      <div className="available">
        <dt>Available</dt>
        <dd data-testid="available">{shown(availableBalance)}</dd>
      </div>
      <div>
        <dt>Balance</dt>
        <dd data-testid="ledger">{shown(ledgerBalance)}</dd>
      </div>
      <div className={isZero(heldBalance) ? "nothing" : undefined}>
        <dt>Held</dt>
        <dd data-testid="held">{shown(heldBalance)}</dd>
      </div>
    </dl>
  );
}

/** Four digits at a time, as people read them out. */
export function grouped(number: string): string {
  return number.replace(/(.{4})(?=.)/g, "$1 ");
}
