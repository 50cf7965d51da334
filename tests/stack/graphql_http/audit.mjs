// Runs every audit of graphql-http against FLORIN_ADDRESS with FLORIN_TOKEN, and prints what came of each as JSON.
import { auditServer } from "graphql-http";

const { FLORIN_ADDRESS: url, FLORIN_TOKEN: token } = process.env;

// The suite knows no tokens: each of its requests is given one on the way.
const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

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
