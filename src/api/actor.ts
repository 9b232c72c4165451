import type { HttpLogin } from "../access/http-logins.ts";

/** The longest name of a person in a message. */
const LONGEST = 80;

/**
 * In whose name something is done. Who has logged in with a browser acts as themselves; a program may name the person
 * that it acts for, and its own name stands behind.
 */
export function actorName({ name, by }: HttpLogin, claimed: unknown): string {
  if (by === "session" || typeof claimed !== "string") return name;
  const person = claimed.trim();
  if (person === "" || person === name) return name;
  const behind = ` (${name})`;
  return `${person.slice(0, Math.max(0, LONGEST - behind.length))}${behind}`.slice(0, LONGEST);
}
