import { zone } from "../api/plant.ts";
import { now } from "../app/clock.ts";
import { texts } from "../texts/en.ts";

/** What an action is answered with. */
export interface Said {
  readonly unreachable_since: string | null;
}

/** That what somebody did waits, and since when its broker can't be reached; undefined where it is on its way. */
export function waitsInWords({ unreachable_since: since }: Said): string | undefined {
  return since === null ? undefined : texts.actions.waits(zone.value.near(Date.parse(since), now.value));
}
