// Loads the people, regions and examples once, then shows the header above GraphiQL.
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect, useMemo, useState } from "react";

import { type Example, examples, fetcherFor, type Region, regions, type User, users } from "./bank";
import { examplesPlugin, WhoContext } from "./examples";
import { Header } from "./header";

interface Loaded {
  readonly users: User[];
  readonly regions: Region[];
  readonly examples: Example[];
}

export function App() {
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState("");

  useEffect(() => {
    Promise.all([users(), regions(), examples()])
      .then(([users, regions, examples]) => setLoaded({ users, regions, examples }))
      .catch((error: Error) => setProblem(error.message));
  }, []);

  if (problem) return <Notice text={problem} />;
  if (!loaded) return <Notice text="Opening the bank…" />;
  const [user] = loaded.users;
  if (!user) return <Notice text="The bank has no people yet: run `./florin seed`, then load this page again." />;
  return <Bank {...loaded} firstUser={user} />;
}

function Bank({ users, regions, examples, firstUser }: Loaded & { firstUser: User }) {
  const [user, setUser] = useState(() => remembered(users) ?? firstUser);
  const [region, setRegion] = useState(user.region);
  const fetcher = useMemo(() => fetcherFor(user.name, region), [user, region]);
  const plugins = useMemo(() => [examplesPlugin(examples), HISTORY_PLUGIN], [examples]);

  const pickUser = (picked: User) => {
    localStorage.setItem(REMEMBERED_USER, picked.name);
    setUser(picked);
    setRegion(picked.region);
  };
  return (
    <WhoContext value={{ users, user, region }}>
      <div className="florin">
        <Header {...{ users, regions, user, region, pickUser, pickRegion: setRegion }} />
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          visiblePlugin={plugins[0]!}
          defaultQuery={examples[0]?.query ?? ""}
          defaultEditorToolsVisibility="variables"
          inputValueDeprecation
          schemaDescription
          forcedTheme="light"
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
        </GraphiQL>
      </div>
    </WhoContext>
  );
}

function Notice({ text }: { text: string }) {
  return <p className="florin-notice">{text}</p>;
}

function remembered(users: readonly User[]): User | undefined {
  const name = localStorage.getItem(REMEMBERED_USER);
  return users.find((user) => user.name === name);
}

const REMEMBERED_USER = "florin:user";
