import { durationMs } from "../time/duration.ts";

/** A time span within bounds, both included; throws an Error that says what it must be. */
export function duration(minimum: string, maximum: string): (text: string) => number {
  return (text) => {
    const ms = durationMs(text);
    if (ms !== undefined && ms >= (durationMs(minimum) ?? 0) && ms <= (durationMs(maximum) ?? 0)) return ms;
    throw new Error(`must be a time span from ${minimum} to ${maximum}, such as 30m, 12h, 7d`);
  };
}
