import { now } from "../app/clock.ts";
import { behindOf, isLevel } from "../format/level.ts";
import { number } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { texts } from "../texts/en.ts";
import { Glyph } from "./glyph.tsx";

/** What is shown is older than it should be, and by how much. */
export function Stale({ atMs }: { readonly atMs: number }) {
  return (
    <p class="label" role="status">
      {texts.states.stale(duration(Math.max(0, now.value - atMs)))}
    </p>
  );
}

type Answer = Parameters<typeof behindOf>[0];

/** An answer that lacks much of the log says so before anything else, and what follows from it. */
export function NotAll({ data }: { readonly data: Answer | undefined }) {
  const behind = data === undefined ? 0 : behindOf(data);
  if (isLevel(behind)) return null;
  return (
    <p class="record strong not-all" role="alert">
      <Glyph priority="record" /> {texts.states.notAll(number(behind))}
    </p>
  );
}
