import { limitsOf, type PlantModel, tagLabel } from "../api/plant.ts";
import type { AlarmPresent, TagPresent } from "../api/present.ts";
import { number, plain } from "../format/number.ts";

/**
 * An alarm as a sentence's middle: "outlet 33.65 °C, above 33.00 °C"; its message where it watches no value.
 * @param present what its tag says now: of a value that is still beyond the limit, nobody wants the one of back then
 */
export function alarmWords(
  alarm: AlarmPresent,
  model: PlantModel | undefined,
  present?: TagPresent["value"],
): string {
  const { tag, value, limit, limitKind } = alarm;
  if (tag === undefined || typeof value !== "number") return lower(alarm.message || alarm.code);
  const known = model?.machines.get(alarm.machine)?.definition.tags[tag];
  const unit = alarm.unit ?? known?.unit;
  const digits = (amount: number) =>
    `${known?.decimals === undefined ? plain(amount) : number(amount, known.decimals)}${unit === undefined ? "" : ` ${unit}`}`;
  const passed = limit ?? limitOf(limitKind, limitsOf(known, undefined));
  const low = limitKind?.startsWith("low") === true;
  const side = low ? "below" : "above";
  const still =
    alarm.active && passed !== undefined && typeof present === "number"
      ? low
        ? present < passed
        : present > passed
      : false;
  return `${tagLabel(tag, known)} ${digits(still ? (present as number) : value)}${passed === undefined ? "" : `, ${side} ${digits(passed)}`}`;
}

function limitOf(kind: string | undefined, limits: ReturnType<typeof limitsOf>): number | undefined {
  return kind?.startsWith("low") ? limits.alarm_low : limits.alarm_high;
}

/** A message in the middle of a sentence; words in capitals stay. */
function lower(message: string): string {
  return /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
}
