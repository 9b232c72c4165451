import type { CharacteristicsAnswer, ControlChartAnswer, QualityPlacesAnswer } from "../api/answers.ts";
import { plant, stepWords, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { periodOf, type SpanName, showSpan, spanOf } from "../app/period.ts";
import { addressOf, choices, choose } from "../app/router.ts";
import { plain } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { Failed } from "../parts/failed.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Section } from "../parts/section.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { Capability } from "./quality/capability.tsx";
import { Chart, nameOf, ruleWords, Signals } from "./quality/chart.tsx";
import { NetContent } from "./quality/net-content.tsx";
import { driftWords, Places } from "./quality/places.tsx";

const words = texts.quality;
const BY_DEFAULT = "8h";
const SPAN_CHOICES = ["8h", "24h", "3d", "7d", "30d"] as const satisfies readonly SpanName[];
type Characteristic = CharacteristicsAnswer["characteristics"][number];

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
        <Failed problem={list.problem} onRetry={list.reload} />
      </>
    );
  }
  return (
    <>
      <Failed problem={list.problem} onRetry={list.reload} />
      {chosen === undefined ? (
        <Verdict sentence={texts.states.loading} />
      ) : (
        <One key={idOf(chosen)} chosen={chosen} all={found} />
      )}
    </>
  );
}

function idOf({ machine, characteristic }: Characteristic): string {
  return `${machine}/${characteristic}`;
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
  const name = `${where}: ${nameOf(chosen.characteristic)}`;
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
          <Failed problem={chart.problem} onRetry={chart.reload} />
          {chart.data === undefined ? null : <Chart answer={chart.data} period={period} />}
          {chart.data === undefined ? null : (
            <Signals points={signalled} rules={chart.data.rule_texts} unit={chosen.unit} />
          )}
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

function Characteristics({
  all,
  chosen,
}: {
  readonly all: readonly Characteristic[];
  readonly chosen: Characteristic;
}) {
  return (
    <Section title={words.examined} note={words.examinedNote}>
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
    </Section>
  );
}
