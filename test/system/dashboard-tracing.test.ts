import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";

/** An outer bound for what a page shows; a machine under load takes its time. */
const PATIENCE_MS = 120_000;
/** Between two looks at whether the past was told, milliseconds. */
const LOOK_MS = 250;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";
/** Long enough for pallets; telemetry is nearly all that a line says, and nothing of it is about lots. */
const LINE = ["--history", "3h", "--telemetry-interval", "300", "--mqtt-port", "0", "--http-port", "0"];

interface Goods {
  readonly units: readonly {
    readonly unit: string;
    readonly unit_kind: string;
    readonly lots: readonly string[];
    readonly holds: readonly string[];
  }[];
}

suite("tracing on the dashboard, in a real browser", { skip: NO_CHROMIUM, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-tracing-"));
  const complaints: string[] = [];
  let conche: RunningConche;
  let browser: Browser;
  let page: Page;
  let pallet = "";
  let lot = "";

  const base = (): string => conche.started.http ?? "";
  const json = async <Answer>(path: string) => JSON.parse((await conche.page(path)).text) as Answer;
  const window = () =>
    new URLSearchParams({ machine: PACKER, from: new Date(Date.now() - 14_400_000).toISOString() });

  before(async () => {
    if (isStale()) await buildDashboard();
    conche = await startConche(["up", "--data", join(folder, "data"), ...LINE]);
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("404")) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(base())) complaints.push(`request off the machine: ${request.url()}`);
    });
    // Until the past was told and the views have a pallet of it.
    while (pallet === "") {
      await pause(LOOK_MS);
      // A server that is at its limit may cut a connection that it kept: then nothing is known yet.
      const { units = [] } = await json<Partial<Goods>>(`/api/recall?${window()}`).catch(() => ({
        units: [],
      }));
      const found = units.find(({ unit_kind }) => unit_kind === "pallet");
      pallet = found?.unit ?? "";
      lot = found?.lots[0] ?? "";
    }
  });

  after(async () => {
    await browser?.close();
    await conche?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  const pages = (): readonly (readonly [path: string, shows: string])[] => [
    ["/genealogy", "form"],
    [`/genealogy/${pallet}`, ".graph-box"],
    [`/genealogy/${lot}`, ".graph-box"],
    ["/recall", "form"],
    [`/recall?lots=${lot}&drill=${new Date().toISOString()}`, ".squares"],
    ["/ask", ".question"],
    ["/ask/10", ".answer"],
    [`/ask/2?of=${lot}`, "tbody tr"],
    ["/due-diligence", "tbody tr"],
    [`/due-diligence/${lot}`, "h1"],
  ];
  for (const theme of ["light", "dark"] as const) {
    test(`every page shows its data, without a complaint and accessible to WCAG 2.2 AA, ${theme}`, async () => {
      await page.emulateMedia({ colorScheme: theme });
      for (const [path, shows] of pages()) {
        complaints.length = 0;
        await page.goto(base() + path);
        await page.locator(shows).first().waitFor();
        assert.deepEqual(complaints, [], path);
        assert.deepEqual(await violations(page), [], path);
      }
    });
  }

  test("a pallet is found by its SSCC in the palette, and its graph is walked by keyboard alone, up and back", async () => {
    await page.goto(`${base()}/line`);
    await page.locator(".column").first().waitFor();
    await page.keyboard.press("/");
    await page.locator("[role=combobox]").waitFor();
    await page.keyboard.type(pallet);
    await page.locator("[role=option]", { hasText: pallet }).filter({ hasText: "pallet" }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/genealogy/${pallet}`);
    const chosen = page.locator(".graph-box.chosen");
    await chosen.waitFor();
    await chosen.focus();
    const before = await chosen.getAttribute("title");
    assert.equal(before, pallet);
    await page.keyboard.press("ArrowLeft");
    const up = (await page.locator(".graph-box.chosen").getAttribute("title")) ?? "";
    assert.notEqual(up, before);
    const { nodes, edges } = await json<{
      nodes: { key: string; title: string }[];
      edges: { from: string; to: string }[];
    }>(`/api/trace/${pallet}/drawing`);
    const keyOf = (title: string | null) => nodes.find((node) => node.title === title)?.key;
    assert.ok(
      edges.some(({ from, to }) => from === keyOf(up) && to === keyOf(before)),
      "along an edge",
    );
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator(".graph-box.chosen").getAttribute("title"), before);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/genealogy/${encodeURIComponent(up)}`);
  });

  test("a batch that is typed is found by its beginning", async () => {
    const { matches } = await json<{ matches: { kind: string; id: string }[] }>("/api/find?text=B20");
    const batch = matches.find(({ kind }) => kind === "batch")?.id ?? "";
    assert.match(batch, /^B20/);
    await page.goto(`${base()}/genealogy`);
    await page.locator("form").waitFor();
    await page.locator("h1").click();
    await page.keyboard.press("/");
    await page.locator("[role=combobox]").waitFor();
    await page.keyboard.type(batch.slice(0, -1));
    await page.locator("[role=option]", { hasText: batch }).first().waitFor();
  });

  test("the graph is saved as an image that has the pallet in it", async () => {
    await page.goto(`${base()}/genealogy/${pallet}`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Image, SVG" }).click(),
    ]);
    const path = join(folder, "graph.svg");
    await download.saveAs(path);
    assert.match(readFileSync(path, "utf8"), new RegExp(`^<svg .*${pallet}.*</svg>\\n$`, "s"));
  });

  test("what nobody has heard of is said in words, and the field to ask again is there", async () => {
    await page.goto(`${base()}/genealogy/no-such-lot`);
    await page.getByText("Check what was typed or chosen.").waitFor();
    await page.locator("form input").fill(lot);
    await page.keyboard.press("Enter");
    await page.locator(".graph-box").first().waitFor();
  });

  test("a recall by machine and time holds what is in stock with one action; the log has it in the person's name", async () => {
    await page.goto(`${base()}/recall?${window()}`);
    await page.getByRole("button", { name: /^Hold \d/ }).click();
    await page.locator("input[name=by]").fill("Amira Ben Salah");
    await page.locator("input[name=reason]").fill("Drill of the week");
    await page
      .locator("dialog")
      .getByRole("button", { name: /^Hold \d/ })
      .click();
    for (;;) {
      const { holds } = await json<{
        holds: { events: { by: string; reason: string }[]; goods: { id: string }[] }[];
      }>("/api/holds?open=true");
      const hold = holds.find(({ events }) => events.some(({ reason }) => reason === "Drill of the week"));
      if (hold === undefined) continue;
      assert.equal(hold.events[0]?.by, "Amira Ben Salah");
      assert.ok(hold.goods.some(({ id }) => id === pallet));
      break;
    }
    await page.goto(`${base()}/genealogy/${pallet}`);
    await page.locator(".graph-box.held").first().waitFor();
  });

  test("the spreadsheet of FSMA 204 has the tracking events of the drill", async () => {
    await page.goto(`${base()}/recall?lots=${lot}`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Spreadsheet, FSMA 204" }).click(),
    ]);
    const path = join(folder, "fsma.csv");
    await download.saveAs(path);
    const [head = "", ...rows] = readFileSync(path, "utf8").trim().split("\r\n");
    assert.match(head, /^critical_tracking_event,traceability_lot_code,/);
    assert.ok(
      rows.some((row) => row.startsWith("packing,")),
      rows.join("\n"),
    );
  });
});

/** What axe-core finds against WCAG 2.2 A and AA. It is run by the test, past the page's own policy. */
async function violations(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`(async () => {
    ${AXE}
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(" | "));
  })()`)) as string[];
  return found;
}
