// Name and password, straight to the user pool. The local bank tells who may sign in; elsewhere nothing is suggested.
import { useState, useSyncExternalStore } from "react";

import { faultText } from "../bank/faults";
import type { Sessions } from "../bank/session";
import type { Settings } from "../bank/settings";
import { useBusy } from "../parts/asking";
import { Field } from "../parts/field";
import { Alert, Page } from "../parts/page";

export function SignIn({ settings, sessions }: { settings: Settings; sessions: Sessions }) {
  const { regions, people = [] } = settings;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [picked, setPicked] = useState<string>();
  const [fault, setFault] = useState("");
  const [busy, run] = useBusy();
  const ended = useSyncExternalStore(sessions.subscribe, sessions.hasEnded);

  const home = people.find((person) => person.name === name)?.region;
  const region = regions.find((each) => each.region === (picked ?? home)) ?? regions[0];
  const signIn = async () => {
    if (!region) return setFault("The bank has no region to sign in to.");
    setFault("");
    try {
      await sessions.signIn(region, { name, password });
    } catch (error) {
      setFault(faultText(error));
    }
  };
  return (
    <main className="sign-in">
      <img src="/florin.svg" alt="" width="48" height="48" />
      <Page title="Sign in to Florin">
        {ended && !fault && (
          <Alert kind="open">
            <p>Your session has ended. Sign in again to go on where you were.</p>
          </Alert>
        )}
        {fault && (
          <Alert key={fault} kind="bad">
            <p>{fault}</p>
          </Alert>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run(signIn);
          }}
        >
          <Field label="User name">
            {(control) => (
              <input
                {...control}
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                list={people.length ? "people" : undefined}
                required
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <datalist id="people">
            {people.map((person) => (
              <option key={person.name} value={person.name}>
                {person.display}
              </option>
            ))}
          </datalist>
          <Field label="Password" hint={people.length ? "The local bank's is in the terminal that serves this page." : undefined}>
            {(control) => (
              <input
                {...control}
                name="password"
                type="password"
                autoComplete="current-password"
                required
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
          {regions.length > 1 && (
            <Field label="Home region">
              {(control) => (
                <select {...control} value={region?.region} onChange={(event) => setPicked(event.target.value)}>
                  {regions.map((each) => (
                    <option key={each.region}>{each.region}</option>
                  ))}
                </select>
              )}
            </Field>
          )}
          <button type="submit" disabled={busy}>
            {busy ? "Signing in…" : "Sign in"}
          </button>
        </form>
      </Page>
    </main>
  );
}
