// Which screen is shown: the part of the address behind the #, so that every screen can be linked to and gone back to.
import { useSyncExternalStore } from "react";

export type Route =
  | { readonly screen: "accounts" }
  | { readonly screen: "statement"; readonly accountId: string }
  | { readonly screen: "transfer"; readonly sourceId: string | null }
  | { readonly screen: "scheduled" };

export function addressOf(route: Route): string {
  switch (route.screen) {
    case "accounts":
      return "#/";
    case "statement":
      return `#/accounts/${encodeURIComponent(route.accountId)}`;
    case "transfer":
      return route.sourceId ? `#/transfer/${encodeURIComponent(route.sourceId)}` : "#/transfer";
    case "scheduled":
      return "#/scheduled";
  }
}

export function routeOf(hash: string): Route {
  const [screen, id] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (screen === "accounts" && id) return { screen: "statement", accountId: id };
  if (screen === "transfer") return { screen, sourceId: id ?? null };
  if (screen === "scheduled") return { screen };
  return { screen: "accounts" };
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.hash));
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
