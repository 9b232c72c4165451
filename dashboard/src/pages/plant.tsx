import type { OeeAnswer } from "../api/answers.ts";
import { useCondition } from "../api/condition.ts";
import { type Hold, useOpenHolds } from "../api/holds.ts";
import { type PlantLine, plant, stepWords, zone } from "../api/plant.ts";
import type { AlarmPresent, MachinePresent } from "../api/present.ts";
import { useOpenAlarms, usePresent } from "../api/queries.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { lineVerdict, type VerdictWords } from "../format/line-verdict.ts";
import { number, percent } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { alarmWords } from "../parts/alarm-words.ts";
import { ConditionFindings } from "../parts/condition-findings.tsx";
import { Failed } from "../parts/failed.tsx";
import { presentFindings } from "../parts/finding-words.ts";
import { Glyph, StateMark } from "../parts/glyph.tsx";
import { holdBriefly, holdWords, OpenHolds } from "../parts/open-holds.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { reasonWords, stateWords } from "./line/machine-column.tsx";

const words = texts.plant;
/** Of a line: somebody has to act now, or nobody knows how it does. */
const URGENT: ReadonlySet<string> = new Set(["critical", "high", "record"]);
/** What a shift is long: how well a line did of late. */
const LATELY_MS = 8 * 3_600_000;
/** Looking at a machine takes a tenth of a second: a plant of more is looked at machine by machine. */
const MOST_LOOKED_AT = 50;
/** How often that is asked for. */
const LATELY_STEP_MS = 300_000;

/** Sites and lines at a glance: which of them needs somebody? */
export default function PlantPage() {
  const model = plant.value;
  const present = usePresent(undefined);
  const alarms = useOpenAlarms(undefined);
  const holds = useOpenHolds();
  const tooMany = (model?.machines.size ?? 0) > MOST_LOOKED_AT;
  const condition = useCondition(undefined, alarms.known && present.machines.size > 0 && !tooMany);
  const fromMs = Math.floor(now.value / LATELY_STEP_MS) * LATELY_STEP_MS - LATELY_MS;
  const lately = useQuery<OeeAnswer>(`/api/oee?from=${new Date(fromMs).toISOString()}`).data;
  if (model === undefined) return null;
  const lines = model.lines.map((line) => ({ line, verdict: verdictOf(line, present, alarms.alarms) }));
  const odd = presentFindings(condition.data?.findings);
  const known = alarms.known && present.machines.size > 0;
  return (
    <>
      {known ? (
        <Verdict {...plantVerdict(lines, holds.open, odd)} />
      ) : (
        <Verdict priority="record" sentence={words.unknown} />
      )}
      <Failed problem={present.problem} onRetry={present.reload} />
      <Failed problem={alarms.problem} onRetry={alarms.reload} />
      {inOrder(lines).map(({ line, verdict }, index) => (
        <LineRow
          key={line.key}
          brief={index >= IN_FULL}
          line={line}
          verdict={verdict}
          present={present.machines}
          alarms={alarms.alarms}
          lately={lately?.figures.find(({ of }) => of === line.key)}
        />
      ))}
      <OpenHolds holds={holds} />
      <ConditionFindings condition={condition} tooMany={tooMany} />
    </>
  );
}

/** Lines whose machines are shown; of a larger plant's others one sentence each. */
const IN_FULL = 6;
const RANK = { critical: 0, high: 1, hold: 2, record: 2, medium: 3, low: 4 } as const;

/** In the plant's order while all are in sight; in a larger plant whoever needs somebody comes first. */
function inOrder(lines: readonly LineVerdict[]): readonly LineVerdict[] {
  if (lines.length <= IN_FULL) return lines;
  const rank = ({ verdict: { priority } }: LineVerdict) => (priority === undefined ? 5 : RANK[priority]);
  return [...lines].sort((a, b) => rank(a) - rank(b));
}

interface LineVerdict {
  readonly line: PlantLine;
  readonly verdict: VerdictWords;
}

/** What comes first: an urgent alarm or a record that isn't whole, goods on hold, other alarms, what no alarm says. */
function plantVerdict(
  lines: readonly LineVerdict[],
  held: readonly Hold[],
  odd: readonly string[],
): VerdictWords {
  const wrong = lines.filter(({ verdict }) => verdict.priority !== undefined);
  const [urgent] = wrong.filter(({ verdict }) => URGENT.has(verdict.priority ?? ""));
  const [first] = wrong;
  const told = ({ line, verdict }: LineVerdict) => `${line.line.name ?? line.line.id}: ${verdict.sentence}`;
  const [only] = lines.length === 1 ? lines : [];
  const needs = first !== undefined ? told(first) : only === undefined ? words.otherwise : told(only);
  if (urgent !== undefined) {
    const rest = [...held.slice(0, 1).map(holdBriefly), ...odd.slice(0, 1)];
    const { priority, unacknowledged = false } = urgent.verdict;
    // Of one line that needs somebody, the sentence says why; of several, how many, and the most urgent.
    if (wrong.length === 1)
      return { priority, unacknowledged, sentence: told(urgent), rest: rest.join(" ") || undefined };
    const sentence = words.wrong(wrong.length, lines.length);
    return { priority, unacknowledged, sentence, rest: [told(urgent), ...rest].join(" ") };
  }
  if (held[0] !== undefined)
    return { priority: "hold", sentence: holdWords(held[0]), rest: [...odd.slice(0, 1), needs].join(" ") };
  if (first !== undefined && first.verdict.priority !== "low") {
    const sentence = words.wrong(wrong.length, lines.length);
    return { priority: first.verdict.priority, sentence, rest: [told(first), ...odd.slice(0, 1)].join(" ") };
  }
  if (odd[0] !== undefined) return { sentence: odd[0], rest: [...odd.slice(1, 2), needs].join(" ") };
  if (first === undefined) return { sentence: words.well(lines.length) };
  return {
    priority: first.verdict.priority,
    sentence: words.wrong(wrong.length, lines.length),
    rest: told(first),
  };
}

