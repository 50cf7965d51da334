// Runs every audit of graphql-http against FLORIN_ADDRESS with FLORIN_TOKEN, and prints what came of each as JSON.
import { auditServer } from "graphql-http";

const { FLORIN_ADDRESS: url, FLORIN_TOKEN: token } = process.env;

// The suite knows no tokens: each of its requests is given one on the way.
const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

const results = await auditServer({ url, fetchFn });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
