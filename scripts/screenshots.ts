// `npm run screenshots`: the pictures of the docs, from a run of the simulated line with a fixed seed. Needs Chromium;
// the picture of Node-RED is made where that is installed (`npm run node-red`).
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
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
type PageName = keyof typeof PAGES;
/** What the docs show; `--all` takes every page at every size, for whoever looks them through. */
const IN_DOCS: readonly PageName[] = ["plant", "line", "machine", "alarms", "quality", "oee", "data"];
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

if (values.all) {
  const chosen = (Object.keys(PAGES) as PageName[]).filter((name) => values.only?.includes(name) ?? true);
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
  for (const name of IN_DOCS) await take(page, name, name);
  if (!NO_NODE_RED) await takeNodeRed(browser);
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

async function take(page: Page, name: PageName, file: string): Promise<void> {
  const [address, shows] = PAGES[name];
  await page.goto(`${conche.started.http}${address}`);
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
