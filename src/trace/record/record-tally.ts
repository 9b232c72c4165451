import type { BatchEventOf } from "../../contract/schemas/batch-v2.ts";
import { qualifiedValue } from "../../contract/schemas/telemetry-v2.ts";
import type { LoggedMessage, LoggedMessageOf } from "../../log/logged-message.ts";
import type { Plant } from "../../plant/plant.ts";
import { limitsFor } from "../../plant/schema/tag.ts";
import { CourseTally, type TagCourse } from "./tag-course.ts";

/** An element of the batch's procedure (ISA-88), by machine. */
export interface ProcedureStep {
  readonly machine: string;
  readonly level: string;
  readonly name: string;
  readonly run: number;
  fromMs: number | null;
  toMs: number | null;
  state: string;
  setPoints: string;
  actual: string;
  reason: string;
}

/** An alarm of the line during the batch, ms since 1970. */
export interface RecordedAlarm {
  readonly machine: string;
  readonly alarmId: string;
  readonly code: string;
  readonly message: string;
  readonly priority: string;
  readonly raisedMs: number;
  clearedMs: number | null;
  acknowledgedBy: string | null;
}

/** The results of one characteristic. */
export interface RecordedResults {
  readonly characteristic: string;
  readonly unit: string;
  n: number;
  min: number | null;
  max: number | null;
  sum: number;
  numbers: number;
  lower: number | null;
  upper: number | null;
  failed: number;
}

/** Something that a person did or answers for. */
export interface RecordedAction {
  readonly atMs: number;
  readonly what: string;
  readonly by: string;
  readonly why: string;
  readonly messageId: number;
}

/** So many of a kind a record lists: whoever publishes can say any number of them. Of the rest their number. */
export const MOST_LISTED = 5_000;
/** Set points and reached values of a phase, in characters: a message may bring 256 KiB of them. */
const MOST_PAIRS = 4_000;
/** Characters of a tag's name; what is longer is counted with what isn't listed. */
const LONGEST_TAG = 128;

/** What there can be more of than a record lists. */
export type ListedKind = "machines" | "tags" | "phases" | "alarms" | "results" | "actions";

/** What BATCH_START and BATCH_END say. */
export interface BatchOutline {
  product: string | null;
  recipe: string | null;
  order: string | null;
  plannedKg: number | null;
  producedKg: number | null;
  startedMs: number | null;
  endedMs: number | null;
  outcome: string | null;
}

/** Adds up what messages of one batch say, in the order of the log. */
export class RecordTally {
  readonly #plant: Plant;
  readonly outline: BatchOutline = {
    product: null,
    recipe: null,
    order: null,
    plannedKg: null,
    producedKg: null,
    startedMs: null,
    endedMs: null,
    outcome: null,
  };
  readonly #courses = new Map<string, { machine: string; tag: string; unit: string; tally: CourseTally }>();
  readonly #steps = new Map<string, ProcedureStep>();
  readonly #alarms: RecordedAlarm[] = [];
  /** By machine and alarm the one that was raised last: what is said next is about it. */
  readonly #newest = new Map<string, RecordedAlarm>();
  readonly #results = new Map<string, RecordedResults>();
  readonly actions: RecordedAction[] = [];
  /** What was said of more than is listed, counted: of tags values, of machines and phases messages. */
  readonly leftOut = new Map<ListedKind, number>();
  /** Messages by machine and type, and the span of each machine. */
  readonly machines = new Map<
    string,
    { messages: number; firstMs: number; lastMs: number; versions: Set<number> }
  >();

  constructor(plant: Plant) {
    this.#plant = plant;
  }

  add(message: LoggedMessage): void {
    this.#count(message);
    if (message.type === "telemetry") this.#telemetry(message);
    else if (message.type === "alarm") this.#alarm(message);
    else if (message.type === "quality") this.#quality(message);
    else if (message.type === "batch") this.#batch(message);
  }

  #count({ topic, atMs, version }: LoggedMessage): void {
    const machine = topic.machineKey;
    let seen = this.machines.get(machine);
    if (seen === undefined) {
      if (this.#isFull("machines", MOST_LISTED - this.machines.size)) return;
      seen = { messages: 0, firstMs: atMs, lastMs: atMs, versions: new Set<number>() };
      this.machines.set(machine, seen);
    }
    seen.messages += 1;
    seen.firstMs = Math.min(seen.firstMs, atMs);
    seen.lastMs = Math.max(seen.lastMs, atMs);
    seen.versions.add(version);
  }

