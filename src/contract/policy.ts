import { type DownKind, isDesk, type MessageType } from "./topic.ts";

/** Quality of service levels that the namespace uses; QoS 2 is more than any of it needs. */
export type Qos = 0 | 1;

/** QoS and retain flag of a message type. */
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
  /** The plant model does not know the site: a topic with a typing error, or another plant's machine. */
  UNKNOWN_SITE: 32,
  /** A tag that the plant model's machine doesn't have. */
  UNKNOWN_TAG: 64,
  /** Text where the plant model's tag is a number: "31,4". */
  NOT_A_NUMBER: 128,
  /** A value that the tag can't have: beyond what its instrument shows, or a word that isn't one of its own. */
  IMPLAUSIBLE_VALUE: 256,
  /** A product that the plant model doesn't have. */
  UNKNOWN_PRODUCT: 512,
  /** A batch id that hasn't the form of the plant's. */
  BATCH_FORM: 1024,
  /** A time more than a day ahead: no clock is that wrong by drifting. */
  TIME_IN_FUTURE: 2048,
  /** Not what was received: a person corrected it in quarantine, where the original is, with who and why. */
  CORRECTED: 4096,
} as const;

/** The name of each flag, in bit order, as it stands in exports and reports. */
export const FLAG_NAMES = [
  [MESSAGE_FLAG.QOS_BELOW_POLICY, "qos_below_policy"],
  [MESSAGE_FLAG.RETAIN_AGAINST_POLICY, "retain_against_policy"],
  [MESSAGE_FLAG.REFILL, "refill"],
  [MESSAGE_FLAG.CLOCK_SKEW, "clock_skew"],
  [MESSAGE_FLAG.UNKNOWN_MACHINE, "unknown_machine"],
  [MESSAGE_FLAG.UNKNOWN_SITE, "unknown_site"],
  [MESSAGE_FLAG.UNKNOWN_TAG, "unknown_tag"],
  [MESSAGE_FLAG.NOT_A_NUMBER, "not_a_number"],
  [MESSAGE_FLAG.IMPLAUSIBLE_VALUE, "implausible_value"],
  [MESSAGE_FLAG.UNKNOWN_PRODUCT, "unknown_product"],
  [MESSAGE_FLAG.BATCH_FORM, "batch_form"],
  [MESSAGE_FLAG.TIME_IN_FUTURE, "time_in_future"],
  [MESSAGE_FLAG.CORRECTED, "corrected"],
] as const;

/** Flags that say that a message doesn't fit the plant model or the clock, and somebody should look into it. */
export const IMPLAUSIBLE_FLAGS =
  MESSAGE_FLAG.CLOCK_SKEW |
  MESSAGE_FLAG.UNKNOWN_MACHINE |
  MESSAGE_FLAG.UNKNOWN_SITE |
  MESSAGE_FLAG.UNKNOWN_TAG |
  MESSAGE_FLAG.NOT_A_NUMBER |
  MESSAGE_FLAG.IMPLAUSIBLE_VALUE |
  MESSAGE_FLAG.UNKNOWN_PRODUCT |
  MESSAGE_FLAG.BATCH_FORM |
  MESSAGE_FLAG.TIME_IN_FUTURE;

/** Of a machine's flags those that somebody should look into: logs of before have desks flagged as unknown machines. */
export function implausibleFlags(flags: number, machine: string): number {
  return flags & IMPLAUSIBLE_FLAGS & (isDesk(machine) ? ~MESSAGE_FLAG.UNKNOWN_MACHINE : ~0);
}

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
