// What screens share when they ask the bank: the states of a question, and a guard against doing one thing twice.
import { type DependencyList, useCallback, useEffect, useRef, useState } from "react";

import { faultText, isFault } from "../bank/faults";

export type Asked<T> =
  | { readonly is: "loading" }
  | { readonly is: "failed"; readonly text: string }
  | { readonly is: "ready"; readonly data: T };

/** Asks when the screen opens and when what it asks for changes; `again` asks anew and keeps showing what was there. */
export function useAsked<T>(load: () => Promise<T>, dependencies: DependencyList): readonly [Asked<T>, () => Promise<void>] {
  const [asked, setAsked] = useState<Asked<T>>({ is: "loading" });
  const turn = useRef(0);
  const again = useCallback(async () => {
    turn.current += 1;
    const mine = turn.current;
    const answer = await askedOf(load);
    if (mine === turn.current) setAsked((before) => kept(before, answer));
  }, dependencies);
  useEffect(() => {
    setAsked({ is: "loading" });
    void again();
    return () => {
      turn.current += 1; // An answer that comes now was for another question.
    };
  }, [again]);
  return [asked, again];
}

async function askedOf<T>(load: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { is: "ready", data: await load() };
  } catch (error) {
    if (isFault(error, "session-ended")) return { is: "loading" }; // The app shows the sign-in instead.
    return { is: "failed", text: faultText(error) };
  }
}

function kept<T>(before: Asked<T>, answer: Asked<T>): Asked<T> {
  return before.is === "ready" && answer.is !== "ready" ? before : answer;
}

/** Runs one thing at a time: a second click while the first is under way does nothing. */
export function useBusy(): readonly [busy: boolean, run: (work: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = (work: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    void work().finally(() => {
      running.current = false;
      setBusy(false);
    });
  };
  return [busy, run];
}

/** Every so often, while somebody looks. */
export function useEvery(milliseconds: number, work: () => void): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) latest.current();
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
