import { join } from "node:path";
import { DOOR, portOf, type RunningConche, startConche } from "../../test/servers/conche.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";
import {
  cpuSeconds,
  dataCenterOn,
  forgetPeak,
  metric,
  peakResidentMb,
  roomyMosquitto,
  storedIn,
  until,
} from "./two-sides.ts";

/** So much that no limit of the outbox is what is measured. */
const ROOM = String(8 * 1024 ** 3);
/** Steady loads before the one that goes as fast as it can, messages per second and seconds. */
const STEADY = [1_000, 5_000] as const;
const STEADY_S = 10;

/** What one part of a run came to. */
interface Part {
  /** Messages per second. */
  readonly rate: number;
  /** The most memory that was resident, MB. */
  readonly peakMb: number;
  /** CPU time of the process, microseconds for each message. */
  readonly cpuUs: number;
}

const PARTS = ["steady 1000", "steady 5000", "live", "taken", "caught up"] as const;
type PartName = (typeof PARTS)[number];
type Run = Readonly<Record<PartName, Part>>;

/**
 * A load of machines with numbers into a Mosquitto, a bridge from there to another one, a data center there: steady,
 * live as fast as it goes, then while the second broker is dead, then what waits when it is back (without any of its
 * state). Everything is synced to the bridge's disk and to the data center's.
 */
export function bridgeToLog(messages: number, runs: number): Promise<Figure[]> {
  return measured("bridge", messages, runs);
}

/** The same for `conche edge`, to which machines without numbers connect. */
export function gatewayToLog(messages: number, runs: number): Promise<Figure[]> {
  return measured("edge", messages, runs);
}

async function measured(role: "edge" | "bridge", messages: number, runs: number): Promise<Figure[]> {
  const results: Run[] = [];
  for (let run = 0; run < runs; run++) results.push(await forwarded(role, messages));
  const named = (name: string, unit: string, value: (run: Run) => number) =>
    figure(`conche ${role}, ${name}`, unit, results.map(value));
  const titles: Readonly<Record<PartName, string>> = {
    "steady 1000": "1,000 msg/s offered",
    "steady 5000": "5,000 msg/s offered",
    live: "live, as fast as it goes",
    taken: "into the outbox, other side away",
    "caught up": `catching up, ${messages} waiting`,
  };
  return PARTS.flatMap((part) => [
    named(titles[part], "msg/s", (run) => run[part].rate),
    named(`${titles[part]}: CPU`, "us/message", (run) => run[part].cpuUs),
    named(`${titles[part]}: resident at most`, "MB", (run) => run[part].peakMb),
  ]);
}

function forwarded(role: "edge" | "bridge", messages: number): Promise<Run> {
  return inFolder(async (folder) => {
    await using opened = new AsyncDisposableStack();
    const local = role === "bridge" ? await roomyMosquitto() : undefined;
    opened.defer(() => local?.dispose());
    const cloud = await roomyMosquitto();
    opened.defer(() => cloud.dispose());
    const data = join(folder, "data");
    const center = await dataCenterOn(cloud, data);
    opened.defer(() => center.stop("SIGTERM").then(() => {}));
    const side = local === undefined ? ["--mqtt-port", "0"] : ["--local", `mqtt://127.0.0.1:${local.port}`];
    const limits = ["--outbox-limit", ROOM, "--telemetry-limit", ROOM];
    const rest = ["--outbox", join(folder, "outbox"), "--http-port", "0", "--quiet"];
    const cloudSide = ["--cloud", `mqtt://127.0.0.1:${cloud.port}`];
    const words = [role, ...side, ...cloudSide, ...limits, ...rest];
    // Started once before, so that it finds its sources compiled, as in a package.
    await startConche(words, [], DOOR).then((first) => first.stop("SIGTERM"));
    const forwarder = await startConche(words, [], DOOR);
    opened.defer(() => forwarder.stop("SIGTERM").then(() => {}));
    await until(async () => (await metric(forwarder, `conche_link_up{side="cloud"}`)) === 1);

    const port = local?.port ?? portOf(forwarder.started.mqtt);
    const load = { ...STANDARD_LOAD, window: 100, port, identified: role === "bridge" };
    const taken = `conche_forward_messages_total{outcome="taken"}`;
    // It says its own states too: that of the first start, and its own.
    let sent = 3;
    const live = async (count: number, rate?: number) => {
      await runLoad({ ...load, messages: count, ...(rate === undefined ? {} : { rate }) });
      sent += count;
      await storedIn(data, sent);
    };
    const steady = async (rate: number) => {
      const part = await measure(forwarder, rate * STEADY_S, () => live(rate * STEADY_S, rate));
      await emptied(forwarder);
      return part;
    };
    const [slow, fast] = STEADY;
    const steadySlow = await steady(slow);
    const steadyFast = await steady(fast);
    const asFast = await measure(forwarder, messages, () => live(messages));
    await emptied(forwarder);

    await cloud.kill();
    const outage = await measure(forwarder, messages, async () => {
      const before = await metric(forwarder, taken);
      await runLoad({ ...load, messages });
      await until(async () => (await metric(forwarder, taken)) >= before + messages);
    });
    const catchUp = await measure(forwarder, messages, async () => {
      await cloud.start();
      await storedIn(data, sent + messages);
    });
    await emptied(forwarder);
    return {
      "steady 1000": steadySlow,
      "steady 5000": steadyFast,
      live: asFast,
      taken: outage,
      "caught up": catchUp,
    };
  });
}

/** Waits until everything has its receipt. */
async function emptied(forwarder: RunningConche): Promise<void> {
  for (const kind of ["durable", "telemetry"]) {
    await until(async () => (await metric(forwarder, `conche_outbox_messages{kind="${kind}"}`)) === 0);
  }
}

async function measure(
  { child: { pid } }: RunningConche,
  messages: number,
  work: () => Promise<void>,
): Promise<Part> {
  await forgetPeak(pid);
  const cpuBefore = await cpuSeconds(pid);
  const before = performance.now();
  await work();
  const seconds = (performance.now() - before) / 1_000;
  const cpuUs = (((await cpuSeconds(pid)) - cpuBefore) * 1e6) / messages;
  return { rate: messages / seconds, peakMb: await peakResidentMb(pid), cpuUs };
}
