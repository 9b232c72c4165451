import { qualifiedValue } from "../../contract/schemas/telemetry-v2.ts";
import { UNKNOWN_TS } from "../../contract/timestamp.ts";
import type { Machine } from "../../plant/schema/machine.ts";
import type { PayloadVersion } from "../simulated-message.ts";
import type { BodyOf, MachineEvent } from "./machine-event.ts";
import { timestampV1, timestampV2 } from "./timestamp-text.ts";

type V1State = "ONLINE" | "OFFLINE" | "RUNNING" | "IDLE";
type Payload = Record<string, unknown>;

/**
 * Says what one machine says in the words of version 1, that is, of the seed's machines; null for what version 1 has
 * no word for (the end of an alarm, genealogy, counts). Version 1 knows of RUNNING and IDLE only, hence the memory:
 * a change that leaves it at the same word isn't said again. The
 * seed's gateway and line controller measure nothing and so never run: being connected is all their state says.
 */
export class V1Payloads {
  readonly #tags: readonly string[];
  readonly #hasQuality: boolean;
  #state: V1State | undefined;

  constructor(machine: Machine) {
    this.#tags = machine.v1_tags ?? [];
    this.#hasQuality = machine.simulation?.model === "packaging";
  }

  payload(event: MachineEvent, atMs: number): Payload | null {
    const ts = timestampV1(atMs);
    switch (event.type) {
      case "telemetry":
        return this.#telemetry(event.body, ts);
      case "state":
        return this.#stateChange(event.body, ts);
      case "alarm":
        return alarm(event.body, ts);
      case "quality":
        return this.#hasQuality ? quality(event.body, ts) : null;
      case "batch":
        return batch(event.body, ts);
    }
  }

  #telemetry({ product_type, batch_id, tags }: BodyOf<"telemetry">, ts: string): Payload | null {
    if (this.#tags.length === 0 || product_type === undefined || batch_id === undefined) return null;
    const values: Payload = {};
    for (const name of this.#tags) {
      const reading = tags[name];
      if (reading !== undefined) values[name] = qualifiedValue(reading).value ?? 0;
    }
    return { ts, product_type, batch_id, tags: values };
  }

  #stateChange({ state, product_type, batch_id }: BodyOf<"state">, ts: string): Payload | null {
    const word = v1State(state);
    if (word === this.#state || (this.#tags.length === 0 && !isConnectivity(word))) return null;
    this.#state = word;
    if (product_type === undefined || isConnectivity(word)) return { ts, state: word };
    return { ts, state: word, product_type, batch_id };
  }
}

function isConnectivity(word: V1State): boolean {
  return word === "ONLINE" || word === "OFFLINE";
}

function v1State(state: string): V1State {
  if (state === "ONLINE" || state === "OFFLINE") return state;
  return state === "Execute" ? "RUNNING" : "IDLE";
}

function alarm(body: BodyOf<"alarm">, ts: string): Payload | null {
  if (body.event !== "raised" || body.product_type === undefined) return null;
  const { priority, code, message, product_type, batch_id, value, limit } = body;
  const payload: Payload = { ts, severity: priority.toUpperCase(), code, message, product_type, batch_id };
  if (value !== undefined) payload.value = value;
  if (limit !== undefined) payload.limit = limit;
  return payload;
}

function quality({ product_type, batch_id, results }: BodyOf<"quality">, ts: string): Payload | null {
  if (product_type === undefined) return null;
  const values = results.map(({ characteristic, value }) => [characteristic, value ?? 0]);
  return { ts, product_type, batch_id, results: Object.fromEntries(values) };
}

function batch(body: BodyOf<"batch">, ts: string): Payload | null {
  if (body.event !== "BATCH_START" && body.event !== "BATCH_END") return null;
  return { ts, event: body.event, product_type: body.product_type, batch_id: body.batch_id };
}

/** A machine's event as a payload of version 2. */
export function payloadV2(event: MachineEvent, atMs: number): Record<string, unknown> {
  return { v: 2, ts: timestampV2(atMs), ...event.body };
}

/**
 * What the broker says for a machine that disappears: the state OFFLINE, retained. Without `boot` and `seq`, like
 * every simulated payload; a publisher may add `will_of_boot` to version 2. It is the same for every machine: the
 * topic says whose it is.
 */
export function willOf(payloadVersion: PayloadVersion): Record<string, unknown> {
  const state = { ts: UNKNOWN_TS, state: "OFFLINE" };
  return payloadVersion === 1 ? state : { v: 2, ...state };
}

/** What a machine says before it disconnects in order: OFFLINE, with the time. */
export function offlineState(payloadVersion: PayloadVersion, atMs: number): Record<string, unknown> {
  return { ...willOf(payloadVersion), ts: payloadVersion === 1 ? timestampV1(atMs) : timestampV2(atMs) };
}
