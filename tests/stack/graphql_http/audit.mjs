// Runs every audit of graphql-http against FLORIN_ADDRESS with FLORIN_TOKEN, and prints what came of each as JSON.
import { auditServer } from "graphql-http";

const { FLORIN_ADDRESS: url, FLORIN_TOKEN: token } = process.env;

// The suite asks everything at once, and a local engine begins a process for each request that meets no idle one: they
// would time each other out. It is to judge answers and not load, so its requests go a few at a time.
const AT_ONCE = 4;
const turns = Array.from({ length: AT_ONCE }, () => Promise.resolve());
let asked = 0;

// The suite knows no tokens: each of its requests is given one on the way.
const fetchFn = (input, init = {}) => {
  const lane = asked++ % AT_ONCE;
  const answer = turns[lane].then(() =>
    fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
  );
  turns[lane] = answer.catch(() => undefined);
  return answer;
};

const results = await auditServer({ url, fetchFn });

// A response whose body an audit has read is given as its status alone.
const answered = async (response) =>
  response && [response.status, response.bodyUsed ? null : await response.text()];

console.log(
  JSON.stringify(
    await Promise.all(
      results.map(async ({ id, name, status, reason, response }) => ({ id, name, status, reason, answer: await answered(response) })),
    ),
  ),
);
