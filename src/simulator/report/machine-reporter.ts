import { qualifiedValue } from "../../contract/schemas/telemetry-v2.ts";
import type { PlantMachine } from "../../plant/plant.ts";
import type { Tag } from "../../plant/schema/tag.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { RandomStream } from "../random-stream.ts";
import { STEP_MS, STEP_S, type StepTime } from "../step-time.ts";
import { AlarmWatch, rounded } from "./alarm-watch.ts";
import type { BodyOf, Counts, MachineEvent, Readings, StopReason, TagReading } from "./machine-event.ts";
import { timestampV2 } from "./timestamp-text.ts";

type AlarmPriority = Extract<BodyOf<"alarm">, { event: "raised" }>["priority"];

/** An alarm by its condition. */
export interface AlarmCondition {
  readonly code: string;
  readonly message: string;
  readonly priority: AlarmPriority;
  readonly active: boolean;
}

/** States of PackML that the simulated machines go through. */
export type RunState = "Execute" | "Idle" | "Held" | "Suspended" | "Stopped" | "Aborted";

/** Machines send a few milliseconds apart from one second to the next, as real ones do. */
const JITTER_MS = 8;

/** A machine that counts says so at least this often while it stays in one state, ms. */
const COUNTS_EVERY_MS = 300_000;

/**
 * The voice of one machine: models tell it what they do, it says so in the right form and at the right time. Keeps
 * the machine's state, its batch and its alarms; sends telemetry at the plant's interval.
 */
export class MachineReporter {
  readonly machine: PlantMachine;
  readonly #jitter: RandomStream;
  readonly #phaseMs: number;
  #telemetrySteps = 1;
  readonly #tags: readonly { readonly name: string; readonly tag: Tag }[];
  readonly #watch: AlarmWatch;
  readonly #raised = new Map<string, number>();
  #events: MachineEvent[] = [];
  #batch: ProductionBatch | undefined;
  #state: RunState | undefined;
  #reasonCode: string | undefined;
  #stateBody: BodyOf<"state"> | undefined;
  #sinceMs = 0;
  #countedMs = 0;
  #countedBatch: ProductionBatch | undefined;
  #nowMs = 0;

  /** @param random a stream of the machine's own, used for when it speaks and nothing else. */
  constructor(machine: PlantMachine, random: RandomStream) {
    this.machine = machine;
    this.#jitter = random;
    this.#phaseMs = Math.floor(random.uniform() * (STEP_MS - JITTER_MS));
    this.pace(undefined);
    this.#tags = Object.entries(machine.definition.tags).map(([name, tag]) => ({ name, tag }));
    this.#watch = new AlarmWatch(machine.definition);
  }

  /** What it works on; the last batch while it waits. */
  get batch(): ProductionBatch | undefined {
    return this.#batch;
  }

  get state(): RunState | undefined {
    return this.#state;
  }

  /** When the present step's messages are sent, ms since 1970. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Begins a step: what is said from now on is said at one time within it. */
  begin(now: StepTime): void {
    this.#nowMs = now.ms + this.#phaseMs + Math.floor(this.#jitter.uniform() * JITTER_MS);
  }

  workOn(batch: ProductionBatch): void {
    this.#batch = batch;
  }

  /** Telemetry comes at most once in so many seconds, or as the plant has it. */
  pace(atLeastS: number | undefined): void {
    const planned = this.machine.definition.telemetry_interval_s ?? 1;
    this.#telemetrySteps = Math.max(1, Math.round(Math.max(planned, atLeastS ?? 0) / STEP_S));
  }

