import type { TelemetryV2 } from "../schemas/telemetry-v2.ts";
import type { TelemetryV1 } from "../schemas/version-1.ts";
import { BOOT, LINE, type PayloadExample } from "./example.ts";

/** The tags that each step of the seed's line sends, with values as they are seen in operation. */
const V1_TAGS = [
  ["s1_dosing", "weigher-01", { weight_kg: 1000.4, scale_status: "OK" }],
  ["s2_mixing", "mixer-02", { rpm: 42, motor_current_a: 61.5 }],
  ["s3_refining", "refiner-01", { particle_size_um: 20.6, roller_temp_c: 35.2 }],
  ["s4_conching", "conche-01", { temp_c: 74.8, humidity_pct: 41 }],
  ["s5_tempering", "temper-01", { temp_c: 31.6, viscosity_cP: 2150 }],
  ["s6_molding", "molder-01", { deposit_g: 100.4, nozzle_pressure_bar: 1.62 }],
  ["s7_cooling", "cooltunnel-01", { tunnel_temp_c: 11.2, belt_speed_mpm: 6.5 }],
  ["s8_packaging", "packer-03", { packs_per_min: 198, reject_rate_pct: 0.31 }],
] as const;

/** The readings of version 1, one message for each step of the line. */
export const TELEMETRY_V1_EXAMPLES: readonly PayloadExample<TelemetryV1>[] = V1_TAGS.map(
  ([step, machine, tags]) => ({
    name: step,
    topic: `factory/${LINE}/${step}/${machine}/telemetry`,
    summary: `what the machine of ${step} measures`,
    payload: {
      ts: "2026-01-11T08:30:00.250000+00:00",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      tags,
    },
  }),
);

/** Readings with and without a quality of their own. */
export const TELEMETRY_V2_EXAMPLES: readonly PayloadExample<TelemetryV2>[] = [
  {
    name: "tempering",
    topic: `factory/${LINE}/s5_tempering/temper-01/telemetry`,
    summary: "plain values are of quality good",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 4711,
      ts: "2026-01-11T08:30:00.250Z",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      tags: { temp_c: 31.6, viscosity_cP: 2150, temper_index: 5.1, cooling_valve: "open" },
    },
  },
  {
    name: "sensor-failed",
    topic: `factory/${LINE}/s7_cooling/cooltunnel-01/telemetry`,
    summary: "one sensor is out of its range, one has no value at all",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 4712,
      ts: "2026-01-11T08:30:01Z",
      tags: {
        zone_1_temp_c: 14.9,
        zone_2_temp_c: { value: 4.2, quality: "uncertain", status: "out_of_specification", unit: "°C" },
        exit_temp_c: { value: null, quality: "bad", status: "failure" },
      },
    },
  },
  {
    name: "refilled",
    topic: `factory/${LINE}/s4_conching/conche-01/telemetry`,
    summary: "sent again at QoS 1, because the data center missed it",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 4380,
      refill: true,
      ts: "2026-01-11T08:24:30Z",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      tags: { temp_c: 74.8, moisture_pct: 0.92, power_kw: 61.3 },
    },
  },
];
