import { answersHealth, type PortProbe, probeClock, probePort } from "../../adapters/host/probes.ts";
import { oldestNode } from "../../config/package-root.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

/** Earlier ones can corrupt a database whose WAL is reset while another process reads it. */
const OLDEST_SQLITE = "3.51.3";

/** Node, and the SQLite inside it. */
export const checkVersions: Check = async () => {
  const { node, sqlite } = process.versions;
  const oldest = oldestNode();
  const findings: Finding[] = [
    atLeast(node, oldest)
      ? ok("Node", `${node} on ${process.platform} ${process.arch}`)
      : fail("Node", `${node} is older than ${oldest}`, `install Node ${oldest} or later`),
  ];
  if (sqlite === undefined)
    findings.push(fail("SQLite", "this Node comes without SQLite", "install Node from nodejs.org"));
  else if (atLeast(sqlite, OLDEST_SQLITE)) findings.push(ok("SQLite", sqlite));
  else {
    const why = `${sqlite} is older than ${OLDEST_SQLITE} and has a defect that can damage a database in WAL mode`;
    findings.push(fail("SQLite", why, "install a newer Node; it brings a newer SQLite"));
  }
  return findings;
};

/** Compares versions of numbers and points; what follows a hyphen doesn't count. */
export function atLeast(version: string, oldest: string): boolean {
  const numbers = (text: string) => text.replace(/-.*$/, "").split(".").map(Number);
  const [have, need] = [numbers(version), numbers(oldest)];
  for (const [index, wanted] of need.entries()) {
    const given = have[index] ?? 0;
    if (given !== wanted) return given > wanted;
  }
  return true;
}

/** Before this the program did not exist: a clock that shows it was never set. */
const PROGRAM_EXISTS_SINCE_MS = Date.UTC(2026, 0, 1);
/** After this nobody will still run this version. */
const UNBELIEVABLE_MS = Date.UTC(2100, 0, 1);
const WATCH_MS = 200;
const STEPPED_MS = 50;
const HINT = "set the clock, and keep it set with NTP (timedatectl set-ntp true)";

/** The wall clock: time stamps of the log come from it. */
export const checkClock: Check = async () => {
  const { wallMs, driftMs } = await probeClock(WATCH_MS);
  const now = new Date(wallMs).toISOString();
  if (wallMs < PROGRAM_EXISTS_SINCE_MS || wallMs > UNBELIEVABLE_MS) {
    return [fail("clock", `${now} can't be right`, HINT)];
  }
  if (Math.abs(driftMs) > STEPPED_MS) {
    return [warn("clock", `moved by ${driftMs.toFixed(0)} ms within ${WATCH_MS} ms: it is being set`, HINT)];
  }
  return [ok("clock", now)];
};

interface Place {
  readonly check: string;
  readonly host: string;
  readonly port: number;
}

/** The ports that `conche up` would listen on. Those that a running data center holds are fine. */
export const checkPorts: Check = async ({ mqtt, http, broker }) => {
  const places: Place[] = [{ check: "HTTP port", host: http.host, port: http.port }];
  // With another broker, none of our own listens.
  if (broker.url === null) {
    places.push({ check: "MQTT port", host: mqtt.host, port: mqtt.port });
    if (mqtt.wsPort !== null) places.push({ check: "WebSocket port", host: mqtt.host, port: mqtt.wsPort });
  }
  const probes = await Promise.all(places.map(({ host, port }) => probePort(host, port)));
  const running = probes[0]?.kind === "in use" && (await answersHealth(http.host, http.port));
  return places.map((place, index) => findingOf(place, probes[index] ?? { kind: "free" }, running));
};

function findingOf({ check, host, port }: Place, probe: PortProbe, running: boolean): Finding {
  const place = `${host}:${port}`;
  switch (probe.kind) {
    case "free":
      return ok(check, port === 0 ? "a free one is picked" : `${place} is free`);
    case "in use":
      return running
        ? ok(check, `a data center listens on ${place}`)
        : fail(
            check,
            `another process listens on ${place}`,
            "stop it, or choose another port (0 picks a free one)",
          );
    case "refused":
      return fail(
        check,
        `${place}: ${probe.detail}`,
        "choose a port above 1023 and an address of this machine",
      );
  }
}
