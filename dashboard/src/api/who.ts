import { computed, signal } from "@preact/signals";
import { prefer, preferences } from "../app/preferences.ts";
import { texts } from "../texts/en.ts";

/** What people may, from nothing to everything: each role may what the ones before it may. */
const ROLES = ["viewer", "operator", "quality", "admin"] as const;
/** What somebody may do here. */
export type Role = (typeof ROLES)[number];

/** Who is here: not known yet, anybody (nobody has to log in), somebody, or nobody (any more). */
export type Who =
  | { readonly state: "asking" | "open" }
  | { readonly state: "in"; readonly name: string; readonly role: Role; readonly endsMs: number | undefined }
  | { readonly state: "out"; readonly ended: boolean };

export const who = signal<Who>({ state: "asking" });

/** The identity provider that people can log in with, and the code of what kept somebody from it just now. */
export const provider = signal<{ readonly name?: string | undefined; readonly problem?: string }>({});

/** The name that actions carry: of the login, or the one that this browser was told. */
export const person = computed(() => (who.value.state === "in" ? who.value.name : preferences.value.person));

/** Keeps a name that was typed, for the next action; a login's needs no keeping. */
export function keepName(name: string): void {
  if (who.value.state !== "in") prefer({ person: name });
}

/** The server knows us no longer: whatever is on the page, the login comes first. */
export function loggedOut(): void {
  if (who.value.state === "out") return;
  who.value = { state: "out", ended: who.value.state === "in" };
}

/** Why what needs a role can't be done by whoever is here; undefined where it can. */
export function lacking(needed: Role): string | undefined {
  const is = who.value;
  if (is.state !== "in" || ROLES.indexOf(is.role) >= ROLES.indexOf(needed)) return undefined;
  return texts.login.lacking(needed, is.role);
}
