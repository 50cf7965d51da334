// The published documents are what the app asks by: each under the hash of its own text.
import { createHash } from "node:crypto";

import { expect, it } from "vitest";

import * as documents from "./gql/graphql";
import persisted from "./gql/persisted-documents.json";

it("every persisted document stands under the hash of its text", () => {
  for (const [id, text] of Object.entries(persisted))
    expect(id).toBe(`sha256:${createHash("sha256").update(text).digest("hex")}`);
});

it("every operation of the app is persisted", () => {
  const operations = Object.values(documents).filter((each) => each instanceof documents.TypedDocumentString);
  const ids = operations.map(({ __meta__ }) => __meta__?.["hash"]).filter((id) => id !== undefined);
  expect(ids.sort()).toEqual(Object.keys(persisted).sort());
});
