import { computed, signal } from "@preact/signals";

/** Where the browser stands: everything visible is in the address, so that every view can be sent to somebody. */
const address = signal(new URL(location.href));

addEventListener("popstate", () => {
  address.value = new URL(location.href);
});

/** The levels of the path, decoded: ["machine", "tunis-01", "line-a", …]. */
export const path = computed(() => address.value.pathname.split("/").filter(Boolean).map(decoded));

/** The choices of the page: period, cursor, tags, filter. */
export const choices = computed(() => address.value.searchParams);

function decoded(level: string): string {
  try {
    return decodeURIComponent(level);
  } catch {
    return level;
  }
}

/** Goes to an address of the dashboard. */
export function go(to: string): void {
  history.pushState(null, "", to);
  address.value = new URL(location.href);
  scrollTo(0, 0);
}

/** Changes choices of the page in place; `undefined` takes one out. A cursor that moves makes no history. */
export function choose(changes: Readonly<Record<string, string | undefined>>, keep = false): void {
  const next = new URL(address.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  if (keep) history.replaceState(null, "", next);
  else history.pushState(null, "", next);
  address.value = next;
}

/** An address from levels of a path, each made safe. */
export function addressOf(...levels: readonly string[]): string {
  return `/${levels.map((level) => level.split("/").map(encodeURIComponent).join("/")).join("/")}`;
}

/** Follows links of the dashboard without loading the page anew; modified clicks are the browser's. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (link === null || link.target !== "" || link.origin !== location.origin || link.hasAttribute("download"))
    return;
  if (event.defaultPrevented) return;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.pathname.startsWith("/api/") || link.hash !== "") return;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** What a page gets: the levels of the path behind its name, as the site, line, step and machine of /machine/…. */
export interface PageProps {
  readonly levels: readonly string[];
}
