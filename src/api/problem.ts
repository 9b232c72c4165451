import { type Static, Type } from "typebox";
import { ERROR_CATALOGUE, type ErrorCode } from "../errors/catalogue.ts";
import { ConcheError } from "../errors/conche-error.ts";

/** RFC 9457 problem details, with the catalogue's code and what to do. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "Names the kind of problem" }),
    title: Type.String({ description: "What the code means" }),
    status: Type.Integer({ description: "The HTTP status" }),
    detail: Type.String({ description: "What was wrong, with the values that show it" }),
    code: Type.String({ description: "A stable code of docs/errors.md" }),
    hint: Type.String({ description: "What to do" }),
  },
  { additionalProperties: false },
);
/** A failed request's answer. */
export type Problem = Static<typeof Problem>;

/** The media type of a problem (RFC 9457, section 3). */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** Errors that are not the server's: what they are in HTTP. Everything else is 500, or 503 where trying again helps. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  CONCHE_REQUEST_INVALID: 400,
  CONCHE_MESSAGE_REFUSED: 400,
  CONCHE_METHOD_NOT_ALLOWED: 405,
  CONCHE_REQUEST_TIMEOUT: 408,
  CONCHE_REQUEST_TOO_LARGE: 413,
  CONCHE_MEDIA_TYPE: 415,
  CONCHE_HOST_FOREIGN: 421,
  CONCHE_HEADERS_TOO_LARGE: 431,
  CONCHE_LOGIN_NEEDED: 401,
  CONCHE_ROLE_MISSING: 403,
  CONCHE_OIDC_REFUSED: 403,
  CONCHE_OIDC_ROLE: 403,
  CONCHE_OIDC_STATE: 400,
  CONCHE_OIDC_REPLAYED: 400,
  CONCHE_OIDC_ISSUER: 502,
  CONCHE_OIDC_ANSWER: 502,
  CONCHE_OIDC_CLOCK: 502,
  CONCHE_OIDC_UNREACHABLE: 503,
  CONCHE_REQUEST_FOREIGN: 403,
  CONCHE_LOGIN_LIMIT: 429,
  CONCHE_STREAM_LIMIT: 429,
  CONCHE_NOT_FOUND: 404,
  CONCHE_QUARANTINE_UNKNOWN: 404,
  CONCHE_MATERIAL_UNKNOWN: 404,
  CONCHE_NOT_ACCEPTABLE: 406,
  CONCHE_LOG_IN_USE: 409,
  CONCHE_ACTION_STALE: 409,
  CONCHE_ACTION_REFUSED: 409,
  CONCHE_NO_DESK: 503,
  CONCHE_OUTBOX_FULL: 503,
  CONCHE_OUTBOX_BUSY: 503,
  CONCHE_TIME_LIMIT: 503,
  CONCHE_VIEW_NOT_READY: 503,
  CONCHE_VIEWS_BEHIND: 503,
  CONCHE_VIEWS_DAMAGED: 503,
  CONCHE_VIEWS_TOO_NEW: 503,
  CONCHE_GENEALOGY_TOO_LARGE: 503,
  CONCHE_LOG_MISSING: 503,
};

/** The problem that an error is for whoever asked. */
export function problemOf(thrown: unknown): Problem {
  // What went wrong inside stays inside: whoever asks isn't always the operator.
  if (!(thrown instanceof ConcheError)) return problemOf(internal());
  const { code, message, hint, retryable } = thrown;
  const status = STATUS[code] ?? (retryable ? 503 : 500);
  return {
    type: `urn:conche:error:${code}`,
    title: ERROR_CATALOGUE[code].meaning,
    status,
    detail: message,
    code,
    hint,
  };
}

/** A request that can't be answered as it is: 400. */
export function badRequest(message: string, hint?: string): ConcheError {
  return new ConcheError("CONCHE_REQUEST_INVALID", { message, ...(hint === undefined ? {} : { hint }) });
}

/** What is asked for doesn't exist: 404. */
export function notFound(message: string, hint?: string): ConcheError {
  return new ConcheError("CONCHE_NOT_FOUND", { message, ...(hint === undefined ? {} : { hint }) });
}

/** Nobody can act through this process: 503. */
export function noDesk(): ConcheError {
  return new ConcheError("CONCHE_NO_DESK", { message: "nothing that people do can be published from here" });
}

function internal(): ConcheError {
  return new ConcheError("CONCHE_INTERNAL", { message: "the answer could not be made" });
}
