import type { DownKind, MessageType } from "./topic.ts";

/** Quality of service levels that the namespace uses; QoS 2 is refused by the embedded broker. */
export type Qos = 0 | 1;

/** How one message type travels. */
export interface DeliveryPolicy {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly why: string;
}

/**
 * QoS by criticality: the one place where the policy is written down. Simulator, edge, ingest, ACL generators
 * and the contract documents all read it here.
 */
export const DELIVERY_POLICY = {
  telemetry: { qos: 0, retain: false, why: "frequent; a gap is seen by sequence and refilled" },
  state: { qos: 1, retain: true, why: "the last known truth for whoever connects later; also the will" },
  alarm: { qos: 1, retain: false, why: "an event; each one counts" },
  quality: { qos: 1, retain: false, why: "an event; each one counts" },
  batch: { qos: 1, retain: false, why: "an event; each one counts" },
} as const satisfies Record<MessageType, DeliveryPolicy>;

/** How the data center's own messages travel. */
export const DOWN_POLICY = {
  receipt: { qos: 1, retain: true, why: "a publisher that comes back finds the last one waiting" },
  command: {
    qos: 1,
    retain: false,
    why: "an order for now; one that was retained would be carried out again",
  },
} as const satisfies Record<DownKind, DeliveryPolicy>;

/**
 * What is remarkable about a stored message, as bits of `mqtt_messages.flags`. A flagged message is stored like
 * any other: nothing is lost over a flag.
 */
export const MESSAGE_FLAG = {
  /** Published with a lower QoS than the policy asks for (an alarm at QoS 0). */
  QOS_BELOW_POLICY: 1,
  /** Retained although its type isn't (or, where the delivery can tell, a state that wasn't retained). */
  RETAIN_AGAINST_POLICY: 2,
  /** Sent again by the publisher to close a gap. */
  REFILL: 4,
  /** The publisher's clock is further from the data center's than the tolerance. */
  CLOCK_SKEW: 8,
  /** The plant model does not know the machine. */
  UNKNOWN_MACHINE: 16,
} as const;

/** The name of each flag, in bit order, as it stands in exports and reports. */
export const FLAG_NAMES = [
  [MESSAGE_FLAG.QOS_BELOW_POLICY, "qos_below_policy"],
  [MESSAGE_FLAG.RETAIN_AGAINST_POLICY, "retain_against_policy"],
  [MESSAGE_FLAG.REFILL, "refill"],
  [MESSAGE_FLAG.CLOCK_SKEW, "clock_skew"],
  [MESSAGE_FLAG.UNKNOWN_MACHINE, "unknown_machine"],
] as const;

/** The flags of a message as names. */
export function flagNames(flags: number): string[] {
  return FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}

/**
 * The policy flags of one message. A higher QoS than the policy's is fine (a refilled telemetry message travels
 * at QoS 1). `retainVisible` says whether the delivery shows the publisher's retain flag: on MQTT 3.1.1 a broker
 * clears it on what it forwards, so a missing one means nothing there.
 */
export function policyFlags(type: MessageType, qos: number, retain: boolean, retainVisible: boolean): number {
  const policy = DELIVERY_POLICY[type];
  let flags = qos < policy.qos ? MESSAGE_FLAG.QOS_BELOW_POLICY : 0;
  if (retain ? !policy.retain : policy.retain && retainVisible) flags |= MESSAGE_FLAG.RETAIN_AGAINST_POLICY;
  return flags;
}
