import type { ConcheError } from "../errors/conche-error.ts";

/** What became of an attempt; `busy` when too many are being made at once. */
export type LoginResult = "accepted" | "wrong" | "busy";

/** PORT. The users that may connect, by name and password. */
export interface Logins {
  /**
   * Tries a password. An unknown user takes as long as a known one.
   * @param origin where it comes from: attempts of one origin hold up none of another
   */
  login(user: string, password: Uint8Array, origin: string): Promise<LoginResult>;
  /** Whether the password has been found right before. Costs next to nothing, and tries nothing. */
  knows(user: string, password: Uint8Array): Promise<boolean>;
}

/**
 * Opens the users for a server that starts; rejects when there are none to go by. `onInvalid` hears later on when a
 * change of theirs can't be used: those from before stay.
 */
export type OpenLogins = (onInvalid: (error: ConcheError) => void) => Promise<Logins>;
