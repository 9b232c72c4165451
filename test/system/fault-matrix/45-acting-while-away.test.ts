import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../../scripts/build-dashboard.mjs";
import { type EdgeMachine, openEdge } from "../../../src/index.ts";
import { runConche } from "../../commands/run-conche.ts";
import { NO_CHROMIUM, startChromium } from "../../servers/chromium.ts";
import { portOf, type RunningConche, startConche } from "../../servers/conche.ts";
import { TcpProxy } from "../tcp-proxy.ts";

/** Between two looks, milliseconds. */
const LOOK_MS = 100;
/** An outer bound for what a page shows; a machine under load takes its time. */
const PATIENCE_MS = 180_000;
const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";
const DESK = "tunis-01/line-a/s0_office/dashboard";
const NOT_LIVE = /^not live since \d\d:\d\d:\d\d, trying again$/;
const WAITS = /^not done yet: no broker since .*; it goes out by itself$/;
const AS_IT_WAS = /^As it was at \d\d:\d\d:\d\d:/;

/**
 * Row 45 of the fault matrix, under an open dashboard: a data center with the broker, the views in a process of their own
 * that publishes what people do to that broker, and the network between that and the browser. Each of them goes away and
 * comes back; nobody touches the page.
 */
suite("acting while something is away", { skip: NO_CHROMIUM, timeout: 900_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-away-"));
  const data = join(folder, "data");
  let center: RunningConche;
  let views: RunningConche;
  let wire: TcpProxy;
  let browser: Browser;
  let page: Page;

  const startCenter = (port: number) => {
    const ports = ["--mqtt-port", String(port), "--http-port", "0"];
    return startConche(["datacenter", "--data", data, ...ports, "--views", "off"]);
  };
  const startViews = (port: number) => {
    const words = ["--data", data, "--broker", `mqtt://127.0.0.1:${portOf(center.started.mqtt)}`];
    return startConche(["serve", ...words, "--http-port", String(port)]);
  };
  const asMachine = async (speak: (machine: EdgeMachine) => Promise<unknown>) => {
    const edge = await openEdge({ url: String(center.started.mqtt), outbox: join(folder, "machine") });
    try {
      await speak(await edge.machine(TEMPERER));
      await edge.drained();
    } finally {
      await edge.close();
    }
  };
  const now = () => new Date().toISOString();
  const raise = (alarm_id: string) =>
    asMachine((machine) => {
      const alarm = { event: "raised", code: alarm_id.toUpperCase(), message: alarm_id } as const;
      return machine.publish("alarm", { ts: now(), alarm_id, ...alarm, priority: "high" });
    });
  const rowOf = (message: string) =>
    page.locator("tr", { has: page.getByText(message, { exact: true }) }).first();
  const saidByDesk = async (type: string): Promise<Record<string, unknown>[]> => {
    const found = await runConche(["log", "query", "--data", data, "--type", type, "--json"]);
    return found.out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { topic: string; payload: Record<string, unknown> })
      .filter(({ topic }) => topic === `factory/${DESK}/${type}`)
      .map(({ payload }) => payload);
  };
  const live = () => page.getByText("live", { exact: true }).waitFor();
  const stale = async () => {
    await page.getByText(NOT_LIVE).waitFor();
    await page.locator("h1").getByText(AS_IT_WAS).waitFor();
  };

  before(async () => {
    if (isStale()) await buildDashboard();
    center = await startCenter(0);
    await raise("reel_low");
    views = await startViews(0);
    wire = await TcpProxy.listen(portOf(views.started.http));
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.addInitScript({
      content: `localStorage.setItem("conche.preferences", '{"person":"Amira Ben Salah"}')`,
    });
    await page.goto(`http://127.0.0.1:${wire.port}/alarms`);
    await live();
    await rowOf("reel_low").waitFor();
  });

  after(async () => {
    await browser?.close();
    await wire?.close();
    await views?.stop("SIGTERM");
    await center?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  test("an acknowledgement while data center and broker are away is on its way, survives a kill of the views, and is done once", async () => {
    const mqtt = portOf(center.started.mqtt);
    await center.stop("SIGKILL");
    const button = rowOf("reel_low").getByRole("button", { name: /^Ack/ });
    const taken = page.waitForResponse((answer) => answer.url().endsWith("/acknowledge"));
    await button.click();
    assert.equal((await taken).status(), 202);
    await rowOf("reel_low").getByText("on its way …").waitFor();
    await rowOf("reel_low").getByText(WAITS).waitFor();
    assert.deepEqual(await saidByDesk("alarm"), []);
    // What it waits in is a disk: the process that took it on may go, too.
    const http = portOf(views.started.http);
    await views.stop("SIGKILL");
    await stale();
    views = await startViews(http);
    await live();
    await rowOf("reel_low").getByText("active, unacknowledged").waitFor();
    center = await startCenter(mqtt);
    await rowOf("reel_low").getByText("active, acknowledged").waitFor();
    const said = await saidByDesk("alarm");
    assert.deepEqual(
      said.map(({ event, by, source }) => [event, by, source]),
      [["acknowledged", "Amira Ben Salah", TEMPERER]],
    );
  });

  test("an alarm that is shelved meanwhile says in its row that it isn't yet; what comes second says what it waits for", async () => {
    const mqtt = portOf(center.started.mqtt);
    await center.stop("SIGKILL");
    const shelve = rowOf("reel_low").getByRole("button", { name: "Shelve …" });
    await shelve.click();
    await page.locator("dialog input[name=reason]").fill("The reel is changed at six");
    await page.locator("dialog form").getByRole("button", { name: "Shelve …" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await rowOf("reel_low").getByText(WAITS).waitFor();
    assert.equal(await shelve.isDisabled(), true);
    await rowOf("reel_low").getByRole("button", { name: "…", exact: true }).click();
    await page.locator("dialog input[name=comment]").fill("Ordered");
    await page.getByRole("button", { name: "Say it" }).click();
    const why = page.locator("dialog").getByRole("alert");
    assert.match(await why.innerText(), /^Shelved of .* waits in the outbox: .*It goes out by itself/);
    // All of it, and the buttons, can be seen.
    const [dialog, close] = [page.locator("dialog"), page.getByRole("button", { name: "Close" })];
    const [outer, inner] = [await dialog.boundingBox(), await close.boundingBox()];
    assert.ok(outer !== null && inner !== null && inner.x + inner.width <= outer.x + outer.width);
    await close.click();
    center = await startCenter(mqtt);
    // Done: it is among the shelved ones.
    await rowOf("reel_low").waitFor({ state: "detached" });
    assert.deepEqual(
      (await saidByDesk("alarm")).map(({ event }) => event),
      ["acknowledged", "shelved"],
    );
  });

  test("a comment while data center and broker are away is on its way: its form is gone, and says so", async () => {
    const mqtt = portOf(center.started.mqtt);
    await raise("film_low");
    await rowOf("film_low").waitFor();
    await center.stop("SIGKILL");
    await rowOf("film_low").getByRole("button", { name: "…", exact: true }).click();
    await page.locator("dialog input[name=comment]").fill("Ordered");
    await page.getByRole("button", { name: "Say it" }).click();
    await page.locator("dialog").getByRole("status").getByText(WAITS).waitFor();
    assert.equal(await page.locator("dialog input[name=comment]").count(), 0);
    center = await startCenter(mqtt);
    await page.locator("dialog .alarm-events li", { hasText: "Ordered" }).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  test("goods that are put on hold while data center and broker are away say so, and are on hold once, afterwards", async () => {
    const mqtt = portOf(center.started.mqtt);
    await asMachine((machine) => {
      const lot = {
        lot_id: "CM-7",
        material: "cocoa_mass",
        kind: "ingredient",
        quantity_kg: 24_000,
      } as const;
      const from = { supplier: "Cacao du Sud-Ouest", supplier_lot: "CSO-11-884" };
      return machine.publish("batch", { ts: now(), event: "LOT_RECEIVED", ...lot, ...from });
    });
    const base = `http://127.0.0.1:${wire.port}`;
    while ((await views.page("/api/find/CM-7")).status !== 200) await pause(LOOK_MS);
    await page.goto(`${base}/recall?lots=CM-7`);
    const hold = page.getByRole("button", { name: "Hold 1 lot …" });
    await hold.waitFor();
    await center.stop("SIGKILL");
    await hold.click();
    await page.getByRole("textbox", { name: "Why" }).fill("metal found");
    await page.locator("dialog form").getByRole("button", { name: "Hold 1 lot …" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page
      .getByRole("status")
      .getByText(/^hold H\S+: not done yet: no broker since .*; it goes out by itself$/)
      .waitFor();
    // Pressed once more it would be a second hold on the same goods.
    assert.equal(await hold.isDisabled(), true);
    center = await startCenter(mqtt);
    await page.getByText("everything in stock is on hold").waitFor();
    assert.equal(await hold.count(), 0);
    const held = (await saidByDesk("batch")).map(({ event, by, reason, lots }) => [event, by, reason, lots]);
    assert.deepEqual(held, [["HOLD", "Amira Ben Salah", "metal found", ["CM-7"]]]);
    await page.goto(`${base}/alarms`);
    await live();
  });

  test("a data center that was killed and is back: what it takes then is shown, without a reload", async () => {
    const mqtt = portOf(center.started.mqtt);
    await center.stop("SIGKILL");
    center = await startCenter(mqtt);
    await raise("too_warm");
    await rowOf("too_warm").waitFor();
  });

  test("views that are killed: the page says as of when it is, takes no actions, and recovers with what came meanwhile", async () => {
    const http = portOf(views.started.http);
    await views.stop("SIGKILL");
    await stale();
    // What was known stays, and says that it is old; what would not arrive can't be done.
    await rowOf("too_warm").waitFor();
    assert.equal(
      await rowOf("too_warm")
        .getByRole("button", { name: /^Ack|^Shelve/ })
        .first()
        .isDisabled(),
      true,
    );
    await raise("belt_slips");
    views = await startViews(http);
    await live();
    await rowOf("belt_slips").waitFor();
    assert.equal(await page.locator("h1").getByText(AS_IT_WAS).count(), 0);
    assert.equal(await rowOf("too_warm").getByRole("button", { name: /^Ack/ }).isDisabled(), false);
  });

  test("a wire that is pulled, so that nobody is told, is noticed; plugged in again, the page is live by itself", async () => {
    wire.freeze();
    await stale();
    await raise("water_low");
    wire.thaw();
    await live();
    await rowOf("water_low").waitFor();
  });

  test("a network that refuses every connection is said, and recovered from", async () => {
    wire.refuse();
    await stale();
    wire.admit();
    await live();
    assert.equal(await page.locator("h1").getByText(AS_IT_WAS).count(), 0);
  });
});
