import type { Edge, EdgeMachine } from "../../src/index.ts";

/** Machines that every load of an edge is spread over. */
export const MACHINES = 64;

/** So much room that no limit of the outbox is what is measured. */
export const ROOMY = {
  outboxBytes: 8 * 1024 ** 3,
  telemetryBytes: 8 * 1024 ** 3,
  pendingBytes: 256 * 1024 * 1024,
} as const;

export type Kind = "alarm" | "telemetry";

/** Opens all of them. */
export async function machinesOf(edge: Edge): Promise<EdgeMachine[]> {
  const addresses = Array.from(
    { length: MACHINES },
    (_, index) => `bench/line-${index >> 3}/s5_tempering/temper-${index}`,
  );
  return Promise.all(addresses.map((address) => edge.machine(address)));
}

/** Hands over a message of some 250 bytes. */
export function publish(machine: EdgeMachine, kind: Kind, index: number): ReturnType<EdgeMachine["publish"]> {
  const ts = new Date().toISOString();
  const what = { product_type: "dark", batch_id: "B20260111-DA-0042" } as const;
  if (kind === "telemetry") {
    const tags = { temp_c: 31.42, viscosity_cP: 1222, zone_1_c: 21.5, zone_2_c: 22.5, count: index };
    return machine.publish("telemetry", { ts, ...what, tags });
  }
  const event = { event: "acknowledged", by: "a.trabelsi" } as const;
  return machine.publish("alarm", { ts, ...what, alarm_id: `temperature-of-zone-${index}`, ...event });
}
