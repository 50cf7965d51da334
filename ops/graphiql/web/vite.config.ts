// Everything the page needs goes into the bundle: it must work without a network, under a policy that allows
// nothing from elsewhere. Workers and fonts become files beside it.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    // The editor is one large library that only this local page loads; splitting it would gain nothing.
    chunkSizeWarningLimit: 8000,
    modulePreload: { polyfill: false },
  },
});
