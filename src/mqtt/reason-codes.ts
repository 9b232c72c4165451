/** MQTT 5 reason codes of CONNACK, SUBACK, PUBACK and DISCONNECT (2.4), in words. */
const REASONS: Readonly<Record<number, string>> = {
  0: "success",
  16: "no matching subscribers",
  128: "unspecified error",
  129: "malformed packet",
  130: "protocol error",
  131: "implementation specific error",
  132: "unsupported protocol version",
  133: "client identifier not valid",
  134: "bad user name or password",
  135: "not authorized",
  136: "server unavailable",
  137: "server busy",
  138: "banned",
  139: "server shutting down",
  140: "bad authentication method",
  141: "keep alive timeout",
  142: "session taken over",
  143: "topic filter invalid",
  144: "topic name invalid",
  145: "packet identifier in use",
  147: "receive maximum exceeded",
  148: "topic alias invalid",
  149: "packet too large",
  150: "message rate too high",
  151: "quota exceeded",
  152: "administrative action",
  153: "payload format invalid",
  154: "retain not supported",
  155: "QoS not supported",
  156: "use another server",
  157: "server moved",
  158: "shared subscriptions not supported",
  159: "connection rate exceeded",
  160: "maximum connect time",
  161: "subscription identifiers not supported",
  162: "wildcard subscriptions not supported",
};

/** MQTT 3.1.1 CONNACK return codes (3.2.2.3). */
const CONNECT_RETURN_CODES: Readonly<Record<number, string>> = {
  1: "unacceptable protocol version",
  2: "client identifier rejected",
  3: "server unavailable",
  4: "bad user name or password",
  5: "not authorized",
};

/** Reason codes from here on are failures. */
export const FIRST_FAILURE = 0x80;

/** A reason code as `0x87 not authorized`. */
export function reasonText(code: number, reasonString?: string): string {
  const hex = `0x${code.toString(16).padStart(2, "0")}`;
  const words = REASONS[code] ?? CONNECT_RETURN_CODES[code] ?? "a code that MQTT does not know";
  return reasonString === undefined ? `${hex} ${words}` : `${hex} ${words}: ${reasonString}`;
}

/** Whether a CONNACK code says that the broker does not speak the protocol version asked for. */
export function refusesProtocol(code: number): boolean {
  return code === 0x84 || code === 1;
}
