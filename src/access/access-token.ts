import type { DeskRole } from "./access-document.ts";

/** A token of the HTTP port: who it is for, what it may, and what became of it. Its secret is kept nowhere. */
export interface AccessToken {
  readonly id: number;
  /** Of a person or a program: what they do stands in the log under this name. */
  readonly name: string;
  readonly role: DeskRole;
  readonly createdMs: number;
  /** Undefined: it doesn't end by itself. */
  readonly expiresMs: number | undefined;
  /** To the minute; undefined: never. */
  readonly lastUsedMs: number | undefined;
  readonly revokedMs: number | undefined;
}

/** What the names of tokens are made of: they stand in messages, tables and pages. */
export const TOKEN_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._@'-]{0,78}[\p{L}\p{M}\p{N}.])?$/u;

/** Why a token doesn't count (any longer), in words; undefined where it does. */
export function tokenFault({ expiresMs, revokedMs }: AccessToken, nowMs: number): string | undefined {
  if (revokedMs !== undefined) return "it was revoked";
  return expiresMs !== undefined && expiresMs <= nowMs ? "it has expired" : undefined;
}

/** PORT. The tokens that were made, as they are now: another process may add and revoke some at any time. */
export interface TokenBook {
  /** Whether any was ever made. */
  made(): boolean;
  /** @param hash as `hashOf` of whoever made it gives it */
  byHash(hash: string): AccessToken | undefined;
  byId(id: number): AccessToken | undefined;
  /** The token that a login code stands for, once: a code that was used is gone, whatever became of it. */
  redeem(codeHash: string, nowMs: number): AccessToken | undefined;
  /** Notes that it is in use. */
  used(id: number, nowMs: number): void;
}
