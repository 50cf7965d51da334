// A pane of ready operations beside the documentation. Opening one leaves what you were writing in its own tab.
import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { createContext, useContext, useState } from "react";

import type { Example } from "./bank";
import { filled, type Who } from "./marks";

/** For whom the examples are filled in. */
export const WhoContext = createContext<Who | null>(null);

export function examplesPlugin(examples: readonly Example[]): GraphiQLPlugin {
  return { title: "Examples", icon: ExamplesIcon, content: () => <Examples examples={examples} /> };
}

function Examples({ examples }: { examples: readonly Example[] }) {
  const who = useContext(WhoContext);
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  // One at a time: the bank may need a moment, and a tab that opens late would cover what you went on to.
  const [opening, setOpening] = useState("");
  const [problem, setProblem] = useState("");
  if (!who || !queryEditor || !variableEditor) return null;

  const open = async (example: Example) => {
    setOpening(example.name);
    setProblem("");
    try {
      const variables = await filled(example.variables, who);
      addTab();
      queryEditor.setValue(example.query);
      variableEditor.setValue(variables);
    } catch (error) {
      setProblem(String(error));
    } finally {
      setOpening("");
    }
  };
  return (
    <section className="florin-examples">
      <h2>Examples</h2>
      {problem && <p role="alert">{problem}</p>}
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" disabled={opening !== ""} onClick={() => open(example)}>
              <b>{example.title}</b>
              <span>{example.name === opening ? "Asking the bank for your accounts…" : example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <path d="M5 4h9l5 5v11H5z M14 4v5h5 M8.5 13h7 M8.5 16.5h5" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
