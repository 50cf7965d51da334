// The frame of a screen and the small pieces that every screen uses.
import { type ReactNode, useEffect, useRef } from "react";

import type { Asked } from "./asking";

/** A screen. Its heading takes the focus when it opens, so that a screen reader says where one is. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Florin`;
    heading.current?.focus();
  }, [title]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}

/** Something that was just found out. It is read aloud, and takes the focus when it is bad news about what was done. */
export function Alert({ kind, children }: { kind: "bad" | "good" | "open"; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div ref={box} className={`alert ${kind}`} role={kind === "good" ? "status" : "alert"} tabIndex={-1}>
      {children}
    </div>
  );
}

/** The states that every question has before its answer. */
export function Answer<T>(props: { asked: Asked<T>; again: () => void; what: string; children: (data: T) => ReactNode }) {
  const { asked, again, what, children } = props;
  switch (asked.is) {
    case "loading":
      return (
        <p className="loading" role="status">
          Loading {what}…
        </p>
      );
    case "failed":
      return (
        <Alert kind="bad">
          <p>
            We could not load {what}. {asked.text}
          </p>
          <button type="button" className="quiet" onClick={again}>
            Try again
          </button>
        </Alert>
      );
    case "ready":
      return children(asked.data);
  }
}
