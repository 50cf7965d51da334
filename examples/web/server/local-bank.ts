// What stands between the app and the local bank while it is being built: the file that says where the bank is, and a
// way through this server's own address to each region's API and user pool. The browser so meets one origin, as it does
// behind a content delivery network, and the bank needs no CORS. Nothing of this file reaches the bundle.
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, resolve } from "node:path";

import type { Plugin, PreviewServer, ProxyOptions, ViteDevServer } from "vite";

const FOLDER_DEFAULT = "../../.local";
const PEOPLE_SHOWN = 3;

interface BankFile {
  readonly engine_port: number;
  readonly regions: Readonly<Record<string, { readonly graphql: string; readonly client_id: string }>>;
}

interface Login {
  readonly name: string;
  readonly display: string;
  readonly groups: readonly string[];
  readonly region: string;
  readonly password: string;
}

export function localBank(root: string): Plugin {
  const folder = resolve(root, process.env["FLORIN_FOLDER"] ?? FOLDER_DEFAULT);
  return {
    name: "florin-local-bank",
    config: (_, { command, isPreview }) => {
      if (process.env["VITEST"] || (command === "build" && !isPreview)) return {};
      const proxy = waysTo(readBank(folder));
      return { server: { proxy }, preview: { proxy } };
    },
    configureServer: (server) => serve(server, folder),
    configurePreviewServer: (server) => serve(server, folder),
  };
}

/** `/graphql/REGION` and `/sign-in/REGION`, each to its one address. */
function waysTo(bank: BankFile): Record<string, ProxyOptions> {
  const ways = Object.entries(bank.regions).flatMap(([region, { graphql }]) => [
    [`^/graphql/${region}$`, way(graphql)],
    [`^/sign-in/${region}$`, way(`http://127.0.0.1:${bank.engine_port}/`)],
  ]);
  return Object.fromEntries(ways);
}

function way(address: string): ProxyOptions {
  const { origin, pathname } = new URL(address);
  return { target: origin, rewrite: () => pathname, changeOrigin: true };
}

function serve(server: ViteDevServer | PreviewServer, folder: string): void {
  if (process.env["VITEST"]) return;
  server.middlewares.use("/bank.json", (_: IncomingMessage, response: ServerResponse) => {
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Cache-Control", "no-store");
    response.end(JSON.stringify(settings(folder)));
  });
  const printUrls = server.printUrls.bind(server);
  server.printUrls = () => {
    printUrls();
    for (const line of welcome(folder)) server.config.logger.info(line);
  };
}

/** What a deployment keeps as a static file beside the app (src/bank/settings.ts), and who may sign in; no password. */
function settings(folder: string): object {
  const regions = Object.entries(readBank(folder).regions).map(([region, { client_id }]) => ({
    region,
    graphql: `/graphql/${region}`,
    signIn: `/sign-in/${region}`,
    clientId: client_id,
  }));
  const people = customers(folder).map(({ name, display, region }) => ({ name, display, region }));
  return { regions, people };
}

/** The password goes to the terminal of whoever may read its file, and nowhere else. */
function welcome(folder: string): string[] {
  const people = customers(folder);
  const [first] = people;
  if (!first) return ["  The bank has no people yet: ./florin seed"];
  const names = people.slice(0, PEOPLE_SHOWN).map(({ name, display }) => `${name} (${display})`);
  return ["", `  Sign in as ${names.join(", ")}, …`, `  Password:  ${first.password}`, ""];
}

function customers(folder: string): Login[] {
  const path = join(folder, "users.json");
  if (!existsSync(path)) return [];
  const logins: Login[] = JSON.parse(readFileSync(path, "utf8"));
  return logins.filter(({ groups }) => groups.includes("customer"));
}

function readBank(folder: string): BankFile {
  const path = join(folder, "bank.json");
  if (!existsSync(path)) throw new Error(`no bank in ${folder}: start one with \`make up\``);
  return JSON.parse(readFileSync(path, "utf8"));
}
