import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { portOf, type RunningConche, startConche } from "../../test/servers/conche.ts";
import type { HeapSample } from "../load/heap-reporter.ts";
import { slopeOf } from "../slope.ts";
import type { Figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { metric, roomyMosquitto, until } from "./two-sides.ts";

const REPORTER = fileURLToPath(new URL("../load/heap-reporter.ts", import.meta.url));
/** Of the loaded time, what caches have to fill and code to be compiled. */
const WARM_UP = 0.4;
/** Of the whole time, how long nothing is sent. */
const IDLE = 0.3;
const SAMPLES = 120;
const HOUR_S = 3_600;

/** A process that is watched, and how it is loaded. */
interface Watched {
  readonly name: string;
  readonly process: RunningConche;
  /** Messages so far. */
  readonly messages: () => Promise<number>;
  /** Whether it is there when nothing is sent any more. */
  readonly idles: boolean;
}

/** A span of time, milliseconds since 1970, and the messages of each process in it. */
interface Phase {
  readonly from: number;
  readonly until: number;
  readonly messages: ReadonlyMap<string, number>;
}

/**
 * Every long-running process over so many minutes: under load first, then idle. What each holds after a collection is
 * taken some hundred times, of each thread, and a line is drawn through it: bytes per message, bytes per hour.
 */
export function soak(minutes: number): Promise<Figure[]> {
  return inFolder(async (folder) => {
    await using opened = new AsyncDisposableStack();
    const loadedMs = minutes * 60_000 * (1 - IDLE);
    const idleMs = minutes * 60_000 * IDLE;
    const wrapper = [
      "env",
      `NODE_OPTIONS=--import=${REPORTER}`,
      `SOAK_FOLDER=${folder}`,
      `SOAK_EVERY_MS=${(loadedMs + idleMs) / SAMPLES}`,
    ];
    const start = async (...words: string[]) => {
      const process = await startConche([...words, "--quiet"], wrapper);
      opened.defer(() => process.stop("SIGTERM").then(() => {}));
      return process;
    };
    const watched = await startAll(folder, loadedMs / 1_000, start, opened);
    const count = async () =>
      new Map(
        await Promise.all(watched.map(async ({ name, messages }) => [name, await messages()] as const)),
      );

    await pause(loadedMs * WARM_UP);
    const before = await count();
    const loadedFrom = Date.now();
    await pause(loadedMs * (1 - WARM_UP) - 5_000);
    const after = await count();
    const loaded: Phase = {
      from: loadedFrom,
      until: Date.now(),
      messages: new Map([...after].map(([name, sum]) => [name, sum - (before.get(name) ?? 0)])),
    };
    // The loads end, and what they have brought is carried on.
    await pause(5_000 + idleMs * WARM_UP);
    const idleFrom = Date.now();
    await pause(idleMs * (1 - WARM_UP));
    const idle: Phase = { from: idleFrom, until: Date.now(), messages: new Map() };
    const figures: Figure[] = [];
    for (const each of watched) figures.push(...(await figuresOf(folder, each, loaded, idle)));
    return figures;
  });
}

async function startAll(
  folder: string,
  loadedS: number,
  start: (...words: string[]) => Promise<RunningConche>,
  opened: AsyncDisposableStack,
): Promise<Watched[]> {
  const local = await roomyMosquitto();
  opened.defer(() => local.dispose());
  const cloud = await roomyMosquitto();
  opened.defer(() => cloud.dispose());
  const url = (port: number) => `mqtt://127.0.0.1:${port}`;
  const http = ["--http-port", "0"];
  const embedded = await start("datacenter", "--data", join(folder, "embedded"), "--mqtt-port", "0", ...http);
  const behind = await start(
    "datacenter",
    "--data",
    join(folder, "behind"),
    "--broker",
    url(cloud.port),
    ...http,
  );
  await until(async () => (await behind.page("/readyz")).status === 200);
  const outbox = (name: string) => ["--outbox", join(folder, name)];
  const bridge = await start(
    "bridge",
    "--local",
    url(local.port),
    "--cloud",
    url(cloud.port),
    ...outbox("bridge"),
    ...http,
  );
  const edge = await start(
    "edge",
    "--mqtt-port",
    "0",
    "--cloud",
    url(cloud.port),
    ...outbox("edge"),
    ...http,
  );
  const received = (center: RunningConche) => () => metric(center, "conche_messages_received_total");
  const taken = (forwarder: RunningConche) => () =>
    metric(forwarder, `conche_forward_messages_total{outcome="taken"}`);
  const load = async (name: string, port: number, rate: number, ...more: string[]): Promise<Watched> => {
    const words = [
      "--broker",
      url(port),
      "--connections",
      "5",
      "--rate",
      `${rate}`,
      "--for",
      `${Math.floor(loadedS)}`,
    ];
    const started = Date.now();
    const process = await start("load", ...words, "--threads", "1", ...more);
    const messages = async () => (rate * (Date.now() - started)) / 1_000;
    return { name, process, messages, idles: false };
  };
  const simulator = await start("simulate", "--broker", url(cloud.port), "--speed", "20");
  return [
    { name: "data center, embedded broker", process: embedded, messages: received(embedded), idles: true },
    { name: "data center, other broker", process: behind, messages: received(behind), idles: false },
    { name: "bridge", process: bridge, messages: taken(bridge), idles: true },
    { name: "edge", process: edge, messages: taken(edge), idles: true },
    { name: "simulator at 20 times", process: simulator, messages: async () => 0, idles: false },
    await load("load", portOf(embedded.started.mqtt), 500, "--site", "load-01"),
    await load("load on the bridge", local.port, 100, "--site", "load-02"),
    await load("load on the edge", portOf(edge.started.mqtt), 100, "--site", "load-03", "--unsequenced"),
  ];
}

async function figuresOf(
  folder: string,
  { name, process, idles }: Watched,
  loaded: Phase,
  idle: Phase,
): Promise<Figure[]> {
  const prefix = `${process.child.pid}-`;
  const figures: Figure[] = [];
  for (const file of (await readdir(folder)).filter((each) => each.startsWith(prefix))) {
    const thread = file.slice(prefix.length, -".jsonl".length);
    const lines = (await readFile(join(folder, file), "utf8")).trim().split("\n");
    const samples = lines.map((line) => JSON.parse(line) as HeapSample);
    const within = (phase: Phase) => samples.filter(({ at }) => at >= phase.from && at <= phase.until);
    const perSecond = (phase: Phase) =>
      slopeOf(within(phase).map(({ at, heap, external }) => ({ x: at / 1_000, y: heap + external })));
    const said = (
      what: string,
      unit: string,
      { value, uncertainty }: ReturnType<typeof slopeOf>,
      factor: number,
    ) => {
      const [low, middle, high] = [value - uncertainty, value, value + uncertainty].map(
        (each) => each * factor,
      );
      return {
        name: `${name}, ${thread}: ${what}`,
        unit,
        runs: [middle ?? 0],
        median: middle ?? 0,
        min: low ?? 0,
        max: high ?? 0,
      };
    };
    const seconds = (loaded.until - loaded.from) / 1_000;
    const messages = loaded.messages.get(name) ?? 0;
    figures.push(said("loaded", "bytes/hour", perSecond(loaded), HOUR_S));
    if (messages > 0) figures.push(said("loaded", "bytes/message", perSecond(loaded), seconds / messages));
    if (idles) figures.push(said("idle", "bytes/hour", perSecond(idle), HOUR_S));
    const last = within(loaded).at(-1);
    if (last !== undefined) {
      const mb = (last.heap + last.external) / 1e6;
      figures.push({
        name: `${name}, ${thread}: held`,
        unit: "MB",
        runs: [mb],
        median: mb,
        min: mb,
        max: mb,
      });
    }
  }
  return figures;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
