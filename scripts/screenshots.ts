// `npm run screenshots`: the pictures of the docs, from a run of the simulated line with a fixed seed. Needs Chromium;
// the picture of Node-RED is made where that is installed (`npm run node-red`).
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { runConche } from "../test/commands/run-conche.ts";
import { NO_CHROMIUM, startChromium } from "../test/servers/chromium.ts";
import { startConche } from "../test/servers/conche.ts";
import { NO_NODE_RED, NodeRed } from "../test/servers/node-red.ts";
import { ROOT } from "./tool.ts";

const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";
const PATIENCE_MS = 180_000;

/** A page with something that it shows once it has its data. */
const PAGES = {
  plant: ["/plant", "a.plant-machine:nth-child(8)"],
  line: ["/line", ".column .value b"],
  machine: [
    `/machine/${TEMPERER}?span=4h&tags=water_temp_c,temp_c,temper_index,viscosity_cP`,
    ".trend-label b",
  ],
  batches: ["/batches", "tbody tr th a"],
  alarms: ["/alarms", ".measures dd b"],
  quality: ["/quality", "h1"],
  oee: ["/oee", "h1"],
  data: ["/data", "tbody tr th a"],
  explore: ["/explore", ".topic"],
  settings: ["/settings", "tbody tr th"],
} as const;
/** Over the scenario of a contaminated lot, which needs days of a line. */
const LOT = "tunis-01.line-a.whole_milk_powder.20260111T180000";
const TRACING_PAGES = {
  genealogy: [`/genealogy/${LOT}`, ".graph-box"],
  recall: [`/recall?lots=${LOT}`, ".squares"],
  ask: ["/ask/11", ".answer"],
  "due-diligence": ["/due-diligence", "tbody tr"],
} as const;
type PageName = keyof typeof PAGES | keyof typeof TRACING_PAGES;
/** What the docs show; `--all` takes every page at every size, for whoever looks them through. */
const IN_DOCS: readonly PageName[] = ["plant", "line", "machine", "alarms", "quality", "oee", "data"];
const TRACING_IN_DOCS: readonly PageName[] = ["genealogy", "recall"];
const SIZES = [
  [1440, 900],
  [1024, 768],
  [2560, 1440],
] as const;

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    out: { type: "string" },
    history: { type: "string", default: "4h" },
  },
});
const docs = join(ROOT, "docs", "images", "dashboard");
const out = values.out ?? docs;
mkdirSync(out, { recursive: true });

if (NO_CHROMIUM) throw new Error(NO_CHROMIUM);
await using parts = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "conche-screenshots-"));
parts.defer(() => rmSync(folder, { recursive: true, force: true }));
const words = ["--mqtt-port", "0", "--http-port", "0", "--data", join(folder, "data")];
const conche = await startConche(["up", ...words, "--history", values.history, "--seed", "3"]);
parts.defer(async () => void (await conche.stop("SIGTERM")));
await caughtUp();
const browser = await startChromium();
parts.defer(() => browser.close());

await takeTracing();
if (values.all) {
  const chosen = (Object.keys(PAGES) as (keyof typeof PAGES)[]).filter(
    (name) => values.only?.includes(name) ?? true,
  );
  for (const [width, height] of SIZES) {
    for (const theme of ["light", "dark"] as const) {
      const page = await pageOf(browser, width, height, theme);
      for (const name of chosen) await take(page, name, `${name}-${width}-${theme}`);
      await page.context().close();
    }
  }
  const wall = await pageOf(browser, 2560, 1440, "light");
  await wall.addInitScript({ content: `localStorage.setItem("conche.preferences", '{"scale":"wall"}')` });
  for (const name of ["plant", "line"] as const) await take(wall, name, `${name}-wall`);
} else {
  const page = await pageOf(browser, 1440, 900, "light");
  for (const name of IN_DOCS.filter((each) => values.only?.includes(each) ?? true))
    await take(page, name, name);
  if (!NO_NODE_RED && values.only === undefined) await takeNodeRed(browser);
}

/** Until the past was told, everybody has spoken, and the views have all of it: the pictures are of a plant at work. */
async function caughtUp(): Promise<void> {
  for (;;) {
    const { machines } = JSON.parse((await conche.page("/api/now")).text) as {
      machines?: { state: string }[];
    };
    const { views } = JSON.parse((await conche.page("/api/views")).text) as { views?: { behind: number }[] };
    const known = machines?.some(({ state }) => state !== "unknown") ?? false;
    if (known && views !== undefined && views.length > 0 && views.every(({ behind }) => behind < 50)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The pages on lots, over a history in which a lot of milk powder turns out to be contaminated. */
async function takeTracing(): Promise<void> {
  const names = Object.keys(TRACING_PAGES) as PageName[];
  const chosen = names.filter(
    (name) => values.only?.includes(name) ?? (values.all || TRACING_IN_DOCS.includes(name)),
  );
  if (chosen.length === 0) return;
  const data = join(folder, "contaminated");
  for (const line of [
    ["simulate", "--backfill", "108h", "--scenario", "milk-lot-contaminated", "--seed", "3"].concat([
      "--telemetry-interval",
      "900",
      "--start",
      "2026-01-11T12:00:00Z",
    ]),
    ["rebuild"],
  ]) {
    const { code, err } = await runConche([...line, "--data", data]);
    if (code !== 0) throw new Error(err);
  }
  const served = await startConche(["serve", "--data", data, "--http-port", "0"]);
  try {
    for (const [width, height] of values.all ? SIZES : SIZES.slice(0, 1)) {
      for (const theme of values.all ? (["light", "dark"] as const) : (["light"] as const)) {
        const page = await pageOf(browser, width, height, theme);
        for (const name of chosen)
          await take(page, name, values.all ? `${name}-${width}-${theme}` : name, served.started.http);
        await page.context().close();
      }
    }
  } finally {
    await served.stop("SIGTERM");
  }
}

async function pageOf(
  of: Browser,
  width: number,
  height: number,
  colorScheme: "light" | "dark",
): Promise<Page> {
  const context = await of.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

async function take(page: Page, name: PageName, file: string, http = conche.started.http): Promise<void> {
  const [address, shows] = { ...PAGES, ...TRACING_PAGES }[name];
  await page.goto(`${http}${address}`);
  await page.locator(shows).first().waitFor();
  // Everything else that the page asks for is there, too.
  await page.waitForLoadState("load");
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: join(out, `${file}.png`) });
  console.log(join(out, `${file}.png`));
}

async function takeNodeRed(of: Browser): Promise<void> {
  const { mqtt = "", http = "" } = conche.started;
  const flow = readFileSync(join(ROOT, "deploy", "node-red", "flow.json"), "utf8")
    .replace('"port": "1883"', `"port": ${JSON.stringify(new URL(mqtt).port)}`)
    .replace("http://127.0.0.1:8080", http);
  const nodeRed = await NodeRed.start(flow);
  try {
    const page = await pageOf(of, 1440, 1000, "light");
    await page.goto(`${nodeRed.url}/dashboard/line`);
    await page.locator("td", { hasText: /outlet \d/ }).waitFor();
    await page.locator("canvas").first().waitFor();
    await page.waitForTimeout(5_000);
    await page.screenshot({ path: join(out, "..", "node-red.png") });
  } finally {
    await nodeRed.stop();
  }
}
