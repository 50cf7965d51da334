// The entries of one account, newest first. The first pages come from `entries`; what happens from then on comes from
// `changes`, which this screen follows while it is open.
import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";

import type { Ask } from "../bank/client";
import { dayText, timeText } from "../bank/days";
import { pause } from "../bank/delivery";
import { type Account, accountName, canPay } from "../bank/drafts";
import { faultText, isFault } from "../bank/faults";
import { follow } from "../bank/following";
import { absolute, isNegative, isZero, shown } from "../bank/money";
import { adviceOn, type RefusalOf } from "../bank/refusals";
import { byDay, type Entry, hasGap, merged } from "../bank/statement";
import { StatementDocument, type StatementQuery } from "../gql/graphql";
import { useAsked, useBusy } from "../parts/asking";
import { useBank } from "../parts/bank-context";
import { Alert, Answer, Page } from "../parts/page";
import { addressOf } from "../route";
import { Balances, grouped, Standing } from "./accounts";

type Found = Extract<StatementQuery["account"], { __typename: "Account" }>;

interface Shown {
  readonly account: Account;
  readonly entries: readonly Entry[];
  /** Where older entries begin; null when there are none. */
  readonly older: string | null;
}

export function Statement({ accountId }: { accountId: string }) {
  const { ask } = useBank();
  const [asked, again] = useAsked(() => load(ask, accountId, null), [ask, accountId]);
  return (
    <Answer asked={asked} again={again} what="the statement">
      {(answer) => (answer.__typename === "Account" ? <Live first={shownOf(answer)} /> : <Declined refusal={answer} />)}
    </Answer>
  );
}

async function load(ask: Ask, accountId: string, after: string | null): Promise<StatementQuery["account"]> {
  return (await ask(StatementDocument, { accountId, after })).account;
}