  /** Whether no more of a kind is listed; what comes then is counted. */
  #isFull(kind: ListedKind, room: number): boolean {
    if (room > 0) return false;
    this.leftOut.set(kind, (this.leftOut.get(kind) ?? 0) + 1);
    return true;
  }

  get courses(): TagCourse[] {
    return [...this.#courses.values()]
      .flatMap(({ machine, tag, unit, tally }) => tally.course(machine, tag, unit) ?? [])
      .sort((a, b) => (a.machine === b.machine ? (a.tag < b.tag ? -1 : 1) : a.machine < b.machine ? -1 : 1));
  }

  get procedure(): ProcedureStep[] {
    return [...this.#steps.values()].sort((a, b) => (a.fromMs ?? a.toMs ?? 0) - (b.fromMs ?? b.toMs ?? 0));
  }

  get alarms(): RecordedAlarm[] {
    return this.#alarms.toSorted((a, b) => a.raisedMs - b.raisedMs);
  }

  get results(): RecordedResults[] {
    return [...this.#results.values()].sort((a, b) => (a.characteristic < b.characteristic ? -1 : 1));
  }

  #telemetry({ topic, atMs, payload }: LoggedMessageOf<"telemetry">): void {
    const machine = topic.machineKey;
    const known = this.#plant.machine(machine)?.definition.tags;
    for (const [tag, said] of Object.entries(payload.tags)) {
      const { value, quality } =
        typeof said === "number" ? { value: said, quality: "good" } : qualifiedValue(said);
      if (typeof value !== "number" || quality === "bad") continue;
      const key = `${machine}\n${tag}`;
      let course = this.#courses.get(key);
      if (course === undefined) {
        const room = tag.length > LONGEST_TAG ? 0 : MOST_LISTED - this.#courses.size;
        if (this.#isFull("tags", room)) continue;
        const model = known !== undefined && Object.hasOwn(known, tag) ? known[tag] : undefined;
        const limits = model === undefined ? {} : limitsFor(model, payload.product_type ?? undefined);
        course = { machine, tag, unit: model?.unit ?? "", tally: new CourseTally(limits) };
        this.#courses.set(key, course);
      }
      course.tally.add(atMs, value);
    }
  }

  #alarm({ topic, atMs, payload, id }: LoggedMessageOf<"alarm">): void {
    const machine = topic.machineKey;
    const key = `${machine}\n${payload.alarm_id}`;
    const newest = this.#newest.get(key);
    if (payload.event === "raised") {
      this.#newest.delete(key);
      if (this.#isFull("alarms", MOST_LISTED - this.#alarms.length)) return;
      const alarm: RecordedAlarm = {
        machine,
        alarmId: payload.alarm_id,
        code: payload.code,
        message: payload.message,
        priority: payload.priority,
        raisedMs: atMs,
        clearedMs: null,
        acknowledgedBy: null,
      };
      this.#newest.set(key, alarm);
      this.#alarms.push(alarm);
    } else if (payload.event === "cleared" && newest !== undefined) newest.clearedMs = atMs;
    else if (payload.event === "acknowledged") {
      if (newest !== undefined) newest.acknowledgedBy = payload.by;
      this.#act(atMs, `acknowledged alarm ${payload.alarm_id}`, payload.by, payload.comment ?? "", id);
    }
  }

  #quality({ payload }: LoggedMessageOf<"quality">): void {
    for (const { characteristic, value, unit = "", lower, upper, pass, quality } of payload.results) {
      if (quality === "bad") continue;
      let row = this.#results.get(characteristic);
      if (row === undefined) {
        if (this.#isFull("results", MOST_LISTED - this.#results.size)) continue;
        row = {
          ...{ characteristic, unit, n: 0, min: null, max: null, sum: 0, numbers: 0 },
          ...{ lower: null, upper: null, failed: 0 },
        };
        this.#results.set(characteristic, row);
      }
      row.n += 1;
      if (typeof value === "number") {
        row.min = Math.min(row.min ?? value, value);
        row.max = Math.max(row.max ?? value, value);
        row.sum += value;
        row.numbers += 1;
      }
      row.lower = lower ?? row.lower;
      row.upper = upper ?? row.upper;
      if (pass === false) row.failed += 1;
    }
  }

  #batch({ topic, atMs, payload, id }: LoggedMessageOf<"batch">): void {
    const { outline } = this;
    outline.product ??= payload.product_type ?? null;
    if (payload.event === "BATCH_START") {
      outline.startedMs = Math.min(outline.startedMs ?? atMs, atMs);
      outline.plannedKg = payload.planned_kg ?? outline.plannedKg;
      outline.order = payload.order_id ?? outline.order;
      if (payload.recipe !== undefined)
        outline.recipe = `${payload.recipe.recipe_id} ${payload.recipe.version}`;
    } else if (payload.event === "BATCH_END") {
      outline.endedMs = Math.max(outline.endedMs ?? atMs, atMs);
      outline.producedKg = payload.produced_kg ?? outline.producedKg;
      outline.outcome = payload.outcome ?? outline.outcome;
    } else if (payload.event === "PHASE") {
      this.#phase(topic.machineKey, atMs, payload);
    }
    if ("by" in payload && typeof payload.by === "string") {
      const why = "reason" in payload && typeof payload.reason === "string" ? payload.reason : "";
      this.#act(atMs, payload.event.toLowerCase().replaceAll("_", " "), payload.by, why, id);
    }
  }

  #phase(machine: string, atMs: number, payload: BatchEventOf<"PHASE">): void {
    const { level, name, run = 1, state, set_points, actual, reason } = payload;
    const key = `${machine}\n${name}\n${run}`;
    let step = this.#steps.get(key);
    if (step === undefined) {
      if (this.#isFull("phases", MOST_LISTED - this.#steps.size)) return;
      step = {
        ...{ machine, level, name, run, fromMs: null, toMs: null },
        ...{ state, setPoints: "", actual: "", reason: "" },
      };
      this.#steps.set(key, step);
    }
    if (state === "running") step.fromMs = Math.min(step.fromMs ?? atMs, atMs);
    else step.toMs = Math.max(step.toMs ?? atMs, atMs);
    step.state = state;
    if (set_points !== undefined) step.setPoints = pairs(set_points);
    if (actual !== undefined) step.actual = pairs(actual);
    if (reason !== undefined) step.reason = reason;
  }

  #act(atMs: number, what: string, by: string, why: string, messageId: number): void {
    if (this.#isFull("actions", MOST_LISTED - this.actions.length)) return;
    this.actions.push({ atMs, what, by, why, messageId });
  }
}

function pairs(values: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(values)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ");
  return text.length > MOST_PAIRS ? `${text.slice(0, MOST_PAIRS)} …` : text;
}
