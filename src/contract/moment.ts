import { TimeZone } from "../time/time-zone.ts";
import { parseTimestamp } from "./timestamp.ts";

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:[.,]\d{1,9})?)?)?(.*)$/i;
const OFFSET = /^(?:Z|[+-]\d{2}:\d{2})$/;
/** As the log's own columns have it: milliseconds since 1970. */
const MILLISECONDS = /^\d{12,14}$/;

/** What is wrong with a time, in words that follow its text. */
export const MOMENT_WORDS =
  "must be a time such as 2026-01-11T08:00:00Z, 2026-01-11 08:00 Africa/Tunis or 2026-01-11";

/**
 * The one reader of times that people and programs give: whatever the product prints is a time to it. ISO 8601, also
 * with a blank for the T, without seconds, without a time of day; behind it Z, an offset, or the name of a time zone
 * (`Africa/Tunis`, `[Africa/Tunis]`). Without any, UTC is meant, as in the log.
 *
 * @param zones further names of zones: `plant` of what the plant file says
 * @returns milliseconds since 1970
 * @throws Error that says what it must be
 */
export function readMoment(text: string, zones: Readonly<Record<string, string>> = {}): number {
  const given = text.trim();
  if (MILLISECONDS.test(given)) return Number(given);
  const [, day, minute = "00:00", second = ":00", behind = ""] = MOMENT.exec(given) ?? [];
  if (day === undefined) throw new Error(MOMENT_WORDS);
  const local = `${day}T${minute}${second.replace(",", ".")}`;
  const place = behind.trim();
  const offset = place === "" ? "Z" : place.toUpperCase();
  if (OFFSET.test(offset)) {
    const moment = parseTimestamp(`${local}${offset}`);
    if (moment === null) throw new Error(`${MOMENT_WORDS}; there is no ${day} ${minute}${second}`);
    return moment;
  }
  const name = place.replace(/^\[(.*)\]$/, "$1");
  const zone = Object.hasOwn(zones, name) ? String(zones[name]) : name;
  const asUtc = parseTimestamp(`${local}Z`);
  if (asUtc === null) throw new Error(`${MOMENT_WORDS}; there is no ${day} ${minute}${second}`);
  return inZone(asUtc, zone);
}

/** The moment at which the clocks of a zone show what UTC's show at `asUtc`. */
function inZone(asUtc: number, zone: string): number {
  const [only, another] = zoneOf(zone).instantsShowing(asUtc);
  if (only === undefined)
    throw new Error(`is a time that the clocks of ${zone} leave out; give it with Z or an offset`);
  if (another !== undefined)
    throw new Error(`is a time that the clocks of ${zone} show twice; give it with Z or an offset`);
  return only;
}

function zoneOf(name: string): TimeZone {
  try {
    return new TimeZone(name);
  } catch {
    throw new Error(`${MOMENT_WORDS}; there is no such time zone`);
  }
}
