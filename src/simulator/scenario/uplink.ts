import { type MachineKey, machineKeyOf } from "../../contract/topic.ts";
import type { SimulatedMessage } from "../simulated-message.ts";
import { STEP_MS } from "../step-time.ts";
import type { LineDisturbances } from "./line-disturbances.ts";

const MINUTE_MS = 60_000;

/**
 * The way of a line's messages to the data center. While it is cut they are kept: events all of them, telemetry as far
 * back as its ring reaches. Afterwards they are sent in the order in which they were said, as fast as the uplink takes
 * them; what is said meanwhile waits its turn, so that each machine's messages stay in order.
 */
export class Uplink {
  readonly #disturbances: LineDisturbances;
  #kept: SimulatedMessage[] = [];
  /** Telemetry that was lost since a machine's last message that was sent. */
  readonly #lost = new Map<MachineKey, number>();
  /** Older telemetry is out of its ring. */
  #ringFromMs = 0;
  #gapMs = 0;
  #nextFreeMs = Number.NEGATIVE_INFINITY;

  constructor(disturbances: LineDisturbances) {
    this.#disturbances = disturbances;
  }

  /** Passes on what was said in a step that ends at `nowMs`, and what is due of what was kept. */
  pass(said: readonly SimulatedMessage[], nowMs: number): readonly SimulatedMessage[] {
    const outage = this.#disturbances.uplinkDownAt(nowMs);
    if (outage !== undefined) {
      for (const message of said) this.#kept.push(message);
      this.#nextFreeMs = this.#disturbances.uplinkBackMs(outage);
      this.#ringFromMs = this.#nextFreeMs - outage.telemetry_kept_min * MINUTE_MS;
      this.#gapMs = 1000 / outage.catch_up_per_s;
      return [];
    }
    if (this.#kept.length === 0) return said;
    for (const message of said) this.#kept.push(message);
    return this.#catchUp(nowMs + STEP_MS - 1);
  }

  #catchUp(untilMs: number): SimulatedMessage[] {
    const sent: SimulatedMessage[] = [];
    let taken = 0;
    for (const message of this.#kept) {
      const sentMs = Math.max(message.atMs, Math.ceil(this.#nextFreeMs));
      if (sentMs > untilMs) break;
      taken += 1;
      const key = machineKeyOf(message.machine);
      if (message.type === "telemetry" && message.atMs < this.#ringFromMs) {
        this.#lost.set(key, (this.#lost.get(key) ?? 0) + 1);
        continue;
      }
      this.#nextFreeMs = Math.max(this.#nextFreeMs, message.atMs) + this.#gapMs;
      sent.push(this.#late(message, sentMs, key));
    }
    this.#kept = this.#kept.slice(taken);
    return sent;
  }

  #late(message: SimulatedMessage, sentMs: number, key: MachineKey): SimulatedMessage {
    const lostBefore = this.#lost.get(key) ?? 0;
    this.#lost.delete(key);
    const isRefill = message.type === "telemetry" && message.payload.v === 2;
    return {
      ...message,
      ...(isRefill ? { payload: { ...message.payload, refill: true } } : {}),
      ...(sentMs > message.atMs ? { sentMs } : {}),
      ...(lostBefore > 0 ? { lostBefore } : {}),
    };
  }
}
