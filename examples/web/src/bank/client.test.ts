import { beforeEach, describe, expect, it, vi } from "vitest";

import { AccountsDocument } from "../gql/graphql";
import persisted from "../gql/persisted-documents.json";
import { askOf } from "./client";
import { Sessions } from "./session";

const REGION = { region: "us-east-1", graphql: "/graphql/us-east-1", signIn: "/sign-in/us-east-1", clientId: "client" };
const HOUR = 3600;

interface Sent {
  readonly to: string;
  readonly body: Record<string, unknown>;
  readonly token: string | null;
}

let sent: Sent[];
let answers: (Response | Error)[];

const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });
const tokens = (token: string, seconds = HOUR) =>
  json(200, { AuthenticationResult: { AccessToken: token, ExpiresIn: seconds, RefreshToken: "refresh" } });
const data = () => json(200, { data: { viewer: {} } });
const error = (status: number) =>
  json(status, { data: null, errors: [{ message: "No.", extensions: { code: "X", correlationId: "c-1" } }] });

beforeEach(() => {
  const kept = new Map<string, string>();
  sent = [];
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal("fetch", async (to: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
    sent.push({ to, body: JSON.parse(body), token: headers["Authorization"]?.replace("Bearer ", "") ?? null });
    const answer = answers.shift();
    if (!answer) throw new Error("nobody expected this request");
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

async function asking({ trusted = false, seconds = HOUR }, ...next: (Response | Error)[]) {
  answers = [tokens("first", seconds), ...next];
  const sessions = new Sessions();
  await sessions.signIn(REGION, { name: "ada", password: "secret" });
  sent = [];
  return { sessions, answer: askOf(REGION, sessions, trusted)(AccountsDocument, { after: null }) };
}

describe("a question", () => {
  it("is sent as text", async () => {
    const { answer } = await asking({}, data());
    expect(await answer).toEqual({ viewer: {} });
    expect(sent).toEqual([
      { to: REGION.graphql, token: "first", body: { query: AccountsDocument.toString(), variables: { after: null } } },
    ]);
  });

  it("is sent by its id alone where only published documents are taken", async () => {
    await (await asking({ trusted: true }, data())).answer;
    const body = sent[0]?.body ?? {};
    expect(Object.keys(body)).toEqual(["documentId", "variables"]);
    expect(Object.keys(persisted)).toContain(body["documentId"]);
  });
});

describe("the session", () => {
  it("is renewed before it ends", async () => {
    await (await asking({ seconds: 30 }, tokens("second"), data())).answer;
    expect(sent.map(({ to, token }) => [to, token])).toEqual([
      [REGION.signIn, null],
      [REGION.graphql, "second"],
    ]);
  });

  it("is renewed once when the bank does not take its token", async () => {
    const { answer } = await asking({}, json(401, { message: "Unauthorized" }), tokens("second"), data());
    expect(await answer).toEqual({ viewer: {} });
    expect(sent.map(({ token }) => token)).toEqual(["first", null, "second"]);
  });

  it.each([
    ["it cannot be renewed", [json(401, {}), json(400, { __type: "NotAuthorizedException" })]],
    ["its new token is not taken either", [json(401, {}), tokens("second"), json(401, {})]],
  ])("ends when %s", async (_, next) => {
    const { answer, sessions } = await asking({}, ...next);
    await expect(answer).rejects.toMatchObject({ kind: "session-ended" });
    expect([sessions.current(), sessions.hasEnded()]).toEqual([null, true]);
  });

  it("does not end when the pool cannot be reached", async () => {
    const { answer, sessions } = await asking({}, json(401, {}), new TypeError("no network"));
    await expect(answer).rejects.toMatchObject({ kind: "no-answer" });
    expect(sessions.current()).not.toBeNull();
  });
});

describe("what goes wrong", () => {
  it.each([
    ["turned away", error(400), "rejected", "c-1"],
    ["throttled", json(429, { message: "Too Many Requests" }), "no-answer", undefined],
    ["broken inside", error(500), "no-answer", "c-1"],
    ["broken half way", error(200), "no-answer", "c-1"],
    ["no JSON", new Response("<html>", { status: 502 }), "no-answer", undefined],
    ["no network", new TypeError("Failed to fetch"), "no-answer", undefined],
  ])("is known by whether anything can have been done: %s", async (_, next, kind, correlationId) => {
    await expect((await asking({}, next)).answer).rejects.toMatchObject({ kind, correlationId });
    expect(sent.length).toBe(1);
  });
});
