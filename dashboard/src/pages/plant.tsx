import type { OeeAnswer } from "../api/answers.ts";
import { useCondition } from "../api/condition.ts";
import { useOpenHolds } from "../api/holds.ts";
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
import { holdWords, OpenHolds } from "../parts/open-holds.tsx";
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
  const heldHere = holds.open.map((hold) => holdWords(hold));
  const odd = presentFindings(condition.data?.findings);
  const known = alarms.known && present.machines.size > 0;
  return (
    <>
      {known ? <Verdict {...plantVerdict(lines, heldHere, odd)} /> : <Verdict sentence={words.unknown} />}
      <Failed problem={present.problem} onRetry={present.reload} />
      <Failed problem={alarms.problem} onRetry={alarms.reload} />
      {lines.map(({ line, verdict }) => (
        <LineRow
          key={line.key}
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

interface LineVerdict {
  readonly line: PlantLine;
  readonly verdict: VerdictWords;
}

/** What comes first: an urgent alarm or a record that isn't whole, goods on hold, other alarms, what no alarm says. */
function plantVerdict(
  lines: readonly LineVerdict[],
  held: readonly string[],
  odd: readonly string[],
): VerdictWords {
  const wrong = lines.filter(({ verdict }) => verdict.priority !== undefined);
  const [urgent] = wrong.filter(({ verdict }) => URGENT.has(verdict.priority ?? ""));
  const [first] = wrong;
  const told = ({ line, verdict }: LineVerdict) => `${line.line.name ?? line.line.id}: ${verdict.sentence}`;
  const [only] = lines.length === 1 ? lines : [];
  const needs = first !== undefined ? told(first) : only === undefined ? words.otherwise : told(only);
  if (urgent !== undefined) {
    const rest = [told(urgent), ...held.slice(0, 1), ...odd.slice(0, 1)].join(" ");
    return { priority: urgent.verdict.priority, sentence: words.wrong(wrong.length, lines.length), rest };
  }
  if (held[0] !== undefined)
    return { priority: "hold", sentence: held[0], rest: [...odd.slice(0, 1), needs].join(" ") };
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
  readonly line: PlantLine;
  readonly verdict: VerdictWords;
  readonly present: ReadonlyMap<string, MachinePresent>;
  readonly alarms: readonly AlarmPresent[];
  /** How the line did in the last hours; undefined where nobody knows, or it has no rated machine. */
  readonly lately: OeeAnswer["figures"][number] | undefined;
}

function LineRow({ line, verdict, present, alarms, lately }: LineRowProps) {
  const { site, key, process, beside } = line;
  const own = alarms.filter(({ machine }) => machine.startsWith(`${key}/`));
  const active = own.filter((alarm) => alarm.active).length;
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
                {beside.some((each) => each.key === machine) && known?.state === "unknown" && known.connected
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
        </a>
        {lately === undefined || lately.good_unit === null ? null : (
          <span>
            <b>{number(lately.good)}</b> {words.good(lately.good_unit)}
          </span>
        )}
        <a href="/alarms">
          <b>{active}</b> {words.alarms(active)}, <b>{waiting}</b> {words.waiting}
        </a>
      </p>
    </section>
  );
}
