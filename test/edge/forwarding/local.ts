import { parseMachineAddress } from "../../../src/edge/machine-address.ts";
import type { DeliveredMessage } from "../../../src/mqtt/delivery.ts";
import { MACHINE } from "../edge-under-test.ts";

export const GATEWAY = parseMachineAddress("tunis-01/line-a/s0_edge/bridge-01");
export const HOP = "bridge-here";
export const OTHER_BOOT = "0198c5f2-0000-7000-8000-00000000000a";

/** What a machine that knows nothing of identity says; everything has a plain default. */
export function local(
  fields: Partial<Omit<DeliveredMessage, "payload">> & { payload?: unknown } = {},
): DeliveredMessage {
  const { payload = { ts: "2026-01-11T10:00:00Z", state: "RUNNING" }, ...rest } = fields;
  return {
    topic: `factory/${MACHINE}/state`,
    qos: 1,
    retain: true,
    retainVisible: true,
    mayBeReplay: false,
    properties: undefined,
    ...rest,
    payload: Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)),
  };
}
