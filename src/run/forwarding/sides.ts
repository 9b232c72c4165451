import type { Config } from "../../config/config-schema.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { parseBrokerUrl } from "../../mqtt/broker-address.ts";

/** The two faces of one mechanism: an edge may be its machines' broker itself, a bridge stands between two. */
export type ForwardingRole = "edge" | "bridge";

/**
 * Checks that there are two sides, and that they are two.
 * @throws ConcheError CONCHE_USAGE, CONCHE_BRIDGE_LOOP
 */
export function requireTwoSides(role: ForwardingRole, { cloud, local, mqtt }: Config): void {
  const missing = [
    ...(cloud.url === null ? ["--cloud URL, the broker to forward to"] : []),
    ...(role === "bridge" && local.url === null
      ? ["--local URL, the broker that the machines publish to"]
      : []),
  ];
  if (missing.length > 0 || cloud.url === null) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `conche ${role} needs ${missing.join(", and ")}`,
      hint: `conche ${role} --help shows examples`,
    });
  }
  const localPlace = local.url === null ? `${placeOfHost(mqtt.host)}:${mqtt.port}` : placeOf(local.url);
  if (placeOf(cloud.url) !== localPlace) return;
  throw new ConcheError("CONCHE_BRIDGE_LOOP", {
    message: `the machines' broker and the broker above are the same: ${localPlace}`,
  });
}

function placeOf(url: string): string {
  const { host, port } = parseBrokerUrl(url, { webSocket: true });
  return `${placeOfHost(host)}:${port}`;
}

function placeOfHost(host: string): string {
  const plain = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return /^(127\.0\.0\.1|::1|0\.0\.0\.0|::)$/.test(plain) ? "localhost" : plain;
}
