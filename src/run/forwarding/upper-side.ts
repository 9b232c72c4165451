import { randomBytes } from "node:crypto";
import { edgeLinks } from "../../adapters/mqtt/edge-link.ts";
import type { ForwardConsole } from "../../adapters/terminal/forward-console.ts";
import type { Config } from "../../config/config-schema.ts";
import { DOWN_ROOT, type MachineKey, machineKeyOf } from "../../contract/topic.ts";
import { Edge } from "../../edge/edge.ts";
import type { EdgeSettings } from "../../edge/edge-options.ts";
import type { Outbox } from "../../edge/outbox.ts";
import type { DownArrival } from "../../edge/relay.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import { SYSTEM_CLOCK } from "../../time/system-clock.ts";
import { readPems } from "../broker/consumer-options.ts";
import { trustOf } from "../signing.ts";
import type { Names } from "./names.ts";
import { edgeNotice } from "./notices.ts";

/** What the connection up is opened with. */
export interface UpperSideDependencies {
  readonly config: Config;
  readonly names: Names;
  readonly outbox: Outbox;
  readonly view: ForwardConsole;
  readonly onFatal: (error: ConcheError) => void;
  readonly received: (arrival: DownArrival) => void;
}

/** The outbox and its connection to the broker above. */
export interface UpperSide {
  readonly edge: Edge;
}

/** JSON may take six characters for one of a user property. */
const WORST_GROWTH = 7;
const USUAL_PENDING_BYTES = 16 * 1024 * 1024;

/** Opens the edge that everything is forwarded through; it begins to connect and keeps at it. */
export async function openUpperSide(dependencies: UpperSideDependencies): Promise<UpperSide> {
  const { config, names, outbox, view, onFatal, received } = dependencies;
  const { cloud } = config;
  const openLink = edgeLinks({
    url: cloud.url ?? "",
    username: cloud.username ?? undefined,
    password: cloud.password ?? undefined,
    ...(await readPems("cloud-", cloud)),
    keepaliveS: cloud.keepaliveSeconds,
  });
  const edge = new Edge({
    outbox,
    openLink,
    clock: SYSTEM_CLOCK,
    wallClock: Date.now,
    randomBytes,
    random: Math.random,
    settings: settingsOf(config, names),
    relay: { filters: lineFilter, received },
    trust: trustOf(config),
  });
  edge.onEvent((event) => edgeNotice(event, cloud.url ?? "", view, onFatal));
  return { edge };
}

/** One filter for a whole line: brokers limit how many a client may have, and a gateway may speak for hundreds. */
function lineFilter(machine: MachineKey): string[] {
  const [site = "", line = ""] = machine.split("/");
  return [`${DOWN_ROOT}/${site}/${line}/#`];
}

function settingsOf({ forwarding, mqtt, cloud }: Config, names: Names): Partial<EdgeSettings> {
  const { outboxBytes, telemetryBytes } = forwarding;
  const quarter = Math.floor(Math.min(outboxBytes, telemetryBytes) / 4);
  const messageBytes = Math.min(WORST_GROWTH * mqtt.packetLimit, quarter);
  return {
    connection: {
      kind: "shared",
      clientId: names.cloudClientId,
      will: { machine: machineKeyOf(names.gateway), state: { ts: "unknown", state: "OFFLINE" } },
    },
    outboxBytes,
    telemetryBytes,
    messageBytes,
    pendingBytes: Math.max(USUAL_PENDING_BYTES, 4 * messageBytes),
    window: cloud.window,
  };
}
