import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import type { Config } from "../../config/config-schema.ts";
import { MOMENT_WORDS, readMoment } from "../../contract/moment.ts";
import { durationMs } from "../../time/duration.ts";
import type { GivenOptions } from "../command.ts";

/** A word for the plant's own time zone behind a time: `2026-01-11 08:00 plant`. */
const PLANT_ZONE = /\bplant\]?$/;

/** In the help of every option that takes a time. */
export const TIME_HELP =
  "ISO 8601 (UTC without a zone), with a zone as `2026-01-11 08:00 Africa/Tunis` or `… plant` (the plant's), or so long ago: 15m, 2h, 7d";

/** In the help of every option that takes the begin of a span. */
export const SINCE_HELP = `${TIME_HELP}, counted from --until where that is a time`;

/**
 * A moment as a person types it, in milliseconds since 1970: any time that {@link readMoment} takes, or so long before
 * now: `30s`, `15m`, `2h`, `7d`, `2w`.
 * @throws Error that says what it must be
 */
export function pointInTime(
  text: string,
  nowMs: number,
  zones: Readonly<Record<string, string>> = {},
): number {
  const ago = durationMs(text.trim());
  if (ago !== undefined) return nowMs - ago;
  try {
    return readMoment(text, zones);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith(MOMENT_WORDS)) throw error;
    throw new Error(
      error.message.replace(MOMENT_WORDS, `${MOMENT_WORDS}, or so long ago: 30s, 15m, 2h, 7d, 2w`),
    );
  }
}

/** The value of an option that takes a time. Only one that names the plant's zone reads the plant file. */
export async function timeOption(text: string, config: Config): Promise<number> {
  return pointInTime(text, Date.now(), PLANT_ZONE.test(text) ? { plant: await plantZone(config) } : {});
}

/**
 * The value of an option that takes the begin of a span. So long ago is so long before the end where that is given as a
 * time; where that is so long ago, too, both count from now.
 * @param end the key of the option that takes the end
 */
export function sinceOption(
  end: string,
): (text: string, config: Config, given: GivenOptions) => Promise<number> {
  return async (text, config, given) => {
    const [ago, until] = [durationMs(text.trim()), given[end]];
    if (ago === undefined || typeof until !== "string" || durationMs(until.trim()) !== undefined)
      return timeOption(text, config);
    // An end that is none is said of its own option.
    const untilMs = await timeOption(until, config).catch(() => Date.now());
    return untilMs - ago;
  };
}

async function plantZone({ plant }: Config): Promise<string> {
  const { document } = await loadPlant(plant);
  const zones = [...new Set(document.sites.map(({ timezone }) => timezone))];
  const [zone] = zones;
  if (zones.length === 1 && zone !== undefined) return zone;
  throw new Error(
    zone === undefined && zones.length < 2
      ? "names the plant's time zone, and the plant file has none: name one, as Africa/Tunis"
      : `names the plant's time zone, and its sites have several (${zones.join(", ")}): name one`,
  );
}