  /** The first message after connecting; after a later one, what it does is said again. */
  birth(): void {
    this.#say({ type: "state", body: { state: "ONLINE" } });
    if (this.#stateBody === undefined) return;
    this.#say({ type: "state", body: { ...this.#stateBody, since: timestampV2(this.#sinceMs) } });
  }

  /**
   * Takes a state; said when it or its reason is new. One that is counted is said again from time to time and when the
   * batch is another one, so that what was made is known while the machine just runs.
   */
  become(state: RunState, reason?: StopReason, counts?: () => Counts): void {
    const stays = this.#state === state && this.#reasonCode === reason?.code;
    if (stays && (counts === undefined || !this.#countsAreOld)) return;
    if (!stays) this.#sinceMs = this.#nowMs;
    this.#state = state;
    this.#reasonCode = reason?.code;
    if (counts !== undefined) {
      this.#countedMs = this.#nowMs;
      this.#countedBatch = this.#batch;
    }
    const body = {
      state,
      mode: "Production",
      ...(reason === undefined ? {} : { stop_reason: reason }),
      ...(counts === undefined ? {} : { counts: counts() }),
      ...(stays ? { since: timestampV2(this.#sinceMs) } : {}),
      ...this.#work(),
    };
    this.#stateBody = body;
    this.#say({ type: "state", body });
  }

  get #countsAreOld(): boolean {
    return this.#countedBatch !== this.#batch || this.#nowMs - this.#countedMs >= COUNTS_EVERY_MS;
  }

  /** Seconds in the present state. */
  get inStateS(): number {
    return (this.#nowMs - this.#sinceMs) / 1000;
  }

  quality(body: BodyOf<"quality">): void {
    this.#say({ type: "quality", body: { ...this.#work(), ...body } });
  }

  /** Results that are about something else than what the machine works on. */
  qualityOf(body: BodyOf<"quality">): void {
    this.#say({ type: "quality", body });
  }

  /** Batch events name their batch themselves: many are about another one than the machine works on, or about none. */
  batchEvent(body: BodyOf<"batch">): void {
    this.#say({ type: "batch", body });
  }

  /** An alarm that isn't a tag's limit; nothing happens while it is raised already. */
  raise(code: string, priority: AlarmPriority, message: string): void {
    if (this.#raised.has(code)) return;
    this.#raised.set(code, this.#nowMs);
    this.#say({
      type: "alarm",
      body: {
        alarm_id: code.toLowerCase(),
        event: "raised",
        ...this.#work(),
        code,
        message,
        priority,
        limit_kind: "discrete",
      },
    });
  }

  /** Raises an alarm while it is active, clears it afterwards. */
  show({ code, message, priority, active }: AlarmCondition): void {
    if (active) this.raise(code, priority, message);
    else this.clear(code);
  }

  clear(code: string): void {
    const raisedMs = this.#raised.get(code);
    if (raisedMs === undefined) return;
    this.#raised.delete(code);
    this.#say({
      type: "alarm",
      body: {
        alarm_id: code.toLowerCase(),
        event: "cleared",
        raised_at: timestampV2(raisedMs),
        ...this.#work(),
      },
    });
  }

  /** Ends a step: watches limits, and sends telemetry when it is time to. */
  end(now: StepTime, readings: Readings): void {
    for (const change of this.#watch.step(readings, this.#batch?.productType, this.#state === "Execute")) {
      const { alarmId } = change;
      if (change.event === "raised") {
        this.#raised.set(alarmId, this.#nowMs);
        this.#say({
          type: "alarm",
          body: { alarm_id: alarmId, event: "raised", ...this.#work(), ...change.body },
        });
      } else {
        const raisedMs = this.#raised.get(alarmId) ?? this.#nowMs;
        this.#raised.delete(alarmId);
        const unit = change.unit === undefined ? {} : { unit: change.unit };
        const end = { raised_at: timestampV2(raisedMs), ...this.#work(), value: change.value, ...unit };
        this.#say({ type: "alarm", body: { alarm_id: alarmId, event: "cleared", ...end } });
      }
    }
    if (now.index % this.#telemetrySteps !== 0) return;
    this.#say({ type: "telemetry", body: { ...this.#work(), tags: this.#tagsOf(readings) } });
  }

  /** Whether nothing was said since {@link take} was asked. */
  get silent(): boolean {
    return this.#events.length === 0;
  }

  /** What was said since the last time this was asked. */
  take(): readonly MachineEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #say(event: MachineEvent): void {
    this.#events.push(event);
  }

  #work(): { product_type?: ProductionBatch["productType"]; batch_id?: string } {
    return this.#batch === undefined ? {} : batchFields(this.#batch);
  }

  #tagsOf(readings: Readings): Record<string, TagReading> {
    const tags: Record<string, TagReading> = {};
    for (const { name, tag } of this.#tags) {
      const reading = readings[name];
      if (reading === undefined) continue;
      if (typeof reading === "number") tags[name] = rounded(reading, tag);
      else if (typeof reading !== "object") tags[name] = reading;
      else {
        const { value } = qualifiedValue(reading);
        tags[name] = typeof value === "number" ? { ...reading, value: rounded(value, tag) } : reading;
      }
    }
    return tags;
  }
}
