import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../../scripts/build-dashboard.mjs";
import { openEdge } from "../../../src/index.ts";
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
  const raise = async (alarm_id: string) => {
    const edge = await openEdge({ url: String(center.started.mqtt), outbox: join(folder, "machine") });
    try {
      const machine = await edge.machine(TEMPERER);
      const alarm = {
        event: "raised",
        code: alarm_id.toUpperCase(),
        message: alarm_id,
        priority: "high",
      } as const;
      await machine.publish("alarm", { ts: new Date().toISOString(), alarm_id, ...alarm });
      await edge.drained();
    } finally {
      await edge.close();
    }
  };
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
    await rowOf("reel_low")
      .getByText(/^not done yet: no broker since .*; it goes out by itself$/)
      .waitFor();
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

  test("goods that are put on hold while data center and broker are away are on hold once, afterwards", async () => {
    const mqtt = portOf(center.started.mqtt);
    await center.stop("SIGKILL");
    const answer = await fetch(`${views.started.http}/api/holds/lines/tunis-01/line-a`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ by: "q.ben-ali", reason: "metal found", lots: ["L1"], hold_id: "H-1" }),
    });
    assert.equal(answer.status, 202);
    center = await startCenter(mqtt);
    const holds = async () =>
      (JSON.parse((await views.page("/api/holds")).text) as { holds?: { hold_id: string }[] }).holds ?? [];
    while ((await holds()).length === 0) await pause(LOOK_MS);
    assert.deepEqual(
      (await saidByDesk("batch")).map(({ event, hold_id }) => [event, hold_id]),
      [["HOLD", "H-1"]],
    );
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
