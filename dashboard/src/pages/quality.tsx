import type {
  CapabilityAnswer,
  CharacteristicsAnswer,
  ControlChartAnswer,
  QualityPlacesAnswer,
} from "../api/answers.ts";
import { plant, stepWords, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { type Period, periodOf, type SpanName, showSpan, spanOf } from "../app/period.ts";
import { addressOf, choices, choose } from "../app/router.ts";
import { number, plain } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { ControlChart, type ControlPoint } from "../parts/control-chart.tsx";
import { Failed } from "../parts/failed.tsx";
import { IntervalBar } from "../parts/interval-bar.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { useWidth } from "../parts/use-width.ts";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { NetContent } from "./quality/net-content.tsx";
import { driftWords, Places } from "./quality/places.tsx";

const words = texts.quality;
const BY_DEFAULT = "8h";
const SPAN_CHOICES = ["8h", "24h", "3d", "7d", "30d"] as const satisfies readonly SpanName[];
type Characteristic = CharacteristicsAnswer["characteristics"][number];

/** The signal of the chart of ranges or deviations. */
const SPREAD = "spread";

function ruleWords(signal: string): string {
  return signal === SPREAD ? words.spreadSignal : signal.replaceAll("_", " ");
}

/** Is it in control, is it capable, is it lawful? */
export default function QualityPage() {
  const list = useQuery<CharacteristicsAnswer>("/api/quality", ["quality"]);
  const wanted = choices.value.get("of");
  const found = list.data?.characteristics ?? [];
  const numbers = found.filter(({ newest }) => newest !== null);
  const chosen =
    found.find((each) => idOf(each) === wanted) ??
    numbers.find(({ characteristic }) => characteristic.startsWith("weight")) ??
    numbers[0];
  if (list.data !== undefined && chosen === undefined) {
    return (
      <>
        <Verdict sentence={words.nothing} />
        {list.problem === undefined ? null : <Failed problem={list.problem} onRetry={list.reload} />}
      </>
    );
  }
  return (
    <>
      {list.problem === undefined ? null : <Failed problem={list.problem} onRetry={list.reload} />}
      {chosen === undefined ? (
        <Verdict sentence="–" />
      ) : (
        <One key={idOf(chosen)} chosen={chosen} all={found} />
      )}
    </>
  );
}

function idOf({ machine, characteristic }: Characteristic): string {
  return `${machine}/${characteristic}`;
}

export function nameOf(characteristic: string): string {
  const name = characteristic.replace(/_(g|um|pct|c|pa_s|mg_kg)$/, "").replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function One({ chosen, all }: { readonly chosen: Characteristic; readonly all: readonly Characteristic[] }) {
  const period = periodOf(BY_DEFAULT);
  const span = new URLSearchParams({
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.toMs).toISOString(),
  });
  const path = `/api${addressOf("quality", chosen.machine, chosen.characteristic)}`;
  const chart = useQuery<ControlChartAnswer>(`${path}/chart?${span}`, ["quality"]);
  const places = useQuery<QualityPlacesAnswer>(`${path}/places?${span}`, ["quality"]).data;
  const [drifting] = places?.places.filter(({ drifts }) => drifts) ?? [];
  const drift = drifting === undefined || places === undefined ? undefined : driftWords(drifting, places);
  const where = stepWords(chosen.machine.split("/")[2] ?? "").name;
  const signalled = chart.data?.points.filter(({ signals }) => signals.length > 0) ?? [];
  const last = signalled.at(-1);
  const name = nameOf(chosen.characteristic);
  const newest = chosen.newest === null ? "" : `${plain(chosen.newest)} ${chosen.unit ?? ""}`;
  return (
    <>
      <Verdict
        priority={last === undefined && drift === undefined ? undefined : "medium"}
        sentence={
          drift !== undefined
            ? `${where} ${chosen.machine.split("/")[3] ?? ""}: ${drift}`
            : last !== undefined
              ? words.signal(
                  name,
                  `${plain(last.value)} ${chosen.unit ?? ""}`.trim(),
                  zone.value.near(Date.parse(last.at), now.value),
                  last.signals.map((signal) => ruleWords(signal)).join(", "),
                )
              : chart.data === undefined
                ? `${name}: –`
                : chart.data.points.length === 0
                  ? words.noSample(name)
                  : chart.data.limits === null
                    ? words.noLimits(name, words.whyNone[chart.data.why_none ?? "no_samples"])
                    : words.inControl(name)
        }
        rest={
          chart.data === undefined
            ? undefined
            : words.count(chart.data.signals, chart.data.points.length, newest)
        }
      >
        <Segmented<SpanName>
          label={texts.machine.span}
          options={SPAN_CHOICES.map((each) => [each, words.spans[each]] as const)}
          value={period.live ? spanOf(BY_DEFAULT) : ("" as SpanName)}
          onChoose={showSpan}
        />
      </Verdict>
      <div class="columns wide-left">
        <div class="stack">
          {chart.problem === undefined ? null : <Failed problem={chart.problem} onRetry={chart.reload} />}
          {chart.data === undefined ? null : <Chart answer={chart.data} period={period} />}
          <Signals points={signalled} rules={chart.data?.rule_texts ?? []} unit={chosen.unit} />
        </div>
        <div class="stack">
          {(chart.data?.points.length ?? 0) > 0 ? <Places data={places} /> : null}
          <Characteristics all={all} chosen={chosen} />
          <Capability path={path} span={span.toString()} />
          <NetContent path={path} />
        </div>
      </div>
    </>
  );
}

function Chart({ answer, period }: { readonly answer: ControlChartAnswer; readonly period: Period }) {
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
    <section class="section">
      <h2>
        {nameOf(answer.characteristic)}{" "}
        <span class="label">
          {[
            answer.product,
            words.kinds[chart],
            `${words.rules} ${rules.replaceAll("_", " ")}`,
            limits === null ? undefined : words.limitsFrom(limits.samples, limits.frozen),
          ]
            .filter(Boolean)
            .join(", ")}
        </span>
      </h2>
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
    </section>
  );
}

