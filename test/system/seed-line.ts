import { connectAsync, type MqttClient } from "mqtt";

/** The line of the commissioning document: 8 steps, the tags of each, as its machines publish them. */
const STEPS: readonly (readonly [
  step: string,
  machine: string,
  tags: Readonly<Record<string, number | string>>,
])[] = [
  ["s1_dosing", "weigher-01", { weight_kg: 499.62, scale_status: "OK" }],
  ["s2_mixing", "mixer-02", { rpm: 42.1, motor_current_a: 18.4 }],
  ["s3_refining", "refiner-01", { particle_size_um: 21.7, roller_temp_c: 38.2 }],
  ["s4_conching", "conche-01", { temp_c: 74.3, humidity_pct: 31.5 }],
  ["s5_tempering", "temper-01", { temp_c: 33.4, viscosity_cP: 1480.5 }],
  ["s6_molding", "molder-01", { deposit_g: 100.4, nozzle_pressure_bar: 1.7 }],
  ["s7_cooling", "cooltunnel-01", { tunnel_temp_c: 12.1, belt_speed_mpm: 6.2 }],
  ["s8_packaging", "packer-03", { packs_per_min: 182, reject_rate_pct: 0.4 }],
];

/** Messages of one run, with the tempering alarm. */
export const SEED_RUN_MESSAGES = 61;
/** Of these: wills are published beside them when a connection breaks. */
export const SEED_WILL = JSON.stringify({ ts: "unknown", state: "OFFLINE" });

const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };

/** A clock as Python's `datetime.now(timezone.utc).isoformat()` writes it: microseconds and `+00:00`. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace("Z", "417+00:00");
}

/**
 * One run of the line as the commissioning document has it: one MQTT 3.1.1 client with a will, version 1 payloads,
 * QoS by type, no identity.
 */
export async function runSeedLine(url: string, startMs: number, clientId: string): Promise<void> {
  const root = "factory/tunis-01/line-a";
  const client = await connectAsync(url, {
    protocolVersion: 4,
    clientId,
    reconnectPeriod: 0,
    will: {
      topic: `${root}/s0_edge/edge-gw-01/state`,
      payload: Buffer.from(SEED_WILL),
      qos: 1,
      retain: true,
    },
  });
  let now = startMs;
  const publish = (place: string, type: string, body: object, qos: 0 | 1, retain = false) => {
    now += 250;
    const payload = JSON.stringify({ ts: stamp(now), ...body });
    return client.publishAsync(`${root}/${place}/${type}`, payload, { qos, retain });
  };

  await publish("s0_edge/edge-gw-01", "state", { state: "ONLINE" }, 1, true);
  await publish("s0_batch/line-controller", "batch", { event: "BATCH_START", ...BATCH }, 1);
  for (const [step, machine, tags] of STEPS) {
    const place = `${step}/${machine}`;
    await publish(place, "state", { state: "RUNNING", ...BATCH, mode: "AUTO" }, 1, true);
    for (let sample = 0; sample < 5; sample++) await publish(place, "telemetry", { ...BATCH, tags }, 0);
    if (step === "s5_tempering") {
      const alarm = {
        severity: "HIGH",
        code: "TEMP_OUT_OF_RANGE",
        message: "Temper temp above limit",
        value: 33.4,
        limit: 33,
      };
      await publish(place, "alarm", { ...alarm, ...BATCH }, 1);
    }
    if (step === "s8_packaging") {
      const results = { weight_g: 100.2, seal_integrity: "PASS", label_check: "PASS", defect_rate_pct: 0.3 };
      await publish(place, "quality", { ...BATCH, results }, 1);
    }
    await publish(place, "state", { state: "IDLE", ...BATCH, mode: "AUTO" }, 1, true);
  }
  await publish("s0_batch/line-controller", "batch", { event: "BATCH_END", ...BATCH }, 1);
  await endInOrder(client);
}

/** Waits until the broker has taken everything: QoS 0 has no answer of its own, a subscription behind it has. */
async function endInOrder(client: MqttClient): Promise<void> {
  await client.subscribeAsync("conche/test/end-of-run");
  await client.endAsync();
}
