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
  // Characters, not halves of them: text with half a surrogate pair is no text.
  const room = Math.max(0, LONGEST - [...behind].length);
  return [...[...person].slice(0, room), ...behind].slice(0, LONGEST).join("");
}