function verdictOf(
  line: PlantLine,
  { machines: present, behind }: ReturnType<typeof usePresent>,
  alarms: readonly AlarmPresent[],
): VerdictWords {
  const machines = line.process.flatMap(({ key }) => {
    const machine = present.get(key);
    return machine === undefined ? [] : [machine];
  });
  if (machines.length === 0) return { priority: "record", sentence: words.silent };
  return lineVerdict({
    machines,
    alarms: alarms.filter(({ machine }) => machine.startsWith(`${line.key}/`)),
    out: [],
    behind,
    nowMs: now.value,
    nameOf: (machine) => stepWords(machine.split("/")[2] ?? machine).name,
    describe: (alarm) => alarmWords(alarm, plant.value),
    duration,
    clock: (atMs) => zone.value.near(atMs, now.value),
  });
}

interface LineRowProps {
  /** Its name and its sentence alone. */
  readonly brief: boolean;
  readonly line: PlantLine;
  readonly verdict: VerdictWords;
  readonly present: ReadonlyMap<string, MachinePresent>;
  readonly alarms: readonly AlarmPresent[];
  /** How the line did in the last hours; undefined where nobody knows, or it has no rated machine. */
  readonly lately: OeeAnswer["figures"][number] | undefined;
}

function LineRow({ brief, line, verdict, present, alarms, lately }: LineRowProps) {
  const { site, key, process, beside } = line;
  const own = alarms.filter(({ machine }) => machine.startsWith(`${key}/`));
  const active = own.filter((alarm) => alarm.active).length;
  const heard = process.some(({ key: machine }) => (present.get(machine)?.state ?? "unknown") !== "unknown");
  const waiting = own.filter(({ acknowledged }) => !acknowledged).length;
  const ink =
    verdict.priority === undefined ? "" : verdict.priority === "critical" ? "high" : verdict.priority;
  return (
    <section class="section">
      <h2>
        <span class="label">{site.name ?? site.id}</span>
        <a href={addressOf("line", key)}>{line.line.name ?? line.line.id}</a>
        {verdict.priority === undefined ? null : (
          <Glyph priority={verdict.priority} unacknowledged={verdict.unacknowledged ?? false} />
        )}
        <span class={`plant-verdict ${ink}`}>{verdict.sentence}</span>
      </h2>
      {brief ? null : (
        <>
          <div class="plant-machines">
            {[...process, ...beside].map(({ key: machine, step, definition }) => {
              const known = present.get(machine);
              const worst = alarms.find((alarm) => alarm.machine === machine && alarm.active);
              return (
                <a
                  key={machine}
                  href={addressOf("machine", machine)}
                  class={`plant-machine${worst === undefined ? "" : ` column-${worst.priority}`}`}
                  title={reasonWords(known)}
                >
                  <span class="small">
                    {step.startsWith("s0_")
                      ? (definition.name ?? definition.id)
                      : `${stepWords(step).number} ${stepWords(step).name}`}
                    {worst === undefined ? null : (
                      <>
                        {" "}
                        <Glyph priority={worst.priority} unacknowledged={!worst.acknowledged} size={12} />
                      </>
                    )}
                  </span>
                  <span class="xs">
                    <StateMark state={known?.state} />{" "}
                    {beside.some((each) => each.key === machine) &&
                    known?.state === "unknown" &&
                    known.connected
                      ? words.connected
                      : stateWords(known)}{" "}
                    <span class="label">
                      {known?.sinceMs === undefined ? "" : duration(Math.max(0, now.value - known.sinceMs))}
                    </span>
                  </span>
                  <span class="xs label ellipsis">{known?.batch ?? ""}</span>
                </a>
              );
            })}
          </div>
          <p class="plant-lately small">
            <span class="label">{words.lately}</span>{" "}
            <a href={`/oee?line=${encodeURIComponent(key)}`}>
              OEE <b>{percent(lately?.oee ?? null)}</b>
              {lately == null || lately.implausible === null ? null : ` (${words.cantBe})`}
            </a>
            {lately === undefined || lately.good_unit === null ? null : (
              <span>
                <b>{lately.oee === null && lately.good === 0 ? "–" : number(lately.good)}</b>{" "}
                {words.good(lately.good_unit)}
              </span>
            )}
            <a href="/alarms">
              {active === 0 && !heard ? (
                words.alarmsUnknown
              ) : (
                <>
                  <b>{active}</b> {words.alarms(active)}, <b>{waiting}</b> {words.waiting}
                </>
              )}
            </a>
          </p>
        </>
      )}
    </section>
  );
}
