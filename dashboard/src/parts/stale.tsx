import { now } from "../app/clock.ts";
import { duration } from "../format/time.ts";
import { texts } from "../texts/en.ts";

/** What is shown is older than it should be, and by how much. */
export function Stale({ atMs }: { readonly atMs: number }) {
  return (
    <p class="label" role="status">
      {texts.states.stale(duration(Math.max(0, now.value - atMs)))}
    </p>
  );
}
