import { behindOf, isLevel } from "../format/level.ts";
import { number } from "../format/number.ts";
import { texts } from "../texts/en.ts";
import { Glyph } from "./glyph.tsx";

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
