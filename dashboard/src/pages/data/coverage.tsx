import type { CoverageAnswer, ReceivedAnswer } from "../../api/answers.ts";
import { placeName, plant, zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { type Period, periodOf, type SpanName, showSpan, spanOf } from "../../app/period.ts";
import { addressOf } from "../../app/router.ts";
import { number, percent } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { linear } from "../../format/trace.ts";
import { type CountStretch, HourBars, MARK_ROOM } from "../../parts/hour-bars.tsx";
import { Section } from "../../parts/section.tsx";
import { Segmented } from "../../parts/segmented.tsx";
import { TimeAxis } from "../../parts/time-axis.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";
import { CLOCK, usePlausibility } from "./plausibility.tsx";

const words = texts.data.coverage;
const CHOICES = ["1h", "8h", "24h", "7d"] as const satisfies readonly SpanName[];
const BY_DEFAULT = "8h";
const MINUTE = 60_000;
const HEIGHT = 12;
/** A gap of one number would not be seen at its own width, px. */
const NARROWEST = 3;

/** When something is missing, and when what was missing came: along time, machine by machine. */
export function Coverage() {
  const period = periodOf(BY_DEFAULT);
  const span = `from=${new Date(period.fromMs).toISOString()}&to=${new Date(period.toMs).toISOString()}`;
  const { data, problem, reload } = useQuery<CoverageAnswer>(`/api/coverage?${span}`, [], 30);
  const flagged = usePlausibility().data?.flagged ?? [];
  const wrongClocks = new Set(flagged.filter(({ flag }) => flag === CLOCK).map(({ machine }) => machine));
  const received = useQuery<ReceivedAnswer>(`/api/received?${span}`, [], 30).data;
  const [ref, width] = useWidth<HTMLDivElement>();
  const inner = Math.max(0, width - MARK_ROOM);
  return (
    <Section
      title={words.title}
      note={words.note}
      aside={
        <Segmented<SpanName>
          label={texts.machine.span}
          options={CHOICES.map((each) => [each, words.spans[each]] as const)}
          value={period.live ? spanOf(BY_DEFAULT) : ("" as SpanName)}
          onChoose={showSpan}
        />
      }
      of={{ problem, reload }}
    >
      <div class="coverage">
        <span class="label small">{words.received}</span>
        <div ref={ref}>
          <HourBars
            counts={stretches(received?.minutes ?? [], period, inner)}
            fromMs={period.fromMs}
            toMs={period.toMs}
            width={width}
            height={54}
            marks={[]}
            label={words.received}
          />
        </div>
        {data?.machines.map((machine) => (
          <MachineStrip
            key={machine.machine}
            machine={machine}
            period={period}
            width={inner}
            clockIsOff={wrongClocks.has(machine.machine)}
            heard={heardOf(machine.machine, received?.minutes ?? [])}
          />
        ))}
        <span class="label small">{words.slowest(slowest(received?.minutes ?? []))}</span>
        <TimeAxis fromMs={period.fromMs} toMs={period.toMs} width={inner} zone={zone.value} />
      </div>
    </Section>
  );
}

interface MachineStripProps {
  readonly machine: CoverageAnswer["machines"][number];
  readonly period: Period;
  readonly width: number;
  /** What it says seems to come late, since its clock is behind. */
  readonly clockIsOff: boolean;
  /** The first and the last minute in which anything of its line was received. */
  readonly heard: readonly [fromMs: number, toMs: number] | undefined;
}

function MachineStrip({ machine, period, width, clockIsOff, heard }: MachineStripProps) {
  const { machine: key, missing, seen, share, gaps, more_gaps, late } = machine;
  const id = key.split("/").at(-1) ?? key;
  const x = linear(period.fromMs, period.toMs, 0, width);
  const place = (from: string | null, to: string) => {
    const left = Math.max(0, x(from === null ? Date.parse(to) : Date.parse(from)));
    return { x: left, width: Math.max(NARROWEST, Math.min(width, x(Date.parse(to))) - left) };
  };
  const lateCount = late.reduce((sum, each) => sum + each.messages, 0);
  const said = share === null ? words.nothing : words.heard(percent(machine.heard, 0));
  return (
    <>
      <span class="small nowrap">
        {placeName(key)}{" "}
        {plant.value?.machines.has(key) ? (
          <a class="label" href={addressOf("machine", key)}>
            {id}
          </a>
        ) : (
          <span class="label">{id}</span>
        )}
      </span>
      <span class="coverage-row">
        <svg width={width} height={HEIGHT} role="img" aria-label={words.strip(id, said, missing, lateCount)}>
          {seen === 0 || heard === undefined ? null : (
            <rect
              class="coverage-heard"
              x={Math.max(0, x(heard[0]))}
              y={HEIGHT / 2 - 1.5}
              width={Math.max(0, Math.min(width, x(heard[1])) - Math.max(0, x(heard[0])))}
              height="3"
            />
          )}
          {late.map((each) => (
            <rect
              key={each.from}
              class="coverage-late"
              y="1.5"
              height={HEIGHT - 3}
              {...place(each.from, each.to)}
            >
              <title>
                {words.cameLate(number(each.messages), zone.value.full(Date.parse(each.last_received_at)))}
              </title>
            </rect>
          ))}
          {gaps.map((gap) => (
            <rect
              key={`${gap.boot} ${gap.first}`}
              class="coverage-missing"
              y="0.5"
              height={HEIGHT - 1}
              {...place(gap.from, gap.to)}
            >
              <title>{words.gap(gap.first, gap.last)}</title>
            </rect>
          ))}
        </svg>
        <span class={`small nowrap ${missing > 0 ? "record strong" : "label"}`}>
          {missing > 0
            ? words.missing(number(missing), more_gaps)
            : lateCount > 0
              ? (clockIsOff ? words.wrongClock : words.late)(number(lateCount))
              : said}
        </span>
      </span>
    </>
  );
}

/** Minutes put together until a bar is wide enough to be seen. */
function stretches(minutes: ReceivedAnswer["minutes"], period: Period, width: number): CountStretch[] {
  const bars = Math.max(1, Math.floor(width / 6));
  const wide = Math.max(MINUTE, Math.ceil((period.toMs - period.fromMs) / bars / MINUTE) * MINUTE);
  const counts = new Map<number, number>();
  for (const { minute, messages } of minutes) {
    const from = Math.floor(Date.parse(minute) / wide) * wide;
    counts.set(from, (counts.get(from) ?? 0) + messages);
  }
  return Array.from(counts, ([fromMs, count]) => ({ fromMs, toMs: fromMs + wide, count }));
}

function heardOf(machine: string, minutes: ReceivedAnswer["minutes"]): MachineStripProps["heard"] {
  const line = machine.split("/", 2).join("/");
  const own = minutes.filter((each) => each.line === line).map(({ minute }) => Date.parse(minute));
  return own.length === 0 ? undefined : [Math.min(...own), Math.max(...own) + MINUTE];
}

/** The longest way from said to received, in words. */
function slowest(minutes: ReceivedAnswer["minutes"]): string {
  const ms = Math.max(0, ...minutes.map(({ delay_max_ms }) => delay_max_ms));
  return minutes.length === 0 ? "–" : ms < 1_000 ? `${Math.round(ms)} ms` : duration(ms);
}
