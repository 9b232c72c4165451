import type { Identity } from "../contract/identity.ts";
import type { NewestState } from "./outbox.ts";

/** A state message that may be the newest of its machine. */
export interface StateCandidate extends NewestState {
  /** Numbered here and not by the machine itself. */
  readonly own: boolean;
}

/**
 * The newest of two states of a machine, the latter of which has just come. What is numbered here is new. What the
 * machine has numbered itself is new when its number is: a state that its broker kept from earlier, or that it sends
 * again, must not become the retained one. Pure.
 */
export function newerState(
  known: NewestState | undefined,
  { own, ...candidate }: StateCandidate,
): NewestState {
  const forwarded = known?.forwarded;
  if (own) return { ...candidate, forwarded };
  const { boot, seq } = candidate;
  if (known !== undefined && isBehind({ boot, seq }, forwarded)) return known;
  return { ...candidate, forwarded: { boot, seq } };
}

/** Whether the number is not above another one; boots sort by the time they began. */
function isBehind(identity: Identity, other: Identity | undefined): boolean {
  if (other === undefined) return false;
  return identity.boot === other.boot ? identity.seq <= other.seq : identity.boot < other.boot;
}