function shownOf(account: Found): Shown {
  const { edges, pageInfo } = account.entries;
  return { account, entries: edges.map(({ node }) => node), older: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function Declined({ refusal }: { refusal: RefusalOf<StatementQuery["account"]> }) {
  return (
    <Page title="Statement">
      <Alert kind="bad">
        <p>{adviceOn(refusal).text}</p>
      </Alert>
    </Page>
  );
}

function Live({ first }: { first: Shown }) {
  const [known, setKnown] = useState(first);
  const { live, news } = useFeed(first, known, setKnown);
  const { account, entries } = known;
  return (
    <Page title={accountName(account)}>
      <p className="sub">
        <span>Account {grouped(account.number)}</span> · <span>Routing {account.routingNumber}</span>
        <span className={live ? "live" : "live off"}>{live ? "Live" : "Not live"}</span>
      </p>
      <Standing account={account} />
      <Balances account={newest(account, entries)} />
      {canPay(account) && (
        <a className="button" href={addressOf({ screen: "transfer", sourceId: account.id })}>
          Transfer
        </a>
      )}
      <p className="unseen" role="status">
        {news.map(spoken).join(" ")}
      </p>
      <Entries entries={entries} news={news} />
      <Older known={known} setKnown={setKnown} />
    </Page>
  );
}

/** Follows the account. What happened between the first page and the start of the feed is fetched as a page. */
function useFeed(first: Shown, known: Shown, setKnown: Dispatch<SetStateAction<Shown>>) {
  const { ask, refresh } = useBank();
  const [live, setLive] = useState(false);
  const [news, setNews] = useState<readonly Entry[]>([]);
  const latest = useRef(known);
  latest.current = known;
  const accountId = first.account.id;
  useEffect(() => {
    const stop = new AbortController();
    const refill = async () => {
      const answer = await load(ask, accountId, null);
      if (answer.__typename === "Account" && !stop.signal.aborted) setKnown((before) => refilled(before, shownOf(answer)));
    };
    const follower = {
      onLive: setLive,
      onStart: (last: number) => {
        if (last > (latest.current.entries[0]?.sequence ?? 0)) void refill().catch(() => setLive(false));
      },
      onEntries: (fresh: readonly Entry[]) => {
        const entries = merged(latest.current.entries, fresh);
        if (hasGap(entries)) return void refill().catch(() => setLive(false));
        setKnown((before) => ({ ...before, entries: merged(before.entries, fresh) }));
        setNews(fresh);
        void refresh();
      },
    };
    follow({ ask, accountId, pause: pauseWhileUnseen, signal: stop.signal }, follower).catch((error: unknown) => {
      if (isFault(error, "no-answer")) throw error; // `follow` goes on after those by itself.
      setLive(false);
    });
    return () => stop.abort();
  }, [ask, accountId, refresh, setKnown]);
  return { live, news };
}

/** A tab that nobody looks at asks nothing. */
async function pauseWhileUnseen(milliseconds: number): Promise<void> {
  await pause(milliseconds);
  if (!document.hidden) return;
  await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
}

/** A new first page beside what is known; without what is known, if something between them would be missing. */
function refilled(before: Shown, page: Shown): Shown {
  const entries = merged(before.entries, page.entries);
  return hasGap(entries) ? page : { ...page, entries, older: before.older };
}

/** Each entry carries the balances after it, so the newest one tells those of now. */
function newest(account: Account, [entry]: readonly Entry[]): Pick<Account, "availableBalance" | "ledgerBalance" | "heldBalance"> {
  return entry ?? account;
}

function Entries({ entries, news }: { entries: readonly Entry[]; news: readonly Entry[] }) {
  if (!entries.length) return <p className="empty">Nothing has happened on this account yet.</p>;
  const fresh = new Set(news.map(({ sequence }) => sequence));
  return (
    <table className="entries">
      <caption className="unseen">Entries, newest first</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Amount</th>
          <th scope="col">Balance</th>
        </tr>
      </thead>
      {[...byDay(entries)].map(([day, rows]) => (
        <tbody key={day}>
          <tr className="day">
            <th scope="rowgroup" colSpan={3}>
              {dayText(day)}
            </th>
          </tr>
          {rows.map((entry) => (
            <EntryRow key={entry.sequence} entry={entry} isNew={fresh.has(entry.sequence)} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function EntryRow({ entry, isNew }: { entry: Entry; isNew: boolean }) {
  return (
    <tr className={isNew ? "entry new" : "entry"} data-sequence={entry.sequence}>
      <td>
        <span className="title">{entry.title}</span>
        <span className="detail">
          {[entry.counterparty?.name, timeText(entry.bookedAt)].filter(Boolean).join(" · ")}
        </span>
      </td>
      <td className={amountClass(entry)}>{amountText(entry)}</td>
      <td className="after">{shown(entry.ledgerBalance)}</td>
    </tr>
  );
}

function amountText({ amount, heldChange }: Entry): string {
  if (!isZero(amount)) return shown(amount, "exceptZero");
  if (isZero(heldChange)) return "–";
  return `${shown(absolute(heldChange))} ${isNegative(heldChange) ? "released" : "held"}`;
}

function amountClass({ amount }: Entry): string {
  if (isZero(amount)) return "amount";
  return isNegative(amount) ? "amount out" : "amount in";
}

function spoken(entry: Entry): string {
  return `New: ${entry.title}, ${amountText(entry)}, ${entry.counterparty?.name ?? "the bank"}.`;
}

function Older({ known, setKnown }: { known: Shown; setKnown: Dispatch<SetStateAction<Shown>> }) {
  const { ask } = useBank();
  const [busy, run] = useBusy();
  const [fault, setFault] = useState("");
  const { older, account } = known;
  if (!older) return null;
  const more = async () => {
    setFault("");
    try {
      const answer = await load(ask, account.id, older);
      if (answer.__typename !== "Account") return setFault(adviceOn(answer).text);
      const page = shownOf(answer);
      setKnown((before) => ({ ...before, entries: merged(before.entries, page.entries), older: page.older }));
    } catch (error) {
      setFault(faultText(error));
    }
  };
  return (
    <>
      {fault && (
        <Alert key={fault} kind="bad">
          <p>{fault}</p>
        </Alert>
      )}
      <button type="button" className="quiet wide" disabled={busy} onClick={() => run(more)}>
        {busy ? "Loading…" : "Load more"}
      </button>
    </>
  );
}
