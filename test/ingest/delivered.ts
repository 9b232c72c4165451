import type { DeliveredMessage } from "../../src/mqtt/delivery.ts";

export const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";
export const BOOT = "0198c5f2-0000-7000-8000-000000000001";

/** A delivered message for tests; everything has a plain default. */
export function delivered(
  fields: Partial<Omit<DeliveredMessage, "payload">> & { payload: unknown },
): DeliveredMessage {
  const { payload } = fields;
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return {
    topic: `factory/${MACHINE}/telemetry`,
    qos: 0,
    retain: false,
    retainVisible: true,
    mayBeReplay: false,
    properties: undefined,
    ...fields,
    payload: bytes,
  };
}

/** A version 2 telemetry message with this number. */
export function telemetry(seq: number, value = 31.4, boot = BOOT): DeliveredMessage {
  const body = {
    v: 2,
    ts: "2026-01-11T10:00:00Z",
    boot,
    seq,
    product_type: "dark",
    batch_id: "B20260111-DA-0042",
  };
  return delivered({ payload: { ...body, tags: { temp_c: value } } });
}

/** A version 1 state message, as the seed's machines publish it. */
export function stateV1(state: string, ts = "2026-01-11T10:00:00+00:00"): DeliveredMessage {
  return delivered({ topic: `factory/${MACHINE}/state`, qos: 1, retain: true, payload: { ts, state } });
}
