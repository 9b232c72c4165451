import { UNKNOWN_TS } from "../../contract/timestamp.ts";
import type { PayloadVersion } from "../simulated-message.ts";
import { timestampV1, timestampV2 } from "./timestamp-text.ts";

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
