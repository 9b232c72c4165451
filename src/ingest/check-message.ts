import { allFaults } from "../contract/explain-payload.ts";
import { DELIVERY_POLICY, flagNames, MESSAGE_FLAG } from "../contract/policy.ts";
import { readPayload } from "../contract/read-payload.ts";
import { isUpTopic, type MessageType, parseUpTopic } from "../contract/topic.ts";
import type { Plausibility, PlausibilityFinding } from "../plant/plausibility.ts";
import { lengthInWords } from "../time/length-in-words.ts";
import { Decoder } from "./decode.ts";
import { readPayloadText } from "./payload-text.ts";

/** What a data center would make of a message. */
export interface MessageVerdict {
  readonly verdict: "stored" | "quarantined";
  /** `telemetry/2`; null where it didn't get that far. */
  readonly schema: string | null;
  /** Why it would be in quarantine. */
  readonly reason: string | null;
  /** Everything that is wrong with it, a line each; the first is what quarantine says. */
  readonly faults: readonly string[];
  /** What would be remarkable about it: names of flags. */
  readonly flags: readonly string[];
  /** What of it doesn't fit the plant. */
  readonly findings: readonly PlausibilityFinding[];
}

/** Says what a data center would make of a message, published now as the policy has it. Stores nothing. */
export function checkMessage(
  topic: string,
  payload: Uint8Array,
  plausibility: Plausibility,
  nowMs: number,
): MessageVerdict {
  const parsed = parseUpTopic(topic);
  const type = isUpTopic(parsed) ? parsed.type : undefined;
  const { qos, retain } = type === undefined ? { qos: 1, retain: false } : DELIVERY_POLICY[type];
  const delivered = {
    topic,
    payload,
    qos,
    retain,
    retainVisible: true,
    mayBeReplay: false,
    properties: undefined,
  };
  const decoder = new Decoder(
    (machine) => plausibility.knowsMachine(machine),
    (of, value) => plausibility.flags(of, value),
  );
  const decoded = decoder.decode(delivered, nowMs);
  const text = readPayloadText(payload);
  const value = text.kind === "json" ? text.value : undefined;
  if (decoded.kind === "message") {
    const { flags, version, topic: of } = decoded.record;
    return {
      verdict: "stored",
      schema: `${of.type}/${version}`,
      reason: null,
      faults: [],
      flags: flagNames(flags),
      findings: [...plausibility.findings(of, value), ...clockFindings(flags, decoded.clockSkewMs)],
    };
  }
  const { reason, detail, schema } = decoded.record;
  return {
    verdict: "quarantined",
    schema,
    reason,
    faults: faultsOf(type, value, detail),
    flags: [],
    findings: [],
  };
}

/** What refuses it, and whatever else is wrong with it. */
function faultsOf(type: MessageType | undefined, value: unknown, detail: string): readonly string[] {
  if (type === undefined || value === undefined) return [detail];
  const reading = readPayload(type, value);
  return allFaults(type, value, reading.kind === "refused" ? reading.detail : detail);
}

function clockFindings(flags: number, skewMs: number): PlausibilityFinding[] {
  if ((flags & MESSAGE_FLAG.CLOCK_SKEW) === 0) return [];
  const about = `its time is ${lengthInWords(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} this machine's clock`;
  return [{ flag: "clock_skew", about }];
}
