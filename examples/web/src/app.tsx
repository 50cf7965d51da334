// Reads where the bank is, then shows the sign-in or the bank to whoever is signed in.
import { type ReactNode, useMemo, useState, useSyncExternalStore } from "react";

import { loadHolder } from "./bank/accounts";
import { askOf } from "./bank/client";
import { pendingOf } from "./bank/pending";
import { type Session, Sessions } from "./bank/session";
import { loadSettings, type Region, type Settings } from "./bank/settings";
import { useAsked } from "./parts/asking";
import { BankContext } from "./parts/bank-context";
import { Alert, Answer } from "./parts/page";
import { addressOf, type Route, useRoute } from "./route";
import { Accounts } from "./screens/accounts";
import { Scheduled } from "./screens/scheduled";
import { SignIn } from "./screens/sign-in";
import { Statement } from "./screens/statement";
import { Transfer } from "./screens/transfer";

export function App() {
  const [settings, again] = useAsked(loadSettings, []);
  const [sessions] = useState(() => new Sessions());
  const session = useSyncExternalStore(sessions.subscribe, sessions.current);
  return (
    <Answer asked={settings} again={again} what="the bank">
      {(loaded) => {
        const region = loaded.regions.find((each) => each.region === session?.region);
        return session && region ? (
          <Bank key={`${session.region} ${session.name}`} {...{ settings: loaded, sessions, session, region }} />
        ) : (
          <SignIn settings={loaded} sessions={sessions} />
        );
      }}
    </Answer>
  );
}

interface BankProps {
  readonly settings: Settings;
  readonly sessions: Sessions;
  readonly session: Session;
  readonly region: Region;
}

function Bank({ settings, sessions, session, region }: BankProps) {
  const ask = useMemo(() => askOf(region, sessions, settings.trustedDocuments ?? false), [region, sessions, settings]);
  const pending = useMemo(() => pendingOf(session.region, session.name), [session.region, session.name]);
  const [holder, refresh] = useAsked(() => loadHolder(ask), [ask]);
  const route = useRoute();
  const name = holder.is === "ready" ? (holder.data.name ?? session.name) : session.name;
  return (
    <>
      <Header name={name} route={route} signOut={sessions.signOut} />
      <main id="main">
        <Answer asked={holder} again={refresh} what="your accounts">
          {({ accounts, isHome }) => (
            <BankContext value={{ ask, accounts, refresh, pending }}>
              {isHome || accounts.length ? <Screen route={route} /> : <NotHome region={session.region} />}
            </BankContext>
          )}
        </Answer>
      </main>
    </>
  );
}

function Screen({ route }: { route: Route }): ReactNode {
  switch (route.screen) {
    case "accounts":
      return <Accounts />;
    case "statement":
      return <Statement key={route.accountId} accountId={route.accountId} />;
    case "transfer":
      return <Transfer key={route.sourceId} sourceId={route.sourceId} />;
    case "scheduled":
      return <Scheduled />;
  }
}

const PLACES: readonly (readonly [string, Route])[] = [
  ["Accounts", { screen: "accounts" }],
  ["Transfer", { screen: "transfer", sourceId: null }],
  ["Scheduled", { screen: "scheduled" }],
];

function Header({ name, route, signOut }: { name: string; route: Route; signOut: () => void }) {
  const here = route.screen === "statement" ? "accounts" : route.screen;
  return (
    <header className="top">
      <a className="skip" href="#main" onClick={toMain}>
        Skip to content
      </a>
      <a className="brand" href={addressOf({ screen: "accounts" })}>
        <img src="/florin.svg" alt="" width="28" height="28" />
        Florin
      </a>
      <nav aria-label="Bank">
        {PLACES.map(([text, place]) => (
          <a key={text} href={addressOf(place)} aria-current={place.screen === here ? "page" : undefined}>
            {text}
          </a>
        ))}
      </nav>
      <p className="who">
        <span>{name}</span>
        <button type="button" className="quiet" onClick={signOut}>
          Sign out
        </button>
      </p>
    </header>
  );
}

/** The address names the screen, so the link must not change it. */
function toMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("main h1")?.focus();
}

function NotHome({ region }: { region: string }) {
  return (
    <Alert kind="open">
      <p>You have no accounts in {region}. Sign out, and sign in where you are at home.</p>
    </Alert>
  );
}
