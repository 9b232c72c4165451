import { limitsOf, type PlantMachine, tagLabel } from "../../api/plant.ts";
import type { MachinePresent, TagPresent } from "../../api/present.ts";
import { now } from "../../app/clock.ts";
import { number, plain } from "../../format/number.ts";
import { standing } from "../../format/range.ts";
import { duration } from "../../format/time.ts";
import { RangeBar } from "../../parts/range-bar.tsx";
import { Section } from "../../parts/section.tsx";
import { freshness } from "../../parts/tag-value.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.machine;

interface MachineNowProps {
  readonly machine: PlantMachine;
  readonly present: MachinePresent | undefined;
  readonly values: ReadonlyMap<string, TagPresent>;
  /** The tags that are drawn, and what changes them. */
  readonly drawn: readonly string[];
  readonly onDraw: (tags: readonly string[]) => void;
}

/** All newest values of a machine with their range; a tick draws the tag. */
export function MachineNow({ machine, present, values, drawn, onDraw }: MachineNowProps) {
  const { definition } = machine;
  const { product, batch } = present ?? {};
  const toggle = (tag: string) =>
    onDraw(drawn.includes(tag) ? drawn.filter((each) => each !== tag) : [...drawn, tag]);
  const names = [...new Set([...Object.keys(definition.tags), ...values.keys()])];
  return (
    <Section title={words.now} note={[product, batch].filter(Boolean).join(", ")}>
      <table>
        <tbody>
          {names.map((name) => {
            const tag = definition.tags[name];
            const found = values.get(name);
            const limits = limitsOf(tag, product);
            const value = found?.value;
            const usable = typeof value === "number" && found?.quality !== "bad" ? value : undefined;
            const age =
              found === undefined
                ? "fresh"
                : freshness(found.atMs, now.value, definition.telemetry_interval_s);
            const running = present?.state === "Execute";
            const place =
              usable === undefined || age === "stale" || !running ? "normal" : standing(usable, limits);
            return (
              <tr key={name}>
                <td>
                  {tag?.values === undefined ? (
                    <input
                      type="checkbox"
                      aria-label={words.draw(tagLabel(name, tag))}
                      checked={drawn.includes(name)}
                      onChange={() => toggle(name)}
                    />
                  ) : null}
                </td>
                <th scope="row" title={tag?.description ?? name}>
                  {tagLabel(name, tag)}
                  {tag === undefined ? <span class="label xs"> {words.notInPlant}</span> : null}
                </th>
                <td
                  class={`number nowrap ${place === "alarm" ? "high strong" : age === "stale" ? "label" : "strong"}`}
                >
                  {usable !== undefined
                    ? tag?.decimals === undefined
                      ? plain(usable)
                      : number(usable, tag.decimals)
                    : typeof value === "string"
                      ? value
                      : found === undefined
                        ? "–"
                        : texts.values.noValue}
                </td>
                <td class="unit nowrap">{tag?.unit ?? ""}</td>
                <td>
                  <RangeBar value={age === "stale" ? undefined : usable} limits={limits} quiet={!running} />
                </td>
                <td class="nowrap xs">
                  {age !== "fresh" && found !== undefined ? (
                    <span class="strong">{texts.values.old(duration(now.value - found.atMs))}</span>
                  ) : place === "normal" ? null : (
                    <span class={place === "alarm" ? "high strong" : "strong"}>
                      {place === "alarm" ? words.alarm : texts.values.out}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}
