import { durationMs } from "../../time/duration.ts";

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * A moment as a person types it, in milliseconds since 1970: ISO 8601 (without a zone, UTC is meant, as in the log),
 * or so long before now: `30s`, `15m`, `2h`, `7d`, `2w`.
 * @throws Error that says what it must be
 */
export function pointInTime(text: string, nowMs: number): number {
  const ago = durationMs(text);
  if (ago !== undefined) return nowMs - ago;
  const [, day, time = "00:00", zone = "Z"] = ISO.exec(text) ?? [];
  const moment = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(moment)) {
    throw new Error(
      "must be a time such as 2026-01-11T08:00:00Z, 2026-01-11, or so long ago: 30s, 15m, 2h, 7d, 2w",
    );
  }
  return moment;
}
