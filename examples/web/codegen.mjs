// Types and persisted documents from the schema and documents/*.graphql:  npm run generate
//
// The preset is the one that the `graphql-codegen` command calls "client"; it is run by its core alone, which is a fifth
// of that command's packages. With `--check` nothing is written, and what is out of date is named.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { parse } from "graphql";

const HERE = dirname(fileURLToPath(import.meta.url));
const SCHEMA = join(HERE, "../../graph/schema.graphql");
const DOCUMENTS = join(HERE, "documents");
const OUT = join(HERE, "src/gql");

// Every scalar is named: one that the schema adds stops the build here, until somebody says what it is in TypeScript.
const SCALARS = {
  AmountValue: "string",
  Currency: "string",
  Cursor: "string",
  Date: "string",
  DateTime: "string",
  ID: "string",
  IdempotencyKey: "string",
};
// The preset also makes a `graphql()` tag, for documents that stand among the code. Ours are files.
const KEPT = ["graphql.ts", "persisted-documents.json"];

async function generated() {
  const schema = parse(await readFile(SCHEMA, "utf8"));
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: `${OUT}/`,
    schema,
    documents: await documents(),
    config: {
      documentMode: "string", // Nothing of the `graphql` package reaches the browser.
      scalars: SCALARS,
      strictScalars: true,
      immutableTypes: true,
      useTypeImports: true,
      nonOptionalTypename: false, // Where the type matters, the document asks for it.
    },
    presetConfig: {
      fragmentMasking: false,
      persistedDocuments: { mode: "embedHashInDocument", hashAlgorithm: "sha256" },
    },
    plugins: [],
    pluginMap: {},
    documentTransforms: [],
  });
  const kept = sections.filter(({ filename }) => KEPT.includes(basename(filename)));
  const files = await Promise.all(kept.map(async (section) => [section.filename, await codegen(section)]));
  return new Map(files.map(([name, text]) => [name, text.endsWith("\n") ? text : `${text}\n`]));
}

async function documents() {
  const names = (await readdir(DOCUMENTS)).filter((name) => name.endsWith(".graphql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const rawSDL = await readFile(join(DOCUMENTS, name), "utf8");
      return { location: join(DOCUMENTS, name), rawSDL, document: parse(rawSDL) };
    }),
  );
}

async function stale(files) {
  const there = await readdir(OUT).catch(() => []);
  const left = there.map((name) => join(OUT, name)).filter((name) => !files.has(name));
  const changed = await Promise.all(
    [...files].map(async ([name, text]) => ((await readFile(name, "utf8").catch(() => "")) === text ? [] : [name])),
  );
  return [...left, ...changed.flat()].map((name) => relative(HERE, name));
}

async function write(files) {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await Promise.all([...files].map(([name, text]) => writeFile(name, text)));
}

const files = await generated();
if (process.argv.includes("--check")) {
  const names = await stale(files);
  if (names.length) {
    console.error(`out of date, run \`npm run generate\` in examples/web: ${names.join(", ")}`);
    process.exit(1);
  }
} else {
  await write(files);
}
