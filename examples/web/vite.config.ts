import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { localBank } from "./server/local-bank.ts";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const ON_THIS_MACHINE = { host: "127.0.0.1", port: 4630, cors: false };

// What a content delivery network should send with the app, too.
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

export default defineConfig({
  root: ROOT,
  plugins: [react(), localBank(ROOT)],
  build: { target: "es2023", modulePreload: { polyfill: false } },
  server: { ...ON_THIS_MACHINE, fs: { strict: true, allow: [ROOT] } },
  preview: { ...ON_THIS_MACHINE, headers: HEADERS },
});
