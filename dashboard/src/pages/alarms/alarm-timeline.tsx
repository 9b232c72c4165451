import type { AlarmPerformanceAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import type { AlarmHistory, Occurrence } from "../../api/queries.ts";
import { now } from "../../app/clock.ts";
import type { Period } from "../../app/period.ts";
import { duration } from "../../format/time.ts";
import { linear } from "../../format/trace.ts";
import { HourBars, MARK_ROOM } from "../../parts/hour-bars.tsx";
import { Section } from "../../parts/section.tsx";
import { axisTicks, TimeAxis } from "../../parts/time-axis.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";

const words = texts.alarms;
const HOUR_MS = 3_600_000;
const LANES = 10;
const LANE_HEIGHT = 24;

interface AlarmTimelineProps {
  readonly history: AlarmHistory;
  readonly performance: AlarmPerformanceAnswer | undefined;
  readonly period: Period;
}

/** Each bar one alarm, as long as it lasted; below, how many came in each hour against what a person can bear. */
export function AlarmTimeline({ history, performance, period }: AlarmTimelineProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { fromMs, toMs } = period;
  const inner = Math.max(0, width - MARK_ROOM);
  const x = linear(fromMs, toMs, 0, inner);
  const lanes = lanesOf(history.occurrences).slice(0, LANES);
  const ticks = axisTicks({ fromMs, toMs, width: inner, zone: zone.value });
  const hours = (performance?.hours ?? []).map((count, index) => ({
    fromMs: Date.parse(performance?.from ?? "") + index * HOUR_MS,
    toMs: Date.parse(performance?.from ?? "") + (index + 1) * HOUR_MS,
    count,
  }));
  return (
    <Section title={words.timeline} note={words.timelineNote}>
      {lanes.length === 0 ? (
        <p class="empty">{history.known ? words.noneInPeriod : texts.states.loading}</p>
      ) : null}
      <div class="trends">
        <div>
          {lanes.map(({ name }) => (
            <div key={name} class="timeline-name ellipsis small" title={name}>
              {name}
            </div>
          ))}
          <div class="timeline-hours label small">{words.perHour}</div>
        </div>
        <div ref={ref}>
          <svg width={width} height={lanes.length * LANE_HEIGHT} role="img" aria-label={words.timeline}>
            {ticks.map((tick) => (
              <path key={tick} class="d-axis" d={`M${x(tick)} 0v${lanes.length * LANE_HEIGHT}`} />
            ))}
            {lanes.map(({ name, occurrences }, index) => (
              <g key={name}>
                <path class="d-axis" d={`M0 ${(index + 0.5) * LANE_HEIGHT}h${inner}`} />
                {occurrences.map(({ raisedMs, clearedMs, priority, durationMs }) => (
                  <rect
                    key={raisedMs}
                    class={`p-${priority}`}
                    x={Math.max(0, x(raisedMs))}
                    y={index * LANE_HEIGHT + 6}
                    width={Math.max(
                      2.5,
                      x(clearedMs ?? (durationMs === undefined ? raisedMs : now.value)) -
                        Math.max(0, x(raisedMs)),
                    )}
                    height="12"
                  >
                    <title>{`${zone.value.full(raisedMs)}${durationMs === undefined ? "" : `, ${duration(durationMs)}`}`}</title>
                  </rect>
                ))}
              </g>
            ))}
          </svg>
          <HourBars
            counts={hours}
            fromMs={fromMs}
            toMs={toMs}
            width={width}
            height={92}
            marks={[
              { at: 12, words: words.manageable, strong: true },
              { at: 6, words: words.acceptableMark },
            ]}
            label={words.perHour}
            numbered={hours.length <= 48}
          />
          <TimeAxis fromMs={fromMs} toMs={toMs} width={inner} zone={zone.value} />
        </div>
      </div>
    </Section>
  );
}

/** One lane an alarm, the most frequent first. */
function lanesOf(
  occurrences: readonly Occurrence[],
): { readonly name: string; readonly occurrences: readonly Occurrence[] }[] {
  const lanes = Map.groupBy(
    occurrences,
    ({ machine, code }) => `${code.toLowerCase().replaceAll("_", " ")} ${machine.split("/").at(-1)}`,
  );
  return [...lanes]
    .map(([name, own]) => ({ name, occurrences: own }))
    .sort((a, b) => b.occurrences.length - a.occurrences.length);
}
