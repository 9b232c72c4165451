import type { AlarmPriority } from "../contract/schemas/alarm-v2.ts";
import { isAtLeast } from "./condition.ts";

/** Hours of the plant's clock in which people are left alone. */
export interface QuietHours {
  /** Whether a message of this priority waits at this moment, milliseconds since 1970. */
  holds(priority: AlarmPriority, atMs: number): boolean;
}

/**
 * @param given times of day as HH:MM; `to` before `from` is the next day's
 * @param timezone IANA name: summer time is the plant's
 */
export function quietHours(
  given: { readonly from: string; readonly to: string; readonly except: AlarmPriority },
  timezone: string,
): QuietHours {
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
  });
  const { from, to, except } = given;
  return {
    holds(priority, atMs) {
      if (isAtLeast(priority, except)) return false;
      // HH:MM with leading zeros compares as text.
      const shown = clock.format(atMs);
      return from < to ? from <= shown && shown < to : from <= shown || shown < to;
    },
  };
}
