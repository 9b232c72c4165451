import type { ControlChartAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { now } from "../../app/clock.ts";
import type { Period } from "../../app/period.ts";
import { plain } from "../../format/number.ts";
import { ControlChart, type ControlPoint } from "../../parts/control-chart.tsx";
import { Section } from "../../parts/section.tsx";
import { Term } from "../../parts/term.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";

const words = texts.quality;

/** The signal of the chart of ranges or deviations. */
const SPREAD = "spread";

/** A signal in words. */
export function ruleWords(signal: string): string {
  return signal === SPREAD ? words.spreadSignal : (words.signalWords[signal] ?? signal.replaceAll("_", " "));
}

/** What a characteristic is called, without its unit. */
export function nameOf(characteristic: string): string {
  const name = characteristic.replace(/_(g|um|pct|c|pa_s|mg_kg)$/, "").replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Is it in control: the points, their limits, and what breaks a rule. */
export function Chart({ answer, period }: { readonly answer: ControlChartAnswer; readonly period: Period }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { limits, points, chart, rules, rule_texts } = answer;
  const order = new Map(rule_texts.map(({ rule }, index) => [rule, index + 1]));
  const values: ControlPoint[] = points.map(({ at, value, signals }) => ({
    atMs: Date.parse(at),
    value,
    rules: signals.flatMap((signal) => order.get(signal)?.toString() ?? []),
  }));
  const spreads: ControlPoint[] = points.flatMap(({ at, spread, signals }) =>
    spread === null
      ? []
      : [{ atMs: Date.parse(at), value: spread, rules: signals.includes(SPREAD) ? ["!"] : [] }],
  );
  const newest = points.at(-1);
  const first = values[0]?.atMs ?? period.fromMs;
  const common = {
    fromMs: Math.min(first, period.fromMs),
    toMs: period.toMs,
    width,
    zone: zone.value,
    limitsFromMs: limits === null ? undefined : Date.parse(limits.to),
  };
  return (
    <Section
      title={nameOf(answer.characteristic)}
      note={
        <>
          {answer.product === null ? "" : `${answer.product}, `}
          <Term of={chart} />, <Term of="rules">{words.rules[rules]}</Term>
          {limits === null ? null : (
            <>
              ,{" "}
              <Term of={limits.frozen ? "controlLimits" : "trial"}>
                {words.limitsFrom(limits.samples, limits.frozen)}
              </Term>
            </>
          )}
        </>
      }
    >
      {points.length === 0 ? <p class="empty">{words.noSamples}</p> : null}
      <div ref={ref}>
        {points.length === 0 || width === 0 ? null : (
          <ControlChart
            {...common}
            points={values}
            center={limits?.center ?? values[0]?.value ?? 0}
            lower={limits === null ? null : (newest?.lower ?? null)}
            upper={limits === null ? null : (newest?.upper ?? null)}
            height={230}
            label={nameOf(answer.characteristic)}
            axis={spreads.length === 0}
          />
        )}
        {spreads.length === 0 || limits === null || width === 0 ? null : (
          <ControlChart
            {...common}
            points={spreads}
            center={limits.spread_center}
            lower={limits.spread_lower}
            upper={limits.spread_upper}
            height={130}
            label={words.spreads[limits.spread]}
          />
        )}
      </div>
      {answer.correlation > 0.25 ? (
        <p class="note">
          {words.correlated(plain(Math.round(answer.correlation * 100) / 100), answer.treatment)}
        </p>
      ) : null}
    </Section>
  );
}

interface SignalsProps {
  readonly points: ControlChartAnswer["points"];
  readonly rules: ControlChartAnswer["rule_texts"];
  readonly unit: string | null;
}

/** What breaks a rule, the newest first. */
export function Signals({ points, rules, unit }: SignalsProps) {
  const numbers = new Map(rules.map(({ rule, text }, index) => [rule, [index + 1, text] as const]));
  return (
    <Section title={<Term of="signal">{words.signals}</Term>} note={words.newestFirst}>
      {points.length === 0 ? <p class="empty">{words.noSignals}</p> : null}
      <table>
        <tbody>
          {[...points]
            .reverse()
            .slice(0, 12)
            .map(({ at, value, signals }) => (
              <tr key={at}>
                <td>
                  <svg class="state-mark" width="11" height="11" aria-hidden="true">
                    <rect class="p-medium" x=".5" y=".5" width="10" height="10" />
                  </svg>
                </td>
                <td class="nowrap">{zone.value.near(Date.parse(at), now.value)}</td>
                <td class="number strong nowrap">
                  {plain(value)} <span class="unit">{unit ?? ""}</span>
                </td>
                <td>
                  {signals.map((signal) => {
                    const [digit, text] = numbers.get(signal) ?? [];
                    return (
                      <div key={signal} title={text}>
                        {digit === undefined ? "" : <b>{digit} </b>}
                        {ruleWords(signal)}
                      </div>
                    );
                  })}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Section>
  );
}
