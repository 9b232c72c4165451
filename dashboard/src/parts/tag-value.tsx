import { limitsOf, type Tag, tagLabel } from "../api/plant.ts";
import type { TagPresent } from "../api/present.ts";
import { now } from "../app/clock.ts";
import { number, plain } from "../format/number.ts";
import { standing } from "../format/range.ts";
import { duration, roughly } from "../format/time.ts";
import type { TracePoint } from "../format/trace.ts";
import { texts } from "../texts/en.ts";
import { RangeBar } from "./range-bar.tsx";
import { Sparkline } from "./sparkline.tsx";

const words = texts.values;

/** A value is old after so many intervals of its machine, and too old to be taken for the present after so many. */
const OLD_INTERVALS = 3;
const STALE_INTERVALS = 10;
const OLD_AT_LEAST_MS = 10_000;
const STALE_AT_LEAST_MS = 30_000;

/** How far a value can be trusted to be the present one. */
export function freshness(atMs: number, nowMs: number, intervalS = 1): "fresh" | "old" | "stale" {
  const age = nowMs - atMs;
  if (age > Math.max(STALE_AT_LEAST_MS, intervalS * STALE_INTERVALS * 1000)) return "stale";
  return age > Math.max(OLD_AT_LEAST_MS, intervalS * OLD_INTERVALS * 1000) ? "old" : "fresh";
}

interface TagValueProps {
  readonly name: string;
  readonly tag: Tag | undefined;
  readonly value: TagPresent | undefined;
  /** The last hour, and from where on it is shown, ms since 1970. */
  readonly trend: readonly TracePoint[];
  readonly trendFromMs: number;
  readonly product: string | undefined;
  /** The machine stands: it may cool down, which is outside the range and nobody's alarm. */
  readonly stands: boolean;
  readonly intervalS: number | undefined;
}

/** A value with its unit, its range, its last hour, and its age where that matters. */
export function TagValue(props: TagValueProps) {
  const { name, tag, value, trend, trendFromMs, product, stands, intervalS } = props;
  const limits = limitsOf(tag, product);
  const known = typeof value?.value === "number" && value.quality !== "bad" ? value.value : undefined;
  const age = value === undefined ? "fresh" : freshness(value.atMs, now.value, intervalS);
  const quiet = stands || age === "stale" || known === undefined;
  const place = quiet || known === undefined ? "normal" : standing(known, limits);
  const digits =
    known === undefined
      ? undefined
      : tag?.decimals === undefined
        ? plain(known)
        : number(known, tag.decimals);
  return (
    <div class="value">
      <div class="value-line">
        <span class="label xs ellipsis" title={tag?.description ?? name}>
          {tagLabel(name, tag)}
        </span>
        <span class="nowrap">
          {place === "out" ? <span class="xs strong">{words.out} </span> : null}
          {value?.quality === "uncertain" ? <span title={words.uncertain}>≈ </span> : null}
          {digits === undefined ? (
            <span class="xs label">
              {typeof value?.value === "string" ? value.value : value === undefined ? "–" : words.noValue}
            </span>
          ) : (
            <b class={place === "alarm" ? "high" : quiet ? "quiet" : ""}>{digits}</b>
          )}{" "}
          <span class="unit xs">{tag?.unit ?? ""}</span>
        </span>
      </div>
      <div class="value-drawings">
        <RangeBar value={age === "stale" ? undefined : known} limits={limits} quiet={quiet} />
        {age === "stale" && value !== undefined ? (
          <span class="label xs" title={duration(now.value - value.atMs)}>
            {words.silent(roughly(now.value - value.atMs))}
          </span>
        ) : age === "old" && value !== undefined ? (
          <span class="strong xs">{words.old(duration(now.value - value.atMs))}</span>
        ) : stands ? (
          <span class="label xs">{words.stands}</span>
        ) : (
          <Sparkline points={trend} fromMs={trendFromMs} toMs={now.value} limits={limits} />
        )}
      </div>
    </div>
  );
}
