import { DOWN_ROOT, UP_ROOT } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { type BrokerAddress, parseBrokerUrl } from "../../mqtt/broker-address.ts";

/** What Mosquitto's own bridge is to do. */
export interface MosquittoBridge {
  /** The broker above: mqtt:// or mqtts://. */
  readonly url: string;
  /** Name of the connection; the client ids are made of it, so no two on one broker may share it. */
  readonly name: string;
  /** The sites whose receipts and commands come down; all where there are none. */
  readonly sites: readonly string[];
  readonly username: string | null;
  /** PEM files. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly keepaliveS: number;
  /** Messages sent ahead of their acknowledgement. */
  readonly inFlight: number;
  /** Room for waiting messages, bytes. */
  readonly queueBytes: number;
}

/** How often Mosquitto writes what it keeps to its disk, seconds: what came since then is lost when it crashes. */
const SAVED_EVERY_S = 10;

/**
 * The lines of mosquitto.conf (Mosquitto 2) for its own bridge, with the settings that lose the least.
 * @throws ConcheError CONCHE_USAGE where its bridge can't do it
 */
export function mosquittoBridgeConfig(bridge: MosquittoBridge): string {
  const address = parseBrokerUrl(bridge.url, { webSocket: true });
  if (address.path !== "" || address.scheme === "ws" || address.scheme === "wss") {
    throw refused(`Mosquitto's bridge speaks mqtt:// and mqtts://, not ${address.scheme}://`);
  }
  if (!address.tls && (bridge.ca ?? bridge.cert) !== null) {
    throw refused(`certificates need mqtts://, not ${address.display}`);
  }
  return `${[
    "# Mosquitto's own bridge, written by `conche bridge-config`. What it can't promise: docs/bridge.md.",
    "# `conche bridge` promises it.",
    "",
    "# For the whole broker. Everything it keeps is in memory, and on disk as of the last save.",
    "persistence true",
    `autosave_interval ${SAVED_EVERY_S}`,
    "# The default keeps 1,000 messages for a link that is down; what comes after is dropped, and acknowledged.",
    "max_queued_messages 0",
    `max_queued_bytes ${bridge.queueBytes}`,
    `max_inflight_messages ${bridge.inFlight}`,
    "# Telemetry too, for as long as the broker itself runs.",
    "queue_qos0_messages true",
    "",
    ...connection(bridge, address, {
      suffix: "up",
      why: "# Up with MQTT 5: identities travel in user properties.",
      protocol: "mqttv50",
      topics: [`topic ${UP_ROOT}/# out 1`],
    }),
    "",
    ...connection(bridge, address, {
      suffix: "down",
      why: "# Down with MQTT 3.1.1: with MQTT 5 Mosquitto 2.0 asks for no session, and orders that wait above would be gone.",
      protocol: "mqttv311",
      topics: downFilters(bridge.sites).map((filter) => `topic ${filter} in 1`),
    }),
  ].join("\n")}\n`;
}

/** What the two connections don't have in common. */
interface Direction {
  readonly suffix: "up" | "down";
  readonly why: string;
  readonly protocol: "mqttv50" | "mqttv311";
  readonly topics: readonly string[];
}

/** A connection for one direction: each has a root of its own, so that nothing can go round. */
function connection(
  bridge: MosquittoBridge,
  address: BrokerAddress,
  { suffix, why, protocol, topics }: Direction,
): string[] {
  const name = `${bridge.name}-${suffix}`;
  const username = bridge.username ?? address.username ?? null;
  return [
    why,
    `connection ${name}`,
    `address ${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`,
    `bridge_protocol_version ${protocol}`,
    `remote_clientid ${name}`,
    `local_clientid ${name}-local`,
    ...credentials(username),
    ...(address.tls ? tls(bridge) : []),
    ...topics,
    "# Both brokers keep what waits for the other side.",
    "cleansession false",
    "local_cleansession false",
    "# What is retained there is retained here.",
    "bridge_outgoing_retain true",
    "# Nothing is said of the bridge itself: factory/# is all that goes up.",
    "notifications false",
    "start_type automatic",
    "restart_timeout 1 30",
    `keepalive_interval ${bridge.keepaliveS}`,
  ];
}

function credentials(username: string | null): string[] {
  if (username === null) return [];
  return [
    `remote_username ${oneLine("user name", username)}`,
    "# Add the line `remote_password …` here, and let nobody but the broker read this file.",
  ];
}

function tls({ ca, cert, key }: MosquittoBridge): string[] {
  return [
    ca === null ? "bridge_capath /etc/ssl/certs" : `bridge_cafile ${oneLine("path", ca)}`,
    ...(cert === null || key === null
      ? []
      : [`bridge_certfile ${oneLine("path", cert)}`, `bridge_keyfile ${oneLine("path", key)}`]),
    "bridge_insecure false",
  ];
}

function downFilters(sites: readonly string[]): string[] {
  return sites.length === 0 ? [`${DOWN_ROOT}/#`] : sites.map((site) => `${DOWN_ROOT}/${site}/#`);
}

/** A line end within a value would be a setting of its own. */
function oneLine(what: string, text: string): string {
  for (const character of text) {
    if (character < " ") throw refused(`the ${what} has a control character in it`);
  }
  return text;
}

function refused(message: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", { message, hint: "conche bridge-config --help shows examples" });
}
