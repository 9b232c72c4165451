import { addressPrefix } from "../access/failed-logins.ts";
import type { Connection } from "./connection.ts";

/**
 * Which connection makes room for a new one: of those that have not sent their CONNECT yet, the oldest of the address
 * that has most of them. Who connects and speaks gets in, however many sockets are silent or renew themselves; undefined
 * where nobody is silent.
 */
export function silentestOf(open: Iterable<Connection>): Connection | undefined {
  const silent = new Map<string, Connection[]>();
  for (const link of open) {
    if (link.phase !== "opened") continue;
    const origin = addressPrefix(link.remote);
    const others = silent.get(origin);
    if (others === undefined) silent.set(origin, [link]);
    else others.push(link);
  }
  let crowd: readonly Connection[] = [];
  for (const links of silent.values()) if (links.length > crowd.length) crowd = links;
  // In the order in which they were opened.
  return crowd[0];
}
