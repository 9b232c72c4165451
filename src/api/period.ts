import { Type } from "typebox";
import { readMoment } from "../contract/moment.ts";
import { messageOf } from "../errors/conche-error.ts";
import { isoTime } from "../time/iso-time.ts";
import { badRequest } from "./problem.ts";

const time = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 80, description }));

/** The query parameters of a question about a span of time. */
export const PERIOD = {
  from: time(
    "From this time on: as 2026-01-11T08:00:00Z, 2026-01-11 08:00 Africa/Tunis, 2026-01-11; UTC without a zone",
  ),
  to: time("Before this time, given in the same way; now where it is left out"),
};

/** A span of time, milliseconds since 1970: from the first, included, to the last, not included. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The span that is asked for: up to now, and so long, where nothing is said.
 * @throws ConcheError CONCHE_REQUEST_INVALID for times that aren't, an empty span, or one that is too long
 */
export function periodOf(
  query: { readonly from?: string; readonly to?: string },
  nowMs: number,
  byDefaultMs: number,
  longestMs: number = Number.POSITIVE_INFINITY,
): Period {
  const toMs = timeOf("to", query.to) ?? nowMs;
  const fromMs = timeOf("from", query.from) ?? toMs - byDefaultMs;
  if (fromMs >= toMs) {
    throw badRequest(`from (${isoTime(fromMs)}) must be before to (${isoTime(toMs)})`);
  }
  const tooLong = spanTooLong({ fromMs, toMs }, longestMs);
  if (tooLong !== undefined) throw badRequest(tooLong, "ask for a shorter span");
  return { fromMs, toMs };
}

/** That a span is longer than a question may be, in words with the limit; undefined where it isn't. */
export function spanTooLong({ fromMs, toMs }: Period, longestMs: number): string | undefined {
  if (toMs - fromMs <= longestMs) return undefined;
  const hours = (ms: number) => `${Math.round(ms / 3_600_000)} h`;
  return `the span from ${isoTime(fromMs)} to ${isoTime(toMs)} is ${hours(toMs - fromMs)}, the longest is ${hours(longestMs)}`;
}

/** A time of a query in milliseconds since 1970. @throws ConcheError CONCHE_REQUEST_INVALID */
export function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    // An unencoded + of an offset arrives as a blank.
    return readMoment(text.replace(/(:\d\S*) (\d{2}:\d{2})$/, "$1+$2"));
  } catch (error) {
    throw badRequest(
      `${name}: "${text}" ${messageOf(error)}`,
      "whatever an answer has as a time can be given",
    );
  }
}

/** A time in an answer. */
export const Time = Type.String({ format: "date-time", description: "ISO 8601, UTC" });