interface SignalsProps {
  readonly points: ControlChartAnswer["points"];
  readonly rules: ControlChartAnswer["rule_texts"];
  readonly unit: string | null;
}

function Signals({ points, rules, unit }: SignalsProps) {
  const texts = new Map(rules.map(({ rule, text }, index) => [rule, `${index + 1} ${text}`]));
  return (
    <section class="section">
      <h2>
        {words.signals} <span class="label">{words.newestFirst}</span>
      </h2>
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
                <td>{signals.map((signal) => texts.get(signal) ?? ruleWords(signal)).join("; ")}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

function Characteristics({
  all,
  chosen,
}: {
  readonly all: readonly Characteristic[];
  readonly chosen: Characteristic;
}) {
  return (
    <section class="section">
      <h2>
        {words.examined} <span class="label">{words.examinedNote}</span>
      </h2>
      <Scroll class="characteristics" label={words.examined}>
        <table>
          <tbody>
            {all.map((each) => {
              const known = plant.value?.machines.get(each.machine);
              return (
                <tr key={idOf(each)} aria-selected={idOf(each) === idOf(chosen)}>
                  <td>
                    <button
                      type="button"
                      class="topic"
                      aria-pressed={idOf(each) === idOf(chosen)}
                      onClick={() => choose({ of: idOf(each) })}
                    >
                      {nameOf(each.characteristic)}
                    </button>
                  </td>
                  <td class="label nowrap">
                    {known === undefined ? each.machine : stepWords(known.step).name}
                  </td>
                  <td class="number nowrap">
                    {each.newest === null ? "" : plain(each.newest)}{" "}
                    <span class="unit">{each.unit ?? ""}</span>
                  </td>
                  <td class="nowrap label">{duration(Math.max(0, now.value - Date.parse(each.last_at)))}</td>
                  <td class={(each.failed ?? 0) > 0 ? "strong" : "label"}>
                    {each.failed === null ? "" : each.failed > 0 ? words.failed(each.failed) : words.passed}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Capability({ path, span }: { readonly path: string; readonly span: string }) {
  const { data, problem, reload } = useQuery<CapabilityAnswer>(`${path}/capability?${span}`, ["quality"]);
  const rows =
    data === undefined
      ? []
      : (["cp", "cpk", "pp", "ppk"] as const).map((name) => [name, data[name]] as const);
  return (
    <section class="section">
      <h2>
        {words.capability} <span class="label">{words.capabilityNote}</span>
      </h2>
      {problem === undefined ? null : <Failed problem={problem} onRetry={reload} />}
      {data === undefined ? null : data.why_none !== null ? (
        <p>
          <b>{words.notGiven}</b> <span class="label">{words.whyNot[data.why_none]}</span>
        </p>
      ) : null}
      {data === undefined || rows.every(([, index]) => index === null) ? null : (
        <table>
          <tbody>
            {rows.map(([name, index]) =>
              index === null ? null : (
                <tr key={name}>
                  <th scope="row">{words.indices[name]}</th>
                  <td class="number strong">{number(index.value, 2)}</td>
                  <td class="number label">
                    {number(index.low, 2)}–{number(index.high, 2)}
                  </td>
                  <td>
                    <IntervalBar
                      value={index.value}
                      low={index.low}
                      high={index.high}
                      target={1.33}
                      from={0}
                      to={3}
                    />
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      )}
      {data === undefined ? null : (
        <p class="label xs">
          {words.basis(
            number(data.n),
            number(data.samples),
            data.lower === null ? "–" : plain(data.lower),
            data.upper === null ? "–" : plain(data.upper),
            data.unit ?? "",
          )}
        </p>
      )}
    </section>
  );
}
