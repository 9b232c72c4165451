import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { filledLog, refused } from "../commands/filled-log.ts";
import { runConche } from "../commands/run-conche.ts";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";

/** Between two looks, milliseconds. */
const LOOK_MS = 100;
/** Views are level with a line that goes on speaking when so many messages are left. */
const NEARLY = 50;
/** An outer bound for what a page shows; a machine under load takes its time. */
const PATIENCE_MS = 120_000;
const PORTS = ["--mqtt-port", "0", "--http-port", "0"];
/** An alarm of its own, so that nobody depends on what the line's story has at this moment. */
const ALARM = {
  ...{ v: 2, ts: new Date().toISOString(), alarm_id: "reel.low", event: "raised", priority: "medium" },
  ...{ code: "REEL_LOW", message: "the reel is nearly empty" },
};
const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";

interface AlarmAnswer {
  readonly alarm: { readonly state: string; readonly unacknowledged: number };
  readonly events: readonly {
    readonly event: string;
    readonly by: string | null;
    readonly reason: string | null;
    readonly message_id: number;
  }[];
}

suite("what people do on the dashboard is in the log", { skip: NO_CHROMIUM, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-acting-"));
  const data = join(folder, "data");
  let conche: RunningConche;
  let browser: Browser;
  let page: Page;

  before(async () => {
    if (isStale()) await buildDashboard();
    conche = await startConche(["up", "--data", data, ...PORTS, "--history", "30m", "--seed", "3"]);
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    page.setDefaultTimeout(PATIENCE_MS);
  });

  after(async () => {
    await browser?.close();
    await conche?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (path: string) => page.goto(`${conche.started.http}${path}`);
  const rowOfTemperer = () =>
    page
      .locator("tr", { has: page.locator("a", { hasText: /^temper-01$/ }) })
      .filter({ has: page.getByRole("button", { name: /^Ack/ }) })
      .first();
  const alarm = async (until: (answer: AlarmAnswer) => boolean): Promise<AlarmAnswer> => {
    for (;;) {
      const { status, text } = await conche.page(`/api/alarms/${TEMPERER}/temp_c.high`);
      // 404 until the views have it.
      const answer = status === 200 ? (JSON.parse(text) as AlarmAnswer) : undefined;
      if (answer !== undefined && until(answer)) return answer;
      await setTimeout(LOOK_MS);
    }
  };
  const pastTold = async (): Promise<void> => {
    for (;;) {
      const { machines } = JSON.parse((await conche.page("/api/now")).text) as {
        machines?: { state: string }[];
      };
      const { views } = JSON.parse((await conche.page("/api/views")).text) as {
        views?: { behind: number }[];
      };
      const live = machines?.some(({ state }) => state !== "unknown") ?? false;
      if (live && views?.every(({ behind }) => behind < NEARLY)) return;
      await setTimeout(LOOK_MS);
    }
  };
  const message = async (id: number | undefined) =>
    (
      JSON.parse((await conche.page(`/api/messages/${id}`)).text) as {
        message: { topic: string; payload: string };
      }
    ).message;

  test("an alarm is acknowledged by keyboard alone, in the name that was asked once; the log has the message", async () => {
    // The past raises it; who acknowledges before all of the past has come would leave some of it open, and rightly.
    await pastTold();
    await alarm((answer) => answer.alarm.unacknowledged > 0);
    await open("/alarms");
    const button = rowOfTemperer().getByRole("button", { name: /^Ack/ });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog input[name=by]").waitFor();
    await page.keyboard.type("Amira Ben Salah");
    await page.keyboard.press("Enter");
    const { events } = await alarm((answer) => answer.events.some(({ event }) => event === "acknowledged"));
    const done = events.find(({ event }) => event === "acknowledged");
    assert.equal(done?.by, "Amira Ben Salah");
    const { topic, payload } = await message(done?.message_id);
    assert.equal(topic, "factory/tunis-01/line-a/s0_office/dashboard/alarm");
    assert.equal((JSON.parse(payload) as { by: string }).by, "Amira Ben Salah");
    // The page says so by itself, without being loaded again.
    await rowOfTemperer().waitFor({ state: "detached" });
  });

  test("an alarm is shelved with a reason, and is found among the shelved ones", async () => {
    const plc = await RawClient.connected(portOf(conche.started.mqtt), 5, "plc");
    plc.publish("factory/tunis-01/line-a/s2_mixing/mixer-02/alarm", JSON.stringify(ALARM), 1, 1);
    await plc.expect("puback");
    await open("/alarms");
    const row = page.locator("tbody tr", { has: page.getByRole("button", { name: "Shelve …" }) }).first();
    const machine = await row.locator("a.label").innerText();
    await row.getByRole("button", { name: "Shelve …" }).click();
    await page.locator("input[name=reason]").fill("The reel is changed at the end of the shift");
    assert.equal(await page.locator("input[name=by]").inputValue(), "Amira Ben Salah");
    await page.locator("form").getByRole("button", { name: "Shelve …" }).click();
    await page.getByRole("button", { name: /^Shelved 1$/ }).click();
    await page.getByText("The reel is changed at the end of the shift").first().waitFor();
    const answer = JSON.parse((await conche.page("/api/alarms?state=shelved")).text) as {
      alarms: { machine: string; silence: { by: string; reason: string } }[];
    };
    assert.equal(answer.alarms[0]?.machine.split("/").at(-1), machine);
    assert.equal(answer.alarms[0]?.silence.by, "Amira Ben Salah");
  });

  test("a comment on an alarm is a message, and everybody sees who did what", async () => {
    await open("/alarms?list=shelved");
    await page.getByRole("button", { name: "…", exact: true }).first().click();
    await page.locator("dialog input[name=comment]").fill("Reel ordered, comes at six");
    await page.getByRole("button", { name: "Say it" }).click();
    const told = page.locator("dialog .alarm-events li", { hasText: "Reel ordered, comes at six" });
    await told.waitFor();
    assert.match(await told.innerText(), /comment by Amira Ben Salah/);
    assert.match(await page.locator("dialog .alarm-events").innerText(), /shelved by Amira Ben Salah/);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  test("the history is saved as CSV, with everything that the API has of it", async () => {
    await open("/alarms?list=history&span=24h");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    const path = join(folder, "alarms.csv");
    await download.saveAs(path);
    const [head = "", ...rows] = readFileSync(path, "utf8").trim().split("\r\n");
    assert.match(head, /^machine,alarm_id,code,message,priority,raised_at/);
    const { occurrences } = JSON.parse((await conche.page("/api/alarms/history?limit=1000")).text) as {
      occurrences: [];
    };
    assert.equal(rows.length, occurrences.length);
    assert.match(download.suggestedFilename(), /^alarms-\d{4}-\d\d-\d\d\.csv$/);
  });

  test("a quarantined message is corrected, another dismissed, each with who and why", async (context) => {
    const file = await filledLog(
      context,
      [],
      [
        refused(Buffer.from('{"ts":"2026-01-11T08:00:00Z","state":"SLEEPING"}')),
        refused(Buffer.from("a test of the fitter")),
      ],
    );
    const server = await startConche(["serve", "--data", file, "--http-port", "0"]);
    const look = () => page.getByRole("button", { name: "Look" }).first().click();
    const signed = async (why: string) => {
      await page.getByRole("textbox", { name: "Your name" }).fill("Amel");
      await page.getByRole("textbox", { name: "Why" }).fill(why);
    };
    try {
      await page.goto(`${server.started.http}/data`);
      // What has no number is no part of the sum.
      await page.getByText("and 2 in quarantine without a number").waitFor();
      await page.getByText("the sum closes").waitFor();
      await look();
      await page.getByRole("button", { name: "Correct" }).click();
      const payload = page.getByRole("textbox", { name: "payload as it should have been" });
      await signed("the new panel says SLEEPING");
      await page.getByRole("button", { name: "Correct" }).click();
      // What is still wrong is said where it can be mended.
      assert.match(await page.locator("dialog").getByRole("alert").innerText(), /refused/);
      await payload.fill('{"ts":"2026-01-11T08:00:00Z","state":"IDLE"}');
      await page.getByRole("button", { name: "Correct" }).click();
      await page.getByRole("status").filter({ hasText: "stored" }).waitFor();
      await page.getByRole("button", { name: "Close" }).click();
      await look();
      await page.getByRole("button", { name: "Dismiss" }).click();
      await signed("nothing to store");
      await page.getByRole("button", { name: "Dismiss" }).click();
      await page.getByRole("status").filter({ hasText: "open no more" }).waitFor();
      await page.getByText("Nothing is in quarantine.").waitFor();
    } finally {
      await server.stop("SIGTERM");
    }
    const { out } = await runConche(["quarantine", "list", "--state", "all", "--data", file, "--json"]);
    const decisions = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ state, decided_by, why }) => [state, decided_by, why]);
    assert.deepEqual(decisions, [
      ["corrected", "Amel", "the new panel says SLEEPING"],
      ["dismissed", "Amel", "nothing to store"],
    ]);
  });

  test("a running data center replays what is in its quarantine; beside it the page says where to do it", async (context) => {
    const payload = (state: string) => Buffer.from(JSON.stringify({ ts: "2026-01-11T08:00:00Z", state }));
    const file = await filledLog(context, [], [refused(payload("RUNNING")), refused(payload("IDLE"))]);
    const writer = await startConche(["datacenter", "--data", file, ...PORTS]);
    const server = await startConche(["serve", "--data", file, "--http-port", "0"]);
    const replay = async ({ started }: RunningConche, state: string, told: RegExp | string) => {
      await page.goto(`${started.http}/data`);
      const row = page.getByRole("button", { name: "Look" });
      await row.first().waitFor();
      await row.first().click();
      await page.getByText(`"state":"${state}"`).waitFor();
      await page.getByRole("button", { name: "Replay" }).click();
      await page.getByRole("status").filter({ hasText: told }).waitFor();
    };
    try {
      await replay(writer, "RUNNING", "stored");
      await replay(server, "IDLE", "Open its own dashboard, and do it there.");
      await writer.stop("SIGTERM");
      await replay(server, "IDLE", "stored");
      await page.getByText("Nothing is in quarantine.").waitFor();
    } finally {
      await writer.stop("SIGTERM");
      await server.stop("SIGTERM");
    }
    const found = await runConche(["log", "query", "--type", "state", "--data", file, "--json"]);
    const stored = found.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { payload: { state: string } });
    assert.deepEqual(stored.map(({ payload: { state } }) => state).sort(), ["IDLE", "RUNNING"]);
  });
});
