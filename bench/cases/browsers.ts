import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { CDPSession, Page } from "playwright-core";
import { startChromium } from "../../test/servers/chromium.ts";
import { DOOR, portOf, startConche } from "../../test/servers/conche.ts";
import { slopeOf } from "../slope.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";

const BROWSERS = 50;
const LINE = "tunis-01/line-a";
const PATIENCE_MS = 300_000;
/** Looks at the heap of a page that is left alone. */
const LOOK_MS = 15_000;
/** Until pages, caches and compiled code have come to their size, as a share of the time. */
const WARM = 0.2;
const MIB = 1024 * 1024;

/** What fifty open browsers take from ingest: the same load with them and without, in turn. */
export async function ingestBesideBrowsers(messages: number, runs: number): Promise<Figure[]> {
  const beside: number[] = [];
  const alone: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const without = await fullLoad(0, messages);
    const withThem = await fullLoad(BROWSERS, messages);
    if (run === 0) continue; // warms up
    alone.push(without);
    beside.push(withThem);
  }
  return [
    figure("ingest without a browser", "msg/s", alone),
    figure(`ingest beside ${BROWSERS} open browsers`, "msg/s", beside),
    figure(
      "the second by the first",
      "ratio",
      beside.map((rate, run) => rate / (alone[run] ?? Number.NaN)),
    ),
  ];
}

function fullLoad(browsers: number, messages: number): Promise<number> {
  return inFolder(async (data) => {
    const ports = ["--mqtt-port", "0", "--http-port", "0", "--quiet"];
    const center = await startConche(["datacenter", "--data", data, ...ports], [], DOOR);
    const order = JSON.stringify({ http: center.started.http, browsers, line: LINE });
    const script = join(import.meta.dirname, "..", "load", "open-browsers.ts");
    const child =
      browsers === 0
        ? undefined
        : spawn(process.execPath, [script, order], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      if (child !== undefined) await once(child.stdout, "data");
      const result = await runLoad({ ...STANDARD_LOAD, port: portOf(center.started.mqtt), messages });
      if (result.refused > 0) throw new Error(`${result.refused} messages were refused`);
      return result.rate;
    } finally {
      child?.kill("SIGTERM");
      center.child.kill("SIGKILL");
      await center.ended;
    }
  });
}

/** Memory of a page that is left open on a line that goes on: how its heap grows once it is warm. */
export function browserMemory(minutes: number): Promise<Figure[]> {
  return inFolder(async (data) => {
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    const conche = await startConche(["up", "--data", data, ...ports, "--history", "1h", "--quiet"]);
    const browser = await startChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(`${conche.started.http}/line`);
      await page.locator(".column .value b").first().waitFor();
      const points = await heapOver(page, minutes);
      const warm = points.slice(Math.floor(points.length * WARM));
      const slope = (of: "heap" | "nodes") =>
        slopeOf(warm.map(({ at, ...each }) => ({ x: at, y: each[of] })));
      const [heap, nodes] = [slope("heap"), slope("nodes")];
      return [
        figure(
          `page Line, heap over ${minutes} min, once warm`,
          "MB",
          warm.map((each) => each.heap),
        ),
        figure("  grows by", "MB/h", [
          heap.value,
          heap.value - heap.uncertainty,
          heap.value + heap.uncertainty,
        ]),
        figure("  nodes of it grow by", "1/h", [nodes.value]),
      ];
    } finally {
      await browser.close();
      await conche.stop("SIGTERM");
    }
  });
}

interface HeapPoint {
  /** Hours since the first look. */
  readonly at: number;
  /** What is still held after a collection, MB. */
  readonly heap: number;
  readonly nodes: number;
}

async function heapOver(page: Page, minutes: number): Promise<HeapPoint[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const begin = performance.now();
  const points: HeapPoint[] = [];
  while (performance.now() - begin < minutes * 60_000) {
    const at = (performance.now() - begin) / 3_600_000;
    points.push({ at, ...(await heapNow(session)) });
    await pause(LOOK_MS);
  }
  return points;
}

async function heapNow(session: CDPSession): Promise<Omit<HeapPoint, "at">> {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { heap: of("JSHeapUsedSize") / MIB, nodes: of("Nodes") };
}
