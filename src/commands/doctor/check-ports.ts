import { answersHealth } from "../../adapters/host/health-probe.ts";
import { type PortProbe, probePort } from "../../adapters/host/port-probe.ts";
import { type Check, type Finding, fail, ok } from "./finding.ts";

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
