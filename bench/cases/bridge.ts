import { join } from "node:path";
import { DOOR, startConche } from "../../test/servers/conche.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";
import { dataCenterOn, metric, peakResidentMb, roomyMosquitto, storedIn, until } from "./two-sides.ts";

/** So much that no limit of the outbox is what is measured. */
const ROOM = String(8 * 1024 ** 3);

interface BridgeRun {
  /** Messages per second, from the first said to a local broker to the last committed. */
  readonly liveRate: number;
  /** Messages per second that the outbox took while the cloud's broker was away. */
  readonly takenRate: number;
  /** Messages per second, from the moment that broker is back to the last committed. */
  readonly catchUpRate: number;
  readonly liveMb: number;
  readonly catchUpMb: number;
}

/**
 * A load into a Mosquitto, a bridge from there to another one, a data center there: live, then while the second broker
 * is dead, then what waits when it is back (without any of its state). Everything is synced to the bridge's disk and
 * to the data center's.
 */
export async function bridgeToLog(messages: number, runs: number): Promise<Figure[]> {
  const results: BridgeRun[] = [];
  for (let run = 0; run < runs; run++) results.push(await bridged(messages));
  const named = (name: string, unit: string, value: (run: BridgeRun) => number) =>
    figure(name, unit, results.map(value));
  return [
    named("Mosquitto, bridge, Mosquitto, log: live", "msg/s", ({ liveRate }) => liveRate),
    named("bridge into its outbox, other side away", "msg/s", ({ takenRate }) => takenRate),
    named(`bridge catching up, ${messages} waiting`, "msg/s", ({ catchUpRate }) => catchUpRate),
    named("resident memory of the bridge at most: live", "MB", ({ liveMb }) => liveMb),
    named("the same after outage and catch-up", "MB", ({ catchUpMb }) => catchUpMb),
  ];
}

function bridged(messages: number): Promise<BridgeRun> {
  return inFolder(async (folder) => {
    await using opened = new AsyncDisposableStack();
    const local = await roomyMosquitto();
    opened.defer(() => local.dispose());
    const cloud = await roomyMosquitto();
    opened.defer(() => cloud.dispose());
    const data = join(folder, "data");
    const center = await dataCenterOn(cloud, data);
    opened.defer(() => center.stop("SIGTERM").then(() => {}));
    const sides = ["--local", `mqtt://127.0.0.1:${local.port}`, "--cloud", `mqtt://127.0.0.1:${cloud.port}`];
    const limits = ["--outbox-limit", ROOM, "--telemetry-limit", ROOM];
    const rest = ["--outbox", join(folder, "outbox"), "--http-port", "0", "--quiet"];
    const bridge = await startConche(["bridge", ...sides, ...limits, ...rest], [], DOOR);
    opened.defer(() => bridge.stop("SIGTERM").then(() => {}));
    await until(async () => (await metric(bridge, `conche_link_up{side="cloud"}`)) === 1);

    const load = { ...STANDARD_LOAD, window: 100, port: local.port, messages };
    const taken = `conche_forward_messages_total{outcome="taken"}`;
    const beforeLive = performance.now();
    await runLoad(load);
    // The bridge says its own state too.
    await storedIn(data, messages + 1);
    const liveRate = (messages * 1_000) / (performance.now() - beforeLive);
    await until(async () => (await metric(bridge, `conche_outbox_messages{kind="durable"}`)) === 0);
    await until(async () => (await metric(bridge, `conche_outbox_messages{kind="telemetry"}`)) === 0);
    const liveMb = await peakResidentMb(bridge.child.pid);

    await cloud.kill();
    const beforeTaken = performance.now();
    await runLoad(load);
    await until(async () => (await metric(bridge, taken)) >= 2 * messages);
    const takenRate = (messages * 1_000) / (performance.now() - beforeTaken);

    await cloud.start();
    const beforeCatchUp = performance.now();
    await storedIn(data, 2 * messages + 1);
    const catchUpRate = (messages * 1_000) / (performance.now() - beforeCatchUp);
    await until(async () => (await metric(bridge, `conche_outbox_messages{kind="telemetry"}`)) === 0);
    return { liveRate, takenRate, catchUpRate, liveMb, catchUpMb: await peakResidentMb(bridge.child.pid) };
  });
}
