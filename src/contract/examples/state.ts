import type { StateV2 } from "../schemas/state-v2.ts";
import type { StateV1 } from "../schemas/version-1.ts";
import { BOOT, LINE, type PayloadExample } from "./example.ts";

const MOLDER = `factory/${LINE}/s6_molding/molder-01/state`;
const GATEWAY = `factory/${LINE}/s0_edge/edge-gw-01/state`;

/** Version 1 states, for the contract's documents and the tests. */
export const STATE_V1_EXAMPLES: readonly PayloadExample<StateV1>[] = [
  {
    name: "gateway-online",
    topic: GATEWAY,
    summary: "the gateway is connected",
    payload: { ts: "2026-01-11T08:00:00+00:00", state: "ONLINE" },
  },
  {
    name: "running",
    topic: MOLDER,
    summary: "the machine works on a batch",
    payload: {
      ts: "2026-01-11T08:00:05+00:00",
      state: "RUNNING",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      mode: "AUTO",
    },
  },
  {
    name: "will",
    topic: GATEWAY,
    summary: "what the broker publishes when the connection breaks",
    payload: { ts: "unknown", state: "OFFLINE" },
  },
];

/** States with counters, with the reason of a stop, and as a will. */
export const STATE_V2_EXAMPLES: readonly PayloadExample<StateV2>[] = [
  {
    name: "producing",
    topic: MOLDER,
    summary: "producing, with its counters",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 12,
      ts: "2026-01-11T08:00:05Z",
      state: "Execute",
      mode: "Production",
      counts: { unit: "pieces", consumed: 48_200, processed: 48_190, defective: 61 },
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    },
  },
  {
    name: "starved",
    topic: MOLDER,
    summary: "waiting for another machine: Suspended has an external cause",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 40,
      ts: "2026-01-11T09:12:44Z",
      state: "Suspended",
      mode: "Production",
      stop_reason: {
        code: "NO_MASS",
        category: "starved",
        message: "no tempered mass at the depositor",
        caused_by: `${LINE}/s5_tempering/temper-01`,
      },
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    },
  },
  {
    name: "jammed",
    topic: `factory/${LINE}/s8_packaging/packer-03/state`,
    summary: "stopped by itself: Held has an internal cause; rejects split by cause",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 77,
      ts: "2026-01-11T09:20:10Z",
      state: "Held",
      mode: "Production",
      stop_reason: { code: "JAM_INFEED", category: "minor_stop", message: "jam at the infeed belt" },
      counts: {
        unit: "pieces",
        consumed: 11_960,
        processed: 11_940,
        defective: 38,
        defective_by_cause: { metal: 1, under_weight: 22, mis_wrapped: 15 },
        since: "2026-01-11T06:00:00Z",
      },
    },
  },
  {
    name: "gateway-online",
    topic: GATEWAY,
    summary: "a gateway has no PackML state: it is connected",
    payload: { v: 2, boot: BOOT, seq: 1, ts: "2026-01-11T08:00:00Z", state: "ONLINE" },
  },
  {
    name: "will",
    topic: MOLDER,
    summary: "left behind at the broker; it has no number, because nobody knows when it will be published",
    payload: { v: 2, ts: "unknown", state: "OFFLINE", will_of_boot: BOOT },
  },
];
